//! Reading lists of trusted issuers: text, our JSON, and the registries of the Digital Credentials
//! Consortium. A list with one fault is not read at all.

use std::collections::HashMap;

use url::Url;

use super::{Host, ListFault, MAX_ENTRIES, MAX_LIST_BYTES, TrustList};
use crate::{
    did::{self, Did},
    json::{self, Value},
};

/// Most faults that are told of one list.
const MAX_FAULTS: usize = 20;

pub(super) fn list(name: &str, text: &str) -> Result<TrustList, Vec<ListFault>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reading = Reading {
        text,
        list: TrustList {
            name: name.to_owned(),
            brought: false,
            ids: HashMap::new(),
            hosts: HashMap::new(),
        },
        faults: Vec::new(),
    };
    if text.len() > MAX_LIST_BYTES {
        let limit = MAX_LIST_BYTES / 1024;
        reading.whole(format!("This list has over {limit} KiB."));
    } else if text.trim_start().starts_with(['{', '[']) {
        reading.json();
    } else {
        reading.lines();
    }
    if reading.faults.is_empty() && reading.list.is_empty() {
        reading.whole("This list names nobody.".to_owned());
    }
    if reading.list.len() > MAX_ENTRIES {
        reading.whole(format!("This list has more than {MAX_ENTRIES} entries."));
    }
    match reading.faults.is_empty() {
        true => Ok(reading.list),
        false => Err(reading.faults),
    }
}

/// What one entry names.
enum Entry {
    Id(String),
    Host(Host),
}

struct Reading<'t> {
    text: &'t str,
    list: TrustList,
    faults: Vec<ListFault>,
}

impl Reading<'_> {
    /// One entry a line, and its name behind a `#`.
    fn lines(&mut self) {
        for (number, line) in self.text.lines().enumerate() {
            let (wanted, remark) = match comment(line) {
                Some(at) => (&line[..at], Some(line[at + 1..].trim())),
                None => (line, None),
            };
            let entry = wanted.trim();
            if entry.is_empty() {
                continue;
            }
            let indent = wanted.len() - wanted.trim_start().len();
            let at = (number + 1, line[..indent].chars().count() + 1);
            self.add(entry, remark.filter(|remark| !remark.is_empty()), at);
        }
    }

    fn json(&mut self) {
        let value = match json::parse(self.text) {
            Ok(value) => value,
            Err(error) => {
                return self.fault((error.line, error.column), error.message);
            }
        };
        if let Some(name) = value.get("name").and_then(Value::as_str) {
            self.list.name = name.to_owned();
        }
        if let Some(registry) = value.get("registry") {
            return self.registry(registry);
        }
        match value.get("issuers").unwrap_or(&value) {
            Value::Array(issuers) => issuers.iter().for_each(|issuer| self.issuer(issuer)),
            _ => self.whole(
                "This JSON is no list that is known here: it has neither `issuers` nor `registry`."
                    .to_owned(),
            ),
        }
    }

    /// DIDs as the names of members, and what is known of each. Its `url` is where people read
    /// about the issuer; it names no domain of the issuer's keys, and is not trusted.
    fn registry(&mut self, registry: &Value<'_>) {
        let Some(members) = registry.members() else {
            return self.whole("`registry` must be an object with DIDs as its names.".to_owned());
        };
        for (id, about) in members {
            let at = self.place(id);
            if about.members().is_none() {
                self.fault(at, "what is said of an issuer must be an object".to_owned());
            } else if is_id(id) {
                self.add(id, about.get("name").and_then(Value::as_str), at);
            } else {
                self.fault(at, "a registry names issuers by their DIDs".to_owned());
            }
        }
    }

    /// One entry of our own JSON.
    fn issuer(&mut self, issuer: &Value<'_>) {
        if let Some(entry) = issuer.as_str() {
            return self.add(entry, None, self.place(entry));
        }
        let text = |name| issuer.get(name).and_then(Value::as_str);
        let kind = text("type").unwrap_or_default();
        if kind == "dcc-legacy" || kind == "oidf" {
            let sentence = "This is a list of registries: use the registries that it names.";
            return self.whole(sentence.to_owned());
        }
        match (text("id").or_else(|| text("did")), text("domain")) {
            (Some(id), None) if is_id(id) => self.add(id, text("name"), self.place(id)),
            (Some(id), None) => {
                let sentence = "an `id` is a DID or an https address";
                self.fault(self.place(id), sentence.to_owned());
            }
            (None, Some(domain)) if !is_id(domain) => {
                self.add(domain, text("name"), self.place(domain));
            }
            (None, Some(domain)) => {
                let sentence = "a `domain` is written like example.edu";
                self.fault(self.place(domain), sentence.to_owned());
            }
            _ => self.whole(
                "Each entry must be a text, or an object with either `id` or `domain`.".to_owned(),
            ),
        }
    }

    fn add(&mut self, entry: &str, called: Option<&str>, at: (usize, usize)) {
        let called = called.map(str::to_owned);
        match read(entry) {
            Ok(Entry::Id(id)) => _ = self.list.ids.insert(id, called),
            Ok(Entry::Host(host)) => _ = self.list.hosts.insert(host, called),
            Err(sentence) => self.fault(at, sentence),
        }
    }

    fn fault(&mut self, (line, column): (usize, usize), sentence: String) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(ListFault {
                line,
                column,
                sentence,
            });
        }
    }

    /// A fault that has no place of its own; told once.
    fn whole(&mut self, sentence: String) {
        if !self.faults.iter().any(|fault| fault.sentence == sentence) {
            self.fault((0, 0), sentence);
        }
    }

    /// Line and column of a text in the JSON that holds it.
    fn place(&self, text: &str) -> (usize, usize) {
        let quoted = json::text(&Value::from(text.to_owned()));
        let Some(at) = self.text.find(&quoted) else {
            return (0, 0);
        };
        let before = &self.text[..at];
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }
}

/// Where a remark begins: a `#` at the start of the line or behind a space. Elsewhere it is a part
/// of the entry.
fn comment(line: &str) -> Option<usize> {
    line.match_indices('#')
        .map(|(at, _)| at)
        .find(|&at| line[..at].is_empty() || line[..at].ends_with(char::is_whitespace))
}

fn is_id(text: &str) -> bool {
    text.starts_with("did:") || text.contains("://")
}

fn read(entry: &str) -> Result<Entry, String> {
    if entry.contains(char::is_whitespace) {
        return Err("one entry a line, without spaces; a remark begins with #".to_owned());
    }
    if entry.starts_with("did:") {
        return match entry.contains(['#', '?', '/']) {
            true => Err("this names a key or a part of a DID document, not an issuer".to_owned()),
            false => match Did::parse(entry) {
                Ok(did) => Ok(Entry::Id(did.as_str().to_owned())),
                Err(error) => Err(format!("this is no DID: {error}")),
            },
        };
    }
    if entry.contains("://") {
        return address(entry);
    }
    let host = Host::pattern(entry).map(Entry::Host);
    host.ok_or_else(|| "this is no DID, no https address and no domain".to_owned())
}

/// An address is an issuer's identifier; one without a path stands for the whole domain.
fn address(entry: &str) -> Result<Entry, String> {
    let url = Url::parse(entry).map_err(|_| "this is no address".to_owned())?;
    let is_local = url.scheme() == "http" && did::web::is_loopback(url.host_str().unwrap_or(""));
    if url.scheme() != "https" && !is_local {
        return Err("an address must begin with https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("an address has no user name, no password and no #".to_owned());
    }
    if url.path() == "/" && url.query().is_none() {
        return match Host::of_url(&url) {
            Some(host) => Ok(Entry::Host(host)),
            None => Err("this address has no domain".to_owned()),
        };
    }
    Ok(Entry::Id(entry.to_owned()))
}
