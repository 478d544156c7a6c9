//! Canonical N-Quads: every statement a line, lines in code point order.

use super::{
    graph::{Graph, Quad},
    order::{Line, Order, Subject},
};

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
                out.push_str(self.spaced(text));
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
    subjects: Vec<(Option<u64>, Subject)>,
    lines: Vec<Line>,
}

impl Sorter {
    /// Writes `graph` to `out`, its blank nodes named by `canonical`.
    pub(super) fn write(
        &mut self,
        graph: &Graph,
        order: &Order,
        canonical: &[Option<u32>],
        out: &mut String,
    ) {
        let rank = |blank: usize| canonical[blank].map_or(u64::MAX >> 8, as_text);
        self.subjects.clear();
        let subjects = order.subjects().iter();
        self.subjects
            .extend(subjects.map(|subject| (subject.node.blank().map(rank), *subject)));
        // Stable: IRIs stand first, and are sorted.
        self.subjects.sort_by_key(|(rank, _)| *rank);
        out.clear();
        for (_, subject) in &self.subjects {
            let quads = &graph.quads[subject.range()];
            self.lines.clear();
            let lines = (subject.range().start as u32..).zip(quads);
            self.lines
                .extend(lines.map(|(at, quad)| order.line(at, quad, rank)));
            self.lines.sort_unstable_by(|a, b| a.compare(b, graph));
            for line in &self.lines {
                graph.write(&graph.quads[line.quad as usize], out, |blank, out| {
                    out.push_str("_:c14n");
                    digits(canonical[blank].unwrap_or(u32::MAX), out);
                });
            }
        }
    }
}

/// What sorts numbers as their decimal texts sort: the digits, filled up with zeros, then how many;
/// `_:c14n10` stands before `_:c14n2`. Less than 2^40.
fn as_text(number: u32) -> u64 {
    let count = number.checked_ilog10().unwrap_or(0);
    ((u64::from(number) * 10_u64.pow(9 - count)) << 4) | u64::from(count)
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
