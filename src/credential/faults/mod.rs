//! What is wrong with a credential: every fault at once, each with its place and a plain sentence.
//!
//! A table of classes says what each member must be; the rules that the standard only tells in
//! prose stand in `results`, `unique` and `structure`. Nothing here looks at signatures,
//! time or anybody else's server.

mod class;
mod classes;
mod generic;
mod results;
mod rules;
mod structure;
mod unique;
mod values;

use crate::json::Value;

use class::{Class, Walk};

/// How many proofs one document may have.
pub const MAX_PROOFS: usize = crate::config::limits::PROOFS;
/// How many endorsements one document may carry, wherever they stand.
pub const MAX_ENDORSEMENTS: usize = crate::config::limits::ENDORSEMENTS;

/// One thing that is wrong with a credential.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// Where: an RFC 6901 pointer to the value, or to where a missing one should be.
    pub pointer: String,
    /// What is wrong, in one plain sentence.
    pub sentence: String,
    /// What sort of fault it is.
    pub kind: Kind,
    /// How much it weighs.
    pub weight: Weight,
}

/// Sorts of [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A member that must be there is not.
    Missing,
    /// A value of the wrong sort: text for a number, a word that is not in the list.
    Shape,
    /// A date that does not exist or can be read in two ways, or dates in the wrong order.
    Date,
    /// An address that is relative or of the wrong kind.
    Address,
    /// A number outside its range, or too many of something.
    Range,
    /// Two parts of the credential contradict one another.
    Rule,
    /// Something that gives the document a second meaning: keywords, nested proofs or contexts.
    Structure,
}

/// How much a [`Fault`] weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The standard does not allow it: the document is not a right credential.
    Wrong,
    /// It can be read, but should not be issued like this.
    Unwise,
}

/// Every fault of an achievement or endorsement credential, in the order of the document's classes.
///
/// Which of the two it is, and whether it follows VCDM 2.0 or 1.1, is told from `type` and
/// `@context`. The compact forms (one value for a list of one) are no fault; the published strict
/// schema, which refuses them, is checked by [`schema::check`](crate::credential::schema::check).
///
/// Open Badges 3.0 §B "Data Model"; VCDM 2.0 §4.
#[must_use]
pub fn faults(credential: &Value) -> Vec<Fault> {
    let endorsement = has_type(credential, "EndorsementCredential");
    let class = match (endorsement, is_version_1(credential)) {
        (false, false) => &classes::ACHIEVEMENT_CREDENTIAL,
        (false, true) => &classes::ACHIEVEMENT_CREDENTIAL_1,
        (true, false) => &classes::ENDORSEMENT_CREDENTIAL,
        (true, true) => &classes::ENDORSEMENT_CREDENTIAL_1,
    };
    whole(credential, class)
}

/// The faults of any verifiable credential's envelope: what a status list credential must be too
/// (VCDM 2.0 §4).
#[must_use]
pub fn envelope_faults(credential: &Value) -> Vec<Fault> {
    whole(credential, &classes::ENVELOPE)
}

/// The faults of a verifiable credential of any kind, by the data model alone: VCDM 2.0 §4, or 1.1
/// if its first context says so.
#[must_use]
pub fn generic_faults(credential: &Value) -> Vec<Fault> {
    let class = match is_version_1(credential) {
        true => &classes::ANY_CREDENTIAL_1,
        false => &classes::ANY_CREDENTIAL,
    };
    whole(credential, class)
}

/// The faults of a learner record (CLR 2.0) without the credentials in it, which are documents of
/// their own.
#[must_use]
pub fn record_faults(record: &Value) -> Vec<Fault> {
    whole(record, &classes::RECORD)
}

/// The faults of a presentation without the credentials in it, which are documents of their own
/// (VCDM 2.0 §4.13).
#[must_use]
pub fn presentation_faults(presentation: &Value) -> Vec<Fault> {
    whole(presentation, &classes::PRESENTATION)
}

fn whole(document: &Value, class: &'static Class) -> Vec<Fault> {
    let mut walk = Walk::default();
    structure::check(document, &mut walk);
    unique::check(document, &mut walk);
    class::check(document, class, &mut walk);
    walk.faults
}

/// The faults of an achievement that stands alone, as before anybody has earned it.
#[must_use]
pub fn achievement_faults(achievement: &Value) -> Vec<Fault> {
    alone(achievement, &classes::ACHIEVEMENT)
}

/// The faults of a profile that stands alone.
#[must_use]
pub fn profile_faults(profile: &Value) -> Vec<Fault> {
    alone(profile, &classes::PROFILE)
}

fn alone(value: &Value, class: &'static Class) -> Vec<Fault> {
    let mut walk = Walk::default();
    class::check(value, class, &mut walk);
    unique::check(value, &mut walk);
    walk.faults
}

/// Whether `type` of an object is or contains `name`.
#[must_use]
pub fn has_type(object: &Value, name: &str) -> bool {
    object
        .get("type")
        .is_some_and(|types| types.one_or_many().iter().any(|t| t.as_str() == Some(name)))
}

/// Whether a credential says that it is one of Open Badges 3.0: a badge or an endorsement.
#[must_use]
pub fn is_badge(credential: &Value) -> bool {
    [
        "OpenBadgeCredential",
        "AchievementCredential",
        "EndorsementCredential",
    ]
    .iter()
    .any(|name| has_type(credential, name))
}

/// Whether the first context is that of the Verifiable Credentials Data Model 1.1.
#[must_use]
pub fn is_version_1(credential: &Value) -> bool {
    credential
        .get("@context")
        .and_then(|contexts| contexts.one_or_many().first())
        .and_then(Value::as_str)
        == Some(rules::VC_1)
}
