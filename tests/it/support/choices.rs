//! A tape of numbers that a generator reads its choices from: proptest makes tapes and shortens
//! them, so that what fails is small.

use proptest::prelude::*;

/// Choices still to be read; at the end of the tape every choice is the first one.
pub(crate) struct Choices {
    tape: Vec<u16>,
    at: usize,
}

impl Choices {
    /// A tape that makes every choice at least once in a while.
    pub(crate) fn tapes(length: usize) -> impl Strategy<Value = Vec<u16>> {
        prop::collection::vec(any::<u16>(), length / 4..length)
    }

    pub(crate) fn new(tape: Vec<u16>) -> Choices {
        Choices { tape, at: 0 }
    }

    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let chosen = self.tape.get(self.at).map_or(0, |n| usize::from(*n));
        self.at += 1;
        chosen % count
    }

    /// One of `items`.
    pub(crate) fn of<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.below(items.len())]
    }

    /// True as often as `times` in ten.
    pub(crate) fn often(&mut self, times: usize) -> bool {
        self.below(10) >= 10 - times
    }
}
