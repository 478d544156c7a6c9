//! What can be wrong with a document on its way to RDF, and where.

use std::fmt;

use crate::json;

/// Why a document has no canonical form, and the place that is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// RFC 6901 pointer to the member at fault; empty for the whole document.
    pub pointer: String,
    /// What is wrong, for a program to tell apart.
    pub kind: Kind,
    /// What is wrong, in plain words, without the pointer.
    pub sentence: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => f.write_str(&self.sentence),
            pointer => write!(f, "{pointer}: {}", self.sentence),
        }
    }
}

impl std::error::Error for Fault {}

/// The kinds of [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A part of the document would not be signed: an undefined term, an empty node, a null value.
    DataLoss,
    /// A context that is not among the pinned ones: its terms cannot be known here.
    UnknownContext,
    /// A context that could never be trusted: written inline, misplaced, repeated, or a look-alike
    /// of a pinned one.
    RefusedContext,
    /// A JSON-LD keyword that has no place in a credential (`@graph`, `@reverse`, `@nest` …).
    Keyword,
    /// An identifier that is not an absolute IRI.
    RelativeIri,
    /// Two members of one node mean the same keyword (`id` and `@id`).
    Collision,
    /// A number that the common libraries canonicalise to another number.
    Number,
    /// A character that must not be signed.
    Character,
    /// A value of the wrong shape for its place.
    Shape,
    /// Larger or more entangled than is read here.
    Limit,
}

impl Kind {
    /// The W3C name where there is one (Data Integrity 1.0 §4.6), else a name of ours in that style.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Kind::UnknownContext => "UNKNOWN_CONTEXT_ERROR",
            Kind::RefusedContext => "REFUSED_CONTEXT_ERROR",
            Kind::Limit => "LIMIT_ERROR",
            Kind::DataLoss
            | Kind::Keyword
            | Kind::RelativeIri
            | Kind::Collision
            | Kind::Number
            | Kind::Character
            | Kind::Shape => "DATA_LOSS_DETECTION_ERROR",
        }
    }
}

/// The way from the root to a value, kept on the stack and only written out for a fault.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl Path<'_> {
    pub(super) fn fault(&self, kind: Kind, sentence: impl Into<String>) -> Fault {
        Fault {
            pointer: self.pointer(),
            kind,
            sentence: sentence.into(),
        }
    }

    /// A fault about the member `key` of this value.
    pub(super) fn fault_at(&self, key: &str, kind: Kind, sentence: impl Into<String>) -> Fault {
        Path::Key(self, key).fault(kind, sentence)
    }

    fn pointer(&self) -> String {
        match self {
            Path::Root => String::new(),
            Path::Key(parent, key) => {
                let mut pointer = parent.pointer();
                json::push_step(&mut pointer, key);
                pointer
            }
            Path::Index(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}
