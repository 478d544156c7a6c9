//! How an answer looks: an icon, a word and a colour, never a colour alone.

use crate::web::{
    icon::{self, Icon},
    text::Text,
};

/// One of the three answers, or "nothing to check".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Checked and good. The only green one.
    Good,
    /// Checked and wrong.
    Bad,
    /// Could not check.
    Unsure,
    /// There was nothing to check.
    Quiet,
}

impl Tone {
    /// The class that colours it.
    #[must_use]
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Good => "is-good",
            Tone::Bad => "is-bad",
            Tone::Unsure => "is-unsure",
            Tone::Quiet => "is-quiet",
        }
    }

    /// The picture beside the word.
    #[must_use]
    pub(crate) fn icon(self) -> Icon {
        match self {
            Tone::Good => icon::TICK,
            Tone::Bad => icon::CROSS,
            Tone::Unsure => icon::UNKNOWN,
            Tone::Quiet => icon::DASH,
        }
    }

    /// The word for one check.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Tone::Good => "checked and good",
            Tone::Bad => "checked and wrong",
            Tone::Unsure => "could not check",
            Tone::Quiet => "nothing to check",
        }
    }
}

/// The answer at the top of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Good, bad or unsure.
    pub(crate) tone: Tone,
    /// The picture in the seal; usually the tone's own.
    pub(crate) icon: Icon,
    /// The answer in a few words: `Real and still good`.
    pub(crate) word: Text,
    /// The answer in one sentence.
    pub(crate) sentence: Text,
    /// When it was checked, in words.
    pub(crate) when: String,
    /// What to do now; empty for a good answer.
    pub(crate) next: &'static str,
}

/// One line of "what was checked".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// How it came out.
    pub(crate) tone: Tone,
    /// What was checked: `Signature`.
    pub(crate) title: Text,
    /// What came of it, in one sentence.
    pub(crate) sentence: Text,
    /// How old the information is, in words; empty when it has no age.
    pub(crate) age: String,
    /// What to do now, where the answer above does not say it already.
    pub(crate) next: &'static str,
}

/// Samples that the pages' samples share.
#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    pub(crate) fn good() -> Verdict {
        Verdict {
            tone: Tone::Good,
            icon: icon::TICK,
            word: "Real and still good".into(),
            sentence: "Riverside Tutoring signed this credential, nothing in it was changed, and it has not been taken back.".into(),
            when: "Checked just now, 22 November 2026, 14:02 UTC".to_owned(),
            next: "",
        }
    }

    pub(crate) fn revoked() -> Verdict {
        Verdict {
            tone: Tone::Bad,
            icon: icon::CROSS,
            word: "Taken back".into(),
            sentence:
                "Riverside Tutoring signed this credential and later revoked it. Do not rely on it."
                    .into(),
            when: "Checked just now, 22 November 2026, 14:02 UTC".to_owned(),
            next: "Do not rely on it. Ask the person whether they have a newer one.",
        }
    }

    pub(crate) fn unsure() -> Verdict {
        Verdict {
            tone: Tone::Unsure,
            icon: icon::UNKNOWN,
            word: "Cannot tell".into(),
            sentence: "The signature could not be checked, because the issuer's keys are on another server and were not fetched.".into(),
            when: "Checked just now, 22 November 2026, 14:02 UTC".to_owned(),
            next: "Try again later; do not treat this as proof.",
        }
    }

    pub(crate) fn wrong_checks() -> Vec<Check> {
        let wrong = |tone, title: &str, sentence: &str, next| Check {
            tone,
            title: title.into(),
            sentence: sentence.into(),
            age: String::new(),
            next,
        };
        vec![
            wrong(
                Tone::Unsure,
                "Issuer's key",
                "The issuer's web address did not answer.",
                "",
            ),
            wrong(
                Tone::Bad,
                "Recipient",
                "It was made out to somebody else than the person you named.",
                "Check how you wrote the name or address. If it is right, this credential is not theirs.",
            ),
        ]
    }

    pub(crate) fn checks() -> Vec<Check> {
        let check = |tone, title: &str, sentence: &str, age: &str| Check {
            tone,
            title: title.into(),
            sentence: sentence.into(),
            age: age.to_owned(),
            next: "",
        };
        vec![
            check(
                Tone::Good,
                "Signature",
                "The text is exactly what the issuer signed.",
                "Checked just now",
            ),
            check(
                Tone::Good,
                "Issuer's key",
                "The key belongs to this issuer and was in force when it signed.",
                "Read just now",
            ),
            check(
                Tone::Good,
                "Status",
                "Not revoked and not suspended.",
                "List of 14:01 UTC, 1 minute ago",
            ),
            check(
                Tone::Good,
                "Dates",
                "In force since November 2026; it has no end date.",
                "",
            ),
            check(
                Tone::Quiet,
                "Endorsements",
                "Nobody else has endorsed it.",
                "",
            ),
        ]
    }
}
