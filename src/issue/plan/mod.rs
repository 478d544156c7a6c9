//! A CSV of learners, read into rows that may be issued: pure, all faults at once.
//!
//! The first line names the columns, in any order and case:
//!
//! | column | what stands in it |
//! |---|---|
//! | `learner` | the organisation's own reference for the learner; never signed |
//! | `date` | when the award was made: `2026-03-01`, or a time with its offset |
//! | `level: <criterion>` | one per rubric criterion: the name or the points of the level reached |
//! | `value: <result>` | one per other result of the achievement |
//! | `assessor_role`, `assessor_qualification` | who assessed; for a performance achievement |
//! | `assessor` | the assessor's name; signed only if the organisation says so |
//! | `evidence`, `evidence_description`, `evidence_digest` | what was handed in; `evidence_2` … `evidence_8` for more |
//! | `name`, `email` | the learner's; kept sealed, never signed |
//! | `adult` | `yes` if the learner is of age |
//! | `recipient` | for adults who ask for it: `email` (a salted hash is signed) or a DID |
//! | `narrative` | what to say about this award; signed |
//!
//! A file with a single fault is refused whole.

// A line becomes a row.
mod reader;

use std::collections::HashMap;
use std::fmt;

use reader::Reader;

use super::achievement::Achievement;
use super::columns::Columns;
use super::confirm;
use super::order::{Assessor, Evidence, Outcome};
use super::sheet;
use crate::clock::Timestamp;
use crate::config::limits;

/// The most columns.
pub const COLUMNS: usize = 64;
/// The most characters in one cell.
pub const CELL_CHARS: usize = 4_000;
/// The most faults that are listed one by one.
pub const FAULTS: usize = 200;

/// How much a file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes, the whole file.
    pub bytes: usize,
    /// The most rows, without the header.
    pub rows: usize,
}

impl Limits {
    /// For a page or the API.
    pub const PAGE: Limits = Limits {
        bytes: limits::CSV_BYTES,
        rows: limits::CSV_ROWS,
    };
    /// For the command line: what memory holds.
    pub const NONE: Limits = Limits {
        bytes: usize::MAX,
        rows: usize::MAX,
    };
}

/// What is wrong, and where in the file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// The line of the file, counted from 1 (the header is line 1).
    pub line: u64,
    /// The column, counted from 1; 0 when the whole line or file is meant.
    pub column: usize,
    /// The name of the column, if it has one.
    pub name: Option<String>,
    /// What is wrong, in one sentence without the place. Never repeats what stands in the cell.
    pub sentence: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if self.column > 0 {
            write!(f, ", column {}", self.column)?;
        }
        if let Some(name) = &self.name {
            write!(f, " ({name})")?;
        }
        write!(f, ": {}", self.sentence)
    }
}

/// What an adult learner asked to be recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Nothing: a random id that is used once. The only choice for a minor.
    Nothing,
    /// A salted hash of the e-mail address.
    EmailHash,
    /// A decentralised identifier of the learner's own.
    Did(String),
}

/// The person a row is about. None of it is signed, but for what an adult wishes.
#[derive(Clone, PartialEq, Eq)]
pub struct Learner {
    /// The organisation's own reference: a student number, or any word.
    pub reference: String,
    /// The name, for "confirm the name you were given".
    pub name: Option<String>,
    /// The e-mail address, trimmed, with its domain in lower case.
    pub email: Option<String>,
    /// Whether the organisation says that the learner is of age.
    pub adult: bool,
    /// What is signed in place of a random id.
    pub wish: Wish,
}

impl Learner {
    /// Whether a text says the learner's whole name or e-mail address.
    #[must_use]
    pub fn is_named_in(&self, text: &str) -> bool {
        let words = |text: &str| format!(" {} ", confirm::words(text).join(" "));
        let all = words(text);
        let name = self.name.as_deref().map(words).unwrap_or_default();
        let named = !name.trim().is_empty() && all.contains(&name);
        let addressed = self
            .email
            .as_ref()
            .is_some_and(|email| text.to_lowercase().contains(&email.to_lowercase()));
        named || addressed
    }
}

impl fmt::Debug for Learner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Learner(***)")
    }
}

/// One award to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The line of the file it came from; 0 for an order that came by itself.
    pub line: u64,
    /// Who earned it.
    pub learner: Learner,
    /// When the award was made.
    pub awarded: Timestamp,
    /// What was reached, one per criterion.
    pub outcomes: Vec<Outcome>,
    /// Who assessed.
    pub assessor: Option<Assessor>,
    /// What was handed in.
    pub evidence: Vec<Evidence>,
    /// What is said about this award.
    pub narrative: Option<String>,
}

/// Reads a CSV against an achievement. `now` bounds the dates.
///
/// # Errors
/// Every fault, up to [`FAULTS`], in the order of the file.
pub fn read(
    csv: &[u8],
    achievement: &Achievement,
    limits: Limits,
    now: Timestamp,
) -> Result<Vec<Row>, Vec<Fault>> {
    let sheet = sheet::read(csv, limits).map_err(|fault| vec![fault])?;
    let columns = Columns::read(&sheet.header, achievement)?;
    let mut reader = Reader {
        achievement,
        columns: &columns,
        header: &sheet.header,
        now,
        faults: Vec::new(),
        seen: HashMap::new(),
    };
    let rows: Vec<Row> = sheet
        .lines
        .iter()
        .filter_map(|line| reader.row(line))
        .collect();
    if rows.is_empty() && reader.faults.is_empty() {
        reader.faults.push(Fault {
            line: 2,
            column: 0,
            name: None,
            sentence: "the file has no rows".to_owned(),
        });
    }
    if reader.faults.is_empty() {
        return Ok(rows);
    }
    Err(capped(reader.faults))
}

fn capped(mut faults: Vec<Fault>) -> Vec<Fault> {
    if faults.len() > FAULTS {
        let more = faults.len() - FAULTS;
        faults.truncate(FAULTS);
        let line = faults.last().map_or(0, |fault| fault.line);
        faults.push(Fault {
            line,
            column: 0,
            name: None,
            sentence: format!("and {more} more faults"),
        });
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "learner,date,Level: Weld Quality,level:safety,value: theory score,assessor role,evidence,evidence_digest,name,email,adult,recipient\n";
    const GOOD: &str = "s-1,2026-03-01,Competent,1.5,88,Instructor,Photo,,Ana,,,\n";

    fn weld() -> Achievement {
        Achievement::parse(include_bytes!("../../../tests/it/issue/weld.json")).expect("good")
    }

    fn now() -> Timestamp {
        "2026-03-02T00:00:00Z".parse().expect("a time")
    }

    fn faults(csv: &str) -> Vec<String> {
        faults_of(csv.as_bytes(), Limits::PAGE)
    }

    fn faults_of(csv: &[u8], limits: Limits) -> Vec<String> {
        let answer = read(csv, &weld(), limits, now()).err().unwrap_or_default();
        answer.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_row_becomes_an_award() {
        let rows = read(
            format!("{HEADER}{GOOD}").as_bytes(),
            &weld(),
            Limits::PAGE,
            now(),
        );
        let row = rows.expect("good").remove(0);
        let weld = weld();
        let level = |c: usize, l: usize| Some(weld.criteria()[c].levels[l].id.clone());
        assert_eq!(row.line, 2);
        assert_eq!(row.awarded.to_string(), "2026-03-01T00:00:00Z");
        let levels: Vec<_> = row
            .outcomes
            .iter()
            .map(|o| (o.level.clone(), o.value.clone()))
            .collect();
        assert_eq!(
            levels,
            [
                (level(0, 1), None),
                (level(1, 1), None),
                (None, Some("88".to_owned()))
            ]
        );
        assert_eq!(row.evidence[0].name, "Photo");
        assert_eq!(row.learner.name.as_deref(), Some("Ana"));
        assert_eq!(format!("{:?}", row.learner), "Learner(***)");
    }

    #[test]
    fn every_fault_has_its_line_and_column() {
        let csv = format!(
            "{HEADER}{GOOD}\
             s-2,2026-04-01,Beginning,Great,101,,,xyz,,,maybe,\n\
             s-3,yesterday,Competent,Competent,,Coach,Photo,,,x@y,no,email\n\
             s-4,2026-03-01\n"
        );
        assert_eq!(
            faults(&csv),
            [
                "line 3, column 2 (date): is in the future",
                "line 3, column 11 (adult): is yes or no",
                "line 3, column 3 (Level: Weld Quality): is below the required level: this is not a pass yet",
                "line 3, column 4 (level:safety): is none of the levels: Beginning, Competent",
                "line 3, column 5 (value: theory score): is not a value this result may have",
                "line 3, column 6 (assessor role): is missing: in which role somebody assessed",
                "line 3, column 7 (evidence): is missing: the name of the evidence",
                "line 3, column 7 (evidence): is missing: what was handed in",
                "line 4, column 2 (date): is no date: write 2026-03-01, or 2026-03-01T14:30:00Z",
                "line 4, column 10 (email): is no e-mail address",
                "line 4, column 12 (recipient): is only for adults (adult = yes): a minor's credential says nothing about the person",
                "line 5: has 2 cells where the header has 12",
            ]
        );
    }

    #[test]
    fn header_faults_name_the_expected_columns() {
        assert_eq!(
            faults("s-1,2026-03-01,Ana Lee\n"),
            [
                "line 1: the first line does not name the columns; known are: learner, date, level: Weld quality, level: Safety, value: Theory score, assessor_role, assessor_qualification, assessor, evidence, evidence_description, evidence_digest, name, email, adult, recipient, narrative"
            ]
        );
        assert_eq!(
            faults("student,date,date,level: Safety\n"),
            [
                "line 1: the column \"level: Weld quality\" is missing",
                "line 1: the column \"learner\" is missing",
                "line 1, column 3 (date): the column date is there twice",
                "line 1: the column \"assessor_role\" is missing",
                "line 1: the column \"evidence\" is missing",
                "line 1, column 1 (student): is no known column; known are: learner, date, level: Weld quality, level: Safety, value: Theory score, assessor_role, assessor_qualification, assessor, evidence, evidence_description, evidence_digest, name, email, adult, recipient, narrative",
            ]
        );
    }

    #[test]
    fn f11_abuse_is_refused_whole() {
        let many = "x,".repeat(1_000_000);
        let cases: [(&[u8], &str); 8] = [
            (many.as_bytes(), "line 1: has more than 64 columns"),
            (
                b"learner,date\n\"s-1,2026\ns-2,x\n",
                "line 2: opens a quotation mark that is never closed",
            ),
            (
                b"learner,date\n\"s\"1,2026\n",
                "line 2: has text after a closing quotation mark",
            ),
            (
                b"learner,date\n5\" pipe,2026\n",
                "line 2: has a quotation mark inside an unquoted cell: double it, and quote the cell",
            ),
            (
                b"\xFF\xFEl\0e\0",
                "line 1: the file is UTF-16: save it as UTF-8",
            ),
            (
                b"learner\ns-1\n\xE9\n",
                "line 3: the file is not UTF-8: save it as UTF-8",
            ),
            (
                b"learner\ns-1\ns\0\n",
                "line 3: the file has a NUL character",
            ),
            (b"", "line 1: the file is empty"),
        ];
        for (csv, sentence) in cases {
            assert_eq!(faults_of(csv, Limits::PAGE), [sentence]);
        }
        let rows: String = (0..5_001)
            .map(|n| GOOD.replace("s-1", &format!("s-{n}")))
            .collect();
        assert_eq!(
            faults(&format!("{HEADER}{rows}")),
            ["line 5002: the file has more than 5000 rows"]
        );
        assert_eq!(
            faults_of(format!("{HEADER}{rows}").as_bytes(), Limits::NONE),
            [""; 0]
        );
        let small = Limits { bytes: 10, rows: 1 };
        assert_eq!(
            faults_of(HEADER.as_bytes(), small),
            ["line 1: the file is larger than 10 bytes"]
        );
        assert_eq!(
            faults(&format!("{HEADER}{GOOD}{GOOD}{HEADER}")),
            [
                "line 3, column 1 (learner): is the learner and date of line 2 again",
                "line 4: repeats the header",
            ]
        );
        assert_eq!(faults(HEADER), ["line 2: the file has no rows"]);
    }

    #[test]
    fn other_separators_quoted_cells_and_a_byte_order_mark_are_read() {
        let csv = format!("\u{FEFF}{HEADER}{GOOD}")
            .replace(',', ";")
            .replace("Photo", "\"A \"\"photo\"\";\nand a sheet\"");
        let csv = csv.replacen('\n', "\r\n\r\n;;\n", 1);
        let rows = read(csv.as_bytes(), &weld(), Limits::PAGE, now()).expect("good");
        assert_eq!(rows[0].evidence[0].name, "A \"photo\";\nand a sheet");
        assert_eq!(rows[0].line, 4);
    }

    #[test]
    fn what_is_signed_must_not_name_the_learner() {
        let row = GOOD
            .replace("Photo", "Photo by ANA lee")
            .replace(",Ana,", ",Ana Lee,ana@x.example");
        assert_eq!(
            faults(&format!("{HEADER}{row}")),
            [
                "line 2, column 7 (evidence): says the learner's name or address, and would be signed"
            ]
        );
        let row = row.replace("Photo by ANA lee", "Mail of Ana@x.example");
        assert_eq!(faults(&format!("{HEADER}{row}")).len(), 1);
        let row = row.replace("Mail of Ana@x.example", "Anagram of a banana leek");
        assert_eq!(faults(&format!("{HEADER}{row}")), [""; 0]);
    }

    #[test]
    fn faults_beyond_the_limit_are_counted() {
        let rows = "s,2027-01-01,Competent,Competent,,Coach,Photo,,,,,\n".repeat(300);
        let all = faults(&format!("{HEADER}{rows}"));
        assert_eq!(all.len(), FAULTS + 1);
        assert_eq!(
            all.last().map(String::as_str),
            Some("line 102: and 399 more faults")
        );
    }
}
