//! Many at once: a table, one receipt over all of them, and nothing lost.

use serde_json::{Value, json};
use skillmark::verify::receipt::Receipt;

use crate::support::{
    db::{Engine, on_both},
    peers::{Peer, World, address},
    site::{Answer, Site},
};

/// A form with files, each with a name, and a text.
fn form(files: &[(&str, &[u8])], text: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in files {
        let head = format!(
            "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    let text =
        format!("--x\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n--x--\r\n");
    body.extend_from_slice(text.as_bytes());
    body
}

async fn page(site: &Site, path: &str, files: &[(&str, &[u8])], text: &str) -> Answer {
    let ask = site.ask("POST", path).header("accept", "text/html");
    ask.body("multipart/form-data; boundary=x", form(files, text))
        .send()
        .await
}

async fn api(site: &Site, kind: &'static str, body: Vec<u8>) -> Answer {
    site.ask("POST", "/api/v1/verify/many?receipt=true")
        .body(kind, body)
        .send()
        .await
}

/// The receipt that a page carries.
fn carried(page: &Answer) -> Value {
    let text = page.text();
    let (_, rest) = text
        .split_once("name=\"receipt\" value=\"")
        .expect("a receipt");
    let (receipt, _) = rest.split_once('"').expect("its end");
    let receipt = receipt
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">");
    serde_json::from_str(&receipt.replace("&#38;", "&")).expect("JSON")
}

/// Three badges of a provider, of which the second was taken back.
async fn badges(site: &Site) -> Vec<Vec<u8>> {
    let provider = site.provider("Riverside Tutoring").await;
    let mut badges = Vec::new();
    for learner in ["S-1", "S-2", "S-3"] {
        let id = provider.issue(learner).await;
        if learner == "S-2" {
            provider.change(&id, "revoke").await.is(200);
        }
        badges.push(site.get(&format!("/c/{id}.json")).await.body.to_vec());
    }
    badges
}

fn verdicts(receipt: &Value) -> Vec<&str> {
    let items = receipt["credentialSubject"].as_array().expect("items");
    items
        .iter()
        .map(|item| item["verdict"].as_str().expect("a verdict"))
        .collect()
}

on_both! {
    fn several_files_make_a_table_and_one_receipt(temp) {
        let site = Site::on(temp).await;
        let badges = badges(&site).await;
        let files: Vec<(&str, &[u8])> = vec![
            ("one.json", &badges[0]), ("two.json", &badges[1]), ("=cmd.json", &badges[2]), ("note.txt", b"hello there"),
        ];
        for path in ["/verify", "/verify/many"] {
            let page = page(&site, path, &files, "").await;
            page.is(200)
                .shows("4 documents, each checked by itself")
                .shows("1 of 4: ")
                .shows("4 of 4: ")
                .shows("2 of 4 real and still good")
                .shows("2 not valid, 0 could not be told. Each was checked by itself.")
                .shows("Taken back")
                .shows("note.txt")
                .shows("Riverside Tutoring")
                .hides("<script>");
            assert_eq!(page.header("cache-control"), "no-store");
            let receipt = carried(&page);
            assert_eq!(verdicts(&receipt), ["valid", "invalid", "valid", "invalid"]);
            let report = site.ask("POST", "/api/v1/verify").body("application/json", receipt.to_string()).send().await.json();
            assert_eq!(report["verdict"], "valid");
            assert_eq!(report["sentence"], "This receipt was made by this service (localhost:8080) on 1 March 2026, 12:00 UTC. It says that of 4 documents 2 were valid, 2 were not valid, and of 0 it could not be told, then. It does not say what is true now.");

            // The table, for a spreadsheet: no cell is a formula (F10).
            let csv = site.ask("POST", "/api/v1/receipts").header("accept", "text/csv").body("application/json", receipt.to_string()).send().await;
            let csv = csv.is(200).text();
            let lines: Vec<&str> = csv.lines().collect();
            assert_eq!(lines.len(), 5);
            assert!(lines[3].starts_with("3,'=cmd.json,valid,Explain a decision with data,Riverside Tutoring,did:key:"), "{}", lines[3]);
            let pdf = site.ask("POST", "/api/v1/receipts").body("application/json", receipt.to_string()).send().await;
            assert!(pdf.is(200).body.starts_with(b"%PDF-1.7"));
            if let Some(folder) = std::env::var_os("RECEIPTS_DIR") {
                std::fs::write(std::path::Path::new(&folder).join("many.pdf"), &pdf.body).expect("written");
            }
            let again = site.upload("/verify", "file", &pdf.body).await;
            again.is(200).shows("A genuine receipt, not a badge").shows("What was found then in 4 documents").shows("then: taken back");
        }
    }

    fn links_and_archives_are_taken_apart(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (one, two) = (provider.issue("S-1").await, provider.issue("S-2").await);
        let links = format!("http://localhost:8080/c/{one}\r\nhttp://localhost:8080/c/{two}\r\nhttp://localhost:8080/c/AAAAAAAAAAAAAAAAAAAAAA\r\n");
        let page = page(&site, "/verify", &[], &links).await;
        page.is(200).shows("2 of 3 real and still good").shows("There is no credential with this address here.");
        let receipt = carried(&page);
        assert_eq!(verdicts(&receipt), ["valid", "valid", "cannot_tell"]);
        let item = &receipt["credentialSubject"][0];
        assert_eq!(item["label"], format!("http://localhost:8080/c/{one}"));
        assert_eq!(item.get("sha256"), None, "of a link there is nothing to digest");
        assert!(item["documentSha256"].as_str().expect("a digest").len() == 64);

        let texts = json!([format!("http://localhost:8080/c/{one}"), "nothing"]);
        let answer = api(&site, "application/json", texts.to_string().into_bytes()).await;
        let answer = answer.is(200).json();
        assert_eq!(answer["answers"][0]["report"]["verdict"], "valid");
        assert_eq!(answer["answers"][1]["report"]["unreadable"], "malformed");
        assert_eq!(verdicts(&answer["receipt"]), ["valid", "invalid"]);
        let lines = api(&site, "text/plain", links.into_bytes()).await;
        assert_eq!(lines.is(200).json()["answers"].as_array().expect("answers").len(), 3);
    }
}

#[tokio::test]
async fn more_than_is_checked_at_once_is_refused_before_anything_is_checked() {
    let site = Site::new(Engine::Sqlite).await;
    let links = "https://a.test/c/AAAAAAAAAAAAAAAAAAAAAA\n".repeat(51);
    let refused = page(&site, "/verify", &[], &links).await;
    refused
        .is(413)
        .shows("At most 50 are checked at once; here are 51.");
    api(&site, "text/plain", links.into_bytes()).await.is(413);
    page(&site, "/verify/many", &[], "")
        .await
        .is(400)
        .shows("Nothing was sent.");
    api(&site, "application/json", b"[1]".to_vec())
        .await
        .is(400);
    api(&site, "application/zip", b"PK\x03\x04".to_vec())
        .await
        .is(400);
    // Only where many are checked is more than two mebibytes taken, and there not without end.
    let large = vec![b' '; 3 * 1024 * 1024];
    page(&site, "/verify", &[("large.json", &large)], "")
        .await
        .is(413);
    let files: Vec<(&str, &[u8])> = vec![("one.json", &large), ("two.json", &large)];
    let page = page(&site, "/verify/many", &files, "").await;
    page.is(200).shows("0 of 2 real and still good");
    let huge = vec![b' '; 17 * 1024 * 1024];
    api(&site, "text/plain", huge).await.is(413);
}

#[tokio::test]
async fn each_of_many_counts_against_whoever_asks() {
    let site = Site::with(Engine::Sqlite, |config| config.rate_burst = 30).await;
    let links = "https://a.test/c/AAAAAAAAAAAAAAAAAAAAAA\n".repeat(20);
    api(&site, "text/plain", links.clone().into_bytes())
        .await
        .is(200);
    api(&site, "text/plain", links.into_bytes()).await.is(429);
}

#[tokio::test]
async fn what_there_was_no_time_for_is_cannot_tell_and_nothing_is_lost() {
    let world = World::new();
    for host in 0..20 {
        world.peer(&format!("slow{host}.test"), address(host + 1), Peer::Silent);
    }
    let site = Site::online(Engine::Sqlite, &world).await;
    let links: Vec<String> = (0..50)
        .map(|at| format!("https://slow{}.test/c/{at}", at % 20))
        .collect();
    let began = tokio::time::Instant::now();
    let answer = api(&site, "text/plain", links.join("\n").into_bytes()).await;
    assert!(
        began.elapsed() < skillmark::web::REQUEST_TIMEOUT,
        "{:?}",
        began.elapsed()
    );
    let answer = answer.is(200).json();
    let answers = answer["answers"].as_array().expect("answers");
    let names: Vec<&str> = answers
        .iter()
        .map(|one| one["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, links);
    for one in answers {
        assert_eq!(one["report"]["verdict"], "cannot_tell");
        let reason = one["report"]["reason"].as_str().expect("a reason");
        assert!(
            ["out_of_time", "link_unreachable"].contains(&reason),
            "{reason}"
        );
    }
    let receipt = skillmark::json::Value::from(answer["receipt"].clone());
    assert_eq!(Receipt::read(&receipt).expect("a receipt").items.len(), 50);
}

/// A form with files, and what is asked besides.
async fn asked(site: &Site, path: &str, badges: &[Vec<u8>], more: &[(&str, &[u8])]) -> Answer {
    let files = ["one.json", "two.json", "three.json", "four.json"];
    let mut parts: Vec<(&str, &str, &[u8])> = (files.iter().zip(badges))
        .map(|(name, bytes)| ("credential", *name, bytes.as_slice()))
        .collect();
    parts.extend(more.iter().map(|(name, bytes)| (*name, "", *bytes)));
    site.parts(path, &parts).await
}

/// Threat: whoever calls themselves by a great name gets no green line without a word about it.
#[tokio::test]
async fn a_stranger_among_many_is_called_one() {
    let site = Site::new(Engine::Sqlite).await;
    let mut badges = badges(&site).await;
    let known = serde_json::from_slice::<Value>(&badges[0]).expect("JSON")["issuer"]["id"].clone();
    let known = known.as_str().expect("an id").to_owned();
    badges.push(crate::receipts::forged("Harvard"));
    let no_list =
        "No list of trusted issuers was used: whether to trust each issuer is yours to say.";
    for path in ["/verify", "/verify/many"] {
        let page = asked(&site, path, &badges, &[("trust", known.as_bytes())]).await;
        page.is(200)
            .shows("3 of 4 real and still good")
            .shows("1 of 4 is good but on no list you use.")
            .shows(">Trust</th>")
            .shows("Harvard")
            .shows("Not on any list you use")
            .shows("The issuer is on the list “your list”.")
            .hides(no_list);
        assert_eq!(page.text().matches("On a list you use").count(), 3);
        let receipt = carried(&page);
        let trust = |at: usize| receipt["credentialSubject"][at]["trust"].clone();
        assert_eq!(
            trust(0),
            "The issuer is on a list that whoever asked brought."
        );
        let stranger = "The issuer is not on any list that was used (a list that whoever asked brought). That says nothing about the signature.";
        assert_eq!(trust(3), stranger);
        let csv = site
            .ask("POST", "/api/v1/receipts")
            .header("accept", "text/csv")
            .body("application/json", receipt.to_string());
        let csv = csv.send().await.is(200).text();
        assert!(
            csv.lines()
                .next()
                .expect("a head")
                .contains(",sentence,trust,sha256,")
        );
        assert!(
            csv.lines().nth(4).expect("a line").contains(stranger),
            "{csv}"
        );

        // Without a list it is said once.
        let page = asked(&site, path, &badges, &[]).await;
        page.is(200)
            .hides(">Trust</th>")
            .hides("on no list you use");
        assert_eq!(page.text().matches(no_list).count(), 1);
        assert_eq!(
            page.text().matches("No list of trusted").count(),
            1 + page
                .text()
                .matches("&#34;trust&#34;:&#34;No list of trusted")
                .count()
        );
    }
}

#[tokio::test]
async fn a_receipt_does_not_sign_what_the_asker_claims() {
    let site = Site::new(Engine::Sqlite).await;
    let mut badges = badges(&site).await;
    badges.truncate(1);
    let known = serde_json::from_slice::<Value>(&badges[0]).expect("JSON")["issuer"]["id"].clone();
    let list = json!({"name": "Accredited by Ofqual", "issuers": [{"id": known, "name": "The King's College"}]}).to_string();
    let more: [(&str, &[u8]); 2] = [
        ("trust", list.as_bytes()),
        ("recipient", b"ana.canary@school.example"),
    ];
    for (path, badges) in [
        ("/api/v1/verify?receipt=true", vec![badges[0].clone()]),
        (
            "/api/v1/verify/many?receipt=true",
            vec![badges[0].clone(), badges[0].clone()],
        ),
    ] {
        let answer = asked(&site, path, &badges, &more).await.is(200).json();
        let receipt = &answer["receipt"];
        let item = &receipt["credentialSubject"][0];
        assert_eq!(
            item["trust"],
            "The issuer is on a list that whoever asked brought."
        );
        let text = receipt.to_string();
        for word in ["Ofqual", "King", "canary", "the person you named"] {
            assert!(!text.contains(word), "{word}: {receipt:#}");
        }
        let lines = item["check"].as_array().expect("checks");
        let line = lines
            .iter()
            .find(|line| line["title"] == "Recipient")
            .expect("a line");
        let sentence = line["sentence"].as_str().expect("a sentence");
        assert!(
            sentence.starts_with("Whoever asked named a person; the name is not in this receipt."),
            "{sentence}"
        );
    }
}

/// Eight who send slowly take no place from anybody; one address has two under way at most.
#[tokio::test]
async fn k1_slow_uploads_do_not_keep_others_from_checking_many() {
    use tokio::io::AsyncWriteExt as _;
    let here = std::net::IpAddr::from([127, 0, 0, 1]);
    let site = Site::with(Engine::Sqlite, |config| config.trusted_proxies = vec![here]).await;
    let server = skillmark::web::Server::bind((here, 0).into()).expect("a port");
    let address = server.address().expect("an address");
    tokio::spawn(server.run(site.router.clone()));
    let mut slow = Vec::new();
    for at in 0..8 {
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("a connection");
        let from = at / 2;
        let head = format!(
            "POST /api/v1/verify/many HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 198.51.100.{from}\r\ncontent-type: text/plain\r\ncontent-length: 1000\r\n\r\nhttps"
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        slow.push(stream);
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let ask = |from| {
        let ask = site.ask("POST", "/api/v1/verify/many").from(from);
        ask.body("text/plain", "hello there").send()
    };
    ask([203, 0, 113, 1]).await.is(200);
    ask([198, 51, 100, 0])
        .await
        .is(503)
        .shows("From your address");
    drop(slow);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    ask([198, 51, 100, 0]).await.is(200);
}
