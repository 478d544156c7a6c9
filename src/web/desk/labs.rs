//! `/desk/labs`: sessions, their rosters, the code for the station, and the grid.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    issue::{Achievement, Kind, publish},
    program::{
        card::{Card, Given},
        lab::{self, Said},
        run, score,
    },
    web::{
        Site,
        answer::{self, NEVER},
        desk::{
            Desk, Nav,
            attempts::{self, Line},
            learners::Named,
        },
        documents,
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        said,
        signed::Signed,
        text::{self, Text},
    },
    who::Scope,
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk/labs",
    label: "Labs",
    any: crate::who::WITH_LEARNERS,
});

const PLACE: &str = "/desk/labs";

/// A lab in a list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    id: String,
    name: Text,
    program: Text,
    day: String,
    closed: bool,
}

/// A choice in a form: value, words, whether it is chosen.
#[derive(Debug, Clone)]
struct Choice {
    value: String,
    words: Text,
    chosen: bool,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "desk/labs.html")]
pub(crate) struct LabsPage {
    frame: Frame,
    desk: Desk,
    labs: Vec<Listed>,
    programs: Vec<Choice>,
    achievements: Vec<Choice>,
    name: String,
    held: String,
    faults: Vec<String>,
}

/// One lab.
#[derive(Debug, Template)]
#[template(path = "desk/lab.html")]
pub(crate) struct LabPage {
    frame: Frame,
    desk: Desk,
    one: Listed,
    link: String,
    offers: Vec<(String, Text, Text, bool)>,
    learners: Vec<Named>,
    others: Vec<Named>,
    attempts: Vec<Line>,
}

/// One criterion of one learner in the grid.
#[derive(Debug, Clone)]
struct Cell {
    field: String,
    name: Text,
    /// What stood there when the page was made.
    was: String,
    levels: Vec<Choice>,
    met: bool,
}

/// One learner in the grid.
#[derive(Debug, Clone)]
struct GridRow {
    learner: Named,
    attempt: String,
    word: &'static str,
    open: bool,
    cells: Vec<Cell>,
}

/// The grid.
#[derive(Debug, Template)]
#[template(path = "desk/grid.html")]
pub(crate) struct GridPage {
    frame: Frame,
    desk: Desk,
    lab: Text,
    lab_id: String,
    achievement: Text,
    achievement_id: String,
    /// Who looks: what they chose is kept on their device for them alone.
    whose: String,
    rows: Vec<GridRow>,
    faults: Vec<String>,
}

/// The pages' routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PLACE, get(list).post(make))
        .route("/desk/labs/{id}", get(shown))
        .route("/desk/labs/{id}/qr.svg", get(qr))
        .route("/desk/labs/{id}/roster", post(set))
        .route("/desk/labs/{id}/close", post(close))
        .route("/desk/labs/{id}/grid/{achievement}", get(grid).post(enter))
}

async fn list(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let held = site.now().strftime("%Y-%m-%d").to_string();
    let page = list_page(&site, &signed, &Fields::default(), held, Vec::new()).await?;
    answer::page(&page, NEVER)
}

async fn list_page(
    site: &Site,
    signed: &Signed,
    typed: &Fields,
    held: String,
    faults: Vec<String>,
) -> Result<LabsPage, WebError> {
    let app = site.app();
    let programs = run::all(app, &signed.who).await?;
    let labs = lab::all(app, &signed.who).await?;
    let name_of = |id: &crate::ids::ProgramId| {
        let found = programs.iter().find(|row| row.program_id == *id);
        found.map_or_else(Text::default, |row| Text::new(&row.name))
    };
    let listed = labs.iter().map(|row| Listed {
        id: row.lab_id.to_string(),
        name: Text::new(&row.name),
        program: name_of(&row.program_id),
        day: text::day(*row.held_at),
        closed: row.closed_at.is_some(),
    });
    let offers: Vec<&str> = typed.all("offer").collect();
    let achievements = publish::list(app, &signed.who).await?;
    let achievements = achievements.iter().rev().map(|row| {
        let id = row.achievement_id.to_string();
        let version = if row.version.is_empty() { "" } else { ", " };
        Choice {
            chosen: offers.contains(&id.as_str()),
            words: Text::new(&format!("{}{version}{}", row.name, row.version)),
            value: id,
        }
    });
    let chosen = typed.get("program");
    let going = programs.iter().filter(|row| row.ended_at.is_none());
    Ok(LabsPage {
        frame: Desk::frame("Labs"),
        desk: Desk::new(signed, PLACE),
        labs: listed.collect(),
        achievements: achievements.collect(),
        programs: going
            .map(|row| Choice {
                value: row.program_id.to_string(),
                words: Text::new(&row.name),
                chosen: row.program_id.as_str() == chosen,
            })
            .collect(),
        name: typed.get("name").to_owned(),
        held,
        faults,
    })
}

async fn make(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    let held = fields.get("held").to_owned();
    let mut faults = Vec::new();
    let program = fields.get("program").parse();
    if program.is_err() {
        faults.push("Choose the program.".to_owned());
    }
    let offers: Result<Vec<_>, _> = fields.all("offer").map(str::parse).collect();
    if offers.as_ref().is_ok_and(Vec::is_empty) {
        faults.push("Choose what can be earned there.".to_owned());
    }
    if let (Ok(program), Ok(offers), true) = (program, offers, faults.is_empty()) {
        let said = Said {
            program,
            name: fields.get("name").to_owned(),
            held: held.clone(),
            offers,
        };
        match lab::make(site.app(), &signed.who, &said).await {
            Ok(id) => return Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response()),
            Err(error) => faults = said::sentences(error)?,
        }
    }
    again(&list_page(&site, &signed, &fields, held, faults).await?)
}

async fn shown(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let one = lab::one(site.app(), &signed.who, &said::id(&id)?).await?;
    let offer = |one: &Achievement| {
        let scored = one.kind() == Kind::Performance;
        (
            one.id().to_string(),
            Text::new(one.name()),
            Text::new(one.meaning()),
            scored,
        )
    };
    let attempts = attempts::lines(&site, &one.attempts, &one.learners, &one.offers);
    let page = LabPage {
        frame: Desk::frame(one.row.name.as_str()),
        desk: Desk::new(&signed, PLACE),
        one: Listed {
            id: id.clone(),
            name: Text::new(&one.row.name),
            program: Text::new(&one.program),
            day: text::day(*one.row.held_at),
            closed: one.row.closed_at.is_some(),
        },
        link: site.link(&format!("/me/labs/{id}")),
        offers: one.offers.iter().map(offer).collect(),
        learners: one.learners.iter().map(Named::of).collect(),
        others: one.others.iter().map(Named::of).collect(),
        attempts,
    };
    answer::page(&page, NEVER)
}

async fn qr(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let one = lab::one(site.app(), &signed.who, &said::id(&id)?).await?;
    let link = site.link(&format!("/me/labs/{}", one.row.lab_id));
    Ok(documents::qr(&link, "qr.svg")?.answer(&headers))
}

async fn set(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    let person = said::id(fields.get("learner"))?;
    let on = fields.get("on") == "yes";
    lab::set(site.app(), &signed.who, &said::id(&id)?, &person, on).await?;
    Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response())
}

async fn close(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    let closed = fields.get("closed") == "yes";
    lab::close(site.app(), &signed.who, &said::id(&id)?, closed).await?;
    Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response())
}

async fn grid(
    State(site): State<Site>,
    signed: Signed,
    Path((id, achievement)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let page = grid_page(&site, &signed, (&id, &achievement), Vec::new()).await?;
    answer::page(&page, NEVER)
}

async fn grid_page(
    site: &Site,
    signed: &Signed,
    (id, achievement): (&str, &str),
    faults: Vec<String>,
) -> Result<GridPage, WebError> {
    let lab_id = said::id(id)?;
    let (offer, lines) =
        lab::grid(site.app(), &signed.who, &lab_id, &said::id(achievement)?).await?;
    let one = lab::one(site.app(), &signed.who, &lab_id).await?;
    Ok(GridPage {
        frame: Desk::frame("Quick entry"),
        desk: Desk::new(signed, PLACE),
        lab: Text::new(&one.row.name),
        lab_id: id.to_owned(),
        achievement: Text::new(offer.name()),
        achievement_id: achievement.to_owned(),
        whose: signed.who.actor().to_owned(),
        rows: lines.iter().map(grid_row).collect(),
        faults,
    })
}

impl GridPage {
    /// Puts back what was chosen for one learner.
    fn choose(&mut self, learner: &str, fields: &Fields) {
        let row = self.rows.iter_mut().find(|row| row.learner.id == learner);
        let cells = row.map(|row| row.cells.iter_mut()).into_iter().flatten();
        for cell in cells.filter(|cell| !cell.met) {
            let level = fields.get(&cell.field);
            for one in &mut cell.levels {
                one.chosen = one.value == level;
            }
        }
    }
}

fn grid_row(line: &lab::GridLine) -> GridRow {
    use crate::db::AttemptState;
    let state = line.attempt.as_ref().map(|row| row.state);
    let open = !matches!(
        state,
        Some(AttemptState::Approved | AttemptState::Withdrawn)
    );
    let cell = |(at, card): (usize, &Card)| {
        // What a tutor proposed before a return was for the round before it.
        let now = |given: &&Given| Some(given.round) == line.attempt.as_ref().map(|row| row.round);
        let given = match open {
            true => card.proposed.as_ref().filter(now),
            false => card.decided.as_ref(),
        };
        let level = |(place, level): (usize, &crate::issue::rubric::Level)| Choice {
            value: level.name.clone(),
            words: Text::new(&level.name),
            chosen: given.is_some_and(|given| given.place == place),
        };
        Cell {
            field: format!("level-{at}"),
            name: Text::new(&card.criterion.name),
            was: given.map_or("", |given| card.level(given)).to_owned(),
            levels: card
                .criterion
                .levels
                .iter()
                .enumerate()
                .map(level)
                .collect(),
            met: !card.asked,
        }
    };
    GridRow {
        learner: Named::of(&line.learner),
        attempt: line
            .attempt
            .as_ref()
            .map(|row| row.attempt_id.to_string())
            .unwrap_or_default(),
        word: state.map_or("", attempts::word),
        open,
        cells: line.cards.iter().enumerate().map(cell).collect(),
    }
}

/// Saves what was chosen for one learner. Sending it again changes nothing.
async fn enter(
    State(site): State<Site>,
    signed: Signed,
    Path((id, achievement)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    let app = site.app();
    let person = said::id(fields.get("learner"))?;
    let (lab_id, offer) = (said::id(&id)?, said::id(&achievement)?);
    let (known, lines) = lab::grid(app, &signed.who, &lab_id, &offer).await?;
    let standing = lines.iter().find(|line| line.learner.person == person);
    let rubric = known.criteria().iter().filter(|one| one.is_rubric());
    for (at, criterion) in rubric.enumerate() {
        let name = format!("level-{at}");
        let level = fields.get(&name);
        // A form that shows nothing there takes nothing back that somebody else gave meanwhile.
        let was = format!("was-{at}");
        let untouched = level.is_empty() && fields.has(&was) && fields.get(&was).is_empty();
        if !fields.has(&name) || untouched || stands(standing, at, level) {
            continue;
        }
        let mark = score::Mark {
            criterion: criterion.id.clone(),
            level: level.to_owned(),
            note: String::new(),
        };
        if let Err(error) = lab::enter(app, &signed.who, &lab_id, &person, &offer, &mark).await {
            let faults = said::sentences(error)?;
            let mut page = grid_page(&site, &signed, (&id, &achievement), faults).await?;
            page.choose(person.as_str(), &fields);
            return again(&page);
        }
    }
    let back = format!("{PLACE}/{id}/grid/{achievement}#learner-{person}");
    Ok(Redirect::to(&back).into_response())
}

/// Whether this is what is proposed in this round already, or nothing is and nothing is to be: then it
/// is not written again, and what was written beside it stays.
fn stands(line: Option<&lab::GridLine>, at: usize, level: &str) -> bool {
    let found = line.and_then(|line| Some((line.attempt.as_ref()?, line.cards.get(at)?)));
    let given = found.and_then(|(attempt, card)| {
        let given = card.proposed.as_ref()?;
        (given.round == attempt.round).then(|| card.level(given))
    });
    given.unwrap_or_default() == level
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let id = "Zr4XfLk2Qp8sVb1NwYt6Ag";
    let one = Listed {
        id: id.to_owned(),
        name: "Data lab".into(),
        program: "Career skills".into(),
        day: "2 March 2026".to_owned(),
        closed: false,
    };
    let bo = Named {
        id: id.to_owned(),
        name: "Bo Ek".into(),
        reference: "u-17".into(),
    };
    let choice = |words: &str, chosen| Choice {
        value: words.to_owned(),
        words: words.into(),
        chosen,
    };
    let list = |labs: Vec<Listed>| LabsPage {
        frame: Desk::frame("Labs"),
        desk: Desk::sample(PLACE),
        labs,
        programs: vec![choice("Career skills", true)],
        achievements: vec![choice("Explain a decision with data", false)],
        name: String::new(),
        held: "2026-03-02".to_owned(),
        faults: Vec::new(),
    };
    let page = LabPage {
        frame: Desk::frame("A lab"),
        desk: Desk::sample(PLACE),
        one: one.clone(),
        link: "https://badges.example/me/labs/x".to_owned(),
        offers: vec![(
            id.to_owned(),
            "Explain a decision with data".into(),
            "Can turn numbers into a clear recommendation.".into(),
            true,
        )],
        learners: vec![bo.clone()],
        others: vec![bo.clone()],
        attempts: vec![Line::sample()],
    };
    let cell = |at: usize, met| Cell {
        field: format!("level-{at}"),
        name: "Uses evidence".into(),
        was: "Proficient".to_owned(),
        levels: vec![choice("Developing", false), choice("Proficient", true)],
        met,
    };
    let grid = GridPage {
        frame: Desk::frame("Quick entry"),
        desk: Desk::sample(PLACE),
        lab: "Data lab".into(),
        lab_id: id.to_owned(),
        achievement: "Explain a decision with data".into(),
        achievement_id: id.to_owned(),
        whose: id.to_owned(),
        rows: vec![GridRow {
            learner: bo,
            attempt: id.to_owned(),
            word: "open",
            open: true,
            cells: vec![cell(0, false), cell(1, true)],
        }],
        faults: vec!["This lab is closed.".to_owned()],
    };
    vec![
        ("desk-labs", list(vec![one]).render().expect("renders")),
        (
            "desk-labs-empty",
            list(Vec::new()).render().expect("renders"),
        ),
        ("desk-lab", page.render().expect("renders")),
        ("desk-grid", grid.render().expect("renders")),
    ]
}
