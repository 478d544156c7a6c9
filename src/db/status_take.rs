//! Giving out status bits: by chance, once, for ever.
//!
//! A place in a list says nothing about when a credential was issued or beside whom: each is
//! drawn at random, and the table's key refuses one that was ever given out. A list is used up to
//! its half, so that a draw rarely misses. Giving out a place changes no bit, so the published
//! list stays the same to the byte.

use std::collections::HashSet;

use super::{Error, Tenant, Ts};
use crate::{
    clock::{Chance, random},
    ids::{CredentialId, StatusListId},
};

/// Bits of a new list: the least that the Bitstring Status List standard allows (16 KiB).
pub const LIST_ENTRIES: i64 = 131_072;
/// How many places are taken in one go.
const BLOCK: usize = 10_000;
/// How often the places still missing are drawn. Each time at least half of them are found, so
/// this many times only runs out when chance repeats itself.
const ROUNDS: usize = 64;

/// A place given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusPlaceRow {
    /// To which credential.
    pub credential_id: CredentialId,
    /// In which list.
    pub status_list_id: StatusListId,
    /// Which bit, from 0.
    pub status_index: i64,
}

impl Tenant<'_> {
    /// Gives each credential a place of its own in a `revocation` list, and opens lists as
    /// needed. In the order of `credentials`. Use a transaction: what is not committed is not
    /// given out.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if a credential has a place already; [`Error::Statement`] if chance
    /// repeats itself.
    pub async fn take_status_places(
        &mut self,
        credentials: &[CredentialId],
        chance: &dyn Chance,
        at: Ts,
    ) -> Result<Vec<StatusPlaceRow>, Error> {
        self.take_status_places_for("revocation", credentials, chance, at)
            .await
    }

    /// [`Tenant::take_status_places`] in lists of another purpose.
    ///
    /// # Errors
    /// As [`Tenant::take_status_places`].
    pub async fn take_status_places_for(
        &mut self,
        purpose: &str,
        credentials: &[CredentialId],
        chance: &dyn Chance,
        at: Ts,
    ) -> Result<Vec<StatusPlaceRow>, Error> {
        let mut places = Vec::with_capacity(credentials.len());
        for block in credentials.chunks(BLOCK) {
            let (list, entries) = self
                .list_with_room(purpose, block.len(), chance, at)
                .await?;
            places.extend(self.take_in(&list, entries, block, chance, at).await?);
        }
        Ok(places)
    }

    /// Counts `wanted` places as taken in a list that has them, or in a new one. Counting locks
    /// the list's row, so that two batches draw one after the other.
    async fn list_with_room(
        &mut self,
        purpose: &str,
        wanted: usize,
        chance: &dyn Chance,
        at: Ts,
    ) -> Result<(StatusListId, i64), Error> {
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        let found: Option<(StatusListId, i64)> = self
            .write(
                "update status_lists set taken = taken + $2 where issuer_id = $1 and \
                 status_list_id = (select status_list_id from status_lists where issuer_id = $1 \
                 and purpose = $3 and (taken + $2) * 2 <= entries \
                 order by created_at, status_list_id limit 1) \
                 returning status_list_id, entries",
            )
            .bind(wanted)
            .bind(purpose.to_owned())
            .opt()
            .await?;
        if let Some(found) = found {
            return Ok(found);
        }
        let list = StatusListId::random(chance);
        self.write(
            "insert into status_lists (issuer_id, status_list_id, purpose, entries, taken, \
             changes, created_at) values ($1, $2, $3, $4, $5, 0, $6)",
        )
        .bind(list.clone())
        .bind(purpose.to_owned())
        .bind(LIST_ENTRIES)
        .bind(wanted)
        .bind(at)
        .run()
        .await?;
        Ok((list, LIST_ENTRIES))
    }

    async fn take_in(
        &mut self,
        list: &StatusListId,
        entries: i64,
        credentials: &[CredentialId],
        chance: &dyn Chance,
        at: Ts,
    ) -> Result<Vec<StatusPlaceRow>, Error> {
        let mut places: Vec<Option<i64>> = vec![None; credentials.len()];
        for _ in 0..ROUNDS {
            let waiting: Vec<usize> = (0..places.len()).filter(|n| places[*n].is_none()).collect();
            if waiting.is_empty() {
                break;
            }
            let drawn = draw(waiting.len(), entries, chance)?;
            let rows = waiting.len();
            let many = self
                .many("status_entries", rows)
                .text("status_list_id", vec![list.to_string(); rows])
                .number("status_index", drawn.iter().copied())
                .text(
                    "credential_id",
                    waiting.iter().map(|n| credentials[*n].to_string()),
                )
                .text("state", vec!["ok".to_owned(); rows])
                .time("changed_at", vec![at; rows])
                .tail(
                    "on conflict (issuer_id, status_list_id, status_index) do nothing \
                     returning status_index",
                );
            let taken: Vec<(i64,)> = self.insert_returning(many).await?;
            let taken: HashSet<i64> = taken.into_iter().map(|(index,)| index).collect();
            for (n, index) in waiting.iter().zip(drawn) {
                if taken.contains(&index) {
                    places[*n] = Some(index);
                }
            }
        }
        (credentials.iter().zip(places))
            .map(|(credential_id, place)| {
                Ok(StatusPlaceRow {
                    credential_id: credential_id.clone(),
                    status_list_id: list.clone(),
                    status_index: place.ok_or_else(no_chance)?,
                })
            })
            .collect()
    }
}

/// `count` different places below `entries`, each as likely as any other.
fn draw(count: usize, entries: i64, chance: &dyn Chance) -> Result<Vec<i64>, Error> {
    let entries = u64::try_from(entries).unwrap_or(1).max(1);
    // Numbers above the last whole multiple would make the low places likelier.
    let fair = u64::MAX - u64::MAX % entries;
    let mut seen = HashSet::with_capacity(count);
    let mut drawn = Vec::with_capacity(count);
    for _ in 0..count.saturating_add(1) * ROUNDS {
        if drawn.len() == count {
            break;
        }
        let number = u64::from_le_bytes(random(chance));
        let Ok(place) = i64::try_from(number % entries) else {
            continue;
        };
        if number < fair && seen.insert(place) {
            drawn.push(place);
        }
    }
    if drawn.len() == count {
        Ok(drawn)
    } else {
        Err(no_chance())
    }
}

fn no_chance() -> Error {
    Error::Statement("no free status place was found: the random source repeats itself".to_owned())
}
