//! Who is signed in: taking one of these as an argument makes a handler ask for it.

use axum::{
    extract::{FromRequestParts, MatchedPath, OptionalFromRequestParts},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    db::{Membership, SessionRow, Stage},
    ids::{AccountId, IssuerId, PersonId},
    web::{Site, cookie::Cookie, error::WebError},
    who::{
        Who,
        session::{self, Standing},
        support,
    },
};

/// Somebody who is signed in and works in an organisation. Whoever is not is led to the page where
/// they sign in, and back.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    /// Who they are in the organisation.
    pub(crate) who: Who,
    /// The name that colleagues know them by.
    pub(crate) name: String,
    /// The organisation's name.
    pub(crate) organisation: String,
    /// Every organisation they may work in.
    pub(crate) all: Vec<Membership>,
    /// Their session.
    pub(crate) session: SessionRow,
}

impl Signed {
    /// Their account.
    ///
    /// # Errors
    /// 404 for the operator who looks in, who has none, and for whoever a provider let in: what
    /// the provider of one organisation says changes nothing of an account.
    pub(crate) fn account(&self) -> Result<&AccountId, WebError> {
        let own = self.session.provider_id.is_none();
        let account = self.session.account_id.as_ref().filter(|_| own);
        account.ok_or_else(WebError::not_found)
    }
}

/// Somebody whose browser holds a session of an account, whatever stage it is in.
#[derive(Debug, Clone)]
pub(crate) struct Session(pub(crate) SessionRow);

/// A learner who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct SignedLearner {
    /// Their organisation.
    pub(crate) issuer: IssuerId,
    /// Who they are there.
    pub(crate) person: PersonId,
}

impl FromRequestParts<Site> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Signed, Response> {
        let found = find(site, Cookie::Member, &parts.headers).await;
        let Some(row) = found.map_err(IntoResponse::into_response)? else {
            return Err(sign_in(parts, "/sign-in"));
        };
        if row.stage == Stage::Code {
            return Err(sign_in(parts, "/sign-in/code"));
        }
        let standing = session::standing(site.app(), &row).await;
        match standing.map_err(|error| WebError::from(error).into_response())? {
            Standing::In(place) => {
                if row.reason.is_some() {
                    noted(site, parts, &place.who)
                        .await
                        .map_err(IntoResponse::into_response)?;
                }
                Ok(Signed {
                    who: place.who,
                    name: place.name,
                    organisation: place.organisation,
                    all: place.all,
                    session: row,
                })
            }
            Standing::Choose(_) => Err(sign_in(parts, "/sign-in/organisation")),
        }
    }
}

impl OptionalFromRequestParts<Site> for Session {
    type Rejection = WebError;

    async fn from_request_parts(
        parts: &mut Parts,
        site: &Site,
    ) -> Result<Option<Session>, WebError> {
        let found = find(site, Cookie::Member, &parts.headers).await?;
        Ok(found.map(Session))
    }
}

impl FromRequestParts<Site> for SignedLearner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<SignedLearner, Response> {
        let found = find(site, Cookie::Learner, &parts.headers).await;
        let row = found.map_err(IntoResponse::into_response)?;
        let learner = row.and_then(|row| {
            Some(SignedLearner {
                issuer: row.issuer_id.clone()?,
                person: row.person_id.clone()?,
            })
        });
        learner.ok_or_else(|| {
            let refused = WebError::new(
                StatusCode::FORBIDDEN,
                "signed_out",
                "This page is for a learner who is signed in. Open your own link, or scan the card with your name on it: you come back here then.",
            );
            let mut answer = refused.into_response();
            // Where they wanted to go is kept while they look for their link.
            let asked = Some(parts.uri.path()).filter(|_| parts.method == Method::GET);
            if let Some(place) = asked.and_then(place) {
                let line = Cookie::Place.set_text(site.config(), place);
                answer.headers_mut().append(header::SET_COOKIE, line);
            }
            answer
        })
    }
}

/// A learner's page that may be come back to after coming in: a path of ours below `/me`, nothing
/// else.
pub(crate) fn place(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/me/")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut steps = rest.split('/');
    let good = steps.all(|step| !step.is_empty() && step.chars().all(plain));
    let other = ["in", "out", "files"];
    (good
        && rest.len() <= 100
        && !rest
            .split('/')
            .next()
            .is_some_and(|one| other.contains(&one)))
    .then_some(path)
}

/// The session of a learner that a browser holds, if it holds one.
///
/// # Errors
/// If the database could not answer.
pub(crate) async fn learners(
    site: &Site,
    headers: &HeaderMap,
) -> Result<Option<SessionRow>, WebError> {
    find(site, Cookie::Learner, headers).await
}

/// What the operator opens while they help stands in the organisation's log first.
async fn noted(site: &Site, parts: &Parts, who: &Who) -> Result<(), WebError> {
    let place = parts.extensions.get::<MatchedPath>();
    let place = place.map_or("", MatchedPath::as_str);
    Ok(support::note(site.app(), who, place).await?)
}

async fn find(
    site: &Site,
    cookie: Cookie,
    headers: &HeaderMap,
) -> Result<Option<SessionRow>, WebError> {
    let Some(shown) = cookie.read(site.config(), headers) else {
        return Ok(None);
    };
    let found = session::look_up(site.app(), &shown).await?;
    let learners = cookie == Cookie::Learner;
    Ok(found.filter(|row| row.person_id.is_some() == learners))
}

/// Whoever asks for a page is led to sign in and comes back to it; what was sent is not lost.
fn sign_in(parts: &Parts, to: &str) -> Response {
    if parts.method == Method::GET || parts.method == Method::HEAD {
        let asked = parts
            .uri
            .path_and_query()
            .map_or("/desk", |path| path.as_str());
        let next: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
        let to = format!("{to}?next={next}");
        return ([(header::CACHE_CONTROL, "no-store")], Redirect::to(&to)).into_response();
    }
    WebError::new(
        StatusCode::FORBIDDEN,
        "signed_out",
        "You are not signed in any more. Sign in in another tab, come back to this one and reload it: what you typed is sent once more.",
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_ours_is_come_back_to() {
        for good in ["/me/labs/Zr4XfLk2Qp8sVb1NwYt6Ag", "/me/attempts/-_a"] {
            assert_eq!(place(good), Some(good));
        }
        for bad in [
            "/me",
            "/me/",
            "/desk",
            "//evil.example",
            "/me//evil.example",
            "/me/labs/",
            "/me/labs/a;b",
            "/me/labs/../../desk",
            "/me/labs/a?b=c",
            "/me/labs/a\r\nx: y",
            "/me/in/AAAA",
            "/me/out",
            "/me/files/AAAA",
            "https://evil.example/me/labs/a",
        ] {
            assert_eq!(place(bad), None, "{bad}");
        }
        assert_eq!(place(&format!("/me/labs/{}", "a".repeat(200))), None);
    }
}
