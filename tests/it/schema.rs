//! Our JSON Schemas accept and refuse what the published ones do, over thousands of mutants.

use std::{
    fs,
    path::{Path, PathBuf},
};

use skillmark::{
    credential::{
        Fault,
        schema::{self, Schema},
    },
    json::{self, Value},
};

use crate::credential::{SAMPLES, sample};

const PROOF: &str = r#"{"type":"DataIntegrityProof","created":"2026-03-01T10:00:00Z",
    "cryptosuite":"eddsa-rdfc-2022","challenge":"c","domain":"d","nonce":"n",
    "proofPurpose":"assertionMethod","proofValue":"z1","verificationMethod":"did:key:z1#z1"}"#;

#[test]
fn samples_are_accepted() {
    for name in SAMPLES {
        assert_eq!(schema::check(&sample(name)), [], "{name}");
    }
}

#[test]
fn verdicts_are_those_of_the_published_schemas() {
    let told = told_alike("ob3-schema", document, schema::check);
    assert_eq!(told, (992, 4219));
}

#[test]
fn verdicts_are_those_of_the_published_schema_of_learner_records() {
    let read = |_: &str| record();
    let check = |value: &Value| schema::check_against(value, Schema::ClrCredential);
    assert_eq!(check(&record()), []);
    assert_eq!(told_alike("clr-schema", read, check), (350, 1246));
}

/// A schema that a credential names is never asked for, nor is what a schema refers to: ours refer
/// to one another only, and no pattern in them makes a long text slow.
#[test]
fn f22_schemas_refer_to_themselves_only() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut references = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a schema");
        json::parse(&text)
            .expect("json")
            .walk(&mut |pointer, value| {
                if pointer.ends_with("/$ref") {
                    references += 1;
                    let to = value.as_str().expect("a text");
                    let inside = to.starts_with("#/") || to.starts_with("urn:skillmark:schema:");
                    assert!(inside, "{} {pointer}: {to}", path.display());
                }
            });
    }
    assert!(references > 50, "{references}");
    let long = format!("{}!", "a".repeat(50_000));
    let mut document = record();
    document.set(
        "endorsementJwt",
        Value::Array(vec![Value::from(long.clone())]),
    );
    document.set("@context", Value::Array(vec![Value::from(long); 3]));
    assert!(!schema::check_against(&document, Schema::ClrCredential).is_empty());
}

fn vectors(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{folder}"))
}

/// A learner record with all that one may have.
fn record() -> Value<'static> {
    let text = fs::read_to_string(vectors("clr-schema").join("record.json")).expect("a record");
    json::parse(&text).expect("json").into_owned()
}

/// How many mutants are accepted and refused, as the published schemas do.
fn told_alike(
    folder: &str,
    document: impl Fn(&str) -> Value<'static>,
    check: impl Fn(&Value) -> Vec<Fault>,
) -> (usize, usize) {
    let table = fs::read_to_string(vectors(folder).join("verdicts.tsv")).expect("verdicts");
    let (mut accepted, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    let mut base = (String::new(), Value::Null);
    for line in table.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, pointer, verdicts] = columns[..] else {
            panic!("{line}")
        };
        if base.0 != name {
            base = (name.to_owned(), document(name));
        }
        for verdict in verdicts.split(' ') {
            let (sign, change) = verdict.split_at(1);
            let ours = check(&mutant(&base.1, pointer, change)).is_empty();
            if ours != (sign == "+") {
                wrong.push(format!("{name} {pointer} {verdict}"));
            }
            *(if ours { &mut accepted } else { &mut refused }) += 1;
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    (accepted, refused)
}

#[test]
fn what_is_refused_is_told_with_its_place_and_without_its_value() {
    let mut value = sample("simple");
    value.set("type", Value::from("a secret"));
    let faults = schema::check(&value);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].pointer, "/type");
    assert_eq!(
        faults[0].sentence,
        "The schema asks for something else: value is not of type \"array\"."
    );
}

fn document(name: &str) -> Value<'static> {
    if name != "full-endorsed" {
        return sample(name);
    }
    let mut document = sample("full");
    let mut endorsement = sample("endorsement");
    let list = |text: &'static str| json::parse(text).expect("json");
    let proof = Value::Array(vec![list(PROOF)]);
    endorsement.set("proof", proof.clone());
    endorsement.set("awardedDate", Value::from("2026-02-01T08:00:00Z"));
    for shared in [
        "credentialSchema",
        "credentialStatus",
        "refreshService",
        "termsOfUse",
    ] {
        endorsement.set(shared, document.get(shared).expect(shared).clone());
    }
    for pointer in ["", "/credentialSubject/achievement", "/issuer"] {
        let endorsed = document.pointer_mut(pointer).expect(pointer);
        endorsed.set("endorsement", Value::Array(vec![endorsement.clone()]));
        endorsed.set("endorsementJwt", list(r#"["aa.bb.cc"]"#));
    }
    document.set("proof", proof);
    document
}

/// `base` with one change at `pointer`; the changes are told in SOURCE.md beside the verdicts.
fn mutant(base: &Value<'static>, pointer: &str, change: &str) -> Value<'static> {
    let mut mutant = base.clone();
    if change == "delete" {
        let (parent, last) = pointer.rsplit_once('/').expect("a pointer");
        match mutant.pointer_mut(parent).expect("a parent") {
            Value::Array(items) => {
                items.remove(last.parse().expect("an index"));
            }
            object => {
                object.remove(&last.replace("~1", "/").replace("~0", "~"));
            }
        }
        return mutant;
    }
    let at = mutant.pointer_mut(pointer).expect("a value");
    *at = changed(at.clone(), change);
    mutant
}

fn changed(value: Value<'static>, change: &str) -> Value<'static> {
    let date = || value.as_str().expect("a date").to_owned();
    match change {
        "null" => Value::Null,
        "text" => Value::from("x"),
        "number" => Value::Number(7.0),
        "true" => Value::Bool(true),
        "none" => Value::Array(Vec::new()),
        "object" => Value::Object(Vec::new()),
        "wrap" => Value::Array(vec![value]),
        "unwrap" => value.items().expect("an array")[0].clone(),
        "twice" => {
            let mut items = value.items().expect("an array").to_vec();
            items.push(items[0].clone());
            Value::Array(items)
        }
        "stranger" => {
            let mut object = value;
            object.set("stranger", Value::Number(1.0));
            object
        }
        "ext" => Value::from("ext:Own"),
        "no-zone" => {
            let date = date();
            Value::from(
                date.trim_end_matches('Z')
                    .trim_end_matches("+01:00")
                    .trim_end_matches("+02:00")
                    .to_owned(),
            )
        }
        "no-such-day" => Value::from("2026-02-30T10:00:00Z"),
        "day-only" => Value::from(date()[..10].to_owned()),
        "language" => Value::from("en-us"),
        other => panic!("no such change: {other}"),
    }
}
