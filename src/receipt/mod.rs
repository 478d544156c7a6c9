//! Verification receipts: what was found here, signed by this service with a key of its own.
//!
//! What a receipt says, and how one is read, is [`verify::receipt`]; this room
//! signs them and keeps the keys. Nothing of what was verified is stored: the receipt is made in the
//! request that asked, and given away.

mod keys;
mod table;

pub use keys::{did, document, list, revoke, rotate};
pub use table::csv;

use crate::{
    app::App,
    clock::{Timestamp, random},
    config::Origin,
    custody, db,
    did::DidError,
    json::{self, Value},
    proof::{self, ProofError, ProofOptions},
    verify::{
        self, Answered, Options, Report,
        receipt::{CONTEXT_PATH, Maker, Receipt},
    },
};

/// Why no receipt could be signed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The keeper of keys refused.
    #[error("the keys are not available: {0}")]
    Custody(#[from] custody::Fault),
    /// The address of this service has no identifier.
    #[error("this service's address cannot be a did:web: {0}")]
    NoDid(#[from] DidError),
    /// The database could not answer.
    #[error("the store could not answer: {0}")]
    Store(#[from] db::Error),
    /// The receipt could not be signed.
    #[error("the receipt could not be signed: {0}")]
    Proof(#[from] ProofError),
    /// There is no such key, or it was taken back before.
    #[error("there is no such key for receipts that could be taken back")]
    NoSuchKey,
}

/// A signed receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// What it says.
    pub receipt: Receipt,
    /// The signed document.
    pub document: Value<'static>,
}

impl Signed {
    /// The document as text, on one line.
    #[must_use]
    pub fn text(&self) -> String {
        json::text(&self.document)
    }
}

/// Signs what was found, with the key that signs receipts now; the first one is made here.
///
/// # Errors
/// [`Error`]: then there is no receipt, and the answers stand as they are.
pub async fn sign(app: &App, answers: &[Answered], now: Timestamp) -> Result<Signed, Error> {
    let row = keys::active(app).await?;
    let key = keys::open(app, &row)?;
    let origin = &app.config.public_url;
    let issuer = keys::issuer(app, &key.public())?;
    let maker = Maker {
        host: host(origin),
        context: origin.join(CONTEXT_PATH),
        issuer,
    };
    let options = ProofOptions::new(format!("{}#{}", maker.issuer, row.key_id), now);
    let id = uuid::Builder::from_random_bytes(random(app.chance.as_ref()));
    let id = id.into_uuid().urn().to_string();
    let receipt = Receipt::over(answers, id, maker, now);
    let suite = proof::suite("eddsa-jcs-2022").ok_or(ProofError::NoProof)?;
    let document = key.sign(receipt.document(), suite, &options)?;
    Ok(Signed { receipt, document })
}

/// The host of an address, with its port where it is not the usual one.
fn host(origin: &Origin) -> String {
    let address = origin.join("");
    let rest = address.split_once("://").map_or("", |(_, rest)| rest);
    rest.trim_end_matches('/').to_owned()
}

/// Reads a receipt of this service back, whichever of its keys signed it. `None` for anything else:
/// of somebody else's receipt this service draws no paper.
///
/// # Errors
/// [`Error::Store`] if our keys could not be read.
pub async fn own(app: &App, text: &str, now: Timestamp) -> Result<Option<Signed>, Error> {
    let Ok(document) = json::parse(text) else {
        return Ok(None);
    };
    let Ok(receipt) = Receipt::read(&document) else {
        return Ok(None);
    };
    let keys = app.db.receipt_keys().await?;
    let ours = keys::known(app, &keys, now);
    if !ours.names(&receipt.issuer) {
        return Ok(None);
    }
    let report: Report =
        verify::verify_known(&ours.sources, text.as_bytes(), &Options::default(), now);
    Ok(report.is_valid().then(|| Signed {
        receipt,
        document: document.into_owned(),
    }))
}
