//! JSON-LD over pinned contexts to canonical N-Quads (RDFC-1.0).
//!
//! This is the form that `eddsa-rdfc-2022` signs: JSON-LD 1.1 in *safe mode* (whatever would not be
//! signed is a [`Fault`]), base IRI null, `rdfDirection: i18n-datatype`, then RDFC-1.0.
//! No context is ever fetched: [`contexts::PINNED`] is all there is, each is compiled once, and a
//! canonicaliser that has seen a kind of document only looks terms up.
//!
//! [`canonicalize`] reads any document over pinned contexts, nested ones too.
//! [`contexts::check`] holds the stricter rules for credentials, and [`characters`] what an issuer
//! must not sign; they are separate, so that a caller says which it needs.

mod active;
pub mod contexts;
mod directed;
mod fault;
mod graph;
mod iri;
mod literal;
mod ndegree;
mod node;
pub mod nquads;
mod order;
mod rdfc;
mod slots;
mod source;
mod value;
mod walk;
mod write;

use std::{
    cell::Cell,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sha2::{Digest, Sha256, Sha384};

use crate::json::Value;

pub use fault::{Fault, Kind};
pub use node::MAX_QUADS;
pub use rdfc::MAX_WORK;
pub use value::SMALLEST_NUMBER;

use fault::Path;

/// The canonical N-Quads of a document.
///
/// ```
/// # use skillmark::{json, rdf};
/// let document = json::parse(r#"{"@context": "https://www.w3.org/ns/credentials/v2", "id": "urn:x",
///     "name": "Welding"}"#)?;
/// assert_eq!(rdf::canonicalize(&document)?, "<urn:x> <https://schema.org/name> \"Welding\" .\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The first [`Fault`] of the document.
pub fn canonicalize(document: &Value<'_>) -> Result<String, Fault> {
    canonicalize_without(document, &[])
}

/// [`canonicalize`], leaving out the outermost members named in `skip` (`proof`).
///
/// # Errors
/// The first [`Fault`] of the document.
pub fn canonicalize_without(document: &Value<'_>, skip: &[&str]) -> Result<String, Fault> {
    canonicalizer().canonical(document, skip).map(str::to_owned)
}

/// SHA-256 of the canonical N-Quads, without the outermost members named in `skip`: what a proof
/// binds (Data Integrity EdDSA 1.0 §3.2.4).
///
/// # Errors
/// The first [`Fault`] of the document.
pub fn hash_without(document: &Value<'_>, skip: &[&str]) -> Result<[u8; 32], Fault> {
    let mut canonicalizer = canonicalizer();
    let text = canonicalizer.canonical(document, skip)?;
    Ok(Sha256::digest(text).into())
}

/// Whether a document has one meaning: finds every fault that [`hash_without`] does but one, that
/// its nodes without an id are too entangled to be told apart, for a fraction of the work.
///
/// # Errors
/// The first [`Fault`] of the document.
pub fn check(document: &Value<'_>) -> Result<(), Fault> {
    let mut canonicalizer = canonicalizer();
    canonicalizer.walk(document, &[])?;
    directed::check(&canonicalizer.graph)
}

/// SHA-384 of the N-Quads that RDFC-1.0 gives with SHA-384 as its hash: what a proof with a P-384
/// key binds (Data Integrity ECDSA 1.0 §3.2.4).
///
/// # Errors
/// The first [`Fault`] of the document.
pub fn sha384(document: &Value<'_>) -> Result<[u8; 48], Fault> {
    let mut canonicalizer = canonicalizer();
    let text = canonicalizer.canonical_by::<Sha384>(document, &[])?;
    Ok(Sha384::digest(text).into())
}

/// The statements of a document, each a line of canonical N-Quads with its line feed, in code point
/// order. The node `_:c14n0` of the canonical form is named `_:` and what `name` says of 0, and so
/// on (Data Integrity ECDSA 1.0 §3.4). `None` if `name` does not know a node.
///
/// # Errors
/// The first [`Fault`] of the document.
pub fn statements(
    document: &Value<'_>,
    name: impl Fn(u32) -> Option<String>,
) -> Result<Option<Vec<String>>, Fault> {
    let mut canonicalizer = canonicalizer();
    canonicalizer.canonical(document, &[])?;
    let numbers = canonicalizer.labels.canonical.iter();
    let names: Vec<Option<String>> = numbers.map(|number| name((*number)?)).collect();
    let graph = &canonicalizer.graph;
    let mut lines = Vec::with_capacity(graph.quads.len());
    for quad in &graph.quads {
        let (mut line, mut known) = (String::new(), true);
        graph.write(quad, &mut line, |blank, out| match &names[blank] {
            Some(name) => {
                out.push_str("_:");
                out.push_str(name);
            }
            None => known = false,
        });
        if !known {
            return Ok(None);
        }
        lines.push(line);
    }
    lines.sort_unstable();
    Ok(Some(lines))
}

/// Refuses what must not be signed although it could be: noncharacters (U+FFFE, U+FDD0 …), which
/// programs on the way may drop or replace. For issuers; a verifier takes what was signed.
///
/// # Errors
/// The first text or key that holds one.
pub fn characters(document: &Value<'_>) -> Result<(), Fault> {
    if !holds_noncharacter(document) {
        return Ok(());
    }
    let mut first = None;
    document.walk(&mut |pointer, value| {
        let own = match value {
            Value::Object(members) => members.iter().any(|(key, _)| is_noncharacter(key)),
            Value::String(text) => is_noncharacter(text),
            _ => false,
        };
        if own && first.is_none() {
            first = Some(Fault {
                pointer: pointer.to_owned(),
                kind: Kind::Character,
                sentence: "this holds a code point that is no character".to_owned(),
            });
        }
    });
    first.map_or(Ok(()), Err)
}

fn holds_noncharacter(value: &Value<'_>) -> bool {
    match value {
        Value::String(text) => is_noncharacter(text),
        Value::Array(items) => items.iter().any(holds_noncharacter),
        Value::Object(members) => members
            .iter()
            .any(|(key, value)| is_noncharacter(key) || holds_noncharacter(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_noncharacter(text: &str) -> bool {
    // Every noncharacter is written with a lead byte of 0xEF or above.
    text.bytes().any(|b| b >= 0xEF)
        && text.chars().any(|c| {
            let code = u32::from(c);
            code & 0xFFFE == 0xFFFE || (0xFDD0..=0xFDEF).contains(&code)
        })
}

/// Canonicalises one document after another, keeping compiled contexts and buffers.
///
/// [`canonicalizer`] lends one out; make one's own only for contexts of one's own.
#[derive(Debug)]
pub struct Canonicalizer {
    engine: active::Engine,
    graph: graph::Graph,
    objects: Vec<graph::Node>,
    order: order::Order,
    labels: rdfc::Labels,
    sorter: write::Sorter,
    text: String,
}

impl Canonicalizer {
    /// One over the pinned contexts.
    #[must_use]
    pub fn new() -> Canonicalizer {
        Canonicalizer::over(contexts::library())
    }

    /// One over the pinned contexts and `more`: `(URL, text)` each. For tests and tools; nothing
    /// that verifies may add contexts.
    ///
    /// # Errors
    /// A sentence, if a text is not a context as pinned ones are.
    pub fn with_contexts(more: &[(&str, &str)]) -> Result<Canonicalizer, String> {
        let mut library = contexts::read_pinned()?;
        for (url, text) in more {
            library.add(url, text)?;
        }
        Ok(Canonicalizer::over(Arc::new(library)))
    }

    fn over(library: Arc<source::Library>) -> Canonicalizer {
        Canonicalizer {
            engine: active::Engine::new(library),
            graph: graph::Graph::default(),
            objects: Vec::new(),
            order: order::Order::default(),
            labels: rdfc::Labels::default(),
            sorter: write::Sorter::default(),
            text: String::new(),
        }
    }

    /// The canonical N-Quads of `document` without its outermost members named in `skip`.
    ///
    /// # Errors
    /// The first [`Fault`] of the document.
    pub fn canonical(&mut self, document: &Value<'_>, skip: &[&str]) -> Result<&str, Fault> {
        self.canonical_by::<Sha256>(document, skip)
    }

    /// [`Canonicalizer::canonical`] with another hash inside RDFC-1.0.
    fn canonical_by<D: Digest>(
        &mut self,
        document: &Value<'_>,
        skip: &[&str],
    ) -> Result<&str, Fault> {
        self.walk(document, skip)?;
        self.order.rank(&self.graph);
        self.labels
            .issue::<D>(&mut self.graph, &mut self.order, MAX_WORK)
            .map_err(|rdfc::TooEntangled| {
                let sentence = "the nodes without an id are too entangled to be told apart";
                Path::Root.fault(Kind::Limit, sentence)
            })?;
        directed::check(&self.graph)?;
        self.sorter.write(
            &self.graph,
            &self.order,
            &self.labels.canonical,
            &mut self.text,
        );
        Ok(&self.text)
    }

    /// Finds the statements of a document.
    fn walk(&mut self, document: &Value<'_>, skip: &[&str]) -> Result<(), Fault> {
        self.engine.begin();
        self.graph.clear(self.engine.iris());
        self.objects.clear();
        let mut walk = walk::Walk {
            engine: &mut self.engine,
            graph: &mut self.graph,
            objects: &mut self.objects,
        };
        walk.document(document, skip)
    }
}

impl Default for Canonicalizer {
    fn default() -> Canonicalizer {
        Canonicalizer::new()
    }
}

thread_local! {
    /// The thread's own canonicaliser, while it waits for its next document. Its tables are large, and
    /// would otherwise be carried from one core's cache to another's with every document.
    static IDLE: Cell<Option<Canonicalizer>> = const { Cell::new(None) };
}

/// Lends a [`Canonicalizer`] over the pinned contexts; it goes back when dropped.
#[must_use]
pub fn canonicalizer() -> Lent {
    let idle = IDLE.try_with(Cell::take).ok().flatten();
    Lent(Some(idle.unwrap_or_default()))
}

/// A [`Canonicalizer`] on loan.
#[derive(Debug)]
pub struct Lent(Option<Canonicalizer>);

impl Deref for Lent {
    type Target = Canonicalizer;

    fn deref(&self) -> &Canonicalizer {
        match &self.0 {
            Some(canonicalizer) => canonicalizer,
            None => unreachable!("taken only by drop"),
        }
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Canonicalizer {
        self.0.get_or_insert_with(Canonicalizer::new)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let idle = self.0.take();
        // A thread that is ending keeps nothing.
        let _ = IDLE.try_with(|place| place.set(idle));
    }
}
