//! The public files behind links: credentials in every form, their pictures and QR codes, status
//! lists. They are the bytes that were signed, readable by scripts of every site.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};

use crate::{
    bake::qr::Qr,
    ids::StatusListId,
    issue::{self, picture},
    web::{
        Site,
        answer::{DAY, Document, IMMUTABLE, NEVER, SHORT},
        error::WebError,
        negotiate,
        problem::Problem,
        stored::Stored,
    },
};

/// Pixels for each module of a QR code as PNG.
const QR_SCALE: usize = 10;

/// The routes that are files only.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/c/{id}/{part}", get(part))
}

/// `/c/{id}.json`, `.jwt`, `.png`, `.svg`: one signed credential in the form its suffix names.
///
/// # Errors
/// 404 for an unknown credential or suffix.
pub(crate) async fn form(
    site: &Site,
    id: &str,
    suffix: &str,
    headers: &HeaderMap,
) -> Result<Response, WebError> {
    if !["json", "jwt", "png", "svg"].contains(&suffix) {
        return Err(WebError::not_found());
    }
    if let "json" | "jwt" = suffix {
        let document = signed(site, id, suffix).await?;
        return Ok(document.cached(IMMUTABLE).open().answer(headers));
    }
    let stored = Stored::find(site, id).await?;
    let document = match suffix {
        "svg" => Document::new("image/svg+xml", baked(site, stored, false).await?)
            .named("credential.svg")
            .cached(DAY),
        _ => Document::new("image/png", baked(site, stored, true).await?)
            .named("credential.png")
            .cached(DAY),
    };
    Ok(document.open().answer(headers))
}

/// The signed bytes, from memory if they were read lately.
async fn signed(site: &Site, id: &str, suffix: &str) -> Result<Document, WebError> {
    let named = |body: Bytes| match suffix {
        "json" => Document::new("application/vc+ld+json", body).named("credential.json"),
        _ => Document::new("application/vc+jwt", body).named("credential.jwt"),
    };
    let now = site.now();
    let key = format!("/c/{id}.{suffix}");
    let moment = site.memory().moment(now);
    if let Some(known) = moment.and_then(|moment| site.memory().recall(moment, &key, now)) {
        return Ok(named(known));
    }
    let stored = Stored::find(site, id).await?;
    let body = match suffix {
        "json" => stored.document,
        _ => issue::token(&stored.row)?.ok_or_else(WebError::not_found)?,
    };
    let body = Bytes::from(body);
    if let Some(moment) = moment {
        site.memory().keep(moment, key, body.clone(), now, None);
    }
    Ok(named(body))
}

/// Read a credential in one of its forms.
///
/// The signed credential, byte for byte: `json`, `jwt`, or inside a picture: `png`, `svg`. The
/// credential never changes; the drawing around it may. Without a suffix the address is the page
/// for people, which tells the status.
#[utoipa::path(get, path = "/c/{id}.{form}", operation_id = "credential_file", tag = "Public documents",
    params(
        ("id" = String, Path, description = "The credential's id: 22 characters."),
        ("form" = String, Path, description = "json, jwt, png or svg.")
    ),
    responses(
        (status = 200, description = "The credential.", content(
            (Object = "application/vc+ld+json"), (String = "application/vc+jwt"),
            (Vec<u8> = "image/png"), (String = "image/svg+xml"))),
        (status = 304, description = "You have it already."),
        (status = 404, description = "No such credential or form.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "What is stored is damaged.", body = Problem, content_type = "application/problem+json")
    ))]
#[expect(
    dead_code,
    reason = "it describes what the page's route answers for a suffix"
)]
fn described() {}

/// The badge's picture with the credential inside.
async fn baked(site: &Site, stored: Stored, png: bool) -> Result<Vec<u8>, WebError> {
    let own = picture::own(site.app(), &stored.document).await?;
    let bake = if png { picture::png } else { picture::svg };
    let made = site.heavy(move || bake(&stored.document, own.as_deref()));
    made.await?.map_err(|cause| WebError::internal(&cause))
}

/// `/c/{id}/qr.svg`, `/c/{id}/qr.png`, `/c/{id}/picture.svg`.
async fn part(
    State(site): State<Site>,
    Path((id, part)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let stored = match part.as_str() {
        "qr.svg" | "qr.png" | "picture.svg" => Stored::find(&site, &id).await?,
        _ => return Err(WebError::not_found()),
    };
    let document = match part.as_str() {
        "picture.svg" => {
            let own = picture::own(site.app(), &stored.document).await?;
            let svg = picture::drawing(&stored.document, own.as_deref());
            let svg = svg.map_err(|cause| WebError::internal(&cause))?;
            Document::new("image/svg+xml", svg)
        }
        file => qr(
            &site.link(&format!("/c/{}", stored.row.promise.credential_id)),
            file,
        )?,
    };
    Ok(document.cached(DAY).open().answer(&headers))
}

/// A QR code that leads to `link`, as `qr.svg` or `qr.png`.
///
/// # Errors
/// 404 for any other file name.
pub(crate) fn qr(link: &str, file: &str) -> Result<Document, WebError> {
    let code = Qr::of(link).map_err(|cause| WebError::internal(&cause))?;
    match file {
        "qr.svg" => Ok(Document::new("image/svg+xml", code.svg()).cached(NEVER)),
        "qr.png" => Ok(Document::new("image/png", code.png(QR_SCALE)).cached(NEVER)),
        _ => Err(WebError::not_found()),
    }
}

/// Read a status list.
///
/// The signed Bitstring Status List as last published: it follows a change within a minute. One list
/// holds the bits of very many credentials, so reading it tells nobody which one is looked at.
#[utoipa::path(get, path = "/status/{list}", operation_id = "status_list", tag = "Public documents",
    params(("list" = String, Path, description = "The end of the list's address: 22 characters.")),
    responses(
        (status = 200, description = "The list, as a signed credential.", content(
            (Object = "application/vc"), (Object = "application/vc+ld+json"),
            (Object = "application/ld+json"), (Object = "application/json"))),
        (status = 304, description = "You have it already."),
        (status = 404, description = "No such list.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn status_list(
    State(site): State<Site>,
    Path(list): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let list: StatusListId = list.parse().map_err(|_| WebError::not_found())?;
    let row = site
        .app()
        .db
        .status_document(&list)
        .await?
        .ok_or_else(WebError::not_found)?;
    let kind = negotiate::credential_type(&headers);
    Ok(Document::new(kind, row.document)
        .cached(SHORT)
        .open()
        .varied()
        .answer(&headers))
}
