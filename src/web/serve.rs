//! The loop that listens: a deadline for headers, a bound on connections, and a bounded goodbye.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum::Router;
use axum_server::Handle;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connections::Doors;

/// How long a client may take to send its headers. Past it the connection is closed.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How many connections are held at once; where the system allows fewer open files, somewhat fewer
/// than those. One more is closed at once, so that those inside are answered.
pub const CONNECTIONS: usize = 4_096;
/// How long running requests may take to finish after the signal to stop.
const GOODBYE: Duration = Duration::from_secs(8);

/// A server on one address.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    handle: Handle<SocketAddr>,
    connections: usize,
}

impl Server {
    /// Takes the address; nothing is answered until [`Server::run`].
    ///
    /// # Errors
    /// The address is taken, or not ours to take.
    pub fn bind(address: SocketAddr) -> io::Result<Server> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(Server {
            listener,
            handle: Handle::new(),
            connections: CONNECTIONS,
        })
    }

    /// The address it listens on, with the real port when port 0 was asked for.
    ///
    /// # Errors
    /// The operating system does not know.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The same server, with room for this many connections at once instead of [`CONNECTIONS`].
    #[must_use]
    pub fn with_connections(self, connections: usize) -> Server {
        Server {
            connections,
            ..self
        }
    }

    /// A way to stop the server from elsewhere: `handle.graceful_shutdown(…)`.
    #[must_use]
    pub fn handle(&self) -> Handle<SocketAddr> {
        self.handle.clone()
    }

    /// Answers until the program is told to stop (ctrl-c, SIGTERM) or the handle is used; then
    /// running requests get eight seconds.
    ///
    /// # Errors
    /// The listening socket broke.
    pub async fn run(self, router: Router) -> io::Result<()> {
        let handle = self.handle.clone();
        let goodbye = tokio::spawn(async move {
            stop_signal().await;
            handle.graceful_shutdown(Some(GOODBYE));
        });
        let mut server = axum_server::from_tcp(self.listener)?
            .handle(self.handle)
            .acceptor(Doors::new(self.connections));
        *server.http_builder() =
            hyper_util::server::conn::auto::Builder::new(TokioExecutor::new()).http1_only();
        server
            .http_builder()
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT);
        let outcome = server
            .serve(router.into_make_service_with_connect_info::<SocketAddr>())
            .await;
        goodbye.abort();
        outcome
    }
}

/// Comes when the program is told to stop (ctrl-c, SIGTERM).
pub async fn stop_signal() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
