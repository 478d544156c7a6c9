//! Fetching from strangers: where a fetch may lead (threats D1 to D11, D17, D19).

use std::{net::IpAddr, sync::Arc, time::Duration};

use skillmark::{
    did::{Did, web},
    outbound::{Budget, Cause, Fetched, Fetcher, Shape, Unreachable, Want},
};

use crate::support::peers::{Cert, Peer, Step, World, address, answer, response};

/// A document of at most 256 KiB, kept for five minutes.
pub(crate) const DOCUMENT: Want = Want {
    accept: &["application/did+json", "application/json"],
    max_bytes: 256 * 1024,
    shape: Shape::Object,
    may_leave: true,
    keep: |_| Duration::from_secs(300),
};

pub(crate) async fn fetch(fetcher: &Fetcher, url: &str) -> Result<Fetched, Unreachable> {
    fetcher.fetch(url, &DOCUMENT, &Budget::new()).await
}

pub(crate) async fn cause(world: &World, url: &str) -> Cause {
    match fetch(&world.fetcher(), url).await {
        Ok(fetched) => panic!("{url} was fetched: {fetched:?}"),
        Err(unreachable) => unreachable.cause(),
    }
}

/// A world in which `issuer.test` answers with a document.
pub(crate) fn issuer() -> World {
    let world = World::new();
    world.page(
        "issuer.test",
        "/did.json",
        "application/did+json",
        "{\"id\":1}",
    );
    world
}

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts
        .iter()
        .map(|text| text.parse().expect("an address"))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_document_is_fetched_as_anybody_may_know() {
    let world = issuer();
    let fetched = fetch(&world.fetcher(), "https://issuer.test/did.json").await;
    assert_eq!(
        fetched,
        Ok(Fetched {
            url: "https://issuer.test/did.json".to_owned(),
            content_type: "application/did+json".to_owned(),
            body: (*b"{\"id\":1}").into(),
            at: "2026-03-01T12:00:00Z".parse().expect("a time"),
        })
    );
    let head = format!(
        "GET /did.json HTTP/1.1\r\nhost: issuer.test\r\nuser-agent: skillmark/{}\r\n\
         accept: application/did+json, application/json\r\naccept-encoding: gzip\r\n\
         connection: close\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(world.asked(), [head]);
    assert_eq!((world.dns(), world.connects().len()), (1, 1));
}

#[tokio::test]
async fn a_document_is_fetched_over_sockets() {
    let world = World::real();
    world.page("issuer.test", "/", "Application/JSON; charset=utf-8", "{}");
    let fetched = fetch(&world.fetcher(), "https://issuer.test")
        .await
        .expect("it answers");
    assert_eq!(
        (fetched.text(), fetched.content_type.as_str()),
        ("{}", "application/json")
    );
}

#[tokio::test(start_paused = true)]
async fn d1_a_name_of_an_address_that_is_not_public() {
    for denied in [
        "0.0.0.1",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.254",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.170",
        "192.0.2.1",
        "192.31.196.1",
        "192.88.99.1",
        "192.175.48.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::2",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "2002:a00:1::1",
        "2620:4f:8000::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::2",
    ] {
        let world = World::new();
        world.name("evil.test", &[&addresses(&[denied])]);
        assert_eq!(
            cause(&world, "https://evil.test/").await,
            Cause::Address,
            "{denied}"
        );
        assert_eq!((world.dns(), world.connects()), (1, vec![]), "{denied}");
    }
    for allowed in [
        "8.8.8.8",
        "100.63.255.254",
        "100.128.0.1",
        "128.0.0.1",
        "192.169.255.255",
        "2606:4700:4700::1111",
        "2001:4860:4860::8888",
    ] {
        let world = World::new();
        world.name("good.test", &[&addresses(&[allowed])]);
        assert_eq!(
            cause(&world, "https://good.test/").await,
            Cause::Connect,
            "{allowed}"
        );
        assert_eq!(world.connects(), addresses(&[allowed]));
    }
}

#[tokio::test(start_paused = true)]
async fn d2_an_address_instead_of_a_name() {
    let world = World::new();
    for url in [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://0/",
        "https://8.8.8.8/",
    ] {
        assert_eq!(cause(&world, url).await, Cause::Name, "{url}");
    }
    for did in [
        "did:web:127.0.0.1",
        "did:web:192.168.0.1%3A3003:u:alice",
        "did:web:localhost",
    ] {
        let url = Did::parse(did).and_then(|did| web::url(&did));
        if let Ok(url) = url {
            assert!(
                matches!(cause(&world, &url).await, Cause::Url | Cause::Name),
                "{did}"
            );
        }
    }
    assert_eq!((world.dns(), world.connects()), (0, vec![]));
}

#[tokio::test(start_paused = true)]
async fn d3_a_name_that_changes_its_mind() {
    let world = World::new();
    world.name(
        "evil.test",
        &[&addresses(&["93.184.216.34"]), &addresses(&["127.0.0.1"])],
    );
    assert_eq!(cause(&world, "https://evil.test/").await, Cause::Connect);
    assert_eq!(world.dns(), 1);
    assert_eq!(world.connects(), addresses(&["93.184.216.34"]));
}

#[tokio::test(start_paused = true)]
async fn d4_one_bad_answer_among_good_ones() {
    for found in [
        ["93.184.216.34", "10.0.0.1"],
        ["10.0.0.1", "93.184.216.34"],
        ["93.184.216.34", "::1"],
    ] {
        let world = World::new();
        world.name("evil.test", &[&addresses(&found)]);
        assert_eq!(cause(&world, "https://evil.test/").await, Cause::Address);
        assert_eq!((world.dns(), world.connects()), (1, vec![]));
    }
}

#[tokio::test(start_paused = true)]
async fn d5_a_redirect_to_the_inside() {
    let moved = |status, location: &str| {
        response(
            status,
            &format!("location: {location}\r\ncontent-length: 0"),
            b"",
        )
    };
    for (location, expected) in [
        ("http://169.254.169.254/latest/meta-data/", Cause::Url),
        ("https://[::1]/", Cause::Name),
        ("file:///etc/passwd", Cause::Url),
        ("gopher://x", Cause::Url),
        ("https://victim.test:22/", Cause::Url),
        ("http://issuer.test/did.json", Cause::Url),
        ("https://skillmark.example/status/x", Cause::Own),
        ("https://inside.test/", Cause::Address),
        ("/", Cause::Redirect),
        ("https://evil.test/#again", Cause::Redirect),
    ] {
        let world = issuer();
        world.name("inside.test", &[&addresses(&["10.0.0.1"])]);
        world.says("evil.test", address(66), moved(302, location));
        assert_eq!(
            cause(&world, "https://evil.test/").await,
            expected,
            "{location}"
        );
        assert_eq!(world.connects(), [address(66)], "{location}");
    }
    let world = issuer();
    for (path, status, to) in [
        ("/1", 301, "/2"),
        ("/2", 307, "https://other.test/3"),
        ("/303", 303, "https://issuer.test/did.json"),
        ("/300", 300, "https://issuer.test/did.json"),
        ("/4", 302, "/1"),
    ] {
        world.page_says("evil.test", path, moved(status, to));
    }
    world.page("other.test", "/3", "application/json", "{}");
    let fetched = fetch(&world.fetcher(), "https://evil.test/1")
        .await
        .expect("two are followed");
    assert_eq!(fetched.url, "https://other.test/3");
    assert_eq!(
        cause(&world, "https://evil.test/4").await,
        Cause::Redirect,
        "three are not"
    );
    assert_eq!(
        cause(&world, "https://evil.test/303").await,
        Cause::Redirect
    );
    assert_eq!(
        cause(&world, "https://evil.test/300").await,
        Cause::Redirect
    );
    let asked = world.questions();
    assert!(
        !asked.contains(&"issuer.test/did.json".to_owned()),
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn d6_addresses_that_readers_disagree_about() {
    let world = World::new();
    for url in [
        "https://victim.test@evil.test/",
        "https://evil.test\\@victim.test/",
        "https://victim.test%2eevil.test/",
        "https://evil.test/\r\nHost: victim.test",
        " https://evil.test/",
        "https://evil.test\t.victim.test/",
        "https://:@evil.test/",
        "https://@evil.test/",
        "https:evil.test",
        "//evil.test/",
        "evil.test",
    ] {
        let refused = cause(&world, url).await;
        // `https:evil.test` is the same as `https://evil.test` to the one parser there is.
        let fine = refused == Cause::Url || (url == "https:evil.test" && refused == Cause::Dns);
        assert!(fine, "{url}: {refused:?}");
    }
    assert!(world.dns() <= 1);
    world.page("evil.test", "/", "application/json", "{}");
    world.page("evil.test", "/%0d%0aHost:%20x", "application/json", "{}");
    for url in [
        "https://evil.test#@victim.test/",
        "https://evil.test/%0d%0aHost:%20x",
    ] {
        assert!(fetch(&world.fetcher(), url).await.is_ok(), "{url}");
    }
    assert_eq!(
        world.questions(),
        ["evil.test/", "evil.test/%0d%0aHost:%20x"]
    );
}

#[tokio::test(start_paused = true)]
async fn d7_odd_ports() {
    let world = issuer();
    for port in ["%3A22", "%3A6379", "%3A0", "%3A99999", "%3A8443"] {
        let did = Did::parse(&format!("did:web:issuer.test{port}")).expect("a DID");
        if let Ok(url) = web::url(&did) {
            assert_eq!(cause(&world, &url).await, Cause::Url, "{port}");
        }
    }
    assert_eq!(cause(&world, "http://issuer.test/").await, Cause::Url);
    assert_eq!(cause(&world, "http://issuer.test:443/").await, Cause::Url);
    assert_eq!((world.dns(), world.connects()), (0, vec![]));
    assert!(
        fetch(&world.fetcher(), "https://issuer.test:443/did.json")
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn d9_names_that_are_not_of_the_public_internet() {
    let world = World::new();
    for host in [
        "localhost",
        "localhost.",
        "a.localhost",
        "db.internal",
        "metadata.google.internal",
        "x.local",
        "printer",
        "printer.",
        "1.0.0.127.in-addr.arpa",
        "a.onion",
        "a.i2p",
        "x.home.arpa",
        "x.lan",
        "X.LOCAL.",
        "a..b",
        "a_b.test",
        "-a.test",
    ] {
        assert_eq!(
            cause(&world, &format!("https://{host}/")).await,
            Cause::Name,
            "{host}"
        );
    }
    assert_eq!(world.dns(), 0);
}

#[tokio::test(start_paused = true)]
async fn d10_letters_that_look_like_others() {
    let world = World::new();
    for url in [
        "https://127。0。0。1/",
        "https://①②⑦.⓪.⓪.①/",
        "https://ｌｏｃａｌｈｏｓｔ/",
        "https://x.ｌｏｃａｌ/",
    ] {
        assert_eq!(cause(&world, url).await, Cause::Name, "{url}");
    }
    assert_eq!(world.dns(), 0);
}

/// Runs itself again with proxies in its environment.
#[tokio::test]
async fn d11_a_proxy_in_the_environment() {
    const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"];
    if PROXIES.iter().any(|name| std::env::var_os(name).is_none()) {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        listener.set_nonblocking(true).expect("set");
        let proxy = format!("http://{}", listener.local_addr().expect("an address"));
        #[expect(
            clippy::disallowed_methods,
            reason = "a proxy stands in the environment"
        )]
        let mut again = std::process::Command::new(std::env::current_exe().expect("this program"));
        let done = again
            .args(["--exact", "outbound::d11_a_proxy_in_the_environment"])
            .envs(PROXIES.map(|name| (name, proxy.clone())))
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && said.contains("1 passed"), "{said}");
        assert!(listener.accept().is_err(), "the proxy was spoken to");
        return;
    }
    let world = World::real();
    world.page("issuer.test", "/did.json", "application/json", "{}");
    assert!(
        fetch(&world.fetcher(), "https://issuer.test/did.json")
            .await
            .is_ok()
    );
    assert_eq!(world.connects().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn texts_of_a_name() {
    let world = World::new();
    world.text("_skillmark.school.test", &["a", "b c"]);
    let fetcher = world.fetcher();
    let texts = async |host: &str| {
        let found = fetcher.texts("_skillmark", host).await;
        found.map_err(|e| e.cause())
    };
    let found = texts("School.test").await;
    assert_eq!(found, Ok(vec!["a".to_owned(), "b c".to_owned()]));
    assert_eq!(texts("other.test").await, Err(Cause::Dns));
    assert_eq!(texts("x.internal").await, Err(Cause::Name));
    assert_eq!(world.dns(), 2);
}

#[tokio::test(start_paused = true)]
async fn d17_ourselves() {
    let world = World::new();
    let own = address(1);
    world.name("ours-by-another-name.test", &[&[own]]);
    let fetcher = world.fetcher_with(|parts| parts.own_addresses = vec![own]);
    let refused = async |url: &str| fetch(&fetcher, url).await.map_err(|e| e.cause());
    for url in [
        "https://skillmark.example/did.json",
        "https://SKILLMARK.example./",
    ] {
        assert_eq!(refused(url).await, Err(Cause::Own));
    }
    assert_eq!(world.dns(), 0);
    assert_eq!(
        refused("https://ours-by-another-name.test/").await,
        Err(Cause::Own)
    );
    assert_eq!((world.dns(), world.connects()), (1, vec![]));
}

#[tokio::test(start_paused = true)]
async fn d19_hosts_that_cannot_prove_their_name() {
    for (cert, expected) in [
        (Cert::Good, Ok(())),
        (Cert::SelfSigned, Err(Cause::Tls)),
        (Cert::Expired, Err(Cause::Tls)),
        (Cert::OtherHost, Err(Cause::Tls)),
    ] {
        let world = World::new();
        let page = answer("application/json", b"{}");
        let script = Arc::new(move |_: &str| vec![Step::Send(page.clone())]);
        world.peer(
            "issuer.test",
            address(1),
            Peer::Speaks(world.tls("issuer.test", cert), script),
        );
        let fetched = fetch(&world.fetcher(), "https://issuer.test/").await;
        assert_eq!(fetched.map(drop).map_err(|e| e.cause()), expected);
        assert_eq!(
            world.asked().len(),
            usize::from(expected.is_ok()),
            "nothing is asked"
        );
    }
    let world = issuer();
    world.peer("old.test", address(2), Peer::Blurts(tls_1_1_hello()));
    assert_eq!(cause(&world, "https://old.test/").await, Cause::Tls);
    world.peer(
        "plain.test",
        address(3),
        Peer::Blurts(answer("application/json", b"{}")),
    );
    assert_eq!(cause(&world, "https://plain.test/").await, Cause::Tls);
}

/// A ServerHello that chooses TLS 1.1 (RFC 4346 §7.4.1.3).
fn tls_1_1_hello() -> Vec<u8> {
    let mut hello = vec![3, 2];
    hello.extend([7; 32]); // random
    hello.push(0); // no session
    hello.extend([0xC0, 0x13]); // ECDHE_RSA_WITH_AES_128_CBC_SHA
    hello.push(0); // no compression
    let mut record = vec![22, 3, 2, 0, u8::try_from(hello.len() + 4).expect("short")];
    record.extend([2, 0, 0, u8::try_from(hello.len()).expect("short")]);
    record.extend(hello);
    record
}
