//! A setting that holds a password and never prints it.

use std::{fmt, str::FromStr};

/// The address of a database, as `postgres://user:password@host:port/name`.
///
/// It prints with `***` in place of the password; [`DatabaseUrl::expose`] gives the whole text.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address with its password, for the driver alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;
    fn from_str(text: &str) -> Result<DatabaseUrl, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(DatabaseUrl(text.to_owned()))
        } else {
            Err("expected postgres://user:password@host/name".to_owned())
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("postgres", ""));
        // Parameters can hold a password too (`?password=…`, `?sslpassword=…`).
        let (rest, parameters) = match rest.split_once('?') {
            Some((rest, _)) => (rest, "?***"),
            None => (rest, ""),
        };
        match rest.rsplit_once('@') {
            Some((login, place)) => {
                let user = login.split(':').next().unwrap_or_default();
                let password = if login.contains(':') { ":***" } else { "" };
                write!(f, "{scheme}://{user}{password}@{place}{parameters}")
            }
            None => write!(f, "{scheme}://{rest}{parameters}"),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_prints() {
        for (given, shown) in [
            ("postgres://me:se@cr:et@db/x", "postgres://me:***@db/x"),
            ("postgresql://me@db:5433/x", "postgresql://me@db:5433/x"),
            (
                "postgres:///x?host=/run&password=secret",
                "postgres:///x?***",
            ),
        ] {
            let url: DatabaseUrl = given.parse().expect("an address");
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), shown);
            assert_eq!(url.expose(), given);
        }
        assert!("mysql://x".parse::<DatabaseUrl>().is_err());
    }
}
