//! From JSON to quads in one pass: the JSON-LD 1.1 expansion and to-RDF algorithms together.
//!
//! Safe mode throughout: whatever expansion would drop is a fault. What is left out on purpose,
//! because no credential needs it: inline contexts, `@graph`, `@included`, `@nest`, `@reverse`,
//! `@index` and the containers made of them.

use crate::json::{MAX_DEPTH, Members, Value};

use super::{
    active::{ActiveId, Engine, Mode, NameId, Refusal, Term},
    fault::{Fault, Kind, Path},
    graph::{Graph, Node},
    iri::Keyword,
    source::{Container, LocalId},
};

/// What a value came to; the objects themselves stand on the walk's stack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    Nothing,
    One,
    List,
    Many,
}

/// The property a value stands under, and what it means in the context it was found in.
#[derive(Clone, Copy)]
pub(super) struct Property {
    pub(super) name: Option<NameId>,
    pub(super) term: Option<Term>,
    pub(super) context: ActiveId,
}

/// Where a value stands: the graph its quads go to, how deep, and the way there.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) graph: Node,
    pub(super) depth: usize,
    pub(super) path: &'p Path<'p>,
}

impl<'p> Place<'p> {
    pub(super) fn at(self, path: &'p Path<'p>) -> Place<'p> {
        Place { path, ..self }
    }
}

/// A text read as an IRI.
pub(super) enum Reference {
    Node(Node),
    Keyword,
    Relative,
}

/// One document on its way to quads.
pub(super) struct Walk<'w> {
    pub(super) engine: &'w mut Engine,
    pub(super) graph: &'w mut Graph,
    /// The objects of the property at hand.
    pub(super) objects: &'w mut Vec<Node>,
}

impl Walk<'_> {
    /// The whole document, without its members named in `skip`.
    pub(super) fn document(&mut self, document: &Value<'_>, skip: &[&str]) -> Result<(), Fault> {
        let Value::Object(members) = document else {
            return Err(Path::Root.fault(Kind::Shape, "the document is not a JSON object"));
        };
        let place = Place {
            graph: Node::DEFAULT,
            depth: 0,
            path: &Path::Root,
        };
        match members.as_slice() {
            [(context, pinned), (graph, nodes)] if context == "@context" && graph == "@graph" => {
                self.nodes(pinned, nodes, place)
            }
            _ => self
                .object(Engine::INITIAL, None, members, skip, true, place)
                .map(|_| ()),
        }
    }

    /// A document that is only a `@context` and a `@graph` of nodes, as published samples are.
    /// [`super::contexts::check`] refuses it for a credential.
    fn nodes(
        &mut self,
        pinned: &Value<'_>,
        nodes: &Value<'_>,
        place: Place<'_>,
    ) -> Result<(), Fault> {
        let path = Path::Key(place.path, "@context");
        let context = self.contexts(Engine::INITIAL, pinned, place.at(&path))?;
        let path = Path::Key(place.path, "@graph");
        for (at, node) in nodes.one_or_many().iter().enumerate() {
            let path = Path::Index(&path, at);
            let Value::Object(members) = node else {
                return Err(path.fault(Kind::DataLoss, "only nodes can stand in a graph"));
            };
            self.object(context, None, members, &[], true, place.at(&path))?;
        }
        Ok(())
    }

    /// The value of a property; `in_list` says that arrays inside are lists of their own.
    pub(super) fn value(
        &mut self,
        context: ActiveId,
        property: Property,
        value: &Value<'_>,
        in_list: bool,
        place: Place<'_>,
    ) -> Result<Shape, Fault> {
        match value {
            Value::Null => Ok(Shape::Nothing),
            Value::Array(items) => {
                let nested = self
                    .term(context, property)
                    .is_some_and(|term| term.container == Container::List);
                let place = descend(place)?;
                for (at, item) in items.iter().enumerate() {
                    let path = Path::Index(place.path, at);
                    let mark = self.objects.len();
                    let shape = self.value(context, property, item, false, place.at(&path))?;
                    if shape == Shape::Many && (in_list || nested) {
                        self.list(mark, place.at(&path))?;
                    }
                }
                Ok(Shape::Many)
            }
            Value::Object(members) => {
                self.object(context, Some(property), members, &[], false, place)
            }
            scalar => {
                let term = self.term(context, property);
                let object = self.scalar(context, term, scalar, place)?;
                self.objects.push(object);
                Ok(Shape::One)
            }
        }
    }

    /// What `property` means in `context`: looked up again where the context is another one.
    pub(super) fn term(&self, context: ActiveId, property: Property) -> Option<Term> {
        if context == property.context {
            return property.term;
        }
        self.engine.active(context).term(property.name?).copied()
    }

    /// An object: a node, a value object, a `@list` or a `@set`. `must_say` is set where a node
    /// without properties would vanish: at the top and as the content of a graph.
    pub(super) fn object(
        &mut self,
        outer: ActiveId,
        property: Option<Property>,
        members: &Members<'_>,
        skip: &[&str],
        must_say: bool,
        place: Place<'_>,
    ) -> Result<Shape, Fault> {
        let place = descend(place)?;
        let base = self.enter(outer, property, members, place)?;
        let context = self.typed(base, members, skip, place)?;
        let active = self.engine.active(context);
        let mut seen = Seen::default();
        for (key, value) in members {
            if let Some(keyword) = active.keyword(key)
                && !skip.contains(&key.as_ref())
            {
                seen.note(keyword, key, value, place)?;
            }
        }
        if let Some(value) = seen.value {
            if must_say {
                return Err(loss(place, "a bare value here is not signed"));
            }
            let object = self.value_object(base, context, members, value, place)?;
            self.objects.push(object);
            return Ok(Shape::One);
        }
        if let Some((key, inner, keyword)) = seen.wrapped {
            return self.wrapper(context, property, members, (key, inner, keyword), place);
        }
        let subject = match seen.id {
            Some((key, id)) => self.subject(context, key, id, place)?,
            None => self.graph.fresh(),
        };
        let mut said = 0;
        for (key, value) in members {
            if skip.contains(&key.as_ref()) {
                continue;
            }
            let path = Path::Key(place.path, key);
            said +=
                usize::from(self.member((base, context), subject, key, value, place.at(&path))?);
        }
        if must_say && said == 0 {
            return Err(loss(
                place,
                "this object says nothing, so that nothing of it is signed",
            ));
        }
        self.objects.push(subject);
        Ok(Shape::One)
    }

    /// The context inside an object: type-scoped ones undone, then the property's own, then its
    /// `@context` (JSON-LD 1.1 API §5.1.2 steps 7–9).
    fn enter(
        &mut self,
        outer: ActiveId,
        property: Option<Property>,
        members: &Members<'_>,
        place: Place<'_>,
    ) -> Result<ActiveId, Fault> {
        let active = self.engine.active(outer);
        let mut context = match active.previous {
            Some(previous) if !keeps_context(members, |key| active.keyword(key)) => previous,
            _ => outer,
        };
        let scoped = property.and_then(|p| self.term(outer, p)?.scoped);
        if let Some(local) = scoped {
            context = self.apply(context, local, Mode::Property, place)?;
        }
        match members.iter().find(|(key, _)| key == "@context") {
            Some((key, value)) => {
                let path = Path::Key(place.path, key);
                self.contexts(context, value, place.at(&path))
            }
            None => Ok(context),
        }
    }

    fn contexts(
        &mut self,
        from: ActiveId,
        value: &Value<'_>,
        place: Place<'_>,
    ) -> Result<ActiveId, Fault> {
        let mut context = from;
        for (at, entry) in value.one_or_many().iter().enumerate() {
            let index = Path::Index(place.path, at);
            let place = match value {
                Value::Array(_) => place.at(&index),
                _ => place,
            };
            let Value::String(url) = entry else {
                return Err(place.path.fault(
                    Kind::RefusedContext,
                    "a context must be a URL; a context written into the document can change what it says",
                ));
            };
            let Some(local) = self.engine.find(url) else {
                return Err(place.path.fault(
                    Kind::UnknownContext,
                    format!("the context {url:?} is not known here, and none is fetched"),
                ));
            };
            context = self.apply(context, local, Mode::Document, place)?;
        }
        Ok(context)
    }

    /// The context with those of the node's types on top, in the order of the types' names.
    fn typed(
        &mut self,
        base: ActiveId,
        members: &Members<'_>,
        skip: &[&str],
        place: Place<'_>,
    ) -> Result<ActiveId, Fault> {
        let active = self.engine.active(base);
        let found = members.iter().find(|(key, _)| {
            active.keyword(key) == Some(Keyword::Type) && !skip.contains(&key.as_ref())
        });
        let Some((key, value)) = found else {
            return Ok(base);
        };
        let mut scoped: Vec<(&str, LocalId)> = value
            .one_or_many()
            .iter()
            .filter_map(|name| {
                let name = name.as_str()?;
                Some((name, self.engine.term(base, name)?.scoped?))
            })
            .collect();
        scoped.sort_unstable_by_key(|(name, _)| *name);
        let path = Path::Key(place.path, key);
        let mut context = base;
        for (_, local) in scoped {
            context = self.apply(context, local, Mode::Type, place.at(&path))?;
        }
        Ok(context)
    }

    pub(super) fn apply(
        &mut self,
        from: ActiveId,
        local: LocalId,
        mode: Mode,
        place: Place<'_>,
    ) -> Result<ActiveId, Fault> {
        self.engine.apply(from, local, mode).map_err(|refusal| {
            let (kind, sentence) = match refusal {
                Refusal::Conflict(what) => (
                    Kind::RefusedContext,
                    format!("these contexts do not go together: {what}"),
                ),
                Refusal::TooMany => (
                    Kind::Limit,
                    "the document mixes too many types and contexts".to_owned(),
                ),
            };
            place.path.fault(kind, sentence)
        })
    }

    /// `@set` and `@list` objects: their content stands for them.
    fn wrapper(
        &mut self,
        context: ActiveId,
        property: Option<Property>,
        members: &Members<'_>,
        (key, inner, keyword): (&str, &Value<'_>, Keyword),
        place: Place<'_>,
    ) -> Result<Shape, Fault> {
        if let Some((other, _)) = members.iter().find(|(k, _)| k != key && k != "@context") {
            let sentence = format!("{other:?} cannot stand beside {key:?}");
            return Err(place.path.fault_at(other, Kind::Shape, sentence));
        }
        let path = Path::Key(place.path, key);
        let place = place.at(&path);
        let Some(property) = property else {
            return Err(loss(place, "a list or set at the top is not signed"));
        };
        let mark = self.objects.len();
        let is_list = keyword == Keyword::List;
        if self.value(context, property, inner, is_list, place)? == Shape::Nothing {
            return Err(loss(place, "null is not signed"));
        }
        if is_list {
            self.list(mark, place)?;
            return Ok(Shape::List);
        }
        Ok(Shape::Many)
    }

    fn subject(
        &mut self,
        context: ActiveId,
        key: &str,
        id: &Value<'_>,
        place: Place<'_>,
    ) -> Result<Node, Fault> {
        let path = Path::Key(place.path, key);
        let Value::String(text) = id else {
            return Err(path.fault(Kind::Shape, format!("{key:?} must be a string")));
        };
        self.reference(context, text, false, &path)
    }
}

/// The keyword members of one object.
#[derive(Default)]
struct Seen<'d> {
    id: Option<(&'d str, &'d Value<'d>)>,
    value: Option<&'d Value<'d>>,
    wrapped: Option<(&'d str, &'d Value<'d>, Keyword)>,
    found: u16,
}

impl<'d> Seen<'d> {
    fn note(
        &mut self,
        keyword: Keyword,
        key: &'d str,
        value: &'d Value<'d>,
        place: Place<'_>,
    ) -> Result<(), Fault> {
        let bit = 1 << (keyword as u16);
        if self.found & bit != 0 && keyword != Keyword::Other {
            let sentence = format!("{key:?} says again what another member of this object says");
            return Err(place.path.fault_at(key, Kind::Collision, sentence));
        }
        self.found |= bit;
        match keyword {
            Keyword::Id => self.id = Some((key, value)),
            Keyword::Value => self.value = Some(value),
            Keyword::List | Keyword::Set => self.wrapped = Some((key, value, keyword)),
            _ => {}
        }
        Ok(())
    }
}

/// Whether an object is read in a type's own context although it is nested: it is a value object
/// of at most two members, or only a reference.
fn keeps_context(members: &Members<'_>, keyword: impl Fn(&str) -> Option<Keyword>) -> bool {
    members.len() <= 2
        && members.iter().all(|(key, _)| key != "@context")
        && members.iter().any(|(key, _)| match keyword(key) {
            Some(Keyword::Value) => true,
            Some(Keyword::Id) => members.len() == 1,
            _ => false,
        })
}

pub(super) fn descend(place: Place<'_>) -> Result<Place<'_>, Fault> {
    if place.depth > MAX_DEPTH {
        return Err(place.path.fault(Kind::Limit, "nested too deeply"));
    }
    Ok(Place {
        depth: place.depth + 1,
        ..place
    })
}

pub(super) fn loss(place: Place<'_>, sentence: &str) -> Fault {
    place.path.fault(Kind::DataLoss, sentence)
}
