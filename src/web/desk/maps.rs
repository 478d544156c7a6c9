//! `/desk/maps`: competency maps, written skill by skill.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    ids::MapId,
    issue::{Error, Fault},
    standard::{
        case,
        map::{Map, Priority, SKILLS, Skill},
        map_csv,
        versions::{self, Version, Versioned as _},
    },
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, alignments},
        error::WebError,
        fields::Fields,
        frame::Frame,
        signed::Signed,
        text,
        told::{self, Told},
    },
    who::Scope,
};

pub(super) const PATH: &str = "/desk/maps";

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: PATH,
    label: "Maps",
    any: &[Scope::Read],
});

/// A map in the list.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    id: String,
    name: String,
    version: i64,
    now: usize,
    later: usize,
    used: bool,
    changed: String,
}

impl Line {
    fn of(version: &Version<Map>) -> Line {
        let skills = version.document.skills.iter();
        let now = skills
            .filter(|skill| skill.priority == Priority::Now)
            .count();
        Line {
            id: version.id.clone(),
            name: version.document.name.clone(),
            version: version.version,
            now,
            later: version.document.skills.len() - now,
            used: version.pinned_at.is_some(),
            changed: text::day(version.changed_at),
        }
    }
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "desk/maps.html")]
pub(crate) struct MapsPage {
    frame: Frame,
    desk: Desk,
    lines: Vec<Line>,
}

/// One map, to be read and written.
#[derive(Debug, Template)]
#[template(path = "desk/map.html")]
pub(crate) struct MapPage {
    frame: Frame,
    desk: Desk,
    action: String,
    id: String,
    version: i64,
    changes: i64,
    used: bool,
    old: bool,
    versions: Vec<i64>,
    told: Vec<Told>,
    warnings: Vec<Told>,
    map: Map,
    rows: Vec<Row>,
}

/// A skill in the form: standards and jobs as lines of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    name: String,
    statement: String,
    later: bool,
    standards: String,
    jobs: String,
}

impl Row {
    fn of(skill: &Skill) -> Row {
        let standards = skill.standards.iter().map(alignments::standard_line);
        let jobs = skill.jobs.iter().map(alignments::job_line);
        Row {
            name: skill.name.clone(),
            statement: skill.statement.clone(),
            later: skill.priority == Priority::Later,
            standards: standards.collect::<Vec<_>>().join("\n"),
            jobs: jobs.collect::<Vec<_>>().join("\n"),
        }
    }
}

impl MapPage {
    fn new(desk: Desk, map: Map) -> MapPage {
        let rows = map.skills.iter().map(Row::of).collect();
        MapPage {
            frame: Desk::frame(if map.name.is_empty() {
                "New map"
            } else {
                &map.name
            }),
            desk,
            action: PATH.to_owned(),
            id: String::new(),
            version: 1,
            changes: 0,
            used: false,
            old: false,
            versions: Vec::new(),
            told: Vec::new(),
            warnings: Vec::new(),
            rows,
            map,
        }
        .with_room()
    }

    /// With empty rows to fill.
    fn with_room(mut self) -> MapPage {
        let rows = (self.rows.len() + 2).clamp(5, SKILLS);
        self.rows.resize(rows, Row::default());
        self
    }

    fn of(desk: Desk, version: Version<Map>) -> MapPage {
        MapPage {
            action: format!("{PATH}/{}", version.id),
            id: version.id,
            version: version.version,
            changes: version.changes,
            used: version.pinned_at.is_some(),
            warnings: Told::all(&version.document.warnings()),
            ..MapPage::new(desk, version.document)
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PATH, get(list).post(create))
        .route("/desk/maps/new", get(new))
        .route("/desk/maps/{id}", get(open).post(save))
        .route("/desk/maps/{id}/{n}", get(part))
}

async fn list(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let all = versions::list::<Map>(site.app(), &signed.who).await?;
    let page = MapsPage {
        frame: Desk::frame("Competency maps"),
        desk: Desk::new(&signed, PATH),
        lines: all.iter().map(Line::of).collect(),
    };
    answer::page(&page, NEVER)
}

async fn new(signed: Signed) -> Result<Response, WebError> {
    signed.who.may(Scope::Standards)?;
    answer::page(
        &MapPage::new(Desk::new(&signed, PATH), Map::default()),
        NEVER,
    )
}

async fn open(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    shown(&site, &signed, &id, None).await
}

/// A version of a map, or the newest; an older one says so, and leads to the newest.
async fn shown(
    site: &Site,
    signed: &Signed,
    id: &str,
    number: Option<i64>,
) -> Result<Response, WebError> {
    let mut all = versions::history::<Map>(site.app(), &signed.who, id).await?;
    let numbers: Vec<i64> = all.iter().map(|version| version.version).collect();
    let at = number.map_or(Some(0), |number| numbers.iter().position(|n| *n == number));
    let at = at.ok_or(Error::NotFound("competency map"))?;
    let page = MapPage {
        old: at > 0,
        versions: numbers,
        ..MapPage::of(Desk::new(signed, PATH), all.swap_remove(at))
    };
    answer::page(&page, NEVER)
}

/// A version by its number, or the newest one as a file: `map.csv`, `case.json`.
async fn part(
    State(site): State<Site>,
    signed: Signed,
    Path((id, part)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let app = site.app();
    if let Ok(number) = part.parse() {
        return shown(&site, &signed, &id, Some(number)).await;
    }
    let found = versions::newest::<Map>(app, &signed.who, &id).await?;
    let document = match part.as_str() {
        "map.csv" => {
            answer::Document::new("text/csv; charset=utf-8", map_csv::write(&found.document))
                .named("competency-map.csv")
        }
        "case.json" => {
            let base = site.link(&format!("/maps/{id}/{}", found.version));
            let package = case::write_map(&found.document, &base, found.changed_at);
            answer::Document::new("application/json", package.to_string()).named("case.json")
        }
        _ => return Err(WebError::not_found()),
    };
    let mut response = document.cached(NEVER).answer(&headers);
    // It is a file to keep, not a page to look at.
    if let Some(value) = response.headers_mut().get_mut(header::CONTENT_DISPOSITION)
        && let Ok(attached) = value
            .to_str()
            .unwrap_or_default()
            .replace("inline", "attachment")
            .parse()
    {
        *value = attached;
    }
    Ok(response)
}

async fn create(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let (map, rows, faults) = read(&fields);
    let id = MapId::random(site.app().chance.as_ref());
    let kept = match faults.is_empty() {
        true => versions::create(site.app(), &signed.who, id.as_str(), &map).await,
        false => Err(Error::Faults(faults)),
    };
    match kept {
        Ok(kept) => Ok(Redirect::to(&format!("{PATH}/{}", kept.id)).into_response()),
        Err(error) => {
            let told = Told::of(error)?;
            let page = MapPage::new(Desk::new(&signed, PATH), map);
            told::again(&MapPage { told, rows, ..page }.with_room())
        }
    }
}

async fn save(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let (map, rows, faults) = read(&fields);
    let number = |name: &str| fields.get(name).parse().unwrap_or_default();
    let (version, changes) = (number("version"), number("changes"));
    let id: MapId = id.parse().map_err(|_| Error::NotFound("competency map"))?;
    let kept = match faults.is_empty() {
        true => {
            versions::save(
                site.app(),
                &signed.who,
                id.as_str(),
                (version, changes),
                &map,
            )
            .await
        }
        false => Err(Error::Faults(faults)),
    };
    match kept {
        Ok(kept) => Ok(Redirect::to(&format!("{PATH}/{}", kept.id)).into_response()),
        Err(error) => {
            let told = Told::of(error)?;
            let page = MapPage {
                action: format!("{PATH}/{id}"),
                id: id.to_string(),
                version,
                changes,
                told,
                rows,
                ..MapPage::new(Desk::new(&signed, PATH), map)
            };
            told::again(&page.with_room())
        }
    }
}

/// The map that a form says, its rows as they were typed, and what of them cannot be read.
fn read(fields: &Fields) -> (Map, Vec<Row>, Vec<Fault>) {
    let rows = (0..SKILLS).map(|i| Row {
        name: fields.get(&format!("s{i}_name")).to_owned(),
        statement: fields.get(&format!("s{i}_statement")).to_owned(),
        later: fields.get(&format!("s{i}_priority")) == "later",
        standards: fields.get(&format!("s{i}_standards")).to_owned(),
        jobs: fields.get(&format!("s{i}_jobs")).to_owned(),
    });
    let typed = |row: &Row| {
        let texts = [&row.name, &row.statement, &row.standards, &row.jobs];
        texts.iter().any(|text| !text.is_empty())
    };
    let rows: Vec<Row> = rows.filter(typed).collect();
    let mut faults = Vec::new();
    let skills = rows.iter().enumerate().map(|(i, row)| Skill {
        name: row.name.clone(),
        statement: row.statement.clone(),
        priority: if row.later {
            Priority::Later
        } else {
            Priority::Now
        },
        standards: alignments::read_standards(
            &row.standards,
            &format!("/skills/{i}/standards"),
            &mut faults,
        ),
        jobs: alignments::read_jobs(&row.jobs, &format!("/skills/{i}/jobs"), &mut faults),
    });
    let map = Map {
        name: fields.get("name").to_owned(),
        summary: fields.get("summary").to_owned(),
        skills: skills.collect(),
    };
    if !faults.is_empty() {
        // All of them at once.
        faults.extend(map.faults());
    }
    (map, rows, faults)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let desk = || Desk::sample(PATH);
    let kept = || Version {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        version: 2,
        changes: 3,
        changed_at: crate::clock::Timestamp::UNIX_EPOCH,
        pinned_at: Some(crate::clock::Timestamp::UNIX_EPOCH),
        document: crate::standard::map::samples::data(),
    };
    let list = |lines| {
        let page = MapsPage {
            frame: Desk::frame("Competency maps"),
            desk: desk(),
            lines,
        };
        page.render().expect("renders")
    };
    let half = MapPage {
        told: vec![Told::whole("line 1: write O*NET code | occupation | task")],
        ..MapPage::new(desk(), Map::default())
    };
    let one = MapPage {
        versions: vec![2, 1],
        ..MapPage::of(desk(), kept())
    };
    vec![
        ("desk-maps", list(vec![Line::of(&kept())])),
        ("desk-maps-empty", list(Vec::new())),
        ("desk-map", one.render().expect("renders")),
        ("desk-map-refused", half.render().expect("renders")),
    ]
}
