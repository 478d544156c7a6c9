//! An organisation that teaches welding, with its program, clock and store.

use std::sync::Arc;

use skillmark::{
    app::App,
    clock::{Chance, FixedClock, SystemChance, Timestamp},
    ids::{AchievementId, CredentialId},
    issue::{
        Achievement, issuer,
        one::{self, Issued, Key, Request},
        plan::{self, Limits, Row},
        publish,
    },
    json::{self, Value},
    who::Who,
};

use crate::support::db::Temp;

pub(crate) const WELD: &str = include_str!("weld.json");
pub(crate) const HEADER: &str = "learner,date,level: weld quality,level: safety,assessor_role,assessor_qualification,assessor,evidence,evidence_digest,name,email,adult,recipient";
const DIGEST: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

/// The organisation and everything it stands on.
pub(crate) struct Lab<'t> {
    pub(crate) app: App,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) who: Who,
    pub(crate) achievement: AchievementId,
    pub(crate) temp: &'t Temp,
}

impl<'t> Lab<'t> {
    /// Opens the program over a new database, makes the organisation, publishes the achievement.
    pub(crate) async fn open(temp: &'t Temp) -> Lab<'t> {
        Lab::open_with(temp, Arc::new(SystemChance)).await
    }

    /// As [`Lab::open`], with chance of one's own.
    pub(crate) async fn open_with(temp: &'t Temp, chance: Arc<dyn Chance>) -> Lab<'t> {
        let at: Timestamp = "2026-03-02T10:00:00Z".parse().expect("a time");
        let clock = Arc::new(FixedClock::at(at));
        let app = App::open_or_make(temp.config(), clock.clone(), chance).await;
        let app = app.expect("the program opens");
        let made = issuer::init(&app, &welders())
            .await
            .expect("an organisation");
        let who = Who::operator(made.issuer.issuer_id);
        let weld = Achievement::parse(WELD.as_bytes()).expect("an achievement");
        publish::publish(&app, &who, &weld)
            .await
            .expect("published");
        let achievement = weld.id().clone();
        // Learners are not written to unless a test says so: it counts the work that is to be done.
        let silent =
            "insert into silent_letters (issuer_id, kind) select issuer_id, 'earned' from issuers";
        temp.sql(silent).await.expect("put in");
        Lab {
            app,
            clock,
            who,
            achievement,
            temp,
        }
    }

    /// Asks for one credential.
    pub(crate) fn request(&self, learner: &str, key: Option<&str>) -> Request {
        Request {
            achievement: self.achievement.clone(),
            ..request(learner, key)
        }
    }

    /// Issues one credential.
    pub(crate) async fn issue(&self, learner: &str) -> Issued {
        let request = self.request(learner, None);
        one::issue(&self.app, &self.who, &request)
            .await
            .expect("issued")
    }

    /// Issues to a learner whom the CSV calls an adult.
    pub(crate) async fn issue_adult(&self, learner: &str) -> Issued {
        let mut request = self.request(learner, None);
        request.row.learner.adult = true;
        one::issue(&self.app, &self.who, &request)
            .await
            .expect("issued")
    }

    /// Issues one credential for an award of another day.
    pub(crate) async fn issue_of(&self, learner: &str, day: &str) -> Issued {
        let mut request = self.request(learner, None);
        request.row.awarded = format!("{day}T00:00:00Z").parse().expect("a date");
        one::issue(&self.app, &self.who, &request)
            .await
            .expect("issued")
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.temp
            .number(&format!("select count(*) from {table}"))
            .await
    }

    /// The credential as it is stored.
    pub(crate) async fn stored(&self, id: &CredentialId) -> String {
        let row = self.app.db.of(self.who.issuer()).credential(id).await;
        let row = row.expect("a row").expect("there");
        row.document.expect("issued")
    }
}

/// What is asked for one learner.
pub(crate) fn request(learner: &str, key: Option<&str>) -> Request {
    let weld = Achievement::parse(WELD.as_bytes()).expect("an achievement");
    Request {
        achievement: weld.id().clone(),
        row: row(learner),
        person: None,
        valid_until: None,
        key: key.map(|key| Key::new(key, learner.as_bytes())),
    }
}

/// The organisation as it is asked for.
pub(crate) fn welders() -> issuer::NewIssuer {
    issuer::NewIssuer {
        name: "Weld Lab".to_owned(),
        web_address: "https://weld.example".to_owned(),
        contact: Some("hello@weld.example".to_owned()),
        ..Default::default()
    }
}

/// One line of a CSV; the learner's name is one that no log may show.
pub(crate) fn line(learner: &str) -> String {
    format!(
        "{learner},2026-03-01,expert,competent,Instructor,Certified inspector,Bo Ek,Photo,{DIGEST},Zyx-CANARY-{learner},{learner}@canary.example,no,"
    )
}

/// A CSV of these learners.
pub(crate) fn csv(learners: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = learners.into_iter().map(|learner| line(&learner)).collect();
    format!("{HEADER}\n{}\n", lines.join("\n"))
}

/// The award of one learner.
pub(crate) fn row(learner: &str) -> Row {
    let weld = Achievement::parse(WELD.as_bytes()).expect("an achievement");
    let now: Timestamp = "2026-03-02T10:00:00Z".parse().expect("a time");
    let csv = csv([learner.to_owned()]);
    let mut rows = plan::read(csv.as_bytes(), &weld, Limits::PAGE, now).expect("a row");
    let mut row = rows.remove(0);
    row.line = 0;
    row
}

/// What stands at a pointer of a JSON text, as text.
pub(crate) fn at(document: &str, pointer: &str) -> String {
    let document = json::parse(document).expect("json");
    let found = document.pointer(pointer).unwrap_or(&Value::Null);
    found
        .as_str()
        .map_or_else(|| json::text(found), str::to_owned)
}
