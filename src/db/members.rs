//! The places that people have in organisations.

use super::plain::words;
use super::{Db, Error, Tenant, Ts, Tx, issuers::one};
use crate::ids::{AccountId, IssuerId, MemberId};

words! {
    /// How a place in an organisation stands.
    MemberState, "state of a member" {
        /// Asked to join, and has not yet.
        Invited = "invited",
        /// At work.
        Active = "active",
        /// Kept out for now.
        Suspended = "suspended",
        /// Gone; the row stays for the audit log.
        Removed = "removed",
    }
}

/// Somebody's place in an organisation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MemberRow {
    /// The organisation.
    pub issuer_id: IssuerId,
    /// The place's id: who acted, in the audit log.
    pub member_id: MemberId,
    /// Whose place it is; `None` once removed.
    pub account_id: Option<AccountId>,
    /// The name that colleagues know them by.
    pub name: String,
    /// What they are: words with a space between.
    pub roles: String,
    /// How it stands.
    pub state: MemberState,
    /// When they were invited.
    pub created_at: Ts,
}

/// One of the places an account has.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Membership {
    /// The organisation.
    pub issuer_id: IssuerId,
    /// Its name.
    pub organisation: String,
    /// The place's id.
    pub member_id: MemberId,
    /// The name that colleagues know them by.
    pub name: String,
    /// What they are: words with a space between.
    pub roles: String,
    /// How it stands.
    pub state: MemberState,
}

impl Tenant<'_> {
    /// Adds a place; `row.issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the account has one already.
    pub async fn add_member(&mut self, row: &MemberRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into members (issuer_id, member_id, account_id, name, roles, state, \
             created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(row.member_id.clone())
        .bind(row.account_id.clone())
        .bind(row.name.clone())
        .bind(row.roles.clone())
        .bind(row.state)
        .bind(row.created_at)
        .run()
        .await?;
        Ok(())
    }

    /// Every place, by name; also of those who are gone.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn members(&mut self) -> Result<Vec<MemberRow>, Error> {
        self.read(
            "select issuer_id, member_id, account_id, name, roles, state, created_at \
             from members where issuer_id = $1 order by lower(name), member_id",
        )
        .all()
        .await
    }

    /// The place of somebody who was removed and had the address with this keyed hash.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn former_member(&mut self, hash: &[u8]) -> Result<Option<MemberRow>, Error> {
        self.read(
            "select issuer_id, member_id, account_id, name, roles, state, created_at \
             from members where issuer_id = $1 and former_hash = $2 and state = 'removed'",
        )
        .bind(hash.to_vec())
        .opt()
        .await
    }

    /// Remembers by which address somebody who was removed is known if they are invited again.
    ///
    /// # Errors
    /// [`Error::NoRow`] if they were not removed.
    pub async fn note_former_member(&mut self, id: &MemberId, hash: &[u8]) -> Result<(), Error> {
        let rows = self
            .write(
                "update members set former_hash = $3 \
                 where issuer_id = $1 and member_id = $2 and state = 'removed'",
            )
            .bind(id.clone())
            .bind(hash.to_vec())
            .run()
            .await?;
        one(rows)
    }

    /// Takes somebody back who was removed: the same place, as `row` says.
    ///
    /// # Errors
    /// [`Error::NoRow`] if they are not removed any more; [`Error::Duplicate`] if the account has a
    /// place here.
    pub async fn take_member_back(&mut self, row: &MemberRow) -> Result<(), Error> {
        let rows = self
            .write(
                "update members set account_id = $3, name = $4, roles = $5, state = $6, \
                 created_at = $7, former_hash = null \
                 where issuer_id = $1 and member_id = $2 and state = 'removed'",
            )
            .bind(row.member_id.clone())
            .bind(row.account_id.clone())
            .bind(row.name.clone())
            .bind(row.roles.clone())
            .bind(row.state)
            .bind(row.created_at)
            .run()
            .await?;
        one(rows)
    }

    /// The place with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn member(&mut self, id: &MemberId) -> Result<Option<MemberRow>, Error> {
        self.read(
            "select issuer_id, member_id, account_id, name, roles, state, created_at \
             from members where issuer_id = $1 and member_id = $2",
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// The place that an account has here.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn member_of_account(
        &mut self,
        account: &AccountId,
    ) -> Result<Option<MemberRow>, Error> {
        self.read(
            "select issuer_id, member_id, account_id, name, roles, state, created_at \
             from members where issuer_id = $1 and account_id = $2",
        )
        .bind(account.clone())
        .opt()
        .await
    }

    /// Holds the organisation until the transaction ends: no two change at once who looks after it.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such organisation.
    pub async fn hold_members(&mut self) -> Result<(), Error> {
        self.revise().await
    }

    /// Writes what somebody is called and what they are.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such place, or they are gone.
    pub async fn set_member(
        &mut self,
        id: &MemberId,
        name: &str,
        roles: &str,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update members set name = $3, roles = $4 \
                 where issuer_id = $1 and member_id = $2 and state <> 'removed'",
            )
            .bind(id.clone())
            .bind(name.to_owned())
            .bind(roles.to_owned())
            .run()
            .await?;
        one(rows)
    }

    /// Changes how a place stands.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it does not stand like `before`.
    pub async fn set_member_state(
        &mut self,
        id: &MemberId,
        before: MemberState,
        after: MemberState,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update members set state = $4, \
                 account_id = case when $5 = 1 then null else account_id end \
                 where issuer_id = $1 and member_id = $2 and state = $3",
            )
            .bind(id.clone())
            .bind(before)
            .bind(after)
            .bind(i64::from(after == MemberState::Removed))
            .run()
            .await?;
        one(rows)
    }
}

const OF_AN_ACCOUNT: &str = "select m.issuer_id, i.name as organisation, m.member_id, m.name, \
     m.roles, m.state from members m join issuers i on i.issuer_id = m.issuer_id \
     where m.account_id = $1 order by lower(i.name), m.issuer_id";

impl Db {
    /// The places of an account, by the organisations' names. Across organisations: it is the
    /// account that asks where it belongs.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn memberships(&self, account: &AccountId) -> Result<Vec<Membership>, Error> {
        self.read(OF_AN_ACCOUNT).bind(account.clone()).all().await
    }
}

impl Tx {
    /// As [`Db::memberships`], inside a transaction.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn memberships(&mut self, account: &AccountId) -> Result<Vec<Membership>, Error> {
        self.query(OF_AN_ACCOUNT).bind(account.clone()).all().await
    }
}
