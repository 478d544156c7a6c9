//! `/desk/reviewers`: who may decide, with which qualification.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    db::QualificationRow,
    program::{
        attempt::Listed,
        qualification::{self, Said, Standing},
    },
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, attempts::Line},
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        said::{self, Names},
        signed::Signed,
        text::{self, Text},
    },
    who::Scope,
};

/// It stands behind another one in the navigation.
pub(crate) const NAV: Option<Nav> = None;

const PLACE: &str = "/desk/reviewers";

/// A qualification.
#[derive(Debug, Clone)]
struct Qualification {
    id: String,
    words: Text,
    until: String,
    holds: bool,
}

/// A reviewer.
#[derive(Debug, Clone)]
struct Reviewer {
    id: String,
    name: Text,
    qualifications: Vec<Qualification>,
    suspended: bool,
    may_decide: bool,
    approved: usize,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/reviewers.html")]
pub(crate) struct ReviewersPage {
    frame: Frame,
    desk: Desk,
    reviewers: Vec<Reviewer>,
    people: Vec<(String, String)>,
    typed: Said,
    faults: Vec<String>,
}

/// What a reviewer approved.
#[derive(Debug, Template)]
#[template(path = "desk/reviewer.html")]
pub(crate) struct ReviewerPage {
    frame: Frame,
    desk: Desk,
    one: Reviewer,
    /// Each attempt, and the credential that came of it, and whether it is to be read again.
    awards: Vec<(Line, String, bool)>,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PLACE, get(shown).post(add))
        .route("/desk/reviewers/{id}", get(past))
        .route("/desk/reviewers/{id}/suspend", post(suspend))
        .route("/desk/reviewers/{id}/again", post(read_again))
        .route("/desk/qualifications/{id}/end", post(end))
}

async fn shown(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let page = page(&site, &signed, Said::default(), Vec::new()).await?;
    answer::page(&page, NEVER)
}

async fn page(
    site: &Site,
    signed: &Signed,
    typed: Said,
    faults: Vec<String>,
) -> Result<ReviewersPage, WebError> {
    let names = Names::read(site, &signed.who).await?;
    let all = qualification::all(site.app(), &signed.who).await?;
    let now = site.now();
    Ok(ReviewersPage {
        frame: Desk::frame("Reviewers"),
        desk: Desk::new(signed, "/desk/review"),
        reviewers: all.iter().map(|one| reviewer(one, &names, now)).collect(),
        people: names.all().to_vec(),
        typed,
        faults,
    })
}

fn reviewer(one: &Standing, names: &Names, now: jiff::Timestamp) -> Reviewer {
    let qualification = |row: &QualificationRow| {
        let holds = row.valid_until.is_none_or(|until| *until > now);
        Qualification {
            id: row.qualification_id.to_string(),
            words: Text::new(&format!("{}: {}", row.role, row.title)),
            until: match row.valid_until {
                None => "without end".to_owned(),
                Some(until) if holds => format!("until {}", text::day(*until)),
                Some(until) => format!("lapsed {}", text::day(*until)),
            },
            holds,
        }
    };
    Reviewer {
        id: one.reviewer.clone(),
        name: Text::new(&names.of(&one.reviewer)),
        qualifications: one.qualifications.iter().map(qualification).collect(),
        suspended: one.suspended,
        may_decide: one.may_decide,
        approved: one.approved,
    }
}

async fn add(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Manage)?;
    let until = fields.get("valid_until");
    let typed = Said {
        reviewer: fields.get("reviewer").to_owned(),
        role: fields.get("role").to_owned(),
        title: fields.get("title").to_owned(),
        valid_until: (!until.is_empty()).then(|| until.to_owned()),
    };
    match qualification::add(site.app(), &signed.who, &typed).await {
        Ok(_) => Ok(Redirect::to(PLACE).into_response()),
        Err(error) => {
            let faults = said::sentences(error)?;
            again(&page(&site, &signed, typed, faults).await?)
        }
    }
}

async fn suspend(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Manage)?;
    let suspended = fields.get("suspended") == "yes";
    qualification::suspend(site.app(), &signed.who, &id, suspended).await?;
    Ok(Redirect::to(PLACE).into_response())
}

/// What a reviewer approved: a list to look at it again.
async fn past(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let (app, who) = (site.app(), &signed.who);
    let approved = qualification::approved(app, who, &id).await?;
    let all = qualification::all(app, who).await?;
    let one = all.iter().find(|one| one.reviewer == id);
    let one = one.ok_or_else(WebError::not_found)?;
    let names = Names::read(&site, who).await?;
    let line = |listed: &Listed| {
        let credential = listed.row.credential_id.as_ref();
        (
            Line::of(listed, site.now()),
            credential.map(ToString::to_string).unwrap_or_default(),
            listed.row.second_reading.is_some(),
        )
    };
    let page = ReviewerPage {
        frame: Desk::frame("What a reviewer approved"),
        desk: Desk::new(&signed, "/desk/review"),
        one: reviewer(one, &names, site.now()),
        awards: approved.iter().map(line).collect(),
    };
    answer::page(&page, NEVER)
}

async fn read_again(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Manage)?;
    qualification::read_again(site.app(), &signed.who, &id).await?;
    Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response())
}

async fn end(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Manage)?;
    qualification::end(site.app(), &signed.who, &said::id(&id)?).await?;
    Ok(Redirect::to(PLACE).into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = |reviewers| ReviewersPage {
        frame: Desk::frame("Reviewers"),
        desk: Desk::sample("/desk/review"),
        reviewers,
        people: vec![("m".to_owned(), "Sam Reed".to_owned())],
        typed: Said::default(),
        faults: vec!["Role is missing.".to_owned()],
    };
    let one = Reviewer {
        id: "m".to_owned(),
        name: "Sam Reed".into(),
        qualifications: vec![Qualification {
            id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            words: "Reviewer: State teaching licence".into(),
            until: "until 1 January 2027".to_owned(),
            holds: true,
        }],
        suspended: false,
        may_decide: true,
        approved: 12,
    };
    let past = |awards| ReviewerPage {
        frame: Desk::frame("What a reviewer approved"),
        desk: Desk::sample("/desk/review"),
        one: Reviewer {
            may_decide: false,
            ..one.clone()
        },
        awards,
    };
    let award = (Line::sample(), "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(), true);
    vec![
        (
            "desk-reviewer",
            past(vec![award]).render().expect("renders"),
        ),
        (
            "desk-reviewer-empty",
            past(Vec::new()).render().expect("renders"),
        ),
        ("desk-reviewers", page(vec![one]).render().expect("renders")),
        (
            "desk-reviewers-empty",
            page(Vec::new()).render().expect("renders"),
        ),
    ]
}
