//! What credentials are about.

use super::{Error, Tenant, Ts, plain::words};
use crate::ids::{AchievementId, IssuerId};

words! {
    /// Whether an achievement says that a skill was shown, or that somebody took part.
    AchievementKind, "kind of achievement" {
        /// Shown in a task, scored with a rubric, backed by evidence.
        Performance = "performance",
        /// Given for taking part.
        Participation = "participation",
    }
}

/// An achievement of an organisation. Once written it never changes.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AchievementRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// Its id.
    pub achievement_id: AchievementId,
    /// Its name, for lists.
    pub name: String,
    /// What it says about the person.
    pub kind: AchievementKind,
    /// The organisation's own name for this edition.
    pub version: String,
    /// The achievement as JSON text.
    pub document: String,
    /// When it was published.
    pub created_at: Ts,
}

impl Tenant<'_> {
    /// Adds an achievement; `row.issuer_id` must be the handle's. `false`: it was there already,
    /// and stays as it is.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is no such organisation.
    pub async fn add_achievement(&mut self, row: &AchievementRow) -> Result<bool, Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        let rows = self
            .write(
                "insert into achievements (issuer_id, achievement_id, name, kind, version, \
                 document, created_at) values ($1, $2, $3, $4, $5, $6, $7) \
                 on conflict (issuer_id, achievement_id) do nothing",
            )
            .bind(row.achievement_id.clone())
            .bind(row.name.clone())
            .bind(row.kind)
            .bind(row.version.clone())
            .bind(row.document.clone())
            .bind(row.created_at)
            .run()
            .await?;
        Ok(rows == 1)
    }

    /// The achievement with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn achievement(
        &mut self,
        id: &AchievementId,
    ) -> Result<Option<AchievementRow>, Error> {
        self.read(
            "select issuer_id, achievement_id, name, kind, version, document, created_at \
             from achievements where issuer_id = $1 and achievement_id = $2",
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// All achievements, oldest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn achievements(&mut self) -> Result<Vec<AchievementRow>, Error> {
        self.read(
            "select issuer_id, achievement_id, name, kind, version, document, created_at \
             from achievements where issuer_id = $1 order by created_at, achievement_id",
        )
        .all()
        .await
    }

    /// The names of these achievements, in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn achievement_names(
        &mut self,
        ids: &[AchievementId],
    ) -> Result<Vec<(AchievementId, String)>, Error> {
        self.read_in(
            "select achievement_id, name from achievements \
             where issuer_id = $1 and achievement_id in",
            ids,
        )
        .await
    }
}
