//! Several at once: files, the files of an archive, or a list of links; one report each.

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{
    Options, input,
    input::Refused,
    inside,
    report::{Report, Unreadable},
    short,
    sources::Sources,
};
use crate::{config::limits, ids::hex};

/// Most inputs that are verified at once.
pub const MAX_INPUTS: usize = limits::MANY;
/// Most bytes that all of them have together.
pub const MAX_BYTES: usize = limits::MANY_BYTES;

/// Something to be verified, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The name of its file, or the link itself.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The report about one of several.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Answered)]
pub struct Answered {
    /// What it is called.
    pub name: String,
    /// The SHA-256 of the bytes that were sent, in hexadecimal; absent for a link.
    pub sha256: Option<String>,
    /// The SHA-256 of the text of the credential in them, or behind the link; absent if none was
    /// read.
    pub document_sha256: Option<String>,
    /// Its report.
    pub report: Report,
}

/// What one file holds: the files of a ZIP archive, a list of links one on a line, or just itself.
///
/// # Errors
/// If an archive cannot be opened, or a limit is passed: [`MAX_INPUTS`], [`MAX_BYTES`].
pub fn unpack(given: Given) -> Result<Vec<Given>, Refused> {
    let found = if inside::is_archive(&given.bytes) {
        inside::open_archive(&given.bytes)?
    } else {
        match lines(&given.bytes) {
            Some(links) => links,
            None => vec![given],
        }
    };
    within_limits(&found)?;
    Ok(found)
}

/// Text that is several links, each on a line of its own.
fn lines(bytes: &[u8]) -> Option<Vec<Given>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    if lines().nth(1).is_none() || !lines().all(input::is_link) {
        return None;
    }
    let given = |line: &str| Given {
        name: line.to_owned(),
        bytes: line.as_bytes().to_vec(),
    };
    Some(lines().map(given).collect())
}

/// Whether so many and so large ones are verified at once.
///
/// # Errors
/// If a limit is passed: [`MAX_INPUTS`], [`MAX_BYTES`].
pub fn within_limits(given: &[Given]) -> Result<(), Refused> {
    let bytes: usize = given.iter().map(|one| one.bytes.len()).sum();
    let refuse = |sentence: String| {
        Err(Refused {
            kind: Unreadable::TooLarge,
            sentence,
        })
    };
    if given.len() > MAX_INPUTS {
        return refuse(format!(
            "At most {MAX_INPUTS} are checked at once; here are {}.",
            given.len()
        ));
    }
    if bytes > MAX_BYTES {
        let limit = MAX_BYTES / (1024 * 1024);
        return refuse(format!("All of them together are more than {limit} MiB."));
    }
    Ok(())
}

/// Verifies one, and notes what was read.
pub async fn one(
    sources: &dyn Sources,
    given: &Given,
    options: &Options,
    now: Timestamp,
) -> Answered {
    let (report, read) = super::verify_noting(sources, &given.bytes, options, now).await;
    Answered {
        report,
        document_sha256: read.map(|digest| hex(&digest)),
        ..given.unread(now)
    }
}

impl Given {
    /// The link that it is, if it is nothing but one.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        let text = std::str::from_utf8(&self.bytes).ok()?.trim();
        (input::is_link(text) && !text.contains(char::is_whitespace)).then_some(text)
    }

    /// The answer about it when there was no time to read it: nobody can tell.
    #[must_use]
    pub fn unread(&self, now: Timestamp) -> Answered {
        Answered {
            name: self.name.clone(),
            sha256: (self.link().is_none()).then(|| hex(&Sha256::digest(&self.bytes))),
            document_sha256: None,
            report: short::out_of_time(now),
        }
    }
}

/// Verifies several, one after the other. Each asks sources of its own, so that none uses up what
/// another may fetch.
///
/// # Errors
/// If a limit is passed: nothing was verified then.
pub async fn many<'s>(
    sources: &(dyn Fn() -> Box<dyn Sources + 's> + Sync),
    given: &[Given],
    options: &Options,
    now: Timestamp,
) -> Result<Vec<Answered>, Refused> {
    within_limits(given)?;
    let mut answers = Vec::with_capacity(given.len());
    for given in given {
        let sources = sources();
        answers.push(one(sources.as_ref(), given, options, now).await);
    }
    Ok(answers)
}
