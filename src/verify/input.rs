//! Bytes from a scan, a paste, a file or a link: what are they?

use crate::{
    bake::{self, qr},
    json::{self, ParseError, ParseErrorKind},
    proof::jwt,
};

use super::{inside, receipt, report::Unreadable};

/// What was given to be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A JSON document, as text.
    Json(String),
    /// A compact JWT.
    Token(String),
    /// A link to a credential, a bare id, or a `urn:uuid:`.
    Link(String),
    /// What an Open Badges 2.0 picture holds: an address, JSON, or a compact JWT.
    Baked2(String),
    /// Something known that is not read yet; the text names it.
    NotYet(&'static str),
}

/// Why nothing can be verified, in a plain sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What sort of fault it is.
    pub kind: Unreadable,
    /// It, in one plain sentence.
    pub sentence: String,
}

impl Refused {
    fn new(kind: Unreadable, sentence: impl Into<String>) -> Refused {
        Refused {
            kind,
            sentence: sentence.into(),
        }
    }
}

/// Tells what `bytes` are: JSON, a compact JWT, a PNG or SVG with a credential inside, a picture of
/// a QR code, or a link.
///
/// # Errors
/// If they are none of these, damaged, or over a limit ([`json::MAX_BYTES`] for a document,
/// [`bake::MAX_FILE_BYTES`] for a picture).
pub fn read(bytes: &[u8]) -> Result<Input, Refused> {
    if bytes.starts_with(&[0xFF, 0xD8]) {
        return from_qr(bytes);
    }
    if inside::is_archive(bytes) {
        return Err(Refused::new(
            Unreadable::Malformed,
            "This is a ZIP archive with several files: check them together, or one by one.",
        ));
    }
    if inside::is_pdf(bytes) {
        within_upload(bytes)?;
        return match from_attached(bytes)? {
            Some(receipt) => Ok(receipt),
            None => from_links(inside::links_of_pdf(bytes, 2), "PDF"),
        };
    }
    if inside::is_page(bytes) {
        within_upload(bytes)?;
        return from_links(inside::links(bytes, 2), "page");
    }
    // SVG is text too: only what looks like markup is taken for a picture.
    if bake::baker(bytes).is_some() {
        return from_picture(bytes);
    }
    if bytes.len() > jwt::MAX_BYTES {
        return Err(too_large(bytes.len()));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => from_text(text.trim_start_matches('\u{feff}').trim()),
        Err(_) => Err(Refused::new(
            Unreadable::Malformed,
            "This is not text, and not a PNG, JPEG or SVG picture.",
        )),
    }
}

fn within_upload(bytes: &[u8]) -> Result<(), Refused> {
    if bytes.len() > bake::MAX_FILE_BYTES {
        let limit = bake::MAX_FILE_BYTES / (1024 * 1024);
        let sentence = format!("This file is over {limit} MiB, which is more than is read.");
        return Err(Refused::new(Unreadable::TooLarge, sentence));
    }
    Ok(())
}

/// The verification receipt that is attached to a PDF, before any link in it: what the PDF shows may
/// be something else, so the answer tells what the receipt says.
fn from_attached(bytes: &[u8]) -> Result<Option<Input>, Refused> {
    let files = inside::attached_to_pdf(bytes, 8);
    let texts = files
        .into_iter()
        .filter_map(|file| String::from_utf8(file).ok());
    let is_receipt = |text: &String| json::parse(text).is_ok_and(|file| receipt::is_one(&file));
    let mut receipts = texts.filter(is_receipt);
    match (receipts.next(), receipts.next()) {
        (Some(_), Some(_)) => Err(Refused::new(
            Unreadable::NothingFound,
            "Several receipts are attached to this PDF: please check them one by one.",
        )),
        (receipt, _) => Ok(receipt.map(Input::Json)),
    }
}

/// The one credential that a page or a PDF links to.
fn from_links(mut links: Vec<String>, what: &str) -> Result<Input, Refused> {
    match (links.pop(), links.is_empty()) {
        (Some(link), true) => Ok(Input::Link(link)),
        (Some(_), false) => Err(Refused::new(
            Unreadable::NothingFound,
            format!("This {what} links to several credentials: please check them one by one."),
        )),
        (None, _) => Err(Refused::new(
            Unreadable::NothingFound,
            format!("There is no link to a credential in this {what}."),
        )),
    }
}

fn too_large(bytes: usize) -> Refused {
    let limit = json::MAX_BYTES / 1024;
    Refused::new(
        Unreadable::TooLarge,
        format!("This document has {bytes} bytes; at most {limit} KiB are read."),
    )
}

fn from_picture(bytes: &[u8]) -> Result<Input, Refused> {
    match bake::extract(bytes) {
        Ok(baked) => match baked.form {
            bake::Form::OpenBadges3 | bake::Form::Clr2 => from_text(baked.text.trim()),
            bake::Form::OpenBadges2 => Ok(Input::Baked2(baked.text.trim().to_owned())),
        },
        Err(bake::Fault::Nothing) if !is_markup(bytes) => from_qr(bytes),
        Err(fault) => Err(picture_fault(&fault)),
    }
}

/// The text of the QR code in a picture.
fn from_qr(bytes: &[u8]) -> Result<Input, Refused> {
    let texts = qr::read(bytes).map_err(|fault| picture_fault(&fault))?;
    match &texts[..] {
        [text] => from_text(text.trim()),
        [] => Err(Refused::new(
            Unreadable::NothingFound,
            "There is no credential and no QR code in this picture.",
        )),
        _ => Err(Refused::new(
            Unreadable::NothingFound,
            "There are several QR codes in this picture: please show one at a time.",
        )),
    }
}

fn is_markup(bytes: &[u8]) -> bool {
    bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<')
        || bytes.starts_with("\u{feff}".as_bytes())
}

fn picture_fault(fault: &bake::Fault) -> Refused {
    let kind = match fault {
        bake::Fault::TooLarge(_) => Unreadable::TooLarge,
        bake::Fault::Nothing => Unreadable::NothingFound,
        _ => Unreadable::Malformed,
    };
    Refused::new(kind, sentence(&fault.to_string()))
}

fn from_text(text: &str) -> Result<Input, Refused> {
    let has_space = text.contains(|c: char| c.is_whitespace());
    if text.starts_with(['{', '[']) {
        Ok(Input::Json(text.to_owned()))
    } else if text.is_empty() {
        Err(Refused::new(
            Unreadable::NothingFound,
            "There is nothing here to verify.",
        ))
    } else if is_link(text) && !has_space {
        Ok(Input::Link(text.to_owned()))
    } else if text.starts_with("openid-credential-offer:") {
        Ok(Input::NotYet("an offer for a wallet (OpenID4VCI)"))
    } else if jwt::looks_like(text) || (text.contains('.') && !has_space) {
        Ok(Input::Token(text.to_owned()))
    } else {
        Err(Refused::new(
            Unreadable::Malformed,
            "This is not a credential: neither JSON, nor a signed token, nor a link.",
        ))
    }
}

/// A link, a `urn:uuid:`, or the 22 characters of an id of ours.
pub(super) fn is_link(text: &str) -> bool {
    let lower = text.get(..9).unwrap_or(text).to_ascii_lowercase();
    lower.starts_with("https://")
        || lower.starts_with("http://")
        || lower == "urn:uuid:"
        || text.parse::<crate::ids::CredentialId>().is_ok()
}

/// Why JSON was not read.
pub(super) fn json_fault(error: &ParseError) -> Refused {
    let kind = match error.kind {
        ParseErrorKind::TooLarge => Unreadable::TooLarge,
        ParseErrorKind::DuplicateKey => Unreadable::DuplicateKey,
        _ => Unreadable::Malformed,
    };
    Refused::new(kind, sentence(&error.to_string()))
}

/// A message as a sentence: a capital first, a full stop last.
pub(super) fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    let end = if message.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.unwrap_or_default(), chars.as_str())
}

/// What a JSON document says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A credential of any sort.
    Credential,
    /// A token with a credential, wrapped into JSON (VCDM 2.0 §4.13).
    EnvelopedCredential,
    /// A token with a presentation, wrapped into JSON.
    EnvelopedPresentation,
    /// Credentials, presented by somebody.
    Presentation,
    /// A badge of Open Badges 2.0 or before, or a part of one.
    Badge2,
}

/// What a JSON document says it is.
pub(super) fn kind(document: &json::Value) -> Kind {
    use crate::credential::has_type;
    let is = |name| has_type(document, name);
    if is("EnvelopedVerifiableCredential") {
        Kind::EnvelopedCredential
    } else if is("EnvelopedVerifiablePresentation") {
        Kind::EnvelopedPresentation
    } else if is("VerifiablePresentation") {
        Kind::Presentation
    } else if super::badge2::is_one(document) {
        Kind::Badge2
    } else {
        Kind::Credential
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Result<&'static str, Unreadable> {
        read(bytes)
            .map(|input| match input {
                Input::Json(_) => "json",
                Input::Token(_) => "token",
                Input::Link(_) => "link",
                Input::Baked2(_) => "badge 2",
                Input::NotYet(what) => what,
            })
            .map_err(|refused| refused.kind)
    }

    #[test]
    fn bytes_are_told_apart() {
        let cases: [(&[u8], Result<&str, Unreadable>); 16] = [
            (b" {} ", Ok("json")),
            ("\u{feff}[]".as_bytes(), Ok("json")),
            (b"eyJhbGciOiJFZERTQSJ9.e30.AA", Ok("token")),
            (b"a.b", Ok("token")),
            (
                b"https://skillmark.example/c/AAAAAAAAAAAAAAAAAAAAAA",
                Ok("link"),
            ),
            (b"AAAAAAAAAAAAAAAAAAAAAA", Ok("link")),
            (b"urn:uuid:0c07c1ce-57cb-41af-bef2-1b932b986873", Ok("link")),
            (
                b"openid-credential-offer://?x",
                Ok("an offer for a wallet (OpenID4VCI)"),
            ),
            (b"", Err(Unreadable::NothingFound)),
            (b"hello there", Err(Unreadable::Malformed)),
            (b"\xff\xfe\x00", Err(Unreadable::Malformed)),
            (b"\x89PNG\r\n\x1a\n", Err(Unreadable::Malformed)),
            (b"PK\x03\x04", Err(Unreadable::Malformed)),
            (b"%PDF-1.7", Err(Unreadable::NothingFound)),
            (
                b"<!DOCTYPE html><a href='https://a.test/c/AAAAAAAAAAAAAAAAAAAAAA.json'>",
                Ok("link"),
            ),
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'/>",
                Err(Unreadable::NothingFound),
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(kind(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(kind(&vec![b'{'; 600 * 1024]), Err(Unreadable::TooLarge));
    }
}
