//! The document by itself: vocabulary, meaning, type, form, holder. Pure; nothing is looked up.

use std::borrow::Cow;

use crate::{
    credential::{self, Fault, Kind, Weight, has_type, schema},
    json::Value,
    rdf::{self, contexts},
};

use super::report::{Check, CheckId, Outcome, Warning};

const DATA_MODEL_MALFORMED: &str = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR";
const DATA_LOSS: &str = "https://w3id.org/security#DATA_LOSS_DETECTION_ERROR";
const TRANSFORMATION: &str = "https://w3id.org/security#PROOF_TRANSFORMATION_ERROR";

/// What sort of credential a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Achievement,
    Endorsement,
    /// A learner record, which holds credentials.
    Record,
    /// No credential itself: it presents some.
    Presentation,
    /// A verifiable credential about something else.
    Other,
}

/// What was found in the document.
pub(super) struct Examined {
    pub(super) sort: Sort,
    pub(super) checks: Vec<Check>,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<Warning>,
}

/// What sort of credential it says it is.
pub(super) fn sort(document: &Value) -> Sort {
    if has_type(document, "EndorsementCredential") {
        Sort::Endorsement
    } else if has_type(document, "ClrCredential") {
        Sort::Record
    } else if has_type(document, "OpenBadgeCredential")
        || has_type(document, "AchievementCredential")
        || !has_type(document, "VerifiableCredential")
    {
        Sort::Achievement
    } else {
        Sort::Other
    }
}

/// Examines a credential that is a JSON object; `any`: whether one of any kind will do. What a learner record holds is left out: each of
/// its credentials is examined by itself.
pub(super) fn examine(document: &Value, any: bool) -> Examined {
    let sort = sort(document);
    let whole = document;
    let document = &*match sort {
        Sort::Record => super::record::without_children(document),
        _ => Cow::Borrowed(document),
    };
    let faults = match sort {
        Sort::Other => credential::generic_faults(document),
        Sort::Record => {
            let mut faults = credential::record_faults(document);
            faults.extend(super::record::faults(whole));
            faults
        }
        _ => credential::faults(document),
    };
    let mut examined = judge((document, whole), sort, faults, &["proof"], any);
    examined.warnings.extend(warnings(document));
    examined
}

/// The checks of a document with these faults, looking past the outermost members of `skip`; the
/// document as it is examined, and whole, as its schema should see it.
pub(super) fn judge(
    (document, whole): (&Value, &Value),
    sort: Sort,
    faults: Vec<Fault>,
    skip: &'static [&'static str],
    any: bool,
) -> Examined {
    let pinned = contexts::check_with(
        document,
        contexts::Embedded {
            members: &["endorsement"],
            skip,
            examples: any && matches!(sort, Sort::Other | Sort::Presentation),
        },
    );
    let mut sorted = Sorted::of(&faults);
    let mut checks = vec![
        context(&sorted.context, pinned.as_ref().err()),
        meaning(&sorted.structure, pinned.as_ref().err()),
        types(&sorted.types, sort, any),
    ];
    let mut warnings = Vec::new();
    let schema_check = form(whole, sort, &mut sorted.form, &mut warnings);
    checks.push(schema_check);
    if sort != Sort::Presentation {
        checks.push(holder(&sorted.subject));
    }
    Examined {
        sort,
        checks,
        faults,
        warnings,
    }
}

/// Old vocabularies mean what they meant; that they are old is said.
fn warnings(document: &Value) -> Vec<Warning> {
    let contexts = document.get("@context").map(Value::one_or_many);
    let names = |name: &str| {
        let mut found = contexts.unwrap_or_default().iter();
        found.any(|context| context.as_str() == Some(name))
    };
    let mut warnings = Vec::new();
    if credential::is_version_1(document) {
        warnings.push(Warning::new(
            "old_data_model",
            "It follows version 1.1 of the W3C data model; 2.0 is the one in force.",
        ));
    }
    for (version, url) in OLD_CONTEXTS {
        if names(url) {
            warnings.push(Warning::new(
                "old_context",
                format!("It uses the Open Badges vocabulary of version {version}; 3.0.3 is the one in force."),
            ));
        }
    }
    warnings
}

/// Versions of the Open Badges context before the one in force.
const OLD_CONTEXTS: [(&str, &str); 3] = [
    (
        "3.0",
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    ),
    (
        "3.0.1",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
    ),
    (
        "3.0.2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
    ),
];

/// The faults that make a document wrong, by the check they belong to. Dates of the credential
/// itself have checks of their own.
#[derive(Default)]
struct Sorted<'f> {
    context: Vec<&'f Fault>,
    structure: Vec<&'f Fault>,
    types: Vec<&'f Fault>,
    subject: Vec<&'f Fault>,
    form: Vec<&'f Fault>,
}

impl<'f> Sorted<'f> {
    fn of(faults: &'f [Fault]) -> Sorted<'f> {
        let mut sorted = Sorted::default();
        for fault in faults.iter().filter(|fault| fault.weight == Weight::Wrong) {
            let list = match fault.pointer.as_str() {
                _ if fault.kind == Kind::Structure => &mut sorted.structure,
                p if p.starts_with("/@context") => &mut sorted.context,
                p if p == "/type" || p.starts_with("/type/") => &mut sorted.types,
                "/credentialSubject" | "/credentialSubject/id" => &mut sorted.subject,
                p if p.starts_with("/credentialSubject/identifier") => &mut sorted.subject,
                _ => &mut sorted.form,
            };
            list.push(fault);
        }
        sorted
    }
}

/// The first fault with its place, and how many more there are.
fn told(faults: &[&Fault]) -> String {
    let Some(first) = faults.first() else {
        return String::new();
    };
    let place = if first.pointer.is_empty() {
        String::new()
    } else {
        format!(" (at {})", first.pointer)
    };
    let more = match faults.len() {
        1 => String::new(),
        2 => " There is one more fault like this.".to_owned(),
        n => format!(" There are {} more faults like this.", n - 1),
    };
    format!("{}{place}{more}", first.sentence)
}

fn context(faults: &[&Fault], pinned: Option<&rdf::Fault>) -> Check {
    use rdf::Kind::{RefusedContext, UnknownContext};
    match pinned {
        Some(fault) if fault.kind == RefusedContext => Check::fail(
            CheckId::Context,
            "refused_context",
            super::input::sentence(&fault.to_string()),
        )
        .problem(DATA_MODEL_MALFORMED),
        Some(fault) if fault.kind == UnknownContext => Check::unknown(
            CheckId::Context,
            "unknown_context",
            "It uses a vocabulary that is not known here, and none is fetched: what it says could mean anything.",
        ),
        _ if !faults.is_empty() => Check::fail(CheckId::Context, "wrong_context", told(faults))
            .problem(DATA_MODEL_MALFORMED),
        _ => Check::pass(CheckId::Context, "Every vocabulary it uses is known here."),
    }
}

fn meaning(faults: &[&Fault], pinned: Option<&rdf::Fault>) -> Check {
    if !faults.is_empty() {
        return Check::fail(CheckId::JsonldSafe, "second_meaning", told(faults))
            .problem(DATA_MODEL_MALFORMED);
    }
    match pinned {
        Some(fault) if !is_about_contexts(fault) => unsafe_meaning(fault),
        _ => Check::pass(CheckId::JsonldSafe, "Nothing in it has a second meaning."),
    }
}

fn is_about_contexts(fault: &rdf::Fault) -> bool {
    matches!(
        fault.kind,
        rdf::Kind::UnknownContext | rdf::Kind::RefusedContext
    )
}

/// A fault on the way to what is signed: part of the document would not be protected.
pub(super) fn unsafe_meaning(fault: &rdf::Fault) -> Check {
    let problem = match fault.kind.code() {
        "DATA_LOSS_DETECTION_ERROR" => DATA_LOSS,
        _ => TRANSFORMATION,
    };
    Check::fail(
        CheckId::JsonldSafe,
        fault.kind.code(),
        format!(
            "Part of it has no meaning that a signature could protect: {}.",
            fault.to_string().trim_end_matches('.')
        ),
    )
    .problem(problem)
}

fn types(faults: &[&Fault], sort: Sort, any: bool) -> Check {
    match sort {
        _ if !faults.is_empty() => {
            Check::fail(CheckId::Type, "wrong_type", told(faults)).problem(DATA_MODEL_MALFORMED)
        }
        Sort::Achievement => Check::pass(
            CheckId::Type,
            "It says that it is an Open Badges credential.",
        ),
        Sort::Endorsement => Check::pass(CheckId::Type, "It says that it is an endorsement."),
        Sort::Record => Check::pass(CheckId::Type, "It says that it is a learner record."),
        Sort::Presentation => Check::pass(CheckId::Type, "It says that it is a presentation."),
        Sort::Other if any => {
            Check::pass(CheckId::Type, "It says that it is a verifiable credential.")
        }
        Sort::Other => Check::unknown(
            CheckId::Type,
            "other_credential",
            "It is a verifiable credential, but not a badge: what it says is not read here.",
        ),
    }
}

fn form(
    document: &Value,
    sort: Sort,
    faults: &mut Vec<&Fault>,
    warnings: &mut Vec<Warning>,
) -> Check {
    if !faults.is_empty() {
        return Check::fail(CheckId::Schema, "malformed", told(faults))
            .problem(DATA_MODEL_MALFORMED);
    }
    let mut unknown = false;
    let mut checked = false;
    let strict = with_proofs_in_a_list(document);
    for named in document
        .get("credentialSchema")
        .map(Value::one_or_many)
        .unwrap_or_default()
    {
        match named
            .get("id")
            .and_then(Value::as_str)
            .and_then(schema::known)
        {
            Some(ours) => {
                checked = true;
                let against = match schema::check_against(&strict, ours) {
                    faults if faults.is_empty() => faults,
                    faults => match in_lists(&strict, ours, faults) {
                        Ok(()) => {
                            warnings.push(Warning::new(
                                "compact_form",
                                "It writes single values where the schema it names wants lists of one; they mean the same.",
                            ));
                            Vec::new()
                        }
                        Err(faults) => faults,
                    },
                };
                if let Some(first) = against.first() {
                    let place = super::input::sentence(&format!(
                        "{} (at {})",
                        first.sentence.trim_end_matches('.'),
                        first.pointer
                    ));
                    return Check::fail(CheckId::Schema, "schema_mismatch", place)
                        .problem(DATA_MODEL_MALFORMED);
                }
            }
            None => unknown = true,
        }
    }
    let standard = match sort {
        Sort::Other | Sort::Presentation => "the standard",
        Sort::Record => "CLR 2.0",
        Sort::Achievement | Sort::Endorsement => "Open Badges 3.0",
    };
    Check::pass(
        CheckId::Schema,
        match (checked, unknown) {
            (true, false) => format!(
                "It has the form that {standard} asks for, and follows the schema it names."
            ),
            (_, true) => format!(
                "It has the form that {standard} asks for. It names a schema that is not known here; that one was not checked."
            ),
            (false, false) => format!("It has the form that {standard} asks for."),
        },
    )
}

/// Whether a document follows a schema once its single values are written as lists of one, which in
/// linked data is the same. Otherwise what is still wrong.
fn in_lists(
    document: &Value<'_>,
    ours: schema::Schema,
    mut faults: Vec<Fault>,
) -> Result<(), Vec<Fault>> {
    let mut document = document.clone();
    // Lists stand in lists, a few deep.
    for _ in 0..8 {
        let mut changed = false;
        for fault in faults
            .iter()
            .filter(|fault| fault.sentence.contains("\"array\""))
        {
            if let Some(value) = document.pointer_mut(&fault.pointer) {
                let one = std::mem::replace(value, Value::Null);
                *value = Value::Array(vec![one]);
                changed = true;
            }
        }
        if !changed {
            break;
        }
        faults = schema::check_against(&document, ours);
        if faults.is_empty() {
            return Ok(());
        }
    }
    Err(faults)
}

/// The document as its schema should see it. Most signing software writes a lone proof without the
/// brackets that the strict schema asks for; that says nothing about what the issuer wrote.
fn with_proofs_in_a_list<'d, 'a>(document: &'d Value<'a>) -> Cow<'d, Value<'a>> {
    match document.get("proof") {
        Some(proof @ Value::Object(_)) => {
            let proofs = Value::Array(vec![proof.clone()]);
            let mut document = document.clone();
            document.set("proof", proofs);
            Cow::Owned(document)
        }
        _ => Cow::Borrowed(document),
    }
}

fn holder(faults: &[&Fault]) -> Check {
    if faults.is_empty() {
        Check::pass(CheckId::Subject, "It says whose it is, by an identifier.")
    } else {
        Check::fail(CheckId::Subject, "no_subject", told(faults)).problem(DATA_MODEL_MALFORMED)
    }
}

/// Puts a check in place of the one with the same id.
pub(super) fn replace(checks: &mut Vec<Check>, check: Check) {
    match checks.iter_mut().find(|old| old.id == check.id) {
        Some(old) if old.outcome != Outcome::Fail => *old = check,
        Some(_) => {}
        None => checks.push(check),
    }
}
