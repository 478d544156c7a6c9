//! Links that let somebody in once: only their hash is here.

use super::plain::words;
use super::{Db, Error, Tenant, Ts, issuers::one};
use crate::ids::{InvitationId, IssuerId, MemberId};

words! {
    /// What a link is for.
    InvitationKind, "kind of invitation" {
        /// To join an organisation.
        Join = "join",
        /// To choose another password.
        Reset = "reset",
    }
}

words! {
    /// How a link went out.
    LinkWay, "way of a link" {
        /// In a letter to the account's own address, and shown to nobody.
        Letter = "letter",
        /// Shown to a colleague, who hands it on.
        Shown = "shown",
        /// Shown to whoever runs the service.
        Operator = "operator",
    }
}

/// A link that lets somebody in once, without its token.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct InvitationRow {
    /// The organisation that made it.
    pub issuer_id: IssuerId,
    /// Which link it is.
    pub invitation_id: InvitationId,
    /// For whom.
    pub member_id: MemberId,
    /// What for.
    pub kind: InvitationKind,
    /// How it went out.
    pub way: LinkWay,
    /// SHA-256 of its token: 32 bytes.
    pub token_hash: Vec<u8>,
    /// When it was made.
    pub created_at: Ts,
    /// When it stops working by itself.
    pub expires_at: Ts,
    /// When it was used, or another one took its place.
    pub used_at: Option<Ts>,
}

impl Tenant<'_> {
    /// Adds a link; the others for the same member stop working. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is no such member.
    pub async fn add_invitation(&mut self, row: &InvitationRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.void_invitations(&row.member_id, row.created_at)
            .await?;
        self.write(
            "insert into invitations (issuer_id, invitation_id, member_id, kind, token_hash, \
             created_at, expires_at, used_at, way) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(row.invitation_id.clone())
        .bind(row.member_id.clone())
        .bind(row.kind)
        .bind(row.token_hash.clone())
        .bind(row.created_at)
        .bind(row.expires_at)
        .bind(row.used_at)
        .bind(row.way)
        .run()
        .await?;
        Ok(())
    }

    /// Makes every link for a member useless.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn void_invitations(&mut self, member: &MemberId, at: Ts) -> Result<(), Error> {
        self.write(
            "update invitations set used_at = $3 \
             where issuer_id = $1 and member_id = $2 and used_at is null",
        )
        .bind(member.clone())
        .bind(at)
        .run()
        .await?;
        Ok(())
    }

    /// Uses a link up.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it was used before.
    pub async fn use_invitation(&mut self, id: &InvitationId, at: Ts) -> Result<(), Error> {
        let rows = self
            .write(
                "update invitations set used_at = $3 \
                 where issuer_id = $1 and invitation_id = $2 and used_at is null",
            )
            .bind(id.clone())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }
}

impl Db {
    /// The link whose token has this SHA-256, also if it was used or is too old. Across
    /// organisations: it is the token that says which one invites.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn invitation_by_hash(&self, hash: &[u8]) -> Result<Option<InvitationRow>, Error> {
        self.read(
            "select issuer_id, invitation_id, member_id, kind, token_hash, created_at, \
             expires_at, used_at, way from invitations where token_hash = $1",
        )
        .bind(hash.to_vec())
        .opt()
        .await
    }
}
