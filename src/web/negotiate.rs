//! Which form of a thing the asker wants, from the `Accept` header.

use axum::http::{HeaderMap, header};

/// Whether JSON (of any kind) is wanted before HTML. Without an `Accept` header: no.
#[must_use]
pub(crate) fn prefers_json(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let json = best(accept, |kind| {
        kind.starts_with("application/") && kind.contains("json") || kind == "application/vc"
    });
    let html = best(accept, |kind| {
        kind == "text/html" || kind == "application/xhtml+xml"
    });
    json > html
}

/// Under which name a signed credential is sent to whom: `application/vc` (VCDM 2.0 §6.2), unless only
/// older names are asked for.
#[must_use]
pub(crate) fn credential_type(headers: &HeaderMap) -> &'static str {
    const NAMES: [&str; 4] = [
        "application/vc",
        "application/vc+ld+json",
        "application/ld+json",
        "application/json",
    ];
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("*/*");
    let weight = |name: &str| best(accept, |kind| kind == name);
    let any = best(accept, |kind| kind == "*/*" || kind == "application/*");
    let wanted = NAMES.into_iter().find(|name| weight(name) > 0);
    match wanted {
        Some(name) if weight(name) > any || any == 0 => name,
        _ => NAMES[0],
    }
}

/// The highest weight given to a kind that `fits`, in thousandths.
fn best(accept: &str, fits: impl Fn(&str) -> bool) -> u32 {
    accept
        .split(',')
        .take(32)
        .filter_map(|part| {
            let mut pieces = part
                .split(';')
                .map(|piece| piece.trim().to_ascii_lowercase());
            let kind = pieces.next()?;
            let weight = pieces
                .find_map(|p| p.strip_prefix("q=")?.parse::<f64>().ok())
                .unwrap_or(1.0);
            fits(&kind).then_some((weight.clamp(0.0, 1.0) * 1000.0) as u32)
        })
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_has_an_older_name_for_those_who_know_no_other() {
        for (accept, expected) in [
            ("*/*", "application/vc"),
            (
                "text/html,application/xhtml+xml,*/*;q=0.8",
                "application/vc",
            ),
            ("application/vc, application/json", "application/vc"),
            (
                "application/ld+json, application/json",
                "application/ld+json",
            ),
            ("application/json", "application/json"),
            ("application/json;q=0.5, */*", "application/vc"),
            ("text/plain", "application/vc"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().expect("a header"));
            assert_eq!(credential_type(&headers), expected, "{accept}");
        }
        assert_eq!(credential_type(&HeaderMap::new()), "application/vc");
    }

    #[test]
    fn k6_the_accept_header_decides() {
        for (accept, json) in [
            ("", false),
            ("*/*", false),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                false,
            ),
            ("application/json", true),
            ("application/ld+json, text/html;q=0.5", true),
            ("text/html, application/json;q=0.9", false),
            ("application/vc+ld+json", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().expect("a header"));
            assert_eq!(prefers_json(&headers), json, "{accept}");
        }
    }
}
