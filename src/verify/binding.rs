//! Whose key is it? A key counts only if the issuer's own document lists it for this use.
//!
//! What a fragment, a header or the proof itself says about a key proves nothing (threats A1 to
//! A6, C3 to C6): the document of the issuer is read, and nothing else.

use jiff::Timestamp;

use crate::{
    credential::has_type,
    did::{self, Did, DidError, Document, DocumentError, KeyState, Purpose, Resolved},
    json::{self, Value},
    keys::PublicKey,
    outbound::Unreachable,
};

use super::{
    dates::day,
    receipt,
    report::{Check, CheckId},
    sources::{NotFetched, Sources},
};

/// The issuer's key document.
#[derive(Debug, Clone)]
pub(super) struct Controller {
    pub(super) document: Document,
    /// When it was read; `None` if it follows from the identifier.
    pub(super) as_of: Option<Timestamp>,
    /// `did:key`, `did:jwk`, `did:web` or `https`.
    pub(super) method: &'static str,
    /// Whether these are the keys of the issuer's whole site, because its own document has none.
    pub(super) is_set: bool,
    /// Whether its keys are for verification receipts, and for nothing else.
    pub(super) is_for_receipts: bool,
}

/// Why no key of the issuer was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The key is said to be somebody else's.
    OtherController,
    /// The token does not name a key.
    NotNamed,
    /// The identifier cannot be followed.
    Did(DidError),
    /// The key document gives no such key.
    Document(DocumentError),
    /// The key document was not read.
    NotFetched(NotFetched),
    /// The key was not in force.
    Expired,
    /// The key was revoked before it signed.
    Revoked(Timestamp),
    /// The key was revoked since.
    RevokedSince(Timestamp),
    /// The key is one for verification receipts, which signs no credentials.
    OnlyReceipts,
    /// The key is none for verification receipts.
    NotForReceipts,
}

impl NoKey {
    /// Whether nothing is known to be wrong.
    pub(super) fn is_unknown(&self) -> bool {
        match self {
            NoKey::NotFetched(_)
            | NoKey::RevokedSince(_)
            | NoKey::Did(DidError::UnknownMethod(_)) => true,
            NoKey::Did(DidError::Key(error)) | NoKey::Document(DocumentError::Key(error)) => {
                error.is_unknown()
            }
            _ => false,
        }
    }

    pub(super) fn check(&self) -> Check {
        let method_error = "https://w3id.org/security#INVALID_VERIFICATION_METHOD";
        let (reason, sentence) = match self {
            NoKey::OtherController => (
                "issuer_key_mismatch",
                "It was signed with a key that belongs to somebody else than the issuer it names."
                    .to_owned(),
            ),
            NoKey::NotNamed => (
                "no_key_named",
                "It does not say which key signed it.".to_owned(),
            ),
            NoKey::Did(error) => (
                "issuer_identifier",
                super::input::sentence(&format!(
                    "the issuer's identifier leads to no key: {error}"
                )),
            ),
            NoKey::Document(error) => (error.name(), super::input::sentence(&error.to_string())),
            NoKey::NotFetched(why @ NotFetched::Unreachable) => {
                (Unreachable::REASON, not_fetched(*why).to_owned())
            }
            NoKey::NotFetched(why) => ("issuer_not_fetched", not_fetched(*why).to_owned()),
            NoKey::Expired => (
                "key_expired",
                "The issuer's key had expired when it signed.".to_owned(),
            ),
            NoKey::OnlyReceipts => (
                "receipt_key",
                "The key is a service's key for verification receipts. It signs no credentials."
                    .to_owned(),
            ),
            NoKey::NotForReceipts => (
                "no_receipt_key",
                "The key is not one that its owner publishes for verification receipts.".to_owned(),
            ),
            NoKey::Revoked(at) => (
                "key_revoked",
                format!(
                    "The issuer revoked this key on {}, before it signed.",
                    day(*at)
                ),
            ),
            NoKey::RevokedSince(at) => (
                "key_revoked",
                format!(
                    "The issuer revoked this key on {}; whether it signed this before then cannot be told.",
                    day(*at)
                ),
            ),
        };
        let check = if self.is_unknown() {
            Check::unknown(CheckId::KeyBinding, reason, sentence)
        } else {
            Check::fail(CheckId::KeyBinding, reason, sentence)
        };
        match self {
            NoKey::Document(error) => check.problem(error.problem()),
            NoKey::NotFetched(_) => check,
            _ => check.problem(method_error),
        }
    }
}

fn not_fetched(why: NotFetched) -> &'static str {
    match why {
        NotFetched::Elsewhere => "The issuer's keys stand on another server, and were not fetched.",
        NotFetched::Missing | NotFetched::Gone => {
            "The issuer's keys should stand at its address, and do not."
        }
        NotFetched::Unavailable => "The issuer's keys could not be read just now.",
        NotFetched::Unreachable => {
            "The issuer's web address gave no usable answer. Try again later; do not treat this as proof."
        }
    }
}

/// Reads the key document of an issuer of credentials: not one of a maker of receipts.
pub(super) async fn controller(sources: &dyn Sources, issuer: &str) -> Result<Controller, NoKey> {
    let found = read(sources, issuer).await?;
    match found.is_for_receipts {
        true => Err(NoKey::OnlyReceipts),
        false => Ok(found),
    }
}

/// Reads the key document of a maker of receipts. One that is a document of its own must say that
/// its keys are for receipts; an identifier that is only a key has nowhere to say so.
pub(super) async fn maker(sources: &dyn Sources, maker: &str) -> Result<Controller, NoKey> {
    let found = read(sources, maker).await?;
    match found.is_for_receipts || found.as_of.is_none() {
        true => Ok(found),
        false => Err(NoKey::NotForReceipts),
    }
}

async fn read(sources: &dyn Sources, issuer: &str) -> Result<Controller, NoKey> {
    let method = match Did::parse(issuer) {
        Ok(did) => {
            if let Resolved::Document(mut document) = did.resolve().map_err(NoKey::Did)? {
                let revoked = sources.key_revoked(issuer).await;
                if let Some(at) = revoked.map_err(NoKey::NotFetched)? {
                    document.revoke(at);
                }
                let method = if did.method() == "key" {
                    "did:key"
                } else {
                    "did:jwk"
                };
                let ours = sources.receipt_key(issuer).await;
                let ours = ours.map_err(NoKey::NotFetched)?;
                if let Some(at) = ours.and_then(|key| key.revoked) {
                    document.revoke(at);
                }
                return Ok(Controller {
                    document: *document,
                    as_of: None,
                    method,
                    is_set: false,
                    is_for_receipts: ours.is_some(),
                });
            }
            "did:web"
        }
        Err(error) if issuer.starts_with("did:") => return Err(NoKey::Did(error)),
        Err(_) if did::is_absolute(issuer) => "https",
        Err(_) => return Err(NoKey::Document(DocumentError::MethodUrl)),
    };
    let found = sources.issuer(issuer).await.map_err(NoKey::NotFetched)?;
    let value = json::parse(&found.text)
        .map_err(|_| NoKey::Document(DocumentError::Document("it is not JSON")))?;
    let document = Document::parse(&value).map_err(NoKey::Document)?;
    if document.id != issuer {
        return Err(NoKey::Document(DocumentError::DocumentId(document.id)));
    }
    Ok(Controller {
        document,
        as_of: Some(found.as_of),
        method,
        is_set: false,
        is_for_receipts: is_for_receipts(&value),
    })
}

/// The keys of an issuer of tokens: those of its document or, if an https issuer's document holds
/// none, the key set of its site (Open Badges 3.0 §8.2). A document with keys has the last word.
pub(super) async fn for_token(sources: &dyn Sources, issuer: &str) -> Result<Controller, NoKey> {
    let own = controller(sources, issuer).await;
    let is_without_keys = match &own {
        Ok(own) => own.method == "https" && own.document.methods().is_empty(),
        Err(NoKey::NotFetched(_) | NoKey::Document(DocumentError::Document(_))) => true,
        Err(_) => false,
    };
    let Some(address) = did::jwks::address(issuer).filter(|_| is_without_keys) else {
        return own;
    };
    match (sources.key_set(&address).await, own) {
        (Ok(found), _) => {
            let value = json::parse(&found.text)
                .map_err(|_| NoKey::Document(DocumentError::Document("its key set is not JSON")))?;
            Ok(Controller {
                document: did::jwks::read(&value, issuer).map_err(NoKey::Document)?,
                as_of: Some(found.as_of),
                method: "https",
                is_set: true,
                is_for_receipts: false,
            })
        }
        (Err(NotFetched::Missing | NotFetched::Gone), own) | (Err(_), own @ Err(_)) => own,
        (Err(why), Ok(_)) => Err(NoKey::NotFetched(why)),
    }
}

/// Whether a key document says that its keys are for verification receipts.
fn is_for_receipts(document: &Value) -> bool {
    let services = document.get("service").map(Value::one_or_many);
    let mut services = services.unwrap_or_default().iter();
    services.any(|service| has_type(service, receipt::SERVICE_TYPE))
}

impl Controller {
    /// The key at the method URL `url`, if it could be used at `created` for `purpose`.
    pub(super) fn key(
        &self,
        url: &str,
        purpose: Purpose,
        created: Option<Timestamp>,
    ) -> Result<&PublicKey, NoKey> {
        let method = match self.document.method(url, purpose) {
            Ok(method) => method,
            // Its revocation is why it is not listed, and says more than that it is not.
            Err(error) => self.document.withdrawn(url).ok_or(NoKey::Document(error))?,
        };
        let key = method.public_key().map_err(NoKey::Document)?;
        match method.state_at(created.unwrap_or(Timestamp::MAX)) {
            KeyState::Good => Ok(key),
            KeyState::Expired(_) => Err(NoKey::Expired),
            KeyState::Revoked(at) => Err(NoKey::Revoked(at)),
            KeyState::RevokedSince(at) => Err(NoKey::RevokedSince(at)),
        }
    }

    /// The URL of the method that holds this very key.
    pub(super) fn url_of(&self, key: &PublicKey) -> Option<&str> {
        self.document
            .methods()
            .iter()
            .find(|method| method.public_key().is_ok_and(|found| found == key))
            .map(|method| method.id.as_str())
    }

    /// The URL of the method that a token calls by another name: the `kid` of its JWK, or the
    /// thumbprint of the key (RFC 7638).
    pub(super) fn url_called(&self, name: &str) -> Option<&str> {
        let methods = self.document.methods();
        let by_id = methods
            .iter()
            .find(|method| method.key_id.as_deref() == Some(name));
        let found = by_id.or_else(|| {
            let is_it = |key: &PublicKey| key.thumbprint() == name;
            methods
                .iter()
                .find(|method| method.public_key().is_ok_and(is_it))
        });
        found.map(|method| method.id.as_str())
    }

    /// The check that says the key is the issuer's.
    pub(super) fn check(&self) -> Check {
        let sentence = match self.method {
            _ if self.is_set => "The key is in the key set that the issuer's web site publishes.",
            "did:key" | "did:jwk" => {
                "The issuer is known only by this key; the key and the issuer's identifier are one."
            }
            _ => "The issuer's own document lists the key for signing.",
        };
        Check::pass(CheckId::KeyBinding, sentence).of_age(self.as_of)
    }
}

/// The identifier of the issuer of a document.
pub(super) fn issuer_id<'v>(document: &'v Value) -> Option<&'v str> {
    match document.get("issuer")? {
        Value::String(id) => Some(id),
        profile => profile.get("id")?.as_str(),
    }
}
