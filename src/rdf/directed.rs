//! Texts that differ only in their direction.
//!
//! jsonld.js takes two values of one property for the same when text, language and type agree,
//! and drops the second, whatever their directions (`compareValues`, jsonld 9.0): its signatures
//! do not cover that one. So no document may hold such a pair.

use super::{
    fault::{Fault, Kind, Path},
    graph::{Graph, Node},
};

/// Node, property and graph of a value, then its text and language.
type Value<'g> = ((Node, Node, Node), (&'g str, &'g str));

const I18N: &str = "^^<https://www.w3.org/ns/i18n#";

/// Refuses a graph in which one property of one node has the same text and language twice.
pub(super) fn check(graph: &Graph) -> Result<(), Fault> {
    if !graph.directed {
        return Ok(());
    }
    let mut seen: Vec<Value<'_>> = graph
        .quads
        .iter()
        .filter_map(|quad| {
            let literal = undirected(graph.text(quad.object.text()?))?;
            Some(((quad.subject, quad.predicate, quad.graph), literal))
        })
        .collect();
    seen.sort_unstable();
    match seen.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Path::Root.fault(
            Kind::DataLoss,
            format!(
                "{} stands twice for one property, only its direction differs; common software signs one of them",
                pair[0].1.0
            ),
        )),
        None => Ok(()),
    }
}

/// The text and the language of a literal, its direction left out; `None` for typed ones.
fn undirected(literal: &str) -> Option<(&str, &str)> {
    let end = literal.rfind('"')?;
    if !literal.starts_with('"') {
        return None;
    }
    let (text, suffix) = literal.split_at(end + 1);
    if suffix.is_empty() {
        return Some((text, ""));
    }
    if let Some(language) = suffix.strip_prefix('@') {
        return Some((text, language));
    }
    let (language, _) = suffix.strip_prefix(I18N)?.rsplit_once('_')?;
    Some((text, language))
}
