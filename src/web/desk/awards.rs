//! `/desk/awards`: batches and how far they have come; a new one from a CSV.

use std::time::Duration;

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde_json::json;

use crate::{
    app::App,
    config::limits::CSV_BYTES,
    db::{JobRow, JobState},
    ids::{AchievementId, CredentialId, JobId},
    issue::{
        Error,
        approval::{self, Approval},
        batch::{self, Hands},
        batches::{self, Turn},
        plan::{self, Limits, Row},
        publish,
        repeats::{self, Before, Repeat},
    },
    program::learner,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        serve::stop_signal,
        signed::Signed,
        streamed,
        text::{self, Text},
    },
    who::{Scope, Who},
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: PATH,
    label: "Awards",
    any: &[Scope::Read],
});

const PATH: &str = "/desk/awards";
/// How many batches, and how many credentials of one, are shown.
const SHOWN: i64 = 50;
/// How often whoever looks on is told, and for how long; then their browser asks anew.
const TOLD_EVERY: Duration = Duration::from_millis(500);
const TOLD_TIMES: u32 = 240;

/// A batch as a page shows it.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    id: String,
    achievement: Text,
    word: &'static str,
    state: &'static str,
    tone: &'static str,
    open: bool,
    total: i64,
    issued: i64,
    failed: i64,
    cancelled: i64,
    waiting: i64,
    repeated: i64,
    problem: String,
    started: String,
    ended: String,
    /// Whether it waits for a second person.
    asks: bool,
    /// Who that cannot be: whoever started it.
    starter: String,
}

impl Batch {
    fn new(row: &JobRow, achievement: &str) -> Batch {
        let approval = Approval::read(row);
        let asks = is_open(row) && approval.as_ref().is_some_and(Approval::waits);
        let (state, tone) = match row.state {
            _ if asks => ("Waits for a second person", "unsure"),
            JobState::Waiting if row.done + row.failed > 0 => ("Being signed", "accent"),
            JobState::Waiting => ("Waits for a worker", "accent"),
            JobState::Paused => ("Paused", "unsure"),
            JobState::Done => ("Done", "good"),
            JobState::Failed => ("Done, but not all of it", "unsure"),
            JobState::Cancelled => ("Cancelled", "unsure"),
        };
        Batch {
            id: row.job_id.to_string(),
            achievement: Text::new(achievement),
            word: row.state.as_str(),
            state,
            tone,
            open: is_open(row),
            total: row.total,
            issued: row.done,
            failed: row.failed,
            cancelled: row.cancelled,
            waiting: waiting(row),
            repeated: row.repeated,
            problem: row.problem.clone().unwrap_or_default(),
            started: text::moment(row.created_at.into()),
            ended: row
                .finished_at
                .map_or_else(String::new, |at| text::moment(at.into())),
            asks,
            starter: approval.map_or_else(String::new, |one| one.started_by),
        }
    }
}

fn is_open(row: &JobRow) -> bool {
    matches!(row.state, JobState::Waiting | JobState::Paused)
}

fn waiting(row: &JobRow) -> i64 {
    row.total - row.done - row.failed - row.cancelled
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "desk/awards.html")]
pub(crate) struct AwardsPage {
    frame: Frame,
    desk: Desk,
    may: bool,
    batches: Vec<Batch>,
}

/// One batch.
#[derive(Debug, Template)]
#[template(path = "desk/award.html")]
pub(crate) struct AwardPage {
    frame: Frame,
    desk: Desk,
    may: bool,
    /// Whether who looks can say yes to it.
    second: bool,
    batch: Batch,
    shown: Vec<(String, Text, String)>,
}

/// A new one.
#[derive(Debug, Template)]
#[template(path = "desk/award_new.html")]
pub(crate) struct NewPage {
    frame: Frame,
    desk: Desk,
    achievements: Vec<(String, Text)>,
    chosen: String,
    rows: String,
    faults: Vec<String>,
    /// Whether there is no fault.
    good: bool,
    /// How many would be issued.
    ready: usize,
    /// Who has it already.
    repeats: Vec<Repeated>,
}

/// A row that was issued before.
#[derive(Debug, Clone)]
struct Repeated {
    line: u64,
    learner: Text,
    /// The credential, or empty.
    credential: String,
    /// The earlier line of the file, where there is no credential yet.
    line_before: u64,
    differs: bool,
}

impl NewPage {
    /// How many rows say something else than what was issued.
    fn differ(&self) -> usize {
        self.repeats.iter().filter(|one| one.differs).count()
    }
}

impl From<Repeat> for Repeated {
    fn from(repeat: Repeat) -> Repeated {
        let (credential, line_before) = match repeat.before {
            Before::Credential(id) => (id.to_string(), 0),
            Before::Line(line) => (String::new(), line),
        };
        Repeated {
            line: repeat.line,
            learner: Text::new(&repeat.reference),
            credential,
            line_before,
            differs: repeat.differs,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    let new = get(form)
        .post(sent)
        .layer(DefaultBodyLimit::max(CSV_BYTES * 2));
    Router::new()
        .route(PATH, get(list))
        .route("/desk/awards/new", new)
        .route("/desk/awards/{id}", get(one).post(turn))
        .route("/desk/awards/{id}/events", get(events))
}

async fn list(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let rows = batches::newest(site.app(), &signed.who, SHOWN).await?;
    let names = names(site.app(), &signed.who).await?;
    let page = AwardsPage {
        frame: Desk::frame("Awards"),
        desk: Desk::new(&signed, PATH),
        may: signed.who.may(Scope::Issue).is_ok(),
        batches: rows
            .iter()
            .map(|row| Batch::new(row, name(&names, &row.about)))
            .collect(),
    };
    answer::page(&page, NEVER)
}

async fn names(app: &App, who: &Who) -> Result<Vec<(String, String)>, WebError> {
    let rows = publish::list(app, who).await?;
    let names = rows
        .into_iter()
        .map(|row| (row.achievement_id.to_string(), row.name));
    Ok(names.collect())
}

fn name<'n>(names: &'n [(String, String)], id: &str) -> &'n str {
    let found = names.iter().find(|(known, _)| known == id);
    found.map_or("An achievement", |(_, name)| name)
}

async fn one(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let (app, who) = (site.app(), &signed.who);
    let row = batches::one(app, who, &read(&id)?).await?;
    let shown = batches::credentials(app, who, &row.job_id, SHOWN).await?;
    let ids: Vec<CredentialId> = shown.iter().map(|(id, _)| id.clone()).collect();
    let called = learner::of_credentials(app, who, &ids).await?;
    let line = |(id, problem): (CredentialId, Option<String>)| {
        let called = called.get(&id).map_or_else(|| id.to_string(), Clone::clone);
        (
            id.to_string(),
            Text::new(&called),
            problem.unwrap_or_default(),
        )
    };
    let names = names(app, who).await?;
    let batch = Batch::new(&row, name(&names, &row.about));
    let may = who.may(Scope::Issue).is_ok();
    let page = AwardPage {
        frame: Desk::frame("Award"),
        desk: Desk::new(&signed, PATH),
        may,
        second: may && batch.asks && batch.starter != who.principal(),
        batch,
        shown: shown.into_iter().map(line).collect(),
    };
    answer::page(&page, NEVER)
}

async fn turn(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let asked = Turn::of(fields.get("change"));
    let asked = asked.ok_or_else(|| WebError::unreadable("form", "Choose what is to be done."))?;
    batches::turn(site.app(), &signed.who, &read(&id)?, asked).await?;
    Ok(Redirect::to(&format!("{PATH}/{id}")).into_response())
}

/// Tells whoever looks on how far it has come, until it ends, they go, or the service stops.
async fn events(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id = read(&id)?;
    batches::one(site.app(), &signed.who, &id).await?;
    let (mut response, pieces) = streamed::page();
    let kind = HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    tokio::spawn(async move {
        let telling = async {
            for _ in 0..TOLD_TIMES {
                let Ok(row) = batches::one(site.app(), &signed.who, &id).await else {
                    return;
                };
                if pieces.send(event(&row)).await.is_err() || !is_open(&row) {
                    return;
                }
                tokio::time::sleep(TOLD_EVERY).await;
            }
        };
        tokio::select! {
            () = telling => {}
            () = stop_signal() => {}
        }
    });
    Ok(response)
}

fn event(row: &JobRow) -> String {
    let now = json!({
        "state": row.state.as_str(),
        "total": row.total,
        "issued": row.done,
        "waiting": waiting(row),
        "failed": row.failed,
        "cancelled": row.cancelled,
    });
    format!("retry: 1000\nevent: progress\ndata: {now}\n\n")
}

async fn form(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    signed.who.may(Scope::Issue)?;
    let page = NewPage::new(&site, &signed, Sent::default()).await?;
    answer::page(&page, NEVER)
}

/// What the form brought.
#[derive(Default)]
struct Sent {
    achievement: String,
    rows: String,
    issue: bool,
    /// What of it could not be read.
    faults: Vec<String>,
}

impl NewPage {
    async fn new(site: &Site, signed: &Signed, sent: Sent) -> Result<NewPage, WebError> {
        let names = names(site.app(), &signed.who).await?;
        Ok(NewPage {
            frame: Desk::frame("Award from a CSV"),
            desk: Desk::new(signed, PATH),
            achievements: (names.into_iter())
                .map(|(id, name)| (id, Text::new(&name)))
                .collect(),
            chosen: sent.achievement,
            rows: sent.rows,
            faults: sent.faults,
            good: false,
            ready: 0,
            repeats: Vec::new(),
        })
    }
}

async fn sent(
    State(site): State<Site>,
    signed: Signed,
    form: Multipart,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Issue)?;
    let (app, who) = (site.app(), &signed.who);
    let sent = read_form(form).await?;
    if !sent.faults.is_empty() {
        return again(&NewPage::new(&site, &signed, sent).await?);
    }
    let id: AchievementId =
        (sent.achievement.parse()).map_err(|_| WebError::no_such("achievement"))?;
    let faults = match prepare(&site, who, &id, &sent).await {
        Ok(rows) if sent.issue => {
            match batch::start_for(app, who, &id, &rows, None, Hands::Workers).await {
                Ok(started) => {
                    let to = format!("{PATH}/{}", started.batch);
                    return Ok(Redirect::to(&to).into_response());
                }
                Err(error) => told(error)?,
            }
        }
        Ok(rows) => {
            let repeats = repeats::among(app, who, &id, &rows).await?;
            let mut page = NewPage::new(&site, &signed, sent).await?;
            page.good = true;
            page.ready = rows.len() - repeats.len();
            page.repeats = repeats.into_iter().map(Repeated::from).collect();
            return answer::page(&page, NEVER);
        }
        Err(error) => told(error)?,
    };
    let mut page = NewPage::new(&site, &signed, sent).await?;
    page.faults = faults;
    again(&page)
}

/// The rows of what was sent, if it can be awarded by hand at all.
async fn prepare(
    site: &Site,
    who: &Who,
    id: &AchievementId,
    sent: &Sent,
) -> Result<Vec<Row>, Error> {
    let achievement = publish::by_hand(site.app(), who, id).await?;
    let (csv, now) = (sent.rows.clone(), site.now());
    let read = site.heavy(move || plan::read(csv.as_bytes(), &achievement, Limits::PAGE, now));
    let read = read
        .await
        .map_err(|_| Error::Internal("reading was cut off".to_owned()))?;
    read.map_err(Error::Rows)
}

/// The sentences that stand beside the form; anything else is an error.
fn told(error: Error) -> Result<Vec<String>, WebError> {
    match error {
        Error::Conflict(_) | Error::Quota(_) | Error::IssuedOtherwise(_) | Error::Key(_) => {
            Ok(vec![WebError::from(error).detail().to_owned()])
        }
        Error::Rows(faults) => Ok(faults.iter().map(ToString::to_string).collect()),
        Error::Faults(faults) => {
            let line = |fault: &crate::issue::Fault| format!("What is awarded {}.", fault.sentence);
            Ok(faults.iter().map(line).collect())
        }
        other => Err(other.into()),
    }
}

async fn read_form(mut form: Multipart) -> Result<Sent, WebError> {
    let broken = |_| WebError::unreadable("form", "The form did not arrive whole.");
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(broken)?;
        let Ok(text) = String::from_utf8(bytes.to_vec()) else {
            let sentence =
                "The file is not UTF-8 text. Save it as “CSV UTF-8”, and choose it again.";
            sent.faults.push(sentence.to_owned());
            continue;
        };
        match name.as_str() {
            "achievement" => sent.achievement = text,
            // The file goes before what is typed; without one its field is empty.
            "file" if !text.is_empty() => sent.rows = text,
            "rows" if sent.rows.is_empty() => sent.rows = text,
            "step" => sent.issue = text == "issue",
            _ => {}
        }
    }
    Ok(sent)
}

fn read(id: &str) -> Result<JobId, WebError> {
    id.parse().map_err(|_| WebError::no_such("batch"))
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let batch = |state: JobState, done: i64| {
        let at = "2026-11-22T14:02:00Z"
            .parse::<jiff::Timestamp>()
            .expect("a time");
        let open = matches!(state, JobState::Waiting | JobState::Paused);
        let row = JobRow {
            issuer_id: "Zr4XfLk2Qp8sVb1NwYt6Ag".parse().expect("an id"),
            job_id: "Zr4XfLk2Qp8sVb1NwYt6Ag".parse().expect("an id"),
            kind: crate::queue::ISSUE.to_owned(),
            about: String::new(),
            details: "{}".to_owned(),
            actor: "cli".to_owned(),
            state,
            attempts: 0,
            run_after: at.into(),
            lease: None,
            leased_until: None,
            total: 4_000,
            done,
            failed: 2,
            cancelled: 0,
            repeated: 5,
            problem: None,
            created_at: at.into(),
            finished_at: (!open).then(|| at.into()),
        };
        Batch::new(&row, "Reading a Pressure Gauge")
    };
    let list = |batches| AwardsPage {
        frame: Desk::frame("Awards"),
        desk: Desk::sample(PATH),
        may: true,
        batches,
    };
    let one = |batch: Batch| AwardPage {
        frame: Desk::frame("Award"),
        desk: Desk::sample(PATH),
        may: true,
        second: batch.asks && batch.starter != "mine",
        batch,
        shown: vec![(
            "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            "Ana María Lee".into(),
            String::new(),
        )],
    };
    let asking = |starter: &str| Batch {
        asks: true,
        starter: starter.to_owned(),
        ..batch(JobState::Paused, 0)
    };
    let new = |faults: &[&str], ready| NewPage {
        frame: Desk::frame("Award from a CSV"),
        desk: Desk::sample(PATH),
        achievements: vec![("Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(), "Weld".into())],
        chosen: String::new(),
        rows: "learner,date\ns-1,2026-03-01".to_owned(),
        faults: faults.iter().map(|&fault| fault.to_owned()).collect(),
        good: ready > 0,
        ready,
        repeats: Vec::new(),
    };
    let repeated = |credential: &str, line_before, differs| Repeated {
        line: 7,
        learner: "s-17".into(),
        credential: credential.to_owned(),
        line_before,
        differs,
    };
    let with_repeats = |ready| NewPage {
        good: true,
        repeats: vec![
            repeated("Zr4XfLk2Qp8sVb1NwYt6Ag", 0, true),
            repeated("Zr4XfLk2Qp8sVb1NwYt6Ag", 0, false),
            repeated("", 3, false),
        ],
        ..new(&[], ready)
    };
    let all = vec![
        batch(JobState::Waiting, 1_500),
        batch(JobState::Done, 3_998),
    ];
    vec![
        ("desk-awards", list(all).render().expect("renders")),
        (
            "desk-awards-empty",
            list(Vec::new()).render().expect("renders"),
        ),
        (
            "desk-award",
            one(batch(JobState::Waiting, 1_500))
                .render()
                .expect("renders"),
        ),
        (
            "desk-award-paused",
            one(batch(JobState::Paused, 1_500))
                .render()
                .expect("renders"),
        ),
        (
            "desk-award-done",
            one(batch(JobState::Done, 3_998)).render().expect("renders"),
        ),
        (
            "desk-award-second",
            one(asking("another")).render().expect("renders"),
        ),
        (
            "desk-award-waits",
            one(asking("mine")).render().expect("renders"),
        ),
        ("desk-award-new", new(&[], 0).render().expect("renders")),
        ("desk-award-ready", new(&[], 12).render().expect("renders")),
        (
            "desk-award-repeats",
            with_repeats(12).render().expect("renders"),
        ),
        ("desk-award-had", with_repeats(0).render().expect("renders")),
        (
            "desk-award-faults",
            new(&["line 6, column 2 (date): is in the future"], 0)
                .render()
                .expect("renders"),
        ),
    ]
}
