//! Chance that shows the same numbers each time it is started anew.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use skillmark::clock::Chance;

/// SHA-256 of a word and a counter, one block after the other.
#[derive(Debug)]
pub(crate) struct Seeded {
    word: &'static str,
    block: AtomicU64,
}

impl Seeded {
    pub(crate) fn new(word: &'static str) -> Seeded {
        Seeded {
            word,
            block: AtomicU64::new(0),
        }
    }
}

impl Chance for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(32) {
            let block = self.block.fetch_add(1, Ordering::SeqCst);
            let digest = Sha256::digest(format!("{} {block}", self.word));
            part.copy_from_slice(&digest[..part.len()]);
        }
    }
}
