//! When a credential ends if nobody says otherwise: what its achievement was published with.

use jiff::{Span, tz::TimeZone};

use super::Error;
use crate::clock::Timestamp;
use crate::db::Tenant;
use crate::ids::AchievementId;

/// When a credential ends that is issued now: as asked, or as its achievement's edition says.
pub(super) async fn ends(
    rows: &mut Tenant<'_>,
    achievement: &AchievementId,
    asked: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    if asked.is_some() {
        return Ok(asked);
    }
    let edition = rows.edition(achievement).await?;
    let months = edition.and_then(|edition| edition.valid_months);
    Ok(months.and_then(|months| after_months(now, months)))
}

/// The same day and time some months later, in UTC: the last day where a month is shorter. `None`
/// past the end of time.
pub(crate) fn after_months(from: Timestamp, months: i64) -> Option<Timestamp> {
    let span = Span::new().try_months(months).ok()?;
    let then = from.to_zoned(TimeZone::UTC).checked_add(span).ok()?;
    Some(then.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_on_the_last_day_where_a_month_is_shorter() {
        for (from, months, then) in [
            ("2026-03-01T12:00:00Z", 24, Some("2028-03-01T12:00:00Z")),
            ("2026-01-31T08:30:00Z", 1, Some("2026-02-28T08:30:00Z")),
            ("2024-02-29T00:00:00Z", 12, Some("2025-02-28T00:00:00Z")),
            ("2026-01-01T00:00:00Z", 1_000_000, None),
        ] {
            let from = from.parse().expect("a time");
            let then: Option<Timestamp> = then.map(|then| then.parse().expect("a time"));
            assert_eq!(after_months(from, months), then);
        }
    }
}
