//! What is fuzzed: each target takes any bytes, must come back, and says what must hold of them.
//!
//! The programs in `bins` call these, and so does `tests/it/fuzz.rs` with every case in `corpus`.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, Crc, write::GzEncoder};
use skillmark::{
    bake::{self, qr},
    credential,
    did::{Did, Resolved, web},
    json::{self, Value},
    proof::jwt,
    rdf,
    status::{self, List, ListCredential},
    verify::{self, Known, Options, Report, Verdict},
};

/// Takes any bytes; panics if what must hold does not.
pub(crate) type Target = fn(&[u8]);

/// Every target by its name, which is that of its program and of its folder in `corpus`.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("faults", faults),
    ("canonical", canonical),
    ("jwt", jwt),
    ("png", png),
    ("svg", svg),
    ("status", status),
    ("did_web", did_web),
    ("badge2", badge2),
];

/// JSON to the faults of a credential: every fault says where, in a pointer that can be followed.
pub(crate) fn faults(data: &[u8]) {
    let Ok(value) = json::parse_bytes(data) else {
        return;
    };
    let text = json::text(&value);
    assert_eq!(json::parse(&text).as_ref(), Ok(&value), "it reads back");
    for all in [
        credential::faults,
        credential::envelope_faults,
        credential::record_faults,
        credential::presentation_faults,
        credential::achievement_faults,
        credential::profile_faults,
        credential::schema::check,
    ] {
        for fault in all(&value) {
            assert!(is_pointer(&fault.pointer), "{fault:?}");
            assert!(!fault.sentence.is_empty());
        }
    }
    // The typed model keeps what it does not know, and loses nothing that it does.
    if let Ok(read) = credential::AchievementCredential::try_from(&value) {
        let written = Value::from(&read);
        let again = credential::AchievementCredential::try_from(&written);
        assert_eq!(again.expect("it reads back"), read);
    }
}

/// Whether a text is a pointer as RFC 6901 has it.
fn is_pointer(text: &str) -> bool {
    let mut escapes = text.split('~').skip(1);
    (text.is_empty() || text.starts_with('/')) && escapes.all(|rest| rest.starts_with(['0', '1']))
}

/// Canonical forms: the same however often and in whatever order the members stand.
pub(crate) fn canonical(data: &[u8]) {
    let Ok(value) = json::parse_bytes(data) else {
        return;
    };
    let turned = turned(&value);
    let jcs = json::canonical(&value);
    assert_eq!(jcs, json::canonical(&turned));
    let read = json::parse(&jcs).expect("RFC 8785 writes JSON");
    assert_eq!(json::canonical(&read), jcs);
    let (one, other) = (rdf::canonicalize(&value), rdf::canonicalize(&turned));
    match (&one, &other) {
        (Ok(one), Ok(other)) => assert_eq!(one, other),
        (Err(_), Err(_)) => {}
        _ => panic!("the order of members decides: {one:?}, {other:?}"),
    }
    if let Ok(quads) = one {
        let mut lines: Vec<&str> = quads.lines().collect();
        assert!(lines.len() <= rdf::MAX_QUADS);
        assert!(lines.iter().all(|line| line.ends_with(" .")), "{quads}");
        lines.dedup();
        assert_eq!(lines.len(), quads.lines().count(), "no statement twice");
    }
}

/// The same value with the members of every object the other way round.
fn turned<'a>(value: &Value<'a>) -> Value<'a> {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            Value::Object(
                members
                    .map(|(name, value)| (name.clone(), turned(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(turned).collect()),
        other => other.clone(),
    }
}

/// Compact tokens: none is believed but the one that was signed.
pub(crate) fn jwt(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(token) = jwt::read(text) {
        let _ = token.claims();
        let _ = token.presentation();
        assert!(!token.header.algorithm_name().is_empty());
    }
    let report = asked(&Known::nothing(), data);
    let known = include_str!("corpus/jwt/good").trim();
    assert!(report.verdict != Verdict::Valid || text.trim() == known);
}

/// PNG: what is in a picture comes out as it went in; nothing else is read from it.
pub(crate) fn png(data: &[u8]) {
    for data in [data.to_vec(), summed(data)] {
        picture(&data);
        if let Ok(texts) = qr::read(&data) {
            assert!(texts.iter().all(|text| text.len() < 8 * 1024));
        }
    }
}

/// The same picture with the right sum behind every chunk, which chance alone does not find.
fn summed(data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    let mut at = 8;
    while let Some(head) = data.get(at..at + 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let (from, to) = (at + 4, at + 8 + length);
        if data.len() < to + 4 {
            break;
        }
        let mut sum = Crc::new();
        sum.update(&data[from..to]);
        data[to..to + 4].copy_from_slice(&sum.sum().to_be_bytes());
        at = to + 4;
    }
    data
}

/// SVG, in the same way.
pub(crate) fn svg(data: &[u8]) {
    picture(data);
    // What is written around the fuzzed bytes must not make them mean something else.
    let mut inside = b"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\">".to_vec();
    inside.extend(data);
    inside.extend(b"</svg>");
    picture(&inside);
}

/// A token that no issuer made, as something to put into pictures.
const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.e30.AA";

fn picture(data: &[u8]) {
    match bake::extract(data) {
        Ok(baked) => {
            assert!(baked.text.len() <= bake::MAX_CREDENTIAL_BYTES);
            assert!(bake::bake(data, TOKEN).is_err(), "there is one in it");
        }
        Err(bake::Fault::Nothing) => {
            if let Ok(with) = bake::bake(data, TOKEN) {
                let baked = bake::extract(&with).expect("what was put in");
                assert_eq!(baked.text, TOKEN);
            }
        }
        Err(_) => assert!(bake::bake(data, TOKEN).is_err(), "it is not sound"),
    }
}

/// Status lists and the entries that lead into them.
pub(crate) fn status(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        unpacked(text);
    }
    // The same bytes as what is packed, and as what the packing gives.
    unpacked(&format!("u{}", URL_SAFE_NO_PAD.encode(data)));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(data).expect("it is packed");
    let packed = URL_SAFE_NO_PAD.encode(gzip.finish().expect("packed"));
    let list = List::decode(&format!("u{packed}")).expect("a list");
    assert_eq!(list.as_bytes(), data);
    let Ok(value) = json::parse_bytes(data) else {
        return;
    };
    let list = ListCredential::read(&value);
    for entry in status::entries(&value).into_iter().flatten() {
        if let (status::Named::Place(entry), Ok(list)) = (&entry, &list) {
            let _ = list.status(entry);
        }
    }
}

fn unpacked(text: &str) {
    let Ok(list) = List::decode(text) else {
        return;
    };
    assert!(list.as_bytes().len() <= status::MAX_BYTES);
    for (index, size) in [
        (0, 1),
        (7, 1),
        (131_071, 1),
        (1 << 61, 8),
        (3, 7),
        (u64::MAX, 32),
    ] {
        if let Ok(value) = list.value(index, size) {
            assert!(u64::from(value) < 1 << size);
        }
    }
    let again = List::decode(&list.encode()).expect("what was written");
    assert_eq!(again, list);
}

/// did:web: the address is that of the host in the identifier, and leads nowhere else.
pub(crate) fn did_web(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(did) = web::did_of(text) {
        let back = web::url(&did).expect("an address");
        assert_eq!(
            web::did_of(
                back.trim_end_matches("/did.json")
                    .trim_end_matches("/.well-known")
            )
            .as_ref(),
            Ok(&did)
        );
    }
    let dids = [text.to_owned(), format!("did:web:{text}")];
    for did in dids.iter().filter_map(|text| Did::parse(text).ok()) {
        let Ok(Resolved::At(address)) = did.resolve() else {
            continue;
        };
        // A name that says it is in another script, and is not, is no host of any address.
        let Ok(url) = url::Url::parse(&address) else {
            continue;
        };
        let usual = if url.scheme() == "https" {
            ":443/"
        } else {
            ":80/"
        };
        assert_eq!(
            url.as_str(),
            address.replacen(usual, "/", 1),
            "one spelling"
        );
        let host = url.host_str().expect("a host");
        let port = url
            .port()
            .map(|port| format!("%3A{port}"))
            .unwrap_or_default();
        let named = did
            .id()
            .split(':')
            .next()
            .expect("a host")
            .replace("%3a", "%3A");
        // A port that goes without saying is not said.
        assert!(named == format!("{host}{port}") || named.starts_with(&format!("{host}%3A")));
        assert!(host.contains('.') || host == "localhost", "{host}");
        assert!(url.scheme() == "https" || web::is_loopback(host));
        assert!(url.path().ends_with("/did.json"));
        let is_plain = url.query().is_none() && url.fragment().is_none();
        assert!(is_plain && url.username().is_empty() && url.password().is_none());
        assert!(url.path().split('/').all(|part| part != ".."));
    }
}

/// Open Badges 2: what stands in the badge itself makes nothing good; only what is hosted does.
pub(crate) fn badge2(data: &[u8]) {
    let report = asked(&Known::nothing(), data);
    assert_ne!(report.verdict, Verdict::Valid, "nothing was read anywhere");
    let Ok(value) = json::parse_bytes(data) else {
        return;
    };
    let id = value.get("id").and_then(Value::as_str).unwrap_or(BADGE);
    let text = String::from_utf8_lossy(data).into_owned();
    let known = Known::nothing()
        .with_document(id, text, now())
        .with_document(
            CLASS,
            include_str!("../vectors/ob2/badge-class.json"),
            now(),
        )
        .with_document(ISSUER, include_str!("../vectors/ob2/issuer.json"), now());
    let report = asked(&known, data);
    if report.verdict == Verdict::Valid {
        let host = url::Url::parse(id).ok();
        let host = host.as_ref().and_then(url::Url::host_str);
        assert_eq!(host, Some("example.org"), "{id}");
    }
}

const BADGE: &str = "https://example.org/beths-robotics-badge.json";
const CLASS: &str = "https://example.org/robotics-badge.json";
const ISSUER: &str = "https://example.org/organization.json";

fn asked(known: &Known, data: &[u8]) -> Report {
    let report = verify::verify_known(known, data, &Options::default(), now());
    assert!(!report.sentence.is_empty() && !report.checks.is_empty());
    assert_eq!(report.is_valid(), report.reason.is_none(), "{report:?}");
    report
}

/// Within the time of every case in the corpora.
fn now() -> skillmark::clock::Timestamp {
    "2026-04-01T12:00:00Z".parse().expect("a time")
}
