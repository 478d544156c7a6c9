//! What a credential says, laid out for a reader.
//!
//! It is read by the verifier and by nobody else: only terms that Open Badges 3.0 defines, and
//! nothing about the person. No address found here is ever loaded: pictures of strangers are not
//! shown.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::credential::dates;
use crate::ids::EvidenceId;
use crate::verify::{self, Achieved, Aligned, Issuer, Report, Shown};
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
    /// Whether the verifier found it valid. If not, a page shows it with the verdict only.
    pub(crate) confirmed: bool,
    /// The language it is written in.
    pub(crate) tongue: Tongue,
    /// The achievement's name.
    pub(crate) name: Text,
    /// What the person can do, in one line.
    pub(crate) meaning: Text,
    /// Earned by doing or by taking part.
    pub(crate) kind: Kind,
    /// The skills named.
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
    /// Where that is told at length; empty unless `https:`.
    pub(crate) criteria_url: String,
    /// What was done, or is said about this award.
    pub(crate) narrative: Html,
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

/// The attributes that tell a browser how to read a text aloud, and in which direction to write it.
///
/// The language is the one that the achievement says (`inLanguage`); the direction follows from the
/// letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tongue(Option<String>);

impl Tongue {
    /// `language`, if it has the shape of a language tag (BCP 47).
    #[must_use]
    pub(crate) fn of(language: Option<&str>) -> Tongue {
        let part = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        let shaped = language.filter(|tag| tag.len() <= 35 && tag.split('-').all(part));
        Tongue(shaped.map(str::to_owned))
    }
}

impl fmt::Display for Tongue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(tag) => write!(f, " lang=\"{tag}\" dir=\"auto\""),
            None => f.write_str(" dir=\"auto\""),
        }
    }
}

impl HtmlSafe for Tongue {}

/// One criterion of a rubric, levels from low to high.
#[derive(Debug, Clone)]
pub(crate) struct Criterion {
    /// What was looked at.
    pub(crate) name: Text,
    /// Its levels, all of them.
    pub(crate) levels: Vec<Level>,
    /// Whether they certainly stand from low to high.
    pub(crate) ordered: bool,
}

impl Criterion {
    /// The level reached, if the credential says which.
    #[must_use]
    pub(crate) fn reached(&self) -> Option<&Level> {
        self.levels.iter().find(|level| level.reached)
    }
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
    /// How it came about.
    pub(crate) narrative: Html,
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

/// The tags by which our achievements say their kind.
const PERFORMANCE: &str = "performance";
const PARTICIPATION: &str = "participation";

impl Claim {
    /// What a report says that was achieved; `None` if it is about something else.
    #[must_use]
    pub(crate) fn of(report: &Report) -> Option<Claim> {
        let claimed = report.claim.as_ref()?;
        let achieved = claimed.claim().achieved()?;
        let confirmed = claimed.verified().is_some();
        Some(Claim::laid_out(achieved, report.issuer.as_ref(), confirmed))
    }

    fn laid_out(achieved: &Achieved, issuer: Option<&Issuer>, confirmed: bool) -> Claim {
        let awarded = month(&[&achieved.awarded]);
        let since = since(achieved);
        Claim {
            confirmed,
            tongue: Tongue::of(achieved.language.as_deref()),
            name: Text::new(&achieved.name),
            meaning: Text::new(&achieved.meaning),
            kind: kind(achieved),
            skills: skills(achieved),
            awarded: !awarded.is_empty(),
            month: if awarded.is_empty() {
                since.clone()
            } else {
                awarded
            },
            since,
            until: month(&[&achieved.valid_until]),
            criteria: prose(achieved.criteria.as_deref()),
            criteria_url: link(achieved.criteria_url.as_deref()),
            narrative: prose(achieved.narrative.as_deref()),
            rubric: achieved.rubric.iter().map(criterion).collect(),
            scores: achieved.scores.iter().filter_map(score).collect(),
            evidence: achieved.evidence.iter().map(evidence).collect(),
            alignments: achieved.alignments.iter().map(alignment).collect(),
            assessor: achieved.assessor.as_ref().and_then(assessor),
            issuer_name: word(issuer.and_then(|issuer| issuer.name.as_deref())),
            issuer_id: word(issuer.map(|issuer| issuer.id.as_str())),
        }
    }

    /// When, for a reader: `Awarded November 2026`; empty when unknown.
    #[must_use]
    pub(crate) fn when(&self) -> String {
        let word = if self.awarded { "Awarded " } else { "" };
        format!("{word}{}", self.month)
    }

    /// The class that tells the style sheet how many levels stand side by side: all of them, or
    /// of more than six, half.
    #[must_use]
    pub(crate) fn rubric_class(&self) -> String {
        let most = self.rubric.iter().map(|c| c.levels.len()).max();
        let most = most.unwrap_or(4);
        let columns = if most > 6 { most.div_ceil(2) } else { most };
        format!("n{}", columns.clamp(2, 6))
    }
}

/// The month since which it stands, in words; empty when unknown.
#[must_use]
pub(crate) fn since(achieved: &Achieved) -> String {
    month(&[&achieved.valid_from])
}

fn month(days: &[&Option<String>]) -> String {
    days.iter()
        .find_map(|day| dates::stamp(day.as_deref()?).ok())
        .map(text::month)
        .unwrap_or_default()
}

fn word(text: Option<&str>) -> Text {
    Text::new(text.unwrap_or_default())
}

fn prose(text: Option<&str>) -> Html {
    text.map(markdown::render).unwrap_or_default()
}

/// An address that may be a link on our pages, or nothing.
fn link(url: Option<&str>) -> String {
    let safe = |url: &&str| markdown::is_safe(url) && url.starts_with("https://");
    url.filter(safe).unwrap_or_default().to_owned()
}

/// Our own achievements say it in a tag; of others, one with results was scored.
fn kind(achieved: &Achieved) -> Kind {
    let tagged = |word: &str| achieved.tags.iter().any(|tag| tag == word);
    if tagged(PARTICIPATION) {
        Kind::Participation
    } else if tagged(PERFORMANCE) || !achieved.rubric.is_empty() || !achieved.scores.is_empty() {
        Kind::Performance
    } else {
        Kind::Unstated
    }
}

fn skills(achieved: &Achieved) -> Vec<Text> {
    let tags = achieved.tags.iter();
    tags.filter(|tag| *tag != PARTICIPATION && *tag != PERFORMANCE)
        .map(|tag| Text::new(tag))
        .filter(|tag| !tag.as_str().is_empty())
        .collect()
}

fn criterion(criterion: &verify::Criterion) -> Criterion {
    let levels = criterion.levels.iter().map(|level| Level {
        name: Text::new(&level.name),
        description: word(level.description.as_deref()),
        reached: level.reached,
        required: level.required,
    });
    Criterion {
        name: Text::new(&criterion.name),
        levels: levels.collect(),
        ordered: criterion.ordered,
    }
}

fn score(score: &verify::Score) -> Option<Score> {
    let value = score.value.as_deref().or(score.status.as_deref())?;
    let value = match score.max.as_deref().filter(|_| score.value.is_some()) {
        Some(most) => Text::new(&format!("{value} of {most}")),
        None => Text::new(value),
    };
    Some(Score {
        name: Text::new(score.name.as_deref().unwrap_or("Result")),
        value,
    })
}

fn evidence(shown: &Shown) -> Evidence {
    let address = shown.url.as_deref().unwrap_or_default();
    let record = address
        .rsplit_once("/evidence/")
        .and_then(|(_, id)| id.parse::<EvidenceId>().ok());
    Evidence {
        record: record.map(String::from).unwrap_or_default(),
        name: Text::new(shown.name.as_deref().unwrap_or("Evidence")),
        description: prose(shown.description.as_deref()),
        narrative: prose(shown.narrative.as_deref()),
        digest: word(shown.digest.as_deref()),
    }
}

fn alignment(aligned: &Aligned) -> Alignment {
    Alignment {
        name: Text::new(&aligned.name),
        framework: word(aligned.framework.as_deref()),
        code: word(aligned.code.as_deref()),
        description: word(aligned.description.as_deref()),
        url: link(Some(&aligned.url)),
    }
}

/// Ours say `Role: …. Qualification: …` in one line, as it is signed.
fn assessor(said: &verify::Assessor) -> Option<Assessor> {
    let about = said.description.as_deref().unwrap_or_default();
    let (role, qualification) = match about.strip_prefix("Role: ") {
        Some(rest) => rest.split_once(". Qualification: ").unwrap_or((rest, "")),
        None => ("", about),
    };
    let assessor = Assessor {
        name: word(said.name.as_deref()),
        role: role.into(),
        qualification: qualification.into(),
    };
    (assessor != Assessor::default()).then_some(assessor)
}

/// A rich credential that the pages' samples share.
#[cfg(test)]
pub(crate) mod samples {
    use serde_json::{Value, json};

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
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": "https://badges.example/c/Zr4XfLk2Qp8sVb1NwYt6Ag",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": "did:web:badges.example:issuers:r1", "type": ["Profile"], "name": "Riverside Tutoring"},
            "validFrom": "2026-11-09T10:00:00Z",
            "awardedDate": "2026-10-30T00:00:00Z",
            "credentialSubject": {
                "id": "urn:uuid:6d1b7a52-8c1e-4d7a-9b5c-1f2a3b4c5d6e",
                "source": {"id": "urn:uuid:5", "type": ["Profile"],
                    "description": "Role: Career skills reviewer. Qualification: State teaching licence, 8 years in workforce training"},
                "achievement": {
                    "id": "urn:uuid:a1", "type": ["Achievement"],
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
        claim(&document())
    }

    /// A badge for taking part, with nothing but a name.
    pub(crate) fn plain() -> Claim {
        claim(&json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": "https://badges.example/c/Zr4XfLk2Qp8sVb1NwYt6Ag",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": "did:web:badges.example:issuers:r1",
            "validFrom": "2026-05-04T10:00:00Z",
            "credentialSubject": {"achievement": {"id": "urn:uuid:a2", "type": ["Achievement"], "name": "Career fair",
                "tag": ["participation"], "description": "Took part in the spring career fair.", "criteria": {}}}
        }))
    }

    /// A document as the verifier reads it, taken for true.
    pub(crate) fn claim(document: &Value) -> Claim {
        let (claim, issuer) = verify::says(&document.to_string()).expect("a credential");
        let achieved = claim.achieved().expect("an achievement");
        Claim::laid_out(achieved, issuer.as_ref(), true)
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
        let claim = samples::claim(&document);
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
    fn nothing_is_left_out_however_much_there_is() {
        let mut document = samples::document();
        let levels: Vec<_> = (1..=8)
            .map(|n| json!({"id": format!("urn:uuid:l{n}"), "type": ["RubricCriterionLevel"], "name": format!("L{n}"), "points": n.to_string()}))
            .collect();
        let subject = &mut document["credentialSubject"];
        subject["achievement"]["resultDescription"][0]["rubricCriterionLevel"] = json!(levels);
        subject["result"][0]["achievedLevel"] = json!("urn:uuid:l8");
        let many = |one: &serde_json::Value| json!(vec![one.clone(); 40]);
        let achievement = &mut subject["achievement"];
        achievement["alignment"] = many(&achievement["alignment"][0]);
        achievement["tag"] = json!((0..40).map(|n| format!("skill {n}")).collect::<Vec<_>>());
        let last = achievement["resultDescription"][2].clone();
        let all = achievement["resultDescription"].as_array_mut();
        all.expect("criteria").extend(vec![last; 40]);
        document["evidence"] = many(&document["evidence"][0]);
        let claim = samples::claim(&document);
        assert_eq!(claim.rubric[0].levels.len(), 8);
        assert_eq!(
            claim.rubric[0].reached().expect("a level").name.as_str(),
            "L8"
        );
        assert_eq!(
            (claim.rubric.len(), claim.rubric_class().as_str()),
            (43, "n4")
        );
        assert_eq!(
            (
                claim.alignments.len(),
                claim.evidence.len(),
                claim.skills.len()
            ),
            (40, 40, 40)
        );
    }

    #[test]
    fn levels_without_points_have_no_order() {
        let mut document = samples::document();
        let criterion = &mut document["credentialSubject"]["achievement"]["resultDescription"][0];
        criterion["rubricCriterionLevel"][1]["points"] = json!("many");
        let claim = samples::claim(&document);
        let ordered: Vec<_> = claim.rubric.iter().map(|c| c.ordered).collect();
        assert_eq!(ordered, [false, true, true]);
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
            assert_eq!(link(Some(url)), "", "{url}");
        }
        assert_eq!(link(Some("https://a.example/x")), "https://a.example/x");
    }

    #[test]
    fn a_language_is_told_if_it_has_the_shape_of_one() {
        for (tag, html) in [
            (Some("es-419"), " lang=\"es-419\" dir=\"auto\""),
            (Some("x\" onload=\"y"), " dir=\"auto\""),
            (Some(""), " dir=\"auto\""),
            (None, " dir=\"auto\""),
        ] {
            assert_eq!(Tongue::of(tag).to_string(), html);
        }
    }
}
