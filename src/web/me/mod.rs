//! `/me`: what a learner sees of what they try here. A learner comes in with a link of their own.

pub(crate) mod attempt;
mod enter;
mod home;
pub(crate) mod show;

use crate::web::pages::Page;

/// Every page for learners.
pub(crate) const ME: &[Page] = &[
    Page {
        routes: enter::routes,
        #[cfg(test)]
        samples: enter::samples,
    },
    Page {
        routes: home::routes,
        #[cfg(test)]
        samples: home::samples,
    },
    Page {
        routes: attempt::routes,
        #[cfg(test)]
        samples: attempt::samples,
    },
];

use crate::{
    ids::PersonId,
    program::{By, learner},
    web::{Site, error::WebError, signed::SignedLearner, text::Text},
};

/// The learner who is signed in, as the services know them: also after two records became one.
async fn learner(site: &Site, signed: &SignedLearner) -> Result<(By, PersonId), WebError> {
    let mut rows = site.app().db.of(&signed.issuer);
    let person = learner::now_known_as(&mut rows, &signed.person).await?;
    Ok((By::Learner(signed.issuer.clone(), person.clone()), person))
}

/// What to call the learner whose page it is, so that whoever holds the device next sees it.
async fn called(site: &Site, (by, person): (&By, &PersonId)) -> Result<Text, WebError> {
    let name = learner::called(site.app(), by, person).await?;
    Ok(Text::new(&name))
}
