//! Our context files mean what the published ones mean: npm `jsonld` is the judge.

use crate::node;
use serde_json::Value;
use std::fmt::Write;

fn lines(answer: &Value, name: &str) -> String {
    let mut text = String::new();
    for line in answer[name].as_array().expect("a list") {
        writeln!(text, "{}", line.as_str().expect("a string")).expect("writing to a string");
    }
    text
}

#[test]
fn every_term_and_document_means_the_same_as_with_the_copies_npm_ships() {
    let answer = node::run("contexts.mjs", &[], "");
    assert_eq!(lines(&answer, "differences"), "");

    let mut compared = String::from("terms documents\n");
    for (url, row) in answer["contexts"].as_object().expect("an object") {
        let (terms, documents) = (&row["terms"], &row["documents"]);
        let package = row["package"].as_str().expect("a name");
        writeln!(compared, "{terms:>5} {documents:>9} {url} {package}").expect("writing to a string");
    }
    insta::assert_snapshot!(compared, @"");

    // No package ships these; the known answers below are their proof.
    insta::assert_snapshot!(lines(&answer, "unshipped"), @"");
    insta::assert_snapshot!(lines(&answer, "known"), @"");

    // OB 3.0.0 and 3.0.1 type `name` and `description`, which credentials v2 protects: the published files clash too.
    insta::assert_snapshot!(lines(&answer, "refused"), @"");
}
