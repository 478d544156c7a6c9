//! Learner records (CLR 2.0) and endorsements: each credential inside is verified alone, and never
//! green by what surrounds it.

use skillmark::{
    did,
    json::{self, Value},
    proof::jwt,
    verify::{CheckId, Claim, Claimed, Known, Outcome, Report, Verdict},
};

use crate::{
    credential::sample,
    verify::{at, check, check_text, issuer_key, lists, other_key, signed, signed_as, told},
};

const RDFC: &str = "eddsa-rdfc-2022";
const JCS: &str = "eddsa-jcs-2022";
const CLR: &str = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const V2: &str = "https://www.w3.org/ns/credentials/v2";

/// The sample learner record, unsigned, with these credentials.
fn record(credentials: Vec<Value<'static>>) -> Value<'static> {
    let text = r#"{
        "@context": [], "id": "urn:uuid:5d2a1b8e-3d51-4b8c-9a52-0f1f6f4f7c11",
        "type": ["VerifiableCredential", "ClrCredential"], "name": "Spring record", "partial": true,
        "validFrom": "2026-03-01T10:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:6b6a6f4e-64a4-4a3e-8f1e-7a4a4a4a0001", "type": ["ClrSubject"],
            "association": [{"type": "Association", "associationType": "precedes",
                "sourceId": "urn:a", "targetId": "urn:b"}]
        }
    }"#;
    let mut record = json::parse(text).expect("json").into_owned();
    record.set(
        "@context",
        Value::Array(vec![V2.into(), CLR.into(), OB.into()]),
    );
    record.set(
        "issuer",
        sample("simple").get("issuer").cloned().expect("an issuer"),
    );
    let names: Vec<String> = ["percent", "simple"]
        .iter()
        .map(|name| achievement(&sample(name)))
        .collect();
    let subject = record.get_mut("credentialSubject").expect("a subject");
    subject.set("verifiableCredential", Value::Array(credentials));
    let link = subject.pointer_mut("/association/0").expect("one");
    link.set("sourceId", Value::from(names[0].clone()));
    link.set("targetId", Value::from(names[1].clone()));
    record
}

fn achievement(document: &Value) -> String {
    let id = document.pointer("/credentialSubject/achievement/id");
    id.and_then(Value::as_str).expect("an id").to_owned()
}

fn good(name: &str) -> Value<'static> {
    signed(&sample(name), RDFC)
}

/// The published schema of learner records is known here, and what the record holds counts for it.
#[test]
fn a_record_follows_the_schema_that_it_names() {
    let naming = |edit: fn(&mut Value<'static>)| {
        let mut record = record(vec![good("percent"), good("simple")]);
        let schema = r#"[{"id": "https://purl.imsglobal.org/spec/clr/v2p0/schema/json/clr_v2p0_clrcredential_schema.json",
            "type": "1EdTechJsonSchemaValidator2019"}]"#;
        record.set(
            "credentialSchema",
            json::parse(schema).expect("json").into_owned(),
        );
        edit(&mut record);
        check(&signed(&record, JCS))
    };
    let report = naming(|_| {});
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let form = |report: &Report| report.check(CheckId::Schema).expect("a check").clone();
    assert_eq!(
        form(&report).sentence,
        "It has the form that CLR 2.0 asks for, and follows the schema it names."
    );
    let report = naming(|record| record.set("partial", Value::from("some")));
    assert_eq!(report.verdict, Verdict::Invalid, "{report:#?}");
    let report = naming(|record| {
        let one = record
            .get("credentialSchema")
            .and_then(|list| list.items()?.first().cloned());
        record.set("credentialSchema", one.expect("one"));
    });
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.code == "compact_form")
    );
}

fn verdicts(report: &Report) -> Vec<Verdict> {
    report.children.iter().map(|c| c.report.verdict).collect()
}

#[test]
fn a_record_is_valid_with_every_credential_in_it() {
    for suite in [RDFC, JCS] {
        let report = check(&signed(
            &record(vec![good("percent"), good("simple")]),
            suite,
        ));
        assert_eq!(report.verdict, Verdict::Valid, "{suite}: {report:#?}");
        assert_eq!(verdicts(&report), [Verdict::Valid; 2]);
        assert_eq!(
            report.children[1].pointer,
            "/credentialSubject/verifiableCredential/1"
        );
        let Some(Claim::Record(said)) = report.claim.as_ref().map(Claimed::claim) else {
            panic!("{:#?}", report.claim)
        };
        assert_eq!((said.name.as_str(), said.partial), ("Spring record", true));
        let link = &said.associations[0];
        let names = (link.source_name.as_deref(), link.target_name.as_deref());
        assert_eq!(link.kind, "precedes");
        assert!(names.0.is_some() && names.1.is_some(), "{names:?}");
    }
    let key = issuer_key();
    let document = record(vec![good("percent")]);
    let kid = did::key::method_url(&key.public());
    let token = jwt::sign(&document, &kid, &key).expect("signs");
    let report = check_text(&lists(&[]), &token);
    assert_eq!(
        (report.verdict, report.children.len()),
        (Verdict::Valid, 1),
        "{report:#?}"
    );
}

#[test]
fn a_record_is_never_green_for_a_credential_that_is_not() {
    let bad = |outcome, reason| (outcome, Some(reason));
    let told = |document: &Value<'static>| {
        let report = check(&signed(document, RDFC));
        let check = report.check(CheckId::Credentials).expect("a check").clone();
        (
            report.verdict,
            (check.outcome, check.reason),
            verdicts(&report),
        )
    };
    let not_valid = bad(Outcome::Fail, "credential_inside_not_valid");
    // Changed after it was signed, and covered by the signature of the record as it is.
    let mut changed = good("simple");
    changed.set("name", Value::from("Something greater"));
    assert_eq!(
        told(&record(vec![good("percent"), changed])),
        (
            Verdict::Invalid,
            not_valid,
            vec![Verdict::Valid, Verdict::Invalid]
        )
    );
    // Nobody has signed it but, with all the rest, the issuer of the record.
    assert_eq!(
        told(&record(vec![sample("percent")])),
        (Verdict::Invalid, not_valid, vec![Verdict::Invalid])
    );
    // Its status cannot be looked up.
    let document = record(vec![good("letter-grade"), good("simple")]);
    let text = json::text(&signed(&document, RDFC));
    let report = check_text(&Known::nothing(), &text);
    assert_eq!(
        (report.verdict, report.reason),
        (Verdict::CannotTell, Some("credential_inside_not_checked"))
    );
    // Taken back since.
    let report = check_text(&lists(&[8]), &text);
    assert_eq!(report.verdict, Verdict::Invalid);
    assert_eq!(report.children[0].report.reason, Some("revoked"));
    assert_eq!(report.children[1].report.verdict, Verdict::Valid);
}

#[test]
fn what_a_record_holds_is_looked_at_only_if_it_is_the_issuers() {
    let forged = {
        let key = other_key();
        let method = did::key::method_url(&key.public());
        signed_as(&record(vec![good("percent")]), RDFC, &key, &method)
    };
    let report = check(&forged);
    assert_eq!(
        told(&report, CheckId::Credentials),
        (Verdict::Invalid, Outcome::Skipped, None)
    );
    assert!(report.children.is_empty());
    // A credential moved from one record into another.
    let mut other = signed(&record(vec![good("percent")]), RDFC);
    let list = Value::Array(vec![good("percent"), good("simple")]);
    other
        .get_mut("credentialSubject")
        .expect("a subject")
        .set("verifiableCredential", list);
    assert_eq!(check(&other).reason, Some("signature_mismatch"));
}

#[test]
fn a_record_has_its_form_and_each_id_once() {
    let told = |edit: fn(&mut Value<'static>), id| {
        let mut document = record(vec![good("percent"), good("simple")]);
        edit(&mut document);
        let report = check(&signed(&document, JCS));
        let check = report.check(id).expect("a check");
        (report.verdict, check.outcome)
    };
    let wrong = (Verdict::Invalid, Outcome::Fail);
    let empty = |d: &mut Value<'static>| {
        let subject = d.get_mut("credentialSubject").expect("a subject");
        subject.set("verifiableCredential", Value::Array(Vec::new()));
    };
    assert_eq!(told(empty, CheckId::Schema), wrong);
    let twice = |d: &mut Value<'static>| {
        let id = d.get("id").cloned().expect("an id");
        let child = d.pointer_mut("/credentialSubject/verifiableCredential/0");
        child.expect("one").set("id", id);
    };
    assert_eq!(told(twice, CheckId::JsonldSafe), wrong);
    let nameless = |d: &mut Value<'static>| {
        d.remove("name");
    };
    assert_eq!(told(nameless, CheckId::Schema), wrong);
    let link = |d: &mut Value<'static>| {
        let one = d.pointer_mut("/credentialSubject/association/0");
        one.expect("one")
            .set("associationType", "isBetterThan".into());
    };
    assert_eq!(told(link, CheckId::Schema), wrong);
    let context =
        |d: &mut Value<'static>| d.set("@context", Value::Array(vec![V2.into(), CLR.into()]));
    assert_eq!(told(context, CheckId::Context), wrong);
}

#[test]
fn a_record_in_a_record_is_not_followed() {
    let mut inner = record(vec![good("percent")]);
    inner.set("id", "urn:uuid:0d2a1b8e-3d51-4b8c-9a52-0f1f6f4f7c12".into());
    let report = check(&signed(&record(vec![signed(&inner, RDFC)]), JCS));
    assert_eq!(report.verdict, Verdict::CannotTell);
    assert_eq!(report.children[0].report.reason, Some("nested_record"));
}

/// The record of the implementation guide of 1EdTech, whose issuer's document is written here.
#[test]
fn the_published_record_is_valid() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/vectors/eddsa/1edtech-rdfc-clr.json"
    );
    let text = std::fs::read_to_string(path).expect("a vector");
    let vector: serde_json::Value = serde_json::from_str(&text).expect("json");
    let signed = &vector["signedDocument"];
    let issuer = "https://example.edu/issuers/565049";
    let key = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi";
    let document = format!(
        r#"{{"id":"{issuer}","assertionMethod":["{issuer}#{key}"],"verificationMethod":[
            {{"id":"{issuer}#{key}","type":"Multikey","controller":"{issuer}","publicKeyMultibase":"{key}"}}]}}"#
    );
    let known = Known::nothing().with_issuer(issuer, document, at("2026-04-01T11:00:00Z"));
    let report = check_text(&known, &signed.to_string());
    assert_eq!(
        told(&report, CheckId::Proof).1,
        Outcome::Pass,
        "{report:#?}"
    );
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    // It names a schema that wants lists, and writes single values without them.
    let child = &report.children[0].report;
    let codes: Vec<_> = child.warnings.iter().map(|w| w.code).collect();
    assert_eq!(codes, ["compact_form"]);
}

// ── endorsements ────────────────────────────────────────────────────────────

#[test]
fn an_endorsement_alone_is_read_like_any_credential() {
    let report = check(&signed(&sample("endorsement"), RDFC));
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let Some(Claim::Endorsement(said)) = report.claim.as_ref().map(Claimed::claim) else {
        panic!("{:#?}", report.claim)
    };
    assert_eq!(
        said.about,
        "https://skillmark.example/achievements/workplace-email"
    );
}

/// The simple sample with these tokens as endorsements of its achievement.
fn endorsed(tokens: Vec<String>) -> Report {
    let mut document = sample("simple");
    let list = Value::Array(tokens.into_iter().map(Value::from).collect());
    document
        .pointer_mut("/credentialSubject/achievement")
        .expect("an achievement")
        .set("endorsementJwt", list);
    check(&signed(&document, JCS))
}

fn endorsement(id: &'static str, about: &str) -> Value<'static> {
    let mut document = sample("endorsement");
    document.set("id", id.into());
    let subject = document.get_mut("credentialSubject").expect("a subject");
    subject.set("id", Value::from(about.to_owned()));
    document
}

fn token(document: &Value) -> String {
    let key = issuer_key();
    jwt::sign(document, &did::key::method_url(&key.public()), &key).expect("signs")
}

#[test]
fn a19_endorsements_as_tokens_are_verified_alone_and_change_nothing() {
    let here = achievement(&sample("simple"));
    let good = token(&endorsement("urn:uuid:e1", &here));
    let mut broken = token(&endorsement("urn:uuid:e2", &here));
    broken.replace_range(broken.len() - 6..broken.len() - 4, "AA");
    let elsewhere = token(&endorsement("urn:uuid:e3", "urn:elsewhere"));
    let badge = token(&sample("percent"));
    let report = endorsed(vec![good.clone(), broken, elsewhere, badge]);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let each: Vec<_> = report
        .endorsements
        .iter()
        .map(|e| (e.report.verdict, e.report.reason))
        .collect();
    let bad = |reason| (Verdict::Invalid, Some(reason));
    assert_eq!(
        each,
        [
            (Verdict::Valid, None),
            bad("signature_mismatch"),
            bad("misplaced_endorsement"),
            bad("misplaced_endorsement"),
        ]
    );
    assert_eq!(
        report.endorsements[0].pointer,
        "/credentialSubject/achievement/endorsementJwt/0"
    );
    // Depth 1: an endorsement of an endorsement is not read.
    let mut inner = endorsement("urn:uuid:e4", &here);
    inner.set("endorsementJwt", Value::Array(vec![good.clone().into()]));
    let report = endorsed(vec![token(&inner)]);
    assert!(report.endorsements[0].report.endorsements.is_empty());
    // At most eight are looked at; and that is said.
    let many = endorsed(vec![good; 12]);
    assert_eq!((many.verdict, many.endorsements.len()), (Verdict::Valid, 8));
    assert_eq!(
        told(&many, CheckId::Endorsements),
        (
            Verdict::Valid,
            Outcome::Unknown,
            Some("too_many_endorsements")
        )
    );
}
