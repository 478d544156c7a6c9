//! Who may use the VC-API, and for which organisation.

use axum::{
    extract::FromRequestParts,
    http::{Method, StatusCode, header, request::Parts},
};

use crate::{
    config::{Origin, VcApi},
    web::{Site, error::WebError, key::Keyed},
    who::Who,
};

/// Whoever uses the face. Taking it as an argument closes the gate to everybody else.
///
/// A page in somebody's browser must not get in: what is posted says that it is JSON, which a page
/// of another site may not say unasked, and an open face answers only to a name of this machine, so
/// that a name pointed here by its owner does not count as the same site.
pub(crate) struct Asking(Option<Who>);

impl Asking {
    /// Who asks, speaking for an organisation.
    ///
    /// # Errors
    /// 409 if there is none, or several and nobody chose.
    pub(crate) async fn who(self, site: &Site) -> Result<Who, WebError> {
        match self.0 {
            Some(who) => Ok(who),
            None => only(site).await,
        }
    }
}

impl FromRequestParts<Site> for Asking {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Asking, WebError> {
        let open = match site.config().vc_api {
            Some(VcApi::Open) => true,
            Some(VcApi::Keys) => false,
            None => return Err(WebError::not_found()),
        };
        if parts.method == Method::POST && !is_json(parts) {
            return Err(WebError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "wrong_type",
                "Send JSON, and say so: Content-Type: application/json.",
            ));
        }
        if open && !names_this_machine(parts) {
            return Err(WebError::new(
                StatusCode::FORBIDDEN,
                "not_allowed",
                "Without API keys the VC-API answers only on this machine, under its own name.",
            ));
        }
        // A key that is shown counts, even where none is asked for.
        if open && !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(Asking(None));
        }
        let Keyed(who) = Keyed::from_request_parts(parts, site).await?;
        Ok(Asking(Some(who)))
    }
}

fn is_json(parts: &Parts) -> bool {
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    ["application/json", "application/ld+json"]
        .iter()
        .any(|json| kind.eq_ignore_ascii_case(json))
}

/// Whether `Host` is a name that only this machine has, and nobody passes on what others ask.
fn names_this_machine(parts: &Parts) -> bool {
    if ["forwarded", "x-forwarded-for"]
        .iter()
        .any(|name| parts.headers.contains_key(*name))
    {
        return false;
    }
    let host = parts.headers.get(header::HOST);
    host.and_then(|host| host.to_str().ok())
        .and_then(|host| format!("http://{host}").parse::<Origin>().ok())
        .is_some_and(|origin| origin.is_loopback())
}

/// The organisation chosen on the command line, or the only one.
async fn only(site: &Site) -> Result<Who, WebError> {
    let conflict = |sentence: &str| WebError::new(StatusCode::CONFLICT, "conflict", sentence);
    let mut all = site.app().db.issuers().await?;
    if let Some(chosen) = &site.config().vc_api_organisation {
        all.retain(|row| row.issuer_id == *chosen);
    }
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(Who::vc_api(only.issuer_id)),
        (Some(_), false) => Err(conflict(
            "There are several organisations: say which with --vc-api-organisation, or show an API key.",
        )),
        (None, _) => Err(conflict("There is no such organisation to sign as.")),
    }
}
