//! `novactl object diff`

use std::path::PathBuf;

use clap::Args;

/// Two contracts.
#[derive(Args, Debug)]
pub struct Diff {
    /// The one: a file such as contract/nova/Instance.txt, or a folder of them.
    #[arg(value_name = "A")]
    pub one: PathBuf,
    /// The other.
    #[arg(value_name = "B")]
    pub other: PathBuf,
    /// Leave out what needs no bump of a version, because nobody notices it.
    #[arg(long)]
    pub noticed: bool,
}

/// What the help of the command says behind its arguments.
pub(super) const EXAMPLES: &str = "\
Examples:
  What peers of release 1 and of this one lose with each other:
    git worktree add ../release-1 v1.0
    novactl object diff ../release-1/contract/nova contract/nova

  One class:
    novactl object diff ../release-1/contract/nova/Instance.txt contract/nova/Instance.txt

  For a program: which classes can no longer be served to the older side:
    novactl object diff OLD NEW --json | jq -r '.diff[] | select(.served == null) | .class'

For each class it says at which version the older side is served and which fields it does without,
then every difference with its kind, the bump it needs, and who breaks where the versions do not
keep the two sides apart: an old reader of new data, a new reader of old data, an old writer that
hands new data back, callers of methods on either side. [..] marks what the versions do not cover.

With --json: {\"version\": 1, \"diff\": [{\"class\", \"old\", \"new\", \"newer\": \"A\"|\"B\"|null, \"served\", \"without\",
\"needs\", \"made\", \"covered\", \"changes\": [{\"place\", \"kind\", \"what\", \"needs\", \"covered\", \"breaks\": {..},
\"advice\"}]}]}. The exit status is 0, whatever differs.";
