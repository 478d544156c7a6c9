//! `/api/v1/people`: who works for the organisation.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    letters::{self, WayIn},
    web::{Site, api::body, error::WebError, key::Keyed, problem::Problem},
    who::{self, Invite, Person, Role},
};

/// Somebody who works for the organisation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PersonOut {
    /// Their id, which also stands in the audit log.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// The name that colleagues know them by.
    name: String,
    /// What they are: tutor, reviewer, teacher, coordinator, administrator, auditor.
    roles: Vec<&'static str>,
    /// `invited`, `active`, `suspended` or `removed`.
    state: &'static str,
    /// Their address: only for those who may manage people.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
}

impl PersonOut {
    fn of(person: Person) -> PersonOut {
        PersonOut {
            id: person.row.member_id.to_string(),
            name: person.row.name,
            roles: person.roles.into_iter().map(Role::as_str).collect(),
            state: person.row.state.as_str(),
            address: person.address,
        }
    }
}

/// Everybody who works for the organisation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct People {
    /// Everybody, by name, also those who are gone.
    people: Vec<PersonOut>,
}

/// Somebody to be invited.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteIn {
    /// Their e-mail address, with which they will sign in.
    #[schema(example = "sam@harbour.example")]
    address: String,
    /// Their name; they may write it otherwise when they join.
    #[serde(default)]
    name: String,
    /// What they are to be.
    #[schema(example = json!(["tutor"]))]
    roles: Vec<String>,
}

/// A link that lets somebody in once, and how it gets to them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LinkOut {
    /// Who it is for.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// `letter`: it is in a letter to their address, and nowhere else; `link`: no mail server is set
    /// up, so hand it over.
    #[schema(example = "letter")]
    by: &'static str,
    /// The link, if it is to be handed over: give it to them and to nobody else. It is told this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// Until when it is good.
    expires: String,
}

impl LinkOut {
    fn of(site: &Site, way: &WayIn) -> LinkOut {
        let link = way.link.as_ref().map(|link| site.link(&link.path()));
        LinkOut {
            id: way.member.to_string(),
            by: if link.is_none() { "letter" } else { "link" },
            link,
            expires: way.expires.to_string(),
        }
    }
}

/// What is to change of somebody.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeIn {
    /// The name that colleagues know them by.
    #[schema(example = "Sam Lee")]
    name: String,
    /// What they are from now on.
    #[schema(example = json!(["tutor", "reviewer"]))]
    roles: Vec<String>,
}

/// How somebody's place is to stand.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StateIn {
    /// `suspend`, `unsuspend` or `remove`.
    #[schema(example = "suspend")]
    change: String,
}

fn roles(words: &[String]) -> Result<Vec<Role>, WebError> {
    let read = words.iter().map(|word| word.parse());
    read.collect::<Result<_, String>>().map_err(|sentence| {
        let fault = who::Fault::new("roles", format!("name one that is none: {sentence}"));
        who::Error::Faults(vec![fault]).into()
    })
}

/// List who works for your organisation.
///
/// Addresses are told to keys with the scope `manage` only.
#[utoipa::path(get, path = "/api/v1/people", operation_id = "list_people", tag = "People and access",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Everybody, by name.", body = People),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
) -> Result<Json<People>, WebError> {
    let all = who::people(site.app(), &who).await?;
    let people = all.into_iter().map(PersonOut::of).collect();
    Ok(Json(People { people }))
}

/// Invite somebody.
///
/// They are sent a link that works once, for seven days; where no mail server is set up, the answer
/// holds it. Whoever was removed and is invited again by the same address is the same person.
#[utoipa::path(post, path = "/api/v1/people", operation_id = "invite_person", tag = "People and access",
    request_body = InviteIn,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "Invited.", body = LinkOut),
        (status = 400, description = "Not JSON, or not of this shape.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage people.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody with this address is invited already.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It has faults, and `faults` lists all of them.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn invite(
    State(site): State<Site>,
    Keyed(who): Keyed,
    body: Bytes,
) -> Result<Response, WebError> {
    who.may(who::Scope::Manage)?;
    let asked: InviteIn = body::shaped(&body)?;
    let asked = Invite {
        address: asked.address,
        name: asked.name,
        roles: roles(&asked.roles)?,
    };
    let way = letters::invite(site.app(), &who, &asked).await?;
    Ok((StatusCode::CREATED, Json(LinkOut::of(&site, &way))).into_response())
}

/// Change somebody's name and roles.
#[utoipa::path(put, path = "/api/v1/people/{id}", operation_id = "change_person", tag = "People and access",
    params(("id" = String, Path, description = "Their id.")),
    request_body = ChangeIn,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Changed.", body = PersonOut),
        (status = 400, description = "Not JSON, or not of this shape.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage people.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such person in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Nobody would be left to look after the organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It has faults, and `faults` lists all of them.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn change(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<PersonOut>, WebError> {
    who.may(who::Scope::Manage)?;
    let id = id.parse().map_err(|_| WebError::no_such("person"))?;
    let asked: ChangeIn = body::shaped(&body)?;
    let roles = roles(&asked.roles)?;
    who::change(site.app(), &who, &id, &asked.name, &roles).await?;
    let person = who::person(site.app(), &who, &id).await?;
    Ok(Json(PersonOut::of(person)))
}

/// Make a new link for somebody.
///
/// To join, if they have not yet, for seven days; else to choose another password, for two hours.
/// The links before stop working. It goes to them as an invitation does.
#[utoipa::path(post, path = "/api/v1/people/{id}/link", operation_id = "let_person_in", tag = "People and access",
    params(("id" = String, Path, description = "Their id.")),
    security(("api_key" = [])),
    responses(
        (status = 201, description = "Made.", body = LinkOut),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage people.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such person in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "They work for another organisation too, and no letter can be sent.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn let_in(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    who.may(who::Scope::Manage)?;
    let id = id.parse().map_err(|_| WebError::no_such("person"))?;
    let way = letters::let_in(site.app(), &who, &id).await?;
    Ok((StatusCode::CREATED, Json(LinkOut::of(&site, &way))).into_response())
}

/// Suspend somebody, let them in again, or remove them.
#[utoipa::path(post, path = "/api/v1/people/{id}/state", operation_id = "change_person_state", tag = "People and access",
    params(("id" = String, Path, description = "Their id.")),
    request_body = StateIn,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Done.", body = PersonOut),
        (status = 400, description = "Not JSON, not of this shape, or no such change.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not manage people.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such person in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "They do not stand so that this can be done, or nobody would be left to look after the organisation.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn change_state(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<PersonOut>, WebError> {
    who.may(who::Scope::Manage)?;
    let id = id.parse().map_err(|_| WebError::no_such("person"))?;
    let asked: StateIn = body::shaped(&body)?;
    let app = site.app();
    match asked.change.as_str() {
        "suspend" => who::suspend(app, &who, &id).await?,
        "unsuspend" => who::unsuspend(app, &who, &id).await?,
        "remove" => who::remove(app, &who, &id).await?,
        _ => {
            return Err(WebError::unreadable(
                "wrong_shape",
                "The change is one of suspend, unsuspend, remove.",
            ));
        }
    }
    Ok(Json(PersonOut::of(who::person(app, &who, &id).await?)))
}
