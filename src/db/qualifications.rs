//! With what right somebody reviews.

use super::{Error, Tenant, Ts, issuers::one};
use crate::ids::QualificationId;

/// A qualification of a reviewer.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct QualificationRow {
    /// Its id.
    pub qualification_id: QualificationId,
    /// Whose: a member's id, or an API key's.
    pub reviewer: String,
    /// In which role they assess.
    pub role: String,
    /// What it is called.
    pub title: String,
    /// When it lapses.
    pub valid_until: Option<Ts>,
    /// When it was written down.
    pub created_at: Ts,
}

impl Tenant<'_> {
    /// Adds a qualification.
    ///
    /// # Errors
    /// [`Error`] if the database could not do it.
    pub async fn add_qualification(&mut self, row: &QualificationRow) -> Result<(), Error> {
        self.write(
            "insert into qualifications (issuer_id, qualification_id, reviewer, role, title, \
             valid_until, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(row.qualification_id.clone())
        .bind(row.reviewer.clone())
        .bind(row.role.clone())
        .bind(row.title.clone())
        .bind(row.valid_until)
        .bind(row.created_at)
        .run()
        .await?;
        Ok(())
    }

    /// Says until when a qualification holds.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such qualification.
    pub async fn end_qualification(
        &mut self,
        id: &QualificationId,
        until: Option<Ts>,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update qualifications set valid_until = $3 \
                 where issuer_id = $1 and qualification_id = $2",
            )
            .bind(id.clone())
            .bind(until)
            .run()
            .await?;
        one(rows)
    }

    /// Every qualification, also those that lapsed, the newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn qualifications(&mut self) -> Result<Vec<QualificationRow>, Error> {
        self.read(
            "select qualification_id, reviewer, role, title, valid_until, created_at \
             from qualifications where issuer_id = $1 order by created_at desc, qualification_id",
        )
        .all()
        .await
    }

    /// Who may not decide for now.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn suspended_reviewers(&mut self) -> Result<Vec<String>, Error> {
        self.read("select reviewer from suspended_reviewers where issuer_id = $1 order by reviewer")
            .scalars()
            .await
    }

    /// Somebody may not decide for now.
    ///
    /// # Errors
    /// [`Error`] if the database could not do it.
    pub async fn suspend_reviewer(
        &mut self,
        reviewer: &str,
        by: &str,
        at: Ts,
    ) -> Result<(), Error> {
        self.write(
            "insert into suspended_reviewers (issuer_id, reviewer, suspended_at, suspended_by) \
             values ($1, $2, $3, $4) on conflict (issuer_id, reviewer) do nothing",
        )
        .bind(reviewer.to_owned())
        .bind(at)
        .bind(by.to_owned())
        .run()
        .await?;
        Ok(())
    }

    /// Somebody may decide again.
    ///
    /// # Errors
    /// [`Error::NoRow`] if they were not suspended.
    pub async fn reinstate_reviewer(&mut self, reviewer: &str) -> Result<(), Error> {
        let rows = self
            .write("delete from suspended_reviewers where issuer_id = $1 and reviewer = $2")
            .bind(reviewer.to_owned())
            .run()
            .await?;
        one(rows)
    }
}
