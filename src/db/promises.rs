//! Promises: everything that shapes a credential's bytes, written down before it is signed.

use super::{Error, Tenant, Ts, issuers::one};
use crate::ids::{AchievementId, CredentialId, PersonId, StatusListId};

/// What is fixed before anything is signed. The same promise always gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Promise {
    /// The id in our addresses: `/c/{credential_id}`.
    pub credential_id: CredentialId,
    /// The credential's own `id`.
    pub public_id: String,
    /// What it is about.
    pub achievement_id: AchievementId,
    /// Whose it is, if we know.
    pub person_id: Option<PersonId>,
    /// The recipient as a keyed hash; `None`: not known, and never taken for a repetition.
    pub recipient_hash: Option<Vec<u8>>,
    /// Which occasion this is, when a person may earn the achievement more than once; else empty.
    pub issue_event: String,
    /// Shared by what was promised together.
    pub batch: Option<String>,
    /// The list with its status bit.
    pub status_list_id: StatusListId,
    /// The bit's place, from 0.
    pub status_index: i64,
    /// The key that signs.
    pub key_id: String,
    /// `validFrom`.
    pub valid_from: Ts,
    /// `validUntil`.
    pub valid_until: Option<Ts>,
    /// The proof's `created`.
    pub proof_created: Ts,
    /// The order, sealed.
    pub order_sealed: Option<Vec<u8>>,
}

/// A promise that exists already, for telling repetitions.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Promised {
    /// Its id.
    pub credential_id: CredentialId,
    /// To whom.
    pub recipient_hash: Vec<u8>,
    /// On which occasion.
    pub issue_event: String,
}

/// Whether a credential that is found by its id is still to be signed, in words from which a planner
/// cannot tell that the index of those that are would do: while it takes that for small, it reads
/// all of an organisation's in it for each one.
macro_rules! still_pending {
    () => {
        "coalesce(state, '') = 'pending'"
    };
}
pub(super) use still_pending;

/// Moves a promise to another key, if that is the one that signs. Its last words are a question
/// about the key's row.
macro_rules! move_to {
    ($rest:literal) => {
        concat!(
            "update credentials set key_id = $4, order_sealed = $5 \
             where issuer_id = $1 and credential_id = $2 and key_id in ($3, $4) and ",
            still_pending!(),
            " and exists (select 1 from issuer_keys k where k.issuer_id = $1 and k.key_id = $4 \
             and k.state = 'active'",
            $rest
        )
    };
}

impl Tenant<'_> {
    /// Writes promises down; those whose achievement, recipient and occasion were promised before
    /// are left out. The ids that went in, in no order.
    ///
    /// # Errors
    /// [`Error::Missing`] if one names an achievement, person, key or status entry that this
    /// organisation does not have; [`Error::Duplicate`] if an id is taken. Then none went in.
    pub async fn promise(&mut self, promises: &[Promise]) -> Result<Vec<CredentialId>, Error> {
        let all = || promises.iter();
        let many = self
            .many("credentials", promises.len())
            .text("credential_id", all().map(|p| p.credential_id.to_string()))
            .text("public_id", all().map(|p| p.public_id.clone()))
            .text(
                "achievement_id",
                all().map(|p| p.achievement_id.to_string()),
            )
            .text(
                "person_id",
                all().map(|p| p.person_id.as_ref().map(PersonId::to_string)),
            )
            .bytes("recipient_hash", all().map(|p| p.recipient_hash.clone()))
            .text("issue_event", all().map(|p| p.issue_event.clone()))
            .text("batch", all().map(|p| p.batch.clone()))
            .text(
                "status_list_id",
                all().map(|p| p.status_list_id.to_string()),
            )
            .number("status_index", all().map(|p| p.status_index))
            .text("key_id", all().map(|p| p.key_id.clone()))
            .time("valid_from", all().map(|p| p.valid_from))
            .time("valid_until", all().map(|p| p.valid_until))
            .time("proof_created", all().map(|p| p.proof_created))
            .bytes("order_sealed", all().map(|p| p.order_sealed.clone()))
            .text("state", all().map(|_| "pending".to_owned()))
            .tail(
                "on conflict (issuer_id, achievement_id, recipient_hash, issue_event) do nothing \
                 returning credential_id",
            );
        let rows: Vec<(CredentialId,)> = self.insert_returning(many).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// What was promised to these recipients so far of one achievement.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn promised_to(
        &mut self,
        achievement: &AchievementId,
        hashes: &[Vec<u8>],
    ) -> Result<Vec<Promised>, Error> {
        self.read_in_where(
            "select credential_id, recipient_hash, issue_event from credentials \
             where issuer_id = $1 and achievement_id = $2 and recipient_hash in",
            Some(achievement.clone()),
            hashes,
            "",
        )
        .await
    }

    /// Moves a promise that is still pending from one key to the one that signs now: what was not
    /// signed yet is signed with the key that took over.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it is not pending, it has neither of these keys, or `to` is not the key
    /// that signs.
    pub async fn move_promise(
        &mut self,
        id: &CredentialId,
        from: &str,
        to: &str,
        order_sealed: &[u8],
    ) -> Result<(), Error> {
        let rows = self
            .write_locking(move_to!(" for share)"), move_to!(")"))
            .bind(id.clone())
            .bind(from.to_owned())
            .bind(to.to_owned())
            .bind(order_sealed.to_vec())
            .run()
            .await?;
        one(rows)
    }

    /// Gives a pending credential up, and says of which batch it is; `problem` holds nothing of a
    /// person.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it is not pending.
    pub async fn give_up(
        &mut self,
        id: &CredentialId,
        problem: &str,
    ) -> Result<Option<String>, Error> {
        let row: Option<(Option<String>,)> = self
            .write(concat!(
                "update credentials set state = 'failed', problem = $3 \
                 where issuer_id = $1 and credential_id = $2 and ",
                still_pending!(),
                " returning batch"
            ))
            .bind(id.clone())
            .bind(problem.to_owned())
            .opt()
            .await?;
        row.map(|(batch,)| batch).ok_or(Error::NoRow)
    }
}
