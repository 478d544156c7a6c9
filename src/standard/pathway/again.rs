//! Is the stack awarded now: for the first time, or again? Pure.
//!
//! A stack that was ended, or has expired, is awarded again when something was earned since that makes
//! the difference. What somebody decided against is not undone by looking again at what was there then.

use super::decide::{Decision, Holding, Wanted, decide};
use crate::clock::Timestamp;

/// What became of the stack that somebody had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Had {
    /// None was awarded.
    Nothing,
    /// It stands, or waits for a decision.
    Good,
    /// It was ended at this time.
    Ended(Timestamp),
    /// It was awarded at this time, and has expired.
    Expired(Timestamp),
}

/// A stack that is to be awarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What it rests on.
    pub decision: Decision,
    /// When it was met: the date of the award.
    pub awarded: Timestamp,
}

/// The stack that is to be awarded now to somebody who holds all this, if one is.
#[must_use]
pub fn due(
    wanted: &[Wanted],
    needed: usize,
    held: &[Holding],
    had: Had,
    now: Timestamp,
) -> Option<Due> {
    let all = decide(wanted, needed, held, now);
    let met_at = all.met_at()?;
    let since = match had {
        Had::Good => return None,
        Had::Nothing => {
            return Some(Due {
                decision: all,
                awarded: met_at,
            });
        }
        Had::Ended(at) | Had::Expired(at) => at,
    };
    let later = |one: &&Holding| earned_at(one, held) > since;
    let (new, old): (Vec<&Holding>, Vec<&Holding>) = held.iter().partition(later);
    let only = |some: &[&Holding]| {
        let some: Vec<Holding> = some.iter().map(|one| (*one).clone()).collect();
        decide(wanted, needed, &some, now)
    };
    let decision = if !only(&old).met {
        all
    } else if matches!(had, Had::Expired(_)) {
        // Nothing of it has ended; all of it was earned anew.
        Some(only(&new)).filter(|anew| anew.met)?
    } else {
        return None;
    };
    // Another occasion than that of the one before, whatever date was typed.
    let counted = decision.counted();
    let last = counted.map(|one| earned_at(one, held)).max();
    Some(Due {
        awarded: decision.met_at().max(last)?,
        decision,
    })
}

/// When something was earned: of what was corrected, when the first one was issued.
fn earned_at(one: &Holding, held: &[Holding]) -> Timestamp {
    let mut first = one;
    // Each takes the place of another one, so there are no more steps than credentials.
    for _ in held {
        let Some(before) = &first.corrects else { break };
        match held.iter().find(|other| other.credential == *before) {
            Some(other) => first = other,
            None => break,
        }
    }
    first.since
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;
    use crate::ids::{AchievementId, CredentialId};
    use crate::standard::pathway::decide::Standing;

    fn day(day: u32) -> Timestamp {
        format!("2026-03-{day:02}T10:00:00Z")
            .parse()
            .expect("a time")
    }

    fn wanted() -> Vec<Wanted> {
        ["read", "explain"]
            .map(|name| Wanted {
                name: name.to_owned(),
                editions: vec![AchievementId::random(&SystemChance)],
                must: true,
            })
            .into()
    }

    /// Awarded for `on`, and issued then.
    fn holding(step: &Wanted, on: u32) -> Holding {
        Holding {
            credential: CredentialId::random(&SystemChance),
            achievement: step.editions[0].clone(),
            name: step.name.clone(),
            participation: false,
            awarded: day(on),
            since: day(on),
            corrects: None,
            until: None,
            standing: Standing::Good,
            sha256: None,
        }
    }

    fn revoked(one: &Holding) -> Holding {
        Holding {
            standing: Standing::Revoked,
            ..one.clone()
        }
    }

    #[test]
    fn what_was_ended_is_awarded_again_for_what_was_earned_since() {
        let steps = wanted();
        let when =
            |held: &[Holding], had| due(&steps, 2, held, had, day(20)).map(|due| due.awarded);
        let (read, explain) = (holding(&steps[0], 1), holding(&steps[1], 3));
        let both = [read.clone(), explain.clone()];
        assert_eq!(when(&both, Had::Nothing), Some(day(3)));
        assert_eq!(when(&both[..1], Had::Nothing), None);
        assert_eq!(when(&both, Had::Good), None);
        // Somebody ended it with all its parts in order: looking again does not undo that.
        assert_eq!(when(&both, Had::Ended(day(5))), None);
        let extra = Holding {
            achievement: steps[0].editions[0].clone(),
            ..holding(&steps[0], 9)
        };
        let more = [read.clone(), explain.clone(), extra.clone()];
        assert_eq!(when(&more, Had::Ended(day(5))), None);
        // Without the new one it would not be met.
        let again = [revoked(&read), explain.clone(), extra.clone()];
        assert_eq!(when(&again, Had::Ended(day(5))), Some(day(9)));
        // Also where the award is of a day long past: it is another occasion.
        let backdated = Holding {
            awarded: day(2),
            ..extra
        };
        let again = [revoked(&read), explain.clone(), backdated];
        assert_eq!(when(&again, Had::Ended(day(5))), Some(day(9)));
        // What was put right since was not earned since.
        let put_right = Holding {
            since: day(9),
            corrects: Some(read.credential.clone()),
            ..holding(&steps[0], 1)
        };
        let corrected = [revoked(&read), put_right, explain];
        assert_eq!(when(&corrected, Had::Ended(day(5))), None);
        assert_eq!(when(&corrected, Had::Nothing), Some(day(3)));
    }

    #[test]
    fn what_expired_is_awarded_again_when_it_is_earned_again() {
        let steps = wanted();
        let had = Had::Expired(day(3));
        let when = |held: &[Holding]| due(&steps, 2, held, had, day(20)).map(|due| due.awarded);
        let (read, explain) = (holding(&steps[0], 1), holding(&steps[1], 3));
        let (read_again, explain_again) = (holding(&steps[0], 8), holding(&steps[1], 9));
        assert_eq!(when(&[read.clone(), explain.clone()]), None);
        let one = [read.clone(), explain.clone(), read_again.clone()];
        assert_eq!(when(&one), None, "half of it");
        let both = [read, explain.clone(), read_again.clone(), explain_again];
        assert_eq!(when(&both), Some(day(9)));
        // A part that has ended as well, earned again, with one that still holds.
        let ended = Holding {
            until: Some(day(4)),
            ..holding(&steps[0], 1)
        };
        assert_eq!(when(&[ended, explain, read_again]), Some(day(8)));
    }
}
