//! Labs: sessions of a program, with who comes and what can be earned there.

use super::{Error, Tenant, Ts, issuers::one};
use crate::ids::{AchievementId, IssuerId, LabId, PersonId, ProgramId};

/// A lab.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LabRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// Its id.
    pub lab_id: LabId,
    /// The program it belongs to.
    pub program_id: ProgramId,
    /// Its name.
    pub name: String,
    /// When it is held.
    pub held_at: Ts,
    /// When it was made.
    pub created_at: Ts,
    /// When it was closed.
    pub closed_at: Option<Ts>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select issuer_id, lab_id, program_id, name, held_at, created_at, closed_at from labs \
             where issuer_id = $1 ",
            $rest
        )
    };
}

impl Tenant<'_> {
    /// Adds a lab; `row.issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error::Missing`] if the program is not this organisation's.
    pub async fn add_lab(&mut self, row: &LabRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into labs (issuer_id, lab_id, program_id, name, held_at, created_at, \
             closed_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(row.lab_id.clone())
        .bind(row.program_id.clone())
        .bind(row.name.clone())
        .bind(row.held_at)
        .bind(row.created_at)
        .bind(row.closed_at)
        .run()
        .await?;
        Ok(())
    }

    /// Opens or closes a lab.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such lab.
    pub async fn close_lab(&mut self, id: &LabId, at: Option<Ts>) -> Result<(), Error> {
        let rows = self
            .write("update labs set closed_at = $3 where issuer_id = $1 and lab_id = $2")
            .bind(id.clone())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// All labs, those held last first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn labs(&mut self) -> Result<Vec<LabRow>, Error> {
        self.read(select!("order by held_at desc, lab_id"))
            .all()
            .await
    }

    /// The lab with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn lab(&mut self, id: &LabId) -> Result<Option<LabRow>, Error> {
        self.read(select!("and lab_id = $2"))
            .bind(id.clone())
            .opt()
            .await
    }

    /// The labs that a learner is expected at, those held last first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn labs_of(&mut self, person: &PersonId) -> Result<Vec<LabRow>, Error> {
        self.read(select!(
            "and lab_id in (select l.lab_id from lab_learners l where l.issuer_id = $1 \
             and l.person_id = $2) order by held_at desc, lab_id"
        ))
        .bind(person.clone())
        .all()
        .await
    }

    /// Puts learners on a lab's roster; who is there already stays. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Missing`] if the lab or a person is not this organisation's.
    pub async fn add_to_lab(&mut self, id: &LabId, people: &[PersonId]) -> Result<(), Error> {
        let rows = people.len();
        let many = self
            .many("lab_learners", rows)
            .text("lab_id", vec![id.to_string(); rows])
            .text("person_id", people.iter().map(PersonId::to_string))
            .tail("on conflict (issuer_id, lab_id, person_id) do nothing");
        self.insert(many).await?;
        Ok(())
    }

    /// Takes a learner off a lab's roster.
    ///
    /// # Errors
    /// [`Error::NoRow`] if the learner was not on it.
    pub async fn take_from_lab(&mut self, id: &LabId, person: &PersonId) -> Result<(), Error> {
        let rows = self
            .write(
                "delete from lab_learners where issuer_id = $1 and lab_id = $2 and person_id = $3",
            )
            .bind(id.clone())
            .bind(person.clone())
            .run()
            .await?;
        one(rows)
    }

    /// Who is expected at a lab.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn lab_learners(&mut self, id: &LabId) -> Result<Vec<PersonId>, Error> {
        self.read(
            "select person_id from lab_learners where issuer_id = $1 and lab_id = $2 \
             order by person_id",
        )
        .bind(id.clone())
        .scalars()
        .await
    }

    /// Says what can be earned at a lab, in this order, in place of what was said before. Use a
    /// transaction.
    ///
    /// # Errors
    /// [`Error::Missing`] if the lab or an achievement is not this organisation's (G9);
    /// [`Error::Duplicate`] if one is named twice.
    pub async fn offer_at_lab(
        &mut self,
        id: &LabId,
        achievements: &[AchievementId],
    ) -> Result<(), Error> {
        self.write("delete from lab_offers where issuer_id = $1 and lab_id = $2")
            .bind(id.clone())
            .run()
            .await?;
        let rows = achievements.len();
        let many = self
            .many("lab_offers", rows)
            .text("lab_id", vec![id.to_string(); rows])
            .text(
                "achievement_id",
                achievements.iter().map(AchievementId::to_string),
            )
            .number("position", (0..rows).filter_map(|n| i64::try_from(n).ok()));
        self.insert(many).await?;
        Ok(())
    }

    /// What can be earned at a lab, in its order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn lab_offers(&mut self, id: &LabId) -> Result<Vec<AchievementId>, Error> {
        self.read(
            "select achievement_id from lab_offers where issuer_id = $1 and lab_id = $2 \
             order by position",
        )
        .bind(id.clone())
        .scalars()
        .await
    }
}
