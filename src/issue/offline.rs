//! Issuing without any database: an achievement, a CSV and a key in, signed credentials out.
//!
//! What is made here has no status entry, so it can never be taken back, and its `id` is a
//! `urn:uuid:`: nobody serves it. For trying things out, and for those who keep their own records.

use super::achievement::Achievement;
use super::lint::{self, Signed};
use super::order::{Fixed, IssuerProfile, Order};
use super::plan::Row;
use super::text::random_uuid_urn;
use super::{Error, identity, own};
use crate::clock::{Chance, Timestamp, random};
use crate::did::{self, Document, Purpose, VerificationMethod};
use crate::keys::SigningKey;
use crate::proof::ProofOptions;

/// Who issues, offline: a key, and what credentials say about its holder.
#[derive(Debug)]
pub struct Issuer {
    profile: IssuerProfile,
    key: SigningKey,
}

impl Issuer {
    /// An issuer known by its key alone (`did:key`): verifiable anywhere, without any server.
    #[must_use]
    pub fn new(name: &str, url: Option<String>, key: SigningKey) -> Issuer {
        let profile = IssuerProfile {
            id: did::key::did(&key.public()).as_str().to_owned(),
            name: name.to_owned(),
            url,
            email: None,
            image: None,
            names_assessors: false,
        };
        Issuer { profile, key }
    }

    /// The DID.
    #[must_use]
    pub fn did(&self) -> &str {
        &self.profile.id
    }

    /// Builds, lints, signs and verifies the credential of one row.
    ///
    /// # Errors
    /// [`Error::Faults`], [`Error::SelfCheck`]: then nothing is handed out.
    pub fn issue(
        &self,
        achievement: &Achievement,
        row: &Row,
        valid_until: Option<Timestamp>,
        now: Timestamp,
        chance: &dyn Chance,
    ) -> Result<Signed, Error> {
        let fixed = Fixed {
            id: random_uuid_urn(random(chance)),
            issuer: self.profile.clone(),
            now,
            valid_until,
            status: None,
            evidence_base: None,
        };
        let order = Order::new(row, fixed, chance);
        let public = self.key.public();
        let method = identity::verification_method(self.did(), &public.to_multikey());
        let options = ProofOptions::new(method.clone(), now);
        let linted =
            lint::credential(order.credential(achievement), &options).map_err(Error::Faults)?;
        let signed = linted.sign(&self.key);
        let mut document = Document::new(self.did());
        let method = VerificationMethod::multikey(method, self.did(), public);
        document.add_for(method, &[Purpose::AssertionMethod]);
        own::verify(&signed, &own::known(&document, now), now).map_err(Error::SelfCheck)?;
        Ok(signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;
    use crate::issue::plan::{self, Limits};
    use crate::verify::{Known, Options, Verdict, verify_known};

    #[test]
    fn what_is_made_without_a_database_verifies_anywhere() {
        let weld =
            Achievement::parse(include_bytes!("../../tests/it/issue/weld.json")).expect("good");
        let csv = "learner,date,level: weld quality,level: safety,assessor_role,assessor,evidence\n\
                   s-1,2026-03-01,3,1.5,Instructor,Bo Ek,Photo\n";
        let now: Timestamp = "2026-03-02T10:00:00Z".parse().expect("a time");
        let rows = plan::read(csv.as_bytes(), &weld, Limits::NONE, now).expect("a row");
        let issuer = Issuer::new("Weld Lab", None, SigningKey::from_seed(&[99; 32]));
        let signed = issuer
            .issue(&weld, &rows[0], None, now, &SystemChance)
            .expect("signed");
        assert!(!signed.document.contains("Bo Ek") && !signed.document.contains("s-1"));
        for text in [Some(&signed.document), signed.jwt.as_ref()]
            .into_iter()
            .flatten()
        {
            let report = verify_known(&Known::nothing(), text.as_bytes(), &Options::default(), now);
            assert_eq!(report.verdict, Verdict::Valid, "{report:?}");
        }
        let again = issuer
            .issue(&weld, &rows[0], None, now, &SystemChance)
            .expect("signed");
        assert_ne!(
            again.document, signed.document,
            "every credential has its own ids"
        );
    }
}
