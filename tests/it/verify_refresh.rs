//! A18: a newer version is asked for once, after the proof, and believed only if it is the same
//! credential of the same issuer, and newer.

use skillmark::{
    did,
    json::{self, Value},
    verify::{self, CheckId, Known, Options, Outcome, Report, Verdict},
};

use crate::{
    credential::sample,
    verify::{at, now, other_key, signed, signed_as},
};

const JCS: &str = "eddsa-jcs-2022";
const SERVICE: &str = "https://skillmark.example/newer/1";

/// The percent sample that says where to find a newer version, changed and signed.
fn badge(edit: impl FnOnce(&mut Value<'static>)) -> Value<'static> {
    let mut document = sample("percent");
    let service = format!(r#"{{"id":"{SERVICE}","type":"1EdTechCredentialRefresh"}}"#);
    document.set(
        "refreshService",
        json::parse(&service).expect("json").into_owned(),
    );
    let Some(Value::Array(contexts)) = document.get_mut("@context") else {
        panic!("a list")
    };
    contexts.push("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json".into());
    edit(&mut document);
    document
}

fn newer(document: &mut Value<'static>) {
    document.set("validFrom", "2026-03-20T10:00:00Z".into());
}

fn ask(given: &Value, found: Option<&Value>, refresh: bool) -> Report {
    let options = Options {
        refresh,
        ..Options::default()
    };
    let known = found.map_or_else(Known::nothing, |found| {
        Known::nothing().with_credential(SERVICE, json::text(found), at("2026-04-01T11:59:00Z"))
    });
    verify::verify_known(&known, json::text(given).as_bytes(), &options, now())
}

fn outcome(report: &Report) -> (Verdict, Outcome, Option<&'static str>) {
    let check = report.check(CheckId::Refresh).expect("a check");
    (report.verdict, check.outcome, check.reason)
}

fn since(report: &Report) -> String {
    let claim = report.claim.as_ref().expect("a claim").claim();
    let said = claim.achieved().expect("an achievement");
    said.valid_from.clone().expect("a date")
}

#[test]
fn a18_a_newer_version_takes_the_place_of_the_old() {
    let old = signed(&badge(|_| {}), JCS);
    let new = signed(&badge(newer), JCS);
    let report = ask(&old, Some(&new), true);
    assert_eq!(
        outcome(&report),
        (Verdict::Valid, Outcome::Pass, None),
        "{report:#?}"
    );
    assert_eq!(since(&report), "2026-03-20T10:00:00Z");
    // Unless it is asked for, nothing is.
    let report = ask(&old, Some(&new), false);
    assert_eq!(outcome(&report), (Verdict::Valid, Outcome::Skipped, None));
    assert_eq!(since(&report), "2026-03-01T10:00:00Z");
    // An old one that has ended is what it is for.
    let ended = signed(
        &badge(|d| d.set("validUntil", "2026-03-10T10:00:00Z".into())),
        JCS,
    );
    assert_eq!(ask(&ended, Some(&new), true).verdict, Verdict::Valid);
    assert_eq!(ask(&ended, Some(&new), false).verdict, Verdict::Invalid);
}

#[test]
fn a18_another_credential_does_not() {
    let old = signed(&badge(|_| {}), JCS);
    let refused = (Verdict::Valid, Outcome::Fail, Some("not_a_newer_version"));
    let forger = other_key();
    let method = did::key::method_url(&forger.public());
    let of_another = {
        let mut document = badge(newer);
        let id = did::key::did(&forger.public()).to_string();
        document
            .pointer_mut("/issuer")
            .expect("one")
            .set("id", id.into());
        signed_as(&document, JCS, &forger, &method)
    };
    let forged = signed_as(&badge(newer), JCS, &forger, &method);
    let other_id = signed(
        &badge(|document| {
            newer(document);
            document.set("id", "urn:uuid:0c07c1ce-57cb-41af-bef2-1b932b986873".into());
        }),
        JCS,
    );
    let older = signed(
        &badge(|d| d.set("validFrom", "2026-02-01T10:00:00Z".into())),
        JCS,
    );
    for (what, found) in [
        ("of another issuer", of_another),
        ("signed by another", forged),
        ("another credential", other_id),
        ("the same again", old.clone()),
        ("an older one", older),
        ("unsigned", badge(newer)),
    ] {
        let report = ask(&old, Some(&found), true);
        assert_eq!(outcome(&report), refused, "{what}");
        assert_eq!(since(&report), "2026-03-01T10:00:00Z", "{what}");
    }
    let gone = ask(&old, None, true);
    assert_eq!(
        outcome(&gone),
        (
            Verdict::Valid,
            Outcome::Unknown,
            Some("refresh_unavailable")
        )
    );
}

#[test]
fn a18_nothing_is_asked_for_what_is_not_signed() {
    let mut forged = signed(&badge(|_| {}), JCS);
    forged.set("name", "Something greater".into());
    let new = signed(&badge(newer), JCS);
    let report = ask(&forged, Some(&new), true);
    assert_eq!(outcome(&report), (Verdict::Invalid, Outcome::Skipped, None));
}
