//! TLS 1.2 and 1.3 against the public roots, dated by our own clock.

use std::{fmt, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    client::Resumption,
    crypto::ring,
    pki_types::{ServerName, UnixTime},
    time_provider::TimeProvider,
};
use tokio::time::timeout;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{Cause, Stage, Stream, limits};
use crate::clock::Clock;

/// The roots that browsers trust, as they were when the program was built.
#[must_use]
pub fn public_roots() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

/// How TLS is spoken. No session is resumed: two fetches cannot be told to be the same client's.
pub(super) fn connector(
    roots: RootCertStore,
    clock: Arc<dyn Clock>,
) -> Result<TlsConnector, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(Dated(clock)))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Agrees on TLS with `host`, which must prove its name.
pub(super) async fn agree(
    connector: &TlsConnector,
    host: &str,
    stream: Box<dyn Stream>,
) -> Result<TlsStream<Box<dyn Stream>>, Cause> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Cause::Name)?;
    match timeout(limits::TLS, connector.connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(_)) => Err(Cause::Tls),
        Err(_) => Err(Cause::Slow(Stage::Tls)),
    }
}

struct Dated(Arc<dyn Clock>);

impl fmt::Debug for Dated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dated")
    }
}

impl TimeProvider for Dated {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
