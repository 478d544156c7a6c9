//! Names to addresses, and to texts.

use std::{io, net::IpAddr};

use hickory_resolver::{
    TokioResolver,
    config::{LookupIpStrategy, ResolveHosts},
    proto::rr::RData,
};
use tokio::sync::OnceCell;

use super::Soon;

/// Whoever knows names. A test brings its own.
pub trait Resolver: Send + Sync {
    /// Every address of a host, IPv4 and IPv6, from one look. `host` is a whole name, without a
    /// last dot.
    ///
    /// # Errors
    /// If there are none, or the answer did not come.
    fn addresses<'a>(&'a self, host: &'a str) -> Soon<'a, io::Result<Vec<IpAddr>>>;

    /// Every TXT record of a name, each with its pieces joined (RFC 7208 §3.3).
    ///
    /// # Errors
    /// If there are none, or the answer did not come.
    fn texts<'a>(&'a self, name: &'a str) -> Soon<'a, io::Result<Vec<String>>>;
}

/// The name servers that this machine is set up to ask. Its list of hosts and its search domains
/// are left out: they lead inside.
#[derive(Default)]
pub struct Dns {
    /// Made when the first name is asked for.
    resolver: OnceCell<TokioResolver>,
}

impl Dns {
    /// Nothing is read or asked yet.
    #[must_use]
    pub fn new() -> Dns {
        Dns::default()
    }

    async fn resolver(&self) -> io::Result<&TokioResolver> {
        self.resolver
            .get_or_try_init(|| async {
                let mut builder = TokioResolver::builder_tokio().map_err(io::Error::other)?;
                let options = builder.options_mut();
                options.use_hosts_file = ResolveHosts::Never;
                options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
                builder.build().map_err(io::Error::other)
            })
            .await
    }
}

/// A whole name: nothing is added to it.
fn whole(name: &str) -> String {
    format!("{name}.")
}

impl Resolver for Dns {
    fn addresses<'a>(&'a self, host: &'a str) -> Soon<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let resolver = self.resolver().await?;
            let found = resolver.lookup_ip(whole(host)).await;
            Ok(found.map_err(io::Error::other)?.iter().collect())
        })
    }

    fn texts<'a>(&'a self, name: &'a str) -> Soon<'a, io::Result<Vec<String>>> {
        Box::pin(async move {
            let resolver = self.resolver().await?;
            let found = resolver.txt_lookup(whole(name)).await;
            let found = found.map_err(io::Error::other)?;
            let texts = found
                .answers()
                .iter()
                .filter_map(|record| match &record.data {
                    RData::TXT(text) => Some(text.to_string()),
                    _ => None,
                });
            Ok(texts.collect())
        })
    }
}
