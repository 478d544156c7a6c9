//! Work that is done once a day for every organisation: put down once, however many processes there
//! are, and done by any worker.

use std::time::Duration;

use jiff::{civil::Date, tz::TimeZone};

use crate::{
    app::App,
    clock::Timestamp,
    db::{self, Db},
    queue,
};

/// The hour of the day, in UTC, after which it is put down: working hours from Berlin to Chicago.
pub const HOUR: i8 = 13;

/// How often a process looks whether it is time.
pub(super) const LOOK: Duration = Duration::from_secs(60);

/// The day whose work is due, if its hour has come.
pub(super) fn day_of(now: Timestamp) -> Option<Date> {
    let now = now.to_zoned(TimeZone::UTC);
    (now.hour() >= HOUR).then(|| now.date())
}

/// Puts down today's work of every organisation, where its hour has come and nobody has done so
/// before: how much. Its id is made of the day, so that two who do this at once put one piece down.
///
/// # Errors
/// [`db::Error`] if the database could not answer.
pub async fn put_down(app: &App) -> Result<usize, db::Error> {
    let Some(day) = day_of(app.now()) else {
        return Ok(0);
    };
    let (day, db): (String, &Db) = (day.to_string(), &app.db);
    let mut count = 0;
    for issuer in db.issuers().await? {
        let mut rows = db.of(&issuer.issuer_id);
        let new = queue::put_for(&mut rows, app, queue::REMIND, &day).await?;
        count += usize::from(new);
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_of_a_day_is_due_from_its_hour_on() {
        let day = |text: &str| day_of(text.parse().expect("a time")).map(|day| day.to_string());
        assert_eq!(day("2026-03-02T12:59:59Z"), None);
        assert_eq!(day("2026-03-02T13:00:00Z").as_deref(), Some("2026-03-02"));
        assert_eq!(day("2026-03-02T23:59:59Z").as_deref(), Some("2026-03-02"));
        assert_eq!(day("2026-03-03T00:00:00Z"), None);
    }
}
