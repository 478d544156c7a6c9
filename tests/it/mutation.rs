//! A14: any unsigned change. Every JSON pointer of every signed sample is deleted, changed and
//! doubled; nothing of it is ever valid, but for the exceptions listed here.

use skillmark::{
    json::{self, Value},
    verify::{CheckId, Known, Verdict},
};

use crate::{
    credential::sample,
    verify::{check_text, lists, signed, told},
};

/// Lists in which an item may stand twice without changing what `eddsa-rdfc-2022` signs: as linked
/// data they are sets, and texts or objects with an id are in a set once. (`@context` is no set,
/// result descriptions and levels may not share an id, and objects without an id are told apart.)
const SETS: [&str; 6] = [
    "/type",
    "/tag",
    "/credentialSchema",
    "/termsOfUse",
    "/evidence",
    "/related",
];

/// Whether doubling this item of a list is no change to what was signed.
fn is_same_set(suite: &str, pointer: &str, item: &Value) -> bool {
    let list = pointer.rsplit_once('/').map_or("", |(list, _)| list);
    // One good proof of the issuer is enough, under any suite.
    list == "/proof"
        || (suite == "eddsa-rdfc-2022"
            && SETS.iter().any(|set| list.ends_with(set))
            && (item.as_str().is_some() || item.get("id").is_some()))
}

/// The changes made at one pointer, each with its name.
fn mutants(whole: &Value<'static>, pointer: &str) -> Vec<(&'static str, Value<'static>)> {
    let here = whole.pointer(pointer).expect("a value");
    let (parent, last) = pointer.rsplit_once('/').expect("not the whole");
    let mut mutants = Vec::new();
    let mut push = |name, change: &dyn Fn(&mut Value<'static>)| {
        let mut mutant = whole.clone();
        change(mutant.pointer_mut(parent).expect("a parent"));
        mutants.push((name, mutant));
    };
    let key = last.replace("~1", "/").replace("~0", "~");
    push("delete", &|parent| match parent {
        Value::Array(items) => drop(items.remove(last.parse().expect("an index"))),
        object => drop(object.remove(&key)),
    });
    if let Some(other) = another(here) {
        push("change", &|parent| match parent {
            Value::Array(items) => items[last.parse::<usize>().expect("an index")] = other.clone(),
            object => object.set(key.clone(), other.clone()),
        });
    }
    if matches!(whole.pointer(parent), Some(Value::Array(_))) {
        push("double", &|parent| {
            if let Value::Array(items) = parent {
                items.push(here.clone());
            }
        });
    }
    mutants
}

/// Another value of the same sort, one that could stand there; `None` for lists and objects, whose
/// parts are changed instead.
fn another(value: &Value<'static>) -> Option<Value<'static>> {
    match value {
        Value::String(text) => Some(Value::from(match text.strip_prefix("20") {
            Some(rest) if text.contains('T') && text.contains(':') => format!("21{rest}"),
            _ => format!("{text}x"),
        })),
        Value::Number(number) => Some(Value::Number(number + 1.0)),
        Value::Bool(truth) => Some(Value::Bool(!truth)),
        Value::Null => Some(Value::Bool(true)),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Sweeps one sample under one suite; says how many mutants there were and how many exceptions.
fn sweep(name: &str, suite: &str) -> (usize, usize) {
    let sources = lists(&[]);
    let whole = signed(&sample(name), suite);
    let mut pointers = Vec::new();
    whole.walk(&mut |pointer, _| pointers.push(pointer.to_owned()));
    let (mut swept, mut excepted) = (0, 0);
    for pointer in &pointers[1..] {
        for (change, mutant) in mutants(&whole, pointer) {
            let item = whole.pointer(pointer).expect("a value");
            let allowed = change == "double" && is_same_set(suite, pointer, item);
            let valid = is_valid(&sources, &mutant);
            assert_eq!(valid, allowed, "{name} {suite}: {change} {pointer}");
            swept += 1;
            excepted += usize::from(allowed);
        }
    }
    (swept, excepted)
}

fn is_valid(sources: &Known, document: &Value) -> bool {
    check_text(sources, &json::text(document)).verdict == Verdict::Valid
}

macro_rules! sweeps {
    ($($test:ident, $sample:literal, $suite:literal, $expected:expr;)*) => {$(
        #[test]
        fn $test() {
            assert_eq!(sweep($sample, $suite), $expected);
        }
    )*};
}

sweeps! {
    a14_address_rdfc, "address", "eddsa-rdfc-2022", (105, 9);
    a14_address_jcs, "address", "eddsa-jcs-2022", (112, 1);
    a14_adult_email_rdfc, "adult-email", "eddsa-rdfc-2022", (71, 5);
    a14_adult_email_jcs, "adult-email", "eddsa-jcs-2022", (78, 1);
    a14_alignments_rdfc, "alignments", "eddsa-rdfc-2022", (217, 17);
    a14_alignments_jcs, "alignments", "eddsa-jcs-2022", (224, 1);
    a14_did_subject_rdfc, "did-subject", "eddsa-rdfc-2022", (85, 6);
    a14_did_subject_jcs, "did-subject", "eddsa-jcs-2022", (92, 1);
    a14_endorsement_rdfc, "endorsement", "eddsa-rdfc-2022", (59, 5);
    a14_endorsement_jcs, "endorsement", "eddsa-jcs-2022", (66, 1);
    a14_full_rdfc, "full", "eddsa-rdfc-2022", (471, 28);
    a14_full_jcs, "full", "eddsa-jcs-2022", (481, 1);
    a14_letter_grade_rdfc, "letter-grade", "eddsa-rdfc-2022", (122, 8);
    a14_letter_grade_jcs, "letter-grade", "eddsa-jcs-2022", (129, 1);
    a14_participation_rdfc, "participation", "eddsa-rdfc-2022", (93, 8);
    a14_participation_jcs, "participation", "eddsa-jcs-2022", (100, 1);
    a14_percent_rdfc, "percent", "eddsa-rdfc-2022", (97, 8);
    a14_percent_jcs, "percent", "eddsa-jcs-2022", (104, 1);
    a14_rich_rubric_rdfc, "rich-rubric", "eddsa-rdfc-2022", (451, 33);
    a14_rich_rubric_jcs, "rich-rubric", "eddsa-jcs-2022", (461, 1);
    a14_simple_rdfc, "simple", "eddsa-rdfc-2022", (63, 6);
    a14_simple_jcs, "simple", "eddsa-jcs-2022", (70, 1);
    a14_unicode_rdfc, "unicode", "eddsa-rdfc-2022", (83, 11);
    a14_unicode_jcs, "unicode", "eddsa-jcs-2022", (90, 1);
}

#[test]
fn a14_the_order_of_a_set_is_not_signed_by_rdfc() {
    let mut reversed = Vec::new();
    for suite in ["eddsa-rdfc-2022", "eddsa-jcs-2022"] {
        let mut whole = signed(&sample("rich-rubric"), suite);
        let tags = whole
            .pointer_mut("/credentialSubject/achievement/tag")
            .expect("tags");
        if let Value::Array(items) = tags {
            items.reverse();
        }
        let report = check_text(&lists(&[]), &json::text(&whole));
        reversed.push(told(&report, CheckId::Proof).0);
    }
    assert_eq!(reversed, [Verdict::Valid, Verdict::Invalid]);
}
