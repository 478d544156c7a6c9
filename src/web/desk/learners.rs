//! `/desk/learners`: who learns here.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    db::{AchievementKind, AttemptKind},
    ids::PersonId,
    issue::{people::Details, publish},
    mail::Reach,
    program::{By, attempt, guardian, learner, link},
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, attempts::Line},
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        said,
        signed::Signed,
        text::{self, Text},
        told::Told,
    },
    who::Scope,
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk/learners",
    label: "Learners",
    any: crate::who::WITH_LEARNERS,
});

const PLACE: &str = "/desk/learners";

/// A learner in a list.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: Text,
    pub(crate) reference: Text,
}

impl Named {
    pub(crate) fn of(one: &learner::Learner) -> Named {
        Named {
            id: one.person.to_string(),
            name: Text::new(one.called()),
            reference: Text::new(&one.details.reference),
        }
    }
}

/// What is typed about a learner.
#[derive(Debug, Clone, Default)]
struct Typed {
    reference: String,
    name: String,
    email: String,
    addresses: String,
    guardian: String,
    birth_month: String,
    adult: bool,
}

impl Typed {
    fn read(fields: &Fields) -> Typed {
        let field = |name: &str| fields.get(name).to_owned();
        Typed {
            reference: field("reference"),
            name: field("name"),
            email: field("email"),
            addresses: field("addresses"),
            guardian: field("guardian"),
            birth_month: field("birth_month"),
            adult: fields.has("adult"),
        }
    }

    fn of(details: &Details) -> Typed {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Typed {
            reference: details.reference.clone(),
            name: text(&details.name),
            email: text(&details.email),
            addresses: details.addresses.join("\n"),
            guardian: text(&details.guardian),
            birth_month: text(&details.birth_month),
            adult: details.adult == Some(true),
        }
    }

    fn details(&self) -> Details {
        let optional = |text: &String| (!text.is_empty()).then(|| text.clone());
        Details {
            reference: self.reference.clone(),
            name: optional(&self.name),
            email: optional(&self.email),
            adult: Some(self.adult),
            addresses: self
                .addresses
                .lines()
                .map(|one| one.trim().to_owned())
                .collect(),
            guardian: optional(&self.guardian),
            birth_month: optional(&self.birth_month),
        }
    }
}

/// The fields of the form.
const FIELDS: said::Named = &[
    ("reference", "Your reference"),
    ("name", "Name"),
    ("email", "E-mail address"),
    ("guardian", "Guardian"),
    ("birth_month", "Month of birth"),
    ("addresses", "Further addresses"),
];

/// The list.
#[derive(Debug, Template)]
#[template(path = "desk/learners.html")]
pub(crate) struct LearnersPage {
    frame: Frame,
    desk: Desk,
    search: String,
    learners: Vec<Named>,
    typed: Typed,
    told: Vec<Told>,
}

/// One learner.
#[derive(Debug, Template)]
#[template(path = "desk/learner.html")]
pub(crate) struct LearnerPage {
    frame: Frame,
    desk: Desk,
    one: Named,
    typed: Typed,
    attempts: Vec<Line>,
    others: Vec<Named>,
    /// The other record that was chosen to be merged.
    double: String,
    merging: bool,
    link: String,
    guardian: GuardianCard,
    /// When each link that works now ends.
    links: Vec<String>,
    /// What can be tried: id, words.
    offers: Vec<(String, Text)>,
    told: Vec<Told>,
}

/// What the page says of the learner's guardian.
#[derive(Debug, Clone, Default)]
pub(crate) struct GuardianCard {
    /// Why no link can be sent; empty: one can.
    why_not: &'static str,
    /// Of the link that works: when it was made, and until when it works.
    works: Option<(String, String)>,
    /// Whether a letter was written just now.
    written: bool,
    /// The link, where it was made just now and is to be handed over.
    link: String,
    /// Whether letters are sent at all.
    letters: bool,
}

impl GuardianCard {
    /// As it stands, for those who may send links; for others nothing.
    async fn of(site: &Site, signed: &Signed, person: &PersonId) -> Result<Self, WebError> {
        if signed.who.may(Scope::Programs).is_err() {
            return Ok(GuardianCard::default());
        }
        let standing = guardian::standing(site.app(), &signed.who, person).await?;
        let works = |(made, until)| (text::moment(made), text::day(until));
        Ok(GuardianCard {
            why_not: standing.why_not.unwrap_or_default(),
            works: standing.link.map(works),
            letters: Reach::of(site.config()) != Reach::Nobody,
            ..GuardianCard::default()
        })
    }
}

/// The pages' routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PLACE, get(list).post(add))
        .route("/desk/learners/{id}", get(shown).post(describe))
        .route("/desk/learners/{id}/merge", post(merge))
        .route("/desk/learners/{id}/link", post(make_link))
        .route("/desk/learners/{id}/guardian", post(to_guardian))
        .route("/desk/learners/{id}/attempts", post(open))
        .route("/desk/learners/{id}/links/end", post(end_links))
}

#[derive(serde::Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

async fn list(
    State(site): State<Site>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let page = list_page(&site, &signed, &asked.q, Typed::default(), Vec::new()).await?;
    answer::page(&page, NEVER)
}

async fn list_page(
    site: &Site,
    signed: &Signed,
    search: &str,
    typed: Typed,
    told: Vec<Told>,
) -> Result<LearnersPage, WebError> {
    let all = learner::all(site.app(), &signed.who, search).await?;
    Ok(LearnersPage {
        frame: Desk::frame("Learners"),
        desk: Desk::new(signed, PLACE),
        search: search.to_owned(),
        learners: all.iter().map(Named::of).collect(),
        typed,
        told,
    })
}

async fn add(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let typed = Typed::read(&fields);
    match learner::add(site.app(), &signed.who, &typed.details()).await {
        Ok(person) => Ok(Redirect::to(&format!("{PLACE}/{person}")).into_response()),
        Err(error) => {
            let told = said::told(error, FIELDS)?;
            again(&list_page(&site, &signed, "", typed, told).await?)
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

async fn page(site: &Site, signed: &Signed, person: &PersonId) -> Result<LearnerPage, WebError> {
    let app = site.app();
    let one = learner::one(app, &signed.who, person).await?;
    let by = By::Staff(signed.who.clone());
    let attempts = attempt::of_learner(app, &by, &one.person).await?;
    let mut others = learner::all(app, &signed.who, "").await?;
    others.retain(|other| other.person != one.person);
    let links = match signed.who.may(Scope::Propose) {
        Ok(()) => link::all(app, &signed.who, &one.person).await?,
        Err(_) => Vec::new(),
    };
    Ok(LearnerPage {
        frame: Desk::frame("A learner"),
        desk: Desk::new(signed, PLACE),
        typed: Typed::of(&one.details),
        attempts: attempts
            .iter()
            .map(|listed| Line::of(listed, site.now()))
            .collect(),
        others: others.iter().map(Named::of).collect(),
        double: String::new(),
        merging: false,
        link: String::new(),
        guardian: GuardianCard::of(site, signed, &one.person).await?,
        one: Named::of(&one),
        offers: offers(site, signed).await?,
        links: links.into_iter().map(text::day).collect(),
        told: Vec::new(),
    })
}

/// What can be tried by whoever is let: a performance.
async fn offers(site: &Site, signed: &Signed) -> Result<Vec<(String, Text)>, WebError> {
    if signed.who.may(Scope::Propose).is_err() {
        return Ok(Vec::new());
    }
    let all = publish::list(site.app(), &signed.who).await?;
    let tried = all
        .into_iter()
        .rev()
        .filter(|row| row.kind == AchievementKind::Performance);
    let words = tried.map(|row| {
        let version = if row.version.is_empty() { "" } else { ", " };
        let words = Text::new(&format!("{}{version}{}", row.name, row.version));
        (row.achievement_id.to_string(), words)
    });
    Ok(words.collect())
}

/// Opens an attempt outside a lab, or finds the one that is running.
async fn open(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    let person = said::id(&id)?;
    let kind: Result<AttemptKind, _> = fields.get("kind").parse();
    let open = attempt::Open {
        person: learner::one(site.app(), &signed.who, &person).await?.person,
        achievement: said::id(fields.get("achievement"))?,
        kind: kind
            .map_err(|_| WebError::unreadable("form", "Choose what kind of attempt it is."))?,
        lab: None,
        program: None,
    };
    match attempt::open(site.app(), &By::Staff(signed.who.clone()), &open).await {
        Ok(attempt) => Ok(Redirect::to(&format!("/desk/attempts/{attempt}")).into_response()),
        Err(error) => {
            let told = said::told(error, &[])?;
            let page = page(&site, &signed, &person).await?;
            again(&LearnerPage { told, ..page })
        }
    }
}

async fn describe(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let person = said::id(&id)?;
    let typed = Typed::read(&fields);
    match learner::describe(site.app(), &signed.who, &person, &typed.details()).await {
        Ok(()) => Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response()),
        Err(error) => {
            let told = said::told(error, FIELDS)?;
            let page = page(&site, &signed, &person).await?;
            again(&LearnerPage {
                typed,
                told,
                ..page
            })
        }
    }
}

async fn merge(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let person = said::id(&id)?;
    let double = fields.get("double");
    let told = match double {
        "" => vec![Told::whole("Choose the other record.")],
        double => {
            match learner::merge(site.app(), &signed.who, &said::id(double)?, &person).await {
                Ok(()) => return Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response()),
                Err(error) => said::told(error, &[])?,
            }
        }
    };
    let page = page(&site, &signed, &person).await?;
    again(&LearnerPage {
        double: double.to_owned(),
        merging: true,
        told,
        ..page
    })
}

async fn make_link(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    let person = said::id(&id)?;
    let token = link::make(site.app(), &signed.who, &person).await?;
    let link = site.link(&format!("/me/in/{}", token.reveal()));
    let page = page(&site, &signed, &person).await?;
    answer::page(&LearnerPage { link, ..page }, NEVER)
}

/// Sends the guardian a link, or ends the one that they have.
async fn to_guardian(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let person = said::id(&id)?;
    if fields.get("step") == "end" {
        guardian::end(site.app(), &signed.who, &person).await?;
        return Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response());
    }
    let sent = guardian::send(site.app(), &signed.who, &person).await;
    let mut page = page(&site, &signed, &person).await?;
    match sent {
        Ok(sent) => {
            page.guardian.written = sent.reach != Reach::Nobody;
            let link = sent.link.as_ref();
            let link = link.map(|token| site.link(&format!("/guardian/{}", token.reveal())));
            page.guardian.link = link.unwrap_or_default();
            answer::page(&page, NEVER)
        }
        Err(error) => {
            page.told = said::told(error, &[])?;
            again(&page)
        }
    }
}

async fn end_links(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Propose)?;
    link::end_all(site.app(), &signed.who, &said::id(&id)?).await?;
    Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let one = Named {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Bo Ek".into(),
        reference: "u-17".into(),
    };
    let list = |learners: Vec<Named>| LearnersPage {
        frame: Desk::frame("Learners"),
        desk: Desk::sample(PLACE),
        search: String::new(),
        learners,
        typed: Typed::default(),
        told: Vec::new(),
    };
    let page = LearnerPage {
        frame: Desk::frame("A learner"),
        desk: Desk::sample(PLACE),
        typed: Typed {
            reference: "u-17".to_owned(),
            name: "Bo Ek".to_owned(),
            ..Typed::default()
        },
        attempts: vec![Line::sample()],
        others: vec![one.clone()],
        double: one.id.clone(),
        merging: true,
        link: "https://badges.example/me/in/x".to_owned(),
        guardian: GuardianCard {
            works: Some((
                "22 November 2026, 14:02 UTC".to_owned(),
                "22 December 2026".to_owned(),
            )),
            written: true,
            link: "https://badges.example/guardian/x".to_owned(),
            letters: true,
            ..GuardianCard::default()
        },
        links: vec!["31 March 2026".to_owned()],
        offers: vec![(
            "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            "Explain a decision".into(),
        )],
        told: vec![Told {
            place: "E-mail address".to_owned(),
            sentence: "is no e-mail address".to_owned(),
            field: "email".to_owned(),
        }],
        one: one.clone(),
    };
    let mut adult = LearnerPage {
        desk: Desk::sample(PLACE),
        frame: Desk::frame("A learner"),
        typed: page.typed.clone(),
        one: page.one.clone(),
        attempts: Vec::new(),
        others: Vec::new(),
        double: String::new(),
        merging: false,
        link: String::new(),
        guardian: GuardianCard::default(),
        links: Vec::new(),
        offers: Vec::new(),
        told: Vec::new(),
    };
    adult.guardian.why_not = "this learner is of age: what is kept is theirs to show";
    vec![
        ("desk-learner-adult", adult.render().expect("renders")),
        ("desk-learners", list(vec![one]).render().expect("renders")),
        (
            "desk-learners-empty",
            list(Vec::new()).render().expect("renders"),
        ),
        ("desk-learner", page.render().expect("renders")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_as_they_are_on_the_page() {
        said::hold_to(include_str!("../parts/learner_fields.html"), FIELDS);
    }
}
