//! A hash table of numbers: what they stand for is stored elsewhere.
//!
//! Numbers below a mark last; those above it are forgotten together, for one document after
//! another, without touching the rest of the table.

/// A place in the table: free when `number` is `u32::MAX`.
#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    number: u32,
}

const FREE: Slot = Slot {
    hash: 0,
    number: u32::MAX,
};

/// Fewest places.
const LEAST: usize = 512;
/// More places than these are given back when the table is emptied.
const MOST: usize = 16_384;

/// Numbers by the hash of what they stand for.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    /// The places of the numbers that do not last, in the order in which they were taken.
    taken: Vec<u32>,
    count: usize,
}

impl Slots {
    /// The number stored under `hash` that `is_same` knows; else stores `number` there.
    pub(super) fn find_or_put(
        &mut self,
        hash: u32,
        number: u32,
        is_same: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        if self.count * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.number == FREE.number {
                self.slots[at] = Slot { hash, number };
                self.taken.push(at as u32);
                self.count += 1;
                return None;
            }
            if slot.hash == hash && is_same(slot.number) {
                return Some(slot.number);
            }
            at = (at + 1) & mask;
        }
    }

    /// Lets every number that is stored now last.
    pub(super) fn keep(&mut self) {
        self.taken.clear();
    }

    /// Forgets the numbers that do not last. They were put in after all that do, so that no search
    /// for one of those passes over a place that becomes free.
    pub(super) fn clear(&mut self) {
        for at in &self.taken {
            self.slots[*at as usize] = FREE;
        }
        self.count -= self.taken.len();
        self.taken.clear();
        if self.slots.len() > MOST {
            self.resize(MOST.max(self.count * 4).next_power_of_two());
        }
    }

    fn grow(&mut self) {
        self.resize((self.slots.len() * 2).max(LEAST));
    }

    /// A table of `size` places, those that last put in first.
    fn resize(&mut self, size: usize) {
        let old = std::mem::replace(&mut self.slots, vec![FREE; size]);
        let taken = std::mem::take(&mut self.taken);
        let passing: Vec<Slot> = taken.iter().map(|at| old[*at as usize]).collect();
        let mut lasting = old;
        for at in &taken {
            lasting[*at as usize] = FREE;
        }
        for slot in lasting
            .into_iter()
            .filter(|slot| slot.number != FREE.number)
        {
            self.put(slot);
        }
        self.taken = passing.into_iter().map(|slot| self.put(slot)).collect();
    }

    fn put(&mut self, slot: Slot) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while self.slots[at].number != FREE.number {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
        at as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers with few hashes, so that searches pass over many places.
    fn put(slots: &mut Slots, number: u32) -> Option<u32> {
        slots.find_or_put(number % 7 * 100, number, |other| other == number)
    }

    #[test]
    fn what_lasts_is_found_after_the_rest_is_forgotten() {
        let mut slots = Slots::default();
        assert!((0..50).all(|number| put(&mut slots, number).is_none()));
        slots.keep();
        // Once without growing, once with.
        for last in [90, 3000, 60] {
            for number in 50..last {
                assert_eq!(put(&mut slots, number), None, "{number}");
                assert_eq!(put(&mut slots, number), Some(number));
            }
            assert!((0..last).all(|number| put(&mut slots, number) == Some(number)));
            slots.clear();
            assert!((0..50).all(|number| put(&mut slots, number) == Some(number)));
        }
        assert_eq!(slots.count, 50);
    }
}
