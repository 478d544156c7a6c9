//! Evidence and images: a folder or S3.
//!
//! A file is kept under a name made of its bytes, never of what somebody called it (threat F17).
//! What comes in is read and written anew ([`clean`]), so that what goes out is a picture, a
//! document or a text and nothing that hides in one; what is kept is sealed by whoever puts it here.

mod image;
mod pdf;
mod store;

use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

pub use store::{Error, Files, name_of};

/// The largest file that is taken: bytes, as it arrives.
pub const FILE_BYTES: usize = 10 * 1024 * 1024;
/// The longest plain text: bytes.
pub const TEXT_BYTES: usize = 1024 * 1024;

/// How many files are taken apart at once: a picture of few bytes may be large when it is opened.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// None of the kinds that are taken.
    #[error("this is not a JPEG or PNG picture, a PDF or a plain text")]
    Kind,
    /// Too many bytes.
    #[error("the file is larger than {} MB", FILE_BYTES / 1024 / 1024)]
    Large,
    /// A picture with too many pixels.
    #[error("the picture has more than {} million pixels", image::PIXELS / 1_000_000)]
    Pixels,
    /// It says what it is, and cannot be read as that.
    #[error("the file is damaged and cannot be read")]
    Damaged,
    /// A document with a password.
    #[error("the PDF is locked with a password: save it without one")]
    Locked,
}

/// A file as it may be handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean {
    /// What it is.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Clean {
    /// The SHA-256 of its bytes.
    #[must_use]
    pub fn sha256(&self) -> Vec<u8> {
        Sha256::digest(&self.bytes).to_vec()
    }
}

/// Reads a file and writes it anew, without anything that is not seen: where and by what a picture
/// was taken, who wrote a document and what it would do when opened. Takes a while.
///
/// # Errors
/// [`Refused`].
pub fn clean(bytes: &[u8]) -> Result<Clean, Refused> {
    if bytes.len() > FILE_BYTES {
        return Err(Refused::Large);
    }
    match bytes {
        [0xff, 0xd8, 0xff, ..] => image::jpeg(bytes),
        [0x89, b'P', b'N', b'G', ..] => image::png(bytes),
        [b'%', b'P', b'D', b'F', b'-', ..] => pdf::clean(bytes),
        _ => text(bytes),
    }
}

/// Takes a file apart when its turn comes, away from the threads that answer; `None` if that
/// panicked. A turn lasts as long as the work, also when nobody waits for it any more: whoever
/// sends large pictures and goes away does not get more than their turn.
pub async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let turn = TURNS.acquire().await.ok()?;
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    });
    done.await.ok()
}

/// A text is one if nothing in it is anything else.
fn text(bytes: &[u8]) -> Result<Clean, Refused> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Refused::Kind)?;
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    if text.trim().is_empty() || !text.chars().all(plain) {
        return Err(Refused::Kind);
    }
    if bytes.len() > TEXT_BYTES {
        return Err(Refused::Large);
    }
    Ok(Clean {
        media_type: "text/plain; charset=utf-8",
        bytes: bytes.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn k4_a_turn_lasts_as_long_as_the_work_also_when_nobody_waits() {
        let (ends, end): (Vec<_>, Vec<_>) = (0..2).map(|_| mpsc::channel::<()>()).unzip();
        let (begin, begun) = mpsc::channel();
        for end in end {
            let begin = begin.clone();
            let work = tokio::spawn(in_turn(move || {
                begin.send(()).expect("somebody counts");
                end.recv().is_ok()
            }));
            while begun.try_recv().is_err() {
                tokio::task::yield_now().await;
            }
            work.abort();
            assert!(work.await.is_err(), "nobody waits for it");
        }
        let next = tokio::spawn(in_turn(|| 7));
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!next.is_finished(), "both turns are taken");
        ends[0].send(()).expect("it works still");
        assert_eq!(next.await.expect("no panic"), Some(7));
    }

    #[test]
    fn a_text_is_plain_or_refused() {
        let read = |bytes: &[u8]| clean(bytes).map(|clean| clean.bytes);
        assert_eq!(
            read(b"\xef\xbb\xbfBent the rod\n"),
            Ok(b"Bent the rod\n".to_vec())
        );
        for bad in [
            b"".as_slice(),
            b"  \n",
            b"a\0b",
            b"\x1b[2J",
            b"\xff\xfe",
            b"MZ\x90\0\x03",
        ] {
            assert_eq!(read(bad), Err(Refused::Kind), "{bad:?}");
        }
        assert_eq!(read(&vec![b'a'; TEXT_BYTES + 1]), Err(Refused::Large));
        assert_eq!(read(&vec![b'a'; FILE_BYTES + 1]), Err(Refused::Large));
        // Markup stays a text: it is never shown as a page.
        let page = clean(b"<script>alert(1)</script>").expect("a text");
        assert_eq!(page.media_type, "text/plain; charset=utf-8");
    }
}
