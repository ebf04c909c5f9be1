//! The commands and their flags.

mod diff;
mod object;
mod rpc;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use oslo_config::ConfigArgs;
use versionedobjects::Version;

pub use self::diff::Diff;
pub use self::object::{Call, Convert, Draft, Object, Schema};
pub use self::rpc::{Ping, Rpc, Watch};

const EXIT_STATUS: &str = "\
Exit status: 0 done; 1 what was asked for failed; 2 wrong usage; 69 a database, the bus or a
conductor is unavailable; 78 wrong configuration";

/// Works with a deployment's databases, objects and servers.
///
/// Without any configuration it uses SQLite files in the data folder, which it
/// creates on first use, and meets the services of this machine on the
/// loopback address. With Nova's nova.conf it works on Nova's databases and bus.
#[derive(Parser, Debug)]
#[command(
    name = "novactl",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = EXIT_STATUS,
    after_long_help = concat!(
        "Examples:\n",
        "  Begin with nothing, then look around:\n",
        "    novactl db sync\n",
        "    novactl flavor create m1.small --vcpus 1 --ram 2048 --disk 20\n",
        "    novactl server create web --flavor m1.small --wait\n\n",
        "  Ask through a conductor instead of the database:\n",
        "    novactl --route conductor server list\n\n",
        "  Find out what a captured message says:\n",
        "    novactl object explain message.json\n\n",
        "  Feed a program:\n",
        "    novactl flavor list --json | jq '.flavors[].name'\n\n",
        "Results go to standard output, everything else to standard error. With --json the result is\n",
        "JSON, an object with \"version\": 1, which changes when its meaning does, and so is the error\n",
        "that ends a command; progress and warnings stay text.\n\n",
        "Exit status: 0 done; 1 what was asked for failed; 2 wrong usage; 69 a database, the bus or a\n",
        "conductor is unavailable; 78 wrong configuration",
    )
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// Where the configuration is.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Args, Debug, Clone)]
pub struct Common {
    /// Answer in JSON, for programs.
    #[arg(long)]
    pub json: bool,
    /// How to reach the records: the databases of the configuration, or a
    /// conductor on the bus.
    #[arg(long, value_enum, default_value_t = Route::Direct, env = "NOVACTL_ROUTE")]
    pub route: Route,
    /// The user who asks.
    #[arg(long, value_name = "ID", default_value = "admin", env = "OS_USER_ID")]
    pub os_user_id: String,
    /// The project in whose name.
    #[arg(
        long,
        value_name = "ID",
        default_value = "admin",
        env = "OS_PROJECT_ID"
    )]
    pub os_project_id: String,
    /// Whether to use colours; never where NO_COLOR is set, unless `always`.
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
}

/// The ways to the records.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// This process opens the databases.
    Direct,
    /// A conductor is asked, over `transport_url`.
    Conductor,
}

/// When to use colours.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// On a terminal.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// The schema of the databases.
    #[command(subcommand)]
    Db(Db),
    /// The services of the deployment.
    #[command(subcommand)]
    Service(Service),
    /// Who reads which versions of which objects.
    ///
    /// Asks every service that is up, and the conductors, what it reads; what
    /// is sent to it is written as that. Columns are services that read the
    /// same, rows the classes in which they differ.
    #[command(after_help = "Example: novactl fleet --cannot-read Instance=2.8")]
    Fleet(Fleet),
    /// The compute nodes and what they have.
    #[command(subcommand)]
    Hypervisor(Hypervisor),
    /// The sizes servers come in.
    #[command(subcommand)]
    Flavor(Flavor),
    /// The public keys of a user.
    #[command(subcommand)]
    Keypair(Keypair),
    /// The servers.
    #[command(subcommand)]
    Server(Server),
    /// Classes, recorded objects and messages, and their methods.
    #[command(subcommand)]
    Object(Object),
    /// The services on the bus, and what they say to each other.
    #[command(subcommand)]
    Rpc(Rpc),
}

/// `novactl db`
#[derive(Subcommand, Debug)]
pub enum Db {
    /// Create Nova's schema where there is none.
    ///
    /// Databases that have it are left as they are, so this can be run any
    /// time. A schema of another release is refused: `nova-manage` upgrades it.
    Sync(Schemas),
    /// Show which schema each database has.
    Version(Schemas),
}

/// Which of the databases.
#[derive(Args, Debug, Clone, Copy)]
pub struct Schemas {
    /// Only the main one: instances, services, compute nodes.
    #[arg(long, conflicts_with = "api")]
    pub main: bool,
    /// Only the API's: flavors, key pairs.
    #[arg(long)]
    pub api: bool,
}

/// `novactl service`
#[derive(Subcommand, Debug)]
pub enum Service {
    /// List services, and whether they are up.
    List {
        /// Only those of this host.
        #[arg(long)]
        host: Option<String>,
        /// Only those of this binary, such as nova-compute.
        #[arg(long)]
        binary: Option<String>,
    },
}

/// `novactl fleet`
#[derive(Args, Debug)]
pub struct Fleet {
    /// Show all classes, not only those in which services differ.
    #[arg(long)]
    pub all: bool,
    /// Only list the services that cannot read that version of that class, or do not say.
    #[arg(long, value_name = "CLASS=VERSION", conflicts_with = "all", value_parser = version_of)]
    pub cannot_read: Option<(String, Version)>,
}

/// `novactl hypervisor`
#[derive(Subcommand, Debug)]
pub enum Hypervisor {
    /// List compute nodes with what they have and what is used of it.
    List,
}

/// `novactl flavor`
#[derive(Subcommand, Debug)]
pub enum Flavor {
    /// Create a flavor.
    #[command(
        after_help = "Example: novactl flavor create m1.small --vcpus 1 --ram 2048 --disk 20 --extra hw:cpu_policy=shared"
    )]
    Create(NewFlavor),
    /// List flavors.
    List,
    /// Delete a flavor. Servers keep the copy they have.
    Delete {
        /// Its id or name.
        #[arg(value_name = "ID|NAME")]
        flavor: String,
    },
}

/// What a new flavor is to be.
#[derive(Args, Debug)]
pub struct NewFlavor {
    /// Its name.
    pub name: String,
    /// Its public id; made up if left out.
    #[arg(long)]
    pub id: Option<String>,
    /// Virtual processors.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    pub vcpus: i64,
    /// Memory, in MiB.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(i64).range(1..))]
    pub ram: i64,
    /// The root disk, in GiB; 0 for the size of the image.
    #[arg(long, value_name = "GIB", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    pub disk: i64,
    /// A second disk that goes with the server, in GiB.
    #[arg(long, value_name = "GIB", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    pub ephemeral: i64,
    /// Swap, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    pub swap: i64,
    /// For projects that are given access only.
    #[arg(long)]
    pub private: bool,
    /// What it is for.
    #[arg(long)]
    pub description: Option<String>,
    /// An extra spec; may be given several times.
    #[arg(long = "extra", value_name = "KEY=VALUE", value_parser = pair)]
    pub extra: Vec<(String, String)>,
}

/// `novactl keypair`
#[derive(Subcommand, Debug)]
pub enum Keypair {
    /// Import an SSH public key.
    #[command(
        after_help = "Example: novactl keypair create laptop --public-key ~/.ssh/id_ed25519.pub"
    )]
    Create {
        /// Its name, unique for the user.
        name: String,
        /// The file with the public key, as ssh-keygen writes it; - for standard input.
        #[arg(long, value_name = "FILE")]
        public_key: PathBuf,
    },
    /// List the user's key pairs.
    List,
    /// Show a key pair.
    Show {
        /// Its name.
        name: String,
    },
    /// Delete a key pair. Servers keep the copy they have.
    Delete {
        /// Its name.
        name: String,
    },
}

/// `novactl server`
#[derive(Subcommand, Debug)]
pub enum Server {
    /// Create a server.
    #[command(
        after_help = "Example: novactl server create web --flavor m1.small --key-name laptop --wait"
    )]
    Create(NewServer),
    /// List servers.
    List {
        /// Those of all projects.
        #[arg(long)]
        all_projects: bool,
        /// Only those on this host.
        #[arg(long)]
        host: Option<String>,
    },
    /// Show a server with what was done to it.
    Show(WhichServer),
    /// Start a server that is stopped.
    Start(ServerAction),
    /// Stop a server that runs.
    Stop(ServerAction),
    /// Reboot a server.
    Reboot {
        /// Which one.
        #[command(flatten)]
        action: ServerAction,
        /// By its power, whatever its system says.
        #[arg(long)]
        hard: bool,
    },
    /// Delete a server.
    Delete(ServerAction),
}

/// What a new server is to be.
#[derive(Args, Debug)]
pub struct NewServer {
    /// Its name.
    pub name: String,
    /// The flavor's id or name.
    #[arg(long)]
    pub flavor: String,
    /// The image it boots from; the fake driver takes any text.
    #[arg(long)]
    pub image: Option<String>,
    /// The name of a key pair of the user's.
    #[arg(long)]
    pub key_name: Option<String>,
    /// The compute it must go to.
    #[arg(long)]
    pub host: Option<String>,
    /// What is to be remembered with it; may be given several times.
    #[arg(long = "property", value_name = "KEY=VALUE", value_parser = pair)]
    pub properties: Vec<(String, String)>,
    /// How to wait.
    #[command(flatten)]
    pub wait: Wait,
}

/// A server.
#[derive(Args, Debug)]
pub struct WhichServer {
    /// Its uuid, or its name if no other server has it.
    #[arg(value_name = "UUID|NAME")]
    pub server: String,
}

/// Something to be done with a server.
#[derive(Args, Debug)]
pub struct ServerAction {
    /// Which one.
    #[command(flatten)]
    pub which: WhichServer,
    /// How to wait.
    #[command(flatten)]
    pub wait: Wait,
}

/// Whether to wait until it is done.
#[derive(Args, Debug, Clone, Copy)]
pub struct Wait {
    /// Wait until it is done, and show each change of state.
    #[arg(long)]
    pub wait: bool,
    /// How long to wait, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, requires = "wait")]
    pub wait_timeout: u64,
}

fn version_of(text: &str) -> Result<(String, Version), String> {
    let (class, version) = pair(text).map_err(|_| "CLASS=VERSION is expected".to_owned())?;
    let known = nova_objects::registry()
        .iter()
        .any(|known| known.name == class);
    if !known {
        return Err(format!(
            "there is no class {class}; `novactl object list` has them"
        ));
    }
    let version = version
        .parse()
        .map_err(|error: versionedobjects::Error| error.to_string())?;
    Ok((class, version))
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("KEY=VALUE is expected".to_owned()),
    }
}
