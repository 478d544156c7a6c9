//! Whom does the reader trust? Another question than whether a credential is real: an issuer that
//! is on no list keeps its good signature, and one that is on a list gets none by it.
//!
//! A list names issuers by their identifier or by their domain. Both count only for an issuer whose
//! key was found good for what it signed; a domain, only where the issuer's keys stand (did:web, an
//! https address) or where an organisation of ours has proven it. A name or an address that a
//! document merely claims never counts.

mod host;
mod read;

use std::{collections::HashMap, fmt};

use serde::Serialize;

use super::{
    judge::Ask,
    report::{Check, CheckId, Issuer, Outcome},
};
use host::Host;

/// Most entries of one list.
pub(super) const MAX_ENTRIES: usize = 10_000;
/// Most bytes of one list.
pub const MAX_LIST_BYTES: usize = crate::json::MAX_BYTES;
/// Most lists of one visitor.
pub const MAX_LISTS: usize = 8;

/// A list of issuers that somebody trusts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustList {
    name: String,
    /// Whether whoever asked brought it: then its names are nothing to sign.
    brought: bool,
    /// By identifier: what the list calls it.
    ids: HashMap<String, Option<String>>,
    /// By domain: what the list calls it.
    hosts: HashMap<Host, Option<String>>,
}

/// Why a list was not read: nothing of it counts then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFault {
    /// Line, from 1; 0 for a fault of the list as a whole.
    pub line: usize,
    /// Column in characters, from 1; 0 for a fault of the list as a whole.
    pub column: usize,
    /// What is wrong, in plain words.
    pub sentence: String,
}

impl fmt::Display for ListFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.sentence),
            line => write!(f, "line {line}, column {}: {}", self.column, self.sentence),
        }
    }
}

impl TrustList {
    /// Reads a list. `name` is what it is called where it has no name of its own.
    ///
    /// It may be text, with a DID, an https address or a domain on each line (`*.example.edu` for
    /// every domain below; what follows `#` is a remark, and behind an entry its name); our JSON,
    /// `{"name": …, "issuers": [{"id": …, "name": …}, {"domain": …}, "did:…"]}`, or only its list;
    /// or an issuer registry of the Digital Credentials Consortium,
    /// `{"registry": {"did:…": {"name": …}}}`.
    ///
    /// # Errors
    /// Every fault with its line and column; a list with one fault is not read at all.
    pub fn read(name: &str, text: &str) -> Result<TrustList, Vec<ListFault>> {
        read::list(name, text)
    }

    /// The same list, as brought by whoever asks. It counts alike, but a receipt repeats none of its
    /// names: what it is called, and what it calls an issuer, is the asker's own word.
    #[must_use]
    pub fn brought(mut self) -> TrustList {
        self.brought = true;
        self
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many issuers and domains it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len() + self.hosts.len()
    }

    /// Whether it names nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn by_id(&self, id: &str) -> Option<Naming> {
        let called = self.ids.get(id)?;
        Some(self.naming(By::Id, called))
    }

    fn by_host(&self, host: &Host) -> Option<Naming> {
        let mut wider = host.wider();
        let called = (self.hosts.get(host)).or_else(|| wider.find_map(|h| self.hosts.get(&h)))?;
        Some(self.naming(By::Domain, called))
    }

    fn naming(&self, by: By, called: &Option<String>) -> Naming {
        Naming {
            list: self.name.clone(),
            by,
            called: called.clone(),
        }
    }
}

/// How a list names an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[schema(as = report::By)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By its identifier.
    Id,
    /// By its domain.
    Domain,
}

/// A list that names the issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Naming)]
pub struct Naming {
    /// The name of the list.
    pub list: String,
    /// How it names the issuer.
    pub by: By,
    /// What the list calls the issuer, if it says so.
    pub called: Option<String>,
}

/// What became of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[schema(as = report::TrustReason)]
#[serde(rename_all = "snake_case")]
pub enum TrustReason {
    /// No list was used.
    NoList,
    /// A list names the issuer.
    Listed,
    /// No list names the issuer.
    NotListed,
    /// A list names whom the document names, but it is not shown that they made it.
    NotProven,
    /// It holds credentials, and each has its own answer.
    SeeInside,
}

/// Whether the reader trusts the issuer: another question than who the issuer is, and never a part
/// of the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Trust)]
pub struct Trust {
    /// Whether a list names the issuer; `None` if that was not asked.
    pub trusted: Option<bool>,
    /// For programs: why.
    pub reason: TrustReason,
    /// It, in one plain sentence.
    pub sentence: String,
    /// As [`sentence`](Self::sentence), for a receipt: without the names in lists that whoever asked
    /// brought.
    #[serde(skip)]
    pub noted: String,
    /// The names of the lists that were used.
    pub lists: Vec<String>,
    /// Those that name the issuer.
    pub named_by: Vec<Naming>,
}

/// Whether a list names the issuer of a document of which these checks are known.
pub(super) async fn judge(ask: Ask<'_>, issuer: Option<&Issuer>, checks: &[Check]) -> Trust {
    let lists = &ask.options.trust;
    let Some(issuer) = issuer else {
        return nobody(ask);
    };
    if lists.is_empty() {
        return nobody(ask);
    }
    let host = issuer.domain.as_deref().and_then(Host::of);
    let by_either = |host: Option<&Host>| -> Vec<Named> {
        let named = |list: &std::sync::Arc<TrustList>| {
            let by_host = || host.and_then(|host| list.by_host(host));
            let naming = list.by_id(&issuer.id).or_else(by_host)?;
            Some((list.brought, naming))
        };
        lists.iter().filter_map(named).collect()
    };
    let named = by_either(host.as_ref());
    let is_good = |id| {
        let mut checks = checks.iter();
        checks.any(|check: &Check| check.id == id && check.outcome == Outcome::Pass)
    };
    if !(is_good(CheckId::Proof) && is_good(CheckId::KeyBinding)) {
        return match named.is_empty() {
            true => nobody(ask),
            false => {
                let told = [lists_of(&named), noted_lists(&named)].map(|on| {
                    format!("It names an issuer that is on {on}, but it is not shown that this issuer made it.")
                });
                answer(ask, TrustReason::NotProven, named, told)
            }
        };
    }
    let (named, at) = match named.is_empty() && lists.iter().any(|list| !list.hosts.is_empty()) {
        // Asked only now: it may cost a look into the database.
        true => match ask.sources.proven_domain(&issuer.id).await {
            Some(domain) => (by_either(Host::of(&domain).as_ref()), Some(domain)),
            None => (named, None),
        },
        false => (named, issuer.domain.clone()),
    };
    let told = listed(&named, at.as_deref());
    match named.is_empty() {
        true => nobody(ask),
        false => answer(ask, TrustReason::Listed, named, told),
    }
}

/// A list that names the issuer, and whether whoever asked brought it.
type Named = (bool, Naming);

/// That the issuer is on these lists; to the reader, and for a receipt.
fn listed(named: &[Named], at: Option<&str>) -> [String; 2] {
    let called = |naming: Option<&Named>| match naming.and_then(|(_, n)| n.called.as_ref()) {
        Some(called) => format!(", which calls it “{called}”"),
        None => String::new(),
    };
    let told = |on: String, called: String| match (named.first().map(|(_, n)| n.by), at) {
        (Some(By::Domain), Some(domain)) => {
            format!("The issuer is at {domain}, and on {on}{called}.")
        }
        _ => format!("The issuer is on {on}{called}."),
    };
    // Of the operator's own list alone it is clear which one calls it so.
    let own = named
        .first()
        .filter(|_| named.iter().all(|(brought, _)| !brought));
    [
        told(lists_of(named), called(named.first())),
        told(noted_lists(named), called(own)),
    ]
}

/// The answer about what only holds other credentials.
pub(super) fn inside(ask: Ask<'_>) -> Trust {
    match ask.options.trust.is_empty() {
        true => nobody(ask),
        false => {
            let told = [
                "Your lists are about issuers: look at each credential in it.",
                "Lists are about issuers: each credential in it has its own.",
            ];
            let told = told.map(str::to_owned);
            answer(ask, TrustReason::SeeInside, Vec::new(), told)
        }
    }
}

/// The answer about what no list names, or has no issuer that could be looked up.
pub(super) fn nobody(ask: Ask<'_>) -> Trust {
    match ask.options.trust.is_empty() {
        true => {
            let told = [NO_LIST, NO_LIST].map(str::to_owned);
            answer(ask, TrustReason::NoList, Vec::new(), told)
        }
        false => answer(ask, TrustReason::NotListed, Vec::new(), not_listed(ask)),
    }
}

/// What is said where no list was used.
pub const NO_LIST: &str =
    "No list of trusted issuers was used: whether to trust the issuer is yours to say.";

/// What a receipt says instead of the name of a list that the asker brought.
const BROUGHT: &str = "a list that whoever asked brought";

fn answer(
    ask: Ask<'_>,
    reason: TrustReason,
    named: Vec<Named>,
    [sentence, noted]: [String; 2],
) -> Trust {
    Trust {
        trusted: match reason {
            TrustReason::NoList | TrustReason::SeeInside => None,
            TrustReason::Listed => Some(true),
            TrustReason::NotListed | TrustReason::NotProven => Some(false),
        },
        reason,
        sentence,
        noted,
        lists: ask.options.trust.iter().map(|l| l.name.clone()).collect(),
        named_by: named.into_iter().map(|(_, naming)| naming).collect(),
    }
}

fn not_listed(ask: Ask<'_>) -> [String; 2] {
    let lists = || ask.options.trust.iter();
    let quoted = |list: &std::sync::Arc<TrustList>| format!("“{}”", list.name);
    let names: Vec<String> = lists().map(quoted).collect();
    let mut noted: Vec<String> = lists().filter(|l| !l.brought).map(quoted).collect();
    noted.extend(lists().any(|l| l.brought).then(|| BROUGHT.to_owned()));
    [
        ("any list you use", names.join(", ")),
        ("any list that was used", noted.join(", ")),
    ]
    .map(|(any, names)| {
        format!("The issuer is not on {any} ({names}). That says nothing about the signature.")
    })
}

fn lists_of(named: &[Named]) -> String {
    let names: Vec<String> = (named.iter())
        .map(|(_, naming)| format!("“{}”", naming.list))
        .collect();
    match names.as_slice() {
        [one] => format!("the list {one}"),
        several => format!("the lists {}", several.join(" and ")),
    }
}

/// As [`lists_of`], without the names of those that the asker brought.
fn noted_lists(named: &[Named]) -> String {
    let own: Vec<Named> = named
        .iter()
        .filter(|(brought, _)| !brought)
        .cloned()
        .collect();
    match (own.is_empty(), own.len() == named.len()) {
        (true, _) => BROUGHT.to_owned(),
        (false, true) => lists_of(&own),
        (false, false) => format!("{}, and on {BROUGHT}", lists_of(&own)),
    }
}
