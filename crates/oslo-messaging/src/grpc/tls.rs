//! TLS from the URL's options or the transport's.

use std::path::PathBuf;

use tonic::transport::{Certificate, ClientTlsConfig, Identity, ServerTlsConfig};

use crate::error::{Error, Result};
use crate::options::{Pem, TlsOptions};
use crate::url::TransportUrl;

/// What the URL says, and where it says nothing what the options say; `None` without TLS.
pub(super) fn resolve(
    url: &TransportUrl,
    options: Option<&TlsOptions>,
) -> Result<Option<TlsOptions>> {
    let mut tls = match options {
        Some(options) => options.clone(),
        None if url.flag("tls") || url.flag("ssl") => TlsOptions::default(),
        None => {
            if let Some((name, _)) = url
                .query
                .iter()
                .find(|(name, _)| ["ca", "cert", "key", "server_name"].contains(&name.as_str()))
            {
                return Err(url.invalid(format!("`{name}` does nothing without `tls=1`")));
            }
            return Ok(None);
        }
    };
    let file = |name: &str| url.option(name).map(|path| Pem::File(PathBuf::from(path)));
    tls.ca = file("ca").or(tls.ca);
    tls.certificate = file("cert").or(tls.certificate);
    tls.key = file("key").or(tls.key);
    tls.server_name = url
        .option("server_name")
        .map(str::to_owned)
        .or(tls.server_name);
    if url.scheme == "grpc+unix" {
        return Err(url.invalid("a Unix socket has no TLS; its file's permissions guard it"));
    }
    Ok(Some(tls))
}

/// For connecting.
pub(super) fn client(url: &TransportUrl, tls: &TlsOptions) -> Result<ClientTlsConfig> {
    let Some(ca) = &tls.ca else {
        return Err(failed(
            url,
            "name the certificate authority of the hub's certificate (`ca=FILE`)",
        ));
    };
    let mut config = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(url, ca)?));
    if let Some(name) = &tls.server_name {
        config = config.domain_name(name);
    }
    if let Some(identity) = identity(url, tls)? {
        config = config.identity(identity);
    }
    Ok(config)
}

/// For listening. With a `ca`, clients without a certificate it signed are refused.
pub(super) fn server(url: &TransportUrl, tls: &TlsOptions) -> Result<ServerTlsConfig> {
    let Some(identity) = identity(url, tls)? else {
        return Err(failed(
            url,
            "a hub needs a certificate and its key (`cert=FILE`, `key=FILE`)",
        ));
    };
    let mut config = ServerTlsConfig::new().identity(identity);
    if let Some(ca) = &tls.ca {
        config = config.client_ca_root(Certificate::from_pem(read(url, ca)?));
    }
    Ok(config)
}

fn identity(url: &TransportUrl, tls: &TlsOptions) -> Result<Option<Identity>> {
    match (&tls.certificate, &tls.key) {
        (Some(certificate), Some(key)) => Ok(Some(Identity::from_pem(
            read(url, certificate)?,
            read(url, key)?,
        ))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(failed(
            url,
            "there is a certificate but no key (`key=FILE`)",
        )),
        (None, Some(_)) => Err(failed(
            url,
            "there is a key but no certificate (`cert=FILE`)",
        )),
    }
}

fn read(url: &TransportUrl, pem: &Pem) -> Result<Vec<u8>> {
    match pem {
        Pem::Text(text) => Ok(text.clone().into_bytes()),
        Pem::File(path) => std::fs::read(path)
            .map_err(|error| failed(url, format!("read {}: {error}", path.display()))),
    }
}

/// An error about this URL's TLS.
pub(super) fn failed(url: &TransportUrl, reason: impl Into<String>) -> Error {
    Error::Tls {
        url: url.to_string(),
        reason: reason.into(),
    }
}
