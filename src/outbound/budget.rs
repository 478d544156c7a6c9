//! What one verification may ask of others.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use tokio::time::Instant;

use super::Cause;
use crate::config::limits::{FETCHES, FETCHING};

/// What one verification may ask of others: six addresses, and eight seconds from the first on
/// (threat D15). Asking for the same address again costs nothing.
#[derive(Debug, Default)]
pub struct Budget(Mutex<Spent>);

#[derive(Debug, Default)]
struct Spent {
    addresses: HashSet<String>,
    until: Option<Instant>,
}

impl Budget {
    /// A whole one.
    #[must_use]
    pub fn new() -> Budget {
        Budget::default()
    }

    /// Takes one fetch of `url` out, and answers until when it has to be done.
    pub(super) fn spend(&self, url: &str) -> Result<Instant, Cause> {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = *spent.until.get_or_insert_with(|| Instant::now() + FETCHING);
        if until <= Instant::now() {
            return Err(Cause::Budget);
        }
        if !spent.addresses.contains(url) {
            if spent.addresses.len() >= FETCHES {
                return Err(Cause::Budget);
            }
            spent.addresses.insert(url.to_owned());
        }
        Ok(until)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn six_addresses_and_eight_seconds() {
        let budget = Budget::new();
        for round in 0..3 {
            for i in 0..FETCHES {
                assert!(budget.spend(&format!("https://{i}.test/")).is_ok());
            }
            let seventh = budget.spend(&format!("https://x{round}.test/"));
            assert_eq!(seventh, Err(Cause::Budget));
        }
        tokio::time::advance(FETCHING - Duration::from_millis(1)).await;
        assert!(budget.spend("https://0.test/").is_ok());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(budget.spend("https://0.test/"), Err(Cause::Budget));
    }
}
