//! The model, tested through its public surface.

#[expect(unreachable_pub, reason = "the derives emit what a library would publish")]
mod library;
mod smoke;

pub use library::Library as Project;
