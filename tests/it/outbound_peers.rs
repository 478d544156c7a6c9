//! What a host may do to who fetches from it: nothing (threats D12 to D15, D18).

use std::{io::Write as _, time::Duration};

use flate2::{Compression, write::GzEncoder};
use skillmark::{
    clock::SystemChance,
    config::limits::FETCHES,
    outbound::{Budget, Call, Cause, Post, Stage, Unreachable, Want},
};
use tokio::time::Instant;

use crate::{
    outbound::{DOCUMENT, cause, fetch, issuer},
    support::peers::{Peer, Step, World, address, answer, response},
};

const URL: &str = "https://evil.test/";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packing = GzEncoder::new(Vec::new(), Compression::best());
    packing.write_all(bytes).expect("packed");
    packing.finish().expect("packed")
}

fn packed(packing: &str, body: &[u8]) -> Vec<u8> {
    let fields = format!(
        "content-type: application/json\r\ncontent-encoding: {packing}\r\ncontent-length: {}",
        body.len()
    );
    response(200, &fields, body)
}

/// A host, why it fails, and after how many milliseconds at the least.
type Case = (fn(&World), Cause, u64);

#[tokio::test(start_paused = true)]
async fn d12_slow_and_endless_hosts() {
    const HEAD: &[u8] = b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\n";
    let cases: [Case; 9] = [
        (
            |w| w.name("evil.test", &[&[]]),
            Cause::Slow(Stage::Dns),
            4000,
        ),
        (
            |w| w.peer("evil.test", address(1), Peer::Filtered),
            Cause::Slow(Stage::Connect),
            4000,
        ),
        (
            |w| w.peer("evil.test", address(1), Peer::Silent),
            Cause::Slow(Stage::Tls),
            4000,
        ),
        (
            |w| w.host("evil.test", address(1), |_| vec![Step::Hold]),
            Cause::Slow(Stage::Head),
            5000,
        ),
        // One byte a second, before the head is whole.
        (
            |w| {
                w.host("evil.test", address(1), |_| {
                    let letter = Step::Forever(b"a".to_vec(), Duration::from_secs(1));
                    vec![Step::Send(HEAD.to_vec()), letter]
                });
            },
            Cause::Slow(Stage::Head),
            5000,
        ),
        // One byte a second, of the body.
        (
            |w| {
                w.host("evil.test", address(1), |_| {
                    let head = [HEAD, b"content-length: 1000\r\n\r\n"].concat();
                    vec![
                        Step::Send(head),
                        Step::Forever(b" ".to_vec(), Duration::from_secs(1)),
                    ]
                });
            },
            Cause::Slow(Stage::All),
            8000,
        ),
        // Fields without end.
        (
            |w| {
                w.host("evil.test", address(1), |_| {
                    let field = b"x-field: more\r\n".to_vec();
                    vec![
                        Step::Send(HEAD.to_vec()),
                        Step::Forever(field, Duration::ZERO),
                    ]
                });
            },
            Cause::Http,
            4000,
        ),
        // Chunks without end.
        (
            |w| {
                w.host("evil.test", address(1), |_| {
                    let head = [HEAD, b"transfer-encoding: chunked\r\n\r\n"].concat();
                    let chunk = [b"1000\r\n".as_slice(), &[b' '; 0x1000], b"\r\n"].concat();
                    vec![Step::Send(head), Step::Forever(chunk, Duration::ZERO)]
                });
            },
            Cause::TooLarge,
            4000,
        ),
        // Half a body, and then the end.
        (
            |w| {
                w.says(
                    "evil.test",
                    address(1),
                    [HEAD, b"content-length: 9\r\n\r\n{}"].concat(),
                );
            },
            Cause::Http,
            4000,
        ),
    ];
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = tasks();
    for (i, (host, expected, least)) in cases.into_iter().enumerate() {
        let world = World::new();
        host(&world);
        let began = Instant::now();
        assert_eq!(cause(&world, URL).await, expected, "case {i}");
        let took = u64::try_from(began.elapsed().as_millis()).expect("short");
        // Up to a quarter of a second later by chance, and a little for the clock's own steps.
        assert!((least..=least + 260).contains(&took), "case {i}: {took} ms");
        assert!(took <= 8500);
        // The made-up host finds its connection closed.
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(tasks(), before, "case {i}");
    }
}

#[tokio::test(start_paused = true)]
async fn d12_a_fetch_that_is_given_up_leaves_nothing() {
    let world = World::new();
    world.host("evil.test", address(1), |_| vec![Step::Hold]);
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = tasks();
    let fetcher = world.fetcher();
    let gone = tokio::time::timeout(Duration::from_secs(1), fetch(&fetcher, URL)).await;
    assert!(gone.is_err());
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!((world.asked().len(), tasks()), (1, before));
}

/// What a process of its own needs at most while it fetches a bomb: so that it is measured, and
/// nothing else with it.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test starts itself once more, to be measured alone"
)]
fn d13_a_bomb_takes_no_memory() {
    let this = std::env::current_exe().expect("a program");
    let names = [
        "--exact",
        "outbound_peers::d13_measured",
        "--ignored",
        "--nocapture",
    ];
    let output = std::process::Command::new(this).args(names).output();
    let output = output.expect("started");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let kib: Vec<u64> = said
        .lines()
        .filter_map(|line| {
            line.split_once("took ")?
                .1
                .strip_suffix(" KiB")?
                .parse()
                .ok()
        })
        .collect();
    assert_eq!(kib.len(), 3, "{output:?}");
    assert!(kib.iter().all(|kib| *kib < 16 * 1024), "{said}");
}

/// A figure of this process, in KiB.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the figures");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.expect("a figure")
}

#[tokio::test(start_paused = true)]
#[ignore = "d13_a_bomb_takes_no_memory runs it in a process of its own"]
async fn d13_measured() {
    let zeros = |mib: usize| {
        let mut packing = GzEncoder::new(Vec::new(), Compression::best());
        for _ in 0..mib {
            packing.write_all(&[0; 1 << 20]).expect("packed");
        }
        packing.finish().expect("packed")
    };
    let gib = zeros(1024);
    assert!((1_000_000..1_100_000).contains(&gib.len()), "{}", gib.len());
    let announced = "content-type: application/json\r\ncontent-length: 10";
    for (name, bytes) in [
        // What a first fetch sets up once and for all is not counted.
        ("nothing much", answer("application/json", b"[]")),
        ("a page of 1 GiB in gzip", packed("gzip", &gib)),
        ("gzip in gzip", packed("gzip", &gzip(&gib))),
        (
            "10 of 5 MiB",
            response(200, announced, &vec![b'{'; 5 << 20]),
        ),
    ] {
        let world = World::new();
        world.says("evil.test", address(1), bytes);
        let fetcher = world.fetcher();
        // From now on the peak is counted anew.
        std::fs::write("/proc/self/clear_refs", "5").expect("may be reset");
        let before = memory("VmRSS");
        assert!(fetch(&fetcher, URL).await.is_err(), "{name}");
        let peak = memory("VmHWM");
        if name != "nothing much" {
            println!("{name} took {} KiB", peak.saturating_sub(before));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn d13_bodies_that_lie() {
    let json = "application/json";
    let good = br#"{"id":"https://evil.test/"}"#;
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    assert!(bomb.len() < 256 * 1024, "{}", bomb.len());
    let mut many = gzip(good);
    many.extend(gzip(b"{}"));
    let length = |length: usize, body: &[u8]| {
        response(
            200,
            &format!("content-type: {json}\r\ncontent-length: {length}"),
            body,
        )
    };
    let cases: Vec<(&str, Vec<u8>, Result<(), Cause>)> = vec![
        ("plain", answer(json, good), Ok(())),
        ("gzip", packed("gzip", &gzip(good)), Ok(())),
        ("identity", packed("identity", good), Ok(())),
        (
            "10 of 5 MiB",
            length(10, &vec![b'{'; 5 << 20]),
            Err(Cause::Shape),
        ),
        (
            "5 MiB announced",
            length(5 << 20, &vec![b' '; 5 << 20]),
            Err(Cause::TooLarge),
        ),
        ("a bomb", packed("gzip", &bomb), Err(Cause::TooLarge)),
        (
            "a large bomb",
            packed("gzip", &vec![31; 1_043_656]),
            Err(Cause::TooLarge),
        ),
        (
            "gzip in gzip",
            packed("gzip", &gzip(&gzip(good))),
            Err(Cause::Shape),
        ),
        (
            "gzip, gzip",
            packed("gzip, gzip", &gzip(&gzip(good))),
            Err(Cause::Encoding),
        ),
        ("two members", packed("gzip", &many), Err(Cause::Encoding)),
        (
            "cut short",
            packed("gzip", &gzip(good)[..20]),
            Err(Cause::Encoding),
        ),
        ("not gzip", packed("gzip", good), Err(Cause::Encoding)),
        ("br", packed("br", good), Err(Cause::Encoding)),
        ("zstd", packed("zstd", good), Err(Cause::Encoding)),
        ("deflate", packed("deflate", good), Err(Cause::Encoding)),
    ];
    for (name, bytes, expected) in cases {
        let world = World::new();
        world.says("evil.test", address(1), bytes);
        let fetched = fetch(&world.fetcher(), URL).await;
        let outcome = fetched.map(|fetched| assert_eq!(&*fetched.body, good));
        assert_eq!(outcome.map_err(|e| e.cause()), expected, "{name}");
    }
}

/// Four hosts that fail in four ways: what is said is the same, and the time says nothing.
#[tokio::test(start_paused = true)]
async fn d14_one_reason_and_no_sooner_than_the_floor() {
    let world = World::new();
    let fetcher = world.fetcher_with(|parts| parts.chance = std::sync::Arc::new(SystemChance));
    world.peer("refused.test", address(1), Peer::Refuses);
    world.peer("filtered.test", address(2), Peer::Filtered);
    world.name(
        "blocked.test",
        &[&["10.0.0.1".parse().expect("an address")]],
    );
    world.says("page.test", address(3), answer("text/html", b"<p>"));
    let mut medians = Vec::new();
    for host in [
        "refused.test",
        "filtered.test",
        "blocked.test",
        "page.test",
        "nowhere.test",
    ] {
        let mut took = Vec::new();
        for i in 0..201 {
            let began = Instant::now();
            let outcome = fetch(&fetcher, &format!("https://{host}/{i}")).await;
            took.push(began.elapsed());
            let said = outcome.expect_err("none of them answers").to_string();
            assert_eq!(
                said,
                "it could not be reached, or what it gave cannot be used"
            );
            // Not more often than a host may be asked.
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        took.sort();
        assert!(took[0] >= Duration::from_secs(4) && took[200] <= Duration::from_millis(4252));
        medians.push(took[100]);
    }
    let spread = *medians.iter().max().expect("five") - *medians.iter().min().expect("five");
    assert!(spread < Duration::from_millis(50), "{medians:?}");
    assert_eq!(Unreachable::REASON, "issuer_unreachable");
}

#[tokio::test(start_paused = true)]
async fn d15_six_addresses_for_one_question() {
    let world = World::new();
    for i in 0..50 {
        world.page(&format!("host{i}.test"), "/", "application/json", "{}");
    }
    let (fetcher, budget) = (world.fetcher(), Budget::new());
    for i in 0..50 {
        let url = format!("https://host{i}.test/");
        let fetched = fetcher.fetch(&url, &DOCUMENT, &budget).await;
        let expected = if i < FETCHES {
            Ok(())
        } else {
            Err(Cause::Budget)
        };
        assert_eq!(fetched.map(drop).map_err(|e| e.cause()), expected);
    }
    assert_eq!((world.dns(), world.connects().len()), (FETCHES, FETCHES));
}

#[tokio::test(start_paused = true)]
async fn d15_a_thousand_who_ask_for_the_same() {
    let world = issuer();
    let fetcher = world.fetcher();
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let fetcher = fetcher.clone();
        asking.spawn(async move {
            fetch(&fetcher, "https://issuer.test/did.json")
                .await
                .is_ok()
        });
        tokio::time::advance(Duration::from_millis(10)).await;
    }
    assert!(asking.join_all().await.into_iter().all(|good| good));
    assert_eq!(world.connects().len(), 1);
    tokio::time::advance(Duration::from_secs(300)).await;
    assert!(
        fetch(&fetcher, "https://issuer.test/did.json")
            .await
            .is_ok()
    );
    assert_eq!(world.connects().len(), 2, "what is old is read anew");
}

#[tokio::test(start_paused = true)]
async fn d15_a_failure_is_remembered_for_a_minute() {
    let world = World::new();
    world.peer("evil.test", address(1), Peer::Refuses);
    let fetcher = world.fetcher();
    for _ in 0..3 {
        assert!(fetch(&fetcher, URL).await.is_err());
    }
    assert_eq!((world.dns(), world.connects().len()), (1, 1));
    tokio::time::advance(Duration::from_secs(60)).await;
    world.says("evil.test", address(1), answer("application/json", b"{}"));
    assert!(fetch(&fetcher, URL).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn d15_one_host_is_asked_sixty_times_a_minute() {
    let world = World::new();
    world.says("evil.test", address(1), answer("application/json", b"{}"));
    let fetcher = world.fetcher();
    for i in 0..60 {
        assert!(
            fetch(&fetcher, &format!("https://evil.test/{i}"))
                .await
                .is_ok()
        );
    }
    let refused = fetch(&fetcher, "https://evil.test/60").await;
    assert_eq!(refused.map_err(|e| e.cause()), Err(Cause::Busy));
    assert_eq!(world.connects().len(), 60);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert!(
        fetch(&fetcher, "https://evil.test/60").await.is_ok(),
        "busy is not remembered"
    );
}

#[tokio::test(start_paused = true)]
async fn d15_strangers_who_have_a_host_asked_keep_no_school_out_of_its_sign_in() {
    let world = World::new();
    world.says("login.test", address(1), answer("application/json", b"{}"));
    let fetcher = world.fetcher();
    for i in 0..61 {
        let _ = fetch(&fetcher, &format!("https://login.test/{i}")).await;
    }
    let busy = fetch(&fetcher, "https://login.test/61").await;
    assert_eq!(busy.map_err(|e| e.cause()), Err(Cause::Busy));
    let call = Call {
        url: "https://login.test/token".to_owned(),
        headers: Vec::new(),
        body: None,
    };
    let post = Post {
        url: "https://login.test/told".to_owned(),
        content_type: "application/json",
        headers: Vec::new(),
        body: b"{}".to_vec(),
    };
    // A whole school at nine o'clock, and the messages of a batch.
    for _ in 0..600 {
        let called = fetcher.call(&call).await.map(|answer| answer.status);
        assert_eq!(called, Ok(200));
        assert_eq!(fetcher.tell(&post).await, Ok(200));
    }
    let called = fetcher.call(&call).await.map(|answer| answer.status);
    assert_eq!(called.map_err(|e| e.cause()), Err(Cause::Busy));
    let told = fetcher.tell(&post).await;
    assert_eq!(told.map_err(|e| e.cause()), Err(Cause::Busy));
}

#[tokio::test(start_paused = true)]
async fn d15_one_host_is_asked_four_times_at_once() {
    let world = World::new();
    world.host("evil.test", address(1), |_| vec![Step::Hold]);
    let fetcher = world.fetcher();
    let mut asking = tokio::task::JoinSet::new();
    for i in 0..10 {
        let fetcher = fetcher.clone();
        asking.spawn(async move { fetch(&fetcher, &format!("https://evil.test/{i}")).await });
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.asked().len(), 4);
    asking.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn d18_content_of_another_kind() {
    let token = Want {
        accept: &["application/vc+jwt"],
        shape: skillmark::outbound::Shape::ObjectOrToken,
        ..DOCUMENT
    };
    for (content_type, body, want, expected) in [
        ("application/did+json", "{}", DOCUMENT, Ok(())),
        ("text/html", "{}", DOCUMENT, Err(Cause::ContentType)),
        (
            "text/html",
            "<html>Please sign in</html>",
            DOCUMENT,
            Err(Cause::ContentType),
        ),
        (
            "application/json",
            "<html>Please sign in</html>",
            DOCUMENT,
            Err(Cause::Shape),
        ),
        ("application/json", "[]", DOCUMENT, Err(Cause::Shape)),
        ("application/json", "null", DOCUMENT, Err(Cause::Shape)),
        ("application/json", "", DOCUMENT, Err(Cause::Shape)),
        (
            "application/json",
            r#"{"a":1,"a":2}"#,
            DOCUMENT,
            Err(Cause::Shape),
        ),
        (
            "application/json",
            "eyJhbGciOiJFZERTQSJ9.e30.AA",
            DOCUMENT,
            Err(Cause::Shape),
        ),
        (
            "application/vc+jwt",
            "eyJhbGciOiJFZERTQSJ9.e30.AA",
            token,
            Ok(()),
        ),
        ("application/vc+jwt", "<p>", token, Err(Cause::Shape)),
        ("application/json", "{}", token, Err(Cause::ContentType)),
    ] {
        let world = World::new();
        world.page("issuer.test", "/", content_type, body);
        let fetched = world
            .fetcher()
            .fetch("https://issuer.test/", &want, &Budget::new())
            .await;
        assert_eq!(
            fetched.map(drop).map_err(|e| e.cause()),
            expected,
            "{content_type} {body}"
        );
    }
    for (fields, expected) in [
        ("content-length: 2", Cause::ContentType),
        (
            "content-type: application/json\r\ncontent-type: text/html\r\ncontent-length: 2",
            Cause::Http,
        ),
    ] {
        let world = World::new();
        world.says("evil.test", address(1), response(200, fields, b"{}"));
        assert_eq!(cause(&world, URL).await, expected);
    }
    for status in [204, 206, 304, 400, 404, 410, 500] {
        let world = World::new();
        let page = response(
            status,
            "content-type: application/json\r\ncontent-length: 2",
            b"{}",
        );
        world.says("evil.test", address(1), page);
        let expected = if status == 304 {
            Cause::Redirect
        } else {
            Cause::Status(status)
        };
        assert_eq!(cause(&world, URL).await, expected);
    }
}
