//! The handle scoped to one organisation: forgetting the tenant does not compile.
//!
//! Every table function of an organisation's rows is a method here, and the handle binds the
//! organisation as `$1` of every statement. The same function runs alone ([`Db::of`]) or inside
//! a transaction ([`Tx::of`]).

use super::{Arg, Db, Error, Key, Many, Query, Row, Tx};
use crate::ids::IssuerId;

/// One organisation's rows.
#[derive(Debug)]
pub struct Tenant<'a> {
    issuer: IssuerId,
    on: On<'a>,
}

#[derive(Debug)]
enum On<'a> {
    Pools(&'a Db),
    Open(&'a mut Tx),
}

impl Db {
    /// The rows of `issuer`, each statement on its own.
    #[must_use]
    pub fn of(&self, issuer: &IssuerId) -> Tenant<'_> {
        Tenant {
            issuer: issuer.clone(),
            on: On::Pools(self),
        }
    }
}

impl Tx {
    /// The rows of `issuer`, inside this transaction.
    #[must_use]
    pub fn of(&mut self, issuer: &IssuerId) -> Tenant<'_> {
        Tenant {
            issuer: issuer.clone(),
            on: On::Open(self),
        }
    }
}

impl Tenant<'_> {
    /// Whose rows these are.
    #[must_use]
    pub fn issuer_id(&self) -> &IssuerId {
        &self.issuer
    }

    /// A statement that reads; `$1` is the organisation, the first `bind` is `$2`.
    pub(super) fn read(&mut self, sql: &'static str) -> Query<'_> {
        let issuer = self.issuer.clone();
        match &mut self.on {
            On::Pools(db) => db.read(sql),
            On::Open(tx) => tx.query(sql),
        }
        .bind(issuer)
    }

    /// A statement that writes; `$1` is the organisation, the first `bind` is `$2`.
    pub(super) fn write(&mut self, sql: &'static str) -> Query<'_> {
        let issuer = self.issuer.clone();
        match &mut self.on {
            On::Pools(db) => db.write(sql),
            On::Open(tx) => tx.query(sql),
        }
        .bind(issuer)
    }

    /// As [`write`](Self::write), in different words for each engine: Postgres is told which rows
    /// to lock, for which SQLite, with its one writer, has neither need nor words.
    pub(super) fn write_locking(
        &mut self,
        postgres: &'static str,
        sqlite: &'static str,
    ) -> Query<'_> {
        let sql = match &self.on {
            On::Pools(Db::Postgres { .. }) | On::Open(Tx::Postgres(_)) => postgres,
            On::Pools(Db::Sqlite { .. }) | On::Open(Tx::Sqlite(_)) => sqlite,
        };
        self.write(sql)
    }

    /// Many rows of one table, whose first column is the organisation.
    pub(super) fn many(&self, table: &'static str, rows: usize) -> Many {
        Many::new(table).text("issuer_id", vec![self.issuer.to_string(); rows])
    }

    /// Puts many rows in: how many went in.
    pub(super) async fn insert(&mut self, many: Many) -> Result<u64, Error> {
        match &mut self.on {
            On::Open(tx) => many.run(tx).await,
            On::Pools(db) => {
                let mut tx = db.begin().await?;
                let rows = many.run(&mut tx).await?;
                tx.commit().await?;
                Ok(rows)
            }
        }
    }

    /// Puts many rows in and reads back what its `returning` says.
    pub(super) async fn insert_returning<T: Row>(&mut self, many: Many) -> Result<Vec<T>, Error> {
        match &mut self.on {
            On::Open(tx) => many.all(tx).await,
            On::Pools(db) => {
                let mut tx = db.begin().await?;
                let rows = many.all(&mut tx).await?;
                tx.commit().await?;
                Ok(rows)
            }
        }
    }

    /// Reads the rows whose column is one of `keys`, in chunks; `head` ends with `in`.
    pub(super) async fn read_in<K: Key, T: Row>(
        &mut self,
        head: &'static str,
        keys: &[K],
    ) -> Result<Vec<T>, Error> {
        self.read_in_where(head, None::<String>, keys, "").await
    }

    /// As [`read_in`](Self::read_in), where `head` asks for `also` as `$2`, and `tail` says, on
    /// Postgres, how the rows are locked: in the order of the keys, so that two who want the same
    /// rows wait and do not lock each other out. SQLite, with its one writer, has neither need nor
    /// words.
    pub(super) async fn read_in_where<A: Arg + Clone, K: Key, T: Row>(
        &mut self,
        head: &'static str,
        also: Option<A>,
        keys: &[K],
        tail: &'static str,
    ) -> Result<Vec<T>, Error> {
        let first = if also.is_some() { 3 } else { 2 };
        let mut rows = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(KEYS_PER_STATEMENT) {
            let issuer = self.issuer.clone();
            let sql = |postgres: bool| {
                if !postgres {
                    one_of(head, first, chunk.len())
                } else if chunk.len() == 1 {
                    format!("{head} (${first}) {tail}")
                } else {
                    key_by_key(head, first, tail)
                }
            };
            let mut query = match &mut self.on {
                On::Pools(db) => db.read_built(sql(matches!(db, Db::Postgres { .. }))),
                On::Open(tx) => tx.built(sql(matches!(tx, Tx::Postgres(_)))),
            }
            .bind(issuer);
            if let Some(also) = also.clone() {
                query = query.bind(also);
            }
            rows.extend(query.bind_keys(chunk).all::<T>().await?);
        }
        Ok(rows)
    }
}

/// A placeholder for each key.
fn one_of(head: &str, first: usize, keys: usize) -> String {
    let places: Vec<String> = (first..first + keys).map(|n| format!("${n}")).collect();
    format!("{head} ({})", places.join(", "))
}

/// All keys as one array, and the statement once for each of them, by its index: `offset 0` keeps
/// the planner from joining in another way. While nothing was counted yet, it takes all of an
/// organisation's rows for one, and would hold each of them against each key.
fn key_by_key(head: &str, first: usize, tail: &str) -> String {
    format!(
        "select r.* from (select distinct unnest(${first}) as key order by key) k \
         cross join lateral ({head} (k.key) offset 0 {tail}) r"
    )
}

/// Well below what both engines can bind, and few different texts for the statement cache.
const KEYS_PER_STATEMENT: usize = 500;
