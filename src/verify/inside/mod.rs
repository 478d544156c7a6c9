//! What other files hold: a page or a PDF with a link to a credential, an archive with several
//! files. Found within limits, and never run, rendered or followed.

mod archive;
mod link;
mod pdf;

pub(super) use archive::{is_one as is_archive, open as open_archive};
pub(super) use link::find as links;
pub(super) use pdf::{attached as attached_to_pdf, is_one as is_pdf, links as links_of_pdf};

/// Whether bytes begin like a web page, and not like an SVG picture.
pub(super) fn is_page(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}
