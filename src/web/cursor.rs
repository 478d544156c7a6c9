//! Where a list goes on: a place that we wrote ourselves, for one list of one organisation (threat
//! G15). Whoever changes it, or takes it to another organisation, is refused.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    ids::IssuerId,
    web::{Site, error::WebError},
    who,
};

/// Bytes of the mark that makes it ours.
const MARK: usize = 16;

fn mark(site: &Site, list: &str, issuer: &IssuerId, place: &str) -> Result<[u8; MARK], WebError> {
    let parts = [issuer.as_str().as_bytes(), b"|", place.as_bytes()];
    let whole = site.app().custody.fingerprint(list, &parts);
    let whole = whole.map_err(who::Error::from)?;
    Ok(std::array::from_fn(|at| whole[at]))
}

/// The cursor of a place in a list.
///
/// # Errors
/// 503 without the key-encryption key.
pub(crate) fn write(
    site: &Site,
    list: &str,
    issuer: &IssuerId,
    place: &str,
) -> Result<String, WebError> {
    let mark = mark(site, list, issuer, place)?;
    Ok(URL_SAFE_NO_PAD.encode([&mark, place.as_bytes()].concat()))
}

/// The place that a cursor of ours names.
///
/// # Errors
/// 400 for one that is not ours, of another list, or of another organisation.
pub(crate) fn read(
    site: &Site,
    list: &str,
    issuer: &IssuerId,
    cursor: &str,
) -> Result<String, WebError> {
    let refused = || WebError::unreadable("cursor", "This is no place in this list: begin again.");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
    let (given, place) = bytes.split_at_checked(MARK).ok_or_else(refused)?;
    let place = std::str::from_utf8(place).map_err(|_| refused())?;
    let mark = mark(site, list, issuer, place)?;
    let differ = mark.iter().zip(given).fold(0, |all, (a, b)| all | (a ^ b));
    if differ == 0 {
        Ok(place.to_owned())
    } else {
        Err(refused())
    }
}
