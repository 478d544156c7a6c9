//! `/desk/achievements`: what counts, written freely and published in editions.

use askama::Template;
use axum::{
    Router,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    ids::DraftId,
    issue::Error,
    standard::{
        achievement::{self, Written},
        draft::Draft,
        map::Map,
        picture,
        rubric::Rubric,
        versions,
    },
    web::{
        Site,
        answer::{self, Document, NEVER},
        desk::{
            Desk, Nav,
            achievement_form::{Form, RubricOption, SkillOption},
        },
        error::WebError,
        fields::Fields,
        frame::Frame,
        question,
        signed::Signed,
        text,
        told::{self, Told},
    },
    who::Scope,
};

pub(super) const PATH: &str = "/desk/achievements";

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: PATH,
    label: "Achievements",
    any: &[Scope::Read],
});

/// An achievement in the list.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    id: String,
    name: String,
    meaning: String,
    participation: bool,
    edition: i64,
    ahead: bool,
    changed: String,
}

impl Line {
    fn of(written: &Written) -> Line {
        Line {
            id: written.id.to_string(),
            name: written.draft.name.clone(),
            meaning: written.draft.meaning.clone(),
            participation: written.draft.kind == crate::issue::Kind::Participation,
            edition: written.editions.first().map_or(0, |last| last.edition),
            ahead: written.is_ahead(),
            changed: text::day(written.changed_at),
        }
    }
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "desk/achievements.html")]
pub(crate) struct AchievementsPage {
    frame: Frame,
    desk: Desk,
    lines: Vec<Line>,
}

/// A published edition, in a line.
#[derive(Debug, Clone)]
pub(crate) struct EditionLine {
    number: i64,
    achievement: String,
    published: String,
    policy: String,
    /// The version of the rubric that scores it, and where that is; empty without one.
    rubric: String,
    rubric_path: String,
}

/// One achievement, to be written.
#[derive(Debug, Template)]
#[template(path = "desk/achievement.html")]
pub(crate) struct AchievementPage {
    frame: Frame,
    desk: Desk,
    id: String,
    ahead: bool,
    editions: Vec<EditionLine>,
    told: Vec<Told>,
    form: Form,
}

impl AchievementPage {
    fn new(desk: Desk, form: Form) -> AchievementPage {
        let title = if form.name.is_empty() {
            "New achievement"
        } else {
            &form.name
        };
        AchievementPage {
            frame: Desk::frame(title),
            desk,
            id: String::new(),
            ahead: true,
            editions: Vec::new(),
            told: Vec::new(),
            form,
        }
    }

    fn of(self, written: &Written) -> AchievementPage {
        let editions = written.editions.iter().map(|edition| EditionLine {
            number: edition.edition,
            achievement: edition.achievement.to_string(),
            published: text::day(edition.published_at),
            policy: policy(&edition.draft),
            rubric: (edition.draft.rubric.as_ref())
                .map(|one| format!("version {}", one.version))
                .unwrap_or_default(),
            rubric_path: (edition.draft.rubric.as_ref())
                .map(|one| format!("/desk/rubrics/{}/{}", one.id, one.version))
                .unwrap_or_default(),
        });
        AchievementPage {
            id: written.id.to_string(),
            ahead: written.is_ahead(),
            editions: editions.collect(),
            ..self
        }
    }
}

/// Retakes and expiry, in a sentence.
pub(super) fn policy(draft: &Draft) -> String {
    let tries = match draft.tries {
        None => "As many tries as it takes".to_owned(),
        Some(1) => "One try".to_owned(),
        Some(tries) => format!("{tries} tries"),
    };
    let wait = match draft.cool_down_days {
        0 => String::new(),
        1 => ", a day apart".to_owned(),
        days => format!(", {days} days apart"),
    };
    let end = match draft.valid_months {
        None => "does not expire".to_owned(),
        Some(1) => "good for a month".to_owned(),
        Some(months) => format!("good for {months} months"),
    };
    format!("{tries}{wait}; {end}.")
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PATH, get(list).post(create))
        .route("/desk/achievements/new", get(new))
        .route("/desk/achievements/{id}", get(open).post(save))
        .route("/desk/achievements/{id}/picture.png", get(drawing))
        .route("/desk/achievements/{id}/picture", post(upload))
        .route("/desk/achievements/{id}/discard", post(discard))
}

async fn list(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let all = achievement::list(site.app(), &signed.who).await?;
    let page = AchievementsPage {
        frame: Desk::frame("Achievements"),
        desk: Desk::new(&signed, PATH),
        lines: all.iter().map(Line::of).collect(),
    };
    answer::page(&page, NEVER)
}

/// The form of a draft, with everything that can be chosen in it.
async fn form(site: &Site, signed: &Signed, draft: &Draft, changes: i64) -> Result<Form, WebError> {
    let rubrics = versions::list::<Rubric>(site.app(), &signed.who).await?;
    let maps = versions::list::<Map>(site.app(), &signed.who).await?;
    let rubrics = rubrics.iter().map(RubricOption::of).collect();
    let skills = maps.iter().flat_map(SkillOption::all).collect();
    Ok(Form::new(draft, changes, rubrics, skills))
}

async fn new(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    signed.who.may(Scope::Standards)?;
    let form = form(&site, &signed, &Draft::default(), 0).await?;
    answer::page(&AchievementPage::new(Desk::new(&signed, PATH), form), NEVER)
}

pub(super) fn id_of(text: &str) -> Result<DraftId, WebError> {
    Ok(text.parse().map_err(|_| Error::NotFound("achievement"))?)
}

async fn open(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let written = achievement::open(site.app(), &signed.who, &id_of(&id)?).await?;
    let form = form(&site, &signed, &written.draft, written.changes).await?;
    let page = AchievementPage::new(Desk::new(&signed, PATH), form).of(&written);
    answer::page(&page, NEVER)
}

async fn create(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let (draft, faults) = Form::read(&fields);
    let made = match faults.is_empty() {
        true => achievement::create(site.app(), &signed.who, &draft).await,
        false => Err(Error::Faults(faults)),
    };
    match made {
        Ok(written) => Ok(Redirect::to(&format!("{PATH}/{}", written.id)).into_response()),
        Err(error) => {
            let told = Told::of(error)?;
            let form = form(&site, &signed, &draft, 0).await?.typed(&fields);
            let page = AchievementPage::new(Desk::new(&signed, PATH), form);
            told::again(&AchievementPage { told, ..page })
        }
    }
}

async fn save(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let id = id_of(&id)?;
    let before = achievement::open(site.app(), &signed.who, &id).await?;
    let changes = fields.get("changes").parse().unwrap_or_default();
    let (mut draft, faults) = Form::read(&fields);
    if fields.has("keep_upload") {
        draft
            .picture
            .upload
            .clone_from(&before.draft.picture.upload);
    }
    let saved = match faults.is_empty() {
        true => achievement::save(site.app(), &signed.who, &id, changes, &draft).await,
        false => Err(Error::Faults(faults)),
    };
    match saved {
        Ok(_) if fields.has("next") => {
            Ok(Redirect::to(&format!("{PATH}/{id}/publish")).into_response())
        }
        Ok(_) => Ok(Redirect::to(&format!("{PATH}/{id}")).into_response()),
        Err(error) => {
            let told = Told::of(error)?;
            let form = form(&site, &signed, &draft, changes).await?.typed(&fields);
            let page = AchievementPage::new(Desk::new(&signed, PATH), form).of(&before);
            told::again(&AchievementPage { told, ..page })
        }
    }
}

async fn drawing(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let png = achievement::drawing(site.app(), &signed.who, &id_of(&id)?).await?;
    Ok(Document::new("image/png", png)
        .cached(NEVER)
        .answer(&headers))
}

async fn upload(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    sent: Result<Multipart, MultipartRejection>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Standards)?;
    let id = id_of(&id)?;
    let mut parts =
        sent.map_err(|_| WebError::unreadable("form", "The form did not arrive whole."))?;
    let mut file = Vec::new();
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|e| question::unreadable(&e))?
    {
        if part.name() == Some("picture") {
            file = part
                .bytes()
                .await
                .map_err(|e| question::unreadable(&e))?
                .to_vec();
        }
    }
    let app = site.app();
    let written = achievement::open(app, &signed.who, &id).await?;
    let taken = match picture::upload(app, &signed.who, file).await {
        Ok(taken) => taken,
        Err(error) => {
            let told = Told::of(error)?;
            let form = form(&site, &signed, &written.draft, written.changes).await?;
            let page = AchievementPage::new(Desk::new(&signed, PATH), form).of(&written);
            return told::again(&AchievementPage { told, ..page });
        }
    };
    let mut draft = written.draft;
    draft.picture.upload = Some(taken);
    achievement::save(app, &signed.who, &id, written.changes, &draft).await?;
    Ok(Redirect::to(&format!("{PATH}/{id}")).into_response())
}

async fn discard(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    achievement::discard(site.app(), &signed.who, &id_of(&id)?).await?;
    Ok(Redirect::to(PATH).into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let desk = || Desk::sample(PATH);
    let draft = Draft {
        name: "Explain a decision with data".to_owned(),
        meaning: "Can turn numbers into a clear recommendation.".to_owned(),
        criteria: "Meets *Proficient* in every criterion.".to_owned(),
        tries: Some(3),
        cool_down_days: 7,
        valid_months: Some(24),
        ..Draft::default()
    };
    let line = |edition, ahead| Line {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: draft.name.clone(),
        meaning: draft.meaning.clone(),
        participation: edition == 0,
        edition,
        ahead,
        changed: "22 November 2026".to_owned(),
    };
    let list = |lines| {
        let page = AchievementsPage {
            frame: Desk::frame("Achievements"),
            desk: desk(),
            lines,
        };
        page.render().expect("renders")
    };
    let form = |draft: &Draft| {
        let skill = SkillOption {
            map: "Data".to_owned(),
            value: "m|1|Read a chart".to_owned(),
            skill: "Read a chart".to_owned(),
            chosen: true,
        };
        let rubric = RubricOption {
            value: "r|1".to_owned(),
            label: "Memo, version 1".to_owned(),
            chosen: true,
        };
        Form::new(draft, 2, vec![rubric], vec![skill])
    };
    let edition = EditionLine {
        number: 1,
        achievement: "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        published: "1 March 2026".to_owned(),
        policy: policy(&draft),
        rubric: "version 1".to_owned(),
        rubric_path: "/desk/rubrics/Zr4XfLk2Qp8sVb1NwYt6Ag/1".to_owned(),
    };
    let whole = AchievementPage {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        editions: vec![edition],
        ..AchievementPage::new(desk(), form(&draft))
    };
    let refused = AchievementPage {
        told: vec![Told {
            place: "Tries".to_owned(),
            sentence: "is not from 1 to 1000".to_owned(),
            field: "tries".to_owned(),
        }],
        ..AchievementPage::new(desk(), form(&Draft::default()))
    };
    vec![
        (
            "desk-achievements",
            list(vec![line(2, true), line(1, false), line(0, true)]),
        ),
        ("desk-achievements-empty", list(Vec::new())),
        ("desk-achievement", whole.render().expect("renders")),
        (
            "desk-achievement-refused",
            refused.render().expect("renders"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retakes_and_expiry_are_told_in_a_sentence() {
        let draft = |tries, cool_down_days, valid_months| Draft {
            tries,
            cool_down_days,
            valid_months,
            ..Draft::default()
        };
        assert_eq!(
            policy(&draft(None, 0, None)),
            "As many tries as it takes; does not expire."
        );
        assert_eq!(
            policy(&draft(Some(3), 7, Some(24))),
            "3 tries, 7 days apart; good for 24 months."
        );
        assert_eq!(
            policy(&draft(Some(1), 1, Some(1))),
            "One try, a day apart; good for a month."
        );
    }
}
