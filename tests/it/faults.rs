//! Faults: every fault at once, at its place, in a plain sentence.

use skillmark::{
    credential::{self, Weight},
    json::{self, Value},
};

use crate::credential::{SAMPLES, sample};

/// `name` with each pointer set to a JSON text, or taken out where the text is empty.
fn changed(name: &str, edits: &[(&str, &'static str)]) -> Value<'static> {
    let mut value = sample(name);
    for (pointer, text) in edits {
        let (parent, last) = pointer.rsplit_once('/').expect("a pointer");
        let parent = value.pointer_mut(parent).expect(pointer);
        match parent {
            Value::Array(items) if last == "-" => items.push(json::parse(text).expect("json")),
            Value::Array(items) => {
                let at: usize = last.parse().expect("an index");
                items.splice(
                    at..=at,
                    (!text.is_empty()).then(|| json::parse(text).expect("json")),
                );
            }
            _ if text.is_empty() => {
                parent.remove(last).expect("a member");
            }
            _ => parent.set(last.to_owned(), json::parse(text).expect("json")),
        }
    }
    value
}

/// `pointer: sentence` for each fault; what is only unwise begins with `~`.
fn found(name: &str, edits: &[(&str, &'static str)]) -> Vec<String> {
    credential::faults(&changed(name, edits))
        .into_iter()
        .map(|fault| {
            let mark = if fault.weight == Weight::Unwise {
                "~"
            } else {
                ""
            };
            format!("{mark}{}: {}", fault.pointer, fault.sentence)
        })
        .collect()
}

const SUBJECT: &str = "/credentialSubject";

#[test]
fn samples_have_no_fault() {
    for name in SAMPLES {
        assert_eq!(found(name, &[]), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let faults = found(
        "rich-rubric",
        &[
            ("/id", r#""../admin""#),
            ("/validFrom", r#""2026-03-01T10:00:00""#),
            ("/issuer/url", r#""javascript:alert(1)""#),
            ("/credentialSubject/achievement/criteria", "{}"),
            ("/credentialSubject/result/0/achievedLevel", r#""urn:x""#),
            ("/evidence/0/type", r#""Proof""#),
            (
                "/image",
                r#"{"id":"https://a.example/i.png","type":"Image","alt":"x"}"#,
            ),
        ],
    );
    assert_eq!(
        faults,
        [
            "/id: `id` must be an absolute URI.",
            "/issuer/url: `url` must be a web address that starts with https:// or http://.",
            "/validFrom: `validFrom` has no time zone: it needs a Z or an offset such as +01:00 at the end.",
            "/image/alt: An Image has no member `alt`.",
            "/credentialSubject/achievement/criteria: The criteria must have an `id` or a `narrative`: what has one to do?",
            "/evidence/0/type: `type` must contain Evidence.",
            "/credentialSubject/result/0/achievedLevel: `achievedLevel` is not one of the levels of this result's description.",
        ]
    );
}

#[test]
fn what_must_be_there_is_missed() {
    let needed = [
        ("simple", "/id"),
        ("simple", "/type"),
        ("simple", "/issuer"),
        ("simple", "/validFrom"),
        ("simple", "/credentialSubject"),
        ("simple", "/credentialSubject/type"),
        ("simple", "/credentialSubject/achievement"),
        ("simple", "/credentialSubject/achievement/id"),
        ("simple", "/credentialSubject/achievement/type"),
        ("simple", "/credentialSubject/achievement/name"),
        ("simple", "/credentialSubject/achievement/description"),
        ("simple", "/credentialSubject/achievement/criteria"),
        ("simple", "/issuer/id"),
        ("simple", "/issuer/type"),
        ("endorsement", "/name"),
        ("endorsement", "/credentialSubject/id"),
        ("full", "/credentialSchema/0/id"),
        ("full", "/credentialStatus/type"),
        ("full", "/refreshService/type"),
        ("full", "/termsOfUse/0/type"),
        ("full", "/evidence/0/type"),
        ("full", "/image/id"),
        ("full", "/image/type"),
        ("full", "/issuer/address/type"),
        ("full", "/issuer/address/geo/latitude"),
        ("full", "/issuer/otherIdentifier/0/identifierType"),
        ("full", "/credentialSubject/identifier/0/identityHash"),
        ("full", "/credentialSubject/identifier/0/hashed"),
        ("full", "/credentialSubject/result/0/type"),
        ("full", "/credentialSubject/achievement/related/0/id"),
        (
            "full",
            "/credentialSubject/achievement/alignment/0/targetName",
        ),
        (
            "full",
            "/credentialSubject/achievement/alignment/0/targetUrl",
        ),
        (
            "full",
            "/credentialSubject/achievement/resultDescription/0/name",
        ),
        (
            "full",
            "/credentialSubject/achievement/resultDescription/0/resultType",
        ),
        (
            "full",
            "/credentialSubject/achievement/resultDescription/1/rubricCriterionLevel/0/name",
        ),
    ];
    for (name, pointer) in needed {
        let faults = found(name, &[(pointer, "")]);
        assert!(
            faults
                .iter()
                .any(|f| f.starts_with(&format!("{pointer}: ")) && f.contains("must have")),
            "{name} {pointer}: {faults:?}"
        );
    }
}

#[test]
fn values_must_be_of_their_sort() {
    let cases: &[(&str, &str, &str, &str)] = &[
        (
            "simple",
            "/validFrom",
            r#""2016-12-31T23:59:60Z""#,
            "`validFrom` is not a day and time that exists.",
        ),
        (
            "simple",
            "/validFrom",
            r#""yesterday""#,
            "`validFrom` is not a date and time such as 2026-03-01T10:00:00Z.",
        ),
        (
            "simple",
            "/validFrom",
            "null",
            "`validFrom` is null: leave it out instead.",
        ),
        (
            "simple",
            "/validFrom",
            "20260301",
            "`validFrom` must be text.",
        ),
        (
            "percent",
            "/validUntil",
            r#""2026-02-01T00:00:00Z""#,
            "`validUntil` is before `validFrom`.",
        ),
        ("simple", "/type", "[]", "`type` must be a list of names."),
        (
            "simple",
            "/type/0",
            r#""Credential""#,
            "`type` must contain VerifiableCredential.",
        ),
        (
            "simple",
            "/type/1",
            r#""Badge""#,
            "`type` must contain OpenBadgeCredential or AchievementCredential.",
        ),
        (
            "simple",
            "/issuer",
            r#""Harbour""#,
            "`issuer` must be an absolute URI.",
        ),
        (
            "simple",
            "/credentialSubject",
            "[]",
            "This must be an AchievementSubject: an object.",
        ),
        (
            "simple",
            "/credentialSubject/achievement/name",
            r#"" ""#,
            "`name` is empty.",
        ),
        (
            "simple",
            "/credentialSubject/achievement/achievementType",
            r#""Diplom""#,
            "`achievementType` is not a word from the list of achievement types.",
        ),
        (
            "full",
            "/credentialSubject/achievement/creditsAvailable",
            r#""1.5""#,
            "`creditsAvailable` must be a number.",
        ),
        (
            "full",
            "/credentialSubject/achievement/inLanguage",
            r#""english""#,
            "`inLanguage` must be a language tag such as en or pt-BR.",
        ),
        (
            "full",
            "/credentialSubject/achievement/image/id",
            r#""data:text/html,x""#,
            "`id` must be a web address, or a PNG, JPEG or SVG picture in a data: URI.",
        ),
        (
            "full",
            "/credentialSubject/source/dateOfBirth",
            r#""1980-02-30""#,
            "`dateOfBirth` must be a day such as 2026-03-01.",
        ),
        (
            "full",
            "/credentialSubject/identifier/0/hashed",
            r#""true""#,
            "`hashed` must be true or false.",
        ),
        (
            "full",
            "/credentialSubject/identifier/0/identityHash",
            r#""sha256$12""#,
            "`identityHash` must be sha256$ and 64 hexadecimal digits.",
        ),
        (
            "full",
            "/credentialSubject/identifier/0/identityType",
            r#""email""#,
            "`identityType` is not a word from the list of identifier types.",
        ),
        (
            "full",
            "/credentialSubject/result/1/status",
            r#""ext:Done""#,
            "`status` is not a word from the list of result statuses.",
        ),
        (
            "full",
            "/credentialSubject/activityEndDate",
            r#""2025-01-01T00:00:00Z""#,
            "`activityEndDate` is before `activityStartDate`.",
        ),
        (
            "full",
            "/issuer/address/addressCountryCode",
            r#""USA""#,
            "`addressCountryCode` must be a country code of two capital letters.",
        ),
        (
            "full",
            "/issuer/address/geo/latitude",
            "90.5",
            "`latitude` must be from -90 to 90.",
        ),
        (
            "simple",
            "/@context/0",
            r#""https://www.w3.org/ns/credentials/v2/""#,
            "The first context must be that of Verifiable Credentials.",
        ),
        (
            "simple",
            "/@context/1",
            r#""https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.png""#,
            "The second context must be that of Open Badges 3.0.",
        ),
        (
            "simple",
            "/endorsementJwt",
            r#"["a.b"]"#,
            "`endorsementJwt` must be a compact JWS.",
        ),
    ];
    for (name, pointer, text, sentence) in cases {
        let value: &'static str = text;
        let faults = found(name, &[(pointer, value)]);
        assert!(
            faults
                .iter()
                .filter_map(|f| f.split_once(": "))
                .any(|(at, s)| s == *sentence
                    && (at.starts_with(pointer) || pointer.starts_with(at))),
            "{name} {pointer} {text}: {faults:?}"
        );
    }
}

/// A sample, edits of it, and the faults that they make.
type Case<'c> = (&'c str, &'c [(&'c str, &'static str)], &'c [&'c str]);

#[test]
fn results_agree_with_their_descriptions() {
    let rubric = "/credentialSubject/achievement/resultDescription/0";
    let cases: &[Case<'_>] = &[
        (
            "participation",
            &[("/credentialSubject/result/0/status", "")],
            &[
                "/credentialSubject/result/0/status: A result of the type Status must have a `status`.",
            ],
        ),
        (
            "participation",
            &[("/credentialSubject/result/0/value", r#""5""#)],
            &["/credentialSubject/result/0/value: A result of the type Status has no `value`."],
        ),
        (
            "rich-rubric",
            &[("/credentialSubject/result/1/achievedLevel", "")],
            &[
                "/credentialSubject/result/1/achievedLevel: The result of a rubric criterion must name its `achievedLevel`.",
            ],
        ),
        (
            "rich-rubric",
            &[("/credentialSubject/result/1/resultDescription", "")],
            &[
                "/credentialSubject/result/1/resultDescription: A result with `achievedLevel` must name its `resultDescription`.",
            ],
        ),
        (
            "rich-rubric",
            &[(
                "/credentialSubject/result/1/resultDescription",
                r#""urn:x""#,
            )],
            &[
                "/credentialSubject/result/1/resultDescription: The achievement has no result description with this id.",
            ],
        ),
        (
            "rich-rubric",
            &[(
                "/credentialSubject/result/1/achievedLevel",
                r#""https://skillmark.example/achievements/workplace-email/criteria/purpose/3""#,
            )],
            &[
                "/credentialSubject/result/1/achievedLevel: `achievedLevel` is not one of the levels of this result's description.",
            ],
        ),
        (
            "letter-grade",
            &[("/credentialSubject/result/0/value", r#""E""#)],
            &["/credentialSubject/result/0/value: `value` is not one of the allowed values."],
        ),
        (
            "letter-grade",
            &[(&*concat(rubric, "/requiredValue"), r#""P""#)],
            &[
                "/credentialSubject/achievement/resultDescription/0/requiredValue: `requiredValue` is not one of the allowed values.",
            ],
        ),
        (
            "percent",
            &[("/credentialSubject/result/0/value", r#""100.1""#)],
            &["/credentialSubject/result/0/value: `value` is outside `valueMin` to `valueMax`."],
        ),
        (
            "percent",
            &[("/credentialSubject/result/0/value", r#""most""#)],
            &[
                "/credentialSubject/result/0/value: `value` must be a decimal number written as text.",
            ],
        ),
        (
            "percent",
            &[(&*concat(rubric, "/valueMin"), r#""101""#)],
            &[
                "/credentialSubject/achievement/resultDescription/0/valueMax: `valueMax` is less than `valueMin`.",
                "/credentialSubject/achievement/resultDescription/0/requiredValue: `requiredValue` is outside `valueMin` to `valueMax`.",
                "/credentialSubject/result/0/value: `value` is outside `valueMin` to `valueMax`.",
            ],
        ),
        (
            "rich-rubric",
            &[(&*concat(rubric, "/requiredLevel"), r#""urn:x""#)],
            &[
                "/credentialSubject/achievement/resultDescription/0/requiredLevel: `requiredLevel` is not one of this criterion's levels.",
            ],
        ),
    ];
    for (name, edits, expected) in cases {
        assert_eq!(&found(name, edits), expected, "{name} {edits:?}");
    }
}

fn concat(a: &str, b: &str) -> String {
    format!("{a}{b}")
}

#[test]
fn one_id_stands_for_one_thing() {
    let level = r#""https://skillmark.example/achievements/workplace-email/criteria/purpose/2""#;
    let at = "/credentialSubject/achievement/resultDescription/0/rubricCriterionLevel/0/id";
    assert_eq!(
        found("rich-rubric", &[(at, level)]),
        [
            "/credentialSubject/achievement/resultDescription/0/rubricCriterionLevel/1/id: This id already stands for something else here."
        ]
    );
    // The issuer as creator, told in the same words, is harmless; in other words it is wrong.
    let same = r#"{"id":"did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2","type":["Profile"],"name":"Harbour Tutoring"}"#;
    let other = r#"{"id":"did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2","type":["Profile"],"name":"Harbor"}"#;
    let at = "/credentialSubject/achievement/creator";
    assert_eq!(found("simple", &[(at, same)]), Vec::<String>::new());
    assert_eq!(
        found("simple", &[(at, other)]),
        [
            "/credentialSubject/achievement/creator/id: Two different objects share this id, and would be read as one."
        ]
    );
}

#[test]
fn a_subject_is_named() {
    assert_eq!(
        found("simple", &[("/credentialSubject/id", "")]),
        [format!(
            "{SUBJECT}: The subject must have an `id` or an `identifier`: whose badge is it?"
        )]
    );
    assert_eq!(
        found("adult-email", &[("/credentialSubject/identifier/0", "")]),
        [format!(
            "{SUBJECT}: The subject must have an `id` or an `identifier`: whose badge is it?"
        )]
    );
}

#[test]
fn b7_b8_a12_nothing_gives_a_second_meaning() {
    for keyword in [
        "@nest",
        "@reverse",
        "@import",
        "@propagate",
        "@base",
        "@index",
        "@json",
        "@graph",
        "@included",
        "@type",
        "@id",
        "@vocab",
        "@set",
        "@list",
        "@version",
        "@foo",
    ] {
        let at = format!("/credentialSubject/{keyword}");
        assert_eq!(
            found("simple", &[(&at, r#"{"a":1}"#)]),
            [format!(
                "{at}: The keyword `{keyword}` may not be used in a credential."
            )]
        );
    }
    for name in ["@context", "proof"] {
        let at = format!("/credentialSubject/{name}");
        assert_eq!(
            found("simple", &[(&at, r#"{"type":"x"}"#)]),
            [format!(
                "{at}: `{name}` may only stand at the top of a credential."
            )]
        );
    }
}

#[test]
fn a19_endorsements_have_an_end() {
    let mut inner = sample("endorsement");
    let issuer = sample("simple").get("issuer").cloned().expect("an issuer");
    inner.set("issuer", issuer);
    let eight = Value::Array(vec![inner.clone(); 8]);
    let nine = Value::Array(vec![inner.clone(); 9]);
    let with = |endorsements: &Value<'static>| {
        let mut value = sample("simple");
        value.set("endorsement", endorsements.clone());
        credential::faults(&value)
            .into_iter()
            .map(|f| f.sentence)
            .collect::<Vec<_>>()
    };
    assert_eq!(with(&eight), Vec::<String>::new());
    assert_eq!(
        with(&nine),
        ["There are 9 endorsements; at most 8 are read."]
    );
    let mut again = inner.clone();
    again.set("id", Value::from("urn:uuid:again"));
    inner
        .pointer_mut("/issuer")
        .expect("an issuer")
        .set("endorsement", again);
    assert_eq!(
        with(&inner),
        ["An endorsement may not carry another endorsement."]
    );
}

#[test]
fn nine_proofs_are_too_many() {
    let nine = format!("[{}]", [r#"{"type":"DataIntegrityProof"}"#; 9].join(","));
    let mut value = sample("simple");
    value.set("proof", json::parse(&nine).expect("json"));
    let sentences: Vec<String> = credential::faults(&value)
        .into_iter()
        .map(|f| f.sentence)
        .collect();
    assert_eq!(sentences, ["There are 9 proofs; at most 8 are read."]);
}

#[test]
fn the_older_data_model_is_read() {
    let v1 = r#""https://www.w3.org/2018/credentials/v1""#;
    let date = r#""2026-03-01T10:00:00Z""#;
    assert_eq!(
        found(
            "simple",
            &[
                ("/@context/0", v1),
                ("/validFrom", ""),
                ("/issuanceDate", date),
                ("/name", r#""x""#)
            ]
        ),
        Vec::<String>::new()
    );
    assert_eq!(
        found("simple", &[("/@context/0", v1)]),
        [
            "/issuanceDate: An achievement credential of the data model 1.1 must have `issuanceDate`.",
            "/name: An achievement credential of the data model 1.1 must have `name`.",
        ]
    );
}
