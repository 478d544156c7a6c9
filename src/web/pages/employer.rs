//! `/employer/{token}` and `/employer`: an employer reads an achievement and says what they think.
//!
//! The link only leads to a button. Pressing it uses the link up and leaves a cookie, with which
//! the rest goes on: programs that look into letters and follow links start nothing.

use std::net::IpAddr;

use askama::Template;
use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    db::EndorsementState,
    issue::rubric::Criterion,
    standard::employer::{self, Answer, Visit, Words},
    web::{
        Site,
        answer::{self, NEVER},
        cookie::Cookie,
        error::WebError,
        fields::Fields,
        frame::Frame,
        guess::Guess,
        markdown::{self, Html},
        site::Asker,
        text::{self, Text},
        told::{self, Told},
    },
};

/// A criterion with its levels: name, descriptor, whether it is a pass.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    name: Text,
    levels: Vec<(Text, Text, bool)>,
}

/// The page, in each of its states.
#[derive(Debug, Template)]
#[template(path = "pages/employer.html")]
pub(crate) struct EmployerPage {
    frame: Frame,
    /// The link's token, before it is used.
    token: String,
    state: EndorsementState,
    issuer: Text,
    name: Text,
    meaning: Text,
    criteria: Html,
    rubric: Vec<Row>,
    until: String,
    witness: String,
    told: Vec<Told>,
    organisation: String,
    role: String,
    comment: String,
    picked: &'static str,
}

impl EmployerPage {
    fn new(visit: &Visit, token: &str) -> EmployerPage {
        let achievement = &visit.achievement;
        let document = achievement.document();
        let criteria = document
            .pointer("/criteria/narrative")
            .and_then(crate::json::Value::as_str)
            .unwrap_or_default();
        let described = document.get("resultDescription");
        let described = described
            .map(crate::json::Value::one_or_many)
            .unwrap_or_default();
        let rows = achievement.criteria().iter().enumerate();
        let rows = rows.filter(|(_, criterion)| criterion.is_rubric());
        EmployerPage {
            frame: Frame::new(
                "What do you think?",
                "An employer is asked about an achievement.",
            ),
            token: token.to_owned(),
            state: visit.state,
            issuer: Text::new(&visit.issuer.name),
            name: Text::new(achievement.name()),
            meaning: Text::new(achievement.meaning()),
            criteria: markdown::render(criteria),
            rubric: rows
                .map(|(n, criterion)| row(criterion, described.get(n)))
                .collect(),
            until: text::day(visit.expires_at),
            witness: employer::witness(&visit.issuer.name, &visit.details, visit.by_letter),
            told: Vec::new(),
            organisation: visit.details.organisation.clone(),
            role: visit.details.role.clone(),
            comment: visit.details.comment.clone(),
            picked: "",
        }
    }
}

fn row(criterion: &Criterion, described: Option<&crate::json::Value<'_>>) -> Row {
    let levels = described.and_then(|one| one.get("rubricCriterionLevel"));
    let levels = levels
        .map(crate::json::Value::one_or_many)
        .unwrap_or_default();
    let text = |place: usize| {
        let level = levels.get(place)?;
        level.get("description")?.as_str()
    };
    let one = |(place, level): (usize, &crate::issue::rubric::Level)| {
        let text = Text::new(text(place).unwrap_or_default());
        (Text::new(&level.name), text, criterion.passes(place))
    };
    Row {
        name: Text::new(&criterion.name),
        levels: criterion.levels.iter().enumerate().map(one).collect(),
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/employer", get(visit).post(sent))
        .route("/employer/{token}", get(behind).post(start))
}

/// Wrong, used, expired and taken back all look the same.
fn nothing() -> WebError {
    WebError::new(
        StatusCode::GONE,
        "gone",
        "It was used, is too old, or was taken back. Ask whoever sent it to you for another one.",
    )
}

/// A link that never was costs its guesser (threat G12).
async fn guessed(site: &Site, from: IpAddr, token: &str) -> Result<(), WebError> {
    let guess = Guess::count(site, Some(from), None).await?;
    let was_one = employer::was_one(site.app(), token).await;
    guess.was_a_link(!matches!(was_one, Ok(false))).await;
    was_one?;
    Ok(())
}

async fn behind(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    guessed(&site, from, &token).await?;
    let found = employer::behind(site.app(), &token).await?;
    let visit = found.ok_or_else(nothing)?;
    answer::page(&EmployerPage::new(&visit, &token), NEVER)
}

async fn start(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    guessed(&site, from, &token).await?;
    let started = employer::start(site.app(), &token).await?;
    let visit = started.ok_or_else(nothing)?;
    let cookie = Cookie::Employer.set(site.config(), &visit);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/employer")).into_response())
}

async fn visit(State(site): State<Site>, headers: HeaderMap) -> Result<Response, WebError> {
    let (visit, _) = found(&site, &headers).await?;
    answer::page(&EmployerPage::new(&visit, ""), NEVER)
}

async fn found(site: &Site, headers: &HeaderMap) -> Result<(Visit, String), WebError> {
    let secret = Cookie::Employer.read(site.config(), headers);
    let secret = secret.ok_or_else(nothing)?;
    let visit = employer::visit(site.app(), &secret).await?;
    Ok((visit.ok_or_else(nothing)?, secret))
}

async fn sent(
    State(site): State<Site>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let (visit, secret) = found(&site, &headers).await?;
    let (answer, picked) = match fields.get("answer") {
        "endorse" => (Answer::Endorse, "endorse"),
        "decline" => (Answer::Decline, "decline"),
        _ => (Answer::Comment, "comment"),
    };
    let words = Words {
        answer,
        organisation: fields.get("organisation").to_owned(),
        role: fields.get("role").to_owned(),
        comment: fields.get("comment").replace("\r\n", "\n"),
    };
    match employer::answer(site.app(), &secret, &words).await {
        Ok(()) => Ok(Redirect::to("/employer").into_response()),
        Err(error) => {
            let page = EmployerPage {
                told: Told::of(error)?,
                organisation: words.organisation,
                role: words.role,
                comment: words.comment,
                picked,
                ..EmployerPage::new(&visit, "")
            };
            told::again(&page)
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = |token: &str, state| EmployerPage {
        frame: Frame::new(
            "What do you think?",
            "An employer is asked about an achievement.",
        ),
        token: token.to_owned(),
        state,
        issuer: "Riverside Tutoring".into(),
        name: "Explain a decision with data".into(),
        meaning: "Can turn numbers into a clear recommendation.".into(),
        criteria: markdown::render("Meets *Proficient*."),
        rubric: vec![Row {
            name: "Uses evidence".into(),
            levels: vec![
                ("Beginning".into(), "Names a number.".into(), false),
                ("Proficient".into(), "Backs each claim.".into(), true),
            ],
        }],
        until: "22 March 2026".to_owned(),
        witness: "Signed by Riverside Tutoring as a witness, not by Harbour Line.".to_owned(),
        told: Vec::new(),
        organisation: "Harbour Line".to_owned(),
        role: String::new(),
        comment: String::new(),
        picked: "",
    };
    let html = |page: EmployerPage| page.render().expect("renders");
    let told = vec![Told {
        place: "Comment".to_owned(),
        sentence: "is missing".to_owned(),
        field: String::new(),
    }];
    let refused = EmployerPage {
        told,
        picked: "comment",
        ..page("", EndorsementState::Started)
    };
    vec![
        (
            "employer-link",
            html(page("abc", EndorsementState::Invited)),
        ),
        ("employer", html(page("", EndorsementState::Started))),
        ("employer-refused", html(refused)),
        (
            "employer-endorsed",
            html(page("", EndorsementState::Endorsed)),
        ),
        (
            "employer-declined",
            html(page("", EndorsementState::Declined)),
        ),
    ]
}
