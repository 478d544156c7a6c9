//! Who may check many at once: few at a time, since they are held in memory until they are answered.
//!
//! A turn is had from the first byte on, and each address has at most two, so that one who sends
//! slowly stands in nobody's way but their own. A place is taken only when everything has arrived.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::web::error::WebError;

/// How many are answered at once: each may hold sixteen mebibytes.
const PLACES: usize = 8;
/// How many one address may have under way, from the first byte to the answer.
const OF_ONE_ADDRESS: usize = 2;
/// How many may be under way in all: what bounds the memory that half-sent ones hold. Whoever would
/// fill them needs as many addresses as half of them, again every twenty seconds.
const TURNS: usize = 64;

/// The turns and the places.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    turns: Arc<Mutex<HashMap<IpAddr, usize>>>,
    places: Arc<Semaphore>,
}

/// The right to send one. It ends when it is dropped, and all that came of it.
#[derive(Debug, Clone)]
pub(crate) struct Turn(Arc<Taken>);

#[derive(Debug)]
struct Taken {
    address: IpAddr,
    of: Places,
}

/// The place of one that has arrived whole.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    _turn: Turn,
}

impl Places {
    /// All of them free.
    pub(crate) fn new() -> Places {
        Places {
            turns: Arc::default(),
            places: Arc::new(Semaphore::new(PLACES)),
        }
    }

    /// A turn for `address`, which has at most two.
    ///
    /// # Errors
    /// 503 if it has them, or if too many others send theirs.
    pub(crate) fn enter(&self, address: IpAddr) -> Result<Turn, WebError> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns
            .get(&address)
            .is_some_and(|had| *had >= OF_ONE_ADDRESS)
        {
            let detail = "From your address many are being checked already. Please try again when they are done.";
            return Err(WebError::later(5, "busy", detail));
        }
        if turns.values().sum::<usize>() >= TURNS {
            return Err(busy());
        }
        *turns.entry(address).or_default() += 1;
        let of = self.clone();
        Ok(Turn(Arc::new(Taken { address, of })))
    }
}

impl Turn {
    /// A place, now that everything has arrived.
    ///
    /// # Errors
    /// 503 if there is none.
    pub(crate) fn place(self) -> Result<Place, WebError> {
        let places = Arc::clone(&self.0.of.places);
        let permit = places.try_acquire_owned().map_err(|_| busy())?;
        Ok(Place {
            _permit: permit,
            _turn: self,
        })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let turns = self.of.turns.lock();
        let mut turns = turns.unwrap_or_else(PoisonError::into_inner);
        if let Some(had) = turns.get_mut(&self.address) {
            *had -= 1;
            if *had == 0 {
                turns.remove(&self.address);
            }
        }
    }
}

fn busy() -> WebError {
    let detail = "Others are checking many just now. Please try again in a moment.";
    WebError::later(5, "busy", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([203, 0, 113, last])
    }

    #[test]
    fn one_address_has_two_turns_until_they_are_done() {
        let places = Places::new();
        let first = places.enter(address(1)).expect("a turn");
        let second = places.enter(address(1)).expect("a turn");
        places.enter(address(1)).expect_err("no third");
        let place = first.place().expect("a place");
        places.enter(address(1)).expect_err("still two");
        drop(place);
        places.enter(address(1)).expect("a turn");
        drop(second);
        let turns = places.turns.lock().expect("a lock");
        assert!(turns.is_empty(), "no address is remembered");
    }

    #[test]
    fn who_only_sends_takes_no_place() {
        let places = Places::new();
        let sending = |at: usize| places.enter(address(u8::try_from(at / 2).expect("few")));
        let mut slow: Vec<Turn> = (0..TURNS - 1)
            .map(|at| sending(at).expect("a turn"))
            .collect();
        let other = places.enter(address(200)).expect("a turn");
        places.enter(address(201)).expect_err("memory has an end");
        let place = other.place().expect("a place");
        let taken: Vec<Place> = slow
            .drain(..PLACES - 1)
            .map(|turn| turn.place().expect("a place"))
            .collect();
        slow.remove(0).place().expect_err("eight at once");
        drop((place, taken));
        slow.remove(0).place().expect("a place");
    }
}
