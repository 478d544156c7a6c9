//! Times in rows sort as they happened, and mean the same on both engines.

use skillmark::db::{Error, Ts};

use super::issuers::{an_issuer, at};
use crate::support::db::on_both;

on_both! {
    fn times_read_back_and_sort(temp) {
        let times = [
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "1999-12-31T23:59:59Z",
            "2026-03-01T11:59:59.999Z",
            "2026-03-01T12:00:00Z",
            "2026-10-25T01:30:00Z",
            "9999-12-30T00:00:00Z",
        ];
        let mut expected: Vec<Ts> = Vec::new();
        for time in times.iter().rev() {
            let mut row = an_issuer("Lab");
            row.created_at = at(time);
            expected.insert(0, row.created_at);
            temp.db.of(&row.issuer_id).add_issuer(&row).await.expect("added");
        }
        let issuers = temp.db.issuers().await.expect("read");
        let read: Vec<Ts> = issuers.iter().map(|row| row.created_at).collect();
        assert_eq!(read, expected);
        assert_eq!(read[3].to_string(), "2026-03-01T11:59:59Z");
        let widths = "select count(distinct length(created_at)) from issuers";
        if temp.url.is_none() {
            assert_eq!(temp.number(widths).await, 1);
        }
    }

    fn the_store_answers_and_is_whole(temp) {
        assert_eq!(temp.db.ping().await, Ok(()));
        assert_eq!(temp.db.damage().await, Ok(vec![]));
        // Bringing the tables up to date again changes nothing.
        assert_eq!(temp.db.migrate().await, Ok(()));
        temp.db.close().await;
        assert!(matches!(temp.db.ping().await, Err(Error::Unavailable(_))));
    }
}
