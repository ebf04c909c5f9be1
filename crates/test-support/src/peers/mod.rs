//! The real Nova beside ours: a Python that has it, its conductor, a bus of a test's own, and our programs on the same.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `NOVA_PYTHON` | a Python with nova 34 | none: tests that need it pass by |
//! | `TEST_RABBITMQ_URL` | the broker | `rabbit://guest:guest@127.0.0.1:5672/` |
//! | `TEST_RABBITMQCTL` | the program that makes virtual hosts on it | `rabbitmqctl` |

mod nova;
mod process;
mod vhost;

pub use self::nova::{Configuration, Nova, run};
pub use self::process::Process;
pub use self::vhost::Vhost;
