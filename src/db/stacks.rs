//! Pathways in force, what learners hold of them, and who was awarded a stack.

use super::{
    AchievementKind, Error, StatusState, Tenant, Ts,
    issuers::one,
    plain::{as_text, words},
};
use crate::ids::{AchievementId, CredentialId, DraftId, IssuerId, PathwayId, PersonId};

as_text!(PathwayId);

words! {
    /// What became of the award of a stack.
    StackState, "state of a stack" {
        /// It stands.
        Held = "held",
        /// A part was taken back: suspended until it is back or somebody decides.
        Waiting = "waiting",
        /// Somebody decided against it.
        Ended = "ended",
    }
}

/// A version of a pathway that was activated.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StackRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// The pathway.
    pub pathway_id: PathwayId,
    /// Which version of it.
    pub version: i64,
    /// The achievement of the stack credential.
    pub achievement_id: AchievementId,
    /// Since when it awards.
    pub activated_at: Ts,
    /// Since when it awards nothing new.
    pub ended_at: Option<Ts>,
}

/// The stack that somebody was awarded.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StackAwardRow {
    /// Whose pathway it is.
    pub issuer_id: IssuerId,
    /// The pathway.
    pub pathway_id: PathwayId,
    /// To whom.
    pub person_id: PersonId,
    /// By which version.
    pub version: i64,
    /// The stack credential.
    pub credential_id: CredentialId,
    /// What became of it.
    pub state: StackState,
    /// Why it waits or ended.
    pub reason: Option<String>,
    /// When that last changed.
    pub changed_at: Ts,
}

/// A credential that somebody was issued, as a pathway looks at it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HoldingRow {
    /// Whose it is.
    pub person_id: PersonId,
    /// The credential.
    pub credential_id: CredentialId,
    /// What for.
    pub achievement_id: AchievementId,
    /// Its name.
    pub name: String,
    /// Whether a skill was shown.
    pub kind: AchievementKind,
    /// The occasion: when it was awarded, as text.
    pub issue_event: String,
    /// When it was issued.
    pub valid_from: Ts,
    /// When it ends.
    pub valid_until: Option<Ts>,
    /// What its status is.
    pub status: StatusState,
    /// SHA-256 of the signed document.
    pub document_sha256: Option<Vec<u8>>,
    /// What it is an edition of.
    pub draft_id: Option<DraftId>,
}

macro_rules! holdings {
    ($rest:literal) => {
        concat!(
            "select c.person_id, c.credential_id, c.achievement_id, a.name, a.kind, \
             c.issue_event, c.valid_from, c.valid_until, s.state as status, c.document_sha256, e.draft_id \
             from credentials c \
             join achievements a on a.issuer_id = c.issuer_id and a.achievement_id = c.achievement_id \
             join status_entries s on s.issuer_id = c.issuer_id \
             and s.status_list_id = c.status_list_id and s.status_index = c.status_index \
             left join achievement_editions e on e.issuer_id = c.issuer_id \
             and e.achievement_id = c.achievement_id \
             where c.issuer_id = $1 and c.state = 'issued' and c.person_id is not null and ",
            $rest
        )
    };
}

macro_rules! expired {
    ($what:literal, $rest:literal) => {
        concat!(
            "select ",
            $what,
            ", c.valid_from from pathway_awards w \
             join credentials c on c.issuer_id = w.issuer_id and c.credential_id = w.credential_id \
             where w.issuer_id = $1 and c.valid_until <= $3 and ",
            $rest
        )
    };
}

macro_rules! awards {
    ($rest:literal) => {
        concat!(
            "select issuer_id, pathway_id, person_id, version, credential_id, state, reason, \
             changed_at from pathway_awards where issuer_id = $1 and ",
            $rest
        )
    };
}

impl Tenant<'_> {
    /// The pathways, in force or ended, whose stack each of these achievements is; in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn stacks_among(
        &mut self,
        achievements: &[AchievementId],
    ) -> Result<Vec<(AchievementId, PathwayId)>, Error> {
        self.read_in(
            "select achievement_id, pathway_id from pathway_stacks \
             where issuer_id = $1 and achievement_id in",
            achievements,
        )
        .await
    }

    /// Puts a version of a pathway in force and ends the one before. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if this version was activated before.
    pub async fn activate_pathway(&mut self, row: &StackRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "update pathway_stacks set ended_at = $3 \
             where issuer_id = $1 and pathway_id = $2 and ended_at is null",
        )
        .bind(row.pathway_id.clone())
        .bind(row.activated_at)
        .run()
        .await?;
        self.write(
            "insert into pathway_stacks (issuer_id, pathway_id, version, achievement_id, \
             activated_at, ended_at) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(row.pathway_id.clone())
        .bind(row.version)
        .bind(row.achievement_id.clone())
        .bind(row.activated_at)
        .bind(row.ended_at)
        .run()
        .await?;
        Ok(())
    }

    /// Ends a pathway: from `at` on it awards nothing new.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it is not in force.
    pub async fn end_pathway(&mut self, id: &PathwayId, at: Ts) -> Result<(), Error> {
        let rows = self
            .write(
                "update pathway_stacks set ended_at = $3 \
                 where issuer_id = $1 and pathway_id = $2 and ended_at is null",
            )
            .bind(id.clone())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// Every activation there ever was, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn pathway_stacks(&mut self) -> Result<Vec<StackRow>, Error> {
        self.read(
            "select issuer_id, pathway_id, version, achievement_id, activated_at, ended_at \
             from pathway_stacks where issuer_id = $1 order by activated_at desc, pathway_id, version",
        )
        .all()
        .await
    }

    /// What a person was issued.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn holdings_of(&mut self, person: &PersonId) -> Result<Vec<HoldingRow>, Error> {
        self.read(holdings!(
            "c.person_id = $2 order by c.valid_from, c.credential_id"
        ))
        .bind(person.clone())
        .all()
        .await
    }

    /// Everything that was issued for these achievements, to whomever we know, in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn holdings_for(&mut self, ids: &[AchievementId]) -> Result<Vec<HoldingRow>, Error> {
        self.read_in(holdings!("c.achievement_id in"), ids).await
    }

    /// Notes that somebody was awarded a stack.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the person has the stack of this pathway.
    pub async fn add_stack_award(&mut self, row: &StackAwardRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into pathway_awards (issuer_id, pathway_id, person_id, version, \
             credential_id, state, reason, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.pathway_id.clone())
        .bind(row.person_id.clone())
        .bind(row.version)
        .bind(row.credential_id.clone())
        .bind(row.state)
        .bind(row.reason.clone())
        .bind(row.changed_at)
        .run()
        .await?;
        Ok(())
    }

    /// Changes what became of a stack, from the state `from`.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it is in another state by now, or not there.
    pub async fn move_stack_award(
        &mut self,
        from: StackState,
        row: &StackAwardRow,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update pathway_awards set state = $5, reason = $6, changed_at = $7 \
                 where issuer_id = $1 and pathway_id = $2 and person_id = $3 and state = $4",
            )
            .bind(row.pathway_id.clone())
            .bind(row.person_id.clone())
            .bind(from)
            .bind(row.state)
            .bind(row.reason.clone())
            .bind(row.changed_at)
            .run()
            .await?;
        one(rows)
    }

    /// Writes down that somebody was awarded a stack again, in place of the one with the credential
    /// `before`.
    ///
    /// # Errors
    /// [`Error::NoRow`] if another one took its place meanwhile.
    pub async fn renew_stack_award(
        &mut self,
        before: &CredentialId,
        row: &StackAwardRow,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update pathway_awards set version = $5, credential_id = $6, state = $7, \
                 reason = $8, changed_at = $9 \
                 where issuer_id = $1 and pathway_id = $2 and person_id = $3 and credential_id = $4",
            )
            .bind(row.pathway_id.clone())
            .bind(row.person_id.clone())
            .bind(before.clone())
            .bind(row.version)
            .bind(row.credential_id.clone())
            .bind(row.state)
            .bind(row.reason.clone())
            .bind(row.changed_at)
            .run()
            .await?;
        one(rows)
    }

    /// Whose stack of a pathway has expired at `now`, and when each was issued; in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn expired_stacks(
        &mut self,
        id: &PathwayId,
        now: Ts,
    ) -> Result<Vec<(PersonId, Ts)>, Error> {
        self.read(expired!("w.person_id", "w.pathway_id = $2"))
            .bind(id.clone())
            .bind(now)
            .all()
            .await
    }

    /// Which of somebody's stacks have expired at `now`, and when each was issued; in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn expired_stacks_of(
        &mut self,
        person: &PersonId,
        now: Ts,
    ) -> Result<Vec<(PathwayId, Ts)>, Error> {
        self.read(expired!("w.pathway_id", "w.person_id = $2"))
            .bind(person.clone())
            .bind(now)
            .all()
            .await
    }

    /// The stacks a person was awarded.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn stack_awards_of(
        &mut self,
        person: &PersonId,
    ) -> Result<Vec<StackAwardRow>, Error> {
        self.read(awards!("person_id = $2 order by pathway_id"))
            .bind(person.clone())
            .all()
            .await
    }

    /// Everybody who was awarded the stack of a pathway, those who wait first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn stack_awards(&mut self, id: &PathwayId) -> Result<Vec<StackAwardRow>, Error> {
        self.read(awards!(
            "pathway_id = $2 order by state desc, changed_at desc, person_id"
        ))
        .bind(id.clone())
        .all()
        .await
    }
}
