//! From reports to a receipt: what of them may be written down for others.
//!
//! Nothing about the learner that a public page hides goes in: no day of the award, no narrative, no
//! evidence, no holder; only what was claimed, by whom, and how it was found.

use jiff::Timestamp;

use super::{Inner, IssuedBy, Item, Kind, Line, Receipt, Says};
use crate::{
    config::limits,
    json,
    verify::{
        claim::{Achieved, Claim, Criterion},
        report::{Check, CheckId, Claimed, Outcome, Report},
        several::Answered,
        trust::TrustReason,
    },
};

/// Most bytes of a sentence, and of a name, that are written down.
const SENTENCE: usize = 320;
const NAME: usize = 160;
/// Most lines of one sort that are written down of one document, when it is the only one and when
/// there are others.
const LINES: [usize; 2] = [60, 4];

/// Most bytes of a receipt, well within the limit of a document that can be read again. What is told
/// besides the answers is left out where many say much.
const WHOLE: usize = limits::DOCUMENT_BYTES * 3 / 4;

/// Who makes a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maker {
    /// The identifier of the service.
    pub issuer: String,
    /// The host under which it is reached.
    pub host: String,
    /// The address of its vocabulary of receipts.
    pub context: String,
}

impl Receipt {
    /// The receipt over what was found, with a `urn:uuid:` as its `id`. It is not signed yet.
    #[must_use]
    pub fn over(answers: &[Answered], id: String, maker: Maker, now: Timestamp) -> Receipt {
        let alone = answers.len() == 1;
        let mut receipt = Receipt {
            id,
            issuer: maker.issuer,
            host: maker.host,
            context: maker.context,
            made_at: now,
            items: answers.iter().map(|one| item(one, alone)).collect(),
        };
        for thinner in [
            (|item| item.inside.clear()) as fn(&mut Item),
            |item| item.check.retain(is_recipient),
            |item| item.says.iter_mut().for_each(|says| says.result.clear()),
        ] {
            if json::text(&receipt.document()).len() > WHOLE {
                receipt.items.iter_mut().for_each(thinner);
            }
        }
        receipt
    }
}

fn item(answered: &Answered, alone: bool) -> Item {
    let report = &answered.report;
    let most = LINES[usize::from(!alone)];
    let wrong = |check: &Check| matches!(check.outcome, Outcome::Fail | Outcome::Unknown);
    let (asked, checks): (Vec<&Check>, Vec<&Check>) = (report.checks.iter())
        .filter(|check| alone || wrong(check) || names_somebody(check))
        .partition(|check| names_somebody(check));
    Item {
        kind: Kind::CheckedDocument,
        label: (!answered.name.is_empty()).then(|| clip(&answered.name, NAME)),
        sha256: answered.sha256.clone(),
        document_sha256: answered.document_sha256.clone(),
        verdict: report.verdict,
        reason: report.reason.map(str::to_owned),
        sentence: clip(&told(&report.sentence), SENTENCE),
        says: report.claim.as_ref().map(|claimed| says(claimed, most)),
        issued_by: report
            .issuer
            .as_ref()
            .filter(|_| names_issuer(report))
            .map(|issuer| IssuedBy {
                id: clip(&issuer.id, SENTENCE),
                name: issuer.name.as_deref().map(|name| clip(name, NAME)),
                domain: issuer.domain.as_deref().map(|name| clip(name, NAME)),
            }),
        trust: trust(report).map(|text| clip(&text, SENTENCE)),
        // What was asked besides stands in a receipt however much else there is.
        check: (checks.into_iter().take(most))
            .chain(asked)
            .map(line)
            .collect(),
        inside: report
            .children
            .iter()
            .take(most)
            .map(|child| inner(&child.report))
            .collect(),
    }
}

/// Whether the issuer is on a list; without what whoever asked calls anybody.
fn trust(report: &Report) -> Option<String> {
    if report.trust.reason == TrustReason::SeeInside {
        let strangers = report.children.iter();
        let strangers = strangers.filter(|child| child.report.trust.trusted == Some(false));
        return Some(format!(
            "{} Of {} credentials, {} are of no issuer on a list that was used.",
            report.trust.noted,
            report.children.len(),
            strangers.count()
        ));
    }
    let said = report.issuer.is_some() || !report.children.is_empty();
    said.then(|| report.trust.noted.clone())
}

/// Whether whoever asked named a person.
fn names_somebody(check: &Check) -> bool {
    check.id == CheckId::Recipient && check.outcome != Outcome::Skipped
}

fn is_recipient(line: &Line) -> bool {
    line.title == CheckId::Recipient.title()
}

/// A receipt is read by others than the one who asked: what was said to them is told of them.
fn told(sentence: &str) -> String {
    sentence.replace(
        "the person you named",
        "the person whom whoever asked named",
    )
}

/// What a receipt adds where a person was named: who that is, only the one who asked knows.
const SOMEBODY: &str = "Whoever asked named a person; the name is not in this receipt.";

/// Whom a presentation names is its holder, and no issuer.
fn names_issuer(report: &Report) -> bool {
    let claim = report.claim.as_ref().map(Claimed::claim);
    !matches!(claim, Some(Claim::Presentation(_)))
}

fn line(check: &Check) -> Line {
    let hidden = check.id == CheckId::ValidFrom && check.outcome == Outcome::Pass;
    Line {
        title: check.id.title().to_owned(),
        outcome: check.outcome,
        sentence: match hidden {
            // The day of an award may tell who was there.
            true => "It is in force.".to_owned(),
            false if names_somebody(check) => {
                clip(&format!("{SOMEBODY} {}", told(&check.sentence)), SENTENCE)
            }
            false => clip(&check.sentence, SENTENCE),
        },
        as_of: check.as_of,
    }
}

fn inner(report: &Report) -> Inner {
    Inner {
        title: report.claim.as_ref().map_or_else(
            || "A credential that was not read".to_owned(),
            |claimed| clip(&title(claimed.claim()), NAME),
        ),
        verdict: report.verdict,
        sentence: clip(&told(&report.sentence), SENTENCE),
    }
}

/// What a document is about, in a few words.
fn title(claim: &Claim) -> String {
    match claim {
        Claim::Achievement(said) => said.name.clone(),
        Claim::Endorsement(said) => said.name.clone(),
        Claim::Record(said) => said.name.clone(),
        Claim::Presentation(said) => match said.credentials {
            1 => "A presentation of one credential".to_owned(),
            n => format!("A presentation of {n} credentials"),
        },
        Claim::Receipt(_) => "A verification receipt".to_owned(),
    }
}

fn says(claimed: &Claimed, most: usize) -> Says {
    let claim = claimed.claim();
    Says {
        kind: match claim {
            Claim::Achievement(_) => "achievement",
            Claim::Endorsement(_) => "endorsement",
            Claim::Record(_) => "record",
            Claim::Presentation(_) => "presentation",
            Claim::Receipt(_) => "receipt",
        }
        .to_owned(),
        title: clip(&title(claim), NAME),
        result: match claim {
            Claim::Achievement(said) => results(said).take(most).collect(),
            Claim::Receipt(said) => vec![clip(&said.says(), SENTENCE)],
            _ => Vec::new(),
        },
    }
}

/// The levels and scores that were reached.
fn results(said: &Achieved) -> impl Iterator<Item = String> {
    let levels = said.rubric.iter().filter_map(reached);
    let scores = said.scores.iter().filter_map(|score| {
        let value = score.value.as_ref().or(score.status.as_ref())?;
        let name = score.name.as_deref().unwrap_or("Result");
        let of = score.max.as_ref().map(|max| format!(" of {max}"));
        Some(format!("{name}: {value}{}", of.unwrap_or_default()))
    });
    levels.chain(scores).map(|text| clip(&text, NAME))
}

fn reached(criterion: &Criterion) -> Option<String> {
    let place = criterion.levels.iter().position(|level| level.reached)?;
    let name = &criterion.levels[place].name;
    let of = match criterion.ordered {
        true => format!(" ({} of {})", place + 1, criterion.levels.len()),
        false => String::new(),
    };
    Some(format!("{}: {name}{of}", criterion.name))
}

/// `text` in one line without control characters, cut to at most `most` bytes.
fn clip(text: &str, most: usize) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.retain(|c| !c.is_control());
    if line.len() > most {
        line.truncate(line.floor_char_boundary(most));
        line.push('…');
    }
    line
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::verify::report::Verdict;

    pub(in super::super) fn sample() -> Receipt {
        let item = Item {
            kind: Kind::CheckedDocument,
            label: Some("badge.json".to_owned()),
            sha256: Some("ab".repeat(32)),
            document_sha256: Some("cd".repeat(32)),
            verdict: Verdict::Invalid,
            reason: Some("revoked".to_owned()),
            sentence: "Do not rely on this. Its issuer has taken it back.".to_owned(),
            says: Some(Says {
                kind: "achievement".to_owned(),
                title: "Workplace Email".to_owned(),
                result: vec!["Tone: Proficient (3 of 4)".to_owned()],
            }),
            issued_by: Some(IssuedBy {
                id: "did:web:a.test".to_owned(),
                name: Some("A".to_owned()),
                domain: Some("a.test".to_owned()),
            }),
            trust: Some("No list of trusted issuers was used.".to_owned()),
            check: vec![Line {
                title: "Status".to_owned(),
                outcome: Outcome::Fail,
                sentence: "Taken back.".to_owned(),
                as_of: Some("2026-03-01T11:59:00Z".parse().expect("a time")),
            }],
            inside: vec![Inner {
                title: "One".to_owned(),
                verdict: Verdict::Valid,
                sentence: "Good.".to_owned(),
            }],
        };
        Receipt {
            id: "urn:uuid:0c07c1ce-57cb-41af-bef2-1b932b986873".to_owned(),
            issuer: "did:web:b.test:receipts".to_owned(),
            host: "b.test".to_owned(),
            context: "https://b.test/contexts/receipt/v1".to_owned(),
            made_at: "2026-03-01T12:00:00Z".parse().expect("a time"),
            items: vec![item],
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(clip(" a\n b ", 9), "a b");
        assert_eq!(clip("ééé", 5), "éé…");
        assert_eq!(clip("ééé", 6), "ééé");
    }

    #[test]
    fn fifty_of_the_longest_can_be_read_again() {
        let long = "\u{1F4DC}\"\\".repeat(400);
        let answered = |_| {
            let given = crate::verify::Given {
                name: long.clone(),
                bytes: Vec::new(),
            };
            let mut one = given.unread("2026-03-01T12:00:00Z".parse().expect("a time"));
            one.report.sentence.clone_from(&long);
            let check = one.report.checks[0].clone();
            one.report.checks = vec![
                Check {
                    sentence: long.clone(),
                    ..check
                };
                20
            ];
            one.report.issuer = Some(crate::verify::Issuer {
                id: long.clone(),
                name: Some(long.clone()),
                domain: Some(long.clone()),
                key_binding: None,
            });
            one
        };
        let answers: Vec<Answered> = (0..50).map(answered).collect();
        let maker = Maker {
            issuer: "did:web:a.test".to_owned(),
            host: "a.test".to_owned(),
            context: "https://a.test/contexts/receipt/v1".to_owned(),
        };
        let now = "2026-03-01T12:00:00Z".parse().expect("a time");
        let receipt = Receipt::over(&answers, "urn:uuid:x".to_owned(), maker, now);
        let text = json::text(&receipt.document());
        assert!(text.len() <= WHOLE, "{}", text.len());
        assert_eq!(
            Receipt::read(&json::parse(&text).expect("JSON")),
            Ok(receipt)
        );
    }
}
