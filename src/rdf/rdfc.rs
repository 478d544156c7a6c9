//! RDFC-1.0 (W3C Recommendation, RDF Dataset Canonicalization): names for blank nodes.
//!
//! Most blank nodes are told apart by the hash of their own statements (§4.6). Only ties go on to
//! the n-degree algorithm (§4.8), in `ndegree.rs`, under a budget of work, so that a graph made to
//! be expensive is refused.

use sha2::{Digest, digest::Output};

use super::{
    graph::{Graph, Quad},
    ndegree,
};

/// Units of work (hashes and permutations) the n-degree algorithm may spend on one document.
pub const MAX_WORK: u32 = 40_000;

/// The document needs more than [`MAX_WORK`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooEntangled;

/// Which quads mention which blank node.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// `(blank node, quad)`, sorted.
    pairs: Vec<(u32, u32)>,
    /// Where each blank node's pairs begin; one more at the end.
    starts: Vec<u32>,
}

impl Mentions {
    fn gather(&mut self, graph: &Graph) {
        self.pairs.clear();
        for (at, quad) in (0..).zip(&graph.quads) {
            for (blank, _) in quad.blanks() {
                self.pairs.push((blank as u32, at));
            }
        }
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.starts.clear();
        self.starts.resize(graph.blank_count() + 1, 0);
        for (blank, _) in &self.pairs {
            self.starts[*blank as usize + 1] += 1;
        }
        for at in 1..self.starts.len() {
            self.starts[at] += self.starts[at - 1];
        }
    }

    /// The quads that mention `blank`, as indices.
    pub(super) fn of(&self, blank: usize) -> impl Iterator<Item = usize> {
        let range = self.starts[blank] as usize..self.starts[blank + 1] as usize;
        self.pairs[range].iter().map(|(_, quad)| *quad as usize)
    }
}

/// Buffers for canonicalising, kept between documents.
#[derive(Debug, Default)]
pub(super) struct Labels {
    mentions: Mentions,
    lines: String,
    spans: Vec<(u32, u32)>,
    /// The canonical number of each blank node (`_:c14n0` …), by its number in the graph.
    pub(super) canonical: Vec<Option<u32>>,
}

impl Labels {
    /// Gives every blank node of `graph` its canonical number. Equal quads are merged first.
    pub(super) fn issue<D: Digest>(
        &mut self,
        graph: &mut Graph,
        budget: u32,
    ) -> Result<(), TooEntangled> {
        graph.quads.sort_unstable_by_key(Quad::key);
        graph.quads.dedup();
        self.canonical.clear();
        self.canonical.resize(graph.blank_count(), None);
        if graph.blank_count() == 0 {
            return Ok(());
        }
        self.mentions.gather(graph);
        let mut hashes: Vec<Output<D>> = Vec::with_capacity(graph.blank_count());
        for blank in 0..graph.blank_count() {
            let hash = self.first_degree::<D>(graph, blank);
            hashes.push(hash);
        }
        let mut order: Vec<usize> = (0..graph.blank_count())
            .filter(|blank| self.mentions.of(*blank).next().is_some())
            .collect();
        order.sort_by(|a, b| hashes[*a].cmp(&hashes[*b]));
        let mut next = 0;
        let ties = |a: &usize, b: &usize| hashes[*a] == hashes[*b];
        for group in order.chunk_by(ties) {
            if let [alone] = group {
                self.canonical[*alone] = Some(next);
                next += 1;
            }
        }
        if next as usize == order.len() {
            return Ok(());
        }
        let mut work: ndegree::Work<'_, D> = ndegree::Work {
            graph,
            mentions: &self.mentions,
            hashes: &hashes,
            canonical: &mut self.canonical,
            next,
            left: budget,
            depth: 0,
        };
        order
            .chunk_by(ties)
            .filter(|group| group.len() > 1)
            .try_for_each(|group| work.settle(group))
    }

    /// The hash of a blank node's own statements, itself named `_:a` and every other `_:z` (§4.6.3).
    fn first_degree<D: Digest>(&mut self, graph: &Graph, blank: usize) -> Output<D> {
        self.lines.clear();
        self.spans.clear();
        for at in self.mentions.of(blank) {
            let from = self.lines.len() as u32;
            graph.write(&graph.quads[at], &mut self.lines, |other, out| {
                out.push_str(if other == blank { "_:a" } else { "_:z" });
            });
            self.spans.push((from, self.lines.len() as u32));
        }
        let lines = self.lines.as_bytes();
        let line = |span: &(u32, u32)| &lines[span.0 as usize..span.1 as usize];
        self.spans.sort_unstable_by(|a, b| line(a).cmp(line(b)));
        let mut hasher = D::new();
        for span in &self.spans {
            hasher.update(line(span));
        }
        hasher.finalize()
    }
}
