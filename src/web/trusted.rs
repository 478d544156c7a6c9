//! What a page says of whom the reader trusts: beside the answer, never a part of it.

use crate::{
    verify::{CheckId, Claim, Claimed, Outcome, Report, TrustReason},
    web::{text::Text, verdict::Tone},
};

/// The answer about trust, laid out.
#[derive(Debug, Clone)]
pub(crate) struct Trusted {
    /// A tick only for a good credential of an issuer on a list; never a cross.
    pub(crate) tone: Tone,
    /// It, in a few words.
    pub(crate) word: &'static str,
    /// It, in one sentence.
    pub(crate) sentence: Text,
    /// Whom the document names, where that is nobody known here.
    pub(crate) stranger: Option<Stranger>,
    /// Whether the reader has named somebody to whom it should belong.
    pub(crate) recipient_asked: bool,
}

/// Somebody elsewhere, by a name that nobody has confirmed.
#[derive(Debug, Clone)]
pub(crate) struct Stranger {
    /// The name that the document gives them.
    pub(crate) name: Text,
    /// The domain of their identifier; empty if it has none.
    pub(crate) domain: Text,
    /// Whether a key from there made the signature.
    pub(crate) bound: bool,
}

impl Stranger {
    fn of(report: &Report) -> Option<Stranger> {
        let issuer = report.issuer.as_ref()?;
        if let Some(Claim::Presentation(_)) = report.claim.as_ref().map(Claimed::claim) {
            return None;
        }
        let passed = |id| {
            let check = report.check(id);
            check.is_some_and(|check| check.outcome == Outcome::Pass)
        };
        Some(Stranger {
            name: Text::new(issuer.name.as_deref().unwrap_or("Without a name")),
            domain: Text::new(issuer.domain.as_deref().unwrap_or_default()),
            bound: passed(CheckId::Proof) && passed(CheckId::KeyBinding),
        })
    }
}

/// How many of the credentials in a presentation are of issuers on no list.
fn strangers_inside(report: &Report) -> usize {
    let inside = report.children.iter();
    let strange = inside.filter(|child| child.report.trust.trusted == Some(false));
    strange.count()
}

impl Trusted {
    /// As [`Trusted::of`], for one line of many, where nothing more is told of what is inside.
    #[must_use]
    pub(crate) fn among_many(report: &Report) -> Trusted {
        let trusted = Trusted::of(report, false);
        match (report.trust.reason, strangers_inside(report)) {
            (TrustReason::SeeInside, 0) => Trusted {
                word: "All on a list you use",
                sentence: "The issuer of each credential in it is on a list you use.".into(),
                ..trusted
            },
            (TrustReason::SeeInside, count) => Trusted {
                word: "Not all on a list you use",
                sentence: Text::new(&format!(
                    "{count} of {} credentials in it are of no issuer on a list you use.",
                    report.children.len()
                )),
                ..trusted
            },
            _ => trusted,
        }
    }

    /// Whether no list names the issuer, or that of a credential inside.
    #[must_use]
    pub(crate) fn is_stranger(report: &Report) -> bool {
        report.trust.trusted == Some(false) || strangers_inside(report) > 0
    }

    /// What `report` says of it.
    #[must_use]
    pub(crate) fn of(report: &Report, recipient_asked: bool) -> Trusted {
        let (tone, word) = match report.trust.reason {
            TrustReason::Listed if report.is_valid() => (Tone::Good, "On a list you use"),
            TrustReason::Listed => (Tone::Quiet, "On a list you use"),
            TrustReason::NotListed => (Tone::Quiet, "Not on any list you use"),
            TrustReason::NotProven => (Tone::Unsure, "Named, but not shown to be theirs"),
            TrustReason::SeeInside => (Tone::Quiet, "Asked of each credential"),
            TrustReason::NoList => (Tone::Quiet, "No list used"),
        };
        Trusted {
            tone,
            word,
            sentence: Text::new(&report.trust.sentence),
            stranger: Stranger::of(report),
            recipient_asked,
        }
    }
}

/// Samples that the pages' samples share.
#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    pub(crate) fn none() -> Trusted {
        Trusted {
            tone: Tone::Quiet,
            word: "No list used",
            sentence:
                "No list of trusted issuers was used: whether to trust the issuer is yours to say."
                    .into(),
            stranger: None,
            recipient_asked: false,
        }
    }

    pub(crate) fn listed() -> Trusted {
        Trusted {
            tone: Tone::Good,
            word: "On a list you use",
            sentence: "The issuer is at riverside.example, and on the list “Regional colleges”."
                .into(),
            stranger: Some(Stranger {
                name: "Riverside Tutoring".into(),
                domain: "riverside.example".into(),
                bound: true,
            }),
            recipient_asked: true,
        }
    }
}
