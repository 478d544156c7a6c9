//! CASE (Competencies and Academic Standards Exchange), versions 1.0 and 1.1: packages in and out.
//!
//! A map is a `CFDocument` whose skills are `CFItems`; the standards and jobs of a skill are
//! associations (`isRelatedTo`) to their own addresses. What CASE has no place for stands in
//! `extensions`, which version 1.1 allows everywhere and readers of 1.0 pass over. Reading takes
//! what others write, too: an item of somebody else's framework becomes a skill that is aligned to
//! that item.

// A package in.
mod read;
// A map or a rubric out.
mod write;

use super::{
    map::{Map, Skill},
    rubric::Rubric,
};

pub use read::{ITEMS, PACKAGE_BYTES, read};
pub use write::{part, write_map, write_rubric};

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::Timestamp;
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
    fn every_address_in_a_package_names_a_part_of_it() {
        let map = write_map(&map::samples::data(), BASE, changed());
        for n in 0..map["CFItems"].as_array().expect("items").len() {
            let item = &map["CFItems"][n];
            let uri = item["uri"].as_str().expect("an address");
            assert_eq!(uri, format!("{BASE}/skill-{}", n + 1));
            assert_eq!(part(&map, uri), Some(item));
        }
        let link = &map["CFAssociations"][0];
        let uri = link["uri"].as_str().expect("an address");
        assert_eq!(part(&map, uri), Some(link));
        assert_eq!(part(&map, BASE), Some(&map["CFDocument"]));
        // What it is aligned to stands elsewhere, and is no part of it.
        let elsewhere = "https://www.thecorestandards.org/Math/Content/6/SP/B/1/";
        assert!(map.to_string().contains(elsewhere));
        assert_eq!(part(&map, elsewhere), None);
        let rubric = write_rubric(&rubric::samples::memo(), BASE, changed());
        let level = format!("{BASE}/criterion-2-level-3");
        let level = part(&rubric, &level).expect("a level");
        assert_eq!(level["quality"], "Advanced");
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
