//! `novactl rpc`

mod ping;
mod watch;

use crate::cli::Rpc;
use crate::output::{Answer, Output};
use crate::{Result, Session};

pub(crate) async fn run(command: &Rpc, session: &Session, output: &Output) -> Result<Answer> {
    match command {
        Rpc::Ping(options) => ping::ping(options, session).await,
        Rpc::Watch(options) => watch::watch(options, session, output).await,
    }
}
