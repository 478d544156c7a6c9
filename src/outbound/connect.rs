//! Reaching an address.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use super::Soon;

/// Bytes both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Whoever opens connections. A test brings its own.
pub trait Connector: Send + Sync {
    /// Opens a connection to this very address.
    ///
    /// # Errors
    /// If nobody listens there.
    fn connect(&self, to: SocketAddr) -> Soon<'_, io::Result<Box<dyn Stream>>>;

    /// Whether an address is one of this machine (threat D17).
    fn is_own(&self, address: IpAddr) -> bool;
}

/// The network.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tcp;

impl Connector for Tcp {
    fn connect(&self, to: SocketAddr) -> Soon<'_, io::Result<Box<dyn Stream>>> {
        Box::pin(async move {
            let stream = TcpStream::connect(to).await?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }

    /// The system is asked from which address it would speak to this one: to itself it speaks from
    /// that very address. Nothing is sent.
    fn is_own(&self, address: IpAddr) -> bool {
        let from: IpAddr = match address {
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let speaking = UdpSocket::bind((from, 0)).and_then(|socket| {
            socket.connect((address, 443))?;
            socket.local_addr()
        });
        speaking.is_ok_and(|speaking| speaking.ip() == address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_knows_its_own_addresses() {
        assert!(Tcp.is_own(Ipv4Addr::LOCALHOST.into()));
        assert!(!Tcp.is_own(Ipv4Addr::new(192, 0, 2, 1).into()));
    }
}
