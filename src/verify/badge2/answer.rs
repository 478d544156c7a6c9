//! The report about an Open Badges 2.0 badge in the making.

use crate::{credential::dates::stamp, json::Value};

use super::{
    super::{
        claim, conclude, dates,
        document::Sort,
        judge::{self, Ask},
        recipient,
        report::{Check, CheckId, Form, Issuer, Outcome, Report, Verdict, Warning},
        technical::Technical,
        trust,
    },
    CONTEXT,
    objects::{Told, text},
    translate,
};

const MALFORMED: &str = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR";

/// A report in the making.
pub(super) struct Answering {
    form: Form,
    checks: Vec<Check>,
    warnings: Vec<Warning>,
    /// What the check of a signed badge saw.
    pub(super) technical: Technical,
}

impl Answering {
    /// What can be said of an assertion by itself.
    pub(super) fn begin(form: Form, assertion: &Value) -> Answering {
        let how = match form {
            Form::SignedBadge => "This is an Open Badges 2.0 badge, written as a token.",
            _ => "This is an Open Badges 2.0 badge, which is verified by its own address.",
        };
        let contexts = assertion.get("@context").map(Value::one_or_many);
        let mut contexts = contexts.unwrap_or_default().iter();
        let context = if contexts.any(|context| context.as_str() == Some(CONTEXT)) {
            Check::pass(
                CheckId::Context,
                "It uses the vocabulary of Open Badges 2.0.",
            )
        } else {
            let sentence = "It does not name the vocabulary of Open Badges 2.0.";
            Check::fail(CheckId::Context, "wrong_context", sentence).problem(MALFORMED)
        };
        Answering {
            form,
            checks: vec![
                Check::pass(CheckId::Parse, "The document can be read, in one way only."),
                Check::pass(CheckId::Format, how),
                context,
            ],
            warnings: Vec::new(),
            technical: Technical::default(),
        }
    }

    pub(super) fn push(&mut self, check: Check) {
        self.checks.retain(|old| old.id != check.id);
        self.checks.push(check);
    }

    /// What its status is; for a set one that stands, whatever else is found.
    pub(super) fn status(&mut self, check: Check) {
        self.push(check);
    }

    /// Whether something is already known to be wrong.
    pub(super) fn is_wrong(&self) -> bool {
        self.checks
            .iter()
            .any(|check| check.outcome == Outcome::Fail)
    }

    /// Whether badge class and issuer have what they must have.
    pub(super) fn parts(&mut self, told: &Told) {
        let lacks = |value: &Value<'_>, name: &str| value.get(name).is_none();
        let class = &told.class.value;
        for (value, name) in [(class, "name"), (&told.issuer.value, "name")] {
            if text(value, name).is_none() {
                let sentence = format!("Its badge class or its issuer has no `{name}`.");
                self.push(Check::fail(CheckId::Schema, "malformed", sentence).problem(MALFORMED));
            }
        }
        let missing: Vec<&str> = ["description", "image", "criteria"]
            .into_iter()
            .filter(|name| lacks(class, name))
            .chain(
                ["url", "email"]
                    .into_iter()
                    .filter(|name| lacks(&told.issuer.value, name)),
            )
            .collect();
        if !missing.is_empty() {
            self.warnings.push(Warning::new(
                "incomplete_badge",
                format!(
                    "Its badge class or issuer lacks what Open Badges 2.0 asks for: {}.",
                    missing.join(", ")
                ),
            ));
        }
    }

    /// The report. Without `told` there is nothing to show but what was wrong.
    pub(super) async fn report(
        mut self,
        ask: Ask<'_>,
        assertion: &Value<'_>,
        told: Option<&Told>,
    ) -> Report {
        let document = told.map(|told| translate::credential(assertion, told));
        self.form_of(assertion);
        self.dates(ask, assertion);
        self.recipient(ask, assertion, document.as_ref());
        if !self
            .checks
            .iter()
            .any(|check| check.id == CheckId::KeyBinding)
        {
            let sentence = "Who issued it was not looked at, because of what was found before.";
            self.push(Check::skipped(CheckId::KeyBinding, sentence));
        }
        self.push(Check::skipped(
            CheckId::Refresh,
            "It does not say where to find a newer version.",
        ));
        let endorsed = told.is_some_and(|told| {
            [assertion, &told.class.value, &told.issuer.value]
                .iter()
                .any(|part| part.get("endorsement").is_some())
        });
        self.push(Check::skipped(
            CheckId::Endorsements,
            match endorsed {
                true => "It names endorsements, which are not looked up for such a badge.",
                false => "Nobody else has endorsed it.",
            },
        ));
        self.checks.sort_by_key(|check| check.id);
        let (verdict, decided) = conclude::verdict(&self.checks);
        let issuer = told.map(|told| self.issuer(told));
        let sentence = match verdict {
            Verdict::Valid => self.good(issuer.as_ref()),
            _ => conclude::sentence(verdict, decided, &[], None),
        };
        let claim = document
            .as_ref()
            .and_then(|document| claim::read(document, Sort::Achievement));
        Report {
            verdict,
            reason: decided.and_then(|check| check.reason),
            sentence,
            trust: trust::judge(ask, issuer.as_ref(), &self.checks).await,
            checks: self.checks,
            faults: Vec::new(),
            form: Some(self.form),
            issuer,
            claim: claim.map(|claim| judge::claimed(verdict, claim)),
            endorsements: Vec::new(),
            children: Vec::new(),
            warnings: self.warnings,
            technical: self.technical,
            checked_at: ask.now,
            unreadable: None,
            document,
        }
    }

    fn issuer(&self, told: &Told) -> Issuer {
        let id = told.issuer.id().to_owned();
        let bound =
            |check: &Check| check.id == CheckId::KeyBinding && check.outcome == Outcome::Pass;
        Issuer {
            name: text(&told.issuer.value, "name").map(str::to_owned),
            domain: conclude::domain(&id),
            key_binding: self.checks.iter().any(bound).then_some("https"),
            id,
        }
    }

    /// The sentence about a good badge.
    fn good(&self, issuer: Option<&Issuer>) -> String {
        let who = issuer.map_or_else(|| "its issuer".to_owned(), conclude::who);
        let how = match self.form {
            Form::SignedBadge => "Signed by",
            _ => "Published by",
        };
        let what = match self.form {
            Form::SignedBadge => "nothing in it was changed",
            _ => "it stands at the issuer's own address",
        };
        let passed = |id| {
            let mut checks = self.checks.iter();
            checks.any(|check| check.id == id && check.outcome == Outcome::Pass)
        };
        let status = match passed(CheckId::Status) {
            true => "it has not been taken back",
            false => "it says nothing about being taken back",
        };
        let end = match passed(CheckId::ValidUntil) {
            true => "it has not expired",
            false => "it has no end date",
        };
        format!("{how} {who}; {what}, {status}, and {end}.")
    }

    fn form_of(&mut self, assertion: &Value) {
        if self.checks.iter().any(|check| check.id == CheckId::Schema) {
            return;
        }
        let missing = ["recipient", "issuedOn"]
            .into_iter()
            .find(|name| assertion.get(name).is_none());
        self.push(match missing {
            Some(name) => Check::fail(
                CheckId::Schema,
                "malformed",
                format!("The badge has no `{name}`, as Open Badges 2.0 asks."),
            )
            .problem(MALFORMED),
            None => Check::pass(
                CheckId::Schema,
                "It has the form that Open Badges 2.0 asks for.",
            ),
        });
    }

    /// From when and until when it holds. A date without its offset is read as UTC, and that is
    /// said.
    fn dates(&mut self, ask: Ask<'_>, assertion: &Value) {
        let mut told = Value::Object(Vec::new());
        for (name, ours) in [("issuedOn", "validFrom"), ("expires", "validUntil")] {
            let Some(value) = assertion.get(name) else {
                continue;
            };
            let written = value.as_str().unwrap_or_default();
            let utc = [format!("{written}Z"), format!("{written}T00:00:00Z")];
            let read = match stamp(written) {
                Ok(_) => None,
                Err(_) => utc.into_iter().find(|text| stamp(text).is_ok()),
            };
            if read.is_some() {
                self.warnings.push(Warning::new(
                    "date_without_offset",
                    format!("`{name}` does not say its time zone; it was read as UTC."),
                ));
            }
            told.set(ours, read.unwrap_or_else(|| written.to_owned()).into());
        }
        for check in dates::check(&told, ask.now) {
            self.push(check);
        }
    }

    fn recipient(&mut self, ask: Ask<'_>, assertion: &Value, document: Option<&Value<'_>>) {
        let hash = assertion.pointer("/recipient/identity");
        let hash = hash.and_then(Value::as_str).unwrap_or_default();
        if hash.starts_with("md5$") {
            self.warnings.push(Warning::new(
                "weak_hash",
                "Its recipient is hidden by an old kind of hash (MD5), which can be forged.",
            ));
        }
        let subject = match hash.is_empty() {
            true => Check::fail(
                CheckId::Subject,
                "no_subject",
                "It does not say whose it is.",
            ),
            false => Check::pass(CheckId::Subject, "It says whose it is, by an identifier."),
        };
        self.push(subject);
        let none = Value::Null;
        self.push(recipient::check(
            document.unwrap_or(&none),
            ask.options.recipient.as_ref(),
        ));
    }
}
