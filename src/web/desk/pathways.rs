//! `/desk/pathways`: steps that add up to a stack; tried out before they are in force.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    bake::emblem::{COLOURS, ICONS},
    db::{AchievementKind, StackState},
    ids::PathwayId,
    issue::{Error, Fault, publish},
    standard::{
        map::Map,
        pathway::{
            MapRef, Pathway, STEPS, Step,
            award::{self, Candidate, DryRun, Overview, Settle},
        },
        picture::Picture,
        versions::{self, Version, Versioned as _},
    },
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        fields::Fields,
        frame::Frame,
        signed::Signed,
        told::{self, Told},
    },
    who::Scope,
};

const PATH: &str = "/desk/pathways";
/// How many stacks are awarded while somebody waits; workers award the others.
const AT_ONCE: usize = 100;

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: PATH,
    label: "Pathways",
    any: &[Scope::Read],
});

/// The list.
#[derive(Debug, Template)]
#[template(path = "desk/pathways.html")]
pub(crate) struct PathwaysPage {
    frame: Frame,
    desk: Desk,
    all: Vec<Overview>,
}

/// Something that can be chosen: its value, its words, whether it is chosen.
type Choice = (String, String, bool);

/// A step in the form: the achievements to choose from, and whether it must be earned.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    choices: Vec<Choice>,
    must: bool,
}

/// One pathway, to be written.
#[derive(Debug, Template)]
#[template(path = "desk/pathway.html")]
pub(crate) struct PathwayPage {
    frame: Frame,
    desk: Desk,
    id: String,
    version: i64,
    changes: i64,
    used: bool,
    in_force: Option<i64>,
    told: Vec<Told>,
    pathway: Pathway,
    /// The numbers as they were typed.
    needed: String,
    months: String,
    rows: Vec<Row>,
    maps: Vec<Choice>,
    colours: Vec<(&'static str, bool)>,
    icons: Vec<(&'static str, bool)>,
}

impl PathwayPage {
    async fn new(site: &Site, signed: &Signed, pathway: Pathway) -> Result<PathwayPage, WebError> {
        let rows = rows(site, signed, &pathway).await?;
        let maps = versions::list::<Map>(site.app(), &signed.who).await?;
        let maps = maps.iter().map(|map| {
            let chosen = pathway
                .map
                .as_ref()
                .is_some_and(|chosen| chosen.id.as_str() == map.id);
            let value = format!("{}|{}", map.id, map.version);
            (
                value,
                format!("{}, version {}", map.document.name, map.version),
                chosen,
            )
        });
        let title = if pathway.name.is_empty() {
            "New pathway"
        } else {
            &pathway.name
        };
        Ok(PathwayPage {
            frame: Desk::frame(title),
            desk: Desk::new(signed, PATH),
            id: String::new(),
            version: 1,
            changes: 0,
            used: false,
            in_force: None,
            told: Vec::new(),
            needed: if pathway.needed == 0 {
                String::new()
            } else {
                pathway.needed.to_string()
            },
            months: pathway
                .valid_months
                .map(|n| n.to_string())
                .unwrap_or_default(),
            rows,
            maps: maps.collect(),
            colours: COLOURS
                .map(|colour| (colour, colour == pathway.picture.colour))
                .to_vec(),
            icons: ICONS
                .map(|(icon, _)| (icon, icon == pathway.picture.icon))
                .to_vec(),
            pathway,
        })
    }
}

/// The steps of the form: those there are, and room for more.
async fn rows(site: &Site, signed: &Signed, pathway: &Pathway) -> Result<Vec<Row>, WebError> {
    let published = publish::list(site.app(), &signed.who).await?;
    let performances = published
        .iter()
        .filter(|row| row.kind == AchievementKind::Performance);
    let named: Vec<(String, String)> = performances
        .map(|row| {
            let edition = if row.version.is_empty() {
                String::new()
            } else {
                format!(", edition {}", row.version)
            };
            (
                row.achievement_id.to_string(),
                format!("{}{edition}", row.name),
            )
        })
        .collect();
    let height = (pathway.steps.len() + 2).clamp(4, STEPS);
    let rows = (0..height).map(|n| {
        let step = pathway.steps.get(n);
        let chosen = step.map(|step| step.achievement.as_str());
        let one =
            |(id, name): &(String, String)| (id.clone(), name.clone(), chosen == Some(id.as_str()));
        let mut choices: Vec<Choice> = named.iter().map(one).collect();
        if let Some(id) = chosen.filter(|id| named.iter().all(|(there, _)| there != id)) {
            choices.push((
                id.to_owned(),
                "not there, or for taking part".to_owned(),
                true,
            ));
        }
        Row {
            choices,
            must: step.is_some_and(|step| step.must),
        }
    });
    Ok(rows.collect())
}

/// What would happen, and who has the stack.
#[derive(Debug, Template)]
#[template(path = "desk/pathway_run.html")]
pub(crate) struct RunPage {
    frame: Frame,
    desk: Desk,
    id: String,
    name: String,
    version: i64,
    in_force: Option<i64>,
    faults: Vec<Told>,
    would_count: usize,
    would: Vec<Candidate>,
    on_the_way: Vec<Candidate>,
    waiting: Vec<Award>,
    held: Vec<Award>,
}

impl RunPage {
    /// Whether this very version is in force.
    fn runs(&self) -> bool {
        self.in_force == Some(self.version)
    }
}

/// Somebody who was awarded the stack.
#[derive(Debug, Clone)]
pub(crate) struct Award {
    person: String,
    called: String,
    credential: String,
    reason: String,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PATH, get(list).post(create))
        .route("/desk/pathways/new", get(new))
        .route("/desk/pathways/{id}", get(open).post(save))
        .route("/desk/pathways/{id}/run", get(run))
        .route("/desk/pathways/{id}/activate", post(activate))
        .route("/desk/pathways/{id}/end", post(end))
        .route("/desk/pathways/{id}/settle", post(settle))
}

async fn list(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let page = PathwaysPage {
        frame: Desk::frame("Pathways"),
        desk: Desk::new(&signed, PATH),
        all: award::list(site.app(), &signed.who).await?,
    };
    answer::page(&page, NEVER)
}

async fn new(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    signed.who.may(Scope::Standards)?;
    let page = PathwayPage::new(&site, &signed, Pathway::default()).await?;
    answer::page(&page, NEVER)
}

fn id_of(text: &str) -> Result<PathwayId, WebError> {
    Ok(text.parse().map_err(|_| Error::NotFound("pathway"))?)
}

async fn in_force(site: &Site, signed: &Signed, id: &PathwayId) -> Result<Option<i64>, WebError> {
    let stacks = award::activations(site.app(), &signed.who, id).await?;
    let stack = stacks.iter().find(|stack| stack.ended_at.is_none());
    Ok(stack.map(|stack| stack.version))
}

async fn open(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id = id_of(&id)?;
    let found: Version<Pathway> = versions::newest(site.app(), &signed.who, id.as_str()).await?;
    let page = PathwayPage {
        id: found.id,
        version: found.version,
        changes: found.changes,
        used: found.pinned_at.is_some(),
        in_force: in_force(&site, &signed, &id).await?,
        ..PathwayPage::new(&site, &signed, found.document).await?
    };
    answer::page(&page, NEVER)
}

/// The pathway that a form says, and what of it cannot be read.
fn read(fields: &Fields) -> (Pathway, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut number = |name: &str| -> Option<u32> {
        let text = fields.get(name);
        if text.is_empty() {
            return None;
        }
        let read = text.parse().ok();
        if read.is_none() {
            faults.push(Fault::new(format!("/{name}"), "is not a whole number"));
        }
        read
    };
    let (needed, valid_months) = (number("needed").unwrap_or_default(), number("valid_months"));
    let mut steps = Vec::new();
    for n in 0..STEPS {
        let chosen = fields.get(&format!("p{n}"));
        if chosen.is_empty() {
            continue;
        }
        match chosen.parse() {
            Ok(achievement) => steps.push(Step {
                achievement,
                must: fields.has(&format!("p{n}_must")),
            }),
            Err(_) => faults.push(Fault::new(format!("/steps/{n}"), "is no achievement")),
        }
    }
    let map = fields.get("map").split_once('|').and_then(|(id, version)| {
        Some(MapRef {
            id: id.parse().ok()?,
            version: version.parse().ok()?,
        })
    });
    let text = |name: &str| fields.get(name).replace("\r\n", "\n");
    let pathway = Pathway {
        name: text("name"),
        meaning: text("meaning"),
        description: text("description"),
        steps,
        needed,
        map,
        picture: Picture {
            colour: text("colour"),
            icon: text("icon"),
            upload: None,
        },
        valid_months,
    };
    if !faults.is_empty() {
        // All of them at once.
        faults.extend(pathway.faults());
    }
    (pathway, faults)
}

async fn create(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let (pathway, faults) = read(&fields);
    let id = PathwayId::random(site.app().chance.as_ref());
    let kept = match faults.is_empty() {
        true => versions::create(site.app(), &signed.who, id.as_str(), &pathway).await,
        false => Err(Error::Faults(faults)),
    };
    match kept {
        Ok(kept) => Ok(Redirect::to(&format!("{PATH}/{}/run", kept.id)).into_response()),
        Err(error) => {
            let page = PathwayPage {
                told: Told::of(error)?,
                ..PathwayPage::new(&site, &signed, pathway).await?
            };
            refused(page, &fields)
        }
    }
}

/// The form again, with the numbers just as they were typed.
fn refused(page: PathwayPage, fields: &Fields) -> Result<Response, WebError> {
    told::again(&PathwayPage {
        needed: fields.get("needed").to_owned(),
        months: fields.get("valid_months").to_owned(),
        ..page
    })
}

async fn save(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let id = id_of(&id)?;
    let (pathway, faults) = read(&fields);
    let number = |name: &str| fields.get(name).parse().unwrap_or_default();
    let seen = (number("version"), number("changes"));
    let kept = match faults.is_empty() {
        true => versions::save(site.app(), &signed.who, id.as_str(), seen, &pathway).await,
        false => Err(Error::Faults(faults)),
    };
    match kept {
        Ok(kept) => Ok(Redirect::to(&format!("{PATH}/{}/run", kept.id)).into_response()),
        Err(error) => {
            let page = PathwayPage {
                told: Told::of(error)?,
                id: id.to_string(),
                version: seen.0,
                changes: seen.1,
                in_force: in_force(&site, &signed, &id).await?,
                ..PathwayPage::new(&site, &signed, pathway).await?
            };
            refused(page, &fields)
        }
    }
}

async fn run(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let (app, who) = (site.app(), &signed.who);
    let id = id_of(&id)?;
    let newest: Version<Pathway> = versions::newest(app, who, id.as_str()).await?;
    let dry: DryRun = award::dry_run(app, who, &id, newest.version).await?;
    let awarded = award::awarded(app, who, &id).await?;
    let of = |state: StackState| -> Vec<Award> {
        let awarded = awarded.iter().filter(|(award, _)| award.state == state);
        let one = |(award, called): &(crate::db::StackAwardRow, String)| Award {
            person: award.person_id.to_string(),
            called: called.clone(),
            credential: award.credential_id.to_string(),
            reason: award.reason.clone().unwrap_or_default(),
        };
        awarded.map(one).collect()
    };
    let page = RunPage {
        frame: Desk::frame(format!("Try out {}", newest.document.name)),
        desk: Desk::new(&signed, PATH),
        in_force: in_force(&site, &signed, &id).await?,
        id: newest.id,
        name: newest.document.name,
        version: newest.version,
        faults: Told::all(&dry.faults),
        would_count: dry.would_count,
        would: dry.would,
        on_the_way: dry.on_the_way,
        waiting: of(StackState::Waiting),
        held: of(StackState::Held),
    };
    answer::page(&page, NEVER)
}

async fn activate(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Publish)?;
    let id = id_of(&id)?;
    let version: i64 = fields.get("version").parse().unwrap_or_default();
    if in_force(&site, &signed, &id).await? != Some(version) {
        award::activate(site.app(), &signed.who, &id, version).await?;
    }
    award::catch_up(site.app(), &signed.who, &id, AT_ONCE).await?;
    Ok(Redirect::to(&format!("{PATH}/{id}/run")).into_response())
}

async fn end(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id = id_of(&id)?;
    award::end(site.app(), &signed.who, &id).await?;
    Ok(Redirect::to(&format!("{PATH}/{id}/run")).into_response())
}

async fn settle(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let id = id_of(&id)?;
    let person = fields.get("person").parse();
    let person = person.map_err(|_| Error::NotFound("stack that waits"))?;
    let choice = match fields.get("decision") {
        "keep" => Settle::Keep,
        "end" => Settle::End,
        _ => {
            return Err(WebError::unreadable(
                "form",
                "The form did not arrive whole.",
            ));
        }
    };
    award::settle(site.app(), &signed.who, &id, &person, choice).await?;
    Ok(Redirect::to(&format!("{PATH}/{id}/run")).into_response())
}

#[cfg(test)]
#[path = "pathways_samples.rs"]
mod sampled;
#[cfg(test)]
pub(crate) use sampled::samples;
