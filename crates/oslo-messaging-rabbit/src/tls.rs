//! TLS towards the broker.

use std::io;
use std::sync::Arc;

use oslo_messaging::{Error, Pem, Result, TlsOptions, TransportUrl};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use crate::options::TlsVersions;

static ONLY_1_2: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];

/// Certificates and keys, read and ready.
#[derive(Clone)]
pub(crate) struct Tls {
    connector: TlsConnector,
    name: Option<ServerName<'static>>,
}

impl Tls {
    /// Reads what the options name.
    pub(crate) fn new(
        url: &TransportUrl,
        options: &TlsOptions,
        versions: TlsVersions,
        verify_hostname: bool,
    ) -> Result<Self> {
        let failed = |reason: String| Error::Tls {
            url: url.to_string(),
            reason,
        };
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        if let Some(ca) = &options.ca {
            for certificate in certificates(ca).map_err(failed)? {
                roots
                    .add(certificate)
                    .map_err(|error| failed(error.to_string()))?;
            }
        } else {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                .build()
                .map_err(|error| {
                    failed(format!(
                        "{error}; name the authority of the broker's certificate in ssl_ca_file"
                    ))
                })?;
        let config = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(match versions {
                TlsVersions::Any => rustls::DEFAULT_VERSIONS,
                TlsVersions::V1_2 => ONLY_1_2,
            })
            .map_err(|error| failed(error.to_string()))?;
        let config = if verify_hostname {
            config.with_webpki_verifier(verifier)
        } else {
            config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyName { verifier, provider }))
        };
        let config = match (&options.certificate, &options.key) {
            (Some(certificate), Some(key)) => config
                .with_client_auth_cert(
                    certificates(certificate).map_err(failed)?,
                    private_key(key).map_err(failed)?,
                )
                .map_err(|error| failed(error.to_string()))?,
            (None, None) => config.with_no_client_auth(),
            _ => {
                let reason = "a certificate and its key go together (ssl_cert_file, ssl_key_file)";
                return Err(failed(reason.to_owned()));
            }
        };
        let name = options
            .server_name
            .clone()
            .map(|name| ServerName::try_from(name).map_err(|error| failed(error.to_string())))
            .transpose()?;
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            name,
        })
    }

    pub(crate) async fn connect(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = match &self.name {
            Some(name) => name.clone(),
            None => ServerName::try_from(host.to_owned())
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?,
        };
        self.connector.connect(name, stream).await
    }
}

fn certificates(pem: &Pem) -> std::result::Result<Vec<CertificateDer<'static>>, String> {
    let text = read(pem)?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| format!("read {}: {error}", shown(pem)))?;
    if found.is_empty() {
        return Err(format!("{} has no certificate", shown(pem)));
    }
    Ok(found)
}

fn private_key(pem: &Pem) -> std::result::Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(&read(pem)?)
        .map_err(|error| format!("read {}: {error}", shown(pem)))
}

fn read(pem: &Pem) -> std::result::Result<Vec<u8>, String> {
    match pem {
        Pem::Text(text) => Ok(text.clone().into_bytes()),
        Pem::File(path) => {
            std::fs::read(path).map_err(|error| format!("read {}: {error}", path.display()))
        }
    }
}

fn shown(pem: &Pem) -> String {
    match pem {
        Pem::Text(_) => "the PEM text".to_owned(),
        Pem::File(path) => path.display().to_string(),
    }
}

/// Takes a certificate a trusted authority signed for any name: `ssl_enforce_hostname_verification = false`.
#[derive(Debug)]
struct AnyName {
    verifier: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let verified =
            self.verifier
                .verify_server_cert(certificate, intermediates, name, ocsp, now);
        match verified {
            // Names are checked last: everything else was right.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
