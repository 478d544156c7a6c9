//! The quads of one document, over texts that are stored once.

use std::{hash::Hasher, sync::Arc};

use rustc_hash::{FxHashMap, FxHasher};

use super::slots::Slots;

/// A subject, predicate, object or graph name: a stored text, a blank node, or the default graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node(u32);

const BLANK: u32 = 1 << 31;

impl Node {
    /// The default graph.
    pub(super) const DEFAULT: Node = Node(u32::MAX);

    /// The number of a blank node.
    pub(super) fn blank(self) -> Option<usize> {
        (self.0 & BLANK != 0 && self != Node::DEFAULT).then_some((self.0 & !BLANK) as usize)
    }

    /// The number of a stored text.
    pub(super) fn text(self) -> Option<usize> {
        (self.0 & BLANK == 0).then_some(self.0 as usize)
    }
}

/// One statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Quad {
    pub(super) subject: Node,
    pub(super) predicate: Node,
    pub(super) object: Node,
    pub(super) graph: Node,
}

impl Quad {
    /// The blank nodes in it, each once.
    pub(super) fn mentions(&self) -> impl Iterator<Item = usize> {
        let (subject, object) = (self.subject, self.object);
        [
            Some(subject),
            Some(object).filter(|object| *object != subject),
            Some(self.graph).filter(|graph| *graph != subject && *graph != object),
        ]
        .into_iter()
        .filter_map(|node| node?.blank())
    }

    /// The blank nodes in it with the letter RDFC-1.0 §4.7 gives their places.
    pub(super) fn blanks(&self) -> impl Iterator<Item = (usize, u8)> {
        [
            (self.subject, b's'),
            (self.object, b'o'),
            (self.graph, b'g'),
        ]
        .into_iter()
        .filter_map(|(node, place)| node.blank().map(|blank| (blank, place)))
    }
}

/// Texts (`<iri>`, `"literal"^^<type>`), blank nodes and quads; buffers are kept between documents,
/// and so are the texts of IRIs that contexts mention.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// Every text with a space behind it, as it stands in a line.
    arena: String,
    spans: Vec<(u32, u32)>,
    slots: Slots,
    /// How many texts last, and how much of the arena.
    lasting: (usize, usize),
    pub(super) quads: Vec<Quad>,
    /// Some literal has a direction.
    pub(super) directed: bool,
    blanks: u32,
    labels: FxHashMap<Box<str>, Node>,
}

impl Graph {
    /// Empties it for the next document. Only the texts of `iris` last, in their order
    /// ([`Graph::lasting`]): a list that is only ever added to, or begun again with the same few.
    pub(super) fn clear(&mut self, iris: &[Arc<str>]) {
        let (texts, bytes) = self.lasting;
        self.arena.truncate(bytes);
        self.spans.truncate(texts);
        self.slots.clear();
        self.quads.clear();
        self.labels.clear();
        self.blanks = 0;
        self.directed = false;
        if iris.len() < texts {
            self.arena.clear();
            self.spans.clear();
            self.slots = Slots::default();
        }
        for iri in &iris[self.spans.len()..] {
            self.iri(iri);
        }
        self.slots.keep();
        self.lasting = (self.spans.len(), self.arena.len());
    }

    /// The IRI at this place of the list that [`Graph::clear`] was given.
    pub(super) fn lasting(&self, at: usize) -> Option<Node> {
        (at < self.lasting.0).then_some(Node(at as u32))
    }

    /// How many texts last.
    pub(super) fn lasting_count(&self) -> usize {
        self.lasting.0
    }

    /// A blank node that has no label.
    pub(super) fn fresh(&mut self) -> Node {
        self.blanks += 1;
        Node(BLANK | (self.blanks - 1))
    }

    /// The blank node with this label (without `_:`).
    pub(super) fn labelled(&mut self, label: &str) -> Node {
        if let Some(node) = self.labels.get(label) {
            return *node;
        }
        let node = self.fresh();
        self.labels.insert(label.into(), node);
        node
    }

    /// How many blank nodes there are.
    pub(super) fn blank_count(&self) -> usize {
        self.blanks as usize
    }

    /// The labels that the document gave, with their nodes.
    pub(super) fn labels(&self) -> impl Iterator<Item = (&str, Node)> {
        self.labels
            .iter()
            .map(|(label, node)| (label.as_ref(), *node))
    }

    /// How many texts are stored.
    pub(super) fn text_count(&self) -> usize {
        self.spans.len()
    }

    /// A stored text, as it stands in N-Quads.
    pub(super) fn text(&self, number: usize) -> &str {
        let (from, to) = self.spans[number];
        &self.arena[from as usize..to as usize]
    }

    /// A stored text with a space behind it.
    pub(super) fn spaced(&self, number: usize) -> &str {
        let (from, to) = self.spans[number];
        &self.arena[from as usize..=to as usize]
    }

    /// Stores what `write` appends, or finds it if it is stored already.
    pub(super) fn store(&mut self, write: impl FnOnce(&mut String)) -> Node {
        let from = self.arena.len();
        write(&mut self.arena);
        let (known, new) = self.arena.as_bytes().split_at(from);
        let mut hasher = FxHasher::default();
        hasher.write(new);
        // Half of the hash is enough.
        let hash = (hasher.finish() >> 32) as u32;
        let number = self.spans.len() as u32;
        let spans = &self.spans;
        let found = self.slots.find_or_put(hash, number, |other| {
            let (start, end) = spans[other as usize];
            known[start as usize..end as usize] == *new
        });
        if let Some(found) = found {
            self.arena.truncate(from);
            return Node(found);
        }
        self.spans.push((from as u32, self.arena.len() as u32));
        self.arena.push(' ');
        Node(number)
    }

    /// Stores an IRI.
    pub(super) fn iri(&mut self, iri: &str) -> Node {
        self.store(|arena| {
            arena.push('<');
            arena.push_str(iri);
            arena.push('>');
        })
    }
}
