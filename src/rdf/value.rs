//! Values: references, literals, value objects, JSON literals.

use crate::json::{self, Members, Value};

use super::{
    active::{ActiveId, Coercion, IriId, Meaning, Term},
    fault::{Fault, Kind, Path},
    graph::{Graph, Node},
    iri::{self, Keyword},
    literal,
    walk::{Place, Reference, Walk, loss},
};

const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";
const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";
const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";
const XSD_DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";
const RDF_JSON: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
const RDF_LANG_STRING: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";

/// The smallest magnitude besides zero that a signed number may have: below it the common
/// JavaScript library writes some numbers as `0`, so that its signatures do not cover them.
pub const SMALLEST_NUMBER: f64 = 1e-6;

impl Walk<'_> {
    /// A scalar under a property (JSON-LD 1.1 API §5.3, value expansion).
    pub(super) fn scalar(
        &mut self,
        context: ActiveId,
        term: Option<Term>,
        value: &Value<'_>,
        place: Place<'_>,
    ) -> Result<Node, Fault> {
        let coercion = term.map_or(Coercion::None, |term| term.coercion);
        match (coercion, value) {
            (Coercion::Id, Value::String(text)) => self.reference(context, text, false, place.path),
            (Coercion::Vocab, Value::String(text)) => {
                self.reference(context, text, true, place.path)
            }
            (Coercion::Datatype(id), value) => {
                literal_of(self.graph, value, Some(self.engine.iri(id)), place)
            }
            (_, value) => literal_of(self.graph, value, None, place),
        }
    }

    /// A `@value` object. Its keys were read in `context`, its `@type` is read in `base`.
    pub(super) fn value_object(
        &mut self,
        base: ActiveId,
        context: ActiveId,
        members: &Members<'_>,
        value: &Value<'_>,
        place: Place<'_>,
    ) -> Result<Node, Fault> {
        let (mut datatype, mut language, mut direction) = (None, None, None);
        for (key, member) in members {
            let path = Path::Key(place.path, key);
            match (self.engine.active(context).keyword(key), member) {
                (Some(Keyword::Value | Keyword::Context), _)
                | (Some(Keyword::Language), Value::Null) => {}
                (Some(Keyword::Type), Value::String(name)) => {
                    datatype = Some(self.datatype(base, name, &path)?);
                }
                (Some(Keyword::Language), Value::String(tag)) if iri::is_language(tag) => {
                    language = Some(tag.to_ascii_lowercase());
                }
                (Some(Keyword::Direction), Value::String(way)) if way == "ltr" || way == "rtl" => {
                    direction = Some(way.as_ref());
                }
                (Some(Keyword::Type | Keyword::Language | Keyword::Direction), _) => {
                    return Err(path.fault(Kind::Shape, format!("this is no value for {key:?}")));
                }
                _ => {
                    let sentence = format!("{key:?} cannot stand beside a value");
                    return Err(path.fault(Kind::Shape, sentence));
                }
            }
        }
        if language.is_none() && direction.is_none() {
            return match value {
                Value::Null => Err(loss(place, "a null value is not signed")),
                value => literal_of(self.graph, value, datatype.as_deref(), place),
            };
        }
        let Value::String(text) = value else {
            return Err(place
                .path
                .fault(Kind::Shape, "only text has a language or a direction"));
        };
        if datatype.is_some() {
            let sentence = "a value has a type, or a language and direction, not both";
            return Err(place.path.fault(Kind::Shape, sentence));
        }
        Ok(self.tagged(text, language.as_deref(), direction))
    }

    fn datatype(
        &mut self,
        context: ActiveId,
        name: &str,
        path: &Path<'_>,
    ) -> Result<String, Fault> {
        let node = self.reference(context, name, true, path)?;
        let Some(text) = node.text() else {
            return Err(path.fault(Kind::Shape, "the type of a value must be an IRI"));
        };
        let iri = self.graph.text(text);
        Ok(iri[1..iri.len() - 1].to_owned())
    }

    /// Text with a language, a direction, or both (`rdfDirection: i18n-datatype`).
    fn tagged(&mut self, text: &str, language: Option<&str>, direction: Option<&str>) -> Node {
        self.graph.directed |= direction.is_some();
        self.graph.store(|out| {
            quoted(text, out);
            match (language, direction) {
                (language, Some(direction)) => {
                    out.push_str("^^<https://www.w3.org/ns/i18n#");
                    out.push_str(language.unwrap_or_default());
                    out.push('_');
                    out.push_str(direction);
                    out.push('>');
                }
                (Some(language), None) => {
                    out.push('@');
                    out.push_str(language);
                }
                (None, None) => {}
            }
        })
    }

    /// A value of a term of type `@json`: its RFC 8785 text.
    pub(super) fn json(&mut self, value: &Value<'_>) -> Node {
        store(self.graph, &json::canonical(value), Some(RDF_JSON))
    }

    /// A text that must be an absolute IRI or a blank node; with `vocab` also a term.
    pub(super) fn reference(
        &mut self,
        context: ActiveId,
        text: &str,
        vocab: bool,
        path: &Path<'_>,
    ) -> Result<Node, Fault> {
        match self.iri(context, text, vocab) {
            Reference::Node(node) => Ok(node),
            Reference::Keyword => {
                let sentence = format!("{text:?} is reserved and identifies nothing");
                Err(path.fault(Kind::Keyword, sentence))
            }
            Reference::Relative if vocab => {
                let sentence = format!("{text:?} is neither a known term here nor an absolute IRI");
                Err(path.fault(Kind::DataLoss, sentence))
            }
            Reference::Relative => {
                let sentence = format!("{text:?} is not an absolute IRI");
                Err(path.fault(Kind::RelativeIri, sentence))
            }
        }
    }

    /// Reads a text as an IRI (§5.2, IRI expansion with no base).
    pub(super) fn iri(&mut self, context: ActiveId, text: &str, vocab: bool) -> Reference {
        if iri::keyword(text).is_some() {
            return Reference::Keyword;
        }
        let active = self.engine.active(context);
        if vocab && let Some(term) = self.engine.term(context, text) {
            return match term.meaning {
                Meaning::Iri(id) => Reference::Node(self.known_iri(id)),
                Meaning::Keyword(_) | Meaning::Nothing => Reference::Keyword,
            };
        }
        if let Some((prefix, suffix)) = text.split_once(':') {
            if prefix == "_" {
                return if suffix.is_empty() || suffix.contains(char::is_whitespace) {
                    Reference::Relative
                } else {
                    Reference::Node(self.graph.labelled(suffix))
                };
            }
            if !suffix.starts_with("//")
                && let Some(term) = self.engine.term(context, prefix)
                && term.prefix
                && let Meaning::Iri(id) = term.meaning
            {
                let full = format!("{}{suffix}", self.engine.iri(id));
                return self.absolute(&full);
            }
            if iri::is_absolute(text) {
                return Reference::Node(self.graph.iri(text));
            }
        }
        match &active.vocab {
            Some(stem) if vocab => {
                let full = format!("{stem}{text}");
                self.absolute(&full)
            }
            _ => Reference::Relative,
        }
    }

    fn absolute(&mut self, text: &str) -> Reference {
        if iri::is_absolute(text) {
            Reference::Node(self.graph.iri(text))
        } else {
            Reference::Relative
        }
    }

    /// The stored text of an IRI that a pinned context mentions.
    pub(super) fn known_iri(&mut self, id: IriId) -> Node {
        match self.graph.lasting(id.0 as usize) {
            Some(node) => node,
            None => self.graph.iri(self.engine.iri(id)),
        }
    }
}

/// A scalar as a literal of `datatype`, or of the type that suits it (JSON-LD 1.1 API §8.2.2).
fn literal_of(
    graph: &mut Graph,
    value: &Value<'_>,
    datatype: Option<&str>,
    place: Place<'_>,
) -> Result<Node, Fault> {
    let (text, natural) = match value {
        Value::String(text) => {
            check_text(text, datatype, place)?;
            return Ok(store(graph, text, datatype));
        }
        Value::Bool(true) => ("true".to_owned(), XSD_BOOLEAN),
        Value::Bool(false) => ("false".to_owned(), XSD_BOOLEAN),
        Value::Number(number) => {
            check_number(*number, place)?;
            if literal::is_double(*number) || datatype == Some(XSD_DOUBLE) {
                (literal::double(*number), XSD_DOUBLE)
            } else {
                (literal::integer(*number), XSD_INTEGER)
            }
        }
        Value::Null | Value::Array(_) | Value::Object(_) => {
            let sentence = "a value is text, a number, true or false";
            return Err(place.path.fault(Kind::Shape, sentence));
        }
    };
    Ok(store(graph, &text, Some(datatype.unwrap_or(natural))))
}

fn store(graph: &mut Graph, text: &str, datatype: Option<&str>) -> Node {
    graph.store(|out| {
        quoted(text, out);
        if let Some(iri) = datatype.filter(|iri| *iri != XSD_STRING) {
            out.push_str("^^<");
            out.push_str(iri);
            out.push('>');
        }
    })
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    literal::escape(text, out);
    out.push('"');
}

fn check_number(number: f64, place: Place<'_>) -> Result<(), Fault> {
    if !number.is_finite() {
        return Err(place.path.fault(Kind::Number, "this is no number"));
    }
    if number != 0.0 && number.abs() < SMALLEST_NUMBER {
        let sentence =
            "a number this close to zero is signed as 0 by common software; write it as text";
        return Err(place.path.fault(Kind::Number, sentence));
    }
    Ok(())
}

/// Text that a type would change on the way: refused, because libraries differ.
fn check_text(text: &str, datatype: Option<&str>, place: Place<'_>) -> Result<(), Fault> {
    let changes = match datatype {
        Some(XSD_DOUBLE) => !text
            .parse::<f64>()
            .is_ok_and(|number| number.is_finite() && literal::double(number) == text),
        Some(RDF_LANG_STRING) => true,
        _ => false,
    };
    if changes {
        let sentence = "this text does not survive its type unchanged";
        return Err(place.path.fault(Kind::Shape, sentence));
    }
    Ok(())
}
