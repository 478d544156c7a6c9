//! `/desk/map-import`: a competency map from a CASE package or a CSV, looked at before it is kept.
//!
//! The file is read and shown; what is sent next is the text of the map itself, with what was
//! chosen, so that nothing is kept that nobody has seen.

use askama::Template;
use axum::{
    Router,
    extract::{Multipart, State, multipart::MultipartRejection},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    ids::{MapId, RubricId},
    issue::Error,
    standard::{
        case,
        map::{Map, Skill},
        map_csv,
        rubric::Rubric,
        versions,
    },
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, maps},
        error::WebError,
        fields::Fields,
        frame::Frame,
        question,
        signed::Signed,
        told::{self, Told},
    },
    who::Scope,
};

/// Not in the navigation: the list of maps leads here.
pub(crate) const NAV: Option<Nav> = None;

/// A skill that was read, and whether it is chosen at first.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    chosen: bool,
    skill: Skill,
    /// The skill as JSON: what is sent if it is chosen.
    json: String,
}

/// A rubric that was read.
#[derive(Debug, Clone)]
pub(crate) struct RubricChoice {
    name: String,
    criteria: usize,
    json: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/map_import.html")]
pub(crate) struct ImportPage {
    frame: Frame,
    desk: Desk,
    told: Vec<Told>,
    read: bool,
    name: String,
    summary: String,
    choices: Vec<Choice>,
    rubrics: Vec<RubricChoice>,
}

impl ImportPage {
    fn new(desk: Desk) -> ImportPage {
        ImportPage {
            frame: Desk::frame("Read a map from a file"),
            desk,
            told: Vec::new(),
            read: false,
            name: String::new(),
            summary: String::new(),
            choices: Vec::new(),
            rubrics: Vec::new(),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk/map-import", get(form).post(look))
        .route("/desk/map-import/keep", axum::routing::post(keep))
}

async fn form(signed: Signed) -> Result<Response, WebError> {
    signed.who.may(Scope::Standards)?;
    answer::page(&ImportPage::new(Desk::new(&signed, maps::PATH)), NEVER)
}

/// What a file holds, CASE or CSV.
fn read(file: &[u8]) -> Result<case::Package, Error> {
    let start = file
        .iter()
        .find(|byte| !byte.is_ascii_whitespace() && **byte < 0x80);
    if matches!(start, Some(b'{' | b'[')) {
        return case::read(file).map_err(Error::Faults);
    }
    let skills = map_csv::read(file).map_err(Error::Rows)?;
    let items = skills.into_iter().enumerate().map(|(n, skill)| case::Item {
        id: n.to_string(),
        heading: false,
        skill,
    });
    Ok(case::Package {
        items: items.collect(),
        ..case::Package::default()
    })
}

async fn look(
    State(site): State<Site>,
    signed: Signed,
    sent: Result<Multipart, MultipartRejection>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Standards)?;
    let mut parts =
        sent.map_err(|_| WebError::unreadable("form", "The form did not arrive whole."))?;
    let mut file = Vec::new();
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|e| question::unreadable(&e))?
    {
        if part.name() == Some("file") {
            file = part
                .bytes()
                .await
                .map_err(|e| question::unreadable(&e))?
                .to_vec();
        }
    }
    let page = ImportPage::new(Desk::new(&signed, maps::PATH));
    if file.is_empty() {
        let told = vec![Told::whole("Choose a file first.")];
        return told::again(&ImportPage { told, ..page });
    }
    match site.heavy(move || read(&file)).await? {
        Ok(package) => answer::page(&shown(page, package), NEVER),
        Err(error) => {
            let told = Told::of(error)?;
            told::again(&ImportPage { told, ..page })
        }
    }
}

/// How many skills are chosen at first.
const FIRST: usize = 60;

fn shown(page: ImportPage, package: case::Package) -> ImportPage {
    let mut chosen = 0;
    let choices = package.items.into_iter().map(|item| {
        let first = !item.heading && chosen < FIRST;
        chosen += usize::from(first);
        Choice {
            chosen: first,
            json: serde_json::to_string(&item.skill).unwrap_or_default(),
            skill: item.skill,
        }
    });
    let choices = choices.collect();
    let rubrics = package.rubrics.into_iter().map(|rubric| RubricChoice {
        json: serde_json::to_string(&rubric).unwrap_or_default(),
        criteria: rubric.criteria.len(),
        name: rubric.name,
    });
    ImportPage {
        read: true,
        name: package.name,
        summary: package.summary,
        choices,
        rubrics: rubrics.collect(),
        ..page
    }
}

async fn keep(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Standards)?;
    let unreadable = || WebError::unreadable("form", "The form did not arrive whole.");
    let skills = fields.all("skill").map(serde_json::from_str::<Skill>);
    let skills: Vec<Skill> = skills.collect::<Result<_, _>>().map_err(|_| unreadable())?;
    let rubrics = fields.all("rubric").map(serde_json::from_str::<Rubric>);
    let rubrics: Vec<Rubric> = rubrics
        .collect::<Result<_, _>>()
        .map_err(|_| unreadable())?;
    let map = Map {
        name: fields.get("name").to_owned(),
        summary: fields.get("summary").to_owned(),
        skills,
    };
    let chance = site.app().chance.as_ref();
    let mut kept_rubrics = 0;
    let mut wrong = None;
    let mut left = Vec::new();
    for rubric in rubrics {
        let id = RubricId::random(chance);
        match versions::create(site.app(), &signed.who, id.as_str(), &rubric).await {
            Ok(_) => kept_rubrics += 1,
            Err(error) => {
                wrong = wrong.or(Some(error));
                left.push(rubric);
            }
        }
    }
    if map.skills.is_empty() && wrong.is_none() && kept_rubrics > 0 {
        return Ok(Redirect::to("/desk/rubrics").into_response());
    }
    let id = MapId::random(chance);
    let kept = match wrong {
        Some(error) => Err(error),
        None if map.skills.is_empty() => {
            Err(Error::Conflict("choose at least one skill".to_owned()))
        }
        None => versions::create(site.app(), &signed.who, id.as_str(), &map).await,
    };
    match kept {
        Ok(kept) => Ok(Redirect::to(&format!("{}/{}", maps::PATH, kept.id)).into_response()),
        Err(error) => {
            let told = Told::of(error)?;
            let items = map.skills.into_iter().map(|skill| case::Item {
                id: String::new(),
                heading: false,
                skill,
            });
            let package = case::Package {
                name: map.name,
                summary: map.summary,
                items: items.collect(),
                // Those that are kept already are not kept twice.
                rubrics: left,
            };
            let page = shown(ImportPage::new(Desk::new(&signed, maps::PATH)), package);
            told::again(&ImportPage { told, ..page })
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = || ImportPage::new(Desk::sample(maps::PATH));
    let map = crate::standard::map::samples::data();
    let items = map.skills.into_iter().map(|skill| case::Item {
        id: String::new(),
        heading: false,
        skill,
    });
    let package = case::Package {
        name: map.name,
        summary: map.summary,
        items: items.collect(),
        rubrics: vec![crate::standard::rubric::samples::memo()],
    };
    let refused = ImportPage {
        told: vec![Told::whole(
            "line 2, column 4 (job_code): is no O*NET-SOC code",
        )],
        ..page()
    };
    vec![
        ("desk-map-import", page().render().expect("renders")),
        (
            "desk-map-import-read",
            shown(page(), package).render().expect("renders"),
        ),
        (
            "desk-map-import-refused",
            refused.render().expect("renders"),
        ),
    ]
}
