//! Objects over RPC, with a project that is not Nova.

#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod garden;

mod calls;
mod fleet;
mod refusals;
mod relay;
mod versions;

pub use garden::Garden as Project;
