//! Somebody else's work between any two statements of ours, wherever one likes: so that a race is
//! not waited for but made.

use std::{
    future::Future,
    path::Path,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use skillmark::{app::App, db::Db};
use sqlx::{
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

use super::db::Temp;

/// What somebody else does meanwhile.
pub(crate) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The moment at which it is done.
struct Moment {
    armed: AtomicBool,
    nth: usize,
    statements: AtomicUsize,
    work: Box<dyn Fn() -> Work + Send + Sync>,
}

/// A program before whose `nth` statement (or transaction) something else happens.
pub(crate) struct Between {
    pub(crate) app: App,
    moment: Arc<Moment>,
}

impl Between {
    /// The program of `app` on `temp`'s database; `work` is done once, before its `nth` statement
    /// from now on, counted from 0.
    pub(crate) async fn new(
        temp: &Temp,
        app: &App,
        nth: usize,
        work: impl Fn() -> Work + Send + Sync + 'static,
    ) -> Between {
        let file = temp.folder.path().join("skillmark.sqlite");
        Between::over(temp.url.as_deref(), &file, app, nth, work).await
    }

    /// As [`Between::new`], on the database at this address, or in this file.
    pub(crate) async fn over(
        url: Option<&str>,
        file: &Path,
        app: &App,
        nth: usize,
        work: impl Fn() -> Work + Send + Sync + 'static,
    ) -> Between {
        let moment = Arc::new(Moment {
            armed: AtomicBool::new(false),
            nth,
            statements: AtomicUsize::new(0),
            work: Box::new(work),
        });
        let db = open(url, file, &moment).await;
        // A connection that was just made is not announced: only one that is there already.
        db.ping().await.expect("an answer");
        let tx = db.begin().await.expect("begun");
        tx.rollback().await.expect("undone");
        moment.armed.store(true, Ordering::SeqCst);
        let app = App { db, ..app.clone() };
        Between { app, moment }
    }

    /// Whether the moment came: no more statements follow once it does not.
    pub(crate) fn came(&self) -> bool {
        self.moment.statements.load(Ordering::SeqCst) > self.moment.nth
    }
}

impl Moment {
    async fn pass(&self) {
        let armed = self.armed.load(Ordering::SeqCst);
        if armed && self.statements.fetch_add(1, Ordering::SeqCst) == self.nth {
            (self.work)().await;
        }
    }
}

/// The database as the program opens it, with one connection to read and one to write.
async fn open(url: Option<&str>, file: &Path, moment: &Arc<Moment>) -> Db {
    macro_rules! pool {
        ($options:expr, $to:expr) => {{
            let moment = Arc::clone(moment);
            let options = $options.max_connections(1).before_acquire(move |_, _| {
                let moment = Arc::clone(&moment);
                Box::pin(async move {
                    moment.pass().await;
                    Ok(true)
                })
            });
            options.connect_with($to).await.expect("it opens")
        }};
    }
    match url {
        Some(url) => {
            let pool = pool!(PgPoolOptions::new(), url.parse().expect("an address"));
            Db::Postgres {
                read: pool.clone(),
                write: pool,
            }
        }
        None => {
            let options = SqliteConnectOptions::new()
                .filename(file)
                .journal_mode(SqliteJournalMode::Wal)
                .foreign_keys(true)
                .busy_timeout(std::time::Duration::from_secs(10));
            Db::Sqlite {
                write: pool!(SqlitePoolOptions::new(), options.clone()),
                read: pool!(SqlitePoolOptions::new(), options.read_only(true)),
            }
        }
    }
}
