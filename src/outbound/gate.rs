//! How often and how many at once: per host, and over all (threat D15).

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::{Cause, limits};

/// Counts fetches, whoever asks for them.
pub(super) struct Gate {
    hosts: Mutex<HashMap<String, Host>>,
    all: Arc<Semaphore>,
}

struct Host {
    at_once: Arc<Semaphore>,
    /// When the fetches of the last minute began.
    starts: VecDeque<Instant>,
}

/// One fetch under way; over when dropped.
pub(super) struct Under {
    _host: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Gate {
    pub(super) fn new() -> Gate {
        Gate {
            hosts: Mutex::default(),
            all: Arc::new(Semaphore::new(limits::AT_ONCE)),
        }
    }

    /// Waits until `host` may be asked.
    pub(super) async fn enter(&self, host: &str) -> Result<Under, Cause> {
        let at_once = self.count(host)?;
        let enter =
            |gate: Arc<Semaphore>| async { gate.acquire_owned().await.map_err(|_| Cause::Busy) };
        Ok(Under {
            _host: enter(at_once).await?,
            _all: enter(self.all.clone()).await?,
        })
    }

    /// Notes one more fetch from `host`, if it has not had all of this minute's.
    fn count(&self, name: &str) -> Result<Arc<Semaphore>, Cause> {
        let now = Instant::now();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= limits::HOSTS {
            hosts.retain(|_, host| !host.is_idle(now));
            if hosts.len() >= limits::HOSTS {
                return Err(Cause::Busy);
            }
        }
        let host = hosts.entry(name.to_owned()).or_insert_with(|| Host {
            at_once: Arc::new(Semaphore::new(limits::HOST_AT_ONCE)),
            starts: VecDeque::new(),
        });
        host.forget(now);
        if host.starts.len() >= limits::HOST_STARTS {
            return Err(Cause::Busy);
        }
        host.starts.push_back(now);
        Ok(host.at_once.clone())
    }
}

impl Host {
    fn forget(&mut self, now: Instant) {
        let old = |start: &Instant| now.duration_since(*start) >= limits::HOST_WINDOW;
        while self.starts.front().is_some_and(old) {
            self.starts.pop_front();
        }
    }

    fn is_idle(&mut self, now: Instant) -> bool {
        self.forget(now);
        self.starts.is_empty() && self.at_once.available_permits() == limits::HOST_AT_ONCE
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{advance, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn four_at_once_and_sixty_a_minute() {
        let gate = Gate::new();
        let mut under = Vec::new();
        for _ in 0..limits::HOST_AT_ONCE {
            under.push(gate.enter("a.test").await.expect("in"));
        }
        let fifth = timeout(Duration::from_secs(1), gate.enter("a.test")).await;
        assert!(fifth.is_err(), "it waits");
        assert!(gate.enter("b.test").await.is_ok(), "others do not");
        under.clear();
        for _ in 5..limits::HOST_STARTS {
            assert!(gate.enter("a.test").await.is_ok());
        }
        assert_eq!(gate.enter("a.test").await.err(), Some(Cause::Busy));
        advance(limits::HOST_WINDOW).await;
        assert!(gate.enter("a.test").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn idle_hosts_are_forgotten() {
        let gate = Gate::new();
        for i in 0..limits::HOSTS {
            assert!(gate.enter(&format!("{i}.test")).await.is_ok());
        }
        assert_eq!(gate.enter("new.test").await.err(), Some(Cause::Busy));
        advance(limits::HOST_WINDOW).await;
        assert!(gate.enter("new.test").await.is_ok());
        assert_eq!(gate.hosts.lock().expect("unharmed").len(), 1);
    }
}
