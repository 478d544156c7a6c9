//! An attempt in words: its criteria, its evidence, what was said.

use axum::extract::Multipart;

use crate::{
    db::{Decision, EvidenceKind, Reading},
    files::{FILE_BYTES, Refused},
    program::{
        attempt::{Answer, View},
        card::{Card, Given},
        evidence::{self, New},
    },
    web::{
        error::WebError,
        said::{self, Named, Sent},
        site::FORM_BYTES,
        text::{self, Text, clean},
        told::Told,
    },
};

/// A level to choose.
#[derive(Debug, Clone)]
pub(crate) struct LevelView {
    pub(crate) name: Text,
    pub(crate) descriptor: Text,
    pub(crate) chosen: bool,
    pub(crate) proposed: bool,
}

/// A criterion and what everybody gave.
#[derive(Debug, Clone)]
pub(crate) struct Criterion {
    pub(crate) at: usize,
    pub(crate) name: Text,
    pub(crate) required: Text,
    pub(crate) levels: Vec<LevelView>,
    pub(crate) own: Text,
    pub(crate) proposed: Text,
    pub(crate) proposed_note: String,
    /// The level that is proposed in this round, which can be taken back.
    pub(crate) standing: String,
    /// What stands in the form beside it.
    pub(crate) why: String,
    pub(crate) decided: Text,
    pub(crate) note: String,
    pub(crate) second: Text,
    pub(crate) met: bool,
    pub(crate) asked: bool,
    pub(crate) typed_note: String,
}

impl Criterion {
    /// All of an attempt; `blind` without what a reviewer gave.
    pub(crate) fn all(view: &View, blind: bool) -> Vec<Criterion> {
        let cards = view.cards.iter().zip(&view.notes).enumerate();
        cards
            .map(|(at, (card, notes))| Criterion::of(view, at, card, notes, blind))
            .collect()
    }

    fn of(
        view: &View,
        at: usize,
        card: &Card,
        (proposed_note, note): &(String, String),
        blind: bool,
    ) -> Criterion {
        let words = |given: &Option<Given>| {
            given
                .as_ref()
                .map_or_else(Text::default, |given| Text::new(card.level(given)))
        };
        let hidden = |text: Text| if blind { Text::default() } else { text };
        let now = |given: &&Given| given.round == view.row.round;
        let standing = card.proposed.as_ref().filter(now);
        let descriptors = descriptors(view, &card.criterion.id);
        let level = |(place, level): (usize, &crate::issue::rubric::Level)| LevelView {
            name: Text::new(&level.name),
            descriptor: descriptors.get(place).cloned().unwrap_or_default(),
            chosen: false,
            proposed: standing.is_some_and(|given| given.place == place),
        };
        Criterion {
            at,
            name: Text::new(&card.criterion.name),
            required: Text::new(card.required()),
            levels: card
                .criterion
                .levels
                .iter()
                .enumerate()
                .map(level)
                .collect(),
            own: words(&card.own),
            proposed: words(&card.proposed),
            proposed_note: clean(proposed_note, 4_000),
            why: standing.map_or(String::new(), |_| clean(proposed_note, 4_000)),
            standing: standing.map_or("", |given| card.level(given)).to_owned(),
            decided: hidden(words(&card.decided)),
            note: if blind {
                String::new()
            } else {
                clean(note, 4_000)
            },
            second: hidden(words(&card.second)),
            met: card.is_met(),
            asked: card.asked,
            typed_note: String::new(),
        }
    }

    /// Proposes what was proposed before the form was refused.
    pub(crate) fn propose(&mut self, level: &str, note: &str) {
        for one in &mut self.levels {
            one.proposed = one.name.as_str() == level;
        }
        note.clone_into(&mut self.why);
    }

    /// Chooses what was chosen before the form was refused.
    pub(crate) fn choose(&mut self, level: &str, note: &str) {
        for one in &mut self.levels {
            one.chosen = one.name.as_str() == level;
        }
        note.clone_into(&mut self.typed_note);
    }
}

/// What each level means, in their order.
fn descriptors(view: &View, criterion: &str) -> Vec<Text> {
    let file = view.achievement.file();
    let all = file
        .get("resultDescription")
        .map(crate::json::Value::one_or_many);
    let all = all.unwrap_or_default();
    let id = |one: &&crate::json::Value<'static>| {
        one.get("id").and_then(crate::json::Value::as_str) == Some(criterion)
    };
    let Some(found) = all.iter().find(id) else {
        return Vec::new();
    };
    let levels = found
        .get("rubricCriterionLevel")
        .map(crate::json::Value::one_or_many);
    let text = |level: &crate::json::Value<'static>| {
        let text = level
            .get("description")
            .and_then(crate::json::Value::as_str);
        Text::new(text.unwrap_or_default())
    };
    levels.unwrap_or_default().iter().map(text).collect()
}

/// A piece of evidence.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) id: String,
    pub(crate) name: Text,
    pub(crate) what: String,
    pub(crate) file: String,
    pub(crate) link: String,
    pub(crate) note: String,
    pub(crate) round: i64,
}

impl Piece {
    /// A piece; its file is below `files`.
    pub(crate) fn of(piece: &evidence::Piece, files: &str) -> Piece {
        let what = match (piece.kind, piece.media_type.as_deref()) {
            (EvidenceKind::Link, _) => "Link",
            (EvidenceKind::Note, _) => "Note",
            (_, Some("image/jpeg")) => "Photo",
            (_, Some("image/png")) => "Picture",
            (_, Some("application/pdf")) => "PDF",
            _ => "Text",
        };
        let size = match piece.bytes {
            0 => String::new(),
            bytes @ 1..1_000_000 => format!(", {} KB", (bytes + 999) / 1_000),
            bytes => format!(", {}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
        };
        let is = |kind| piece.kind == kind;
        Piece {
            id: piece.id.to_string(),
            name: match piece.name.as_str() {
                "" => Text::new(what),
                name => Text::new(name),
            },
            what: format!("{what}{size}"),
            file: if is(EvidenceKind::File) {
                format!("{files}{}", piece.id)
            } else {
                String::new()
            },
            link: if is(EvidenceKind::Link) {
                piece.text.clone()
            } else {
                String::new()
            },
            note: if is(EvidenceKind::Note) {
                clean(&piece.text, 4_000)
            } else {
                String::new()
            },
            round: piece.round,
        }
    }
}

/// The fields of the form for evidence.
pub(crate) const FIELDS: Named = &[
    ("name", "What is it?"),
    ("link", "A link"),
    ("note", "A note about what was done"),
];

/// A piece of evidence as it was typed, for the form that is shown again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Adding {
    pub(crate) name: String,
    pub(crate) link: String,
    pub(crate) note: String,
    /// Whether a file was chosen: a browser does not keep it.
    pub(crate) file: bool,
}

/// The name and the one piece of evidence that a form holds; or why it is not taken.
type Held = Result<(String, New), Told>;

impl Adding {
    /// Reads a form: what was typed, and the file, or the link, or the note in it.
    ///
    /// # Errors
    /// 400 if it is no such form.
    pub(crate) async fn read(parts: Multipart) -> Result<(Adding, Held), WebError> {
        let sent = Sent::read(parts, (FILE_BYTES, FORM_BYTES)).await?;
        let adding = Adding {
            name: sent.get("name").to_owned(),
            link: sent.get("link").trim().to_owned(),
            note: sent.get("note").to_owned(),
            file: sent.too_large || !sent.file.is_empty(),
        };
        if sent.too_large {
            return Ok((adding, Err(said::of_file(&Refused::Large.to_string()))));
        }
        let new = match (adding.file, adding.link.is_empty()) {
            (true, _) => New::File(sent.file),
            (false, false) => New::Link(adding.link.clone()),
            (false, true) => New::Note(adding.note.clone()),
        };
        let held = Ok((adding.name.clone(), new));
        Ok((adding, held))
    }
}

/// What somebody decided.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) what: &'static str,
    pub(crate) round: i64,
    pub(crate) who: Text,
    pub(crate) when: String,
    pub(crate) feedback: String,
}

impl Said {
    /// A decision, by somebody of this name; empty: not said.
    pub(crate) fn of(answer: &Answer, who: &str) -> Said {
        Said {
            what: match (answer.reading, answer.decision) {
                (Reading::First, Decision::Approve) => "Met",
                (Reading::First, Decision::Return) => "Not yet",
                (Reading::Second, Decision::Approve) => "Second reading: met",
                (Reading::Second, Decision::Return) => "Second reading: not yet",
            },
            round: answer.round,
            who: Text::new(who),
            when: text::moment(answer.at),
            feedback: clean(&answer.feedback, 4_000),
        }
    }
}

#[cfg(test)]
pub(crate) fn sample_criteria() -> Vec<Criterion> {
    let level = |name: &str, chosen| LevelView {
        name: name.into(),
        descriptor: "Backs each claim.".into(),
        chosen,
        proposed: chosen,
    };
    let one = |at: usize, name: &str, asked| Criterion {
        at,
        name: name.into(),
        required: "Proficient".into(),
        levels: vec![level("Developing", false), level("Proficient", true)],
        own: "Proficient".into(),
        proposed: "Developing".into(),
        proposed_note: "One number is missing.".to_owned(),
        standing: "Developing".to_owned(),
        why: "One number is missing.".to_owned(),
        decided: if asked {
            Text::default()
        } else {
            "Advanced".into()
        },
        note: String::new(),
        second: Text::default(),
        met: !asked,
        asked,
        typed_note: String::new(),
    };
    vec![
        one(0, "Uses evidence", false),
        one(1, "Explains clearly", true),
    ]
}

#[cfg(test)]
pub(crate) fn sample_evidence() -> Vec<Piece> {
    let piece = |what: &str, file: &str, link: &str, note: &str| Piece {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "My memo".into(),
        what: what.to_owned(),
        file: file.to_owned(),
        link: link.to_owned(),
        note: note.to_owned(),
        round: 2,
    };
    vec![
        piece("PDF, 20 KB", "/desk/files/Zr4XfLk2Qp8sVb1NwYt6Ag", "", ""),
        piece("Note", "", "", "Open on Mondays."),
    ]
}

#[cfg(test)]
pub(crate) fn sample_said() -> Vec<Said> {
    vec![Said {
        what: "Not yet",
        round: 1,
        who: "Sam".into(),
        when: "2 March 2026, 10:00 UTC".to_owned(),
        feedback: "Say who decides.".to_owned(),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_as_they_are_on_the_page() {
        said::hold_to(include_str!("../parts/evidence_fields.html"), FIELDS);
    }
}
