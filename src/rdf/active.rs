//! Active contexts: what every term means at one place of a document.
//!
//! Contexts are pinned, so each step "this active context, then that local one" is worked out once
//! and remembered (JSON-LD 1.1 API §4.1, §4.2). A canonicaliser that has seen a kind of document
//! only looks terms up afterwards.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{
    iri::{self, Keyword},
    source::{Container, Definition, Definitions, Id, Library, LocalId, Part},
};

/// How many active contexts are kept, and how many one document may add.
const MAX_ACTIVE: usize = 1024;
const MAX_NEW: usize = 384;

/// The name of one active context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ActiveId(u32);

/// The name of an IRI that a pinned context mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct IriId(pub(super) u32);

/// A name that some context defines as a term, in whichever sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameId(u32);

/// The IRIs that every engine knows first, in this order.
const FIRST_IRIS: [&str; 4] = [
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#first",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil",
];
pub(super) const RDF_TYPE: IriId = IriId(0);
pub(super) const RDF_FIRST: IriId = IriId(1);
pub(super) const RDF_REST: IriId = IriId(2);
pub(super) const RDF_NIL: IriId = IriId(3);

/// What a term stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Nothing,
    Keyword(Keyword),
    Iri(IriId),
}

/// How the plain values of a term are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coercion {
    None,
    /// A string is an IRI.
    Id,
    /// A string is a term or an IRI.
    Vocab,
    /// Any value is one JSON literal.
    Json,
    Datatype(IriId),
}

/// A term of an active context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) meaning: Meaning,
    pub(super) coercion: Coercion,
    pub(super) container: Container,
    pub(super) scoped: Option<LocalId>,
    pub(super) prefix: bool,
    protected: bool,
}

/// The state in which a document's keys are read.
#[derive(Debug, Clone, Default)]
pub(super) struct Active {
    /// By the names' numbers; shorter than all of them.
    terms: Vec<Option<Term>>,
    pub(super) vocab: Option<Arc<str>>,
    /// What to go back to inside nested nodes, when a type's own context is in force.
    pub(super) previous: Option<ActiveId>,
    aliases: Vec<(Arc<str>, Keyword)>,
    /// A bit for each length that an alias has: most keys need no comparison.
    alias_lengths: u64,
}

impl Active {
    pub(super) fn term(&self, name: NameId) -> Option<&Term> {
        self.terms.get(name.0 as usize)?.as_ref()
    }

    /// Defines a term, or forgets it; returns what it was before.
    fn set(&mut self, name: NameId, term: Option<Term>) -> Option<Term> {
        let at = name.0 as usize;
        if self.terms.len() <= at {
            self.terms.resize(at + 1, None);
        }
        std::mem::replace(&mut self.terms[at], term)
    }

    /// The keyword that `key` is or stands for.
    pub(super) fn keyword(&self, key: &str) -> Option<Keyword> {
        if key.starts_with('@') {
            return iri::keyword(key);
        }
        if self.alias_lengths & length_bit(key) == 0 {
            return None;
        }
        self.aliases
            .iter()
            .find(|(alias, _)| **alias == *key)
            .map(|(_, keyword)| *keyword)
    }
}

fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

/// Under which rule a local context is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    /// `@context` of a document: protected terms stay.
    Document,
    /// Scoped to a property: protected terms may change.
    Property,
    /// Scoped to a type: in force for this node only, protected terms stay.
    Type,
}

/// Why a local context cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The contexts contradict one another.
    Conflict(String),
    /// More combinations of contexts than one document may have.
    TooMany,
}

/// All active contexts worked out so far.
#[derive(Debug)]
pub(super) struct Engine {
    library: Arc<Library>,
    actives: Vec<Active>,
    steps: FxHashMap<(ActiveId, LocalId, Mode), ActiveId>,
    names: Vec<Arc<str>>,
    name_ids: FxHashMap<Arc<str>, NameId>,
    iris: Vec<Arc<str>>,
    iri_ids: FxHashMap<Arc<str>, IriId>,
    limit: usize,
}

impl Engine {
    /// The active context a document begins with: no term at all.
    pub(super) const INITIAL: ActiveId = ActiveId(0);

    pub(super) fn new(library: Arc<Library>) -> Engine {
        let mut engine = Engine {
            library,
            actives: vec![Active::default()],
            steps: FxHashMap::default(),
            names: Vec::new(),
            name_ids: FxHashMap::default(),
            iris: Vec::new(),
            iri_ids: FxHashMap::default(),
            limit: MAX_NEW,
        };
        for iri in FIRST_IRIS {
            engine.intern(iri);
        }
        engine
    }

    /// Makes room for a new document; forgets everything when too much was gathered, so that no
    /// sequence of hostile documents makes it grow for ever.
    pub(super) fn begin(&mut self) {
        if self.actives.len() + MAX_NEW > MAX_ACTIVE {
            *self = Engine::new(Arc::clone(&self.library));
        }
        self.limit = self.actives.len() + MAX_NEW;
    }

    pub(super) fn active(&self, id: ActiveId) -> &Active {
        &self.actives[id.0 as usize]
    }

    /// The name that `text` is, if any context so far defines it.
    pub(super) fn name(&self, text: &str) -> Option<NameId> {
        self.name_ids.get(text).copied()
    }

    /// What `text` means in a context, as a term.
    pub(super) fn term(&self, context: ActiveId, text: &str) -> Option<&Term> {
        self.active(context).term(self.name(text)?)
    }

    pub(super) fn iri(&self, id: IriId) -> &str {
        &self.iris[id.0 as usize]
    }

    /// Every IRI that has an [`IriId`], in their order.
    pub(super) fn iris(&self) -> &[Arc<str>] {
        &self.iris
    }

    /// The pinned context with exactly this URL.
    pub(super) fn find(&self, url: &str) -> Option<LocalId> {
        self.library.find(url)
    }

    /// `from` with `local` applied on top.
    pub(super) fn apply(
        &mut self,
        from: ActiveId,
        local: LocalId,
        mode: Mode,
    ) -> Result<ActiveId, Refusal> {
        if let Some(known) = self.steps.get(&(from, local, mode)) {
            return Ok(*known);
        }
        let id = u32::try_from(self.actives.len()).map_err(|_| Refusal::TooMany)?;
        if self.actives.len() >= self.limit {
            return Err(Refusal::TooMany);
        }
        let library = Arc::clone(&self.library);
        let mut next = self.active(from).clone();
        if mode == Mode::Type && next.previous.is_none() {
            next.previous = Some(from);
        }
        for part in library.parts(local) {
            next = self.part(next, part, mode)?;
        }
        next.aliases = (self.names.iter().zip(&next.terms))
            .filter_map(|(name, term)| match term.as_ref()?.meaning {
                Meaning::Keyword(keyword) => Some((Arc::clone(name), keyword)),
                _ => None,
            })
            .collect();
        next.alias_lengths = next
            .aliases
            .iter()
            .fold(0, |bits, (alias, _)| bits | length_bit(alias));
        self.actives.push(next);
        self.steps.insert((from, local, mode), ActiveId(id));
        Ok(ActiveId(id))
    }

    fn part(&mut self, mut active: Active, part: &Part, mode: Mode) -> Result<Active, Refusal> {
        let definitions = match part {
            Part::Reset
                if mode != Mode::Property && active.terms.iter().flatten().any(|t| t.protected) =>
            {
                return Err(Refusal::Conflict(
                    "a context would forget protected terms".to_owned(),
                ));
            }
            Part::Reset => return Ok(Active::default()),
            Part::Define(definitions) => definitions,
        };
        if let Some(vocab) = &definitions.vocab {
            active.vocab = Some(vocab.as_ref().into());
        }
        let mut work = Defining {
            engine: self,
            active,
            definitions,
            states: vec![State::Waiting; definitions.terms.len()],
            mode,
        };
        for at in 0..definitions.terms.len() {
            work.define(at)?;
        }
        Ok(work.active)
    }

    fn intern_name(&mut self, text: &str) -> NameId {
        if let Some(id) = self.name(text) {
            return id;
        }
        let name: Arc<str> = text.into();
        let id = NameId(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(Arc::clone(&name));
        self.name_ids.insert(name, id);
        id
    }

    fn intern(&mut self, text: &str) -> IriId {
        if let Some(id) = self.iri_ids.get(text) {
            return *id;
        }
        let name: Arc<str> = text.into();
        let id = IriId(u32::try_from(self.iris.len()).unwrap_or(u32::MAX));
        self.iris.push(Arc::clone(&name));
        self.iri_ids.insert(name, id);
        id
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Waiting,
    Open,
    Done,
}

/// One context object being applied (JSON-LD 1.1 API §4.2, create term definition).
struct Defining<'e> {
    engine: &'e mut Engine,
    active: Active,
    definitions: &'e Definitions,
    states: Vec<State>,
    mode: Mode,
}

impl Defining<'_> {
    fn define(&mut self, at: usize) -> Result<(), Refusal> {
        let definition = &self.definitions.terms[at];
        match self.states[at] {
            State::Done => return Ok(()),
            State::Open => return conflict(&definition.name, "is defined by itself"),
            State::Waiting => self.states[at] = State::Open,
        }
        let name = self.engine.intern_name(&definition.name);
        let before = self.active.set(name, None);
        let mut term = self.term(definition)?;
        if let Some(before) = before.filter(|t| t.protected && self.mode != Mode::Property) {
            term.protected = true;
            if term != before {
                return conflict(&definition.name, "is protected and would change");
            }
        }
        self.active.set(name, Some(term));
        self.states[at] = State::Done;
        Ok(())
    }

    fn term(&mut self, definition: &Definition) -> Result<Term, Refusal> {
        let meaning = self.meaning(definition)?;
        let coercion = match definition.kind.as_deref() {
            None | Some("@none") => Coercion::None,
            Some("@id") => Coercion::Id,
            Some("@vocab") => Coercion::Vocab,
            Some("@json") => Coercion::Json,
            Some(text) => match self.expand(text)? {
                Meaning::Iri(id) if self.is_absolute(id) => Coercion::Datatype(id),
                _ => return conflict(&definition.name, "has a @type that is no IRI"),
            },
        };
        let ends_as_prefix = |id: IriId| {
            self.engine
                .iri(id)
                .ends_with([':', '/', '?', '#', '[', ']', '@'])
        };
        let prefix = definition.prefix.unwrap_or(match meaning {
            Meaning::Iri(id) => {
                definition.simple && definition.id != Id::Absent && ends_as_prefix(id)
            }
            _ => false,
        });
        Ok(Term {
            meaning,
            coercion,
            container: definition.container,
            scoped: definition.scoped,
            prefix,
            protected: definition.protected.unwrap_or(self.definitions.protected),
        })
    }

    fn meaning(&mut self, definition: &Definition) -> Result<Meaning, Refusal> {
        let meaning = match &definition.id {
            Id::Null => return Ok(Meaning::Nothing),
            Id::Text(text) => self.expand(text)?,
            Id::Absent => match &self.active.vocab {
                Some(vocab) => {
                    let full = format!("{vocab}{}", definition.name);
                    Meaning::Iri(self.engine.intern(&full))
                }
                None => return conflict(&definition.name, "has no @id"),
            },
        };
        match meaning {
            Meaning::Keyword(Keyword::Context | Keyword::Other) | Meaning::Nothing => {
                conflict(&definition.name, "stands for a keyword that has no alias")
            }
            Meaning::Iri(id) if !self.is_absolute(id) => {
                conflict(&definition.name, "has an @id that is no IRI")
            }
            meaning => Ok(meaning),
        }
    }

    fn is_absolute(&self, id: IriId) -> bool {
        iri::is_absolute(self.engine.iri(id))
    }

    /// Expands a text inside a context: a keyword, a term, a compact IRI or an IRI (§5.2).
    fn expand(&mut self, text: &str) -> Result<Meaning, Refusal> {
        if let Some(keyword) = iri::keyword(text) {
            return Ok(Meaning::Keyword(keyword));
        }
        self.define_first(text)?;
        if let Some(term) = self.known(text) {
            return Ok(term.meaning);
        }
        if let Some((prefix, suffix)) = text.split_once(':')
            && !prefix.is_empty()
            && !suffix.starts_with("//")
        {
            self.define_first(prefix)?;
            if let Some(Term {
                meaning: Meaning::Iri(id),
                prefix: true,
                ..
            }) = self.known(prefix)
            {
                let full = format!("{}{suffix}", self.engine.iri(*id));
                return Ok(Meaning::Iri(self.engine.intern(&full)));
            }
        }
        if !iri::is_absolute(text)
            && let Some(vocab) = &self.active.vocab
        {
            let full = format!("{vocab}{text}");
            return Ok(Meaning::Iri(self.engine.intern(&full)));
        }
        Ok(Meaning::Iri(self.engine.intern(text)))
    }

    fn known(&self, text: &str) -> Option<&Term> {
        self.active.term(self.engine.name(text)?)
    }

    /// Defines `name` now if this same context defines it further down.
    fn define_first(&mut self, name: &str) -> Result<(), Refusal> {
        let definitions = self.definitions;
        match definitions.terms.iter().position(|d| *d.name == *name) {
            Some(at) if self.states[at] != State::Done => self.define(at),
            _ => Ok(()),
        }
    }
}

fn conflict<T>(term: &str, what: &str) -> Result<T, Refusal> {
    Err(Refusal::Conflict(format!("the term {term:?} {what}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A library with a base context that has forty types, each with a context of its own.
    fn many_types() -> Library {
        let types: Vec<String> = (0..40)
            .map(|n| format!(r#""T{n}":{{"@id":"urn:T{n}","@context":{{"p{n}":"urn:p{n}"}}}}"#))
            .collect();
        let text = format!(r#"{{"@context":{{{}}}}}"#, types.join(","));
        let mut library = Library::default();
        library.add("urn:context", &text).expect("a context");
        library
    }

    #[test]
    fn no_sequence_of_documents_makes_it_grow_for_ever() {
        let mut engine = Engine::new(Arc::new(many_types()));
        for document in 0..20 {
            engine.begin();
            let local = engine.find("urn:context").expect("the context");
            let base = engine.apply(Engine::INITIAL, local, Mode::Document);
            let base = base.expect("the base context");
            let scoped = |engine: &Engine, n: usize| {
                let name = format!("T{n}");
                engine.term(base, &name).and_then(|term| term.scoped)
            };
            let mut refused = 0;
            for (a, b) in (0..40).flat_map(|a| (0..40).map(move |b| (a, b))) {
                let mut at = base;
                for n in [a, b, document] {
                    let local = scoped(&engine, n).expect("a scoped context");
                    match engine.apply(at, local, Mode::Type) {
                        Ok(next) => at = next,
                        Err(refusal) => {
                            assert_eq!(refusal, Refusal::TooMany);
                            refused += 1;
                            break;
                        }
                    }
                }
            }
            assert!(refused > 0, "document {document}");
            assert!(engine.actives.len() <= MAX_ACTIVE);
        }
    }

    #[test]
    fn what_was_worked_out_is_found_again() {
        let mut engine = Engine::new(Arc::new(many_types()));
        let local = engine.find("urn:context").expect("the context");
        let first = engine.apply(Engine::INITIAL, local, Mode::Document);
        let size = engine.actives.len();
        engine.begin();
        assert_eq!(engine.apply(Engine::INITIAL, local, Mode::Document), first);
        assert_eq!(engine.actives.len(), size);
    }

    #[test]
    fn terms_that_contradict_are_refused() {
        let mut library = Library::default();
        let protected = r#"{"@context":{"@protected":true,"a":"urn:a"}}"#;
        library.add("urn:1", protected).expect("a context");
        library
            .add("urn:2", r#"{"@context":{"a":"urn:b"}}"#)
            .expect("a context");
        library
            .add("urn:3", r#"{"@context":{"a":"b","b":"a"}}"#)
            .expect("a context");
        library
            .add("urn:4", r#"{"@context":[null]}"#)
            .expect("a context");
        let mut engine = Engine::new(Arc::new(library));
        let mut apply = |from, url: &str| {
            let local = engine.find(url).expect(url);
            engine.apply(from, local, Mode::Document)
        };
        let first = apply(Engine::INITIAL, "urn:1").expect("the first");
        let refusal = |sentence: &str| Err(Refusal::Conflict(sentence.to_owned()));
        assert_eq!(
            apply(first, "urn:2"),
            refusal("the term \"a\" is protected and would change")
        );
        assert!(apply(first, "urn:1").is_ok());
        assert!(apply(Engine::INITIAL, "urn:2").is_ok());
        assert_eq!(
            apply(Engine::INITIAL, "urn:3"),
            refusal("the term \"a\" is defined by itself")
        );
        assert_eq!(
            apply(first, "urn:4"),
            refusal("a context would forget protected terms")
        );
    }
}
