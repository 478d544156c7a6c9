//! A verification receipt on paper: the answer of then first, what it rests on, and how to check both
//! the receipt and the credential now.

use super::{
    Fault,
    drawn::{
        BAD, GOOD, HEAD, NAME, PLAIN, QUIET, RULE, SMALL, SOFT, STRONG, TEXT, TITLE, Tone, UNSURE,
        band, closing, decorate, moment, seal, style,
    },
    render::{self, About},
    sheet::{MARGIN, Mark, Sheet, Step, WIDTH},
};
use crate::verify::{
    NO_LIST, Outcome, Verdict,
    receipt::{Item, Line, Receipt},
};

/// The PDF of a receipt: `text` is the receipt as it was signed, which stands in the PDF, and
/// `verify_at` the address of the page where both are checked.
///
/// # Errors
/// [`Fault`], which no text in a receipt should bring about.
pub fn receipt(receipt: &Receipt, text: &str, verify_at: &str) -> Result<Vec<u8>, Fault> {
    let mut sheet = Sheet::new();
    let title = format!("Verification receipt of {}", moment(receipt.made_at));
    sheet.heading(1, "Verification receipt", TITLE);
    let made = format!(
        "Made by {} on {}. It says what was found then. It does not say what is true now.",
        receipt.host,
        moment(receipt.made_at)
    );
    sheet.paragraph(&made, style(10.5, false, SOFT), MARGIN, WIDTH);
    sheet.skip(12.0);
    match &receipt.items[..] {
        [item] => single(&mut sheet, item),
        items => several(&mut sheet, receipt, items),
    }
    closing(&mut sheet, receipt, verify_at);
    decorate(&mut sheet, receipt);
    let about = About {
        title: &title,
        author: &receipt.host,
        made_at: receipt.made_at,
        file_name: "verification-receipt.json",
        file_kind: "application/json",
        file_about: "The signed receipt (a W3C verifiable credential of the type VerificationReceipt)",
        file: text,
    };
    render::pdf(&sheet, &about)
}

fn tone(item: &Item) -> Tone {
    match item.verdict {
        // A receipt is never shown like a badge that is good.
        Verdict::Valid if item.word() != "Checked and good" => PLAIN,
        Verdict::Valid => GOOD,
        Verdict::Invalid => BAD,
        Verdict::CannotTell => UNSURE,
    }
}

/// One document at length.
fn single(sheet: &mut Sheet, item: &Item) {
    band(sheet, tone(item), item.word(), &item.sentence);
    claimed(sheet, item);
    let lines = told(item);
    if !lines.is_empty() {
        section(sheet, "What was checked");
        sheet.list(|sheet| {
            for (tone, title, sentence) in &lines {
                check(sheet, *tone, title, sentence);
            }
        });
    }
    if !item.inside.is_empty() {
        section(sheet, "The credentials inside, each checked by itself");
        sheet.list(|sheet| {
            for inner in &item.inside {
                let (tone, word) = match inner.verdict {
                    Verdict::Valid => (GOOD, "Checked and good"),
                    Verdict::Invalid => (BAD, "Not valid"),
                    Verdict::CannotTell => (UNSURE, "Cannot tell"),
                };
                check(
                    sheet,
                    tone,
                    word,
                    &format!("{}. {}", inner.title, inner.sentence),
                );
            }
        });
    }
    section(sheet, "What was read");
    if let Some(label) = &item.label {
        sheet.paragraph(label, TEXT, MARGIN, WIDTH);
    }
    digests(sheet, item, MARGIN);
    if item.trust.is_some() || item.says.is_some() {
        section(sheet, "Trust, and what was not checked");
        sheet.paragraph(&unchecked(item), TEXT, MARGIN, WIDTH);
    }
}

/// Whether the issuer is on a list; and, also where a person was named, that a sheet cannot tell
/// whether that is whoever holds it out.
fn unchecked(item: &Item) -> String {
    let trust = item.trust.as_deref().unwrap_or_default();
    format!("{trust} {IN_FRONT}").trim_start().to_owned()
}

const IN_FRONT: &str = "It was not checked whether it belongs to the person in front of you.";

fn section(sheet: &mut Sheet, title: &str) {
    sheet.skip(11.0);
    sheet.heading(2, title, HEAD);
    sheet.skip(3.0);
}

/// What it says, and whether that is confirmed.
fn claimed(sheet: &mut Sheet, item: &Item) {
    let Some(says) = &item.says else {
        return;
    };
    section(
        sheet,
        match item.verdict {
            Verdict::Valid => "What it says",
            _ => "What it says about itself (not confirmed)",
        },
    );
    sheet.paragraph(&says.title, NAME, MARGIN, WIDTH);
    if let Some(by) = &item.issued_by {
        let name = by.name.as_deref().unwrap_or("no name");
        sheet.paragraph(
            &format!("Issued under the name {name}"),
            TEXT,
            MARGIN,
            WIDTH,
        );
        let at = by
            .domain
            .as_ref()
            .filter(|_| item.verdict == Verdict::Valid);
        let at = at.map(|domain| format!("{domain} · {}", by.id));
        sheet.paragraph(at.as_ref().unwrap_or(&by.id), SMALL, MARGIN, WIDTH);
    }
    if !says.result.is_empty() {
        sheet.skip(4.0);
        sheet.list(|sheet| {
            for result in &says.result {
                sheet.item(|sheet| sheet.paragraph(result, TEXT, MARGIN, WIDTH));
            }
        });
    }
}

fn issuer(item: &Item) -> Option<String> {
    let by = item.issued_by.as_ref()?;
    let at = by.domain.as_deref().unwrap_or(&by.id);
    Some(match &by.name {
        Some(name) => format!("Issued by {at}, under the name {name}"),
        None => format!("Issued by {at}"),
    })
}

fn digests(sheet: &mut Sheet, item: &Item, left: f32) {
    let width = WIDTH - (left - MARGIN);
    if let Some(digest) = &item.sha256 {
        sheet.paragraph(
            &format!("SHA-256 of what was sent: {digest}"),
            SMALL,
            left,
            width,
        );
    }
    let other = item.document_sha256.as_ref();
    if let Some(digest) = other.filter(|digest| item.sha256.as_ref() != Some(digest)) {
        sheet.paragraph(
            &format!("SHA-256 of the credential's text: {digest}"),
            SMALL,
            left,
            width,
        );
    }
}

/// What all checks of the form say together.
const FORMED: &str =
    "It has the form that its standard asks for, and every word in it has one known meaning.";

/// What was checked, for people: what was not good first, then what a reader asks for, then the form
/// of the document in one line.
fn told(item: &Item) -> Vec<(Tone, String, String)> {
    const ASKED: [&str; 9] = [
        "Signature",
        "Issuer's key",
        "Status",
        "Start date",
        "End date",
        "Inside",
        "Presenter",
        "Recipient",
        "Endorsements",
    ];
    const SAID: [&str; 2] = ["Status", "End date"];
    let own = |line: &Line, tone| (tone, line.title.clone(), line.sentence.clone());
    let mut lines = Vec::new();
    for line in &item.check {
        match line.outcome {
            Outcome::Fail => lines.push(own(line, BAD)),
            Outcome::Unknown => lines.push(own(line, UNSURE)),
            Outcome::Pass | Outcome::Skipped => {}
        }
    }
    for title in ASKED {
        for line in item.check.iter().filter(|line| line.title == title) {
            match line.outcome {
                Outcome::Pass => lines.push(own(line, GOOD)),
                Outcome::Skipped if item.verdict == Verdict::Valid && SAID.contains(&title) => {
                    lines.push(own(line, PLAIN));
                }
                _ => {}
            }
        }
    }
    let form =
        |line: &&Line| line.outcome == Outcome::Pass && !ASKED.contains(&line.title.as_str());
    let form: Vec<&str> = item
        .check
        .iter()
        .filter(form)
        .map(|line| line.sentence.as_str())
        .collect();
    let whole = ["Form", "Meaning"].iter().all(|title| {
        let mut found = item.check.iter();
        found.any(|line| line.title == *title && line.outcome == Outcome::Pass)
    });
    if !form.is_empty() {
        let sentence = if whole {
            FORMED.to_owned()
        } else {
            form.join(" ")
        };
        lines.push((GOOD, "Document".to_owned(), sentence));
    }
    lines
}

/// Many documents, a few lines each.
fn several(sheet: &mut Sheet, receipt: &Receipt, items: &[Item]) {
    let count = |verdict| receipt.count(verdict);
    let (good, bad, unsure) = (
        count(Verdict::Valid),
        count(Verdict::Invalid),
        count(Verdict::CannotTell),
    );
    let tone = match (bad, unsure) {
        (0, 0) if items.iter().all(|item| item.word() == "Checked and good") => GOOD,
        (0, 0) => PLAIN,
        (0, _) => UNSURE,
        _ => BAD,
    };
    let word = format!("{good} of {} checked and good", items.len());
    let sentence = format!(
        "Of {} documents {good} checked and good, {bad} not valid, and of {unsure} it could not be told. Each was checked by itself.",
        items.len()
    );
    band(sheet, tone, &word, &sentence);
    sheet.skip(14.0);
    sheet.heading(2, "What was checked", HEAD);
    sheet.skip(6.0);
    sheet.list(|sheet| {
        for (number, item) in items.iter().enumerate() {
            sheet.item(|sheet| row(sheet, number + 1, item));
        }
    });
    section(sheet, "Trust, and what was not checked");
    let no_list = items
        .iter()
        .any(|item| item.trust.as_deref() == Some(NO_LIST));
    let no_list = if no_list { NO_LIST } else { "" };
    let closing = format!("{no_list} {EACH_IN_FRONT}");
    sheet.paragraph(closing.trim_start(), TEXT, MARGIN, WIDTH);
}

const EACH_IN_FRONT: &str =
    "It was not checked whether any of them belongs to the person in front of you.";

/// What is said of one among several whose answer does not say it: whether its issuer is on a list,
/// and whether a person was named. That no list was used is said once.
fn besides(item: &Item) -> impl Iterator<Item = &str> {
    let asked = |line: &&Line| line.title == "Recipient" && line.outcome != Outcome::Skipped;
    let recipient = item.check.iter().find(asked);
    let trust = item.trust.as_deref().filter(|trust| *trust != NO_LIST);
    (trust.into_iter()).chain(recipient.map(|line| line.sentence.as_str()))
}

fn row(sheet: &mut Sheet, number: usize, item: &Item) {
    let left = MARGIN + 26.0;
    let tone = tone(item);
    let width = WIDTH - 26.0;
    sheet.room(64.0);
    let top = sheet.y;
    seal(sheet, (MARGIN + 8.5, top + 8.5), 8.5, tone);
    let word = style(10.0, true, tone.ink);
    sheet.paragraph(&format!("{number}. {}", item.title()), STRONG, left, width);
    sheet.paragraph(item.word(), word, left, width);
    if let Some(line) = issuer(item).filter(|_| item.says.is_some()) {
        let line = match item.verdict {
            Verdict::Valid => line,
            _ => format!("It names itself: {}", line.replacen("Issued", "issued", 1)),
        };
        sheet.paragraph(&line, QUIET, left, width);
    }
    sheet.paragraph(&item.sentence, QUIET, left, width);
    for sentence in besides(item) {
        sheet.paragraph(sentence, QUIET, left, width);
    }
    let label = item.label.as_deref().filter(|label| *label != item.title());
    sheet.paragraph(label.unwrap_or_default(), SMALL, left, width);
    digests(sheet, item, left);
    sheet.skip(7.0);
    let y = sheet.y;
    sheet.mark(Mark::Stroke {
        path: vec![Step::Move((MARGIN, y)), Step::Line((MARGIN + WIDTH, y))],
        ink: RULE,
        width: 0.8,
    });
    sheet.skip(7.0);
}

/// What was checked, and what came of it beside it.
fn check(sheet: &mut Sheet, tone: Tone, title: &str, sentence: &str) {
    let (left, beside) = (MARGIN + 22.0, MARGIN + 118.0);
    let (narrow, wide) = (beside - left - 8.0, WIDTH - 118.0);
    let (titles, lines) = (
        STRONG.wrap(title, narrow).len(),
        TEXT.wrap(sentence, wide).len(),
    );
    let height = titles.max(lines) as f32 * TEXT.pitch();
    sheet.room(height + 4.5);
    let top = sheet.y;
    seal(sheet, (MARGIN + 7.5, top + 8.0), 6.6, tone);
    sheet.item(|sheet| {
        sheet.paragraph(title, STRONG, left, narrow);
        sheet.y = top;
        sheet.paragraph(sentence, TEXT, beside, wide);
    });
    sheet.y = top + height + 4.5;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_whom_the_asker_named_is_not_the_one_in_front_of_you() {
        let named = "Whoever asked named a person; the name is not in this receipt.";
        let item = |trust: &str| -> Item {
            let item = serde_json::json!({
                "type": "CheckedDocument", "verdict": "valid", "sentence": "Good.", "trust": trust,
                "check": [{"title": "Recipient", "outcome": "pass", "sentence": named}],
            });
            serde_json::from_value(item).expect("an item")
        };
        let brought = "The issuer is on a list that whoever asked brought.";
        assert_eq!(unchecked(&item(brought)), format!("{brought} {IN_FRONT}"));
        let told = |trust| besides(&item(trust)).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(told(brought), [brought, named]);
        assert_eq!(told(NO_LIST), [named], "said once for all");
    }
}
