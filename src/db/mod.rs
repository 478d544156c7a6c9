//! Storage: every table, every write.
//!
//! Two engines, one set of migrations, one text per statement (`engine`). Rows of an organisation
//! are reached through a handle scoped to it ([`Db::of`], [`Tx::of`]); the few lookups that find
//! an organisation by something public are methods of [`Db`] and say so.
//!
//! The rules of the SQL here: lower case; every column named; ids, documents and fixed words are
//! `text`; numbers are `bigint`; times are [`Ts`] values that the caller passes in; no arrays, no
//! `ilike`, no `::`; a statement that must differ per engine is a `match` with the reason above it.
//! A signed document is `text`, byte for byte as it was signed.
//!
//! To add a table: one migration, one file here, one line below.

mod engine;
mod error;
mod health;
mod many;
mod plain;
mod tenant;
mod ts;

// The tables, one file each.
mod accounts;
mod achievements;
mod api_keys;
mod attempt_evidence;
mod attempts;
mod audit;
mod batch_parts;
mod bulk_changes;
mod credentials;
mod domain_checks;
mod drafts;
mod endorsements;
mod evidence;
mod given;
mod guardian_links;
mod guesses;
mod idempotency;
mod invitations;
mod issue_days;
mod issuer_keys;
mod issuers;
mod jobs;
mod labs;
mod learner_links;
mod letters;
mod list_notes;
mod members;
mod merged_people;
mod passkeys;
mod people;
mod pictures;
mod portfolios;
mod programs;
mod promises;
mod providers;
mod qualifications;
mod receipt_keys;
mod revision;
mod scores;
mod sessions;
mod sign_in_tries;
mod stacks;
mod status;
mod status_reasons;
mod status_take;
mod superseded;
mod versions;
mod webhooks;

pub use accounts::AccountRow;
pub use achievements::{AchievementKind, AchievementRow};
pub use api_keys::ApiKeyRow;
pub use attempt_evidence::{AttemptEvidenceRow, EvidenceKind};
pub use attempts::{AttemptKind, AttemptRow, AttemptState, SecondReading};
pub use audit::{AuditFilter, AuditRow};
pub use bulk_changes::{BulkChange, BulkRow, BulkState};
pub use credentials::{Counts, CredentialRow, CredentialState, Signed, Stored};
pub use domain_checks::{DomainCheckRow, DomainWay};
pub use drafts::{DraftRow, EditionRow};
pub use endorsements::{EndorsementRow, EndorsementState};
use engine::{Arg, Key, Query, Row};
pub use engine::{Db, Tx};
pub use error::Error;
pub use evidence::EvidenceRow;
pub use given::GivenEntryRow;
pub use guardian_links::GuardianLinkRow;
pub use guesses::GuessRate;
pub use health::Unfinished;
pub use idempotency::Claim;
pub use invitations::{InvitationKind, InvitationRow, LinkWay};
pub use issuer_keys::{IssuerKeyRow, KeyState};
pub use issuers::{DidMethod, IssuerRow};
pub use jobs::{JobRow, JobState, Lane, Lease};
pub use labs::LabRow;
pub use learner_links::LearnerLinkRow;
pub use letters::{LetterRow, LetterState, LetterTextRow};
use many::Many;
pub use members::{MemberRow, MemberState, Membership};
pub use merged_people::MergedRow;
pub use passkeys::PasskeyRow;
pub use people::PersonRow;
pub use plain::UnknownWord;
pub use portfolios::PortfolioRow;
pub use programs::{ProgramLearnerRow, ProgramRow};
pub use promises::{Promise, Promised};
pub use providers::ProviderRow;
pub use qualifications::QualificationRow;
pub use receipt_keys::{ReceiptKeyRow, ReceiptKeyState};
pub use revision::Revision;
pub use scores::{Decision, Reading, ReviewRow, ScoreRow, Voice};
pub use sessions::{SessionRow, Stage};
pub use sign_in_tries::SignInTry;
pub use stacks::{HoldingRow, StackAwardRow, StackRow, StackState};
pub use status::{StatusDocumentRow, StatusEntryRow, StatusListRow, StatusState};
pub use status_reasons::StatusReasonRow;
pub use status_take::{LIST_ENTRIES, StatusPlaceRow};
pub use superseded::SupersededRow;
pub use tenant::Tenant;
pub use ts::Ts;
pub use versions::{Kept, VersionRow};
pub use webhooks::{DeliveryRow, DeliveryState, Tried, WebhookRow, WebhookState};
