//! The classes of Open Badges 3.0 and of the VCDM envelope as a table: member, form, how many.

use crate::{
    credential::{
        AchievementType, IdentifierType, ResultStatus, ResultType, TargetType, Word, dates,
    },
    json::Value,
};

use super::{
    Kind, MAX_PROOFS,
    class::{
        Class,
        Form::{self, *},
        Member, Walk, many, need, one, types,
    },
    results, unique,
};

pub(super) const VC_1: &str = "https://www.w3.org/2018/credentials/v1";
const VC_2: &str = "https://www.w3.org/ns/credentials/v2";

/// What every credential has around its claim.
static VC: [Member; 8] = [
    need("id", Uri),
    one("description", Text),
    need("issuer", UriOr(&PROFILE)),
    many("proof", Of(&PROOF)),
    many("credentialSchema", Of(&SCHEMA)),
    many("credentialStatus", Of(&STATUS)),
    many("refreshService", Of(&SCHEMA)),
    many("termsOfUse", Of(&TERMS)),
];
static DATES_2: [Member; 2] = [need("validFrom", Date), one("validUntil", Date)];
static DATES_1: [Member; 2] = [need("issuanceDate", Date), one("expirationDate", Date)];
static BADGE: [Member; 7] = [
    types(&[
        &["VerifiableCredential"],
        &["OpenBadgeCredential", "AchievementCredential"],
    ]),
    one("image", UriOr(&IMAGE)),
    one("awardedDate", Date),
    need("credentialSubject", Of(&ACHIEVEMENT_SUBJECT)),
    many("evidence", Of(&EVIDENCE)),
    many("endorsement", Of(&ENDORSEMENT)),
    many("endorsementJwt", Jws),
];
static ENDORSED: [Member; 4] = [
    types(&[&["VerifiableCredential"], &["EndorsementCredential"]]),
    need("name", Text),
    one("awardedDate", Date),
    need("credentialSubject", Of(&ENDORSEMENT_SUBJECT)),
];

pub(super) static ACHIEVEMENT_CREDENTIAL: Class = Class {
    name: "an achievement credential",
    members: &[&VC, &DATES_2, &BADGE, &[one("name", Text)]],
    closed: false,
    rules: &[
        badge_context,
        order_of_dates,
        count_of_proofs,
        unique::check,
        results::check,
    ],
};
pub(super) static ACHIEVEMENT_CREDENTIAL_1: Class = Class {
    name: "an achievement credential of the data model 1.1",
    members: &[&VC, &DATES_1, &BADGE, &[need("name", Text)]],
    closed: false,
    rules: &[
        badge_context,
        order_of_dates,
        count_of_proofs,
        unique::check,
        results::check,
    ],
};
pub(super) static ENDORSEMENT_CREDENTIAL: Class = Class {
    name: "an endorsement credential",
    members: &[&VC, &DATES_2, &ENDORSED],
    closed: false,
    rules: &[
        badge_context,
        order_of_dates,
        count_of_proofs,
        unique::check,
    ],
};
pub(super) static ENDORSEMENT_CREDENTIAL_1: Class = Class {
    name: "an endorsement credential of the data model 1.1",
    members: &[&VC, &DATES_1, &ENDORSED],
    closed: false,
    rules: &[
        badge_context,
        order_of_dates,
        count_of_proofs,
        unique::check,
    ],
};
/// An endorsement inside another document is told to be of either version by itself.
static ENDORSEMENT: Class = Class {
    name: "an endorsement credential",
    members: &[],
    closed: false,
    rules: &[either_endorsement],
};
pub(super) static ENVELOPE: Class = Class {
    name: "a verifiable credential",
    members: &[
        &VC,
        &[
            types(&[&["VerifiableCredential"]]),
            need("credentialSubject", Any),
            one("validFrom", Date),
            one("validUntil", Date),
        ],
    ],
    closed: false,
    rules: &[any_context, order_of_dates, count_of_proofs],
};

static ACHIEVEMENT_SUBJECT: Class = Class {
    name: "an AchievementSubject",
    members: &[&[
        one("id", Uri),
        types(&[&["AchievementSubject"]]),
        need("achievement", Of(&ACHIEVEMENT)),
        many("identifier", Of(&IDENTITY)),
        one("activityStartDate", Date),
        one("activityEndDate", Date),
        one("creditsEarned", Number),
        one("image", UriOr(&IMAGE)),
        one("licenseNumber", Text),
        one("narrative", Text),
        many("result", Of(&RESULT)),
        one("role", Text),
        one("source", Of(&PROFILE)),
        one("term", Text),
    ]],
    closed: false,
    rules: &[subject_is_named, order_of_activity],
};
static ENDORSEMENT_SUBJECT: Class = Class {
    name: "an EndorsementSubject",
    members: &[&[
        need("id", Uri),
        types(&[&["EndorsementSubject"]]),
        one("endorsementComment", Text),
    ]],
    closed: false,
    rules: &[],
};
pub(super) static ACHIEVEMENT: Class = Class {
    name: "an Achievement",
    members: &[&[
        need("id", Uri),
        types(&[&["Achievement"]]),
        need("name", Words),
        need("description", Text),
        need("criteria", Of(&CRITERIA)),
        one(
            "achievementType",
            word::<AchievementType>("achievement types"),
        ),
        many("alignment", Of(&ALIGNMENT)),
        one("creator", Of(&PROFILE)),
        one("creditsAvailable", Number),
        many("endorsement", Of(&ENDORSEMENT)),
        many("endorsementJwt", Jws),
        one("fieldOfStudy", Text),
        one("humanCode", Text),
        one("image", UriOr(&IMAGE)),
        one("inLanguage", Language),
        many("otherIdentifier", Of(&IDENTIFIER)),
        many("related", Of(&RELATED)),
        many("resultDescription", Of(&RESULT_DESCRIPTION)),
        one("specialization", Text),
        many("tag", Text),
        one("version", Text),
    ]],
    closed: false,
    rules: &[],
};
static CRITERIA: Class = Class {
    name: "a Criteria",
    members: &[&[one("id", Uri), one("narrative", Text)]],
    closed: false,
    rules: &[criteria_say_something],
};
static ALIGNMENT: Class = Class {
    name: "an Alignment",
    members: &[&[
        types(&[&["Alignment"]]),
        need("targetName", Words),
        need("targetUrl", Uri),
        one("targetCode", Text),
        one("targetDescription", Text),
        one("targetFramework", Text),
        one("targetType", word::<TargetType>("alignment targets")),
    ]],
    closed: false,
    rules: &[],
};
static RELATED: Class = Class {
    name: "a Related",
    members: &[&[
        need("id", Uri),
        types(&[&["Related"]]),
        one("inLanguage", Language),
        one("version", Text),
    ]],
    closed: false,
    rules: &[],
};
static RESULT_DESCRIPTION: Class = Class {
    name: "a ResultDescription",
    members: &[&[
        need("id", Uri),
        types(&[&["ResultDescription"]]),
        need("name", Words),
        need("resultType", word::<ResultType>("result types")),
        many("alignment", Of(&ALIGNMENT)),
        many("allowedValue", Text),
        one("requiredLevel", Uri),
        one("requiredValue", Text),
        many("rubricCriterionLevel", Of(&LEVEL)),
        one("valueMin", Decimal),
        one("valueMax", Decimal),
    ]],
    closed: false,
    rules: &[results::description],
};
static LEVEL: Class = Class {
    name: "a RubricCriterionLevel",
    members: &[&[
        need("id", Uri),
        types(&[&["RubricCriterionLevel"]]),
        need("name", Words),
        one("description", Text),
        one("level", Text),
        one("points", Text),
        many("alignment", Of(&ALIGNMENT)),
    ]],
    closed: false,
    rules: &[],
};
static RESULT: Class = Class {
    name: "a Result",
    members: &[&[
        types(&[&["Result"]]),
        one("resultDescription", Uri),
        one("achievedLevel", Uri),
        one("status", word::<ResultStatus>("result statuses")),
        one("value", Text),
        many("alignment", Of(&ALIGNMENT)),
    ]],
    closed: false,
    rules: &[],
};
static EVIDENCE: Class = Class {
    name: "an Evidence",
    members: &[&[
        one("id", Uri),
        types(&[&["Evidence"]]),
        one("narrative", Text),
        one("name", Text),
        one("description", Text),
        one("genre", Text),
        one("audience", Text),
        one("digestMultibase", Text),
    ]],
    closed: false,
    rules: &[],
};
pub(super) static PROFILE: Class = Class {
    name: "a Profile",
    members: &[&[
        need("id", Uri),
        types(&[&["Profile"]]),
        one("name", Text),
        one("url", Web),
        one("phone", Text),
        one("description", Text),
        many("endorsement", Of(&ENDORSEMENT)),
        many("endorsementJwt", Jws),
        one("image", UriOr(&IMAGE)),
        one("email", Text),
        one("address", Of(&ADDRESS)),
        many("otherIdentifier", Of(&IDENTIFIER)),
        one("official", Text),
        one("parentOrg", Of(&PROFILE)),
        one("familyName", Text),
        one("givenName", Text),
        one("additionalName", Text),
        one("patronymicName", Text),
        one("honorificPrefix", Text),
        one("honorificSuffix", Text),
        one("familyNamePrefix", Text),
        one("dateOfBirth", Day),
    ]],
    closed: false,
    rules: &[],
};
static ADDRESS: Class = Class {
    name: "an Address",
    members: &[&[
        types(&[&["Address"]]),
        one("addressCountry", Text),
        one("addressCountryCode", Country),
        one("addressRegion", Text),
        one("addressLocality", Text),
        one("streetAddress", Text),
        one("postOfficeBoxNumber", Text),
        one("postalCode", Text),
        one("geo", Of(&GEO)),
    ]],
    closed: false,
    rules: &[],
};
static GEO: Class = Class {
    name: "a GeoCoordinates",
    members: &[&[
        need("type", Types(&[&["GeoCoordinates"]])),
        need("latitude", Between(-90.0, 90.0)),
        need("longitude", Between(-180.0, 180.0)),
    ]],
    closed: false,
    rules: &[],
};
static IMAGE: Class = Class {
    name: "an Image",
    members: &[&[
        need("id", Picture),
        need("type", Types(&[&["Image"]])),
        one("caption", Text),
    ]],
    closed: true,
    rules: &[],
};
static IDENTITY: Class = Class {
    name: "an IdentityObject",
    members: &[&[
        need("type", Types(&[&["IdentityObject"]])),
        need("hashed", Truth),
        need("identityHash", Words),
        need("identityType", word::<IdentifierType>("identifier types")),
        one("salt", Text),
    ]],
    closed: true,
    rules: &[hash_is_a_hash],
};
static IDENTIFIER: Class = Class {
    name: "an IdentifierEntry",
    members: &[&[
        need("type", Types(&[&["IdentifierEntry"]])),
        need("identifier", Words),
        need("identifierType", word::<IdentifierType>("identifier types")),
    ]],
    closed: true,
    rules: &[],
};
static PROOF: Class = Class {
    name: "a proof",
    members: &[&[
        need("type", Text),
        one("created", Date),
        one("expires", Date),
    ]],
    closed: false,
    rules: &[],
};
static SCHEMA: Class = Class {
    name: "a schema or service",
    members: &[&[need("id", Uri), need("type", Text)]],
    closed: false,
    rules: &[],
};
static STATUS: Class = Class {
    name: "a status",
    members: &[&[one("id", Uri), need("type", Text)]],
    closed: false,
    rules: &[],
};
static TERMS: Class = Class {
    name: "terms of use",
    members: &[&[one("id", Uri), need("type", Text)]],
    closed: false,
    rules: &[],
};

const fn word<W: Word>(list: &'static str) -> Form {
    Word(allowed::<W>, list)
}

fn allowed<W: Word>(text: &str) -> bool {
    W::KNOWN.contains(&text) || (W::OPEN && crate::credential::is_extension(text))
}

fn either_endorsement(endorsement: &Value, walk: &mut Walk) {
    let class = if super::is_version_1(endorsement) {
        &ENDORSEMENT_CREDENTIAL_1
    } else {
        &ENDORSEMENT_CREDENTIAL
    };
    super::class::check(endorsement, class, walk);
}

/// The data model's context first, then that of Open Badges (digest of both: VCDM 2.0 §4.3, Open
/// Badges 3.0 §B.1.1); no context twice.
fn badge_context(credential: &Value, walk: &mut Walk) {
    any_context(credential, walk);
    let Some(contexts) = credential.get("@context") else {
        return;
    };
    let second = contexts.one_or_many().get(1).and_then(Value::as_str);
    if !second.is_some_and(is_badge_context) {
        walk.at("@context", |walk| {
            walk.at("1", |walk| {
                walk.wrong(
                    Kind::Shape,
                    "The second context must be that of Open Badges 3.0.",
                );
            });
        });
    }
}

fn any_context(credential: &Value, walk: &mut Walk) {
    let contexts = credential
        .get("@context")
        .map(Value::one_or_many)
        .unwrap_or_default();
    walk.at("@context", |walk| {
        if !matches!(contexts.first().and_then(Value::as_str), Some(VC_1 | VC_2)) {
            walk.at("0", |walk| {
                walk.wrong(
                    Kind::Shape,
                    "The first context must be that of Verifiable Credentials.",
                );
            });
        }
        for (i, context) in contexts.iter().enumerate() {
            if contexts[..i].contains(context) {
                walk.at(&i.to_string(), |walk| {
                    walk.wrong(Kind::Shape, "This context is named twice.");
                });
            }
        }
    });
}

/// `…/context.json`, or `…/context-3.n.n.json`.
fn is_badge_context(url: &str) -> bool {
    url.strip_prefix("https://purl.imsglobal.org/spec/ob/v3p0/context")
        .and_then(|rest| rest.strip_suffix(".json"))
        .is_some_and(|version| {
            version.is_empty()
                || version.strip_prefix("-3.").is_some_and(|numbers| {
                    matches!(numbers.as_bytes(), [a, b'.', b] if a.is_ascii_digit() && b.is_ascii_digit())
                })
        })
}

fn order_of_dates(credential: &Value, walk: &mut Walk) {
    in_order(credential, "validFrom", "validUntil", walk);
    in_order(credential, "issuanceDate", "expirationDate", walk);
}

fn order_of_activity(subject: &Value, walk: &mut Walk) {
    in_order(subject, "activityStartDate", "activityEndDate", walk);
}

fn in_order(object: &Value, first: &str, last: &str, walk: &mut Walk) {
    let at = |name| dates::stamp(object.get(name)?.as_str()?).ok();
    if let (Some(from), Some(until)) = (at(first), at(last))
        && from > until
    {
        walk.at(last, |walk| {
            walk.wrong(Kind::Date, format!("`{last}` is before `{first}`."));
        });
    }
}

fn count_of_proofs(credential: &Value, walk: &mut Walk) {
    let proofs = credential
        .get("proof")
        .map_or(0, |proof| proof.one_or_many().len());
    if proofs > MAX_PROOFS {
        walk.at("proof", |walk| {
            walk.wrong(
                Kind::Range,
                format!("There are {proofs} proofs; at most {MAX_PROOFS} are read."),
            );
        });
    }
}

fn subject_is_named(subject: &Value, walk: &mut Walk) {
    let identifiers = subject
        .get("identifier")
        .map_or(0, |i| i.one_or_many().len());
    if subject.get("id").is_none() && identifiers == 0 {
        walk.wrong(
            Kind::Missing,
            "The subject must have an `id` or an `identifier`: whose badge is it?",
        );
    }
}

fn criteria_say_something(criteria: &Value, walk: &mut Walk) {
    if criteria.get("id").is_none() && criteria.get("narrative").is_none() {
        walk.wrong(
            Kind::Missing,
            "The criteria must have an `id` or a `narrative`: what has one to do?",
        );
    }
}

/// `sha256$` and 64, or `md5$` and 32 hexadecimal digits (Open Badges 3.0 §B.4.2).
fn hash_is_a_hash(identity: &Value, walk: &mut Walk) {
    let hash = identity.get("identityHash").and_then(Value::as_str);
    let (Some(Value::Bool(true)), Some(hash)) = (identity.get("hashed"), hash) else {
        return;
    };
    let hex = |digits: &str, count| {
        digits.len() == count && digits.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let weak = match hash.split_once('$') {
        Some(("sha256", digits)) if hex(digits, 64) => return,
        Some(("md5", digits)) if hex(digits, 32) => true,
        _ => false,
    };
    walk.at("identityHash", |walk| {
        if weak {
            walk.unwise(Kind::Rule, "MD5 hides an identifier badly: use sha256.");
        } else {
            walk.wrong(
                Kind::Shape,
                "`identityHash` must be sha256$ and 64 hexadecimal digits.",
            );
        }
    });
}
