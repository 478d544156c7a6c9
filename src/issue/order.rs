//! An order: everything one credential will say, fixed; and the unsigned credential it becomes.
//!
//! The person is not in it. The subject of a minor's credential is a random `urn:uuid` that is
//! never used again; only an adult who asked for it is named by a DID or a salted hash of an
//! e-mail address.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::achievement::Achievement;
use super::plan::{Row, Wish};
use super::text::{identity_hash, random_uuid_urn, unhex};
use crate::clock::{Chance, Timestamp, random};
use crate::credential::dates;
use crate::ids::hex;
use crate::json::Value;

/// The contexts of every credential we issue, in their fixed order.
pub const CONTEXTS: [&str; 3] = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
];
/// The published JSON Schema that every credential names.
pub const SCHEMA: &str =
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";

/// What was reached in one criterion: a Result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outcome {
    /// The `id` of the result description.
    pub description: String,
    /// The `id` of the rubric level reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The value, where the result is not a rubric level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// Who assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assessor {
    /// In which role: "welding instructor".
    pub role: String,
    /// With which qualification: "AWS Certified Welding Inspector".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualification: Option<String>,
    /// The name; signed only if the organisation says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What was handed in: signed as name, description and digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// What it is.
    pub name: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its SHA-256, as a multibase multihash (`uEi…`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// Whom a credential names as its subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Recipient {
    /// A random `urn:uuid:`, used for this credential alone.
    Nobody {
        /// The subject's `id`.
        id: String,
    },
    /// An adult's own DID.
    Did {
        /// The subject's `id`.
        id: String,
    },
    /// An adult's e-mail address, as a salted SHA-256.
    EmailHash {
        /// The subject's `id`: random, used once.
        id: String,
        /// `sha256$` and 64 hexadecimal digits.
        hash: String,
        /// 16 random bytes in hexadecimal.
        salt: String,
    },
}

/// One bit in a status list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusPlace {
    /// The URL of the list credential.
    pub list: String,
    /// The place in it, from 0.
    pub index: u32,
}

/// Who issues, as it stands in the credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerProfile {
    /// The DID.
    pub id: String,
    /// The organisation's name.
    pub name: String,
    /// Its web address.
    pub url: Option<String>,
    /// Where to reach it: an e-mail address.
    pub email: Option<String>,
    /// The address of its logo.
    pub image: Option<String>,
    /// Whether the names of assessors are signed.
    pub names_assessors: bool,
}

/// Everything one credential will say, but for the achievement.
///
/// An order is written down before anything is signed, and never changes after: the same order
/// gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// The credential's `id`: `https://…/c/{id}` or `urn:uuid:…`.
    pub id: String,
    /// Who issues it, as the organisation describes itself now.
    pub issuer: IssuerProfile,
    /// Whom it names.
    pub recipient: Recipient,
    /// `validFrom`: when it was issued.
    pub valid_from: Timestamp,
    /// `validUntil`, if it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// When the award was made.
    pub awarded: Timestamp,
    /// What was reached.
    pub outcomes: Vec<Outcome>,
    /// Who assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessor: Option<Assessor>,
    /// The assessor's `id` in this credential: random, used once.
    pub assessor_id: String,
    /// What was handed in.
    pub evidence: Vec<Evidence>,
    /// The `id` of each piece of evidence, in the same order.
    pub evidence_ids: Vec<String>,
    /// What is said about this award.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
    /// Its bit in a status list; `None` only for credentials that cannot be revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusPlace>,
    /// The signed endorsements of the achievement that it carries, each byte for byte.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endorsements: Vec<String>,
}

/// What an order needs besides the row: where the credential lives and when it is issued.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// The credential's `id`.
    pub id: String,
    /// Who issues it.
    pub issuer: IssuerProfile,
    /// When it is issued.
    pub now: Timestamp,
    /// When it ends.
    pub valid_until: Option<Timestamp>,
    /// Its bit in a status list.
    pub status: Option<StatusPlace>,
    /// The base of evidence links (`https://…/evidence/`); `None`: each gets a `urn:uuid:`.
    pub evidence_base: Option<String>,
}

impl Order {
    /// Writes an order from a row. Every random part is drawn here and nowhere later.
    #[must_use]
    pub fn new(row: &Row, fixed: Fixed, chance: &dyn Chance) -> Order {
        let evidence_ids = row
            .evidence
            .iter()
            .map(|_| match &fixed.evidence_base {
                Some(base) => format!("{base}{}", URL_SAFE_NO_PAD.encode(random::<16>(chance))),
                None => random_uuid_urn(random(chance)),
            })
            .collect();
        Order {
            id: fixed.id,
            issuer: fixed.issuer,
            recipient: recipient(row, chance),
            valid_from: fixed.now,
            valid_until: fixed.valid_until,
            awarded: row.awarded,
            outcomes: row.outcomes.clone(),
            assessor: row.assessor.clone(),
            assessor_id: random_uuid_urn(random(chance)),
            evidence: row.evidence.clone(),
            evidence_ids,
            narrative: row.narrative.clone(),
            status: fixed.status,
            endorsements: Vec::new(),
        }
    }

    /// Whether this order awards the same as a row: results, assessor, evidence and words.
    #[must_use]
    pub fn says_the_same(&self, row: &Row) -> bool {
        self.awarded == row.awarded
            && self.outcomes == row.outcomes
            && self.assessor == row.assessor
            && self.evidence == row.evidence
            && self.narrative == row.narrative
    }

    /// The `id` of the subject.
    #[must_use]
    pub fn subject_id(&self) -> &str {
        match &self.recipient {
            Recipient::Nobody { id } | Recipient::Did { id } | Recipient::EmailHash { id, .. } => {
                id
            }
        }
    }

    /// The unsigned credential: the same order always gives the same document.
    #[must_use]
    pub fn credential(&self, achievement: &Achievement) -> Value<'static> {
        let mut document = json!({
            "@context": CONTEXTS,
            "id": self.id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": achievement.name(),
            "issuer": self.issuer.document(),
            "validFrom": dates::text(self.valid_from),
        });
        if let Some(until) = self.valid_until {
            document["validUntil"] = json!(dates::text(until));
        }
        document["awardedDate"] = json!(dates::text(self.awarded));
        document["credentialSubject"] = self.subject();
        if !self.evidence.is_empty() {
            let all = self.evidence.iter().zip(&self.evidence_ids);
            document["evidence"] = all.map(|(evidence, id)| evidence.document(id)).collect();
        }
        if let Some(status) = &self.status {
            document["credentialStatus"] = json!({
                "id": format!("{}#{}", status.list, status.index),
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": status.index.to_string(),
                "statusListCredential": status.list,
            });
        }
        document["credentialSchema"] =
            json!([{ "id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019" }]);
        let mut document = Value::from(document);
        if let Some(subject) = document.get_mut("credentialSubject") {
            subject.set("achievement", self.achievement(achievement));
        }
        document
    }

    /// The achievement, with the endorsements that this credential carries.
    fn achievement(&self, achievement: &Achievement) -> Value<'static> {
        let mut document = achievement.document().clone();
        if !self.endorsements.is_empty() {
            // They were signed and checked when they were made; what is no JSON is left out.
            let signed = self.endorsements.iter();
            let signed = signed
                .filter_map(|text| serde_json::from_str::<serde_json::Value>(text).ok())
                .map(Value::from);
            document.set("endorsement", Value::Array(signed.collect()));
        }
        document
    }

    /// The subject, with a place for the achievement.
    fn subject(&self) -> serde_json::Value {
        let mut subject = json!({ "id": self.subject_id(), "type": ["AchievementSubject"] });
        if let Recipient::EmailHash { hash, salt, .. } = &self.recipient {
            subject["identifier"] = json!([{
                "type": "IdentityObject",
                "hashed": true,
                "identityHash": hash,
                "identityType": "emailAddress",
                "salt": salt,
            }]);
        }
        subject["achievement"] = json!(null);
        if !self.outcomes.is_empty() {
            subject["result"] = self.outcomes.iter().map(Outcome::document).collect();
        }
        if let Some(assessor) = &self.assessor {
            subject["source"] = assessor.document(&self.assessor_id, self.issuer.names_assessors);
        }
        if let Some(narrative) = &self.narrative {
            subject["narrative"] = json!(narrative);
        }
        subject
    }
}

fn recipient(row: &Row, chance: &dyn Chance) -> Recipient {
    let id = random_uuid_urn(random(chance));
    // The border has checked this already; a minor's wish is never followed.
    match (&row.learner.wish, &row.learner.email) {
        (Wish::Did(did), _) if row.learner.adult => Recipient::Did { id: did.clone() },
        (Wish::EmailHash, Some(email)) if row.learner.adult => {
            let salt = hex(&random::<16>(chance));
            Recipient::EmailHash {
                id,
                hash: identity_hash(email, &salt),
                salt,
            }
        }
        _ => Recipient::Nobody { id },
    }
}

impl IssuerProfile {
    /// The Profile, as it stands in a credential.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        let mut profile = json!({ "id": self.id, "type": ["Profile"], "name": self.name });
        for (member, value) in [("url", &self.url), ("email", &self.email)] {
            if let Some(value) = value {
                profile[member] = json!(value);
            }
        }
        if let Some(image) = &self.image {
            profile["image"] = json!({ "id": image, "type": "Image" });
        }
        profile
    }
}

impl Assessor {
    fn document(&self, id: &str, named: bool) -> serde_json::Value {
        let mut profile = json!({ "id": id, "type": ["Profile"] });
        if let Some(name) = self.name.as_ref().filter(|_| named) {
            profile["name"] = json!(name);
        }
        profile["description"] = json!(self.description());
        profile
    }

    /// Role and qualification in one line, as they are signed.
    #[must_use]
    pub fn description(&self) -> String {
        match &self.qualification {
            Some(qualification) => format!("Role: {}. Qualification: {qualification}", self.role),
            None => format!("Role: {}", self.role),
        }
    }
}

impl Outcome {
    fn document(&self) -> serde_json::Value {
        let mut result = json!({ "type": ["Result"], "resultDescription": self.description });
        if let Some(level) = &self.level {
            result["achievedLevel"] = json!(level);
        }
        if let Some(value) = &self.value {
            result["value"] = json!(value);
        }
        result
    }
}

impl Evidence {
    fn document(&self, id: &str) -> serde_json::Value {
        let mut evidence = json!({ "id": id, "type": ["Evidence"], "name": self.name });
        if let Some(description) = &self.description {
            evidence["description"] = json!(description);
        }
        if let Some(digest) = &self.digest {
            evidence["digestMultibase"] = json!(digest);
        }
        evidence
    }
}

/// A SHA-256 as a multibase multihash (`u`, base64url of `12 20` and the 32 bytes): from 64
/// hexadecimal digits, or from a multibase multihash in base64url or base58. `None` for the rest.
#[must_use]
pub fn digest_multibase(text: &str) -> Option<String> {
    let hash = match text.as_bytes().first()? {
        _ if text.len() == 64 => [&[0x12, 0x20], unhex(text)?.as_slice()].concat(),
        b'u' if text.len() == 47 => URL_SAFE_NO_PAD.decode(&text[1..]).ok()?,
        b'z' if text.len() <= 50 => bs58::decode(&text[1..]).into_vec().ok()?,
        _ => return None,
    };
    let good = hash.len() == 34 && hash.starts_with(&[0x12, 0x20]);
    good.then(|| format!("u{}", URL_SAFE_NO_PAD.encode(&hash)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::plan::{self, Limits};
    use crate::json;

    /// Chance that counts: 0, 1, 2 …
    struct Counting(std::sync::atomic::AtomicU8);

    impl Chance for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        }
    }

    fn weld() -> Achievement {
        Achievement::parse(include_bytes!("../../tests/it/issue/weld.json")).expect("good")
    }

    fn issuer(names_assessors: bool) -> IssuerProfile {
        IssuerProfile {
            id: "did:web:localhost%3A8080:issuers:x".to_owned(),
            name: "Weld Lab".to_owned(),
            url: Some("https://weld.example".to_owned()),
            email: None,
            image: None,
            names_assessors,
        }
    }

    fn order(cells: &str, names_assessors: bool) -> Order {
        let csv = format!(
            "learner,date,level: weld quality,level: safety,assessor_role,assessor_qualification,assessor,evidence,evidence_digest,name,email,adult,recipient\n{cells}\n"
        );
        let now: Timestamp = "2026-03-02T10:00:00Z".parse().expect("a time");
        let rows = plan::read(csv.as_bytes(), &weld(), Limits::PAGE, now).expect("good");
        let fixed = Fixed {
            id: "https://badges.example/c/AAAA".to_owned(),
            issuer: issuer(names_assessors),
            now,
            valid_until: None,
            status: Some(StatusPlace {
                list: "https://badges.example/status/L".to_owned(),
                index: 77,
            }),
            evidence_base: Some("https://badges.example/evidence/".to_owned()),
        };
        Order::new(&rows[0], fixed, &Counting(0.into()))
    }

    const MINOR: &str = "s-1,2026-03-01,expert,competent,Instructor,Certified inspector,Bo Ek,Photo,2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae,Zyx Canary,zyx@canary.example,no,";

    #[test]
    fn an_order_becomes_a_credential_without_the_person() {
        let order = order(MINOR, false);
        let mut document = order.credential(&weld());
        assert_eq!(document, order.credential(&weld()));
        let subject = document.get_mut("credentialSubject").expect("there");
        subject.set("achievement", Value::from("…"));
        insta::assert_snapshot!(json::text(&document), @r#"{"@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json","https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"],"id":"https://badges.example/c/AAAA","type":["VerifiableCredential","OpenBadgeCredential"],"name":"Fillet weld, flat position","issuer":{"id":"did:web:localhost%3A8080:issuers:x","type":["Profile"],"name":"Weld Lab","url":"https://weld.example"},"validFrom":"2026-03-02T10:00:00Z","awardedDate":"2026-03-01T00:00:00Z","credentialSubject":{"id":"urn:uuid:01010101-0101-4101-8101-010101010101","type":["AchievementSubject"],"achievement":"…","result":[{"type":["Result"],"resultDescription":"urn:uuid:d71e69cd-0455-83e5-8f69-1bda4f43cbc6#criterion-1","achievedLevel":"urn:uuid:d71e69cd-0455-83e5-8f69-1bda4f43cbc6#criterion-1-level-3"},{"type":["Result"],"resultDescription":"urn:uuid:d71e69cd-0455-83e5-8f69-1bda4f43cbc6#criterion-2","achievedLevel":"urn:uuid:d71e69cd-0455-83e5-8f69-1bda4f43cbc6#criterion-2-level-2"}],"source":{"id":"urn:uuid:02020202-0202-4202-8202-020202020202","type":["Profile"],"description":"Role: Instructor. Qualification: Certified inspector"}},"evidence":[{"id":"https://badges.example/evidence/AAAAAAAAAAAAAAAAAAAAAA","type":["Evidence"],"name":"Photo","digestMultibase":"uEiAsJrRraP_Gj_mbRTwdMEE0E0ItcGSDv6D5il6IYmbnrg"}],"credentialStatus":{"id":"https://badges.example/status/L#77","type":"BitstringStatusListEntry","statusPurpose":"revocation","statusListIndex":"77","statusListCredential":"https://badges.example/status/L"},"credentialSchema":[{"id":"https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json","type":"1EdTechJsonSchemaValidator2019"}]}"#);
    }

    #[test]
    fn an_assessor_is_named_only_if_the_organisation_says_so() {
        let name = "/credentialSubject/source/name";
        let source = |named| {
            order(MINOR, named)
                .credential(&weld())
                .pointer(name)
                .cloned()
        };
        assert_eq!(source(false), None);
        assert_eq!(source(true), Some(Value::from("Bo Ek")));
    }

    #[test]
    fn j8_no_email_hash_for_minors_and_a_salted_one_for_adults_who_ask() {
        let minor = json::text(&order(MINOR, true).credential(&weld()));
        assert!(
            !minor.contains("identityHash") && !minor.contains("anary"),
            "{minor}"
        );

        let adult = order(&MINOR.replace(",no,", ",yes,email"), true).credential(&weld());
        let at = |member: &str| {
            let pointer = format!("/credentialSubject/identifier/0/{member}");
            adult
                .pointer(&pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        assert_eq!(at("salt").len(), 32);
        assert_eq!(
            at("identityHash"),
            identity_hash("zyx@canary.example", &at("salt"))
        );
        assert!(!json::text(&adult).contains("canary"));

        let did =
            order(&MINOR.replace(",no,", ",yes,did:key:z6MkExample"), true).credential(&weld());
        assert_eq!(
            did.pointer("/credentialSubject/id"),
            Some(&Value::from("did:key:z6MkExample"))
        );
    }

    #[test]
    fn a_digest_is_read_in_three_spellings_and_signed_in_one() {
        let hex = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
        let written = digest_multibase(hex).expect("a digest");
        assert_eq!(written, "uEiAsJrRraP_Gj_mbRTwdMEE0E0ItcGSDv6D5il6IYmbnrg");
        assert_eq!(
            digest_multibase(&written).as_deref(),
            Some(written.as_str())
        );
        let raw = URL_SAFE_NO_PAD.decode(&written[1..]).expect("base64url");
        let base58 = format!("z{}", bs58::encode(raw).into_string());
        assert_eq!(digest_multibase(&base58).as_deref(), Some(written.as_str()));
        for bad in ["", "u", "abc", "é", &hex[1..], "md5$0"] {
            assert_eq!(digest_multibase(bad), None, "{bad}");
        }
    }
}
