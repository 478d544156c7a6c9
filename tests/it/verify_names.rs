//! Threats B and A14, as linked data: a member under a second name, or in another object with the
//! same id, is under the same `eddsa-rdfc-2022` signature, and must never be valid.

use std::collections::{BTreeMap, BTreeSet};

use skillmark::{
    json::{self, Value},
    rdf::{self, contexts},
    verify::{CheckId, Outcome, Verdict},
};

use crate::{
    credential::{SAMPLES, sample},
    verify::{check, check_text, created, issuer_key, lists, signed, suite, told},
};

const RDFC: &str = "eddsa-rdfc-2022";

/// Every term of every pinned context, with the IRIs it has in one place or another.
fn terms() -> BTreeMap<String, BTreeSet<String>> {
    fn gather(
        context: &serde_json::Value,
        prefixes: &BTreeMap<String, String>,
        terms: &mut BTreeMap<String, BTreeSet<String>>,
    ) {
        let parts = match context {
            serde_json::Value::Array(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for part in parts.iter().filter_map(serde_json::Value::as_object) {
            let mut prefixes = prefixes.clone();
            for (name, value) in part {
                if let Some(iri) = value.as_str() {
                    prefixes.insert(name.clone(), iri.to_owned());
                }
            }
            for (name, value) in part.iter().filter(|(name, _)| !name.starts_with('@')) {
                if let Some(id) = value.as_str().or_else(|| value.get("@id")?.as_str()) {
                    let iri = id.split_once(':').and_then(|(prefix, rest)| {
                        Some(format!("{}{rest}", prefixes.get(prefix)?))
                    });
                    let iri = iri.unwrap_or_else(|| id.to_owned());
                    terms.entry(name.clone()).or_default().insert(iri);
                }
                if let Some(scoped) = value.get("@context") {
                    gather(scoped, &prefixes, terms);
                }
            }
        }
    }
    let mut terms = BTreeMap::new();
    for pinned in contexts::PINNED {
        let document: serde_json::Value = serde_json::from_str(pinned.text).expect("json");
        gather(&document["@context"], &BTreeMap::new(), &mut terms);
    }
    terms
}

/// The terms that share an IRI anywhere in the pinned contexts: a class and a member at most, and
/// never two members. The name of a class is refused as that of a member.
#[test]
fn b16_no_two_members_have_one_iri() {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, iris) in terms() {
        for iri in iris {
            names.entry(iri).or_default().push(name.clone());
        }
    }
    let shared: BTreeSet<Vec<&str>> = names
        .values()
        .filter(|names| names.len() > 1)
        .map(|names| names.iter().map(String::as_str).collect())
        .collect();
    let plain = |names: &&Vec<&str>| {
        let lower = names.iter().filter(|n| !n.starts_with(char::is_uppercase));
        lower.count() > 1
    };
    assert_eq!(shared.iter().find(plain), None, "{shared:?}");
    assert!(shared.contains(&vec!["Profile", "creator"]), "{shared:?}");
    assert!(shared.len() >= 7, "{shared:?}");
}

/// What `name` could be called instead.
fn second_names(terms: &BTreeMap<String, BTreeSet<String>>, name: &str) -> BTreeSet<String> {
    let mut others = BTreeSet::new();
    for iri in terms.get(name).into_iter().flatten() {
        others.insert(iri.clone());
        let same = |(other, iris): &(&String, &BTreeSet<String>)| {
            other.as_str() != name && iris.contains(iri)
        };
        others.extend(terms.iter().filter(same).map(|(other, _)| other.clone()));
        for (prefix, iris) in terms {
            let rest = iris.iter().find_map(|start| iri.strip_prefix(start));
            others.extend(rest.map(|rest| format!("{prefix}:{rest}")));
        }
    }
    others
}

fn quads(document: &Value<'_>) -> Option<String> {
    rdf::canonicalize_without(document, &["proof"]).ok()
}

#[test]
fn b16_a_member_under_a_second_name_is_never_valid() {
    let terms = terms();
    let mut unchanged = 0;
    for name in SAMPLES {
        let whole = signed(&sample(name), RDFC);
        let before = quads(&whole);
        let mut objects = Vec::new();
        whole.walk(&mut |pointer, value| {
            if value.members().is_some() {
                objects.push(pointer.to_owned());
            }
        });
        for pointer in objects {
            let object = whole.pointer(&pointer).expect("an object");
            for at in 0..object.members().map_or(0, Vec::len) {
                let Some((key, _)) = object.members().and_then(|m| m.get(at)) else {
                    continue;
                };
                for other in second_names(&terms, key) {
                    let mut mutant = whole.clone();
                    if let Some(Value::Object(members)) = mutant.pointer_mut(&pointer) {
                        members[at].0 = other.clone().into();
                    }
                    let report = check(&mutant);
                    assert_ne!(
                        report.verdict,
                        Verdict::Valid,
                        "{name} {pointer} {key} {other}"
                    );
                    unchanged += usize::from(quads(&mutant) == before);
                }
            }
        }
    }
    assert!(unchanged > 500, "{unchanged} attacks kept the quads");
}

#[test]
fn b16_an_end_of_the_proof_under_a_second_name_is_seen() {
    let key = issuer_key();
    let method = skillmark::did::key::method_url(&key.public());
    let mut options = skillmark::proof::ProofOptions::new(&method, created());
    options.expires = Some(created());
    let document = skillmark::proof::secure(sample("simple"), suite(RDFC), &options, &key);
    let mut document = document.expect("signs");
    assert_eq!(check(&document).verdict, Verdict::Invalid);
    let proof = match document.get_mut("proof") {
        Some(Value::Array(proofs)) => proofs.first_mut(),
        proof => proof,
    };
    let proof = proof.expect("a proof");
    let end = proof.remove("expires").expect("an end");
    proof.set("https://w3id.org/security#expiration", end);
    assert_eq!(
        told(&check(&document), CheckId::JsonldSafe),
        (Verdict::Invalid, Outcome::Fail, Some("second_meaning"))
    );
}

fn object(text: &str) -> Value<'static> {
    json::parse(text).expect("json").into_owned()
}

/// An endorsement of `id`, signed.
fn endorsement(id: &str, document: &Value<'static>) -> Value<'static> {
    let mut endorsement = sample("endorsement");
    endorsement.set("id", Value::from("urn:uuid:an-endorsement"));
    let issuer = document.get("issuer").cloned().expect("an issuer");
    endorsement.set("issuer", issuer);
    let subject = endorsement.get_mut("credentialSubject").expect("a subject");
    subject.set("id", Value::from(id.to_owned()));
    signed(&endorsement, RDFC)
}

const SUBJECT: &str = "/credentialSubject";
const ACHIEVEMENT: &str = "/credentialSubject/achievement";

/// The document with one more object that has the id of the one at `from`, and where that is.
fn hosts(document: &Value<'static>, from: &str) -> Vec<(&'static str, Value<'static>)> {
    let Some(id) = document.pointer(from).and_then(|o| o.get("id")?.as_str()) else {
        return Vec::new();
    };
    let with = |at: &str, name: &'static str, value: Value<'static>| {
        let mut document = document.clone();
        let parent = document.pointer_mut(at)?;
        parent.set(name, value);
        Some(document)
    };
    let named = |class: &str| object(&format!(r#"{{"id":"{id}","type":["{class}"]}}"#));
    let list = |value| Value::Array(vec![value]);
    let endorsed = list(endorsement(id, document));
    [
        (
            "/endorsement/0/credentialSubject",
            with("", "endorsement", endorsed.clone()),
        ),
        (
            "/credentialSubject/achievement/endorsement/0/credentialSubject",
            with(ACHIEVEMENT, "endorsement", endorsed),
        ),
        (
            "/credentialSubject/achievement/creator",
            with(ACHIEVEMENT, "creator", named("Profile")),
        ),
        (
            "/credentialSubject/source",
            with(SUBJECT, "source", named("Profile")),
        ),
        ("/evidence/0", with("", "evidence", list(named("Evidence")))),
        (
            "/credentialSubject/achievement/related/0",
            with(ACHIEVEMENT, "related", list(named("Related"))),
        ),
    ]
    .into_iter()
    .filter_map(|(at, document)| Some((at, document?)))
    .collect()
}

/// `document` with the member `name` of the object at `from` moved to the one at `to`, which also
/// gets the types that let it have such a member.
fn moved(document: &Value<'static>, from: &str, to: &str, name: &str) -> Value<'static> {
    let mut document = document.clone();
    let source = document.pointer_mut(from).expect("a source");
    let types = source.get("type").cloned();
    let member = source.remove(name).expect("a member");
    let host = document.pointer_mut(to).expect("a host");
    host.set(name.to_owned(), member);
    if let (Some(Value::Array(own)), Some(types)) = (host.get_mut("type"), types) {
        own.extend(types.one_or_many().iter().cloned());
    }
    document
}

#[test]
fn a14_a_member_in_another_object_with_its_id_is_never_valid() {
    let mut unchanged = 0;
    let mut valid: BTreeSet<String> = BTreeSet::new();
    for name in SAMPLES.into_iter().filter(|name| *name != "endorsement") {
        for from in ["", SUBJECT, ACHIEVEMENT, "/issuer"] {
            for (to, document) in hosts(&sample(name), from) {
                let whole = signed(&document, RDFC);
                let before = quads(&whole);
                let first = check(&whole);
                assert_eq!(
                    first.verdict,
                    Verdict::Valid,
                    "{name} {from} {to}: {first:#?}"
                );
                let source = whole.pointer(from).expect("a source");
                let names: Vec<String> = source
                    .members()
                    .expect("members")
                    .iter()
                    .map(|(name, _)| name.to_string())
                    .filter(|m| !["@context", "id", "type", "proof"].contains(&m.as_str()))
                    .filter(|m| !to.starts_with(&format!("{from}/{m}")))
                    .collect();
                for member in names {
                    let mutant = moved(&whole, from, to, &member);
                    if quads(&mutant) == before {
                        unchanged += 1;
                    }
                    if check(&mutant).verdict == Verdict::Valid {
                        valid.insert(format!("{from}/{member} to {to}"));
                    }
                }
            }
        }
    }
    assert_eq!(valid, BTreeSet::new());
    assert!(unchanged > 200, "{unchanged} moves kept the quads");
}

#[test]
fn a14_revocation_and_end_do_not_hide_in_an_endorsement() {
    let id = "https://skillmark.example/c/itself";
    let mut document = sample("did-subject");
    document.set("id", Value::from(id));
    document.set("validUntil", Value::from("2026-03-15T00:00:00Z"));
    let endorsed = endorsement(id, &document);
    document.set("endorsement", Value::Array(vec![endorsed]));
    let document = signed(&document, RDFC);
    let to = "/endorsement/0/credentialSubject";
    let status = moved(&document, "", to, "credentialStatus");
    let mut both = moved(&status, "", to, "validUntil");
    let host = both.pointer_mut(to).expect("a subject");
    host.set(
        "type",
        object(r#"["EndorsementSubject","VerifiableCredential"]"#),
    );
    host.set("endorsementComment", Value::from("Good."));
    let report = check_text(&lists(&[]), &json::text(&both));
    assert_eq!(
        told(&report, CheckId::JsonldSafe),
        (Verdict::Invalid, Outcome::Fail, Some("second_meaning"))
    );
}

/// As in the complete example of Open Badges 3.0: endorsements of everything, criteria and the
/// service for newer versions under the ids of what they belong to, the issuer as creator.
#[test]
fn published_forms_with_repeated_ids_are_valid() {
    for name in SAMPLES.into_iter().filter(|name| *name != "endorsement") {
        let mut document = sample(name);
        let text = |at: &str| {
            document
                .pointer(at)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let credential = text("/id").expect("an id");
        let achievement = text("/credentialSubject/achievement/id").expect("an id");
        let issuer = document.get("issuer").cloned().expect("an issuer");
        let Some(who) = text("/issuer/id") else {
            continue;
        };
        let endorsed = |id: &str, own: &str| {
            let mut endorsed = endorsement(id, &document);
            endorsed.remove("proof");
            endorsed.set("id", Value::from(own.to_owned()));
            Value::Array(vec![signed(&endorsed, RDFC)])
        };
        let lists = [
            ("", endorsed(&credential, "urn:uuid:e1")),
            (ACHIEVEMENT, endorsed(&achievement, "urn:uuid:e2")),
            ("/issuer", endorsed(&who, "urn:uuid:e3")),
        ];
        for (at, list) in lists {
            let carrier = document.pointer_mut(at).expect("a carrier");
            carrier.set("endorsement", list);
        }
        let refresh =
            format!(r#"{{"id":"{credential}","type":"https://skillmark.example/types#Refresh"}}"#);
        document.set("refreshService", object(&refresh));
        let inner = document.pointer_mut(ACHIEVEMENT).expect("an achievement");
        inner.set("creator", issuer);
        let criteria = inner.get_mut("criteria").expect("criteria");
        criteria.set("id", Value::from(achievement));
        let report = check(&signed(&document, RDFC));
        assert_eq!(report.verdict, Verdict::Valid, "{name}: {report:#?}");
    }
}
