//! The limits of the service, in one table. They are part of what it promises, not settings.

use std::time::Duration;

/// A JSON or JWT document: bytes. Past it: 413, or a fault in the report.
pub const DOCUMENT_BYTES: usize = 256 * 1024;
/// A JSON document: arrays and objects inside one another.
pub const DOCUMENT_DEPTH: usize = 64;
/// A credential as RDF: quads.
pub const DOCUMENT_QUADS: usize = 10_000;
/// Proofs on one credential.
pub const PROOFS: usize = 8;
/// Endorsements inside one credential; endorsements of endorsements are not followed.
pub const ENDORSEMENTS: usize = 8;
/// Credentials inside one presentation or learner record. Past it: could not check.
pub const CHILDREN: usize = 50;
/// Inputs that are verified at once. Past it: 413.
pub const MANY: usize = 50;
/// All inputs that are verified at once: bytes, unpacked. Past it: 413.
pub const MANY_BYTES: usize = 16 * 1024 * 1024;
/// An uploaded image, and the body of a page's form: bytes. Past it: 413.
pub const UPLOAD_BYTES: usize = 2 * 1024 * 1024;
/// A CSV file: bytes. Past it: 413.
pub const CSV_BYTES: usize = 5 * 1024 * 1024;
/// Rows of a CSV file through a page. The command line has no limit of rows.
pub const CSV_ROWS: usize = 5_000;
/// A status list unpacked: bytes. Past it the list could not be checked.
pub const STATUS_LIST_BYTES: usize = 8 * 1024 * 1024;
/// Fetches for one verification. Past it: could not check.
pub const FETCHES: usize = 6;
/// Redirects followed for one fetch. Past it: could not check.
pub const REDIRECTS: usize = 2;
/// All fetches of one verification together. Past it: could not check.
pub const FETCHING: Duration = Duration::from_secs(8);
/// How far ahead of ours another clock may be. Past it: checked and wrong.
pub const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);
/// From taking a credential back to the published list that says so.
pub const PUBLISH_WITHIN: Duration = Duration::from_secs(60);
/// Which request an `Idempotency-Key` came with: days. Past it the key may come with another.
pub const KEEP_REQUESTS_DAYS: i64 = 30;
/// A portfolio whose link ended or was taken back: days until its record goes too.
pub const KEEP_ENDED_PORTFOLIOS_DAYS: i64 = 30;
/// A line of the audit log: days.
pub const KEEP_AUDIT_DAYS: i64 = 730;
/// How new a stranger's status list was: days after it last got newer.
pub const KEEP_NEWEST_LISTS_DAYS: i64 = 730;
/// The record of a batch, a letter or a message to a webhook, after it ended: days.
pub const KEEP_WORK_DAYS: i64 = 90;
