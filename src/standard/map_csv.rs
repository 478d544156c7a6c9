//! Competency maps as CSV: one line for each skill, and one more for each further standard or job.
//!
//! | column | what stands in it |
//! |---|---|
//! | `skill` | the skill's name; the name of a line above adds to that skill |
//! | `statement` | what somebody who has it can do |
//! | `priority` | `now` (must know now) or `later` (nice to have later) |
//! | `standard_framework`, `standard_code`, `standard_name`, `standard_url` | a standard |
//! | `job_code`, `job_title`, `job_task` | an occupation by its O*NET code, and a task of it |

use std::collections::HashMap;

use super::{
    alignment::{Job, Standard, is_job_code},
    map::{Map, Priority, SKILLS, Skill},
    versions::Versioned,
};
use crate::issue::{
    plan::{Fault, Limits},
    sheet::{self, Line},
    text::is_plain,
};

const COLUMNS: [&str; 11] = [
    "skill",
    "statement",
    "priority",
    "standard_framework",
    "standard_code",
    "standard_name",
    "standard_url",
    "standard_is_case",
    "job_code",
    "job_title",
    "job_task",
];

/// The most faults that are listed.
const FAULTS: usize = 200;

/// The skills of a map as CSV.
#[must_use]
pub fn write(map: &Map) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut line = |cells: &[&str]| drop(writer.write_record(cells.iter().map(|cell| safe(cell))));
    line(&COLUMNS);
    for skill in &map.skills {
        let lines = skill.standards.len().max(skill.jobs.len()).max(1);
        for n in 0..lines {
            let empty = (Standard::default(), Job::default());
            let standard = skill.standards.get(n).unwrap_or(&empty.0);
            let job = skill.jobs.get(n).unwrap_or(&empty.1);
            let first = n == 0;
            line(&[
                &skill.name,
                if first { &skill.statement } else { "" },
                if first { skill.priority.as_str() } else { "" },
                &standard.framework,
                &standard.code,
                &standard.name,
                &standard.url,
                if standard.case { "yes" } else { "" },
                &job.code,
                &job.title,
                &job.task,
            ]);
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a spreadsheet takes for the beginning of a formula, and the mark against it (threat F10).
const TAKEN: [char; 13] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\0', '\'', '＝', '＋', '－', '＠',
];

/// A cell that no spreadsheet takes for a formula.
fn safe(cell: &str) -> String {
    if cell.starts_with(TAKEN) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// The cell as it was before [`safe`].
fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(TAKEN) => rest,
        _ => cell,
    }
}

/// Reads the skills of a map. A file with a single fault is refused whole.
///
/// # Errors
/// Every fault, with its line and column.
pub fn read(csv: &[u8]) -> Result<Vec<Skill>, Vec<Fault>> {
    let sheet = sheet::read(csv, Limits::PAGE).map_err(|fault| vec![fault])?;
    let columns = columns(&sheet.header)?;
    let mut reader = Reader {
        columns,
        width: sheet.header.len(),
        skills: Vec::new(),
        lines: Vec::new(),
        faults: Vec::new(),
    };
    for line in &sheet.lines {
        if line.cells == sheet.header {
            reader.fault(line, None, "repeats the header");
        } else {
            reader.line(line);
        }
    }
    reader.finish()
}

/// Which column stands where.
fn columns(header: &[String]) -> Result<HashMap<&'static str, usize>, Vec<Fault>> {
    let mut found = HashMap::new();
    let mut faults = Vec::new();
    let mut fault = |column: usize, name: &str, sentence: &str| {
        faults.push(Fault {
            line: 1,
            column,
            name: Some(name.to_owned()),
            sentence: sentence.to_owned(),
        });
    };
    for (at, cell) in header.iter().enumerate() {
        let word = cell.to_lowercase().replace([' ', '-'], "_");
        match COLUMNS.iter().find(|name| **name == word) {
            None => fault(at + 1, "?", "is a column that is not known here"),
            Some(name) if found.contains_key(name) => fault(at + 1, name, "is there twice"),
            Some(name) => drop(found.insert(*name, at)),
        }
    }
    if !found.contains_key("skill") {
        fault(0, "skill", "is missing");
    }
    if faults.is_empty() {
        Ok(found)
    } else {
        Err(faults)
    }
}

struct Reader {
    columns: HashMap<&'static str, usize>,
    width: usize,
    skills: Vec<Skill>,
    /// The line each skill began on.
    lines: Vec<u64>,
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, line: &Line, name: Option<&'static str>, sentence: impl Into<String>) {
        let column = name.and_then(|name| self.columns.get(name));
        self.faults.push(Fault {
            line: line.number,
            column: column.map_or(0, |at| at + 1),
            name: name.map(str::to_owned),
            sentence: sentence.into(),
        });
    }

    fn cell(&self, line: &Line, name: &str) -> String {
        let at = self.columns.get(name);
        let cell = at.and_then(|at| line.cells.get(*at));
        plain(cell.map_or("", String::as_str)).to_owned()
    }

    fn line(&mut self, line: &Line) {
        if line.cells.len() != self.width {
            let (has, wants) = (line.cells.len(), self.width);
            self.fault(
                line,
                None,
                format!("has {has} cells where the header has {wants}"),
            );
            return;
        }
        for name in COLUMNS {
            if !self.cell(line, name).chars().all(is_plain) {
                self.fault(line, Some(name), "has a character that is not text");
            }
        }
        let name = self.cell(line, "skill");
        if name.is_empty() {
            self.fault(line, Some("skill"), "is missing");
            return;
        }
        let there = self.skills.iter().position(|skill| skill.name == name);
        let place = there.unwrap_or_else(|| {
            self.skills.push(Skill {
                name,
                ..Skill::default()
            });
            self.lines.push(line.number);
            self.skills.len() - 1
        });
        self.words(line, place, there.is_none());
        self.standard(line, place);
        self.job(line, place);
    }

    /// Statement and priority, which stand on a skill's first line.
    fn words(&mut self, line: &Line, place: usize, first: bool) {
        let statement = self.cell(line, "statement");
        let priority = self.cell(line, "priority");
        let read = Priority::of(&priority);
        if !priority.is_empty() && read.is_none() {
            self.fault(line, Some("priority"), "is neither now nor later");
        }
        let skill = &mut self.skills[place];
        if first {
            skill.statement = statement;
            skill.priority = read.unwrap_or_default();
            return;
        }
        let (same_words, same_priority) = (
            statement.is_empty() || statement == skill.statement,
            read.is_none_or(|read| read == skill.priority),
        );
        let above = self.lines[place];
        if !same_words {
            self.fault(
                line,
                Some("statement"),
                format!("is not the statement of line {above}"),
            );
        }
        if !same_priority {
            self.fault(
                line,
                Some("priority"),
                format!("is not the priority of line {above}"),
            );
        }
    }

    fn standard(&mut self, line: &Line, place: usize) {
        let standard = Standard {
            framework: self.cell(line, "standard_framework"),
            code: self.cell(line, "standard_code"),
            name: self.cell(line, "standard_name"),
            url: self.cell(line, "standard_url"),
            case: self
                .cell(line, "standard_is_case")
                .eq_ignore_ascii_case("yes"),
        };
        if standard == Standard::default() {
            return;
        }
        let mut texts = super::Texts::default();
        standard.check("", &mut texts);
        for fault in texts.0 {
            let name = match fault.pointer.as_str() {
                "/url" => "standard_url",
                "/framework" => "standard_framework",
                "/code" => "standard_code",
                _ => "standard_name",
            };
            self.fault(line, Some(name), fault.sentence);
        }
        self.skills[place].standards.push(standard);
    }

    fn job(&mut self, line: &Line, place: usize) {
        let job = Job {
            code: self.cell(line, "job_code"),
            title: self.cell(line, "job_title"),
            task: self.cell(line, "job_task"),
        };
        if job == Job::default() {
            return;
        }
        if !is_job_code(&job.code) {
            self.fault(
                line,
                Some("job_code"),
                "is no O*NET-SOC code: write it as 51-4121.00",
            );
        }
        if job.title.is_empty() {
            self.fault(
                line,
                Some("job_title"),
                "is missing: what the occupation is called",
            );
        }
        self.skills[place].jobs.push(job);
    }

    /// What is left to say of the whole: too long, too many.
    fn finish(mut self) -> Result<Vec<Skill>, Vec<Fault>> {
        let whole = |line: u64, sentence: String| Fault {
            line,
            column: 0,
            name: None,
            sentence,
        };
        if self.skills.is_empty() && self.faults.is_empty() {
            self.faults
                .push(whole(2, "the file has no rows".to_owned()));
        }
        if self.skills.len() > SKILLS {
            let sentence = format!("the file has more than {SKILLS} skills");
            self.faults.push(whole(self.lines[SKILLS], sentence));
        } else if self.faults.is_empty() {
            let map = Map {
                name: "x".to_owned(),
                summary: String::new(),
                skills: self.skills.clone(),
            };
            for fault in map.faults() {
                let place = fault
                    .pointer
                    .split('/')
                    .nth(2)
                    .and_then(|n| n.parse::<usize>().ok());
                let line = place.and_then(|n| self.lines.get(n)).copied().unwrap_or(1);
                self.faults.push(whole(line, fault.sentence));
            }
        }
        if self.faults.is_empty() {
            return Ok(self.skills);
        }
        self.faults.truncate(FAULTS);
        Err(self.faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::map::samples;

    #[test]
    fn a_map_that_is_written_is_read_back() {
        let mut map = samples::data();
        map.skills[0].name = "=HYPERLINK(\"x\")".to_owned();
        map.skills[1].statement = "'-quoted".to_owned();
        let csv = write(&map);
        assert!(csv.contains("'=HYPERLINK"), "{csv}");
        assert_eq!(read(csv.as_bytes()), Ok(map.skills));
    }

    #[test]
    fn f10_no_cell_is_a_formula_and_each_is_read_back() {
        let mut map = samples::data();
        for name in [
            "=HYPERLINK(\"http://evil\",\"x\")",
            "=cmd|'/C calc'!A0",
            "-2+3",
            "+1",
            "@SUM(A1)",
            "＝1+1",
            "＋1",
            "－1",
            "＠SUM(A1)",
            "'=1",
        ] {
            map.skills[0].name = name.to_owned();
            let csv = write(&map);
            let sheet = sheet::read(csv.as_bytes(), Limits::PAGE).expect("a sheet");
            assert_eq!(sheet.lines[0].cells[0], format!("'{name}"));
            assert_eq!(read(csv.as_bytes()), Ok(map.skills.clone()), "{name}");
        }
        for begins in ['\t', '\r', '\n', '\0'] {
            assert_eq!(safe(&format!("{begins}=1")), format!("'{begins}=1"));
        }
    }

    #[test]
    fn f11_every_fault_has_its_line_and_column() {
        let csv = "Skill,Priority,Standard url,Job code,Job title\n\
            Read a chart,soon,nowhere,51-4121,Welders\n\
            ,now,,,\n\
            Read a chart,later,,51-4121.00,\n\
            a,b\n";
        let faults = read(csv.as_bytes()).expect_err("faults");
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "line 2, column 2 (priority): is neither now nor later",
                "line 2 (standard_name): is missing: what the standard says",
                "line 2, column 3 (standard_url): is not the standard's own address: https://…",
                "line 2, column 4 (job_code): is no O*NET-SOC code: write it as 51-4121.00",
                "line 3, column 1 (skill): is missing",
                "line 4, column 2 (priority): is not the priority of line 2",
                "line 4, column 5 (job_title): is missing: what the occupation is called",
                "line 5: has 2 cells where the header has 5",
            ]
        );
    }

    #[test]
    fn f11_files_that_are_no_csv_of_ours_are_refused_whole() {
        for (file, said) in [
            (
                &b"\xff\xfes\0k\0"[..],
                "line 1: the file is UTF-16: save it as UTF-8",
            ),
            (
                b"skill\n\"open",
                "line 2: opens a quotation mark that is never closed",
            ),
            (b"skill\na\0b", "line 2: the file has a NUL character"),
            (
                b"skill,skill\na,b",
                "line 1, column 2 (skill): is there twice",
            ),
            (
                b"name\na",
                "line 1, column 1 (?): is a column that is not known here",
            ),
            (b"skill\n", "line 2: the file has no rows"),
            (b"skill\nskill\n", "line 2: repeats the header"),
        ] {
            let faults = read(file).expect_err("faults");
            assert_eq!(faults[0].to_string(), said);
        }
        let many: String = (0..70).map(|n| format!("\nskill {n}")).collect();
        let faults = read(format!("skill{many}").as_bytes()).expect_err("faults");
        assert_eq!(
            faults[0].to_string(),
            "line 62: the file has more than 60 skills"
        );
        let wide = vec!["skill"; 1_000].join(",");
        assert!(read(wide.as_bytes()).is_err());
    }
}
