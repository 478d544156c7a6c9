//! What a node says: its types and properties, as quads.

use crate::json::Value;

use super::{
    active::{ActiveId, Coercion, Meaning, Mode, RDF_FIRST, RDF_NIL, RDF_REST, RDF_TYPE},
    fault::{Fault, Kind, Path},
    graph::{Node, Quad},
    iri::{self, Keyword},
    source::Container,
    walk::{Place, Property, Reference, Shape, Walk, descend, loss},
};

/// How many quads one document may have.
pub const MAX_QUADS: usize = crate::config::limits::DOCUMENT_QUADS;

impl Walk<'_> {
    /// One member of a node. Answers whether it says anything, be it an empty set.
    pub(super) fn member(
        &mut self,
        (base, context): (ActiveId, ActiveId),
        subject: Node,
        key: &str,
        value: &Value<'_>,
        place: Place<'_>,
    ) -> Result<bool, Fault> {
        let name = self.engine.name(key);
        let term = name.and_then(|name| self.engine.active(context).term(name).copied());
        let meaning = match (&term, iri::keyword(key)) {
            (_, Some(keyword)) => Meaning::Keyword(keyword),
            (Some(term), None) => term.meaning,
            (None, None) => Meaning::Nothing,
        };
        let predicate = match meaning {
            Meaning::Keyword(Keyword::Type) => return self.types(base, subject, value, place),
            Meaning::Keyword(Keyword::Id | Keyword::Context) => return Ok(false),
            Meaning::Keyword(_) => {
                let sentence = format!("the keyword {key:?} has no place here");
                return Err(place.path.fault(Kind::Keyword, sentence));
            }
            Meaning::Iri(id) => self.known_iri(id),
            Meaning::Nothing if term.is_none() => match self.iri(context, key, true) {
                Reference::Node(node) if node.text().is_some() => node,
                _ => return Err(undefined(key, place)),
            },
            Meaning::Nothing => return Err(undefined(key, place)),
        };
        let property = Property {
            name,
            term,
            context,
        };
        self.property(property, subject, predicate, value, place)
    }

    fn property(
        &mut self,
        property: Property,
        subject: Node,
        predicate: Node,
        value: &Value<'_>,
        place: Place<'_>,
    ) -> Result<bool, Fault> {
        let mark = self.objects.len();
        let Property { term, context, .. } = property;
        let (scoped, coercion, container) = match term {
            Some(term) => (term.scoped, term.coercion, term.container),
            None => (None, Coercion::None, Container::Set),
        };
        if coercion == Coercion::Json {
            let object = self.json(value);
            self.quad(subject, predicate, object, place)?;
            return Ok(true);
        }
        let inner = match scoped {
            Some(local) => self.apply(context, local, Mode::Property, place)?,
            None => context,
        };
        if container == Container::Graph {
            return self.graphs(inner, property, (subject, predicate), value, place);
        }
        match self.value(inner, property, value, false, place)? {
            Shape::Nothing => return Ok(false),
            Shape::List => {}
            _ if container == Container::List => self.list(mark, place)?,
            _ => {}
        }
        for at in mark..self.objects.len() {
            self.quad(subject, predicate, self.objects[at], place)?;
        }
        self.objects.truncate(mark);
        Ok(true)
    }

    /// The values of a `@graph` container: each a node in a graph of its own.
    fn graphs(
        &mut self,
        context: ActiveId,
        property: Property,
        link: (Node, Node),
        value: &Value<'_>,
        place: Place<'_>,
    ) -> Result<bool, Fault> {
        match value {
            Value::Null => Ok(false),
            Value::Array(items) => {
                let place = descend(place)?;
                let mut said = false;
                for (at, item) in items.iter().enumerate() {
                    let path = Path::Index(place.path, at);
                    said |= self.graphs(context, property, link, item, place.at(&path))?;
                }
                Ok(said)
            }
            Value::Object(members) => {
                let mark = self.objects.len();
                let graph = self.graph.fresh();
                let inside = Place { graph, ..place };
                let shape = self.object(context, Some(property), members, &[], true, inside)?;
                if shape != Shape::One {
                    return Err(loss(place, "a list or set cannot stand here"));
                }
                self.objects.truncate(mark);
                self.quad(link.0, link.1, graph, place)?;
                Ok(true)
            }
            _ => Err(loss(
                place,
                "only an object can stand here: the content of text is not signed",
            )),
        }
    }

    fn types(
        &mut self,
        context: ActiveId,
        subject: Node,
        value: &Value<'_>,
        place: Place<'_>,
    ) -> Result<bool, Fault> {
        let predicate = self.known_iri(RDF_TYPE);
        for (at, name) in value.one_or_many().iter().enumerate() {
            let index = Path::Index(place.path, at);
            let path = match value {
                Value::Array(_) => &index,
                _ => place.path,
            };
            let Value::String(name) = name else {
                return Err(path.fault(Kind::Shape, "a type must be a string"));
            };
            let object = self.reference(context, name, true, path)?;
            self.quad(subject, predicate, object, place)?;
        }
        Ok(!value.one_or_many().is_empty())
    }

    /// Turns the objects from `mark` on into one RDF list.
    pub(super) fn list(&mut self, mark: usize, place: Place<'_>) -> Result<(), Fault> {
        let nil = self.known_iri(RDF_NIL);
        let (first, rest) = (self.known_iri(RDF_FIRST), self.known_iri(RDF_REST));
        let mut tail = nil;
        while self.objects.len() > mark {
            if let Some(object) = self.objects.pop() {
                let cell = self.graph.fresh();
                self.quad(cell, first, object, place)?;
                self.quad(cell, rest, tail, place)?;
                tail = cell;
            }
        }
        self.objects.push(tail);
        Ok(())
    }

    fn quad(
        &mut self,
        subject: Node,
        predicate: Node,
        object: Node,
        place: Place<'_>,
    ) -> Result<(), Fault> {
        if self.graph.quads.len() == MAX_QUADS {
            let sentence = format!("the document has more than {MAX_QUADS} statements");
            return Err(Path::Root.fault(Kind::Limit, sentence));
        }
        self.graph.quads.push(Quad {
            subject,
            predicate,
            object,
            graph: place.graph,
        });
        Ok(())
    }
}

fn undefined(key: &str, place: Place<'_>) -> Fault {
    let sentence =
        format!("no context of this document defines {key:?} here, so that it would not be signed");
    place.path.fault(Kind::DataLoss, sentence)
}
