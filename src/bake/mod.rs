//! Credentials inside pictures, and QR codes.
//!
//! *Baking* puts a signed credential into its badge picture, so that one file carries both
//! (Open Badges 3.0 §5.3). A picture comes from strangers, so it is never decoded to find the
//! credential: the container is walked within limits, and a picture that two readers could
//! understand differently (two credentials, bytes after the end, a wrong checksum, compressed
//! text) is refused.
//!
//! To add a picture format: one file with an `impl Baker`, one line in [`BAKERS`].

pub mod clean;
pub mod emblem;
pub(crate) mod fit;
mod framed;
mod image;
pub mod picture;
mod png;
pub mod qr;
mod qr_read;
mod svg;

use std::fmt;

pub use framed::framed;

/// Longest picture file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = crate::config::limits::UPLOAD_BYTES;
/// Longest credential that is written into or read out of a picture, in bytes of UTF-8.
pub const MAX_CREDENTIAL_BYTES: usize = crate::config::limits::DOCUMENT_BYTES;
/// Widest and highest picture that is read, in pixels.
pub const MAX_SIDE: u32 = 4096;
/// Most pixels in a picture that is read.
pub const MAX_PIXELS: u64 = 16 * 1024 * 1024;

/// Every picture format that can carry a credential.
pub static BAKERS: &[&dyn Baker] = &[&png::Png, &svg::Svg];

/// A picture format that can carry a credential.
pub trait Baker: Sync {
    /// The format's name, for people.
    fn name(&self) -> &'static str;

    /// The media type of its files.
    fn media_type(&self) -> &'static str;

    /// Whether `picture` begins like a file of this format.
    fn recognises(&self, picture: &[u8]) -> bool;

    /// The same picture with `credential` (JSON with an embedded proof, or a compact JWS) inside.
    ///
    /// # Errors
    /// A picture that is damaged, too large, or already carries a credential; a credential that
    /// is neither form or too long.
    fn bake(&self, picture: &[u8], credential: &str) -> Result<Vec<u8>, Fault>;

    /// The one credential inside `picture`, unchecked: whether it is true is for `verify`.
    ///
    /// # Errors
    /// [`Fault::Nothing`] if there is none; any other fault if the picture is damaged, too large,
    /// or says more than one thing.
    fn extract(&self, picture: &[u8]) -> Result<Baked, Fault>;
}

/// What was found inside a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baked {
    /// Which standard's mark it stood under.
    pub form: Form,
    /// The text as it stood there: JSON, a compact JWS, or for Open Badges 2.x perhaps a link.
    pub text: String,
}

/// The standards whose pictures are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Open Badges 3.0 (`openbadgecredential`; namespace `https://purl.imsglobal.org/ob/v3p0`).
    OpenBadges3,
    /// Open Badges 1.x and 2.x (`openbadges`; namespace `http://openbadges.org`).
    OpenBadges2,
    /// Comprehensive Learner Record 2.0 (`clrcredential`).
    Clr2,
}

/// Why a picture was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No baker knows the format.
    Unknown,
    /// There is no credential in it.
    Nothing,
    /// Larger than a limit; the text names the limit.
    TooLarge(String),
    /// Not a sound file of its format; the text says what and where.
    Damaged(String),
    /// It can be read in more than one way; the text says how.
    Ambiguous(String),
    /// What was to be put inside does not fit; the text says why.
    Unfit(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Unknown => f.write_str("this is neither a PNG nor an SVG picture"),
            Fault::Nothing => f.write_str("there is no credential in this picture"),
            Fault::TooLarge(what) => write!(f, "the picture is too large: {what}"),
            Fault::Damaged(what) => write!(f, "the picture is damaged: {what}"),
            Fault::Ambiguous(what) => write!(f, "the picture can be read in two ways: {what}"),
            Fault::Unfit(what) => write!(f, "cannot be put into a picture: {what}"),
        }
    }
}

impl std::error::Error for Fault {}

/// The baker for `picture`, by its first bytes.
#[must_use]
pub fn baker(picture: &[u8]) -> Option<&'static dyn Baker> {
    BAKERS.iter().copied().find(|b| b.recognises(picture))
}

/// Puts `credential` into `picture`, whatever its format.
///
/// # Errors
/// As [`Baker::bake`], and [`Fault::Unknown`].
pub fn bake(picture: &[u8], credential: &str) -> Result<Vec<u8>, Fault> {
    baker(picture)
        .ok_or(Fault::Unknown)?
        .bake(picture, credential)
}

/// Takes the one credential out of `picture`, whatever its format.
///
/// # Errors
/// As [`Baker::extract`], and [`Fault::Unknown`].
pub fn extract(picture: &[u8]) -> Result<Baked, Fault> {
    baker(picture).ok_or(Fault::Unknown)?.extract(picture)
}

/// How a credential to be baked is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Json,
    Jws,
}

/// Tells JSON from a compact JWS, and refuses anything else before it gets into a picture.
fn written(credential: &str) -> Result<Written, Fault> {
    if credential.len() > MAX_CREDENTIAL_BYTES {
        return Err(Fault::Unfit("the credential is over 256 KiB".into()));
    }
    if credential.trim_start().starts_with('{') {
        return match crate::json::parse(credential) {
            Ok(_) => Ok(Written::Json),
            Err(error) => Err(Fault::Unfit(format!("the credential is not JSON: {error}"))),
        };
    }
    let parts: Vec<&str> = credential.split('.').collect();
    let base64url = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if parts.len() == 3 && parts.iter().all(base64url) {
        Ok(Written::Jws)
    } else {
        Err(Fault::Unfit(
            "the credential is neither a JSON object nor a compact JWS".into(),
        ))
    }
}

/// Refuses a file over [`MAX_FILE_BYTES`].
fn within_file_limit(picture: &[u8]) -> Result<(), Fault> {
    if picture.len() > MAX_FILE_BYTES {
        return Err(Fault::TooLarge(format!(
            "{} bytes, at most {MAX_FILE_BYTES}",
            picture.len()
        )));
    }
    Ok(())
}

/// Refuses a picture over [`MAX_SIDE`] or [`MAX_PIXELS`], from what its header claims.
fn within_pixel_limit(width: u64, height: u64) -> Result<(), Fault> {
    let side = u64::from(MAX_SIDE);
    if width == 0 || height == 0 {
        return Err(Fault::Damaged("it has no pixels".into()));
    }
    if width > side || height > side || width * height > MAX_PIXELS {
        return Err(Fault::TooLarge(format!(
            "{width} × {height} pixels, at most {MAX_SIDE} × {MAX_SIDE} and 16 million"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_objects_and_compact_jws_are_baked() {
        assert!(written(r#"{"a":1}"#).is_ok());
        assert!(written("aa.bb.c-_").is_ok());
        for wrong in [
            "",
            "a.b",
            "a.b.c.d",
            "a..c",
            "[1]",
            r#"{"a":1,"a":2}"#,
            "a.b.c\"",
            "http://x",
        ] {
            assert!(written(wrong).is_err(), "{wrong}");
        }
        assert!(
            written(&format!(
                "{{\"a\":\"{}\"}}",
                "x".repeat(MAX_CREDENTIAL_BYTES)
            ))
            .is_err()
        );
    }

    #[test]
    fn what_is_no_picture_is_named() {
        assert_eq!(extract(b"GIF89a"), Err(Fault::Unknown));
        assert_eq!(extract(b""), Err(Fault::Unknown));
        assert_eq!(bake(b"hello", "{}"), Err(Fault::Unknown));
    }
}
