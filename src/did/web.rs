//! did:web: the identifier is an https address, written with colons.

use super::{Did, DidError, Resolved};

/// Where the document of a did:web stands.
///
/// # Errors
/// The faults of [`url()`].
pub fn resolve(did: &Did) -> Result<Resolved, DidError> {
    url(did).map(Resolved::At)
}

/// The address of the document of a did:web: `https://host[:port]/path…/did.json`, or
/// `/.well-known/did.json` without a path. Loopback hosts are read over http.
///
/// A path segment is written `A-Z a-z 0-9 . _ -` and is not `.` or `..`; nothing but the port's
/// colon may be percent-encoded (threat D8).
///
/// # Errors
/// [`DidError::Malformed`].
pub fn url(did: &Did) -> Result<String, DidError> {
    let mut segments = did.id().split(':');
    let authority = segments.next().unwrap_or_default();
    let (host, port) = match authority
        .split_once("%3A")
        .or_else(|| authority.split_once("%3a"))
    {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    check_host(host)?;
    let mut url = format!(
        "{}://{host}",
        if is_loopback(host) { "http" } else { "https" }
    );
    if let Some(port) = port {
        check_port(port)?;
        url.push(':');
        url.push_str(port);
    }
    let before_path = url.len();
    for segment in segments {
        check_segment(segment)?;
        url.push('/');
        url.push_str(segment);
    }
    if url.len() == before_path {
        url.push_str("/.well-known");
    }
    url.push_str("/did.json");
    Ok(url)
}

/// The did:web of a page: `https://example.org:8443/issuers/7` is
/// `did:web:example.org%3A8443:issuers:7`. The reverse of [`url()`], without `/did.json`.
///
/// # Errors
/// [`DidError::Malformed`] if the address is not https (or http on loopback), names no DNS host,
/// or has a query, a fragment or a segment that a did:web cannot hold.
pub fn did_of(page: &str) -> Result<Did, DidError> {
    let (scheme, rest) = page
        .split_once("://")
        .ok_or(DidError::Malformed("expected an https address"))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    if scheme != "https" && !(scheme == "http" && is_loopback(host)) {
        return Err(DidError::Malformed("a did:web needs an https address"));
    }
    check_host(host)?;
    let mut text = format!("did:web:{host}");
    let id_at = "did:web:".len();
    if let Some(port) = port {
        check_port(port)?;
        text.push_str("%3A");
        text.push_str(port);
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    for segment in path.split('/').filter(|_| !path.is_empty()) {
        check_segment(segment)?;
        text.push(':');
        text.push_str(segment);
    }
    Ok(Did { text, id_at })
}

/// Whether a host is this machine: the only hosts that are spoken to without TLS.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "127.0.0.1" || host.ends_with(".localhost")
}

/// A DNS name in lower case, with a dot; never an address, save loopback.
fn check_host(host: &str) -> Result<(), DidError> {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    // The last label of a name is never a number; that of an address always is (RFC 3696 §2).
    let is_address = host
        .rsplit('.')
        .next()
        .is_none_or(|last| last.starts_with(|c: char| c.is_ascii_digit()));
    let is_name = host.len() <= 253 && host.split('.').all(is_label);
    if is_name && (is_loopback(host) || (host.contains('.') && !is_address)) {
        Ok(())
    } else {
        Err(DidError::Malformed(
            "a did:web needs the DNS name of a host, in lower case",
        ))
    }
}

fn check_port(port: &str) -> Result<(), DidError> {
    let is_canonical = !port.starts_with('0') && port.bytes().all(|b| b.is_ascii_digit());
    if is_canonical && port.parse::<u16>().is_ok() {
        Ok(())
    } else {
        Err(DidError::Malformed(
            "the port of a did:web is a number up to 65535",
        ))
    }
}

fn check_segment(segment: &str) -> Result<(), DidError> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if segment.is_empty() || matches!(segment, "." | "..") || !segment.bytes().all(is_plain) {
        return Err(DidError::Malformed(
            "a path segment of a did:web is written A-Z, a-z, 0-9, . _ -, and is not . or ..",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dids_and_addresses_go_both_ways() {
        for (did, page, url) in [
            (
                "did:web:example.com",
                "https://example.com",
                "https://example.com/.well-known/did.json",
            ),
            (
                "did:web:example.com%3A3000:user:alice",
                "https://example.com:3000/user/alice",
                "https://example.com:3000/user/alice/did.json",
            ),
            (
                "did:web:localhost%3A8080:issuers:7",
                "http://localhost:8080/issuers/7",
                "http://localhost:8080/issuers/7/did.json",
            ),
        ] {
            let parsed = Did::parse(did).expect("a DID");
            assert_eq!(super::url(&parsed), Ok(url.to_owned()));
            assert_eq!(did_of(page).map(|d| d.to_string()), Ok(did.to_owned()));
            assert_eq!(did_of(&format!("{page}/")), Ok(parsed));
        }
    }

    #[test]
    fn d8_path_tricks_and_addresses_are_refused() {
        for did in [
            "did:web:victim.test:..:..:admin",
            "did:web:victim.test:.:x",
            "did:web:victim.test:%2e%2e:x",
            "did:web:victim.test%2Fadmin",
            "did:web:victim.test:a%2Fb",
            "did:web:victim.test::x",
            "did:web:victim.test%3A",
            "did:web:victim.test%3A080",
            "did:web:victim.test%3A65536",
            "did:web:victim.test%3A80%3A80",
            "did:web:user%40victim.test",
            "did:web:Victim.test",
            "did:web:Victim.localhost",
            "did:web:.localhost",
            "did:web:victim",
            "did:web:victim.test.",
            "did:web:-victim.test",
            "did:web:10.0.0.1",
            "did:web:169.254.169.254",
            "did:web:0x7f.1",
            "did:web:2130706433",
            "did:web:%5B%3A%3A1%5D",
        ] {
            let parsed = Did::parse(did).expect("the grammar of a DID");
            assert!(matches!(url(&parsed), Err(DidError::Malformed(_))), "{did}");
        }
        for did in ["did:web:victim.test:", "did:web::x:", "did:web:"] {
            assert!(Did::parse(did).is_err(), "{did}");
        }
        assert!(Did::parse("did:web::x").and_then(|did| url(&did)).is_err());
        for page in [
            "http://example.com",
            "ftp://example.com",
            "https://u@example.com",
            "https://example.com/a?b",
            "https://example.com/a#b",
            "https://example.com/a//b",
            "https://example.com/a%2fb",
            "https://[::1]/a",
            "example.com",
        ] {
            assert!(did_of(page).is_err(), "{page}");
        }
    }
}
