//! Our canonical N-Quads against npm `jsonld` and `rdf-canonize`, over documents made up here.
//!
//! `SKILLMARK_ORACLE_CASES` sets how many documents each test makes, `SKILLMARK_ORACLE_SEED` which.

use std::{env, fs, path::Path};

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use skillmark::{
    json,
    rdf::{self, Fault, Kind},
};

use crate::{
    node::Peer,
    support::{
        choices::Choices,
        rubric_badge::{badge, spoil},
    },
};

/// What both made of a document.
#[derive(Debug, PartialEq)]
enum Verdict {
    BothSame,
    BothRefuse,
    /// We refuse by one of the rules in [`stricter`].
    StricterHere,
    Differ(String),
}

/// The rules by which we refuse what npm takes. Each is about documents that no credential needs.
fn stricter(fault: &Fault) -> bool {
    let says = |part: &str| fault.sentence.contains(part);
    match fault.kind {
        // Contexts written inline; all keywords but those that write values and lists; two members
        // for one keyword; numbers that npm writes as 0.
        Kind::RefusedContext | Kind::Keyword | Kind::Collision | Kind::Number => true,
        // Characters that no IRI has: npm escapes some and lets the others pass. An empty text
        // where an identifier belongs: npm drops it without a word.
        Kind::RelativeIri => says("urn:") || fault.sentence.starts_with("\"\" is not"),
        Kind::DataLoss => {
            says("urn:")
                // npm makes a node of `{"@list": null}`, and drops one of two directions.
                || says("null is not signed")
                || says("only its direction differs")
                || says("a list or set")
        }
        Kind::Shape => {
            // npm parses text of the type xsd:double, forgets the direction of a number, takes
            // `["urn:t"]` for the type of a value, and lets `@list` stand beside a type.
            says("does not survive its type")
                || says("only text has a language or a direction")
                || says("this is no value for \"@type\"")
                || says("cannot stand beside \"@list\"")
                || says("cannot stand beside \"@set\"")
        }
        Kind::UnknownContext | Kind::Character | Kind::Limit => false,
    }
}

fn compare(peer: &mut Peer, document: &serde_json::Value) -> Verdict {
    let text = document.to_string();
    let theirs = peer.ask(&text);
    let ours = match json::parse(&text) {
        Ok(parsed) => rdf::canonicalize(&parsed),
        Err(_) => return Verdict::StricterHere,
    };
    match (ours, theirs["quads"].as_str(), theirs["error"].as_str()) {
        (Ok(ours), Some(theirs), _) if ours == theirs => Verdict::BothSame,
        (Err(_), _, Some(_)) => Verdict::BothRefuse,
        (Err(fault), Some(_), _) if stricter(&fault) => Verdict::StricterHere,
        (ours, _, _) => Verdict::Differ(format!("{text}\nours: {ours:#?}\nnpm: {theirs:#}")),
    }
}

/// How often each verdict came, over as many documents as asked for.
fn run(cases: u32, length: usize, make: fn(&mut Choices) -> serde_json::Value) -> [u32; 3] {
    let cases = env::var("SKILLMARK_ORACLE_CASES").map_or(cases, |n| n.parse().expect("a number"));
    let seed = env::var("SKILLMARK_ORACLE_SEED").map_or(1, |n| n.parse().expect("a number"));
    let mut peer = Peer::start("canonize.mjs");
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    });
    let peer = std::cell::RefCell::new(&mut peer);
    let tally = std::cell::RefCell::new([0; 3]);
    let outcome = runner.run(&Choices::tapes(length), |tape| {
        let document = make(&mut Choices::new(tape));
        let at = match compare(&mut peer.borrow_mut(), &document) {
            Verdict::BothSame => 0,
            Verdict::BothRefuse => 1,
            Verdict::StricterHere => 2,
            Verdict::Differ(how) => return Err(TestCaseError::fail(how)),
        };
        tally.borrow_mut()[at] += 1;
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    tally.into_inner()
}

#[test]
fn rubric_badges_have_the_canonical_form_npm_gives_them() {
    let [same, _, stricter] = run(500, 500, badge);
    assert!(
        same > 400 && stricter == 0,
        "{same} same, {stricter} only refused here"
    );
}

#[test]
fn spoilt_badges_are_refused_by_both_or_the_same() {
    let [same, refused, stricter] = run(900, 300, |choices| {
        let mut document = badge(choices);
        for _ in 0..=choices.below(3) {
            spoil(&mut document, choices);
        }
        document
    });
    let all = same + refused + stricter;
    assert!(
        same > all / 10 && refused > all / 10 && stricter < all / 2,
        "{same} same, {refused} refused by both, {stricter} only here"
    );
}

#[test]
fn samples_have_the_canonical_form_npm_gives_them() {
    let mut peer = Peer::start("canonize.mjs");
    let mut compared = 0;
    for folder in ["samples", "peers/documents"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join(folder);
        for entry in fs::read_dir(folder).expect("samples") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|e| e == "json") {
                let text = fs::read_to_string(&path).expect("a sample");
                let document = serde_json::from_str(&text).expect("json");
                let verdict = compare(&mut peer, &document);
                assert_eq!(verdict, Verdict::BothSame, "{}", path.display());
                compared += 1;
            }
        }
    }
    assert!(compared > 20, "{compared} samples");
}

/// Nodes without an id that stand beside one another twice, in two graphs, under ties that only
/// the n-degree algorithm settles: the related nodes count as often as they stand there.
#[test]
fn related_nodes_are_counted_as_npm_counts_them() {
    let mut peer = Peer::start("canonize.mjs");
    for round in 0..12 {
        let pairs = serde_json::json!([
            {"id": "_:a", "urn:q": {"id": "_:b"}},
            {"id": "_:c", "urn:q": {"id": "_:d"}},
        ]);
        let document = serde_json::json!({
            "@context": "https://www.w3.org/ns/credentials/v2",
            "type": "VerifiableCredential",
            "urn:p": [pairs, {"id": "_:b", "name": format!("b{round}")}, {"id": "_:d", "name": "d"}],
            "proof": {"type": "DataIntegrityProof", "urn:r": pairs},
        });
        assert_eq!(compare(&mut peer, &document), Verdict::BothSame, "{round}");
    }
}
