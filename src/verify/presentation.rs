//! Presentations: who shows these credentials, for whom and for what occasion (VCDM 2.0 §4.13, Data
//! Integrity 1.0 §4.4, VC-JOSE-COSE §3.2). Each credential inside is verified alone.

use jiff::{SignedDuration, Timestamp};

use crate::{
    config::limits,
    credential,
    did::{Purpose, split_fragment},
    json::Value,
    proof::{Expected, Secured, jwt},
};

use super::{
    children, claim,
    claim::Presented,
    conclude,
    document::{self, Sort},
    judge::{self, Ask},
    report::{Check, CheckId, Child, Form, Issuer, Report, Verdict, Warning},
    short::short,
    signature::{self, Signed},
    technical::Technical,
    token, trust,
};

const CHILDREN: &str = "/verifiableCredential";
const INVALID_CHALLENGE: &str = "https://w3id.org/security#INVALID_CHALLENGE_ERROR";
const INVALID_DOMAIN: &str = "https://w3id.org/security#INVALID_DOMAIN_ERROR";

/// A presentation with embedded proofs, or with none.
pub(super) async fn embedded(ask: Ask<'_>, value: Value<'_>) -> Report {
    let mut shown = Showing::begin(ask, &value, Form::EmbeddedProof);
    if value.get("proof").is_none() {
        shown.signed(unsigned(ask));
        return shown.report(ask, value).await;
    }
    let secured = match Secured::read(value) {
        Ok(secured) => secured,
        Err(error) => return short(signature::unread_check(&error), ask),
    };
    let by = shown.holder.clone().or_else(|| signer(&secured));
    let domain: Option<Vec<&str>> = ask
        .options
        .domain
        .as_ref()
        .map(|names| names.iter().map(String::as_str).collect());
    let expected = Expected {
        purpose: Purpose::Authentication,
        domain: domain.as_deref(),
        challenge: ask.options.challenge.as_deref(),
    };
    let signed =
        signature::check_by(ask, &secured, by.as_deref().unwrap_or_default(), &expected).await;
    // What another proof says of the occasion, nobody has checked.
    if let Ok(proof) = secured.proof(signed.proof.unwrap_or_default()) {
        shown.challenge = proof.challenge.map(str::to_owned);
        shown.domain = proof.domain.iter().map(|&name| name.to_owned()).collect();
    }
    shown.holder = by;
    shown.signed(signed);
    shown.report(ask, secured.into_value()).await
}

/// Whoever controls the key of the first proof, where the presentation itself does not say.
fn signer(secured: &Secured<'_>) -> Option<String> {
    let proof = secured.proof(0).ok()?;
    Some(split_fragment(proof.verification_method).0.to_owned())
}

/// A presentation as a token.
pub(super) async fn token(
    ask: Ask<'_>,
    read: &jwt::Token<'_>,
    held: jwt::Presentation<'_>,
) -> Report {
    let form = match held.form {
        jwt::Form::Vcdm11 => Form::Vcdm11Jwt,
        jwt::Form::JoseCose | jwt::Form::OpenBadges => Form::JoseCose,
    };
    let mut shown = Showing::begin(ask, &held.presentation, form);
    if let (Some(said), Some(signed)) = (&shown.holder, &held.holder)
        && said != signed
    {
        let sentence = "It names another holder than the one who signed the token.";
        let check = Check::fail(CheckId::KeyBinding, "issuer_key_mismatch", sentence);
        shown.checks.push(check);
    }
    let kid = read.header.kid.as_deref();
    let by = shown
        .holder
        .clone()
        .or_else(|| held.holder.clone())
        .or_else(|| kid.map(|kid| split_fragment(kid).0.to_owned()));
    let made = token::Made {
        purpose: Purpose::Authentication,
        at: held.issued,
        expires: held.expires,
    };
    let by_text = by.as_deref().unwrap_or_default();
    let mut signed = token::check_by(ask, read, by_text, made).await;
    if let Some(check) = from_the_future(&held, ask.now)
        .or_else(|| occasion(ask, held.challenge.as_deref(), &held.domain))
    {
        signed.checks.retain(|old| old.id != CheckId::Proof);
        signed.checks.push(check);
    }
    shown.challenge = held.challenge;
    shown.domain = held.domain;
    shown.holder = by;
    shown.signed(signed);
    shown.report(ask, held.presentation).await
}

/// A token that was not yet made, or does not hold yet.
fn from_the_future(held: &jwt::Presentation<'_>, now: Timestamp) -> Option<Check> {
    let skew = SignedDuration::try_from(limits::CLOCK_SKEW).unwrap_or(SignedDuration::ZERO);
    let latest = now.checked_add(skew).unwrap_or(Timestamp::MAX);
    let mut dates = [held.issued, held.not_before].into_iter().flatten();
    dates.any(|at| at > latest).then(|| {
        let sentence = "The signature says that it was made in the future.";
        Check::fail(CheckId::Proof, "created_in_future", sentence)
    })
}

/// What is wrong with the occasion that a token was made for.
fn occasion(ask: Ask<'_>, challenge: Option<&str>, domain: &[String]) -> Option<Check> {
    let asked = ask.options;
    if asked.challenge.is_some() && asked.challenge.as_deref() != challenge {
        let sentence = "It answers another challenge than yours: it was made for another occasion.";
        let check = Check::fail(CheckId::Proof, "wrong_challenge", sentence);
        return Some(check.problem(INVALID_CHALLENGE));
    }
    let expected = asked.domain.as_ref()?;
    let same = expected.iter().all(|name| domain.contains(name))
        && domain.iter().all(|name| expected.contains(name));
    (!same).then(|| {
        let sentence = "It was made for somebody else than you.";
        Check::fail(CheckId::Proof, "wrong_domain", sentence).problem(INVALID_DOMAIN)
    })
}

/// Without a signature it does not say who presents; each credential still speaks for itself.
fn unsigned(ask: Ask<'_>) -> Signed {
    let proof = if ask.options.challenge.is_some() || ask.options.domain.is_some() {
        let sentence = "Nobody has signed this presentation, so it does not answer your challenge.";
        Check::fail(CheckId::Proof, "no_proof", sentence).problem(INVALID_CHALLENGE)
    } else {
        let sentence = "Nobody has signed the presentation itself, so it does not say who presents it; look at each credential in it.";
        Check::unknown(CheckId::Proof, "not_signed", sentence)
    };
    Signed::not(proof)
}

/// A report about a presentation in the making.
struct Showing {
    form: Form,
    checks: Vec<Check>,
    faults: Vec<credential::Fault>,
    holder: Option<String>,
    challenge: Option<String>,
    domain: Vec<String>,
    method: Option<&'static str>,
    technical: Technical,
}

impl Showing {
    fn begin(ask: Ask<'_>, document: &Value, form: Form) -> Showing {
        let mut own = document.clone();
        own.remove("verifiableCredential");
        let mut faults = credential::presentation_faults(&own);
        // Only version 1.1 allowed tokens among the credentials.
        let tokens = credential::is_version_1(document);
        faults.extend(children::faults(document, CHILDREN, tokens));
        let examined = document::judge(
            (&own, &own),
            Sort::Presentation,
            faults,
            &["proof"],
            ask.options.any_credential,
        );
        let mut checks = judge::opening(Sort::Presentation, form);
        checks.extend(examined.checks);
        let holder = document.get("holder").and_then(|holder| match holder {
            Value::String(id) => Some(id.as_ref().to_owned()),
            profile => Some(profile.get("id")?.as_str()?.to_owned()),
        });
        Showing {
            form,
            checks,
            faults: examined.faults,
            holder,
            challenge: None,
            domain: Vec::new(),
            method: None,
            technical: Technical::default(),
        }
    }

    /// Takes the checks of the signature over, which speak of the one who signs as of an issuer.
    fn signed(&mut self, signed: Signed) {
        self.method = signed.method;
        self.technical = signed.technical;
        for mut check in signed.checks {
            check.sentence = check.sentence.replace("issuer", "presenter");
            document::replace(&mut self.checks, check);
        }
    }

    async fn report(mut self, ask: Ask<'_>, document: Value<'_>) -> Report {
        let (before, _) = conclude::verdict(&self.checks);
        let list = document.pointer(CHILDREN);
        let count = list.map_or(0, |list| list.one_or_many().len());
        let mut found = Vec::new();
        self.checks.push(if before == Verdict::Invalid {
            let sentence = "Not looked at, because of what was found before.";
            Check::skipped(CheckId::Credentials, sentence)
        } else {
            found = children::verify(ask, CHILDREN, list).await;
            children::summary(&found, count)
        });
        let mut binding = binding(self.holder.as_deref(), before, &found);
        // Whoever sets a challenge asks who is there, not only what is there.
        binding.decides = ask.options.challenge.is_some()
            && !ask.options.any_credential
            && binding.reason == Some("other_holder");
        self.checks.push(binding);
        self.checks.sort_by_key(|check| check.id);
        let (verdict, decided) = conclude::verdict(&self.checks);
        let reason = decided.and_then(|check| check.reason);
        let sentence = self.sentence(verdict, decided);
        let presented = Presented {
            id: document
                .get("id")
                .and_then(Value::as_str)
                .map(str::to_owned),
            holder: self.holder.clone(),
            challenge: self.challenge,
            domain: self.domain,
            credentials: count,
        };
        Report {
            verdict,
            reason,
            sentence,
            trust: trust::inside(ask),
            checks: self.checks,
            faults: self.faults,
            form: Some(self.form),
            issuer: self.holder.map(|id| Issuer {
                domain: conclude::domain(&id),
                id,
                name: None,
                key_binding: self.method,
            }),
            claim: Some(judge::claimed(
                verdict,
                claim::Claim::Presentation(presented),
            )),
            endorsements: Vec::new(),
            warnings: warnings(ask, &document, &found),
            children: found,
            technical: self.technical,
            checked_at: ask.now,
            unreadable: None,
            document: Some(document.into_owned()),
        }
    }

    fn sentence(&self, verdict: Verdict, decided: Option<&Check>) -> String {
        if verdict != Verdict::Valid {
            return conclude::sentence(verdict, decided, &[], None);
        }
        let inside = self.checks.iter().find(|c| c.id == CheckId::Credentials);
        let who = self.holder.as_deref().unwrap_or("its holder");
        let whose = match self.checks.iter().find(|c| c.id == CheckId::HolderBinding) {
            Some(check) if check.reason == Some("other_holder") => format!(" {}", check.sentence),
            _ => String::new(),
        };
        format!(
            "Presented by {who}, and unchanged since. {}{whose}",
            inside.map_or("", |check| check.sentence.as_str())
        )
    }
}

/// Whether the one who presents is the one whom the credentials are about. Somebody may well present
/// another's, such as a parent; so this is said, and does not decide.
fn binding(holder: Option<&str>, signed: Verdict, children: &[Child]) -> Check {
    let id = CheckId::HolderBinding;
    let (Some(holder), Verdict::Valid) = (holder, signed) else {
        return Check::skipped(id, "It is not known who presents it.");
    };
    let subjects = children.iter().map(|child| {
        let document = child.report.document.as_ref()?;
        document.pointer("/credentialSubject/id")?.as_str()
    });
    let (mut same, mut other) = (0, 0);
    for subject in subjects {
        match subject {
            Some(subject) if subject == holder => same += 1,
            Some(subject) if subject.starts_with("did:") => other += 1,
            _ => {}
        }
    }
    match children.len() {
        0 => Check::skipped(
            id,
            "It holds no credentials that could belong to its presenter.",
        ),
        _ if other > 0 => Check::unknown(
            id,
            "other_holder",
            format!("{other} of them were made out to somebody else than who presents them."),
        ),
        n if same == n => Check::pass(id, "They were made out to the one who presents them."),
        _ => Check::unknown(
            id,
            "holder_not_said",
            "Not all of them say by an identifier that they were made out to the one who presents them.",
        ),
    }
}

fn warnings(ask: Ask<'_>, document: &Value, children: &[Child]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if credential::is_version_1(document) {
        warnings.push(Warning::new(
            "old_data_model",
            "It follows version 1.1 of the W3C data model; 2.0 is the one in force.",
        ));
    }
    if ask.options.challenge.is_none() && !children.is_empty() {
        warnings.push(Warning::new(
            "no_challenge_expected",
            "No challenge was set for it, so it may have been made for another occasion.",
        ));
    }
    warnings
}
