//! The message bus of a service, as its configuration names it.

mod rabbit;

use nova_rpc::CONDUCTOR_TOPIC;
use oslo_config::settings::UpgradeLevels;
use oslo_config::{Cap, Settings};
use oslo_messaging::grpc::{Hub, HubOptions};
use oslo_messaging::{Pem, TlsOptions, Transport, TransportOptions, TransportUrl, VersionCaps};
use oslo_messaging_rabbit::{Tap, TapSource};

use crate::{Error, Result};

/// An open bus, and the hub behind it if this process is the one that keeps it.
#[derive(Debug)]
pub struct Bus {
    transport: Transport,
    hub: Option<Hub>,
}

impl Bus {
    /// Opens the bus of `transport_url` as one of its members. That the other
    /// side is not up yet is no error: calls wait for it until their deadline.
    ///
    /// # Errors
    /// [`Error::Bus`] when the URL cannot be used.
    pub async fn join(program: &str, settings: &Settings) -> Result<Self> {
        let url = url(settings)?;
        let rabbit = rabbit::factory(settings, &url).map_err(|source| bus(settings, source))?;
        let transport = Transport::open(&url, options(program, settings), &[&rabbit])
            .await
            .map_err(|source| bus(settings, source))?;
        Ok(Self {
            transport,
            hub: None,
        })
    }

    /// Opens the bus as the service that others look for on it. Where the bus
    /// has no broker (`grpc://`), this process becomes its hub.
    ///
    /// # Errors
    /// [`Error::Bus`] when the URL cannot be used, or another process is the
    /// hub already.
    pub async fn host(program: &str, settings: &Settings) -> Result<Self> {
        let url = url(settings)?;
        if !url.scheme.starts_with("grpc") {
            return Self::join(program, settings).await;
        }
        let hub_options = HubOptions {
            tls: tls(settings),
            ..HubOptions::default()
        };
        let hub = Hub::bind(&url, hub_options)
            .await
            .map_err(|source| bus(settings, source))?;
        tracing::info!(url = %hub.url(), "other services meet here");
        Ok(Self {
            transport: hub.transport(options(program, settings)),
            hub: Some(hub),
        })
    }

    /// Looks at what passes on the bus, without joining it.
    ///
    /// # Errors
    /// [`Error::Bus`] when it is not RabbitMQ, or refuses.
    pub async fn tap(program: &str, settings: &Settings, source: &TapSource) -> Result<Tap> {
        let url = url(settings)?;
        rabbit::tap(settings, &url, &options(program, settings), source)
            .await
            .map_err(|source| bus(settings, source))
    }

    /// The transport, for clients and servers.
    #[must_use]
    pub const fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Leaves the bus. Servers on it must have stopped.
    pub async fn close(self) {
        self.transport.close().await;
        if let Some(hub) = self.hub {
            hub.stop().await;
        }
    }
}

fn url(settings: &Settings) -> Result<TransportUrl> {
    settings
        .service
        .transport_url
        .expose()
        .parse()
        .map_err(|source| bus(settings, source))
}

fn bus(settings: &Settings, source: oslo_messaging::Error) -> Error {
    let url = oslo_config::mask_urls(settings.service.transport_url.expose()).into_owned();
    Error::Bus { url, source }
}

fn options(program: &str, settings: &Settings) -> TransportOptions {
    TransportOptions {
        exchange: settings.service.control_exchange.as_str().into(),
        response_timeout: settings.service.rpc_response_timeout,
        connection_name: format!("{program}:{}", std::process::id()).into(),
        version_caps: caps(&settings.upgrade_levels),
        tls: tls(settings),
        ..TransportOptions::default()
    }
}

fn tls(settings: &Settings) -> Option<TlsOptions> {
    let grpc = &settings.grpc;
    let named = [&grpc.ca_file, &grpc.cert_file, &grpc.key_file];
    let wanted = grpc.ssl || named.into_iter().any(Option::is_some);
    wanted.then(|| TlsOptions {
        ca: grpc.ca_file.clone().map(Pem::File),
        certificate: grpc.cert_file.clone().map(Pem::File),
        key: grpc.key_file.clone().map(Pem::File),
        server_name: grpc.server_name.clone(),
    })
}

/// What `[upgrade_levels]` holds this process to. `auto` is what is done without it: every compute is asked what it serves.
/// Schedulers are not called.
fn caps(levels: &UpgradeLevels) -> VersionCaps {
    let set = |level: &Option<String>| level.clone().filter(|level| level != Cap::AUTO);
    let mut caps = VersionCaps::default();
    if let Some(cap) = set(&levels.compute) {
        caps = caps.topic("compute", &cap, "[upgrade_levels] compute");
    }
    if let Some(cap) = set(&levels.conductor) {
        caps = caps.topic(CONDUCTOR_TOPIC, &cap, "[upgrade_levels] conductor");
    }
    if let Some(cap) = set(&levels.baseapi) {
        caps = caps.namespace("baseapi", &cap, "[upgrade_levels] baseapi");
    }
    caps
}

#[cfg(test)]
mod tests {
    use nova_objects::{Context, RequestContext, Service};
    use nova_rpc::ConductorClient;
    use oslo_config::Settings;
    use oslo_messaging::{Target, Transport};

    use super::Bus;
    use crate::request_codec;

    /// The settings of a file, and of nothing else.
    pub(super) fn settings(text: String) -> Settings {
        Settings::of_text(text).expect("its options are valid")
    }

    #[test]
    fn a_file_that_is_named_turns_tls_on() {
        let tls = |text: &str| super::tls(&settings(format!("[oslo_messaging_grpc]\n{text}\n")));
        assert!(tls("").is_none());
        assert!(tls("ssl = true").is_some());
        for option in ["ca_file", "cert_file", "key_file"] {
            assert!(
                tls(&format!("{option} = /etc/nova/file.pem")).is_some(),
                "{option}"
            );
        }
    }

    async fn bus(levels: &str) -> Transport {
        let text = format!("[DEFAULT]\ntransport_url = fake://\n[upgrade_levels]\n{levels}\n");
        let bus = Bus::join("test", &settings(text)).await.expect("it opens");
        bus.transport().clone()
    }

    #[tokio::test]
    async fn a_conductor_older_than_our_calls_is_not_called_and_the_option_is_named() {
        let transport = bus("conductor = kilo").await;
        let client = ConductorClient::new(transport, request_codec());
        let ctx = Context::remote(std::sync::Arc::new(client), RequestContext::admin());
        let error = Service::get_by_host_and_binary(&ctx, "h", "nova-compute")
            .await
            .expect_err("it needs 3.0");
        assert!(error.is_class("RPCVersionCapError"), "{error}");
        assert!(
            error
                .to_string()
                .contains("send version 3.0 to conductor: [upgrade_levels] conductor holds what is sent there to 2.1"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn each_level_is_for_its_own_interface_and_auto_is_none() {
        let transport =
            bus("compute = rocky\nconductor = ocata\nbaseapi = 1.0\nscheduler = 3.0").await;
        let caps = &transport.options().version_caps;
        let of = |target: Target| caps.of(&target).map(|cap| &*cap.version);
        assert_eq!(of(Target::new("compute").server("h")), Some("5.0"));
        assert_eq!(of(Target::new("conductor")), Some("3.0"));
        assert_eq!(of(Target::new("compute").namespace("baseapi")), Some("1.0"));
        let transport = bus("compute = auto").await;
        let caps = &transport.options().version_caps;
        assert_eq!(caps.of(&Target::new("compute")), None);
    }
}
