//! How often and how many at once: per host, per address, and over all (threat D15).
//!
//! There is no share for each who asks. Whoever checks fifty links of one issuer at once, as an
//! employer may, needs nearly all that a host is asked in a minute, so that a smaller share would
//! turn away the honest; and whoever means harm has more than one address. What is used up here is
//! little: keys and lists that were read stand in the cache and cost nothing, what is not in it
//! comes out as "cannot tell" and never as wrong, and a minute later there is a whole allowance
//! again. How much one visitor may ask of us is counted where visitors come in.
//!
//! What an administrator named has gates of its own, one for calls and one for messages: nobody
//! shuts a school out of its sign-in by having a thousand strangers' documents checked that lead to
//! the same host.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

use super::{Cause, limits};

/// Counts fetches, whoever asks for them.
pub(super) struct Gate {
    /// Fetches from one host within a minute.
    starts: usize,
    hosts: Mutex<HashMap<String, Host>>,
    addresses: Mutex<HashMap<IpAddr, Host>>,
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
    pub(super) fn new(starts: usize) -> Gate {
        Gate {
            starts,
            hosts: Mutex::default(),
            addresses: Mutex::default(),
            all: Arc::new(Semaphore::new(limits::AT_ONCE)),
        }
    }

    /// Waits until `host` may be asked, for a moment: whoever waits longer stands behind too many
    /// others, which says nothing about the host.
    pub(super) async fn enter(&self, host: &str) -> Result<Under, Cause> {
        let at_once = count(&self.hosts, host.to_owned(), self.starts)?;
        let enter =
            |gate: Arc<Semaphore>| async { gate.acquire_owned().await.map_err(|_| Cause::Busy) };
        let both = async {
            Ok(Under {
                _host: enter(at_once).await?,
                _all: enter(self.all.clone()).await?,
            })
        };
        timeout(limits::WAIT, both)
            .await
            .unwrap_or(Err(Cause::Busy))
    }

    /// Notes that `address` is asked, by whatever name: a thousand names may lead to one machine.
    pub(super) fn note(&self, address: IpAddr) -> Result<(), Cause> {
        let most = self.starts * limits::ADDRESS_SHARE;
        count(&self.addresses, address, most).map(|_| ())
    }
}

/// Notes one more fetch from `whom`, if it has not had all of this minute's: what counts those that
/// are under way there.
fn count<K: Eq + Hash>(
    counted: &Mutex<HashMap<K, Host>>,
    whom: K,
    most: usize,
) -> Result<Arc<Semaphore>, Cause> {
    let now = Instant::now();
    let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
    if counted.len() >= limits::HOSTS && !counted.contains_key(&whom) {
        make_room(&mut counted, now);
    }
    let host = counted.entry(whom).or_insert_with(|| Host {
        at_once: Arc::new(Semaphore::new(limits::HOST_AT_ONCE)),
        starts: VecDeque::new(),
    });
    host.forget(now);
    if host.starts.len() >= most {
        return Err(Cause::Busy);
    }
    host.starts.push_back(now);
    Ok(host.at_once.clone())
}

/// Forgets those that nobody asks any more, or else the half that were asked least: making up names
/// must neither keep others out nor make us forget whom we have asked often.
fn make_room<K: Eq + Hash>(counted: &mut HashMap<K, Host>, now: Instant) {
    counted.retain(|_, host| !host.is_idle(now));
    if counted.len() < limits::HOSTS {
        return;
    }
    let mut counts: Vec<usize> = counted.values().map(|host| host.starts.len()).collect();
    let middle = counts.len() / 2;
    let (_, most, _) = counts.select_nth_unstable(middle);
    let most = *most;
    counted.retain(|_, host| host.is_asked() || host.starts.len() > most);
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
        self.starts.is_empty() && !self.is_asked()
    }

    /// Whether a fetch is under way.
    fn is_asked(&self) -> bool {
        self.at_once.available_permits() < limits::HOST_AT_ONCE
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{advance, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn four_at_once_and_sixty_a_minute() {
        let gate = Gate::new(limits::HOST_STARTS);
        let mut under = Vec::new();
        for _ in 0..limits::HOST_AT_ONCE {
            under.push(gate.enter("a.test").await.expect("in"));
        }
        let fifth = timeout(Duration::from_secs(1), gate.enter("a.test")).await;
        assert!(fifth.is_err(), "it waits");
        let sixth = gate.enter("a.test").await;
        assert_eq!(sixth.err(), Some(Cause::Busy), "but not for ever");
        assert!(gate.enter("b.test").await.is_ok(), "others do not");
        under.clear();
        for _ in 6..limits::HOST_STARTS {
            assert!(gate.enter("a.test").await.is_ok());
        }
        assert_eq!(gate.enter("a.test").await.err(), Some(Cause::Busy));
        advance(limits::HOST_WINDOW).await;
        assert!(gate.enter("a.test").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn idle_hosts_are_forgotten() {
        let gate = Gate::new(limits::HOST_STARTS);
        for i in 0..limits::HOSTS {
            assert!(gate.enter(&format!("{i}.test")).await.is_ok());
        }
        advance(limits::HOST_WINDOW).await;
        assert!(gate.enter("new.test").await.is_ok());
        assert_eq!(gate.hosts.lock().expect("unharmed").len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn made_up_names_neither_keep_others_out_nor_make_us_forget() {
        let gate = Gate::new(limits::HOST_STARTS);
        let _under = gate.enter("slow.test").await.expect("in");
        for _ in 0..limits::HOST_STARTS {
            assert!(gate.enter("victim.test").await.is_ok());
        }
        for i in 0..limits::HOSTS * 2 {
            assert!(gate.enter(&format!("{i}.test")).await.is_ok());
        }
        assert_eq!(gate.enter("victim.test").await.err(), Some(Cause::Busy));
        let hosts = gate.hosts.lock().expect("unharmed");
        assert!(hosts.len() <= limits::HOSTS && hosts.contains_key("slow.test"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_machine_is_counted_under_all_its_names() {
        let (gate, machine) = (
            Gate::new(limits::HOST_STARTS),
            "93.184.216.34".parse().expect("an address"),
        );
        for _ in 0..limits::HOST_STARTS * limits::ADDRESS_SHARE {
            assert_eq!(gate.note(machine), Ok(()));
        }
        assert_eq!(gate.note(machine), Err(Cause::Busy));
        advance(limits::HOST_WINDOW).await;
        assert_eq!(gate.note(machine), Ok(()));
    }
}
