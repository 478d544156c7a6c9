//! One line of a file, read into a row; what is wrong with it is noted with its place.

use std::collections::HashMap;

use super::{CELL_CHARS, Fault, Learner, Row, Wish};
use crate::clock::Timestamp;
use crate::issue::achievement::{Achievement, Kind};
use crate::issue::cell::{looks_like_did, looks_like_email, normal_email, parse_date};
use crate::issue::columns::{Columns, EvidenceColumns};
use crate::issue::order::{self, Assessor, Evidence, Outcome};
use crate::issue::sheet::Line;
use crate::issue::text::is_plain;

pub(super) struct Reader<'a> {
    pub(super) achievement: &'a Achievement,
    pub(super) columns: &'a Columns,
    pub(super) header: &'a [String],
    pub(super) now: Timestamp,
    pub(super) faults: Vec<Fault>,
    pub(super) seen: HashMap<(String, Timestamp), u64>,
}

impl Reader<'_> {
    pub(super) fn row(&mut self, line: &Line) -> Option<Row> {
        let before = self.faults.len();
        if line.cells.len() != self.header.len() {
            let sentence = format!(
                "has {} cells where the header has {}",
                line.cells.len(),
                self.header.len()
            );
            self.fault(line, None, &sentence);
            return None;
        }
        if line.cells == self.header {
            self.fault(line, None, "repeats the header");
            return None;
        }
        self.check_cells(line);
        let reference = self.required(line, self.columns.learner);
        let awarded = self.date(line);
        let learner = self.learner(line, reference.clone());
        let outcomes = self.outcomes(line);
        let assessor = self.assessor(line);
        let evidence = self.evidence(line);
        self.check_unnamed(line, &learner);
        let awarded = awarded?;
        if !reference.is_empty() {
            if let Some(first) = self.seen.get(&(reference.clone(), awarded)) {
                let sentence = format!("is the learner and date of line {first} again");
                self.fault(line, Some(self.columns.learner), &sentence);
            }
            self.seen.entry((reference, awarded)).or_insert(line.number);
        }
        (self.faults.len() == before).then(|| Row {
            line: line.number,
            learner,
            awarded,
            outcomes,
            assessor,
            evidence,
            narrative: optional(line, self.columns.narrative),
        })
    }

    fn check_cells(&mut self, line: &Line) {
        for (i, cell) in line.cells.iter().enumerate() {
            if !cell.chars().all(is_plain) {
                self.fault(line, Some(i), "has a character that is not text");
            }
            if cell.chars().count() > CELL_CHARS {
                let sentence = format!("is longer than {CELL_CHARS} characters");
                self.fault(line, Some(i), &sentence);
            }
        }
    }

    /// What is signed must not say who the learner is.
    fn check_unnamed(&mut self, line: &Line, learner: &Learner) {
        let columns = self.columns;
        let evidence = columns.evidence.iter();
        let mut signed: Vec<Option<usize>> = evidence
            .flat_map(|evidence| [evidence.name, evidence.description])
            .collect();
        signed.push(columns.narrative);
        for at in signed.into_iter().flatten() {
            if optional(line, Some(at)).is_some_and(|text| learner.is_named_in(&text)) {
                self.fault(
                    line,
                    Some(at),
                    "says the learner's name or address, and would be signed",
                );
            }
        }
    }

    fn date(&mut self, line: &Line) -> Option<Timestamp> {
        let text = self.required(line, self.columns.date);
        if text.is_empty() {
            return None;
        }
        let at = self.columns.date;
        let Some(awarded) = parse_date(&text) else {
            self.fault(
                line,
                Some(at),
                "is no date: write 2026-03-01, or 2026-03-01T14:30:00Z",
            );
            return None;
        };
        if awarded > self.now {
            self.fault(line, Some(at), "is in the future");
        }
        Some(awarded)
    }

    fn learner(&mut self, line: &Line, reference: String) -> Learner {
        let adult = match optional(line, self.columns.adult)
            .map(|text| text.to_lowercase())
            .as_deref()
        {
            None | Some("no") => false,
            Some("yes") => true,
            Some(_) => {
                self.fault(line, self.columns.adult, "is yes or no");
                false
            }
        };
        let email = optional(line, self.columns.email).map(|text| normal_email(&text));
        if email.as_ref().is_some_and(|email| !looks_like_email(email)) {
            self.fault(line, self.columns.email, "is no e-mail address");
        }
        let wish = match optional(line, self.columns.recipient) {
            None => Wish::Nothing,
            Some(text) if text.eq_ignore_ascii_case("email") => Wish::EmailHash,
            Some(text) if looks_like_did(&text) => Wish::Did(text),
            Some(_) => {
                self.fault(line, self.columns.recipient, "is neither email nor a DID");
                Wish::Nothing
            }
        };
        if wish != Wish::Nothing && !adult {
            self.fault(line, self.columns.recipient, "is only for adults (adult = yes): a minor's credential says nothing about the person");
        }
        if wish == Wish::EmailHash && email.is_none() {
            self.fault(line, self.columns.recipient, "needs the email column");
        }
        Learner {
            reference,
            name: optional(line, self.columns.name),
            email,
            adult,
            wish,
        }
    }

    fn outcomes(&mut self, line: &Line) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for (criterion, at) in self
            .achievement
            .criteria()
            .iter()
            .zip(&self.columns.results)
        {
            let text = optional(line, *at);
            match (text, criterion.is_rubric()) {
                (None, true) => self.fault(line, *at, "is missing: the level reached"),
                (None, false) => {}
                (Some(text), true) => match criterion.level(&text) {
                    None => {
                        let names: Vec<&str> =
                            criterion.levels.iter().map(|l| l.name.as_str()).collect();
                        let sentence = format!("is none of the levels: {}", names.join(", "));
                        self.fault(line, *at, &sentence);
                    }
                    Some(place) if !criterion.passes(place) => {
                        self.fault(
                            line,
                            *at,
                            "is below the required level: this is not a pass yet",
                        );
                    }
                    Some(place) => outcomes.push(Outcome {
                        description: criterion.id.clone(),
                        level: Some(criterion.levels[place].id.clone()),
                        value: None,
                    }),
                },
                (Some(text), false) => {
                    if !criterion.allows(&text) {
                        self.fault(line, *at, "is not a value this result may have");
                    }
                    outcomes.push(Outcome {
                        description: criterion.id.clone(),
                        level: None,
                        value: Some(text),
                    });
                }
            }
        }
        outcomes
    }

    fn assessor(&mut self, line: &Line) -> Option<Assessor> {
        let assessor = Assessor {
            role: optional(line, self.columns.assessor_role).unwrap_or_default(),
            qualification: optional(line, self.columns.assessor_qualification),
            name: optional(line, self.columns.assessor),
        };
        if assessor.role.is_empty() {
            let said = assessor.qualification.is_some() || assessor.name.is_some();
            if said || self.achievement.kind() == Kind::Performance {
                self.fault(
                    line,
                    self.columns.assessor_role,
                    "is missing: in which role somebody assessed",
                );
            }
            return None;
        }
        Some(assessor)
    }

    fn evidence(&mut self, line: &Line) -> Vec<Evidence> {
        let mut all = Vec::new();
        for columns in &self.columns.evidence {
            all.extend(self.one_evidence(line, columns));
        }
        if all.is_empty() && self.achievement.kind() == Kind::Performance {
            let at = self.columns.evidence.first().and_then(|first| first.name);
            self.fault(line, at, "is missing: what was handed in");
        }
        all
    }

    fn one_evidence(&mut self, line: &Line, columns: &EvidenceColumns) -> Option<Evidence> {
        let description = optional(line, columns.description);
        let digest = optional(line, columns.digest);
        let Some(name) = optional(line, columns.name) else {
            if description.is_some() || digest.is_some() {
                self.fault(line, columns.name, "is missing: the name of the evidence");
            }
            return None;
        };
        let digest = match digest.map(|text| order::digest_multibase(&text)) {
            None => None,
            Some(Some(digest)) => Some(digest),
            Some(None) => {
                self.fault(
                    line,
                    columns.digest,
                    "is no SHA-256 digest: 64 hexadecimal digits, or a multibase multihash",
                );
                None
            }
        };
        Some(Evidence {
            name,
            description,
            digest,
        })
    }

    fn required(&mut self, line: &Line, at: usize) -> String {
        let text = optional(line, Some(at)).unwrap_or_default();
        if text.is_empty() {
            self.fault(line, Some(at), "is empty");
        }
        text
    }

    fn fault(&mut self, line: &Line, at: Option<usize>, sentence: &str) {
        self.faults.push(Fault {
            line: line.number,
            column: at.map_or(0, |i| i + 1),
            name: at.map(|i| self.header[i].clone()),
            sentence: sentence.to_owned(),
        });
    }
}

fn optional(line: &Line, at: Option<usize>) -> Option<String> {
    let text = line.cells.get(at?)?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
