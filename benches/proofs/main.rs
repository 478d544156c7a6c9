//! What a signature costs: issuing and verifying per suite, beside the bare cryptography.
//!
//! ```text
//! cargo bench --bench proofs                       our figures, as a Markdown table
//! cargo bench --bench proofs -- --peer             … and npm's on the same documents in the same run
//! cargo bench --bench proofs -- --rounds 400       more rounds (200 unless told)
//! ```
//!
//! One core. Issue is JSON text in, signed JSON text (or a JWT) out; verify is JSON text in, the key
//! taken out of its did:key, the signature checked strictly. Every figure is the median over many
//! short blocks, and the blocks of all rows take turns, so that a busy machine spoils no ratio.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod measure;
mod peer;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::ExitCode;

use ed25519_dalek::{Signer as _, SigningKey as DalekKey, VerifyingKey};
use jiff::Timestamp;
use measure::{Row, Work, medians};
use sha2::{Digest, Sha256};
use skillmark::{
    did::{self, Did, Purpose},
    json,
    keys::{PublicKey, SigningKey},
    proof::{self, Expected, ProofOptions, SUITES, Secured, Suite, jwt},
};

/// The key that the documents name as their issuer. Worth nothing.
const SEED: [u8; 32] = [7; 32];

const DOCUMENTS: [(&str, &str); 2] = [
    ("small", include_str!("../documents/small.json")),
    ("rich", include_str!("../documents/rich.json")),
];

fn main() -> ExitCode {
    let options = match measure::Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(sentence) => {
            println!("{sentence}");
            return ExitCode::from(64);
        }
    };
    let mut rows = bare();
    for (name, pretty) in DOCUMENTS {
        // As a service keeps it and sends it: without white space.
        let text = json::text(&json::parse(pretty).expect("JSON")).leak();
        rows.push(hashing(name, text));
        for suite in &SUITES[..2] {
            rows.extend(data_integrity(name, text, *suite));
        }
        rows.extend(token(name, text));
    }
    let figures = medians(rows, options.rounds);
    let peers = if options.peer {
        peer::figures()
    } else {
        BTreeMap::new()
    };
    measure::table(&figures, &peers);
    ExitCode::SUCCESS
}

/// Ed25519 alone, over the 64 bytes that a Data Integrity suite signs.
fn bare() -> Vec<Row> {
    let message = [9; 64];
    let key = DalekKey::from_bytes(&SEED);
    let signature = key.sign(&message);
    let public = key.verifying_key().to_bytes();
    vec![
        Row::new("", "Ed25519", Work::Issue, move || {
            black_box(key.sign(black_box(&message)));
        }),
        Row::new("", "Ed25519", Work::Verify, move || {
            let key = VerifyingKey::from_bytes(black_box(&public)).expect("a good key");
            key.verify_strict(&message, &signature)
                .expect("a good signature");
        }),
    ]
}

fn hashing(document: &'static str, text: &'static str) -> Row {
    Row::new(document, "SHA-256", Work::Issue, move || {
        black_box(Sha256::digest(black_box(text)));
    })
}

fn data_integrity(
    document: &'static str,
    text: &'static str,
    suite: &'static dyn Suite,
) -> [Row; 2] {
    let key = SigningKey::from_seed(&SEED);
    let method = did::key::method_url(&key.public());
    let created: Timestamp = "2026-05-01T00:00:00Z".parse().expect("a date");
    let options = ProofOptions::new(method, created);
    let issue = move || {
        let value = json::parse(black_box(text)).expect("JSON");
        let signed =
            proof::secure(value, suite, &options, &key).expect("a document that can be signed");
        json::text(&signed)
    };
    let signed = issue();
    [
        Row::new(document, suite.name(), Work::Issue, move || {
            black_box(issue());
        }),
        Row::new(document, suite.name(), Work::Verify, move || {
            let secured =
                Secured::read(json::parse(black_box(&signed)).expect("JSON")).expect("a proof");
            let key = issuer_key(secured.proof(0).expect("a proof").verification_method);
            secured
                .check(0, &key, &Expected::CREDENTIAL)
                .expect("a good signature");
        }),
    ]
}

fn token(document: &'static str, text: &'static str) -> [Row; 2] {
    let key = SigningKey::from_seed(&SEED);
    let method = did::key::method_url(&key.public());
    let issue = move || {
        let credential = json::parse(black_box(text)).expect("JSON");
        jwt::sign(&credential, &method, &key).expect("a credential that can be signed")
    };
    let signed = issue();
    [
        Row::new(document, "vc-jwt", Work::Issue, move || {
            black_box(issue());
        }),
        Row::new(document, "vc-jwt", Work::Verify, move || {
            let token = jwt::read(black_box(&signed)).expect("a token");
            let key = issuer_key(token.header.kid.as_deref().expect("a key's name"));
            token.verify(&key).expect("a good signature");
            black_box(token.claims().expect("good claims"));
        }),
    ]
}

/// The key of a did:key URL, by the way a verifier takes.
fn issuer_key(url: &str) -> PublicKey {
    let (did, _) = did::split_fragment(url);
    let resolved = Did::parse(did)
        .and_then(|did| did.resolve())
        .expect("did:key");
    let did::Resolved::Document(document) = resolved else {
        unreachable!("did:key needs no document of others")
    };
    let method = document
        .method(url, Purpose::AssertionMethod)
        .expect("the key may assert");
    method.public_key().expect("Ed25519").clone()
}
