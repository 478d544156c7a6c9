//! What visitors send to be read is read and thrown away: nothing of it is served, whatever it is
//! called and whatever is in it; and much of it at once keeps nobody else waiting.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use skillmark::{bake, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    credential::sample,
    support::{
        db::{Temp, on_both},
        site::{Answer, Site},
    },
    verify::signed,
};

/// What must never come back from what was sent in.
const ACTIVE: &[&str] = &[
    "alert(1)",
    "<iframe",
    "foreignobject",
    "@import",
    "xml-stylesheet",
    "javascript:",
    "evil.test",
    "<!entity",
    "root:",
];

#[track_caller]
fn harmless(name: &str, answer: &Answer) {
    let text = answer.text().to_lowercase();
    for active in ACTIVE {
        assert!(!text.contains(active), "{name}: {active} in {text}");
    }
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("object-src 'none'"), "{name}: {policy}");
    assert!(!policy.contains("unsafe"), "{name}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{name}");
}

/// A drawing that holds a good credential, and this.
fn drawing(inside: &str) -> String {
    let badge = json::text(&signed(&sample("simple"), "eddsa-rdfc-2022"));
    let plain =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg>";
    let baked = bake::bake(plain.as_bytes(), &badge).expect("baked");
    let baked = String::from_utf8(baked).expect("text");
    baked.replacen("<path", &format!("{inside}<path"), 1)
}

/// F1 and F3: no drawing of a stranger is ever served, in an answer or anywhere else.
async fn f1_f3_drawings_are_read_and_not_shown(temp: &Temp) {
    let site = Site::on(temp).await;
    for inside in [
        "<script>alert(1)</script>",
        "<rect onload=\"alert(1)\" onmouseover=\"alert(1)\"/>",
        "<set attributeName=\"onmouseover\" to=\"alert(1)\"/>",
        "<handler type=\"text/ecmascript\">alert(1)</handler>",
        "<a href=\"#\"><animate attributeName=\"href\" to=\"javascript:alert(1)\"/></a>",
        "<a xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"javascript:alert(1)\"/>",
        "<foreignObject><iframe src=\"https://evil.test/\"/></foreignObject>",
        "<use href=\"data:image/svg+xml,alert(1)\"/>",
        "<style>@import url(//evil.test/x.css);</style>",
        "<style>path{fill:url(//evil.test/x)}</style>",
        "<image href=\"https://evil.test/p.png\"/>",
    ] {
        let answer = site
            .upload("/verify", "file", drawing(inside).as_bytes())
            .await;
        answer.is(200).shows("Bowline");
        harmless(inside, &answer);
    }
    let sheet = format!(
        "<?xml-stylesheet href=\"https://evil.test/\"?>{}",
        drawing("")
    );
    let answer = site.upload("/verify", "file", sheet.as_bytes()).await;
    harmless("a style sheet", answer.is(200));
}

async fn f2_entities_are_refused_and_nobody_is_asked(temp: &Temp) {
    let site = Site::on(temp).await;
    let laughs: String = (0..9)
        .map(|n| format!("<!ENTITY l{} \"{}\">", n + 1, format!("&l{n};").repeat(10)))
        .collect();
    for doctype in [
        "<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>".to_owned(),
        format!("<!DOCTYPE svg [<!ENTITY l0 \"lol\">{laughs}]>"),
        "<!DOCTYPE svg SYSTEM \"https://evil.test/x.dtd\">".to_owned(),
        "<!DOCTYPE svg [<!ENTITY % p SYSTEM \"https://evil.test/\">%p;]>".to_owned(),
    ] {
        let file = format!("{doctype}{}", drawing("<text>&x;&l9;</text>"));
        let answer = site.upload("/verify", "file", file.as_bytes()).await;
        assert!(
            (400..500).contains(&answer.status),
            "{doctype}: {}",
            answer.status
        );
        harmless(&doctype, &answer);
    }
}

/// F7 and F8: no picture that was sent in is kept or served, so that there is nothing to strip from
/// it; and there is no address at which one could be.
async fn f7_f8_pictures_are_read_and_not_kept(temp: &Temp) {
    let site = Site::on(temp).await;
    let mut picture = Vec::new();
    {
        let mut encoder = png::Encoder::new(&mut picture, 1, 1);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().expect("begun");
        let exif = b"MM\0*GPSCanaryLatitude";
        writer.write_chunk(png::chunk::eXIf, exif).expect("written");
        writer.write_image_data(&[9]).expect("written");
    }
    let badge = json::text(&signed(&sample("simple"), "eddsa-rdfc-2022"));
    let mut good = bake::bake(&picture, &badge).expect("baked");
    let answer = site.upload("/verify", "file", &good).await;
    answer.is(200).shows("Bowline").hides("GPS").hides("Canary");
    good.extend(b"<html><script>alert(1)</script>Canary</html>");
    let answer = site.upload("/verify", "file", &good).await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    answer.hides("Canary");
    harmless("a tail", &answer);
    // What is kept at all stands in the data folder: nothing of it came from the picture.
    let mut kept = Vec::new();
    let mut folders = vec![site.app.config.data.clone()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder)
            .expect("the data")
            .flatten()
            .map(|e| e.path())
        {
            if path.is_dir() {
                folders.push(path);
            } else {
                kept.push(path);
            }
        }
    }
    assert!(!kept.is_empty(), "there is a database");
    for path in kept {
        let bytes = std::fs::read(&path).expect("a file");
        let canary = bytes.windows(6).any(|window| window == b"Canary");
        assert!(!canary, "{}", path.display());
    }
}

/// Every path with a parameter, and every form, with bytes that are no text.
async fn f16_nul_and_bad_utf8_are_nobody_s_fault_of_ours(temp: &Temp) {
    let site = Site::on(temp).await;
    let api = site.get("/api/openapi.json").await.json();
    let paths = api["paths"].as_object().expect("paths");
    let mut asked = 0;
    for odd in ["%00", "a%00b", "%ff", "%c3%28", "%ed%a0%80"] {
        for (path, operations) in paths {
            let mut parts = path.split('{');
            let mut filled = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                filled.push_str(odd);
                filled.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
            }
            for method in operations.as_object().expect("operations").keys() {
                for target in [filled.clone(), format!("{filled}?limit={odd}&input={odd}")] {
                    let answer = site.ask(&method.to_uppercase(), &target).send().await;
                    assert!(answer.status < 500, "{method} {target}: {}", answer.status);
                    asked += 1;
                }
            }
        }
        for page in ["/c/", "/issuers/", "/p/", "/status/", "/achievements/"] {
            let answer = site.get(&format!("{page}{odd}")).await;
            assert!(
                (400..500).contains(&answer.status),
                "{page}{odd}: {}",
                answer.status
            );
        }
        let body = format!("input={odd}");
        let kind = "application/x-www-form-urlencoded";
        let answer = site.ask("POST", "/verify").body(kind, body).send().await;
        assert!(
            (400..500).contains(&answer.status),
            "{odd}: {}",
            answer.status
        );
    }
    assert!(asked > 50, "{asked}");
}

async fn f17_a_file_s_name_is_never_used(temp: &Temp) {
    let site = Site::on(temp).await;
    let badge = json::text(&signed(&sample("simple"), "eddsa-rdfc-2022"));
    for name in [
        "../../canary.png",
        "canary.html",
        "C:\\\\canary",
        "canary\\\"; x=\\\"y",
        "canary%0d%0aSet-Cookie: canary=1",
        "canary\u{202e}gnp.exe",
    ] {
        let answer = site
            .parts("/verify", &[("file", name, badge.as_bytes())])
            .await;
        let headers = format!("{:?}", answer.headers);
        assert!(!headers.contains("canary"), "{name}: {headers}");
        assert_eq!(answer.header("set-cookie"), "", "{name}");
        if answer.status == 200 {
            // It is told back in words, on a receipt, and never as the name of anything.
            answer
                .shows("Bowline")
                .hides("canary\"; x")
                .hides("\u{202e}");
        } else {
            assert!(
                (400..500).contains(&answer.status),
                "{name}: {}",
                answer.status
            );
        }
    }
    // A name that ends its line ends the part: what follows is read as its head, and as no header.
    let name = "a\"\r\nSet-Cookie: canary=1\r\nx: \"";
    let answer = site
        .parts("/verify", &[("file", name, badge.as_bytes())])
        .await;
    assert_eq!(answer.header("set-cookie"), "");
    assert!(answer.status < 500, "{}", answer.status);
}

/// HTTP/2 is not spoken here (what stands before us speaks it): there are no streams to reset.
async fn k3_no_streams_to_reset(temp: &Temp) {
    let site = Site::on(temp).await;
    let server = skillmark::web::Server::bind(([127, 0, 0, 1], 0).into());
    let server = server.expect("a port");
    let address = server.address().expect("an address");
    tokio::spawn(server.run(site.router.clone()));
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .expect("sent");
    // A frame of settings, and ten thousand that reset a stream.
    stream
        .write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0])
        .await
        .expect("sent");
    let reset = [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8];
    let _ = stream.write_all(&reset.repeat(10_000)).await;
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    let said = String::from_utf8_lossy(&said);
    assert_eq!(said, "", "the connection is over before a word is said");
    let mut next = TcpStream::connect(address).await.expect("a connection");
    let plain = b"GET /privacy HTTP/1.1\r\nhost: x\r\nupgrade: h2c\r\nconnection: upgrade, close\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n";
    next.write_all(plain).await.expect("sent");
    let mut said = Vec::new();
    let _ = next.read_to_end(&mut said).await;
    assert!(
        said.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

/// A hundred credentials that are much work, from as many visitors: a page does not wait for them.
async fn k4_much_to_check_keeps_no_page_waiting(temp: &Temp) {
    const MANY: usize = 100;
    let site = Arc::new(Site::on(temp).await);
    let mut heavy = signed(&sample("simple"), "eddsa-rdfc-2022");
    let tags: Vec<json::Value> = (0..5000).map(|n| format!("t{n}").into()).collect();
    let achievement = heavy.pointer_mut("/credentialSubject/achievement");
    achievement
        .expect("one")
        .set("tag", json::Value::Array(tags));
    let body = json::text(&heavy);
    let done = Arc::new(AtomicUsize::new(0));
    let mut all = tokio::task::JoinSet::new();
    for n in 0..MANY {
        let (site, body, done) = (site.clone(), body.clone(), done.clone());
        all.spawn(async move {
            let from = [10, 1, 0, u8::try_from(n).expect("few")];
            let ask = site.ask("POST", "/api/v1/verify").from(from);
            let answer = ask.body("application/json", body).send().await;
            done.fetch_add(1, Ordering::SeqCst);
            answer.status
        });
    }
    while done.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    site.get("/privacy").await.is(200);
    let meanwhile = done.load(Ordering::SeqCst);
    assert!(meanwhile < MANY, "the page came after all of them");
    while let Some(status) = all.join_next().await {
        assert_eq!(status.expect("answered"), 200);
    }
}

on_both!(
    f1_f3_drawings_are_read_and_not_shown,
    f2_entities_are_refused_and_nobody_is_asked,
    f7_f8_pictures_are_read_and_not_kept,
    f16_nul_and_bad_utf8_are_nobody_s_fault_of_ours,
    f17_a_file_s_name_is_never_used,
    k3_no_streams_to_reset,
    k4_much_to_check_keeps_no_page_waiting,
);
