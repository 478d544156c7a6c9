//! Addresses that want to lead their reader to another site (threat F20).

use axum::{extract::Query, http::Uri};

/// The parameters that programs take for the place to go to next. We follow none of them; one
/// that names another site is refused all the same, so that a link under our name never carries it.
const NEXT: &[&str] = &["next", "return", "return_to", "redirect"];

/// Whether `uri` names another site as the place to go to, in one of those parameters or by a
/// path that a browser would read as a host (`//host`, `/\host`).
#[must_use]
pub(crate) fn leads_elsewhere(uri: &Uri) -> bool {
    let path = uri.path().to_ascii_lowercase();
    let host = ["//", "/\\", "/%5c", "/%2f"];
    if host.iter().any(|start| path.starts_with(start)) {
        return true;
    }
    let Ok(Query(given)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
        return false;
    };
    given
        .iter()
        .any(|(name, value)| NEXT.contains(&name.as_str()) && !is_ours(value))
}

/// Whether `place` is a path of this site: browsers read a backslash as a slash and skip tabs and
/// line ends.
fn is_ours(place: &str) -> bool {
    let odd = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
    let path = place.starts_with('/') && !place.starts_with("//");
    place.is_empty() || path && !place.contains(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f20_only_paths_of_ours_are_places_to_go() {
        for (address, refused) in [
            ("/", false),
            ("/verify?next=", false),
            ("/verify?next=/c/x", false),
            ("/verify?next=%2Fc%2Fx%3Fa=b", false),
            ("/verify?text=https://evil.test", false),
            ("/verify?next=%zz", true),
            ("/verify?next=c/x", true),
            ("/verify?next=javascript:alert(1)", true),
            ("/verify?next=https:evil.test", true),
            ("/verify?a=b&return=%2F%2Fevil.test", true),
            ("/verify?return_to=/%09/evil.test", true),
            ("/verify?redirect=/%5Cevil.test", true),
            ("//evil.test", true),
            ("/%5Cevil.test", true),
            ("/c//x", false),
        ] {
            let uri: Uri = address.parse().expect("an address");
            assert_eq!(leads_elsewhere(&uri), refused, "{address}");
        }
    }
}
