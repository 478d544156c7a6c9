//! Context documents, read once into definitions.
//!
//! Only what pinned contexts use is read: terms, their types, scoped contexts, `@protected`,
//! `@vocab`, sets, lists and graphs. A context that uses more is an error here, not a surprise
//! later.

use rustc_hash::FxHashMap;

use crate::json::{self, Value};

/// One local context: a whole document's, or one scoped to a term. Equal ones share an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LocalId(u32);

/// What one entry of a local context does to the active one.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    /// `null`: forget every term.
    Reset,
    /// Define terms.
    Define(Definitions),
}

/// The entries of one context object.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Definitions {
    pub(super) protected: bool,
    pub(super) vocab: Option<Box<str>>,
    pub(super) terms: Vec<Definition>,
}

/// A term as its context writes it.
#[derive(Debug, PartialEq)]
pub(super) struct Definition {
    pub(super) name: Box<str>,
    pub(super) id: Id,
    /// Written as a plain string, so that it may serve as a prefix.
    pub(super) simple: bool,
    pub(super) kind: Option<Box<str>>,
    pub(super) container: Container,
    pub(super) scoped: Option<LocalId>,
    pub(super) prefix: Option<bool>,
    pub(super) protected: Option<bool>,
}

/// The `@id` of a term definition.
#[derive(Debug, PartialEq)]
pub(super) enum Id {
    /// Not given, or the term's own name.
    Absent,
    /// `null`: the term is known and means nothing.
    Null,
    /// An IRI, a compact IRI, a term or a keyword.
    Text(Box<str>),
}

/// The `@container` of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// None, or `@set`, which changes nothing in RDF.
    Set,
    /// `@list`
    List,
    /// `@graph`
    Graph,
}

/// Every context that is known, by URL, and their scoped contexts.
#[derive(Debug, Default)]
pub(super) struct Library {
    urls: FxHashMap<Box<str>, LocalId>,
    locals: Vec<Vec<Part>>,
}

impl Library {
    /// Reads the context document `text` under the name `url`.
    pub(super) fn add(&mut self, url: &str, text: &str) -> Result<(), String> {
        let document = json::parse(text).map_err(|error| format!("{url}: {error}"))?;
        let context = document
            .get("@context")
            .ok_or_else(|| format!("{url}: there is no @context"))?;
        let local = self
            .local(context)
            .map_err(|sentence| format!("{url}: {sentence}"))?;
        self.urls.insert(url.into(), local);
        Ok(())
    }

    /// The context with exactly this URL.
    pub(super) fn find(&self, url: &str) -> Option<LocalId> {
        self.urls.get(url).copied()
    }

    pub(super) fn parts(&self, local: LocalId) -> &[Part] {
        &self.locals[local.0 as usize]
    }

    fn local(&mut self, context: &Value<'_>) -> Result<LocalId, String> {
        let parts = context
            .one_or_many()
            .iter()
            .map(|part| match part {
                Value::Null => Ok(Part::Reset),
                Value::Object(members) => self.definitions(members).map(Part::Define),
                _ => Err("a pinned context holds only objects and null".to_owned()),
            })
            .collect::<Result<Vec<Part>, String>>()?;
        let at = match self.locals.iter().position(|known| *known == parts) {
            Some(at) => at,
            None => {
                self.locals.push(parts);
                self.locals.len() - 1
            }
        };
        u32::try_from(at)
            .map(LocalId)
            .map_err(|_| "there are too many contexts".to_owned())
    }

    fn definitions(&mut self, members: &json::Members<'_>) -> Result<Definitions, String> {
        let mut read = Definitions::default();
        for (key, value) in members {
            match (key.as_ref(), value) {
                ("@version", Value::Number(version)) if *version == 1.1 => {}
                ("@protected", Value::Bool(protected)) => read.protected = *protected,
                ("@vocab", Value::String(vocab)) => read.vocab = Some(vocab.as_ref().into()),
                (name, _) if name.is_empty() || name.contains(['@', ':', '/']) => {
                    return Err(format!("{name:?} is not supported in a pinned context"));
                }
                (name, value) => {
                    let definition = self.definition(name, value);
                    read.terms
                        .push(definition.map_err(|what| format!("term {name:?}: {what}"))?);
                }
            }
        }
        Ok(read)
    }

    fn definition(&mut self, name: &str, value: &Value<'_>) -> Result<Definition, String> {
        let mut read = Definition {
            name: name.into(),
            id: Id::Absent,
            simple: !matches!(value, Value::Object(_)),
            kind: None,
            container: Container::Set,
            scoped: None,
            prefix: None,
            protected: None,
        };
        let Value::Object(members) = value else {
            read.id = id(name, value)?;
            return Ok(read);
        };
        for (key, value) in members {
            match (key.as_ref(), value) {
                ("@id", value) => read.id = id(name, value)?,
                ("@type", Value::String(kind)) => read.kind = Some(kind.as_ref().into()),
                ("@container", value) => read.container = container(value)?,
                ("@context", value) => read.scoped = Some(self.local(value)?),
                ("@prefix", Value::Bool(prefix)) => read.prefix = Some(*prefix),
                ("@protected", Value::Bool(protected)) => read.protected = Some(*protected),
                _ => return Err(format!("{key:?} is not supported in a pinned context")),
            }
        }
        Ok(read)
    }
}

fn id(name: &str, value: &Value<'_>) -> Result<Id, String> {
    match value {
        Value::Null => Ok(Id::Null),
        Value::String(text) if text == name => Ok(Id::Absent),
        Value::String(text) => Ok(Id::Text(text.as_ref().into())),
        _ => Err("@id must be a string or null".to_owned()),
    }
}

fn container(value: &Value<'_>) -> Result<Container, String> {
    match value.one_or_many() {
        [one] => match one.as_str() {
            Some("@set") => Ok(Container::Set),
            Some("@list") => Ok(Container::List),
            Some("@graph") => Ok(Container::Graph),
            _ => Err("this @container is not supported in a pinned context".to_owned()),
        },
        _ => Err("a term has one @container".to_owned()),
    }
}
