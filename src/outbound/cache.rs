//! What was read a while ago, good or bad; and one fetch for all who ask at the same time.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::OnceCell, time::Instant};

use super::{Fetched, Unreachable, limits};

/// An outcome, and until when it stands for new ones.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) outcome: Result<Fetched, Unreachable>,
    pub(super) until: Instant,
}

#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<String, Arc<OnceCell<Kept>>>>);

impl Cache {
    /// The outcome kept under `key`, or that of `fetch`. Who asks while it is being fetched waits
    /// for the same one; if who fetches goes away, one of those who wait takes over.
    pub(super) async fn get<F>(
        &self,
        key: &str,
        fetch: impl Fn() -> F,
    ) -> Result<Fetched, Unreachable>
    where
        F: Future<Output = Kept>,
    {
        let cell = self.cell(key);
        let was_kept = cell.initialized();
        let outcome = cell.get_or_init(fetch).await.outcome.clone();
        if !was_kept {
            // What has come may weigh more than may be kept.
            make_room(&mut self.lock(), Instant::now());
        }
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<OnceCell<Kept>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cell(&self, key: &str) -> Arc<OnceCell<Kept>> {
        let now = Instant::now();
        let mut cells = self.lock();
        if let Some(cell) = cells.get(key)
            && cell.get().is_none_or(|kept| kept.until > now)
        {
            return cell.clone();
        }
        make_room(&mut cells, now);
        let cell = Arc::new(OnceCell::new());
        cells.insert(key.to_owned(), cell.clone());
        cell
    }
}

/// Drops what no longer stands, and then what would stand shortest, until it is little enough.
fn make_room(cells: &mut HashMap<String, Arc<OnceCell<Kept>>>, now: Instant) {
    cells.retain(|_, cell| match cell.get() {
        Some(kept) => kept.until > now,
        // Nobody fetches it any more.
        None => Arc::strong_count(cell) > 1,
    });
    let weight = |cell: &OnceCell<Kept>| match cell.get().map(|kept| &kept.outcome) {
        Some(Ok(fetched)) => fetched.body.len(),
        _ => 0,
    };
    let mut bytes: usize = cells.values().map(|cell| weight(cell)).sum();
    let mut count = cells.len();
    if count < limits::KEPT && bytes < limits::KEPT_BYTES {
        return;
    }
    let mut ends: Vec<(Instant, String)> = cells
        .iter()
        .filter_map(|(key, cell)| Some((cell.get()?.until, key.clone())))
        .collect();
    ends.sort();
    // A quarter goes at once, so that this is rare.
    for (_, key) in ends {
        if count < limits::KEPT / 4 * 3 && bytes < limits::KEPT_BYTES / 4 * 3 {
            break;
        }
        if let Some(cell) = cells.remove(&key) {
            bytes -= weight(&cell);
            count -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, time::Duration};

    use super::*;
    use crate::outbound::Cause;

    fn kept(body: &[u8], seconds: u64) -> Kept {
        Kept {
            outcome: Ok(Fetched {
                url: "https://a.test/".to_owned(),
                content_type: "application/json".to_owned(),
                body: body.into(),
                at: "2026-03-01T00:00:00Z".parse().expect("a time"),
            }),
            until: Instant::now() + Duration::from_secs(seconds),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_fetch_for_all_and_again_when_it_is_old() {
        let (cache, fetches) = (Cache::default(), Cell::new(0));
        let fetch = || async {
            fetches.set(fetches.get() + 1);
            tokio::time::sleep(Duration::from_secs(1)).await;
            kept(b"{}", 60)
        };
        let (one, two) = tokio::join!(cache.get("a", fetch), cache.get("a", fetch));
        assert_eq!((one.is_ok(), one == two, fetches.get()), (true, true, 1));
        tokio::time::advance(Duration::from_secs(59)).await;
        assert!(cache.get("a", fetch).await.is_ok());
        assert_eq!(fetches.get(), 1);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(cache.get("a", fetch).await.is_ok());
        assert_eq!(fetches.get(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_away_leaves_it_to_the_next() {
        let cache = Cache::default();
        let never = cache.get("a", std::future::pending);
        let soon = cache.get("a", || async { kept(b"{}", 60) });
        let (gone, came) = tokio::join!(tokio::time::timeout(Duration::from_secs(1), never), soon);
        assert!(gone.is_err());
        assert!(came.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn it_never_grows_past_its_limits() {
        let cache = Cache::default();
        for i in 0..limits::KEPT * 2 {
            let key = i.to_string();
            let bad = Err(Unreachable::from(Cause::Dns));
            let until = Instant::now() + Duration::from_secs(60 + i as u64);
            let fetch = || async {
                Kept {
                    outcome: bad.clone(),
                    until,
                }
            };
            assert_eq!(cache.get(&key, fetch).await, bad);
        }
        assert!(cache.0.lock().expect("unharmed").len() <= limits::KEPT);
        let large = vec![b' '; limits::KEPT_BYTES / 8];
        for i in 0..40 {
            let fetch = || async { kept(&large, 60) };
            assert!(cache.get(&format!("large {i}"), fetch).await.is_ok());
        }
        let cells = cache.0.lock().expect("unharmed");
        assert!(cells.keys().filter(|key| key.starts_with("large")).count() <= 8);
        assert!(cells.contains_key("large 39"));
    }

    #[tokio::test(start_paused = true)]
    async fn many_large_answers_at_once_are_not_all_kept() {
        let cache = Cache::default();
        let large = vec![b' '; limits::KEPT_BYTES / 8];
        let fetch = || async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            kept(&large, 60)
        };
        let gets = (0..40).map(|i| cache.get(i.to_string().leak(), fetch));
        let mut all: Vec<_> = gets.map(Box::pin).collect();
        for get in &mut all {
            assert!(futures_poll(get).is_none(), "all are under way");
        }
        for get in all {
            assert!(get.await.is_ok());
        }
        assert!(cache.lock().len() <= 8, "{}", cache.lock().len());
    }

    fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::Pin::new(future).poll(&mut context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }
}
