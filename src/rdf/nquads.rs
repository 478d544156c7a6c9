//! N-Quads 1.1: reading, and canonicalising what was read.
//!
//! Credentials never come as N-Quads. This is the door for the RDFC-1.0 test suite and for whoever
//! wants to check a canonical form by hand.

use std::{collections::BTreeMap, fmt};

use sha2::{Digest, Sha256, Sha384};

use super::{
    graph::{Graph, Node, Quad},
    literal,
    order::Order,
    rdfc::{Labels, MAX_WORK},
    write::Sorter,
};

/// A canonicalised dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// Canonical N-Quads.
    pub text: String,
    /// The canonical label (`c14n0`) of each label of the input (`e0`), both without `_:`.
    pub labels: BTreeMap<String, String>,
}

/// The hash inside RDFC-1.0: SHA-256, unless a caller asks for the other one it allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hash {
    /// SHA-256
    #[default]
    Sha256,
    /// SHA-384
    Sha384,
}

/// Why N-Quads were not canonicalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The text is not N-Quads; the line counts from 1.
    Syntax {
        /// Line of the fault.
        line: usize,
        /// What was expected there.
        expected: &'static str,
    },
    /// The work limit was reached.
    Limit,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Syntax { line, expected } => write!(f, "line {line}: {expected} expected"),
            Error::Limit => {
                f.write_str("the nodes without an id are too entangled to be told apart")
            }
        }
    }
}

impl std::error::Error for Error {}

/// Canonicalises a dataset given as N-Quads (RDFC-1.0).
///
/// # Errors
/// Text that is not N-Quads, or a dataset that needs too much work ([`MAX_WORK`]).
pub fn canonicalize(text: &str, hash: Hash) -> Result<Canonical, Error> {
    let mut graph = Graph::default();
    graph.clear(&[]);
    read(text, &mut graph)?;
    match hash {
        Hash::Sha256 => finish::<Sha256>(&mut graph),
        Hash::Sha384 => finish::<Sha384>(&mut graph),
    }
}

fn finish<D: Digest>(graph: &mut Graph) -> Result<Canonical, Error> {
    let (mut order, mut issued) = (Order::default(), Labels::default());
    order.rank(graph);
    issued
        .issue::<D>(graph, &mut order, MAX_WORK)
        .map_err(|_| Error::Limit)?;
    let mut text = String::new();
    Sorter::default().write(graph, &order, &issued.canonical, &mut text);
    let labels = graph
        .labels()
        .filter_map(|(label, node)| {
            let number = issued.canonical[node.blank()?]?;
            Some((label.to_owned(), format!("c14n{number}")))
        })
        .collect();
    Ok(Canonical { text, labels })
}

fn read(text: &str, graph: &mut Graph) -> Result<(), Error> {
    for (at, line) in text.lines().enumerate() {
        let mut reader = Reader { rest: line, graph };
        if let Err(expected) = reader.line() {
            return Err(Error::Syntax {
                line: at + 1,
                expected,
            });
        }
    }
    Ok(())
}

/// One line being read; an error says what was expected.
struct Reader<'t, 'g> {
    rest: &'t str,
    graph: &'g mut Graph,
}

impl<'t> Reader<'t, '_> {
    fn line(&mut self) -> Result<(), &'static str> {
        self.blanks();
        if self.rest.is_empty() || self.rest.starts_with('#') {
            return Ok(());
        }
        let subject = self.resource()?;
        let predicate = self.iri()?;
        let predicate = self.graph.iri(&predicate);
        let object = self.object()?;
        let graph = match self.rest.as_bytes().first() {
            Some(b'.') => Node::DEFAULT,
            _ => self.resource()?,
        };
        if !self.eat(".") {
            return Err("\".\"");
        }
        self.blanks();
        if !self.rest.is_empty() && !self.rest.starts_with('#') {
            return Err("the end of the line");
        }
        self.graph.quads.push(Quad {
            subject,
            predicate,
            object,
            graph,
        });
        Ok(())
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Everything up to the first `end`, which is taken too; escaped characters do not end it.
    fn until(&mut self, end: char) -> Option<&'t str> {
        let mut escaped = false;
        for (at, c) in self.rest.char_indices() {
            if c == end && !escaped {
                let (found, rest) = self.rest.split_at(at);
                self.rest = &rest[end.len_utf8()..];
                return Some(found);
            }
            escaped = c == '\\' && !escaped;
        }
        None
    }

    /// The longest start made of characters that fit.
    fn run(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (found, rest) = self.rest.split_at(end);
        self.rest = rest;
        found
    }

    fn iri(&mut self) -> Result<String, &'static str> {
        if !self.eat("<") {
            return Err("an IRI");
        }
        let raw = self.until('>').ok_or("the end of an IRI")?;
        let iri = unescape(raw, false)?;
        if !iri.contains(':') || iri.contains(|c: char| c <= ' ' || "<>\"{}|^`\\".contains(c)) {
            return Err("an absolute IRI");
        }
        self.blanks();
        Ok(iri)
    }

    fn resource(&mut self) -> Result<Node, &'static str> {
        if !self.eat("_:") {
            let iri = self.iri()?;
            return Ok(self.graph.iri(&iri));
        }
        let label = self.run(|c| c.is_alphanumeric() || "_-.:·".contains(c));
        // A dot at the end belongs to the statement.
        let name = label.trim_end_matches('.');
        if name.is_empty() {
            return Err("a blank node label");
        }
        let dots = label.len() - name.len();
        if dots > 0 {
            return Err("a space before the dot");
        }
        self.blanks();
        Ok(self.graph.labelled(name))
    }

    fn object(&mut self) -> Result<Node, &'static str> {
        if !self.eat("\"") {
            return self.resource();
        }
        let raw = self.until('"').ok_or("the end of a literal")?;
        let text = unescape(raw, true)?;
        let mut suffix = String::new();
        if self.eat("^^") {
            let datatype = self.iri()?;
            if datatype != "http://www.w3.org/2001/XMLSchema#string" {
                suffix = format!("^^<{datatype}>");
            }
        } else if self.eat("@") {
            let language = self.run(|c| c.is_ascii_alphanumeric() || c == '-');
            if language.is_empty() {
                return Err("a language tag");
            }
            suffix = format!("@{language}");
        }
        self.blanks();
        Ok(self.graph.store(|out| {
            out.push('"');
            literal::escape(&text, out);
            out.push('"');
            out.push_str(&suffix);
        }))
    }
}

fn unescape(raw: &str, literal: bool) -> Result<String, &'static str> {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let plain = match chars.next() {
            Some('u') => code_point(&mut chars, 4)?,
            Some('U') => code_point(&mut chars, 8)?,
            Some('b') if literal => '\u{8}',
            Some('t') if literal => '\t',
            Some('n') if literal => '\n',
            Some('f') if literal => '\u{c}',
            Some('r') if literal => '\r',
            Some(same @ ('"' | '\'' | '\\')) if literal => same,
            _ => return Err("an escape that N-Quads has"),
        };
        out.push(plain);
    }
    Ok(out)
}

fn code_point(chars: &mut std::str::Chars<'_>, digits: usize) -> Result<char, &'static str> {
    let mut code = 0;
    for _ in 0..digits {
        let digit = chars.next().and_then(|c| c.to_digit(16));
        code = code * 16 + digit.ok_or("a hexadecimal digit")?;
    }
    char::from_u32(code).ok_or("a code point")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        canonicalize(text, Hash::Sha256)
            .expect_err(text)
            .to_string()
    }

    #[test]
    fn escapes_are_read_and_written_canonically() {
        let text = "# a comment\n\n<urn:\\u0061>\t<urn:p> \"\\u0022\\t\\U0001F600\\'\"@en-US <urn:g> . # end\n";
        let read = canonicalize(text, Hash::Sha256).expect("n-quads");
        assert_eq!(
            read.text,
            "<urn:a> <urn:p> \"\\\"\\t\u{1f600}'\"@en-US <urn:g> .\n"
        );
    }

    #[test]
    fn faults_name_the_line() {
        assert_eq!(refusal("\n<urn:a> <urn:p>"), "line 2: an IRI expected");
        assert_eq!(
            refusal("<urn:a> \"p\" <urn:o> ."),
            "line 1: an IRI expected"
        );
        assert_eq!(
            refusal("<a> <urn:p> <urn:o> ."),
            "line 1: an absolute IRI expected"
        );
        assert_eq!(
            refusal("<urn:a> <urn:p> <urn:o>"),
            "line 1: an IRI expected"
        );
        assert_eq!(
            refusal("<urn:a> <urn:p> \"\\x\" ."),
            "line 1: an escape that N-Quads has expected"
        );
        assert_eq!(
            refusal("<urn:a> <urn:p> _:b . ."),
            "line 1: the end of the line expected"
        );
    }
}
