//! From checks to the verdict, and to one sentence.

use crate::{did, json::Value};

use super::report::{Check, CheckId, Issuer, Outcome, Verdict};

/// The verdict over all checks that decide, and the one that decided against it.
///
/// One failure is enough for [`Verdict::Invalid`]; without one, a single unknown is enough for
/// [`Verdict::CannotTell`]. And nothing is valid whose signature and key were not both good.
pub(super) fn verdict(checks: &[Check]) -> (Verdict, Option<&Check>) {
    let first = |outcome| checks.iter().find(|c| c.decides && c.outcome == outcome);
    let passed = |id| {
        checks
            .iter()
            .any(|c| c.id == id && c.outcome == Outcome::Pass)
    };
    if let Some(failed) = first(Outcome::Fail) {
        (Verdict::Invalid, Some(failed))
    } else if let Some(unknown) = first(Outcome::Unknown) {
        (Verdict::CannotTell, Some(unknown))
    } else if passed(CheckId::Proof) && passed(CheckId::KeyBinding) {
        (Verdict::Valid, None)
    } else {
        (Verdict::CannotTell, None)
    }
}

/// The answer in one sentence.
pub(super) fn sentence(
    verdict: Verdict,
    decided: Option<&Check>,
    checks: &[Check],
    issuer: Option<&Issuer>,
) -> String {
    let why = decided.map_or("", |check| check.sentence.as_str());
    match verdict {
        Verdict::Invalid => format!("Do not rely on this. {why}"),
        Verdict::CannotTell => format!("We cannot tell whether this is real. {why}"),
        Verdict::Valid => {
            let who = issuer.map_or_else(|| "its issuer".to_owned(), who);
            let has = |id| {
                checks
                    .iter()
                    .any(|c| c.id == id && c.outcome == Outcome::Pass)
            };
            let status = if has(CheckId::Status) {
                "it has not been taken back"
            } else {
                "it says nothing about being taken back"
            };
            let dates = if has(CheckId::ValidUntil) {
                "it has not expired"
            } else {
                "it has no end date"
            };
            format!("Signed by {who}; nothing in it was changed, {status}, and {dates}.")
        }
    }
}

pub(super) fn who(issuer: &Issuer) -> String {
    let at = issuer.domain.as_deref().unwrap_or(&issuer.id);
    match &issuer.name {
        Some(name) => format!("{name} ({at})"),
        None => at.to_owned(),
    }
}

/// Who a document says has issued it.
pub(super) fn issuer(document: &Value, key_binding: Option<&'static str>) -> Option<Issuer> {
    let id = super::binding::issuer_id(document)?.to_owned();
    let name = document
        .get("issuer")
        .and_then(|i| i.get("name")?.as_str())
        .map(str::to_owned);
    let domain = domain(&id);
    Some(Issuer {
        id,
        name,
        domain,
        key_binding,
    })
}

/// The host of a did:web or of an https address, in its ASCII form.
pub(super) fn domain(id: &str) -> Option<String> {
    let url = match did::Did::parse(id) {
        Ok(did) if did.method() == "web" => did::web::url(&did).ok()?,
        _ => id.to_owned(),
    };
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    // Letters that look like others are shown as what they are: in their ASCII form.
    match host.is_ascii() {
        true => Some(host.to_owned()),
        false => Some(url::Url::parse(&url).ok()?.host_str()?.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::domain;

    #[test]
    fn f15_a_domain_of_look_alike_letters_is_shown_as_what_it_is() {
        for (id, expected) in [
            ("https://harvard.example/issuers/1", Some("harvard.example")),
            (
                "https://h\u{430}rvard.example/issuers/1",
                Some("xn--hrvard-3nf.example"),
            ),
            ("did:web:harvard.example:a", Some("harvard.example")),
            ("did:key:z6Mk", None),
        ] {
            assert_eq!(domain(id).as_deref(), expected, "{id}");
        }
    }
}
