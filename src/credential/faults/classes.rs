//! The classes of Open Badges 3.0 and of the VCDM envelope as a table: member, form, how many.

use crate::{
    credential::{AchievementType, IdentifierType, ResultStatus, ResultType, TargetType, Word},
    json::Value,
};

use super::{
    class::{
        Class,
        Form::{self, *},
        Member, Walk, many, need, one, types,
    },
    generic, results,
    rules::{
        any_context, badge_context, count_of_proofs, criteria_say_something, hash_is_a_hash,
        order_of_activity, order_of_dates, record_context, shows_and_says_nothing,
        subject_is_named,
    },
};

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
        results::check,
    ],
};
pub(super) static ENDORSEMENT_CREDENTIAL: Class = Class {
    name: "an endorsement credential",
    members: &[&VC, &DATES_2, &ENDORSED],
    closed: false,
    rules: &[badge_context, order_of_dates, count_of_proofs],
};
pub(super) static ENDORSEMENT_CREDENTIAL_1: Class = Class {
    name: "an endorsement credential of the data model 1.1",
    members: &[&VC, &DATES_1, &ENDORSED],
    closed: false,
    rules: &[badge_context, order_of_dates, count_of_proofs],
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

/// A credential that only has to follow the data model (VCDM 2.0 §4).
pub(super) static ANY_CREDENTIAL: Class = Class {
    name: "a verifiable credential",
    members: &[&ANY, &[one("validFrom", Date), one("validUntil", Date)]],
    closed: false,
    rules: &[
        any_context,
        order_of_dates,
        count_of_proofs,
        generic::named,
        generic::subjects,
        generic::resources,
    ],
};
/// The same of VCDM 1.1, where a credential says from when it holds.
pub(super) static ANY_CREDENTIAL_1: Class = Class {
    members: &[&ANY, &DATES_1],
    ..ANY_CREDENTIAL
};
static ANY: [Member; 10] = [
    one("id", Uri),
    types(&[&["VerifiableCredential"]]),
    need("issuer", UriOr(&ANY_ISSUER)),
    need("credentialSubject", Any),
    many("proof", Of(&PROOF)),
    many("credentialSchema", Of(&SCHEMA)),
    many("credentialStatus", Of(&STATUS)),
    many("refreshService", Of(&TYPED)),
    many("termsOfUse", Of(&TYPED)),
    many("evidence", Of(&TYPED)),
];
static ANY_ISSUER: Class = Class {
    name: "an issuer",
    members: &[&[need("id", Uri)]],
    closed: false,
    rules: &[generic::named],
};
static TYPED: Class = Class {
    name: "an object with a type",
    members: &[&[one("id", Uri), need("type", Any)]],
    closed: false,
    rules: &[generic::typed],
};

/// CLR 2.0, without `credentialSubject.verifiableCredential`.
pub(super) static RECORD: Class = Class {
    name: "a learner record",
    members: &[
        &VC,
        &DATES_2,
        &[
            types(&[&["VerifiableCredential"], &["ClrCredential"]]),
            need("name", Text),
            one("partial", Truth),
            one("image", UriOr(&IMAGE)),
            one("awardedDate", Date),
            need("credentialSubject", Of(&RECORD_SUBJECT)),
            many("evidence", Of(&EVIDENCE)),
            many("endorsement", Of(&ENDORSEMENT)),
            many("endorsementJwt", Jws),
        ],
    ],
    closed: false,
    rules: &[record_context, order_of_dates, count_of_proofs],
};
static RECORD_SUBJECT: Class = Class {
    name: "a ClrSubject",
    members: &[&[
        one("id", Uri),
        types(&[&["ClrSubject"]]),
        many("identifier", Of(&IDENTITY)),
        many("achievement", Of(&ACHIEVEMENT)),
        many("association", Of(&ASSOCIATION)),
    ]],
    closed: false,
    rules: &[subject_is_named],
};
static ASSOCIATION: Class = Class {
    name: "an Association",
    members: &[&[
        need("type", Types(&[&["Association"]])),
        need("associationType", Word(is_association, "association types")),
        need("sourceId", Uri),
        need("targetId", Uri),
    ]],
    closed: true,
    rules: &[],
};
pub(super) static PRESENTATION: Class = Class {
    name: "a presentation",
    members: &[&[
        one("id", Uri),
        types(&[&["VerifiablePresentation"]]),
        one("holder", UriOr(&HOLDER)),
        many("proof", Of(&PROOF)),
        many("termsOfUse", Of(&TERMS)),
    ]],
    closed: false,
    rules: &[any_context, count_of_proofs, shows_and_says_nothing],
};
static HOLDER: Class = Class {
    name: "a holder",
    members: &[&[need("id", Uri)]],
    closed: false,
    rules: &[],
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

fn is_association(word: &str) -> bool {
    matches!(
        word,
        "exactMatchOf"
            | "isChildOf"
            | "isParentOf"
            | "isPartOf"
            | "isPeerOf"
            | "isRelatedTo"
            | "precedes"
            | "replacedBy"
    )
}

fn either_endorsement(endorsement: &Value, walk: &mut Walk) {
    let class = if super::is_version_1(endorsement) {
        &ENDORSEMENT_CREDENTIAL_1
    } else {
        &ENDORSEMENT_CREDENTIAL
    };
    super::class::check(endorsement, class, walk);
}
