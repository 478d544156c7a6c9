//! A proxy before the database that lets a `COMMIT` through and swallows what is answered to it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{Duration, sleep},
};

/// The proxy.
pub(crate) struct Proxy {
    /// The port it listens on, on this machine.
    pub(crate) port: u16,
    state: Arc<State>,
}

struct State {
    commits: AtomicUsize,
    swallowed: AtomicUsize,
    behaves: AtomicBool,
    each: usize,
}

impl Proxy {
    /// Before the database on `to`; the answer to one commit of `each` is swallowed.
    pub(crate) async fn start(to: u16, each: usize) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State {
            commits: AtomicUsize::new(0),
            swallowed: AtomicUsize::new(0),
            behaves: AtomicBool::new(false),
            each,
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(between(client, to, Arc::clone(&shared)));
            }
        });
        Proxy { port, state }
    }

    /// How many answers were swallowed.
    pub(crate) fn swallowed(&self) -> usize {
        self.state.swallowed.load(Ordering::SeqCst)
    }

    /// Swallows nothing any more.
    pub(crate) fn behave(&self) {
        self.state.behaves.store(true, Ordering::SeqCst);
    }
}

async fn between(mut client: TcpStream, to: u16, state: Arc<State>) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", to)).await else {
        return;
    };
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                if server.write_all(&asked[..length]).await.is_err() {
                    return;
                }
                let commits = asked[..length].windows(6).any(|word| word == b"COMMIT");
                if commits && state.swallows() {
                    // Long enough for the commit to be lasting; then the line is cut.
                    sleep(Duration::from_millis(100)).await;
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

impl State {
    fn swallows(&self) -> bool {
        let nth = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
        let now = nth.is_multiple_of(self.each) && !self.behaves.load(Ordering::SeqCst);
        if now {
            self.swallowed.fetch_add(1, Ordering::SeqCst);
        }
        now
    }
}
