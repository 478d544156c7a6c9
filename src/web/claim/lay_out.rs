//! What the verifier says, laid out.

use super::{Alignment, Assessor, Claim, Criterion, Evidence, Kind, Level, Score, Tongue};
use crate::credential::dates;
use crate::ids::EvidenceId;
use crate::verify::{self, Achieved, Aligned, Issuer, Report, Shown};
use crate::web::{
    markdown::{self, Html},
    text::{self, Text},
};

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

    pub(super) fn laid_out(achieved: &Achieved, issuer: Option<&Issuer>, confirmed: bool) -> Claim {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::web::claim::samples;

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
