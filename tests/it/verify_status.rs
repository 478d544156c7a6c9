//! Threats E at the verdict: one set bit is enough, and what could not be read is never green.

use skillmark::{
    json::{self, Value},
    status::ListCredential,
    verify::{CheckId, Known, Outcome, Verdict},
};

use crate::{
    credential::sample,
    node,
    verify::{SEED, at, check_text, lists, other_key, signed, signed_as, status_list, told},
};

const RDFC: &str = "eddsa-rdfc-2022";
const JCS: &str = "eddsa-jcs-2022";
const URL: &str = "https://skillmark.example/status/7rZc3cR1TnWl0dXyqk8wVA";

type Told = (Verdict, Outcome, Option<&'static str>);

const GOOD: Told = (Verdict::Valid, Outcome::Pass, None);
const REVOKED: Told = (Verdict::Invalid, Outcome::Fail, Some("revoked"));

/// The letter-grade sample, which has place 8, changed and signed.
fn badge(edit: impl FnOnce(&mut Value<'static>)) -> String {
    let mut document = sample("letter-grade");
    edit(&mut document);
    json::text(&signed(&document, JCS))
}

fn status(sources: &Known, badge: &str) -> Told {
    told(&check_text(sources, badge), CheckId::Status)
}

/// The list with these changes made before it is signed.
fn list(set: &[usize], edit: impl FnOnce(&mut Value<'static>)) -> Known {
    let mut document = status_list(URL, set);
    edit(&mut document);
    with_list(&signed(&document, RDFC))
}

fn with_list(document: &Value) -> Known {
    Known::nothing().with_status_list(URL, json::text(document), at("2026-04-01T11:59:00Z"))
}

fn subject<'v>(list: &'v mut Value<'static>) -> &'v mut Value<'static> {
    list.pointer_mut("/credentialSubject").expect("a subject")
}

#[test]
fn a_set_bit_is_revoked_and_its_neighbours_are_not() {
    let badge = badge(|_| {});
    assert_eq!(status(&lists(&[8]), &badge), REVOKED);
    assert_eq!(status(&lists(&[7, 9, 0, 131_071]), &badge), GOOD);
    let report = check_text(&lists(&[]), &badge);
    let check = report.check(CheckId::Status).expect("a check");
    assert_eq!(check.as_of, Some(at("2026-04-01T11:59:00Z")));
    assert_eq!(check.sentence, "The issuer has not taken it back.");
}

#[test]
fn e3_index_forms() {
    for index in [
        r#""abc""#,
        r#""-1""#,
        r#""131072""#,
        r#""1e3""#,
        r#""0x10""#,
        r#"" 5""#,
        r#""05""#,
        r#""5.0""#,
        r#""""#,
        "5.5",
        "-1",
        "131072",
        "1e300",
        "null",
        r#""99999999999999999999""#,
    ] {
        let badge = badge(|document| {
            let entry = document.get_mut("credentialStatus").expect("a status");
            entry.set("statusListIndex", json::parse(index).expect("json"));
        });
        let (verdict, outcome, _) = status(&lists(&[]), &badge);
        assert_eq!(
            (verdict, outcome),
            (Verdict::Invalid, Outcome::Fail),
            "{index}"
        );
    }
}

#[test]
fn e5_herd_too_small() {
    let short = list(&[], |document| {
        let bits = skillmark::status::List::from_bytes(vec![0; 16_383]);
        subject(document).set("encodedList", Value::from(bits.encode()));
    });
    let report = check_text(&short, &badge(|_| {}));
    assert_eq!(
        told(&report, CheckId::Status),
        (Verdict::CannotTell, Outcome::Unknown, Some("status_list"))
    );
    assert_eq!(
        report.check(CheckId::Status).expect("a check").problem,
        Some("https://www.w3.org/ns/credentials/status-list#STATUS_LIST_LENGTH_ERROR")
    );
}

#[test]
fn e6_purpose_mismatch() {
    let open = (Verdict::CannotTell, Outcome::Unknown, Some("status_list"));
    let suspension = list(&[], |l| {
        subject(l).set("statusPurpose", Value::from("suspension"));
    });
    assert_eq!(status(&suspension, &badge(|_| {})), open);
    let both = list(&[], |l| {
        let purposes = vec![Value::from("revocation"), Value::from("suspension")];
        subject(l).set("statusPurpose", Value::Array(purposes));
    });
    assert_eq!(status(&both, &badge(|_| {})), GOOD);
}

#[test]
fn e7_lists_of_others() {
    let open = (
        Verdict::CannotTell,
        Outcome::Unknown,
        Some("status_list_not_verified"),
    );
    let badge = badge(|_| {});
    assert_eq!(
        status(&with_list(&status_list(URL, &[])), &badge),
        open,
        "unsigned"
    );
    let forger = other_key();
    let method = skillmark::did::key::method_url(&forger.public());
    let forged = signed_as(&status_list(URL, &[]), RDFC, &forger, &method);
    assert_eq!(
        status(&with_list(&forged), &badge),
        open,
        "signed by another"
    );
    let mut theirs = status_list(URL, &[]);
    let id = skillmark::did::key::did(&forger.public()).to_string();
    theirs.set("issuer", Value::from(id));
    assert_eq!(
        status(
            &with_list(&signed_as(&theirs, RDFC, &forger, &method)),
            &badge
        ),
        open,
        "of another"
    );
    let mut tampered = signed(&status_list(URL, &[8]), RDFC);
    let clean = status_list(URL, &[]);
    let bits = clean
        .pointer("/credentialSubject/encodedList")
        .expect("a list")
        .clone();
    subject(&mut tampered).set("encodedList", bits);
    assert_eq!(status(&with_list(&tampered), &badge), open, "tampered");
    let elsewhere = signed(
        &status_list("https://skillmark.example/status/other", &[]),
        RDFC,
    );
    assert_eq!(
        status(&with_list(&elsewhere), &badge),
        (Verdict::CannotTell, Outcome::Unknown, Some("status_list")),
        "another list of the same issuer"
    );
}

#[test]
fn e8_an_unreachable_list_leaves_it_open() {
    assert_eq!(
        status(&Known::nothing(), &badge(|_| {})),
        (
            Verdict::CannotTell,
            Outcome::Unknown,
            Some("status_unavailable")
        )
    );
    for text in ["<html>", "[]", "{}", "", "null"] {
        let sources = Known::nothing().with_status_list(URL, text, at("2026-04-01T11:59:00Z"));
        let (verdict, outcome, _) = status(&sources, &badge(|_| {}));
        assert_eq!(
            (verdict, outcome),
            (Verdict::CannotTell, Outcome::Unknown),
            "{text}"
        );
    }
}

#[test]
fn e9_a_list_out_of_date_leaves_it_open() {
    let stale = (Verdict::CannotTell, Outcome::Unknown, Some("status_stale"));
    let until = |time: &'static str| list(&[], |l| l.set("validUntil", Value::from(time)));
    assert_eq!(
        status(&until("2026-04-01T11:59:59Z"), &badge(|_| {})),
        stale
    );
    assert_eq!(status(&until("2026-04-01T12:00:00Z"), &badge(|_| {})), GOOD);
    let early = list(&[], |l| {
        l.set("validFrom", Value::from("2026-04-02T00:00:00Z"));
    });
    assert_eq!(status(&early, &badge(|_| {})), stale);
}

#[test]
fn e11_several_entries() {
    let entry = |index: usize| {
        json::parse(&format!(
            r#"{{"id":"{URL}#{index}","type":"BitstringStatusListEntry","statusPurpose":"revocation",
            "statusListIndex":"{index}","statusListCredential":"{URL}"}}"#
        ))
        .expect("json")
        .into_owned()
    };
    let with =
        |entries: Vec<Value<'static>>| badge(|d| d.set("credentialStatus", Value::Array(entries)));
    let five = with((0..5).map(entry).collect());
    assert_eq!(status(&lists(&[3]), &five), REVOKED);
    assert_eq!(status(&lists(&[5]), &five), GOOD);
    let foo = || json::parse(r#"{"id":"urn:foo","type":"FooStatus"}"#).expect("json");
    let open = (
        Verdict::CannotTell,
        Outcome::Unknown,
        Some("unsupported_status"),
    );
    assert_eq!(status(&lists(&[]), &with(vec![foo()])), open);
    assert_eq!(status(&lists(&[]), &with(vec![entry(1), foo()])), open);
    assert_eq!(status(&lists(&[1]), &with(vec![foo(), entry(1)])), REVOKED);
    let many = with((0..7).map(entry).collect());
    assert_eq!(status(&lists(&[]), &many).0, Verdict::CannotTell);
}

#[test]
fn a_suspension_is_told_apart_from_a_revocation() {
    let badge = badge(|document| {
        let entry = document.get_mut("credentialStatus").expect("a status");
        entry.set("statusPurpose", Value::from("suspension"));
    });
    let suspended = list(&[8], |l| {
        subject(l).set("statusPurpose", Value::from("suspension"));
    });
    assert_eq!(
        status(&suspended, &badge),
        (Verdict::Invalid, Outcome::Fail, Some("suspended"))
    );
}

#[test]
fn a_list_may_be_a_token() {
    let key = crate::verify::issuer_key();
    let method = skillmark::did::key::method_url(&key.public());
    let token = |set: &[usize]| {
        let list = status_list(URL, set);
        let token = skillmark::proof::jwt::sign(&list, &method, &key).expect("signs");
        Known::nothing().with_status_list(URL, token, at("2026-04-01T11:59:00Z"))
    };
    assert_eq!(status(&token(&[]), &badge(|_| {})), GOOD);
    assert_eq!(status(&token(&[8]), &badge(|_| {})), REVOKED);
}

#[test]
fn e11_a_numeric_index_is_read_with_a_warning() {
    let badge = badge(|document| {
        let entry = document.get_mut("credentialStatus").expect("a status");
        entry.set("statusListIndex", Value::Number(8.0));
    });
    assert_eq!(status(&lists(&[8]), &badge), REVOKED);
    let report = check_text(&lists(&[]), &badge);
    assert_eq!(report.verdict, Verdict::Valid);
    let codes: Vec<_> = report.warnings.iter().map(|w| w.code).collect();
    assert_eq!(codes, ["numeric_status_index"]);
}

/// The letter-grade sample with a status of Status List 2021, at place 8.
fn old_badge() -> String {
    badge(|document| {
        let entry = document.get_mut("credentialStatus").expect("a status");
        entry.set("type", "StatusList2021Entry".into());
        let Some(Value::Array(contexts)) = document.get_mut("@context") else {
            panic!("a list")
        };
        contexts.push("https://w3id.org/vc/status-list/2021/v1".into());
    })
}

/// A list of that kind with this many places and these set.
fn old_list(places: usize, set: &[usize], multibase: bool) -> Known {
    list(&[], |document| {
        // Its vocabulary goes with the data model of its time only.
        let contexts = vec![
            "https://www.w3.org/2018/credentials/v1".into(),
            "https://w3id.org/vc/status-list/2021/v1".into(),
            "https://w3id.org/security/data-integrity/v2".into(),
        ];
        document.set("@context", Value::Array(contexts));
        let date = document.remove("validFrom").expect("a date");
        document.set("issuanceDate", date);
        let types = vec![
            "VerifiableCredential".into(),
            "StatusList2021Credential".into(),
        ];
        document.set("type", Value::Array(types));
        let mut bits = skillmark::status::List::from_bytes(vec![0; places / 8]);
        for index in set {
            bits.set(*index, true).expect("in range");
        }
        let packed = bits.encode();
        let packed = if multibase {
            packed
        } else {
            packed[1..].to_owned()
        };
        subject(document).set("type", "StatusList2021".into());
        subject(document).set("encodedList", packed.into());
    })
}

#[test]
fn e10_e11_status_list_2021() {
    let badge = old_badge();
    let full = old_list(131_072, &[], false);
    assert_eq!(
        status(&full, &badge),
        GOOD,
        "{:#?}",
        check_text(&full, &badge)
    );
    assert_eq!(status(&old_list(131_072, &[8], false), &badge), REVOKED);
    let codes = |known: &Known| -> Vec<&str> {
        let report = check_text(known, &badge);
        report.warnings.iter().map(|w| w.code).collect()
    };
    assert_eq!(codes(&full), ["old_status_list"]);
    // Shorter lists were published: they are read, and named.
    let short = old_list(100_000, &[], false);
    assert_eq!(status(&short, &badge), GOOD);
    assert_eq!(codes(&short), ["old_status_list", "short_status_list"]);
    assert_eq!(status(&old_list(100_000, &[8], false), &badge), REVOKED);
    let open = (Verdict::CannotTell, Outcome::Unknown, Some("status_list"));
    assert_eq!(status(&old_list(99_992, &[], false), &badge), open);
    // Neither kind of entry reads the other kind of list, nor its encoding.
    assert_eq!(status(&lists(&[]), &badge), open);
    assert_eq!(status(&full, &self::badge(|_| {})), open);
    let other = (
        Verdict::CannotTell,
        Outcome::Unknown,
        Some("status_list_not_verified"),
    );
    assert_eq!(status(&old_list(131_072, &[], true), &badge), other);
}

#[test]
fn e11_revocation_lists_of_1edtech() {
    let list_url = "https://skillmark.example/revoked.json";
    let badge = badge(|document| {
        let entry = format!(r#"{{"id":"{list_url}","type":"1EdTechRevocationList"}}"#);
        let entry = json::parse(&entry).expect("json").into_owned();
        document.set("credentialStatus", entry);
        let Some(Value::Array(contexts)) = document.get_mut("@context") else {
            panic!("a list")
        };
        contexts.push("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json".into());
    });
    let document = sample("letter-grade");
    let text = |pointer| {
        document
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect("text")
    };
    let (id, issuer) = (text("/id"), text("/issuer/id"));
    let ask = |list: String| {
        let known = Known::nothing().with_document(list_url, list, at("2026-04-01T11:59:00Z"));
        status(&known, &badge)
    };
    let with = |name: &str, entries: &str| {
        ask(format!(
            r#"{{"id":"{list_url}","issuer":"{issuer}","{name}":[{entries}]}}"#
        ))
    };
    assert_eq!(with("revokedCredential", r#"{"id":"urn:other"}"#), GOOD);
    for entry in [
        format!(r#"{{"id":"{id}"}}"#),
        format!(r#"{{"id":"{id}","revoked":true,"revocationReason":"x"}}"#),
        format!(r#""{id}""#),
    ] {
        assert_eq!(with("revokedCredential", &entry), REVOKED, "{entry}");
        assert_eq!(with("revokedCredentials", &entry), REVOKED, "{entry}");
    }
    let not_any_more = format!(r#"{{"id":"{id}","revoked":false}}"#);
    assert_eq!(with("revokedCredential", &not_any_more), GOOD);
    let open = (
        Verdict::CannotTell,
        Outcome::Unknown,
        Some("revocation_list"),
    );
    assert_eq!(with("revoked", ""), open);
    assert_eq!(ask("<html>".to_owned()), open);
    let of_another = format!(r#"{{"id":"{list_url}","issuer":"urn:x","revokedCredential":[]}}"#);
    assert_eq!(ask(of_another), open);
    assert_eq!(
        status(&Known::nothing(), &badge),
        (
            Verdict::CannotTell,
            Outcome::Unknown,
            Some("status_unavailable")
        )
    );
}

#[test]
fn lists_that_other_software_makes_are_read_bit_by_bit() {
    // The sample has place 8.
    let sets: [&[usize]; 4] = [&[], &[8], &[0, 7, 9, 131_071], &[8, 131_071]];
    let question = serde_json::json!({
        "seed": SEED, "url": URL, "created": "2026-03-01T00:00:00Z", "lists": sets
    });
    let made = node::run("status-list.mjs", &[], &question.to_string());
    let badge = badge(|_| {});
    for (set, made) in sets.iter().zip(made.as_array().expect("lists")) {
        let text = made.to_string();
        let list = ListCredential::read(&json::parse(&text).expect("JSON")).expect("a list");
        let found: Vec<usize> = (0..list.list.len())
            .filter(|place| list.list.get(*place) == Ok(true))
            .collect();
        assert_eq!((list.list.len(), &found[..]), (131_072, *set));
        let sources = Known::nothing().with_status_list(URL, text, at("2026-04-01T11:59:00Z"));
        let expected = if set.contains(&8) { REVOKED } else { GOOD };
        assert_eq!(status(&sources, &badge), expected, "{set:?}");
    }
}
