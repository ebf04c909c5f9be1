//! Upgrades in any order, over a bus that is not kind; and mistakes that are
//! found.

#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod post;

mod mistakes;
mod orders;
mod replay;
