//! The office of the harbour: has the database and answers for it.
//!
//! ```text
//! harbour-office --database harbour.sqlite --listen grpc+unix:///tmp/harbour
//! ```

mod records;

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use nova_rpc::ObjectEndpoint;
use oslo_messaging::grpc::{Hub, HubOptions};
use oslo_messaging::{
    Dispatcher, Endpoint, RpcServer, ServerOptions, Target, TransportOptions, TransportUrl,
};
use versionedobjects::{Route, Store};

use crate::records::Records;

/// Answers for the harbour's records until it is interrupted.
#[derive(Parser)]
struct Options {
    /// The file with the records; created if it is not there.
    #[arg(long, default_value = "harbour.sqlite")]
    database: PathBuf,
    /// Where pilots reach the office.
    #[arg(long, default_value = "grpc://127.0.0.1:0")]
    listen: TransportUrl,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let records = Records::open(&options.database).await?;

    // A store, and the table of every method that can be asked of it.
    let store: Arc<dyn harbour::Store> = Arc::new(records);
    let route = Route::Direct(Store::new(store));
    let endpoint: Arc<dyn Endpoint> = Arc::new(ObjectEndpoint::new(
        harbour::registry(),
        route,
        harbour::Asker::codec(),
    ));

    let hub = Hub::bind(&options.listen, HubOptions::default()).await?;
    let transport = hub.transport(TransportOptions::default());
    let target = Target::new(harbour::TOPIC).server("harbour");
    let server = RpcServer::start(
        &transport,
        target,
        Dispatcher::new([endpoint]),
        ServerOptions::default(),
    )
    .await?;
    writeln!(std::io::stdout(), "listening on {}", hub.url())?;

    tokio::signal::ctrl_c().await?;
    server.stop().await;
    hub.stop().await;
    Ok(())
}
