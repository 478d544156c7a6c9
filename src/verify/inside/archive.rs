//! ZIP archives: every file in one, stored or deflated, within limits; no archive in an archive.

use std::io::Read as _;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive};

use super::super::{
    input::Refused,
    report::Unreadable,
    several::{Given, MAX_BYTES, MAX_INPUTS},
};
use crate::config::limits::UPLOAD_BYTES;

/// Whether bytes begin like a ZIP archive.
pub(in super::super) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// The files in an archive.
///
/// # Errors
/// If it is damaged, packed or locked in a way that is not read, holds another archive, or is over a
/// limit.
pub(in super::super) fn open(bytes: &[u8]) -> Result<Vec<Given>, Refused> {
    let archive = ZipArchive::from_slice(bytes).map_err(|_| damaged())?;
    let mut entries = archive.entries();
    let mut files = Vec::new();
    let mut left = MAX_BYTES;
    while let Some(entry) = entries.next_entry().map_err(|_| damaged())? {
        if entry.is_dir() {
            continue;
        }
        if files.len() == MAX_INPUTS {
            return Err(too_large(&format!(
                "there are more than {MAX_INPUTS} files in it"
            )));
        }
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        let method = entry.compression_method();
        let is_locked = entry.flags().is_encrypted();
        let entry = archive
            .get_entry(entry.wayfinder())
            .map_err(|_| damaged())?;
        let limit = left.min(UPLOAD_BYTES);
        let mut data = Vec::new();
        // One byte more than allowed, so that a longer file is seen to be longer and not cut.
        let most = limit as u64 + 1;
        let read = match method {
            CompressionMethod::STORE if !is_locked => entry
                .verifying_reader(entry.data())
                .take(most)
                .read_to_end(&mut data),
            CompressionMethod::DEFLATE if !is_locked => entry
                .verifying_reader(DeflateDecoder::new(entry.data()))
                .take(most)
                .read_to_end(&mut data),
            _ => {
                return Err(malformed(
                    "It is packed or locked in a way that is not read here.",
                ));
            }
        };
        if data.len() > limit {
            return Err(too_large("what is in it is too much"));
        }
        read.map_err(|_| damaged())?;
        if is_one(&data) {
            return Err(malformed(
                "There is another ZIP archive in this one, which is not opened.",
            ));
        }
        left -= data.len();
        files.push(Given { name, bytes: data });
    }
    if files.is_empty() {
        let sentence = "There is no file in this ZIP archive.".to_owned();
        return Err(Refused {
            kind: Unreadable::NothingFound,
            sentence,
        });
    }
    Ok(files)
}

fn damaged() -> Refused {
    malformed("This ZIP archive is damaged.")
}

fn malformed(sentence: &str) -> Refused {
    Refused {
        kind: Unreadable::Malformed,
        sentence: sentence.to_owned(),
    }
}

fn too_large(what: &str) -> Refused {
    Refused {
        kind: Unreadable::TooLarge,
        sentence: format!("This ZIP archive is too large: {what}."),
    }
}
