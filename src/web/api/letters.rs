//! `/api/v1/letters`: what the organisation says in its letters, and what became of the newest.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};

use crate::{
    db::LetterRow,
    letters::{self, Kind, OwnText},
    web::{
        Site,
        api::{
            body,
            refused::{Faulty, NoKey, Unreadable},
        },
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::{Scope, Who},
};

/// How many of the newest letters are listed.
const NEWEST: i64 = 200;

/// Something that can stand in a letter.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LetterPlace {
    /// Its name, which stands in the text in braces.
    #[schema(example = "link")]
    name: &'static str,
    /// What stands there when the letter is sent.
    #[schema(example = "the address to open")]
    meaning: &'static str,
}

/// A letter as the organisation sends it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LetterText {
    /// Which letter.
    #[schema(example = "earned")]
    kind: &'static str,
    /// When it is sent.
    #[schema(example = "A credential was issued to a learner.")]
    when: &'static str,
    /// Whether it is: an organisation may do without some.
    #[schema(example = true)]
    sent: bool,
    /// What can stand in it; the first has to.
    places: Vec<LetterPlace>,
    /// Its subject.
    #[schema(example = "You earned it")]
    subject: String,
    /// Its text.
    #[schema(example = "Hello,\n\nlook at it:\n\n{link}")]
    body: String,
    /// Since when it is the organisation's own; left out where the words are ours, also because
    /// those of the organisation have a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-03-01T12:00:00Z")]
    own_since: Option<String>,
}

impl From<OwnText> for LetterText {
    fn from(text: OwnText) -> LetterText {
        let place = |(name, meaning): &(&'static str, &'static str)| LetterPlace { name, meaning };
        LetterText {
            kind: text.kind.word,
            when: text.kind.when,
            sent: text.sent,
            places: text.kind.places.iter().map(place).collect(),
            subject: text.subject,
            body: text.body,
            own_since: text.changed.map(|at| at.to_string()),
        }
    }
}

/// Every letter.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LetterTexts {
    /// All of them.
    letters: Vec<LetterText>,
}

/// The words of a letter.
#[derive(Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LetterWords {
    /// Its subject: one line of at most 150 characters.
    #[schema(example = "You earned it")]
    subject: String,
    /// Its text: at most 10,000 characters. `{link}` stands in it. Except in `earned` and
    /// `review-reminder` it lets somebody in: it stands alone on a line, and no other web address
    /// anywhere.
    #[schema(example = "Hello,\n\nlook at it:\n\n{link}")]
    body: String,
}

/// Whether a letter is sent.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LetterSwitch {
    /// Whether it is from now on. Only `earned`, `not-yet`, `reminder`,
    /// `review-reminder` and `invitation-reminder` can be done without.
    #[schema(example = false)]
    sent: bool,
}

/// A letter that was written; never to whom.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WrittenLetter {
    /// Which letter.
    #[schema(example = "earned")]
    kind: String,
    /// `waiting`, `sent` or `failed`.
    #[schema(example = "sent")]
    state: &'static str,
    /// Why it was not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "the mail server answered 550")]
    problem: Option<String>,
    /// When it was written.
    #[schema(example = "2026-03-01T12:00:00Z")]
    created_at: String,
}

impl From<LetterRow> for WrittenLetter {
    fn from(row: LetterRow) -> WrittenLetter {
        WrittenLetter {
            kind: row.kind,
            state: row.state.as_str(),
            problem: row.problem,
            created_at: row.created_at.to_string(),
        }
    }
}

/// The newest letters.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WrittenLetters {
    /// At most two hundred, newest first.
    letters: Vec<WrittenLetter>,
}

/// List every letter, as the organisation sends it.
#[utoipa::path(get, path = "/api/v1/letters", operation_id = "list_letters", tag = "Letters",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "All of them.", body = LetterTexts),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<LetterTexts>, WebError> {
    let texts = letters::texts(site.app(), &who).await?;
    let letters = texts.into_iter().map(LetterText::from).collect();
    Ok(Json(LetterTexts { letters }))
}

/// List the newest letters: which, when, and what became of them.
#[utoipa::path(get, path = "/api/v1/letters/log", operation_id = "list_written_letters", tag = "Letters",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The newest, newest first.", body = WrittenLetters),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn log(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<WrittenLetters>, WebError> {
    let rows = letters::log(site.app(), &who, NEWEST).await?;
    let letters = rows.into_iter().map(WrittenLetter::from).collect();
    Ok(Json(WrittenLetters { letters }))
}

/// Say something of the organisation's own in a letter from now on.
#[utoipa::path(put, path = "/api/v1/letters/{kind}", operation_id = "set_letter", tag = "Letters",
    params(("kind" = String, Path, description = "Which letter.", example = "earned")),
    request_body = LetterWords,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The letter as it is sent from now on.", body = LetterText),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such letter.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn set(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(kind): Path<String>,
    sent: Bytes,
) -> Result<Json<LetterText>, WebError> {
    let kind = kind_of(&who, &kind)?;
    let said: LetterWords = body::shaped(&sent)?;
    let words = (said.subject.as_str(), said.body.as_str());
    letters::set_text(site.app(), &who, kind, words).await?;
    as_it_is(&site, &who, kind).await
}

async fn as_it_is(
    site: &Site,
    who: &Who,
    kind: &'static Kind,
) -> Result<Json<LetterText>, WebError> {
    let texts = letters::texts(site.app(), who).await?;
    let text = texts.into_iter().find(|text| text.kind == kind);
    let text = text.ok_or_else(|| WebError::no_such("letter"))?;
    Ok(Json(text.into()))
}

/// Send a letter no more, or again.
#[utoipa::path(post, path = "/api/v1/letters/{kind}/state", operation_id = "switch_letter", tag = "Letters",
    params(("kind" = String, Path, description = "Which letter.", example = "earned")),
    request_body = LetterSwitch,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The letter as it is sent from now on, or not.", body = LetterText),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such letter.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is somebody's only way in, and always sent.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey
    ))]
pub(crate) async fn switch(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(kind): Path<String>,
    sent: Bytes,
) -> Result<Json<LetterText>, WebError> {
    let kind = kind_of(&who, &kind)?;
    let said: LetterSwitch = body::shaped(&sent)?;
    letters::set_sent(site.app(), &who, kind, said.sent).await?;
    as_it_is(&site, &who, kind).await
}

/// Go back to our words in a letter.
#[utoipa::path(delete, path = "/api/v1/letters/{kind}", operation_id = "reset_letter", tag = "Letters",
    params(("kind" = String, Path, description = "Which letter.", example = "earned")),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "The words are ours again."),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such letter.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn reset(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(kind): Path<String>,
) -> Result<StatusCode, WebError> {
    let kind = kind_of(&who, &kind)?;
    letters::reset_text(site.app(), &who, kind).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show a letter as somebody would get it, with made-up values.
///
/// Nothing is kept or sent.
#[utoipa::path(post, path = "/api/v1/letters/{kind}/preview", operation_id = "preview_letter", tag = "Letters",
    params(("kind" = String, Path, description = "Which letter.", example = "earned")),
    request_body = LetterWords,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The letter, filled in.", body = LetterWords),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such letter.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn preview(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(kind): Path<String>,
    sent: Bytes,
) -> Result<Json<LetterWords>, WebError> {
    let kind = kind_of(&who, &kind)?;
    let said: LetterWords = body::shaped(&sent)?;
    let words = (said.subject.as_str(), said.body.as_str());
    let (subject, body) = letters::preview(site.app(), &who, kind, words).await?;
    Ok(Json(LetterWords { subject, body }))
}

/// The letter of this word, for who may look after letters.
fn kind_of(who: &Who, word: &str) -> Result<&'static Kind, WebError> {
    who.may(Scope::Manage)?;
    letters::kind(word).ok_or_else(|| WebError::no_such("letter"))
}
