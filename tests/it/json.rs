//! RFC 8785 against its published pairs and number table.

use std::{fs, path::Path};

use skillmark::json::{self, Value};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/rfc8785");

#[test]
fn documents_have_the_published_canonical_form() {
    let mut names = Vec::new();
    for entry in fs::read_dir(Path::new(VECTORS).join("input")).expect("vectors") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let input = fs::read_to_string(&path).expect("input");
        let output =
            fs::read_to_string(Path::new(VECTORS).join("output").join(&name)).expect("output");
        assert_eq!(
            json::canonical(&json::parse(&input).expect("json")),
            output,
            "{name}"
        );
        names.push(name);
    }
    names.sort();
    assert_eq!(
        names,
        [
            "arrays.json",
            "french.json",
            "structures.json",
            "unicode.json",
            "values.json",
            "weird.json"
        ]
    );
}

#[test]
fn numbers_have_the_published_text() {
    let table = fs::read_to_string(Path::new(VECTORS).join("numbers.tsv")).expect("numbers");
    let mut cases = 0;
    for line in table.lines() {
        let (hex, text) = line.split_once('\t').expect("two columns");
        let number = f64::from_bits(u64::from_str_radix(hex, 16).expect("hex"));
        assert_eq!(json::canonical(&Value::Number(number)), text, "{hex}");
        cases += 1;
    }
    assert!(cases >= 20, "{cases} cases read");
}
