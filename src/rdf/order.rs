//! Code point order of canonical N-Quads, in numbers: lines are compared without their texts.

use std::{cmp::Ordering, ops::Range};

use super::graph::{Graph, Node, Quad};

/// What stands first in a line's term decides first: literals (`"`), then IRIs (`<`), then blank
/// nodes (`_`). The default graph has no name and stands before all.
const IRI: u64 = 1 << 56;
const BLANK: u64 = 2 << 56;

/// A key for every text of a graph; greater texts have greater keys, and only literals that begin
/// alike have the same.
#[derive(Debug, Default)]
pub(super) struct Order {
    keys: Vec<u64>,
    /// The texts that last, in their order.
    lasting: Vec<u32>,
    /// The other IRIs, in their order.
    passing: Vec<u32>,
    /// The subjects, and which one each text or blank node is.
    subjects: Vec<Subject>,
    places: Vec<u32>,
    lines: Vec<Line>,
    quads: Vec<Quad>,
}

impl Order {
    /// Ranks the texts of `graph`. Those that last were compared when they came; an IRI of this
    /// document only looks for its place among them.
    pub(super) fn rank(&mut self, graph: &Graph) {
        let lasting = graph.lasting_count();
        if self.lasting.len() != lasting {
            self.rank_lasting(graph, lasting);
        }
        self.keys.truncate(lasting);
        self.passing.clear();
        for text in lasting..graph.text_count() {
            match graph.text(text).as_bytes() {
                [b'"', rest @ ..] => self.keys.push(prefix(rest)),
                _ => {
                    self.passing.push(text as u32);
                    self.keys.push(IRI);
                }
            }
        }
        let text = |number: &u32| graph.text(*number as usize);
        self.passing.sort_unstable_by(|a, b| text(a).cmp(text(b)));
        let mut below = 0;
        for (place, passing) in (1..).zip(&self.passing) {
            let greater = |other: &u32| text(other) > text(passing);
            // Many a document's IRIs stand side by side.
            if !self.lasting.get(below).is_none_or(greater) {
                below += self.lasting[below..].partition_point(|other| !greater(other));
            }
            self.keys[*passing as usize] = IRI | (below as u64) << 32 | place;
        }
    }

    /// Sorts the quads of `graph`, blank nodes by their numbers, and merges equal ones. Most
    /// documents have few statements about each of many subjects: these are brought together first.
    pub(super) fn sort(&mut self, graph: &mut Graph) {
        self.gather(graph);
        let mut subjects = std::mem::take(&mut self.subjects);
        subjects.sort_unstable_by_key(|subject| subject.key);
        self.quads.clear();
        for subject in &mut subjects {
            let lines = &mut self.lines[subject.range()];
            lines.sort_unstable_by(|a, b| a.compare(b, graph));
            let from = self.quads.len();
            for line in lines {
                let quad = graph.quads[line.quad as usize];
                if self.quads[from..].last() != Some(&quad) {
                    self.quads.push(quad);
                }
            }
            (subject.from, subject.to) = (from as u32, self.quads.len() as u32);
        }
        self.subjects = subjects;
        std::mem::swap(&mut self.quads, &mut graph.quads);
    }

    /// The subjects in the order in which the document has them, the lines of each side by side.
    fn gather(&mut self, graph: &Graph) {
        const NONE: u32 = u32::MAX;
        let texts = graph.text_count();
        self.places.clear();
        self.places.resize(texts + graph.blank_count(), NONE);
        self.subjects.clear();
        let place = |node: Node| match node.blank() {
            Some(blank) => texts + blank,
            None => node.text().unwrap_or_default(),
        };
        for quad in &graph.quads {
            let known = &mut self.places[place(quad.subject)];
            if *known == NONE {
                *known = self.subjects.len() as u32;
                self.subjects.push(Subject {
                    node: quad.subject,
                    key: self.keys.get(place(quad.subject)).copied().unwrap_or(BLANK),
                    from: 0,
                    to: 0,
                });
            }
            self.subjects[*known as usize].to += 1;
        }
        let mut from = 0;
        for subject in &mut self.subjects {
            let count = subject.to;
            (subject.from, subject.to) = (from, from);
            from += count;
        }
        self.lines.clear();
        self.lines.resize(graph.quads.len(), Line::default());
        for (at, quad) in (0..).zip(&graph.quads) {
            let subject = &mut self.subjects[self.places[place(quad.subject)] as usize];
            self.lines[subject.to as usize] = line(&self.keys, at, quad, |blank| blank as u64);
            subject.to += 1;
        }
    }

    fn rank_lasting(&mut self, graph: &Graph, count: usize) {
        self.lasting.clear();
        self.lasting.extend(0..count as u32);
        self.lasting
            .sort_unstable_by(|a, b| graph.text(*a as usize).cmp(graph.text(*b as usize)));
        self.keys.clear();
        self.keys.resize(count, 0);
        for (place, text) in (1..).zip(&self.lasting) {
            self.keys[*text as usize] = IRI | place << 32;
        }
    }

    /// The line of a quad; `blank` ranks the names of blank nodes.
    pub(super) fn line(&self, at: u32, quad: &Quad, blank: impl Fn(usize) -> u64) -> Line {
        line(&self.keys, at, quad, blank)
    }

    /// The subjects of the graph's statements, in order as far as they are IRIs.
    pub(super) fn subjects(&self) -> &[Subject] {
        &self.subjects
    }
}

fn line(keys: &[u64], at: u32, quad: &Quad, blank: impl Fn(usize) -> u64) -> Line {
    let key = |node: Node| match (node.text(), node.blank()) {
        (Some(text), _) => keys[text],
        (None, Some(number)) => BLANK | blank(number),
        (None, None) => 0,
    };
    Line {
        key: (key(quad.subject), key(quad.predicate), key(quad.object)),
        graph: key(quad.graph),
        quad: at,
    }
}

/// A subject, and where its statements are among the sorted quads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    pub(super) node: Node,
    key: u64,
    from: u32,
    to: u32,
}

impl Subject {
    pub(super) fn range(&self) -> Range<usize> {
        self.from as usize..self.to as usize
    }
}

/// The first seven bytes of a literal; a byte of 0 stands before all that it can hold.
fn prefix(literal: &[u8]) -> u64 {
    let mut key = [0; 8];
    let count = literal.len().min(7);
    key[1..=count].copy_from_slice(&literal[..count]);
    u64::from_be_bytes(key)
}

/// A quad with what sorts it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Line {
    key: (u64, u64, u64),
    graph: u64,
    pub(super) quad: u32,
}

impl Line {
    /// The order of two lines of `graph`.
    pub(super) fn compare(&self, other: &Line, graph: &Graph) -> Ordering {
        let literals = || {
            let object = |line: &Line| graph.quads[line.quad as usize].object.text();
            match (object(self), object(other)) {
                (Some(a), Some(b)) => graph.text(a).cmp(graph.text(b)),
                _ => Ordering::Equal,
            }
        };
        self.key
            .cmp(&other.key)
            .then_with(literals)
            .then_with(|| self.graph.cmp(&other.graph))
    }
}
