//! The pages: one file each, with its template beside it.
//!
//! To add a page: write `<name>.rs` with `routes()` and `samples()`, write `<name>.html`, and put
//! its name into [`PAGES`] below. askama checks the template when it is compiled, and a test
//! renders every sample.

use axum::Router;

use crate::web::Site;

/// A page: its routes, and what a test renders it with.
pub(crate) struct Page {
    /// The routes it answers, with their handlers.
    pub(crate) routes: fn() -> Router<Site>,
    /// The page in each state worth looking at: a name and the HTML.
    #[cfg(test)]
    pub(crate) samples: fn() -> Vec<(&'static str, String)>,
}

macro_rules! pages {
    ($($name:ident,)*) => {
        $(pub(crate) mod $name;)*
        /// Every page.
        pub(crate) const PAGES: &[Page] = &[$(Page {
            routes: $name::routes,
            #[cfg(test)]
            samples: $name::samples,
        },)*];
    };
}

pages! {
    home,
    privacy,
    verify,
    many,
    credential,
    portfolio,
    guardian,
    evidence,
    employer,
    issuer,
    map,
    rubric,
    docs,
    sign_in,
    sign_code,
    forgot,
    organisation,
    invitation,
    error,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_rendered_with_its_samples() {
        for page in PAGES
            .iter()
            .chain(crate::web::desk::DESK)
            .chain(crate::web::me::ME)
        {
            let samples = (page.samples)();
            assert!(!samples.is_empty());
            for (name, html) in samples {
                assert_eq!(html.matches("<h1").count(), 1, "{name}: one main heading");
                for needed in [
                    "<html lang=\"en\">",
                    "<main id=\"main\"",
                    "class=\"skip\"",
                    "name=\"viewport\"",
                ] {
                    assert!(html.contains(needed), "{name}: {needed}");
                }
                for banned in [
                    " style=",
                    "<style",
                    " onclick=",
                    "<script>",
                    "{{",
                    "{%",
                    "=\"http",
                ] {
                    // Where one is led, or what one may type: nothing is fetched for these.
                    let harmless = [" href", " value", " placeholder"];
                    let found = html
                        .match_indices(banned)
                        .any(|(at, _)| !harmless.iter().any(|name| html[..at].ends_with(name)));
                    assert!(!found, "{name}: {banned}");
                }
            }
        }
    }
}
