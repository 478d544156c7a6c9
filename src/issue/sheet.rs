//! A CSV as lines of cells: UTF-8 only, every quotation mark in its place, every line numbered.

use super::plan::{COLUMNS, Fault, Limits};

/// A CSV taken apart.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// The cells of the first line, trimmed.
    pub(crate) header: Vec<String>,
    /// The lines below it; empty ones are left out.
    pub(crate) lines: Vec<Line>,
}

/// One line of cells.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its number in the file, from 1.
    pub(crate) number: u64,
    pub(crate) cells: Vec<String>,
}

/// Takes a CSV apart. The separator is the comma, or the semicolon or tab if the first line has
/// those and no comma. A byte order mark of UTF-8 is skipped.
pub(crate) fn read(csv: &[u8], limits: Limits) -> Result<Sheet, Fault> {
    if csv.len() > limits.bytes {
        return Err(at(
            1,
            format!("the file is larger than {} bytes", limits.bytes),
        ));
    }
    if csv.starts_with(&[0xFF, 0xFE]) || csv.starts_with(&[0xFE, 0xFF]) {
        return Err(at(1, "the file is UTF-16: save it as UTF-8"));
    }
    let text = std::str::from_utf8(csv).map_err(|error| {
        let good = &csv[..error.valid_up_to()];
        at(line_of(good), "the file is not UTF-8: save it as UTF-8")
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if let Some(nul) = text.find('\0') {
        return Err(at(
            line_of(&text.as_bytes()[..nul]),
            "the file has a NUL character",
        ));
    }
    let separator = separator(text);
    check_quotes(text.as_bytes(), separator)?;
    split(text, separator, limits)
}

fn split(text: &str, separator: u8, limits: Limits) -> Result<Sheet, Fault> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet {
        header: Vec::new(),
        lines: Vec::new(),
    };
    for record in reader.records() {
        let record = record.map_err(|error| {
            at(
                error.position().map_or(0, csv::Position::line),
                "cannot be read",
            )
        })?;
        let number = record.position().map_or(0, |at| first_line(text, at));
        if record.len() > COLUMNS {
            return Err(at(number, format!("has more than {COLUMNS} columns")));
        }
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if sheet.header.is_empty() {
            sheet.header = cells;
        } else if cells.iter().any(|cell| !cell.is_empty()) {
            if sheet.lines.len() == limits.rows {
                return Err(at(
                    number,
                    format!("the file has more than {} rows", limits.rows),
                ));
            }
            sheet.lines.push(Line { number, cells });
        }
    }
    if sheet.header.is_empty() {
        return Err(at(1, "the file is empty"));
    }
    Ok(sheet)
}

/// The line a record begins on: the reader's position is before the empty lines it skipped.
fn first_line(text: &str, position: &csv::Position) -> u64 {
    let rest = usize::try_from(position.byte()).ok();
    let rest = rest.and_then(|at| text.as_bytes().get(at..));
    let skipped = rest
        .unwrap_or_default()
        .iter()
        .take_while(|b| matches!(b, b'\r' | b'\n'));
    position.line() + skipped.filter(|b| **b == b'\n').count() as u64
}

fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let has = |c: char| first.contains(c);
    match () {
        () if has(',') => b',',
        () if has(';') => b';',
        () if has('\t') => b'\t',
        () => b',',
    }
}

/// RFC 4180: a quotation mark opens a cell, is doubled inside it, or closes it before a separator
/// or the end of the line. Anything else (an unclosed quotation above all) would swallow rows.
fn check_quotes(text: &[u8], separator: u8) -> Result<(), Fault> {
    let (mut line, mut opened) = (1, 0);
    let (mut quoted, mut start) = (false, true);
    let mut i = 0;
    while i < text.len() {
        let byte = text[i];
        if byte == b'\n' {
            line += 1;
        }
        match (quoted, byte) {
            (true, b'"') if text.get(i + 1) == Some(&b'"') => i += 1,
            (true, b'"') => {
                quoted = false;
                let next = text.get(i + 1).copied().unwrap_or(b'\n');
                if next != separator && !matches!(next, b'\n' | b'\r') {
                    return Err(at(line, "has text after a closing quotation mark"));
                }
            }
            (true, _) => {}
            (false, b'"') if start => (quoted, opened) = (true, line),
            (false, b'"') => {
                return Err(at(
                    line,
                    "has a quotation mark inside an unquoted cell: double it, and quote the cell",
                ));
            }
            (false, _) => {}
        }
        start = !quoted && (byte == separator || matches!(byte, b'\n' | b'\r'));
        i += 1;
    }
    if quoted {
        return Err(at(opened, "opens a quotation mark that is never closed"));
    }
    Ok(())
}

fn line_of(before: &[u8]) -> u64 {
    1 + before.split(|byte| *byte == b'\n').count() as u64 - 1
}

fn at(line: u64, sentence: impl Into<String>) -> Fault {
    Fault {
        line,
        column: 0,
        name: None,
        sentence: sentence.into(),
    }
}
