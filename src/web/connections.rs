//! How many connections are held at once (threat K1).

use std::{
    future::{Ready, ready},
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum_server::accept::Accept;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
};

/// Files that are open besides connections: the database's, the log, the listening socket.
const OTHER_FILES: usize = 128;

/// Lets connections in while there is room.
#[derive(Debug, Clone)]
pub(super) struct Doors(Arc<Semaphore>);

impl Doors {
    /// Room for `connections`, or for as many as the system lets this process have open.
    pub(super) fn new(connections: usize) -> Doors {
        let room = connections.min(open_files().saturating_sub(OTHER_FILES).max(1));
        if room < connections {
            tracing::warn!(
                room,
                "the system allows few open files, so connections are few"
            );
        }
        Doors(Arc::new(Semaphore::new(room)))
    }
}

/// How many files this process may have open, after asking for as many as it can get.
#[cfg(target_os = "linux")]
fn open_files() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let granted = match setrlimit(Resource::Nofile, most) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    granted.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    })
}

#[cfg(not(target_os = "linux"))]
fn open_files() -> usize {
    usize::MAX
}

impl<S> Accept<TcpStream, S> for Doors {
    type Stream = Held;
    type Service = S;
    type Future = Ready<io::Result<(Held, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        // Without room the stream is dropped, and so closed.
        ready(match Arc::clone(&self.0).try_acquire_owned() {
            Ok(place) => Ok((
                Held {
                    stream,
                    greeting: Some(0),
                    _place: place,
                },
                service,
            )),
            Err(_) => Err(io::ErrorKind::ConnectionRefused.into()),
        })
    }
}

/// A connection, and the place it takes until it is closed.
#[derive(Debug)]
pub(super) struct Held {
    stream: TcpStream,
    /// How many of its first bytes were those of [`HTTP_2`]; `None` as soon as one was not.
    greeting: Option<usize>,
    _place: OwnedSemaphorePermit,
}

/// How a connection of HTTP/2 begins (RFC 9113 §3.4), and none of HTTP/1.1 does. It is not spoken
/// here: what bounds a slow or greedy client is set for HTTP/1.1 (threat K3). The server underneath
/// would answer to it, whatever it is told.
const HTTP_2: &[u8] = b"PRI * HTTP/2";

impl Held {
    /// Whether, with these bytes too, it has begun as HTTP/2 does.
    fn is_greeted(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            self.greeting = match self.greeting {
                Some(at) if HTTP_2[at] == *byte => Some(at + 1),
                _ => None,
            };
            match self.greeting {
                Some(at) if at == HTTP_2.len() => return true,
                Some(_) => {}
                None => return false,
            }
        }
        false
    }
}

impl AsyncRead for Held {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, into);
        if self.greeting.is_some() && self.is_greeted(&into.filled()[before..]) {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        read
    }
}

impl AsyncWrite for Held {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
