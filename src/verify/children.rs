//! Credentials inside a presentation or a learner record: each is cut out, verified alone, and
//! reported alone; what surrounds them is not good unless all of them are.

use crate::{
    config::limits,
    credential::{Fault, Kind, Weight},
    json::Value,
    proof::jwt,
};

use super::{
    input::Refused,
    judge::{self, Ask, Place},
    report::{Check, CheckId, Child, Report, Unreadable, Verdict},
    short::unreadable,
};

/// Verifies each of `values`, which stand under `pointer`; at most [`limits::CHILDREN`].
pub(super) async fn verify(ask: Ask<'_>, pointer: &str, values: Option<&Value<'_>>) -> Vec<Child> {
    let items = values.map(Value::one_or_many).unwrap_or_default();
    let is_list = matches!(values, Some(Value::Array(_)));
    let mut children = Vec::with_capacity(items.len());
    for (at, value) in items.iter().take(limits::CHILDREN).enumerate() {
        let report = Box::pin(one(ask, value)).await;
        let pointer = match is_list {
            true => format!("{pointer}/{at}"),
            false => pointer.to_owned(),
        };
        children.push(Child {
            pointer,
            report: Box::new(report),
        });
    }
    children
}

async fn one(ask: Ask<'_>, value: &Value<'_>) -> Report {
    match value {
        Value::Object(_) => judge::object(ask, value.clone(), Place::Inside).await,
        Value::String(token) if jwt::looks_like(token) => {
            judge::token_text(ask, token, Place::Inside).await
        }
        _ => {
            let refused = Refused {
                kind: Unreadable::Malformed,
                sentence: "This is no credential: neither an object nor a token.".to_owned(),
            };
            unreadable(&refused, ask)
        }
    }
}

/// What the credentials inside come to. One that is wrong makes the whole wrong, one that could not
/// be checked leaves the whole open.
pub(super) fn summary(children: &[Child], count: usize) -> Check {
    let id = CheckId::Credentials;
    let with = |verdict| {
        children
            .iter()
            .filter(|c| c.report.verdict == verdict)
            .count()
    };
    let (good, bad) = (with(Verdict::Valid), with(Verdict::Invalid));
    match count {
        0 => Check::skipped(id, "It holds no credentials."),
        n if bad > 0 => Check::fail(
            id,
            "credential_inside_not_valid",
            format!(
                "It holds {}, and {bad} must not be relied on.",
                credentials(n)
            ),
        ),
        n if n > children.len() => Check::unknown(
            id,
            "too_many_credentials",
            format!(
                "It holds {}, and only the first {} were checked.",
                credentials(n),
                children.len()
            ),
        ),
        n if good < n => Check::unknown(
            id,
            "credential_inside_not_checked",
            format!(
                "It holds {}, and {} could not be checked to the end.",
                credentials(n),
                n - good
            ),
        ),
        1 => Check::pass(
            id,
            "It holds one credential, which was checked by itself and is good.",
        ),
        n => Check::pass(
            id,
            format!("It holds {n} credentials; each was checked by itself and is good."),
        ),
    }
}

fn credentials(count: usize) -> String {
    match count {
        1 => "one credential".to_owned(),
        n => format!("{n} credentials"),
    }
}

/// What is wrong with the list of credentials itself: something that is none, or one id for two of
/// them or for what surrounds them. As linked data, both would be one thing with the members of
/// both.
pub(super) fn faults(around: &Value, pointer: &str, tokens: bool) -> Vec<Fault> {
    let Some(list) = around.pointer(pointer) else {
        return Vec::new();
    };
    let id_of = |value: &Value<'_>| value.get("id").and_then(Value::as_str).map(str::to_owned);
    let mut seen: Vec<String> = id_of(around).into_iter().collect();
    let mut faults = Vec::new();
    for (at, item) in list.one_or_many().iter().enumerate() {
        let mut wrong = |step: &str, kind, sentence: &str| {
            faults.push(Fault {
                pointer: format!("{pointer}/{at}{step}"),
                sentence: sentence.to_owned(),
                kind,
                weight: Weight::Wrong,
            });
        };
        match item {
            Value::Object(_) => {}
            Value::String(text) if tokens && jwt::looks_like(text) => continue,
            _ => wrong("", Kind::Shape, "A credential inside must be an object."),
        }
        if let Some(id) = id_of(item) {
            if seen.contains(&id) {
                let sentence = "Two different objects share this id, and would be read as one.";
                wrong("/id", Kind::Structure, sentence);
            }
            seen.push(id);
        }
    }
    faults
}
