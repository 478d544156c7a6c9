//! Made-up hosts on a made-up internet: names, addresses, certificates, and what each host does.
//! Everything is counted, and nothing leaves the test.

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use skillmark::{
    clock::{Chance, FixedClock},
    outbound::{Connector, Fetcher, Parts, Resolver, Soon, Stream},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_rustls::TlsAcceptor;

/// What a host sends, one after the other, once it has read a question.
pub(crate) enum Step {
    Send(Vec<u8>),
    /// The same again and again, with a pause between.
    Forever(Vec<u8>, Duration),
    /// Keeps the connection and says nothing.
    Hold,
}

type Script = Arc<dyn Fn(&str) -> Vec<Step> + Send + Sync>;

/// What stands at an address.
#[derive(Clone)]
pub(crate) enum Peer {
    /// Nobody listens.
    Refuses,
    /// Nothing ever comes back.
    Filtered,
    /// Takes the connection, and never speaks.
    Silent,
    /// Answers the first bytes with these, in the clear.
    Blurts(Vec<u8>),
    /// Speaks TLS, and does what the script says.
    Speaks(Arc<ServerConfig>, Script),
}

/// Which certificate a host shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cert {
    Good,
    SelfSigned,
    Expired,
    OtherHost,
}

/// The made-up internet. Cloning shares it.
#[derive(Clone)]
pub(crate) struct World(Arc<Inner>);

struct Inner {
    clock: Arc<FixedClock>,
    ca: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
    /// Answers of a name, one a look; the last one stays.
    names: Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>,
    texts: Mutex<HashMap<String, Vec<String>>>,
    peers: Mutex<HashMap<IpAddr, Peer>>,
    pages: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    looks: Mutex<Vec<String>>,
    opened: Mutex<Vec<IpAddr>>,
    asked: Arc<Mutex<Vec<String>>>,
    /// Over real sockets of this machine instead of memory.
    real: bool,
}

/// A public address; each host of a test has its own last byte.
pub(crate) fn address(last: u8) -> IpAddr {
    IpAddr::from([93, 184, 216, last])
}

/// An answer of HTTP.
pub(crate) fn answer(content_type: &str, body: &[u8]) -> Vec<u8> {
    response(
        200,
        &format!(
            "content-type: {content_type}\r\ncontent-length: {}",
            body.len()
        ),
        body,
    )
}

/// An answer of HTTP with these fields, as they stand.
pub(crate) fn response(status: u16, fields: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} X\r\n{fields}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

impl World {
    /// An empty internet in memory, at noon of 1 March 2026.
    pub(crate) fn new() -> World {
        World::made(false)
    }

    /// As [`World::new`], over sockets of this machine.
    pub(crate) fn real() -> World {
        World::made(true)
    }

    fn made(real: bool) -> World {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let root = params.self_signed(&key).expect("a root").der().clone();
        let noon = "2026-03-01T12:00:00Z".parse().expect("a time");
        World(Arc::new(Inner {
            clock: Arc::new(FixedClock::at(noon)),
            ca: Issuer::new(params, key),
            root,
            names: Mutex::default(),
            texts: Mutex::default(),
            peers: Mutex::default(),
            pages: Arc::default(),
            looks: Mutex::default(),
            opened: Mutex::default(),
            asked: Arc::default(),
            real,
        }))
    }

    /// A fetcher on this internet, of a service at `https://skillmark.example`.
    pub(crate) fn fetcher(&self) -> Fetcher {
        self.fetcher_with(|_| {})
    }

    pub(crate) fn fetcher_with(&self, change: impl FnOnce(&mut Parts)) -> Fetcher {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.root.clone()).expect("a root");
        let mut parts = Parts {
            resolver: Arc::new(self.clone()),
            connector: Arc::new(self.clone()),
            roots,
            clock: self.0.clock.clone(),
            chance: Arc::new(Die::default()),
            own_host: "skillmark.example".to_owned(),
            own_addresses: Vec::new(),
        };
        change(&mut parts);
        Fetcher::new(parts).expect("a fetcher")
    }

    /// A name leads to these addresses, each look to the next list; to none: no answer comes.
    pub(crate) fn name(&self, host: &str, looks: &[&[IpAddr]]) {
        let looks = looks.iter().map(|found| found.to_vec()).collect();
        self.0
            .names
            .lock()
            .expect("unharmed")
            .insert(host.to_owned(), looks);
    }

    /// A name has these TXT records.
    pub(crate) fn text(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|&text| text.to_owned()).collect();
        self.0
            .texts
            .lock()
            .expect("unharmed")
            .insert(name.to_owned(), texts);
    }

    /// A host at an address.
    pub(crate) fn peer(&self, host: &str, at: IpAddr, peer: Peer) {
        self.name(host, &[&[at]]);
        self.0.peers.lock().expect("unharmed").insert(at, peer);
    }

    /// A host that does what `script` says, whatever it is asked.
    pub(crate) fn host(
        &self,
        host: &str,
        at: IpAddr,
        script: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static,
    ) {
        let config = self.tls(host, Cert::Good);
        self.peer(host, at, Peer::Speaks(config, Arc::new(script)));
    }

    /// A host that sends these bytes, whatever it is asked.
    pub(crate) fn says(&self, host: &str, at: IpAddr, bytes: Vec<u8>) {
        self.host(host, at, move |_| vec![Step::Send(bytes.clone())]);
    }

    /// A page stands at `https://{host}{path}`; the host is made if need be.
    pub(crate) fn page(&self, host: &str, path: &str, content_type: &str, body: &str) {
        self.page_says(host, path, answer(content_type, body.as_bytes()));
    }

    /// As [`World::page`], with the whole answer.
    pub(crate) fn page_says(&self, host: &str, path: &str, bytes: Vec<u8>) {
        let url = format!("{host}{path}");
        self.0.pages.lock().expect("unharmed").insert(url, bytes);
        if self.0.names.lock().expect("unharmed").contains_key(host) {
            return;
        }
        let last = u8::try_from(100 + self.0.peers.lock().expect("unharmed").len()).expect("few");
        let (pages, name) = (self.0.pages.clone(), host.to_owned());
        self.host(host, address(last), move |head| {
            let path = head.split(' ').nth(1).unwrap_or_default();
            let pages = pages.lock().expect("unharmed");
            let page = pages.get(&format!("{name}{path}")).cloned();
            vec![Step::Send(
                page.unwrap_or_else(|| response(404, "content-length: 0", b"")),
            )]
        });
    }

    /// A host's side of TLS, with such a certificate.
    pub(crate) fn tls(&self, host: &str, cert: Cert) -> Arc<ServerConfig> {
        let named = if cert == Cert::OtherHost {
            "other.test"
        } else {
            host
        };
        let mut params = CertificateParams::new(vec![named.to_owned()]).expect("parameters");
        if cert == Cert::Expired {
            params.not_after = date_time_ymd(2026, 2, 28);
        }
        let key = KeyPair::generate().expect("a key");
        let signed = match cert {
            Cert::SelfSigned => params.self_signed(&key),
            _ => params.signed_by(&key, &self.0.ca),
        };
        let chain = vec![signed.expect("a certificate").der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a certificate");
        Arc::new(config)
    }

    /// How many names were looked up.
    pub(crate) fn dns(&self) -> usize {
        self.0.looks.lock().expect("unharmed").len()
    }

    /// Which addresses were connected to, in order.
    pub(crate) fn connects(&self) -> Vec<IpAddr> {
        self.0.opened.lock().expect("unharmed").clone()
    }

    /// The heads of all questions, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.asked.lock().expect("unharmed").clone()
    }

    /// What was asked of whom: `GET issuer.test/did.json`.
    pub(crate) fn questions(&self) -> Vec<String> {
        let short = |head: &String| {
            let path = head.split(' ').nth(1).unwrap_or_default();
            let host = head
                .lines()
                .find_map(|line| line.strip_prefix("host: "))
                .unwrap_or_default();
            format!("{host}{path}")
        };
        self.asked().iter().map(short).collect()
    }

    async fn open(&self, peer: Peer) -> io::Result<Box<dyn Stream>> {
        match peer {
            Peer::Refuses => return Err(io::ErrorKind::ConnectionRefused.into()),
            Peer::Filtered => std::future::pending::<()>().await,
            _ => {}
        }
        let asked = self.0.asked.clone();
        if self.0.real {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let at = listener.local_addr()?;
            tokio::spawn(async move {
                let (stream, _) = listener.accept().await?;
                speak(peer, stream, asked).await
            });
            return Ok(Box::new(TcpStream::connect(at).await?));
        }
        let (ours, theirs): (DuplexStream, DuplexStream) = duplex(16 * 1024);
        tokio::spawn(speak(peer, theirs, asked));
        Ok(Box::new(ours))
    }
}

impl Resolver for World {
    fn addresses<'a>(&'a self, host: &'a str) -> Soon<'a, io::Result<Vec<IpAddr>>> {
        self.0.looks.lock().expect("unharmed").push(host.to_owned());
        let mut names = self.0.names.lock().expect("unharmed");
        let found = names.get_mut(host).map(|looks| match looks.len() {
            1 => looks[0].clone(),
            _ => looks.pop_front().expect("a look"),
        });
        Box::pin(async move {
            // A name that leads nowhere, not even to an end.
            if found.as_ref().is_some_and(Vec::is_empty) {
                std::future::pending::<()>().await;
            }
            found.ok_or(io::ErrorKind::NotFound.into())
        })
    }

    fn texts<'a>(&'a self, name: &'a str) -> Soon<'a, io::Result<Vec<String>>> {
        self.0.looks.lock().expect("unharmed").push(name.to_owned());
        let found = self.0.texts.lock().expect("unharmed").get(name).cloned();
        Box::pin(std::future::ready(
            found.ok_or(io::ErrorKind::NotFound.into()),
        ))
    }
}

impl Connector for World {
    fn connect(&self, to: SocketAddr) -> Soon<'_, io::Result<Box<dyn Stream>>> {
        assert_eq!(to.port(), 443);
        self.0.opened.lock().expect("unharmed").push(to.ip());
        let peer = self
            .0
            .peers
            .lock()
            .expect("unharmed")
            .get(&to.ip())
            .cloned();
        Box::pin(self.open(peer.unwrap_or(Peer::Refuses)))
    }

    fn is_own(&self, _: IpAddr) -> bool {
        false
    }
}

/// The host's side of one connection.
async fn speak(
    peer: Peer,
    mut stream: impl Stream + 'static,
    asked: Arc<Mutex<Vec<String>>>,
) -> io::Result<()> {
    match peer {
        Peer::Refuses | Peer::Filtered => {}
        Peer::Silent => while stream.read(&mut [0; 1024]).await? > 0 {},
        Peer::Blurts(bytes) => {
            if stream.read(&mut [0; 1024]).await? == 0 {
                return Ok(());
            }
            stream.write_all(&bytes).await?;
            while stream.read(&mut [0; 1024]).await? > 0 {}
        }
        Peer::Speaks(config, script) => {
            let mut stream = TlsAcceptor::from(config).accept(stream).await?;
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await?);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            asked.lock().expect("unharmed").push(head.clone());
            for step in script(&head) {
                match step {
                    Step::Send(bytes) => stream.write_all(&bytes).await?,
                    Step::Forever(bytes, pause) => loop {
                        stream.write_all(&bytes).await?;
                        stream.flush().await?;
                        sleep(pause).await;
                    },
                    Step::Hold => {
                        stream.flush().await?;
                        while stream.read(&mut [0; 1024]).await? > 0 {}
                    }
                }
            }
            stream.shutdown().await?;
            while stream.read(&mut [0; 1024]).await? > 0 {}
        }
    }
    Ok(())
}

/// Chance that every run has alike.
#[derive(Default)]
pub(crate) struct Die(Mutex<u64>);

impl Chance for Die {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().expect("unharmed");
        for byte in bytes {
            // SplitMix64.
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (z ^ (z >> 31)).to_be_bytes()[0];
        }
    }
}
