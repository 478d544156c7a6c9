//! The OpenAPI document, held against what is really answered: every answer that a test gets is
//! looked up in it.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request},
};
use serde_json::Value;
use tokio::sync::OnceCell;
use tower::ServiceExt as _;

/// The document that a router shows.
pub(crate) async fn document(router: &Router) -> &'static Value {
    static DOCUMENT: OnceCell<Value> = OnceCell::const_new();
    DOCUMENT
        .get_or_init(async || {
            let request = Request::get("/api/openapi.json").body(Body::empty());
            let answer = router.clone().oneshot(request.expect("a request")).await;
            let body = axum::body::to_bytes(answer.expect("an answer").into_body(), usize::MAX);
            serde_json::from_slice(&body.await.expect("a body")).expect("JSON")
        })
        .await
}

/// The template of the documented path that this one is, and what may be done there.
pub(crate) fn find<'d>(document: &'d Value, path: &str) -> Option<(&'d str, &'d Value)> {
    let path = path.split('?').next().unwrap_or_default();
    let paths = document["paths"].as_object().expect("paths");
    // A path without parameters goes before one that has them.
    let mut found: Vec<_> = paths
        .iter()
        .filter(|(template, _)| fits(template, path))
        .collect();
    found.sort_by_key(|(template, _)| template.matches('{').count());
    found
        .first()
        .map(|(template, item)| (template.as_str(), *item))
}

/// Whether a path is one of a template such as `/c/{id}.{form}`.
fn fits(template: &str, path: &str) -> bool {
    let (mine, theirs): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    mine.len() == theirs.len()
        && mine
            .iter()
            .zip(theirs)
            .all(|(mine, theirs)| match mine.split_once('{') {
                None => *mine == theirs,
                Some((before, rest)) => {
                    let after = rest.split_once('}').map_or("", |(_, after)| after);
                    let dotted = after.starts_with('.');
                    theirs.starts_with(before)
                        && !theirs.is_empty()
                        && (!dotted || theirs.contains('.'))
                }
            })
}

/// Why the document does not tell of an answer; `None` if it does, or if it is of no endpoint.
pub(crate) fn untold(
    document: &Value,
    method: &str,
    path: &str,
    status: u16,
    headers: &HeaderMap,
) -> Option<String> {
    let (template, item) = find(document, path)?;
    let operation = item.get(method.to_lowercase())?;
    let name = format!("{method} {template} {status}");
    let mut told = &operation["responses"][status.to_string()];
    if let Some(reference) = told["$ref"].as_str() {
        told = document
            .pointer(reference.trim_start_matches('#'))
            .expect("what is referred to");
    }
    if told.is_null() {
        return Some(format!("{name} is not declared"));
    }
    if !told["description"]
        .as_str()
        .is_some_and(|text| text.ends_with('.'))
    {
        return Some(format!("{name} is not described"));
    }
    let kind = headers
        .get("content-type")
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let declared: Vec<&str> = told["content"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(kind, _)| kind.as_str())
        .collect();
    if status >= 400 {
        // People who ask for a page are told on a page.
        let page = kind.starts_with("text/html");
        return (!declared.contains(&"application/problem+json")
            || !(page || kind == "application/problem+json"))
            .then(|| format!("{name} is declared as {declared:?} and is {kind:?}"));
    }
    let fits = matches!(status, 204 | 304) || declared.contains(&kind);
    (!fits).then(|| format!("{name} is declared as {declared:?} and is {kind:?}"))
}
