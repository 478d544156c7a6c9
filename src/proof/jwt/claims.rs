//! The payload of a token: a credential, and claims that must say the same.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{Header, JwtError};
use crate::{credential::dates, json::Value};

/// The three forms a credential has as a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Open Badges 3.0 §8.2: the credential with required claims beside it.
    OpenBadges,
    /// W3C VC-JOSE-COSE: the credential as it is; `exp` is that of the signature.
    JoseCose,
    /// VCDM 1.1: the credential under `vc`.
    Vcdm11,
}

/// A credential out of a token, with claims that agree with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims<'t> {
    /// Which form the token has.
    pub form: Form,
    /// The credential without the claims beside it. What only a claim says (`exp`, and in VCDM 1.1
    /// `iss`, `jti`, `nbf`, `sub`) was put where a credential has it.
    pub credential: Value<'t>,
    /// From when on the *signature* must not be believed; VC-JOSE-COSE only.
    pub signature_expires: Option<Timestamp>,
}

/// Where the credential says what a claim says.
struct Match {
    claim: &'static str,
    read: fn(&Value<'_>) -> Option<Value<'static>>,
}

const ISS: Match = Match {
    claim: "iss",
    read: issuer,
};
const JTI: Match = Match {
    claim: "jti",
    read: |credential| text_at(credential, "id"),
};
const SUB: Match = Match {
    claim: "sub",
    read: subject,
};

fn text_at(value: &Value<'_>, name: &str) -> Option<Value<'static>> {
    let text = value.get(name)?.as_str()?;
    Some(text.to_owned().into())
}

fn issuer(credential: &Value<'_>) -> Option<Value<'static>> {
    match credential.get("issuer")? {
        Value::String(text) => Some(text.clone().into_owned().into()),
        profile => text_at(profile, "id"),
    }
}

/// The id of the only subject.
fn subject(credential: &Value<'_>) -> Option<Value<'static>> {
    match credential.get("credentialSubject")?.one_or_many() {
        [one] => text_at(one, "id"),
        _ => None,
    }
}

/// The second in which the credential begins or ends to be valid, under its name in VCDM 2.0 or 1.1.
fn date(credential: &Value<'_>, claim: &'static str) -> Result<Option<i64>, JwtError> {
    let names = match claim {
        "nbf" => ["validFrom", "issuanceDate"],
        _ => ["validUntil", "expirationDate"],
    };
    let Some(value) = names.iter().find_map(|name| credential.get(name)) else {
        return Ok(None);
    };
    let at = value.as_str().and_then(|text| dates::stamp(text).ok());
    let at = at.ok_or(JwtError::Claim {
        claim,
        sentence: "has no readable date in the credential",
    })?;
    Ok(Some(crate::clock::whole_seconds(at).as_second()))
}

/// The credential with its claims, in the form we write.
pub(super) fn payload(mut credential: Value<'_>) -> Result<Value<'_>, JwtError> {
    let missing = |claim| JwtError::Claim {
        claim,
        sentence: "has nothing to be taken from",
    };
    let iss = issuer(&credential).ok_or(missing("iss"))?;
    let jti = text_at(&credential, "id").ok_or(missing("jti"))?;
    let nbf = date(&credential, "nbf")?.ok_or(missing("nbf"))?;
    let sub = subject(&credential);
    let exp = date(&credential, "exp")?;
    credential.set("iss", iss);
    credential.set("jti", jti);
    credential.set("nbf", number(nbf));
    if let Some(sub) = sub {
        credential.set("sub", sub);
    }
    if let Some(exp) = exp {
        credential.set("exp", number(exp));
    }
    Ok(credential)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "years up to 9999 are below 2^53 seconds"
)]
fn number(seconds: i64) -> Value<'static> {
    Value::Number(seconds as f64)
}

impl<'t> Claims<'t> {
    pub(super) fn read(mut payload: Value<'t>, header: &Header) -> Result<Claims<'t>, JwtError> {
        let form = form(&payload, header)?;
        if form == Form::Vcdm11 {
            let credential = payload.remove("vc").unwrap_or(Value::Null);
            return Claims::of(form, credential, &mut payload);
        }
        let mut claims = Value::Object(Vec::new());
        for name in ["iss", "sub", "jti", "nbf", "exp", "iat", "aud"] {
            if let Some(value) = payload.remove(name) {
                claims.set(name, value);
            }
        }
        Claims::of(form, payload, &mut claims)
    }

    fn of(
        form: Form,
        mut credential: Value<'t>,
        claims: &mut Value<'t>,
    ) -> Result<Claims<'t>, JwtError> {
        if credential.members().is_none() {
            return Err(JwtError::Claim {
                claim: "vc",
                sentence: "is not a credential",
            });
        }
        let required = form != Form::JoseCose;
        for (rule, required) in [(ISS, required), (JTI, required), (SUB, required)] {
            agree(&rule, required, form, &mut credential, claims)?;
        }
        let mut signature_expires = None;
        if form == Form::JoseCose {
            signature_expires = time(claims, "exp")?;
        } else {
            agree_on_date("exp", false, form, &mut credential, claims)?;
        }
        agree_on_date(
            "nbf",
            form == Form::OpenBadges,
            form,
            &mut credential,
            claims,
        )?;
        Ok(Claims {
            form,
            credential,
            signature_expires,
        })
    }
}

fn form(payload: &Value<'_>, header: &Header) -> Result<Form, JwtError> {
    let fault = |claim, sentence| Err(JwtError::Claim { claim, sentence });
    match (payload.get("vc"), payload.get("@context")) {
        _ if payload.get("vp").is_some() || header.is_vp_jwt() => {
            fault("vp", "belongs to a presentation")
        }
        (Some(_), None) if !header.is_vc_jwt() => Ok(Form::Vcdm11),
        (Some(_), _) => fault("vc", "must not stand beside a credential"),
        (None, Some(_)) if header.is_vc_jwt() => Ok(Form::JoseCose),
        (None, Some(_)) => Ok(Form::OpenBadges),
        (None, None) => fault("vc", "is missing: the token holds no credential"),
    }
}

/// A claim and the credential must say the same; what only a VCDM 1.1 claim says is filled in.
fn agree<'t>(
    rule: &Match,
    required: bool,
    form: Form,
    credential: &mut Value<'t>,
    claims: &Value<'t>,
) -> Result<(), JwtError> {
    let fault = |sentence| {
        Err(JwtError::Claim {
            claim: rule.claim,
            sentence,
        })
    };
    match (claims.get(rule.claim), (rule.read)(credential)) {
        (Some(claim), Some(said)) if *claim == said => Ok(()),
        (Some(_), Some(_)) => fault("says something else than the credential"),
        (Some(claim), None) if form == Form::Vcdm11 && claim.as_str().is_some() => {
            fill(rule.claim, credential, claim.clone());
            Ok(())
        }
        (Some(_), None) if required => fault("is not in the credential"),
        (None, Some(_)) if required => fault("is missing"),
        (None, None) if required && rule.claim != "sub" => fault("is missing"),
        _ => Ok(()),
    }
}

fn fill<'t>(claim: &str, credential: &mut Value<'t>, value: Value<'t>) {
    match claim {
        "iss" => match credential.get_mut("issuer") {
            Some(profile) => profile.set("id", value),
            None => credential.set("issuer", value),
        },
        "jti" => credential.set("id", value),
        _ => match credential.get_mut("credentialSubject") {
            Some(Value::Array(subjects)) if subjects.len() == 1 => subjects[0].set("id", value),
            Some(subject) => subject.set("id", value),
            None => {}
        },
    }
}

/// [`agree`] for the dates: whole seconds in the claim, a date and time in the credential.
fn agree_on_date<'t>(
    claim: &'static str,
    required: bool,
    form: Form,
    credential: &mut Value<'t>,
    claims: &Value<'t>,
) -> Result<(), JwtError> {
    let fault = |sentence| Err(JwtError::Claim { claim, sentence });
    match (time(claims, claim)?, date(credential, claim)?) {
        (Some(claimed), Some(said)) if claimed.as_second() == said => Ok(()),
        (Some(_), Some(_)) => fault("says something else than the credential"),
        (Some(claimed), None) => {
            let name = match (claim, form) {
                ("nbf", Form::Vcdm11) => "issuanceDate",
                ("nbf", _) if required => return fault("is not in the credential"),
                ("nbf", _) => return Ok(()),
                (_, Form::Vcdm11) => "expirationDate",
                _ => "validUntil",
            };
            credential.set(Cow::Borrowed(name), dates::text(claimed).into());
            Ok(())
        }
        (None, Some(_)) if required => fault("is missing"),
        _ => Ok(()),
    }
}

/// A NumericDate (RFC 7519 §2), cut to the second. One outside the years that can be told is
/// refused: ignored, it would be no limit at all.
#[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
pub(super) fn time(claims: &Value<'_>, claim: &'static str) -> Result<Option<Timestamp>, JwtError> {
    let fault = |sentence| Err(JwtError::Claim { claim, sentence });
    match claims.get(claim).map(Value::as_number) {
        None => Ok(None),
        Some(Some(number)) if number.abs() < 1e12 => {
            match Timestamp::from_second(number.floor() as i64) {
                Ok(at) => Ok(Some(at)),
                Err(_) => fault("is not a time that exists"),
            }
        }
        Some(_) => fault("must be a number of seconds since 1970"),
    }
}
