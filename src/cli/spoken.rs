//! A verification's report, told to a person at a terminal.

use super::{Failure, Screen, screen::plain};
use crate::verify::{self, Achieved, Check, Child, Claim, Outcome, Report, Verdict};

/// The verdict in one word.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "VALID",
        Verdict::Invalid => "NOT VALID",
        Verdict::CannotTell => "CANNOT TELL",
    }
}

/// Tells the whole report: the verdict, what it says, and every check.
pub(super) fn tell(report: &Report, screen: &Screen) -> Result<(), Failure> {
    tell_with(report, false, screen)
}

/// As [`tell`]; with `details`, also what was signed and with which key.
pub(super) fn tell_with(report: &Report, details: bool, screen: &Screen) -> Result<(), Failure> {
    let verdict = paint(screen, report.verdict);
    screen.line(format_args!("{verdict}  {}", plain(&report.sentence)))?;
    if let Some(achieved) = report.claim.as_ref().and_then(|c| c.claim().achieved()) {
        let heading = match report.verdict {
            Verdict::Valid => "What it says",
            _ => "What it says, unproven",
        };
        screen.title(format_args!("\n{heading}"))?;
        tell_achieved(achieved, screen)?;
    }
    if let Some(claimed) = &report.claim {
        tell_others(claimed.claim(), screen)?;
    }
    if let Some(issuer) = &report.issuer {
        screen.pair(
            "issuer",
            plain(issuer.name.as_deref().unwrap_or("without a name")),
        )?;
        screen.pair("", plain(&issuer.id))?;
        screen.pair("", plain(&report.trust.sentence))?;
    }
    if let Some(words) = report.reason.and_then(verify::explain) {
        screen.pair("what to do", words.next)?;
    }
    screen.title("\nChecks")?;
    for check in &report.checks {
        tell_check(check, screen)?;
    }
    for fault in &report.faults {
        screen.pair(
            "",
            format_args!("{}: {}", plain(&fault.pointer), plain(&fault.sentence)),
        )?;
    }
    for warning in &report.warnings {
        screen.line(format_args!(
            "  note     {:<18}{}",
            "Read all the same",
            plain(&warning.sentence)
        ))?;
    }
    for child in &report.children {
        tell_child(child, screen)?;
    }
    for endorsement in &report.endorsements {
        let inner = &endorsement.report;
        screen.line(format_args!(
            "\nEndorsement at {}: {}  {}",
            plain(&endorsement.pointer),
            word(inner.verdict),
            plain(&inner.sentence)
        ))?;
    }
    if details {
        tell_details(report, "\nTechnical details", screen)?;
    }
    Ok(())
}

/// What an engineer asks for, of a report and of each inside.
fn tell_details(report: &Report, heading: &str, screen: &Screen) -> Result<(), Failure> {
    screen.title(heading)?;
    for line in verify::details(report) {
        screen.line(format_args!("  {:<20}{}", line.label, plain(&line.value)))?;
    }
    for child in &report.children {
        let heading = format!("\nTechnical details of {}", plain(&child.pointer));
        tell_details(&child.report, &heading, screen)?;
    }
    Ok(())
}

fn paint(screen: &Screen, verdict: Verdict) -> String {
    let word = word(verdict);
    let colour = match verdict {
        Verdict::Valid => 32,
        Verdict::Invalid => 31,
        Verdict::CannotTell => 33,
    };
    if screen.colour {
        format!("\u{1b}[1;{colour}m{word}\u{1b}[0m")
    } else {
        word.to_owned()
    }
}

/// What a document says that is no achievement.
fn tell_others(claim: &Claim, screen: &Screen) -> Result<(), Failure> {
    match claim {
        Claim::Achievement(_) => Ok(()),
        Claim::Endorsement(said) => {
            screen.pair("endorsement", plain(&said.name))?;
            screen.pair("about", plain(&said.about))?;
            screen.pair("", plain(said.comment.as_deref().unwrap_or_default()))
        }
        Claim::Record(said) => {
            screen.pair("learner record", plain(&said.name))?;
            for link in &said.associations {
                let source = link.source_name.as_ref().unwrap_or(&link.source);
                let target = link.target_name.as_ref().unwrap_or(&link.target);
                let (source, kind, target) = (plain(source), plain(&link.kind), plain(target));
                screen.pair("", format_args!("{source} {kind} {target}"))?;
            }
            Ok(())
        }
        Claim::Presentation(said) => {
            let holder = said.holder.as_deref().unwrap_or("nobody who is named");
            screen.pair("presented by", plain(holder))
        }
        Claim::Receipt(said) => {
            screen.title("\nWhat was found then (not checked again now)")?;
            for item in &said.items {
                let (title, word) = (plain(item.title()), item.word());
                screen.pair("then", format_args!("{word}: {title}"))?;
                screen.pair("", plain(&item.sentence))?;
                let digest = item.sha256.as_ref().or(item.document_sha256.as_ref());
                if let Some(digest) = digest {
                    screen.pair("SHA-256", plain(digest))?;
                }
            }
            Ok(())
        }
    }
}

/// One credential inside, with its own verdict.
fn tell_child(child: &Child, screen: &Screen) -> Result<(), Failure> {
    let inner = &child.report;
    screen.line(format_args!(
        "\nInside at {}: {}  {}",
        plain(&child.pointer),
        paint(screen, inner.verdict),
        plain(&inner.sentence)
    ))?;
    match inner.claim.as_ref().and_then(|c| c.claim().achieved()) {
        Some(achieved) => tell_achieved(achieved, screen),
        None => Ok(()),
    }
}

fn tell_achieved(achieved: &Achieved, screen: &Screen) -> Result<(), Failure> {
    screen.pair("achievement", plain(&achieved.name))?;
    screen.pair("", plain(&achieved.meaning))?;
    for criterion in &achieved.rubric {
        let place = criterion.levels.iter().position(|level| level.reached);
        let level = match place {
            Some(place) if criterion.ordered => {
                let name = plain(&criterion.levels[place].name);
                format!("{name} ({} of {})", place + 1, criterion.levels.len())
            }
            Some(place) => plain(&criterion.levels[place].name),
            None => "no level stated".to_owned(),
        };
        screen.pair("shown", format_args!("{}: {level}", plain(&criterion.name)))?;
    }
    for shown in &achieved.evidence {
        if let Some(name) = &shown.name {
            screen.pair("evidence", plain(name))?;
        }
    }
    if let Some(assessor) = &achieved.assessor {
        let who = [&assessor.name, &assessor.description];
        let who: Vec<String> = who.into_iter().flatten().map(|text| plain(text)).collect();
        screen.pair("assessed by", who.join(" · "))?;
    }
    if let Some(awarded) = achieved.awarded.as_ref().or(achieved.valid_from.as_ref()) {
        screen.pair("awarded", plain(awarded))?;
    }
    Ok(())
}

fn tell_check(check: &Check, screen: &Screen) -> Result<(), Failure> {
    let outcome = match check.outcome {
        Outcome::Pass => "ok     ",
        Outcome::Fail => "WRONG  ",
        Outcome::Unknown => "unknown",
        Outcome::Skipped => "-      ",
    };
    let age = check
        .as_of
        .map_or(String::new(), |at| format!(" (as of {at})"));
    let sentence = plain(&check.sentence);
    screen.line(format_args!(
        "  {outcome}  {:<18}{sentence}{age}",
        check.id.title()
    ))
}
