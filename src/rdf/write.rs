//! Canonical N-Quads: every statement a line, lines in code point order.

use std::cmp::Ordering;

use super::graph::{Graph, Node, Quad};

impl Graph {
    /// Appends one line for `quad`; `blank` writes the names of blank nodes.
    pub(super) fn write(
        &self,
        quad: &Quad,
        out: &mut String,
        mut blank: impl FnMut(usize, &mut String),
    ) {
        for node in [quad.subject, quad.predicate, quad.object, quad.graph] {
            if let Some(text) = node.text() {
                out.push_str(self.text(text));
                out.push(' ');
            } else if let Some(number) = node.blank() {
                blank(number, out);
                out.push(' ');
            }
        }
        out.push_str(".\n");
    }
}

/// Buffers for sorting lines, kept between documents.
#[derive(Debug, Default)]
pub(super) struct Sorter {
    order: Vec<u32>,
    text_ranks: Vec<u32>,
    order_of_blanks: Vec<u32>,
    blank_ranks: Vec<u32>,
    lines: Vec<Line>,
}

/// A quad with what sorts it: literals (`"`) stand before IRIs (`<`), those before blank nodes (`_`).
#[derive(Debug, Clone, Copy)]
struct Line {
    subject_predicate: u64,
    object: u64,
    quad: u32,
}

impl Sorter {
    /// Writes `graph` to `out`, its blank nodes named by `canonical`.
    pub(super) fn write(&mut self, graph: &Graph, canonical: &[Option<u32>], out: &mut String) {
        self.rank_texts(graph);
        self.rank_blanks(canonical);
        self.lines.clear();
        for (at, quad) in (0..).zip(&graph.quads) {
            self.lines.push(Line {
                subject_predicate: u64::from(self.rank(quad.subject)) << 32
                    | u64::from(self.rank(quad.predicate)),
                object: self.object_key(graph, quad.object),
                quad: at,
            });
        }
        let mut lines = std::mem::take(&mut self.lines);
        lines.sort_unstable_by(|a, b| {
            (a.subject_predicate, a.object)
                .cmp(&(b.subject_predicate, b.object))
                .then_with(|| self.tie(graph, a, b))
        });
        out.clear();
        for line in &lines {
            graph.write(&graph.quads[line.quad as usize], out, |blank, out| {
                out.push_str("_:c14n");
                digits(canonical[blank].unwrap_or(u32::MAX), out);
            });
        }
        self.lines = lines;
    }

    fn rank_texts(&mut self, graph: &Graph) {
        self.order.clear();
        self.order.extend(
            (0..graph.text_count() as u32).filter(|t| graph.text(*t as usize).starts_with('<')),
        );
        self.order
            .sort_unstable_by(|a, b| graph.text(*a as usize).cmp(graph.text(*b as usize)));
        self.text_ranks.clear();
        self.text_ranks.resize(graph.text_count(), 0);
        for (rank, text) in (1..).zip(&self.order) {
            self.text_ranks[*text as usize] = rank;
        }
    }

    /// Labels sort as text: `_:c14n10` stands before `_:c14n2`.
    fn rank_blanks(&mut self, canonical: &[Option<u32>]) {
        self.order_of_blanks.clear();
        self.order_of_blanks.extend(0..canonical.len() as u32);
        self.order_of_blanks
            .sort_unstable_by_key(|blank| canonical[*blank as usize].map(as_text));
        self.blank_ranks.clear();
        self.blank_ranks.resize(canonical.len(), 0);
        for (rank, blank) in (1..).zip(&self.order_of_blanks) {
            self.blank_ranks[*blank as usize] = rank;
        }
    }

    /// The place of a node among all that are no literals; 0 for the default graph.
    fn rank(&self, node: Node) -> u32 {
        match (node.text(), node.blank()) {
            (Some(text), _) => self.text_ranks[text],
            (None, Some(blank)) => self.order.len() as u32 + self.blank_ranks[blank],
            (None, None) => 0,
        }
    }

    /// A rank, or for a literal its first seven bytes; a literal's leading byte is 0.
    fn object_key(&self, graph: &Graph, node: Node) -> u64 {
        match node.text().map(|text| graph.text(text).as_bytes()) {
            Some([b'"', rest @ ..]) => {
                let mut key = [0; 8];
                let count = rest.len().min(7);
                key[1..=count].copy_from_slice(&rest[..count]);
                u64::from_be_bytes(key)
            }
            _ => 1 << 56 | u64::from(self.rank(node)),
        }
    }

    fn tie(&self, graph: &Graph, a: &Line, b: &Line) -> Ordering {
        let (a, b) = (&graph.quads[a.quad as usize], &graph.quads[b.quad as usize]);
        let literal = match (a.object.text(), b.object.text()) {
            (Some(x), Some(y)) => graph.text(x).cmp(graph.text(y)),
            _ => Ordering::Equal,
        };
        // The default graph has no name: ` .` against ` <` or ` _`.
        literal.then_with(|| self.rank(a.graph).cmp(&self.rank(b.graph)))
    }
}

/// What sorts numbers as their decimal texts sort: the digits, filled up with zeros, then how many.
fn as_text(number: u32) -> (u64, u32) {
    let count = number.checked_ilog10().unwrap_or(0);
    (u64::from(number) * 10_u64.pow(9 - count), count)
}

fn digits(number: u32, out: &mut String) {
    if number >= 10 {
        digits(number / 10, out);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn numbers_sort_and_stand_as_text(a in 0..2000_u32, b: u32) {
            let text = |number| {
                let mut out = String::new();
                digits(number, &mut out);
                out
            };
            proptest::prop_assert_eq!(text(b), b.to_string());
            for (x, y) in [(a, b), (a, b % 2000), (b, b / 10), (a, a * 10), (0, a)] {
                proptest::prop_assert_eq!(as_text(x).cmp(&as_text(y)), text(x).cmp(&text(y)));
            }
        }
    }
}
