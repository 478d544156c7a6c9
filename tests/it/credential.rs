//! Credentials: the classes read and write our samples without losing a member.

use std::{fs, path::Path};

use skillmark::{
    credential::{AchievementCredential, EndorsementCredential},
    json::{self, Value},
};

/// The names of the samples, in order.
pub(crate) const SAMPLES: [&str; 12] = [
    "address",
    "adult-email",
    "alignments",
    "did-subject",
    "endorsement",
    "full",
    "letter-grade",
    "participation",
    "percent",
    "rich-rubric",
    "simple",
    "unicode",
];

/// The sample `name`, unsigned.
pub(crate) fn sample(name: &str) -> Value<'static> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/samples/{name}.json"));
    let text = fs::read_to_string(path).expect("a sample");
    json::parse(&text).expect("json").into_owned()
}

/// Reads and writes `value` through its class.
fn through_the_model(name: &str, value: &Value) -> Value<'static> {
    if name == "endorsement" {
        (&EndorsementCredential::try_from(value).expect(name)).into()
    } else {
        (&AchievementCredential::try_from(value).expect(name)).into()
    }
}

#[test]
fn every_sample_reads_and_writes_the_same() {
    for name in SAMPLES {
        let value = sample(name);
        let back = through_the_model(name, &value);
        assert_eq!(json::canonical(&back), json::canonical(&value), "{name}");
    }
}

#[test]
fn samples_leave_no_member_without_a_field() {
    for name in SAMPLES {
        let value = sample(name);
        if name != "endorsement" {
            let model = AchievementCredential::try_from(&value).expect(name);
            assert!(model.extra.is_empty(), "{name}");
            assert!(model.credential_subject.extra.is_empty(), "{name}");
            assert!(
                model.credential_subject.achievement.extra.is_empty(),
                "{name}"
            );
        }
    }
}

#[test]
fn compact_forms_are_read_and_strict_forms_written() {
    let strict = sample("rich-rubric");
    let mut compact = strict.clone();
    unwrap_single_items(&mut compact);
    assert_ne!(compact, strict);
    let back = through_the_model("rich-rubric", &compact);
    assert_eq!(json::canonical(&back), json::canonical(&strict));
}

/// Turns every array of one item into the item: the compact form.
fn unwrap_single_items(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(unwrap_single_items),
        Value::Object(members) => {
            for (_, member) in members {
                unwrap_single_items(member);
                if let Value::Array(items) = member
                    && items.len() == 1
                {
                    *member = items.remove(0);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn unknown_members_and_words_are_kept() {
    let text = r#"{"@context":["a",{"b":"c"}],"id":"urn:x","type":"VerifiableCredential",
        "credentialSubject":{"achievement":{"id":"urn:a","name":"A","description":"D","criteria":{"x":1},
        "achievementType":"NoSuchWord","image":"https://a.example/i.png"},"shoe":42},
        "issuer":"did:web:a.example","extra":[{"y":null}]}"#;
    let model = AchievementCredential::try_from(&json::parse(text).expect("json")).expect("read");
    let back: Value = (&model).into();
    let expected = r#"{"@context":["a",{"b":"c"}],"id":"urn:x","type":["VerifiableCredential"],
        "credentialSubject":{"achievement":{"id":"urn:a","achievementType":"NoSuchWord","name":"A",
        "description":"D","criteria":{"x":1},"image":{"id":"https://a.example/i.png","type":"Image"}},"shoe":42},
        "issuer":"did:web:a.example","extra":[{"y":null}]}"#;
    assert_eq!(
        json::canonical(&back),
        json::canonical(&json::parse(expected).expect("json"))
    );
}
