//! Letters to be sent, and what organisations say in them.

use super::{
    Db, Error, Tenant, Ts,
    issuers::one,
    plain::{as_text, words},
};
use crate::ids::{IssuerId, LetterId, PersonId};

as_text!(LetterId);

words! {
    /// What became of a letter.
    LetterState, "state of a letter" {
        /// To be sent.
        Waiting = "waiting",
        /// Handed to the next server.
        Sent = "sent",
        /// Given up; the row says why.
        Failed = "failed",
    }
}

/// A letter. Nothing of it can be read without the key-encryption key, and nothing at all once it
/// was sent.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LetterRow {
    /// Who writes.
    pub issuer_id: IssuerId,
    /// Its id, and the first part of its Message-ID.
    pub letter_id: LetterId,
    /// Which letter it is.
    pub kind: String,
    /// The learner it is to, if it is to one: then it is sealed with that person's key.
    pub person_id: Option<PersonId>,
    /// Address and words, sealed; `None` once it was sent, given up or erased.
    pub letter_sealed: Option<Vec<u8>>,
    /// What became of it.
    pub state: LetterState,
    /// Why it failed; never the address.
    pub problem: Option<String>,
    /// When it was written.
    pub created_at: Ts,
    /// When it was sent or given up.
    pub finished_at: Option<Ts>,
}

/// What an organisation says in a letter instead of our words.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LetterTextRow {
    /// Which letter.
    pub kind: String,
    /// Its subject, with placeholders.
    pub subject: String,
    /// Its text, with placeholders.
    pub body: String,
    /// Since when.
    pub changed_at: Ts,
}

impl Tenant<'_> {
    /// Writes letters down, in the transaction of their cause: those that went in, in no order; the
    /// others are there already. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Missing`] if a person is not this organisation's: then none went in.
    pub async fn add_letters(&mut self, rows: &[LetterRow]) -> Result<Vec<LetterId>, Error> {
        debug_assert!(rows.iter().all(|row| &row.issuer_id == self.issuer_id()));
        let all = || rows.iter();
        let many = self
            .many("letters", rows.len())
            .text("letter_id", all().map(|r| r.letter_id.to_string()))
            .text("kind", all().map(|r| r.kind.clone()))
            .text(
                "person_id",
                all().map(|r| r.person_id.as_ref().map(PersonId::to_string)),
            )
            .bytes("letter_sealed", all().map(|r| r.letter_sealed.clone()))
            .text("state", all().map(|r| r.state.to_string()))
            .text("problem", all().map(|r| r.problem.clone()))
            .time("created_at", all().map(|r| r.created_at))
            .time("finished_at", all().map(|r| r.finished_at))
            .tail("on conflict (issuer_id, letter_id) do nothing returning letter_id");
        let written: Vec<(LetterId,)> = self.insert_returning(many).await?;
        Ok(written.into_iter().map(|(id,)| id).collect())
    }

    /// The letter with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn letter(&mut self, id: &LetterId) -> Result<Option<LetterRow>, Error> {
        let rows = self.read_in(
            "select issuer_id, letter_id, kind, person_id, letter_sealed, state, problem, \
             created_at, finished_at from letters where issuer_id = $1 and letter_id in",
            std::slice::from_ref(id),
        );
        Ok(rows.await?.pop())
    }

    /// The newest letters, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn letters(&mut self, limit: i64) -> Result<Vec<LetterRow>, Error> {
        self.read(
            "select issuer_id, letter_id, kind, person_id, letter_sealed, state, problem, \
             created_at, finished_at from letters where issuer_id = $1 \
             order by created_at desc, letter_id desc limit $2",
        )
        .bind(limit)
        .all()
        .await
    }

    /// Ends a waiting letter, and forgets its words.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it is not waiting.
    pub async fn end_letter(
        &mut self,
        id: &LetterId,
        end: LetterState,
        problem: Option<&str>,
        at: Ts,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update letters set state = $3, problem = $4, letter_sealed = null, \
                 finished_at = $5 \
                 where issuer_id = $1 and letter_id = $2 and state = 'waiting'",
            )
            .bind(id.clone())
            .bind(end)
            .bind(problem.map(str::to_owned))
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// What the organisation says in its letters instead of our words.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn letter_texts(&mut self) -> Result<Vec<LetterTextRow>, Error> {
        self.read(
            "select kind, subject, body, changed_at from letter_texts \
             where issuer_id = $1 order by kind",
        )
        .all()
        .await
    }

    /// Says something of its own in a letter from now on.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn set_letter_text(&mut self, row: &LetterTextRow) -> Result<(), Error> {
        self.write(
            "insert into letter_texts (issuer_id, kind, subject, body, changed_at) \
             values ($1, $2, $3, $4, $5) on conflict (issuer_id, kind) \
             do update set subject = excluded.subject, body = excluded.body, \
             changed_at = excluded.changed_at",
        )
        .bind(row.kind.clone())
        .bind(row.subject.clone())
        .bind(row.body.clone())
        .bind(row.changed_at)
        .run()
        .await
        .map(|_| ())
    }

    /// Goes back to our words.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it had none of its own.
    pub async fn unset_letter_text(&mut self, kind: &str) -> Result<(), Error> {
        let rows = self
            .write("delete from letter_texts where issuer_id = $1 and kind = $2")
            .bind(kind.to_owned())
            .run()
            .await?;
        one(rows)
    }

    /// The letters that the organisation does not send.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn silent_letters(&mut self) -> Result<Vec<String>, Error> {
        self.read("select kind from silent_letters where issuer_id = $1 order by kind")
            .scalars()
            .await
    }

    /// Sends a letter no more, or again; whether that is a change.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn set_letter_silent(&mut self, kind: &str, silent: bool) -> Result<bool, Error> {
        let statement = if silent {
            "insert into silent_letters (issuer_id, kind) values ($1, $2) \
             on conflict (issuer_id, kind) do nothing"
        } else {
            "delete from silent_letters where issuer_id = $1 and kind = $2"
        };
        let rows = self.write(statement).bind(kind.to_owned()).run().await?;
        Ok(rows == 1)
    }
}

impl Db {
    /// Forgets that letters were sent or given up before `then`: how many. Across organisations:
    /// for the round that keeps what the privacy page promises.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_letters(&self, then: Ts) -> Result<u64, Error> {
        // One whose learner was erased was given up then, and never finished.
        self.write(
            "delete from letters where finished_at < $1 \
             or (state = 'failed' and finished_at is null and created_at < $1)",
        )
        .bind(then)
        .run()
        .await
    }
}
