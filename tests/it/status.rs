//! Status lists: the published encodings, what must not be believed, and what each entry says.

use std::{fs, io::Write};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, write::GzEncoder, write::ZlibEncoder};
use skillmark::{
    json::{self, Value},
    keys::SigningKey,
    proof::{self, Expected, ProofOptions, SUITES, Secured},
    status::{
        Entry, List, ListCredential, MAX_BYTES, MIN_ENTRIES, Named, Purpose, StatusError, entries,
    },
};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/bitstring");
const URL: &str = "https://issuer.test/status/1";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes).expect("written");
    gzip.finish().expect("packed")
}

fn encoded(packed: &[u8]) -> String {
    format!("u{}", URL_SAFE_NO_PAD.encode(packed))
}

fn credential(list: List) -> ListCredential {
    ListCredential {
        kind: skillmark::status::Kind::Bitstring,
        url: URL.into(),
        issuer: "did:web:issuer.test".into(),
        purposes: vec![Purpose::Revocation],
        list,
        valid_from: Some("2026-03-01T10:00:00Z".parse().expect("a time")),
        valid_until: Some("2026-03-02T10:00:00Z".parse().expect("a time")),
        ttl_ms: Some(300_000),
    }
}

fn entry(index: u64) -> Entry {
    Entry::new(Purpose::Revocation, URL, index)
}

/// A list credential whose `encodedList` is this text.
fn with_encoded(text: &str) -> Value<'static> {
    let mut document = credential(List::new(0)).to_json();
    *document
        .pointer_mut("/credentialSubject/encodedList")
        .expect("a list") = Value::from(text.to_owned());
    document
}

#[test]
fn published_lists_unpack_to_their_bits() {
    let table = fs::read_to_string(format!("{VECTORS}/lists.tsv")).expect("lists");
    let mut cases = 0;
    for line in table.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [text, bytes, bits] = columns[..] else {
            panic!("three columns in {line}")
        };
        let list = List::decode(text).expect(line);
        assert_eq!(list.as_bytes().len().to_string(), bytes);
        let bits: Vec<usize> = bits
            .split_terminator(',')
            .map(|bit| bit.parse().expect("a bit"))
            .collect();
        let set: Vec<usize> = (0..list.len())
            .filter(|bit| list.get(*bit) == Ok(true))
            .collect();
        assert_eq!(set, bits);
        assert_eq!(List::decode(&list.encode()), Ok(list));
        cases += 1;
    }
    assert_eq!(cases, 5);
}

#[test]
fn a_list_credential_is_signed_and_read_back_with_every_suite() {
    let mut list = List::new(MIN_ENTRIES);
    list.set(94_567, true).expect("in range");
    let credential = credential(list);
    let mut shown = credential.to_json();
    *shown
        .pointer_mut("/credentialSubject/encodedList")
        .expect("a list") = "u…".into();
    insta::assert_snapshot!(json::text(&shown), @r##"{"@context":["https://www.w3.org/ns/credentials/v2"],"id":"https://issuer.test/status/1","type":["VerifiableCredential","BitstringStatusListCredential"],"issuer":"did:web:issuer.test","validFrom":"2026-03-01T10:00:00Z","validUntil":"2026-03-02T10:00:00Z","credentialSubject":{"id":"https://issuer.test/status/1#list","type":"BitstringStatusList","statusPurpose":"revocation","encodedList":"u…","ttl":300000}}"##);

    let key = SigningKey::from_seed(&[0x51; 32]);
    let at = "2026-03-01T10:00:00Z".parse().expect("a time");
    let options = ProofOptions::new("did:web:issuer.test#k", at);
    for suite in &SUITES[..2] {
        let signed = proof::secure(credential.to_json(), *suite, &options, &key).expect("signed");
        let secured = Secured::read(signed).expect("a proof");
        assert_eq!(
            secured.check(0, &key.public(), &Expected::CREDENTIAL),
            Ok(())
        );
        let read = ListCredential::read(secured.document()).expect("a list");
        assert_eq!(read, credential);
        assert_eq!(
            read.status(&entry(94_567)).map(|status| status.value),
            Ok(1)
        );
        assert_eq!(
            read.status(&entry(94_566)).map(|status| status.value),
            Ok(0)
        );
    }
}

/// So many zeros, packed piece by piece.
fn zeros(bytes: usize) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..bytes >> 20 {
        packer.write_all(&[0; 1 << 20]).expect("packed");
    }
    packer.finish().expect("packed")
}

/// The most memory that this process ever had, in bytes. Every test is a process of its own under
/// nextest; with other tests beside it, it can only be more.
fn peak_memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let words = line.expect("a line").split_whitespace().nth(1);
    words
        .and_then(|kib| kib.parse::<usize>().ok())
        .expect("KiB")
        * 1024
}

#[test]
fn e1_gzip_bomb() {
    let too_large = Err(StatusError::List("unpacks to more than 8 MiB"));
    for size in [16 << 20, 1 << 30] {
        let packed = zeros(size);
        assert!(packed.len() < size / 200);
        let document = with_encoded(&encoded(&packed));
        drop(packed);
        let before = peak_memory();
        let error = ListCredential::read(&document);
        let more = peak_memory() - before;
        assert_eq!(error.map(|_| ()), too_large);
        assert!(more < 32 << 20, "{more} bytes more for {size}");
    }
    assert_eq!(
        StatusError::List("").problem(),
        "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR"
    );
}

#[test]
fn e2_silent_truncation() {
    let mut bytes = vec![0; MAX_BYTES];
    assert!(List::decode(&encoded(&gzip(&bytes))).is_ok());
    bytes.push(0xff);
    assert_eq!(
        List::decode(&encoded(&gzip(&bytes))),
        Err(StatusError::List("unpacks to more than 8 MiB"))
    );
    // Cut short: the bits that are there must not be believed either.
    let packed = gzip(&[0; 16_384]);
    for cut in 1..packed.len() {
        let error = List::decode(&encoded(&packed[..packed.len() - cut]));
        assert_eq!(error, Err(StatusError::List("is not gzip")), "{cut}");
    }
}

#[test]
fn e5_herd_too_small() {
    let small = ListCredential::read(&with_encoded(&encoded(&gzip(&[0; 16_383])))).expect("a list");
    let error = small.status(&entry(0)).expect_err("too short");
    assert_eq!(error, StatusError::Length(131_064));
    assert_eq!(
        error.problem(),
        "https://www.w3.org/ns/credentials/status-list#STATUS_LIST_LENGTH_ERROR"
    );
    let enough = credential(List::new(0));
    assert_eq!(enough.status(&entry(131_072)), Err(StatusError::Range));
    let mut wide = entry(0);
    wide.size = 2;
    assert_eq!(enough.status(&wide), Err(StatusError::Length(65_536)));
}

#[test]
fn e6_purpose_mismatch() {
    let mut list = credential(List::new(0));
    list.purposes = vec![Purpose::Suspension];
    let other = Err(StatusError::List("is for another purpose than the entry"));
    assert_eq!(list.status(&entry(0)).map(|_| ()), other);
    list.purposes = vec![Purpose::Revocation, Purpose::Suspension];
    let read = ListCredential::read(&list.to_json()).expect("a list");
    assert_eq!(read.status(&entry(0)).map(|s| s.value), Ok(0));
    list.url = "https://issuer.test/status/2".into();
    assert_eq!(
        list.status(&entry(0)).map(|_| ()),
        Err(StatusError::List("is another than the entry names"))
    );
}

#[test]
fn e10_encodings() {
    let bits = [0; 16_384];
    let packed = gzip(&bits);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(&bits).expect("written");
    let zlib = zlib.finish().expect("packed");
    let two = [packed.clone(), packed.clone()].concat();
    let junk = [packed.clone(), vec![0]].concat();
    let good = encoded(&packed);
    let mut wrong_sum = packed.clone();
    *wrong_sum.iter_mut().nth_back(6).expect("a checksum") ^= 1;
    for (text, why) in [
        (encoded(&zlib), "is not gzip"),
        (encoded(&bits), "is not gzip"),
        (encoded(&[]), "is not gzip"),
        (encoded(&wrong_sum), "is not gzip"),
        (encoded(&two), "has more behind its gzip"),
        (encoded(&junk), "has more behind its gzip"),
        (format!("{good}="), "is not base64url without padding"),
        (format!("{good} "), "is not base64url without padding"),
        (
            good.replacen("H4s", "H4+", 1),
            "is not base64url without padding",
        ),
        (good[1..].to_owned(), "is not base64url, beginning with u"),
        (
            format!("z{}", &good[1..]),
            "is not base64url, beginning with u",
        ),
        (String::new(), "is not base64url, beginning with u"),
    ] {
        assert_eq!(
            List::decode(&text),
            Err(StatusError::List(why)),
            "{text:.40}"
        );
    }
}

#[test]
fn lists_that_are_something_else_are_refused() {
    let good = credential(List::new(0)).to_json();
    for (pointer, value, why) in [
        (
            "/type",
            Value::from("VerifiableCredential"),
            "is not a BitstringStatusListCredential",
        ),
        ("/id", Value::Null, "has no id"),
        ("/issuer", Value::Null, "names no issuer"),
        (
            "/validFrom",
            "today".into(),
            "has a date that cannot be read",
        ),
        (
            "/credentialSubject",
            Value::Null,
            "has no subject of type BitstringStatusList",
        ),
        (
            "/credentialSubject/type",
            "List".into(),
            "has no subject of type BitstringStatusList",
        ),
        (
            "/credentialSubject/statusPurpose",
            Value::Array(vec![]),
            "has no statusPurpose",
        ),
        (
            "/credentialSubject/encodedList",
            Value::Null,
            "has no encodedList",
        ),
        (
            "/credentialSubject/ttl",
            Value::Number(-1.0),
            "has a ttl that is no number of milliseconds",
        ),
    ] {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).expect(pointer) = value;
        assert_eq!(
            ListCredential::read(&changed),
            Err(StatusError::List(why)),
            "{pointer}"
        );
    }
}

#[test]
fn e11_multiple_entries() {
    let mut list = credential(List::new(0));
    list.list.set(3, true).expect("in range");
    let statuses: Vec<String> = (0..5).map(|i| json::text(&entry(i).to_json())).collect();
    // Each entry is answered for itself: which of them counts, the verifier says.
    let values = |statuses: &[String]| {
        let text = format!(r#"{{"credentialStatus":[{}]}}"#, statuses.join(","));
        let read = entries(&json::parse(&text).expect("json"));
        let value = |named: Named| match named {
            Named::Place(entry) => list.status(&entry).map(|status| status.value),
            other => panic!("{other:?}"),
        };
        let read: Vec<_> = read
            .into_iter()
            .map(|entry| entry.and_then(value))
            .collect();
        read
    };
    let unknown = r#"{"type":"FooStatus"}"#.to_owned();
    let broken = json::text(&entry(9_999_999).to_json());
    assert_eq!(values(&statuses), [Ok(0), Ok(0), Ok(0), Ok(1), Ok(0)]);
    assert_eq!(values(&[]), []);
    assert_eq!(
        values(&[unknown.clone(), broken, statuses[3].clone()]),
        [
            Err(StatusError::UnknownType("FooStatus".into())),
            Err(StatusError::Range),
            Ok(1)
        ]
    );
    assert_eq!(
        entries(&json::parse(&format!(r#"{{"credentialStatus":{unknown}}}"#)).expect("json")),
        [Err(StatusError::UnknownType("FooStatus".into()))]
    );
}
