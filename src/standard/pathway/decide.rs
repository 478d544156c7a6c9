//! Does this person meet the pathway? Pure: what is held and the hour in, an answer with its reasons
//! out.

use crate::clock::Timestamp;
use crate::ids::{AchievementId, CredentialId};

/// How a credential stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is good.
    Good,
    /// Taken back for now.
    Suspended,
    /// Taken back for good.
    Revoked,
}

/// A credential that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The credential.
    pub credential: CredentialId,
    /// What for.
    pub achievement: AchievementId,
    /// The achievement's name.
    pub name: String,
    /// Whether it is only for taking part.
    pub participation: bool,
    /// When it was awarded.
    pub awarded: Timestamp,
    /// When it was issued.
    pub since: Timestamp,
    /// The credential whose place it took.
    pub corrects: Option<CredentialId>,
    /// When it ends.
    pub until: Option<Timestamp>,
    /// How it stands.
    pub standing: Standing,
    /// SHA-256 of the signed document, where it is signed.
    pub sha256: Option<Vec<u8>>,
}

/// A step: its name, and the achievements that count for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it is called.
    pub name: String,
    /// The achievements that count, each an edition of the same.
    pub editions: Vec<AchievementId>,
    /// Whether nothing replaces it.
    pub must: bool,
}

/// Why a step is not earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// There is no credential for it.
    NotEarned,
    /// There is one, and it is suspended.
    Suspended,
    /// There was one, and it was taken back.
    Revoked,
    /// There was one, and it ended.
    Ended,
    /// There is one, for taking part.
    Participation,
}

impl Missing {
    /// The words for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Missing::NotEarned => "not earned yet",
            Missing::Suspended => "earned, and suspended now",
            Missing::Revoked => "earned, and taken back",
            Missing::Ended => "earned, and no longer valid",
            Missing::Participation => "for taking part, which does not count",
        }
    }
}

/// What became of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepAnswer {
    /// What it is called.
    pub name: String,
    /// Whether nothing replaces it.
    pub must: bool,
    /// What it is earned with, or why it is not.
    pub by: Result<Holding, Missing>,
}

/// The answer for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the pathway is met.
    pub met: bool,
    /// Each step, in order.
    pub steps: Vec<StepAnswer>,
    /// How many steps it takes.
    pub needed: usize,
}

/// Decides. One credential counts for one step; of several for the same step the earliest counts.
#[must_use]
pub fn decide(wanted: &[Wanted], needed: usize, held: &[Holding], now: Timestamp) -> Decision {
    let steps: Vec<StepAnswer> = wanted
        .iter()
        .map(|step| StepAnswer {
            name: step.name.clone(),
            must: step.must,
            by: earned(step, held, now),
        })
        .collect();
    let have = steps.iter().filter(|step| step.by.is_ok()).count();
    let musts = steps
        .iter()
        .filter(|step| step.must)
        .all(|step| step.by.is_ok());
    Decision {
        // A pathway without steps, or that asks for none, is met by nobody.
        met: needed > 0 && !steps.is_empty() && have >= needed && musts,
        steps,
        needed,
    }
}

fn earned(step: &Wanted, held: &[Holding], now: Timestamp) -> Result<Holding, Missing> {
    let mut best: Result<Holding, Missing> = Err(Missing::NotEarned);
    for holding in held
        .iter()
        .filter(|h| step.editions.contains(&h.achievement))
    {
        match (counts(holding, now), &best) {
            (Ok(()), Ok(earlier)) if earlier.awarded <= holding.awarded => {}
            (Ok(()), _) => best = Ok(holding.clone()),
            (Err(_), Ok(_)) => {}
            (Err(why), Err(known)) if rank(why) > rank(*known) => best = Err(why),
            (Err(_), Err(_)) => {}
        }
    }
    best
}

/// Whether one credential counts.
fn counts(holding: &Holding, now: Timestamp) -> Result<(), Missing> {
    match holding.standing {
        _ if holding.participation => Err(Missing::Participation),
        Standing::Revoked => Err(Missing::Revoked),
        Standing::Suspended => Err(Missing::Suspended),
        Standing::Good if holding.until.is_some_and(|until| until <= now) => Err(Missing::Ended),
        Standing::Good => Ok(()),
    }
}

/// Of several reasons, the one that is nearest to being earned is told.
fn rank(why: Missing) -> u8 {
    match why {
        Missing::NotEarned => 0,
        Missing::Participation => 1,
        Missing::Revoked => 2,
        Missing::Ended => 3,
        Missing::Suspended => 4,
    }
}

impl Decision {
    /// What the decision rests on, in the order of the steps.
    pub fn counted(&self) -> impl Iterator<Item = &Holding> {
        self.steps.iter().filter_map(|step| step.by.as_ref().ok())
    }

    /// When the pathway was met: the day of the last award it took. `None` if it is not.
    #[must_use]
    pub fn met_at(&self) -> Option<Timestamp> {
        if !self.met {
            return None;
        }
        let of = |step: &&StepAnswer| step.by.is_ok();
        let musts = self.steps.iter().filter(of).filter(|step| step.must);
        let mut days: Vec<Timestamp> = self
            .steps
            .iter()
            .filter(of)
            .filter(|step| !step.must)
            .filter_map(|step| Some(step.by.as_ref().ok()?.awarded))
            .collect();
        days.sort_unstable();
        let musts: Vec<Timestamp> = musts
            .filter_map(|step| Some(step.by.as_ref().ok()?.awarded))
            .collect();
        days.truncate(self.needed.saturating_sub(musts.len()));
        musts.into_iter().chain(days).max()
    }

    /// The decision in one sentence, without anything of the person.
    #[must_use]
    pub fn sentence(&self) -> String {
        let have = self.counted().count();
        let lacking: Vec<String> = self
            .steps
            .iter()
            .filter(|step| step.must)
            .filter_map(|step| {
                let why = step.by.as_ref().err()?;
                Some(format!("“{}” is {}", step.name, why.words()))
            })
            .collect();
        let count = if have > self.needed {
            format!("{have} steps where {} are enough", self.needed)
        } else {
            format!("{have} of the {} steps it takes", self.needed)
        };
        match (self.met, lacking.is_empty()) {
            (true, _) => format!("Has {count}, with every step that must be earned."),
            (false, true) => format!("Has {count}."),
            (false, false) => format!("Has {count}; {}.", lacking.join("; ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    fn day(day: u32) -> Timestamp {
        format!("2026-03-{day:02}T10:00:00Z")
            .parse()
            .expect("a time")
    }

    /// Four steps; each has two editions.
    fn wanted(musts: &[usize]) -> Vec<Wanted> {
        (0..4)
            .map(|n| Wanted {
                name: format!("step {n}"),
                editions: vec![
                    AchievementId::random(&SystemChance),
                    AchievementId::random(&SystemChance),
                ],
                must: musts.contains(&n),
            })
            .collect()
    }

    fn holding(step: &Wanted, edition: usize, on: u32) -> Holding {
        Holding {
            credential: CredentialId::random(&SystemChance),
            achievement: step.editions[edition].clone(),
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

    #[test]
    fn so_many_of_all_with_every_must() {
        let steps = wanted(&[0]);
        let held = |which: &[usize]| -> Vec<Holding> {
            which
                .iter()
                .map(|n| holding(&steps[*n], n % 2, 1))
                .collect()
        };
        for (which, needed, met) in [
            (&[][..], 2, false),
            (&[0][..], 2, false),
            (&[0, 1][..], 2, true),
            (&[0, 3][..], 2, true),
            (&[1, 2][..], 2, false),
            (&[1, 2, 3][..], 2, false),
            (&[0, 1, 2][..], 3, true),
            (&[0, 1, 2, 3][..], 4, true),
            (&[0, 1, 2, 3][..], 0, false),
        ] {
            let answer = decide(&steps, needed, &held(which), day(20));
            assert_eq!(
                answer.met,
                met,
                "{which:?} of {needed}: {}",
                answer.sentence()
            );
        }
        assert!(!decide(&[], 1, &held(&[0]), day(20)).met);
    }

    #[test]
    fn every_mix_is_decided_as_counting_by_hand_says() {
        // All 2^4 sets of steps held, all 2^4 sets of musts, every number needed.
        for musts in 0..16u32 {
            let chosen: Vec<usize> = (0..4).filter(|n| musts >> n & 1 == 1).collect();
            let steps = wanted(&chosen);
            for have in 0..16u32 {
                let held: Vec<Holding> = (0..4)
                    .filter(|n| have >> n & 1 == 1)
                    .map(|n| holding(&steps[n], 0, 1))
                    .collect();
                for needed in 1..=4 {
                    let by_hand = have & musts == musts && have.count_ones() as usize >= needed;
                    let answer = decide(&steps, needed, &held, day(2));
                    assert_eq!(answer.met, by_hand, "{have:b} {musts:b} {needed}");
                    assert_eq!(answer.met_at().is_some(), by_hand);
                }
            }
        }
    }

    #[test]
    fn what_was_taken_back_has_ended_or_is_for_taking_part_does_not_count() {
        let steps = wanted(&[]);
        let good = holding(&steps[1], 0, 1);
        let spoiled = |change: fn(&mut Holding)| {
            let mut holding = holding(&steps[0], 0, 1);
            change(&mut holding);
            let answer = decide(&steps, 2, &[holding, good.clone()], day(10));
            assert!(!answer.met);
            answer.steps[0].by.clone().expect_err("does not count")
        };
        assert_eq!(
            spoiled(|h| h.standing = Standing::Revoked),
            Missing::Revoked
        );
        assert_eq!(
            spoiled(|h| h.standing = Standing::Suspended),
            Missing::Suspended
        );
        assert_eq!(spoiled(|h| h.until = Some(day(10))), Missing::Ended);
        assert_eq!(spoiled(|h| h.participation = true), Missing::Participation);
        // One that still holds counts.
        let lasting = Holding {
            until: Some(day(11)),
            ..holding(&steps[0], 1, 1)
        };
        assert!(decide(&steps, 2, &[lasting, good], day(10)).met);
    }

    #[test]
    fn the_same_achievement_twice_is_one_step_and_a_good_one_beats_a_bad_one() {
        let steps = wanted(&[]);
        let twice = [holding(&steps[0], 0, 5), holding(&steps[0], 1, 3)];
        let answer = decide(&steps, 2, &twice, day(10));
        assert!(!answer.met, "{}", answer.sentence());
        assert_eq!(
            answer.steps[0].by.as_ref().map(|h| h.awarded),
            Ok(day(3)),
            "the earlier one"
        );
        let mut revoked = holding(&steps[0], 0, 1);
        revoked.standing = Standing::Revoked;
        for held in [
            [revoked.clone(), twice[0].clone()],
            [twice[0].clone(), revoked],
        ] {
            assert!(decide(&steps, 1, &held, day(10)).met);
        }
    }

    #[test]
    fn it_was_met_on_the_day_of_the_last_award_that_it_took() {
        let steps = wanted(&[0]);
        let held = [
            holding(&steps[1], 0, 2),
            holding(&steps[2], 0, 9),
            holding(&steps[0], 0, 4),
        ];
        assert_eq!(decide(&steps, 2, &held, day(20)).met_at(), Some(day(4)));
        assert_eq!(decide(&steps, 3, &held, day(20)).met_at(), Some(day(9)));
        assert_eq!(decide(&steps, 4, &held, day(20)).met_at(), None);
    }

    #[test]
    fn a_decision_is_told_in_a_sentence() {
        let steps = wanted(&[0]);
        let mut gone = holding(&steps[0], 0, 1);
        gone.standing = Standing::Revoked;
        let held = [gone, holding(&steps[1], 0, 1)];
        assert_eq!(
            decide(&steps, 2, &held, day(9)).sentence(),
            "Has 1 of the 2 steps it takes; “step 0” is earned, and taken back."
        );
        let held = [holding(&steps[0], 0, 1), holding(&steps[1], 0, 1)];
        assert_eq!(
            decide(&steps, 2, &held, day(9)).sentence(),
            "Has 2 of the 2 steps it takes, with every step that must be earned."
        );
        assert_eq!(
            decide(&steps, 2, &held[..1], day(9)).sentence(),
            "Has 1 of the 2 steps it takes."
        );
    }
}
