//! What the database may say, in words that carry no value of any row.

/// Why a statement or a connection failed.
///
/// The engine's own error can quote the row it refused (Postgres' `DETAIL`), and rows hold what
/// belongs to people; so only its kind and its one-line message are kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A row with this key is already there; the name is the constraint's or the columns'.
    #[error("already there ({0})")]
    Duplicate(String),
    /// A row names another row that does not exist in this organisation, or is named by one.
    #[error("refers to a row that is not there")]
    Missing,
    /// A row breaks a check of the table; the name is the check's.
    #[error("refused by a check of the table ({0})")]
    Refused(String),
    /// Exactly one row was expected and none came.
    #[error("no such row")]
    NoRow,
    /// The database cannot be reached, is full of work, or is read-only.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The tables are not the ones this program was built with.
    #[error("the tables could not be brought up to date: {0}")]
    Migration(String),
    /// Anything else: a fault of ours.
    #[error("the database refused a statement: {0}")]
    Statement(String),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        match error {
            sqlx::Error::RowNotFound => Error::NoRow,
            sqlx::Error::Database(refusal) => Error::from_refusal(refusal.as_ref()),
            sqlx::Error::Io(cause) => Error::Unavailable(cause.to_string()),
            sqlx::Error::Tls(cause) => Error::Unavailable(cause.to_string()),
            sqlx::Error::PoolTimedOut => Error::Unavailable("every connection is busy".to_owned()),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Error::Unavailable("it was closed".to_owned())
            }
            other => Error::Statement(other.to_string()),
        }
    }
}

impl Error {
    fn from_refusal(refusal: &dyn sqlx::error::DatabaseError) -> Error {
        let name = refusal
            .constraint()
            .map_or_else(|| last_words(refusal.message()), str::to_owned);
        let code = refusal.code().unwrap_or_default();
        if refusal.is_unique_violation() {
            Error::Duplicate(name)
        } else if refusal.is_foreign_key_violation() {
            Error::Missing
        } else if refusal.is_check_violation() {
            Error::Refused(name)
        } else if passes(&code) {
            Error::Unavailable(refusal.message().to_owned())
        } else if quotes(&code) {
            Error::Statement(format!("code {code}"))
        } else {
            Error::Statement(refusal.message().to_owned())
        }
    }
}

/// Whether the message of a refusal may quote a value: Postgres quotes one that is not of its type
/// (class 22), and a trigger may say anything (Postgres: class P0; SQLite: 1811).
fn quotes(code: &str) -> bool {
    code == "1811" || (code.len() == 5 && (code.starts_with("22") || code.starts_with("P0")))
}

/// Whether a refusal is about the moment and not about the statement. Postgres: serialisation,
/// deadlock, read-only, disk full, too many connections, shutting down. SQLite (the low byte of
/// its code): busy, locked, read-only, disk full, cannot open.
fn passes(code: &str) -> bool {
    match code {
        "40001" | "40P01" | "25006" | "53100" | "53300" | "57P01" | "57P02" | "57P03" => true,
        _ if code.len() == 5 => false,
        _ => code
            .parse::<u32>()
            .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 13 | 14)),
    }
}

/// What follows the last `: `; SQLite names the columns of a broken constraint there.
fn last_words(message: &str) -> String {
    message.rsplit(": ").next().unwrap_or(message).to_owned()
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Error {
        Error::Migration(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_may_quote_a_value_are_known_by_their_code() {
        for code in ["22P02", "22007", "P0001", "1811"] {
            assert!(quotes(code), "{code}");
        }
        for code in ["23505", "42P01", "40001", "1", "22", "2067", ""] {
            assert!(!quotes(code), "{code}");
        }
    }

    #[test]
    fn a_refusal_of_the_moment_is_told_from_one_of_the_statement() {
        for code in ["40P01", "25006", "5", "261", "517", "8", "1032", "13"] {
            assert!(passes(code), "{code}");
        }
        for code in ["42601", "23505", "1", "19", "2067", "08P01", ""] {
            assert!(!passes(code), "{code}");
        }
    }

    #[test]
    fn the_columns_of_a_broken_constraint_are_named() {
        let message = "UNIQUE constraint failed: issuers.issuer_id";
        assert_eq!(last_words(message), "issuers.issuer_id");
        assert_eq!(last_words("plain"), "plain");
    }
}
