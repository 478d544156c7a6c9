//! CASE (Competencies and Academic Standards Exchange), versions 1.0 and 1.1: packages in and out.
//!
//! A map is a `CFDocument` whose skills are `CFItems`; the standards and jobs of a skill are
//! associations (`isRelatedTo`) to their own addresses. What CASE has no place for stands in
//! `extensions`, which version 1.1 allows everywhere and readers of 1.0 pass over. Reading takes
//! what others write, too: an item of somebody else's framework becomes a skill that is aligned to
//! that item.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    LINE_CHARS, TEXT_CHARS,
    alignment::{Job, Standard},
    map::{Map, Priority, Skill},
    rubric::{Rubric, RubricCriterion, RubricLevel},
};
use crate::clock::Timestamp;
use crate::issue::Fault;

/// The most bytes of a package.
pub const PACKAGE_BYTES: usize = crate::config::limits::UPLOAD_BYTES;
/// The most items that are looked at.
pub const ITEMS: usize = 5_000;
/// What an item that is a skill of ours says it is.
const SKILL: &str = "Skill";

/// A package that was read: what could be made of it, for somebody to choose from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Package {
    /// The document's title.
    pub name: String,
    /// Its description.
    pub summary: String,
    /// The items, in their order.
    pub items: Vec<Item>,
    /// The rubrics.
    pub rubrics: Vec<Rubric>,
}

/// An item of a package.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its identifier.
    pub id: String,
    /// Whether other items stand below it: then it is a heading.
    pub heading: bool,
    /// The skill it would be.
    pub skill: Skill,
}

impl Package {
    /// The map of the chosen items; of all that are no headings if none is chosen.
    #[must_use]
    pub fn map(&self, chosen: &[String]) -> Map {
        let wanted = |item: &&Item| {
            if chosen.is_empty() {
                !item.heading
            } else {
                chosen.contains(&item.id)
            }
        };
        Map {
            name: self.name.clone(),
            summary: self.summary.clone(),
            skills: self
                .items
                .iter()
                .filter(wanted)
                .map(|item| item.skill.clone())
                .collect(),
        }
    }
}

// ── out ─────────────────────────────────────────────────────────────────────

/// A map as a package; `base`: the address below which its parts are named.
#[must_use]
pub fn write_map(map: &Map, base: &str, changed: Timestamp) -> Value {
    let document = document(&map.name, &map.summary, base, changed);
    let mut items = Vec::new();
    let mut links = Vec::new();
    for (n, skill) in map.skills.iter().enumerate() {
        let uri = format!("{base}#skill-{}", n + 1);
        let item = link(&uri, &skill.name);
        let statement = if skill.statement.is_empty() {
            &skill.name
        } else {
            &skill.statement
        };
        items.push(json!({
            "identifier": identifier(&uri),
            "uri": uri,
            "fullStatement": statement,
            "abbreviatedStatement": skill.name,
            "CFItemType": SKILL,
            "listEnumeration": (n + 1).to_string(),
            "conceptKeywords": [skill.priority.words()],
            "CFDocumentURI": link(base, &map.name),
            "lastChangeDateTime": changed.to_string(),
        }));
        let mut associate = |kind: &str, to: Value, more: Value| {
            let uri = format!("{uri}-{}", links.len() + 1);
            links.push(json!({
                "identifier": identifier(&uri),
                "uri": uri,
                "associationType": kind,
                "sequenceNumber": links.len() + 1,
                "originNodeURI": item,
                "destinationNodeURI": to,
                "CFDocumentURI": link(base, &map.name),
                "lastChangeDateTime": changed.to_string(),
                "extensions": { "skillmark": more },
            }));
        };
        associate("isChildOf", link(base, &map.name), json!({}));
        for standard in &skill.standards {
            let more = json!({"framework": standard.framework, "code": standard.code, "case": standard.case});
            associate("isRelatedTo", link(&standard.url, &standard.name), more);
        }
        for job in &skill.jobs {
            let more = json!({"code": job.code, "task": job.task});
            associate("isRelatedTo", link(&job.url(), &job.title), more);
        }
    }
    json!({ "CFDocument": document, "CFItems": items, "CFAssociations": links })
}

/// A rubric as a package; `base`: as for [`write_map`].
#[must_use]
pub fn write_rubric(rubric: &Rubric, base: &str, changed: Timestamp) -> Value {
    let criteria = rubric.criteria.iter().enumerate().map(|(n, criterion)| {
        let uri = format!("{base}#criterion-{}", n + 1);
        let levels = rubric.levels.iter().enumerate().map(|(m, level)| {
            let level_uri = format!("{uri}-level-{}", m + 1);
            json!({
                "identifier": identifier(&level_uri),
                "uri": level_uri,
                "quality": level.name,
                "description": criterion.descriptors.get(m).cloned().unwrap_or_default(),
                "score": level.points.parse::<f64>().unwrap_or_default(),
                "position": m + 1,
                "rubricCriterionId": identifier(&uri),
                "lastChangeDateTime": changed.to_string(),
            })
        });
        json!({
            "identifier": identifier(&uri),
            "uri": uri,
            "category": criterion.name,
            "description": criterion.description,
            "position": n + 1,
            "rubricId": identifier(base),
            "lastChangeDateTime": changed.to_string(),
            "CFRubricCriterionLevels": levels.collect::<Vec<_>>(),
            "extensions": { "skillmark": { "required": criterion.required } },
        })
    });
    let criteria: Vec<Value> = criteria.collect();
    json!({
        "CFDocument": document(&rubric.name, &rubric.description, base, changed),
        "CFItems": [],
        "CFAssociations": [],
        "CFRubrics": [{
            "identifier": identifier(base),
            "uri": base,
            "title": rubric.name,
            "description": rubric.description,
            "lastChangeDateTime": changed.to_string(),
            "CFRubricCriteria": criteria,
        }],
    })
}

fn document(name: &str, description: &str, base: &str, changed: Timestamp) -> Value {
    json!({
        "identifier": identifier(base),
        "uri": base,
        "creator": "Skillmark",
        "title": name,
        "description": description,
        "adoptionStatus": "Adopted",
        "caseVersion": "1.1",
        "lastChangeDateTime": changed.to_string(),
        "CFPackageURI": link(&format!("{base}.json"), name),
    })
}

fn link(uri: &str, title: &str) -> Value {
    json!({ "title": title, "identifier": identifier(uri), "uri": uri })
}

/// A UUID that follows from an address (RFC 9562 version 8).
fn identifier(uri: &str) -> String {
    let digest = Sha256::digest(uri.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .to_string()
}

// ── in ──────────────────────────────────────────────────────────────────────

/// Reads a package.
///
/// # Errors
/// Every fault, with its JSON pointer.
pub fn read(bytes: &[u8]) -> Result<Package, Vec<Fault>> {
    if bytes.len() > PACKAGE_BYTES {
        let sentence = format!("the file is larger than {PACKAGE_BYTES} bytes");
        return Err(vec![Fault::new("", sentence)]);
    }
    let text =
        std::str::from_utf8(bytes).map_err(|_| vec![Fault::new("", "the file is not UTF-8")])?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let file: Value = serde_json::from_str(text).map_err(|error| {
        let sentence = format!(
            "is not JSON, at line {}, column {}",
            error.line(),
            error.column()
        );
        vec![Fault::new("", sentence)]
    })?;
    // Some servers wrap the package in its own name.
    let (at, package) = match file.get("CFPackage") {
        Some(inside) => ("/CFPackage", inside),
        None => ("", &file),
    };
    let mut reader = Reader {
        package,
        at,
        faults: Vec::new(),
    };
    let found = reader.package();
    if reader.faults.is_empty() {
        Ok(found)
    } else {
        reader.faults.truncate(200);
        Err(reader.faults)
    }
}

struct Reader<'a> {
    package: &'a Value,
    at: &'static str,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    fn fault(&mut self, pointer: &str, sentence: &str) {
        self.faults
            .push(Fault::new(format!("{}{pointer}", self.at), sentence));
    }

    fn list(&mut self, name: &str) -> &'a [Value] {
        match self.package.get(name) {
            None | Some(Value::Null) => &[],
            Some(Value::Array(items)) if items.len() <= ITEMS => items,
            Some(Value::Array(_)) => {
                self.fault(&format!("/{name}"), "has more than 5,000 entries");
                &[]
            }
            Some(_) => {
                self.fault(&format!("/{name}"), "is not a list");
                &[]
            }
        }
    }

    fn package(&mut self) -> Package {
        let Some(document) = self.package.get("CFDocument").filter(|d| d.is_object()) else {
            self.fault("/CFDocument", "is missing: this is no CASE package");
            return Package::default();
        };
        let title = text(document, "title");
        if title.is_empty() {
            self.fault("/CFDocument/title", "is missing");
        }
        let links = Links::of(self.list("CFAssociations"));
        let given = self.list("CFItems");
        let items = given.iter().enumerate();
        let items: Vec<Item> = items
            .filter_map(|(n, item)| self.item(n, item, &title, &links))
            .collect();
        let rubrics = self.list("CFRubrics");
        let rubrics: Vec<Rubric> = rubrics
            .iter()
            .enumerate()
            .map(|(n, rubric)| self.rubric(n, rubric))
            .collect();
        if items.is_empty() && rubrics.is_empty() && self.faults.is_empty() {
            self.fault(
                "/CFItems",
                "is empty: there is nothing to make a map or a rubric of",
            );
        }
        Package {
            name: cut(&title, LINE_CHARS),
            summary: cut(&text(document, "description"), TEXT_CHARS),
            items,
            rubrics,
        }
    }

    fn item(&mut self, n: usize, item: &Value, framework: &str, links: &Links<'_>) -> Option<Item> {
        let at = format!("/CFItems/{n}");
        let id = text(item, "identifier");
        let full = text(item, "fullStatement");
        for (name, value) in [("identifier", &id), ("fullStatement", &full)] {
            if value.is_empty() {
                self.fault(&format!("{at}/{name}"), "is missing");
            }
        }
        if id.is_empty() || full.is_empty() {
            return None;
        }
        let short = text(item, "abbreviatedStatement");
        let name = if short.is_empty() {
            one_line(&full)
        } else {
            one_line(&short)
        };
        let keywords = item.get("conceptKeywords").and_then(Value::as_array);
        let priority = keywords
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .find_map(Priority::of);
        let mut skill = Skill {
            statement: if full == name {
                String::new()
            } else {
                cut(&full, TEXT_CHARS)
            },
            name,
            priority: priority.unwrap_or_default(),
            ..Skill::default()
        };
        if text(item, "CFItemType") != SKILL {
            skill
                .standards
                .extend(self.own_standard(&at, item, framework, &skill.name));
        }
        for link in links.from.get(&id).into_iter().flatten() {
            align(link, &mut skill);
        }
        let heading = links.parents.contains(&id);
        Some(Item { id, heading, skill })
    }

    /// The item of somebody else's framework, as the standard that it is.
    fn own_standard(
        &mut self,
        at: &str,
        item: &Value,
        framework: &str,
        name: &str,
    ) -> Option<Standard> {
        let url = text(item, "uri");
        if !url.starts_with("https://") && !url.starts_with("http://") {
            self.fault(&format!("{at}/uri"), "is not an address: https://…");
            return None;
        }
        Some(Standard {
            framework: cut(framework, LINE_CHARS),
            code: cut(&text(item, "humanCodingScheme"), LINE_CHARS),
            name: name.to_owned(),
            url,
            case: true,
        })
    }

    fn rubric(&mut self, n: usize, rubric: &Value) -> Rubric {
        let at = format!("/CFRubrics/{n}");
        let mut found = Rubric {
            name: one_line(&text(rubric, "title")),
            description: cut(&text(rubric, "description"), TEXT_CHARS),
            ..Rubric::default()
        };
        if found.name.is_empty() {
            "Rubric".clone_into(&mut found.name);
        }
        let given = rubric.get("CFRubricCriteria").and_then(Value::as_array);
        for (i, criterion) in sorted(given).into_iter().enumerate() {
            let levels = criterion
                .get("CFRubricCriterionLevels")
                .and_then(Value::as_array);
            let levels = sorted(levels);
            let named: Vec<RubricLevel> = levels.iter().map(|level| level_of(level)).collect();
            if found.levels.is_empty() {
                found.levels = named;
            } else if named != found.levels {
                let at = format!("{at}/CFRubricCriteria/{i}/CFRubricCriterionLevels");
                self.fault(&at, "are other levels than those of the first criterion: here all criteria share their levels");
            }
            let category = text(criterion, "category");
            let description = text(criterion, "description");
            let (name, description) = if category.is_empty() {
                (one_line(&description), String::new())
            } else {
                (one_line(&category), cut(&description, TEXT_CHARS))
            };
            found.criteria.push(RubricCriterion {
                name,
                description,
                required: ours(criterion, "required"),
                descriptors: levels
                    .iter()
                    .map(|level| cut(&text(level, "description"), TEXT_CHARS))
                    .collect(),
            });
        }
        found
    }
}

/// The associations, to be looked up by item.
struct Links<'a> {
    /// Those that lead elsewhere than to the item's place in the tree.
    from: HashMap<String, Vec<&'a Value>>,
    /// What has something below it.
    parents: HashSet<String>,
}

impl<'a> Links<'a> {
    fn of(links: &'a [Value]) -> Links<'a> {
        let mut found = Links {
            from: HashMap::new(),
            parents: HashSet::new(),
        };
        for link in links {
            if text(link, "associationType") == "isChildOf" {
                found
                    .parents
                    .insert(end(link, "destinationNodeURI", "identifier"));
            } else {
                let from = end(link, "originNodeURI", "identifier");
                found.from.entry(from).or_default().push(link);
            }
        }
        found
    }
}

/// Adds what an association leads to: a job, or a standard.
fn align(link: &Value, skill: &mut Skill) {
    let uri = end(link, "destinationNodeURI", "uri");
    let title = one_line(&end(link, "destinationNodeURI", "title"));
    if let Some(code) = Job::code_of(&uri) {
        let title = if title.is_empty() {
            code.to_owned()
        } else {
            title
        };
        skill.jobs.push(Job {
            code: code.to_owned(),
            title,
            task: ours(link, "task"),
        });
    } else if uri.starts_with("https://") || uri.starts_with("http://") {
        let extension = link.pointer("/extensions/skillmark");
        let case = extension
            .and_then(|more| more.get("case"))
            .and_then(Value::as_bool);
        skill.standards.push(Standard {
            framework: ours(link, "framework"),
            code: ours(link, "code"),
            name: if title.is_empty() {
                one_line(&uri)
            } else {
                title
            },
            url: uri,
            // Others link to items of CASE.
            case: case.unwrap_or(true),
        });
    }
}

fn level_of(level: &Value) -> RubricLevel {
    let score = level.get("score").and_then(Value::as_f64);
    RubricLevel {
        name: one_line(&text(level, "quality")),
        points: score.map(|score| score.to_string()).unwrap_or_default(),
    }
}

/// Entries by their `position`, or as they stand.
fn sorted(entries: Option<&Vec<Value>>) -> Vec<&Value> {
    let mut entries: Vec<&Value> = entries.into_iter().flatten().collect();
    entries.sort_by_key(|entry| {
        entry
            .get("position")
            .and_then(Value::as_i64)
            .unwrap_or(i64::MAX)
    });
    entries
}

fn text(object: &Value, name: &str) -> String {
    let text = object.get(name).and_then(Value::as_str);
    text.unwrap_or_default().trim().to_owned()
}

/// A member of one end of an association; version 1.0 also wrote the end as an address alone.
fn end(link: &Value, end: &str, name: &str) -> String {
    match link.get(end) {
        Some(Value::String(uri)) if name == "uri" => uri.clone(),
        Some(Value::String(uri)) if name == "identifier" => {
            uri.rsplit('/').next().unwrap_or_default().to_owned()
        }
        Some(node) => text(node, name),
        None => String::new(),
    }
}

/// A member of our own extension.
fn ours(object: &Value, name: &str) -> String {
    let more = object.pointer("/extensions/skillmark");
    more.map(|more| cut(&text(more, name), LINE_CHARS))
        .unwrap_or_default()
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    cut(&words.join(" "), LINE_CHARS)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most - 1).collect();
    format!("{short}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::{map, rubric, versions::Versioned as _};

    const BASE: &str = "https://badges.example/maps/Zr4XfLk2Qp8sVb1NwYt6Ag/1";

    fn changed() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().expect("a time")
    }

    #[test]
    fn a_map_that_is_written_is_read_back() {
        let map = map::samples::data();
        let package = write_map(&map, BASE, changed());
        let read = read(package.to_string().as_bytes()).expect("a package");
        assert_eq!(read.map(&[]), map);
        let chosen = [read.items[1].id.clone()];
        assert_eq!(read.map(&chosen).skills, [map.skills[1].clone()]);
        assert_eq!(
            write_map(&map, BASE, changed()),
            package,
            "the same each time"
        );
    }

    #[test]
    fn a_rubric_that_is_written_is_read_back() {
        let rubric = rubric::samples::memo();
        let package = write_rubric(&rubric, BASE, changed());
        let read = read(package.to_string().as_bytes()).expect("a package");
        assert_eq!(read.rubrics, [rubric]);
    }

    #[test]
    fn a_framework_of_a_state_becomes_skills_aligned_to_its_items() {
        for wrap in [false, true] {
            let item = |id: &str, code: &str, words: &str| {
                json!({"identifier": id, "uri": format!("https://case.example/ims/case/v1p0/CFItems/{id}"),
                    "humanCodingScheme": code, "fullStatement": words, "CFItemType": "Standard",
                    "educationLevel": ["06"], "lastChangeDateTime": "2025-01-01T00:00:00Z"})
            };
            let child = json!({"identifier": "a", "associationType": "isChildOf",
                "originNodeURI": {"identifier": "i2", "uri": "https://case.example/i2", "title": "x"},
                "destinationNodeURI": {"identifier": "i1", "uri": "https://case.example/i1", "title": "y"}});
            let package = json!({
                "CFDocument": {"identifier": "d", "title": "State Mathematics", "creator": "A state"},
                "CFItems": [item("i1", "6.SP", "Statistics"), item("i2", "6.SP.5", &format!("Summarize {}", "data ".repeat(60)))],
                "CFAssociations": [child], "CFDefinitions": {},
            });
            let file = if wrap {
                json!({"CFPackage": package})
            } else {
                package
            };
            let read = read(file.to_string().as_bytes()).expect("a package");
            assert_eq!(
                read.items
                    .iter()
                    .map(|item| item.heading)
                    .collect::<Vec<_>>(),
                [true, false]
            );
            let map = read.map(&[]);
            assert_eq!(map.skills.len(), 1);
            assert_eq!(map.faults(), []);
            let standard = &map.skills[0].standards[0];
            assert_eq!(
                (
                    standard.framework.as_str(),
                    standard.code.as_str(),
                    standard.case
                ),
                ("State Mathematics", "6.SP.5", true)
            );
            assert!(map.skills[0].statement.starts_with("Summarize data"));
        }
    }

    #[test]
    fn what_is_no_package_says_where() {
        let said = |file: &str| {
            let faults = read(file.as_bytes()).expect_err("faults");
            faults.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(said("{"), ["is not JSON, at line 1, column 1"]);
        assert_eq!(
            said("[]"),
            ["/CFDocument: is missing: this is no CASE package"]
        );
        assert_eq!(
            said(
                r#"{"CFDocument":{"title":"x"},"CFItems":[{"identifier":"a"},{"identifier":"b","fullStatement":"c","uri":"urn:x"}]}"#
            ),
            [
                "/CFItems/0/fullStatement: is missing",
                "/CFItems/1/uri: is not an address: https://…"
            ]
        );
        assert_eq!(
            said(r#"{"CFDocument":{"title":"x"}}"#),
            ["/CFItems: is empty: there is nothing to make a map or a rubric of"]
        );
    }
}
