//! The credential that a learner would get, as a preview: unsigned, with the required level
//! everywhere.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::app::App;
use crate::clock::{Chance, Timestamp};
use crate::db::Tenant;
use crate::issue::{
    Achievement, Error, Fault, Kind, after_months, identity, lint,
    order::{Assessor, Evidence, Fixed, Order, Outcome, StatusPlace},
    plan::{Learner, Row, Wish},
};
use crate::json;
use crate::proof::ProofOptions;

/// Chance that a sample is drawn with: it counts, so that a preview holds still.
struct Still(AtomicU8);

impl Chance for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// The unsigned credential that somebody with the required level everywhere would get, were it issued
/// now.
pub(super) async fn sample(
    app: &App,
    rows: &mut Tenant<'_>,
    achievement: &Achievement,
    valid_months: Option<u32>,
) -> Result<Result<json::Value<'static>, Vec<Fault>>, Error> {
    let now = app.now();
    let issuer = rows
        .issuer()
        .await?
        .ok_or(Error::NotFound("organisation"))?;
    let origin = &app.config.public_url;
    let fixed = Fixed {
        id: origin.join("/c/sample"),
        issuer: identity::profile(&issuer),
        now,
        valid_until: valid_months.and_then(|months| after_months(now, months.into())),
        status: Some(StatusPlace {
            list: origin.join("/status/sample"),
            index: 0,
        }),
        evidence_base: Some(origin.join("/evidence/")),
    };
    let order = Order::new(
        &sample_row(achievement, now),
        fixed,
        &Still(AtomicU8::new(1)),
    );
    let document = order.credential(achievement);
    let options = ProofOptions::new(format!("{}#key", issuer.did), now);
    Ok(lint::credential(document.clone(), &options).map(|_| document))
}

fn sample_row(achievement: &Achievement, now: Timestamp) -> Row {
    let performance = achievement.kind() == Kind::Performance;
    let outcomes = achievement.criteria().iter().filter_map(|criterion| {
        let level = criterion.levels.get(criterion.required?)?;
        Some(Outcome {
            description: criterion.id.clone(),
            level: Some(level.id.clone()),
            value: None,
        })
    });
    Row {
        line: 0,
        learner: Learner {
            reference: "sample".to_owned(),
            name: None,
            email: None,
            adult: false,
            wish: Wish::Nothing,
        },
        awarded: now,
        outcomes: outcomes.collect(),
        assessor: performance.then(|| Assessor {
            role: "Reviewer".to_owned(),
            qualification: Some("the reviewer's qualification".to_owned()),
            name: None,
        }),
        evidence: performance
            .then(|| Evidence {
                name: "What the learner handed in".to_owned(),
                description: None,
                digest: None,
            })
            .into_iter()
            .collect(),
        narrative: None,
    }
}
