//! Why a command did not do what it was asked, and the exit code that says so.

use std::{fmt, io, path::Path};

use crate::{
    app::StartError,
    db,
    issue::{self, keys::KeyFault},
    portfolio, program, who,
};

/// Exit code: refused, or gone wrong.
pub(super) const REFUSED: u8 = 1;
/// Exit code: the command was not understood (`EX_USAGE`).
pub(super) const USAGE: u8 = 64;
/// Exit code: a file, the terminal or the network failed (`EX_IOERR`).
pub(super) const IO: u8 = 74;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(super) struct Failure {
    /// The exit code.
    pub(super) code: u8,
    /// What went wrong, for the person at the terminal; empty: say nothing.
    pub(super) sentence: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
}

impl Failure {
    /// Refused, with the reason.
    pub(super) fn refused(sentence: impl fmt::Display) -> Failure {
        Failure {
            code: REFUSED,
            sentence: sentence.to_string(),
            hint: None,
        }
    }

    /// Not understood: the arguments do not make a command.
    pub(super) fn usage(sentence: impl fmt::Display) -> Failure {
        Failure {
            code: USAGE,
            ..Failure::refused(sentence)
        }
    }

    /// A file that could not be read or written.
    pub(super) fn file(path: &Path, error: &io::Error) -> Failure {
        Failure {
            code: IO,
            ..Failure::refused(format!("{}: {error}", path.display()))
        }
    }

    /// A file that was read and has faults: all of them, a line each.
    pub(super) fn faults<T: fmt::Display>(path: &Path, faults: &[T]) -> Failure {
        let lines: Vec<String> = faults.iter().map(|fault| format!("\n  {fault}")).collect();
        Failure::refused(format!("{} has faults:{}", path.display(), lines.concat()))
    }

    /// The same failure with advice.
    pub(super) fn hint(self, hint: impl fmt::Display) -> Failure {
        Failure {
            hint: Some(hint.to_string()),
            ..self
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        // Whoever reads our output has had enough, as in `skillmark config | head`.
        let enough = error.kind() == io::ErrorKind::BrokenPipe;
        Failure {
            code: IO,
            sentence: if enough {
                String::new()
            } else {
                error.to_string()
            },
            hint: None,
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Failure {
        let failure = Failure::refused(&error);
        match error {
            StartError::Folder { .. } => Failure {
                code: IO,
                ..failure
            },
            StartError::Database(_) => failure.hint("`skillmark doctor` looks for the cause."),
            _ => failure,
        }
    }
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Failure {
        Failure::refused(error)
    }
}

impl From<who::Error> for Failure {
    fn from(error: who::Error) -> Failure {
        let failure = Failure::refused(&error);
        match error {
            who::Error::NotFound(_) => failure.hint("`skillmark people list` names everybody."),
            who::Error::Custody(_) => failure.hint("`skillmark doctor` looks for the cause."),
            _ => failure,
        }
    }
}

impl From<KeyFault> for Failure {
    fn from(error: KeyFault) -> Failure {
        let failure = Failure::refused(&error);
        match error {
            KeyFault::Custody(_) => failure.hint("`skillmark doctor` looks for the cause."),
            _ => failure,
        }
    }
}

impl From<issue::Error> for Failure {
    fn from(error: issue::Error) -> Failure {
        let failure = Failure::refused(&error);
        match error {
            issue::Error::Custody(_) => failure.hint("`skillmark doctor` looks for the cause."),
            _ => failure,
        }
    }
}

impl From<portfolio::Error> for Failure {
    fn from(error: portfolio::Error) -> Failure {
        Failure::refused(error)
    }
}

impl From<program::Error> for Failure {
    fn from(error: program::Error) -> Failure {
        Failure::refused(error)
    }
}
