//! `/invitation/{token}`: joining an organisation, or choosing another password, by a link that
//! works once (threat G12).

use std::net::IpAddr;

use askama::Template;
use axum::{
    Extension, Router,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};

use crate::{
    db::{SessionRow, Stage},
    web::{
        Site,
        answer::{self, NEVER},
        error::WebError,
        fields::Fields,
        frame::Frame,
        guess::Guess,
        pages::sign_in::{again, client, entered, leave},
        signed::Session,
        site::Asker,
        text::Text,
    },
    who::{self, Accepted, Answer, Asks, LinkKind},
};

/// The form.
#[derive(Debug, Template)]
#[template(path = "pages/invitation.html")]
pub(crate) struct InvitationPage {
    frame: Frame,
    token: String,
    organisation: Text,
    name: String,
    joins: bool,
    /// Whether the password of the account is to be shown.
    shows: bool,
    /// Whether a password is to be chosen.
    chooses: bool,
    /// Whether they are signed in with that account at this moment.
    here: bool,
    faults: Vec<String>,
}

impl InvitationPage {
    fn new(token: &str, link: &Accepted, here: bool) -> InvitationPage {
        InvitationPage {
            frame: Frame::new("Invitation", "A link for one person.").within("/sign-in"),
            token: token.to_owned(),
            organisation: Text::new(&link.organisation),
            name: link.name.clone(),
            joins: link.kind == LinkKind::Join,
            shows: link.asks != Asks::New && !here,
            chooses: link.asks != Asks::Own,
            here,
            faults: Vec::new(),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/invitation/{token}", get(form).post(sent))
}

async fn form(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    Path(token): Path<String>,
    session: Option<Session>,
) -> Result<Response, WebError> {
    let link = look(&site, from, &token).await?;
    let here = is_here(&link, session.as_ref());
    answer::page(&InvitationPage::new(&token, &link, here), NEVER)
}

/// A link that never was costs its guesser; after some, every link is refused to them.
async fn look(site: &Site, from: IpAddr, token: &str) -> Result<Accepted, WebError> {
    let guess = Guess::count(site, Some(from), None).await?;
    let looked = who::look_at(site.app(), token).await;
    guess.ended(&looked).await;
    match looked {
        Err(who::Error::NotFound(_)) => Err(WebError::dead_link(
            "Ask whoever gave it to you for a new one, or choose “Forgot your password?” where you sign in.",
        )),
        looked => Ok(looked?),
    }
}

/// Whether they are signed in with the account that a link is for, by a way in of their own.
fn is_here(link: &Accepted, session: Option<&Session>) -> bool {
    let own = |row: &SessionRow| row.stage == Stage::In && row.provider_id.is_none();
    let signed = session.filter(|Session(row)| own(row));
    signed.is_some_and(|Session(row)| row.account_id.as_ref() == Some(&link.account))
}

async fn sent(
    State(site): State<Site>,
    Extension(Asker(from)): Extension<Asker>,
    Path(token): Path<String>,
    session: Option<Session>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let link = look(&site, from, &token).await?;
    let here = is_here(&link, session.as_ref());
    let answer = Answer {
        name: fields.get("name").to_owned(),
        own: fields.whole("own").to_owned(),
        new: fields.whole("password").to_owned(),
        signed_in: here.then(|| link.account.clone()),
    };
    let client = client(&headers);
    // Where the password of the account is asked for, it is guessed at as at the page to sign in.
    let about = (link.asks != Asks::New && !here).then(|| link.about.clone());
    let guess = Guess::count(&site, Some(from), about).await?;
    let tried = who::accept(site.app(), site.door(), &token, &answer, &client).await;
    guess.ended(&tried).await;
    let faults = match tried {
        Ok(signed) => {
            leave(&site, session).await?;
            return Ok(entered(&site, &signed, "/desk"));
        }
        Err(who::Error::Faults(faults)) => faults.iter().map(in_words).collect(),
        Err(who::Error::Wrong) => vec!["This is not the password of your account.".to_owned()],
        Err(error) => return Err(error.into()),
    };
    again(&InvitationPage {
        name: answer.name,
        faults,
        ..InvitationPage::new(&token, &link, here)
    })
}

fn in_words(fault: &who::Fault) -> String {
    let what = match fault.field {
        "name" => "Your name",
        _ => "The password",
    };
    format!("{what} {}.", fault.sentence)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let page = |joins, asks: Asks, here: bool, faults: &[&str]| InvitationPage {
        frame: Frame::new("Invitation", "A link for one person."),
        token: "dG9rZW4".to_owned(),
        organisation: "Harbour Tutoring".into(),
        name: "Ana".to_owned(),
        joins,
        shows: asks != Asks::New && !here,
        chooses: asks != Asks::Own,
        here,
        faults: faults.iter().map(|text| (*text).to_owned()).collect(),
    };
    let html = |page: InvitationPage| page.render().expect("renders");
    let faults = ["The password is too short."];
    vec![
        ("invitation", html(page(true, Asks::New, false, &[]))),
        (
            "invitation-faults",
            html(page(true, Asks::New, false, &faults)),
        ),
        ("invitation-known", html(page(true, Asks::Own, false, &[]))),
        ("invitation-here", html(page(true, Asks::Own, true, &[]))),
        ("invitation-both", html(page(true, Asks::Both, false, &[]))),
        ("invitation-anew", html(page(true, Asks::Both, true, &[]))),
        ("invitation-reset", html(page(false, Asks::New, false, &[]))),
    ]
}
