//! What every page has around it: a title, a summary, and a card for link previews.

/// The words of a page's `<head>`, and where in the site it stands.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The page's own title; the site's name is added after it.
    pub(crate) title: String,
    /// One sentence for search engines; never about a person.
    pub(crate) summary: &'static str,
    /// The path in the main navigation that this page belongs to.
    pub(crate) place: &'static str,
}

impl Frame {
    /// A frame for a page that stands nowhere in the main navigation.
    #[must_use]
    pub(crate) fn new(title: impl Into<String>, summary: &'static str) -> Frame {
        Frame {
            title: title.into(),
            summary,
            place: "",
        }
    }

    /// The same frame, marked as `place` in the main navigation.
    #[must_use]
    pub(crate) fn within(self, place: &'static str) -> Frame {
        Frame { place, ..self }
    }

    /// Whether `path` is the page's place in the main navigation.
    #[must_use]
    pub(crate) fn at(&self, path: &str) -> bool {
        self.place == path
    }

    /// The title a link preview shows: always the same, whatever the page is about.
    #[must_use]
    pub(crate) fn card_title(&self) -> &'static str {
        "Skillmark"
    }

    /// The text a link preview shows: always the same, so that a preview tells nothing of anyone.
    #[must_use]
    pub(crate) fn card_text(&self) -> &'static str {
        "Proof of what someone can do, that anyone can check."
    }
}
