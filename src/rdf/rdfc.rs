//! RDFC-1.0 (W3C Recommendation, RDF Dataset Canonicalization): names for blank nodes.
//!
//! Most blank nodes are told apart by the hash of their own statements (§4.6). Only ties go on to
//! the n-degree algorithm (§4.8), in `ndegree.rs`, under a budget of work, so that a graph made to
//! be expensive is refused.

use sha2::{Digest, digest::Output};

use super::{
    graph::{Graph, Quad},
    ndegree,
    order::{Line, Order},
};

/// Units of work (hashes and permutations) the n-degree algorithm may spend on one document.
pub const MAX_WORK: u32 = 40_000;

/// The document needs more than [`MAX_WORK`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooEntangled;

/// Which quads mention which blank node.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// Quads, those of the first blank node first.
    quads: Vec<u32>,
    /// Where each blank node's quads end.
    ends: Vec<u32>,
}

impl Mentions {
    fn gather(&mut self, graph: &Graph) {
        self.ends.clear();
        self.ends.resize(graph.blank_count(), 0);
        let mut total = 0;
        for blank in graph.quads.iter().flat_map(Quad::mentions) {
            self.ends[blank] += 1;
            total += 1;
        }
        let mut from = 0;
        for end in &mut self.ends {
            from += std::mem::replace(end, from);
        }
        self.quads.clear();
        self.quads.resize(total, 0);
        for (at, quad) in (0..).zip(&graph.quads) {
            for blank in quad.mentions() {
                let end = &mut self.ends[blank];
                self.quads[*end as usize] = at;
                *end += 1;
            }
        }
    }

    /// The quads that mention `blank`, as indices.
    pub(super) fn of(&self, blank: usize) -> &[u32] {
        let from = match blank {
            0 => 0,
            _ => self.ends[blank - 1],
        };
        &self.quads[from as usize..self.ends[blank] as usize]
    }
}

/// Buffers for canonicalising, kept between documents.
#[derive(Debug, Default)]
pub(super) struct Labels {
    mentions: Mentions,
    lines: Vec<Line>,
    text: String,
    /// The canonical number of each blank node (`_:c14n0` …), by its number in the graph.
    pub(super) canonical: Vec<Option<u32>>,
}

impl Labels {
    /// Gives every blank node of `graph` its canonical number. Equal quads are merged first.
    pub(super) fn issue<D: Digest>(
        &mut self,
        graph: &mut Graph,
        order: &mut Order,
        budget: u32,
    ) -> Result<(), TooEntangled> {
        order.sort(graph);
        self.canonical.clear();
        self.canonical.resize(graph.blank_count(), None);
        if graph.blank_count() == 0 {
            return Ok(());
        }
        self.mentions.gather(graph);
        let mut hashes: Vec<Output<D>> = Vec::with_capacity(graph.blank_count());
        for blank in 0..graph.blank_count() {
            let hash = self.first_degree::<D>(graph, order, blank);
            hashes.push(hash);
        }
        let mut order: Vec<usize> = (0..graph.blank_count())
            .filter(|blank| !self.mentions.of(*blank).is_empty())
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
    fn first_degree<D: Digest>(&mut self, graph: &Graph, order: &Order, blank: usize) -> Output<D> {
        self.lines.clear();
        for at in self.mentions.of(blank) {
            let quad = &graph.quads[*at as usize];
            let line = order.line(*at, quad, |other| u64::from(other != blank));
            self.lines.push(line);
        }
        self.lines.sort_unstable_by(|a, b| a.compare(b, graph));
        self.text.clear();
        for line in &self.lines {
            graph.write(
                &graph.quads[line.quad as usize],
                &mut self.text,
                |other, out| {
                    out.push_str(if other == blank { "_:a" } else { "_:z" });
                },
            );
        }
        D::digest(&self.text)
    }
}
