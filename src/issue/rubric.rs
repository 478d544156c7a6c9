//! The rubric of an achievement: what is scored, the levels, and the level that is a pass.

use super::Fault;
use super::achievement::{Kind, default_type, is_uri};
use crate::json::Value;

/// One thing that is scored: a `ResultDescription` of the achievement.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// The `id` of the result description.
    pub id: String,
    /// Its name, as it stands in the header of a CSV.
    pub name: String,
    /// The levels of a rubric criterion, lowest first; empty for a result that is a plain value.
    pub levels: Vec<Level>,
    /// The place in `levels` of the lowest level that is a pass.
    pub required: Option<usize>,
    /// The lowest and highest value of a plain result, where the file says them.
    pub range: (Option<f64>, Option<f64>),
    /// The values a plain result may have, where the file lists them.
    pub allowed: Vec<String>,
}

/// One level of a rubric criterion: a `RubricCriterionLevel`.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// The `id` of the level.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its points; higher levels have more.
    pub points: f64,
    /// Its points as they are written.
    pub points_text: String,
}

impl Criterion {
    /// Whether this is a rubric criterion, scored with a level.
    #[must_use]
    pub fn is_rubric(&self) -> bool {
        !self.levels.is_empty()
    }

    /// The place of the level with this name (in any case), these points, or this id.
    #[must_use]
    pub fn level(&self, text: &str) -> Option<usize> {
        let text = text.trim();
        let named = |level: &Level| {
            level.name.to_lowercase() == text.to_lowercase()
                || level.points_text == text
                || level.id == text
        };
        self.levels.iter().position(named)
    }

    /// Whether the level at `place` is a pass.
    #[must_use]
    pub fn passes(&self, place: usize) -> bool {
        self.required.is_none_or(|required| place >= required)
    }

    /// Whether `value` may be the value of this result.
    #[must_use]
    pub fn allows(&self, value: &str) -> bool {
        let listed = self.allowed.is_empty() || self.allowed.iter().any(|text| text == value);
        let (low, high) = self.range;
        let inside = (low.is_none() && high.is_none())
            || decimal(value).is_some_and(|number| {
                low.is_none_or(|low| number >= low) && high.is_none_or(|high| number <= high)
            });
        listed && inside
    }
}

/// Reads and checks every result description of an achievement `file` and fills in missing ids
/// (`<achievement id>#criterion-1`, `#criterion-1-level-2`) and types. `requiredLevel` may name a
/// level by its name, which is then replaced by the level's id.
pub(super) fn read(
    file: &mut Value<'static>,
    uri: &str,
    kind: Option<Kind>,
    faults: &mut Vec<Fault>,
) -> Vec<Criterion> {
    let mut criteria: Vec<Criterion> = Vec::new();
    if let Some(descriptions) = file.get_mut("resultDescription") {
        if let Value::Object(_) = descriptions {
            *descriptions = Value::Array(vec![descriptions.clone()]);
        }
        let Value::Array(descriptions) = descriptions else {
            faults.push(Fault::new(
                "/resultDescription",
                "is a list of result descriptions",
            ));
            return criteria;
        };
        for (i, description) in descriptions.iter_mut().enumerate() {
            let at = format!("/resultDescription/{i}");
            let id = format!("{uri}#criterion-{}", i + 1);
            let criterion = read_one(description, &at, id, faults);
            let same = |other: &Criterion| {
                other.id == criterion.id
                    || other.name.to_lowercase() == criterion.name.to_lowercase()
            };
            if !criterion.name.is_empty() && criteria.iter().any(same) {
                faults.push(Fault::new(at, "has the name or id of an earlier one"));
            }
            criteria.push(criterion);
        }
    }
    let rubric = criteria.iter().any(Criterion::is_rubric);
    if kind == Some(Kind::Performance) && !rubric {
        faults.push(Fault::new("/resultDescription", "is missing: a performance achievement has a rubric (resultType RubricCriterionLevel, levels with points, requiredLevel)"));
    }
    if kind == Some(Kind::Participation) && rubric {
        faults.push(Fault::new(
            "/resultDescription",
            "is a rubric: an achievement that is scored with a rubric has kind \"performance\"",
        ));
    }
    criteria
}

fn read_one(
    description: &mut Value<'static>,
    at: &str,
    id: String,
    faults: &mut Vec<Fault>,
) -> Criterion {
    default_type(description, "ResultDescription");
    let id = own_id(description, at, id, faults);
    let name = text(description, "name", at, faults);
    let has_levels = description.get("rubricCriterionLevel").is_some();
    if description.get("resultType").is_none() && has_levels {
        description.set("resultType", Value::from("RubricCriterionLevel"));
    }
    let result_type = text(description, "resultType", at, faults);
    let mut criterion = Criterion {
        range: (
            bound(description, "valueMin", at, faults),
            bound(description, "valueMax", at, faults),
        ),
        allowed: allowed(description),
        levels: Vec::new(),
        required: None,
        id,
        name,
    };
    if result_type == "RubricCriterionLevel" {
        criterion.levels = levels(description, at, &criterion.id, faults);
        criterion.required = required(description, at, &criterion.levels, faults);
    } else if has_levels {
        faults.push(Fault::new(
            format!("{at}/resultType"),
            "is RubricCriterionLevel where there are levels",
        ));
    }
    criterion
}

fn levels(
    description: &mut Value<'static>,
    at: &str,
    criterion: &str,
    faults: &mut Vec<Fault>,
) -> Vec<Level> {
    let Some(Value::Array(given)) = description.get_mut("rubricCriterionLevel") else {
        faults.push(Fault::new(
            format!("{at}/rubricCriterionLevel"),
            "is missing: the levels, lowest first",
        ));
        return Vec::new();
    };
    let mut levels: Vec<Level> = Vec::new();
    for (i, level) in given.iter_mut().enumerate() {
        let at = format!("{at}/rubricCriterionLevel/{i}");
        default_type(level, "RubricCriterionLevel");
        let id = own_id(level, &at, format!("{criterion}-level-{}", i + 1), faults);
        let name = text(level, "name", &at, faults);
        if let Some(Value::Number(number)) = level.get("points") {
            let number = number.to_string();
            level.set("points", Value::from(number));
        }
        let points_text = text(level, "points", &at, faults);
        let points = decimal(&points_text).unwrap_or(f64::NAN);
        if !points_text.is_empty() && points.is_nan() {
            faults.push(Fault::new(
                format!("{at}/points"),
                "is not a decimal number such as 3 or 2.5",
            ));
        }
        if levels.iter().any(|other| other.points >= points) {
            faults.push(Fault::new(
                format!("{at}/points"),
                "is not more than the level before: list levels lowest first",
            ));
        }
        let same =
            |other: &Level| other.id == id || other.name.to_lowercase() == name.to_lowercase();
        if !name.is_empty() && levels.iter().any(same) {
            faults.push(Fault::new(
                at,
                "has the name or id of another level of this criterion",
            ));
        }
        levels.push(Level {
            id,
            name,
            points,
            points_text,
        });
    }
    if levels.len() < 2 {
        faults.push(Fault::new(
            format!("{at}/rubricCriterionLevel"),
            "has fewer than two levels",
        ));
    }
    levels
}

/// The level that is a pass; a name in `requiredLevel` becomes the id of the level.
fn required(
    description: &mut Value<'static>,
    at: &str,
    levels: &[Level],
    faults: &mut Vec<Fault>,
) -> Option<usize> {
    let given = description
        .get("requiredLevel")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let found = levels
        .iter()
        .position(|level| level.id == given || level.name == given);
    match found {
        Some(place) => {
            description.set("requiredLevel", Value::from(levels[place].id.clone()));
            Some(place)
        }
        None => {
            faults.push(Fault::new(
                format!("{at}/requiredLevel"),
                "names no level of this criterion: give the id or the name of the lowest level that is a pass",
            ));
            None
        }
    }
}

/// The `id` of an object, set to `default` where it has none.
fn own_id(
    object: &mut Value<'static>,
    at: &str,
    default: String,
    faults: &mut Vec<Fault>,
) -> String {
    match object.get("id") {
        None => {
            if let Value::Object(members) = object {
                members.insert(0, ("id".into(), Value::from(default.clone())));
            }
            default
        }
        Some(Value::String(id)) if is_uri(id) => id.clone().into_owned(),
        Some(_) => {
            faults.push(Fault::new(
                format!("{at}/id"),
                "is not an absolute URI (https://… or urn:…)",
            ));
            default
        }
    }
}

fn text(object: &Value<'_>, member: &str, at: &str, faults: &mut Vec<Fault>) -> String {
    let text = object
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default();
    if text.trim().is_empty() {
        faults.push(Fault::new(format!("{at}/{member}"), "is missing"));
    }
    text.to_owned()
}

fn bound(object: &Value<'_>, member: &str, at: &str, faults: &mut Vec<Fault>) -> Option<f64> {
    let given = object.get(member)?;
    let number = given.as_str().and_then(decimal);
    if number.is_none() {
        faults.push(Fault::new(
            format!("{at}/{member}"),
            "is not a decimal number in quotation marks",
        ));
    }
    number
}

fn allowed(object: &Value<'_>) -> Vec<String> {
    let given = object
        .get("allowedValue")
        .map(Value::one_or_many)
        .unwrap_or_default();
    given
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// A plain decimal number (`3`, `2.5`, `-1`); no exponent, no infinity.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
    plain
        .then(|| text.parse().ok())
        .flatten()
        .filter(|number: &f64| number.is_finite())
}
