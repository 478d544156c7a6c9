//! Programs, and who is in them.

use super::{Error, Tenant, Ts, issuers::one};
use crate::ids::{IssuerId, PathwayId, PersonId, ProgramId};

/// A program.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ProgramRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// Its id.
    pub program_id: ProgramId,
    /// Its name.
    pub name: String,
    /// Such as `Spring 2026`.
    pub term: String,
    /// The school.
    pub school: String,
    /// Such as `6-8`.
    pub grade_band: String,
    /// The pathway it follows.
    pub pathway_id: Option<PathwayId>,
    /// Which version of the pathway.
    pub pathway_version: Option<i64>,
    /// Who looks after it: a member's id.
    pub owner: Option<String>,
    /// Which money pays for it; empty: not said.
    pub funding_stream: String,
    /// How many days after handing in a learner has an answer.
    pub turnaround_days: i64,
    /// Of a hundred decisions, how many are read again.
    pub second_percent: i64,
    /// When it was made.
    pub created_at: Ts,
    /// When it ended.
    pub ended_at: Option<Ts>,
}

/// A learner's place in a program.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ProgramLearnerRow {
    /// The program.
    pub program_id: ProgramId,
    /// The learner.
    pub person_id: PersonId,
    /// Since when.
    pub joined_at: Ts,
    /// Until when.
    pub left_at: Option<Ts>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select issuer_id, program_id, name, term, school, grade_band, pathway_id, \
             version as pathway_version, owner, funding_stream, turnaround_days, second_percent, \
             created_at, ended_at from programs left join program_pathways \
             using (issuer_id, program_id) where issuer_id = $1 ",
            $rest
        )
    };
}

macro_rules! select_place {
    ($rest:literal) => {
        concat!(
            "select program_id, person_id, joined_at, left_at from program_learners \
             where issuer_id = $1 ",
            $rest
        )
    };
}

impl Tenant<'_> {
    /// Adds a program; `row.issuer_id` must be the handle's. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Refused`] for numbers outside their ranges; [`Error::Missing`] for a version of a
    /// pathway that this organisation does not have.
    pub async fn add_program(&mut self, row: &ProgramRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into programs (issuer_id, program_id, name, term, school, grade_band, owner, \
             funding_stream, turnaround_days, second_percent, created_at, ended_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(row.program_id.clone())
        .bind(row.name.clone())
        .bind(row.term.clone())
        .bind(row.school.clone())
        .bind(row.grade_band.clone())
        .bind(row.owner.clone())
        .bind(row.funding_stream.clone())
        .bind(row.turnaround_days)
        .bind(row.second_percent)
        .bind(row.created_at)
        .bind(row.ended_at)
        .run()
        .await?;
        self.follow(row).await
    }

    /// Writes down which pathway a program follows.
    async fn follow(&mut self, row: &ProgramRow) -> Result<(), Error> {
        let (Some(pathway), Some(version)) = (&row.pathway_id, row.pathway_version) else {
            return Ok(());
        };
        self.write(
            "insert into program_pathways (issuer_id, program_id, pathway_id, version) \
             values ($1, $2, $3, $4)",
        )
        .bind(row.program_id.clone())
        .bind(pathway.clone())
        .bind(version)
        .run()
        .await?;
        Ok(())
    }

    /// Writes what a program says of itself anew. Use a transaction.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such program; [`Error::Missing`] as for
    /// [`Tenant::add_program`].
    pub async fn set_program(&mut self, row: &ProgramRow) -> Result<(), Error> {
        let rows = self
            .write(
                "update programs set name = $3, term = $4, school = $5, grade_band = $6, \
                 owner = $7, funding_stream = $8, turnaround_days = $9, second_percent = $10, \
                 ended_at = $11 \
                 where issuer_id = $1 and program_id = $2",
            )
            .bind(row.program_id.clone())
            .bind(row.name.clone())
            .bind(row.term.clone())
            .bind(row.school.clone())
            .bind(row.grade_band.clone())
            .bind(row.owner.clone())
            .bind(row.funding_stream.clone())
            .bind(row.turnaround_days)
            .bind(row.second_percent)
            .bind(row.ended_at)
            .run()
            .await?;
        one(rows)?;
        self.write("delete from program_pathways where issuer_id = $1 and program_id = $2")
            .bind(row.program_id.clone())
            .run()
            .await?;
        self.follow(row).await
    }

    /// All programs, the newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn programs(&mut self) -> Result<Vec<ProgramRow>, Error> {
        self.read(select!("order by created_at desc, program_id"))
            .all()
            .await
    }

    /// The program with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn program(&mut self, id: &ProgramId) -> Result<Option<ProgramRow>, Error> {
        self.read(select!("and program_id = $2"))
            .bind(id.clone())
            .opt()
            .await
    }

    /// Puts learners into a program; who had left is in it again. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Missing`] if the program or a person is not this organisation's.
    pub async fn join_program(
        &mut self,
        id: &ProgramId,
        people: &[PersonId],
        at: Ts,
    ) -> Result<(), Error> {
        let rows = people.len();
        let many = self
            .many("program_learners", rows)
            .text("program_id", vec![id.to_string(); rows])
            .text("person_id", people.iter().map(PersonId::to_string))
            .time("joined_at", vec![at; rows])
            .tail("on conflict (issuer_id, program_id, person_id) do update set left_at = null");
        self.insert(many).await?;
        Ok(())
    }

    /// A learner leaves a program.
    ///
    /// # Errors
    /// [`Error::NoRow`] if the learner is not in it.
    pub async fn leave_program(
        &mut self,
        id: &ProgramId,
        person: &PersonId,
        at: Ts,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update program_learners set left_at = $4 where issuer_id = $1 \
                 and program_id = $2 and person_id = $3 and left_at is null",
            )
            .bind(id.clone())
            .bind(person.clone())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// Everybody who is or was in a program, in the order in which they joined.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn program_learners(
        &mut self,
        id: &ProgramId,
    ) -> Result<Vec<ProgramLearnerRow>, Error> {
        self.read(select_place!(
            "and program_id = $2 order by joined_at, person_id"
        ))
        .bind(id.clone())
        .all()
        .await
    }

    /// The programs a learner is or was in.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn programs_of(
        &mut self,
        person: &PersonId,
    ) -> Result<Vec<ProgramLearnerRow>, Error> {
        self.read(select_place!(
            "and person_id = $2 order by joined_at, program_id"
        ))
        .bind(person.clone())
        .all()
        .await
    }
}
