//! Status lists of other issuers, and the newest of each that was ever read.

use sha2::{Digest, Sha256};
use url::{Host, Url};

use super::{Db, Error, Ts};

/// Most lists of one site that are noted. Past it the oldest notes of that site go, so that whoever
/// makes up lists without end forgets their own, and nobody else's.
const OF_ONE_SITE: i64 = 2_000;
/// How many of them stay then.
const STAY: i64 = OF_ONE_SITE / 10 * 9;

#[derive(sqlx::FromRow)]
struct Newest {
    valid_from: Ts,
}

impl Db {
    /// Notes that the list at `url` was read at `at`, as it holds from `valid_from`: from when the
    /// newest one holds that was ever read there. Across organisations: lists of strangers. Of the
    /// address only digests are kept, and at most 2,000 for one site.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn note_list(&self, url: &str, valid_from: Ts, at: Ts) -> Result<Ts, Error> {
        let list = sha256(url);
        let known: Option<Newest> = self
            .read("select valid_from from list_notes where list_sha256 = $1")
            .bind(list.clone())
            .opt()
            .await?;
        let is_new = known.is_none();
        if let Some(known) = known
            && known.valid_from >= valid_from
        {
            return Ok(known.valid_from);
        }
        let site = sha256(&site(url));
        self.write(
            "insert into list_notes (list_sha256, site_sha256, valid_from, read_at) \
             values ($1, $2, $3, $4) \
             on conflict (list_sha256) do update set valid_from = excluded.valid_from, \
             read_at = excluded.read_at where list_notes.valid_from < excluded.valid_from",
        )
        .bind(list)
        .bind(site.clone())
        .bind(valid_from)
        .bind(at)
        .run()
        .await?;
        if is_new {
            self.make_room(site).await?;
        }
        Ok(valid_from)
    }

    /// Forgets the oldest notes of a site that has too many.
    async fn make_room(&self, site: Vec<u8>) -> Result<(), Error> {
        let counts: Vec<i64> = self
            .read("select count(*) from list_notes where site_sha256 = $1")
            .bind(site.clone())
            .scalars()
            .await?;
        if counts.first().is_some_and(|count| *count > OF_ONE_SITE) {
            self.write(
                "delete from list_notes where list_sha256 in (select list_sha256 from list_notes \
                 where site_sha256 = $1 order by read_at desc, list_sha256 limit $2 offset $3)",
            )
            .bind(site)
            .bind(2 * OF_ONE_SITE)
            .bind(STAY)
            .run()
            .await?;
        }
        Ok(())
    }

    /// Forgets lists that last got newer before `before`: how many.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_lists(&self, before: Ts) -> Result<u64, Error> {
        self.write("delete from list_notes where read_at < $1")
            .bind(before)
            .run()
            .await
    }
}

fn sha256(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

/// Whose list it is, as far as an address tells: the last two labels of its host. A name with more
/// labels costs nothing to make up.
fn site(url: &str) -> String {
    let url = Url::parse(url).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let mut dots = name.rmatch_indices('.');
            dots.nth(1)
                .map_or(name, |(at, _)| &name[at + 1..])
                .to_owned()
        }
        Some(address) => address.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_what_somebody_pays_for() {
        for (url, expected) in [
            ("https://a.test/1", "a.test"),
            ("https://A.Test:8443/2?x#y", "a.test"),
            ("https://x.a.test./1", "a.test"),
            ("https://1.2.x.a.test/1", "a.test"),
            ("https://localhost/1", "localhost"),
            ("http://127.0.0.1/1", "127.0.0.1"),
            ("did:web:a.test", ""),
            ("", ""),
        ] {
            assert_eq!(site(url), expected, "{url}");
        }
    }
}
