//! What a report tells beside an achievement: the credentials inside, each with its own answer,
//! endorsements, how things belong together, and what was read leniently.

use crate::{
    verify::{Claim as Said, Claimed, Report, Verdict, receipt::Item},
    web::{
        check,
        markdown::{self, Html},
        text::{self, Text},
        verdict::Tone,
    },
};

/// What a report holds, laid out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inside {
    /// What the document is, for people; empty for an achievement, which is shown at length.
    pub(crate) kind: &'static str,
    /// Whether what it says was verified.
    pub(crate) confirmed: bool,
    /// Its name, if it is none of an achievement.
    pub(crate) name: Text,
    /// What it says, a line each.
    pub(crate) lines: Vec<Text>,
    /// What an endorser says.
    pub(crate) comment: Html,
    /// The credentials inside, each with its own answer.
    pub(crate) children: Vec<Line>,
    /// Who else stands behind it, each with its own answer.
    pub(crate) endorsements: Vec<Line>,
    /// What a receipt tells of, each with the answer of then: never with a tone of now.
    pub(crate) told: Vec<Line>,
    /// How what it holds belongs together.
    pub(crate) links: Vec<Text>,
    /// What is not as the standard has it, and was read all the same.
    pub(crate) warnings: Vec<Text>,
}

/// One credential inside: its answer in a line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Good, bad or unsure.
    pub(crate) tone: Tone,
    /// What it is about.
    pub(crate) name: Text,
    /// The answer in a few words.
    pub(crate) word: Text,
    /// The answer in one sentence.
    pub(crate) sentence: Text,
}

impl Inside {
    /// What `report` holds.
    #[must_use]
    pub(crate) fn of(report: &Report) -> Inside {
        let mut inside = Inside {
            confirmed: report.is_valid(),
            children: report.children.iter().map(|c| line(&c.report)).collect(),
            endorsements: endorsements(report),
            warnings: report
                .warnings
                .iter()
                .map(|w| Text::new(&w.sentence))
                .collect(),
            ..Inside::default()
        };
        match report.claim.as_ref().map(Claimed::claim) {
            Some(Said::Endorsement(said)) => {
                inside.kind = "An endorsement";
                inside.name = Text::new(&said.name);
                inside
                    .lines
                    .push(Text::new(&format!("About {}", said.about)));
                inside.comment = markdown::render(said.comment.as_deref().unwrap_or_default());
            }
            Some(Said::Record(said)) => {
                inside.kind = "A learner record";
                inside.name = Text::new(&said.name);
                inside.lines.push(Text::new(match said.partial {
                    true => "It says that it holds some of the learner's credentials.",
                    false => "It claims to hold every credential that its issuer knows of.",
                }));
                inside.links = said.associations.iter().map(link).collect();
            }
            Some(Said::Presentation(said)) => {
                inside.kind = "A presentation";
                inside.name = match said.credentials {
                    0 => "No credentials".into(),
                    1 => "One credential".into(),
                    n => Text::new(&format!("{n} credentials")),
                };
                let holder = said.holder.as_deref().unwrap_or("nobody who is named");
                inside
                    .lines
                    .push(Text::new(&format!("Presented by {holder}")));
                if let Some(challenge) = &said.challenge {
                    inside
                        .lines
                        .push(Text::new(&format!("In answer to {challenge}")));
                }
                if !said.domain.is_empty() {
                    let domain = said.domain.join(", ");
                    inside.lines.push(Text::new(&format!("Made for {domain}")));
                }
            }
            Some(Said::Receipt(said)) => {
                inside.kind = "A verification receipt";
                inside.name = match said.items.len() {
                    1 => "What was found then".into(),
                    n => Text::new(&format!("What was found then in {n} documents")),
                };
                let made = text::moment(said.made_at);
                inside.lines.push(Text::new(&format!("Made {made}")));
                inside.told = said.items.iter().map(told).collect();
            }
            Some(Said::Achievement(_)) | None => {}
        }
        inside
    }
}

/// Whoever else stands behind it: of an endorsement that is good, what it says.
pub(crate) fn endorsements(report: &Report) -> Vec<Line> {
    let endorsement = |report: &Report| {
        let line = line(report);
        let said = match report.claim.as_ref().map(Claimed::claim) {
            Some(Said::Endorsement(said)) if report.is_valid() => said.comment.as_deref(),
            _ => None,
        };
        Line {
            sentence: said.map_or(line.sentence, Text::new),
            ..line
        }
    };
    let all = report.endorsements.iter();
    all.map(|inner| endorsement(&inner.report)).collect()
}

fn line(report: &Report) -> Line {
    let verdict = check::verdict(report, None);
    let name = match report.claim.as_ref().map(Claimed::claim) {
        Some(Said::Achievement(said)) => said.name.as_str(),
        Some(Said::Endorsement(said)) => said.name.as_str(),
        Some(Said::Record(said)) => said.name.as_str(),
        Some(Said::Presentation(_)) => "A presentation",
        Some(Said::Receipt(_)) => "A verification receipt",
        None => "A credential that was not read",
    };
    Line {
        tone: match report.verdict {
            Verdict::Valid => Tone::Good,
            Verdict::Invalid => Tone::Bad,
            Verdict::CannotTell => Tone::Unsure,
        },
        name: Text::new(name),
        word: verdict.word,
        sentence: verdict.sentence,
    }
}

/// What a receipt says of one document. It was not checked again, so it is neither good nor bad now.
fn told(item: &Item) -> Line {
    let digest = item.sha256.as_ref().or(item.document_sha256.as_ref());
    let digest = digest.map(|digest| format!(" SHA-256 {digest}"));
    Line {
        tone: Tone::Quiet,
        name: Text::new(item.title()),
        word: Text::new(&format!("then: {}", item.word().to_lowercase())),
        sentence: Text::new(&format!("{}{}", item.sentence, digest.unwrap_or_default())),
    }
}

fn link(link: &crate::verify::Associated) -> Text {
    let kind = match link.kind.as_str() {
        "exactMatchOf" => "is the same as",
        "isChildOf" => "is a child of",
        "isParentOf" => "is the parent of",
        "isPartOf" => "is a part of",
        "isPeerOf" => "stands beside",
        "precedes" => "comes before",
        "replacedBy" => "is replaced by",
        _ => "is related to",
    };
    let source = link.source_name.as_ref().unwrap_or(&link.source);
    let target = link.target_name.as_ref().unwrap_or(&link.target);
    Text::new(&format!("{source} {kind} {target}"))
}

/// Samples that the pages' samples share.
#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    pub(crate) fn record() -> Inside {
        let line = |tone, name: &str, word: &str, sentence: &str| Line {
            tone,
            name: name.into(),
            word: word.into(),
            sentence: sentence.into(),
        };
        Inside {
            kind: "A learner record",
            name: "Spring record".into(),
            lines: vec!["It says that it holds some of the learner's credentials.".into()],
            children: vec![
                line(
                    Tone::Good,
                    "Workplace Email",
                    "Real and still good",
                    "Signed by Harbour Tutoring; nothing in it was changed, it has not been taken back, and it has no end date.",
                ),
                line(
                    Tone::Bad,
                    "Paycheck to Budget",
                    "Taken back",
                    "Do not rely on this. The issuer has taken it back.",
                ),
            ],
            endorsements: vec![line(
                Tone::Unsure,
                "Endorsement of Workplace Email",
                "Cannot tell",
                "We cannot tell whether this is real. The issuer's keys could not be read just now.",
            )],
            links: vec!["Workplace Email comes before Paycheck to Budget".into()],
            warnings: vec![
                "`statusListIndex` is a number; the standard has it as text. It was read as that place.".into(),
            ],
            ..Inside::default()
        }
    }

    pub(crate) fn warned() -> Inside {
        Inside {
            endorsements: record().endorsements,
            warnings: record().warnings,
            ..Inside::default()
        }
    }
}
