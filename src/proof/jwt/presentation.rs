//! A presentation as a token: VC-JOSE-COSE (`vp+jwt`, the presentation as it is) and VCDM 1.1 (under
//! `vp`, with `iss` for its holder, `nonce` for its challenge and `aud` for its domain).

use jiff::Timestamp;

use super::{Form, JwtError, Token, claims::time};
use crate::json::{self, Value};

/// A presentation out of a token, and what the token says about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Presentation<'t> {
    /// [`Form::JoseCose`] or [`Form::Vcdm11`].
    pub form: Form,
    /// The presentation without the claims beside it.
    pub presentation: Value<'t>,
    /// Who signs (`iss`).
    pub holder: Option<String>,
    /// What question it answers (`nonce`).
    pub challenge: Option<String>,
    /// Whom it was made for (`aud`).
    pub domain: Vec<String>,
    /// When it was made (`iat`, or else `nbf`).
    pub issued: Option<Timestamp>,
    /// From when on it holds (`nbf`).
    pub not_before: Option<Timestamp>,
    /// From when on it must not be believed (`exp`).
    pub expires: Option<Timestamp>,
}

impl Token<'_> {
    /// The presentation in the payload; `None` if the payload is something else.
    ///
    /// # Errors
    /// [`JwtError::Json`]; [`JwtError::Claim`] for claims of a wrong kind, and for a token that says
    /// by its type that it holds a presentation, and does not.
    pub fn presentation(&self) -> Result<Option<Presentation<'_>>, JwtError> {
        let payload = json::parse_bytes(&self.payload).map_err(|error| JwtError::Json {
            part: "payload",
            error,
        })?;
        let vp_jwt = self.header.is_vp_jwt();
        let fault = |claim, sentence| Err(JwtError::Claim { claim, sentence });
        let is_one = |value: &Value<'_>| {
            let types = value.get("type").map_or(&[][..], Value::one_or_many);
            types
                .iter()
                .any(|t| t.as_str() == Some("VerifiablePresentation"))
        };
        match payload.get("vp") {
            Some(_)
                if vp_jwt || payload.get("vc").is_some() || payload.get("@context").is_some() =>
            {
                fault("vp", "must not stand beside a presentation or credential")
            }
            Some(held) if !is_one(held) => fault("vp", "is not a presentation"),
            Some(_) => take(payload, Form::Vcdm11).map(Some),
            None if is_one(&payload) && !self.header.is_vc_jwt() => {
                take(payload, Form::JoseCose).map(Some)
            }
            None if vp_jwt => fault("vp", "is missing: the token holds no presentation"),
            None => Ok(None),
        }
    }
}

fn take(mut payload: Value<'_>, form: Form) -> Result<Presentation<'_>, JwtError> {
    let mut claims = Value::Object(Vec::new());
    for name in ["iss", "sub", "jti", "nbf", "exp", "iat", "aud", "nonce"] {
        if let Some(value) = payload.remove(name) {
            claims.set(name, value);
        }
    }
    let presentation = match form {
        Form::Vcdm11 => payload.remove("vp").unwrap_or(Value::Null),
        _ => payload,
    };
    if let (Some(claimed), Some(said)) = (claims.get("jti"), presentation.get("id"))
        && claimed != said
    {
        let (claim, sentence) = ("jti", "says something else than the presentation");
        return Err(JwtError::Claim { claim, sentence });
    }
    let not_before = time(&claims, "nbf")?;
    let issued = time(&claims, "iat")?.or(not_before);
    Ok(Presentation {
        form,
        holder: text(&claims, "iss")?,
        challenge: text(&claims, "nonce")?,
        domain: texts(&claims, "aud")?,
        issued,
        not_before,
        expires: time(&claims, "exp")?,
        presentation,
    })
}

fn text(claims: &Value<'_>, claim: &'static str) -> Result<Option<String>, JwtError> {
    match claims.get(claim).map(Value::as_str) {
        None => Ok(None),
        Some(Some(text)) => Ok(Some(text.to_owned())),
        Some(None) => Err(JwtError::Claim {
            claim,
            sentence: "must be text",
        }),
    }
}

fn texts(claims: &Value<'_>, claim: &'static str) -> Result<Vec<String>, JwtError> {
    let items = claims.get(claim).map_or(&[][..], Value::one_or_many);
    let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or(JwtError::Claim {
        claim,
        sentence: "must be text, or a list of texts",
    })
}
