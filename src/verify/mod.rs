//! Is this credential real? The one call that pages, the API and the command line share.
//!
//! [`verify`] takes the bytes of a scan, a paste, a file or a link and answers with a [`Report`]:
//! a verdict in three values, one plain sentence for each check, and the age of what was read.
//! **Three values to the end**: checked and good, checked and wrong, could not check. Only the
//! first is green. Nothing is looked up but through [`Sources`], and nothing but the issuer's keys
//! before the signature is known to be good.
//!
//! The order is that of Open Badges 3.0 §8.1 and of VCDM 2.0 §7.1; see [`CheckId`].

mod binding;
mod claim;
mod conclude;
mod dates;
mod document;
mod endorsements;
mod input;
mod recipient;
mod report;
mod signature;
mod sources;
mod status;
mod token;
mod verified;

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use jiff::Timestamp;

use crate::{
    json::{self, Value},
    proof::{Secured, jwt},
};

pub use claim::{Achieved, Aligned, Assessor, Claim, Criterion, Endorsed, Level, Score, Shown};
pub use input::{Input, Refused, read};
pub use recipient::Recipient;
pub use report::{
    Check, CheckId, Claimed, Endorsement, Form, Issuer, Outcome, Report, Trust, Unreadable, Verdict,
};
pub use sources::{Answer, Found, Known, NotFetched, Soon, Sources, Standing};
pub use verified::Verified;

use document::Sort;
use signature::Signed;

/// What the reader adds to the question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// To whom the reader believes it to belong.
    pub recipient: Option<Recipient>,
    /// Ids of the issuers whom the reader trusts; `None` if the reader has not said.
    pub trusted_issuers: Option<Vec<String>>,
}

/// Verifies what `input` holds: a JSON document, a compact JWT, a picture with a credential or a QR
/// code in it, or a link that `sources` can follow.
///
/// It always answers; what could not be read has [`Report::unreadable`] set.
pub async fn verify(
    sources: &dyn Sources,
    input: &[u8],
    options: &Options,
    now: Timestamp,
) -> Report {
    match read(input) {
        Ok(Input::Link(link)) => match sources.credential(&link).await {
            Ok(found) => text(sources, &found.text, options, now).await,
            Err(why) => not_followed(why, options, now),
        },
        Ok(Input::Json(json) | Input::Token(json)) => text(sources, &json, options, now).await,
        Ok(Input::NotYet(what)) => not_yet(what, options, now),
        Err(refused) => unreadable(&refused, options, now),
    }
}

/// [`verify`] with [`Known`] sources only, which answer at once: needs no executor.
#[must_use]
pub fn verify_known(known: &Known, input: &[u8], options: &Options, now: Timestamp) -> Report {
    let verifying = pin!(verify(known, input, options, now));
    match verifying.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(report) => report,
        // Known sources are always ready; a report is still better than a panic.
        Poll::Pending => not_followed(NotFetched::Unavailable, options, now),
    }
}

/// A JSON document or a token.
async fn text(sources: &dyn Sources, text: &str, options: &Options, now: Timestamp) -> Report {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return token_text(sources, text, options, now).await;
    }
    let value = match json::parse(text) {
        Ok(value) => value,
        Err(error) => return unreadable(&input::json_fault(&error), options, now),
    };
    if value.members().is_none() {
        let refused = Refused {
            kind: Unreadable::Malformed,
            sentence: "This is JSON, but not a credential: a credential is an object.".to_owned(),
        };
        return unreadable(&refused, options, now);
    }
    if let Some(what) = input::not_yet(&value) {
        return not_yet(what, options, now);
    }
    Box::pin(judge(sources, value, options, now, true)).await
}

async fn token_text(
    sources: &dyn Sources,
    text: &str,
    options: &Options,
    now: Timestamp,
) -> Report {
    let read = match jwt::read(text) {
        Ok(token) => token,
        Err(error) => return bad_token(&error, options, now),
    };
    let claims = match read.claims() {
        Ok(claims) => claims,
        Err(error) => return bad_token(&error, options, now),
    };
    if let Some(what) = input::not_yet(&claims.credential) {
        return not_yet(what, options, now);
    }
    let mut judging = Judging::begin(&claims.credential, form_of(claims.form));
    let signed = token::check(sources, &read, &claims, now).await;
    judging.signed(signed);
    judging
        .rest(sources, &claims.credential, options, now, true)
        .await;
    judging.report(claims.credential.clone().into_owned(), options, now)
}

/// A document with embedded proofs. `whole`: not itself an endorsement inside another.
async fn judge(
    sources: &dyn Sources,
    value: Value<'_>,
    options: &Options,
    now: Timestamp,
    whole: bool,
) -> Report {
    let mut judging = Judging::begin(&value, Form::EmbeddedProof);
    if let Some(none) = signature::unread(&value) {
        judging.signed(none);
        judging.rest(sources, &value, options, now, whole).await;
        return judging.report(value.into_owned(), options, now);
    }
    let secured = match Secured::read(value) {
        Ok(secured) => secured,
        Err(error) => return short(signature::unread_check(&error), options, now),
    };
    judging.signed(signature::check(sources, &secured, now).await);
    judging
        .rest(sources, secured.document(), options, now, whole)
        .await;
    judging.report(secured.into_value().into_owned(), options, now)
}

/// An endorsement inside another document: verified like any other, without its own endorsements.
async fn judge_embedded(
    sources: &dyn Sources,
    value: Value<'_>,
    options: &Options,
    now: Timestamp,
) -> Report {
    let options = Options {
        recipient: None,
        ..options.clone()
    };
    judge(sources, value, &options, now, false).await
}

/// A report in the making.
struct Judging {
    form: Form,
    sort: Sort,
    checks: Vec<Check>,
    faults: Vec<crate::credential::Fault>,
    method: Option<&'static str>,
    endorsements: Vec<Endorsement>,
}

impl Judging {
    fn begin(document: &Value, form: Form) -> Judging {
        let examined = document::examine(document);
        let mut checks = vec![
            Check::pass(CheckId::Parse, "The document can be read, in one way only."),
            Check::pass(CheckId::Format, format_sentence(examined.sort, form)),
        ];
        checks.extend(examined.checks);
        Judging {
            form,
            sort: examined.sort,
            checks,
            faults: examined.faults,
            method: None,
            endorsements: Vec::new(),
        }
    }

    fn signed(&mut self, signed: Signed) {
        self.method = signed.method;
        for check in signed.checks {
            document::replace(&mut self.checks, check);
        }
    }

    /// What comes after the signature. Nothing is looked up for a document that is already wrong,
    /// so that nobody is led to addresses that a forger wrote.
    async fn rest(
        &mut self,
        sources: &dyn Sources,
        document: &Value<'_>,
        options: &Options,
        now: Timestamp,
        whole: bool,
    ) {
        let (verdict, _) = conclude::verdict(&self.checks);
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
        self.checks
            .push(status::check(sources, document, verdict, now).await);
        self.checks.extend(dates::check(document, now));
        self.checks
            .push(recipient::check(document, options.recipient.as_ref()));
        if whole {
            let (check, found) = if verdict == Verdict::Valid {
                endorsements::check(sources, document, options, now).await
            } else {
                (
                    Check::skipped(
                        CheckId::Endorsements,
                        "Not looked at, because of what was found before.",
                    ),
                    Vec::new(),
                )
            };
            self.checks.push(check);
            self.endorsements = found;
        }
    }

    fn report(mut self, document: Value<'static>, options: &Options, now: Timestamp) -> Report {
        self.checks.sort_by_key(|check| check.id);
        let (verdict, decided) = conclude::verdict(&self.checks);
        let issuer = conclude::issuer(&document, self.method);
        let claim = claim::read(&document, self.sort).map(|claim| match verdict {
            Verdict::Valid => Claimed::Verified(Verified::new(claim)),
            _ => Claimed::Unverified(claim),
        });
        Report {
            verdict,
            reason: decided.and_then(|check| check.reason),
            sentence: conclude::sentence(verdict, decided, &self.checks, issuer.as_ref()),
            trust: conclude::trust(issuer.as_ref(), options),
            checks: self.checks,
            faults: self.faults,
            form: Some(self.form),
            issuer,
            claim,
            endorsements: self.endorsements,
            checked_at: now,
            unreadable: None,
            document: Some(document),
        }
    }
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
        Sort::Other => "a verifiable credential",
    };
    let how = match form {
        Form::EmbeddedProof => "JSON",
        Form::OpenBadgesJwt | Form::JoseCose | Form::Vcdm11Jwt => "a token",
    };
    format!("This is {what}, written as {how}.")
}

/// A report with one check that says why there are no others.
fn short(check: Check, options: &Options, now: Timestamp) -> Report {
    let verdict = match check.outcome {
        Outcome::Fail => Verdict::Invalid,
        _ => Verdict::CannotTell,
    };
    Report {
        verdict,
        reason: check.reason,
        sentence: conclude::sentence(verdict, Some(&check), &[], None),
        trust: conclude::trust(None, options),
        checks: vec![check],
        faults: Vec::new(),
        form: None,
        issuer: None,
        claim: None,
        endorsements: Vec::new(),
        checked_at: now,
        unreadable: None,
        document: None,
    }
}

const PARSING: &str = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR";

fn unreadable(refused: &Refused, options: &Options, now: Timestamp) -> Report {
    let reason = match refused.kind {
        Unreadable::TooLarge => "too_large",
        Unreadable::Malformed => "unreadable",
        Unreadable::DuplicateKey => "duplicate_key",
        Unreadable::NothingFound => "nothing_found",
    };
    let check = Check::fail(CheckId::Parse, reason, refused.sentence.clone()).problem(PARSING);
    Report {
        unreadable: Some(refused.kind),
        ..short(check, options, now)
    }
}

fn bad_token(error: &jwt::JwtError, options: &Options, now: Timestamp) -> Report {
    let kind = match error {
        jwt::JwtError::TooLarge(_) => Unreadable::TooLarge,
        jwt::JwtError::Form(_) => Unreadable::Malformed,
        jwt::JwtError::Json { error, .. } => input::json_fault(error).kind,
        _ => {
            let check = token::failed(error);
            return short(check, options, now);
        }
    };
    let sentence = input::sentence(&error.to_string());
    unreadable(&Refused { kind, sentence }, options, now)
}

fn not_yet(what: &'static str, options: &Options, now: Timestamp) -> Report {
    let sentence =
        format!("This is {what}. Skillmark does not read that yet, so it was not checked.");
    short(
        Check::unknown(CheckId::Format, "not_read_yet", sentence),
        options,
        now,
    )
}

fn not_followed(why: NotFetched, options: &Options, now: Timestamp) -> Report {
    let (reason, sentence) = match why {
        NotFetched::Elsewhere => (
            "link_not_fetched",
            "This is a link to another place, and nothing is fetched from there. Open it, save the credential, and check the file.",
        ),
        NotFetched::Missing => (
            "not_found",
            "There is no credential with this address here.",
        ),
        NotFetched::Unavailable => (
            "link_unavailable",
            "The credential could not be read just now.",
        ),
    };
    short(
        Check::unknown(CheckId::Parse, reason, sentence),
        options,
        now,
    )
}
