//! `GET /api/v1/achievements`: what your organisation has published.

use axum::{Json, extract::State};
use serde::Serialize;
use serde_json::Value;

use crate::{
    db::AchievementRow,
    issue::publish,
    web::{Site, error::WebError, key::Keyed, problem::Problem},
};

/// A published achievement.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Published {
    /// Its id, for `achievement` in an order.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// Its name.
    name: String,
    /// `performance` or `participation`.
    kind: &'static str,
    /// Your own name for this edition; empty if it has none.
    version: String,
    /// When it was published.
    published_at: String,
    /// The achievement, as it was published.
    #[schema(value_type = Object)]
    achievement: Value,
}

impl Published {
    /// What is told of a stored achievement.
    ///
    /// # Errors
    /// If it is not JSON: a fault of ours.
    pub(crate) fn of(row: AchievementRow) -> Result<Published, WebError> {
        Ok(Published {
            id: row.achievement_id.to_string(),
            name: row.name,
            kind: row.kind.as_str(),
            version: row.version,
            published_at: row.created_at.to_string(),
            achievement: serde_json::from_str(&row.document)
                .map_err(|_| WebError::internal(&"a published achievement is not JSON"))?,
        })
    }
}

/// Everything that was published.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Achievements {
    /// The achievements, oldest first.
    achievements: Vec<Published>,
}

/// List the achievements of your organisation.
///
/// Each with the id that an order names.
#[utoipa::path(get, path = "/api/v1/achievements", operation_id = "list_achievements", tag = "Achievements",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Everything that was published, oldest first.", body = Achievements),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<Achievements>, WebError> {
    let rows = publish::list(site.app(), &who).await?;
    let achievements = rows.into_iter().map(Published::of);
    Ok(Json(Achievements {
        achievements: achievements.collect::<Result<_, _>>()?,
    }))
}
