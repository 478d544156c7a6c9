//! The pieces that a sheet is drawn from: its letters and colours, the answer in a band, signs, the
//! foot, and what stands around every page.

use krilla::tagging::Tag;

use super::{
    lines::Style,
    sheet::{BOTTOM, MARGIN, Mark, PAGE, Sheet, Step, WIDTH, circle, rounded, square},
};
use crate::{bake::qr::Qr, clock::Timestamp, verify::receipt::Receipt};

pub(super) const INK: [u8; 3] = [26, 29, 38];
pub(super) const SOFT: [u8; 3] = [85, 91, 106];
pub(super) const RULE: [u8; 3] = [226, 222, 211];
pub(super) const ACCENT: [u8; 3] = [42, 63, 157];
pub(super) const WHITE: [u8; 3] = [255; 3];

pub(super) const fn style(size: f32, bold: bool, ink: [u8; 3]) -> Style {
    Style { size, bold, ink }
}

pub(super) const TITLE: Style = style(23.0, true, INK);
pub(super) const HEAD: Style = style(12.5, true, INK);
pub(super) const NAME: Style = style(14.5, true, INK);
pub(super) const TEXT: Style = style(10.0, false, INK);
pub(super) const STRONG: Style = style(10.0, true, INK);
pub(super) const QUIET: Style = style(9.0, false, SOFT);
pub(super) const SMALL: Style = style(8.2, false, SOFT);

/// How an answer looks: a colour, its wash, and a sign.
#[derive(Clone, Copy)]
pub(super) struct Tone {
    pub(super) ink: [u8; 3],
    wash: [u8; 3],
    sign: Sign,
}

#[derive(Clone, Copy)]
pub(super) enum Sign {
    Tick,
    Cross,
    Question,
    Dash,
}

pub(super) const GOOD: Tone = Tone {
    ink: [18, 96, 58],
    wash: [228, 243, 234],
    sign: Sign::Tick,
};
pub(super) const BAD: Tone = Tone {
    ink: [157, 27, 27],
    wash: [252, 234, 232],
    sign: Sign::Cross,
};
pub(super) const UNSURE: Tone = Tone {
    ink: [116, 70, 0],
    wash: [253, 241, 216],
    sign: Sign::Question,
};
pub(super) const PLAIN: Tone = Tone {
    ink: SOFT,
    wash: [243, 240, 232],
    sign: Sign::Dash,
};

/// `22 November 2026, 14:02 UTC`.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// The answer, in colour, with a sign and in words.
pub(super) fn band(sheet: &mut Sheet, tone: Tone, word: &str, sentence: &str) {
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
pub(super) fn seal(sheet: &mut Sheet, (x, y): (f32, f32), r: f32, tone: Tone) {
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
pub(super) fn closing(sheet: &mut Sheet, receipt: &Receipt, verify_at: &str) {
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
            qr(sheet, &code, corner, side);
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
pub(super) fn decorate(sheet: &mut Sheet, receipt: &Receipt) {
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
