//! The listening server itself: slow clients, large headers, goodbye.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use skillmark::web::{HEADER_TIMEOUT, REQUEST_TIMEOUT, Server};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::super::support::{db::Engine, site::Site};

async fn listening() -> (Site, SocketAddr) {
    let site = Site::new(Engine::Sqlite).await;
    let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
    let address = server.address().expect("an address");
    tokio::spawn(server.run(site.router.clone()));
    (site, address)
}

/// What the server says until it closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut out = Vec::new();
    let _ = stream.read_to_end(&mut out).await;
    String::from_utf8_lossy(&out).into_owned()
}

#[tokio::test]
async fn k1_slow_headers_are_cut_off_and_nobody_else_waits() {
    assert_eq!(HEADER_TIMEOUT, Duration::from_secs(10));
    let (_site, address) = listening().await;
    let started = Instant::now();
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n")
            .await
            .expect("some headers");
        slow.push(stream);
    }
    let mut quick = TcpStream::connect(address).await.expect("a connection");
    quick
        .write_all(b"GET /privacy HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .expect("a request");
    assert!(rest(&mut quick).await.starts_with("HTTP/1.1 200"));
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "the quick one waited"
    );
    for mut stream in slow {
        rest(&mut stream).await;
    }
    assert!(
        started.elapsed() < Duration::from_secs(15),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn k2_a_slow_body_is_given_up() {
    assert!(REQUEST_TIMEOUT <= Duration::from_secs(30));
    let (_site, address) = listening().await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream
        .write_all(b"POST /verify/frame HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n")
        .await
        .expect("headers");
    let (mut reader, mut writer) = stream.into_split();
    let drip = tokio::spawn(async move {
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    let started = Instant::now();
    let mut first = [0; 12];
    reader.read_exact(&mut first).await.expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 408");
    assert!(started.elapsed() <= Duration::from_secs(30));
    drip.abort();
}

#[tokio::test]
async fn k5_too_many_headers_are_refused() {
    let (_site, address) = listening().await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let headers: String = (0..300).map(|n| format!("x-{n}: 1\r\n")).collect();
    stream
        .write_all(format!("GET / HTTP/1.1\r\nhost: x\r\n{headers}\r\n").as_bytes())
        .await
        .expect("sent");
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn told_to_stop_it_finishes_what_it_began() {
    let site = Site::new(Engine::Sqlite).await;
    let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
    let (address, handle) = (server.address().expect("an address"), server.handle());
    let running = tokio::spawn(server.run(site.router.clone()));
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .expect("a request");
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.expect("an answer");
    handle.graceful_shutdown(Some(Duration::from_secs(2)));
    let ended = tokio::time::timeout(Duration::from_secs(5), running).await;
    ended
        .expect("it stops")
        .expect("no panic")
        .expect("no error");
    assert!(TcpStream::connect(address).await.is_err());
}
