//! Enveloped credentials and presentations: a token in a `data:` address, wrapped into JSON
//! (VCDM 2.0 §4.13, VC-JOSE-COSE §3.1.3). The envelope says nothing itself; the token does.

use crate::{credential, json::Value, proof::jwt, rdf::contexts};

use super::{
    judge::{self, Ask, Place},
    report::{Check, CheckId, Report},
    short::{bad_token, not_yet, short},
};

/// An `EnvelopedVerifiableCredential`.
pub(super) async fn credential(ask: Ask<'_>, envelope: &Value<'_>, place: Place) -> Report {
    open(ask, envelope, "application/vc+jwt", place).await
}

/// An `EnvelopedVerifiablePresentation`.
pub(super) async fn presentation(ask: Ask<'_>, envelope: &Value<'_>) -> Report {
    open(ask, envelope, "application/vp+jwt", Place::Alone).await
}

async fn open(ask: Ask<'_>, envelope: &Value<'_>, media_type: &str, place: Place) -> Report {
    let token = match inside(envelope, media_type) {
        Ok(token) => token,
        Err(Sealed::Wrong(sentence)) => return wrong(sentence, ask),
        Err(Sealed::Other(what)) => return not_yet(what, ask),
    };
    match jwt::read(token).and_then(|token| token.presentation().map(|held| held.is_some())) {
        Err(error) => return bad_token(&error, ask),
        Ok(true) if media_type == "application/vc+jwt" => {
            return wrong(
                "The token in the envelope holds a presentation, no credential.",
                ask,
            );
        }
        Ok(false) if media_type == "application/vp+jwt" => {
            return wrong("The token in the envelope holds no presentation.", ask);
        }
        Ok(_) => {}
    }
    let mut report = judge::token_text(ask, token, place).await;
    let format = report.checks.iter_mut().find(|c| c.id == CheckId::Format);
    if let Some(format) = format {
        format.sentence = format
            .sentence
            .replace("a token.", "a token in an envelope.");
    }
    report
}

/// Why an envelope holds no token that is read.
enum Sealed {
    Wrong(&'static str),
    Other(&'static str),
}

/// The token in an envelope that has nothing else in it: more would look like part of the
/// credential, and nobody has signed it.
fn inside<'v>(envelope: &'v Value<'_>, media_type: &str) -> Result<&'v str, Sealed> {
    let members = envelope.members().map(Vec::as_slice).unwrap_or_default();
    let known = |name: &str| matches!(name, "@context" | "id" | "type");
    if !members.iter().all(|(name, _)| known(name)) {
        let sentence =
            "The envelope says more than where the token is, and nobody has signed that.";
        return Err(Sealed::Wrong(sentence));
    }
    let one_type = envelope.get("type").map(|t| t.one_or_many().len()) == Some(1);
    if !one_type || credential::is_version_1(envelope) || contexts::check(envelope).is_err() {
        return Err(Sealed::Wrong(
            "The envelope does not have the one type and the vocabulary that an envelope has.",
        ));
    }
    let address = envelope
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let (found, token) = address
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','))
        .ok_or(Sealed::Wrong(
            "The envelope has no token: its id is no data address.",
        ))?;
    match found {
        found if found == media_type => Ok(token),
        "application/vc+sd-jwt" | "application/vp+sd-jwt" => {
            Err(Sealed::Other("an envelope with an SD-JWT"))
        }
        "application/vc+cose" | "application/vp+cose" | "application/vc+cose;base64" => {
            Err(Sealed::Other("an envelope with a COSE message"))
        }
        _ => Err(Sealed::Wrong(
            "The envelope says that it holds something else than such a token.",
        )),
    }
}

fn wrong(sentence: &str, ask: Ask<'_>) -> Report {
    let check = Check::fail(CheckId::Format, "malformed_envelope", sentence);
    short(
        check.problem("https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"),
        ask,
    )
}
