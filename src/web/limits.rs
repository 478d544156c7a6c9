//! How much one asker gets: a bucket of tokens per address, per API key.
//!
//! The buckets are generous: a whole class behind one school address scans, opens and checks
//! without tripping them. They stand in memory; an address is forgotten when its bucket is full
//! again; nothing of them is written down.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use axum::http::HeaderMap;
use jiff::Timestamp;

use crate::web::error::WebError;

/// How many askers one kind of bucket remembers.
const REMEMBERED: usize = 65_536;

/// How often full buckets are forgotten.
const SWEEP_SECONDS: i64 = 60;

/// A rate: `burst` at once, then `per_hour` refilled evenly.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// How many at once.
    pub(crate) burst: u32,
    /// How many are refilled in an hour.
    pub(crate) per_hour: u32,
}

/// Calls with one API key.
pub(crate) const PER_KEY: Rate = Rate {
    burst: 600,
    per_hour: 20 * 3_600,
};

/// Wrong passwords, codes and links from one address: a person who mistypes has plenty, a program
/// that guesses has none. Those for one account are counted in the database ([`crate::who::guess`]).
pub(crate) const PER_GUESSER: Rate = Rate {
    burst: 20,
    per_hour: 60,
};

/// Buckets of one rate, one per key.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    rate: Rate,
    levels: Mutex<Levels<K>>,
}

#[derive(Debug)]
struct Levels<K> {
    of: HashMap<K, Level>,
    swept: i64,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    tokens: f64,
    at: i64,
}

impl<K: Hash + Eq> Buckets<K> {
    /// Full buckets of one rate.
    #[must_use]
    pub(crate) fn new(rate: Rate) -> Buckets<K> {
        Buckets {
            rate,
            levels: Mutex::new(Levels {
                of: HashMap::new(),
                swept: 0,
            }),
        }
    }

    /// Whether there is a token in `key`'s bucket, without taking one.
    ///
    /// # Errors
    /// 429 with the seconds until there is one again.
    pub(crate) fn has(&self, key: &K, now: Timestamp) -> Result<(), WebError> {
        let per_second = f64::from(self.rate.per_hour) / 3_600.0;
        let levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(level) = levels.of.get(key) else {
            return Ok(());
        };
        let tokens = level.tokens + (now.as_second() - level.at).max(0) as f64 * per_second;
        if tokens < 1.0 {
            let seconds = ((1.0 - tokens) / per_second).ceil() as u32;
            return Err(WebError::too_many(seconds));
        }
        Ok(())
    }

    /// Takes one token from `key`'s bucket.
    ///
    /// # Errors
    /// 429 with the seconds until there is one again.
    pub(crate) fn take(&self, key: K, now: Timestamp) -> Result<(), WebError> {
        let per_second = f64::from(self.rate.per_hour) / 3_600.0;
        let full = f64::from(self.rate.burst);
        let now = now.as_second();
        let refilled =
            |level: &Level| (level.tokens + (now - level.at).max(0) as f64 * per_second).min(full);
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        // A bucket that is full again tells nothing: its address is forgotten.
        if levels.of.len() >= REMEMBERED || now - levels.swept >= SWEEP_SECONDS {
            levels.of.retain(|_, level| refilled(level) < full);
            levels.swept = now;
        }
        if levels.of.len() >= REMEMBERED {
            forget_the_fullest(&mut levels.of, refilled);
        }
        let level = levels.of.entry(key).or_insert(Level {
            tokens: full,
            at: now,
        });
        let tokens = refilled(level);
        if tokens < 1.0 {
            *level = Level {
                tokens,
                at: now.max(level.at),
            };
            return Err(WebError::too_many(
                ((1.0 - tokens) / per_second).ceil() as u32
            ));
        }
        *level = Level {
            tokens: tokens - 1.0,
            at: now.max(level.at),
        };
        Ok(())
    }

    /// Gives a token back that `key` took.
    pub(crate) fn give_back(&self, key: &K) {
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(level) = levels.of.get_mut(key) {
            level.tokens = (level.tokens + 1.0).min(f64::from(self.rate.burst));
        }
    }
}

/// Makes room: an eighth of the buckets goes, those with the most in them. They hold back nobody;
/// who has taken much is remembered, however many strangers come.
fn forget_the_fullest<K: Hash + Eq>(of: &mut HashMap<K, Level>, refilled: impl Fn(&Level) -> f64) {
    let mut tokens: Vec<f64> = of.values().map(&refilled).collect();
    let kept = tokens.len() - tokens.len() / 8;
    let (_, fullest, _) = tokens.select_nth_unstable_by(kept, f64::total_cmp);
    let fullest = *fullest;
    let mut gone = 0;
    of.retain(|_, level| {
        // Of many that are as full as each other, no more go than need to.
        let goes = gone < REMEMBERED / 8 && refilled(level) >= fullest;
        gone += usize::from(goes);
        !goes
    });
}

/// Every limit of one running server.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Pages, documents, API.
    pub(crate) addresses: Buckets<IpAddr>,
    /// Camera frames.
    pub(crate) frames: Buckets<IpAddr>,
    /// API keys, by the digest of the key.
    pub(crate) keys: Buckets<[u8; 32]>,
    /// Wrong passwords, codes and links, by address.
    pub(crate) guessers: Buckets<IpAddr>,
}

impl Limits {
    /// Full buckets, with the configured rate for one address. Camera frames have six times that
    /// in a bucket of their own: 40 pupils who scan at once send 120 a second.
    #[must_use]
    pub(crate) fn new(burst: u32, per_second: u32) -> Limits {
        let rate = |times: u32| Rate {
            burst: burst.saturating_mul(times),
            per_hour: per_second.saturating_mul(3_600 * times),
        };
        Limits {
            addresses: Buckets::new(rate(1)),
            frames: Buckets::new(rate(6)),
            keys: Buckets::new(PER_KEY),
            guessers: Buckets::new(PER_GUESSER),
        }
    }
}

/// Whose address a request counts against: the peer's, or, when the peer is one of our own
/// `proxies`, the last address in `X-Forwarded-For` that is not. An IPv6 home has 2^64 addresses:
/// they count as one.
#[must_use]
pub(crate) fn asker(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let mut address = peer.to_canonical();
    if proxies.contains(&address) {
        let hops = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = hops.flat_map(|line| line.split(',')).collect();
        for hop in hops.iter().rev() {
            let Ok(hop) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            address = hop.to_canonical();
            if !proxies.contains(&address) {
                break;
            }
        }
    }
    match address {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn a_class_behind_one_address_is_let_in() {
        let defaults = crate::config::Config::default();
        let limits = Limits::new(defaults.rate_burst, defaults.rate_per_second);
        let school: IpAddr = "203.0.113.9".parse().expect("an address");
        // 40 pupils open a page with its files at once, and another every quarter of a minute;
        // each scans all the time, three frames a second.
        for second in 0..60 {
            let pages = if second % 15 == 0 { 40 } else { 0 };
            for _ in 0..pages * 6 {
                limits.addresses.take(school, at(second)).expect("a page");
            }
            for _ in 0..120 {
                limits.frames.take(school, at(second)).expect("a frame");
            }
        }
        let refused = (0..1_000)
            .filter(|_| limits.addresses.take(school, at(60)).is_err())
            .count();
        assert!(refused >= 700, "{refused}");
    }

    #[test]
    fn what_is_given_back_is_there_again_and_no_more_than_there_was() {
        let buckets = Buckets::new(Rate {
            burst: 2,
            per_hour: 60,
        });
        for _ in 0..5 {
            buckets.take((), at(0)).expect("a token");
            buckets.give_back(&());
        }
        buckets.give_back(&());
        for _ in 0..2 {
            buckets.take((), at(0)).expect("a token");
        }
        buckets.take((), at(0)).expect_err("none");
    }

    #[test]
    fn an_address_is_forgotten_when_its_bucket_is_full_again() {
        let buckets = Buckets::new(Rate {
            burst: 10,
            per_hour: 3_600,
        });
        buckets.take(1, at(100)).expect("a token");
        buckets.take(2, at(170)).expect("a token");
        let levels = buckets.levels.lock().expect("a lock");
        assert_eq!(levels.of.keys().collect::<Vec<_>>(), [&2]);
    }

    #[test]
    fn a_crowd_of_strangers_does_not_wash_away_who_has_taken_too_much() {
        let buckets = Buckets::new(Rate {
            burst: 3,
            per_hour: 60,
        });
        for _ in 0..3 {
            buckets.take(u32::MAX, at(0)).expect("a token");
        }
        buckets.take(u32::MAX, at(0)).expect_err("none");
        let crowd = u32::try_from(REMEMBERED).expect("few") + 20_000;
        for stranger in 0..crowd {
            buckets.take(stranger, at(1)).expect("a token");
        }
        buckets.take(u32::MAX, at(1)).expect_err("still none");
        let levels = buckets.levels.lock().expect("a lock");
        assert!(levels.of.len() <= REMEMBERED, "{}", levels.of.len());
        assert!(levels.of.len() > REMEMBERED / 2, "{}", levels.of.len());
    }

    #[test]
    fn a_clock_that_jumps_back_gives_nothing_away() {
        let buckets = Buckets::new(Rate {
            burst: 1,
            per_hour: 3_600,
        });
        buckets.take((), at(100)).expect("a token");
        buckets.take((), at(10)).expect_err("none");
        buckets.take((), at(100)).expect_err("none");
        buckets.take((), at(101)).expect("a token");
    }

    #[test]
    fn g16_a_forwarded_address_counts_only_from_our_own_proxy() {
        let proxy: IpAddr = "10.0.0.1".parse().expect("an address");
        let stranger: IpAddr = "203.0.113.9".parse().expect("an address");
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            "1.2.3.4, 198.51.100.7".parse().expect("a header"),
        );
        assert_eq!(asker(stranger, &headers, &[proxy]), stranger);
        assert_eq!(asker(proxy, &headers, &[proxy]).to_string(), "198.51.100.7");
        assert_eq!(asker(proxy, &headers, &[]), proxy);
        let v6 = "2001:db8:1:2:3:4:5:6".parse().expect("an address");
        assert_eq!(asker(v6, &headers, &[]).to_string(), "2001:db8:1:2::");
    }
}
