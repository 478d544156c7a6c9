//! The VC-API: the face that the W3C test suites and integrators call. Off unless `--vc-api` is
//! given, and then for this machine alone, or for whoever shows an API key.
//!
//! - `POST /credentials/issue` signs a credential somebody else wrote, of any kind.
//! - `POST /credentials/verify` and `POST /presentations/verify` answer 200 if it was verified and
//!   400 with problem details if not: these routes alone tell the verdict by the status.
//! - `POST /credentials/status` sets and clears a status given at issuing.
//! - `GET /1.0/identifiers/{did}` says what a did:key leads to.
//!
//! Errors before that are problem documents like those of every other route.

mod gate;
mod identifiers;
mod issue;
mod outcome;
mod status;
mod verify;

use axum::{
    Router,
    routing::{get, post},
};

use crate::{config::Config, web::Site};

/// The paths under which the face answers, for the words of an error.
pub(crate) const PATHS: [&str; 3] = ["/credentials/", "/presentations/", "/1.0/identifiers/"];

/// The routes; none where the face is off, or may not be served as it was asked for.
pub(crate) fn routes(config: &Config) -> Router<Site> {
    if config.vc_api.is_none() || config.check_vc_api().is_err() {
        return Router::new();
    }
    Router::new()
        .route("/credentials/issue", post(issue::issue))
        .route("/credentials/verify", post(verify::credential))
        .route("/credentials/status", post(status::update))
        .route("/presentations/verify", post(verify::presentation))
        .route("/1.0/identifiers/{*did}", get(identifiers::read))
}
