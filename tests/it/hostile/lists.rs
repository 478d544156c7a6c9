//! Threats E: status entries, and the lists that they name.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use serde_json::{Value as Json, json as j};
use skillmark::json::{self, Value};

use super::make::*;
use crate::verify::status_list;

const LIST: &str = "https://victim.test/list";

#[expect(clippy::needless_pass_by_value, reason = "what is made is given away")]
fn entry(index: Json) -> Json {
    j!({"type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": index, "statusListCredential": LIST})
}

fn with_status(status: Json) -> Value<'static> {
    sealed(|d| set(d, "", "credentialStatus", status))
}

/// A signed list whose bits are packed as `encoded`.
fn listing(encoded: &str) -> String {
    let mut list = status_list(LIST, &[]);
    let subject = list.get_mut("credentialSubject").expect("a subject");
    subject.set("encodedList", Value::from(encoded.to_owned()));
    json::text(&signed(&list, JCS))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes).expect("packs");
    gzip.finish().expect("packed")
}

/// The gzip of so many MiB of zeros, of which not one byte is kept in between.
fn bomb(mib: usize) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..mib {
        gzip.write_all(&zeros).expect("packs");
    }
    gzip.finish().expect("packed")
}

fn multibase(bytes: &[u8]) -> String {
    format!("u{}", BASE64.encode(bytes))
}

pub(crate) fn add(cases: &mut Cases) {
    let plain = json::text(&signed(&status_list(LIST, &[8]), RDFC));
    cases.with_list("e00-good", &with_status(entry("7".into())), &plain);
    cases.with_list("e00-revoked", &with_status(entry("8".into())), &plain);
    cases.json("e08-no-list", &with_status(entry("8".into())));
    packed(cases);
    indexes(cases, &plain);
    whose(cases, &plain);
    several(cases, &plain);
}

fn packed(cases: &mut Cases) {
    let bits = vec![0; 16_384];
    let limit = 8 << 20;
    let mut past = vec![0; limit + 1];
    past[limit] = 0x80;
    let two = [gzip(&bits), gzip(&bits)].concat();
    let junk = [gzip(&bits), b"junk".to_vec()].concat();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&bits).expect("packs");
    let zlib = zlib.finish().expect("packed");
    let cut = gzip(&noise(16_384));
    for (name, index, encoded) in [
        ("e01-bomb-16-mib", "7", multibase(&bomb(16))),
        ("e01-bomb-128-mib", "7", multibase(&bomb(128))),
        ("e01-bomb-in-bomb", "7", multibase(&gzip(&bomb(64)))),
        (
            "e02-bit-past-the-limit",
            "67108864",
            multibase(&gzip(&past)),
        ),
        ("e05-131071-entries", "7", multibase(&gzip(&bits[1..]))),
        ("e05-empty", "0", multibase(&gzip(&[]))),
        ("e10-zlib", "7", multibase(&zlib)),
        ("e10-two-members", "7", multibase(&two)),
        ("e10-junk-behind", "7", multibase(&junk)),
        ("e10-padded", "7", format!("{}=", multibase(&gzip(&bits)))),
        ("e10-no-multibase", "7", BASE64.encode(gzip(&bits))),
        (
            "e10-base58",
            "7",
            format!("z{}", bs58::encode(gzip(&bits)).into_string()),
        ),
        ("e10-cut-off", "7", multibase(&cut[..cut.len() / 2])),
        ("e10-not-packed", "7", multibase(&bits)),
        ("e10-nothing", "7", String::new()),
    ] {
        cases.with_list(name, &with_status(entry(index.into())), &listing(&encoded));
    }
    let all = listing(&multibase(&gzip(&vec![0xff; limit])));
    cases.with_list(
        "e01-largest-all-set",
        &with_status(entry("67108863".into())),
        &all,
    );
}

fn indexes(cases: &mut Cases, list: &str) {
    for (name, index) in [
        ("word", j!("abc")),
        ("negative", j!("-1")),
        ("past-the-end", j!("131072")),
        ("exponent", j!("1e3")),
        ("hex", j!("0x10")),
        ("space", j!(" 5")),
        ("leading-zero", j!("05")),
        ("decimal", j!("5.0")),
        ("empty", j!("")),
        ("null", j!(null)),
        ("fraction", j!(5.5)),
        ("huge", j!("99999999999999999999")),
        ("list", j!(["5"])),
        ("arabic", j!("٥")),
        ("plus", j!("+5")),
    ] {
        cases.with_list(
            &format!("e03-index-{name}"),
            &with_status(entry(index)),
            list,
        );
    }
    cases.with_list("e03-good-index-number", &with_status(entry(j!(5))), list);
    for (name, size, index) in [
        ("overflow", j!(8), "2305843009213693952"),
        ("zero", j!(0), "0"),
        ("huge", j!(1e18), "1"),
        ("text", j!("8"), "1"),
    ] {
        let mut wide = entry(index.into());
        wide["statusSize"] = size;
        cases.with_list(&format!("e03-size-{name}"), &with_status(wide), list);
    }
}

fn whose(cases: &mut Cases, plain: &str) {
    let asked = || with_status(entry("7".into()));
    let mut other = entry("7".into());
    other["statusPurpose"] = j!("suspension");
    cases.with_list("e06-other-purpose", &with_status(other), plain);
    cases.with_list(
        "e07-unsigned",
        &asked(),
        &json::text(&status_list(LIST, &[])),
    );
    let other = skillmark::did::key::method_url(&other_key().public());
    let forged = signed_as(&status_list(LIST, &[]), RDFC, &other_key(), &other);
    cases.with_list("e07-signed-by-forger", &asked(), &json::text(&forged));
    let mut own = status_list(LIST, &[]);
    let id = skillmark::did::key::did(&other_key().public()).to_string();
    own.set("issuer", Value::from(id));
    let own = signed_as(&own, RDFC, &other_key(), &other);
    cases.with_list("e07-list-of-another-issuer", &asked(), &json::text(&own));
    let mut tampered = read(plain);
    let bits = json::text(&status_list(LIST, &[]));
    let bits = read(&bits)
        .pointer("/credentialSubject/encodedList")
        .cloned()
        .expect("bits");
    tampered
        .get_mut("credentialSubject")
        .expect("one")
        .set("encodedList", bits);
    cases.with_list("e07-tampered", &asked(), &json::text(&tampered));
    let mut ended = status_list(LIST, &[]);
    ended.set("validUntil", Value::from("2026-03-02T00:00:00Z"));
    cases.with_list("e09-ended", &asked(), &json::text(&signed(&ended, RDFC)));
    let mut future = status_list(LIST, &[]);
    future.set("validFrom", Value::from("2999-03-02T00:00:00Z"));
    cases.with_list("e09-not-yet", &asked(), &json::text(&signed(&future, RDFC)));
    let badge = with_status(entry("7".into()));
    let mut itself = badge.clone();
    itself.set("id", Value::from(LIST));
    cases.with_list("e07-list-is-a-badge", &badge, &json::text(&itself));
}

fn several(cases: &mut Cases, list: &str) {
    let five: Vec<Json> = [1, 2, 8, 3, 4].map(|n| entry(j!(n.to_string()))).to_vec();
    cases.with_list("e11-one-of-five-set", &with_status(j!(five)), list);
    let unknown = j!([entry("7".into()), {"type": "FooStatus", "id": "https://victim.test/s"}]);
    cases.with_list("e11-unknown-type", &with_status(unknown), list);
    cases.with_list(
        "e11-unknown-type-beside-set",
        &with_status(j!([{"type": "FooStatus"}, entry("8".into())])),
        list,
    );
    cases.with_list(
        "e11-thousand-entries",
        &with_status(j!(vec![entry("7".into()); 1000])),
        list,
    );
    cases.with_list("e11-good-empty-list", &with_status(j!([])), list);
    cases.with_list("e11-text", &with_status(j!("revoked")), list);
    let many: Vec<Json> = (0..50)
        .map(|n| {
            let mut entry = entry("7".into());
            entry["statusListCredential"] = j!(format!("https://evil{n}.test/list"));
            entry
        })
        .collect();
    cases.with_list("d15-fifty-hosts", &with_status(j!(many)), list);
    let mut inside = entry("7".into());
    inside["statusListCredential"] = j!("http://169.254.169.254/latest/meta-data/");
    cases.with_list("d02-list-at-metadata", &with_status(inside), list);
}
