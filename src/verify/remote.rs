//! What stands with others, fetched within the limits of [`outbound`](crate::outbound).

use std::time::Duration;

use jiff::Timestamp;

use super::{
    input::{self, Input},
    sources::{Answer, Found, NotFetched, Sources},
};
use crate::{
    config::limits::UPLOAD_BYTES,
    did::{Did, Resolved},
    json,
    outbound::{Budget, Cause, Fetched, Fetcher, Shape, Want},
    proof::jwt,
};

/// The documents of other issuers, for one verification: six addresses and eight seconds in all
/// (threat D15).
pub struct Remote {
    fetcher: Fetcher,
    budget: Budget,
}

impl Remote {
    /// Asks through `fetcher`, with a whole budget.
    #[must_use]
    pub fn new(fetcher: &Fetcher) -> Remote {
        Remote {
            fetcher: fetcher.clone(),
            budget: Budget::new(),
        }
    }

    async fn fetch(&self, url: &str, want: &Want) -> Result<Fetched, NotFetched> {
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(NotFetched::Elsewhere);
        }
        let fetched = self.fetcher.fetch(url, want, &self.budget).await;
        fetched.map_err(|_| NotFetched::Unreachable)
    }

    /// A document of Open Badges 2.0 that answers 410 was taken back; nothing else of an answer is
    /// told. What a redirect leads to does not stand at the address that was asked: an open redirect
    /// of the issuer would let anybody say what stands there (threat D20).
    async fn find_document(&self, url: &str) -> Result<Found, NotFetched> {
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(NotFetched::Elsewhere);
        }
        match self.fetcher.fetch(url, &DOCUMENT, &self.budget).await {
            Ok(fetched) if stands_at(url, &fetched) => Ok(found(&fetched)),
            Ok(_) => Err(NotFetched::Unreachable),
            Err(why) if why.cause() == Cause::Status(410) => Err(NotFetched::Gone),
            Err(_) => Err(NotFetched::Unreachable),
        }
    }

    async fn text(&self, url: &str, want: &Want) -> Result<Found, NotFetched> {
        let fetched = self.fetch(url, want).await?;
        Ok(found(&fetched))
    }

    async fn find_issuer(&self, id: &str) -> Result<Found, NotFetched> {
        match Did::parse(id).map(|did| did.resolve()) {
            Ok(Ok(Resolved::At(url))) => self.text(&url, &KEYS).await,
            Ok(_) => Err(NotFetched::Elsewhere),
            Err(_) => self.text(id, &KEYS).await,
        }
    }

    /// A link may lead to a document, to a token, to a picture that carries one, or to a page that
    /// links to one; a second page is not followed.
    async fn find_credential(&self, link: &str) -> Result<Found, NotFetched> {
        let mut link = link.trim().to_owned();
        for _ in 0..2 {
            let fetched = self.fetch(&link, &CREDENTIAL).await?;
            match input::read(&fetched.body) {
                Ok(Input::Json(text) | Input::Token(text) | Input::Baked2(text)) => {
                    return Ok(Found {
                        text,
                        as_of: fetched.at,
                    });
                }
                Ok(Input::Link(next)) if next != link => link = next,
                Ok(_) | Err(_) => break,
            }
        }
        Err(NotFetched::Unreachable)
    }
}

/// Whether what came stands at `url` itself, however that is spelt.
fn stands_at(url: &str, fetched: &Fetched) -> bool {
    let read = |text: &str| {
        let mut url = url::Url::parse(text).ok()?;
        url.set_fragment(None);
        Some(url)
    };
    read(url).is_some() && read(url) == read(&fetched.url)
}

fn found(fetched: &Fetched) -> Found {
    Found {
        text: fetched.text().to_owned(),
        as_of: fetched.at,
    }
}

impl Sources for Remote {
    fn issuer<'a>(&'a self, id: &'a str) -> Answer<'a> {
        Box::pin(self.find_issuer(id))
    }

    fn status_list<'a>(&'a self, url: &'a str) -> Answer<'a> {
        Box::pin(self.text(url, &STATUS_LIST))
    }

    fn credential<'a>(&'a self, link: &'a str) -> Answer<'a> {
        Box::pin(self.find_credential(link))
    }

    fn document<'a>(&'a self, url: &'a str) -> Answer<'a> {
        Box::pin(self.find_document(url))
    }
}

/// A key document is good for this long: a key that is added is found, and one that is taken out is
/// no longer used, within it.
const KEEP_KEYS: Duration = Duration::from_secs(5 * 60);
/// A credential behind a link is read anew almost every time.
const KEEP_CREDENTIAL: Duration = Duration::from_secs(10);
/// A document of Open Badges 2.0 may be the very one that says it was taken back.
const KEEP_DOCUMENT: Duration = Duration::from_secs(60);
/// A status list that does not say (VC Bitstring Status List 1.0 §2.2: 300,000 ms).
const KEEP_LIST: Duration = Duration::from_secs(5 * 60);
/// Whatever a status list says, it is read no more often than this, …
const KEEP_LIST_LEAST: Duration = Duration::from_secs(60);
/// … and no less often: a revocation is seen within it.
const KEEP_LIST_MOST: Duration = Duration::from_secs(60 * 60);

/// A DID document (did:web), a controlled identifier document or a key set.
const KEYS: Want = Want {
    accept: &[
        "application/did+json",
        "application/did",
        "application/did+ld+json",
        "application/cid",
        "application/json",
        "application/ld+json",
        "application/jwk-set+json",
    ],
    max_bytes: json::MAX_BYTES,
    shape: Shape::Object,
    may_leave: false,
    keep: |_| KEEP_KEYS,
};

/// A document of Open Badges 2.0, or a revocation list of 1EdTech.
const DOCUMENT: Want = Want {
    accept: &["application/ld+json", "application/json"],
    max_bytes: json::MAX_BYTES,
    shape: Shape::Object,
    may_leave: true,
    keep: |_| KEEP_DOCUMENT,
};

/// A status list credential.
const STATUS_LIST: Want = Want {
    accept: &[
        "application/vc",
        "application/vc+jwt",
        "application/vc+ld+json",
        "application/ld+json",
        "application/json",
        "application/jwt",
    ],
    max_bytes: jwt::MAX_BYTES,
    shape: Shape::ObjectOrToken,
    may_leave: true,
    keep: list_is_good_for,
};

/// A credential behind a link.
const CREDENTIAL: Want = Want {
    accept: &[
        "application/vc",
        "application/vc+jwt",
        "application/vc+ld+json",
        "application/ld+json",
        "application/json",
        "application/jwt",
        "image/png",
        "image/svg+xml",
        "text/html",
        "application/pdf",
    ],
    max_bytes: UPLOAD_BYTES,
    shape: Shape::Bytes,
    may_leave: true,
    keep: |fetched| match fetched.body.len() {
        ..=json::MAX_BYTES => KEEP_CREDENTIAL,
        // A picture.
        _ => Duration::ZERO,
    },
};

/// The `ttl` of a list, and not past its end; within our own bounds.
fn list_is_good_for(fetched: &Fetched) -> Duration {
    let text = fetched.text().trim();
    let said = if jwt::looks_like(text) {
        let token = jwt::read(text).ok();
        let claims = token.as_ref().and_then(|token| token.claims().ok());
        claims.map(|claims| said(&claims.credential, fetched.at))
    } else {
        json::parse(text).ok().map(|list| said(&list, fetched.at))
    };
    let wanted = said.flatten().unwrap_or(KEEP_LIST);
    wanted.clamp(KEEP_LIST_LEAST, KEEP_LIST_MOST)
}

fn said(list: &json::Value<'_>, at: Timestamp) -> Option<Duration> {
    let ttl = match list.pointer("/credentialSubject/ttl") {
        Some(json::Value::Number(ms)) if ms.is_finite() && *ms >= 0.0 => {
            Duration::try_from_secs_f64(ms / 1000.0).ok()
        }
        _ => None,
    };
    let end = list.get("validUntil").and_then(json::Value::as_str);
    let left = end.and_then(|end| {
        let end: Timestamp = end.parse().ok()?;
        Some(Duration::try_from(end.duration_since(at)).unwrap_or_default())
    });
    match (ttl, left) {
        (Some(ttl), Some(left)) => Some(ttl.min(left)),
        (None, Some(left)) => Some(left.min(KEEP_LIST)),
        (ttl, None) => ttl,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_good_for_as_long_as_it_says_within_bounds() {
        for (members, seconds) in [
            (r#""credentialSubject":{"ttl":120000}"#, 120),
            (r#""credentialSubject":{"ttl":1}"#, 60),
            (r#""credentialSubject":{"ttl":-1}"#, 300),
            (r#""credentialSubject":{"ttl":"9"}"#, 300),
            (r#""credentialSubject":{"ttl":1e300}"#, 300),
            (r#""credentialSubject":{"ttl":864000000}"#, 3600),
            (r#""credentialSubject":{}"#, 300),
            (
                r#""validUntil":"2026-03-01T00:01:30Z","credentialSubject":{"ttl":864000000}"#,
                90,
            ),
            (r#""validUntil":"2026-03-01T00:01:30Z""#, 90),
            (r#""validUntil":"2026-04-01T00:00:00Z""#, 300),
            (r#""validUntil":"2025-01-01T00:00:00Z""#, 60),
        ] {
            let fetched = Fetched {
                url: "https://issuer.test/list".to_owned(),
                content_type: "application/vc".to_owned(),
                body: format!("{{{members}}}").into_bytes().into(),
                at: "2026-03-01T00:00:00Z".parse().expect("a time"),
            };
            let expected = Duration::from_secs(seconds);
            assert_eq!(list_is_good_for(&fetched), expected, "{members}");
        }
    }
}
