//! The picture of a credential: the achievement's own, or drawn from what it says; alone or with the
//! credential inside.

use crate::app::App;
use crate::bake::{
    self, Fault, framed,
    picture::{Level, Picture, month},
};
use crate::credential::dates;
use crate::db;
use crate::json;
use crate::verify::{self, Achieved};

/// Pixels on a side of a PNG that is drawn.
const SIDE: u32 = 640;

/// The achievement's own picture as PNG, if the credential names one that is kept here: at
/// `/pictures/` below our own address. What stands elsewhere is not fetched.
///
/// # Errors
/// [`db::Error`] if the database could not answer.
pub async fn own(app: &App, document: &str) -> Result<Option<Vec<u8>>, db::Error> {
    let Ok(signed) = json::parse(document) else {
        return Ok(None);
    };
    let image = signed.pointer("/credentialSubject/achievement/image");
    let address = image.and_then(|image| image.get("id").unwrap_or(image).as_str());
    let place = app.config.public_url.join("/pictures/");
    let id = address
        .and_then(|address| address.strip_prefix(&place))
        .and_then(|file| file.strip_suffix(".png"));
    match id {
        Some(id) => app.db.public_picture(id).await,
        None => Ok(None),
    }
}

/// The picture of a signed credential, as SVG; `own`: what [`own()`] found.
///
/// # Errors
/// [`Fault::Unfit`] if the document is not about an achievement.
pub fn drawing(document: &str, own: Option<&[u8]>) -> Result<String, Fault> {
    with(document, |picture| {
        Ok(match own {
            Some(png) => framed(png, picture.achievement),
            None => picture.svg(),
        })
    })
}

/// The picture as SVG with the credential inside.
///
/// # Errors
/// As [`drawing`].
pub fn svg(document: &str, own: Option<&[u8]>) -> Result<Vec<u8>, Fault> {
    bake::bake(drawing(document, own)?.as_bytes(), document)
}

/// The picture as PNG with the credential inside; one that is drawn is 640 pixels wide and high.
///
/// # Errors
/// As [`drawing`].
pub fn png(document: &str, own: Option<&[u8]>) -> Result<Vec<u8>, Fault> {
    let drawn = with(document, |picture| match own {
        Some(png) => Ok(png.to_vec()),
        None => picture.png(SIDE),
    });
    bake::bake(&drawn?, document)
}

fn with<T>(document: &str, draw: impl Fn(Picture<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
    let none = || Fault::Unfit("it is not about an achievement".to_owned());
    let (claim, issuer) = verify::says(document).ok_or_else(none)?;
    let achieved = claim.achieved().ok_or_else(none)?;
    let issuer = issuer.and_then(|issuer| issuer.name).unwrap_or_default();
    let days = [&achieved.awarded, &achieved.valid_from];
    let when = days
        .iter()
        .find_map(|day| dates::stamp(day.as_deref()?).ok());
    draw(Picture {
        achievement: &achieved.name,
        issuer: &issuer,
        month: &when.map(month).unwrap_or_default(),
        level: lowest_level(achieved),
    })
}

/// The lowest level reached: nothing was below it. `None` if that cannot be said of every
/// criterion: one has no level that was reached, or its levels have no certain order.
fn lowest_level(achieved: &Achieved) -> Option<Level<'_>> {
    let mut lowest: Option<Level<'_>> = None;
    for criterion in &achieved.rubric {
        let place = criterion.levels.iter().position(|level| level.reached);
        let place = place.filter(|_| criterion.ordered)?;
        let level = Level {
            reached: place + 1,
            of: criterion.levels.len(),
            name: &criterion.levels[place].name,
        };
        if lowest.is_none_or(|low| level.reached * low.of < low.reached * level.of) {
            lowest = Some(level);
        }
    }
    lowest
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A credential with a criterion for each list of points, and the place reached in each.
    fn document(criteria: &[(&[&str], Option<usize>)]) -> String {
        let mut descriptions = Vec::new();
        let mut results = Vec::new();
        for (n, (points, reached)) in criteria.iter().enumerate() {
            let level = |(i, points): (usize, &&str)| {
                let mut level = json!({"id": format!("urn:uuid:{n}-{i}"), "type": ["RubricCriterionLevel"], "name": format!("L{}", i + 1)});
                if !points.is_empty() {
                    level["points"] = json!(points);
                }
                level
            };
            let levels: Vec<Value> = points.iter().enumerate().map(level).collect();
            descriptions.push(json!({"id": format!("urn:uuid:{n}"), "type": ["ResultDescription"], "name": format!("C{n}"),
                "resultType": "RubricCriterionLevel", "rubricCriterionLevel": levels}));
            if let Some(place) = reached {
                results.push(json!({"type": ["Result"], "resultDescription": format!("urn:uuid:{n}"), "achievedLevel": format!("urn:uuid:{n}-{}", place - 1)}));
            }
        }
        json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"], "id": "urn:uuid:1", "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": "did:web:a.example", "type": ["Profile"], "name": "Lab"},
            "validFrom": "2026-11-09T10:00:00Z",
            "credentialSubject": {"id": "urn:uuid:2", "type": ["AchievementSubject"], "result": results, "achievement": {
                "id": "urn:uuid:3", "type": ["Achievement"], "name": "Weld", "description": "Can weld.",
                "criteria": {"narrative": "Weld."}, "resultDescription": descriptions}}
        })
        .to_string()
    }

    const EIGHT: &[&str] = &["1", "2", "3", "4", "5", "6", "7", "8"];

    #[track_caller]
    fn shows(criteria: &[(&[&str], Option<usize>)], pill: Option<&str>) {
        let svg = drawing(&document(criteria), None).expect("drawn");
        assert!(svg.contains("November 2026") && svg.contains("Weld"));
        match pill {
            Some(pill) => assert!(svg.contains(pill), "no {pill} in {svg}"),
            None => assert!(!svg.contains(" of "), "{svg}"),
        }
    }

    #[test]
    fn the_lowest_level_of_all_criteria_is_drawn() {
        shows(&[(EIGHT, Some(8))], Some("L8 · 8 of 8"));
        shows(
            &[(EIGHT, Some(7)), (&["1", "2"], Some(2))],
            Some("L7 · 7 of 8"),
        );
        shows(
            &[(EIGHT, Some(5)), (&["1", "2"], Some(1))],
            Some("L1 · 1 of 2"),
        );
    }

    #[test]
    fn no_level_is_drawn_where_a_criterion_cannot_be_told() {
        shows(&[(EIGHT, Some(8)), (&["1", "2"], None)], None);
        shows(&[(EIGHT, Some(8)), (&["", ""], Some(2))], None);
        shows(&[], None);
    }

    #[test]
    fn what_is_no_achievement_is_not_drawn() {
        for text in ["", "{}", "[]", r#"{"type":["EndorsementCredential"]}"#] {
            assert!(matches!(png(text, None), Err(Fault::Unfit(_))), "{text}");
        }
    }
}
