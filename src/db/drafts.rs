//! Achievements that are being written, and their published editions.

use super::{Error, Tenant, Ts, issuers::one, plain::as_text};
use crate::ids::{AchievementId, DraftId, IssuerId};

as_text!(DraftId);

/// An achievement that is being written.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DraftRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// Its id, the same for every edition.
    pub draft_id: DraftId,
    /// Its name, for lists.
    pub name: String,
    /// The draft as JSON text.
    pub document: String,
    /// How often it was written.
    pub changes: i64,
    /// When it was begun.
    pub created_at: Ts,
    /// When it was last written.
    pub changed_at: Ts,
}

/// A published edition of a draft.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct EditionRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// The published achievement.
    pub achievement_id: AchievementId,
    /// What it is an edition of.
    pub draft_id: DraftId,
    /// 1, 2, 3 …
    pub edition: i64,
    /// The draft as it was then.
    pub draft: String,
    /// How often somebody may try; `None`: as often as they like.
    pub tries: Option<i64>,
    /// Days between one try and the next.
    pub cool_down_days: i64,
    /// Months after which a credential ends.
    pub valid_months: Option<i64>,
    /// When it was published.
    pub published_at: Ts,
}

impl Tenant<'_> {
    /// Adds a draft; `row.issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is no such organisation.
    pub async fn add_draft(&mut self, row: &DraftRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into achievement_drafts (issuer_id, draft_id, name, document, changes, \
             created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(row.draft_id.clone())
        .bind(row.name.clone())
        .bind(row.document.clone())
        .bind(row.changes)
        .bind(row.created_at)
        .bind(row.changed_at)
        .run()
        .await?;
        Ok(())
    }

    /// Writes a draft anew that was written `row.changes` times.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it was written since, or is not there.
    pub async fn rewrite_draft(&mut self, row: &DraftRow) -> Result<(), Error> {
        let rows = self
            .write(
                "update achievement_drafts set name = $3, document = $4, changes = changes + 1, \
                 changed_at = $5 where issuer_id = $1 and draft_id = $2 and changes = $6",
            )
            .bind(row.draft_id.clone())
            .bind(row.name.clone())
            .bind(row.document.clone())
            .bind(row.changed_at)
            .bind(row.changes)
            .run()
            .await?;
        one(rows)
    }

    /// Forgets a draft that was never published.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is none, or it has an edition.
    pub async fn discard_draft(&mut self, id: &DraftId) -> Result<(), Error> {
        let rows = self
            .write(
                "delete from achievement_drafts where issuer_id = $1 and draft_id = $2 \
                 and not exists (select 1 from achievement_editions e \
                 where e.issuer_id = achievement_drafts.issuer_id \
                 and e.draft_id = achievement_drafts.draft_id)",
            )
            .bind(id.clone())
            .run()
            .await?;
        one(rows)
    }

    /// The draft with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn draft(&mut self, id: &DraftId) -> Result<Option<DraftRow>, Error> {
        self.read(
            "select issuer_id, draft_id, name, document, changes, created_at, changed_at \
             from achievement_drafts where issuer_id = $1 and draft_id = $2",
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// All drafts, by name.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn drafts(&mut self) -> Result<Vec<DraftRow>, Error> {
        self.read(
            "select issuer_id, draft_id, name, document, changes, created_at, changed_at \
             from achievement_drafts where issuer_id = $1 order by name, draft_id",
        )
        .all()
        .await
    }

    /// Adds an edition; `row.issuer_id` must be the handle's. Use the transaction in which the
    /// achievement was published.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the draft has an edition of this number.
    pub async fn add_edition(&mut self, row: &EditionRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into achievement_editions (issuer_id, achievement_id, draft_id, edition, \
             draft, tries, cool_down_days, valid_months, published_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(row.achievement_id.clone())
        .bind(row.draft_id.clone())
        .bind(row.edition)
        .bind(row.draft.clone())
        .bind(row.tries)
        .bind(row.cool_down_days)
        .bind(row.valid_months)
        .bind(row.published_at)
        .run()
        .await?;
        Ok(())
    }

    /// Which edition a published achievement is; `None` if it was published without a draft.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn edition(&mut self, id: &AchievementId) -> Result<Option<EditionRow>, Error> {
        self.read(
            "select issuer_id, achievement_id, draft_id, edition, draft, tries, cool_down_days, \
             valid_months, published_at from achievement_editions \
             where issuer_id = $1 and achievement_id = $2",
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// Every edition of every draft, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn editions(&mut self) -> Result<Vec<EditionRow>, Error> {
        self.read(
            "select issuer_id, achievement_id, draft_id, edition, draft, tries, cool_down_days, \
             valid_months, published_at from achievement_editions \
             where issuer_id = $1 order by draft_id, edition desc",
        )
        .all()
        .await
    }
}
