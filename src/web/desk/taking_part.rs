//! `/desk/labs/{id}/taking-part/{achievement}`: say who was there, look, award.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    ids::{AchievementId, LabId, PersonId},
    program::taking_part::{self, Plan},
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, learners::Named},
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

/// It stands behind the lab.
pub(crate) const NAV: Option<Nav> = None;

/// A learner who may have been there.
#[derive(Debug, Clone)]
struct Choice {
    learner: Named,
    chosen: bool,
    /// Whether they have it of that day already.
    before: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/taking_part.html")]
pub(crate) struct TakingPartPage {
    frame: Frame,
    desk: Desk,
    lab: String,
    lab_name: Text,
    day: String,
    achievement: String,
    name: Text,
    choices: Vec<Choice>,
    /// Whether who was chosen is shown, to be awarded.
    ready: bool,
    faults: Vec<String>,
}

impl TakingPartPage {
    fn new(signed: &Signed, plan: &Plan, chosen: &[PersonId], ready: bool) -> TakingPartPage {
        let choice = |one: &crate::program::learner::Learner| Choice {
            learner: Named::of(one),
            chosen: chosen.contains(&one.person),
            before: plan.before.contains(&one.person),
        };
        TakingPartPage {
            frame: Desk::frame("Award those who took part"),
            desk: Desk::new(signed, "/desk/labs"),
            lab: plan.lab.lab_id.to_string(),
            lab_name: Text::new(&plan.lab.name),
            day: text::day(*plan.lab.held_at),
            achievement: plan.achievement.id().to_string(),
            name: Text::new(plan.achievement.name()),
            choices: plan.expected.iter().map(choice).collect(),
            ready,
            faults: Vec::new(),
        }
    }

    /// Whether somebody who was chosen has it already.
    fn has_before(&self) -> bool {
        self.choices.iter().any(|one| one.chosen && one.before)
    }

    /// How many would be given it now.
    fn new_ones(&self) -> usize {
        let new = |one: &&Choice| one.chosen && !one.before;
        self.choices.iter().filter(new).count()
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route(
        "/desk/labs/{id}/taking-part/{achievement}",
        get(shown).post(sent),
    )
}

async fn shown(
    State(site): State<Site>,
    signed: Signed,
    Path((id, achievement)): Path<(String, String)>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Issue)?;
    let (lab, offer): (LabId, AchievementId) = (said::id(&id)?, said::id(&achievement)?);
    let plan = taking_part::plan(site.app(), &signed.who, &lab, &offer, &[]).await?;
    let page = TakingPartPage::new(&signed, &plan, &plan.seen, false);
    answer::page(&page, NEVER)
}

async fn sent(
    State(site): State<Site>,
    signed: Signed,
    Path((id, achievement)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Issue)?;
    let (app, who) = (site.app(), &signed.who);
    let (lab, offer): (LabId, AchievementId) = (said::id(&id)?, said::id(&achievement)?);
    let chosen: Result<Vec<PersonId>, _> = fields.all("learner").map(said::id).collect();
    let chosen = chosen?;
    let faults = match fields.get("step") {
        "award" => match taking_part::award(app, who, &lab, &offer, &chosen).await {
            Ok(started) => {
                let to = format!("/desk/awards/{}", started.batch);
                return Ok(Redirect::to(&to).into_response());
            }
            Err(error) => said::sentences(error)?,
        },
        _ if chosen.is_empty() => vec!["Say who was there.".to_owned()],
        _ => Vec::new(),
    };
    // Who was taken off the roster meanwhile is not chosen any more.
    let known = taking_part::plan(app, who, &lab, &offer, &[]).await?;
    let expected = |person: &PersonId| known.expected.iter().any(|one| one.person == *person);
    let chosen: Vec<PersonId> = chosen.into_iter().filter(expected).collect();
    let plan = taking_part::plan(app, who, &lab, &offer, &chosen).await?;
    // What was chosen can be changed again.
    let change = fields.get("step") == "change";
    let ready = faults.is_empty() && !change;
    let page = TakingPartPage::new(&signed, &plan, &chosen, ready);
    if faults.is_empty() {
        return answer::page(&page, NEVER);
    }
    again(&TakingPartPage { faults, ..page })
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let choice = |name: &str, chosen, before| Choice {
        learner: Named {
            id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            name: name.into(),
            reference: "u-17".into(),
        },
        chosen,
        before,
    };
    let page = |choices, ready, faults: &[&str]| TakingPartPage {
        frame: Desk::frame("Award those who took part"),
        desk: Desk::sample("/desk/labs"),
        lab: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        lab_name: "Data lab".into(),
        day: "2 March 2026".to_owned(),
        achievement: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Data lab participant".into(),
        choices,
        ready,
        faults: faults.iter().map(|&one| one.to_owned()).collect(),
    };
    let all = || {
        vec![
            choice("Ana Lee", true, true),
            choice("Bo Ek", true, false),
            choice("Cy Ode", false, false),
        ]
    };
    let html = |page: TakingPartPage| page.render().expect("renders");
    vec![
        (
            "desk-taking-part",
            html(page(all(), false, &["Say who was there."])),
        ),
        ("desk-taking-part-ready", html(page(all(), true, &[]))),
        ("desk-taking-part-empty", html(page(Vec::new(), false, &[]))),
    ]
}
