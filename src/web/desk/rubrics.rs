//! `/desk/rubrics`: criteria and levels, written in a table and printed as one.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    ids::{DraftId, RubricId},
    issue::Error,
    standard::{
        achievement,
        rubric::{CRITERIA, LEVELS, Rubric, RubricCriterion, RubricLevel},
        versions::{self, Version},
    },
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        fields::Fields,
        frame::Frame,
        signed::Signed,
        text,
        told::{self, Told},
    },
    who::Scope,
};

const PATH: &str = "/desk/rubrics";

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: PATH,
    label: "Rubrics",
    any: &[Scope::Read],
});

/// A rubric in the list.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    id: String,
    name: String,
    version: i64,
    criteria: usize,
    levels: usize,
    lacking: usize,
    used: bool,
    changed: String,
}

impl Line {
    fn of(version: &Version<Rubric>) -> Line {
        Line {
            id: version.id.clone(),
            name: version.document.name.clone(),
            version: version.version,
            criteria: version.document.criteria.len(),
            levels: version.document.levels.len(),
            lacking: version.document.check().len(),
            used: version.pinned_at.is_some(),
            changed: text::day(version.changed_at),
        }
    }
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "desk/rubrics.html")]
pub(crate) struct RubricsPage {
    frame: Frame,
    desk: Desk,
    lines: Vec<Line>,
}

/// One rubric, to be written or printed.
#[derive(Debug, Template)]
#[template(path = "desk/rubric.html")]
pub(crate) struct RubricPage {
    frame: Frame,
    desk: Desk,
    /// Where it is sent.
    action: String,
    id: String,
    version: i64,
    changes: i64,
    used: bool,
    old: bool,
    /// Every version there is, the newest first.
    versions: Vec<i64>,
    /// What is scored with this version: where it is written, and its name and edition.
    scores: Vec<(String, String)>,
    told: Vec<Told>,
    lacking: Vec<Told>,
    rubric: Rubric,
    /// Rows and columns of the form, with empty ones to fill.
    levels: Vec<RubricLevel>,
    rows: Vec<Row>,
}

/// A criterion in the form: the place of its required level, and one descriptor for each level.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    name: String,
    required: usize,
    descriptors: Vec<String>,
}

impl RubricPage {
    fn new(desk: Desk, rubric: Rubric) -> RubricPage {
        let width = (rubric.levels.len() + 1).clamp(4, LEVELS);
        let mut levels = rubric.levels.clone();
        levels.resize(width, RubricLevel::default());
        let height = (rubric.criteria.len() + 1).clamp(3, CRITERIA);
        let mut criteria = rubric.criteria.clone();
        criteria.resize(height, RubricCriterion::default());
        let rows = criteria.into_iter().map(|criterion| {
            let mut descriptors = criterion.descriptors;
            descriptors.resize(width, String::new());
            let place = rubric
                .levels
                .iter()
                .position(|level| level.name == criterion.required);
            Row {
                name: criterion.name,
                required: place.map_or(0, |place| place + 1),
                descriptors,
            }
        });
        RubricPage {
            frame: Desk::frame(if rubric.name.is_empty() {
                "New rubric"
            } else {
                &rubric.name
            }),
            desk,
            action: PATH.to_owned(),
            id: String::new(),
            version: 1,
            changes: 0,
            used: false,
            old: false,
            versions: Vec::new(),
            scores: Vec::new(),
            told: Vec::new(),
            lacking: Vec::new(),
            rows: rows.collect(),
            levels,
            rubric,
        }
    }

    fn of(desk: Desk, version: Version<Rubric>) -> RubricPage {
        let lacking = Told::all(&version.document.check());
        RubricPage {
            action: format!("{PATH}/{}", version.id),
            id: version.id,
            version: version.version,
            changes: version.changes,
            used: version.pinned_at.is_some(),
            lacking,
            ..RubricPage::new(desk, version.document)
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PATH, get(list).post(create))
        .route("/desk/rubrics/new", get(new))
        .route("/desk/rubrics/{id}", get(open).post(save))
        .route("/desk/rubrics/{id}/{n}", get(numbered))
}

async fn list(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let all = versions::list::<Rubric>(site.app(), &signed.who).await?;
    let page = RubricsPage {
        frame: Desk::frame("Rubrics"),
        desk: Desk::new(&signed, PATH),
        lines: all.iter().map(Line::of).collect(),
    };
    answer::page(&page, NEVER)
}

async fn new(signed: Signed) -> Result<Response, WebError> {
    signed.who.may(Scope::Standards)?;
    let level = |name: &str, points: &str| RubricLevel {
        name: name.to_owned(),
        points: points.to_owned(),
    };
    // Most rubrics have these; whoever has others types over them.
    let start = Rubric {
        levels: vec![
            level("Beginning", "1"),
            level("Developing", "2"),
            level("Proficient", "3"),
            level("Advanced", "4"),
        ],
        ..Rubric::default()
    };
    answer::page(&RubricPage::new(Desk::new(&signed, PATH), start), NEVER)
}

async fn open(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    shown(&site, &signed, &id, None).await
}

async fn numbered(
    State(site): State<Site>,
    signed: Signed,
    Path((id, number)): Path<(String, i64)>,
) -> Result<Response, WebError> {
    shown(&site, &signed, &id, Some(number)).await
}

/// A version of a rubric, or the newest; an older one says so, and leads to the newest.
async fn shown(
    site: &Site,
    signed: &Signed,
    id: &str,
    number: Option<i64>,
) -> Result<Response, WebError> {
    let (app, who) = (site.app(), &signed.who);
    let mut all = versions::history::<Rubric>(app, who, id).await?;
    let numbers: Vec<i64> = all.iter().map(|version| version.version).collect();
    let at = number.map_or(Some(0), |number| numbers.iter().position(|n| *n == number));
    let at = at.ok_or(Error::NotFound("rubric"))?;
    let found = all.swap_remove(at);
    let scores = achievement::scored_with(app, who, (id, found.version)).await?;
    let line = |(draft, edition): (DraftId, achievement::Edition)| {
        let words = format!("{}, edition {}", edition.draft.name, edition.edition);
        (format!("/desk/achievements/{draft}"), words)
    };
    let page = RubricPage {
        old: at > 0,
        versions: numbers,
        scores: scores.into_iter().map(line).collect(),
        ..RubricPage::of(Desk::new(signed, PATH), found)
    };
    answer::page(&page, NEVER)
}

async fn create(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let rubric = read(&fields);
    let id = RubricId::random(site.app().chance.as_ref());
    match versions::create(site.app(), &signed.who, id.as_str(), &rubric).await {
        Ok(kept) => Ok(Redirect::to(&format!("{PATH}/{}", kept.id)).into_response()),
        Err(error) => {
            let told = Told::of(error)?;
            let page = RubricPage::new(Desk::new(&signed, PATH), rubric);
            told::again(&RubricPage { told, ..page })
        }
    }
}

async fn save(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let rubric = read(&fields);
    let number = |name: &str| fields.get(name).parse().unwrap_or_default();
    let (version, changes) = (number("version"), number("changes"));
    let id: RubricId = id.parse().map_err(|_| Error::NotFound("rubric"))?;
    let saved = versions::save(
        site.app(),
        &signed.who,
        id.as_str(),
        (version, changes),
        &rubric,
    );
    match saved.await {
        Ok(kept) => Ok(Redirect::to(&format!("{PATH}/{}", kept.id)).into_response()),
        Err(error) => {
            let told = Told::of(error)?;
            let page = RubricPage {
                action: format!("{PATH}/{id}"),
                id: id.to_string(),
                version,
                changes,
                told,
                ..RubricPage::new(Desk::new(&signed, PATH), rubric)
            };
            told::again(&page)
        }
    }
}

/// The rubric that a form says; rows and columns that were left empty are left out.
fn read(fields: &Fields) -> Rubric {
    let levels: Vec<(usize, RubricLevel)> = (0..LEVELS)
        .map(|j| {
            let level = RubricLevel {
                name: fields.get(&format!("l{j}_name")).to_owned(),
                points: fields.get(&format!("l{j}_points")).to_owned(),
            };
            (j, level)
        })
        .filter(|(_, level)| *level != RubricLevel::default())
        .collect();
    let criteria = (0..CRITERIA).map(|i| {
        let place: usize = fields
            .get(&format!("c{i}_required"))
            .parse()
            .unwrap_or_default();
        let required = levels.iter().find(|(j, _)| j + 1 == place);
        let descriptor =
            |(j, _): &(usize, RubricLevel)| fields.get(&format!("c{i}_d{j}")).to_owned();
        RubricCriterion {
            name: fields.get(&format!("c{i}_name")).to_owned(),
            description: String::new(),
            required: required.map_or_else(String::new, |(_, level)| level.name.clone()),
            descriptors: levels.iter().map(descriptor).collect(),
        }
    });
    let criteria = criteria
        .filter(|criterion| {
            !criterion.name.is_empty() || criterion.descriptors.iter().any(|text| !text.is_empty())
        })
        .collect();
    Rubric {
        name: fields.get("name").to_owned(),
        description: fields.get("description").to_owned(),
        levels: levels.into_iter().map(|(_, level)| level).collect(),
        criteria,
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let desk = || Desk::sample(PATH);
    let kept = |pinned: bool| Version {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        version: 2,
        changes: 3,
        changed_at: crate::clock::Timestamp::UNIX_EPOCH,
        pinned_at: pinned.then_some(crate::clock::Timestamp::UNIX_EPOCH),
        document: crate::standard::rubric::samples::memo(),
    };
    let list = |lines| {
        let page = RubricsPage {
            frame: Desk::frame("Rubrics"),
            desk: desk(),
            lines,
        };
        page.render().expect("renders")
    };
    let one = |page: RubricPage| page.render().expect("renders");
    let half = RubricPage {
        told: vec![Told {
            place: "Level 2, points".to_owned(),
            sentence: "is missing".to_owned(),
            field: "l1p".to_owned(),
        }],
        ..RubricPage::new(desk(), Rubric::default())
    };
    vec![
        ("desk-rubrics", list(vec![Line::of(&kept(true))])),
        ("desk-rubrics-empty", list(Vec::new())),
        (
            "desk-rubric",
            one(RubricPage {
                versions: vec![2, 1],
                ..RubricPage::of(desk(), kept(true))
            }),
        ),
        ("desk-rubric-refused", one(half)),
        (
            "desk-rubric-old",
            one(RubricPage {
                old: true,
                versions: vec![3, 2, 1],
                scores: vec![(
                    "/desk/achievements/Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
                    "Explain a decision with data, edition 1".to_owned(),
                )],
                ..RubricPage::of(desk(), kept(false))
            }),
        ),
    ]
}
