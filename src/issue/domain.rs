//! Is the web address really theirs? A TXT record or a file that only its owner can place says so
//! (threat G19).
//!
//! What was proven is looked at again every day. After [`LOOKS_LOST`] looks in a row that found
//! nothing, pages say "unverified organisation" again; a later look that finds it brings it back.

use std::time::Duration;

use jiff::SignedDuration;

use super::Error;
use super::identity::{self, DomainProof};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{DomainWay, IssuerRow, Ts};
use crate::ids::IssuerId;
use crate::outbound::{Budget, Fetcher, Shape, Want};
use crate::who::{Scope, Who};

/// From one look at a proven address to the next, in hours.
const LOOK_EVERY_HOURS: i64 = 24;
/// Looks in a row that find nothing, before the address counts as not proven.
pub const LOOKS_LOST: i64 = 3;
/// Most organisations looked at in one round.
const LOOKS_A_ROUND: i64 = 50;

/// What a look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// What has to be found, and where.
    pub proof: DomainProof,
    /// Where it was found; `None`: nowhere.
    pub way: Option<DomainWay>,
    /// Since when the address counts as proven, after this look.
    pub proven_at: Option<Timestamp>,
}

/// Looks for the proof of an organisation's web address, and from now on shows the address as
/// proven if it is there. A look that finds nothing changes nothing.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`; [`Error::Conflict`] if nothing is to be fetched,
/// or the web address has no host; [`Error::NotFound`].
pub async fn verify(app: &App, who: &Who) -> Result<Look, Error> {
    who.may(Scope::Manage)?;
    let fetcher = app
        .outbound
        .as_ref()
        .ok_or_else(|| Error::Conflict("nothing may be fetched: --no-fetch is set".to_owned()))?;
    let row = issuer(app, who.issuer()).await?;
    let proof = proof_of(&row)?;
    let way = look(fetcher, &proof).await;
    if let Some(way) = way {
        found(app, who, &row, &proof, way).await?;
    }
    let proven_at = issuer(app, who.issuer()).await?.domain_proven_at;
    Ok(Look {
        proof,
        way,
        proven_at: proven_at.map(Into::into),
    })
}

/// Looks again at proven web addresses whose day has passed: how many. Without a way to ask
/// others, nothing is looked at and nothing lapses.
///
/// # Errors
/// [`Error::Db`]; those looked at before keep what was found.
pub async fn look_again(app: &App) -> Result<usize, Error> {
    let Some(fetcher) = &app.outbound else {
        return Ok(0);
    };
    let day = SignedDuration::from_hours(LOOK_EVERY_HOURS);
    let before = app.now().checked_sub(day).unwrap_or(Timestamp::MIN);
    let due = app.db.domains_due(before.into(), LOOKS_A_ROUND).await?;
    for id in &due {
        let (who, row) = (Who::service(id.clone()), issuer(app, id).await?);
        let found_at = match proof_of(&row) {
            Ok(proof) => look(fetcher, &proof).await.map(|way| (proof, way)),
            Err(_) => None,
        };
        match found_at {
            Some((proof, way)) => found(app, &who, &row, &proof, way).await?,
            None => lost(app, &who, &row).await?,
        }
    }
    Ok(due.len())
}

async fn issuer(app: &App, id: &IssuerId) -> Result<IssuerRow, Error> {
    let row = app.db.of(id).issuer().await?;
    row.ok_or(Error::NotFound("organisation"))
}

fn proof_of(row: &IssuerRow) -> Result<DomainProof, Error> {
    identity::domain_proof(&row.web_address, &row.domain_token)
        .ok_or_else(|| Error::Conflict("the web address names no host".to_owned()))
}

/// The record first, then the file.
async fn look(fetcher: &Fetcher, proof: &DomainProof) -> Option<DomainWay> {
    let texts = fetcher.texts(RECORD, &proof.host).await.unwrap_or_default();
    if texts.iter().any(|text| text.trim() == proof.record_value) {
        return Some(DomainWay::Dns);
    }
    let file = fetcher.fetch(&proof.file_url, &FILE, &Budget::new()).await;
    let is_it = |text: &str| text.lines().any(|line| line.trim() == proof.file_content);
    file.is_ok_and(|file| is_it(file.text()))
        .then_some(DomainWay::File)
}

async fn found(
    app: &App,
    who: &Who,
    row: &IssuerRow,
    proof: &DomainProof,
    way: DomainWay,
) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(&row.issuer_id);
    let before = of.domain_check().await?;
    of.note_domain_found(&proof.host, way, now.into()).await?;
    let same = before.is_some_and(|before| before.host == proof.host);
    if row.domain_proven_at.is_none() || !same {
        of.set_domain_proven(Some(now.into())).await?;
        let line = who.did(app, "domain.prove", row.issuer_id.as_str(), now);
        of.log(&[line]).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn lost(app: &App, who: &Who, row: &IssuerRow) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(&row.issuer_id);
    of.note_domain_lost(now.into()).await?;
    let failures = of.domain_check().await?.map_or(0, |check| check.failures);
    if failures >= LOOKS_LOST && row.domain_proven_at.is_some() {
        of.set_domain_proven(None::<Ts>).await?;
        let line = who.did(app, "domain.lapse", row.issuer_id.as_str(), now);
        of.log(&[line]).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The first label of the record's name.
const RECORD: &str = "_skillmark";

/// The file: a few lines of text, read anew each time. A server that does not know its type calls
/// it an octet-stream.
const FILE: Want = Want {
    accept: &["text/plain", "application/octet-stream"],
    max_bytes: 4 * 1024,
    shape: Shape::Text,
    may_leave: false,
    keep: |_| Duration::ZERO,
};
