//! The few pictures the pages draw inline. They carry no meaning alone: a word stands beside each.

use std::fmt;

use askama::filters::HtmlSafe;

/// An inline SVG, hidden from screen readers because the words beside it say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Icon(&'static str);

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl HtmlSafe for Icon {}

macro_rules! stroke {
    ($paths:literal) => {
        Icon(concat!(
            r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">"#,
            $paths,
            "</svg>"
        ))
    };
}

/// Skillmark's own mark: a seal with a tick in it.
pub(crate) const MARK: Icon = Icon(
    r#"<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect x="1.5" y="1.5" width="29" height="29" rx="9" fill="currentColor"/><path d="M8 22.5v-3.2M13 22.5v-6.6" fill="none" stroke-width="3" stroke-linecap="round"/><path d="m17.5 17.2 3.4 3.6L25 9.5" fill="none" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>"#,
);
/// A tick: checked and good, a level that was reached.
pub(crate) const TICK: Icon = stroke!(r#"<path d="m5 12.5 4.6 4.6L19 7.4"/>"#);
/// A cross: checked and wrong.
pub(crate) const CROSS: Icon = stroke!(r#"<path d="m6.5 6.5 11 11m0-11-11 11"/>"#);
/// A question mark: could not check.
pub(crate) const UNKNOWN: Icon = stroke!(
    r#"<path d="M8.6 9.2a3.5 3.5 0 1 1 5.2 3c-1.2.7-1.8 1.3-1.8 2.6"/><path d="M12 18.6v.1"/>"#
);
/// A pause sign: suspended for now.
pub(crate) const PAUSE: Icon = stroke!(r#"<path d="M9 6v12M15 6v12"/>"#);
/// A slip of paper: a receipt.
pub(crate) const RECEIPT: Icon =
    stroke!(r#"<path d="M6 3.5h12v17l-3-1.8-3 1.8-3-1.8-3 1.8zM9 8.5h6M9 12.5h6"/>"#);
/// A dash: nothing to check.
pub(crate) const DASH: Icon = stroke!(r#"<path d="M7 12h10"/>"#);
/// A warning triangle: an organisation whose domain is not proven.
pub(crate) const WARN: Icon =
    stroke!(r#"<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4.2M12 17v.1"/>"#);
/// A camera.
pub(crate) const CAMERA: Icon = stroke!(
    r#"<path d="M4 8h3l1.6-2.4h6.8L17 8h3a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1z"/><circle cx="12" cy="13.4" r="3.6"/>"#
);
