//! Answers that hold still: kept in memory until something that they depend on changes.
//!
//! Somebody watches the store ([`watch`]) and asks it twice a second whether anything has changed.
//! An answer is only kept while that was asked lately, only together with what the store said
//! *before* the answer was made, and never longer than [`KEEP`]. So a revocation shows within
//! seconds, whichever process wrote it, and where the store does not answer nothing is recalled.
//! Only good verdicts about credentials of ours are kept: the others are looked up each time.
//!
//! With the same looks it learns which identifiers are ours, so that checking what somebody else
//! issued asks the store nothing.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use quick_cache::{Weighter, sync::Cache};
use tokio::time::{self, MissedTickBehavior};

use crate::{clock::Timestamp, db::Revision, issue::sources::Ours, web::Site};

/// The longest that an answer is kept: seconds.
const KEEP: i64 = 30;
/// From one question to the store to the next.
const EVERY: Duration = Duration::from_millis(500);
/// How old the store's last word may be: seconds.
const LATELY: i64 = 5;
/// All answers together: bytes.
const ROOM: u64 = 64 * 1024 * 1024;
/// About how many answers there are.
const ANSWERS: usize = 8_192;

/// What is kept.
#[derive(Debug)]
pub(crate) struct Memory {
    kept: Cache<String, Kept, Weight>,
    said: RwLock<Option<(Revision, Timestamp)>>,
    /// How often something changed through this very process.
    changes: AtomicU64,
    /// The identifiers that are ours, and what the store had said before they were read.
    ours: RwLock<Option<(Revision, Arc<Ours>)>>,
}

/// How things stood when an answer was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    revision: Revision,
    changes: u64,
}

#[derive(Debug, Clone)]
struct Kept {
    moment: Moment,
    until: Timestamp,
    body: Bytes,
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<String, Kept> for Weight {
    fn weight(&self, key: &String, kept: &Kept) -> u64 {
        // What an entry takes besides its bytes.
        (key.len() + kept.body.len() + 256) as u64
    }
}

impl Memory {
    pub(crate) fn new() -> Memory {
        Memory {
            kept: Cache::with_weighter(ANSWERS, ROOM, Weight),
            said: RwLock::new(None),
            changes: AtomicU64::new(0),
            ours: RwLock::new(None),
        }
    }

    /// The identifiers that are ours; `None` if nobody has asked lately.
    pub(crate) fn ours(&self, now: Timestamp) -> Option<Arc<Ours>> {
        self.moment(now)?;
        let ours = self.ours.read().unwrap_or_else(PoisonError::into_inner);
        ours.as_ref().map(|(_, ours)| ours.clone())
    }

    /// Whether the identifiers are those that the store has.
    fn knows_ours(&self, said: Revision) -> bool {
        let ours = self.ours.read().unwrap_or_else(PoisonError::into_inner);
        let read = ours.as_ref().map(|(read, _)| (read.issuers, read.keys));
        read == Some((said.issuers, said.keys))
    }

    /// Takes in the identifiers that the store gave after it had said `said`; none if it gave none.
    fn learn(&self, said: Revision, read: Option<Ours>) {
        let mut ours = self.ours.write().unwrap_or_else(PoisonError::into_inner);
        *ours = read.map(|read| (said, Arc::new(read)));
    }

    /// How things stand; `None` if nobody has asked lately: then nothing is recalled or kept.
    pub(crate) fn moment(&self, now: Timestamp) -> Option<Moment> {
        let changes = self.changes.load(Ordering::Acquire);
        let said = *self.said.read().unwrap_or_else(PoisonError::into_inner);
        let (revision, at) = said?;
        let age = now.as_second() - at.as_second();
        (0..=LATELY)
            .contains(&age)
            .then_some(Moment { revision, changes })
    }

    /// The answer kept under `key`, if nothing has changed since.
    pub(crate) fn recall(&self, moment: Moment, key: &str, now: Timestamp) -> Option<Bytes> {
        let kept = self.kept.get(key)?;
        if kept.moment == moment && now <= kept.until {
            return Some(kept.body);
        }
        self.kept.remove(key);
        None
    }

    /// Keeps an answer that was begun at `moment`, and holds until `end` if nothing changes.
    pub(crate) fn keep(
        &self,
        moment: Moment,
        key: String,
        body: Bytes,
        now: Timestamp,
        end: Option<Timestamp>,
    ) {
        let latest = Timestamp::from_second(now.as_second() + KEEP).unwrap_or(now);
        let until = end.map_or(latest, |end| end.min(latest));
        if self.moment(now) == Some(moment) {
            self.kept.insert(
                key,
                Kept {
                    moment,
                    until,
                    body,
                },
            );
        }
    }

    /// Something changes through this process: what was begun before is not recalled any more.
    pub(crate) fn forget(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        self.kept.clear();
    }

    /// What the store said at `now`; `None` if it did not answer.
    fn note(&self, said: Option<Revision>, now: Timestamp) {
        let mut known = self.said.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.map(|(revision, _)| revision);
        *known = said.map(|revision| (revision, now));
        drop(known);
        // What nobody may recall any more is not kept either.
        if before != said {
            self.kept.clear();
        }
    }

    /// Lets go of what has had its time.
    fn sweep(&self, now: Timestamp) {
        self.kept.retain(|_, kept| now <= kept.until);
    }
}

/// Asks the store for ever whether something has changed. Without this, nothing is kept.
pub async fn watch(site: Site) {
    let mut rounds = time::interval(EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        look(&site).await;
    }
}

/// Asks the store once whether something has changed.
pub async fn look(site: &Site) {
    // As old as the question, not as the answer.
    let now = site.now();
    let said = site.app().db.revision().await.ok();
    if let Some(said) = said.filter(|said| !site.memory().knows_ours(*said)) {
        site.memory().learn(said, Ours::read(site.app()).await.ok());
    }
    site.memory().note(said, now);
    site.memory().sweep(now);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("a time")
    }

    fn revision(statuses: i64) -> Revision {
        Revision {
            statuses,
            issuers: 0,
            keys: 0,
        }
    }

    fn keep(memory: &Memory, second: i64, end: Option<i64>) -> Option<Moment> {
        let moment = memory.moment(at(second))?;
        let body = Bytes::from_static(b"good");
        memory.keep(moment, "a".to_owned(), body, at(second), end.map(at));
        Some(moment)
    }

    fn recalls(memory: &Memory, second: i64) -> bool {
        let moment = memory.moment(at(second));
        moment.is_some_and(|moment| memory.recall(moment, "a", at(second)).is_some())
    }

    #[test]
    fn an_answer_is_recalled_only_while_the_store_says_the_same() {
        let memory = Memory::new();
        assert_eq!(keep(&memory, 0, None), None, "nobody has asked");
        memory.note(Some(revision(1)), at(0));
        keep(&memory, 0, None);
        assert!(recalls(&memory, 5));
        assert!(!recalls(&memory, 6), "nobody has asked lately");
        memory.note(Some(revision(1)), at(6));
        assert!(recalls(&memory, 6));
        memory.note(Some(revision(2)), at(7));
        assert!(!recalls(&memory, 7), "something has changed");
        memory.note(Some(revision(1)), at(8));
        assert!(!recalls(&memory, 8), "it is gone");
        keep(&memory, 8, None);
        memory.note(Some(revision(1)), at(38));
        memory.sweep(at(38));
        assert!(recalls(&memory, 38));
        assert!(!recalls(&memory, 39), "its time is over");
        keep(&memory, 39, None);
        memory.sweep(at(70));
        assert!(memory.kept.is_empty());
        memory.note(None, at(20));
        assert!(!recalls(&memory, 20), "the store does not answer");
    }

    #[test]
    fn an_answer_begun_before_a_change_is_not_kept_after_it() {
        let memory = Memory::new();
        memory.note(Some(revision(1)), at(0));
        let begun = memory.moment(at(0)).expect("a moment");
        memory.forget();
        memory.keep(begun, "a".to_owned(), Bytes::new(), at(0), None);
        assert!(!recalls(&memory, 0));
        keep(&memory, 0, Some(2));
        assert!(recalls(&memory, 2));
        assert!(!recalls(&memory, 3), "the credential has ended");
        memory.forget();
        assert!(!recalls(&memory, 1));
    }
}
