//! TLS, with a proxy in front of the broker that speaks it.

use std::sync::Arc;

use oslo_messaging::{CallContext, Kwargs, Pem, ServerOptions, TlsOptions};
use oslo_messaging_rabbit::{RabbitOptions, TlsVersions};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{DEFAULT_VERSIONS, ServerConfig, SupportedProtocolVersion};

use crate::support::{Bus, Probe, address, echo, quick, soon, url_by};

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A TLS end in front of the broker, with a certificate for `name`.
async fn tls_proxy(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> String {
    tls_proxy_of(authority, name, DEFAULT_VERSIONS).await
}

/// The same, which speaks these versions only.
async fn tls_proxy_of(
    authority: &CertifiedIssuer<'static, KeyPair>,
    name: &str,
    versions: &[&'static SupportedProtocolVersion],
) -> String {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut client) = acceptor.accept(client).await else {
                    return;
                };
                let mut broker = TcpStream::connect(address()).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut broker).await;
            });
        }
    });
    format!("localhost:{port}")
}

fn trusting(authority: &CertifiedIssuer<'static, KeyPair>) -> RabbitOptions {
    let ca = Some(Pem::Text(authority.pem()));
    RabbitOptions {
        tls: Some(TlsOptions {
            ca,
            ..TlsOptions::default()
        }),
        ..quick()
    }
}

#[tokio::test]
async fn a_trusted_broker_is_talked_to() {
    let (authority, bus) = (authority(), Bus::new());
    let url = url_by(&[tls_proxy(&authority, "localhost").await]);
    let transport = bus.open_with(&url, trusting(&authority)).await;
    let server = bus.serve(&transport, "h1", &Probe::new()).await;
    let large = "z".repeat(400_000);
    assert_eq!(
        soon("an answer", echo(&bus.client(&transport), &large))
            .await
            .unwrap(),
        large
    );
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn names_are_checked_unless_told_otherwise() {
    let (authority, bus) = (authority(), Bus::new());
    let url = url_by(&[tls_proxy(&authority, "other.example").await]);
    let strict = bus.open_with(&url, trusting(&authority)).await;
    let call = bus
        .client(&strict)
        .timeout(std::time::Duration::from_secs(1));
    let error = echo(&call, "x").await.unwrap_err().to_string();
    assert!(error.contains("certificate"), "{error}");
    let options = RabbitOptions {
        verify_hostname: false,
        ..trusting(&authority)
    };
    let lax = bus.open_with(&url, options).await;
    let server = bus
        .serve_with(&lax, "h1", &Probe::new(), ServerOptions::default())
        .await
        .unwrap();
    server.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn strangers_are_refused_even_without_names() {
    let (authority_of_broker, other, bus) = (authority(), authority(), Bus::new());
    let url = url_by(&[tls_proxy(&authority_of_broker, "localhost").await]);
    for verify_hostname in [true, false] {
        let options = RabbitOptions {
            verify_hostname,
            ..trusting(&other)
        };
        let transport = bus.open_with(&url, options).await;
        let client = bus
            .client(&transport)
            .timeout(std::time::Duration::from_secs(1));
        let error = echo(&client, "x").await.unwrap_err().to_string();
        assert!(error.contains("certificate"), "{error}");
    }
}

#[tokio::test]
async fn no_other_version_is_spoken_than_the_one_asked_for() {
    let (authority, bus) = (authority(), Bus::new());
    for (spoken, asked, agree) in [
        (&TLS12, TlsVersions::V1_2, true),
        (&TLS13, TlsVersions::V1_2, false),
        (&TLS12, TlsVersions::Any, true),
        (&TLS13, TlsVersions::Any, true),
    ] {
        let url = url_by(&[tls_proxy_of(&authority, "localhost", &[spoken]).await]);
        let options = RabbitOptions {
            tls_versions: asked,
            ..trusting(&authority)
        };
        let transport = bus.open_with(&url, options).await;
        let client = bus
            .client(&transport)
            .timeout(std::time::Duration::from_secs(1));
        let called = client
            .prepare()
            .cast(&CallContext::empty(), "note", &Kwargs::new())
            .await;
        assert_eq!(
            called.is_ok(),
            agree,
            "{spoken:?} for {asked:?}: {called:?}"
        );
    }
}
