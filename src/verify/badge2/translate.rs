//! A badge of Open Badges 2.0 in the words of 3.0, to be shown; it is never signed or stored.

use crate::json::{Members, Value};

use super::objects::{Told, text};

/// The badge as an Open Badges 3.0 credential would say it.
pub(super) fn credential(assertion: &Value, told: &Told) -> Value<'static> {
    let mut badge = Object::default();
    badge.list(
        "@context",
        [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
    );
    badge.text("id", text(assertion, "id"));
    badge.list("type", ["VerifiableCredential", "OpenBadgeCredential"]);
    badge.set("issuer", issuer(&told.issuer.value));
    badge.text("validFrom", text(assertion, "issuedOn"));
    badge.text("validUntil", text(assertion, "expires"));
    badge.text("awardedDate", text(assertion, "issuedOn"));
    badge.set("credentialSubject", subject(assertion, told));
    let evidence = assertion.get("evidence").map(Value::one_or_many);
    let evidence: Vec<_> = evidence.unwrap_or_default().iter().map(shown).collect();
    if !evidence.is_empty() {
        badge.set("evidence", Value::Array(evidence));
    }
    badge.done()
}

fn issuer(profile: &Value) -> Value<'static> {
    let mut issuer = Object::default();
    issuer.text("id", text(profile, "id"));
    issuer.list("type", ["Profile"]);
    issuer.text("name", text(profile, "name"));
    issuer.text("url", text(profile, "url"));
    issuer.done()
}

fn subject(assertion: &Value, told: &Told) -> Value<'static> {
    let mut subject = Object::default();
    subject.list("type", ["AchievementSubject"]);
    subject.set("achievement", achievement(&told.class.value));
    subject.text("narrative", text(assertion, "narrative"));
    if let Some(recipient) = assertion.get("recipient") {
        subject.set("identifier", Value::Array(vec![identity(recipient)]));
    }
    subject.done()
}

/// Whom a badge was made out to.
fn identity(recipient: &Value) -> Value<'static> {
    let mut identity = Object::default();
    identity.text("type", Some("IdentityObject"));
    let hashed = recipient.get("hashed") == Some(&Value::Bool(true));
    identity.set("hashed", Value::Bool(hashed));
    identity.text("identityHash", text(recipient, "identity"));
    let kind = recipient.get("type").map(Value::one_or_many);
    let kind = kind.unwrap_or_default().first().and_then(Value::as_str);
    identity.text(
        "identityType",
        Some(match kind {
            Some("email") => "emailAddress",
            Some("telephone") => "ext:telephone",
            Some("url") => "ext:url",
            _ => "identifier",
        }),
    );
    identity.text("salt", text(recipient, "salt"));
    identity.done()
}

fn achievement(class: &Value) -> Value<'static> {
    let mut achievement = Object::default();
    achievement.text("id", text(class, "id"));
    achievement.list("type", ["Achievement"]);
    achievement.text("name", text(class, "name"));
    achievement.text(
        "description",
        Some(text(class, "description").unwrap_or_default()),
    );
    let mut criteria = Object::default();
    match class.get("criteria") {
        Some(Value::String(url)) => criteria.text("id", Some(url)),
        Some(object) => {
            criteria.text("id", text(object, "id"));
            criteria.text("narrative", text(object, "narrative"));
        }
        None => {}
    }
    achievement.set("criteria", criteria.done());
    let tags = class
        .get("tags")
        .map(Value::one_or_many)
        .unwrap_or_default();
    achievement.list("tag", tags.iter().filter_map(Value::as_str));
    let alignments = class.get("alignment").map(Value::one_or_many);
    let alignments: Vec<_> = alignments
        .unwrap_or_default()
        .iter()
        .filter_map(aligned)
        .collect();
    if !alignments.is_empty() {
        achievement.set("alignment", Value::Array(alignments));
    }
    achievement.done()
}

fn aligned(alignment: &Value) -> Option<Value<'static>> {
    let mut aligned = Object::default();
    aligned.list("type", ["Alignment"]);
    aligned.text("targetName", Some(text(alignment, "targetName")?));
    aligned.text("targetUrl", Some(text(alignment, "targetUrl")?));
    for name in ["targetDescription", "targetFramework", "targetCode"] {
        aligned.text(name, text(alignment, name));
    }
    Some(aligned.done())
}

fn shown(evidence: &Value) -> Value<'static> {
    let mut shown = Object::default();
    shown.list("type", ["Evidence"]);
    match evidence {
        Value::String(url) => shown.text("id", Some(url)),
        object => {
            for name in [
                "id",
                "narrative",
                "name",
                "description",
                "genre",
                "audience",
            ] {
                shown.text(name, text(object, name));
            }
        }
    }
    shown.done()
}

/// A JSON object in the making: what is not there is left out.
#[derive(Default)]
struct Object(Members<'static>);

impl Object {
    fn set(&mut self, name: &'static str, value: Value<'static>) {
        self.0.push((name.into(), value));
    }

    fn text(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.set(name, Value::from(text.to_owned()));
        }
    }

    fn list<'t>(&mut self, name: &'static str, texts: impl IntoIterator<Item = &'t str>) {
        let texts = texts.into_iter().map(|text| Value::from(text.to_owned()));
        let texts: Vec<_> = texts.collect();
        if !texts.is_empty() {
            self.set(name, Value::Array(texts));
        }
    }

    fn done(self) -> Value<'static> {
        Value::Object(self.0)
    }
}
