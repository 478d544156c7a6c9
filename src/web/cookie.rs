//! The cookies there are: whoever works here, a learner, and an employer who was asked.
//!
//! At an https address their names begin with `__Host-`: a browser then takes them from us alone,
//! for every path, and never sends them unencrypted. At an http address, which is this machine alone,
//! not every browser takes a `Secure` cookie; there they have plain names and are not `Secure`.
//! A server knows only its own name of a cookie, so that one can never stand in for the other.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{
    config::Config,
    standard::employer,
    who::{Token, session},
};

/// Whose cookie it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Somebody with an account.
    Member,
    /// A learner.
    Learner,
    /// Somebody who is signing in elsewhere.
    Provider,
    /// An employer who came by a link.
    Employer,
    /// Where a learner wanted to go before they came in; it lets nobody in.
    Place,
}

impl Cookie {
    fn name(self, config: &Config) -> &'static str {
        match (self, config.public_url.is_https()) {
            (Cookie::Member, true) => "__Host-skillmark",
            (Cookie::Member, false) => "skillmark",
            (Cookie::Learner, true) => "__Host-skillmark-me",
            (Cookie::Learner, false) => "skillmark-me",
            (Cookie::Provider, true) => "__Host-skillmark-with",
            (Cookie::Provider, false) => "skillmark-with",
            (Cookie::Employer, true) => "__Host-skillmark-employer",
            (Cookie::Employer, false) => "skillmark-employer",
            (Cookie::Place, true) => "__Host-skillmark-place",
            (Cookie::Place, false) => "skillmark-place",
        }
    }

    /// The value that a request came with; of several, none.
    pub(crate) fn read(self, config: &Config, headers: &HeaderMap) -> Option<String> {
        let lines = headers.get_all(header::COOKIE).iter();
        let pairs = lines.filter_map(|line| line.to_str().ok());
        let mut values = pairs
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name(config));
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value.to_owned()),
            _ => None,
        }
    }

    /// For how many seconds a browser holds it; `None`: until it is closed. A learner's device
    /// passes from hand to hand.
    fn seconds(self) -> Option<i64> {
        match self {
            Cookie::Member => Some(session::MOST_SECONDS),
            Cookie::Learner => None,
            Cookie::Provider => Some(600),
            Cookie::Employer => Some(i64::from(employer::MAX_DAYS) * 86_400),
            Cookie::Place => Some(900),
        }
    }

    /// `Set-Cookie`, so that the browser holds this token.
    pub(crate) fn set(self, config: &Config, token: &Token) -> HeaderValue {
        self.line(config, token.reveal(), self.seconds())
    }

    /// `Set-Cookie`, so that the browser holds this text, which is plain ASCII without a semicolon.
    pub(crate) fn set_text(self, config: &Config, text: &str) -> HeaderValue {
        self.line(config, text, self.seconds())
    }

    /// `Set-Cookie`, so that the browser holds nothing any more.
    pub(crate) fn clear(self, config: &Config) -> HeaderValue {
        self.line(config, "", Some(0))
    }

    fn line(self, config: &Config, value: &str, seconds: Option<i64>) -> HeaderValue {
        let secure = if config.public_url.is_https() {
            "; Secure"
        } else {
            ""
        };
        let age = seconds.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
        let name = self.name(config);
        let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
        // Names and values are plain ASCII.
        let mut line = HeaderValue::from_str(&line).unwrap_or(HeaderValue::from_static(""));
        line.set_sensitive(true);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    #[test]
    fn g13_a_cookie_is_ours_alone() {
        let token = Token::random(&SystemChance);
        let mut config = Config::default();
        let here = Cookie::Member.set(&config, &token);
        let value = token.reveal();
        assert_eq!(
            here,
            format!("skillmark={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800")
        );
        config.public_url = "https://badges.example".parse().expect("an address");
        let there = Cookie::Member.set(&config, &token);
        assert_eq!(
            there,
            format!(
                "__Host-skillmark={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800; Secure"
            )
        );
        assert!(there.is_sensitive());
        // A learner's is gone when the browser is closed.
        let learners = Cookie::Learner.set(&config, &token);
        assert_eq!(
            learners,
            format!("__Host-skillmark-me={value}; Path=/; HttpOnly; SameSite=Lax; Secure")
        );
        let cleared = Cookie::Learner.clear(&config);
        assert_eq!(
            cleared,
            "__Host-skillmark-me=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"
        );
        let mut headers = HeaderMap::new();
        let line = "a=b; skillmark=plain; __Host-skillmark=good";
        headers.insert(header::COOKIE, HeaderValue::from_static(line));
        let read = |headers: &HeaderMap| Cookie::Member.read(&config, headers);
        assert_eq!(read(&headers).as_deref(), Some("good"));
        let twice = HeaderValue::from_static("__Host-skillmark=other");
        headers.append(header::COOKIE, twice);
        assert_eq!(read(&headers), None);
    }
}
