//! Waiting for a conductor: nova `conductor/api.py`, `wait_until_ready`.

use std::time::Duration;

use nova_rpc::CONDUCTOR_TOPIC;
use oslo_messaging::{CallContext, Error, Kwargs, RpcClient, Target, Transport};

/// The longest wait for one answer. A conductor that is there answers at once.
const PING: Duration = Duration::from_secs(10);

/// The first and the longest wait between two tries.
const WAIT: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// Returns when a conductor answers. Services may be started in any order, so
/// this waits for as long as it takes.
///
/// # Errors
/// When it may not be asked, which waiting does not change.
pub(crate) async fn wait_for_conductor(transport: &Transport) -> oslo_messaging::Result<()> {
    let target = Target::new(CONDUCTOR_TOPIC)
        .namespace("baseapi")
        .version("1.0");
    let rpc = RpcClient::new(transport.clone(), target).timeout(PING);
    let mut wait = WAIT.0;
    let mut tries = 0_u32;
    loop {
        tries += 1;
        let error = match ping(&rpc).await {
            Ok(()) => break,
            Err(error @ Error::VersionCap { .. }) => return Err(error),
            Err(error) => error,
        };
        // Once at once, then as often as somebody reading along would ask.
        if tries == 1 || wait == WAIT.1 {
            tracing::warn!(%error, tries, "waiting for a conductor: is nova-conductor running, on this bus?");
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(WAIT.1);
    }
    if tries > 1 {
        tracing::info!(tries, "a conductor is there");
    }
    Ok(())
}

async fn ping(rpc: &RpcClient) -> oslo_messaging::Result<()> {
    let args = Kwargs::new().value("arg", "1.21 GigaWatts")?;
    rpc.prepare()
        .call(&CallContext::empty(), "ping", &args)
        .await?;
    Ok(())
}
