//! A list of learners as CSV: pure to read, all faults at once.
//!
//! The first line names the columns, in any order and case. Those of OneRoster's `users.csv` are
//! understood beside our own:
//!
//! | column | what stands in it |
//! |---|---|
//! | `learner`, `sourcedId`, `userSourcedId`, `identifier` | the organisation's own reference |
//! | `name`, or `givenName` and `familyName` | the name |
//! | `email` | the address |
//! | `guardian` | how to reach a parent or guardian |
//! | `birthMonth`, `birthDate` | the month of birth; of a date the day is not kept |
//! | `adult` | `yes` if the learner is of age |
//! | `role`, `roles` | who is no student is left out |
//! | `status`, `enabledUser` | `tobedeleted`, `inactive` or `false`: leaves the program |
//!
//! Other columns are left alone, and named. A file with a single fault is refused whole.

use std::collections::HashMap;

use crate::issue::{
    people::Details,
    plan::{self, Fault, Limits},
    sheet::{self, Line},
};
use crate::program::{Error, learner};

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// Each learner, with the line.
    pub rows: Vec<Row>,
    /// Columns that say nothing to us.
    pub ignored: Vec<String>,
    /// How many lines were about somebody who is no student.
    pub others: usize,
}

/// One learner of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file.
    pub line: u64,
    /// What is said.
    pub details: Details,
    /// Whether it says that the learner leaves.
    pub leaves: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Column {
    Reference,
    Name,
    Given,
    Family,
    Email,
    Guardian,
    Birth,
    Adult,
    Role,
    Status,
    Enabled,
}

const COLUMNS: [(&str, Column); 17] = [
    ("learner", Column::Reference),
    ("sourcedid", Column::Reference),
    ("usersourcedid", Column::Reference),
    ("identifier", Column::Reference),
    ("name", Column::Name),
    ("givenname", Column::Given),
    ("familyname", Column::Family),
    ("email", Column::Email),
    ("guardian", Column::Guardian),
    ("birthmonth", Column::Birth),
    ("birthdate", Column::Birth),
    ("adult", Column::Adult),
    ("role", Column::Role),
    ("roles", Column::Role),
    ("status", Column::Status),
    ("enableduser", Column::Enabled),
    ("enabled", Column::Enabled),
];

/// Reads a file.
///
/// # Errors
/// Every fault, each with its line and column.
pub fn read(csv: &[u8], limits: Limits) -> Result<Roster, Vec<Fault>> {
    let sheet = sheet::read(csv, limits).map_err(|fault| vec![fault])?;
    let (columns, ignored) = columns(&sheet.header)?;
    let mut reader = Reader {
        columns,
        header: &sheet.header,
        faults: Vec::new(),
        seen: HashMap::new(),
        others: 0,
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
            sentence: "the file has no learners".to_owned(),
        });
    }
    if reader.faults.is_empty() {
        let others = reader.others;
        Ok(Roster {
            rows,
            ignored,
            others,
        })
    } else {
        reader.faults.truncate(plan::FAULTS);
        Err(reader.faults)
    }
}

type Columns = HashMap<Column, usize>;

fn columns(header: &[String]) -> Result<(Columns, Vec<String>), Vec<Fault>> {
    let (mut columns, mut ignored, mut faults) = (HashMap::new(), Vec::new(), Vec::new());
    for (at, name) in header.iter().enumerate() {
        let plain = name.to_lowercase().replace([' ', '_', '-'], "");
        let Some((_, column)) = COLUMNS.iter().find(|(known, _)| *known == plain) else {
            ignored.push(name.clone());
            continue;
        };
        // `sourcedId` names the learner; a later `identifier` says the same in other words.
        if *column == Column::Reference && columns.contains_key(column) && plain == "identifier" {
            ignored.push(name.clone());
        } else if columns.insert(*column, at).is_some() {
            faults.push(Fault {
                line: 1,
                column: at + 1,
                name: Some(name.clone()),
                sentence: "says the same as an earlier column".to_owned(),
            });
        }
    }
    if !columns.contains_key(&Column::Reference) {
        faults.push(Fault {
            line: 1,
            column: 0,
            name: None,
            sentence: "no column says who it is: learner, or sourcedId".to_owned(),
        });
    }
    if faults.is_empty() {
        Ok((columns, ignored))
    } else {
        Err(faults)
    }
}

struct Reader<'a> {
    columns: Columns,
    header: &'a [String],
    faults: Vec<Fault>,
    seen: HashMap<String, u64>,
    others: usize,
}

impl Reader<'_> {
    fn row(&mut self, line: &Line) -> Option<Row> {
        let before = self.faults.len();
        if line.cells.len() != self.header.len() {
            let (cells, columns) = (line.cells.len(), self.header.len());
            self.fault(
                line,
                None,
                &format!("has {cells} cells where the header has {columns}"),
            );
            return None;
        }
        if line.cells == self.header {
            self.fault(line, None, "repeats the header");
            return None;
        }
        let role = self.cell(line, Column::Role).to_lowercase();
        if !role.is_empty() && !role.contains("student") && !role.contains("learner") {
            self.others += 1;
            return None;
        }
        let details = self.details(line);
        if let Some(first) = self
            .seen
            .insert(details.reference.to_lowercase(), line.number)
        {
            let sentence = format!("is the learner of line {first} again");
            self.fault(line, Some(Column::Reference), &sentence);
        }
        match learner::checked(&details) {
            Ok(details) => (self.faults.len() == before).then(|| Row {
                line: line.number,
                leaves: self.leaves(line),
                details,
            }),
            Err(Error::Faults(faults)) => {
                for fault in faults {
                    let column = match fault.pointer.as_str() {
                        "/reference" => Column::Reference,
                        "/email" => Column::Email,
                        "/guardian" => Column::Guardian,
                        "/birthMonth" => Column::Birth,
                        _ => Column::Name,
                    };
                    self.fault(line, Some(column), &fault.sentence);
                }
                None
            }
            Err(_) => None,
        }
    }

    fn details(&mut self, line: &Line) -> Details {
        let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let both = [
            self.cell(line, Column::Given),
            self.cell(line, Column::Family),
        ]
        .join(" ");
        let name = match self.cell(line, Column::Name) {
            "" => both.trim(),
            name => name,
        };
        let birth = self.cell(line, Column::Birth);
        let day = birth.len() == 10 && birth.parse::<jiff::civil::Date>().is_ok();
        let adult = self.cell(line, Column::Adult).to_lowercase();
        let details = Details {
            reference: self.cell(line, Column::Reference).to_owned(),
            name: optional(name),
            email: optional(self.cell(line, Column::Email)),
            adult: match adult.as_str() {
                "yes" | "true" => Some(true),
                "no" | "false" => Some(false),
                // No such column, or nothing in it: what is known stays.
                _ => None,
            },
            guardian: optional(self.cell(line, Column::Guardian)),
            birth_month: optional(if day { &birth[..7] } else { birth }),
            ..Details::default()
        };
        if !matches!(adult.as_str(), "" | "yes" | "no" | "true" | "false") {
            self.fault(line, Some(Column::Adult), "is yes or no");
        }
        details
    }

    fn leaves(&self, line: &Line) -> bool {
        let status = self.cell(line, Column::Status).to_lowercase();
        let enabled = self.cell(line, Column::Enabled).to_lowercase();
        matches!(status.as_str(), "tobedeleted" | "inactive") || enabled == "false"
    }

    fn cell<'l>(&self, line: &'l Line, column: Column) -> &'l str {
        let at = self.columns.get(&column);
        at.map_or("", |at| line.cells[*at].as_str())
    }

    fn fault(&mut self, line: &Line, column: Option<Column>, sentence: &str) {
        let at = column.and_then(|column| self.columns.get(&column).copied());
        self.faults.push(Fault {
            line: line.number,
            column: at.map_or(0, |at| at + 1),
            name: at.and_then(|at| self.header.get(at).cloned()),
            sentence: sentence.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(csv: &str) -> Vec<String> {
        let faults = read(csv.as_bytes(), Limits::PAGE).err().unwrap_or_default();
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_names_of_oneroster_are_understood() {
        let csv = "sourcedId,status,enabledUser,orgSourcedIds,role,username,givenName,familyName,email,birthDate\n\
                   u-1,active,true,o-1,student,ana,Ana María,Lee,ana@school.example,2012-05-17\n\
                   u-2,active,true,o-1,teacher,bo,Bo,Ek,bo@school.example,\n\
                   u-3,tobedeleted,true,o-1,student,cy,Cy,Oz,,\n";
        let roster = read(csv.as_bytes(), Limits::PAGE).expect("good");
        assert_eq!(roster.ignored, ["orgSourcedIds", "username"]);
        assert_eq!(roster.others, 1);
        let ana = Details {
            reference: "u-1".to_owned(),
            name: Some("Ana María Lee".to_owned()),
            email: Some("ana@school.example".to_owned()),
            birth_month: Some("2012-05".to_owned()),
            ..Details::default()
        };
        assert_eq!(
            roster.rows[0],
            Row {
                line: 2,
                details: ana,
                leaves: false
            }
        );
        assert!(roster.rows[1].leaves);
    }

    #[test]
    fn f11_every_fault_is_named_with_line_and_column() {
        assert_eq!(
            faults("learner,email,birthMonth,adult\nu-1,nobody,May,perhaps\nu-1,,,\n,,,no\n"),
            [
                "line 2, column 4 (adult): is yes or no",
                "line 2, column 2 (email): is no e-mail address",
                "line 2, column 3 (birthMonth): is no month: write 2012-05",
                "line 3, column 1 (learner): is the learner of line 2 again",
                "line 4, column 1 (learner): is missing",
            ]
        );
        assert_eq!(
            faults("name\nAna\n"),
            ["line 1: no column says who it is: learner, or sourcedId"]
        );
        assert_eq!(faults("learner\n"), ["line 2: the file has no learners"]);
        assert_eq!(
            faults("learner,learner\na,b\n"),
            ["line 1, column 2 (learner): says the same as an earlier column"]
        );
        let many: String = (0..5_001).map(|n| format!("u-{n}\n")).collect();
        assert_eq!(
            faults(&format!("learner\n{many}")),
            ["line 5002: the file has more than 5000 rows"]
        );
    }
}
