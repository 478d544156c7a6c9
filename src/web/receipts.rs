//! Receipts on their way out: the vocabulary, the keys, and the files that people take along.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    json, paper,
    receipt::{self, Signed},
    verify::{
        Answered,
        receipt::{CONTEXT, CONTEXT_PATH},
    },
    web::{
        Site,
        answer::{Document, IMMUTABLE, NEVER, SHORT},
        error::WebError,
        problem::Problem,
    },
};

/// The routes that are files only.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route(CONTEXT_PATH, get(context))
}

/// The vocabulary of receipts, which never changes.
async fn context(headers: HeaderMap) -> Response {
    Document::new("application/ld+json", CONTEXT)
        .cached(IMMUTABLE)
        .open()
        .answer(&headers)
}

/// Read the service's keys for receipts.
///
/// The DID document under which this service signs verification receipts: every key that ever did.
/// Retired keys stay, so that what they signed can be checked; revoked ones are marked. Its `service`
/// says that these keys are for receipts only: a credential signed with one is refused.
#[utoipa::path(get, path = "/receipts/did.json", operation_id = "receipt_keys", tag = "Public documents",
    responses(
        (status = 200, description = "The DID document.", body = Object, content_type = "application/did+json"),
        (status = 304, description = "You have it already."),
        (status = 404, description = "This service's address can be no did:web.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn keys(
    State(site): State<Site>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let origin = &site.config().public_url;
    let did = receipt::did(origin).map_err(|_| WebError::not_found())?;
    let keys = receipt::list(site.app()).await?;
    let document = receipt::document(origin, did.as_str(), &keys);
    Ok(Document::new("application/did+json", json::text(&document))
        .cached(SHORT)
        .open()
        .answer(&headers))
}

/// The receipt over these answers.
///
/// # Errors
/// 503 if none can be signed just now; the answers stand.
pub(crate) async fn sign(site: &Site, answers: &[Answered]) -> Result<Signed, WebError> {
    Ok(receipt::sign(site.app(), answers, site.now()).await?)
}

impl From<receipt::Error> for WebError {
    fn from(error: receipt::Error) -> WebError {
        match error {
            receipt::Error::Store(error) => error.into(),
            receipt::Error::Custody(cause) => {
                tracing::error!(%cause, "no receipt was signed");
                WebError::later(
                    60,
                    "signing_unavailable",
                    "No receipt can be signed at the moment. Ask without one, or try again later.",
                )
            }
            cause => WebError::internal(&cause),
        }
    }
}

/// A receipt as a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it was signed.
    Json,
    /// As a table.
    Csv,
    /// As a sheet to print and keep, with the JSON inside.
    Pdf,
}

impl Form {
    /// The media type, and the end of the file's name.
    fn kind(self) -> (&'static str, &'static str) {
        match self {
            Form::Json => ("application/vc", "json"),
            Form::Csv => ("text/csv", "csv"),
            Form::Pdf => ("application/pdf", "pdf"),
        }
    }

    /// The file, to be kept: `verification-receipt-2026-03-01.json`.
    ///
    /// # Errors
    /// If it could not be drawn.
    pub(crate) async fn file(self, site: &Site, signed: Signed) -> Result<Response, WebError> {
        let (kind, end) = self.kind();
        let bytes = match self {
            Form::Json => signed.text().into_bytes(),
            Form::Csv => receipt::csv(&signed.receipt),
            Form::Pdf => {
                let (signed, verify_at) = (signed.clone(), site.link("/verify"));
                let draw = move || paper::receipt(&signed.receipt, &signed.text(), &verify_at);
                let drawn = site.heavy(draw).await?;
                drawn.map_err(|cause| WebError::internal(&cause))?
            }
        };
        let day = signed.receipt.made_at.strftime("%Y-%m-%d");
        let name = format!("attachment; filename=\"verification-receipt-{day}.{end}\"");
        let mut response = bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
        if let Ok(name) = HeaderValue::from_str(&name) {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        Ok(response)
    }
}

/// A receipt of ours that somebody sent back, as a file in another form. It was never kept here: that
/// it is ours is told by its signature.
///
/// # Errors
/// 400 for anything but an unchanged receipt of this service.
pub(crate) async fn again(site: &Site, text: &str, form: Form) -> Result<Response, WebError> {
    let signed = receipt::own(site.app(), text, site.now()).await?;
    let signed = signed.ok_or_else(|| {
        WebError::unreadable(
            "not_our_receipt",
            "This is not a receipt as this service signed it. Check it on the page for checking to see what it is.",
        )
    })?;
    form.file(site, signed).await
}
