//! A domain as lists and identifiers are compared by: lower case, in its ASCII form, with a port
//! only where it is not the usual one.

use url::Url;

/// A domain, or every domain below one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Host {
    /// `example.edu`, `example.edu:8443`.
    name: String,
    /// Whether it stands for what is below it, and not for itself.
    below: bool,
}

impl Host {
    /// The domain in a text such as `example.edu`, `example.edu:8443`, `bücher.example`.
    pub(super) fn of(text: &str) -> Option<Host> {
        let odd = |c: char| c.is_whitespace() || c.is_control() || "/\\?#@%".contains(c);
        if text.is_empty() || text.contains(odd) {
            return None;
        }
        Host::of_url(&Url::parse(&format!("https://{text}/")).ok()?)
    }

    /// As [`Host::of`]; `*.example.edu` is every domain below `example.edu`.
    pub(super) fn pattern(text: &str) -> Option<Host> {
        match text.strip_prefix("*.") {
            Some(rest) => Host::of(rest).map(|host| Host {
                below: true,
                ..host
            }),
            None => Host::of(text),
        }
    }

    /// The domain of an address.
    pub(super) fn of_url(url: &Url) -> Option<Host> {
        let host = url.host_str()?.trim_end_matches('.');
        let is_name = host.contains('.') || host == "localhost" || host.starts_with('[');
        // Two labels at least: nobody trusts all of .edu by a slip.
        is_name.then(|| Host {
            name: match url.port() {
                Some(port) => format!("{host}:{port}"),
                None => host.to_owned(),
            },
            below: false,
        })
    }

    /// The patterns that this domain falls under.
    pub(super) fn wider(&self) -> impl Iterator<Item = Host> + '_ {
        let dots = self.name.match_indices('.');
        dots.map(|(at, _)| Host {
            name: self.name[at + 1..].to_owned(),
            below: true,
        })
    }
}
