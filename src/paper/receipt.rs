//! A verification receipt on paper: the answer of then first, what it rests on, and how to check both
//! the receipt and the credential now.

use super::{
    Fault,
    lines::Style,
    render::{self, About},
    sheet::{BOTTOM, MARGIN, Mark, PAGE, Sheet, Step, WIDTH, circle, rounded, square},
};
use crate::{
    bake::qr::Qr,
    clock::Timestamp,
    verify::{
        Outcome, Verdict,
        receipt::{Item, Line, Receipt},
    },
};
use krilla::tagging::Tag;

const INK: [u8; 3] = [26, 29, 38];
const SOFT: [u8; 3] = [85, 91, 106];
const RULE: [u8; 3] = [226, 222, 211];
const ACCENT: [u8; 3] = [42, 63, 157];
const WHITE: [u8; 3] = [255; 3];

const fn style(size: f32, bold: bool, ink: [u8; 3]) -> Style {
    Style { size, bold, ink }
}

const TITLE: Style = style(23.0, true, INK);
const HEAD: Style = style(12.5, true, INK);
const NAME: Style = style(14.5, true, INK);
const TEXT: Style = style(10.0, false, INK);
const STRONG: Style = style(10.0, true, INK);
const QUIET: Style = style(9.0, false, SOFT);
const SMALL: Style = style(8.2, false, SOFT);

/// How an answer looks: a colour, its wash, and a sign.
#[derive(Clone, Copy)]
struct Tone {
    ink: [u8; 3],
    wash: [u8; 3],
    sign: Sign,
}

#[derive(Clone, Copy)]
enum Sign {
    Tick,
    Cross,
    Question,
    Dash,
}

const GOOD: Tone = Tone {
    ink: [18, 96, 58],
    wash: [228, 243, 234],
    sign: Sign::Tick,
};
const BAD: Tone = Tone {
    ink: [157, 27, 27],
    wash: [252, 234, 232],
    sign: Sign::Cross,
};
const UNSURE: Tone = Tone {
    ink: [116, 70, 0],
    wash: [253, 241, 216],
    sign: Sign::Question,
};
const PLAIN: Tone = Tone {
    ink: SOFT,
    wash: [243, 240, 232],
    sign: Sign::Dash,
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

/// `22 November 2026, 14:02 UTC`.
fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
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
    if let Some(says) = &item.says {
        let confirmed = item.verdict == Verdict::Valid;
        sheet.skip(14.0);
        sheet.heading(
            2,
            if confirmed {
                "What it says"
            } else {
                "What it says about itself (not confirmed)"
            },
            HEAD,
        );
        sheet.skip(2.0);
        sheet.paragraph(&says.title, NAME, MARGIN, WIDTH);
        if let Some(line) = issuer(item) {
            sheet.paragraph(&line, TEXT, MARGIN, WIDTH);
        }
        sheet.skip(3.0);
        if !says.result.is_empty() {
            sheet.list(|sheet| {
                for result in &says.result {
                    sheet.item(|sheet| sheet.paragraph(result, TEXT, MARGIN, WIDTH));
                }
            });
        }
    }
    let lines = told(item);
    if !lines.is_empty() {
        sheet.skip(14.0);
        sheet.heading(2, "What was checked", HEAD);
        sheet.skip(4.0);
        sheet.list(|sheet| {
            for (tone, title, sentence) in &lines {
                check(sheet, *tone, title, sentence);
            }
        });
    }
    if !item.inside.is_empty() {
        sheet.skip(12.0);
        sheet.heading(2, "The credentials inside, each checked by itself", HEAD);
        sheet.skip(4.0);
        sheet.list(|sheet| {
            for inner in &item.inside {
                let (tone, word) = match inner.verdict {
                    Verdict::Valid => (GOOD, "checked and good"),
                    Verdict::Invalid => (BAD, "not valid"),
                    Verdict::CannotTell => (UNSURE, "cannot tell"),
                };
                check(
                    sheet,
                    tone,
                    &format!("{}: {word}", inner.title),
                    &inner.sentence,
                );
            }
        });
    }
    sheet.skip(12.0);
    sheet.heading(2, "What was read", HEAD);
    sheet.skip(2.0);
    if let Some(label) = &item.label {
        sheet.paragraph(label, TEXT, MARGIN, WIDTH);
    }
    digests(sheet, item, MARGIN);
    if let Some(trust) = &item.trust {
        sheet.skip(12.0);
        sheet.heading(2, "What was not checked", HEAD);
        sheet.skip(2.0);
        let trust =
            format!("{trust} Nor was it checked whether it belongs to the person in front of you.");
        sheet.paragraph(&trust, TEXT, MARGIN, WIDTH);
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
    if !form.is_empty() {
        lines.push((GOOD, "Document".to_owned(), form.join(" ")));
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

fn check(sheet: &mut Sheet, tone: Tone, title: &str, sentence: &str) {
    let left = MARGIN + 22.0;
    let lines = TEXT.wrap(sentence, WIDTH - 22.0).len() as f32;
    sheet.room(STRONG.pitch() + lines * TEXT.pitch() + 5.0);
    let y = sheet.y;
    seal(sheet, (MARGIN + 7.5, y + 8.0), 7.0, tone);
    sheet.item(|sheet| {
        sheet.paragraph(title, STRONG, left, WIDTH - 22.0);
        sheet.paragraph(sentence, TEXT, left, WIDTH - 22.0);
    });
    sheet.skip(5.0);
}

/// The answer, in colour, with a sign and in words.
fn band(sheet: &mut Sheet, tone: Tone, word: &str, sentence: &str) {
    let big = style(17.0, true, tone.ink);
    let text = style(10.5, false, INK);
    let (left, width) = (MARGIN + 62.0, WIDTH - 80.0);
    let lines = text.wrap(sentence, width).len() as f32;
    let words = big.wrap(word, width).len() as f32;
    let height = (words * big.pitch() + lines * text.pitch() + 26.0).max(62.0);
    let top = sheet.y;
    let path = rounded(MARGIN, top, WIDTH, height, 10.0);
    sheet.mark(Mark::Area {
        path: path.clone(),
        ink: tone.wash,
        leaf: None,
    });
    sheet.mark(Mark::Stroke {
        path,
        ink: tone.ink,
        width: 1.0,
    });
    seal(sheet, (MARGIN + 33.0, top + height / 2.0), 17.0, tone);
    sheet.y = top + (height - words * big.pitch() - lines * text.pitch()) / 2.0 - 1.0;
    sheet.paragraph(word, big, left, width);
    sheet.paragraph(sentence, text, left, width);
    sheet.y = top + height;
}

/// A disc with the sign of an answer; the words beside it say the same.
fn seal(sheet: &mut Sheet, (x, y): (f32, f32), r: f32, tone: Tone) {
    sheet.mark(Mark::Area {
        path: circle((x, y), r),
        ink: tone.ink,
        leaf: None,
    });
    let at = |dx: f32, dy: f32| (x + dx * r, y + dy * r);
    let (mv, to) = (Step::Move, Step::Line);
    let path = match tone.sign {
        Sign::Tick => vec![
            mv(at(-0.45, 0.05)),
            to(at(-0.12, 0.38)),
            to(at(0.48, -0.34)),
        ],
        Sign::Cross => vec![
            mv(at(-0.36, -0.36)),
            to(at(0.36, 0.36)),
            mv(at(0.36, -0.36)),
            to(at(-0.36, 0.36)),
        ],
        Sign::Question => vec![
            mv(at(-0.3, -0.26)),
            Step::Curve(at(-0.3, -0.72), at(0.36, -0.7), at(0.32, -0.24)),
            Step::Curve(at(0.3, 0.02), at(0.0, 0.0), at(0.0, 0.24)),
            mv(at(0.0, 0.52)),
            to(at(0.0, 0.53)),
        ],
        Sign::Dash => vec![mv(at(-0.4, 0.0)), to(at(0.4, 0.0))],
    };
    sheet.mark(Mark::Stroke {
        path,
        ink: WHITE,
        width: r * 0.24,
    });
}

/// How to check this paper, and how to ask again: at the foot of the last page.
fn closing(sheet: &mut Sheet, receipt: &Receipt, verify_at: &str) {
    const HEIGHT: f32 = 116.0;
    sheet.skip(16.0);
    sheet.room(HEIGHT);
    let top = BOTTOM - HEIGHT;
    sheet.mark(Mark::Area {
        path: rounded(MARGIN, top, WIDTH, HEIGHT, 10.0),
        ink: [246, 247, 253],
        leaf: None,
    });
    let side = 88.0;
    let (left, width) = (MARGIN + side + 30.0, WIDTH - side - 46.0);
    let corner = (MARGIN + 14.0, top + (HEIGHT - side) / 2.0);
    if let Ok(code) = Qr::of(verify_at) {
        let about = format!("QR code that leads to {verify_at}");
        sheet.part(Tag::Figure(Some(about)), |sheet| {
            qr(sheet, &code, corner, side)
        });
    }
    sheet.y = top + 9.0;
    sheet.heading(
        2,
        "Is this paper genuine, and is it still true?",
        style(11.0, true, INK),
    );
    // The heading stands beside the code, not on the margin.
    move_last(sheet, left);
    sheet.paragraph(
        "The signed receipt is attached to this PDF. Upload this file at the address below: it answers whether the receipt is genuine. For what is true now, check the credential itself there.",
        QUIET,
        left,
        width,
    );
    let link = style(9.5, true, ACCENT);
    sheet.part(Tag::P, |sheet| {
        sheet.part(Tag::Link, |sheet| {
            let line = link.printable(verify_at);
            let (leaf, y) = (Some(sheet.leaf()), sheet.y + link.pitch());
            let right = left + link.width(&line);
            let at = (left, y - link.size * 0.32);
            sheet.mark(Mark::Text {
                at,
                style: link,
                text: line,
                leaf,
            });
            let leaf = sheet.leaf();
            sheet.mark(Mark::Link {
                over: [left, y - link.pitch(), right, y],
                url: verify_at.to_owned(),
                about: format!("Check this receipt at {verify_at}"),
                leaf,
            });
            sheet.y = y;
        });
    });
    let key = format!("Signed by {}", receipt.issuer);
    sheet.paragraph(&key, SMALL, left, width);
    sheet.paragraph(&format!("Receipt {}", receipt.id), SMALL, left, width);
}

/// Moves what the last heading drew to another left edge.
fn move_last(sheet: &mut Sheet, left: f32) {
    if let Some(Mark::Text { at, .. }) = sheet.pages.last_mut().and_then(|page| page.last_mut()) {
        at.0 = left;
    }
}

/// A QR code of `side` points, quiet zone included.
fn qr(sheet: &mut Sheet, code: &Qr, (x, y): (f32, f32), side: f32) {
    sheet.mark(Mark::Area {
        path: rounded(x, y, side, side, 5.0),
        ink: WHITE,
        leaf: None,
    });
    let module = side / code.side() as f32;
    let mut path = Vec::new();
    for row in 0..code.side() {
        let mut column = 0;
        while column < code.side() {
            let run = (column..code.side())
                .take_while(|c| code.is_dark(*c, row))
                .count();
            if run > 0 {
                let (left, top) = (x + column as f32 * module, y + row as f32 * module);
                // A hair taller than a module, so that no viewer shows seams between rows.
                path.extend(square(left, top, run as f32 * module, module * 1.02));
            }
            column += run.max(1);
        }
    }
    let leaf = Some(sheet.leaf());
    sheet.mark(Mark::Area {
        path,
        ink: INK,
        leaf,
    });
}

/// What stands around every page.
fn decorate(sheet: &mut Sheet, receipt: &Receipt) {
    let pages = sheet.pages.len();
    let brand = style(12.0, true, ACCENT);
    for (number, page) in sheet.pages.iter_mut().enumerate() {
        let text = |at, style: Style, text: &str| Mark::Text {
            at,
            style,
            text: style.printable(text),
            leaf: None,
        };
        page.push(Mark::Area {
            path: rounded(MARGIN, 40.0, 19.0, 19.0, 5.0),
            ink: ACCENT,
            leaf: None,
        });
        page.push(Mark::Stroke {
            path: vec![
                Step::Move((MARGIN + 5.0, 50.0)),
                Step::Line((MARGIN + 8.4, 53.4)),
                Step::Line((MARGIN + 14.2, 46.0)),
            ],
            ink: WHITE,
            width: 2.0,
        });
        page.push(text((MARGIN + 26.0, 53.6), brand, "Skillmark"));
        let host = QUIET.printable(&receipt.host);
        let right = PAGE.0 - MARGIN - QUIET.width(&host);
        page.push(text((right, 53.2), QUIET, &host));
        let foot = match pages {
            1 => moment(receipt.made_at),
            _ => format!(
                "{} · page {} of {pages}",
                moment(receipt.made_at),
                number + 1
            ),
        };
        let right = PAGE.0 - MARGIN - SMALL.width(&foot);
        page.push(text((right, 812.0), SMALL, &foot));
        page.push(text((MARGIN, 812.0), SMALL, "Verification receipt"));
    }
}
