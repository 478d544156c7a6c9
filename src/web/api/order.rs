//! An order as programs send it, and the row it becomes.
//!
//! An order is read by the same rules as a line of a CSV: it is written as one, and every fault is
//! led back from its column to the member it came from. So there is one set of rules, and one place
//! to change it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    clock::Timestamp,
    issue::{achievement::Achievement, plan},
    web::{error::WebError, problem::FaultLine},
};

/// One award.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "achievement": "Zr4XfLk2Qp8sVb1NwYt6Ag",
    "learner": {"reference": "S-1042", "name": "Ana Lee"},
    "date": "2026-03-01",
    "levels": {"Uses evidence": "Advanced", "Explains clearly": "Proficient"},
    "assessor": {"role": "Career skills reviewer", "qualification": "State teaching licence"},
    "evidence": [{"name": "One-page memo", "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]
}))]
pub(crate) struct Order {
    /// The id of a published achievement: 22 characters, as `GET /api/v1/achievements` lists it.
    pub(crate) achievement: String,
    /// Who earned it. Kept sealed, never signed.
    learner: Learner,
    /// The day of the award, or a time with its offset.
    date: String,
    /// When the credential ends; it does not, if left out.
    #[serde(default)]
    pub(crate) valid_until: Option<String>,
    /// The level reached, for each criterion of the rubric.
    #[serde(default)]
    levels: BTreeMap<String, String>,
    /// The value, for each result that is not a rubric level.
    #[serde(default)]
    values: BTreeMap<String, String>,
    /// Who assessed.
    #[serde(default)]
    assessor: Option<Assessor>,
    /// What was handed in, at most 8.
    #[serde(default)]
    evidence: Vec<Evidence>,
    /// What is said about this award; signed.
    #[serde(default)]
    narrative: Option<String>,
}

/// Who earned it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Learner {
    /// Your own reference: a student number, or any word.
    reference: String,
    /// The name, for "confirm the name you were given".
    #[serde(default)]
    name: Option<String>,
    /// The e-mail address.
    #[serde(default)]
    email: Option<String>,
    /// Whether you say that the learner is of age.
    #[serde(default)]
    adult: bool,
    /// For adults who ask for it: `email` (a salted hash is signed), or a DID.
    #[serde(default)]
    recipient: Option<String>,
}

/// Who assessed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Assessor {
    /// In which role.
    role: String,
    /// With which qualification.
    #[serde(default)]
    qualification: Option<String>,
    /// The name; signed only if your organisation says so.
    #[serde(default)]
    name: Option<String>,
}

/// What was handed in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Evidence {
    /// What it is.
    name: String,
    /// More about it.
    #[serde(default)]
    description: Option<String>,
    /// Its SHA-256: 64 hexadecimal digits, or a multibase multihash.
    #[serde(default)]
    digest: Option<String>,
}

impl Order {
    /// The award as a row.
    ///
    /// # Errors
    /// 422 with every fault of the order.
    pub(crate) fn row(
        &self,
        achievement: &Achievement,
        now: Timestamp,
    ) -> Result<plan::Row, WebError> {
        let mut cells = Cells::default();
        self.person(&mut cells);
        self.results(achievement, &mut cells);
        self.shown(&mut cells);
        let text = cells.csv().map_err(|cause| WebError::internal(&cause))?;
        let rows = plan::read(&text, achievement, plan::Limits::PAGE, now).map_err(|faults| {
            let line = |fault: plan::Fault| FaultLine {
                pointer: cells.pointer(fault.name.as_deref()),
                detail: fault.sentence,
            };
            WebError::faulty(faults.into_iter().map(line).collect())
        })?;
        rows.into_iter()
            .next()
            .ok_or_else(|| WebError::internal(&"an order became no row"))
    }

    fn person(&self, cells: &mut Cells) {
        let learner = &self.learner;
        cells.add("learner", "/learner/reference", &learner.reference);
        cells.add("name", "/learner/name", given(&learner.name));
        cells.add("email", "/learner/email", given(&learner.email));
        cells.add(
            "adult",
            "/learner/adult",
            if learner.adult { "yes" } else { "no" },
        );
        cells.add("recipient", "/learner/recipient", given(&learner.recipient));
        cells.add("date", "/date", &self.date);
        cells.add("narrative", "/narrative", given(&self.narrative));
    }

    fn results(&self, achievement: &Achievement, cells: &mut Cells) {
        for criterion in achievement.criteria() {
            let known = if criterion.is_rubric() {
                &self.levels
            } else {
                &self.values
            };
            if !known.contains_key(&criterion.name) {
                cells.result(criterion.is_rubric(), &criterion.name, "");
            }
        }
        for (name, level) in &self.levels {
            cells.result(true, name, level);
        }
        for (name, value) in &self.values {
            cells.result(false, name, value);
        }
    }

    fn shown(&self, cells: &mut Cells) {
        let assessor = self.assessor.as_ref();
        cells.add(
            "assessor_role",
            "/assessor/role",
            assessor.map_or("", |a| &a.role),
        );
        cells.add(
            "assessor_qualification",
            "/assessor/qualification",
            assessor.map_or("", |a| given(&a.qualification)),
        );
        cells.add(
            "assessor",
            "/assessor/name",
            assessor.map_or("", |a| given(&a.name)),
        );
        if self.evidence.is_empty() {
            cells.add("evidence", "/evidence", "");
        }
        for (n, evidence) in self.evidence.iter().enumerate() {
            let column = if n == 0 {
                "evidence".to_owned()
            } else {
                format!("evidence_{}", n + 1)
            };
            cells.add(&column, &format!("/evidence/{n}/name"), &evidence.name);
            cells.add(
                &format!("{column}_description"),
                &format!("/evidence/{n}/description"),
                given(&evidence.description),
            );
            cells.add(
                &format!("{column}_digest"),
                &format!("/evidence/{n}/digest"),
                given(&evidence.digest),
            );
        }
    }
}

fn given(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

/// The members of an order as cells of a CSV: column, place in the body, text.
#[derive(Default)]
struct Cells(Vec<[String; 3]>);

impl Cells {
    fn add(&mut self, column: &str, pointer: &str, text: &str) {
        self.0.push([column, pointer, text].map(str::to_owned));
    }

    fn result(&mut self, is_level: bool, name: &str, text: &str) {
        let step = name.replace('~', "~0").replace('/', "~1");
        let (column, place) = if is_level {
            ("level", "levels")
        } else {
            ("value", "values")
        };
        self.add(
            &format!("{column}: {name}"),
            &format!("/{place}/{step}"),
            text,
        );
    }

    /// Where the member of a column stands; the whole body when no column is meant.
    fn pointer(&self, column: Option<&str>) -> String {
        let found = self
            .0
            .iter()
            .find(|[name, _, _]| Some(name.as_str()) == column);
        found.map_or_else(String::new, |[_, pointer, _]| pointer.clone())
    }

    /// A header and one line.
    fn csv(&self) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.0.iter().map(|[column, _, _]| column))?;
        writer.write_record(self.0.iter().map(|[_, _, text]| text))?;
        Ok(writer.into_inner()?)
    }
}
