//! Rubric badges with any of the fields of Open Badges 3.0, and ways to spoil them.

use serde_json::{Map, Value, json};

use super::choices::Choices;

const VC: &str = "https://www.w3.org/ns/credentials/v2";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";

const TEXTS: &[&str] = &[
    "n",
    "",
    " ",
    "Rubric – Ünïcode ☃ 😀",
    "line\nline\ttab \"quoted\" \\ back",
    "\u{8}\u{c}\u{b}\u{1f}\u{7f}\u{85}\u{2028}",
    "\u{fb33}\u{1f600}e\u{301}",
    "x\" .\n<urn:a> <urn:b> \"y",
    "2026-01-01",
    "true",
    "@id",
    "<b>& 'x'",
];
const IRIS: &[&str] = &[
    "urn:uuid:11111111-1111-4111-8111-111111111111",
    "urn:uuid:22222222-2222-4222-8222-222222222222",
    "https://issuer.example/a/1",
    "https://issuer.example/ü?q=ä#b",
    "did:web:issuer.example",
    "did:key:z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
    "data:image/png;base64,iVBORw0KGgo=",
    "mailto:a@b.example",
    "_:b0",
];
const NUMBERS: &[f64] = &[
    0.0,
    1.0,
    36.0,
    3.5,
    -2.5,
    0.1,
    0.000_001,
    1.5e-6,
    1e20,
    1e21,
    -1e21,
    1.797_693_134_862_315_7e308,
    123_456_789.125,
    2_251_799_813_685_248.5,
    2_251_799_813_685_249.0 / 4.0,
    9_007_199_254_740_991.0,
    0.1 + 0.2,
    4.35,
];

fn text(c: &mut Choices) -> Value {
    (*c.of(TEXTS)).into()
}

fn iri(c: &mut Choices) -> Value {
    (*c.of(IRIS)).into()
}

fn number(c: &mut Choices) -> Value {
    (*c.of(NUMBERS)).into()
}

fn date(c: &mut Choices) -> Value {
    (*c.of(&["2026-01-02T03:04:05Z", "2036-01-02T03:04:05.5+02:00"])).into()
}

/// Text with a direction, never the same as another text without it: npm would drop one of both.
fn directed(c: &mut Choices, direction: &str, language: Option<&str>) -> Value {
    let text = format!("{direction} {}", c.of(TEXTS));
    match language {
        Some(tag) => json!({"@value": text, "@language": tag, "@direction": direction}),
        None => json!({"@value": text, "@direction": direction}),
    }
}

/// Text, tagged text, or several.
fn words(c: &mut Choices) -> Value {
    match c.below(8) {
        0 => json!({"@value": text(c), "@language": *c.of(&["en", "EN-us", "de-DE-1996", "x"])}),
        1 => directed(c, "rtl", Some("he")),
        2 => directed(c, "ltr", None),
        3 => json!([text(c), {"@value": text(c), "@language": "fr"}]),
        _ => text(c),
    }
}

fn many(c: &mut Choices, make: impl Fn(&mut Choices) -> Value) -> Value {
    match c.below(4) {
        0 => make(c),
        count => (0..count).map(|_| make(c)).collect(),
    }
}

/// A member and what makes its value.
type Field = (&'static str, fn(&mut Choices) -> Value);

/// An object of `kind` with some of `fields`.
fn some(c: &mut Choices, kind: &str, fields: &[Field]) -> Value {
    let mut object = Map::new();
    if c.often(6) {
        object.insert("id".into(), iri(c));
    }
    object.insert(
        "type".into(),
        match c.below(4) {
            0 => kind.into(),
            _ => json!([kind]),
        },
    );
    for (name, make) in fields {
        if c.often(4) {
            object.insert((*name).into(), make(c));
        }
    }
    object.into()
}

fn image(c: &mut Choices) -> Value {
    some(c, "Image", &[("caption", words)])
}

fn identifier_entry(c: &mut Choices) -> Value {
    json!({"type": "IdentifierEntry", "identifier": text(c), "identifierType": "sourcedId"})
}

fn address(c: &mut Choices) -> Value {
    some(
        c,
        "Address",
        &[
            ("addressCountry", text),
            ("addressCountryCode", text),
            ("addressRegion", text),
            ("addressLocality", text),
            ("streetAddress", text),
            ("postOfficeBoxNumber", text),
            ("postalCode", text),
            (
                "geo",
                |c| json!({"type": "GeoCoordinates", "latitude": number(c), "longitude": number(c)}),
            ),
        ],
    )
}

fn profile(c: &mut Choices) -> Value {
    some(
        c,
        "Profile",
        &[
            ("name", words),
            ("url", iri),
            ("phone", text),
            ("description", words),
            ("image", image),
            ("email", text),
            ("address", address),
            ("otherIdentifier", |c| many(c, identifier_entry)),
            ("official", text),
            ("familyName", text),
            ("givenName", text),
            ("additionalName", text),
            ("patronymicName", text),
            ("honorificPrefix", text),
            ("honorificSuffix", text),
            ("familyNamePrefix", text),
            ("dateOfBirth", |_| "2008-02-29".into()),
        ],
    )
}

fn alignment(c: &mut Choices) -> Value {
    some(
        c,
        "Alignment",
        &[
            ("targetCode", text),
            ("targetDescription", words),
            ("targetName", words),
            ("targetFramework", text),
            ("targetType", |_| "CFItem".into()),
            ("targetUrl", iri),
        ],
    )
}

fn level(c: &mut Choices) -> Value {
    some(
        c,
        "RubricCriterionLevel",
        &[
            ("alignment", |c| many(c, alignment)),
            ("description", words),
            ("level", text),
            ("name", words),
            ("points", text),
        ],
    )
}

fn result_description(c: &mut Choices) -> Value {
    some(
        c,
        "ResultDescription",
        &[
            ("alignment", |c| many(c, alignment)),
            ("allowedValue", |c| many(c, text)),
            ("name", words),
            ("requiredLevel", iri),
            ("requiredValue", text),
            ("resultType", |_| "RubricCriterionLevel".into()),
            ("rubricCriterionLevel", |c| many(c, level)),
            ("valueMax", text),
            ("valueMin", text),
        ],
    )
}

fn achievement(c: &mut Choices) -> Value {
    some(
        c,
        "Achievement",
        &[
            ("alignment", |c| many(c, alignment)),
            ("achievementType", |_| "MicroCredential".into()),
            ("creator", profile),
            ("creditsAvailable", number),
            ("criteria", |c| json!({"id": iri(c), "narrative": words(c)})),
            ("description", words),
            ("fieldOfStudy", text),
            ("humanCode", text),
            ("image", image),
            ("inLanguage", |_| "en".into()),
            ("name", words),
            ("otherIdentifier", |c| many(c, identifier_entry)),
            (
                "related",
                |c| json!([{"id": iri(c), "type": ["Related"], "inLanguage": "de", "version": text(c)}]),
            ),
            ("resultDescription", |c| many(c, result_description)),
            ("specialization", text),
            ("tag", |c| many(c, text)),
            ("version", text),
        ],
    )
}

fn result(c: &mut Choices) -> Value {
    some(
        c,
        "Result",
        &[
            ("achievedLevel", iri),
            ("alignment", |c| many(c, alignment)),
            ("resultDescription", iri),
            ("status", |_| "Completed".into()),
            ("value", text),
        ],
    )
}

fn evidence(c: &mut Choices) -> Value {
    some(
        c,
        "Evidence",
        &[
            ("narrative", words),
            ("name", words),
            ("description", words),
            ("genre", text),
            ("audience", text),
            ("digestMultibase", text),
        ],
    )
}

fn subject(c: &mut Choices) -> Value {
    some(
        c,
        "AchievementSubject",
        &[
            ("achievement", achievement),
            ("activityEndDate", date),
            ("activityStartDate", date),
            ("creditsEarned", number),
            ("identifier", |c| {
                many(c, |c| {
                    json!({"type": "IdentityObject", "hashed": c.often(5), "salt": text(c),
                        "identityHash": text(c), "identityType": "emailAddress"})
                })
            }),
            ("image", image),
            ("licenseNumber", text),
            ("narrative", words),
            ("result", |c| many(c, result)),
            ("role", text),
            ("source", profile),
            ("term", text),
        ],
    )
}

/// A badge, nearly always one that is good.
pub(crate) fn badge(c: &mut Choices) -> Value {
    let mut badge = some(
        c,
        "OpenBadgeCredential",
        &[
            ("name", words),
            ("description", words),
            ("image", image),
            ("evidence", |c| many(c, evidence)),
            ("issuer", profile),
            ("validFrom", date),
            ("validUntil", date),
            ("awardedDate", date),
            ("credentialStatus", |c| {
                json!({"id": iri(c), "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
                    "statusListIndex": "94567", "statusListCredential": iri(c)})
            }),
            ("credentialSchema", |c| {
                many(
                    c,
                    |c| json!({"id": iri(c), "type": "1EdTechJsonSchemaValidator2019"}),
                )
            }),
            (
                "refreshService",
                |c| json!({"id": iri(c), "type": "1EdTechCredentialRefresh"}),
            ),
            ("proof", |c| {
                json!({"type": "DataIntegrityProof", "created": date(c), "verificationMethod": iri(c),
                    "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "assertionMethod", "proofValue": text(c)})
            }),
            ("endorsement", |c| {
                json!([{"@context": [VC, OB],
                    "type": ["VerifiableCredential", "EndorsementCredential"], "issuer": profile(c),
                    "credentialSubject": {"id": iri(c), "type": "EndorsementSubject", "endorsementComment": words(c)}}])
            }),
        ],
    );
    badge["@context"] = json!([VC, OB, EXTENSIONS]);
    if c.often(9) {
        badge["type"] = json!(["VerifiableCredential", "OpenBadgeCredential"]);
    }
    badge["credentialSubject"] = subject(c);
    badge
}

const KEYS: &[&str] = &[
    "name",
    "id",
    "type",
    "@id",
    "@type",
    "@context",
    "alignment",
    "image",
    "result",
    "extra",
    "https://p.example/x",
    "schema:name",
    "criteria",
    "proof",
    "evidence",
    "allowedValue",
    "tag",
    "@index",
    "@language",
    "@reverse",
    "@included",
    "@nest",
    "@graph",
    "@value",
    "@list",
    "@set",
    "creditsEarned",
    "hashed",
    "awardedDate",
    "url",
    "statusSize",
    "_sd",
    "...",
    "@foo",
    "_:p",
    "",
    "urn:with space",
    "issuer",
    "credentialSubject",
    "verifiableCredential",
    "@direction",
    "relatedResource",
    "digestSRI",
];

/// Values that are at home nowhere.
fn odd(c: &mut Choices) -> Value {
    let list: &[Value] = &[
        json!(null),
        json!(true),
        json!(0),
        json!(1.5),
        json!(-3e-9),
        json!(1e-7),
        json!(1e21),
        json!(""),
        json!("x"),
        json!("relative/path"),
        json!("#fragment"),
        json!("urn:x:y"),
        json!("_:b0"),
        json!("_:b1"),
        json!("@type"),
        json!("@foo"),
        json!("@json"),
        json!("name"),
        json!("Achievement"),
        json!("xsd:string"),
        json!("urn:a b"),
        json!("urn:a\u{a0}b"),
        json!("urn:<x>"),
        json!([]),
        json!({}),
        json!([[]]),
        json!([["a", ["b"]], "a"]),
        json!([null]),
        json!({"@value": "v"}),
        json!({"@value": "v", "@language": "EN"}),
        json!({"@value": "v", "@language": "not a tag"}),
        json!({"@value": "v", "@language": null}),
        json!({"@value": "v", "@type": "xsd:string"}),
        json!({"@value": "v", "@type": ["urn:t"]}),
        json!({"@value": "v", "@type": null}),
        json!({"@value": "1", "@type": "http://www.w3.org/2001/XMLSchema#double"}),
        json!({"@value": 5, "@type": "http://www.w3.org/2001/XMLSchema#double"}),
        json!({"@value": "s", "@type": "http://www.w3.org/2001/XMLSchema#string"}),
        json!({"@value": 1, "@type": "urn:t", "@language": "en"}),
        json!({"@value": 1, "@language": "en"}),
        json!({"@value": null}),
        json!({"@value": ["v"]}),
        json!({"@value": "v", "name": "n"}),
        json!({"@value": "v", "@direction": "up"}),
        json!({"@value": true, "@direction": "ltr"}),
        json!({"@value": {"a": 1}, "@type": "@json"}),
        json!({"@language": "en"}),
        json!({"@id": "urn:q"}),
        json!({"@id": "relative"}),
        json!({"id": "_:b0"}),
        json!({"id": "urn:q", "name": "n"}),
        json!({"id": null}),
        json!({"id": 5}),
        json!({"@list": ["a", {"id": "urn:l"}]}),
        json!({"@list": [["a"], []]}),
        json!({"@list": []}),
        json!({"@list": null}),
        json!({"@list": ["a"], "name": "n"}),
        json!({"@set": ["z", {"@list": ["y"]}]}),
        json!({"@set": "z"}),
        json!({"@graph": [{"id": "urn:g", "name": "n"}]}),
        json!({"type": "Alignment", "targetName": "n"}),
        json!({"type": ["Result", "Alignment"], "value": "1"}),
        json!({"type": ["Alignment", "Nonsense"]}),
        json!({"type": []}),
        json!({"type": [5]}),
        json!({"@type": "Image", "id": "urn:i", "caption": "c"}),
        json!({"type": "Image", "@type": "Profile"}),
        json!({"id": "urn:n", "@context": {"zz": "https://zz.example/"}, "zz": 1}),
        json!({"@context": "https://www.w3.org/ns/credentials/v2", "name": "n"}),
        json!({"@context": "https://www.w3.org/2018/credentials/v1", "name": "n"}),
        json!({"@context": ["https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"], "name": "n"}),
        json!({"@context": "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json", "name": "n"}),
        json!({"@context": "https://unknown.example/"}),
        json!({"@context": null, "id": "urn:n"}),
        json!({"@context": [], "name": "n"}),
        json!({"type": "Profile", "name": null}),
    ];
    c.of(list).clone()
}

/// The number of values inside `value`, itself among them.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

fn nth<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, left)),
        Value::Object(members) => members.values_mut().find_map(|item| nth(item, left)),
        _ => None,
    }
}

/// Changes one place of a document: a value, a key, an array, or a member too many or too few.
pub(crate) fn spoil(document: &mut Value, c: &mut Choices) {
    let mut at = c.below(count(document));
    let Some(place) = nth(document, &mut at) else {
        return;
    };
    let odd = odd(c);
    let key = *c.of(KEYS);
    let way = c.below(5);
    match place {
        Value::Object(members) => {
            let keys: Vec<String> = members.keys().cloned().collect();
            let old = (!keys.is_empty()).then(|| c.of(&keys).clone());
            match (way, old) {
                (0, Some(old)) => {
                    members.remove(&old);
                }
                (1, Some(old)) => {
                    let value = members[&old].clone();
                    members.insert(key.into(), value);
                }
                (2, Some(old)) => {
                    let value = members[&old].take();
                    members.insert(old, json!([value, odd]));
                }
                (3, Some(old)) => {
                    members.insert(old, odd);
                }
                _ => {
                    members.insert(key.into(), odd);
                }
            }
        }
        Value::Array(items) if way < 4 => match (way, items.first().cloned()) {
            (0, _) => {
                items.pop();
            }
            (1, Some(first)) => items.push(first),
            (2, _) => items.insert(0, odd),
            _ => items.push(odd),
        },
        other => *other = odd,
    }
}
