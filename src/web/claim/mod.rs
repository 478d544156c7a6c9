//! What a credential says, laid out for a reader.
//!
//! It is read by the verifier and by nobody else: only terms that Open Badges 3.0 defines, and
//! nothing about the person. No address found here is ever loaded: pictures of strangers are not
//! shown.

// What the verifier says, laid out.
mod lay_out;
#[cfg(test)]
pub(crate) mod samples;

use std::fmt;

use askama::filters::HtmlSafe;

use crate::web::{markdown::Html, text::Text};

pub(crate) use lay_out::since;

/// Whether the achievement was earned by doing or by being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A task was done and scored against a rubric.
    Performance,
    /// The person took part; nothing was scored.
    Participation,
    /// The credential does not say.
    Unstated,
}

/// A credential's content for a page.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// Whether the verifier found it valid. If not, a page shows it with the verdict only.
    pub(crate) confirmed: bool,
    /// The language it is written in.
    pub(crate) tongue: Tongue,
    /// The achievement's name.
    pub(crate) name: Text,
    /// What the person can do, in one line.
    pub(crate) meaning: Text,
    /// Earned by doing or by taking part.
    pub(crate) kind: Kind,
    /// The skills named.
    pub(crate) skills: Vec<Text>,
    /// The month it was awarded, in words, else the month since which it stands; empty when
    /// unknown.
    pub(crate) month: String,
    /// Whether [`Claim::month`] is when it was awarded.
    pub(crate) awarded: bool,
    /// The month since which it stands, in words; empty when unknown.
    pub(crate) since: String,
    /// The month after which it no longer stands, in words; empty when it does not end.
    pub(crate) until: String,
    /// What had to be done.
    pub(crate) criteria: Html,
    /// Where that is told at length; empty unless `https:`.
    pub(crate) criteria_url: String,
    /// What was done, or is said about this award.
    pub(crate) narrative: Html,
    /// The rubric, a row per criterion.
    pub(crate) rubric: Vec<Criterion>,
    /// Results that are not rubric levels: a score, a status.
    pub(crate) scores: Vec<Score>,
    /// What was shown.
    pub(crate) evidence: Vec<Evidence>,
    /// Standards and job tasks that it lines up with.
    pub(crate) alignments: Vec<Alignment>,
    /// Who assessed, as the credential says.
    pub(crate) assessor: Option<Assessor>,
    /// Who says so, as the credential says.
    pub(crate) issuer_name: Text,
    /// The issuer's identifier.
    pub(crate) issuer_id: Text,
}

/// The attributes that tell a browser how to read a text aloud, and in which direction to write it.
///
/// The language is the one that the achievement says (`inLanguage`); the direction follows from the
/// letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tongue(Option<String>);

impl Tongue {
    /// `language`, if it has the shape of a language tag (BCP 47).
    #[must_use]
    pub(crate) fn of(language: Option<&str>) -> Tongue {
        let part = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        let shaped = language.filter(|tag| tag.len() <= 35 && tag.split('-').all(part));
        Tongue(shaped.map(str::to_owned))
    }
}

impl fmt::Display for Tongue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(tag) => write!(f, " lang=\"{tag}\" dir=\"auto\""),
            None => f.write_str(" dir=\"auto\""),
        }
    }
}

impl HtmlSafe for Tongue {}

/// One criterion of a rubric, levels from low to high.
#[derive(Debug, Clone)]
pub(crate) struct Criterion {
    /// What was looked at.
    pub(crate) name: Text,
    /// Its levels, all of them.
    pub(crate) levels: Vec<Level>,
    /// Whether they certainly stand from low to high.
    pub(crate) ordered: bool,
}

impl Criterion {
    /// The level reached, if the credential says which.
    #[must_use]
    pub(crate) fn reached(&self) -> Option<&Level> {
        self.levels.iter().find(|level| level.reached)
    }
}

/// One level of a criterion.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    /// Its name: `Proficient`.
    pub(crate) name: Text,
    /// What it looks like.
    pub(crate) description: Text,
    /// Whether this is the level the person reached.
    pub(crate) reached: bool,
    /// Whether this is the level needed to pass.
    pub(crate) required: bool,
}

/// A result with a value.
#[derive(Debug, Clone)]
pub(crate) struct Score {
    /// What was measured.
    pub(crate) name: Text,
    /// The value, and the range where one is stated.
    pub(crate) value: Text,
}

/// One piece of evidence: what it is, and the digest that binds it.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    /// Its name.
    pub(crate) name: Text,
    /// What it shows.
    pub(crate) description: Html,
    /// How it came about.
    pub(crate) narrative: Html,
    /// The digest signed for it; empty when there is none.
    pub(crate) digest: Text,
    /// The id of our record of it; empty when its address is none of that shape.
    pub(crate) record: String,
}

/// A standard, or a job task.
#[derive(Debug, Clone)]
pub(crate) struct Alignment {
    /// Its name.
    pub(crate) name: Text,
    /// The framework, and its code there; either may be empty.
    pub(crate) framework: Text,
    /// Its code in the framework.
    pub(crate) code: Text,
    /// What it says.
    pub(crate) description: Text,
    /// Where it is published; empty unless `https:`.
    pub(crate) url: String,
}

/// Who assessed. Each of the three may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Assessor {
    /// Name, where the organisation names its assessors.
    pub(crate) name: Text,
    /// Role: `Career skills reviewer`.
    pub(crate) role: Text,
    /// What makes them fit to judge.
    pub(crate) qualification: Text,
}
