//! Whom the reader trusts: lists in every form, how they are matched, and that no list ever changes
//! a verdict.

use std::sync::Arc;

use skillmark::{
    did,
    json::{self, Value},
    verify::{self, By, Known, Naming, Options, Report, Trust, TrustList, TrustReason, Verdict},
};

use super::{
    credential::sample,
    verify::{issuer_key, now, other_key, signed, signed_as},
};

fn list(name: &str, text: &str) -> Arc<TrustList> {
    Arc::new(TrustList::read(name, text).expect("a list"))
}

fn faults(text: &str) -> Vec<String> {
    let faults = TrustList::read("mine", text).expect_err("faults");
    faults.iter().map(ToString::to_string).collect()
}

fn ask(known: &Known, document: &Value, lists: &[Arc<TrustList>]) -> Report {
    let options = Options {
        trust: lists.to_vec(),
        ..Options::default()
    };
    let text = json::text(document);
    let report = verify::verify_known(known, text.as_bytes(), &options, now());
    crate::support::report::holds(&report);
    report
}

fn did() -> String {
    did::key::did(&issuer_key().public()).to_string()
}

/// A credential of an issuer with an address, and what stands there.
fn at_home(issuer: &str) -> (Known, Value<'static>) {
    let mut document = sample("simple");
    document
        .get_mut("issuer")
        .expect("an issuer")
        .set("id", issuer.to_owned().into());
    let key = issuer_key();
    let multikey = did::key::did(&key.public())
        .to_string()
        .replace("did:key:", "");
    let method = format!("{issuer}#{multikey}");
    let home = format!(
        r#"{{"@context":["https://www.w3.org/ns/did/v1","https://w3id.org/security/multikey/v1"],"id":"{issuer}","verificationMethod":[{{"id":"{method}","type":"Multikey","controller":"{issuer}","publicKeyMultibase":"{multikey}"}}],"assertionMethod":["{method}"]}}"#
    );
    let known = Known::nothing().with_issuer(issuer, home, now());
    let signed = signed_as(&document, "eddsa-rdfc-2022", &key, &method);
    (known, signed)
}

#[test]
fn a_receipt_repeats_no_name_of_a_list_that_the_asker_brought() {
    let document = signed(&sample("simple"), "eddsa-rdfc-2022");
    let forged = signed_as(
        &sample("simple"),
        "eddsa-rdfc-2022",
        &other_key(),
        &did::key::method_url(&issuer_key().public()),
    );
    let own = list("Ours", &format!("{} # Harbour", did()));
    let empty = list("Others", "other.example");
    let brought =
        |name, text: &str| Arc::new(TrustList::read(name, text).expect("a list").brought());
    let ofqual = brought(
        "Accredited by Ofqual",
        &format!("{} # The King's College", did()),
    );
    let stranger = brought("Accredited by Ofqual", "elsewhere.example");
    let noted = |document, lists: &[_]| ask(&Known::nothing(), document, lists).trust.noted;
    for (document, lists, expected) in [
        (
            &document,
            vec![ofqual.clone()],
            "The issuer is on a list that whoever asked brought.",
        ),
        (
            &document,
            vec![own.clone(), ofqual.clone()],
            "The issuer is on the list “Ours”, and on a list that whoever asked brought.",
        ),
        (
            &document,
            vec![own],
            "The issuer is on the list “Ours”, which calls it “Harbour”.",
        ),
        (
            &document,
            vec![stranger.clone()],
            "The issuer is not on any list that was used (a list that whoever asked brought). That says nothing about the signature.",
        ),
        (
            &document,
            vec![empty, stranger],
            "The issuer is not on any list that was used (“Others”, a list that whoever asked brought). That says nothing about the signature.",
        ),
        (
            &forged,
            vec![ofqual],
            "It names an issuer that is on a list that whoever asked brought, but it is not shown that this issuer made it.",
        ),
    ] {
        assert_eq!(noted(document, &lists), expected);
    }
}

#[test]
fn trust_is_said_and_never_changes_the_verdict() {
    let document = signed(&sample("simple"), "eddsa-rdfc-2022");
    let forged = signed_as(
        &sample("simple"),
        "eddsa-rdfc-2022",
        &other_key(),
        &did::key::method_url(&issuer_key().public()),
    );
    let ours = list("ours.txt", &format!("# who we know\n{} # Harbour\n", did()));
    let others = list("others.txt", "other.example");
    let trust = |document, lists: &[_]| {
        let report = ask(&Known::nothing(), document, lists);
        (report.verdict, report.trust)
    };
    assert_eq!(
        trust(&document, &[]),
        (
            Verdict::Valid,
            Trust {
                trusted: None,
                reason: TrustReason::NoList,
                sentence: "No list of trusted issuers was used: whether to trust the issuer is yours to say.".to_owned(),
                noted: "No list of trusted issuers was used: whether to trust the issuer is yours to say.".to_owned(),
                lists: Vec::new(),
                named_by: Vec::new(),
            }
        )
    );
    let named = vec![Naming {
        list: "ours.txt".to_owned(),
        by: By::Id,
        called: Some("Harbour".to_owned()),
    }];
    assert_eq!(
        trust(&document, &[others.clone(), ours.clone()]),
        (
            Verdict::Valid,
            Trust {
                trusted: Some(true),
                reason: TrustReason::Listed,
                sentence: "The issuer is on the list “ours.txt”, which calls it “Harbour”."
                    .to_owned(),
                noted: "The issuer is on the list “ours.txt”, which calls it “Harbour”.".to_owned(),
                lists: vec!["others.txt".to_owned(), "ours.txt".to_owned()],
                named_by: named.clone(),
            }
        )
    );
    assert_eq!(
        trust(&document, std::slice::from_ref(&others)),
        (
            Verdict::Valid,
            Trust {
                trusted: Some(false),
                reason: TrustReason::NotListed,
                sentence: "The issuer is not on any list you use (“others.txt”). That says nothing about the signature.".to_owned(),
                noted: "The issuer is not on any list that was used (“others.txt”). That says nothing about the signature.".to_owned(),
                lists: vec!["others.txt".to_owned()],
                named_by: Vec::new(),
            }
        )
    );
    assert_eq!(
        trust(&forged, &[ours]),
        (
            Verdict::Invalid,
            Trust {
                trusted: Some(false),
                reason: TrustReason::NotProven,
                sentence: "It names an issuer that is on the list “ours.txt”, but it is not shown that this issuer made it.".to_owned(),
                noted: "It names an issuer that is on the list “ours.txt”, but it is not shown that this issuer made it.".to_owned(),
                lists: vec!["ours.txt".to_owned()],
                named_by: named,
            }
        )
    );
}

#[test]
fn a_domain_counts_only_where_the_keys_stand() {
    for (issuer, entry, expected) in [
        (
            "did:web:harbour.example",
            "harbour.example",
            Some(By::Domain),
        ),
        (
            "did:web:harbour.example",
            "HARBOUR.example",
            Some(By::Domain),
        ),
        (
            "did:web:harbour.example",
            "https://harbour.example/",
            Some(By::Domain),
        ),
        (
            "did:web:harbour.example",
            "did:web:harbour.example",
            Some(By::Id),
        ),
        (
            "did:web:harbour.example:issuers:1",
            "harbour.example",
            Some(By::Domain),
        ),
        (
            "did:web:harbour.example:issuers:1",
            "did:web:harbour.example",
            None,
        ),
        ("did:web:badges.harbour.example", "harbour.example", None),
        (
            "did:web:badges.harbour.example",
            "*.harbour.example",
            Some(By::Domain),
        ),
        ("did:web:harbour.example", "*.harbour.example", None),
        ("did:web:evilharbour.example", "*.harbour.example", None),
        ("did:web:harbour.example.evil.test", "harbour.example", None),
        ("did:web:harbour.example%3A8443", "harbour.example", None),
        (
            "did:web:harbour.example%3A8443",
            "harbour.example:8443",
            Some(By::Domain),
        ),
        (
            "https://harbour.example/issuers/1",
            "harbour.example",
            Some(By::Domain),
        ),
        (
            "https://harbour.example/issuers/1",
            "https://harbour.example/issuers/1",
            Some(By::Id),
        ),
        (
            "https://harbour.example/issuers/1",
            "https://harbour.example/issuers/2",
            None,
        ),
    ] {
        let (known, document) = at_home(issuer);
        let report = ask(&known, &document, &[list("mine", entry)]);
        assert_eq!(
            report.verdict,
            Verdict::Valid,
            "{issuer}: {}",
            report.sentence
        );
        let by = report.trust.named_by.first().map(|naming| naming.by);
        assert_eq!(by, expected, "{issuer} {entry}");
        assert_eq!(report.trust.trusted, Some(expected.is_some()));
    }
}

/// The address and name that a document gives itself are words of its own.
#[test]
fn f15_a_claimed_address_or_name_matches_no_list() {
    let mut document = sample("simple");
    let issuer = document.get_mut("issuer").expect("an issuer");
    issuer.set("url", "https://harvard.example/".to_owned().into());
    issuer.set("name", "harvard.example".to_owned().into());
    let document = signed(&document, "eddsa-rdfc-2022");
    let report = ask(
        &Known::nothing(),
        &document,
        &[list("mine", "harvard.example")],
    );
    assert_eq!(report.verdict, Verdict::Valid);
    assert_eq!(report.trust.reason, TrustReason::NotListed);
    // Cyrillic а.
    let (known, document) = at_home("did:web:xn--hrvard-3nf.example");
    let report = ask(&known, &document, &[list("mine", "harvard.example")]);
    assert_eq!(report.trust.reason, TrustReason::NotListed);
    let report = ask(&known, &document, &[list("mine", "h\u{430}rvard.example")]);
    assert_eq!(report.trust.reason, TrustReason::Listed);
}

#[test]
fn lists_are_read_in_every_form() {
    let did = did();
    for text in [
        did.clone(),
        format!("\u{feff}# ours\r\n\r\n  {did}   # Harbour Tutoring\r\n"),
        format!(r#"{{"name": "Region", "issuers": ["{did}"]}}"#),
        format!(
            r#"{{"issuers": [{{"id": "{did}", "name": "Harbour"}}, {{"domain": "a.example"}}]}}"#
        ),
        format!(r#"["{did}", "a.example"]"#),
        format!(
            r#"{{"meta": {{"created": "2020-12-02T02:32:16+0000"}}, "registry": {{"{did}": {{"name": "Harbour", "location": "X", "url": "https://harbour.example"}}, "did:web:dibiho.org:TUM.Test": {{"name": "T"}}}}}}"#
        ),
    ] {
        let document = signed(&sample("simple"), "eddsa-jcs-2022");
        let report = ask(&Known::nothing(), &document, &[list("mine", &text)]);
        assert_eq!(
            report.trust.trusted,
            Some(true),
            "{text}: {:?}",
            report.trust
        );
    }
    let region = TrustList::read("file.json", r#"{"name":"Region","issuers":["a.example"]}"#);
    assert_eq!(region.expect("a list").name(), "Region");
}

#[test]
fn a_list_with_a_fault_is_not_read_at_all() {
    assert_eq!(
        faults(
            "did:web:a.example\nhttp://b.example\n  z6Mkabc # a key\nc.example d.example\nme@d.example\ndid:key:z6Mk#z6Mk\nftp://e.example/x\nedu\n"
        ),
        [
            "line 2, column 1: an address must begin with https://",
            "line 3, column 3: this is no DID, no https address and no domain",
            "line 4, column 1: one entry a line, without spaces; a remark begins with #",
            "line 5, column 1: this is no DID, no https address and no domain",
            "line 6, column 1: this names a key or a part of a DID document, not an issuer",
            "line 7, column 1: an address must begin with https://",
            "line 8, column 1: this is no DID, no https address and no domain",
        ]
    );
    assert_eq!(faults("# nobody\n\n"), ["This list names nobody."]);
    assert_eq!(
        faults(
            "{\"registry\": {\n  \"did:web:a.example\": {\"name\": \"A\"},\n  \"Harvard\": {\"name\": \"B\"},\n  \"did:web:c.example\": 1}}"
        ),
        [
            "line 3, column 3: a registry names issuers by their DIDs",
            "line 4, column 3: what is said of an issuer must be an object",
        ]
    );
    assert_eq!(
        faults(
            "{\"issuers\": [\"did:web:a.example\",\n {\"domain\": \"did:web:b.example\"}, {\"id\": \"c.example\"}, {\"name\": \"D\"}]}"
        ),
        [
            "line 2, column 13: a `domain` is written like example.edu",
            "line 2, column 42: an `id` is a DID or an https address",
            "Each entry must be a text, or an object with either `id` or `domain`.",
        ]
    );
    assert_eq!(
        faults("{\"something\": 1}"),
        ["This JSON is no list that is known here: it has neither `issuers` nor `registry`."]
    );
    assert_eq!(
        faults(
            r#"[{"type": "dcc-legacy", "name": "R", "url": "https://r.example/registry.json"}]"#
        ),
        ["This is a list of registries: use the registries that it names."]
    );
    let broken = faults("{\"registry\": {\n  \"did:web:a.example\": {\"name\": \"A\"}\n");
    assert!(
        broken[0].starts_with("line 2") || broken[0].starts_with("line 3"),
        "{broken:?}"
    );
    let many: String = (0..10_001).map(|n| format!("{n}.example\n")).collect();
    assert_eq!(faults(&many), ["This list has more than 10000 entries."]);
}
