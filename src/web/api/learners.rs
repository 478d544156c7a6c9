//! `/api/v1/learners`: who learns here.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    ids::PersonId,
    issue::people::Details,
    program::{
        By, attempt,
        learner::{self, Learner},
        link,
    },
    web::{
        Site,
        api::{
            attempts::AttemptView,
            body,
            programs::{Made, made},
            refused::{Faulty, NoKey, Unreadable},
        },
        error::WebError,
        key::Keyed,
        problem::Problem,
    },
    who::{Scope, Who},
};

/// A learner.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LearnerView {
    /// Our own id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// Your reference.
    #[schema(example = "u-17")]
    reference: String,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bo Ek")]
    name: Option<String>,
}

impl From<Learner> for LearnerView {
    fn from(one: Learner) -> LearnerView {
        LearnerView {
            id: one.person.to_string(),
            reference: one.details.reference,
            name: one.details.name,
        }
    }
}

/// Learners.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Learners {
    /// By name.
    learners: Vec<LearnerView>,
}

impl Learners {
    pub(super) fn of(all: Vec<Learner>) -> Json<Learners> {
        let learners = all.into_iter().map(LearnerView::from).collect();
        Json(Learners { learners })
    }
}

/// What is said of a learner, beside the reference.
#[derive(Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct LearnerDetails {
    /// The name; never signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bo Ek")]
    name: Option<String>,
    /// The address that letters go to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bo@school.example")]
    email: Option<String>,
    /// Further addresses.
    #[schema(example = json!([]))]
    addresses: Vec<String>,
    /// How to reach a parent or guardian; where one e-mail address stands in it, they can be sent a
    /// link.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Eva Ek, 555-0101")]
    guardian: Option<String>,
    /// The month of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2012-05")]
    birth_month: Option<String>,
    /// Whether the learner is of age.
    adult: bool,
}

impl LearnerDetails {
    fn with(self, reference: String) -> Details {
        Details {
            reference,
            name: self.name,
            email: self.email,
            adult: Some(self.adult),
            addresses: self.addresses,
            guardian: self.guardian,
            birth_month: self.birth_month,
        }
    }
}

/// A new learner.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewLearner {
    /// Your reference: a number, or any word; whoever it names already is met again.
    #[schema(example = "u-17")]
    reference: String,
    /// The name; never signed.
    #[serde(default)]
    #[schema(example = "Bo Ek")]
    name: Option<String>,
    /// The address that letters go to.
    #[serde(default)]
    email: Option<String>,
    /// Further addresses.
    #[serde(default)]
    addresses: Vec<String>,
    /// How to reach a parent or guardian; where one e-mail address stands in it, they can be sent a
    /// link.
    #[serde(default)]
    guardian: Option<String>,
    /// The month of birth.
    #[serde(default)]
    #[schema(example = "2012-05")]
    birth_month: Option<String>,
    /// Whether the learner is of age; what is known stays, if it is not said.
    #[serde(default)]
    adult: Option<bool>,
}

/// A learner with everything that is known.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WholeLearner {
    /// Our own id.
    #[schema(example = "Zr4XfLk2Qp8sVb1NwYt6Ag")]
    id: String,
    /// Your reference.
    #[schema(example = "u-17")]
    reference: String,
    /// What is known.
    #[serde(flatten)]
    details: LearnerDetails,
    /// The attempts, the newest first.
    attempts: Vec<AttemptView>,
}

/// Which record is the same learner.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Double {
    /// The id of the record that ends: everything of it becomes this learner's.
    #[schema(example = "AAAAAAAAAAAAAAAAAAAAAA")]
    from: String,
}

/// A learner's own link.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LearnerLink {
    /// The link: it lets in whoever holds it, and is not shown again.
    #[schema(example = "https://badges.example/me/in/…")]
    link: String,
    /// How many days it works.
    #[schema(example = 30)]
    days: i64,
}

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// Letters of a name, a reference or an address; left out: everybody.
    #[serde(default)]
    q: String,
}

/// List the learners.
#[utoipa::path(get, path = "/api/v1/learners", operation_id = "list_learners", tag = "Programs",
    params(Search),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "By name.", body = Learners),
        (status = 403, description = "The key may not look at learners.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn list(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Query(search): Query<Search>,
) -> Result<Json<Learners>, WebError> {
    who.may(Scope::Read)?;
    Ok(Learners::of(
        learner::all(site.app(), &who, &search.q).await?,
    ))
}

/// Write a learner down.
///
/// Whoever the reference names already is the same learner, of whom more is known now.
#[utoipa::path(post, path = "/api/v1/learners", operation_id = "add_learner", tag = "Programs",
    request_body = NewLearner,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "It was made.", body = Made),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn add(
    State(site): State<Site>,
    Keyed(who): Keyed,
    sent: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Programs)?;
    let new: NewLearner = body::shaped(&sent)?;
    let details = Details {
        reference: new.reference,
        name: new.name,
        email: new.email,
        adult: new.adult,
        addresses: new.addresses,
        guardian: new.guardian,
        birth_month: new.birth_month,
    };
    Ok(made(&learner::add(site.app(), &who, &details).await?))
}

/// Read everything that is known of a learner, with the attempts.
#[utoipa::path(get, path = "/api/v1/learners/{id}", operation_id = "read_learner", tag = "Programs",
    params(("id" = String, Path, description = "The learner.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The learner.", body = WholeLearner),
        (status = 403, description = "The key may not look at learners.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such learner in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn read(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Json<WholeLearner>, WebError> {
    who.may(Scope::Read)?;
    whole(&site, who, &learner_id(&id)?).await
}

async fn whole(site: &Site, who: Who, id: &PersonId) -> Result<Json<WholeLearner>, WebError> {
    let one = learner::one(site.app(), &who, id).await?;
    let attempts = attempt::of_learner(site.app(), &By::Staff(who), &one.person).await?;
    let details = one.details;
    Ok(Json(WholeLearner {
        id: one.person.to_string(),
        reference: details.reference,
        details: LearnerDetails {
            name: details.name,
            email: details.email,
            addresses: details.addresses,
            guardian: details.guardian,
            birth_month: details.birth_month,
            adult: details.adult == Some(true),
        },
        attempts: attempts
            .iter()
            .map(|listed| AttemptView::of(&listed.row))
            .collect(),
    }))
}

/// Write down anew what is known of a learner.
///
/// What is left out is not known from then on; the reference stays.
#[utoipa::path(put, path = "/api/v1/learners/{id}", operation_id = "describe_learner", tag = "Programs",
    params(("id" = String, Path, description = "The learner.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = LearnerDetails,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The learner.", body = WholeLearner),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such learner in your organisation.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey, Faulty
    ))]
pub(crate) async fn describe(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<WholeLearner>, WebError> {
    who.may(Scope::Programs)?;
    let said: LearnerDetails = body::shaped(&sent)?;
    let id = learner_id(&id)?;
    learner::describe(site.app(), &who, &id, &said.with(String::new())).await?;
    whole(&site, who, &id).await
}

/// Make two records of one learner one.
///
/// Everything of the other record becomes this learner's, and its id and reference lead here from
/// then on. It cannot be undone.
#[utoipa::path(post, path = "/api/v1/learners/{id}/merge", operation_id = "merge_learners", tag = "Programs",
    params(("id" = String, Path, description = "The learner who stays.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    request_body = Double,
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The learner.", body = WholeLearner),
        (status = 403, description = "The key may not look after programs.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such learner in your organisation.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "They are one already, or are at the same thing; `detail` says which.", body = Problem, content_type = "application/problem+json"),
        Unreadable, NoKey
    ))]
pub(crate) async fn merge(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<WholeLearner>, WebError> {
    who.may(Scope::Programs)?;
    let double: Double = body::shaped(&sent)?;
    let (from, into) = (learner_id(&double.from)?, learner_id(&id)?);
    learner::merge(site.app(), &who, &from, &into).await?;
    whole(&site, who, &into).await
}

/// Make a learner's own link.
///
/// It lets the learner in without an account, to their attempts and what they earned. The links
/// before it go on working until they end; of more than twelve the oldest ends. Whoever makes it does
/// not decide on what is worked on while it is good.
#[utoipa::path(post, path = "/api/v1/learners/{id}/link", operation_id = "make_learner_link", tag = "Programs",
    params(("id" = String, Path, description = "The learner.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 201, description = "The link.", body = LearnerLink),
        (status = 403, description = "The key may not propose.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such learner in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn make_link(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    who.may(Scope::Propose)?;
    let token = link::make(site.app(), &who, &learner_id(&id)?).await?;
    let link = LearnerLink {
        link: site.link(&format!("/me/in/{}", token.reveal())),
        days: link::DAYS,
    };
    Ok((StatusCode::CREATED, Json(link)).into_response())
}

/// End all links of a learner.
///
/// Whoever came in by one is signed out. Doing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/learners/{id}/links", operation_id = "end_learner_links", tag = "Programs",
    params(("id" = String, Path, description = "The learner.", example = "Zr4XfLk2Qp8sVb1NwYt6Ag")),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "No link of the learner works any more."),
        (status = 403, description = "The key may not propose.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such learner in your organisation.", body = Problem, content_type = "application/problem+json"),
        NoKey
    ))]
pub(crate) async fn end_links(
    State(site): State<Site>,
    Keyed(who): Keyed,
    Path(id): Path<String>,
) -> Result<StatusCode, WebError> {
    who.may(Scope::Propose)?;
    link::end_all(site.app(), &who, &learner_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn learner_id(text: &str) -> Result<PersonId, WebError> {
    text.parse().map_err(|_| WebError::no_such("learner"))
}
