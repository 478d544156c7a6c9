//! `/desk/programs`: programs, and who is in them.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    db::ProgramRow,
    ids::ProgramId,
    program::{
        lab, learner, roster,
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
        said::{self, Names},
        signed::Signed,
        text::{self, Text},
        told::Told,
    },
    who::Scope,
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk/programs",
    label: "Programs",
    any: &[Scope::Read],
});

pub(super) const PLACE: &str = "/desk/programs";

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

    #[cfg(test)]
    pub(crate) fn sample() -> Listed {
        Listed {
            id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            name: "Career skills".into(),
            line: "Spring 2026 · Riverside Middle · 6-8 · Title I".into(),
            ended: false,
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

/// The fields of the form.
const FIELDS: said::Named = &[
    ("name", "Name"),
    ("term", "Term"),
    ("school", "School"),
    ("grade_band", "Grades"),
    ("pathway", "Pathway"),
    ("owner", "Who looks after it"),
    ("funding_stream", "Funding stream"),
    ("turnaround_days", "Days until a learner gets an answer"),
    ("second_percent", "Decisions that a second reviewer checks"),
];

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
    told: Vec<Told>,
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
    /// Who is known and not in it, for whoever may let them join.
    others: Vec<Named>,
    labs: Vec<(String, Text, String)>,
    told: Vec<Told>,
    /// Whether what is said about it was refused: it stands behind a fold.
    about: bool,
    csv: String,
}

/// The pages' routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PLACE, get(list).post(make))
        .route("/desk/programs/{id}", get(shown).post(describe))
        .route("/desk/programs/{id}/end", post(end))
        .route("/desk/programs/{id}/join", post(join))
        .route("/desk/programs/{id}/leave", post(leave))
}

async fn list(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let page = list_page(&site, &signed, Typed::default(), Vec::new()).await?;
    answer::page(&page, NEVER)
}

async fn list_page(
    site: &Site,
    signed: &Signed,
    typed: Typed,
    told: Vec<Told>,
) -> Result<ProgramsPage, WebError> {
    let all = run::all(site.app(), &signed.who).await?;
    Ok(ProgramsPage {
        frame: Desk::frame("Programs"),
        desk: Desk::new(signed, PLACE),
        programs: all.iter().map(Listed::of).collect(),
        typed,
        owners: owners(site, signed).await?,
        pathways: pathways(site, signed).await?,
        told,
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
            let told = said::told(error, FIELDS)?;
            again(&list_page(&site, &signed, typed, told).await?)
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

/// The page of a program with a list of learners that was refused.
pub(super) async fn refused(
    site: &Site,
    signed: &Signed,
    id: &ProgramId,
    told: Vec<Told>,
    csv: String,
) -> Result<Response, WebError> {
    let page = page(site, signed, id).await?;
    again(&ProgramPage { told, csv, ..page })
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
    let mut others = match signed.who.may(Scope::Programs) {
        Ok(()) => learner::all(app, &signed.who, "").await?,
        Err(_) => Vec::new(),
    };
    others.retain(|one| learners.iter().all(|inside| inside.person != one.person));
    Ok(ProgramPage {
        frame: Desk::frame(row.name.as_str()),
        desk: Desk::new(signed, PLACE),
        one: Listed::of(&row),
        typed: Typed::of(&row),
        owners: owners(site, signed).await?,
        pathways: pathways(site, signed).await?,
        others: others.iter().map(Named::of).collect(),
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
        told: Vec::new(),
        about: false,
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
            let told = said::told(error, FIELDS)?;
            let page = page(&site, &signed, &program).await?;
            again(&ProgramPage {
                typed,
                told,
                about: true,
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

async fn join(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    set(&site, &signed, (&id, fields.get("learner")), true).await
}

async fn leave(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    set(&site, &signed, (&id, fields.get("learner")), false).await
}

async fn set(
    site: &Site,
    signed: &Signed,
    (id, learner): (&str, &str),
    inside: bool,
) -> Result<Response, WebError> {
    let person = said::id(learner)?;
    roster::set(site.app(), &signed.who, &said::id(id)?, &person, inside).await?;
    Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let one = Listed::sample();
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
        told: Vec::new(),
    };
    let page = ProgramPage {
        frame: Desk::frame("A program"),
        desk: Desk::sample(PLACE),
        one: one.clone(),
        typed: Typed::default(),
        owners: Vec::new(),
        pathways: Vec::new(),
        others: vec![bo.clone()],
        learners: vec![bo],
        labs: vec![(
            "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            "Data lab".into(),
            "2 March 2026".to_owned(),
        )],
        told: vec![Told::whole(
            "line 2, column 2 (email): is no e-mail address",
        )],
        about: true,
        csv: "learner,email\nu-1,x\n".to_owned(),
    };
    vec![
        ("desk-programs", list(vec![one]).render().expect("renders")),
        (
            "desk-programs-empty",
            list(Vec::new()).render().expect("renders"),
        ),
        ("desk-program", page.render().expect("renders")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_as_they_are_on_the_page() {
        said::hold_to(include_str!("../parts/program_fields.html"), FIELDS);
    }
}
