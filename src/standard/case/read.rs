//! A package, read into what could be made of it.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Item, Package, SKILL};
use crate::issue::Fault;
use crate::standard::{
    LINE_CHARS, TEXT_CHARS,
    alignment::{Job, Standard},
    map::{Priority, Skill},
    rubric::{Rubric, RubricCriterion, RubricLevel},
};

/// The most bytes of a package.
pub const PACKAGE_BYTES: usize = crate::config::limits::UPLOAD_BYTES;
/// The most items that are looked at.
pub const ITEMS: usize = 5_000;

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
