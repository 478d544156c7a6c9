//! Which addresses are an issuer's (Open Badges 2.0 §VerificationObject; threat D20): those of the
//! issuer's own origin, or those that the issuer's profile names.

use url::Url;

use crate::json::Value;

use super::{
    super::report::{Check, CheckId},
    objects::Read,
};

/// Whether the assertion's address is the issuer's.
pub(super) fn check(assertion: &str, issuer: &Read) -> Check {
    let good = "The badge's address belongs to the issuer.";
    if is_inside(assertion, issuer) {
        Check::pass(CheckId::KeyBinding, good).of_age(issuer.as_of)
    } else {
        let sentence = "The badge does not stand at an address of the issuer it names.";
        Check::fail(CheckId::KeyBinding, "outside_issuer_scope", sentence)
    }
}

fn is_inside(assertion: &str, issuer: &Read) -> bool {
    let Some(at) = plain(assertion) else {
        return false;
    };
    // What stands in the badge itself and nowhere else cannot say where the badge may stand.
    if issuer.as_of.is_none() {
        return false;
    }
    let rules = issuer.value.get("verification");
    let texts = |name| {
        let values = rules.and_then(|rules| rules.get(name));
        values.map(Value::one_or_many).unwrap_or_default()
    };
    let (starts, hosts) = (texts("startsWith"), texts("allowedOrigins"));
    if starts.is_empty() && hosts.is_empty() {
        return plain(issuer.id()).is_some_and(|own| own.origin() == at.origin());
    }
    let starts_with = |start: &Value| {
        let start = start.as_str().and_then(plain);
        start.is_some_and(|start| begins(&at, &start))
    };
    let is_host = |host: &Value| at.host_str().is_some() && host.as_str() == at.host_str();
    (starts.is_empty() || starts.iter().any(starts_with))
        && (hosts.is_empty() || hosts.iter().any(is_host))
}

/// Whether an address is at or below another: same origin, and its path goes on in whole steps.
fn begins(at: &Url, start: &Url) -> bool {
    let rest = at.path().strip_prefix(start.path());
    let whole = |rest: &str| {
        rest.is_empty() || start.path().ends_with('/') || rest.starts_with(['/', '.', '-'])
    };
    at.origin() == start.origin() && start.query().is_none() && rest.is_some_and(whole)
}

/// An https address without what makes readers disagree about whose it is.
fn plain(text: &str) -> Option<Url> {
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if text.contains(odd) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let is_plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    is_plain.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(id: &str, rules: &str) -> Read {
        let text = format!(r#"{{"id":"{id}"{rules}}}"#);
        Read {
            value: crate::json::parse(&text).expect("json").into_owned(),
            as_of: Some("2026-04-01T12:00:00Z".parse().expect("a time")),
        }
    }

    #[test]
    fn d20_addresses_are_compared_as_addresses() {
        let own = "https://victim.test/issuer";
        let starts = r#","verification":{"startsWith":"https://victim.test"}"#;
        let path = r#","verification":{"startsWith":["https://victim.test/badges/a"]}"#;
        let host = r#","verification":{"allowedOrigins":"cdn.victim.test"}"#;
        for (rules, address, expected) in [
            ("", "https://victim.test/a", true),
            ("", "https://victim.test:443/a", true),
            ("", "https://victim.test:8443/a", false),
            ("", "http://victim.test/a", false),
            ("", "https://victim.test.evil.test/a", false),
            ("", "https://victim.test@evil.test/a", false),
            ("", "https://evil.test\\\\@victim.test/", false),
            ("", "https://evil.test/a", false),
            (starts, "https://victim.test/a", true),
            (starts, "https://victim.test.evil.test/a", false),
            (starts, "https://victim.testevil.test/a", false),
            (path, "https://victim.test/badges/a/1", true),
            (path, "https://victim.test/badges/abc", false),
            (path, "https://victim.test/badges/a/../../c", false),
            (path, "https://victim.test/c", false),
            (host, "https://cdn.victim.test/1", true),
            (host, "https://victim.test/1", false),
        ] {
            let found = is_inside(address, &issuer(own, rules));
            assert_eq!(found, expected, "{rules} {address}");
        }
        let embedded = Read {
            as_of: None,
            ..issuer(own, "")
        };
        assert!(!is_inside("https://victim.test/a", &embedded));
    }
}
