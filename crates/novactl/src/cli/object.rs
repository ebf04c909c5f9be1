//! `novactl object`

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `novactl object`
#[derive(Subcommand, Debug)]
pub enum Object {
    /// List the classes with their versions and fingerprints.
    List,
    /// List what can be called.
    Methods {
        /// Of this class only, with the history of its versions.
        class: Option<String>,
    },
    /// Explain a recorded object or message.
    ///
    /// Takes any JSON with something of Nova's in it: the primitive of an
    /// object, a message with its envelope or without, a reply, a failure, a
    /// column of `instance_extra`, or a recording of several. Tokens, passwords
    /// and service catalogs are not shown.
    #[command(
        after_help = "Example: rabbitmqadmin get queue=conductor -f raw_json | novactl object show -"
    )]
    Show {
        /// The file; - for standard input.
        file: PathBuf,
    },
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
