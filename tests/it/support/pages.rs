//! Which pages there are at the desk and for learners: read out of the routes in the source.

use std::collections::BTreeSet;

use crate::desk::matrix::routes_in;

/// What answers with no page: pictures, files, and figures for a page that is open.
const NO_PAGES: &[&str] = &[
    "/desk/achievements/{id}/picture.png",
    "/desk/labs/{id}/qr.svg",
    "/desk/awards/{id}/events",
    "/desk/files/{id}",
    "/me/files/{id}",
];

/// The pages there are.
pub(crate) fn pages() -> BTreeSet<String> {
    let all = routes_in("src/web/desk").into_iter();
    let all = all.chain(routes_in("src/web/me"));
    all.filter_map(|route| route.strip_prefix("GET ").map(str::to_owned))
        .filter(|path| !NO_PAGES.contains(&path.as_str()))
        .collect()
}

/// Which page a path is; one that is named whole goes before one with a parameter.
pub(crate) fn template<'p>(pages: &'p BTreeSet<String>, path: &str) -> Option<&'p str> {
    let fits = |page: &&String| {
        let (mut left, mut right) = (page.split('/'), path.split('/'));
        loop {
            match (left.next(), right.next()) {
                (None, None) => return true,
                (Some(one), Some(other)) if one == other || one.starts_with('{') => {}
                _ => return false,
            }
        }
    };
    let found = pages
        .iter()
        .filter(fits)
        .min_by_key(|page| page.matches('{').count());
    found.map(String::as_str)
}

#[test]
fn a_path_is_told_from_its_neighbours() {
    let pages = pages();
    assert!(pages.len() > 35, "{pages:#?}");
    for (path, page) in [
        ("/desk", "/desk"),
        ("/desk/achievements/new", "/desk/achievements/new"),
        ("/desk/achievements/Zr4X", "/desk/achievements/{id}"),
        ("/me/labs/Zr4X", "/me/labs/{id}"),
    ] {
        assert_eq!(template(&pages, path), Some(page));
    }
    assert_eq!(template(&pages, "/desk/nowhere/at/all"), None);
}
