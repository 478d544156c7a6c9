//! A document in the making: what is drawn where, and what each thing is to a reader who cannot see.

use krilla::tagging::{ListNumbering, Tag, TagKind};
use std::num::NonZeroU16;

use super::lines::Style;

/// A4, in points.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
/// Left and right of everything.
pub(super) const MARGIN: f32 = 56.0;
/// The first line of a page, and the last.
pub(super) const TOP: f32 = 84.0;
pub(super) const BOTTOM: f32 = 786.0;
/// The width between the margins.
pub(super) const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;

/// A point on a page, from its upper left corner.
pub(super) type Spot = (f32, f32);

/// Something on a page.
#[derive(Debug, Clone)]
pub(super) enum Mark {
    /// A line of text from its baseline's start. With a leaf it is content, else decoration.
    Text {
        at: Spot,
        style: Style,
        text: String,
        leaf: Option<usize>,
    },
    /// A filled area: outlines of straight lines and curves.
    Area {
        path: Vec<Step>,
        ink: [u8; 3],
        leaf: Option<usize>,
    },
    /// A drawn line.
    Stroke {
        path: Vec<Step>,
        ink: [u8; 3],
        width: f32,
    },
    /// A link over a rectangle (left, top, right, bottom).
    Link {
        over: [f32; 4],
        url: String,
        about: String,
        leaf: usize,
    },
}

/// One step of an outline.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Move(Spot),
    Line(Spot),
    Curve(Spot, Spot, Spot),
    Close,
}

/// A part of what is read: a tag and what is in it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) tag: TagKind,
    pub(super) inside: Vec<Inside>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Inside {
    Part(usize),
    Leaf(usize),
}

/// The document so far.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) pages: Vec<Vec<Mark>>,
    /// How far down the page is used.
    pub(super) y: f32,
    pub(super) parts: Vec<Part>,
    /// Parts that stand in no other, in order.
    pub(super) roots: Vec<usize>,
    pub(super) leaves: usize,
    pub(super) headings: Vec<(String, usize, f32)>,
    open: Vec<usize>,
}

impl Sheet {
    /// One empty page.
    pub(super) fn new() -> Sheet {
        Sheet {
            pages: vec![Vec::new()],
            y: TOP,
            parts: Vec::new(),
            roots: Vec::new(),
            leaves: 0,
            headings: Vec::new(),
            open: Vec::new(),
        }
    }

    /// A new page, unless `height` points fit on this one.
    pub(super) fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    pub(super) fn skip(&mut self, height: f32) {
        self.y += height;
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// What `draw` adds stands inside a part with this tag.
    pub(super) fn part(&mut self, tag: impl Into<TagKind>, draw: impl FnOnce(&mut Sheet)) {
        let part = self.parts.len();
        self.parts.push(Part {
            tag: tag.into(),
            inside: Vec::new(),
        });
        match self.open.last() {
            Some(outer) => self.parts[*outer].inside.push(Inside::Part(part)),
            None => self.roots.push(part),
        }
        self.open.push(part);
        draw(self);
        self.open.pop();
    }

    /// A list, and an item of one.
    pub(super) fn list(&mut self, draw: impl FnOnce(&mut Sheet)) {
        self.part(Tag::L(ListNumbering::None), draw);
    }

    pub(super) fn item(&mut self, draw: impl FnOnce(&mut Sheet)) {
        self.part(Tag::LI, |sheet| sheet.part(Tag::LBody, draw));
    }

    /// A place in the open part for something that is drawn.
    pub(super) fn leaf(&mut self) -> usize {
        let leaf = self.leaves;
        self.leaves += 1;
        if let Some(open) = self.open.last() {
            self.parts[*open].inside.push(Inside::Leaf(leaf));
        }
        leaf
    }

    /// A heading of a level, on the left margin.
    pub(super) fn heading(&mut self, level: u16, text: &str, style: Style) {
        self.room(style.pitch() * 3.0);
        let place = (text.to_owned(), self.pages.len() - 1, self.y);
        self.headings.push(place);
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        self.part(Tag::Hn(level, Some(text.to_owned())), |sheet| {
            sheet.lines(text, style, MARGIN, WIDTH);
        });
    }

    /// A paragraph from `left`, `width` points wide, below what is there.
    pub(super) fn paragraph(&mut self, text: &str, style: Style, left: f32, width: f32) {
        if !text.is_empty() {
            self.part(Tag::P, |sheet| sheet.lines(text, style, left, width));
        }
    }

    /// Lines of text in the open part.
    fn lines(&mut self, text: &str, style: Style, left: f32, width: f32) {
        let lines = style.wrap(text, width);
        let last = lines.len().saturating_sub(1);
        for (at, mut line) in lines.into_iter().enumerate() {
            self.room(style.pitch());
            self.y += style.pitch();
            // So that words do not run into each other where the text is read aloud or copied.
            if at < last {
                line.push(' ');
            }
            let leaf = Some(self.leaf());
            let at = (left, self.y - style.size * 0.32);
            self.mark(Mark::Text {
                at,
                style,
                text: line,
                leaf,
            });
        }
    }
}

/// A circle.
pub(super) fn circle((x, y): Spot, r: f32) -> Vec<Step> {
    // How far the handles stand for a quarter of a circle.
    let k = r * 0.552_285;
    vec![
        Step::Move((x + r, y)),
        Step::Curve((x + r, y + k), (x + k, y + r), (x, y + r)),
        Step::Curve((x - k, y + r), (x - r, y + k), (x - r, y)),
        Step::Curve((x - r, y - k), (x - k, y - r), (x, y - r)),
        Step::Curve((x + k, y - r), (x + r, y - k), (x + r, y)),
        Step::Close,
    ]
}

/// A rectangle with round corners: left, top, width, height, radius.
pub(super) fn rounded(x: f32, y: f32, w: f32, h: f32, r: f32) -> Vec<Step> {
    let k = r * 0.447_715;
    vec![
        Step::Move((x + r, y)),
        Step::Line((x + w - r, y)),
        Step::Curve((x + w - k, y), (x + w, y + k), (x + w, y + r)),
        Step::Line((x + w, y + h - r)),
        Step::Curve((x + w, y + h - k), (x + w - k, y + h), (x + w - r, y + h)),
        Step::Line((x + r, y + h)),
        Step::Curve((x + k, y + h), (x, y + h - k), (x, y + h - r)),
        Step::Line((x, y + r)),
        Step::Curve((x, y + k), (x + k, y), (x + r, y)),
        Step::Close,
    ]
}

/// A rectangle: left, top, width, height.
pub(super) fn square(x: f32, y: f32, w: f32, h: f32) -> [Step; 5] {
    [
        Step::Move((x, y)),
        Step::Line((x + w, y)),
        Step::Line((x + w, y + h)),
        Step::Line((x, y + h)),
        Step::Close,
    ]
}
