//! The flags every program has.

use std::path::PathBuf;

use crate::loader::Loader;

/// Flags that say where the configuration is, and the ones of oslo that override it. Flatten it into a program's own:
///
/// ```
/// use clap::Parser;
/// use oslo_config::{ConfigArgs, Loader};
///
/// #[derive(Parser)]
/// struct Args {
///     #[command(flatten)]
///     config: ConfigArgs,
/// }
///
/// let args = Args::parse_from(["nova-compute", "--set", "DEFAULT.host=node7", "--debug"]);
/// let config = args.config.apply(Loader::nova("nova-compute").without_default_files()).load()?;
/// assert_eq!(config.get::<String>("DEFAULT", "host")?, "node7");
/// assert!(config.get::<bool>("DEFAULT", "debug")?);
/// # Ok::<(), oslo_config::Error>(())
/// ```
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigArgs {
    /// A configuration file (INI, as Nova's nova.conf); may be given several times, later files win. Without it nova.conf
    /// and the program's own file are looked for in ~/.nova, ~, /etc/nova and /etc.
    #[arg(long, value_name = "PATH")]
    pub config_file: Vec<PathBuf>,

    /// A directory whose *.conf files are read after all files, in the order of their names.
    #[arg(long, value_name = "DIR")]
    pub config_dir: Vec<PathBuf>,

    /// Set any option: --set database.max_pool_size=10. Wins over files and environment.
    #[arg(long, value_name = "GROUP.OPTION=VALUE")]
    pub set: Vec<String>,

    /// Log at level DEBUG instead of INFO.
    #[arg(long, short = 'd')]
    pub debug: bool,

    /// Log to this file instead of standard error.
    #[arg(long, value_name = "PATH")]
    pub log_file: Option<PathBuf>,

    /// Log one JSON object a line.
    #[arg(long)]
    pub use_json: bool,
}

impl ConfigArgs {
    /// Hands the flags to a loader.
    pub fn apply(&self, mut loader: Loader) -> Loader {
        for path in &self.config_file {
            loader = loader.file(path);
        }
        for path in &self.config_dir {
            loader = loader.directory(path);
        }
        for assignment in &self.set {
            loader = loader.set(assignment);
        }
        if self.debug {
            loader = loader.flag("--debug", "DEFAULT", "debug", "true");
        }
        if let Some(path) = &self.log_file {
            // What the shell gave is meant literally.
            let text = path.to_string_lossy().replace('$', "$$");
            loader = loader.flag("--log-file", "DEFAULT", "log_file", text);
        }
        if self.use_json {
            loader = loader.flag("--use-json", "DEFAULT", "use_json", "true");
        }
        loader
    }
}
