//! Pictures of achievements.

use super::{Db, Error, Tenant, Ts};

impl Tenant<'_> {
    /// Keeps a picture under its SHA-256; keeping it again changes nothing.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is no such organisation.
    pub async fn add_picture(
        &mut self,
        picture_id: &str,
        bytes: &[u8],
        at: Ts,
    ) -> Result<(), Error> {
        self.write(
            "insert into pictures (issuer_id, picture_id, bytes, created_at) \
             values ($1, $2, $3, $4) on conflict (issuer_id, picture_id) do nothing",
        )
        .bind(picture_id.to_owned())
        .bind(bytes.to_vec())
        .bind(at)
        .run()
        .await?;
        Ok(())
    }

    /// The bytes of a picture.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn picture(&mut self, picture_id: &str) -> Result<Option<Vec<u8>>, Error> {
        let found = self
            .read("select bytes from pictures where issuer_id = $1 and picture_id = $2")
            .bind(picture_id.to_owned())
            .scalars()
            .await?;
        Ok(found.into_iter().next())
    }
}

impl Db {
    /// The bytes of a picture. Across organisations: its address is in public credentials, and its
    /// id is its own SHA-256.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn public_picture(&self, picture_id: &str) -> Result<Option<Vec<u8>>, Error> {
        let found = self
            .read("select bytes from pictures where picture_id = $1 limit 1")
            .bind(picture_id.to_owned())
            .scalars()
            .await?;
        Ok(found.into_iter().next())
    }
}
