//! An organisation with a rich achievement, and learners without number.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use skillmark::{
    app::App,
    clock::{SystemChance, SystemClock},
    config::Config,
    db::Db,
    ids::JobId,
    issue::{
        self, Achievement, batch,
        plan::{self, Limits},
    },
    letters,
    who::Who,
};
use tempfile::TempDir;

const ACHIEVEMENT: &str = include_str!("../documents/rich_achievement.json");
const HEADER: &str = "learner,date,level: Keeps calm,level: Writes it down,value: Rubric points,\
     assessor_role,assessor_qualification,evidence,evidence_description,evidence_digest,\
     evidence_2,evidence_2_description,evidence_2_digest,name,email,narrative";
const DIGEST: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

/// The organisation.
pub(crate) struct House {
    pub(crate) app: App,
    pub(crate) who: Who,
    achievement: Achievement,
    learners: AtomicUsize,
    _folder: TempDir,
}

/// A batch that was promised.
pub(crate) struct Batch {
    id: JobId,
    pub(crate) rows: usize,
}

impl House {
    /// On the Postgres at `url`, or on SQLite; letters to learners are work of their own, and only
    /// written if they are asked for.
    pub(crate) async fn open(url: Option<String>, letters: bool) -> House {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            data: folder.path().to_owned(),
            database_url: url.map(|url| url.parse().expect("an address")),
            no_fetch: true,
            ..Config::default()
        };
        let app = App::open_or_make(config, Arc::new(SystemClock), Arc::new(SystemChance));
        let app = app.await.expect("the app opens");
        let new = issue::issuer::NewIssuer {
            name: "Harbour Lab".to_owned(),
            web_address: "https://harbour.example".to_owned(),
            ..Default::default()
        };
        let made = issue::issuer::init(&app, &new).await.expect("an issuer");
        let who = Who::operator(made.issuer.issuer_id);
        let achievement = Achievement::parse(ACHIEVEMENT.as_bytes()).expect("an achievement");
        let published = issue::publish::publish(&app, &who, &achievement).await;
        published.expect("published");
        let kept = letters::set_sent(&app, &who, letters::EARNED, letters).await;
        kept.expect("kept");
        House {
            app,
            who,
            achievement,
            learners: AtomicUsize::new(0),
            _folder: folder,
        }
    }

    /// Reads a file of new learners and promises every row.
    pub(crate) async fn promise(&self, rows: usize) -> Batch {
        let first = self.learners.fetch_add(rows, Ordering::Relaxed);
        let mut csv = HEADER.to_owned();
        for n in first..first + rows {
            csv.push_str(&format!(
                "\nS-{n},2026-03-01,Ready,Strong,5,Reviewer,Certified telephone trainer,\
                 Third call,\"Sound recording, 4 min 40 s\",{DIGEST},\
                 Note after the third call,One page,{DIGEST},Learner {n},s{n}@school.example,\
                 Kept an even voice throughout and offered the caller two ways forward."
            ));
        }
        let planned = plan::read(
            csv.as_bytes(),
            &self.achievement,
            Limits::NONE,
            self.app.now(),
        );
        let planned = planned.expect("no fault");
        let id = self.achievement.id();
        let started = batch::start(&self.app, &self.who, id, &planned, None).await;
        let started = started.expect("promised");
        assert_eq!(started.promised(), rows);
        Batch {
            id: started.batch,
            rows,
        }
    }

    /// Signs every row, verifies it, and stores it.
    pub(crate) async fn sign(&self, batch: &Batch) {
        let done = batch::work(&self.app, self.who.issuer(), &batch.id, &mut |_| {}).await;
        let done = done.expect("signed");
        assert_eq!((done.issued, done.pending), (batch.rows as i64, 0));
    }

    /// Copies of the rows that are stored, under ids of their own, until there are so many.
    pub(crate) async fn fill(&self, stored: usize) {
        let copies = stored / super::BATCH;
        let statement = |of: &str| {
            format!(
                "insert into credentials (issuer_id, credential_id, public_id, achievement_id, \
                 person_id, recipient_hash, issue_event, batch, status_list_id, status_index, \
                 key_id, valid_from, valid_until, proof_created, order_sealed, unsigned_sha256, \
                 state, problem, document, document_sha256, jwt, issued_at) \
                 select issuer_id, substr(credential_id || '-{of}', 4), public_id || '-{of}', \
                 achievement_id, person_id, null, issue_event, null, status_list_id, \
                 status_index, key_id, valid_from, valid_until, proof_created, order_sealed, \
                 unsigned_sha256, state, problem, document, document_sha256, jwt, issued_at \
                 from credentials where state = 'issued' and recipient_hash is not null"
            )
        };
        for copy in 1..copies {
            let sql = sqlx::AssertSqlSafe(statement(&copy.to_string()));
            match &self.app.db {
                Db::Postgres { write, .. } => sqlx::query(sql).execute(write).await.map(|_| ()),
                Db::Sqlite { write, .. } => sqlx::query(sql).execute(write).await.map(|_| ()),
            }
            .expect("copied");
        }
    }

    pub(crate) async fn close(self) {
        self.app.db.close().await;
    }
}
