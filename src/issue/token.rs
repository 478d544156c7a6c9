//! The other form of a stored credential: its token, whole.

use super::Error;
use crate::db::CredentialRow;
use crate::json;
use crate::proof::jwt;

/// The compact JWT of a credential as it is kept; `None` if it has none.
///
/// # Errors
/// [`Error::Internal`] if what is stored is no document, or no token: damage.
pub fn token(row: &CredentialRow) -> Result<Option<String>, Error> {
    let (Some(document), Some(token)) = (&row.document, &row.jwt) else {
        return Ok(None);
    };
    let damaged = |why: String| Error::Internal(format!("a stored token cannot be read: {why}"));
    let document = json::parse(document).map_err(|error| damaged(error.to_string()))?;
    let whole = jwt::attach(token, &document).map_err(|error| damaged(error.to_string()))?;
    Ok(Some(whole.into_owned()))
}
