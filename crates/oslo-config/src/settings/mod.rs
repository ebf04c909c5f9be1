//! The options these programs use, as structs.
//!
//! Each struct is declared once: its fields are the options of a group, their documentation is the help. Names and
//! defaults are Nova 34's unless a line says otherwise; where a default differs, the original's would not start without
//! a configuration.

mod compute;
mod database;
mod logging;
mod messaging;
mod service;
mod upgrade_levels;

pub use compute::Compute;
pub use database::Database;
pub use logging::Logging;
pub use messaging::{Grpc, Rabbit};
pub use service::{Conductor, Service};
pub use upgrade_levels::UpgradeLevels;

use crate::config::Config;
use crate::error::Error;
use crate::loader::Loader;
use crate::opt::{Opt, Preset};

/// The port programs meet on when nobody set `transport_url`.
pub const DEFAULT_GRPC_PORT: u16 = 9774;

/// Declares a settings struct together with the table of its options.
macro_rules! settings {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $(
                $(#[doc = $help:literal])+
                $field:ident: $ty:ty = $kind:expr, $default:expr $(, was [$($former:literal),+])?;
            )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[doc = $help])+ pub $field: $ty, )+
        }

        impl $name {
            const COUNT: usize = [$(stringify!($field)),+].len();

            /// The table of these options in a group.
            pub const fn options(group: &'static str) -> [$crate::Opt; Self::COUNT] {
                [$( $crate::Opt {
                    group,
                    name: stringify!($field),
                    kind: $kind,
                    default: $default,
                    help: &[$($help),+],
                    since: "0.1.0",
                    former: &[$($($former),+)?],
                } ),+]
            }

            /// Reads these options of a group from a configuration whose tables have them.
            ///
            /// # Errors
            /// When a value does not fit its option, with the place it was given.
            pub fn read(config: &$crate::Config, group: &str) -> Result<Self, $crate::Error> {
                Ok(Self { $( $field: config.get(group, stringify!($field))?, )+ })
            }
        }
    };
}
use settings;

static SERVICE: [Opt; Service::options("DEFAULT").len()] = Service::options("DEFAULT");
static LOGGING: [Opt; Logging::options("DEFAULT").len()] = Logging::options("DEFAULT");
static COMPUTE: [Opt; Compute::options("DEFAULT").len()] = Compute::options("DEFAULT");
static CONDUCTOR: [Opt; Conductor::options("conductor").len()] = Conductor::options("conductor");
static DATABASE: [Opt; Database::options("database").len()] = Database::options("database");
static API_DATABASE: [Opt; Database::options("api_database").len()] = with_default(
    Database::options("api_database"),
    "connection",
    "sqlite:///$state_path/nova_api.sqlite",
);
static GRPC: [Opt; Grpc::options("oslo_messaging_grpc").len()] =
    Grpc::options("oslo_messaging_grpc");
static RABBIT: [Opt; Rabbit::options("oslo_messaging_rabbit").len()] =
    Rabbit::options("oslo_messaging_rabbit");
static UPGRADE_LEVELS: [Opt; UpgradeLevels::options("upgrade_levels").len()] =
    UpgradeLevels::options("upgrade_levels");

/// The tables of all settings.
pub static TABLES: &[&[Opt]] = &[
    &SERVICE,
    &LOGGING,
    &COMPUTE,
    &CONDUCTOR,
    &DATABASE,
    &API_DATABASE,
    &GRPC,
    &RABBIT,
    &UPGRADE_LEVELS,
];

/// The same table with another default for one option.
const fn with_default<const N: usize>(
    mut table: [Opt; N],
    name: &str,
    default: &'static str,
) -> [Opt; N] {
    let mut at = 0;
    while !same(table[at].name.as_bytes(), name.as_bytes()) {
        // Runs while compiling: a name that is in no row is an index out of bounds and does not build.
        at += 1;
    }
    table[at].default = Preset::Text(default);
    table
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// All settings, read and checked at once.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// What every service needs to know.
    pub service: Service,
    /// Where the log goes.
    pub logging: Logging,
    /// The compute service.
    pub compute: Compute,
    /// `[conductor]`
    pub conductor: Conductor,
    /// `[database]`, the main one.
    pub database: Database,
    /// `[api_database]`
    pub api_database: Database,
    /// `[oslo_messaging_grpc]`
    pub grpc: Grpc,
    /// `[oslo_messaging_rabbit]`
    pub rabbit: Rabbit,
    /// `[upgrade_levels]`
    pub upgrade_levels: UpgradeLevels,
}

impl Settings {
    /// Reads them from a file's text and nothing else: neither the machine's files nor the environment. For tests.
    ///
    /// # Errors
    /// As [`Settings::read`], or when the text is no configuration.
    pub fn of_text(text: impl Into<String>) -> Result<Self, Error> {
        let loader = Loader::nova("nova")
            .without_default_files()
            .environment(Vec::<(String, String)>::new())
            .text("nova.conf", text);
        Self::read(&loader.load()?)
    }

    /// Reads them from a configuration made by [`Loader::nova`](crate::Loader::nova).
    ///
    /// # Errors
    /// When any value does not fit its option, with the place it was given.
    pub fn read(config: &Config) -> Result<Self, Error> {
        Ok(Self {
            service: Service::read(config, "DEFAULT")?,
            logging: Logging::read(config, "DEFAULT")?,
            compute: Compute::read(config, "DEFAULT")?,
            conductor: Conductor::read(config, "conductor")?,
            database: Database::read(config, "database")?,
            api_database: Database::read(config, "api_database")?,
            grpc: Grpc::read(config, "oslo_messaging_grpc")?,
            rabbit: Rabbit::read(config, "oslo_messaging_rabbit")?,
            upgrade_levels: UpgradeLevels::read(config, "upgrade_levels")?,
        })
    }
}
