//! RDFC-1.0 against its own suite, and documents against published canonical forms.

use std::{collections::BTreeMap, fs, path::PathBuf};

use skillmark::{
    json,
    rdf::{
        self,
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
