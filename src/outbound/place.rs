//! Where a fetch goes: an https address whose host is a public name, judged by its text alone.

use url::{Host, Url};

use super::{Cause, limits};

/// An address that may be asked, as far as its text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    url: Url,
}

/// Names, and all names below them, that are not of the public internet: RFC 6761, RFC 6762,
/// RFC 7686, RFC 8375, RFC 9476, and what networks use inside.
const NOT_PUBLIC: &[&str] = &[
    "alt",
    "arpa",
    "corp",
    "home",
    "i2p",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
];

impl Place {
    /// Reads an address.
    pub(super) fn read(text: &str) -> Result<Place, Cause> {
        refuse_tricks(text)?;
        let url = Url::parse(text).map_err(|_| Cause::Url)?;
        Place::of(url)
    }

    /// Reads where an answer from here leads.
    pub(super) fn join(&self, location: &str) -> Result<Place, Cause> {
        refuse_tricks(location)?;
        let url = self.url.join(location).map_err(|_| Cause::Redirect)?;
        Place::of(url)
    }

    fn of(mut url: Url) -> Result<Place, Cause> {
        let plain = url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.port().is_none();
        if !plain || url.as_str().len() > limits::URL_BYTES {
            return Err(Cause::Url);
        }
        let host = match url.host() {
            Some(Host::Domain(host)) => host.strip_suffix('.').unwrap_or(host).to_owned(),
            _ => return Err(Cause::Name),
        };
        if !is_public_name(&host) {
            return Err(Cause::Name);
        }
        url.set_host(Some(&host)).map_err(|_| Cause::Name)?;
        url.set_fragment(None);
        Ok(Place { url })
    }

    /// The host's name: lower case, ASCII, without a last dot.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The whole address, without a fragment.
    pub(super) fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// What is asked of the host: the path and the query.
    pub(super) fn target(&self) -> &str {
        &self.url[url::Position::BeforePath..]
    }
}

/// Refuses what readers of addresses disagree about: spaces and controls, a backslash, a user, an
/// escaped host (threat D6).
fn refuse_tricks(text: &str) -> Result<(), Cause> {
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if text.len() > limits::URL_BYTES || text.contains(odd) {
        return Err(Cause::Url);
    }
    let after_scheme = text.find("//").map_or("", |at| &text[at + 2..]);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or("");
    if authority.contains(['@', '%']) {
        return Err(Cause::Url);
    }
    Ok(())
}

/// Whether `host` is a DNS name with a dot, in ASCII, that may lead to a public host.
fn is_public_name(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let Some((_, last)) = host.rsplit_once('.') else {
        return false;
    };
    // The last label of a name is never a number (RFC 3696 §2).
    host.len() <= 253
        && host.split('.').all(is_label)
        && !last.starts_with(|c: char| c.is_ascii_digit())
        && !NOT_PUBLIC.contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_one_way() {
        for (text, host, target) in [
            ("https://issuer.test", "issuer.test", "/"),
            ("https://Issuer.Test:443/a?b=c#d", "issuer.test", "/a?b=c"),
            ("https://issuer.test./a", "issuer.test", "/a"),
            ("https://bücher.test/ü", "xn--bcher-kva.test", "/%C3%BC"),
            ("https://evil.test#@victim.test/", "evil.test", "/"),
            (
                "https://evil.test/%0d%0aHost:%20x",
                "evil.test",
                "/%0d%0aHost:%20x",
            ),
            ("https://issuer.test/a@b", "issuer.test", "/a@b"),
        ] {
            let place = Place::read(text).expect(text);
            assert_eq!((place.host(), place.target()), (host, target), "{text}");
        }
    }

    #[test]
    fn a_redirect_is_read_from_where_it_was_found() {
        let here = Place::read("https://issuer.test/a/b?c").expect("an address");
        for (location, there) in [
            ("d", Ok("https://issuer.test/a/d")),
            ("/d", Ok("https://issuer.test/d")),
            ("//other.test/d", Ok("https://other.test/d")),
            ("https://other.test", Ok("https://other.test/")),
            ("//u@other.test/d", Err(Cause::Url)),
            ("http://issuer.test/d", Err(Cause::Url)),
            ("https://10.0.0.1/", Err(Cause::Name)),
            ("\\\\other.test", Err(Cause::Url)),
        ] {
            let place = here.join(location);
            assert_eq!(place.as_ref().map(Place::as_str), there.as_ref().copied());
        }
    }
}
