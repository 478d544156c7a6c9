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

    /// The newest link to join of everybody who has not, where it works until some time after
    /// `now` and not after `until`.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn invitations_ending(
        &mut self,
        now: Ts,
        until: Ts,
    ) -> Result<Vec<InvitationRow>, Error> {
        self.read(
            "select issuer_id, invitation_id, member_id, kind, token_hash, created_at, \
             expires_at, used_at, way from invitations where issuer_id = $1 and kind = 'join' \
             and used_at is null and expires_at > $2 and expires_at <= $3 and exists \
             (select 1 from members m where m.issuer_id = $1 \
             and m.member_id = invitations.member_id and m.state = 'invited') and not exists \
             (select 1 from invitations o where o.issuer_id = $1 \
             and o.member_id = invitations.member_id and o.used_at is null \
             and (o.created_at > invitations.created_at or (o.created_at = invitations.created_at \
             and o.invitation_id > invitations.invitation_id))) order by expires_at, invitation_id",
        )
        .bind(now)
        .bind(until)
        .all()
        .await
    }

    /// Adds another link that does what `first` does and ends when it does; that one goes on
    /// working.
    ///
    /// # Errors
    /// [`Error::NoRow`] if the first was used, voided, or its member has joined.
    pub async fn add_invitation_beside(
        &mut self,
        first: &InvitationId,
        row: &InvitationRow,
    ) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        let rows = self
            .write(
                "insert into invitations (issuer_id, invitation_id, member_id, kind, token_hash, \
                 created_at, expires_at, way) select i.issuer_id, $3, i.member_id, i.kind, $4, $5, \
                 i.expires_at, $6 from invitations i join members m on m.issuer_id = i.issuer_id \
                 and m.member_id = i.member_id and m.state = 'invited' \
                 where i.issuer_id = $1 and i.invitation_id = $2 and i.used_at is null",
            )
            .bind(first.clone())
            .bind(row.invitation_id.clone())
            .bind(row.token_hash.clone())
            .bind(row.created_at)
            .bind(row.way)
            .run()
            .await?;
        one(rows)
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
