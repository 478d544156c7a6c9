//! `/api/v1/attempts/{id}/evidence`: what was handed in, to be listed, saved and taken away.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Serialize;

use crate::{
    db::EvidenceKind,
    ids::{EvidenceId, hex},
    program::{
        By,
        evidence::{self, Piece},
        review,
    },
    web::{
        Site,
        api::{attempts::attempt_id, refused::NoKey},
        error::WebError,
        key::Keyed,
        me::attempt::attachment,
        problem::Problem,
    },
    who::{Scope, Who},
};

/// A piece of evidence of an attempt.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PieceView {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// `link`, `note` or `file`.
    #[schema(example = "file")]
    kind: &'static str,
    /// Its name, as the learner gave it; never signed.
    #[schema(example = "My memo")]
    name: String,
    /// The link, or the note; left out for a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// What kind of file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "image/jpeg")]
    media_type: Option<String>,
    /// How many bytes the file has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 48_213)]
    bytes: Option<i64>,
    /// The SHA-256 of the file, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: Option<String>,
    /// In which round it was added.
    #[schema(example = 1)]
    round: i64,
    /// When it was added.
    #[schema(example = "2026-03-01T12:00:00Z")]
    added_at: String,
}

impl From<Piece> for PieceView {
    fn from(piece: Piece) -> PieceView {
        let is_file = piece.kind == EvidenceKind::File;
        PieceView {
            id: piece.id.to_string(),
            kind: piece.kind.as_str(),
            name: piece.name,
            text: Some(piece.text).filter(|_| !is_file),
            media_type: piece.media_type,
            bytes: Some(piece.bytes).filter(|_| is_file),
            sha256: piece.sha256.as_deref().map(hex),
            round: piece.round,
            added_at: piece.added_at.to_string(),
        }
    }
}

/// The evidence of an attempt.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Pieces {
    /// In the order in which it was added.
    evidence: Vec<PieceView>,
}

/// List the evidence of an attempt.
#[utoipa::path(get, path = "/api/v1/attempts/{id}/evidence", operation_id = "list_attempt_evidence", tag = "Labs and attempts",
    params(("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "What was added.", body = Pieces),
        (status = 403, description = "The key may not look at learners.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attempt in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<Pieces>, WebError> {
    let pieces = all(&site, &who, &id).await?;
    let evidence = pieces.into_iter().map(PieceView::from).collect();
    Ok(Json(Pieces { evidence }))
}

/// Save a file that was handed in.
///
/// It is what was taken of the file that arrived: without what is not seen in it.
#[utoipa::path(get, path = "/api/v1/attempts/{id}/evidence/{piece}", operation_id = "save_file", tag = "Labs and attempts",
    params(
        ("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag"),
        ("piece" = String, Path, description = "The piece of evidence.", example = "AAAAAAAAAAAAAAAAAAAAAA")
    ),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The file.", content(
            (String = "image/jpeg"), (String = "image/png"), (String = "application/pdf"), (String = "text/plain; charset=utf-8")
        )),
        (status = 403, description = "The key may not look at learners.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such file with such an attempt in your organisation, or its learner was erased.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn save(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path((id, piece)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let pieces = all(&site, &who, &id).await?;
    let piece = piece_id(&piece, "file")?;
    if !pieces.iter().any(|one| one.id == piece) {
        return Err(WebError::no_such("file"));
    }
    let (kind, bytes) = evidence::file(site.app(), &By::Staff(who), &piece).await?;
    Ok(attachment(&kind, bytes))
}

/// Take a piece of evidence away again, of the round that is under way.
#[utoipa::path(delete, path = "/api/v1/attempts/{id}/evidence/{piece}", operation_id = "remove_evidence", tag = "Labs and attempts",
    params(
        ("id" = String, Path, description = "The attempt.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag"),
        ("piece" = String, Path, description = "The piece of evidence.", example = "AAAAAAAAAAAAAAAAAAAAAA")
    ),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "It is gone, and its file is deleted within the hour."),
        (status = 403, description = "The key may not propose.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such piece with such an attempt in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is handed in, or a reviewer has read it.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn remove(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path((id, piece)): Path<(String, String)>,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Propose)?;
    let (attempt, piece) = (attempt_id(&id)?, piece_id(&piece, "piece of evidence")?);
    evidence::remove(site.app(), &By::Staff(who), &attempt, &piece).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn all(site: &Site, who: &Who, id: &str) -> Result<Vec<Piece>, WebError> {
    who.may(Scope::Read)?;
    let view = review::view(site.app(), who, &attempt_id(id)?).await?;
    Ok(view.evidence)
}

fn piece_id(text: &str, what: &str) -> Result<EvidenceId, WebError> {
    text.parse().map_err(|_| WebError::no_such(what))
}
