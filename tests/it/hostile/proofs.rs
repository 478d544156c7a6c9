//! Threats A: keys, proofs, and what a document may hold of them.

use serde_json::json as j;
use skillmark::{
    did::{self, Purpose},
    json::{self, Value},
    proof::{self, ProofOptions},
};

use super::make::*;
use crate::verify::{at, created, suite};

pub(crate) fn add(cases: &mut Cases) {
    cases.json("a00-good", &good());
    keys(cases);
    signatures(cases);
    proof_members(cases);
    several_proofs(cases);
    changes(cases);
    ambiguous(cases);
    more_inside(cases);
}

fn keys(cases: &mut Cases) {
    let (victim, forger) = (issuer_key(), other_key());
    let (v, k) = (multikey(&victim), multikey(&forger));
    let own = did::key::did(&victim.public()).to_string();
    for (name, id) in [("https", SITE), ("did-web", WEB), ("did-key", own.as_str())] {
        let forged = signed_as(&by(id), RDFC, &forger, &format!("{id}#{k}"));
        cases.json(&format!("a01-fragment-as-key-{name}"), &forged);
    }
    for (name, id) in [("https", SITE), ("did-web", WEB)] {
        let document = signed_as(&by(id), RDFC, &victim, &format!("{id}#{v}"));
        cases.json(&format!("a01-good-{name}"), &document);
    }
    let other = did::key::did(&forger.public()).to_string();
    cases.json(
        "a02-other-dids-key",
        &signed_as(&by(WEB), RDFC, &forger, &format!("{other}#{k}")),
    );
    cases.json(
        "a02-other-dids-key-no-fragment",
        &signed_as(&by(WEB), RDFC, &forger, &other),
    );
    let login = format!("{WEB}#login");
    cases.json(
        "a03-login-key",
        &signed_as(&by(WEB), RDFC, &login_key(), &login),
    );
    let mut options = ProofOptions::new(own_method(), created());
    options.purpose = Purpose::Authentication;
    let login = proof::secure(plain(), suite(RDFC), &options, &victim).expect("signs");
    cases.json("a04-login-proof", &login);
    let foreign = format!("{WEB}#foreign");
    cases.json(
        "a05-key-of-another-controller",
        &signed_as(&by(WEB), RDFC, &forger, &foreign),
    );
    cases.json(
        "a06-no-such-document",
        &signed_as(
            &by("did:web:evil.test"),
            RDFC,
            &forger,
            "did:web:evil.test#k",
        ),
    );
    for (name, key) in bad_points() {
        let document = signed_as(&by(WEB), RDFC, &victim, &format!("{WEB}#{name}"));
        cases.json(&format!("a08-listed-point-{name}"), &document);
        let id = format!("did:key:{key}");
        let document = signed_as(&by(&id), RDFC, &victim, &format!("{id}#{key}"));
        cases.json(&format!("a08-did-key-point-{name}"), &document);
    }
}

fn with_value(edit: impl FnOnce(Vec<u8>) -> String) -> Value<'static> {
    let mut document = good();
    let text = document
        .pointer("/proof/0/proofValue")
        .and_then(Value::as_str);
    let bytes = bs58::decode(&text.expect("a value")[1..])
        .into_vec()
        .expect("base58");
    set(&mut document, "/proof/0", "proofValue", edit(bytes).into());
    document
}

fn signatures(cases: &mut Cases) {
    let bs58 = |bytes: &[u8]| format!("z{}", bs58::encode(bytes).into_string());
    cases.json("a07-63-bytes", &with_value(|b| bs58(&b[..63])));
    cases.json(
        "a07-65-bytes",
        &with_value(|b| bs58(&[b.as_slice(), &[0]].concat())),
    );
    cases.json("a07-zeros", &with_value(|_| bs58(&[0; 64])));
    cases.json(
        "a07-base64",
        &with_value(|b| bs58(&b).replacen('z', "u", 1)),
    );
    cases.json(
        "a07-digit-zero",
        &with_value(|b| bs58(&b).replacen('z', "z0", 1)),
    );
    cases.json("a07-empty", &with_value(|_| String::new()));
    cases.json(
        "a07-very-long",
        &with_value(|_| format!("z{}", "2".repeat(100_000))),
    );
    cases.json(
        "a07-plus-group-order",
        &with_value(|b| bs58(&plus_order(b))),
    );
    cases.json(
        "a07-last-bit",
        &with_value(|mut b| {
            b[63] ^= 1;
            bs58(&b)
        }),
    );
}

/// S + L: another number for the same point.
fn plus_order(mut signature: Vec<u8>) -> Vec<u8> {
    let mut order = [0_u8; 32];
    order[..16]
        .copy_from_slice(&27_742_317_777_372_353_535_851_937_790_883_648_493_u128.to_le_bytes());
    order[31] = 0x10;
    let mut carry = 0_u16;
    for (byte, add) in signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    signature
}

fn proof_members(cases: &mut Cases) {
    for (name, member, text) in [
        ("a09-other-suite", "cryptosuite", JCS),
        ("a09-suite-in-capitals", "cryptosuite", "EDDSA-RDFC-2022"),
        ("a09-suite-nobody-knows", "cryptosuite", "ecdsa-rdfc-2022"),
        ("a09-suite-of-nist-keys", "cryptosuite", "ecdsa-rdfc-2019"),
        ("a09-type-of-2018", "type", "Ed25519Signature2018"),
        ("a09-not-supported-bbs", "cryptosuite", "bbs-2023"),
        ("a09-not-supported-jws", "type", "JsonWebSignature2020"),
        ("a10-purpose-unknown", "proofPurpose", "everything"),
        ("a10-created-no-date", "created", "yesterday"),
        ("a10-method-no-url", "verificationMethod", "#key-0"),
    ] {
        let edit = |d: &mut Value<'static>| set(d, "/proof/0", member, text.into());
        cases.json(name, &broken(edit));
    }
    for member in [
        "type",
        "cryptosuite",
        "created",
        "verificationMethod",
        "proofPurpose",
        "proofValue",
    ] {
        let document = broken(|d| {
            d.pointer_mut("/proof/0").expect("a proof").remove(member);
        });
        cases.json(&format!("a10-without-{member}"), &document);
    }
    for (name, value) in [
        ("null", j!(null)),
        ("list", j!([])),
        ("object", j!({})),
        ("text", j!("yes")),
        ("list-of-null", j!([null])),
    ] {
        cases.json(
            &format!("a10-proof-is-{name}"),
            &broken(|d| set(d, "", "proof", value)),
        );
    }
    let nine = Value::Array(vec![
        good().pointer("/proof/0").expect("a proof").clone();
        9
    ]);
    cases.json("a10-nine-proofs", &broken(|d| d.set("proof", nine)));
    let dated = |created: &str, expires: Option<&str>| {
        let mut options = ProofOptions::new(own_method(), at(created));
        options.expires = expires.map(at);
        proof::secure(plain(), suite(RDFC), &options, &issuer_key()).expect("signs")
    };
    cases.json(
        "a13-created-in-future",
        &dated("2999-01-01T00:00:00Z", None),
    );
    cases.json(
        "a13-expired",
        &dated("2026-03-01T10:00:05Z", Some("2026-03-01T10:00:06Z")),
    );
    cases.json("a17-no-proof", &plain());
}

fn several_proofs(cases: &mut Cases) {
    let proof = |document: &Value<'static>| document.pointer("/proof/0").expect("a proof").clone();
    let other = did::key::method_url(&other_key().public());
    let by_other = proof(&signed_as(&plain(), RDFC, &other_key(), &other));
    let ours = proof(&good());
    let spoilt = |of: &Value<'static>| {
        let mut proof = of.clone();
        let value = proof
            .get("proofValue")
            .and_then(Value::as_str)
            .expect("a value")
            .replacen("z3", "z2", 1);
        proof.set("proofValue", Value::from(format!("z2{}", &value[2..])));
        proof
    };
    let with = |proofs: Vec<Value<'static>>| broken(|d| d.set("proof", Value::Array(proofs)));
    cases.json(
        "a11-forger-and-broken",
        &with(vec![by_other.clone(), spoilt(&ours)]),
    );
    cases.json(
        "a11-good-beside-broken",
        &with(vec![spoilt(&by_other), ours.clone()]),
    );
    cases.json("a11-forger-alone", &with(vec![by_other]));
    let mut chained = ours.clone();
    chained.set("id", Value::from("urn:uuid:a"));
    chained.set("previousProof", Value::from("urn:uuid:a"));
    cases.json("a11-chain-in-a-circle", &with(vec![chained]));
    let mut orphan = ours;
    orphan.set("previousProof", Value::from("urn:uuid:nowhere"));
    cases.json("a11-chain-to-nowhere", &with(vec![orphan]));
}

fn changes(cases: &mut Cases) {
    let achievement = "/credentialSubject/achievement";
    for (name, parent, member, value) in [
        ("name", achievement, "name", j!("Master mariner")),
        ("date", "", "validFrom", j!("2020-03-01T10:00:00Z")),
        (
            "subject",
            "/credentialSubject",
            "id",
            j!("did:example:thief"),
        ),
        ("end", "", "validUntil", j!("2999-01-01T00:00:00Z")),
        ("issuer-name", "/issuer", "name", j!("Harvard")),
        (
            "type",
            "",
            "type",
            j!(["VerifiableCredential", "EndorsementCredential"]),
        ),
    ] {
        cases.json(
            &format!("a14-changed-{name}"),
            &broken(|d| set(d, parent, member, value)),
        );
    }
    let shorter = broken(|d| {
        d.pointer_mut("/issuer").expect("one").remove("name");
    });
    cases.json("a14-removed-name", &shorter);
}

/// What two readers may read in two ways.
fn ambiguous(cases: &mut Cases) {
    let text = json::text(&good());
    for (depth, from, to) in [
        (
            0,
            r#""validFrom":"#,
            r#""validFrom":"2020-01-01T00:00:00Z","validFrom":"#,
        ),
        (1, r#""name":"Harbour"#, r#""name":"x","name":"Harbour"#),
        (2, r#""name":"Bowline"#, r#""name":"x","name":"Bowline"#),
        (3, r#""narrative":"#, r#""narrative":"x","narrative":"#),
    ] {
        let twice = text.replacen(from, to, 1);
        assert_ne!(twice, text);
        cases.bytes(&format!("a15-member-twice-depth-{depth}.json"), twice);
    }
    let escaped = text.replacen(r#""validFrom":"#, r#""valid\u0046rom":"x","validFrom":"#, 1);
    cases.bytes("a15-member-twice-escaped.json", escaped);
    for (name, value) in [
        ("huge-number", "1e400"),
        ("nan", "NaN"),
        ("infinity", "-Infinity"),
        ("minus-zero", "-0"),
        ("large-integer", "9007199254740993"),
        ("lone-surrogate", r#""\ud800""#),
        ("nul", r#""\u0000""#),
        ("leading-zero", "01"),
        ("hex", "0x10"),
        ("comment", "1/*x*/"),
        ("trailing-comma", "[1,]"),
        ("single-quotes", "'x'"),
    ] {
        let odd = text.replacen('{', &format!(r#"{{"x":{value},"#), 1);
        cases.bytes(&format!("a16-{name}.json"), odd);
    }
    let mut bad = text.clone().into_bytes();
    let at = text.find("Bowline").expect("a name");
    bad[at] = 0xff;
    cases.bytes("a16-bad-utf8.json", bad);
    cases.bytes("a16-two-documents.json", format!("{text}{text}"));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    cases.bytes("a16-utf16.json", wide);
}

fn more_inside(cases: &mut Cases) {
    let proof = good().pointer("/proof/0").expect("a proof").clone();
    let forged = |edit: &dyn Fn(&mut Value<'static>)| {
        let own = did::key::did(&other_key().public()).to_string();
        let mut document = by(&own);
        edit(&mut document);
        signed_as(
            &document,
            JCS,
            &other_key(),
            &did::key::method_url(&other_key().public()),
        )
    };
    let nested = forged(&|d| {
        let subject = d.get_mut("credentialSubject").expect("a subject");
        subject.set("proof", proof.clone());
    });
    cases.json("a12-nested-proof", &nested);
    cases.json(
        "a12-graph",
        &forged(&|d| set(d, "", "@graph", j!([{"id": "urn:a", "name": "x"}]))),
    );
    cases.json(
        "a12-included",
        &forged(&|d| set(d, "", "@included", j!([{"id": "urn:a"}]))),
    );
    for (name, service) in [
        (
            "good-refresh-elsewhere",
            j!({"id": "https://evil.test/new", "type": "1EdTechCredentialRefresh"}),
        ),
        (
            "good-refresh-inside",
            j!({"id": "https://evil.test/latest", "type": "Unheard"}),
        ),
    ] {
        let document = signed(
            &{
                let mut d = plain();
                set(&mut d, "", "refreshService", service);
                d
            },
            JCS,
        );
        cases.json(&format!("a18-{name}"), &document);
    }
    let inner = signed(&sample("endorsement"), RDFC);
    let outer = signed(
        &{
            let mut outer = sample("endorsement");
            outer.set("id", Value::from("urn:uuid:outer"));
            outer.set("endorsement", Value::Array(vec![inner]));
            outer
        },
        JCS,
    );
    cases.json(
        "a19-endorsement-in-endorsement",
        &sealed(|d| d.set("endorsement", Value::Array(vec![outer]))),
    );
    let mut endorsement = signed(&sample("endorsement"), RDFC);
    for _ in 0..50 {
        let mut outer = endorsement.clone();
        outer.set("endorsement", Value::Array(vec![endorsement]));
        endorsement = outer;
        if json::text(&endorsement).len() > 200_000 {
            break;
        }
    }
    let mut bomb = good();
    bomb.set("endorsement", Value::Array(vec![endorsement]));
    cases.json("a19-endorsements-in-endorsements", &bomb);
    let many = vec![j!({"type": ["VerifiableCredential", "EndorsementCredential"]}); 1000];
    cases.json(
        "a19-thousand-endorsements",
        &sealed(|d| set(d, "", "endorsement", j!(many))),
    );
    let tokens = vec![j!("eyJhbGciOiJub25lIn0.e30."); 1000];
    cases.json(
        "a19-thousand-endorsement-tokens",
        &sealed(|d| set(d, "", "endorsementJwt", j!(tokens))),
    );
}
