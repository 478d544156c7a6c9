//! Every reason that the verifier can give is explained: the reasons are read out of the source.

use std::{collections::BTreeSet, fs, path::Path};

use skillmark::{
    did, json,
    outbound::Unreachable,
    verify::{self, CheckId, Known, Options, Outcome},
};

use crate::{
    credential::sample,
    verify::{check, issuer_key, now, other_key, signed, signed_as},
};

/// The texts in a file that stand where a check is given its reason.
fn reasons_in(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(open) = rest.find('"') {
        let before = &code[..code.len() - rest.len() + open];
        let after = &rest[open + 1..];
        let Some(close) = after.find('"') else { break };
        let text = &after[..close];
        let is_name = !text.is_empty()
            && (text.bytes()).all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && text.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_name && is_reason(before.trim_end(), text) {
            found.push(text.to_owned());
        }
        rest = &after[close + 1..];
    }
    found
}

/// Whether what stands before a text makes it a reason.
fn is_reason(before: &str, text: &str) -> bool {
    if before.ends_with("because(") || before.ends_with("bad_list(") {
        return true;
    }
    // The second argument of a check, behind its id.
    if let Some(id) = before.strip_suffix(',') {
        let id = id.trim_end_matches(|c: char| c.is_alphanumeric() || "_:.".contains(c));
        let call = id.trim_end();
        if call.ends_with("Check::fail(") || call.ends_with("Check::unknown(") {
            return true;
        }
    }
    // An arm of a table of reasons.
    let arm = before.ends_with("=>") || before.ends_with("=> (") || before.ends_with("=> {\n(");
    arm && (text.contains('_') || matches!(text, "gone" | "revoked" | "suspended" | "unreadable"))
}

fn sources(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("words/mod.rs")
        {
            let text = fs::read_to_string(&path).expect("a source");
            found.extend(reasons_in(&text));
        }
    }
}

#[test]
fn every_reason_in_the_source_has_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    sources(&root.join("verify"), &mut found);
    // Those that take their names from the standards.
    let documents = fs::read_to_string(root.join("did/document.rs")).expect("a source");
    for (at, _) in documents.match_indices("w3id.org/security#") {
        let name = &documents[at + "w3id.org/security#".len()..];
        let end = name.find('"').expect("the end");
        found.extend((end > 0).then(|| name[..end].to_owned()));
    }
    let faults = fs::read_to_string(root.join("rdf/fault.rs")).expect("a source");
    let codes = faults.split('"').filter(|text| text.ends_with("_ERROR"));
    found.extend(codes.map(str::to_owned));
    found.insert(Unreachable::REASON.to_owned());
    assert!(found.len() > 80, "too few were found: {found:#?}");
    let explained: BTreeSet<String> = verify::explained().map(str::to_owned).collect();
    let missing: Vec<_> = found.difference(&explained).collect();
    assert!(missing.is_empty(), "without words: {missing:?}");
    let unused: Vec<_> = explained.difference(&found).collect();
    assert!(unused.is_empty(), "nobody gives these reasons: {unused:?}");
}

#[test]
fn the_walk_finds_reasons_and_nothing_else() {
    let source = r#"
        Check::fail(CheckId::Proof, "one", "No sentence").problem("https://x");
        Check::unknown(
            check.id,
            "two", sentence);
        check.because("three");
        match x { A => ("four_words", "x"), B => "five_words", C => "did:key", D => "word" }
        Warning::new("six_words", "x"); value.get("seven_words");
        #[cfg(test)] Check::fail(id, "eight", "")
    "#;
    assert_eq!(
        reasons_in(source),
        ["one", "two", "three", "four_words", "five_words"]
    );
}

/// What an engineer unfolds: the digests that were signed, and the way to the key.
#[test]
fn the_details_say_what_was_signed_and_with_which_key() {
    let key = issuer_key();
    let report = check(&signed(&sample("percent"), "eddsa-jcs-2022"));
    let technical = &report.technical;
    let method = did::key::method_url(&key.public());
    assert_eq!(technical.suite.as_deref(), Some("eddsa-jcs-2022"));
    assert_eq!(
        technical.verification_method.as_deref(),
        Some(method.as_str())
    );
    let path = technical.key.as_ref().expect("a key");
    assert_eq!(path.document, did::key::did(&key.public()).to_string());
    assert_eq!(
        (path.found_by, path.as_of, path.kind),
        ("did:key", None, "Ed25519")
    );
    assert_eq!(
        (path.method.as_str(), path.key.clone()),
        (method.as_str(), key.public().to_multikey())
    );
    let signed_hashes = technical.signed.as_ref().expect("hashes");
    let canonical = json::canonical(&sample("percent"));
    assert_eq!(signed_hashes.document, sha256(canonical.as_bytes()));
    assert_eq!(signed_hashes.algorithm, "sha-256");
    // Where the signature does not fit, the digests are what an engineer compares.
    let forged = signed_as(&sample("percent"), "eddsa-jcs-2022", &other_key(), &method);
    let forged = check(&forged);
    assert_eq!(forged.reason, Some("signature_mismatch"));
    let hashes = forged.technical.signed.as_ref().expect("hashes");
    assert_eq!(hashes.document, signed_hashes.document);
    let lines: Vec<String> = verify::details(&forged)
        .iter()
        .map(|line| format!("{}: {}", line.label, line.value))
        .collect();
    let expected = [
        "Form: JSON with a proof inside".to_owned(),
        "Suite: eddsa-jcs-2022".to_owned(),
        "Signed on: 2026-03-01T10:00:05Z".to_owned(),
        format!("Canonical document: sha-256 {}", hashes.document),
        format!("Proof options: sha-256 {}", hashes.options),
        format!("Names the method: {method}"),
        format!("Key document: {} (did:key, follows from the identifier)", path.document),
        format!("Method in it: {method}"),
        format!("Key: Ed25519 {}", path.key),
        "Finding: Signature: The signature does not fit: the document was changed, or signed with another key. (signature_mismatch, https://w3id.org/security#PROOF_VERIFICATION_ERROR)".to_owned(),
        "Checked at: 2026-04-01T12:00:00Z".to_owned(),
    ];
    assert_eq!(lines, expected);
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where the standards name a problem, every check that went wrong carries it, as a whole address.
#[test]
fn problem_types_are_whole_addresses() {
    const KNOWN: [&str; 3] = [
        "https://www.w3.org/TR/vc-data-model#",
        "https://w3id.org/security#",
        "https://www.w3.org/ns/credentials/status-list#",
    ];
    let key = issuer_key();
    let method = did::key::method_url(&key.public());
    let edit = |name: &str, value: json::Value<'static>| {
        let mut document = sample("percent");
        document.set(name.to_owned(), value);
        json::text(&signed(&document, "eddsa-jcs-2022"))
    };
    let list = r#"{"id":"https://s.example/1#4","type":"BitstringStatusListEntry","statusPurpose":"revocation","statusListIndex":"4","statusListCredential":"https://s.example/1"}"#;
    let list = json::parse(list).expect("json").into_owned();
    let forged = signed_as(&sample("percent"), "eddsa-jcs-2022", &other_key(), &method);
    for (text, id, reason, problem) in [
        (
            "{".to_owned(),
            CheckId::Parse,
            "unreadable",
            "https://www.w3.org/TR/vc-data-model#PARSING_ERROR",
        ),
        (
            json::text(&sample("percent")),
            CheckId::Proof,
            "no_proof",
            "https://w3id.org/security#PROOF_VERIFICATION_ERROR",
        ),
        (
            json::text(&forged),
            CheckId::Proof,
            "signature_mismatch",
            "https://w3id.org/security#PROOF_VERIFICATION_ERROR",
        ),
        (
            edit("validUntil", "2026-03-20T00:00:00Z".to_owned().into()),
            CheckId::ValidUntil,
            "expired",
            "https://www.w3.org/TR/vc-data-model#RANGE_ERROR",
        ),
        (
            edit("validFrom", "yesterday".to_owned().into()),
            CheckId::ValidFrom,
            "malformed_date",
            "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR",
        ),
        (
            edit("credentialStatus", list),
            CheckId::Status,
            "status_unavailable",
            "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR",
        ),
        (
            edit("issuer", "did:web:a.example".to_owned().into()),
            CheckId::KeyBinding,
            "issuer_key_mismatch",
            "https://w3id.org/security#INVALID_VERIFICATION_METHOD",
        ),
    ] {
        let report = verify::verify_known(
            &Known::nothing(),
            text.as_bytes(),
            &Options::default(),
            now(),
        );
        let told = report.check(id).unwrap_or_else(|| panic!("{report:#?}"));
        assert_eq!(
            (told.reason, told.problem),
            (Some(reason), Some(problem)),
            "{report:#?}"
        );
        for one in &report.checks {
            let wrong = matches!(one.outcome, Outcome::Fail | Outcome::Unknown);
            assert!(!wrong || one.reason.is_some(), "{one:?}");
            let whole = one
                .problem
                .is_none_or(|url| KNOWN.iter().any(|start| url.starts_with(start)));
            assert!(whole, "{one:?}");
        }
    }
}
