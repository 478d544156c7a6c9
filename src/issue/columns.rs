//! The header of a CSV: which column says what.

use super::achievement::{Achievement, Kind};
use super::plan::Fault;

/// The most pieces of evidence in one row.
const EVIDENCE: usize = 8;

/// Where each thing stands, as places counted from 0.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) learner: usize,
    pub(super) date: usize,
    /// One for each criterion of the achievement, in its order.
    pub(super) results: Vec<Option<usize>>,
    pub(super) assessor: Option<usize>,
    pub(super) assessor_role: Option<usize>,
    pub(super) assessor_qualification: Option<usize>,
    pub(super) evidence: Vec<EvidenceColumns>,
    pub(super) name: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) adult: Option<usize>,
    pub(super) recipient: Option<usize>,
    pub(super) narrative: Option<usize>,
}

/// Where one piece of evidence stands.
#[derive(Debug)]
pub(super) struct EvidenceColumns {
    pub(super) name: Option<usize>,
    pub(super) description: Option<usize>,
    pub(super) digest: Option<usize>,
}

impl Columns {
    /// Reads a header. Every fault names the columns that were expected.
    pub(super) fn read(
        header: &[String],
        achievement: &Achievement,
    ) -> Result<Columns, Vec<Fault>> {
        let mut finder = Finder {
            header,
            taken: vec![false; header.len()],
            faults: Vec::new(),
        };
        let performance = achievement.kind() == Kind::Performance;
        let results = achievement
            .criteria()
            .iter()
            .map(|criterion| {
                let word = if criterion.is_rubric() {
                    "level"
                } else {
                    "value"
                };
                finder.find(
                    &format!("{word}: {}", criterion.name),
                    criterion.is_rubric(),
                )
            })
            .collect();
        let columns = Columns {
            learner: finder.find("learner", true).unwrap_or_default(),
            date: finder.find("date", true).unwrap_or_default(),
            results,
            assessor: finder.find("assessor", false),
            assessor_role: finder.find("assessor_role", performance),
            assessor_qualification: finder.find("assessor_qualification", false),
            evidence: (1..=EVIDENCE)
                .filter_map(|n| finder.evidence(n, performance))
                .collect(),
            name: finder.find("name", false),
            email: finder.find("email", false),
            adult: finder.find("adult", false),
            recipient: finder.find("recipient", false),
            narrative: finder.find("narrative", false),
        };
        finder.finish(achievement)?;
        Ok(columns)
    }
}

struct Finder<'a> {
    header: &'a [String],
    taken: Vec<bool>,
    faults: Vec<Fault>,
}

impl Finder<'_> {
    fn find(&mut self, name: &str, required: bool) -> Option<usize> {
        let wanted = normal(name);
        let mut places = (0..self.header.len()).filter(|i| normal(&self.header[*i]) == wanted);
        let first = places.next();
        if let Some(second) = places.next() {
            self.fault(second, format!("the column {name} is there twice"));
            self.taken[second] = true;
        }
        match first {
            Some(place) => self.taken[place] = true,
            None if required => {
                self.faults.push(Fault {
                    line: 1,
                    column: 0,
                    name: None,
                    sentence: format!("the column \"{name}\" is missing"),
                });
            }
            None => {}
        }
        first
    }

    /// The columns of the `n`-th piece of evidence (`evidence`, then `evidence_2` …).
    fn evidence(&mut self, n: usize, performance: bool) -> Option<EvidenceColumns> {
        let stem = if n == 1 {
            "evidence".to_owned()
        } else {
            format!("evidence_{n}")
        };
        let columns = EvidenceColumns {
            name: self.find(&stem, performance && n == 1),
            description: self.find(&format!("{stem}_description"), false),
            digest: self.find(&format!("{stem}_digest"), false),
        };
        let any = columns.name.or(columns.description).or(columns.digest);
        if columns.name.is_none() && any.is_some() && !(performance && n == 1) {
            self.faults.push(Fault {
                line: 1,
                column: 0,
                name: None,
                sentence: format!("the column \"{stem}\" is missing: the name of the evidence"),
            });
        }
        any.map(|_| columns)
    }

    fn fault(&mut self, place: usize, sentence: String) {
        self.faults.push(Fault {
            line: 1,
            column: place + 1,
            name: Some(self.header[place].clone()),
            sentence,
        });
    }

    /// The faults of the header. If it knows neither `learner` nor `date`, it is the first learner's
    /// line, and nothing of it is repeated.
    fn finish(mut self, achievement: &Achievement) -> Result<(), Vec<Fault>> {
        let named = ["learner", "date"].map(|name| self.header.iter().any(|h| normal(h) == name));
        if named == [false, false] {
            return Err(vec![Fault {
                line: 1,
                column: 0,
                name: None,
                sentence: format!(
                    "the first line does not name the columns; known are: {}",
                    known(achievement)
                ),
            }]);
        }
        for place in 0..self.header.len() {
            if !self.taken[place] {
                self.fault(
                    place,
                    format!("is no known column; known are: {}", known(achievement)),
                );
            }
        }
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(self.faults)
        }
    }
}

/// Every column name an achievement's CSV may have, as a sentence.
fn known(achievement: &Achievement) -> String {
    let mut names = vec!["learner".to_owned(), "date".to_owned()];
    for criterion in achievement.criteria() {
        let word = if criterion.is_rubric() {
            "level"
        } else {
            "value"
        };
        names.push(format!("{word}: {}", criterion.name));
    }
    let rest = "assessor_role, assessor_qualification, assessor, evidence, evidence_description, evidence_digest, name, email, adult, recipient, narrative";
    format!("{}, {rest}", names.join(", "))
}

fn normal(name: &str) -> String {
    let name = name.trim().to_lowercase();
    match name.split_once(':') {
        Some((word, rest)) => format!("{}: {}", word.trim(), rest.trim()),
        None => name.replace([' ', '-'], "_"),
    }
}
