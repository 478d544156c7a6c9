//! Credentials a learner shows together, behind a secret link.

use super::{Db, Error, Tenant, Ts, issuers::one};
use crate::ids::{CredentialId, IssuerId, PersonId, PortfolioId};

/// A portfolio.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PortfolioRow {
    /// The organisation that keeps it.
    pub issuer_id: IssuerId,
    /// Its id; not what the link holds.
    pub portfolio_id: PortfolioId,
    /// Whose it is, if we know.
    pub person_id: Option<PersonId>,
    /// What its page is headed.
    pub title: String,
    /// SHA-256 of the link's token: 32 bytes.
    pub token_hash: Vec<u8>,
    /// When it was made.
    pub created_at: Ts,
    /// When the link stops working by itself.
    pub expires_at: Option<Ts>,
    /// When the link was taken back.
    pub revoked_at: Option<Ts>,
}

impl Tenant<'_> {
    /// Adds a portfolio with its credentials, in this order. Use a transaction.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the token is in use or a credential is named twice;
    /// [`Error::Missing`] if a credential or the person is not this organisation's.
    pub async fn add_portfolio(
        &mut self,
        row: &PortfolioRow,
        members: &[CredentialId],
    ) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(
            "insert into portfolios (issuer_id, portfolio_id, person_id, title, token_hash, \
             created_at, expires_at, revoked_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.portfolio_id.clone())
        .bind(row.person_id.clone())
        .bind(row.title.clone())
        .bind(row.token_hash.clone())
        .bind(row.created_at)
        .bind(row.expires_at)
        .bind(row.revoked_at)
        .run()
        .await?;
        let rows = members.len();
        let many = self
            .many("portfolio_members", rows)
            .text("portfolio_id", vec![row.portfolio_id.to_string(); rows])
            .text("credential_id", members.iter().map(CredentialId::to_string))
            .number("position", (0..rows).filter_map(|n| i64::try_from(n).ok()));
        self.insert(many).await?;
        Ok(())
    }

    /// All portfolios, oldest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn portfolios(&mut self) -> Result<Vec<PortfolioRow>, Error> {
        self.read(
            "select issuer_id, portfolio_id, person_id, title, token_hash, created_at, expires_at, \
             revoked_at from portfolios where issuer_id = $1 order by created_at, portfolio_id",
        )
        .all()
        .await
    }

    /// The credentials of a portfolio, in its order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn portfolio_members(
        &mut self,
        id: &PortfolioId,
    ) -> Result<Vec<CredentialId>, Error> {
        self.read(
            "select credential_id from portfolio_members \
             where issuer_id = $1 and portfolio_id = $2 order by position",
        )
        .bind(id.clone())
        .scalars()
        .await
    }

    /// Takes a portfolio's link back.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such portfolio or it was taken back before.
    pub async fn revoke_portfolio(&mut self, id: &PortfolioId, at: Ts) -> Result<(), Error> {
        let rows = self
            .write(
                "update portfolios set revoked_at = $3 \
                 where issuer_id = $1 and portfolio_id = $2 and revoked_at is null",
            )
            .bind(id.clone())
            .bind(at)
            .run()
            .await?;
        one(rows)
    }
}

impl Db {
    /// The portfolio whose token has this SHA-256, also if it has expired or was taken back.
    /// Across organisations: the token is all that a visitor has.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn portfolio_by_token_hash(
        &self,
        token_hash: &[u8],
    ) -> Result<Option<PortfolioRow>, Error> {
        self.read(
            "select issuer_id, portfolio_id, person_id, title, token_hash, created_at, expires_at, \
             revoked_at from portfolios where token_hash = $1",
        )
        .bind(token_hash.to_vec())
        .opt()
        .await
    }

    /// Forgets the portfolios whose link ended or was taken back before `then`: how many. Across
    /// organisations: for the round that keeps what the privacy page promises.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer; then none is forgotten.
    pub async fn forget_portfolios(&self, then: Ts) -> Result<u64, Error> {
        let mut tx = self.begin().await?;
        tx.query(
            "delete from portfolio_members where exists (select 1 from portfolios p \
             where p.issuer_id = portfolio_members.issuer_id \
             and p.portfolio_id = portfolio_members.portfolio_id \
             and (p.expires_at < $1 or p.revoked_at < $1))",
        )
        .bind(then)
        .run()
        .await?;
        let rows = tx
            .query("delete from portfolios where expires_at < $1 or revoked_at < $1")
            .bind(then)
            .run()
            .await?;
        tx.commit().await?;
        Ok(rows)
    }
}
