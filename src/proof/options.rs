//! What a new proof says about itself.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::{
    credential::dates,
    did::Purpose,
    json::{Members, Value},
};

/// The options of a new proof (Data Integrity 1.0 §2.1). All of it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofOptions {
    /// The URL of the key, exactly as the issuer's document has it.
    pub verification_method: String,
    /// What the proof is for.
    pub purpose: Purpose,
    /// When it is made; written to the second.
    pub created: Timestamp,
    /// From when on it must not be believed.
    pub expires: Option<Timestamp>,
    /// Whom it is made for.
    pub domain: Vec<String>,
    /// What question it answers.
    pub challenge: Option<String>,
    /// Its own name, for a proof that others build on.
    pub id: Option<String>,
    /// The names of the proofs it builds on.
    pub previous_proof: Vec<String>,
}

impl ProofOptions {
    /// A proof that says something (`assertionMethod`), made with a key at an instant.
    #[must_use]
    pub fn new(verification_method: impl Into<String>, created: Timestamp) -> ProofOptions {
        ProofOptions {
            verification_method: verification_method.into(),
            purpose: Purpose::AssertionMethod,
            created,
            expires: None,
            domain: Vec::new(),
            challenge: None,
            id: None,
            previous_proof: Vec::new(),
        }
    }

    /// The members of a `DataIntegrityProof` of a cryptosuite, without `proofValue`.
    pub(super) fn members(&self, cryptosuite: &'static str) -> Members<'static> {
        let mut members: Members<'static> = Vec::with_capacity(8);
        let mut add = |name, value: Value<'static>| members.push((Cow::Borrowed(name), value));
        add("type", "DataIntegrityProof".into());
        if let Some(id) = &self.id {
            add("id", id.clone().into());
        }
        add("cryptosuite", cryptosuite.into());
        add("created", dates::text(self.created).into());
        if let Some(expires) = self.expires {
            add("expires", dates::text(expires).into());
        }
        add(
            "verificationMethod",
            self.verification_method.clone().into(),
        );
        add("proofPurpose", self.purpose.name().into());
        for (name, texts) in [
            ("domain", &self.domain),
            ("previousProof", &self.previous_proof),
        ] {
            match &texts[..] {
                [] => {}
                [one] => add(name, one.clone().into()),
                many => add(
                    name,
                    Value::Array(many.iter().cloned().map(Value::from).collect()),
                ),
            }
        }
        if let Some(challenge) = &self.challenge {
            add("challenge", challenge.clone().into());
        }
        members
    }
}
