//! `/desk/programs`: programs and their rosters.

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    config::limits::CSV_BYTES,
    db::ProgramRow,
    ids::ProgramId,
    program::{
        lab,
        roster::{self, Change, Plan},
        run::{self, Said},
    },
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, learners::Named},
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        said::{self, Names, Sent},
        signed::Signed,
        text::{self, Text},
    },
    who::Scope,
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk/programs",
    label: "Programs",
    scope: Scope::Read,
});

const PLACE: &str = "/desk/programs";

/// A program in a list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) name: Text,
    line: Text,
    ended: bool,
}

impl Listed {
    pub(crate) fn of(row: &ProgramRow) -> Listed {
        let parts = [&row.term, &row.school, &row.grade_band, &row.funding_stream];
        let parts: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Listed {
            id: row.program_id.to_string(),
            name: Text::new(&row.name),
            line: Text::new(&parts.join(" · ")),
            ended: row.ended_at.is_some(),
        }
    }
}

/// What is typed about a program.
#[derive(Debug, Clone, Default)]
struct Typed {
    name: String,
    term: String,
    school: String,
    grade_band: String,
    pathway: String,
    owner: String,
    funding_stream: String,
    turnaround_days: String,
    second_percent: String,
}

impl Typed {
    fn read(fields: &Fields) -> Typed {
        let field = |name: &str| fields.get(name).to_owned();
        Typed {
            name: field("name"),
            term: field("term"),
            school: field("school"),
            grade_band: field("grade_band"),
            pathway: field("pathway"),
            owner: field("owner"),
            funding_stream: field("funding_stream"),
            turnaround_days: field("turnaround_days"),
            second_percent: field("second_percent"),
        }
    }

    fn of(row: &ProgramRow) -> Typed {
        let pathway = match (&row.pathway_id, row.pathway_version) {
            (Some(id), Some(version)) => format!("{id}/{version}"),
            _ => String::new(),
        };
        Typed {
            name: row.name.clone(),
            term: row.term.clone(),
            school: row.school.clone(),
            grade_band: row.grade_band.clone(),
            pathway,
            owner: row.owner.clone().unwrap_or_default(),
            funding_stream: row.funding_stream.clone(),
            turnaround_days: row.turnaround_days.to_string(),
            second_percent: row.second_percent.to_string(),
        }
    }

    fn said(&self) -> Said {
        let number = |text: &str, default: i64| match text {
            "" => Some(default),
            // What is no number is outside every range, and told so.
            text => Some(text.parse().unwrap_or(-1)),
        };
        let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (pathway, version) = self.pathway.split_once('/').unwrap_or_default();
        Said {
            name: self.name.clone(),
            term: self.term.clone(),
            school: self.school.clone(),
            grade_band: self.grade_band.clone(),
            pathway: optional(pathway),
            pathway_version: version.parse().ok(),
            owner: optional(&self.owner),
            funding_stream: self.funding_stream.clone(),
            turnaround_days: number(&self.turnaround_days, run::TURNAROUND_DAYS),
            second_percent: number(&self.second_percent, run::SECOND_PERCENT),
        }
    }
}

/// A choice in a form: value, words.
type Choice = (String, String);

/// The list.
#[derive(Debug, Template)]
#[template(path = "desk/programs.html")]
pub(crate) struct ProgramsPage {
    frame: Frame,
    desk: Desk,
    programs: Vec<Listed>,
    typed: Typed,
    owners: Vec<Choice>,
    pathways: Vec<Choice>,
    faults: Vec<String>,
}

/// One program.
#[derive(Debug, Template)]
#[template(path = "desk/program.html")]
pub(crate) struct ProgramPage {
    frame: Frame,
    desk: Desk,
    one: Listed,
    typed: Typed,
    owners: Vec<Choice>,
    pathways: Vec<Choice>,
    learners: Vec<Named>,
    labs: Vec<(String, Text, String)>,
    faults: Vec<String>,
    csv: String,
}

/// A line of the diff.
#[derive(Debug, Clone)]
struct DiffLine {
    line: u64,
    name: Text,
    reference: Text,
    what: String,
    class: &'static str,
}

/// What a roster would change.
#[derive(Debug, Template)]
#[template(path = "desk/roster.html")]
pub(crate) struct RosterPage {
    frame: Frame,
    desk: Desk,
    one: Listed,
    lines: Vec<DiffLine>,
    same: usize,
    missing: Vec<Named>,
    ignored: Vec<Text>,
    others: usize,
    csv: String,
}

/// The pages' routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PLACE, get(list).post(make))
        .route("/desk/programs/{id}", get(shown).post(describe))
        .route("/desk/programs/{id}/end", post(end))
        .route("/desk/programs/{id}/leave", post(leave))
        .route("/desk/programs/{id}/roster", post(preview))
        .route("/desk/programs/{id}/roster/apply", post(apply))
        .layer(DefaultBodyLimit::max(CSV_BYTES * 3 + 65_536))
}

async fn list(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let page = list_page(&site, &signed, Typed::default(), Vec::new()).await?;
    answer::page(&page, NEVER)
}

async fn list_page(
    site: &Site,
    signed: &Signed,
    typed: Typed,
    faults: Vec<String>,
) -> Result<ProgramsPage, WebError> {
    let all = run::all(site.app(), &signed.who).await?;
    Ok(ProgramsPage {
        frame: Desk::frame("Programs"),
        desk: Desk::new(signed, PLACE),
        programs: all.iter().map(Listed::of).collect(),
        typed,
        owners: owners(site, signed).await?,
        pathways: pathways(site, signed).await?,
        faults,
    })
}

async fn owners(site: &Site, signed: &Signed) -> Result<Vec<Choice>, WebError> {
    Ok(Names::read(site, &signed.who).await?.all().to_vec())
}

async fn pathways(site: &Site, signed: &Signed) -> Result<Vec<Choice>, WebError> {
    let mut rows = site.app().db.of(signed.who.issuer());
    let all = rows.newest_versions(crate::db::Kept::Pathway).await?;
    let choice = |row: crate::db::VersionRow| {
        let words = format!("{}, version {}", row.name, row.version);
        (format!("{}/{}", row.id, row.version), words)
    };
    Ok(all.into_iter().map(choice).collect())
}

async fn make(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let typed = Typed::read(&fields);
    match run::make(site.app(), &signed.who, &typed.said()).await {
        Ok(id) => Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response()),
        Err(error) => {
            let faults = said::sentences(error)?;
            again(&list_page(&site, &signed, typed, faults).await?)
        }
    }
}

async fn shown(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    answer::page(&page(&site, &signed, &said::id(&id)?).await?, NEVER)
}

async fn page(site: &Site, signed: &Signed, id: &ProgramId) -> Result<ProgramPage, WebError> {
    let app = site.app();
    let row = run::one(app, &signed.who, id).await?;
    let mut labs = lab::all(app, &signed.who).await?;
    labs.retain(|lab| lab.program_id == *id);
    let learners = match crate::program::may_look(&signed.who) {
        Ok(()) => roster::learners(app, &signed.who, id).await?,
        Err(_) => Vec::new(),
    };
    Ok(ProgramPage {
        frame: Desk::frame("A program"),
        desk: Desk::new(signed, PLACE),
        one: Listed::of(&row),
        typed: Typed::of(&row),
        owners: owners(site, signed).await?,
        pathways: pathways(site, signed).await?,
        learners: learners.iter().map(Named::of).collect(),
        labs: (labs.iter())
            .map(|lab| {
                (
                    lab.lab_id.to_string(),
                    Text::new(&lab.name),
                    text::day(*lab.held_at),
                )
            })
            .collect(),
        faults: Vec::new(),
        csv: String::new(),
    })
}

async fn describe(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let program = said::id(&id)?;
    let typed = Typed::read(&fields);
    match run::describe(site.app(), &signed.who, &program, &typed.said()).await {
        Ok(()) => Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response()),
        Err(error) => {
            let faults = said::sentences(error)?;
            let page = page(&site, &signed, &program).await?;
            again(&ProgramPage {
                typed,
                faults,
                ..page
            })
        }
    }
}

async fn end(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let ended = fields.get("ended") == "yes";
    run::end(site.app(), &signed.who, &said::id(&id)?, ended).await?;
    Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response())
}

async fn leave(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let person = said::id(fields.get("learner"))?;
    roster::set(site.app(), &signed.who, &said::id(&id)?, &person, false).await?;
    Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response())
}

async fn preview(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    parts: Multipart,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let sent = Sent::read(parts).await?;
    let csv = if sent.file.is_empty() {
        sent.get("csv").as_bytes().to_vec()
    } else {
        sent.file
    };
    let program = said::id(&id)?;
    run::one(site.app(), &signed.who, &program).await?;
    match roster::plan(site.app(), &signed.who, &program, &csv).await {
        Ok(plan) => {
            let row = run::one(site.app(), &signed.who, &program).await?;
            let text = String::from_utf8_lossy(&csv).into_owned();
            let desk = Desk::new(&signed, PLACE);
            answer::page(&RosterPage::new(desk, Listed::of(&row), &plan, text), NEVER)
        }
        Err(error) => {
            let faults = said::sentences(error)?;
            let page = page(&site, &signed, &program).await?;
            let csv = String::from_utf8_lossy(&csv).into_owned();
            again(&ProgramPage {
                faults,
                csv,
                ..page
            })
        }
    }
}

impl RosterPage {
    fn new(desk: Desk, one: Listed, plan: &Plan, csv: String) -> RosterPage {
        let lines = plan.rows.iter().filter_map(|(row, change)| {
            let (what, class) = match change {
                Change::New => ("new".to_owned(), "good"),
                Change::Joins => ("joins".to_owned(), "good"),
                Change::Changes(fields) => (format!("changes: {}", fields.join(", ")), "accent"),
                Change::Leaves => ("leaves".to_owned(), "unsure"),
                Change::Same => return None,
            };
            Some(DiffLine {
                line: row.line,
                name: Text::new(row.details.name.as_deref().unwrap_or_default()),
                reference: Text::new(&row.details.reference),
                what,
                class,
            })
        });
        let lines: Vec<DiffLine> = lines.collect();
        RosterPage {
            frame: Desk::frame("A roster"),
            desk,
            one,
            same: plan.rows.len() - lines.len(),
            lines,
            missing: plan.missing.iter().map(Named::of).collect(),
            ignored: plan.ignored.iter().map(|name| Text::new(name)).collect(),
            others: plan.others,
            csv,
        }
    }
}

async fn apply(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let program = said::id(&id)?;
    run::one(site.app(), &signed.who, &program).await?;
    let csv = fields.whole("csv").as_bytes();
    let leave = fields.has("leave");
    match roster::apply(site.app(), &signed.who, &program, csv, leave).await {
        Ok(_) => Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response()),
        Err(error) => {
            let faults = said::sentences(error)?;
            let page = page(&site, &signed, &program).await?;
            let csv = fields.whole("csv").to_owned();
            again(&ProgramPage {
                faults,
                csv,
                ..page
            })
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let one = Listed {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Career skills".into(),
        line: "Spring 2026 · Riverside Middle · 6-8 · Title I".into(),
        ended: false,
    };
    let bo = Named {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Bo Ek".into(),
        reference: "u-17".into(),
    };
    let list = |programs: Vec<Listed>| ProgramsPage {
        frame: Desk::frame("Programs"),
        desk: Desk::sample(PLACE),
        programs,
        typed: Typed::default(),
        owners: vec![("m".to_owned(), "Ana María Lee".to_owned())],
        pathways: vec![("p/1".to_owned(), "Data, version 1".to_owned())],
        faults: Vec::new(),
    };
    let page = ProgramPage {
        frame: Desk::frame("A program"),
        desk: Desk::sample(PLACE),
        one: one.clone(),
        typed: Typed::default(),
        owners: Vec::new(),
        pathways: Vec::new(),
        learners: vec![bo.clone()],
        labs: vec![(
            "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            "Data lab".into(),
            "2 March 2026".to_owned(),
        )],
        faults: vec!["line 2, column 2 (email): is no e-mail address".to_owned()],
        csv: "learner,email\nu-1,x\n".to_owned(),
    };
    let roster = RosterPage {
        frame: Desk::frame("A roster"),
        desk: Desk::sample(PLACE),
        one: one.clone(),
        lines: vec![DiffLine {
            line: 2,
            name: "Bo Ek".into(),
            reference: "u-17".into(),
            what: "new".to_owned(),
            class: "good",
        }],
        same: 3,
        missing: vec![bo],
        ignored: vec!["orgSourcedIds".into()],
        others: 1,
        csv: "learner\nu-17\n".to_owned(),
    };
    vec![
        ("desk-programs", list(vec![one]).render().expect("renders")),
        (
            "desk-programs-empty",
            list(Vec::new()).render().expect("renders"),
        ),
        ("desk-program", page.render().expect("renders")),
        ("desk-roster", roster.render().expect("renders")),
    ]
}
