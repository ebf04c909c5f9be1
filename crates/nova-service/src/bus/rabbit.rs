//! `[oslo_messaging_rabbit]` as the driver of `rabbit://` takes it.

use oslo_config::Settings;
use oslo_messaging::{Pem, TlsOptions, TransportOptions, TransportUrl};
use oslo_messaging_rabbit::{Login, QueueManager, QuorumLimits, RabbitFactory, RabbitOptions};
use oslo_messaging_rabbit::{Tap, TapSource, TlsVersions};

/// The driver, as it is configured.
pub(super) fn factory(
    settings: &Settings,
    url: &TransportUrl,
) -> oslo_messaging::Result<RabbitFactory> {
    options(settings, url).map(RabbitFactory::new)
}

/// Looks at what passes on the bus of `transport_url`, which must be RabbitMQ.
pub(super) async fn tap(
    settings: &Settings,
    url: &TransportUrl,
    transport: &TransportOptions,
    source: &TapSource,
) -> oslo_messaging::Result<Tap> {
    if !url.scheme.contains("rabbit") {
        return Err(url.invalid("only a RabbitMQ bus (rabbit://) can be looked at"));
    }
    Tap::open(url, transport, &options(settings, url)?, source).await
}

fn options(settings: &Settings, url: &TransportUrl) -> oslo_messaging::Result<RabbitOptions> {
    let rabbit = &settings.rabbit;
    let impossible = |reason| Err(url.invalid(reason));
    if url.scheme.contains("rabbit") {
        if let Some(compression) = &rabbit.kombu_compression {
            return impossible(format!(
                "kombu_compression = {compression} is not supported; unset it in every service of this bus"
            ));
        }
        if rabbit.ssl_enforce_fips_mode {
            return impossible(
                "ssl_enforce_fips_mode = true cannot be kept: the TLS library of this program has no FIPS mode; unset it, or \
                 keep whoever needs it on the original's services"
                    .to_owned(),
            );
        }
    }
    let tls_versions = match tls_versions(&rabbit.ssl_version) {
        Ok(versions) => versions,
        // As the original, which does not look at it then.
        Err(_) if !rabbit.ssl => TlsVersions::Any,
        Err(reason) => return impossible(reason),
    };
    Ok(RabbitOptions {
        durable_queues: rabbit.amqp_durable_queues,
        auto_delete: rabbit.amqp_auto_delete,
        quorum_queue: rabbit.rabbit_quorum_queue,
        transient_quorum_queue: rabbit.rabbit_transient_quorum_queue,
        quorum_limits: QuorumLimits {
            deliveries: rabbit.rabbit_quorum_delivery_limit,
            memory_length: rabbit.rabbit_quorum_max_memory_length,
            memory_bytes: rabbit.rabbit_quorum_max_memory_bytes,
        },
        ha_queues: rabbit.rabbit_ha_queues,
        stream_fanout: rabbit.rabbit_stream_fanout,
        transient_queues_ttl: rabbit.rabbit_transient_queues_ttl,
        queue_manager: rabbit.use_queue_manager.then(|| QueueManager {
            hostname: rabbit.hostname.clone(),
            processname: rabbit.processname.clone(),
        }),
        // Below 0 is no bound, as 0 is.
        prefetch: u16::try_from(rabbit.rabbit_qos_prefetch_count.max(0)).unwrap_or(u16::MAX),
        login: match rabbit.rabbit_login_method.as_str() {
            "PLAIN" => Login::Plain,
            "EXTERNAL" => Login::External,
            "RABBIT-CR-DEMO" => Login::RabbitCrDemo,
            _ => Login::AmqPlain,
        },
        retry_interval: rabbit.rabbit_retry_interval,
        retry_backoff: rabbit.rabbit_retry_backoff,
        interval_max: rabbit.rabbit_interval_max,
        reconnect_splay: rabbit.kombu_reconnect_splay,
        heartbeat: rabbit.heartbeat_timeout_threshold,
        direct_mandatory: rabbit.direct_mandatory_flag,
        missing_queue_timeout: rabbit.kombu_missing_consumer_retry_timeout,
        cancel_on_failover: rabbit.enable_cancel_on_failover,
        shuffle_hosts: rabbit.kombu_failover_strategy == "shuffle",
        tls: rabbit.ssl.then(|| TlsOptions {
            ca: file(&rabbit.ssl_ca_file),
            certificate: file(&rabbit.ssl_cert_file),
            key: file(&rabbit.ssl_key_file),
            server_name: None,
        }),
        tls_versions,
        verify_hostname: rabbit.ssl_enforce_hostname_verification,
        ..RabbitOptions::default()
    })
}

/// `ssl_version`, in any case: oslo.messaging `impl_rabbit.py`, `validate_ssl_version`. `SSLv23` is Python's former name for
/// whatever both sides have.
fn tls_versions(name: &str) -> Result<TlsVersions, String> {
    match name.to_lowercase().as_str() {
        "" | "sslv23" => Ok(TlsVersions::Any),
        "tlsv1_2" => Ok(TlsVersions::V1_2),
        "tlsv1" | "tlsv1_1" | "sslv2" | "sslv3" => Err(format!(
            "ssl_version = {name} is too old to be safe and not spoken here; leave it empty for TLS 1.3 or 1.2, or set TLSv1_2"
        )),
        _ => Err(format!(
            "ssl_version = {name} is no version of TLS; leave it empty for TLS 1.3 or 1.2, or set SSLv23, which means the same, \
             or TLSv1_2"
        )),
    }
}

fn file(path: &str) -> Option<Pem> {
    (!path.is_empty()).then(|| Pem::File(path.into()))
}

#[cfg(test)]
mod tests {
    use super::factory;
    use crate::bus::tests::settings;

    fn made(options: &str) -> oslo_messaging::Result<String> {
        let text = format!("[oslo_messaging_rabbit]\n{options}\n");
        let url = "rabbit://one:5672/".parse()?;
        factory(&settings(text), &url).map(|factory| format!("{factory:?}"))
    }

    #[test]
    fn an_empty_section_is_the_drivers_defaults() {
        let defaults = format!("{:?}", oslo_messaging_rabbit::RabbitFactory::default());
        assert_eq!(made("").expect("defaults"), defaults);
    }

    #[test]
    fn options_reach_the_driver() {
        let made = made(
            "rabbit_quorum_queue = true\nrabbit_quorum_delivery_limit = 7\nuse_queue_manager = true\nhostname = h1\n\
             processname = p1\nrabbit_login_method = PLAIN\nrabbit_interval_max = 5\nssl = true\nssl_ca_file = /ca.pem\n\
             rabbit_qos_prefetch_count = 70000\nkombu_failover_strategy = shuffle\nkombu_reconnect_splay = 2.5\n\
             ssl_version = tlsv1_2",
        )
        .expect("they make sense");
        for part in [
            "quorum_queue: true",
            "deliveries: 7",
            "hostname: \"h1\", processname: \"p1\"",
            "login: Plain",
            "interval_max: 5s",
            "ca: Some(File(\"/ca.pem\"))",
            "prefetch: 65535",
            "shuffle_hosts: true",
            "reconnect_splay: 2.5s",
            "tls_versions: V1_2",
        ] {
            assert!(made.contains(part), "{part}: {made}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused_and_named() {
        for option in [
            "kombu_compression = gzip",
            "ssl_enforce_fips_mode = true",
            "ssl_version = TLSv1",
            "ssl_version = TLSv1_1",
            "ssl_version = SSLv3",
            "ssl_version = TLSv1_4",
        ] {
            let error = made(&format!("ssl = true\n{option}")).expect_err("it cannot be done");
            let text = error.to_string();
            assert!(text.contains(option), "{option}: {text}");
        }
        // As the original: it is not looked at where there is no TLS.
        assert!(made("ssl_version = TLSv1_4").is_ok());
        for version in ["", "SSLv23", "sslv23", "TLSv1_2"] {
            let made = made(&format!("ssl = true\nssl_version = {version}"));
            assert!(made.is_ok(), "{version}: {made:?}");
        }
    }
}
