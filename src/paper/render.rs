//! From a sheet to the bytes of a PDF.

use krilla::{
    Document, SerializeSettings,
    action::{Action, LinkAction},
    annotation::{Annotation, LinkAnnotation, Target},
    color::rgb,
    configure::{Accessibility, Archival, Configuration, ConfigurationBuilder},
    destination::XyzDestination,
    embed::{AssociationKind, EmbeddedFile, MimeType},
    geom::{Path, PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, LineCap, LineJoin, Stroke},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TagGroup, TagTree},
    text::{Font, TextDirection},
};

use super::{
    Fault,
    sheet::{Inside, Mark, PAGE, Sheet, Step},
};
use crate::clock::Timestamp;

/// What a PDF says about itself, and the file in it.
pub(super) struct About<'a> {
    pub(super) title: &'a str,
    pub(super) author: &'a str,
    pub(super) made_at: Timestamp,
    pub(super) file_name: &'a str,
    pub(super) file_kind: &'a str,
    pub(super) file_about: &'a str,
    pub(super) file: &'a str,
}

/// The PDF.
pub(super) fn pdf(sheet: &Sheet, about: &About<'_>) -> Result<Vec<u8>, Fault> {
    let fonts = Fonts::new()?;
    let mut document = Document::new_with(SerializeSettings {
        configuration: standards()?,
        ..SerializeSettings::default()
    });
    let mut leaves: Vec<Option<Identifier>> = (0..sheet.leaves).map(|_| None).collect();
    for marks in &sheet.pages {
        let size = PageSettings::from_wh(PAGE.0, PAGE.1);
        let mut page = document.start_page_with(size.ok_or(Fault::Fonts)?);
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark, &fonts, &mut leaves);
        }
        surface.finish();
        for mark in marks {
            if let Mark::Link {
                over: [l, t, r, b],
                url,
                about,
                leaf,
            } = mark
                && let Some(rect) = Rect::from_ltrb(*l, *t, *r, *b)
            {
                let target = Target::Action(Action::Link(LinkAction::new(url.clone())));
                let link = LinkAnnotation::new(rect, target);
                let link = Annotation::new_link(link, Some(about.clone()));
                leaves[*leaf] = Some(page.add_tagged_annotation(link));
            }
        }
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some("en".to_owned()));
    for root in &sheet.roots {
        tree.push(group(sheet, *root, &mut leaves));
    }
    document.set_tag_tree(tree);
    let mut outline = Outline::new();
    for (text, page, y) in &sheet.headings {
        let place = XyzDestination::new(*page, Point::from_xy(0.0, *y));
        outline.push_child(OutlineNode::new(text.clone(), place));
    }
    document.set_outline(outline);
    document.set_metadata(metadata(about));
    embed(&mut document, about)?;
    document
        .finish()
        .map_err(|error| Fault::Refused(format!("{error:?}")))
}

fn standards() -> Result<Configuration, Fault> {
    ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| Fault::Refused(format!("{error:?}")))
}

struct Fonts {
    regular: Font,
    bold: Font,
}

impl Fonts {
    fn new() -> Result<Fonts, Fault> {
        let font = |bytes: &'static [u8]| Font::new(bytes.into(), 0).ok_or(Fault::Fonts);
        Ok(Fonts {
            regular: font(dejavu::sans_condensed::regular())?,
            bold: font(dejavu::sans_condensed::bold())?,
        })
    }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts, leaves: &mut [Option<Identifier>]) {
    let (leaf, ink) = match mark {
        Mark::Text { leaf, style, .. } => (*leaf, style.ink),
        Mark::Area { leaf, ink, .. } => (*leaf, *ink),
        Mark::Stroke { ink, .. } => (None, *ink),
        Mark::Link { .. } => return,
    };
    let tag = match leaf {
        Some(_) => match mark {
            Mark::Text { .. } => ContentTag::Span(SpanTag::empty()),
            _ => ContentTag::Other,
        },
        None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
    };
    let identifier = surface.start_tagged(tag);
    let paint = rgb::Color::new(ink[0], ink[1], ink[2]);
    match mark {
        Mark::Text {
            at, style, text, ..
        } => {
            surface.set_fill(Some(Fill {
                paint: paint.into(),
                ..Fill::default()
            }));
            surface.set_stroke(None);
            let font = if style.bold {
                &fonts.bold
            } else {
                &fonts.regular
            };
            surface.draw_text(
                Point::from_xy(at.0, at.1),
                font.clone(),
                style.size,
                text,
                false,
                TextDirection::Auto,
            );
        }
        Mark::Area { path, .. } => {
            surface.set_fill(Some(Fill {
                paint: paint.into(),
                ..Fill::default()
            }));
            surface.set_stroke(None);
            if let Some(path) = outline(path) {
                surface.draw_path(&path);
            }
        }
        Mark::Stroke { path, width, .. } => {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: paint.into(),
                width: *width,
                line_cap: LineCap::Round,
                line_join: LineJoin::Round,
                ..Stroke::default()
            }));
            if let Some(path) = outline(path) {
                surface.draw_path(&path);
            }
        }
        Mark::Link { .. } => {}
    }
    surface.end_tagged();
    if let Some(leaf) = leaf {
        leaves[leaf] = Some(identifier);
    }
}

fn outline(steps: &[Step]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for step in steps {
        match *step {
            Step::Move((x, y)) => path.move_to(x, y),
            Step::Line((x, y)) => path.line_to(x, y),
            Step::Curve(a, b, c) => path.cubic_to(a.0, a.1, b.0, b.1, c.0, c.1),
            Step::Close => path.close(),
        }
    }
    path.finish()
}

fn group(sheet: &Sheet, part: usize, leaves: &mut [Option<Identifier>]) -> TagGroup {
    let part = &sheet.parts[part];
    let mut group = TagGroup::new(part.tag.clone());
    for inside in &part.inside {
        match inside {
            Inside::Part(part) => group.push(self::group(sheet, *part, leaves)),
            Inside::Leaf(leaf) => {
                if let Some(identifier) = leaves[*leaf].take() {
                    group.push(identifier);
                }
            }
        }
    }
    group
}

fn metadata(about: &About<'_>) -> Metadata {
    Metadata::new()
        .title(about.title.to_owned())
        .language("en".to_owned())
        .authors(vec![about.author.to_owned()])
        .creator("Skillmark".to_owned())
        .creation_date(date(about.made_at))
}

fn date(at: Timestamp) -> DateTime {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    let small = |number: i8| u8::try_from(number).unwrap_or_default();
    DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn embed(document: &mut Document, about: &About<'_>) -> Result<(), Fault> {
    let file = EmbeddedFile {
        path: about.file_name.to_owned(),
        mime_type: MimeType::new(about.file_kind),
        description: Some(about.file_about.to_owned()),
        association_kind: AssociationKind::Source,
        data: about.file.as_bytes().to_vec().into(),
        modification_date: Some(date(about.made_at)),
        compress: Some(true),
        location: None,
    };
    let embedded = document.embed_file(file);
    embedded.ok_or_else(|| Fault::Refused("two files of one name".to_owned()))
}
