//! The quads of one document, over texts that are stored once.

use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;

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
    /// One number to compare quads by.
    pub(super) fn key(&self) -> u128 {
        [self.subject, self.predicate, self.object, self.graph]
            .iter()
            .fold(0, |key, node| key << 32 | u128::from(node.0))
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

/// Texts (`<iri>`, `"literal"^^<type>`), blank nodes and quads; buffers are kept between documents.
#[derive(Debug, Default)]
pub(super) struct Graph {
    arena: String,
    spans: Vec<(u32, u32)>,
    slots: Vec<Slot>,
    pub(super) quads: Vec<Quad>,
    /// Some literal has a direction.
    pub(super) directed: bool,
    blanks: u32,
    labels: FxHashMap<Box<str>, Node>,
}

/// A place in the hash table of texts: empty when `text` is `u32::MAX`.
#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    text: u32,
}

const EMPTY: Slot = Slot {
    hash: 0,
    text: u32::MAX,
};

impl Graph {
    /// Empties it for the next document.
    pub(super) fn clear(&mut self) {
        self.arena.clear();
        self.spans.clear();
        self.quads.clear();
        self.labels.clear();
        self.blanks = 0;
        self.directed = false;
        if self.slots.len() > 8192 {
            self.slots = Vec::new();
        }
        let size = self.slots.len().max(512);
        self.slots.clear();
        self.slots.resize(size, EMPTY);
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

    /// Stores what `write` appends, or finds it if it is stored already.
    pub(super) fn store(&mut self, write: impl FnOnce(&mut String)) -> Node {
        let from = self.arena.len();
        write(&mut self.arena);
        let mut hasher = FxHasher::default();
        hasher.write(&self.arena.as_bytes()[from..]);
        // Half of the hash is enough.
        let hash = (hasher.finish() >> 32) as u32;
        if self.spans.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at].text != EMPTY.text {
            let slot = self.slots[at];
            let (start, end) = self.spans[slot.text as usize];
            if slot.hash == hash
                && self.arena.as_bytes()[start as usize..end as usize]
                    == self.arena.as_bytes()[from..]
            {
                self.arena.truncate(from);
                return Node(slot.text);
            }
            at = (at + 1) & mask;
        }
        let text = self.spans.len() as u32;
        self.slots[at] = Slot { hash, text };
        self.spans.push((from as u32, self.arena.len() as u32));
        Node(text)
    }

    fn grow(&mut self) {
        let size = self.slots.len() * 2;
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; size]);
        for slot in old.into_iter().filter(|slot| slot.text != EMPTY.text) {
            let mut at = slot.hash as usize & (size - 1);
            while self.slots[at].text != EMPTY.text {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = slot;
        }
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
