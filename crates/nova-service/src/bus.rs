//! The message bus of a service, as its configuration names it.

mod rabbit;

use oslo_config::Settings;
use oslo_messaging::grpc::{Hub, HubOptions};
use oslo_messaging::{Pem, TlsOptions, Transport, TransportOptions, TransportUrl};
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
        warn_of_caps(settings);
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
        tls: tls(settings),
        ..TransportOptions::default()
    }
}

fn tls(settings: &Settings) -> Option<TlsOptions> {
    let grpc = &settings.grpc;
    grpc.ssl.then(|| TlsOptions {
        ca: grpc.ca_file.clone().map(Pem::File),
        certificate: grpc.cert_file.clone().map(Pem::File),
        key: grpc.key_file.clone().map(Pem::File),
        server_name: grpc.server_name.clone(),
    })
}

/// Caps are not honoured: every server says what it serves, and computes that serve nothing newer are sent the major before.
fn warn_of_caps(settings: &Settings) {
    let levels = &settings.upgrade_levels;
    let caps = [
        ("compute", &levels.compute),
        ("conductor", &levels.conductor),
        ("scheduler", &levels.scheduler),
        ("baseapi", &levels.baseapi),
    ];
    for (option, cap) in caps {
        if let Some(cap) = cap.as_deref().filter(|cap| *cap != "auto") {
            tracing::warn!(
                option,
                cap,
                "[upgrade_levels] caps are not honoured here; unset it, or keep who needs it on the original's services"
            );
        }
    }
}
