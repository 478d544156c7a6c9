//! `POST /credentials/issue`: sign a credential that somebody else wrote.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    issue::given::{self, Form, StatusPurpose, Wanted},
    json::{self, Value},
    proof,
    web::{Site, answer::NEVER, api::body, error::WebError, vc_api::gate::Asking},
};

/// The suites that are made.
const SUITES: [&str; 2] = ["eddsa-rdfc-2022", "eddsa-jcs-2022"];

/// Signs `credential` as `options` say: `cryptosuite` (`eddsa-rdfc-2022`, `eddsa-jcs-2022`) or
/// `envelope` (`vc+jwt`), `credentialId`, `statusPurpose` (`revocation`, `suspension`, or both).
pub(super) async fn issue(
    State(site): State<Site>,
    asking: Asking,
    body: Bytes,
) -> Result<Response, WebError> {
    let who = asking.who(&site).await?;
    let mut request = body::strict(&body)?.into_owned();
    only_members(&request, &["credential", "options"])?;
    let wanted = wanted(request.get("options"))?;
    let credential = match request.remove("credential") {
        Some(credential) if credential.members().is_some() => credential,
        _ => return Err(wrong("`credential` must be there, and must be an object.")),
    };
    let app = site.app().clone();
    let work = async move { given::issue(&app, &who, credential, &wanted).await };
    let signed = site.heavy_at_times(work).await??;
    let answer = Value::Object(vec![("verifiableCredential".into(), signed)]);
    let mut response = (StatusCode::CREATED, json::text(&answer)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
    Ok(response)
}

/// 400: it is JSON, and not what is asked for here.
pub(super) fn wrong(sentence: impl Into<String>) -> WebError {
    WebError::unreadable("wrong_shape", sentence)
}

/// Refuses members that nobody here would read.
pub(super) fn only_members(object: &Value<'_>, known: &[&str]) -> Result<(), WebError> {
    let members = object
        .members()
        .ok_or_else(|| wrong("The body must be an object."))?;
    let strange = members
        .iter()
        .find(|(name, _)| !known.contains(&name.as_ref()));
    match strange {
        None => Ok(()),
        Some(_) => Err(wrong(format!(
            "There is a member that is not known here; known are {}.",
            known.join(", ")
        ))),
    }
}

fn wanted(options: Option<&Value<'_>>) -> Result<Wanted, WebError> {
    let mut wanted = Wanted {
        form: Form::Proof(proof::SUITES[0]),
        id: None,
        status: Vec::new(),
    };
    let Some(options) = options.filter(|options| **options != Value::Null) else {
        return Ok(wanted);
    };
    only_members(
        options,
        &[
            "cryptosuite",
            "envelope",
            "credentialId",
            "statusPurpose",
            "mandatoryPointers",
        ],
    )?;
    wanted.form = form(options)?;
    wanted.id = match options.get("credentialId").map(Value::as_str) {
        None => None,
        Some(Some(id)) => Some(id.to_owned()),
        Some(None) => return Err(wrong("`credentialId` must be text.")),
    };
    for purpose in options
        .get("statusPurpose")
        .map_or(&[][..], Value::one_or_many)
    {
        let purpose = purpose
            .as_str()
            .and_then(StatusPurpose::of)
            .ok_or_else(|| {
                wrong("`statusPurpose` must be revocation or suspension, or a list of these.")
            })?;
        if wanted.status.contains(&purpose) {
            return Err(wrong("`statusPurpose` names a purpose twice."));
        }
        wanted.status.push(purpose);
    }
    let pointers = options
        .get("mandatoryPointers")
        .map_or(&[][..], Value::one_or_many);
    if !pointers.is_empty() {
        return Err(wrong(
            "`mandatoryPointers` are for suites that are only read here.",
        ));
    }
    Ok(wanted)
}

fn form(options: &Value<'_>) -> Result<Form, WebError> {
    let suite = options.get("cryptosuite").map(Value::as_str);
    let envelope = options.get("envelope").map(Value::as_str);
    match (suite, envelope) {
        (None, None) => Ok(Form::Proof(proof::SUITES[0])),
        (None, Some(Some("vc+jwt" | "application/vc+jwt"))) => Ok(Form::Token),
        (Some(Some(name)), None) if SUITES.contains(&name) => proof::suite(name)
            .map(Form::Proof)
            .ok_or_else(|| wrong("There is no such suite.")),
        (Some(_), Some(_)) => Err(wrong("Ask for a `cryptosuite` or an `envelope`, not both.")),
        (_, Some(_)) => Err(wrong("`envelope` must be vc+jwt.")),
        _ => Err(wrong(format!(
            "`cryptosuite` must be one of {}.",
            SUITES.join(", ")
        ))),
    }
}
