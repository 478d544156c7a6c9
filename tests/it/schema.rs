//! Our JSON Schemas accept and refuse what the published ones do, over thousands of mutants.

use std::{fs, path::Path};

use skillmark::{
    credential::schema,
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
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/ob3-schema/verdicts.tsv");
    let table = fs::read_to_string(path).expect("verdicts");
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
            let ours = schema::check(&mutant(&base.1, pointer, change)).is_empty();
            if ours != (sign == "+") {
                wrong.push(format!("{name} {pointer} {verdict}"));
            }
            *(if ours { &mut accepted } else { &mut refused }) += 1;
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!((accepted, refused), (992, 4219));
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
