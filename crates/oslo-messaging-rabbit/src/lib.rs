//! RabbitMQ for [`oslo_messaging`]: the wire of oslo.messaging's `rabbit` driver, so that a Python service cannot tell who
//! answers it or calls it.
//!
//! ```
//! use oslo_messaging::{Transport, TransportOptions};
//! use oslo_messaging_rabbit::{RabbitFactory, RabbitOptions};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let rabbit = RabbitFactory::new(RabbitOptions { durable_queues: true, ..RabbitOptions::default() });
//! let url = "rabbit://nova:s3cret@one:5672,nova:s3cret@two:5672/cell1".parse()?;
//! // Connects with the first message, to whichever broker is up.
//! let transport = Transport::open(&url, TransportOptions::default(), &[&rabbit]).await?;
//! transport.close().await;
//! # Ok::<(), oslo_messaging::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In reading order: [`RabbitOptions`], `topology` (what is declared), `driver`; then the way out (`publisher`, `answers`)
//! and the way in (`consumer`, `listener`, `replies`); below them `reconnect` (which broker, after which wait) and `link`
//! (one connection), `socket`, `tls` and `runtime` (what lapin stands on).
//!
//! # Connections
//!
//! One for sending, one for replies from the first call on, and one for each server that listens: a broker that is short
//! of memory blocks those who publish, and replies still arrive and acknowledgements still leave.
//!
//! # What happens when something breaks
//!
//! Connections are made again, to the next broker of the URL, with waits that grow to a bound; queues keep their names. What
//! was published and not confirmed is published again with the same `_unique_id`, as oslo.messaging does. Calls in flight
//! are answered if their reply still comes, and end at their deadline at the latest.
//!
//! # Where it differs from the original
//!
//! Servers bound what they take (`basic.qos`); a reply that waits for its queue holds no thread; a certificate is checked
//! also where no authority is named. Compressed messages (`kombu_compression`) are rejected.

mod answers;
mod consumer;
mod driver;
mod error;
mod link;
mod listener;
mod names;
mod options;
mod publisher;
mod reconnect;
mod replies;
mod runtime;
mod shared;
mod socket;
mod tap;
mod tls;
mod topology;

pub use driver::RabbitFactory;
pub use error::RabbitError;
pub use options::{Login, QueueManager, QuorumLimits, RabbitOptions, TlsVersions};
pub use tap::{Tap, TapSource, Tapped};
