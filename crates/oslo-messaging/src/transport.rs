//! A way to a message bus, opened by URL and shared by the clients and servers of a process.

use std::fmt;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::driver::{Driver, DriverFactory};
use crate::error::{Error, Result};
use crate::fake::FakeFactory;
use crate::options::TransportOptions;
use crate::url::TransportUrl;

/// An open message bus. Cheap to clone; all clones are one connection.
#[derive(Clone)]
pub struct Transport(Arc<Inner>);

struct Inner {
    url: TransportUrl,
    options: TransportOptions,
    driver: Arc<dyn Driver>,
    closed: CancellationToken,
}

impl Transport {
    /// Opens the driver the URL names. `fake` and (with the feature `grpc`) `grpc` and `grpc+unix` are built in;
    /// `factories` adds others and goes before them.
    ///
    /// ```
    /// use oslo_messaging::{Transport, TransportOptions};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let transport = Transport::open(&"fake://doc".parse()?, TransportOptions::default(), &[]).await?;
    /// transport.close().await;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownScheme`], or what the driver says about the URL. That the other side is down is no error yet.
    pub async fn open(
        url: &TransportUrl,
        options: TransportOptions,
        factories: &[&dyn DriverFactory],
    ) -> Result<Self> {
        let built_in: &[&dyn DriverFactory] = &[
            &FakeFactory,
            #[cfg(feature = "grpc")]
            &crate::grpc::GrpcFactory,
        ];
        let all = || factories.iter().chain(built_in);
        let Some(factory) = all().find(|factory| factory.schemes().contains(&url.scheme.as_str()))
        else {
            let mut known: Vec<String> = all()
                .flat_map(|factory| factory.schemes())
                .map(|scheme| format!("{scheme}://"))
                .collect();
            known.sort();
            return Err(Error::UnknownScheme {
                scheme: url.scheme.clone(),
                known: known.join(", "),
            });
        };
        let driver = factory.open(url, &options).await?;
        Ok(Self::with_driver(url.clone(), options, driver))
    }

    /// A transport over a driver that is open already.
    #[must_use]
    pub fn with_driver(
        url: TransportUrl,
        options: TransportOptions,
        driver: Arc<dyn Driver>,
    ) -> Self {
        Self(Arc::new(Inner {
            url,
            options,
            driver,
            closed: CancellationToken::new(),
        }))
    }

    /// The URL it was opened with.
    #[must_use]
    pub fn url(&self) -> &TransportUrl {
        &self.0.url
    }

    /// What it was told besides.
    #[must_use]
    pub fn options(&self) -> &TransportOptions {
        &self.0.options
    }

    /// The driver below, for tools that send bodies of their own.
    #[must_use]
    pub fn driver(&self) -> &Arc<dyn Driver> {
        &self.0.driver
    }

    /// Ends connections. Calls in flight end with [`Error::Closed`]; stop servers first.
    pub async fn close(&self) {
        self.0.closed.cancel();
        self.0.driver.close().await;
    }

    /// Resolves when the transport was closed.
    pub(crate) async fn closed(&self) {
        self.0.closed.cancelled().await;
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transport({})", self.0.url)
    }
}
