//! Status lists: which bits are set, and the lists as published.

use super::{Db, Error, Tenant, Ts, issuers::one, plain::words};
use crate::ids::{CredentialId, IssuerId, StatusListId};

words! {
    /// The state behind one bit.
    StatusState, "status" {
        /// The bit is clear.
        Ok = "ok",
        /// The bit is set, and can be cleared again.
        Suspended = "suspended",
        /// The bit is set for good.
        Revoked = "revoked",
    }
}

/// A status list of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StatusListRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// Its id, as in `/status/{id}`.
    pub status_list_id: StatusListId,
    /// What a set bit means: `revocation`.
    pub purpose: String,
    /// How many bits it has.
    pub entries: i64,
    /// How many are in use.
    pub taken: i64,
    /// How often a bit changed.
    pub changes: i64,
    /// When it was opened.
    pub created_at: Ts,
}

/// The entry of one credential.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StatusEntryRow {
    /// The list.
    pub status_list_id: StatusListId,
    /// The place in it, from 0.
    pub status_index: i64,
    /// Whose status it is.
    pub credential_id: CredentialId,
    /// The state.
    pub state: StatusState,
    /// Since when.
    pub changed_at: Ts,
}

/// A list as it was published.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StatusDocumentRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// The list.
    pub status_list_id: StatusListId,
    /// 1, 2, 3 …
    pub version: i64,
    /// How many changes it knows of.
    pub changes: i64,
    /// The signed list credential, byte for byte.
    pub document: String,
    /// When it was published.
    pub published_at: Ts,
}

impl Tenant<'_> {
    /// The list with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn status_list(&mut self, id: &StatusListId) -> Result<Option<StatusListRow>, Error> {
        self.read(
            "select issuer_id, status_list_id, purpose, entries, taken, changes, created_at \
             from status_lists where issuer_id = $1 and status_list_id = $2",
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// Every list, oldest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn status_lists(&mut self) -> Result<Vec<StatusListRow>, Error> {
        self.read(
            "select issuer_id, status_list_id, purpose, entries, taken, changes, created_at \
             from status_lists where issuer_id = $1 order by created_at, status_list_id",
        )
        .all()
        .await
    }

    /// The status entry of a credential.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn status_of(&mut self, id: &CredentialId) -> Result<Option<StatusEntryRow>, Error> {
        Ok(self.statuses_of(std::slice::from_ref(id)).await?.pop())
    }

    /// The status entries of credentials, in no order.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn statuses_of(
        &mut self,
        ids: &[CredentialId],
    ) -> Result<Vec<StatusEntryRow>, Error> {
        self.read_in(
            "select status_list_id, status_index, credential_id, state, changed_at \
             from status_entries where issuer_id = $1 and credential_id in",
            ids,
        )
        .await
    }

    /// The places of a list whose bit is set, ascending.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn status_bits(&mut self, id: &StatusListId) -> Result<Vec<i64>, Error> {
        self.read(
            "select status_index from status_entries \
             where issuer_id = $1 and status_list_id = $2 and state <> 'ok' order by status_index",
        )
        .bind(id.clone())
        .scalars()
        .await
    }

    /// Changes a credential's status from one state to another, and counts the change, so that
    /// the list is due to be published. Use a transaction.
    ///
    /// # Errors
    /// [`Error::NoRow`] if the credential has no entry or it is not in state `from`.
    pub async fn change_status(
        &mut self,
        id: &CredentialId,
        from: StatusState,
        to: StatusState,
        at: Ts,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update status_entries set state = $4, changed_at = $5 \
                 where issuer_id = $1 and credential_id = $2 and state = $3",
            )
            .bind(id.clone())
            .bind(from)
            .bind(to)
            .bind(at)
            .run()
            .await?;
        one(rows)?;
        let rows = self
            .write(
                "update status_lists set changes = changes + 1 \
                 where issuer_id = $1 and status_list_id = (select status_list_id \
                 from status_entries where issuer_id = $1 and credential_id = $2)",
            )
            .bind(id.clone())
            .run()
            .await?;
        one(rows)
    }

    /// Keeps a list as published. Its version must be one more than the last, and it must know of
    /// no fewer changes than any before it: what was revoked stays revoked.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if another process published this version first, or one that knows
    /// more.
    pub async fn publish_status(&mut self, row: &StatusDocumentRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        // Of two processes that both see the same last version, the primary key refuses one.
        let rows = self
            .write(
                "insert into status_documents (issuer_id, status_list_id, version, changes, \
                 document, published_at) select $1, $2, $3, $4, $5, $6 from \
                 (select coalesce(max(version), 0) as version, coalesce(max(changes), 0) as changes \
                 from status_documents where issuer_id = $1 and status_list_id = $2) last \
                 where $3 = last.version + 1 and $4 >= last.changes",
            )
            .bind(row.status_list_id.clone())
            .bind(row.version)
            .bind(row.changes)
            .bind(row.document.clone())
            .bind(row.published_at)
            .run()
            .await?;
        if rows == 0 {
            return Err(Error::Duplicate("status_documents".to_owned()));
        }
        Ok(())
    }
}

impl Db {
    /// A list as last published, of whichever organisation. Across organisations: lists are
    /// public, and a verifier knows only the list's address.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn status_document(
        &self,
        id: &StatusListId,
    ) -> Result<Option<StatusDocumentRow>, Error> {
        self.read(
            "select issuer_id, status_list_id, version, changes, document, published_at \
             from status_documents where status_list_id = $1 order by version desc limit 1",
        )
        .bind(id.clone())
        .opt()
        .await
    }

    /// The status entry of the credential with this `id` of its own, of whichever organisation.
    /// Across organisations: a stranger who brings a credential names it so.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn status_anywhere(&self, public_id: &str) -> Result<Option<StatusEntryRow>, Error> {
        self.read(
            "select e.status_list_id, e.status_index, e.credential_id, e.state, e.changed_at \
             from credentials c join status_entries e \
             on e.issuer_id = c.issuer_id and e.credential_id = c.credential_id \
             where c.public_id = $1 order by c.credential_id limit 1",
        )
        .bind(public_id.to_owned())
        .opt()
        .await
    }

    /// The lists whose last published document, if there is one, does not know of every change;
    /// what older ones knew does not count.
    /// Across organisations: for the worker that publishes.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn stale_status_lists(&self) -> Result<Vec<StatusListRow>, Error> {
        self.read(
            "select issuer_id, status_list_id, purpose, entries, taken, changes, created_at \
             from status_lists l where not exists (select 1 from status_documents d \
             where d.issuer_id = l.issuer_id and d.status_list_id = l.status_list_id \
             and d.changes >= l.changes and d.version = (select max(n.version) from status_documents n \
             where n.issuer_id = l.issuer_id and n.status_list_id = l.status_list_id)) order by created_at, status_list_id",
        )
        .all()
        .await
    }

    /// Every list with what was last published, for publishing anew what will run out.
    /// Across organisations: for the worker that publishes.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn status_lists_published_before(&self, at: Ts) -> Result<Vec<StatusListRow>, Error> {
        self.read(
            "select issuer_id, status_list_id, purpose, entries, taken, changes, created_at \
             from status_lists l where not exists (select 1 from status_documents d \
             where d.issuer_id = l.issuer_id and d.status_list_id = l.status_list_id \
             and d.published_at >= $1 and d.version = (select max(n.version) from status_documents n \
             where n.issuer_id = l.issuer_id and n.status_list_id = l.status_list_id)) order by created_at, status_list_id",
        )
        .bind(at)
        .all()
        .await
    }
}
