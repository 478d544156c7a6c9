//! The house rules, read out of the source itself; every rule is first shown to bite.

use std::{fs, ops::Range, path::Path};

/// Most lines of code in a file, without its tests.
const MAX_FILE_LINES: usize = 500;
/// Most lines in a function, from its name to its closing brace.
const MAX_FUNCTION_LINES: usize = 70;

#[test]
fn the_house_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = Map::read(&fs::read_to_string(root.join("src/lib.rs")).expect("lib.rs"));
    let mut complaints = Vec::new();
    let mut rooms = Vec::new();
    for file in rust_files(root) {
        complaints.extend(file.complaints(&map));
        rooms.extend(file.room().map(str::to_owned));
    }
    rooms.dedup();
    for room in &map.rooms {
        if !rooms.contains(&room.name) {
            complaints.push(format!("src/lib.rs: {} has no file", room.name));
        }
    }
    assert!(
        map.rooms.len() > 5 && rooms.len() > 5,
        "too little was read"
    );
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Two migrations with one number stop every program that has both.
#[test]
fn every_migration_has_a_number_of_its_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let files = fs::read_dir(folder).expect("migrations");
    let mut numbers: Vec<String> = files
        .map(|file| file.expect("a file").file_name().to_string_lossy()[..4].to_owned())
        .collect();
    let all = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), all, "{numbers:?}");
}

// ── what is read ────────────────────────────────────────────────────────────

/// A part of the house, as the headings in lib.rs name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Shared,
    Kernel,
    Edges,
    Services,
    Entrances,
}

#[derive(Debug, PartialEq, Eq)]
struct Room {
    name: String,
    layer: Layer,
}

/// The modules of lib.rs, in their order.
#[derive(Debug)]
struct Map {
    rooms: Vec<Room>,
}

impl Map {
    fn read(lib: &str) -> Map {
        let mut layer = Layer::Shared;
        let mut rooms = Vec::new();
        for line in lib.lines() {
            if let Some(heading) = line.strip_prefix("// ── ") {
                layer = match heading.split([':', ' ']).next() {
                    Some("shared") => Layer::Shared,
                    Some("kernel") => Layer::Kernel,
                    Some("edges") => Layer::Edges,
                    Some("services") => Layer::Services,
                    Some("entrances") => Layer::Entrances,
                    other => panic!("lib.rs has a heading nobody knows: {other:?}"),
                };
            }
            let name = line
                .trim_start_matches("pub ")
                .strip_prefix("mod ")
                .and_then(|rest| rest.strip_suffix(';'));
            rooms.extend(name.map(|name| Room {
                name: name.to_owned(),
                layer,
            }));
        }
        Map { rooms }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.rooms.iter().position(|room| room.name == name)
    }
}

struct File {
    /// From the top of the repository, with `/`.
    path: String,
    text: String,
}

fn rust_files(root: &Path) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![root.join("src"), root.join("tests"), root.join("benches")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            if path.ends_with("node_modules") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let short = path.strip_prefix(root).expect("inside");
                files.push(File {
                    path: short.to_string_lossy().replace('\\', "/"),
                    text: fs::read_to_string(&path).expect("a source file"),
                });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

// ── the rules ───────────────────────────────────────────────────────────────

impl File {
    /// The room of lib.rs this file belongs to: its first folder, or its own name.
    fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let first = inside.split('/').next()?.trim_end_matches(".rs");
        (first != "lib" && first != "main").then_some(first)
    }

    fn complaints(&self, map: &Map) -> Vec<String> {
        let mut found = Vec::new();
        if !self.text.starts_with("//! ") {
            found.push("the first line does not say, after //!, what the file is".to_owned());
        }
        if self.path.starts_with("src/") && !self.is_test() {
            let source = Source::of(&self.text);
            found.extend(self.upward_uses(&source, map));
            found.extend(self.strangers(&source, map));
            found.extend(self.written_rows(&source));
            found.extend(long_file(&source));
            found.extend(long_functions(&source));
        }
        found
            .into_iter()
            .map(|complaint| format!("{}: {complaint}", self.path))
            .collect()
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// A module may use only the modules listed above it.
    fn upward_uses(&self, source: &Source, map: &Map) -> Vec<String> {
        let Some(room) = self.room() else {
            return Vec::new();
        };
        let Some(here) = map.place(room) else {
            return vec![format!("{room} is not in lib.rs")];
        };
        let mut found = Vec::new();
        for name in uses_of_the_crate(&source.code) {
            match map.place(&name) {
                Some(there) if there > here => {
                    found.push(format!("{room} uses {name}, which stands below it"));
                }
                Some(_) => {}
                None => found.push(format!("{room} uses {name}, which is not in lib.rs")),
            }
        }
        found
    }

    /// What a layer must never contain.
    fn strangers(&self, source: &Source, map: &Map) -> Vec<String> {
        let Some(place) = self.room().and_then(|room| map.place(room)) else {
            return Vec::new();
        };
        let layer = map.rooms[place].layer;
        let banned: &[&str] = match layer {
            Layer::Kernel => &[
                "async",
                "await",
                "sqlx",
                "axum",
                "reqwest",
                "tokio",
                "std::fs",
                "std::net",
                "std::env",
                "std::io::stdin",
                "Timestamp::now",
                "SystemTime",
                "Instant",
                "SystemClock",
                "SystemChance",
                "rand",
                "uuid",
            ],
            Layer::Shared | Layer::Edges => &["axum"],
            Layer::Services => &["axum", "sqlx", "askama"],
            Layer::Entrances => &["sqlx"],
        };
        banned
            .iter()
            .filter(|word| has_word(&source.code, word))
            .map(|word| format!("{word} has no place in the {layer:?} layer").to_lowercase())
            .collect()
    }

    /// Rows are written in `db` and nowhere else.
    fn written_rows(&self, source: &Source) -> Vec<String> {
        if self.room() == Some("db") {
            return Vec::new();
        }
        let words: Vec<String> = source
            .strings
            .split(|c: char| c.is_whitespace() || c == '"')
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let writes = words.windows(3).find(|w| {
            matches!(
                (w[0].as_str(), w[1].as_str(), w[2].as_str()),
                ("insert", "into", _) | ("delete", "from", _) | ("update", _, "set")
            )
        });
        writes
            .map(|w| format!("rows are written outside db: {}", w.join(" ")))
            .into_iter()
            .collect()
    }
}

fn long_file(source: &Source) -> Option<String> {
    let lines = source.code.lines().filter(|l| !l.trim().is_empty()).count();
    (lines > MAX_FILE_LINES).then(|| format!("{lines} lines of code, at most {MAX_FILE_LINES}"))
}

fn long_functions(source: &Source) -> Vec<String> {
    let code = &source.code;
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let name: String = word_at(code, at + 3).to_owned();
        if name.is_empty() || code[..at].ends_with(is_word) {
            continue;
        }
        let lines = body(code, at).map_or(0, |body| code[body].matches('\n').count() + 1);
        if lines > MAX_FUNCTION_LINES {
            found.push(format!(
                "fn {name} has {lines} lines, at most {MAX_FUNCTION_LINES}"
            ));
        }
    }
    found
}

// ── reading Rust, as far as the rules need it ───────────────────────────────

/// A file's text without its `#[cfg(test)]` modules, twice; places and lines are kept.
struct Source {
    /// With strings and comments blanked.
    code: String,
    /// With everything but strings blanked.
    strings: String,
}

impl Source {
    fn of(text: &str) -> Source {
        let (mut code, mut strings) = (String::new(), String::new());
        let mut rest = text;
        while !rest.is_empty() {
            let (length, kind) = token(rest);
            let (piece, after) = rest.split_at(length);
            let blank: String = piece
                .bytes()
                .map(|b| if b == b'\n' { '\n' } else { ' ' })
                .collect();
            code += if kind == Kind::Code { piece } else { &blank };
            strings += if kind == Kind::String { piece } else { &blank };
            rest = after;
        }
        let mut source = Source { code, strings };
        while let Some(at) = source.code.find("#[cfg(test)]") {
            let end = body(&source.code, at).map_or(at + 12, |body| body.end);
            for text in [&mut source.code, &mut source.strings] {
                text.replace_range(at..end, "");
            }
        }
        source
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    String,
}

/// How long the first token of `rest` is, in bytes, and what it is.
fn token(rest: &str) -> (usize, Kind) {
    let line = || rest.find('\n').unwrap_or(rest.len());
    if rest.starts_with("//") {
        return (line(), Kind::Comment);
    }
    if rest.starts_with("/*") {
        return (
            rest.find("*/").map_or(rest.len(), |end| end + 2),
            Kind::Comment,
        );
    }
    let word = word_at(rest, 0);
    let after = &rest[word.len()..];
    if matches!(word, "" | "b" | "c" | "r" | "br" | "cr") {
        let hashes = after.len() - after.trim_start_matches('#').len();
        if word.contains('r') && after[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let open = word.len() + hashes + 1;
            let end = rest[open..]
                .find(&close)
                .map_or(rest.len(), |e| open + e + close.len());
            return (end, Kind::String);
        }
        if after.starts_with('"') {
            return (quoted(rest, word.len(), '"'), Kind::String);
        }
        if after.starts_with('\'') && is_char(after) {
            return (quoted(rest, word.len(), '\''), Kind::Comment);
        }
    }
    let first = rest.chars().next().map_or(0, char::len_utf8);
    (word.len().max(first), Kind::Code)
}

/// Where a text in quotes ends that begins after `prefix` bytes, past its closing quote.
fn quoted(rest: &str, prefix: usize, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip_while(|(at, _)| *at <= prefix) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// Tells `'a'` from the lifetime `'a`.
fn is_char(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    chars.next() == Some('\\') || chars.next() == Some('\'')
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())]
}

/// From the first `{` after `at` (before any `;` outside brackets) to its `}`.
fn body(code: &str, at: usize) -> Option<Range<usize>> {
    let (mut depth, mut brackets) = (0, 0);
    for (i, c) in code[at..].char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            ';' if depth == 0 && brackets == 0 => return None,
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at..at + i + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        !code[..at].ends_with(is_word) && !code[at + word.len()..].starts_with(is_word)
    })
}

/// The first names after `crate::`, also of `crate::{a, b::c}`.
fn uses_of_the_crate(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c| is_word(c) || c == '$') {
            continue;
        }
        let at = at + "crate::".len();
        if !code[at..].starts_with('{') {
            found.push(word_at(code, at).to_owned());
            continue;
        }
        let group = body(code, at).map_or("", |body| &code[body]);
        let mut depth = 0;
        let mut fresh = false;
        for (i, c) in group.char_indices() {
            match c {
                '{' => (depth, fresh) = (depth + 1, depth == 0),
                '}' => depth -= 1,
                ',' => fresh = depth == 1,
                c if is_word(c) && fresh => {
                    found.push(word_at(group, i).to_owned());
                    fresh = false;
                }
                _ => {}
            }
        }
    }
    found
}

// ── each rule bites ─────────────────────────────────────────────────────────

const LIB: &str = "
pub mod clock;
// ── kernel: pure ──
pub mod json;
pub mod bake;
// ── edges: I/O ──
pub mod db;
// ── services: the verbs ──
mod issue;
// ── entrances ──
pub mod web;
";

/// What is wrong with `text`, were it the file `path` in a house of [`LIB`].
fn judge(path: &str, text: &str) -> Vec<String> {
    let file = File {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    file.complaints(&Map::read(LIB))
}

#[track_caller]
fn clean(path: &str, text: &str) {
    assert_eq!(judge(path, text), [""; 0]);
}

#[track_caller]
fn bites(path: &str, text: &str, complaint: &str) {
    assert_eq!(judge(path, text), [format!("{path}: {complaint}")]);
}

#[test]
fn the_first_line_rule_bites() {
    let complaint = "the first line does not say, after //!, what the file is";
    bites("src/json/a.rs", "fn a() {}\n", complaint);
    bites("tests/it/a.rs", "\n//! Late.\n", complaint);
    clean("src/json/a.rs", "//! An a.\nfn a() {}\n");
}

#[test]
fn the_order_rule_bites() {
    let upward = "json uses bake, which stands below it";
    bites("src/json/a.rs", "//! A.\nuse crate::bake::qr;\n", upward);
    bites(
        "src/json.rs",
        "//! A.\nfn a() { crate::bake::a(); }\n",
        upward,
    );
    bites(
        "src/json.rs",
        "//! A.\nuse crate::{clock::{self, b}, bake};\n",
        upward,
    );
    bites(
        "src/json.rs",
        "//! A.\nuse crate::{\n    json::x,\n    bake::{a, b},\n};\n",
        upward,
    );
    bites(
        "src/bake.rs",
        "//! A.\nuse crate::nowhere;\n",
        "bake uses nowhere, which is not in lib.rs",
    );
    bites("src/attic.rs", "//! A.\n", "attic is not in lib.rs");
    clean(
        "src/bake.rs",
        "//! A.\nuse crate::{clock, json::{web, issue}};\n// crate::web\n",
    );
    clean(
        "src/json.rs",
        "//! A.\n#[cfg(test)]\nmod tests {\n    use crate::bake;\n}\n",
    );
    clean("src/main.rs", "//! A.\nuse skillmark::web;\n");
}

#[test]
fn the_kernel_rule_bites() {
    let pure = |word: &str| format!("{word} has no place in the kernel layer");
    bites("src/json.rs", "//! A.\nasync fn a() {}\n", &pure("async"));
    bites(
        "src/bake.rs",
        "//! A.\nuse std::fs::read;\n",
        &pure("std::fs"),
    );
    bites(
        "src/bake.rs",
        "//! A.\nfn a() { jiff::Timestamp::now(); }\n",
        &pure("timestamp::now"),
    );
    bites(
        "src/bake.rs",
        "//! A.\nfn a() { rand::rng(); }\n",
        &pure("rand"),
    );
    clean(
        "src/bake.rs",
        "//! Not async.\nfn a() -> &'static str { \"tokio\" } // await\n",
    );
    clean(
        "src/bake.rs",
        "//! A.\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\nfn grand() {}\n",
    );
    clean("src/db.rs", "//! A.\nasync fn a() { sqlx::a().await }\n");
}

#[test]
fn the_layer_rules_bite() {
    let complaint = "axum has no place in the services layer";
    bites("src/issue/a.rs", "//! A.\nuse axum::Json;\n", complaint);
    bites(
        "src/web/a.rs",
        "//! A.\nuse sqlx::query;\n",
        "sqlx has no place in the entrances layer",
    );
    bites(
        "src/db/a.rs",
        "//! A.\nuse axum::Json;\n",
        "axum has no place in the edges layer",
    );
    clean("src/web/a.rs", "//! A.\nuse axum::Json;\n");
}

#[test]
fn the_rows_rule_bites() {
    let text = |sql: &str| format!("//! A.\nconst A: &str = \"{sql}\";\n");
    let complaint = |what: &str| format!("rows are written outside db: {what}");
    let insert = text("insert into people (a) values ($1)");
    bites("src/issue.rs", &insert, &complaint("insert into people"));
    let update = text("update people set a = $1");
    bites("src/web.rs", &update, &complaint("update people set"));
    let delete = "//! A.\nconst A: &str = r#\"DELETE\n  FROM people\"#;\n";
    bites("src/issue.rs", delete, &complaint("delete from people"));
    clean("src/db/people.rs", &insert);
    clean(
        "src/issue.rs",
        "//! A.\n// insert into people, update people set\n",
    );
}

#[test]
fn the_length_rules_bite() {
    let lines = |n: usize| "let a = 1;\n".repeat(n);
    let file = |n: usize| format!("//! A.\n{}", "const A: u8 = 1;\n\n// why\n".repeat(n));
    clean("src/json.rs", &file(500));
    bites("src/json.rs", &file(501), "501 lines of code, at most 500");
    let function = |n: usize| format!("//! A.\nfn a<'a>(b: [u8; 2]) {{\n{}}}\n", lines(n));
    clean("src/json.rs", &function(68));
    bites(
        "src/json.rs",
        &function(69),
        "fn a has 71 lines, at most 70",
    );
    let tests = format!(
        "//! A.\n#[cfg(test)]\nmod tests {{\nfn a() {{\n{}}}\n}}\n",
        lines(600)
    );
    clean("src/json.rs", &tests);
    clean("tests/it/a.rs", &function(600));
    let braces = "//! A.\nfn a() { b('{', \"{\", r#\"{\"#, '\\'', \"\\\"{\"); }\nfn c() {}\n";
    clean(
        "src/json.rs",
        &format!("{braces}{}", "const A: u8 = 1;\n".repeat(90)),
    );
}

#[test]
fn the_map_is_read_with_its_layers() {
    let rooms = Map::read(LIB).rooms;
    let read: Vec<(&str, Layer)> = rooms.iter().map(|r| (r.name.as_str(), r.layer)).collect();
    assert_eq!(
        read,
        [
            ("clock", Layer::Shared),
            ("json", Layer::Kernel),
            ("bake", Layer::Kernel),
            ("db", Layer::Edges),
            ("issue", Layer::Services),
            ("web", Layer::Entrances),
        ]
    );
}
