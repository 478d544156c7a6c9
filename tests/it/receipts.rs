//! Verification receipts: signed by the service, read by anybody, never taken for a badge.

use serde_json::{Value, json};
use skillmark::{
    clock::Timestamp,
    db::{ReceiptKeyRow, ReceiptKeyState},
    did,
    json::{self as strict, text},
    keys::SigningKey,
    proof::{self, ProofOptions},
    receipt,
    verify::{
        self, CheckId, Known, Options, Outcome, Verdict,
        receipt::{CONTEXT, CONTEXT_PATH},
    },
};

use crate::{
    credential::sample,
    node,
    support::{
        db::{Engine, on_both},
        peers::World,
        site::Site,
    },
};

const ABROAD: &str = "https://badges.harbour.example";
/// Words that belong to people, and the day of the award.
const PRIVATE: &[&str] = &[
    "Ana",
    "María",
    "Lee",
    "canary",
    "S-1042",
    "Secretname",
    "2026-03-01T00",
    "1 March",
];

/// A badge of this site as JSON, and the receipt over it.
async fn receipt_of(site: &Site) -> (Vec<u8>, Value) {
    let provider = site.provider("Riverside Tutoring").await;
    let id = provider.issue("S-1042").await;
    let badge = site.get(&format!("/c/{id}.json")).await.body.to_vec();
    let answer = site.ask("POST", "/api/v1/verify?receipt=true");
    let answer = answer.body("application/json", badge.clone()).send().await;
    (badge, answer.is(200).json()["receipt"].clone())
}

async fn check(site: &Site, document: &Value) -> Value {
    let ask = site.ask("POST", "/api/v1/verify");
    ask.body("application/json", document.to_string())
        .send()
        .await
        .is(200)
        .json()
}

/// The site at a public address, with did:web.
async fn abroad(engine: Engine) -> Site {
    Site::with(engine, |config| {
        config.public_url = ABROAD.parse().expect("an origin");
    })
    .await
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    skillmark::ids::hex(&sha2::Sha256::digest(bytes))
}

on_both! {
    fn a_receipt_says_what_was_found_then_and_is_checked_here(temp) {
        let site = Site::on(temp).await;
        let (badge, receipt) = receipt_of(&site).await;
        let item = &receipt["credentialSubject"][0];
        assert_eq!(item["sha256"], sha256(&badge));
        assert_eq!(item["documentSha256"], sha256(&badge));
        assert_eq!(item["verdict"], "valid");
        assert_eq!(item["says"], json!({"kind": "achievement", "title": "Explain a decision with data",
            "result": ["Uses evidence: Advanced (4 of 4)", "Explains clearly: Proficient (3 of 4)"]}));
        assert_eq!(item["issuedBy"]["name"], "Riverside Tutoring");
        assert_eq!(receipt["type"], json!(["VerifiableCredential", "VerificationReceipt"]));
        assert_eq!(receipt["validFrom"], "2026-03-01T12:00:00Z");
        assert_eq!(receipt["issuer"]["name"], "localhost:8080");
        for word in PRIVATE {
            assert!(!receipt.to_string().contains(word), "{word}: {receipt:#}");
        }

        // A day later the badge is taken back. The receipt stays what it is.
        site.clock.advance(24 * 3_600);
        let report = check(&site, &receipt).await;
        assert_eq!(report["verdict"], "valid", "{report:#}");
        assert_eq!(report["sentence"], "This receipt was made by this service (localhost:8080) on 1 March 2026, 12:00 UTC. It says that “Explain a decision with data” was valid then. It does not say what is true now.");
        assert_eq!(report["claim"]["kind"], "receipt");
        assert_eq!(report["claim"]["items"][0]["sha256"], sha256(&badge));
        let page = site.upload("/verify", "file", receipt.to_string().as_bytes()).await;
        page.is(200)
            .shows("A genuine receipt, not a badge")
            .shows("It does not say what is true now.")
            .shows("then: checked and good")
            .shows(&sha256(&badge))
            .hides("Real and still good");
        // Nothing of what was verified is kept.
        let rows = temp.number("select count(*) from receipt_keys").await;
        assert_eq!(rows, 1);
    }

    fn a_changed_receipt_is_red_wherever_it_was_changed(temp) {
        let site = Site::on(temp).await;
        let (_, receipt) = receipt_of(&site).await;
        let mut places = Vec::new();
        strict::Value::from(receipt.clone()).walk(&mut |pointer, value| {
            if value.as_str().is_some() {
                places.push(pointer.to_owned());
            }
        });
        assert!(places.len() > 25, "{places:?}");
        for place in places {
            let mut changed = receipt.clone();
            let old = changed.pointer(&place).and_then(Value::as_str).expect("a text").to_owned();
            let new = match old.as_str() {
                "valid" => "invalid".to_owned(),
                "pass" => "skipped".to_owned(),
                old => format!("{old}x"),
            };
            *changed.pointer_mut(&place).expect("a place") = json!(new);
            let report = check(&site, &changed).await;
            // A proof or an identifier of a kind nobody knows is "cannot tell"; nothing else is.
            let open = place.starts_with("/proof") || place.starts_with("/issuer/id");
            let verdict = report["verdict"].as_str().expect("a verdict");
            assert!(verdict == "invalid" || open && verdict == "cannot_tell", "{place}: {report:#}");
        }
        let mut unsigned = receipt.clone();
        unsigned.as_object_mut().expect("an object").remove("proof");
        assert_eq!(check(&site, &unsigned).await["reason"], "no_proof");
    }

    fn a_key_for_receipts_signs_no_badge(temp) {
        let site = Site::on(temp).await;
        let key = SigningKey::from_seed(&[0x51; 32]);
        let key_id = key.public().to_multikey();
        let mut tx = site.app.db.begin().await.expect("a transaction");
        let row = ReceiptKeyRow {
            key_id: key_id.clone(), state: ReceiptKeyState::Active, seed_sealed: Some(vec![1; 72]), kek_id: "x".to_owned(),
            created_at: site.app.now().into(), retired_at: None, revoked_at: None,
        };
        let badge = badge_by(&key, &did::key::method_url(&key.public()), did::key::did(&key.public()).as_str());
        assert_eq!(check(&site, &badge).await["verdict"], "valid", "a key that nobody knows here");
        tx.add_receipt_key(&row).await.expect("added");
        tx.commit().await.expect("kept");
        let report = check(&site, &badge).await;
        assert_eq!((&report["verdict"], &report["reason"]), (&json!("invalid"), &json!("receipt_key")));
        // Nor under the identifier of the service.
        let origin = &site.app.config.public_url;
        let did = receipt::did(origin).expect("a did:web");
        let badge = badge_by(&key, &format!("{}#{key_id}", did.as_str()), did.as_str());
        let report = check(&site, &badge).await;
        assert_eq!((&report["verdict"], &report["reason"]), (&json!("invalid"), &json!("receipt_key")));
    }

    fn earlier_receipts_keep_verifying_when_the_key_is_replaced_and_not_when_it_is_revoked(temp) {
        let site = Site::over(temp, |config| config.public_url = ABROAD.parse().expect("an origin")).await;
        let (_, receipt) = receipt_of(&site).await;
        let first = site.app.db.active_receipt_key().await.expect("an answer").expect("a key");
        assert_eq!(receipt["issuer"]["id"], "did:web:badges.harbour.example:receipts");
        assert_eq!(receipt["proof"][0]["verificationMethod"], format!("did:web:badges.harbour.example:receipts#{}", first.key_id));
        site.clock.advance(60);
        let second = receipt::rotate(&site.app).await.expect("a new key");
        assert_ne!(first.key_id, second.key_id);
        assert_eq!(site.app.db.receipt_key(&first.key_id).await.expect("an answer").expect("a key").seed_sealed, None);
        let report = check(&site, &receipt).await;
        assert_eq!(report["verdict"], "valid", "{report:#}");
        assert!(report["sentence"].as_str().expect("text").starts_with("This receipt was made by badges.harbour.example on 1 March 2026, 12:00 UTC."));
        receipt::revoke(&site.app, &first.key_id).await.expect("revoked");
        assert_ne!(check(&site, &receipt).await["verdict"], "valid");
        assert!(matches!(receipt::revoke(&site.app, &first.key_id).await, Err(receipt::Error::NoSuchKey)));
        let keys = site.get("/receipts/did.json").await;
        let keys = keys.is(200).json();
        assert_eq!(keys["assertionMethod"], json!([format!("did:web:badges.harbour.example:receipts#{}", second.key_id)]));
        assert_eq!(keys["verificationMethod"].as_array().expect("keys").len(), 2);
        assert_eq!(keys["service"][0]["type"], "VerificationReceipts");
    }

    fn j12_nothing_that_is_checked_is_kept(temp) {
        let site = Site::on(temp).await;
        site.provider("Riverside Tutoring").await;
        let canary = "Canary-J12-Quillfeather";
        let mut badge = badge_by(&SigningKey::from_seed(&[9; 32]), "did:key:z6Mk#z6Mk", "did:key:z6Mk");
        badge["credentialSubject"]["achievement"]["name"] = json!(canary);
        let body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{canary}.json\"\r\n\r\n{badge}\r\n--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{canary}.txt\"\r\n\r\n{canary}\r\n--x--\r\n"
        );
        for path in ["/verify", "/verify/many"] {
            let page = site.ask("POST", path).body("multipart/form-data; boundary=x", body.clone()).send().await;
            let receipt = carried(&page.is(200).text());
            assert!(receipt.contains(canary), "the visitor's own words: {receipt}");
            file(&site, &receipt, "pdf").await.is(200);
        }
        let kept = crate::support::copy::dump(temp);
        assert!(kept.windows(8).any(|part| part == b"receipt_"), "the tables were read");
        assert!(!kept.windows(canary.len()).any(|part| part == canary.as_bytes()));
    }

    fn two_who_make_the_first_key_at_once_share_it(temp) {
        let site = Site::on(temp).await;
        let now = site.app.now();
        let make = || receipt::sign(&site.app, &[], now);
        let (a, b, c, d) = tokio::join!(make(), make(), make(), make());
        for signed in [a, b, c, d] {
            signed.expect("a receipt");
        }
        assert_eq!(temp.number("select count(*) from receipt_keys").await, 1);
    }
}

/// A good badge of somebody who is only a key, under whatever name they chose.
pub(crate) fn forged(name: &str) -> Vec<u8> {
    let key = SigningKey::from_seed(&[0x66; 32]);
    let did = did::key::did(&key.public());
    let method = did::key::method_url(&key.public());
    signed_by(&key, &method, did.as_str(), Some(name))
        .to_string()
        .into_bytes()
}

/// A sample badge signed with a key, under an identifier.
fn badge_by(key: &SigningKey, method: &str, issuer: &str) -> Value {
    signed_by(key, method, issuer, None)
}

fn signed_by(key: &SigningKey, method: &str, issuer: &str, name: Option<&str>) -> Value {
    let mut badge = sample("simple");
    badge.remove("credentialStatus");
    match badge.get_mut("issuer") {
        Some(strict::Value::String(id)) => *id = issuer.to_owned().into(),
        Some(profile) => profile.set("id", issuer.to_owned().into()),
        None => panic!("no issuer"),
    }
    if let (Some(name), Some(profile)) = (name, badge.get_mut("issuer")) {
        profile.set("name", name.to_owned().into());
    }
    let options = ProofOptions::new(method, "2026-03-01T10:00:00Z".parse().expect("a time"));
    let signed = proof::secure(badge, proof::SUITES[0], &options, key).expect("signed");
    serde_json::from_str(&text(&signed)).expect("JSON")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[tokio::test]
async fn a_receipt_of_another_service_is_read_through_its_keys() {
    let theirs = abroad(Engine::Sqlite).await;
    let (_, receipt) = receipt_of(&theirs).await;
    let keys = theirs.get("/receipts/did.json").await.is(200).text();

    let world = World::new();
    world.page(
        "badges.harbour.example",
        "/receipts/did.json",
        "application/did+json",
        &keys,
    );
    let here = Site::online(Engine::Sqlite, &world).await;
    let report = check(&here, &receipt).await;
    assert_eq!(report["verdict"], "valid", "{report:#}");
    assert!(
        report["sentence"]
            .as_str()
            .expect("text")
            .starts_with("This receipt was made by badges.harbour.example on")
    );

    // Where nobody is asked, it cannot be told; with the keys at hand it can.
    let alone = Site::new(Engine::Sqlite).await;
    let report = check(&alone, &receipt).await;
    assert_eq!(
        (&report["verdict"], &report["reason"]),
        (&json!("cannot_tell"), &json!("issuer_not_fetched"))
    );
    let now = at("2026-03-02T00:00:00Z");
    let known =
        Known::nothing().with_issuer("did:web:badges.harbour.example:receipts", keys.clone(), now);
    let text = receipt.to_string();
    let offline = verify::verify_known(&known, text.as_bytes(), &Options::default(), now);
    assert_eq!(offline.verdict, Verdict::Valid);

    // Keys that are not published for receipts make none.
    let mut other: Value = serde_json::from_str(&keys).expect("JSON");
    other.as_object_mut().expect("an object").remove("service");
    let known = Known::nothing().with_issuer(
        "did:web:badges.harbour.example:receipts",
        other.to_string(),
        now,
    );
    let report = verify::verify_known(&known, text.as_bytes(), &Options::default(), now);
    assert_eq!(
        (report.verdict, report.reason),
        (Verdict::Invalid, Some("no_receipt_key"))
    );
    // And keys that are, no badges.
    let key = SigningKey::from_seed(&[7; 32]);
    let did = "did:web:evil.test";
    let mut document = did::Document::new(did);
    let method = format!("{did}#{}", key.public().to_multikey());
    document.add_for(
        did::VerificationMethod::multikey(method.clone(), did, key.public()),
        &[did::Purpose::AssertionMethod],
    );
    let mut document = Value::from(&document.to_json());
    let badge = badge_by(&key, &method, did).to_string();
    for (service, expected) in [
        (None, Verdict::Valid),
        (Some("VerificationReceipts"), Verdict::Invalid),
    ] {
        if let Some(service) = service {
            document["service"] =
                json!({"id": "#r", "type": [service], "serviceEndpoint": "https://evil.test"});
        }
        let known = Known::nothing().with_issuer(did, document.to_string(), now);
        let report = verify::verify_known(&known, badge.as_bytes(), &Options::default(), now);
        assert_eq!(report.verdict, expected, "{report:#?}");
    }
}

#[tokio::test]
async fn a_receipt_where_a_credential_should_be_is_refused() {
    let site = Site::new(Engine::Sqlite).await;
    let (_, receipt) = receipt_of(&site).await;
    let presented = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [receipt],
    });
    let report = check(&site, &presented).await;
    assert_eq!(
        report["children"][0]["report"]["reason"], "misplaced_receipt",
        "{report:#}"
    );
    assert_ne!(report["verdict"], "valid");
    // A receipt of somebody who is only a key says so.
    let nobody = Known::nothing();
    let report = verify::verify_known(
        &nobody,
        receipt.to_string().as_bytes(),
        &Options::default(),
        at("2026-03-02T00:00:00Z"),
    );
    assert_eq!(report.verdict, Verdict::Valid);
    assert!(
        report
            .sentence
            .starts_with("This receipt was made by somebody who is known only by a key (z6Mk"),
        "{}",
        report.sentence
    );
    assert!(
        report.sentence.contains("and calls itself localhost:8080"),
        "{}",
        report.sentence
    );
    // Whoever asks whether it is somebody's gets no yes.
    let options = Options {
        recipient: Some(verify::Recipient::email("ana@school.example")),
        ..Options::default()
    };
    let report = verify::verify_known(
        &nobody,
        receipt.to_string().as_bytes(),
        &options,
        at("2026-03-02T00:00:00Z"),
    );
    assert_eq!(
        (report.verdict, report.reason),
        (Verdict::CannotTell, Some("no_recipient"))
    );
    // One from the future is none.
    let report = verify::verify_known(
        &nobody,
        receipt.to_string().as_bytes(),
        &Options::default(),
        at("2026-02-28T00:00:00Z"),
    );
    assert_eq!(report.verdict, Verdict::Invalid);
    let proof = report.check(CheckId::Proof).expect("a check");
    assert_eq!(proof.outcome, Outcome::Fail);
}

#[tokio::test]
async fn npm_vc_takes_our_receipts_and_no_changed_one() {
    let site = abroad(Engine::Sqlite).await;
    let (_, receipt) = receipt_of(&site).await;
    let keys = site.get("/receipts/did.json").await.is(200).json();
    let context = site.get(CONTEXT_PATH).await;
    assert_eq!(context.is(200).text(), CONTEXT);
    assert_eq!(context.header("content-type"), "application/ld+json");
    let mut changed = receipt.clone();
    changed["credentialSubject"][0]["verdict"] = json!("invalid");
    let question = json!({
        "credentials": [receipt, changed],
        "documents": {
            format!("{ABROAD}{CONTEXT_PATH}"): serde_json::from_str::<Value>(CONTEXT).expect("JSON"),
            "did:web:badges.harbour.example:receipts": keys,
        },
        "now": "2026-03-02T00:00:00Z",
    });
    let answers = node::run("verify.mjs", &[], &question.to_string());
    assert_eq!(answers[0], json!({"verified": true, "bits": []}));
    assert_eq!(answers[1]["verified"], false);
}

#[tokio::test]
async fn without_the_key_encryption_key_the_answer_stands_without_a_receipt() {
    let site = Site::new(Engine::Sqlite).await;
    let (badge, _) = receipt_of(&site).await;
    let site = site.without_kek().await;
    let ask = site.ask("POST", "/api/v1/verify?receipt=true");
    ask.body("application/json", badge.clone())
        .send()
        .await
        .is(503);
    site.upload("/verify", "file", &badge)
        .await
        .is(200)
        .shows("Real and still good");
}

/// The receipt that a page carries, as its form would send it.
fn carried(page: &str) -> String {
    let (_, rest) = page
        .split_once("name=\"receipt\" value=\"")
        .expect("a receipt");
    let (text, _) = rest.split_once('"').expect("its end");
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

/// Sends a receipt back for a file.
async fn file(site: &Site, receipt: &str, form: &str) -> crate::support::site::Answer {
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"receipt\"\r\n\r\n{receipt}\r\n--x\r\ncontent-disposition: form-data; name=\"as\"\r\n\r\n{form}\r\n--x--\r\n"
    );
    site.ask("POST", "/verify/receipt")
        .body("multipart/form-data; boundary=x", body)
        .send()
        .await
}

#[tokio::test]
async fn the_page_gives_the_receipt_as_files_and_keeps_none() {
    let site = Site::new(Engine::Sqlite).await;
    let (badge, _) = receipt_of(&site).await;
    let page = site.upload("/verify", "file", &badge).await;
    page.is(200)
        .shows("Real and still good")
        .shows("Keep this answer");
    let receipt = carried(&page.text());

    let json = file(&site, &receipt, "json").await;
    assert_eq!(json.is(200).text(), receipt);
    assert_eq!(json.header("content-type"), "application/vc");
    assert_eq!(
        json.header("content-disposition"),
        "attachment; filename=\"verification-receipt-2026-03-01.json\""
    );
    assert_eq!(json.header("cache-control"), "no-store");

    let pdf = file(&site, &receipt, "pdf").await;
    assert_eq!(pdf.is(200).header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with(b"%PDF-1.7"));
    if let Some(folder) = std::env::var_os("RECEIPTS_DIR") {
        std::fs::write(std::path::Path::new(&folder).join("one.pdf"), &pdf.body).expect("written");
    }
    // The PDF is checked like the receipt that is in it.
    let report = site
        .ask("POST", "/api/v1/verify")
        .body("application/pdf", pdf.body.clone())
        .send()
        .await;
    let report = report.is(200).json();
    assert_eq!(report["verdict"], "valid", "{report:#}");
    assert_eq!(report["claim"]["kind"], "receipt");
    site.upload("/verify", "file", &pdf.body)
        .await
        .is(200)
        .shows("A genuine receipt, not a badge");
    let program = site
        .ask("POST", "/api/v1/receipts")
        .body("application/json", receipt.clone())
        .send()
        .await;
    assert!(program.is(200).body.starts_with(b"%PDF-1.7"));

    let csv = file(&site, &receipt, "csv").await.is(200).text();
    let line = csv.lines().nth(1).expect("a line");
    assert!(
        line.starts_with("1,a,valid,Explain a decision with data,Riverside Tutoring,did:key:z6Mk"),
        "{line}"
    );
    assert!(
        line.ends_with(&format!("{0},{0}", sha256(&badge))),
        "{line}"
    );

    // Nothing that was changed, and nothing of somebody else, becomes a sheet of ours.
    let changed = receipt.replace("\"verdict\":\"valid\"", "\"verdict\":\"invalid\"");
    assert_ne!(changed, receipt);
    let refused = file(&site, &changed, "pdf").await;
    refused
        .is(400)
        .shows("This is not a receipt as this service signed it.");
    let stranger = Site::new(Engine::Sqlite).await;
    file(&stranger, &receipt, "pdf").await.is(400);
    file(&site, &String::from_utf8(badge).expect("text"), "pdf")
        .await
        .is(400);
    file(&site, "", "pdf").await.is(400);
}
