//! `POST /credentials/verify` and `POST /presentations/verify`.

use axum::{body::Bytes, extract::State, response::Response};

use super::{
    gate::Asking,
    issue::{only_members, wrong},
    outcome,
};
use crate::{
    credential::{has_type, is_badge},
    issue::sources,
    json::{self, Value},
    rdf,
    verify::{self, Options},
    web::{Site, api::body, error::WebError},
};

/// What a caller may add to the question. Every check is made whatever `checks` says.
const OPTIONS: [&str; 7] = [
    "checks",
    "challenge",
    "domain",
    "returnCredential",
    "returnPresentation",
    "returnResults",
    "returnProblemDetails",
];

const CREDENTIAL: [&str; 2] = ["VerifiableCredential", "EnvelopedVerifiableCredential"];
const PRESENTATION: [&str; 2] = ["VerifiablePresentation", "EnvelopedVerifiablePresentation"];

/// Verifies `verifiableCredential`: with an embedded proof, or enveloped.
pub(super) async fn credential(
    State(site): State<Site>,
    _asking: Asking,
    body: Bytes,
) -> Result<Response, WebError> {
    answer(
        &site,
        &body,
        "verifiableCredential",
        (CREDENTIAL, PRESENTATION),
    )
    .await
}

/// Verifies `verifiablePresentation` and everything in it.
pub(super) async fn presentation(
    State(site): State<Site>,
    _asking: Asking,
    body: Bytes,
) -> Result<Response, WebError> {
    answer(
        &site,
        &body,
        "verifiablePresentation",
        (PRESENTATION, CREDENTIAL),
    )
    .await
}

async fn answer(
    site: &Site,
    body: &[u8],
    member: &'static str,
    (one, other): ([&str; 2], [&str; 2]),
) -> Result<Response, WebError> {
    let mut request = body::strict(body)?.into_owned();
    only_members(&request, &[member, "options"])?;
    let wish = request.remove("options").unwrap_or(Value::Null);
    let (options, wanted) = options(&wish)?;
    let document = match request.remove(member) {
        Some(document) if document.members().is_some() => document,
        _ => {
            return Err(wrong(format!(
                "`{member}` must be there, and must be an object."
            )));
        }
    };
    let is = |names: [&str; 2]| names.iter().any(|name| has_type(&document, name));
    if !is(one) || is(other) {
        let sentence = format!(
            "`type` must name {} or {}, and nothing of another kind.",
            one[0], one[1]
        );
        return Ok(outcome::refused(&sentence));
    }
    let text = match spelled(&document) {
        Ok(spelled) => json::text(&spelled),
        Err(fault) => return Ok(outcome::refused(&fault.to_string())),
    };
    let (sources, now) = (sources::all(site.own()), site.now());
    let work = async move { verify::verify(&sources, text.as_bytes(), &options, now).await };
    let report = site.heavy_at_times(work).await?;
    Ok(outcome::answer(
        &report,
        member,
        wanted.then_some(&document),
    ))
}

/// The document, and each credential in it, with its own names of types spelled out: a badge has
/// none.
fn spelled(document: &Value<'static>) -> Result<Value<'static>, rdf::Fault> {
    let one = |document: &Value<'static>| match is_badge(document) {
        true => Ok(document.clone()),
        false => rdf::contexts::spell_out(document).map(std::borrow::Cow::into_owned),
    };
    let mut spelled = one(document)?;
    match spelled.get_mut("verifiableCredential") {
        Some(Value::Array(inside)) => {
            for credential in inside {
                *credential = one(credential)?;
            }
        }
        Some(credential) => *credential = one(credential)?,
        None => {}
    }
    Ok(spelled)
}

/// The options, and whether the document is wanted back.
fn options(wish: &Value<'_>) -> Result<(Options, bool), WebError> {
    let mut options = Options {
        any_credential: true,
        ..Options::default()
    };
    if *wish == Value::Null {
        return Ok((options, false));
    }
    only_members(wish, &OPTIONS)?;
    options.challenge = match wish.get("challenge").map(Value::as_str) {
        None => None,
        Some(Some(text)) => Some(text.to_owned()),
        Some(None) => return Err(wrong("`challenge` must be text.")),
    };
    if let Some(domain) = wish.get("domain") {
        let names = domain.one_or_many().iter();
        let names = names.map(|name| name.as_str().map(str::to_owned));
        let names: Option<Vec<String>> = names.collect();
        options.domain = Some(names.ok_or_else(|| wrong("`domain` must be text or texts."))?);
    }
    let is = |name| wish.get(name) == Some(&Value::Bool(true));
    Ok((options, is("returnCredential") || is("returnPresentation")))
}
