//! `/api/v1/sign-in-providers`: where colleagues sign in from instead of with a password.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    db::ProviderRow,
    web::{
        Site,
        api::{
            body,
            refused::{Faulty, NoKey, Unreadable},
        },
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::{
        self, Scope,
        provider::{self, NewProvider},
    },
};

/// A sign-in provider.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SignInProvider {
    /// Its id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// What the button says.
    #[schema(example = "School account")]
    name: String,
    /// The issuer's address.
    #[schema(example = "https://login.school.example")]
    address: String,
    /// The name that we have there.
    #[schema(example = "skillmark")]
    client_id: String,
    /// Since when.
    #[schema(example = "2026-03-01T12:00:00Z")]
    created_at: String,
}

impl From<ProviderRow> for SignInProvider {
    fn from(row: ProviderRow) -> SignInProvider {
        SignInProvider {
            id: row.provider_id.to_string(),
            name: row.name,
            address: row.address,
            client_id: row.client_id,
            created_at: row.created_at.to_string(),
        }
    }
}

/// The sign-in providers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SignInProviders {
    /// All of them.
    providers: Vec<SignInProvider>,
    /// The page where colleagues find the buttons.
    #[schema(example = "https://badges.example/sign-in/of/Zr4XfLk2Qp8sVb1NwYt6Ag")]
    door: String,
    /// The address that a provider sends people back to: to be written down there.
    #[schema(example = "https://badges.example/sign-in/with/done")]
    redirect_uri: String,
}

/// A provider to be named.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSignInProvider {
    /// What the button says.
    #[schema(example = "School account")]
    name: String,
    /// The issuer's address, below which `/.well-known/openid-configuration` is found.
    #[schema(example = "https://login.school.example")]
    address: String,
    /// The name that we have there.
    #[schema(example = "skillmark")]
    client_id: String,
    /// The secret that we were given there; left out for none. It is never shown again.
    #[serde(default)]
    secret: String,
}

/// List the sign-in providers.
#[utoipa::path(get, path = "/api/v1/sign-in-providers", operation_id = "list_sign_in_providers", tag = "People",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "All of them.", body = SignInProviders),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<SignInProviders>, WebError> {
    let rows = provider::list(site.app(), &who).await?;
    Ok(Json(SignInProviders {
        providers: rows.into_iter().map(SignInProvider::from).collect(),
        door: site.link(&format!("/sign-in/of/{}", who.issuer())),
        redirect_uri: site.link(provider::RETURN_PATH),
    }))
}

/// Name a sign-in provider (OpenID Connect).
///
/// It is asked for its configuration at once: one that does not answer is not taken. It lets in
/// whoever was invited already, by an e-mail address that it says is confirmed.
#[utoipa::path(post, path = "/api/v1/sign-in-providers", operation_id = "add_sign_in_provider", tag = "People",
    request_body = NewSignInProvider,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "Its button is there from now on.", body = SignInProvider),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn add(
    State(site): State<Site>,
    Keyed(who): Keyed,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Manage)?;
    let new: NewSignInProvider = body::shaped(&sent)?;
    let new = NewProvider {
        name: new.name,
        address: new.address,
        client_id: new.client_id,
        secret: new.secret,
    };
    let id = provider::add(site.app(), &who, &new).await;
    let id = id.map_err(in_the_body)?;
    let row = site.app().db.of(who.issuer()).provider(&id).await?;
    let row = row.ok_or_else(|| WebError::no_such("sign-in provider"))?;
    Ok((StatusCode::CREATED, Json(SignInProvider::from(row))).into_response())
}

/// Faults with the names of this body's members: on the page an address is told apart from others.
fn in_the_body(error: who::Error) -> WebError {
    match error {
        who::Error::Faults(mut faults) => {
            for fault in &mut faults {
                if fault.field == "provider-address" {
                    fault.field = "address";
                }
            }
            who::Error::Faults(faults).into()
        }
        other => other.into(),
    }
}

/// Take a sign-in provider away.
///
/// Nobody signs in with it any more, and whoever did is out.
#[utoipa::path(delete, path = "/api/v1/sign-in-providers/{id}", operation_id = "remove_sign_in_provider", tag = "People",
    params(("id" = String, Path, description = "The provider.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "It is gone."),
        (status = 403, description = "The key may not manage.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such sign-in provider in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn remove(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Manage)?;
    let id = id
        .parse()
        .map_err(|_| WebError::no_such("sign-in provider"))?;
    provider::remove(site.app(), &who, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
