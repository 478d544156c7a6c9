//! Competency maps, rubrics and pathways: documents in versions, all kept alike.

use super::{Db, Error, Tenant, Ts, issuers::one};
use crate::ids::IssuerId;

/// Which of the documents in versions is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kept {
    /// A competency map.
    Map,
    /// A rubric.
    Rubric,
    /// A pathway.
    Pathway,
}

/// One version of a document.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct VersionRow {
    /// Whose it is.
    pub issuer_id: IssuerId,
    /// The document's id, the same in every version.
    pub id: String,
    /// 1, 2, 3 …
    pub version: i64,
    /// Its name, for lists.
    pub name: String,
    /// The document as JSON text.
    pub document: String,
    /// How often this version was written.
    pub changes: i64,
    /// When it was last written.
    pub changed_at: Ts,
    /// Since when something rests on it: then it never changes.
    pub pinned_at: Option<Ts>,
}

/// The statements about one of the three tables.
struct Words {
    add: &'static str,
    rewrite: &'static str,
    pin: &'static str,
    one: &'static str,
    newest: &'static str,
    all: &'static str,
    every: &'static str,
    resting: &'static str,
    newest_resting: &'static str,
}

macro_rules! about {
    ($table:literal, $id:literal) => {
        Words {
            add: concat!(
                "insert into ",
                $table,
                " (issuer_id, ",
                $id,
                ", version, name, document, changes, \
                 changed_at, pinned_at) values ($1, $2, $3, $4, $5, $6, $7, $8)"
            ),
            rewrite: concat!(
                "update ",
                $table,
                " set name = $4, document = $5, changes = changes + 1, \
                 changed_at = $6 where issuer_id = $1 and ",
                $id,
                " = $2 and version = $3 \
                 and changes = $7 and pinned_at is null"
            ),
            pin: concat!(
                "update ",
                $table,
                " set pinned_at = coalesce(pinned_at, $4) \
                 where issuer_id = $1 and ",
                $id,
                " = $2 and version = $3"
            ),
            one: concat!(
                "select issuer_id, ",
                $id,
                " as id, version, name, document, changes, changed_at, \
                 pinned_at from ",
                $table,
                " where issuer_id = $1 and ",
                $id,
                " = $2 and version = $3"
            ),
            newest: concat!(
                "select issuer_id, ",
                $id,
                " as id, version, name, document, changes, changed_at, \
                 pinned_at from ",
                $table,
                " where issuer_id = $1 and ",
                $id,
                " = $2 \
                 order by version desc limit 1"
            ),
            all: concat!(
                "select issuer_id, ",
                $id,
                " as id, version, name, document, changes, changed_at, \
                 pinned_at from ",
                $table,
                " where issuer_id = $1 and ",
                $id,
                " = $2 \
                 order by version desc"
            ),
            every: concat!(
                "select issuer_id, ",
                $id,
                " as id, version, name, document, changes, changed_at, \
                 pinned_at from ",
                $table,
                " t where issuer_id = $1 and version = \
                 (select max(n.version) from ",
                $table,
                " n where n.issuer_id = t.issuer_id \
                 and n.",
                $id,
                " = t.",
                $id,
                ") order by name, ",
                $id
            ),
            resting: concat!(
                "select issuer_id, ",
                $id,
                " as id, version, name, document, changes, changed_at, \
                 pinned_at from ",
                $table,
                " where ",
                $id,
                " = $1 and version = $2 \
                 and pinned_at is not null limit 1"
            ),
            newest_resting: concat!(
                "select issuer_id, ",
                $id,
                " as id, version, name, document, changes, changed_at, \
                 pinned_at from ",
                $table,
                " where ",
                $id,
                " = $1 and pinned_at is not null \
                 order by version desc limit 1"
            ),
        }
    };
}

const MAPS: Words = about!("competency_maps", "map_id");
const RUBRICS: Words = about!("rubrics", "rubric_id");
const PATHWAYS: Words = about!("pathways", "pathway_id");

fn words(kept: Kept) -> &'static Words {
    match kept {
        Kept::Map => &MAPS,
        Kept::Rubric => &RUBRICS,
        Kept::Pathway => &PATHWAYS,
    }
}

impl Tenant<'_> {
    /// Adds a version; `row.issuer_id` must be the handle's.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the document has this version.
    pub async fn add_version(&mut self, kept: Kept, row: &VersionRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        self.write(words(kept).add)
            .bind(row.id.clone())
            .bind(row.version)
            .bind(row.name.clone())
            .bind(row.document.clone())
            .bind(row.changes)
            .bind(row.changed_at)
            .bind(row.pinned_at)
            .run()
            .await?;
        Ok(())
    }

    /// Writes a version anew that was written `row.changes` times and that nothing rests on.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it was written or pinned since, or is not there.
    pub async fn rewrite_version(&mut self, kept: Kept, row: &VersionRow) -> Result<(), Error> {
        let rows = self
            .write(words(kept).rewrite)
            .bind(row.id.clone())
            .bind(row.version)
            .bind(row.name.clone())
            .bind(row.document.clone())
            .bind(row.changed_at)
            .bind(row.changes)
            .run()
            .await?;
        one(rows)
    }

    /// Notes that something rests on a version; doing it again changes nothing.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is no such version.
    pub async fn pin_version(
        &mut self,
        kept: Kept,
        id: &str,
        version: i64,
        at: Ts,
    ) -> Result<(), Error> {
        let rows = self
            .write(words(kept).pin)
            .bind(id.to_owned())
            .bind(version)
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// One version of a document.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn version(
        &mut self,
        kept: Kept,
        id: &str,
        version: i64,
    ) -> Result<Option<VersionRow>, Error> {
        self.read(words(kept).one)
            .bind(id.to_owned())
            .bind(version)
            .opt()
            .await
    }

    /// The newest version of a document.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn newest_version(
        &mut self,
        kept: Kept,
        id: &str,
    ) -> Result<Option<VersionRow>, Error> {
        self.read(words(kept).newest)
            .bind(id.to_owned())
            .opt()
            .await
    }

    /// Every version of a document, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn versions(&mut self, kept: Kept, id: &str) -> Result<Vec<VersionRow>, Error> {
        self.read(words(kept).all).bind(id.to_owned()).all().await
    }

    /// The newest version of every document, by name.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn newest_versions(&mut self, kept: Kept) -> Result<Vec<VersionRow>, Error> {
        self.read(words(kept).every).all().await
    }
}

impl Db {
    /// One version of a document that something rests on. Across organisations: its address stands
    /// in what was exported, and an id is drawn once.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn public_version(
        &self,
        kept: Kept,
        id: &str,
        version: i64,
    ) -> Result<Option<VersionRow>, Error> {
        self.read(words(kept).resting)
            .bind(id.to_owned())
            .bind(version)
            .opt()
            .await
    }

    /// The newest version of a document that something rests on. Across organisations, as
    /// [`public_version`](Db::public_version).
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn newest_public_version(
        &self,
        kept: Kept,
        id: &str,
    ) -> Result<Option<VersionRow>, Error> {
        self.read(words(kept).newest_resting)
            .bind(id.to_owned())
            .opt()
            .await
    }
}
