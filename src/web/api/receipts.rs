//! `POST /api/v1/receipts`: a receipt as a sheet or as a table.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    response::Response,
};

use crate::web::{
    Site,
    error::WebError,
    problem::Problem,
    receipts::{self, Form},
};

/// Get a receipt as PDF or CSV.
///
/// Send a receipt that this service signed (the member `receipt` of an answer). The PDF is for
/// printing and keeping (PDF/A-3, PDF/UA) and holds the signed receipt, so that it can be checked like
/// the receipt itself; with `Accept: text/csv` it is a table. Receipts are not kept here.
#[utoipa::path(post, path = "/api/v1/receipts", operation_id = "receipt_file", tag = "Checking",
    request_body(content = Object, content_type = "application/json", description = "The receipt, unchanged."),
    responses(
        (status = 200, description = "The file.", content(
            (Vec<u8> = "application/pdf"), (String = "text/csv"), (Object = "application/vc"))),
        (status = 400, description = "Not a receipt as this service signed it.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than is read.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn file(
    State(site): State<Site>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, WebError> {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok()).unwrap_or("");
    let form = match accept {
        accept if accept.contains("text/csv") => Form::Csv,
        accept if accept.contains("application/vc") => Form::Json,
        _ => Form::Pdf,
    };
    receipts::again(&site, &String::from_utf8_lossy(&body), form).await
}
