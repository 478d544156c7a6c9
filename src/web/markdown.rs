//! A narrow Markdown for criteria and narratives that strangers wrote.
//!
//! Paragraphs, emphasis, lists, quotes, code and links to `https:` and `mailto:` remain. HTML is
//! shown as text, an image becomes its description, and a link to anything else becomes its words.

use std::fmt;

use askama::filters::HtmlSafe;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use crate::web::text::clean;

/// HTML that this module made, and that a template may print as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Html(String);

impl Html {
    /// Whether there is nothing to show.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// How many characters of Markdown are rendered.
const SHOWN: usize = 20_000;

/// `markdown` as safe HTML.
#[must_use]
pub(crate) fn render(markdown: &str) -> Html {
    let text = clean(markdown, SHOWN);
    let mut links = Vec::new();
    let events =
        Parser::new_ext(&text, Options::empty()).filter_map(|event| narrow(event, &mut links));
    let mut out = String::with_capacity(text.len() + 64);
    html::push_html(&mut out, events);
    Html(out)
}

/// What remains of one event. `links` remembers, for each open link, whether it is kept.
fn narrow<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Option<Event<'a>> {
    match event {
        Event::Start(Tag::Link { dest_url, .. }) => {
            let keep = is_safe(&dest_url);
            links.push(keep);
            let tag = format!(
                "<a href=\"{}\" rel=\"nofollow noreferrer noopener\">",
                escape(&dest_url)
            );
            keep.then(|| Event::InlineHtml(tag.into()))
        }
        Event::End(TagEnd::Link) => links
            .pop()
            .unwrap_or(false)
            .then(|| Event::InlineHtml("</a>".into())),
        // An image is a request to somebody else's server: only its description is kept.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        // The page owns its outline: a heading inside a narrative is a strong paragraph.
        Event::Start(Tag::Heading { .. }) => Some(Event::InlineHtml("<p><strong>".into())),
        Event::End(TagEnd::Heading(_)) => Some(Event::InlineHtml("</strong></p>\n".into())),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Html(raw) | Event::InlineHtml(raw) => Some(Event::Text(raw)),
        other => Some(other),
    }
}

/// Only links that a reader can see the use of, and that run nothing.
#[must_use]
pub(crate) fn is_safe(url: &str) -> bool {
    let url = url.trim().to_ascii_lowercase();
    (url.starts_with("https://") && url.len() > 8 || url.starts_with("mailto:"))
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f13_a_narrative_cannot_run_or_fetch_anything() {
        for (markdown, shown) in [
            ("[x](javascript:alert(1))", "<p>x</p>\n"),
            (
                "[x](https://a.example/?q=\"&b)",
                "<p><a href=\"https://a.example/?q=&quot;&amp;b\" rel=\"nofollow noreferrer noopener\">x</a></p>\n",
            ),
            ("[x](<https://a.example/\" onload=\"x>)", "<p>x</p>\n"),
            ("![cat](https://evil.test/p.gif)", "<p>cat</p>\n"),
            (
                "[![cat](https://evil.test/p.gif)](data:text/html,x)",
                "<p>cat</p>\n",
            ),
            (
                "<iframe src=//evil.test></iframe>",
                "<p>&lt;iframe src=//evil.test&gt;&lt;/iframe&gt;</p>\n",
            ),
            (
                "a <img src=x onerror=alert(1)> b",
                "<p>a &lt;img src=x onerror=alert(1)&gt; b</p>\n",
            ),
            (
                "<https://a.example>",
                "<p><a href=\"https://a.example\" rel=\"nofollow noreferrer noopener\">https://a.example</a></p>\n",
            ),
            ("[x][1]\n\n[1]: vbscript:x", "<p>x</p>\n"),
            (
                "# Big\n\n* **one**\n* two",
                "<p><strong>Big</strong></p>\n<ul>\n<li><strong>one</strong></li>\n<li>two</li>\n</ul>\n",
            ),
        ] {
            assert_eq!(render(markdown).to_string(), shown, "{markdown}");
        }
    }
}
