//! `novactl rpc`

use clap::{Args, Subcommand};

/// `novactl rpc`
#[derive(Subcommand, Debug)]
pub enum Rpc {
    /// Ask services for a sign of life.
    #[command(after_help = concat!(
        "Examples:\n",
        "  novactl rpc ping conductor\n",
        "  novactl rpc ping compute --server node-7 --count 10\n\n",
        "Exit status: 0 every ping was answered; 69 one was not"
    ))]
    Ping(Ping),
    /// Show what services say to each other, as it passes.
    ///
    /// Copies what is sent to the topics of the control exchange into a queue
    /// of its own, which goes away with the program; nobody on the bus notices.
    /// Replies are seen with --firehose only. Tokens, passwords and service
    /// catalogs are not shown.
    #[command(after_help = concat!(
        "Examples:\n",
        "  novactl rpc watch --topic conductor\n",
        "  novactl rpc watch --method Instance.save --full\n",
        "  rabbitmqctl trace_on && novactl rpc watch --firehose --json --seconds 10; rabbitmqctl trace_off\n\n",
        "With --json every message is an object on a line of its own."
    ))]
    Watch(Watch),
}

/// `novactl rpc ping`
#[derive(Args, Debug)]
pub struct Ping {
    /// The topic: conductor, compute, scheduler.
    pub topic: String,
    /// The host; any service of the topic otherwise.
    #[arg(long, value_name = "HOST")]
    pub server: Option<String>,
    /// How many times.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub count: u32,
    /// Seconds to wait for each answer.
    #[arg(long, default_value_t = 5, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: u64,
}

/// `novactl rpc watch`
#[derive(Args, Debug)]
pub struct Watch {
    /// Only what goes to this topic, whichever host; may be repeated.
    #[arg(long, value_name = "TOPIC")]
    pub topic: Vec<String>,
    /// Only methods whose name has this in it, such as `save` or
    /// `Instance.save`; may be repeated. Replies have no method and are left
    /// out.
    #[arg(long, value_name = "TEXT")]
    pub method: Vec<String>,
    /// Everything that is published, replies too: what `rabbitmqctl trace_on`
    /// copies.
    #[arg(long)]
    pub firehose: bool,
    /// Show messages whole.
    #[arg(long)]
    pub full: bool,
    /// Stop after so many messages.
    #[arg(long, value_name = "NUMBER")]
    pub count: Option<u64>,
    /// Stop after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<u64>,
}
