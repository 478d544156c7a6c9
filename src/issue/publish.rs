//! Publishing achievements: from then on they never change.

use super::achievement::{Achievement, Kind};
use super::{Error, promise};
use crate::app::App;
use crate::db::{AchievementKind, AchievementRow, Tenant};
use crate::ids::AchievementId;
use crate::json;
use crate::who::{Scope, Who};

/// Publishes an achievement for an organisation. Publishing the same file again changes nothing.
///
/// # Errors
/// [`Error::Conflict`] if another file with the same `id` was published: what credentials refer
/// to must not change under them.
pub async fn publish(app: &App, who: &Who, achievement: &Achievement) -> Result<(), Error> {
    who.may(Scope::Publish)?;
    let now = app.now();
    let file = json::text(achievement.file());
    let row = AchievementRow {
        issuer_id: who.issuer().clone(),
        achievement_id: achievement.id().clone(),
        name: achievement.name().to_owned(),
        kind: match achievement.kind() {
            Kind::Performance => AchievementKind::Performance,
            Kind::Participation => AchievementKind::Participation,
        },
        version: achievement.version().to_owned(),
        document: file.clone(),
        created_at: now.into(),
    };
    let mut tx = app.db.begin().await?;
    let mut of = tx.of(who.issuer());
    if !of.add_achievement(&row).await? {
        let there = of.achievement(achievement.id()).await?;
        if there.is_some_and(|there| there.document == file) {
            return Ok(());
        }
        return Err(Error::Conflict(
            "an achievement with this id was published before, with other words: \
             give the new one another id"
                .to_owned(),
        ));
    }
    let line = promise::line(
        app,
        who,
        "achievement.publish",
        achievement.id().as_str(),
        now,
    );
    of.log(&[line]).await?;
    tx.commit().await?;
    Ok(())
}

/// A published achievement.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn achievement(app: &App, who: &Who, id: &AchievementId) -> Result<Achievement, Error> {
    load(&mut app.db.of(who.issuer()), id).await
}

pub(super) async fn load(of: &mut Tenant<'_>, id: &AchievementId) -> Result<Achievement, Error> {
    let row = of
        .achievement(id)
        .await?
        .ok_or(Error::NotFound("achievement"))?;
    read(&row)
}

/// Reads a published achievement from its row.
///
/// # Errors
/// [`Error::Faults`] if it would not pass today's publish check.
pub fn read(row: &AchievementRow) -> Result<Achievement, Error> {
    Achievement::parse(row.document.as_bytes()).map_err(Error::Faults)
}
