//! A database of its own for every test, on both engines.
//!
//! ```ignore
//! on_both! {
//!     fn a_name_of_a_test(temp) { temp.db.of(&issuer)… }
//! }
//! ```
//! makes the tests `a_name_of_a_test::sqlite` and `::postgres`. SQLite: a file in a folder of its
//! own. Postgres: a copy of a migrated template, dropped afterwards.

use std::path::PathBuf;

use skillmark::db::Db;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

/// Which engine a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A migrated, empty database that goes away with this value.
pub(crate) struct Temp {
    pub(crate) db: Db,
    /// An empty folder, for the data directory of an `App`; on SQLite it holds the database as
    /// `skillmark.sqlite`.
    pub(crate) folder: tempfile::TempDir,
    /// On Postgres: the address of this database.
    pub(crate) url: Option<String>,
}

impl Temp {
    pub(crate) async fn new(engine: Engine) -> Temp {
        let folder = tempfile::tempdir().expect("a folder");
        let (db, url) = match engine {
            Engine::Sqlite => {
                let db = Db::sqlite(&folder.path().join("skillmark.sqlite")).await;
                let db = db.expect("SQLite opens");
                db.migrate().await.expect("SQLite migrates");
                (db, None)
            }
            Engine::Postgres => {
                let url = postgres_copy().await;
                (Db::postgres(&url).await.expect("Postgres opens"), Some(url))
            }
        };
        Temp { db, folder, url }
    }

    /// Settings that lead to this database, keep everything in this folder, and ask nobody else.
    pub(crate) fn config(&self) -> skillmark::config::Config {
        skillmark::config::Config {
            data: self.folder.path().to_owned(),
            database_url: self
                .url
                .as_ref()
                .map(|url| url.parse().expect("an address")),
            no_fetch: true,
            ..Default::default()
        }
    }

    /// Which engine it is on.
    pub(crate) fn engine(&self) -> Engine {
        match self.url {
            Some(_) => Engine::Postgres,
            None => Engine::Sqlite,
        }
    }

    /// An `App` on this database with its own key-encryption key, at noon of 1 March 2026.
    pub(crate) async fn app(&self) -> skillmark::app::App {
        self.app_with(self.config()).await
    }

    /// As [`Temp::app`], with these settings.
    pub(crate) async fn app_with(&self, config: skillmark::config::Config) -> skillmark::app::App {
        use skillmark::{app::App, clock};
        let noon = "2026-03-01T12:00:00Z".parse().expect("a time");
        let clock = std::sync::Arc::new(clock::FixedClock::at(noon));
        let chance = std::sync::Arc::new(clock::SystemChance);
        App::open_or_make(config, clock, chance)
            .await
            .expect("the app opens")
    }

    /// Runs any statement beside the program: to break things, to look where it may not.
    pub(crate) async fn sql(&self, statement: &str) -> Result<u64, sqlx::Error> {
        self.beside().sql(statement).await
    }

    /// The way in beside the program, for whoever may outlive this.
    pub(crate) fn beside(&self) -> Beside {
        Beside {
            url: self.url.clone(),
            file: self.folder.path().join("skillmark.sqlite"),
        }
    }

    /// The one number that a `select` answers.
    pub(crate) async fn number(&self, select: &str) -> i64 {
        let select = AssertSqlSafe(format!("select cast(({select}) as bigint)"));
        match &self.url {
            Some(url) => {
                let mut to = PgConnection::connect(url).await.expect("a connection");
                sqlx::query_scalar(select).fetch_one(&mut to).await
            }
            None => {
                let mut to = self.sqlite_connection().await.expect("a connection");
                sqlx::query_scalar(select).fetch_one(&mut to).await
            }
        }
        .expect("a number")
    }

    /// The texts that a `select` of one column answers.
    pub(crate) async fn texts(&self, select: &str) -> Vec<String> {
        let select = AssertSqlSafe(select.to_owned());
        match &self.url {
            Some(url) => {
                let mut to = PgConnection::connect(url).await.expect("a connection");
                sqlx::query_scalar(select).fetch_all(&mut to).await
            }
            None => {
                let mut to = self.sqlite_connection().await.expect("a connection");
                sqlx::query_scalar(select).fetch_all(&mut to).await
            }
        }
        .expect("texts")
    }

    async fn sqlite_connection(&self) -> Result<SqliteConnection, sqlx::Error> {
        self.beside().sqlite_connection().await
    }
}

/// A database, beside the program that works on it.
#[derive(Clone)]
pub(crate) struct Beside {
    url: Option<String>,
    file: PathBuf,
}

impl Beside {
    /// Runs any statement.
    pub(crate) async fn sql(&self, statement: &str) -> Result<u64, sqlx::Error> {
        let statement = AssertSqlSafe(statement.to_owned());
        match &self.url {
            Some(url) => {
                let mut to = PgConnection::connect(url).await?;
                let done = sqlx::query(statement).execute(&mut to).await?;
                Ok(done.rows_affected())
            }
            None => {
                let mut to = self.sqlite_connection().await?;
                let done = sqlx::query(statement).execute(&mut to).await?;
                Ok(done.rows_affected())
            }
        }
    }

    async fn sqlite_connection(&self) -> Result<SqliteConnection, sqlx::Error> {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(&self.file)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(10));
        SqliteConnection::connect_with(&options).await
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let Some(url) = self.url.take() else { return };
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        // On a thread with its own runtime, because drop cannot wait.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(async {
                let mut server = server().await;
                let statement = format!("drop database if exists {name} with (force)");
                let _ = sqlx::query(AssertSqlSafe(statement))
                    .execute(&mut server)
                    .await;
            });
        });
        let _ = dropped.join();
    }
}

/// The address of the Postgres server for tests.
pub(crate) fn postgres_server() -> String {
    std::env::var("SKILLMARK_TEST_POSTGRES").expect(
        "SKILLMARK_TEST_POSTGRES is not set: run `tests/run`, or set it to a postgres:// address \
         whose user may create databases",
    )
}

async fn server() -> PgConnection {
    PgConnection::connect(&postgres_server())
        .await
        .expect("the Postgres server of SKILLMARK_TEST_POSTGRES answers")
}

fn address_of(database: &str) -> String {
    let server = postgres_server();
    let base = server
        .rsplit_once('/')
        .expect("an address with a database")
        .0;
    format!("{base}/{database}")
}

/// A new database, copied from the template.
async fn postgres_copy() -> String {
    let mut server = server().await;
    let template = template(&mut server).await;
    let name = format!("skillmark_test_{}", random_word());
    let statement = format!("create database {name} template {template}");
    sqlx::query(AssertSqlSafe(statement))
        .execute(&mut server)
        .await
        .expect("the template is copied");
    address_of(&name)
}

/// The migrated template, made by the first test that needs it; its name says which migrations.
async fn template(server: &mut PgConnection) -> String {
    use sha2::Digest as _;
    let mut hash = sha2::Sha256::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut files: Vec<_> = (std::fs::read_dir(folder).expect("migrations"))
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    for file in files {
        hash.update(std::fs::read(file).expect("a migration"));
    }
    let name = format!("skillmark_template_{:x}", u64_of(&hash.finalize()));
    let there = "select count(*) from pg_database where datname = $1";
    // Tests are processes of their own: one makes the template, the others wait for it.
    let lock = "select pg_advisory_lock(5317821)";
    sqlx::query(lock)
        .execute(&mut *server)
        .await
        .expect("the lock");
    let count: i64 = sqlx::query_scalar(there)
        .bind(&name)
        .fetch_one(&mut *server)
        .await
        .expect("an answer");
    if count == 0 {
        let half_made = format!("{name}_{}", random_word());
        let make = format!("create database {half_made}");
        sqlx::query(AssertSqlSafe(make))
            .execute(&mut *server)
            .await
            .expect("a database");
        let db = Db::postgres(&address_of(&half_made))
            .await
            .expect("Postgres opens");
        db.migrate().await.expect("Postgres migrates");
        db.close().await;
        let rename = format!("alter database {half_made} rename to {name}");
        sqlx::query(AssertSqlSafe(rename))
            .execute(&mut *server)
            .await
            .expect("a template");
    }
    let unlock = "select pg_advisory_unlock(5317821)";
    sqlx::query(unlock)
        .execute(&mut *server)
        .await
        .expect("unlocked");
    name
}

fn u64_of(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .take(8)
        .fold(0, |all, byte| all << 8 | u64::from(*byte))
}

fn random_word() -> String {
    let bytes: [u8; 8] = skillmark::clock::random(&skillmark::clock::SystemChance);
    format!("{:x}", u64_of(&bytes))
}

/// Runs each test on SQLite and on Postgres: those that are written in it, or functions of a
/// [`Temp`] by their names.
macro_rules! on_both {
    (@ $body:path) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn sqlite() {
            let temp = $crate::support::db::Temp::new($crate::support::db::Engine::Sqlite).await;
            Box::pin($body(&temp)).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn postgres() {
            let temp = $crate::support::db::Temp::new($crate::support::db::Engine::Postgres).await;
            Box::pin($body(&temp)).await;
        }
    };
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            $crate::support::db::on_both!(@ super::$name);
        }
    )+};
    ($($(#[$meta:meta])* fn $name:ident($temp:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$meta])*
            async fn body($temp: &$crate::support::db::Temp) $body

            $crate::support::db::on_both!(@ body);
        }
    )*};
}
pub(crate) use on_both;
