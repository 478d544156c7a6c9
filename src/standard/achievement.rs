//! Achievements: drafts that are edited freely, and editions that never change.

use std::sync::atomic::{AtomicU8, Ordering};

use super::{
    decided_uri,
    draft::{self, Draft, Parts},
    map::Map,
    picture, read,
    rubric::Rubric,
    unfit, versions, written,
};
use crate::app::App;
use crate::clock::{Chance, Timestamp};
use crate::db::{self, DraftRow, EditionRow, Kept, Tenant};
use crate::ids::{AchievementId, DraftId, IssuerId};
use crate::issue::{
    Achievement, Error, Fault, Kind, identity, lint,
    order::{Assessor, Evidence, Fixed, Order, Outcome, StatusPlace},
    plan::{Learner, Row, Wish},
    publish,
};
use crate::json;
use crate::proof::ProofOptions;
use crate::who::{Scope, Who};

/// What is promised with an edition beside the document that is signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// How often a learner may try; `None`: as often as they like.
    pub tries: Option<u32>,
    /// Days between one try and the next.
    pub cool_down_days: u32,
    /// Months after which a credential ends; `None`: it does not.
    pub valid_months: Option<u32>,
}

impl Policy {
    fn of(row: &EditionRow) -> Policy {
        let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Policy {
            tries: row.tries.map(number),
            cool_down_days: number(row.cool_down_days),
            valid_months: row.valid_months.map(number),
        }
    }
}

/// An achievement as it is being written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Its id, the same for every edition.
    pub id: DraftId,
    /// How often it was written: to be named when it is written again.
    pub changes: i64,
    /// When it was last written.
    pub changed_at: Timestamp,
    /// What it says.
    pub draft: Draft,
    /// Its published editions, newest first.
    pub editions: Vec<Edition>,
}

impl Written {
    /// Whether something was written since the last edition, or there is none.
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        self.editions
            .first()
            .is_none_or(|last| last.draft != self.draft)
    }
}

/// A published edition.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition {
    /// The published achievement.
    pub achievement: AchievementId,
    /// 1, 2, 3 …
    pub edition: i64,
    /// The draft as it was then.
    pub draft: Draft,
    /// What is promised with it.
    pub policy: Policy,
    /// When it was published.
    pub published_at: Timestamp,
}

impl Edition {
    fn of(row: &EditionRow) -> Result<Edition, Error> {
        Ok(Edition {
            achievement: row.achievement_id.clone(),
            edition: row.edition,
            draft: read(&row.draft)?,
            policy: Policy::of(row),
            published_at: *row.published_at,
        })
    }
}

/// What publishing a draft now would bring.
#[derive(Debug, Clone)]
pub struct Check {
    /// What stands in the way.
    pub faults: Vec<Fault>,
    /// What is worth another look.
    pub warnings: Vec<Fault>,
    /// The number the next edition would have.
    pub edition: i64,
    /// The exact credential that a learner would get, but for what is drawn by chance, with sample
    /// results; `None` as long as something stands in the way.
    pub credential: Option<json::Value<'static>>,
}

/// The policy of a published achievement; one that was published without a draft has none, which is
/// any number of tries at any time.
///
/// # Errors
/// [`Error::Db`].
pub async fn policy(
    app: &App,
    issuer: &IssuerId,
    achievement: &AchievementId,
) -> Result<Policy, Error> {
    let found = app.db.of(issuer).edition(achievement).await?;
    Ok(found.as_ref().map(Policy::of).unwrap_or_default())
}

/// Everything that is being written, by name, each with its editions.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn list(app: &App, who: &Who) -> Result<Vec<Written>, Error> {
    who.may(Scope::Read)?;
    let mut rows = app.db.of(who.issuer());
    let drafts = rows.drafts().await?;
    let editions = rows.editions().await?;
    drafts
        .into_iter()
        .map(|row| assemble(row, &editions))
        .collect()
}

/// What is being written under this id.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn open(app: &App, who: &Who, id: &DraftId) -> Result<Written, Error> {
    who.may(Scope::Read)?;
    open_in(&mut app.db.of(who.issuer()), id).await
}

async fn open_in(rows: &mut Tenant<'_>, id: &DraftId) -> Result<Written, Error> {
    let row = rows
        .draft(id)
        .await?
        .ok_or(Error::NotFound("achievement"))?;
    let editions = rows.editions().await?;
    assemble(row, &editions)
}

fn assemble(row: DraftRow, editions: &[EditionRow]) -> Result<Written, Error> {
    let own = editions
        .iter()
        .filter(|edition| edition.draft_id == row.draft_id);
    Ok(Written {
        draft: read(&row.document)?,
        editions: own.map(Edition::of).collect::<Result<_, _>>()?,
        changes: row.changes,
        changed_at: *row.changed_at,
        id: row.draft_id,
    })
}

/// Begins an achievement.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::Faults`] if it cannot be kept.
pub async fn create(app: &App, who: &Who, draft: &Draft) -> Result<Written, Error> {
    who.may(Scope::Standards)?;
    fit(draft)?;
    let now = app.now();
    let row = DraftRow {
        issuer_id: who.issuer().clone(),
        draft_id: DraftId::random(app.chance.as_ref()),
        name: draft.name.clone(),
        document: written(draft)?,
        changes: 1,
        created_at: now.into(),
        changed_at: now.into(),
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.add_draft(&row).await?;
    let line = who.did(app, "achievement.save", row.draft_id.as_str(), now);
    rows.log(&[line]).await?;
    tx.commit().await?;
    assemble(row, &[])
}

/// Writes an achievement anew. Its editions stay as they are. `seen`: the count of changes that the
/// writer had before them.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::Faults`]; [`Error::NotFound`];
/// [`Error::Conflict`] if somebody else wrote it since.
pub async fn save(
    app: &App,
    who: &Who,
    id: &DraftId,
    seen: i64,
    draft: &Draft,
) -> Result<Written, Error> {
    who.may(Scope::Standards)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let there = rows
        .draft(id)
        .await?
        .ok_or(Error::NotFound("achievement"))?;
    fit(draft)?;
    let row = DraftRow {
        name: draft.name.clone(),
        document: written(draft)?,
        changes: seen,
        changed_at: now.into(),
        ..there
    };
    match rows.rewrite_draft(&row).await {
        Err(db::Error::NoRow) => {
            return Err(Error::Conflict(
                "somebody changed this achievement since you opened it: open it again and compare"
                    .to_owned(),
            ));
        }
        other => other?,
    }
    let line = who.did(app, "achievement.save", id.as_str(), now);
    rows.log(&[line]).await?;
    let saved = open_in(&mut rows, id).await?;
    tx.commit().await?;
    Ok(saved)
}

/// Throws a draft away that was never published.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::NotFound`]; [`Error::Conflict`] if it
/// was published: what learners earned keeps its history.
pub async fn discard(app: &App, who: &Who, id: &DraftId) -> Result<(), Error> {
    who.may(Scope::Standards)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.draft(id)
        .await?
        .ok_or(Error::NotFound("achievement"))?;
    match rows.discard_draft(id).await {
        Err(db::Error::NoRow) => {
            return Err(Error::Conflict(
                "it was published, and what was published stays".to_owned(),
            ));
        }
        other => other?,
    }
    let line = who.did(app, "achievement.discard", id.as_str(), now);
    rows.log(&[line]).await?;
    tx.commit().await?;
    Ok(())
}

fn fit(draft: &Draft) -> Result<(), Error> {
    let mut faults = draft.faults();
    faults.extend(unfit(draft));
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Faults(faults))
    }
}

/// Everything that becomes of a draft when it is published.
struct Made {
    parts: Parts,
    faults: Vec<Fault>,
    file: json::Value<'static>,
    achievement: Option<Achievement>,
    edition: i64,
    picture_id: String,
    png: Vec<u8>,
}

/// What publishing this draft now would bring. Nothing is stored.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn check(app: &App, who: &Who, id: &DraftId) -> Result<Check, Error> {
    who.may(Scope::Read)?;
    let mut rows = app.db.of(who.issuer());
    let written = open_in(&mut rows, id).await?;
    let made = make(app, &mut rows, &written).await?;
    let mut faults = made.faults;
    let credential = match &made.achievement {
        Some(achievement) => match sample(app, &mut rows, achievement).await? {
            Ok(credential) => Some(credential),
            Err(found) => {
                faults.extend(found);
                None
            }
        },
        None => None,
    };
    Ok(Check {
        warnings: draft::warnings(&written.draft, &made.file),
        edition: made.edition,
        faults,
        credential,
    })
}

/// The picture of a draft, as PNG.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn drawing(app: &App, who: &Who, id: &DraftId) -> Result<Vec<u8>, Error> {
    who.may(Scope::Read)?;
    let mut rows = app.db.of(who.issuer());
    let written = open_in(&mut rows, id).await?;
    written
        .draft
        .picture
        .png(&mut rows, &written.draft.name)
        .await
}

async fn make(app: &App, rows: &mut Tenant<'_>, written: &Written) -> Result<Made, Error> {
    let draft = &written.draft;
    let edition = written.editions.first().map_or(1, |last| last.edition + 1);
    let parts = parts(rows, draft).await?;
    let mut faults = parts.faults(draft);
    let (png, picture_id) = match draft.picture.png(rows, &draft.name).await {
        Ok(png) => {
            let id = picture::id_of(&png);
            (png, id)
        }
        Err(Error::Faults(found)) => {
            faults.extend(found);
            (Vec::new(), "0".repeat(64))
        }
        Err(other) => return Err(other),
    };
    let uri = uri(rows.issuer_id(), &written.id, edition);
    let file = draft::file(
        draft,
        &parts,
        &uri,
        edition,
        &picture::url(app, &picture_id),
    );
    let achievement = match Achievement::read(&file) {
        Ok(achievement) => faults.is_empty().then_some(achievement),
        Err(found) => {
            faults.extend(found.into_iter().map(in_the_draft));
            None
        }
    };
    Ok(Made {
        parts,
        faults,
        file,
        achievement,
        edition,
        picture_id,
        png,
    })
}

/// The place in the draft of a fault in the file that it becomes.
fn in_the_draft(fault: Fault) -> Fault {
    let places = [
        ("/evidenceRequired", "/evidence_required"),
        ("/criteria/narrative", "/criteria"),
        ("/resultDescription", "/rubric"),
        ("/fieldOfStudy", "/class_unit"),
        ("/inLanguage", "/language"),
        ("/alignment", "/standards"),
        ("/tag", "/tags"),
    ];
    let place = places
        .iter()
        .find(|(file, _)| fault.pointer.starts_with(file));
    match place {
        // The words are about the file's members, which nobody who writes a draft has seen.
        Some(("/resultDescription", at)) if fault.sentence.starts_with("is missing") => Fault::new(
            *at,
            "is missing: a performance achievement has a rubric with a required level",
        ),
        Some(("/resultDescription", at)) if fault.sentence.starts_with("is a rubric") => {
            Fault::new(
                *at,
                "what is scored with a rubric is a performance, not participation",
            )
        }
        Some((_, at)) => Fault::new(*at, fault.sentence),
        None => fault,
    }
}

async fn parts(rows: &mut Tenant<'_>, draft: &Draft) -> Result<Parts, Error> {
    let mut parts = Parts::default();
    if let Some(rubric) = &draft.rubric {
        let found = versions::version_in::<Rubric>(rows, rubric.id.as_str(), rubric.version.into());
        parts.rubric = missing_is_none(found.await)?.map(|version| version.document);
    }
    for skill in &draft.skills {
        let found = versions::version_in::<Map>(rows, skill.map.as_str(), skill.version.into());
        parts
            .maps
            .push(missing_is_none(found.await)?.map(|version| version.document));
    }
    Ok(parts)
}

fn missing_is_none<T>(found: Result<T, Error>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The achievement's own id: it follows from organisation, draft and edition.
fn uri(issuer: &IssuerId, draft: &DraftId, edition: i64) -> String {
    decided_uri(&format!("{issuer}|{draft}|{edition}"))
}

/// Publishes the draft as its next edition. What it rests on is pinned.
///
/// # Errors
/// [`Error::Refused`] without the scope `publish`; [`Error::Faults`] for all that stands in the way;
/// [`Error::Conflict`] if nothing was written since the last edition.
pub async fn publish(app: &App, who: &Who, id: &DraftId) -> Result<Edition, Error> {
    who.may(Scope::Publish)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let written_now = open_in(&mut rows, id).await?;
    if !written_now.is_ahead() {
        return Err(Error::Conflict(
            "nothing was changed since the last edition".to_owned(),
        ));
    }
    let made = make(app, &mut rows, &written_now).await?;
    let Some(achievement) = made.achievement.filter(|_| made.faults.is_empty()) else {
        return Err(Error::Faults(made.faults));
    };
    debug_assert_eq!(made.parts.maps.len(), written_now.draft.skills.len());
    rows.add_picture(&made.picture_id, &made.png, now.into())
        .await?;
    publish::add(app, who, &mut rows, &achievement, now).await?;
    let draft = &written_now.draft;
    let row = EditionRow {
        issuer_id: who.issuer().clone(),
        achievement_id: achievement.id().clone(),
        draft_id: id.clone(),
        edition: made.edition,
        draft: written(draft)?,
        tries: draft.tries.map(i64::from),
        cool_down_days: draft.cool_down_days.into(),
        valid_months: draft.valid_months.map(i64::from),
        published_at: now.into(),
    };
    rows.add_edition(&row).await?;
    if let Some(rubric) = &draft.rubric {
        let (id, version) = (rubric.id.as_str(), rubric.version.into());
        rows.pin_version(Kept::Rubric, id, version, now.into())
            .await?;
    }
    for skill in &draft.skills {
        let (id, version) = (skill.map.as_str(), skill.version.into());
        rows.pin_version(Kept::Map, id, version, now.into()).await?;
    }
    tx.commit().await?;
    Edition::of(&row)
}

// ── the credential that a learner would get ─────────────────────────────────

/// Chance that a sample is drawn with: it counts, so that a preview holds still.
struct Still(AtomicU8);

impl Chance for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// The unsigned credential that somebody with the required level everywhere would get.
async fn sample(
    app: &App,
    rows: &mut Tenant<'_>,
    achievement: &Achievement,
) -> Result<Result<json::Value<'static>, Vec<Fault>>, Error> {
    let now = app.now();
    let issuer = rows
        .issuer()
        .await?
        .ok_or(Error::NotFound("organisation"))?;
    let origin = &app.config.public_url;
    let fixed = Fixed {
        id: origin.join("/c/sample"),
        issuer: identity::profile(&issuer),
        now,
        valid_until: None,
        status: Some(StatusPlace {
            list: origin.join("/status/sample"),
            index: 0,
        }),
        evidence_base: Some(origin.join("/evidence/")),
    };
    let order = Order::new(
        &sample_row(achievement, now),
        fixed,
        &Still(AtomicU8::new(1)),
    );
    let document = order.credential(achievement);
    let options = ProofOptions::new(format!("{}#key", issuer.did), now);
    Ok(lint::credential(document.clone(), &options).map(|_| document))
}

fn sample_row(achievement: &Achievement, now: Timestamp) -> Row {
    let performance = achievement.kind() == Kind::Performance;
    let outcomes = achievement.criteria().iter().filter_map(|criterion| {
        let level = criterion.levels.get(criterion.required?)?;
        Some(Outcome {
            description: criterion.id.clone(),
            level: Some(level.id.clone()),
            value: None,
        })
    });
    Row {
        line: 0,
        learner: Learner {
            reference: "sample".to_owned(),
            name: None,
            email: None,
            adult: false,
            wish: Wish::Nothing,
        },
        awarded: now,
        outcomes: outcomes.collect(),
        assessor: performance.then(|| Assessor {
            role: "Reviewer".to_owned(),
            qualification: Some("the reviewer's qualification".to_owned()),
            name: None,
        }),
        evidence: performance
            .then(|| Evidence {
                name: "What the learner handed in".to_owned(),
                description: None,
                digest: None,
            })
            .into_iter()
            .collect(),
        narrative: None,
    }
}
