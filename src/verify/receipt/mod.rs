//! Verification receipts: what a service found when it checked something, signed by that service.
//!
//! A receipt is a credential of VCDM 2.0 of a type of ours, `VerificationReceipt`, with a proof of
//! `eddsa-jcs-2022`. It is **not a badge**: it says what was found then, never what is true now. The
//! two never meet: a document that says it is a receipt is read here and nowhere else, in one strict
//! form; keys that are published for receipts are refused for every other credential, and other keys
//! for receipts.
//!
//! The vocabulary stands at the service that made the receipt, so that no address is owed to
//! anybody; what makes it ours is its digest, which the receipt carries (VCDM 2.0 §5.3).

mod judge;
mod made;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    credential::{dates, has_type},
    json::Value,
    rdf::contexts::CREDENTIALS_V2,
};

use super::report::{Outcome, Verdict};

pub(super) use judge::{report, withheld};
pub use made::Maker;

/// The type that makes a credential a receipt.
pub const TYPE: &str = "VerificationReceipt";
/// Where the vocabulary of receipts stands under the address of a service.
pub const CONTEXT_PATH: &str = "/contexts/receipt/v1";
/// The vocabulary of receipts.
pub const CONTEXT: &str = include_str!("../../../schemas/contexts/receipt-v1.json");
/// The digest of [`CONTEXT`] (Subresource Integrity), by which it is known wherever it stands.
pub const CONTEXT_DIGEST: &str =
    "sha384-2zYdmKSH4S/22yXhHCbONWcT239B5/ViSnSiqWeN3vPB/M2vg0iebVkJOsVsDJ7G";
/// The `type` of the service in a key document that says: these keys are for receipts only.
pub const SERVICE_TYPE: &str = "VerificationReceipts";

const NAME: &str = "Verification receipt";
const DESCRIPTION: &str = "What this service found when it checked what it was given. It is not a badge, and it does not say what is true now.";

/// Whether a document says that it is a receipt, whatever else it says.
#[must_use]
pub fn is_one(document: &Value) -> bool {
    has_type(document, TYPE)
}

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Receipt)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Its own `urn:uuid:`.
    pub id: String,
    /// The identifier of the service that made it.
    pub issuer: String,
    /// The name under which that service was reached: a host.
    pub host: String,
    /// The address of the vocabulary.
    #[serde(skip)]
    pub context: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// What was checked, in the order given.
    pub items: Vec<Item>,
}

/// One document that was checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = report::ReceiptItem)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Item {
    #[serde(rename = "type")]
    kind: Kind,
    /// What it was called: the name of a file, or the link itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The SHA-256 of the bytes that were sent, in hexadecimal; absent for a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The SHA-256 of the text of the credential in them, or behind the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_sha256: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// For programs: why not valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The answer in one plain sentence.
    pub sentence: String,
    /// What it says; confirmed only if the verdict is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<Says>,
    /// Whom it names as its issuer; confirmed only if the verdict is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_by: Option<IssuedBy>,
    /// Whether the issuer is on a list of the operator of the service, by its name, or on one that
    /// whoever asked brought, whose names are not repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<String>,
    /// What was checked. Of one document all of it, of several what was not good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub check: Vec<Line>,
    /// The credentials inside, each checked by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<Inner>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = report::ReceiptItemType)]
enum Kind {
    CheckedDocument,
}

/// What a document says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = report::ReceiptSays)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Says {
    /// `achievement`, `endorsement`, `record`, `presentation` or `receipt`.
    pub kind: String,
    /// Its name.
    pub title: String,
    /// What was reached, a line each: `Clear structure: Proficient (3 of 4)`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub result: Vec<String>,
}

/// Whom a document names as its issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = report::ReceiptIssuedBy)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IssuedBy {
    /// The identifier that the key was checked against.
    pub id: String,
    /// The name that the document gives; nobody has confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The host that the identifier belongs to, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = report::ReceiptCheck)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Line {
    /// What was checked, for people: `Signature`.
    pub title: String,
    /// How it came out.
    pub outcome: Outcome,
    /// It, in one plain sentence.
    pub sentence: String,
    /// The age of what was read to check it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
}

/// One credential inside another document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = report::ReceiptInner)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inner {
    /// What it is about.
    pub title: String,
    /// The answer.
    pub verdict: Verdict,
    /// The answer in one plain sentence.
    pub sentence: String,
}

/// The document as it is signed, in the order in which it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wire {
    #[serde(rename = "@context")]
    context: [String; 2],
    id: String,
    #[serde(rename = "type")]
    types: [String; 2],
    name: String,
    description: String,
    issuer: Named,
    valid_from: String,
    related_resource: Vec<Related>,
    credential_subject: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    id: String,
    name: String,
}

#[derive(Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Related {
    id: String,
    #[serde(rename = "digestSRI")]
    digest: String,
}

impl Receipt {
    /// The credential, not yet signed.
    #[must_use]
    pub fn document(&self) -> Value<'static> {
        let wire = Wire {
            context: [CREDENTIALS_V2.to_owned(), self.context.clone()],
            id: self.id.clone(),
            types: ["VerifiableCredential".to_owned(), TYPE.to_owned()],
            name: NAME.to_owned(),
            description: DESCRIPTION.to_owned(),
            issuer: Named {
                id: self.issuer.clone(),
                name: self.host.clone(),
            },
            valid_from: dates::text(self.made_at),
            related_resource: vec![Related {
                id: self.context.clone(),
                digest: CONTEXT_DIGEST.to_owned(),
            }],
            credential_subject: self.items.clone(),
        };
        // Plain structs of texts: writing them to memory does not fail.
        Value::from(serde_json::to_value(wire).unwrap_or_default())
    }

    /// Reads a receipt, signed or not. There is one form only: every member that is not known is a
    /// fault, so that nothing stands in a receipt which is not shown. Its proofs are not looked at.
    ///
    /// # Errors
    /// What is wrong with its form, in a plain sentence.
    pub fn read(document: &Value<'_>) -> Result<Receipt, String> {
        let mut document = document.clone();
        document.remove("proof");
        let wire: Wire = serde_json::from_value(serde_json::Value::from(&document))
            .map_err(|error| format!("It has not the form of a receipt: {error}."))?;
        let [base, context] = wire.context;
        let ours = Related {
            id: context.clone(),
            digest: CONTEXT_DIGEST.to_owned(),
        };
        let web = context.starts_with("https://") || context.starts_with("http://");
        if base != CREDENTIALS_V2 || !web || !context.ends_with(CONTEXT_PATH) {
            return Err("It does not use the vocabulary of receipts, and only that.".to_owned());
        }
        if wire.related_resource != [ours] {
            return Err(
                "It does not say by its digest which vocabulary of receipts it uses.".to_owned(),
            );
        }
        if wire.types != ["VerifiableCredential", TYPE] {
            return Err("It says that it is something else besides a receipt.".to_owned());
        }
        if wire.name != NAME || wire.description != DESCRIPTION {
            return Err("It does not call itself what a receipt is called.".to_owned());
        }
        if wire.credential_subject.is_empty() {
            return Err("It does not say what was checked.".to_owned());
        }
        let made_at = dates::stamp(&wire.valid_from)
            .map_err(|_| "The time at which it was made cannot be read.".to_owned())?;
        Ok(Receipt {
            id: wire.id,
            issuer: wire.issuer.id,
            host: wire.issuer.name,
            context,
            made_at,
            items: wire.credential_subject,
        })
    }

    /// How many of its items have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.items.iter().filter(|i| i.verdict == verdict).count()
    }

    /// What it says of what was checked, in one sentence about the past.
    #[must_use]
    pub fn says(&self) -> String {
        match &self.items[..] {
            [one] => {
                let what = match (&one.says, &one.label) {
                    (Some(says), _) => format!("“{}”", says.title),
                    (None, Some(label)) => format!("“{label}”"),
                    (None, None) => "what was sent".to_owned(),
                };
                match one.verdict {
                    Verdict::Valid => format!("It says that {what} was valid then."),
                    Verdict::Invalid => format!("It says that {what} was not valid then."),
                    Verdict::CannotTell => {
                        format!("It says that whether {what} was valid could not be told then.")
                    }
                }
            }
            many => format!(
                "It says that of {} documents {} valid, {} not valid, and of {} it could not be told, then.",
                many.len(),
                were(self.count(Verdict::Valid)),
                were(self.count(Verdict::Invalid)),
                self.count(Verdict::CannotTell),
            ),
        }
    }
}

fn were(count: usize) -> String {
    format!("{count} {}", if count == 1 { "was" } else { "were" })
}

impl Item {
    /// The answer in a few words. A receipt that was checked is never called what a badge is.
    #[must_use]
    pub fn word(&self) -> &'static str {
        let kind = self.says.as_ref().map(|says| says.kind.as_str());
        match (self.verdict, self.reason.as_deref().unwrap_or_default()) {
            (Verdict::Valid, _) if kind == Some("receipt") => "A genuine receipt",
            (Verdict::Valid, _) => "Checked and good",
            (Verdict::Invalid, "revoked") => "Taken back",
            (Verdict::Invalid, "suspended") => "Suspended",
            (Verdict::Invalid, "expired") => "No longer in force",
            (Verdict::Invalid, "not_yet_valid") => "Not in force yet",
            (Verdict::Invalid, "no_proof") => "Not verifiable",
            (Verdict::Invalid, _) => "Not valid",
            (Verdict::CannotTell, _) => "Cannot tell",
        }
    }

    /// What it is called: the name that it gives itself, or that of its file or link.
    #[must_use]
    pub fn title(&self) -> &str {
        match (&self.says, &self.label) {
            (Some(says), _) => &says.title,
            (None, Some(label)) => label,
            (None, None) => "What was sent",
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    #[test]
    fn the_vocabulary_is_the_one_that_receipts_name() {
        let digest = ring::digest::digest(&ring::digest::SHA384, CONTEXT.as_bytes());
        assert_eq!(
            CONTEXT_DIGEST,
            format!("sha384-{}", STANDARD.encode(digest.as_ref()))
        );
    }

    #[test]
    fn every_member_of_a_receipt_is_in_the_vocabulary() {
        let context: serde_json::Value = serde_json::from_str(CONTEXT).expect("JSON");
        let receipt = made::tests::sample();
        let document = receipt.document();
        let mut missing = Vec::new();
        document
            .get("credentialSubject")
            .expect("items")
            .walk(&mut |pointer, _| {
                let name = pointer.rsplit('/').next().unwrap_or_default();
                let known = ["id", "type", "name", ""].contains(&name)
                    || name.parse::<usize>().is_ok()
                    || context["@context"].get(name).is_some();
                if !known {
                    missing.push(pointer.to_owned());
                }
            });
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn a_receipt_is_read_as_it_was_written_and_in_no_other_form() {
        let receipt = made::tests::sample();
        let document = receipt.document();
        assert_eq!(Receipt::read(&document), Ok(receipt));
        let spoilt: [(&str, serde_json::Value); 9] = [
            ("/more", serde_json::json!("x")),
            ("/credentialSubject/0/achievement", serde_json::json!({})),
            ("/credentialSubject/0/verdict", serde_json::json!("good")),
            ("/credentialSubject", serde_json::json!([])),
            (
                "/type",
                serde_json::json!(["VerificationReceipt", "OpenBadgeCredential"]),
            ),
            ("/name", serde_json::json!("Welding, level 3")),
            ("/validFrom", serde_json::json!("yesterday")),
            (
                "/@context/1",
                serde_json::json!("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"),
            ),
            (
                "/relatedResource/0/digestSRI",
                serde_json::json!("sha384-AAAA"),
            ),
        ];
        for (pointer, value) in spoilt {
            let mut json = serde_json::Value::from(&document);
            match json.pointer_mut(pointer) {
                Some(place) => *place = value,
                None => {
                    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
                    json.pointer_mut(parent).expect("a parent")[name] = value;
                }
            }
            assert!(Receipt::read(&Value::from(json)).is_err(), "{pointer}");
        }
    }
}
