//! `/desk/letters`: what an organisation says in its letters, and what became of the newest.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    db::{LetterRow, LetterState},
    letters::{self, Error, Kind, OwnText},
    mail::Reach,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        signed::Signed,
        text::{self, Text},
    },
    who::Scope,
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: PATH,
    label: "Letters",
    any: &[Scope::Manage],
});

const PATH: &str = "/desk/letters";
/// How many of the newest letters are shown.
const SHOWN: i64 = 30;

/// A letter of the list.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    word: &'static str,
    title: &'static str,
    when: &'static str,
    own: bool,
    unfit: bool,
    sent: bool,
    subject: Text,
}

impl Line {
    fn new(text: &OwnText) -> Line {
        Line {
            word: text.kind.word,
            title: text.kind.title,
            when: text.kind.when,
            own: text.changed.is_some(),
            unfit: text.unfit.is_some(),
            sent: text.sent,
            subject: Text::new(&text.subject),
        }
    }
}

/// One letter that was written: which, when, what became of it, how that looks, why.
type Written = (&'static str, String, &'static str, &'static str, String);

fn written(row: &LetterRow, reach: Reach) -> Written {
    let (state, tone) = match row.state {
        LetterState::Waiting => ("On its way", "accent"),
        LetterState::Sent if reach == Reach::Folder => ("In the folder", "good"),
        LetterState::Sent => ("Sent", "good"),
        LetterState::Failed => ("Not sent", "unsure"),
    };
    let title = letters::kind(&row.kind).map_or("A letter", |kind| kind.title);
    let problem = row.problem.clone().unwrap_or_default();
    (
        title,
        text::moment(row.created_at.into()),
        state,
        tone,
        problem,
    )
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "desk/letters.html")]
pub(crate) struct LettersPage {
    frame: Frame,
    desk: Desk,
    reach: Reach,
    texts: Vec<Line>,
    log: Vec<Written>,
}

/// One letter.
#[derive(Debug, Template)]
#[template(path = "desk/letter.html")]
pub(crate) struct LetterPage {
    frame: Frame,
    desk: Desk,
    word: &'static str,
    title: &'static str,
    when: &'static str,
    places: &'static [(&'static str, &'static str)],
    own: bool,
    sent: bool,
    optional: bool,
    lets_in: bool,
    /// Whether their own words are not sent, for the faults that are listed.
    unfit: bool,
    subject: String,
    body: String,
    faults: Vec<String>,
    preview: Option<(Text, String)>,
}

impl LetterPage {
    fn new(desk: Desk, text: &OwnText) -> LetterPage {
        let unfit = text.unfit.as_ref();
        let (subject, body) =
            unfit.map_or((&text.subject, &text.body), |own| (&own.subject, &own.body));
        LetterPage {
            frame: Desk::frame(text.kind.title),
            desk,
            word: text.kind.word,
            title: text.kind.title,
            when: text.kind.when,
            places: text.kind.places,
            own: text.changed.is_some() || unfit.is_some(),
            sent: text.sent,
            optional: text.kind.optional,
            lets_in: text.kind.lets_in(),
            unfit: unfit.is_some(),
            subject: subject.clone(),
            body: body.clone(),
            faults: unfit.map_or(Vec::new(), |own| in_words(&own.faults)),
            preview: None,
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route(PATH, get(list))
        .route("/desk/letters/{kind}", get(one).post(sent))
}

async fn list(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let texts = letters::texts(site.app(), &signed.who).await?;
    let log = letters::log(site.app(), &signed.who, SHOWN).await?;
    let reach = Reach::of(site.config());
    let page = LettersPage {
        frame: Desk::frame("Letters"),
        desk: Desk::new(&signed, PATH),
        reach,
        texts: texts.iter().map(Line::new).collect(),
        log: log.iter().map(|row| written(row, reach)).collect(),
    };
    answer::page(&page, NEVER)
}

/// A letter as this organisation sends it.
async fn text_of(site: &Site, signed: &Signed, word: &str) -> Result<OwnText, WebError> {
    let texts = letters::texts(site.app(), &signed.who).await?;
    let found = texts.into_iter().find(|text| text.kind.word == word);
    found.ok_or_else(|| WebError::no_such("letter"))
}

async fn one(
    State(site): State<Site>,
    signed: Signed,
    Path(word): Path<String>,
) -> Result<Response, WebError> {
    let text = text_of(&site, &signed, &word).await?;
    answer::page(&LetterPage::new(Desk::new(&signed, PATH), &text), NEVER)
}

async fn sent(
    State(site): State<Site>,
    signed: Signed,
    Path(word): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let (app, who) = (site.app(), &signed.who);
    let mut text = text_of(&site, &signed, &word).await?;
    let kind: &'static Kind = text.kind;
    let back = || Redirect::to(&format!("{PATH}/{word}")).into_response();
    // Browsers send the lines of a text with CR LF.
    let body = fields.get("body").replace('\r', "");
    let words = (fields.get("subject"), body.as_str());
    let outcome = match fields.get("step") {
        "reset" => {
            letters::reset_text(app, who, kind).await?;
            return Ok(back());
        }
        step @ ("start" | "stop") => {
            letters::set_sent(app, who, kind, step == "start").await?;
            return Ok(back());
        }
        "keep" => match letters::set_text(app, who, kind, words).await {
            Ok(()) => return Ok(back()),
            Err(error) => Err(error),
        },
        _ => letters::preview(app, who, kind, words).await,
    };
    (text.subject, text.body) = (words.0.to_owned(), body.clone());
    text.unfit = None;
    let mut page = LetterPage::new(Desk::new(&signed, PATH), &text);
    match outcome {
        Ok((subject, body)) => page.preview = Some((Text::new(&subject), body)),
        Err(Error::Faults(faults)) => {
            page.faults = in_words(&faults);
            return again(&page);
        }
        Err(error) => return Err(error.into()),
    }
    answer::page(&page, NEVER)
}

fn in_words(faults: &[letters::Fault]) -> Vec<String> {
    let line = |fault: &letters::Fault| {
        let field = match fault.field {
            "subject" => "The subject",
            _ => "The text",
        };
        format!("{field} {}.", fault.sentence)
    };
    faults.iter().map(line).collect()
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let text = |kind: &'static Kind| OwnText {
        kind,
        subject: kind.subject.to_owned(),
        body: kind.body.to_owned(),
        changed: None,
        sent: kind.word != "not-yet",
        unfit: (kind.word == "reset").then(|| letters::Unfit {
            subject: "Sign in".to_owned(),
            body: "Open {link}".to_owned(),
            faults: vec![letters::Fault {
                field: "body",
                sentence: "has {link} beside something else in line 1: it stands alone on a line"
                    .to_owned(),
            }],
        }),
    };
    let list = |reach, log| {
        let page = LettersPage {
            frame: Desk::frame("Letters"),
            desk: Desk::sample(PATH),
            reach,
            texts: letters::KINDS
                .iter()
                .map(|kind| Line::new(&text(kind)))
                .collect(),
            log,
        };
        page.render().expect("renders")
    };
    let log = vec![
        (
            "You earned it",
            "22 November 2026, 14:02 UTC".to_owned(),
            "Sent",
            "good",
            String::new(),
        ),
        (
            "Invitation",
            "22 November 2026, 14:00 UTC".to_owned(),
            "Not sent",
            "unsure",
            "the mail server answered 550".to_owned(),
        ),
    ];
    let mut one = LetterPage::new(Desk::sample(PATH), &text(letters::EARNED));
    let plain = one.render().expect("renders");
    let stopped = LetterPage::new(Desk::sample(PATH), &text(letters::NOT_YET));
    let unfit = LetterPage::new(Desk::sample(PATH), &text(letters::RESET));
    one.preview = Some(("You earned it".into(), "Hello,\n\nlook.".to_owned()));
    one.faults = vec!["The text does not say {link}: the address to open.".to_owned()];
    one.own = true;
    vec![
        ("desk-letters", list(Reach::Everybody, log)),
        ("desk-letters-empty", list(Reach::Nobody, Vec::new())),
        ("desk-letter", plain),
        ("desk-letter-stopped", stopped.render().expect("renders")),
        ("desk-letter-unfit", unfit.render().expect("renders")),
        ("desk-letter-faults", one.render().expect("renders")),
    ]
}
