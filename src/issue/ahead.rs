//! The rows of a batch, looked at before the transaction that promises them: on every core, and
//! while nobody waits for the store.

use futures_util::future::try_join_all;

use super::plan::Row;
use super::promise::{self, Common, Terms};
use super::{Error, batch, ends, publish};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{StatusPlaceRow, Tenant};
use crate::ids::{AchievementId, CredentialId, StatusListId};
use crate::who::Who;

/// What rows were looked at with.
pub(super) struct Looked {
    about: AchievementId,
    common: Common,
    valid_until: Option<Timestamp>,
}

impl Looked {
    /// Whether that is still so; else what was looked at has to be looked at again.
    pub(super) async fn still_holds(
        &self,
        of: &mut Tenant<'_>,
        valid_until: Option<Timestamp>,
    ) -> Result<bool, Error> {
        let common = Common::read(of, &self.about).await?;
        Ok(common == self.common && valid_until == self.valid_until)
    }
}

/// Looks for faults in what every row would become.
///
/// # Errors
/// [`Error::Rows`] with the faults of the first row that has any.
pub(super) async fn look(
    app: &App,
    who: &Who,
    about: &AchievementId,
    rows: &[Row],
    (valid_until, now): (Option<Timestamp>, Timestamp),
) -> Result<Looked, Error> {
    let mut of = app.db.of(who.issuer());
    let achievement = publish::load(&mut of, about).await?;
    let valid_until = ends::ends(&mut of, about, valid_until, now).await?;
    let common = Common::read(&mut of, about).await?;
    let part = rows.len().div_ceil(batch::cores()).max(1);
    let parts = rows.chunks(part).map(|part| {
        let (app, who, common) = (app.clone(), who.clone(), common.clone());
        let (achievement, rows) = (achievement.clone(), part.to_vec());
        tokio::task::spawn_blocking(move || {
            let terms = Terms {
                who: &who,
                achievement: &achievement,
                valid_until,
                batch: None,
                occasion: None,
                checked: false,
                now,
            };
            first_faults(&app, &terms, &common, &rows)
        })
    });
    let looked = try_join_all(parts).await;
    let looked = looked.map_err(|_| Error::Internal("checking was cut off".to_owned()))?;
    // In the order of the file, so that the first row with a fault is named.
    looked.into_iter().collect::<Result<(), Error>>()?;
    Ok(Looked {
        about: about.clone(),
        common,
        valid_until,
    })
}

/// The id and the place in a list are not the credential's own yet: no fault depends on them.
fn first_faults(app: &App, terms: &Terms<'_>, common: &Common, rows: &[Row]) -> Result<(), Error> {
    let chance = app.chance.as_ref();
    let place = StatusPlaceRow {
        credential_id: CredentialId::random(chance),
        status_list_id: StatusListId::random(chance),
        status_index: 0,
    };
    for row in rows {
        let order = promise::order(app, terms, common, row, &place);
        promise::check(&order, terms.achievement, row.line)?;
    }
    Ok(())
}
