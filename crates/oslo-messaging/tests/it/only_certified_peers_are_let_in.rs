//! TLS and mutual TLS on `grpc://`.

use std::time::Duration;

use oslo_messaging::grpc::{Hub, HubOptions};
use oslo_messaging::{
    CallContext, Error, Json, Pem, Target, TlsOptions, Transport, TransportOptions, TransportUrl,
};
use oslo_messaging::{Result, RpcClient};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::support::{Probe, serve, value};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key, as PEM.
fn certify(authority: &Authority, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn text(pem: &str) -> Option<Pem> {
    Some(Pem::Text(pem.to_owned()))
}

async fn mutual_hub(authority: &Authority) -> Hub {
    let (certificate, key) = certify(authority, "localhost");
    let options = HubOptions {
        tls: Some(TlsOptions {
            ca: text(&authority.pem()),
            certificate: text(&certificate),
            key: text(&key),
            server_name: None,
        }),
        ..HubOptions::default()
    };
    Hub::bind(&"grpc://localhost:0".parse().unwrap(), options)
        .await
        .unwrap()
}

async fn call(url: &TransportUrl, tls: Option<TlsOptions>) -> Result<Json> {
    let options = TransportOptions {
        tls,
        ..TransportOptions::default()
    };
    let transport = Transport::open(url, options, &[]).await?;
    RpcClient::new(transport, Target::new("conductor").version("3.0"))
        .prepare()
        .timeout(Duration::from_secs(10))
        .retry(0)
        .call(&CallContext::empty(), "echo", &value("x"))
        .await
}

#[tokio::test]
async fn mutual_tls_lets_in_whom_its_authority_signed() {
    let ours = authority();
    let hub = mutual_hub(&ours).await;
    let _server = serve(
        &hub.transport(TransportOptions::default()),
        "h",
        &Probe::new(),
    )
    .await;
    let (certificate, key) = certify(&ours, "compute1");
    let tls = TlsOptions {
        ca: text(&ours.pem()),
        certificate: text(&certificate),
        key: text(&key),
        server_name: None,
    };
    assert_eq!(call(hub.url(), Some(tls)).await.unwrap().get(), "\"x\"");
}

#[tokio::test]
async fn mutual_tls_refuses_everybody_else() {
    let (ours, theirs) = (authority(), authority());
    let hub = mutual_hub(&ours).await;
    let _server = serve(
        &hub.transport(TransportOptions::default()),
        "h",
        &Probe::new(),
    )
    .await;
    let (certificate, key) = certify(&theirs, "compute1");
    let (ours_certificate, ours_key) = certify(&ours, "compute1");
    let refused = [
        ("no TLS at all", None),
        (
            "no certificate",
            Some(TlsOptions {
                ca: text(&ours.pem()),
                ..TlsOptions::default()
            }),
        ),
        (
            "a certificate of another authority",
            Some(TlsOptions {
                ca: text(&ours.pem()),
                certificate: text(&certificate),
                key: text(&key),
                server_name: None,
            }),
        ),
        (
            "a hub of another authority",
            Some(TlsOptions {
                ca: text(&theirs.pem()),
                certificate: text(&ours_certificate),
                key: text(&ours_key),
                server_name: None,
            }),
        ),
        (
            "a hub of another name",
            Some(TlsOptions {
                ca: text(&ours.pem()),
                certificate: text(&ours_certificate),
                key: text(&ours_key),
                server_name: Some("elsewhere".to_owned()),
            }),
        ),
    ];
    for (what, tls) in refused {
        let error = call(hub.url(), tls).await.expect_err(what);
        assert!(
            matches!(error, Error::NotConnected { .. }),
            "{what}: {error}"
        );
    }
}

#[tokio::test]
async fn tls_is_set_up_by_the_url_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let ours = authority();
    let (certificate, key) = certify(&ours, "localhost");
    for (name, text) in [("ca", ours.pem()), ("cert", certificate), ("key", key)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let file = |name: &str| folder.path().join(name).display().to_string();
    let url = format!(
        "grpc://localhost:0?tls=1&cert={}&key={}",
        file("cert"),
        file("key")
    );
    let hub = Hub::bind(&url.parse().unwrap(), HubOptions::default())
        .await
        .unwrap();
    let _server = serve(
        &hub.transport(TransportOptions::default()),
        "h",
        &Probe::new(),
    )
    .await;
    let port = hub.url().hosts[0].port.unwrap();
    let url: TransportUrl = format!("grpc://localhost:{port}?tls=1&ca={}", file("ca"))
        .parse()
        .unwrap();
    assert_eq!(call(&url, None).await.unwrap().get(), "\"x\"");
}

#[tokio::test]
async fn half_a_set_up_is_refused_with_what_is_missing() {
    for (url, missing) in [
        ("grpc://localhost?tls=1", "ca=FILE"),
        (
            "grpc://localhost?tls=1&ca=/nonexistent/ca.pem",
            "/nonexistent/ca.pem",
        ),
        ("grpc://localhost?ca=/ca.pem", "tls=1"),
        ("grpc+unix:///s?tls=1", "Unix socket"),
        ("grpc://u:p@localhost", "mutual TLS"),
        ("grpc://one,two", "one host"),
    ] {
        let url: TransportUrl = url.parse().unwrap();
        let error = Transport::open(&url, TransportOptions::default(), &[])
            .await
            .expect_err("half a set-up");
        assert!(error.to_string().contains(missing), "{error}");
    }
    let url: TransportUrl = "grpc://localhost:0?tls=1".parse().unwrap();
    let error = Hub::bind(&url, HubOptions::default())
        .await
        .expect_err("no certificate");
    assert!(error.to_string().contains("cert=FILE"), "{error}");
}
