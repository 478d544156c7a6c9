//! Verifying a receipt: is it what that service signed then?

use crate::{did, json::Value, proof::Secured};

use super::{Receipt, is_one};
use crate::verify::{
    claim::Claim,
    conclude, dates, document,
    judge::{self, Ask},
    report::{Check, CheckId, Form, Issuer, Report, Verdict},
    short::short,
    signature::{self, Signed},
    trust,
};

/// The report about a document that says it is a receipt.
pub(in super::super) async fn report(ask: Ask<'_>, value: Value<'_>) -> Report {
    let (mut checks, read) = examine(&value);
    let signed = prove(ask, value.clone(), read.is_ok()).await;
    for mut check in signed.checks {
        check.sentence = check.sentence.replace("issuer", "maker");
        document::replace(&mut checks, check);
    }
    let [mut made, _] = dates::check(&value, ask.now);
    made.sentence = made.sentence.replace("It holds since", "It was made on");
    checks.push(made);
    if ask.options.recipient.is_some() {
        checks.push(Check::unknown(
            CheckId::Recipient,
            "no_recipient",
            "A receipt belongs to nobody: ask the credential itself.",
        ));
    }
    checks.sort_by_key(|check| check.id);
    let (verdict, decided) = conclude::verdict(&checks);
    let receipt = read.ok();
    let issuer = conclude::issuer(&value, signed.method);
    let sentence = match (&receipt, verdict) {
        (Some(receipt), Verdict::Valid) => {
            let ours = ask.sources.receipt_key(&receipt.issuer).await;
            genuine(receipt, issuer.as_ref(), matches!(ours, Ok(Some(_))))
        }
        _ => conclude::sentence(verdict, decided, &[], None),
    };
    Report {
        verdict,
        reason: decided.and_then(|check| check.reason),
        sentence,
        trust: trust::judge(ask, issuer.as_ref(), &checks).await,
        faults: Vec::new(),
        form: Some(Form::EmbeddedProof),
        issuer,
        claim: receipt.map(|receipt| judge::claimed(verdict, Claim::Receipt(Box::new(receipt)))),
        endorsements: Vec::new(),
        children: Vec::new(),
        warnings: Vec::new(),
        checked_at: ask.now,
        unreadable: None,
        technical: signed.technical,
        document: Some(value.into_owned()),
        checks,
    }
}

/// The checks that need nothing but the document.
fn examine(value: &Value<'_>) -> (Vec<Check>, Result<Receipt, ()>) {
    let mut checks = vec![
        Check::pass(CheckId::Parse, "The document can be read, in one way only."),
        Check::pass(
            CheckId::Format,
            "This is a verification receipt, not a badge: it says what was found when something was checked.",
        ),
    ];
    match Receipt::read(value) {
        Ok(receipt) => {
            checks.push(Check::pass(
                CheckId::Schema,
                "It has the one form that receipts have, and nothing besides.",
            ));
            (checks, Ok(receipt))
        }
        Err(sentence) => {
            checks.push(Check::fail(CheckId::Schema, "malformed", sentence));
            (checks, Err(()))
        }
    }
}

/// The signature of whoever made it. Nothing is looked up for what has not the form of a receipt.
async fn prove(ask: Ask<'_>, value: Value<'_>, formed: bool) -> Signed {
    if !formed {
        let sentence = "Not looked at, because of what was found before.";
        return Signed::not(Check::skipped(CheckId::Proof, sentence));
    }
    if let Some(none) = signature::unread(&value) {
        return none;
    }
    match Secured::read(value) {
        Ok(secured) => signature::check_receipt(ask, &secured).await,
        Err(error) => Signed::not(signature::unread_check(&error)),
    }
}

/// What a genuine receipt is, in plain words.
fn genuine(receipt: &Receipt, issuer: Option<&Issuer>, ours: bool) -> String {
    let who = match issuer.and_then(|issuer| issuer.domain.as_deref()) {
        Some(domain) => domain.to_owned(),
        None if ours => format!("this service ({})", receipt.host),
        // Whoever is only a key may call itself what it likes.
        None => format!(
            "somebody who is known only by a key ({}) and calls itself {}",
            short_name(&receipt.issuer),
            receipt.host
        ),
    };
    format!(
        "This receipt was made by {who} on {}. {} It does not say what is true now.",
        dates::day(receipt.made_at),
        receipt.says()
    )
}

/// `z6Mkabcd…wxyz`.
fn short_name(did: &str) -> String {
    let key = did::split_fragment(did).0.rsplit(':').next().unwrap_or(did);
    let end = key.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    match key.char_indices().nth(8) {
        Some((start, _)) if start < end => format!("{}…{}", &key[..start], &key[end..]),
        _ => key.to_owned(),
    }
}

/// The answer to a receipt that stands where a credential should: in another document, or as a
/// token, in neither of which receipts are made.
pub(in super::super) fn withheld(ask: Ask<'_>, document: &Value<'_>) -> Option<Report> {
    is_one(document).then(|| {
        short(
            Check::fail(
                CheckId::Type,
                "misplaced_receipt",
                "This is a verification receipt where a credential should be. A receipt stands by itself, and is no badge.",
            ),
            ask,
        )
    })
}
