//! `/desk/webhooks`: which systems are told of what happens, and how telling them went.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    db::{DeliveryRow, DeliveryState, WebhookState},
    hooks::{self, EVENTS, Error},
    ids::WebhookId,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        fields::Fields,
        frame::Frame,
        signed::Signed,
        text,
        told::{self, Told},
    },
    who::Scope,
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: PATH,
    label: "Webhooks",
    any: &[Scope::Manage],
});

const PATH: &str = "/desk/webhooks";
/// How many of the newest messages to each address are shown.
const SHOWN: i64 = 20;

/// An address that is told.
#[derive(Debug, Clone)]
pub(crate) struct Hook {
    id: String,
    url: String,
    events: String,
    on: bool,
    log: Vec<Message>,
}

/// A message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    id: String,
    event: String,
    state: &'static str,
    tone: &'static str,
    when: String,
    attempts: i64,
    problem: String,
    ended: bool,
}

impl Message {
    fn new(row: DeliveryRow) -> Message {
        let (state, tone) = match row.state {
            DeliveryState::Waiting if row.attempts > 0 => ("Tried again later", "unsure"),
            DeliveryState::Waiting => ("On its way", "accent"),
            DeliveryState::Delivered => ("Delivered", "good"),
            DeliveryState::Failed => ("Given up", "unsure"),
        };
        Message {
            id: row.delivery_id,
            event: said(&row.event).to_owned(),
            state,
            tone,
            when: text::moment(row.created_at.into()),
            attempts: row.attempts,
            problem: row.problem.unwrap_or_default(),
            ended: row.state != DeliveryState::Waiting,
        }
    }
}

/// What an event is called where one chooses it.
fn said(event: &str) -> &str {
    let known = EVENTS.iter().find(|(word, _)| *word == event);
    known.map_or(event, |(_, sentence)| sentence)
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/webhooks.html")]
pub(crate) struct WebhooksPage {
    frame: Frame,
    desk: Desk,
    hooks: Vec<Hook>,
    named: String,
    secret: String,
    url: String,
    told: Vec<Told>,
    events: Vec<(&'static str, &'static str, bool)>,
}

impl WebhooksPage {
    fn new(desk: Desk, hooks: Vec<Hook>) -> WebhooksPage {
        let unticked =
            |(event, sentence): &(&'static str, &'static str)| (*event, *sentence, false);
        WebhooksPage {
            frame: Desk::frame("Webhooks"),
            desk,
            hooks,
            named: String::new(),
            secret: String::new(),
            url: String::new(),
            told: Vec::new(),
            events: EVENTS.iter().map(unticked).collect(),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PATH, get(shown).post(add))
        .route("/desk/webhooks/{id}", post(change))
}

async fn page(site: &Site, signed: &Signed) -> Result<WebhooksPage, WebError> {
    let (app, who) = (site.app(), &signed.who);
    let mut all = Vec::new();
    for row in hooks::all(app, who).await? {
        let log = hooks::log(app, who, &row.webhook_id, SHOWN).await?;
        all.push(Hook {
            id: row.webhook_id.to_string(),
            url: row.url,
            events: row
                .events
                .split(' ')
                .map(said)
                .collect::<Vec<_>>()
                .join(" "),
            on: row.state == WebhookState::On,
            log: log.into_iter().map(Message::new).collect(),
        });
    }
    Ok(WebhooksPage::new(Desk::new(signed, PATH), all))
}

async fn shown(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    answer::page(&page(&site, &signed).await?, NEVER)
}

async fn add(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let (url, events) = (fields.get("url"), fields.all("event").collect::<Vec<_>>());
    let added = hooks::add(site.app(), &signed.who, url, &events).await;
    let mut page = page(&site, &signed).await?;
    match added {
        // Shown on this very answer: the secret stands nowhere that it could be led back to.
        Ok((_, secret)) => {
            (page.named, page.secret) = (url.to_owned(), secret.reveal());
            answer::page(&page, NEVER)
        }
        Err(Error::Faults(faults)) => {
            page.url = url.to_owned();
            for (event, _, ticked) in &mut page.events {
                *ticked = events.contains(event);
            }
            page.told = faults.into_iter().map(in_words).collect();
            told::again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

fn in_words((field, sentence): (&str, String)) -> Told {
    let place = match field {
        "url" => "Address",
        _ => "What it is told",
    };
    Told {
        place: place.to_owned(),
        sentence,
        field: field.to_owned(),
    }
}

async fn change(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let (app, who) = (site.app(), &signed.who);
    let id: WebhookId = id.parse().map_err(|_| WebError::no_such("webhook"))?;
    match fields.get("step") {
        "remove" => hooks::remove(app, who, &id).await?,
        "on" => hooks::turn(app, who, &id, WebhookState::On).await?,
        "off" => hooks::turn(app, who, &id, WebhookState::Off).await?,
        "again" => drop(hooks::again(app, who, fields.get("message")).await?),
        _ => {
            return Err(WebError::unreadable("form", "Choose what is to be done."));
        }
    }
    Ok(Redirect::to(PATH).into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let message = |state, tone, ended| Message {
        id: "msg_Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        event: "credential.issued".to_owned(),
        state,
        tone,
        when: "22 November 2026, 14:02 UTC".to_owned(),
        attempts: 1,
        problem: String::new(),
        ended,
    };
    let hook = Hook {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        url: "https://lms.school.example/skillmark".to_owned(),
        events: "credential.issued, credential.revoked".to_owned(),
        on: true,
        log: vec![
            message("On its way", "accent", false),
            message("Delivered", "good", true),
        ],
    };
    let mut full = WebhooksPage::new(Desk::sample(PATH), vec![hook]);
    full.named = "https://lms.school.example/skillmark".to_owned();
    full.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
    let mut faulty = WebhooksPage::new(Desk::sample(PATH), Vec::new());
    faulty.url = "http://10.0.0.1/".to_owned();
    let no_event = ("events", "name at least one event".to_owned());
    faulty.told = vec![
        in_words(("url", "must be an https address".to_owned())),
        in_words(no_event),
    ];
    let empty = WebhooksPage::new(Desk::sample(PATH), Vec::new());
    vec![
        ("desk-webhooks", full.render().expect("renders")),
        ("desk-webhooks-empty", empty.render().expect("renders")),
        ("desk-webhooks-faults", faulty.render().expect("renders")),
    ]
}
