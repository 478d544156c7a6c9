//! From an address to its content.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use rustls::RootCertStore;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use url::Url;

use super::{
    Answered, Budget, Call, Cause, Connector, Dns, Fetched, Resolver, Stage, Stream, Tcp,
    Unreachable, Want,
    address::is_public,
    cache::{Cache, Kept},
    call,
    exchange::{self, Answer},
    gate::{Gate, Under},
    limits,
    place::Place,
    public_roots, tls,
};
use crate::{
    clock::{Chance, Clock, random},
    config::{Config, limits::REDIRECTS},
};

/// What a [`Fetcher`] stands on.
pub struct Parts {
    /// Who knows names.
    pub resolver: Arc<dyn Resolver>,
    /// Who opens connections.
    pub connector: Arc<dyn Connector>,
    /// Whose certificates are believed.
    pub roots: RootCertStore,
    /// Dates what is read, and certificates.
    pub clock: Arc<dyn Clock>,
    /// How much later a failure is told.
    pub chance: Arc<dyn Chance>,
    /// The name of our own host, which is never asked.
    pub own_host: String,
    /// Addresses of our own, besides those that [`Connector::is_own`] knows.
    pub own_addresses: Vec<IpAddr>,
}

impl Parts {
    /// The network, the machine's name servers, the public roots.
    #[must_use]
    pub fn of_this_machine(
        config: &Config,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Parts {
        let listen = config.listen.ip();
        Parts {
            resolver: Arc::new(Dns::new()),
            connector: Arc::new(Tcp),
            roots: public_roots(),
            clock,
            chance,
            own_host: config.public_url.host().to_owned(),
            own_addresses: Some(listen)
                .filter(|listen| !listen.is_unspecified())
                .into_iter()
                .collect(),
        }
    }
}

/// Fetches documents from strangers, within the limits of this module. Cloning is cheap, and
/// clones share what is kept and counted.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
    parts: Parts,
    tls: TlsConnector,
    gates: Gates,
    cache: Cache,
}

/// On whose behalf a host is asked: what one asks too often, another still may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// Whoever checks a credential.
    Strangers,
    /// Signing in with a provider that an administrator named.
    Calls,
    /// Telling an address that an administrator named.
    Messages,
}

struct Gates {
    strangers: Gate,
    calls: Gate,
    messages: Gate,
}

impl Gates {
    fn new() -> Gates {
        Gates {
            strangers: Gate::new(limits::HOST_STARTS),
            calls: Gate::new(limits::NAMED_STARTS),
            messages: Gate::new(limits::NAMED_STARTS),
        }
    }

    fn of(&self, whom: For) -> &Gate {
        match whom {
            For::Strangers => &self.strangers,
            For::Calls => &self.calls,
            For::Messages => &self.messages,
        }
    }
}

impl Fetcher {
    /// A fetcher that has read nothing yet.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(parts: Parts) -> Result<Fetcher, rustls::Error> {
        Ok(Fetcher(Arc::new(Inner {
            tls: tls::connector(parts.roots.clone(), parts.clock.clone())?,
            gates: Gates::new(),
            cache: Cache::default(),
            parts,
        })))
    }

    /// The document at `url`, as `want` describes it, kept or read anew.
    ///
    /// An address that its text alone forbids is refused at once; any other failure comes no
    /// sooner than 4 s after it began, and at most 0.25 s later by chance. It never takes longer
    /// than 8 s from the first fetch of `budget`.
    ///
    /// # Errors
    /// [`Unreachable`], and nothing more is to be said of it.
    pub async fn fetch(
        &self,
        url: &str,
        want: &Want,
        budget: &Budget,
    ) -> Result<Fetched, Unreachable> {
        let place = Place::read(url)?;
        self.0.refuse_own(&place)?;
        let until = budget.spend(place.as_str())?;
        let key = format!("{} {}", place.as_str(), want.accepts());
        let outcome = self.0.cache.get(&key, || self.0.afresh(&place, want));
        match timeout_at(until, outcome).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Cause::Budget.into()),
        }
    }

    /// Calls a server that an administrator named, by the same rules; nothing is kept, and no
    /// redirect is followed.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub async fn call(&self, call: &Call) -> Result<Answered, Unreachable> {
        let place = Place::read(&call.url)?;
        self.0.refuse_own(&place)?;
        match timeout(limits::ALL, self.0.call(&place, call)).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Cause::Slow(Stage::All).into()),
        }
    }

    /// The TXT records of `label` below `host`, which must be the name of a public host.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub async fn texts(&self, label: &str, host: &str) -> Result<Vec<String>, Unreachable> {
        let place = Place::read(&format!("https://{host}/"))?;
        let name = format!("{label}.{}", place.host());
        match timeout(limits::DNS, self.0.parts.resolver.texts(&name)).await {
            Ok(Ok(texts)) => Ok(texts),
            Ok(Err(_)) => Err(Cause::Dns.into()),
            Err(_) => Err(Cause::Slow(Stage::Dns).into()),
        }
    }
}

impl Fetcher {
    pub(super) fn refuse_own(&self, place: &Place) -> Result<(), Cause> {
        self.0.refuse_own(place)
    }

    pub(super) async fn open(
        &self,
        place: &Place,
        whom: For,
    ) -> Result<(Under, Box<dyn Stream>), Cause> {
        self.0.open(place, whom).await
    }

    pub(super) fn tls(&self) -> &TlsConnector {
        &self.0.tls
    }
}

impl Inner {
    /// Reads it anew, and says how long the outcome stands.
    async fn afresh(&self, place: &Place, want: &Want) -> Kept {
        let began = Instant::now();
        let outcome = match timeout(limits::ALL, self.follow(place.clone(), want)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Cause::Slow(Stage::All)),
        };
        let keep = match &outcome {
            Ok(fetched) => (want.keep)(fetched),
            Err(Cause::Busy) => Duration::ZERO,
            Err(_) => limits::KEEP_FAILURE,
        };
        if let Err(cause) = outcome {
            tracing::debug!(?cause, "a fetch failed");
            sleep_until(began + limits::FLOOR + self.jitter()).await;
        }
        Kept {
            outcome: outcome.map_err(Unreachable::from),
            until: Instant::now() + keep,
        }
    }

    /// Between nothing and [`limits::JITTER`].
    fn jitter(&self) -> Duration {
        let share = u16::from_be_bytes(random(&*self.parts.chance));
        limits::JITTER * u32::from(share) / u32::from(u16::MAX)
    }

    /// Asks, and asks where the answer leads.
    async fn follow(&self, first: Place, want: &Want) -> Result<Fetched, Cause> {
        let mut place = first;
        let mut seen = Vec::new();
        loop {
            match self.ask(&place, want).await? {
                Answer::Content { content_type, body } => {
                    return Ok(Fetched {
                        url: place.as_str().to_owned(),
                        content_type,
                        body: body.into(),
                        at: self.parts.clock.now(),
                    });
                }
                Answer::Moved { location } => {
                    let next = place.join(&location)?;
                    self.refuse_own(&next)?;
                    let stays = want.may_leave || next.host() == place.host();
                    seen.push(place);
                    if !stays || seen.len() > REDIRECTS || seen.contains(&next) {
                        return Err(Cause::Redirect);
                    }
                    place = next;
                }
            }
        }
    }

    /// A connection to a host that may be asked, and the place among all that are.
    async fn open(&self, place: &Place, whom: For) -> Result<(Under, Box<dyn Stream>), Cause> {
        let gate = self.gates.of(whom);
        let under = gate.enter(place.host()).await?;
        let addresses = self.addresses(place.host()).await?;
        Ok((under, self.reach(&addresses, gate).await?))
    }

    /// One question to one host.
    async fn ask(&self, place: &Place, want: &Want) -> Result<Answer, Cause> {
        let (_under, stream) = self.open(place, For::Strangers).await?;
        let stream = tls::agree(&self.tls, place.host(), stream).await?;
        exchange::ask(stream, place, want).await
    }

    /// One call to one host.
    async fn call(&self, place: &Place, call: &Call) -> Result<Answered, Cause> {
        let url = Url::parse(place.as_str()).map_err(|_| Cause::Url)?;
        let (_under, stream) = self.open(place, For::Calls).await?;
        let stream = tls::agree(&self.tls, place.host(), stream).await?;
        call::send(stream, &url, call).await
    }

    /// Every address of a host, if all of them may be asked. One that may not speaks against the
    /// others too (threat D4).
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Cause> {
        let found = match timeout(limits::DNS, self.parts.resolver.addresses(host)).await {
            Ok(Ok(found)) if !found.is_empty() => found,
            Ok(_) => return Err(Cause::Dns),
            Err(_) => return Err(Cause::Slow(Stage::Dns)),
        };
        let own = |address: &IpAddr| {
            self.parts.own_addresses.contains(address) || self.parts.connector.is_own(*address)
        };
        if !found.iter().all(|address| is_public(*address)) {
            Err(Cause::Address)
        } else if found.iter().any(own) {
            Err(Cause::Own)
        } else {
            Ok(found)
        }
    }

    /// A connection to the first address of IPv4, or else to the first of IPv6: both within the
    /// time of one.
    async fn reach(&self, addresses: &[IpAddr], gate: &Gate) -> Result<Box<dyn Stream>, Cause> {
        let first = |v4: bool| addresses.iter().find(|address| address.is_ipv4() == v4);
        let tries: Vec<&IpAddr> = [first(true), first(false)].into_iter().flatten().collect();
        let each = limits::CONNECT / u32::try_from(tries.len().max(1)).unwrap_or(1);
        let mut cause = Cause::Dns;
        for address in tries {
            gate.note(*address)?;
            let connecting = self.parts.connector.connect(SocketAddr::new(*address, 443));
            cause = match timeout(each, connecting).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(_)) => Cause::Connect,
                Err(_) => Cause::Slow(Stage::Connect),
            };
        }
        Err(cause)
    }

    fn refuse_own(&self, place: &Place) -> Result<(), Cause> {
        if place.host().eq_ignore_ascii_case(&self.parts.own_host) {
            return Err(Cause::Own);
        }
        Ok(())
    }
}
