//! The listening server itself: slow clients, large headers, goodbye.

use std::{net::SocketAddr, time::Duration};

use skillmark::clock::Stopwatch;
use skillmark::web::{CONNECTIONS, HEADER_TIMEOUT, REQUEST_TIMEOUT, Server};
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
    let started = Stopwatch::start();
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

/// How long one who never finishes its headers is listened to: a byte of them every five seconds.
async fn drip(address: SocketAddr) -> Duration {
    let connected = TcpStream::connect(address).await;
    let mut stream =
        connected.expect("a connection: this test needs 4,200 open files (ulimit -Hn)");
    let started = Stopwatch::start();
    let start = b"GET /privacy HTTP/1.1\r\nhost: x\r\nx-slow: ";
    stream.write_all(start).await.expect("some headers");
    let (mut reader, mut writer) = stream.into_split();
    let drops = async {
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        () = drops => {}
        _ = reader.read_to_end(&mut answer) => {}
    }
    let started = started.elapsed();
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    started
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn k1_two_thousand_dripping_connections_are_cut_off_and_nobody_else_waits() {
    assert_eq!(CONNECTIONS, 4_096);
    let (site, address) = listening().await;
    let provider = site.provider("Riverside Tutoring").await;
    let request = format!(
        "GET /c/{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        provider.issue("S-1042").await
    );
    let quick = async || {
        let started = Stopwatch::start();
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        started.elapsed()
    };
    // The first request also lets the server ask for as many open files as it may have.
    quick().await;
    let mut drips = tokio::task::JoinSet::new();
    for _ in 0..2_000 {
        drips.spawn(drip(address));
    }
    let mut waits = Vec::new();
    for _ in 0..100 {
        waits.push(quick().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!drips.is_empty(), "they were there all the while");
    waits.sort();
    println!("median {:?}, 99th of 100 {:?}", waits[49], waits[98]);
    // Alone on two cores: 8 and 38 ms. A busy machine may stretch them; a queue behind the two
    // thousand would be seconds.
    assert!(waits[49] < Duration::from_millis(300), "{:?}", waits[49]);
    assert!(waits[98] < Duration::from_secs(3), "{:?}", waits[98]);
    let mut cut = 0;
    while let Some(lasted) = drips.join_next().await {
        let lasted = lasted.expect("no panic");
        assert!(lasted <= Duration::from_secs(15), "{lasted:?}");
        cut += 1;
    }
    assert_eq!(cut, 2_000);
}

#[tokio::test]
async fn k1_one_connection_too_many_is_closed_at_once() {
    let site = Site::new(Engine::Sqlite).await;
    let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
    let address = server.address().expect("an address");
    tokio::spawn(server.with_connections(3).run(site.router.clone()));
    let get = async |mut stream: TcpStream| {
        let request = b"GET /privacy HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let _ = stream.write_all(request).await;
        rest(&mut stream).await
    };
    let connect = async || TcpStream::connect(address).await.expect("a connection");
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = connect().await;
        // An answer on a connection that stays open: it is inside.
        stream
            .write_all(b"GET /privacy HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .expect("sent");
        stream.read_exact(&mut [0; 12]).await.expect("an answer");
        held.push(stream);
    }
    assert_eq!(get(connect().await).await, "");
    held.pop();
    let waited = Stopwatch::start();
    while !get(connect().await).await.starts_with("HTTP/1.1 200") {
        assert!(
            waited.elapsed() < Duration::from_secs(5),
            "its place stays taken"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn h4_a_client_that_goes_away_and_comes_again_gets_the_same_credential() {
    let (site, address) = listening().await;
    let provider = site.provider("Riverside Tutoring").await;
    let body = provider.order("S-1").to_string();
    let request = format!(
        "POST /api/v1/credentials HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         idempotency-key: one\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        provider.key,
        body.len()
    );
    let send = async || {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(request.as_bytes()).await.expect("sent");
        stream
    };
    // Gone at once, and at every later step of the work.
    for wait in [0, 1, 3, 10, 30, 100] {
        let stream = send().await;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        drop(stream);
    }
    // Gone in the middle of the answer: the headers came, the body was never read.
    let mut stream = send().await;
    let mut headers = Vec::new();
    while !headers.ends_with(b"\r\n\r\n") {
        headers.push(stream.read_u8().await.expect("headers"));
    }
    drop(stream);
    let location = |answer: &str| {
        let line = answer
            .lines()
            .find_map(|line| line.strip_prefix("location: "));
        line.expect("a location").to_owned()
    };
    let first = location(&String::from_utf8_lossy(&headers));
    let again = [rest(&mut send().await).await, rest(&mut send().await).await];
    for answer in &again {
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(location(answer), first);
    }
    let body = |answer: &str| answer.split_once("\r\n\r\n").expect("a body").1.to_owned();
    assert_eq!(body(&again[0]), body(&again[1]));
    assert!(body(&again[0]).contains(&first));
    let issuer = provider.who.issuer();
    let pending = site.app.db.of(issuer).pending(None, 10).await;
    assert_eq!(pending.expect("rows").len(), 0);
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
    let started = Stopwatch::start();
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

/// A body that says nothing of its length is read no further than the limit.
#[tokio::test]
async fn k5_a_chunked_body_past_the_limit_is_refused_on_the_way() {
    let (_site, address) = listening().await;
    for path in ["/verify/frame", "/api/v1/verify", "/verify"] {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=x\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("headers");
        let chunk = [&b"10000\r\n"[..], &[b'a'; 0x10000], b"\r\n"].concat();
        let (mut reader, mut writer) = stream.into_split();
        // 64 MiB, if they were taken.
        let sending = tokio::spawn(async move {
            for sent in 0..1_024 {
                if writer.write_all(&chunk).await.is_err() {
                    return sent;
                }
            }
            1_024
        });
        let mut first = [0; 12];
        reader.read_exact(&mut first).await.expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 413", "{path}");
        // What comes back of the rest of the answer, and then the end.
        let _ = reader.read_to_end(&mut Vec::new()).await;
        let sent = sending.await.expect("sent");
        assert!(sent < 256, "{path}: {sent} pieces of 64 KiB were taken");
    }
}
