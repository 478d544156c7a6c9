//! Lint: the only way to a signature.
//!
//! Everything that could be wrong with a credential is looked for *before* it is signed, with the
//! code that a verifier uses. What passes becomes a [`Linted`]: it holds the very bytes that were
//! checked, nobody else can make one, and signing uses it up.

use sha2::{Digest as _, Sha256};

use super::Fault;
use super::text::check_text;
use crate::config::limits;
use crate::credential;
use crate::custody::{self, JwkFile};
use crate::json::{self, Value};
use crate::keys::{SignatureBytes, SigningKey};
use crate::proof::{self, ProofError, ProofOptions, Suite, jwt};
use crate::rdf::{self, contexts};

/// The suite that credentials and lists are signed with: `eddsa-rdfc-2022`, the one that every
/// Open Badges 3.0 verifier reads.
#[must_use]
pub fn suite() -> &'static dyn Suite {
    proof::SUITES[0]
}

/// Something that signs with the key of one verification method.
///
/// Custody's keys are the real one; tests bring a counting one and one that signs wrongly.
pub trait Signer: Send + Sync {
    /// The Ed25519 signature of `message`.
    fn sign(&self, message: &[u8]) -> SignatureBytes;
}

impl Signer for SigningKey {
    fn sign(&self, message: &[u8]) -> SignatureBytes {
        SigningKey::sign(self, message)
    }
}

/// A document that passed every check and only lacks its signature. It is signed once:
///
/// ```compile_fail,E0382
/// # fn f(linted: skillmark::issue::lint::Linted, key: &skillmark::keys::SigningKey) {
/// linted.sign(key);
/// linted.sign(key);
/// # }
/// ```
///
/// and it cannot be made, changed or copied elsewhere:
///
/// ```compile_fail,E0616
/// # fn f(mut linted: skillmark::issue::lint::Linted, other: skillmark::issue::lint::Linted) {
/// linted.prepared = other.prepared;
/// # }
/// ```
#[derive(Debug)]
pub struct Linted {
    prepared: proof::Prepared<'static>,
    token: Option<String>,
    sha256: [u8; 32],
}

/// A signed document, in the two forms it is kept in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// With an embedded proof, as compact JSON.
    pub document: String,
    /// As a compact JWT; only for credentials that people hold.
    pub jwt: Option<String>,
}

impl Linted {
    /// SHA-256 of the unsigned document, written compactly.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Signs the document and uses it up.
    #[must_use]
    pub fn sign(self, signer: &dyn Signer) -> Signed {
        let signature = signer.sign(self.prepared.hash());
        Signed {
            document: json::text(&self.prepared.finish(&signature)),
            jwt: self.token.map(|token| {
                let signature = signer.sign(token.as_bytes());
                jwt::finish(token, &signature)
            }),
        }
    }
}

/// Checks an unsigned Open Badges credential in every way we know.
///
/// Size, the rules of the data model, the JSON Schema, contexts and undefined terms (safe mode),
/// texts and numbers that verifiers read differently.
///
/// # Errors
/// Every fault that was found. Nothing is signed then.
pub fn credential(document: Value<'static>, options: &ProofOptions) -> Result<Linted, Vec<Fault>> {
    let mut faults = badge_faults(&document);
    let token = match jwt::prepare(&document, &options.verification_method) {
        Ok(token) => Some(token),
        Err(error) => {
            if faults.is_empty() {
                faults.push(Fault::new("", error.to_string()));
            }
            None
        }
    };
    finish(document, token, options, faults)
}

/// As [`credential()`], of a document that is not to be signed yet: nothing is made of it.
///
/// What is good here can still be refused there for one reason: that its nodes cannot be told apart,
/// which takes more of them than a badge of ours has.
///
/// # Errors
/// As [`credential()`].
pub fn look(document: &Value<'static>) -> Result<(), Vec<Fault>> {
    let mut faults = badge_faults(document);
    let _ = text_of(document, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    rdf::check(document).map_err(|fault| vec![Fault::new(fault.pointer, fault.sentence)])
}

fn badge_faults(document: &Value<'static>) -> Vec<Fault> {
    let mut faults = plain(credential::faults(document));
    for fault in plain(credential::schema::check(document)) {
        if !faults.iter().any(|known| known.pointer == fault.pointer) {
            faults.push(fault);
        }
    }
    faults
}

/// Checks an unsigned credential that is no badge: a status list.
///
/// # Errors
/// Every fault that was found.
pub fn envelope(document: Value<'static>, options: &ProofOptions) -> Result<Linted, Vec<Fault>> {
    let faults = plain(credential::envelope_faults(&document));
    finish(document, None, options, faults)
}

/// Checks an unsigned credential that somebody else wrote, of whatever kind.
///
/// An Open Badges credential is checked as [`credential()`] checks it, but that what is only the
/// strict schema's (a list for a single value) is the writer's choice. Any other must follow the data
/// model, and every word in it must have a known meaning (safe mode).
///
/// # Errors
/// Every fault that was found. Nothing is signed then.
pub fn given(
    document: Value<'static>,
    suite: &dyn Suite,
    options: &ProofOptions,
) -> Result<Linted, Vec<Fault>> {
    let faults = given_faults(&document);
    finish_with(document, None, suite, options, faults)
}

/// Checks a credential that somebody else wrote, to be signed as a VC-JOSE-COSE token alone;
/// `algorithm`: as `alg` has it.
///
/// # Errors
/// As [`given`].
pub fn given_token(
    document: Value<'static>,
    algorithm: &str,
    options: &ProofOptions,
) -> Result<LintedToken, Vec<Fault>> {
    let mut faults = given_faults(&document);
    if credential::is_version_1(&document) {
        let sentence = "A token of this kind holds a credential of the data model 2.0 only.";
        faults.push(Fault::new("/@context/0", sentence));
    }
    let kid = &options.verification_method;
    let token = jwt::prepare_jose(&document, jwt::Held::Credential, algorithm, kid);
    // The token itself has no canonical form; the document must have one all the same.
    finish(document, None, options, faults)?;
    Ok(LintedToken { token })
}

/// Checks a presentation, to be signed as a VC-JOSE-COSE token alone. Every credential in it must be
/// in an envelope (VC-JOSE-COSE §3.1.2).
///
/// # Errors
/// As [`given`].
pub fn presentation_token(
    document: Value<'static>,
    algorithm: &str,
    options: &ProofOptions,
) -> Result<LintedToken, Vec<Fault>> {
    let mut own = document.clone();
    let inside = own.remove("verifiableCredential");
    let mut faults = plain(credential::presentation_faults(&own));
    let inside = inside.as_ref().map_or(&[][..], Value::one_or_many);
    for (at, one) in inside.iter().enumerate() {
        let id = one.get("id").and_then(Value::as_str).unwrap_or_default();
        let enveloped = credential::has_type(one, "EnvelopedVerifiableCredential");
        if !enveloped || !id.starts_with("data:application/vc+") {
            let sentence = "A credential here must be in an envelope: signed, in a data address.";
            faults.push(Fault::new(format!("/verifiableCredential/{at}"), sentence));
        }
    }
    let embedded = contexts::Embedded {
        members: &["verifiableCredential"],
        examples: true,
        ..contexts::Embedded::default()
    };
    if let Err(fault) = contexts::check_with(&document, embedded) {
        faults.push(Fault::new(fault.pointer, fault.sentence));
    }
    let kid = &options.verification_method;
    let token = jwt::prepare_jose(&document, jwt::Held::Presentation, algorithm, kid);
    finish(document, None, options, faults)?;
    Ok(LintedToken { token })
}

/// What passed every check and only lacks the signature of its token.
#[derive(Debug)]
pub struct LintedToken {
    token: String,
}

impl LintedToken {
    /// Signs the token and uses it up.
    #[must_use]
    pub fn sign(self, signer: &dyn Signer) -> String {
        let signature = signer.sign(self.token.as_bytes());
        jwt::finish(self.token, &signature)
    }

    /// Signs the token with a key from a file and uses it up.
    ///
    /// # Errors
    /// If the file has no private half.
    pub fn sign_with(self, key: &JwkFile) -> Result<String, custody::Fault> {
        let signature = key.sign(self.token.as_bytes())?;
        Ok(jwt::finish(self.token, &signature))
    }
}

fn given_faults(document: &Value<'static>) -> Vec<Fault> {
    let mut faults = if credential::is_badge(document) {
        plain(credential::faults(document))
    } else {
        plain(credential::generic_faults(document))
    };
    let examples = contexts::Embedded {
        examples: !credential::is_badge(document),
        ..contexts::Embedded::default()
    };
    if let Err(fault) = contexts::check_with(document, examples) {
        let known = faults.iter().any(|known| known.pointer == fault.pointer);
        if !known {
            faults.push(Fault::new(fault.pointer, fault.sentence));
        }
    }
    faults
}

fn finish(
    document: Value<'static>,
    token: Option<String>,
    options: &ProofOptions,
    faults: Vec<Fault>,
) -> Result<Linted, Vec<Fault>> {
    finish_with(document, token, suite(), options, faults)
}

fn finish_with(
    document: Value<'static>,
    token: Option<String>,
    suite: &dyn Suite,
    options: &ProofOptions,
    mut faults: Vec<Fault>,
) -> Result<Linted, Vec<Fault>> {
    let text = text_of(&document, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    // The suite's own canonical form is safe mode: a term that is undefined is refused.
    let prepared =
        proof::prepare(document, suite, options).map_err(|error| vec![fault_of(error)])?;
    Ok(Linted {
        prepared,
        token,
        sha256: Sha256::digest(text.as_bytes()).into(),
    })
}

/// A document as it would be written, and the faults of that.
fn text_of(document: &Value<'static>, faults: &mut Vec<Fault>) -> String {
    check_text(document, faults);
    let text = json::text(document);
    if text.len() > limits::DOCUMENT_BYTES {
        let limit = limits::DOCUMENT_BYTES;
        faults.push(Fault::new("", format!("is larger than {limit} bytes")));
    }
    if document.get("proof").is_some() {
        faults.push(Fault::new("/proof", "is there already"));
    }
    text
}

fn plain(faults: Vec<credential::Fault>) -> Vec<Fault> {
    faults
        .into_iter()
        .map(|fault| Fault::new(fault.pointer, fault.sentence))
        .collect()
}

fn fault_of(error: ProofError) -> Fault {
    match error {
        ProofError::Transformation(fault) => Fault::new(fault.pointer, fault.sentence),
        other => Fault::new("/proof", other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn options() -> ProofOptions {
        let now: Timestamp = "2026-03-02T10:00:00Z".parse().expect("a time");
        ProofOptions::new("did:key:z6Mk#z6Mk", now)
    }

    /// A published sample, changed, and what lint says about it.
    fn faults(edit: impl Fn(&mut Value<'static>)) -> Vec<String> {
        let text = include_str!("../../tests/it/issue/unsigned.json");
        let mut document = json::parse(text).expect("json").into_owned();
        edit(&mut document);
        let looked = look(&document).err().unwrap_or_default();
        let linted = credential(document, &options()).err().unwrap_or_default();
        assert_eq!(looked, linted, "a look sees what signing would refuse");
        linted.into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_good_document_passes() {
        assert_eq!(faults(|_| {}), [""; 0]);
    }

    #[test]
    fn b1_an_undefined_term_is_refused_before_signing() {
        let places = faults(|document| {
            let subject = document.get_mut("credentialSubject").expect("there");
            subject.set("grade", Value::from("A+"));
        });
        assert_eq!(places, ["/credentialSubject/grade"]);
    }

    #[test]
    fn b12_a_large_document_is_refused_before_signing() {
        let places = faults(|document| {
            let text = "a".repeat(limits::DOCUMENT_BYTES);
            document.set("description", Value::from(text));
        });
        assert!(places.contains(&String::new()), "{places:?}");
    }

    #[test]
    fn numbers_and_characters_that_verifiers_read_differently_are_refused() {
        let places = faults(|document| {
            let subject = document.get_mut("credentialSubject").expect("there");
            subject.set("creditsEarned", Value::Number(1e-7));
            document.set("name", Value::from("a\u{FFFF}"));
        });
        assert_eq!(places, ["/name", "/credentialSubject/creditsEarned"]);
    }

    #[test]
    fn a_document_with_a_proof_is_not_signed_again() {
        let places = faults(|document| document.set("proof", Value::Array(Vec::new())));
        assert!(places.contains(&"/proof".to_owned()), "{places:?}");
    }

    #[test]
    fn h8_two_tokens_of_one_document_give_the_same_bytes() {
        let text = include_str!("../../tests/it/issue/unsigned.json");
        let make = || {
            let document = json::parse(text).expect("json").into_owned();
            credential(document, &options()).expect("no faults")
        };
        let key = SigningKey::from_seed(&[99; 32]);
        assert_eq!(make().sha256(), make().sha256());
        assert_eq!(make().sign(&key), make().sign(&key));
    }
}
