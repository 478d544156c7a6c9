//! A credential, from its first byte to its report: every check in its order.

use jiff::Timestamp;

use crate::{
    json::{self, Value},
    proof::{Secured, jwt},
};

use super::{
    Options, badge2, claim, conclude,
    document::{self, Sort},
    effort::Effort,
    endorsements, enveloped, input,
    input::Refused,
    receipt, recipient,
    report::{
        Check, CheckId, Child, Claimed, Endorsement, Form, Outcome, Report, Unreadable, Verdict,
        Warning,
    },
    short::{bad_token, short, unreadable},
    signature::{self, Signed},
    sources::Sources,
    status::{self, Heard},
    technical::Technical,
    token, trust,
    verified::Verified,
    {dates, presentation, record},
};

/// What is asked, of whom, and when.
#[derive(Clone, Copy)]
pub(super) struct Ask<'s> {
    pub(super) sources: &'s dyn Sources,
    pub(super) options: &'s Options,
    pub(super) now: Timestamp,
    /// What it may cost, with all that stands inside.
    pub(super) effort: &'s Effort,
}

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// By itself.
    Alone,
    /// In a presentation or a learner record: it holds no others that would be read.
    Inside,
    /// Endorsing what it stands in: its own endorsements are not read (threat A19).
    Endorsing,
}

/// A JSON document or a token, as text.
pub(super) async fn text(ask: Ask<'_>, text: &str, place: Place) -> Report {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return token_text(ask, text, place).await;
    }
    let value = match json::parse(text) {
        Ok(value) => value,
        Err(error) => return unreadable(&input::json_fault(&error), ask),
    };
    if value.members().is_none() {
        let refused = Refused {
            kind: Unreadable::Malformed,
            sentence: "This is JSON, but not a credential: a credential is an object.".to_owned(),
        };
        return unreadable(&refused, ask);
    }
    Box::pin(object(ask, value, place)).await
}

/// A JSON object: whatever it says it is.
pub(super) async fn object(ask: Ask<'_>, value: Value<'_>, place: Place) -> Report {
    use input::Kind;
    if receipt::is_one(&value) && place == Place::Alone {
        return Box::pin(receipt::report(ask, value)).await;
    }
    if let Some(report) = receipt::withheld(ask, &value) {
        return report;
    }
    match (input::kind(&value), place) {
        (Kind::Badge2, Place::Alone) => Box::pin(badge2::object(ask, &value)).await,
        (Kind::EnvelopedCredential, _) => Box::pin(enveloped::credential(ask, &value, place)).await,
        (Kind::EnvelopedPresentation, Place::Alone) => {
            Box::pin(enveloped::presentation(ask, &value)).await
        }
        (Kind::Presentation, Place::Alone) => Box::pin(presentation::embedded(ask, value)).await,
        (Kind::EnvelopedPresentation | Kind::Presentation, _) => short(
            Check::fail(
                CheckId::Type,
                "nested_presentation",
                "This is a presentation, and may not stand inside another document.",
            ),
            ask,
        ),
        (Kind::Credential | Kind::Badge2, _) => embedded(ask, value, place).await,
    }
}

/// A compact token.
pub(super) async fn token_text(ask: Ask<'_>, text: &str, place: Place) -> Report {
    let read = match jwt::read(text) {
        Ok(token) => token,
        Err(error) => return bad_token(&error, ask),
    };
    if place == Place::Alone {
        if let Some(report) = Box::pin(badge2::token(ask, text)).await {
            return report;
        }
        match read.presentation() {
            Ok(None) => {}
            Ok(Some(held)) => return Box::pin(presentation::token(ask, &read, held)).await,
            Err(error) => return bad_token(&error, ask),
        }
    }
    let claims = match read.claims() {
        Ok(claims) => claims,
        Err(error) => return bad_token(&error, ask),
    };
    if let Some(report) = receipt::withheld(ask, &claims.credential) {
        return report;
    }
    let mut judging = Judging::begin(ask, &claims.credential, form_of(claims.form));
    judging.signed(token::check(ask, &read, &claims).await);
    judging.rest(ask, &claims.credential, place).await;
    judging
        .report(claims.credential.clone().into_owned(), ask)
        .await
}

/// A credential with embedded proofs.
async fn embedded(ask: Ask<'_>, value: Value<'_>, place: Place) -> Report {
    match judged(ask, value, place).await {
        Ok((judging, value)) => judging.report(value.into_owned(), ask).await,
        Err(report) => *report,
    }
}

/// A credential with embedded proofs, up to the verdict, and the credential without them; a report at
/// once if its proofs cannot be read.
async fn judged<'v>(
    ask: Ask<'_>,
    value: Value<'v>,
    place: Place,
) -> Result<(Judging, Value<'v>), Box<Report>> {
    let mut judging = Judging::begin(ask, &value, Form::EmbeddedProof);
    if let Some(none) = signature::unread(&value) {
        judging.signed(none);
        judging.rest(ask, &value, place).await;
        return Ok((judging, value));
    }
    let secured = match Secured::read(value) {
        Ok(secured) => secured,
        Err(error) => return Err(Box::new(short(signature::unread_check(&error), ask))),
    };
    judging.signed(signature::check(ask, &secured).await);
    judging.rest(ask, secured.document(), place).await;
    Ok((judging, secured.into_value()))
}

/// The checks of a badge that is kept as a document with a proof, and of the token beside it, whose
/// payload may be left to the document.
pub(super) async fn both(ask: Ask<'_>, document: &str, token: &str) -> [Vec<Check>; 2] {
    let unread = |sentence: String| Check::fail(CheckId::Parse, "malformed", sentence);
    let value = match json::parse(document) {
        Ok(value) => value,
        Err(error) => return [vec![unread(error.to_string())], Vec::new()],
    };
    let (judging, mut value) = match judged(ask, value, Place::Alone).await {
        Ok(judged) => judged,
        Err(report) => return [report.checks, Vec::new()],
    };
    value.remove("proof");
    let whole = jwt::attach(token, &value);
    let of_token = match whole.as_deref().map_err(Clone::clone).and_then(jwt::read) {
        Err(error) => vec![token::failed(&error)],
        Ok(read) => match read.claims() {
            Err(error) => vec![token::failed(&error)],
            Ok(claims) if claims.credential != value => vec![Check::fail(
                CheckId::Format,
                "claim_mismatch",
                "The token says something else than the document.",
            )],
            Ok(claims) => token::check(ask, &read, &claims).await.checks,
        },
    };
    [judging.checks, of_token]
}

/// A report in the making.
pub(super) struct Judging {
    pub(super) form: Form,
    pub(super) sort: Sort,
    pub(super) checks: Vec<Check>,
    pub(super) faults: Vec<crate::credential::Fault>,
    pub(super) method: Option<&'static str>,
    /// Whether whoever shows it may have left parts out.
    pub(super) is_selective: bool,
    pub(super) endorsements: Vec<Endorsement>,
    pub(super) children: Vec<Child>,
    pub(super) warnings: Vec<Warning>,
    pub(super) technical: Technical,
}

impl Judging {
    /// The checks that need nothing but the document.
    pub(super) fn begin(ask: Ask<'_>, document: &Value, form: Form) -> Judging {
        let examined = document::examine(document, ask.options.any_credential);
        let mut checks = opening(examined.sort, form);
        checks.extend(examined.checks);
        Judging {
            form,
            sort: examined.sort,
            checks,
            faults: examined.faults,
            method: None,
            is_selective: false,
            endorsements: Vec::new(),
            children: Vec::new(),
            warnings: examined.warnings,
            technical: Technical::default(),
        }
    }

    pub(super) fn signed(&mut self, signed: Signed) {
        self.method = signed.method;
        self.is_selective = signed.is_selective;
        self.technical = signed.technical;
        for check in signed.checks {
            document::replace(&mut self.checks, check);
        }
    }

    /// What comes after the signature. Nothing is looked up for a document that is already wrong,
    /// so that nobody is led to addresses that a forger wrote.
    async fn rest(&mut self, ask: Ask<'_>, document: &Value<'_>, place: Place) {
        let (verdict, _) = conclude::verdict(&self.checks);
        let good = verdict == Verdict::Valid;
        self.checks.push(match document.get("refreshService") {
            Some(_) => Check::skipped(
                CheckId::Refresh,
                "A newer version could be asked for; it was not.",
            ),
            None => Check::skipped(
                CheckId::Refresh,
                "It does not say where to find a newer version.",
            ),
        });
        let mut heard = Heard {
            warnings: &mut self.warnings,
            read: &mut self.technical.status,
        };
        let status = status::check(ask, document, verdict, &mut heard).await;
        self.checks.push(status);
        self.checks.extend(dates::check(document, ask.now));
        if good && self.is_selective {
            self.doubt_what_is_missing();
        }
        let asked = ask.options.recipient.as_ref();
        let asked = asked.filter(|_| place != Place::Endorsing);
        self.checks.push(recipient::check(document, asked));
        if self.sort == Sort::Record {
            let (check, children) = record::children(ask, document, place, verdict).await;
            self.checks.push(check);
            self.children = children;
        }
        if place != Place::Endorsing {
            let (check, found) = if good {
                endorsements::check(ask, document).await
            } else {
                let sentence = "Not looked at, because of what was found before.";
                (Check::skipped(CheckId::Endorsements, sentence), Vec::new())
            };
            self.checks.push(check);
            self.endorsements = found;
        }
    }

    /// Whoever shows it may have left out its end, or where it would be taken back: that nothing is
    /// said of them does not mean that there is nothing.
    fn doubt_what_is_missing(&mut self) {
        let missing = self.checks.iter_mut().filter(|check| {
            matches!(check.id, CheckId::Status | CheckId::ValidUntil)
                && check.outcome == Outcome::Skipped
        });
        for check in missing {
            let what = match check.id {
                CheckId::Status => "where its issuer would take it back",
                _ => "its end date",
            };
            let sentence = format!(
                "It shows only a part of what was signed, and {what} may have been left out."
            );
            *check = Check::unknown(check.id, "may_be_withheld", sentence);
        }
    }

    /// The report about a credential.
    async fn report(mut self, document: Value<'static>, ask: Ask<'_>) -> Report {
        self.checks.sort_by_key(|check| check.id);
        let (verdict, decided) = conclude::verdict(&self.checks);
        let issuer = conclude::issuer(&document, self.method);
        let claim = claim::read(&document, self.sort);
        let mut sentence = conclude::sentence(verdict, decided, &self.checks, issuer.as_ref());
        if verdict == Verdict::Valid && self.sort == Sort::Record {
            sentence.push_str(" Every credential in it was checked by itself and is good.");
        }
        Report {
            verdict,
            reason: decided.and_then(|check| check.reason),
            sentence,
            trust: trust::judge(ask, issuer.as_ref(), &self.checks).await,
            checks: self.checks,
            faults: self.faults,
            form: Some(self.form),
            issuer,
            claim: claim.map(|claim| claimed(verdict, claim)),
            endorsements: self.endorsements,
            children: self.children,
            warnings: self.warnings,
            technical: self.technical,
            checked_at: ask.now,
            unreadable: None,
            document: Some(document),
        }
    }
}

/// What a document says, marked as verified if the verdict about it is good.
pub(super) fn claimed(verdict: Verdict, claim: claim::Claim) -> Claimed {
    match verdict {
        Verdict::Valid => Claimed::Verified(Verified::new(claim)),
        _ => Claimed::Unverified(claim),
    }
}

/// That it could be read, and what it is.
pub(super) fn opening(sort: Sort, form: Form) -> Vec<Check> {
    vec![
        Check::pass(CheckId::Parse, "The document can be read, in one way only."),
        Check::pass(CheckId::Format, format_sentence(sort, form)),
    ]
}

fn form_of(form: jwt::Form) -> Form {
    match form {
        jwt::Form::OpenBadges => Form::OpenBadgesJwt,
        jwt::Form::JoseCose => Form::JoseCose,
        jwt::Form::Vcdm11 => Form::Vcdm11Jwt,
    }
}

fn format_sentence(sort: Sort, form: Form) -> String {
    let what = match sort {
        Sort::Achievement => "an Open Badges 3.0 credential",
        Sort::Endorsement => "an Open Badges 3.0 endorsement",
        Sort::Record => "a Comprehensive Learner Record (CLR 2.0)",
        Sort::Presentation => "a presentation of credentials",
        Sort::Other => "a verifiable credential",
    };
    let how = match form {
        Form::EmbeddedProof | Form::HostedBadge => "JSON",
        Form::OpenBadgesJwt | Form::JoseCose | Form::Vcdm11Jwt | Form::SignedBadge => "a token",
    };
    format!("This is {what}, written as {how}.")
}
