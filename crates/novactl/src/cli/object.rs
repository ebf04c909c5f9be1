//! `novactl object`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use versionedobjects::Version;

use super::Diff;

/// `novactl object`
#[derive(Subcommand, Debug)]
pub enum Object {
    /// List the classes with their versions and fingerprints.
    List,
    /// List what can be called.
    #[command(after_help = concat!(
        "Examples:\n",
        "  novactl object methods Instance\n",
        "  novactl object methods --json | jq '.classes[] | {class, methods: [.methods[].name]}'"
    ))]
    Methods {
        /// Of this class only, with the history of its versions.
        class: Option<String>,
    },
    /// Explain a recorded object or message.
    ///
    /// Takes any JSON with something of Nova's in it: the primitive of an
    /// object, a message with its envelope or without, a reply, a failure, a
    /// notification, a column of `instance_extra`, or a recording of several,
    /// one after another. Says what it is, at which version, what of it is newer
    /// than here or not known here. Tokens, passwords and service catalogs are
    /// not shown, nor are bytes in hexadecimal or base64 that may be text.
    #[command(
        visible_alias = "show",
        after_help = concat!(
            "Examples:\n",
            "  rabbitmqadmin get queue=conductor -f raw_json | novactl object explain -\n",
            "  novactl object explain captured.json --json | jq .summary.newer"
        )
    )]
    Explain {
        /// The file; - for standard input.
        file: PathBuf,
    },
    /// Show which versions are read here.
    ///
    /// For each class the newest version that can be read: what a service sends
    /// along with a call, so that it is answered with what it can read.
    #[command(after_help = concat!(
        "Examples:\n",
        "  novactl object manifest\n",
        "  novactl object manifest Instance --json > theirs.json\n",
        "  novactl object convert --manifest theirs.json objects.jsonl\n\n",
        "With --json: {\"version\": 1, \"manifest\": {CLASS: VERSION, ..}}"
    ))]
    Manifest {
        /// Only this class and what can be inside it.
        class: Option<String>,
    },
    /// Show the fingerprints of the classes.
    ///
    /// The version and the checksum of a class's fields and methods, as Nova's
    /// own tests have them: two sides with the same fingerprint have the same
    /// class.
    #[command(after_help = concat!(
        "Examples:\n",
        "  novactl object fingerprints\n",
        "  novactl object fingerprints Instance\n",
        "  novactl object fingerprints --json | jq -r .fingerprints.Instance\n\n",
        "With --json: {\"version\": 1, \"fingerprints\": {CLASS: \"VERSION-CHECKSUM\", ..}}"
    ))]
    Fingerprints {
        /// Only of this class.
        class: Option<String>,
    },
    /// Write the JSON Schema of a class.
    ///
    /// Every primitive that is written at the version fits the schema. What is
    /// written is the schema itself, with --json and without.
    #[command(after_help = concat!(
        "Examples:\n",
        "  novactl object schema Instance > instance.schema.json\n",
        "  novactl object schema Instance --version 2.5 --draft 4"
    ))]
    Schema(Schema),
    /// Write a reference of all classes, to be read in a browser.
    ///
    /// Pages with the fields, methods and history of every class, and a search
    /// over all names. They need nothing else and can be put anywhere.
    #[command(
        after_help = "Example: novactl object reference ./objects && xdg-open ./objects/index.html"
    )]
    Reference {
        /// The folder; it is made if it is missing.
        folder: PathBuf,
    },
    /// Convert objects to what another release reads.
    ///
    /// Reads JSON lines of primitives and writes each, in the same place, as
    /// Nova's `obj_to_primitive` does: at the version --to, for a reader of
    /// --manifest. With --to alone the reader knows everything else as it is
    /// here; with --manifest alone each object is written at the version that it
    /// names, or at its own where that is older; with neither, as it came.
    ///
    /// A line may say so itself: {"primitive": .., "to": "2.5", "manifest": {..}}.
    ///
    /// The first line that fails ends it, unless --keep-going is given: then
    /// {"error": {"class": .., "message": ..}} takes its place, with the
    /// exception that Nova raises, and the exit status is 1 at the end.
    ///
    /// Nova asks its database in one case: a ComputeNode that has no service_id
    /// and is written at a version before 1.13 gets that of its host's service.
    /// Here is no database; what is written is -1, which is what Nova writes
    /// where there is no such service.
    #[command(after_help = concat!(
        "Examples:\n",
        "  novactl object convert --to 2.5 < instances.jsonl > for-an-older-release.jsonl\n",
        "  novactl object convert --manifest theirs.json --keep-going objects.jsonl\n",
        "  echo '{\"primitive\": {..}, \"to\": \"1.1\"}' | novactl object convert"
    ))]
    Convert(Convert),
    /// Compare recorded contracts: what peers of two releases lose with each other.
    ///
    /// A contract is the text that says what peers may rely on of a class: its
    /// fields with their types at every version, and its methods. Each release
    /// has one a class, in contract/nova of its source.
    #[command(after_help = super::diff::EXAMPLES)]
    Diff(Diff),
    /// Call a remotable method.
    #[command(after_help = concat!(
        "Arguments are JSON, or text where that is no JSON; NAME=VALUE passes one by name.\n\n",
        "Examples:\n",
        "  novactl object call Flavor get_by_name m1.small\n",
        "  novactl object call --route conductor ServiceList get_all disabled=false\n",
        "  novactl object call Instance refresh --get 2f0a0b5c-7a33-4f5e-9d7c-1a2b3c4d5e6f\n",
        "  novactl object methods Instance"
    ))]
    Call(Call),
}

/// What is to be converted to what.
#[derive(Args, Debug)]
pub struct Convert {
    /// The file with a primitive a line; - for standard input.
    #[arg(default_value = "-")]
    pub file: PathBuf,
    /// The version to write.
    #[arg(long, value_name = "VERSION")]
    pub to: Option<Version>,
    /// A file with what the reader knows, as JSON: versions by class.
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Go on behind lines that fail.
    #[arg(long)]
    pub keep_going: bool,
}

/// Of what a schema is wanted.
#[derive(Args, Debug)]
pub struct Schema {
    /// The class.
    pub class: String,
    /// The version of its primitives; the current one if left out.
    #[arg(long = "version", value_name = "VERSION")]
    pub at: Option<Version>,
    /// The version of JSON Schema.
    #[arg(long, value_enum, default_value_t = Draft::Draft2020)]
    pub draft: Draft,
}

/// A version of JSON Schema.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draft {
    /// Draft 2020-12.
    #[value(name = "2020-12", alias = "2020")]
    Draft2020,
    /// Draft 4.
    #[value(name = "4", alias = "04")]
    Draft4,
    /// Draft 4 as oslo writes it, which demands fields that may be unset.
    #[value(name = "oslo")]
    Oslo,
}

/// A call of a remotable method.
#[derive(Args, Debug)]
pub struct Call {
    /// The class.
    pub class: String,
    /// The method.
    pub method: String,
    /// The arguments behind the context.
    #[arg(value_name = "VALUE|NAME=VALUE")]
    pub arguments: Vec<String>,
    /// The primitive of the object to call an instance method on; - for standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "get")]
    pub object: Option<PathBuf>,
    /// The uuid (or number) of the object to call an instance method on.
    #[arg(long, value_name = "UUID")]
    pub get: Option<String>,
}
