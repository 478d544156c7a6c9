//! Publishing: what stands in the way, what it would bring, and the edition that comes of it.

use super::{Edition, Written, open_in, sample::sample};
use crate::app::App;
use crate::db::{EditionRow, Kept, Tenant};
use crate::ids::{DraftId, IssuerId};
use crate::issue::{Achievement, Error, Fault, publish};
use crate::json;
use crate::standard::{
    decided_uri,
    draft::{self, Draft, Parts},
    map::Map,
    picture,
    rubric::Rubric,
    versions, written,
};
use crate::who::{Scope, Who};

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
    let months = written.draft.valid_months;
    let credential = match &made.achievement {
        Some(achievement) => match sample(app, &mut rows, achievement, months).await? {
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
    // Pinned before they are read: what is read then is what stays.
    let draft = &written_now.draft;
    if let Some(rubric) = &draft.rubric {
        let (id, version) = (rubric.id.as_str(), rubric.version.into());
        versions::pin(&mut rows, Kept::Rubric, id, version, now).await?;
    }
    for skill in &draft.skills {
        let (id, version) = (skill.map.as_str(), skill.version.into());
        versions::pin(&mut rows, Kept::Map, id, version, now).await?;
    }
    let made = make(app, &mut rows, &written_now).await?;
    let Some(achievement) = made.achievement.filter(|_| made.faults.is_empty()) else {
        return Err(Error::Faults(made.faults));
    };
    debug_assert_eq!(made.parts.maps.len(), written_now.draft.skills.len());
    rows.add_picture(&made.picture_id, &made.png, now.into())
        .await?;
    publish::add(app, who, &mut rows, &achievement, now).await?;
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
    tx.commit().await?;
    Edition::of(&row)
}
