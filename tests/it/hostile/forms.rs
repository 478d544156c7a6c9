//! Other forms: Open Badges 2, learner records, presentations, enveloped credentials, disclosures,
//! and schemas.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value as Json, json as j};
use skillmark::json::{self, Value};

use super::{make::*, tokens::token};

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const CLR: &str = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json";

pub(crate) fn add(cases: &mut Cases) {
    old_badges(cases);
    records(cases);
    presentations(cases);
    envelopes(cases);
    disclosures(cases);
    schemas(cases);
}

fn text(document: &Value) -> Json {
    serde_json::from_str(&json::text(document)).expect("json")
}

fn old_badges(cases: &mut Cases) {
    const CONTEXT: &str = "https://w3id.org/openbadges/v2";
    let assertion = |more: Json| {
        let mut badge = j!({"@context": CONTEXT, "type": "Assertion", "id": "https://evil.test/a",
            "recipient": {"type": "email", "hashed": false, "identity": "a@b.test"},
            "badge": "https://evil.test/b", "issuedOn": "2016-12-31T23:59:59Z",
            "verification": {"type": "hosted"}});
        for (name, value) in more.as_object().expect("members") {
            badge[name] = value.clone();
        }
        badge.to_string()
    };
    let profile = j!({"type": "Profile", "id": "https://victim.test/i", "name": "Harvard", "url": "https://victim.test", "email": "a@victim.test"});
    for (name, more) in [
        ("hosted-elsewhere", j!({})),
        ("hosted-inside", j!({"id": "http://169.254.169.254/a"})),
        (
            "embedded-issuer",
            j!({"badge": {"type": "BadgeClass", "id": "https://victim.test/b", "name": "x", "description": "x", "image": "https://victim.test/i.png", "criteria": {"narrative": "x"}, "issuer": profile}}),
        ),
        ("no-id", j!({"id": null})),
        ("id-list", j!({"id": ["https://evil.test/a"]})),
        (
            "verification-unknown",
            j!({"verification": {"type": "trust-me"}}),
        ),
        (
            "starts-with-look-alike",
            j!({"id": "https://victim.test.evil.test/a", "verification": {"type": "hosted", "startsWith": "https://victim.test"}}),
        ),
        (
            "signed-without-token",
            j!({"verification": {"type": "signed", "creator": "https://victim.test/key"}}),
        ),
        (
            "context-inline",
            j!({"@context": [CONTEXT, {"badge": "https://evil.test/x"}]}),
        ),
        ("context-unknown", j!({"@context": "https://evil.test/v2"})),
        ("badge-of-itself", j!({"badge": "https://evil.test/a"})),
    ] {
        cases.bytes(&format!("d20-old-{name}.json"), assertion(more));
    }
    let one = j!({"uid": "1", "recipient": {"type": "email", "hashed": false, "identity": "a@b.test"},
        "badge": "https://evil.test/b", "verify": {"type": "hosted", "url": "https://evil.test/a"}, "issuedOn": 1433116800});
    cases.bytes("d20-older-badge.json", one.to_string());
    for (name, header) in [
        ("none", r#"{"alg":"none"}"#),
        ("hs256", r#"{"alg":"HS256"}"#),
        (
            "jwk",
            r#"{"alg":"RS256","jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"}}"#,
        ),
    ] {
        let payload = read(&assertion(
            j!({"verification": {"type": "signed", "creator": "https://victim.test/key"}}),
        ));
        cases.bytes(
            &format!("d20-signed-{name}.jwt"),
            token(header, &payload, &other_key()),
        );
    }
    cases.bytes(
        "d20-class-alone.json",
        j!({"@context": CONTEXT, "type": "BadgeClass", "id": "https://evil.test/b"}).to_string(),
    );
}

/// A learner record, unsigned, that holds these.
#[expect(clippy::needless_pass_by_value, reason = "what is made is given away")]
fn record(credentials: Vec<Json>) -> Value<'static> {
    let mut record = plain();
    set(
        &mut record,
        "",
        "id",
        j!("urn:uuid:5d2a1b8e-3d51-4b8c-9a52-0f1f6f4f7c11"),
    );
    set(&mut record, "", "@context", j!([V2, CLR, OB]));
    set(
        &mut record,
        "",
        "type",
        j!(["VerifiableCredential", "ClrCredential"]),
    );
    set(&mut record, "", "name", j!("Record"));
    set(
        &mut record,
        "",
        "credentialSubject",
        j!({"id": "urn:uuid:6b6a6f4e-64a4-4a3e-8f1e-7a4a4a4a0001",
        "type": ["ClrSubject"], "verifiableCredential": credentials}),
    );
    record
}

fn records(cases: &mut Cases) {
    let child = text(&good());
    let mut changed = child.clone();
    changed["validFrom"] = j!("2020-01-01T00:00:00Z");
    let proofs = good().pointer("/proof").cloned().expect("proofs");
    let over_children = |children: Vec<Json>| signed(&record(children), RDFC);
    cases.json("h00-good-record", &over_children(vec![child.clone()]));
    cases.json(
        "h01-record-with-changed-child",
        &over_children(vec![changed]),
    );
    cases.json(
        "h01-record-with-unsigned-child",
        &over_children(vec![text(&plain())]),
    );
    let mut unsigned = record(vec![child.clone()]);
    unsigned.set("proof", proofs);
    cases.json("h01-record-with-proof-of-child", &unsigned);
    cases.json("h01-record-unsigned", &record(vec![child.clone()]));
    cases.json("h02-record-of-60", &over_children(numbered(&child, 60)));
    let inner = text(&over_children(vec![child]));
    cases.json(
        "h02-record-in-record",
        &signed(&record(numbered(&inner, 1)), JCS),
    );
    cases.json("h02-record-of-nothing", &signed(&record(vec![]), JCS));
    let poison = j!({"@context": [V2, OB], "type": ["VerifiableCredential"], "issuer": "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        "credentialSubject": {"id": "urn:a"}, "proof": text(&good())["proof"], "evidence": entangled(9)});
    cases.json(
        "h02-record-of-50-entangled",
        &signed(&record(vec![poison; 50]), JCS),
    );
}

/// Copies of a credential with a name each, so that none of them is what was signed.
fn numbered(child: &Json, count: usize) -> Vec<Json> {
    let copy = |n: usize| {
        let mut copy = child.clone();
        copy["id"] = j!(format!("urn:uuid:{n}"));
        copy
    };
    (0..count).map(copy).collect()
}

fn entangled(count: usize) -> Vec<Json> {
    let of = |n: usize| (0..count).filter(move |other| *other != n);
    let node = |n| {
        let others: Vec<_> = of(n)
            .map(|other| j!({"id": format!("_:e{other}")}))
            .collect();
        j!({"id": format!("_:e{n}"), "type": "Evidence", "https://example.com/beside": others})
    };
    (0..count).map(node).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "what is made is given away")]
fn presentation(credentials: Json) -> Value<'static> {
    let document = j!({"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": credentials});
    read(&document.to_string())
}

fn presentations(cases: &mut Cases) {
    let child = text(&good());
    let mut changed = child.clone();
    changed["name"] = j!("other");
    cases.json("h03-presentation-unsigned", &presentation(j!([child])));
    cases.json("h03-presentation-of-changed", &presentation(j!([changed])));
    cases.json("h03-presentation-of-nothing", &presentation(j!([])));
    cases.json(
        "h03-presentation-of-text",
        &presentation(j!("eyJhbGciOiJub25lIn0.e30.")),
    );
    let inner = text(&presentation(j!([child])));
    cases.json(
        "h03-presentation-in-presentation",
        &presentation(j!([inner])),
    );
    cases.json(
        "h03-presentation-of-100",
        &presentation(j!(numbered(&child, 100))),
    );
    let mut proved = presentation(j!([child]));
    proved.set(
        "proof",
        good().pointer("/proof/0").cloned().expect("a proof"),
    );
    cases.json("h03-presentation-with-credentials-proof", &proved);
    let mut holder = presentation(j!([child]));
    holder.set("holder", "did:web:victim.test".into());
    cases.json("h03-presentation-of-a-victim", &holder);
    let vp = read(&j!({"iss": "did:web:victim.test", "vp": {"@context": [V2], "type": "VerifiablePresentation", "verifiableCredential": [child]}}).to_string());
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, own_method());
    cases.bytes(
        "h03-presentation-by-forger.jwt",
        token(&header, &vp, &other_key()),
    );
    cases.bytes(
        "h03-presentation-none.jwt",
        token(r#"{"alg":"none"}"#, &vp, &other_key()),
    );
}

fn envelopes(cases: &mut Cases) {
    let envelope = |id: &str| {
        j!({"@context": V2, "type": "EnvelopedVerifiableCredential", "id": id}).to_string()
    };
    let header = format!(
        r#"{{"alg":"EdDSA","kid":"{}","typ":"vc+jwt"}}"#,
        own_method()
    );
    let good = token(&header, &plain(), &issuer_key());
    cases.bytes(
        "h04-good-envelope.json",
        envelope(&format!("data:application/vc+jwt,{good}")),
    );
    let forged = token(&header, &plain(), &other_key());
    cases.bytes(
        "h04-envelope-forged.json",
        envelope(&format!("data:application/vc+jwt,{forged}")),
    );
    for (name, id) in [
        ("html", "data:text/html,<script>alert(1)</script>"),
        ("link", "https://evil.test/x.jwt"),
        ("empty", "data:application/vc+jwt,"),
        ("sd-jwt", "data:application/vc+sd-jwt,a.b.c~"),
        ("none", "data:application/vc+jwt,eyJhbGciOiJub25lIn0.e30."),
    ] {
        cases.bytes(&format!("h04-envelope-{name}.json"), envelope(id));
    }
    let inner = envelope("data:application/vc+jwt,a.b.c");
    let nested = token(&header, &read(&inner), &issuer_key());
    cases.bytes(
        "h04-envelope-in-envelope.json",
        envelope(&format!("data:application/vc+jwt,{nested}")),
    );
    let both = j!({"@context": V2, "type": ["EnvelopedVerifiableCredential", "VerifiableCredential"], "id": format!("data:application/vc+jwt,{good}"),
        "issuer": "did:web:victim.test", "credentialSubject": {"id": "urn:a"}});
    cases.bytes("h04-envelope-with-claims.json", both.to_string());
    let claims = j!({"@context": V2, "type": "EnvelopedVerifiablePresentation", "id": "data:application/vp+jwt,a.b.c"});
    cases.bytes("h04-enveloped-presentation-empty.json", claims.to_string());
}

fn disclosures(cases: &mut Cases) {
    let with = |name: &str, bytes: &[u8], cases: &mut Cases| {
        let value = format!("u{}", BASE64.encode(bytes));
        // An issuer whose keys are of the kind that this suite has.
        let key = "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169";
        let did = format!("did:key:{key}");
        let document = broken(|d| {
            set(d, "", "issuer", did.clone().into());
            set(
                d,
                "/proof/0",
                "verificationMethod",
                format!("{did}#{key}").into(),
            );
            set(d, "/proof/0", "cryptosuite", "ecdsa-sd-2023".into());
            set(d, "/proof/0", "proofValue", value.into());
        });
        cases.json(&format!("h05-disclosure-{name}"), &document);
    };
    let derived = [0xd9, 0x5d, 0x01];
    with("empty", &derived, cases);
    with("base", &[0xd9, 0x5d, 0x00, 0x85], cases);
    with(
        "cut-off",
        &[&derived[..], &[0x85, 0x58, 0x40]].concat(),
        cases,
    );
    with(
        "endless-list",
        &[&derived[..], &[0x9f; 1000]].concat(),
        cases,
    );
    with(
        "claims-2-to-the-64",
        &[
            &derived[..],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ]
        .concat(),
        cases,
    );
    with("deep", &[&derived[..], &[0x81; 100_000]].concat(), cases);
    let key = [&[0x80, 0x24, 0x02][..], &[0; 31], &[5]].concat();
    let head = [
        &derived[..],
        &[0x85, 0x58, 64],
        &[1; 64],
        &[0x58, 35],
        &key[..35],
    ]
    .concat();
    let signatures = [
        &[0x99, 0x03, 0xe8][..],
        &[&[0x58, 64][..], &[1; 64]].concat().repeat(1000),
    ]
    .concat();
    with(
        "thousand-signatures",
        &[&head[..], &signatures, &[0xa0, 0x80]].concat(),
        cases,
    );
    with(
        "64000-signatures",
        &[&head[..], &[0x99, 0xfa, 0x00], &[0xa0, 0x80]].concat(),
        cases,
    );
    with("noise", &[&derived[..], &noise(500)].concat(), cases);
}

fn schemas(cases: &mut Cases) {
    for (name, schema) in [
        (
            "inside",
            j!({"id": "http://169.254.169.254/", "type": "1EdTechJsonSchemaValidator2019"}),
        ),
        (
            "elsewhere",
            j!({"id": "https://evil.test/schema.json", "type": "1EdTechJsonSchemaValidator2019"}),
        ),
        (
            "type-unknown",
            j!({"id": "https://evil.test/schema.json", "type": "JsonSchemaCredential"}),
        ),
        (
            "file",
            j!({"id": "file:///etc/passwd", "type": "JsonSchema"}),
        ),
        (
            "inline",
            j!({"id": "urn:x", "type": "JsonSchema", "jsonSchema": {"pattern": "(a+)+$"}}),
        ),
        (
            "thousand",
            j!(vec![
                j!({"id": "https://evil.test/s", "type": "JsonSchema"});
                1000
            ]),
        ),
    ] {
        cases.json(
            &format!("f22-good-schema-{name}"),
            &sealed(|d| set(d, "", "credentialSchema", schema)),
        );
    }
    let long = "a".repeat(50);
    cases.json(
        "f22-good-slow-words",
        &sealed(|d| {
            set(
                d,
                "/credentialSubject/achievement",
                "name",
                j!(format!("{long}!")),
            );
        }),
    );
}
