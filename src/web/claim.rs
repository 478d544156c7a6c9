//! What a credential says, laid out for a reader: read from its JSON, whoever made it.
//!
//! Only the terms that Open Badges 3.0 defines are read, and nothing about the person is among
//! them. No address found here is ever loaded: pictures of strangers are not shown.

use serde_json::Value;

use crate::bake::picture;
use crate::ids::EvidenceId;
use crate::web::{
    markdown::{self, Html},
    text::{self, Text},
};

/// Whether the achievement was earned by doing or by being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A task was done and scored against a rubric.
    Performance,
    /// The person took part; nothing was scored.
    Participation,
    /// The credential does not say.
    Unstated,
}

/// A credential's content for a page.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// The achievement's name.
    pub(crate) name: Text,
    /// What the person can do, in one line.
    pub(crate) meaning: Text,
    /// Earned by doing or by taking part.
    pub(crate) kind: Kind,
    /// The skills named, at most 12.
    pub(crate) skills: Vec<Text>,
    /// The month it was awarded, in words, else the month since which it stands; empty when
    /// unknown.
    pub(crate) month: String,
    /// Whether [`Claim::month`] is when it was awarded.
    pub(crate) awarded: bool,
    /// The month since which it stands, in words; empty when unknown.
    pub(crate) since: String,
    /// The month after which it no longer stands, in words; empty when it does not end.
    pub(crate) until: String,
    /// What had to be done.
    pub(crate) criteria: Html,
    /// The rubric, a row per criterion.
    pub(crate) rubric: Vec<Criterion>,
    /// Results that are not rubric levels: a score, a status.
    pub(crate) scores: Vec<Score>,
    /// What was shown.
    pub(crate) evidence: Vec<Evidence>,
    /// Standards and job tasks that it lines up with.
    pub(crate) alignments: Vec<Alignment>,
    /// Who assessed, as the credential says.
    pub(crate) assessor: Option<Assessor>,
    /// Who says so, as the credential says.
    pub(crate) issuer_name: Text,
    /// The issuer's identifier.
    pub(crate) issuer_id: Text,
}

/// One criterion of a rubric, levels from low to high.
#[derive(Debug, Clone)]
pub(crate) struct Criterion {
    /// What was looked at.
    pub(crate) name: Text,
    /// Its levels.
    pub(crate) levels: Vec<Level>,
}

/// One level of a criterion.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    /// Its name: `Proficient`.
    pub(crate) name: Text,
    /// What it looks like.
    pub(crate) description: Text,
    /// Whether this is the level the person reached.
    pub(crate) reached: bool,
    /// Whether this is the level needed to pass.
    pub(crate) required: bool,
}

/// A result with a value.
#[derive(Debug, Clone)]
pub(crate) struct Score {
    /// What was measured.
    pub(crate) name: Text,
    /// The value, and the range where one is stated.
    pub(crate) value: Text,
}

/// One piece of evidence: what it is, and the digest that binds it.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    /// Its name.
    pub(crate) name: Text,
    /// What it shows.
    pub(crate) description: Html,
    /// The digest signed for it; empty when there is none.
    pub(crate) digest: Text,
    /// The id of our record of it; empty when its address is none of that shape.
    pub(crate) record: String,
}

/// A standard, or a job task.
#[derive(Debug, Clone)]
pub(crate) struct Alignment {
    /// Its name.
    pub(crate) name: Text,
    /// The framework, and its code there; either may be empty.
    pub(crate) framework: Text,
    /// Its code in the framework.
    pub(crate) code: Text,
    /// What it says.
    pub(crate) description: Text,
    /// Where it is published; empty unless `https:`.
    pub(crate) url: String,
}

/// Who assessed. Each of the three may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Assessor {
    /// Name, where the organisation names its assessors.
    pub(crate) name: Text,
    /// Role: `Career skills reviewer`.
    pub(crate) role: Text,
    /// What makes them fit to judge.
    pub(crate) qualification: Text,
}

/// How many entries of one list a page shows.
const SHOWN: usize = 24;
/// The tags by which our achievements say their kind.
const PERFORMANCE: &str = "performance";
const PARTICIPATION: &str = "participation";

impl Claim {
    /// Reads a credential. What is missing or misshapen is left empty: whether that matters is
    /// the verifier's business.
    #[must_use]
    pub(crate) fn of(credential: &Value) -> Claim {
        let subject = one(&credential["credentialSubject"]);
        let achievement = one(&subject["achievement"]);
        let results = many(&subject["result"]);
        let descriptions = many(&achievement["resultDescription"]);
        let issuer = one(&credential["issuer"]);
        Claim {
            name: word(&achievement["name"]),
            meaning: word(&achievement["description"]),
            kind: kind(achievement),
            skills: skills(achievement),
            month: month(credential, &["awardedDate", "validFrom", "issuanceDate"]),
            awarded: !month(credential, &["awardedDate"]).is_empty(),
            since: month(credential, &["validFrom", "issuanceDate"]),
            until: month(credential, &["validUntil", "expirationDate"]),
            criteria: prose(&one(&achievement["criteria"])["narrative"]),
            rubric: rubric(&descriptions, &results),
            scores: scores(&descriptions, &results),
            evidence: many(&credential["evidence"])
                .iter()
                .take(SHOWN)
                .map(|e| evidence(e))
                .collect(),
            alignments: many(&achievement["alignment"])
                .iter()
                .take(SHOWN)
                .map(|a| alignment(a))
                .collect(),
            assessor: assessor(one(&subject["source"])),
            issuer_name: word(&issuer["name"]),
            issuer_id: Text::of(issuer)
                .filter(|_| issuer.is_string())
                .unwrap_or_else(|| word(&issuer["id"])),
        }
    }

    /// The lowest level reached on the rubric, for the picture: no criterion was below it.
    #[must_use]
    pub(crate) fn lowest_level(&self) -> Option<picture::Level<'_>> {
        let reached = self.rubric.iter().filter_map(|criterion| {
            let place = criterion.levels.iter().position(|level| level.reached)?;
            Some(picture::Level {
                reached: place + 1,
                of: criterion.levels.len(),
                name: criterion.levels[place].name.as_str(),
            })
        });
        reached.min_by(|a, b| (a.reached * b.of).cmp(&(b.reached * a.of)))
    }

    /// When, for a reader: `Awarded November 2026`; empty when unknown.
    #[must_use]
    pub(crate) fn when(&self) -> String {
        let word = if self.awarded { "Awarded " } else { "" };
        format!("{word}{}", self.month)
    }

    /// The class that tells the style sheet how many levels stand side by side.
    #[must_use]
    pub(crate) fn rubric_class(&self) -> String {
        let most = self
            .rubric
            .iter()
            .map(|c| c.levels.len())
            .max()
            .unwrap_or(4);
        format!("n{}", most.clamp(2, 6))
    }
}

fn one(value: &Value) -> &Value {
    match value {
        Value::Array(items) => items.first().unwrap_or(&Value::Null),
        other => other,
    }
}

fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

fn word(value: &Value) -> Text {
    Text::of(value).unwrap_or_default()
}

fn prose(value: &Value) -> Html {
    value.as_str().map(markdown::render).unwrap_or_default()
}

fn month(credential: &Value, keys: &[&str]) -> String {
    keys.iter()
        .find_map(|key| credential[*key].as_str()?.parse().ok())
        .map(text::month)
        .unwrap_or_default()
}

/// Our own achievements say it in a tag; of others, one that describes results was scored.
fn kind(achievement: &Value) -> Kind {
    let tagged = |word: &str| many(&achievement["tag"]).iter().any(|tag| *tag == word);
    if tagged(PARTICIPATION) {
        Kind::Participation
    } else if tagged(PERFORMANCE) || !many(&achievement["resultDescription"]).is_empty() {
        Kind::Performance
    } else {
        Kind::Unstated
    }
}

fn skills(achievement: &Value) -> Vec<Text> {
    let named = |tag: &&Value| **tag != PARTICIPATION && **tag != PERFORMANCE;
    many(&achievement["tag"])
        .into_iter()
        .filter(named)
        .filter_map(Text::of)
        .take(12)
        .collect()
}

fn rubric(descriptions: &[&Value], results: &[&Value]) -> Vec<Criterion> {
    descriptions
        .iter()
        .take(SHOWN)
        .filter_map(|description| criterion(description, results))
        .collect()
}

fn criterion(description: &Value, results: &[&Value]) -> Option<Criterion> {
    let mut levels = many(&description["rubricCriterionLevel"]);
    if levels.is_empty() {
        return None;
    }
    // The order inside a set is not signed: the points are, so they decide which level is higher.
    levels.sort_by(|a, b| points(a).total_cmp(&points(b)));
    let achieved: Vec<&str> = results
        .iter()
        .filter(|result| {
            result["resultDescription"].is_null()
                || result["resultDescription"] == description["id"]
        })
        .filter_map(|result| result["achievedLevel"].as_str())
        .collect();
    let levels = levels
        .into_iter()
        .take(6)
        .map(|level| Level {
            name: word(&level["name"]),
            description: word(&level["description"]),
            reached: level["id"]
                .as_str()
                .is_some_and(|id| achieved.contains(&id)),
            required: level["id"].is_string() && level["id"] == description["requiredLevel"],
        })
        .collect();
    Some(Criterion {
        name: word(&description["name"]),
        levels,
    })
}

fn points(level: &Value) -> f64 {
    ["points", "level"]
        .iter()
        .find_map(|key| {
            level[*key]
                .as_str()
                .and_then(|text| text.trim().parse().ok())
        })
        .unwrap_or(0.0)
}

fn scores(descriptions: &[&Value], results: &[&Value]) -> Vec<Score> {
    results
        .iter()
        .filter(|result| result["achievedLevel"].is_null())
        .filter_map(|result| {
            let value = Text::of(&result["value"]).or_else(|| Text::of(&result["status"]))?;
            let about = descriptions
                .iter()
                .find(|d| d["id"] == result["resultDescription"]);
            let most = about.and_then(|d| Text::of(&d["valueMax"]));
            let value = most.map_or(value.clone(), |most| {
                Text::new(&format!("{value} of {most}"))
            });
            Some(Score {
                name: about.map_or_else(|| "Result".into(), |d| word(&d["name"])),
                value,
            })
        })
        .take(SHOWN)
        .collect()
}

fn evidence(value: &Value) -> Evidence {
    let told = if value["narrative"].is_string() {
        &value["narrative"]
    } else {
        &value["description"]
    };
    let address = value["id"].as_str().unwrap_or_default();
    let record = address
        .rsplit_once("/evidence/")
        .and_then(|(_, id)| id.parse::<EvidenceId>().ok());
    Evidence {
        record: record.map(String::from).unwrap_or_default(),
        name: Text::of(&value["name"]).unwrap_or_else(|| "Evidence".into()),
        description: prose(told),
        digest: word(&value["digestMultibase"]),
    }
}

fn alignment(value: &Value) -> Alignment {
    let url = value["targetUrl"].as_str().unwrap_or_default();
    Alignment {
        name: word(&value["targetName"]),
        framework: word(&value["targetFramework"]),
        code: word(&value["targetCode"]),
        description: word(&value["targetDescription"]),
        url: if markdown::is_safe(url) && url.starts_with("https://") {
            url.to_owned()
        } else {
            String::new()
        },
    }
}

fn assessor(source: &Value) -> Option<Assessor> {
    let about = source["description"].as_str().unwrap_or_default();
    let (role, qualification) = match about.strip_prefix("Role: ") {
        Some(rest) => rest.split_once(". Qualification: ").unwrap_or((rest, "")),
        None => ("", about),
    };
    let assessor = Assessor {
        name: word(&source["name"]),
        role: role.into(),
        qualification: qualification.into(),
    };
    (source.is_object() && assessor != Assessor::default()).then_some(assessor)
}

/// A rich credential that the pages' samples share.
#[cfg(test)]
pub(crate) mod samples {
    use serde_json::json;

    use super::*;

    fn criterion(n: usize, name: &str, levels: [&str; 4]) -> Value {
        let names = ["Beginning", "Developing", "Proficient", "Advanced"];
        let level = |i: usize| {
            json!({"id": format!("urn:uuid:c{n}l{i}"), "type": ["RubricCriterionLevel"], "name": names[i],
                   "description": levels[i], "points": (i + 1).to_string()})
        };
        json!({"id": format!("urn:uuid:c{n}"), "type": ["ResultDescription"], "name": name, "resultType": "RubricCriterionLevel",
               "requiredLevel": format!("urn:uuid:c{n}l2"), "rubricCriterionLevel": [level(0), level(1), level(2), level(3)]})
    }

    /// The document behind [`rich`].
    pub(crate) fn document() -> Value {
        json!({
            "id": "https://badges.example/c/Zr4XfLk2Qp8sVb1NwYt6Ag",
            "issuer": {"id": "did:web:badges.example:issuers:r1", "name": "Riverside Tutoring"},
            "validFrom": "2026-11-09T10:00:00Z",
            "awardedDate": "2026-10-30T00:00:00Z",
            "credentialSubject": {
                "id": "urn:uuid:6d1b7a52-8c1e-4d7a-9b5c-1f2a3b4c5d6e",
                "source": {"id": "urn:uuid:5", "type": ["Profile"],
                    "description": "Role: Career skills reviewer. Qualification: State teaching licence, 8 years in workforce training"},
                "achievement": {
                    "name": "Explain a decision with data",
                    "description": "Can turn a small table of numbers into a clear recommendation that a busy manager can act on.",
                    "achievementType": "MicroCredential",
                    "tag": ["performance", "Reading charts", "Written argument", "Speaking to a group"],
                    "criteria": {"narrative": "**The task.** Read a week of sales figures for a school store, choose one change, and defend it.\n\n* Write a one-page memo with a chart.\n* Present it in three minutes.\n* Answer two questions you have not seen before."},
                    "resultDescription": [
                        criterion(1, "Uses evidence", ["Names a number without saying what it means.", "Uses one number that fits the point.", "Backs each claim with a fitting number.", "Weighs numbers against each other and says what they cannot show."]),
                        criterion(2, "Explains clearly", ["The reader has to guess the recommendation.", "The recommendation is there, the reasons are hard to follow.", "Recommendation first, reasons in order.", "A stranger could act on it without asking."]),
                        criterion(3, "Answers questions", ["Repeats the memo.", "Answers one of two questions.", "Answers both from the data.", "Answers both and says what else to find out."])
                    ],
                    "alignment": [
                        {"targetName": "Summarize numerical data sets", "targetFramework": "Grade 6 mathematics standards", "targetCode": "6.SP.B.5", "targetUrl": "https://standards.example/6.SP.B.5"},
                        {"targetName": "Prepare reports for managers", "targetFramework": "Job tasks: retail supervisor", "targetUrl": "https://tasks.example/retail/12"}
                    ]
                },
                "result": [
                    {"resultDescription": "urn:uuid:c1", "achievedLevel": "urn:uuid:c1l3"},
                    {"resultDescription": "urn:uuid:c2", "achievedLevel": "urn:uuid:c2l2"},
                    {"resultDescription": "urn:uuid:c3", "achievedLevel": "urn:uuid:c3l2"}
                ]
            },
            "evidence": [
                {"id": "https://badges.example/evidence/Qw3rT5yU7iO9pA1sD3fG5g", "type": ["Evidence"], "name": "One-page memo with chart", "description": "Recommends opening the store before first period.", "digestMultibase": "zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e"},
                {"id": "https://badges.example/evidence/Mw3rT5yU7iO9pA1sD3fG5g", "type": ["Evidence"], "name": "Three-minute talk", "description": "Video, with both questions and answers.", "digestMultibase": "zQmYAh3QxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWk1aa"}
            ]
        })
    }

    /// A rubric badge with everything in it.
    pub(crate) fn rich() -> Claim {
        Claim::of(&document())
    }

    /// A badge for taking part, with nothing but a name.
    pub(crate) fn plain() -> Claim {
        Claim::of(&json!({
            "issuer": "did:web:badges.example:issuers:r1",
            "validFrom": "2026-05-04T10:00:00Z",
            "credentialSubject": {"achievement": {"name": "Career fair", "tag": ["participation"], "description": "Took part in the spring career fair."}}
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_reached_level_is_found_and_levels_follow_their_points() {
        let mut document = samples::document();
        let levels = &mut document["credentialSubject"]["achievement"]["resultDescription"][0]["rubricCriterionLevel"];
        levels.as_array_mut().expect("levels").reverse();
        let claim = Claim::of(&document);
        let shown: Vec<_> = claim.rubric[0]
            .levels
            .iter()
            .map(|l| (l.name.as_str(), l.reached, l.required))
            .collect();
        assert_eq!(
            shown,
            [
                ("Beginning", false, false),
                ("Developing", false, false),
                ("Proficient", false, true),
                ("Advanced", true, false)
            ]
        );
        assert_eq!(claim.month, "October 2026");
        assert_eq!(
            (claim.when().as_str(), claim.since.as_str()),
            ("Awarded October 2026", "November 2026")
        );
    }

    #[test]
    fn a_misshapen_credential_is_read_without_a_panic() {
        for value in [
            json!(null),
            json!([]),
            json!({"credentialSubject": [[1]], "issuer": 7, "evidence": [null, "x"]}),
        ] {
            assert_eq!(Claim::of(&value).name.as_str(), "");
        }
    }

    #[test]
    fn only_published_https_addresses_become_links() {
        for url in [
            "javascript:alert(1)",
            "http://a.example",
            "https://",
            "data:x",
            "mailto:a@b.example",
        ] {
            assert_eq!(
                alignment(&json!({"targetName": "x", "targetUrl": url})).url,
                "",
                "{url}"
            );
        }
    }
}
