//! One statement text, two engines: every statement is written once, with `$1` placeholders, and
//! runs on Postgres and on SQLite.

use std::{path::Path, time::Duration};

use sqlx::{
    AssertSqlSafe, Decode, Encode, FromRow, PgConnection, PgPool, Postgres, Sqlite,
    SqliteConnection, SqlitePool, Transaction, Type,
    postgres::{PgArguments, PgConnectOptions, PgHasArrayType, PgPoolOptions, PgRow},
    query::Query as Prepared,
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow,
        SqliteSynchronous,
    },
};

use super::Error;

/// A value that both engines can store.
pub(super) trait Arg:
    for<'q> Encode<'q, Postgres>
    + Type<Postgres>
    + for<'q> Encode<'q, Sqlite>
    + Type<Sqlite>
    + Send
    + 'static
{
}
impl<T> Arg for T where
    T: for<'q> Encode<'q, Postgres>
        + Type<Postgres>
        + for<'q> Encode<'q, Sqlite>
        + Type<Sqlite>
        + Send
        + 'static
{
}

/// A value of which many are looked for at once.
pub(super) trait Key: Arg + Clone + PgHasArrayType {}
impl<T> Key for T where T: Arg + Clone + PgHasArrayType {}

/// A row that can be read from both engines.
pub(super) trait Row:
    for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin
{
}
impl<T> Row for T where T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin
{}

/// A single value that can be read from both engines.
pub(super) trait Scalar:
    for<'r> Decode<'r, Postgres>
    + Type<Postgres>
    + for<'r> Decode<'r, Sqlite>
    + Type<Sqlite>
    + Send
    + Unpin
{
}
impl<T> Scalar for T where
    T: for<'r> Decode<'r, Postgres>
        + Type<Postgres>
        + for<'r> Decode<'r, Sqlite>
        + Type<Sqlite>
        + Send
        + Unpin
{
}

/// How long a statement waits for a free connection before the answer is "not available".
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(10);
/// The same on Postgres, where nobody waits for a single writer: an answer that says "later" comes
/// while somebody still waits for it (threat H18).
const WAIT_ON_POSTGRES: Duration = Duration::from_secs(3);
/// Large values are packed with LZ4 where the server has it: its older way takes longer than
/// signing what is packed. Only Postgres packs values, and only it has these settings.
const QUICKER: &str = "select set_config('default_toast_compression', 'lz4', false) \
     from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)";
/// What SQLite's writer holds of the file: 32 MiB, in KiB with a minus. One transaction of 500
/// credentials fits in; with less, pages are written before their time and read again.
const WRITERS_PAGES: &str = "-32768";
/// After how many pages of 4 KiB SQLite's log is put into the file: 32 MiB. With fewer, a page that
/// many rows of a batch touch is put there again and again.
const LOG_PAGES: &str = "8192";
/// Connections for reading, and on Postgres as many for writing.
const CONNECTIONS: u32 = 8;

/// The store: pools of connections to one engine. Cloning is cheap and shares them.
///
/// SQLite has exactly one writing connection, whose transactions begin by taking the write lock;
/// so no transaction ever fails for having read before another one wrote. On Postgres, too, who
/// reads never waits for those who write; `read` is where replicas come in.
#[derive(Debug, Clone)]
pub enum Db {
    /// The store of record.
    Postgres {
        /// The primary.
        write: PgPool,
        /// The primary, or a replica of it.
        read: PgPool,
    },
    /// The embedded default: one file.
    Sqlite {
        /// One connection.
        write: SqlitePool,
        /// Connections that cannot write.
        read: SqlitePool,
    },
}

/// An open transaction; dropping it undoes everything done in it.
#[derive(Debug)]
pub enum Tx {
    /// On Postgres.
    Postgres(Transaction<'static, Postgres>),
    /// On SQLite, holding the write lock.
    Sqlite(Transaction<'static, Sqlite>),
}

type PgQuery = Prepared<'static, Postgres, PgArguments>;
type LiteQuery = Prepared<'static, Sqlite, SqliteArguments>;

/// A statement with its values so far, on its way to a pool or an open transaction.
pub(super) enum Query<'e> {
    PgPool(&'e PgPool, PgQuery),
    PgTx(&'e mut PgConnection, PgQuery),
    LitePool(&'e SqlitePool, LiteQuery),
    LiteTx(&'e mut SqliteConnection, LiteQuery),
}

macro_rules! each {
    ($query:expr, |$engine:ident, $statement:ident| $body:expr) => {
        match $query {
            Query::PgPool($engine, $statement) => $body,
            Query::PgTx($engine, $statement) => $body,
            Query::LitePool($engine, $statement) => $body,
            Query::LiteTx($engine, $statement) => $body,
        }
    };
}

impl Db {
    /// Opens the Postgres database at `url` (`postgres://user:password@host/name`).
    ///
    /// Every connection speaks UTC and logs no parameter, not even with an error.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it cannot be reached, [`Error::Statement`] if `url` is not one.
    pub async fn postgres(url: &str) -> Result<Db, Error> {
        let options: PgConnectOptions = url
            .parse()
            .map_err(|_| Error::Statement("not a postgres:// address".to_owned()))?;
        let options = options.application_name("skillmark").options([
            ("TimeZone", "UTC"),
            ("log_parameter_max_length_on_error", "0"),
        ]);
        let pool = |options| {
            PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(WAIT_ON_POSTGRES)
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        let done = sqlx::query(QUICKER).execute(connection).await;
                        done.map(|_| ())
                    })
                })
                .connect_with(options)
        };
        let write = pool(options.clone()).await?;
        Ok(Db::Postgres {
            read: pool(options).await?,
            write,
        })
    }

    /// Opens the SQLite file at `path`, and makes it if it is not there.
    ///
    /// `synchronous = full`: a committed row survives a power cut.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Statement`] if the file cannot be opened or is not a database.
    pub async fn sqlite(path: &Path) -> Result<Db, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(WAIT_FOR_CONNECTION)
            .pragma("secure_delete", "on")
            .pragma("temp_store", "memory");
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(WAIT_FOR_CONNECTION)
            .connect_with(
                options
                    .clone()
                    .pragma("cache_size", WRITERS_PAGES)
                    .pragma("wal_autocheckpoint", LOG_PAGES),
            )
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(WAIT_FOR_CONNECTION)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Db::Sqlite { write, read })
    }

    /// Brings the tables up to date; doing it again changes nothing.
    ///
    /// # Errors
    /// [`Error::Migration`] if a migration fails or the tables come from a newer program.
    pub async fn migrate(&self) -> Result<(), Error> {
        let steps = sqlx::migrate!("./migrations");
        match self {
            Db::Postgres { write, .. } => steps.run(write).await?,
            Db::Sqlite { write, .. } => steps.run(write).await?,
        }
        Ok(())
    }

    /// The engine's name, for people: `PostgreSQL` or `SQLite`.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self {
            Db::Postgres { .. } => "PostgreSQL",
            Db::Sqlite { .. } => "SQLite",
        }
    }

    /// Closes every connection; on SQLite this also folds the write-ahead log into the file.
    pub async fn close(&self) {
        match self {
            Db::Postgres { write, read } => {
                read.close().await;
                write.close().await;
            }
            Db::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
        }
    }

    /// Begins a transaction. Until it ends, read through it and not through the pools.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if no connection comes free in time.
    pub async fn begin(&self) -> Result<Tx, Error> {
        Ok(match self {
            Db::Postgres { write, .. } => Tx::Postgres(write.begin().await?),
            Db::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("begin immediate").await?),
        })
    }

    /// A statement that reads.
    pub(super) fn read(&self, sql: &'static str) -> Query<'_> {
        match self {
            Db::Postgres { read, .. } => Query::PgPool(read, sqlx::query(sql)),
            Db::Sqlite { read, .. } => Query::LitePool(read, sqlx::query(sql)),
        }
    }

    /// A reading statement whose text was put together from our own fixed words.
    pub(super) fn read_built(&self, sql: String) -> Query<'_> {
        match self {
            Db::Postgres { read, .. } => Query::PgPool(read, sqlx::query(AssertSqlSafe(sql))),
            Db::Sqlite { read, .. } => Query::LitePool(read, sqlx::query(AssertSqlSafe(sql))),
        }
    }

    /// A writing statement whose text was put together from our own fixed words.
    pub(super) fn write_built(&self, sql: String) -> Query<'_> {
        match self {
            Db::Postgres { write, .. } => Query::PgPool(write, sqlx::query(AssertSqlSafe(sql))),
            Db::Sqlite { write, .. } => Query::LitePool(write, sqlx::query(AssertSqlSafe(sql))),
        }
    }

    /// A statement that writes.
    pub(super) fn write(&self, sql: &'static str) -> Query<'_> {
        match self {
            Db::Postgres { write, .. } => Query::PgPool(write, sqlx::query(sql)),
            Db::Sqlite { write, .. } => Query::LitePool(write, sqlx::query(sql)),
        }
    }
}

impl Tx {
    /// Makes everything done in the transaction lasting.
    ///
    /// # Errors
    /// [`Error`] if the database could not; then nothing was done.
    pub async fn commit(self) -> Result<(), Error> {
        match self {
            Tx::Postgres(tx) => tx.commit().await?,
            Tx::Sqlite(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes everything done in the transaction; dropping it does the same, later.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the connection is gone; then nothing was done either.
    pub async fn rollback(self) -> Result<(), Error> {
        match self {
            Tx::Postgres(tx) => tx.rollback().await?,
            Tx::Sqlite(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    /// A statement in this transaction.
    pub(super) fn query(&mut self, sql: &'static str) -> Query<'_> {
        match self {
            Tx::Postgres(tx) => Query::PgTx(tx, sqlx::query(sql)),
            Tx::Sqlite(tx) => Query::LiteTx(tx, sqlx::query(sql)),
        }
    }

    /// A statement whose text was put together from our own fixed words (never from input).
    pub(super) fn built(&mut self, sql: String) -> Query<'_> {
        match self {
            Tx::Postgres(tx) => Query::PgTx(tx, sqlx::query(AssertSqlSafe(sql))),
            Tx::Sqlite(tx) => Query::LiteTx(tx, sqlx::query(AssertSqlSafe(sql))),
        }
    }
}

impl Query<'_> {
    /// The value of the next placeholder.
    pub(super) fn bind<T: Arg>(self, value: T) -> Self {
        match self {
            Query::PgPool(e, q) => Query::PgPool(e, q.bind(value)),
            Query::PgTx(e, q) => Query::PgTx(e, q.bind(value)),
            Query::LitePool(e, q) => Query::LitePool(e, q.bind(value)),
            Query::LiteTx(e, q) => Query::LiteTx(e, q.bind(value)),
        }
    }

    /// The values of a list: one array on Postgres where they are several, else one by one.
    pub(super) fn bind_keys<K: Key>(self, keys: &[K]) -> Self {
        match self {
            Query::PgPool(e, q) if keys.len() > 1 => Query::PgPool(e, q.bind(keys.to_vec())),
            Query::PgTx(e, q) if keys.len() > 1 => Query::PgTx(e, q.bind(keys.to_vec())),
            one_by_one => keys.iter().cloned().fold(one_by_one, Query::bind),
        }
    }

    /// Runs the statement: how many rows it touched.
    pub(super) async fn run(self) -> Result<u64, Error> {
        each!(self, |e, q| Ok(q.execute(e).await?.rows_affected()))
    }

    /// All rows.
    pub(super) async fn all<T: Row>(self) -> Result<Vec<T>, Error> {
        each!(self, |e, q| Ok(q
            .fetch_all(e)
            .await?
            .iter()
            .map(T::from_row)
            .collect::<Result<_, _>>()?))
    }

    /// The row, or `None`.
    pub(super) async fn opt<T: Row>(self) -> Result<Option<T>, Error> {
        each!(self, |e, q| Ok(q
            .fetch_optional(e)
            .await?
            .as_ref()
            .map(T::from_row)
            .transpose()?))
    }

    /// The one value of every row.
    pub(super) async fn scalars<T: Scalar>(self) -> Result<Vec<T>, Error> {
        Ok(self
            .all::<(T,)>()
            .await?
            .into_iter()
            .map(|(v,)| v)
            .collect())
    }
}
