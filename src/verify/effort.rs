//! How much work one verification may make: whoever writes a document chooses what has to be
//! computed for it, and may put fifty others inside.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one verification has left. One unit is about the check of one signature.
#[derive(Debug)]
pub(super) struct Effort(AtomicU32);

/// Enough for fifty credentials with two proofs and two status lists each.
const WHOLE: u32 = 256;
/// What a document costs whose nodes are too entangled to be told apart: all that one
/// canonicalisation may do was done.
pub(super) const ENTANGLED: u32 = 48;
/// Bits of a status list that cost one unit: 256 KiB.
const LIST_BITS: usize = 8 * 256 * 1024;

impl Effort {
    /// A whole one.
    pub(super) fn whole() -> Effort {
        Effort(AtomicU32::new(WHOLE))
    }

    /// Takes `units` out. With too few left it answers `false` and leaves none: what was begun is
    /// over.
    pub(super) fn spend(&self, units: u32) -> bool {
        let take = |left: u32| Some(left.saturating_sub(units));
        let left = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        left.is_ok_and(|left| left >= units)
    }

    /// Takes out what unpacking a list of so many bits costs.
    pub(super) fn spend_on_list(&self, bits: usize) -> bool {
        self.spend(u32::try_from(bits.div_ceil(LIST_BITS)).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_is_gone() {
        let effort = Effort::whole();
        assert!(effort.spend(WHOLE - 2));
        assert!(effort.spend_on_list(131_072));
        assert!(effort.spend(1));
        assert!(!effort.spend(1));
        let effort = Effort::whole();
        assert!(!effort.spend(WHOLE + 1));
        assert!(!effort.spend(1), "nothing is left for smaller things");
    }
}
