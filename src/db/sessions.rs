//! Who is signed in where: only the hash of what the browser holds is here.

use super::plain::words;
use super::{Db, Error, Ts, Tx, issuers::one};
use crate::ids::{AccountId, IssuerId, PersonId, ProviderId, SessionId};

words! {
    /// How far somebody has come in.
    Stage, "stage of a session" {
        /// The password was right; a one-time code is still asked for.
        Code = "code",
        /// Signed in.
        In = "in",
    }
}

/// One sign-in.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionRow {
    /// SHA-256 of what the browser holds: 32 bytes.
    pub token_hash: Vec<u8>,
    /// The name it is ended by.
    pub session_id: SessionId,
    /// Whose it is; `None`: a learner's, or the operator's.
    pub account_id: Option<AccountId>,
    /// The organisation they are in at the moment.
    pub issuer_id: Option<IssuerId>,
    /// The learner whose it is.
    pub person_id: Option<PersonId>,
    /// How far they have come in.
    pub stage: Stage,
    /// Browser and system in a few words.
    pub client: String,
    /// Why the operator looks in.
    pub reason: Option<String>,
    /// The provider that let them in; `None`: they showed us themselves who they are.
    pub provider_id: Option<ProviderId>,
    /// When they signed in.
    pub created_at: Ts,
    /// When something was last asked with it, to a few minutes.
    pub seen_at: Ts,
    /// When it ends whatever happens.
    pub expires_at: Ts,
}

impl Db {
    /// The session of whoever shows a token with this SHA-256, also if it is over. Across
    /// organisations: it is the token that says who it is.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn session_by_hash(&self, hash: &[u8]) -> Result<Option<SessionRow>, Error> {
        self.read(
            "select token_hash, session_id, account_id, issuer_id, person_id, stage, client, \
             reason, provider_id, created_at, seen_at, expires_at from sessions where token_hash = $1",
        )
        .bind(hash.to_vec())
        .opt()
        .await
    }

    /// The sessions of an account, the last seen first. The tenant is nobody.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn sessions_of(&self, account: &AccountId) -> Result<Vec<SessionRow>, Error> {
        self.read(
            "select token_hash, session_id, account_id, issuer_id, person_id, stage, client, \
             reason, provider_id, created_at, seen_at, expires_at from sessions where account_id = $1 \
             order by seen_at desc, session_id",
        )
        .bind(account.clone())
        .all()
        .await
    }

    /// Notes that something was asked with a session.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn touch_session(&self, id: &SessionId, at: Ts) -> Result<(), Error> {
        self.write("update sessions set seen_at = $2 where session_id = $1")
            .bind(id.clone())
            .bind(at)
            .run()
            .await?;
        Ok(())
    }

    /// Forgets the sessions that ended, or were not used, before these times: how many. Across
    /// organisations: for the round that keeps what the privacy page promises.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_sessions(&self, expired: Ts, unseen: Ts) -> Result<u64, Error> {
        self.write("delete from sessions where expires_at <= $1 or seen_at <= $2")
            .bind(expired)
            .bind(unseen)
            .run()
            .await
    }
}

impl Tx {
    /// Adds a session.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is no such account, organisation or learner.
    pub async fn add_session(&mut self, row: &SessionRow) -> Result<(), Error> {
        self.query(
            "insert into sessions (token_hash, session_id, account_id, issuer_id, person_id, \
             stage, client, reason, provider_id, created_at, seen_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(row.token_hash.clone())
        .bind(row.session_id.clone())
        .bind(row.account_id.clone())
        .bind(row.issuer_id.clone())
        .bind(row.person_id.clone())
        .bind(row.stage)
        .bind(row.client.clone())
        .bind(row.reason.clone())
        .bind(row.provider_id.clone())
        .bind(row.created_at)
        .bind(row.seen_at)
        .bind(row.expires_at)
        .run()
        .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it was over.
    pub async fn end_session(&mut self, id: &SessionId) -> Result<(), Error> {
        let rows = self
            .query("delete from sessions where session_id = $1")
            .bind(id.clone())
            .run()
            .await?;
        one(rows)
    }

    /// Ends every session of an account but this one.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn end_sessions(
        &mut self,
        account: &AccountId,
        but: Option<&SessionId>,
    ) -> Result<u64, Error> {
        let kept = but.map_or("", SessionId::as_str).to_owned();
        self.query("delete from sessions where account_id = $1 and session_id <> $2")
            .bind(account.clone())
            .bind(kept)
            .run()
            .await
    }
}
