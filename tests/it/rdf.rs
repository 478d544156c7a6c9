//! RDFC-1.0 against its own suite, and documents against published canonical forms.

use std::{collections::BTreeMap, fs, path::PathBuf};

use proptest::{collection::vec, prelude::*, sample::Index};
use skillmark::{
    json,
    rdf::{
        self, Kind,
        nquads::{self, Hash},
    },
};

fn vectors(suite: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")).join(suite)
}

fn read(suite: &str, name: &str) -> String {
    fs::read_to_string(vectors(suite).join(name)).expect(name)
}

#[test]
fn the_whole_rdfc_suite_passes() {
    let mut done = BTreeMap::new();
    for row in read("rdfc10", "manifest.tsv").lines() {
        let row: Vec<&str> = row.split('\t').collect();
        let [test, kind, hash, input, result] = row[..] else {
            panic!("five columns: {row:?}");
        };
        let hash = match hash {
            "SHA256" => Hash::Sha256,
            "SHA384" => Hash::Sha384,
            other => panic!("{other}"),
        };
        let answer = nquads::canonicalize(&read("rdfc10", input), hash);
        match kind {
            "negative" => assert_eq!(answer, Err(nquads::Error::Limit), "{test}"),
            "eval" => assert_eq!(answer.expect(test).text, read("rdfc10", result), "{test}"),
            "map" => {
                let expected: BTreeMap<String, String> =
                    serde_json::from_str(&read("rdfc10", result)).expect("a map");
                assert_eq!(answer.expect(test).labels, expected, "{test}");
            }
            other => panic!("{other}"),
        }
        *done.entry(kind.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(
        done,
        BTreeMap::from([
            ("eval".to_owned(), 64),
            ("map".to_owned(), 21),
            ("negative".to_owned(), 1)
        ])
    );
}

#[test]
fn contexts_without_a_package_have_their_known_answers() {
    for name in ["clr", "cid-every-term", "clr-every-term", "jwk-every-term"] {
        let text = read("contexts", &format!("{name}.json"));
        let document = json::parse(&text).expect(name);
        let canonical = rdf::canonicalize(&document).expect(name);
        assert_eq!(canonical, read("contexts", &format!("{name}.nq")), "{name}");
    }
}

/// A canonicaliser that also knows a context of W3C's samples of which no credential may make use
/// here. (The one for examples is ours: these answers are its proof.)
fn with_sample_contexts() -> rdf::Canonicalizer {
    let citizenship = read("canonical", "citizenship-terms.context.json");
    rdf::Canonicalizer::with_contexts(&[("https://w3id.org/citizenship/v4rc1", &citizenship)])
        .expect("contexts")
}

#[test]
fn published_documents_have_their_published_canonical_form() {
    let mut canonicalizer = with_sample_contexts();
    for name in [
        "alumni",
        "alumni-proof",
        "employment",
        "open-badge",
        "open-badge-proof",
        "rubric",
    ] {
        let text = read("canonical", &format!("{name}.json"));
        let document = json::parse(&text).expect(name);
        let canonical = canonicalizer.canonical(&document, &[]).expect(name);
        assert_eq!(
            canonical,
            read("canonical", &format!("{name}.nq")),
            "{name}"
        );
    }
}

#[test]
fn numbers_have_the_text_that_jsonld_gives_them() {
    for row in read("canonical", "numbers.tsv").lines() {
        let row: Vec<&str> = row.split('\t').collect();
        let [number, typed, plain, datatype] = row[..] else {
            panic!("four columns: {row:?}");
        };
        let text = format!(
            r#"{{"@context":"https://www.w3.org/ns/credentials/v2","id":"urn:s","urn:p":{number},
                "urn:q":{{"@value":{number},"@type":"http://www.w3.org/2001/XMLSchema#float"}}}}"#
        );
        let answer = json::parse(&text).map(|document| rdf::canonicalize(&document));
        match number {
            "-0" => assert!(answer.is_err(), "minus zero is no JSON of ours"),
            "1e-7" => assert_eq!(
                answer.expect("json").expect_err("too small").kind,
                Kind::Number
            ),
            _ => assert_eq!(
                answer.expect("json").expect(number),
                format!(
                    "<urn:s> <urn:p> \"{plain}\"^^<http://www.w3.org/2001/XMLSchema#{datatype}> .\n\
                     <urn:s> <urn:q> \"{typed}\"^^<http://www.w3.org/2001/XMLSchema#float> .\n"
                )
            ),
        }
    }
}

/// Terms that are hard to put in order: alike at the beginning, or one the beginning of another.
fn subject() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..3_u8).prop_map(|n| format!("_:b{n}")),
        "<urn:(a|ab|a-b|b)>".prop_map(|iri| iri),
        "<https://w3id[.]org/security#(a|proof|x)>".prop_map(|iri| iri),
    ]
}

fn object() -> impl Strategy<Value = String> {
    let literal = "\"(same start(| a| b)|a|)\"(|@en|@en-gb|\\^\\^<urn:t>)";
    prop_oneof![subject(), literal.prop_map(|text| text)]
}

proptest! {
    #[test]
    fn lines_come_in_code_point_order_and_once(
        lines in vec((subject(), "<urn:(p|q)>", object(), prop_oneof![Just(None), subject().prop_map(Some)]), 1..40),
        turn in any::<Index>(),
    ) {
        let line = |(subject, predicate, object, graph): &(String, String, String, Option<String>)| {
            let graph = graph.as_ref().map_or_else(String::new, |graph| format!(" {graph}"));
            format!("{subject} {predicate} {object}{graph} .\n")
        };
        let mut written: Vec<String> = lines.iter().map(line).collect();
        let canonical = nquads::canonicalize(&written.concat(), Hash::Sha256).expect("N-Quads");
        let found: Vec<&str> = canonical.text.split_inclusive('\n').collect();
        prop_assert!(found.is_sorted_by(|a, b| a < b), "{}", canonical.text);

        // The same statements under their new names, and no others.
        let named = written.iter().map(|line| rename(line, &canonical.labels));
        let mut named: Vec<String> = named.collect();
        named.sort_unstable();
        named.dedup();
        prop_assert_eq!(&found, &named);

        // In another order, and some said twice, they say the same.
        let at = turn.index(written.len());
        written.rotate_left(at);
        written.extend_from_within(..at);
        let again = nquads::canonicalize(&written.concat(), Hash::Sha256).expect("N-Quads");
        prop_assert_eq!(again.text, canonical.text);
    }
}

/// A line with its labels replaced.
fn rename(line: &str, labels: &BTreeMap<String, String>) -> String {
    let mut line = line.to_owned();
    for (from, to) in labels {
        line = line.replace(&format!("_:{from} "), &format!("_:{to} "));
    }
    line
}
