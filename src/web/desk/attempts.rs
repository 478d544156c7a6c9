//! `/desk/attempts/{id}`: one attempt, for the tutor who proposes and the reviewer who decides.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    db::{AttemptRow, AttemptState, Decision},
    issue::{Achievement, Fault},
    program::{
        By,
        attempt::{self, View},
        decide::Judgement,
        evidence,
        learner::Learner,
        review, score, second,
    },
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        fields::Fields,
        frame::Frame,
        me::show::{self, Adding, Criterion, Piece, Said},
        pages::sign_in::again,
        said::{self, Named, Names},
        signed::Signed,
        site::EVIDENCE_READ,
        text::{self, Text},
        told::Told,
    },
    who::Scope,
};

/// It stands behind others in the navigation.
pub(crate) const NAV: Option<Nav> = None;

/// An attempt in a list.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) achievement: Text,
    pub(crate) learner: Text,
    pub(crate) kind: &'static str,
    pub(crate) round: i64,
    pub(crate) when: String,
    pub(crate) word: &'static str,
    pub(crate) class: &'static str,
}

impl Line {
    pub(crate) fn of(listed: &attempt::Listed, now: jiff::Timestamp) -> Line {
        Line::new(&listed.row, &listed.achievement, &listed.learner, now)
    }

    fn new(row: &AttemptRow, achievement: &str, learner: &str, now: jiff::Timestamp) -> Line {
        let late = row.due_at.is_some_and(|due| *due < now);
        let when = match (row.state, row.submitted_at, row.due_at) {
            (AttemptState::Submitted, Some(at), Some(due)) if late => {
                format!(
                    "handed in {}, an answer was promised by {}",
                    text::age(*at, now),
                    text::day(*due)
                )
            }
            (AttemptState::Submitted, Some(at), _) => format!("handed in {}", text::age(*at, now)),
            (AttemptState::Approved | AttemptState::Returned, ..) => {
                let at = row.decided_at.map_or(*row.opened_at, |at| *at);
                format!("decided {}", text::age(at, now))
            }
            _ => format!("begun {}", text::age(*row.opened_at, now)),
        };
        Line {
            id: row.attempt_id.to_string(),
            achievement: Text::new(achievement),
            learner: Text::new(learner),
            kind: row.kind.as_str(),
            round: row.round,
            when,
            word: word(row.state),
            class: match row.state {
                AttemptState::Submitted if late => "unsure",
                AttemptState::Submitted => "accent",
                AttemptState::Approved => "good",
                _ => "",
            },
        }
    }

    #[cfg(test)]
    pub(crate) fn sample() -> Line {
        Line {
            id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            achievement: "Explain a decision with data".into(),
            learner: "Bo Ek".into(),
            kind: "performance",
            round: 2,
            when: "handed in 2 days ago".to_owned(),
            word: "waits for a reviewer",
            class: "accent",
        }
    }
}

/// What a state is called on pages.
pub(crate) fn word(state: AttemptState) -> &'static str {
    match state {
        AttemptState::Open => "under way",
        AttemptState::Submitted => "waits for a reviewer",
        AttemptState::Returned => "not yet",
        AttemptState::Approved => "met",
        AttemptState::Withdrawn => "given up",
    }
}

/// Attempts of one place, with the names that its page knows.
pub(crate) fn lines(
    site: &Site,
    rows: &[AttemptRow],
    learners: &[Learner],
    offers: &[Achievement],
) -> Vec<Line> {
    let line = |row: &AttemptRow| {
        let learner = learners.iter().find(|one| one.person == row.person_id);
        let offer = offers.iter().find(|one| *one.id() == row.achievement_id);
        let offer = offer.map_or("An achievement that was on offer", Achievement::name);
        Line::new(row, offer, learner.map_or("", Learner::called), site.now())
    };
    rows.iter().map(line).collect()
}

/// What whoever looks may do.
#[derive(Debug, Clone, Copy, Default)]
struct May {
    propose: bool,
    hand_in: bool,
    decide: bool,
    read_again: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/attempt.html")]
pub(crate) struct AttemptPage {
    frame: Frame,
    desk: Desk,
    id: String,
    learner: Text,
    learner_id: String,
    achievement: Text,
    task: Text,
    required: Text,
    line: Line,
    credential: String,
    criteria: Vec<Criterion>,
    evidence: Vec<Piece>,
    said: Vec<Said>,
    may: May,
    feedback: String,
    remark: String,
    adding: Adding,
    /// The form that was refused, if it stands behind a fold.
    refused: &'static str,
    told: Vec<Told>,
    done: String,
}

impl AttemptPage {
    /// Puts back what was chosen and typed about the criteria: `level-0`, `note-0`, …
    fn retype(&mut self, fields: &Fields, put: impl Fn(&mut Criterion, &str, &str)) {
        for (at, criterion) in self.criteria.iter_mut().enumerate() {
            let level = fields.get(&format!("level-{at}"));
            put(criterion, level, fields.get(&format!("note-{at}")));
        }
    }
}

/// What is written to a learner, or to colleagues.
const DECISION: Named = &[
    ("feedback", "Feedback to the learner"),
    ("remark", "Remark to your colleagues"),
];

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    let files = Router::new()
        .route("/desk/attempts/{id}/evidence", post(add_evidence))
        .layer(DefaultBodyLimit::max(EVIDENCE_READ));
    Router::new()
        .route("/desk/attempts/{id}", get(shown))
        .route("/desk/attempts/{id}/scores", post(propose))
        .route("/desk/attempts/{id}/submit", post(submit))
        .route("/desk/attempts/{id}/withdraw", post(withdraw))
        .route("/desk/attempts/{id}/decision", post(decide))
        .route("/desk/attempts/{id}/again", post(read_again))
        .route("/desk/files/{id}", get(file))
        .merge(files)
}

async fn shown(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    answer::page(&page(&site, &signed, &id).await?, NEVER)
}

async fn page(site: &Site, signed: &Signed, id: &str) -> Result<AttemptPage, WebError> {
    let who = &signed.who;
    let view = review::view(site.app(), who, &said::id(id)?).await?;
    let names = Names::read(site, who).await?;
    let may = may(signed, &view);
    let blind = may.read_again;
    let criteria = Criterion::all(&view, blind);
    let learner = view.learner.as_ref();
    let said = view.answers.iter().filter(|_| !blind);
    Ok(AttemptPage {
        frame: Desk::frame("An attempt"),
        desk: Desk::new(signed, "/desk/review"),
        id: id.to_owned(),
        learner: Text::new(learner.map_or("An erased learner", Learner::called)),
        learner_id: learner
            .map(|one| one.person.to_string())
            .unwrap_or_default(),
        achievement: Text::new(view.achievement.name()),
        task: Text::new(view.achievement.task().unwrap_or_default()),
        required: Text::new(view.achievement.evidence_required().unwrap_or_default()),
        line: Line::new(&view.row, view.achievement.name(), "", site.now()),
        credential: view
            .row
            .credential_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        criteria,
        evidence: view
            .evidence
            .iter()
            .map(|piece| Piece::of(piece, "/desk/files/"))
            .collect(),
        said: said
            .map(|one| Said::of(one, &names.of(&one.reviewer)))
            .collect(),
        may,
        feedback: String::new(),
        remark: String::new(),
        adding: Adding::default(),
        refused: "",
        told: Vec::new(),
        done: String::new(),
    })
}

fn may(signed: &Signed, view: &View) -> May {
    let who = &signed.who;
    let state = view.row.state;
    let own = view.is_not_of(who.principal()).is_err();
    let going = matches!(state, AttemptState::Open | AttemptState::Returned);
    let reviewer = who.may(Scope::Review).is_ok();
    May {
        propose: who.may(Scope::Propose).is_ok() && (going || state == AttemptState::Submitted),
        hand_in: who.may(Scope::Propose).is_ok() && going,
        decide: reviewer && !own && state == AttemptState::Submitted,
        read_again: second::is_for(who, view),
    }
}

fn by(signed: &Signed) -> By {
    By::Staff(signed.who.clone())
}

fn back(id: &str) -> Response {
    Redirect::to(&format!("/desk/attempts/{id}")).into_response()
}

/// The page again with what was refused.
async fn refused(
    site: &Site,
    signed: &Signed,
    id: &str,
    error: crate::program::Error,
) -> Result<Response, WebError> {
    let told = said::told(error, &[])?;
    let page = page(site, signed, id).await?;
    again(&AttemptPage { told, ..page })
}

/// The levels of a form, by the criteria's ids: `level-0`, `level-1`, …
fn levels(view: &View, fields: &Fields) -> HashMap<String, String> {
    let chosen = view.cards.iter().enumerate().filter_map(|(at, card)| {
        let level = fields.get(&format!("level-{at}"));
        (!level.is_empty()).then(|| (card.criterion.id.clone(), level.to_owned()))
    });
    chosen.collect()
}

fn notes(view: &View, fields: &Fields) -> HashMap<String, String> {
    let written = view.cards.iter().enumerate().filter_map(|(at, card)| {
        let note = fields.get(&format!("note-{at}"));
        (!note.is_empty()).then(|| (card.criterion.id.clone(), note.to_owned()))
    });
    written.collect()
}

async fn propose(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    let attempt = said::id(&id)?;
    let view = review::view(site.app(), &signed.who, &attempt).await?;
    let done = match marks(&view, &fields) {
        Ok(marks) => score::put(site.app(), &by(&signed), &attempt, &marks).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(back(&id)),
        Err(error) => {
            let told = said::told(error, &[])?;
            let mut page = page(&site, &signed, &id).await?;
            page.retype(&fields, Criterion::propose);
            again(&AttemptPage {
                told,
                refused: "scores",
                ..page
            })
        }
    }
}

/// What is proposed, and what is taken back: a level that stood in the form and was cleared.
fn marks(view: &View, fields: &Fields) -> Result<Vec<score::Mark>, crate::program::Error> {
    let (mut marks, mut faults) = (Vec::new(), Vec::new());
    for (at, card) in view.cards.iter().enumerate() {
        let level = fields.get(&format!("level-{at}"));
        let note = fields.get(&format!("note-{at}"));
        let stood = !fields.get(&format!("was-{at}")).is_empty();
        match (level.is_empty(), stood, note.is_empty()) {
            (true, false, true) => continue,
            (true, false, false) => {
                let at = format!("/{}", card.criterion.name);
                faults.push(Fault::new(at, "has a remark and no level: choose one"));
            }
            _ => marks.push(score::Mark {
                criterion: card.criterion.id.clone(),
                level: level.to_owned(),
                note: note.to_owned(),
            }),
        }
    }
    if !faults.is_empty() {
        return Err(crate::program::Error::Faults(faults));
    }
    Ok(marks)
}

async fn add_evidence(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    parts: Multipart,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    let (adding, read) = Adding::read(parts).await?;
    let told = match read {
        Ok((name, new)) => {
            match evidence::add(site.app(), &by(&signed), &said::id(&id)?, &name, new).await {
                Ok(_) => return Ok(back(&id)),
                Err(error) => said::told(error, show::FIELDS)?,
            }
        }
        Err(one) => vec![one],
    };
    let page = page(&site, &signed, &id).await?;
    again(&AttemptPage {
        told,
        adding,
        refused: "evidence",
        ..page
    })
}

async fn submit(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    match attempt::submit(site.app(), &by(&signed), &said::id(&id)?).await {
        Ok(()) => Ok(back(&id)),
        Err(error) => refused(&site, &signed, &id, error).await,
    }
}

async fn withdraw(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    match attempt::withdraw(site.app(), &by(&signed), &said::id(&id)?).await {
        Ok(()) => Ok(back(&id)),
        Err(error) => refused(&site, &signed, &id, error).await,
    }
}

async fn decide(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Review)?;
    let attempt = said::id(&id)?;
    let view = review::view(site.app(), &signed.who, &attempt).await?;
    let judgement = Judgement {
        decision: match fields.get("decision") {
            "approve" => Decision::Approve,
            _ => Decision::Return,
        },
        levels: levels(&view, &fields),
        notes: notes(&view, &fields),
        feedback: fields.whole("feedback").to_owned(),
    };
    match review::decide(site.app(), &signed.who, &attempt, &judgement).await {
        Ok(_) => Ok(back(&id)),
        Err(error) => {
            let told = said::told(error, DECISION)?;
            let mut page = page(&site, &signed, &id).await?;
            page.retype(&fields, Criterion::choose);
            again(&AttemptPage {
                told,
                feedback: judgement.feedback,
                ..page
            })
        }
    }
}

async fn read_again(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Review)?;
    let attempt = said::id(&id)?;
    let view = review::view(site.app(), &signed.who, &attempt).await?;
    let levels = levels(&view, &fields);
    let remark = fields.whole("remark");
    match second::read(site.app(), &signed.who, &attempt, &levels, remark).await {
        Ok(compared) => {
            let done = format!(
                "Thank you. {} of {} criteria got the same level twice.",
                compared.same, compared.all
            );
            let page = page(&site, &signed, &id).await?;
            answer::page(&AttemptPage { done, ..page }, NEVER)
        }
        Err(error) => {
            let told = said::told(error, DECISION)?;
            let mut page = page(&site, &signed, &id).await?;
            page.retype(&fields, Criterion::choose);
            again(&AttemptPage {
                told,
                remark: remark.to_owned(),
                ..page
            })
        }
    }
}

async fn file(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let (kind, bytes) = evidence::file(site.app(), &by(&signed), &said::id(&id)?).await?;
    Ok(crate::web::me::attempt::attachment(&kind, bytes))
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = |may: May, done: &str| AttemptPage {
        frame: Desk::frame("An attempt"),
        desk: Desk::sample("/desk/review"),
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        learner: "Bo Ek".into(),
        learner_id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        achievement: "Explain a decision with data".into(),
        task: "Read a week of sales and defend one change.".into(),
        required: "A memo and a talk.".into(),
        line: Line::sample(),
        credential: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        criteria: show::sample_criteria(),
        evidence: show::sample_evidence(),
        said: show::sample_said(),
        may,
        feedback: String::new(),
        remark: String::new(),
        adding: Adding::default(),
        refused: "scores",
        told: vec![Told {
            place: "Feedback to the learner".to_owned(),
            sentence: "is missing: say what is still to do".to_owned(),
            field: "feedback".to_owned(),
        }],
        done: done.to_owned(),
    };
    let all = May {
        propose: true,
        hand_in: true,
        decide: true,
        read_again: true,
    };
    vec![
        (
            "desk-attempt",
            page(May::default(), "Thank you.")
                .render()
                .expect("renders"),
        ),
        (
            "desk-attempt-decide",
            page(all, "").render().expect("renders"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_as_they_are_on_the_page() {
        said::hold_to(include_str!("attempt.html"), DECISION);
    }
}
