//! What employers were asked about an achievement, and what they said.

use super::{
    Db, Error, Tenant, Ts,
    issuers::one,
    plain::{as_text, words},
};
use crate::ids::{AchievementId, EndorsementId, IssuerId};

as_text!(EndorsementId);

words! {
    /// How far an employer has come.
    EndorsementState, "state of an endorsement" {
        /// The link is out.
        Invited = "invited",
        /// The link was used, once.
        Started = "started",
        /// Said something, and endorsed nothing.
        Commented = "commented",
        /// Endorsed the edition.
        Endorsed = "endorsed",
        /// Would rather not.
        Declined = "declined",
        /// Taken back, invitation or endorsement.
        Withdrawn = "withdrawn",
    }
}

/// An employer who was asked about an edition of an achievement.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct EndorsementRow {
    /// Whose achievement it is.
    pub issuer_id: IssuerId,
    /// Its id.
    pub endorsement_id: EndorsementId,
    /// The edition.
    pub achievement_id: AchievementId,
    /// How far it has come.
    pub state: EndorsementState,
    /// SHA-256 of the link's token.
    pub token_hash: Vec<u8>,
    /// SHA-256 of what the browser that started holds.
    pub visit_hash: Option<Vec<u8>>,
    /// Whether the link went out in a letter of ours, and was shown to nobody else.
    pub by_letter: bool,
    /// When link and visit stop working.
    pub expires_at: Ts,
    /// Who it is and what was said, sealed for the organisation.
    pub details_sealed: Option<Vec<u8>>,
    /// The signed EndorsementCredential.
    pub document: Option<String>,
    /// When the invitation was made.
    pub created_at: Ts,
    /// When anything last changed.
    pub changed_at: Ts,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select issuer_id, endorsement_id, achievement_id, state, token_hash, visit_hash, \
             by_letter, expires_at, details_sealed, document, created_at, changed_at \
             from endorsements where ",
            $rest
        )
    };
}

impl Tenant<'_> {
    /// Adds an invitation; `row.issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error::Missing`] if the achievement is not this organisation's.
    pub async fn add_endorsement(&mut self, row: &EndorsementRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into endorsements (issuer_id, endorsement_id, achievement_id, state, \
             token_hash, visit_hash, by_letter, expires_at, details_sealed, document, created_at, \
             changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(row.endorsement_id.clone())
        .bind(row.achievement_id.clone())
        .bind(row.state)
        .bind(row.token_hash.clone())
        .bind(row.visit_hash.clone())
        .bind(row.by_letter)
        .bind(row.expires_at)
        .bind(row.details_sealed.clone())
        .bind(row.document.clone())
        .bind(row.created_at)
        .bind(row.changed_at)
        .run()
        .await?;
        Ok(())
    }

    /// Moves an invitation on from the state `from`, with everything `row` says.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it is in another state by now, or not there.
    pub async fn move_endorsement(
        &mut self,
        from: EndorsementState,
        row: &EndorsementRow,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update endorsements set state = $4, visit_hash = $5, expires_at = $6, \
                 details_sealed = $7, document = $8, changed_at = $9 \
                 where issuer_id = $1 and endorsement_id = $2 and state = $3",
            )
            .bind(row.endorsement_id.clone())
            .bind(from)
            .bind(row.state)
            .bind(row.visit_hash.clone())
            .bind(row.expires_at)
            .bind(row.details_sealed.clone())
            .bind(row.document.clone())
            .bind(row.changed_at)
            .run()
            .await?;
        one(rows)
    }

    /// The invitation with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn endorsement(
        &mut self,
        id: &EndorsementId,
    ) -> Result<Option<EndorsementRow>, Error> {
        self.read(select!("issuer_id = $1 and endorsement_id = $2"))
            .bind(id.clone())
            .opt()
            .await
    }

    /// Everybody who was asked about an edition, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn endorsements_of(
        &mut self,
        id: &AchievementId,
    ) -> Result<Vec<EndorsementRow>, Error> {
        self.read(select!(
            "issuer_id = $1 and achievement_id = $2 order by created_at desc, endorsement_id"
        ))
        .bind(id.clone())
        .all()
        .await
    }

    /// Everybody who was asked, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn endorsements(&mut self) -> Result<Vec<EndorsementRow>, Error> {
        self.read(select!(
            "issuer_id = $1 order by created_at desc, endorsement_id"
        ))
        .all()
        .await
    }

    /// The signed endorsements of an edition that hold, newest first, at most `most`.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn signed_endorsements(
        &mut self,
        id: &AchievementId,
        most: i64,
    ) -> Result<Vec<String>, Error> {
        self.read(
            "select document from endorsements where issuer_id = $1 and achievement_id = $2 \
             and state = 'endorsed' order by changed_at desc, endorsement_id limit $3",
        )
        .bind(id.clone())
        .bind(most)
        .scalars()
        .await
    }
}

impl Db {
    /// The invitation whose link has a token of this SHA-256. Across organisations: the token is all
    /// that a visitor has.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn endorsement_by_token(
        &self,
        token_hash: &[u8],
    ) -> Result<Option<EndorsementRow>, Error> {
        self.read(select!("token_hash = $1"))
            .bind(token_hash.to_vec())
            .opt()
            .await
    }

    /// The invitation that the browser with a secret of this SHA-256 started. Across organisations:
    /// as [`endorsement_by_token`](Self::endorsement_by_token).
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn endorsement_by_visit(
        &self,
        visit_hash: &[u8],
    ) -> Result<Option<EndorsementRow>, Error> {
        self.read(select!("visit_hash = $1"))
            .bind(visit_hash.to_vec())
            .opt()
            .await
    }

    /// The signed endorsement with this id. Across organisations: it is public.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn public_endorsement(
        &self,
        id: &EndorsementId,
    ) -> Result<Option<EndorsementRow>, Error> {
        self.read(select!("endorsement_id = $1 and document is not null"))
            .bind(id.clone())
            .opt()
            .await
    }
}
