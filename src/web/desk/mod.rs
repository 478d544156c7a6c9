//! The desk: where an organisation's people work. One file per page, with its template beside it.
//!
//! To add a page: write `<name>.rs` with `NAV`, `routes()` and `samples()`, write `<name>.html` that
//! extends `desk/desk.html`, and put its name into [`DESK`] below. A handler takes a [`Signed`], asks a service with
//! `signed.who`, and shows the answer in a [`Desk`]. A form that is refused is shown again with what was typed.

mod achievement_form;
mod alignments;
mod log_words;

use crate::{
    web::{frame::Frame, pages::Page, signed::Signed, text::Text},
    who::{Scope, Who},
};

/// An entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nav {
    /// Where it leads.
    pub(crate) path: &'static str,
    /// What it says.
    pub(crate) label: &'static str,
    /// For whom it is there: whoever may do one of these.
    pub(crate) any: &'static [Scope],
}

macro_rules! desk {
    ($($name:ident,)*) => {
        $(pub(crate) mod $name;)*
        /// Every page.
        pub(crate) const DESK: &[Page] = &[$(Page {
            routes: $name::routes,
            #[cfg(test)]
            samples: $name::samples,
        },)*];
        /// The navigation, in the order of the pages.
        const NAVS: &[Option<Nav>] = &[$($name::NAV,)*];
    };
}

pub(crate) mod passkeys;

desk! {
    today,
    labs,
    station,
    cards,
    offers,
    taking_part,
    review,
    attempts,
    reviewers,
    learners,
    programs,
    roster,
    achievements,
    publish,
    editions,
    maps,
    map_import,
    rubrics,
    pathways,
    awards,
    people,
    account,
    codes,
    keys,
    providers,
    log,
    letters,
    webhooks,
    corrections,
    access,
}

/// What stands around every page of the desk.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    /// The organisation's name.
    pub(crate) organisation: Text,
    /// The name of whoever is signed in.
    pub(crate) name: Text,
    /// Whether they may change to another organisation.
    pub(crate) several: bool,
    /// Whether they have an account to look after from here.
    pub(crate) own: bool,
    /// Why the operator looks in; empty for everybody else.
    pub(crate) helping: Text,
    /// The navigation: path, label, whether this page is there.
    pub(crate) nav: Vec<(&'static str, &'static str, bool)>,
    who: Option<Who>,
}

impl Desk {
    /// Around a page that belongs to `place` in the navigation.
    #[must_use]
    pub(crate) fn new(signed: &Signed, place: &'static str) -> Desk {
        Desk {
            organisation: Text::new(&signed.organisation),
            name: Text::new(&signed.name),
            several: signed.all.len() > 1,
            own: signed.account().is_ok(),
            helping: Text::new(signed.session.reason.as_deref().unwrap_or_default()),
            nav: nav(place, |scope| signed.who.may(scope).is_ok()),
            who: Some(signed.who.clone()),
        }
    }

    /// Whether they may do this; for showing a button or not.
    #[must_use]
    pub(crate) fn may(&self, scope: Scope) -> bool {
        self.who.as_ref().is_none_or(|who| who.may(scope).is_ok())
    }

    /// The head of a page of the desk.
    #[must_use]
    pub(crate) fn frame(title: impl Into<String>) -> Frame {
        Frame::new(title, "For people who work for this organisation.")
    }

    /// For samples: everybody's navigation.
    #[cfg(test)]
    pub(crate) fn sample(place: &'static str) -> Desk {
        Desk {
            organisation: "Harbour Tutoring".into(),
            name: "Ana María Lee".into(),
            several: true,
            own: true,
            helping: "".into(),
            nav: nav(place, |_| true),
            who: None,
        }
    }
}

fn nav(place: &str, may: impl Fn(Scope) -> bool) -> Vec<(&'static str, &'static str, bool)> {
    let entries = NAVS.iter().flatten();
    let entries = entries.filter(|entry| entry.any.iter().any(|scope| may(*scope)));
    entries
        .map(|entry| (entry.path, entry.label, entry.path == place))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_stands_there_once() {
        let mut paths: Vec<&str> = NAVS.iter().flatten().map(|entry| entry.path).collect();
        let all = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), all);
        assert_eq!(nav("/desk", |_| false), []);
    }

    #[test]
    fn nobody_is_led_to_what_they_may_not_open() {
        use crate::who::Role;
        let leads = |role: Role, path: &str| {
            let all = nav("/desk", |scope| role.may(scope));
            all.iter().any(|(there, ..)| *there == path)
        };
        for path in ["/desk/labs", "/desk/learners", "/desk/review"] {
            for role in Role::ALL {
                let works = !matches!(role, Role::Auditor | Role::Teacher);
                assert_eq!(leads(role, path), works, "{role} {path}");
            }
        }
        assert!(leads(Role::Auditor, "/desk/log") && leads(Role::Teacher, "/desk/maps"));
    }
}
