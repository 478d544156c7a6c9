//! The address people reach this service at: a scheme, a host, perhaps a port.

use std::{fmt, net::IpAddr, str::FromStr};

/// An origin such as `https://badges.example` or `http://localhost:8080`: every link, DID and
/// credential id of this service starts with it. No path, no user, no trailing slash.
///
/// `http` is accepted for loopback only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    https: bool,
    host: String,
    port: Option<u16>,
}

impl Origin {
    /// `http://localhost` with this port.
    #[must_use]
    pub fn localhost(port: u16) -> Origin {
        Origin {
            https: false,
            host: "localhost".to_owned(),
            port: Some(port),
        }
    }

    /// The host's name or address, lower case, without the port (an IPv6 address in brackets).
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, if it is written.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether only this machine can reach it: `localhost`, `*.localhost`, 127.0.0.0/8, `[::1]`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => self.host == "localhost" || self.host.ends_with(".localhost"),
        }
    }

    /// `path` (which begins with `/`) under this origin.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{self}{path}")
    }
}

impl FromStr for Origin {
    type Err = String;
    fn from_str(text: &str) -> Result<Origin, String> {
        let (https, rest) = if let Some(rest) = text.strip_prefix("https://") {
            (true, rest)
        } else if let Some(rest) = text.strip_prefix("http://") {
            (false, rest)
        } else {
            return Err("expected http:// or https://".to_owned());
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_port(rest)?;
        let host = host.to_ascii_lowercase();
        if !is_host(&host) {
            return Err("expected a host and perhaps a port, nothing more".to_owned());
        }
        let origin = Origin { https, host, port };
        if !origin.https && !origin.is_loopback() {
            return Err("must be https:// unless the host is this machine".to_owned());
        }
        Ok(origin)
    }
}

fn split_port(rest: &str) -> Result<(&str, Option<u16>), String> {
    match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            let port = port
                .parse()
                .map_err(|_| format!("`{port}` is not a port"))?;
            Ok((host, Some(port)))
        }
        _ => Ok((rest, None)),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(inside) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return inside.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let ok = |c: char| c.is_ascii_alphanumeric() || c == '-';
    host.len() <= 253
        && host
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63 && label.chars().all(ok))
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_read_back_and_know_loopback() {
        for (text, loopback) in [
            ("http://localhost:8080", true),
            ("http://lab.localhost", true),
            ("http://127.1.2.3:9", true),
            ("http://[::1]:8080", true),
            ("https://badges.example", false),
            ("https://localhost.evil.example", false),
            ("https://10.0.0.1:8443", false),
        ] {
            let origin: Origin = text.parse().expect("an origin");
            assert_eq!(origin.to_string(), text);
            assert_eq!(origin.is_loopback(), loopback, "{text}");
        }
        let origin: Origin = "https://Badges.Example/".parse().expect("an origin");
        assert_eq!(origin.join("/c/x"), "https://badges.example/c/x");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "badges.example",
            "ftp://x",
            "http://badges.example",
            "https://a b",
            "https://me@badges.example",
            "https://badges.example/path",
            "https://badges.example?q",
            "https://badges.example:99999",
            "https://",
            "https://a..b",
            "https://[::g]",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
