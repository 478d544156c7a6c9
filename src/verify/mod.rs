//! Is this credential real? The one call that pages, the API and the command line share.
//!
//! [`verify`] takes the bytes of a scan, a paste, a file or a link and answers with a [`Report`]:
//! a verdict in three values, one plain sentence for each check, and the age of what was read.
//! **Three values to the end**: checked and good, checked and wrong, could not check. Only the
//! first is green. Nothing is looked up but through [`Sources`], and nothing but the issuer's keys
//! before the signature is known to be good.
//!
//! The order is that of Open Badges 3.0 §8.1 and of VCDM 2.0 §7.1; see [`CheckId`].

mod badge2;
mod binding;
mod children;
mod claim;
mod conclude;
mod dates;
mod document;
mod effort;
mod endorsements;
mod enveloped;
mod input;
mod inside;
mod judge;
mod presentation;
pub mod receipt;
mod recipient;
mod record;
mod refresh;
pub mod remote;
mod report;
mod revocations;
mod several;
mod short;
mod signature;
mod sources;
mod status;
mod technical;
mod token;
mod trust;
mod verified;
mod words;

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

pub use claim::{
    Achieved, Aligned, Assessor, Associated, Claim, Criterion, Endorsed, Level, Presented,
    Recorded, Score, Shown, says,
};
pub use input::{Input, Refused, read};
pub use recipient::Recipient;
pub use report::{
    Check, CheckId, Child, Claimed, Endorsement, Form, Issuer, Outcome, Report, Unreadable,
    Verdict, Warning,
};
pub use several::{Answered, Given, MAX_BYTES, MAX_INPUTS, many, one, unpack, within_limits};
pub use sources::{Answer, First, Found, Known, NotFetched, ReceiptKey, Soon, Sources, Standing};
pub use technical::{Detail, KeyPath, SignedHashes, StatusRead, Technical, details};
pub use trust::{
    By, ListFault, MAX_LIST_BYTES, MAX_LISTS, NO_LIST, Naming, Trust, TrustList, TrustReason,
};
pub use verified::Verified;
pub use words::{Explanation, explain, explained};

use effort::Effort;
use judge::{Ask, Place};
use short::{not_followed, not_yet, unreadable};

/// What the reader adds to the question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// To whom the reader believes it to belong.
    pub recipient: Option<Recipient>,
    /// Lists of the issuers whom the reader trusts. They never change the verdict.
    pub trust: Vec<Arc<TrustList>>,
    /// What a presentation must answer: the challenge that the reader has set.
    pub challenge: Option<String>,
    /// For whom a presentation must have been made: all of these, and nobody else.
    pub domain: Option<Vec<String>>,
    /// Whether a newer version is asked for, once, where a credential says (`refreshService`).
    pub refresh: bool,
    /// Whether any verifiable credential will do, and not only a badge; whoever presents one need
    /// not be whom it is about (VCDM 2.0 §4.13 leaves both open).
    pub any_credential: bool,
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
    let ask = Ask {
        sources,
        options,
        now,
        effort: &Effort::whole(),
    };
    Box::pin(judged(ask, input, &mut |_| {})).await
}

/// [`verify`], and the SHA-256 of the text that was read: the credential in the bytes or behind the
/// link. `None` if there was none.
pub async fn verify_noting(
    sources: &dyn Sources,
    input: &[u8],
    options: &Options,
    now: Timestamp,
) -> (Report, Option<[u8; 32]>) {
    let ask = Ask {
        sources,
        options,
        now,
        effort: &Effort::whole(),
    };
    let mut digest = None;
    let mut note = |text: &str| digest = Some(Sha256::digest(text.trim()).into());
    let report = judged(ask, input, &mut note).await;
    (report, digest)
}

/// The report about `input`; `note` hears the text that was read, if there was one.
async fn judged(ask: Ask<'_>, input: &[u8], note: &mut (dyn FnMut(&str) + Send)) -> Report {
    match read(input) {
        Ok(Input::Link(link)) => match ask.sources.credential(&link).await {
            Ok(found) => {
                note(&found.text);
                whole(ask, &found.text).await
            }
            Err(why) => not_followed(why, ask),
        },
        Ok(Input::Json(text) | Input::Token(text)) => {
            note(&text);
            whole(ask, &text).await
        }
        Ok(Input::Baked2(text)) => badge2::baked(ask, &text).await,
        Ok(Input::NotYet(what)) => not_yet(what, ask),
        Err(refused) => unreadable(&refused, ask),
    }
}

/// What was given, or its newer version.
async fn whole(ask: Ask<'_>, text: &str) -> Report {
    let report = judge::text(ask, text, Place::Alone).await;
    refresh::once(ask, report).await
}

/// The checks of a badge that is kept in two forms, as a document with a proof and as a token, with
/// [`Known`] sources only: first those of the document, then those of the token.
///
/// Both must say the same, value by value; so what they say is looked at once, in the document, and of
/// the token its header, claims and signature are. No report is made of it. The token may be kept
/// without its payload ([`jwt::detach`](crate::proof::jwt::detach)).
#[must_use]
pub fn both_forms(known: &Known, document: &str, token: &str, now: Timestamp) -> [Vec<Check>; 2] {
    let ask = Ask {
        sources: known,
        options: &Options::default(),
        now,
        effort: &Effort::whole(),
    };
    let checking = pin!(judge::both(ask, document, token));
    match checking.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(checks) => checks,
        // Known sources are always ready; no check at all is never taken for a good one.
        Poll::Pending => [Vec::new(), Vec::new()],
    }
}

/// [`verify`] with [`Known`] sources only, which answer at once: needs no executor.
#[must_use]
pub fn verify_known(known: &Known, input: &[u8], options: &Options, now: Timestamp) -> Report {
    let verifying = pin!(verify(known, input, options, now));
    match verifying.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(report) => report,
        // Known sources are always ready; a report is still better than a panic.
        Poll::Pending => not_followed(
            NotFetched::Unavailable,
            Ask {
                sources: known,
                options,
                now,
                effort: &Effort::whole(),
            },
        ),
    }
}
