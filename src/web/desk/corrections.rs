//! `/desk/credentials/{id}`: fix a mistake, take back, hold; and `/desk/corrections`: many at once.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    db::StatusState,
    ids::CredentialId,
    issue::{
        bulk::{self, Asked},
        cell::parse_date,
        correct::{self, Right, Wrong},
        order::{Assessor, Outcome},
        reasons,
        revoke::{self, Change},
    },
    program::learner,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
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

/// It stands behind others in the navigation.
pub(crate) const NAV: Option<Nav> = None;

const PLACE: &str = "/desk/awards";

/// A level to choose.
#[derive(Debug, Clone)]
struct Level {
    name: Text,
    chosen: bool,
}

/// What can be put right.
#[derive(Debug, Clone)]
struct Form {
    criteria: Vec<(Text, Vec<Level>)>,
    awarded: String,
    role: String,
    qualification: String,
    narrative: String,
}

/// One credential.
#[derive(Debug, Template)]
#[template(path = "desk/credential.html")]
pub(crate) struct CredentialDeskPage {
    frame: Frame,
    desk: Desk,
    id: String,
    name: Text,
    /// Whose it is, where we may say so.
    learner: Text,
    state: &'static str,
    tone: &'static str,
    form: Option<Form>,
    /// Why it cannot be put right, if it cannot.
    barred: String,
    newer: String,
    reasons: Vec<(String, String, String)>,
    /// Why it is issued anew, as it was typed.
    why: String,
    /// Why it is taken back or held, as it was typed.
    reason: String,
    faults: Vec<String>,
}

/// A change that waits for a second person.
#[derive(Debug, Clone)]
struct Waiting {
    id: String,
    what: String,
    count: usize,
    who: Text,
    when: String,
    reason: String,
    mine: bool,
}

/// Many at once.
#[derive(Debug, Template)]
#[template(path = "desk/corrections.html")]
pub(crate) struct CorrectionsPage {
    frame: Frame,
    desk: Desk,
    waiting: Vec<Waiting>,
    typed: String,
    /// The change that was chosen.
    change: String,
    reason: String,
    done: String,
    faults: Vec<String>,
}

/// The pages' routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk/credentials/{id}", get(shown).post(fix))
        .route("/desk/credentials/{id}/status", post(status))
        .route("/desk/corrections", get(many).post(ask))
        .route("/desk/corrections/{id}", post(decide))
}

async fn shown(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Revoke)?;
    answer::page(&page(&site, &signed, &said::id(&id)?).await?, NEVER)
}

/// What a credential became by a change.
fn became(change: &str) -> String {
    match change {
        "suspend" => "Suspended",
        "reinstate" => "Reinstated",
        "revoke" => "Revoked",
        other => other,
    }
    .to_owned()
}

async fn page(
    site: &Site,
    signed: &Signed,
    id: &CredentialId,
) -> Result<CredentialDeskPage, WebError> {
    let (app, who) = (site.app(), &signed.who);
    let entry = revoke::status(app, who, id).await?;
    let reasons = reasons::of(app, who, id).await?;
    let newest = correct::newest(app, who.issuer(), id).await?;
    let (wrong, barred) = match correct::read(app, who, id).await {
        Ok(wrong) => (Some(wrong), String::new()),
        Err(error @ crate::issue::Error::Conflict(_)) => {
            (None, said::sentences(error.into())?.concat())
        }
        Err(error) => return Err(error.into()),
    };
    let called = learner::of_credentials(app, who, std::slice::from_ref(id)).await?;
    let name = wrong
        .as_ref()
        .map_or("A credential", |wrong| wrong.achievement.name());
    let (state, tone) = match entry.state {
        StatusState::Ok => ("in force", "good"),
        StatusState::Suspended => ("suspended", "unsure"),
        StatusState::Revoked => ("revoked", "bad"),
    };
    Ok(CredentialDeskPage {
        frame: Desk::frame("A credential"),
        desk: Desk::new(signed, PLACE),
        id: id.to_string(),
        name: Text::new(name),
        learner: Text::new(called.get(id).map_or("", String::as_str)),
        state,
        tone,
        form: wrong.as_ref().map(form),
        barred,
        newer: if newest == *id {
            String::new()
        } else {
            newest.to_string()
        },
        reasons: (reasons.into_iter())
            .map(|one| {
                (
                    became(&one.change),
                    text::moment(one.at),
                    text::clean(&one.reason, 1_000),
                )
            })
            .collect(),
        why: String::new(),
        reason: String::new(),
        faults: Vec::new(),
    })
}

fn form(wrong: &Wrong) -> Form {
    let criteria = wrong
        .achievement
        .criteria()
        .iter()
        .filter(|one| one.is_rubric());
    let criterion = |one: &crate::issue::rubric::Criterion| {
        let outcome = wrong
            .order
            .outcomes
            .iter()
            .find(|outcome| outcome.description == one.id);
        let reached = outcome.and_then(|outcome| outcome.level.as_deref());
        let levels = one
            .levels
            .iter()
            .enumerate()
            .filter(|(place, _)| one.passes(*place));
        let levels = levels.map(|(_, level)| Level {
            name: Text::new(&level.name),
            chosen: reached == Some(level.id.as_str()),
        });
        (Text::new(&one.name), levels.collect())
    };
    let assessor = wrong.order.assessor.as_ref();
    Form {
        criteria: criteria.map(criterion).collect(),
        awarded: day_of(wrong),
        role: assessor.map(|one| one.role.clone()).unwrap_or_default(),
        qualification: assessor
            .and_then(|one| one.qualification.clone())
            .unwrap_or_default(),
        narrative: wrong.order.narrative.clone().unwrap_or_default(),
    }
}

/// The day of the award, as forms have it.
fn day_of(wrong: &Wrong) -> String {
    wrong.order.awarded.strftime("%Y-%m-%d").to_string()
}

/// What a form says should stand there.
fn right(wrong: &Wrong, fields: &Fields) -> Result<Right, Vec<String>> {
    let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let day = fields.get("awarded");
    // A day that was left as it stood keeps its time.
    let awarded = (day == day_of(wrong)).then_some(wrong.order.awarded);
    let awarded = awarded
        .or_else(|| parse_date(day))
        .ok_or_else(|| vec!["The day of the award is no date: write 2026-03-01.".to_owned()])?;
    let rubric = wrong
        .achievement
        .criteria()
        .iter()
        .filter(|one| one.is_rubric());
    let chosen = rubric.enumerate().filter_map(|(at, criterion)| {
        let place = criterion.level(fields.get(&format!("level-{at}")))?;
        Some(Outcome {
            description: criterion.id.clone(),
            level: Some(criterion.levels[place].id.clone()),
            value: None,
        })
    });
    let mut outcomes: Vec<Outcome> = chosen.collect();
    let plain = wrong
        .order
        .outcomes
        .iter()
        .filter(|one| one.level.is_none());
    outcomes.extend(plain.cloned());
    let name = wrong
        .order
        .assessor
        .as_ref()
        .and_then(|one| one.name.clone());
    Ok(Right {
        awarded,
        outcomes,
        assessor: optional(fields.get("role")).map(|role| Assessor {
            role,
            qualification: optional(fields.get("qualification")),
            name,
        }),
        narrative: optional(fields.get("narrative")),
    })
}

async fn fix(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Revoke)?;
    let (app, who) = (site.app(), &signed.who);
    let credential: CredentialId = said::id(&id)?;
    let wrong = correct::read(app, who, &credential).await?;
    let faults = match right(&wrong, &fields) {
        Ok(right) => {
            let reason = fields.whole("reason");
            match correct::correct(app, who, &credential, &right, reason).await {
                Ok(new) => {
                    let to = format!("/desk/credentials/{new}");
                    return Ok(Redirect::to(&to).into_response());
                }
                Err(error) => said::sentences(error.into())?,
            }
        }
        Err(faults) => faults,
    };
    let mut page = page(&site, &signed, &credential).await?;
    if let Some(form) = &mut page.form {
        form.retype(&fields);
    }
    again(&CredentialDeskPage {
        faults,
        why: fields.whole("reason").to_owned(),
        ..page
    })
}

impl Form {
    /// Puts back what was chosen and typed.
    fn retype(&mut self, fields: &Fields) {
        for (at, (_, levels)) in self.criteria.iter_mut().enumerate() {
            let level = fields.get(&format!("level-{at}"));
            for one in levels {
                one.chosen = one.name.as_str() == level;
            }
        }
        fields.get("awarded").clone_into(&mut self.awarded);
        fields.get("role").clone_into(&mut self.role);
        fields
            .get("qualification")
            .clone_into(&mut self.qualification);
        fields.get("narrative").clone_into(&mut self.narrative);
    }
}

fn change(word: &str) -> Result<Change, WebError> {
    match word {
        "suspend" => Ok(Change::Suspend),
        "reinstate" => Ok(Change::Reinstate),
        "revoke" => Ok(Change::Revoke),
        _ => Err(WebError::unreadable("form", "Choose what is to be done.")),
    }
}

async fn status(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Revoke)?;
    let credential: CredentialId = said::id(&id)?;
    let change = change(fields.get("change"))?;
    let all = std::slice::from_ref(&credential);
    let asked = bulk::ask(site.app(), &signed.who, change, all, fields.whole("reason"));
    match asked.await {
        Ok(Asked::Done(_)) => Ok(Redirect::to(&format!("/desk/credentials/{id}")).into_response()),
        // It stands there, and says what it waits for.
        Ok(Asked::Waiting(_)) => Ok(Redirect::to("/desk/corrections").into_response()),
        Err(error) => {
            let faults = said::sentences(error.into())?;
            let page = page(&site, &signed, &credential).await?;
            again(&CredentialDeskPage {
                faults,
                reason: fields.whole("reason").to_owned(),
                ..page
            })
        }
    }
}

async fn many(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    signed.who.may(Scope::Revoke)?;
    answer::page(&many_page(&site, &signed).await?, NEVER)
}

async fn many_page(site: &Site, signed: &Signed) -> Result<CorrectionsPage, WebError> {
    let all = bulk::waiting(site.app(), &signed.who).await?;
    let names = Names::read(site, &signed.who).await?;
    let waiting = all.into_iter().map(|one| Waiting {
        id: one.row.bulk_id.to_string(),
        what: one.row.change.to_string(),
        count: one.credentials.len(),
        who: Text::new(&names.of(&one.row.asked_by)),
        when: text::moment(*one.row.asked_at),
        mine: one.row.asked_by == signed.who.principal(),
        reason: text::clean(&one.reason, 1_000),
    });
    Ok(CorrectionsPage {
        frame: Desk::frame("Many at once"),
        desk: Desk::new(signed, PLACE),
        waiting: waiting.collect(),
        typed: String::new(),
        change: String::new(),
        reason: String::new(),
        done: String::new(),
        faults: Vec::new(),
    })
}

async fn ask(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Revoke)?;
    let typed = fields.whole("credentials").to_owned();
    let reason = fields.whole("reason").to_owned();
    let mut faults = Vec::new();
    let mut all = Vec::new();
    for (at, line) in typed.lines().enumerate() {
        let last = line.trim().rsplit('/').next().unwrap_or_default();
        match last.parse::<CredentialId>() {
            _ if last.is_empty() => {}
            Ok(id) => all.push(id),
            Err(_) => faults.push(format!("Line {} is no id or link of a credential.", at + 1)),
        }
    }
    let mut done = String::new();
    if faults.is_empty() {
        let change = change(fields.get("change"))?;
        match bulk::ask(site.app(), &signed.who, change, &all, &reason).await {
            Ok(Asked::Done(count)) => done = format!("Done: {count} changed."),
            Ok(Asked::Waiting(_)) => {
                done = format!(
                    "More than {} within {} hours: a second person says yes first.",
                    bulk::ALONE,
                    bulk::HOURS
                );
            }
            Err(crate::issue::Error::NotFound(_)) => {
                faults.push("One of them is no credential of your organisation.".to_owned());
            }
            Err(error) => faults = said::sentences(error.into())?,
        }
    }
    let page = many_page(&site, &signed).await?;
    if faults.is_empty() {
        return answer::page(&CorrectionsPage { done, ..page }, NEVER);
    }
    again(&CorrectionsPage {
        typed,
        change: fields.get("change").to_owned(),
        reason,
        faults,
        ..page
    })
}

async fn decide(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Revoke)?;
    let yes = fields.get("answer") == "yes";
    match bulk::decide(site.app(), &signed.who, &said::id(&id)?, yes).await {
        Ok(_) => Ok(Redirect::to("/desk/corrections").into_response()),
        Err(error) => {
            let faults = said::sentences(error.into())?;
            let page = many_page(&site, &signed).await?;
            again(&CorrectionsPage { faults, ..page })
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = CredentialDeskPage {
        frame: Desk::frame("A credential"),
        desk: Desk::sample(PLACE),
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Explain a decision with data".into(),
        learner: "Ana María Lee".into(),
        state: "in force",
        tone: "good",
        form: Some(Form {
            criteria: vec![(
                "Uses evidence".into(),
                vec![Level {
                    name: "Proficient".into(),
                    chosen: true,
                }],
            )],
            awarded: "2026-03-01".to_owned(),
            role: "Reviewer".to_owned(),
            qualification: "Licence".to_owned(),
            narrative: String::new(),
        }),
        barred: String::new(),
        newer: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        reasons: vec![(
            "suspend".to_owned(),
            "1 March 2026, 12:00 UTC".to_owned(),
            "Wrong file.".to_owned(),
        )],
        why: "The level was a slip.".to_owned(),
        reason: String::new(),
        faults: vec!["Nothing is different.".to_owned()],
    };
    let many = CorrectionsPage {
        frame: Desk::frame("Many at once"),
        desk: Desk::sample(PLACE),
        waiting: vec![Waiting {
            id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            what: "revoke".to_owned(),
            count: 101,
            who: "Ana María Lee".into(),
            when: "1 March 2026, 12:00 UTC".to_owned(),
            reason: "Wrong roster.".to_owned(),
            mine: false,
        }],
        typed: String::new(),
        change: "revoke".to_owned(),
        reason: String::new(),
        done: "Done: 3 changed.".to_owned(),
        faults: Vec::new(),
    };
    vec![
        ("desk-credential", page.render().expect("renders")),
        ("desk-corrections", many.render().expect("renders")),
    ]
}
