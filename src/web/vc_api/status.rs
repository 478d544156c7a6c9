//! `POST /credentials/status`: set or clear a status.

use axum::{Json, body::Bytes, extract::State};
use serde::{Deserialize, Serialize};

use super::issue::wrong;
use crate::{
    db::StatusState,
    issue::{
        given::{self, StatusPurpose, Update},
        list,
    },
    web::{Site, api::body, error::WebError, vc_api::gate::Asking},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Request {
    credential_id: String,
    credential_status: Named,
    /// Set it, unless this is `false`.
    status: Option<bool>,
    /// Which of several allocators; there is one here.
    #[serde(rename = "indexAllocator")]
    _index_allocator: Option<String>,
}

/// The status as its entry writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Named {
    #[serde(rename = "type")]
    kind: String,
    status_purpose: String,
    #[serde(rename = "id")]
    _id: Option<String>,
    status_list_index: Option<String>,
    status_list_credential: Option<String>,
}

/// What the status is now.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    credential_id: String,
    status_purpose: &'static str,
    status: bool,
}

/// Changes one status of a credential that was signed here. The published list follows at once.
pub(super) async fn update(
    State(site): State<Site>,
    asking: Asking,
    body: Bytes,
) -> Result<Json<Answer>, WebError> {
    let who = asking.who(&site).await?;
    let request: Request = body::shaped(&body)?;
    let named = request.credential_status;
    if named.kind != "BitstringStatusListEntry" {
        return Err(wrong(
            "`credentialStatus.type` must be BitstringStatusListEntry.",
        ));
    }
    let purpose = StatusPurpose::of(&named.status_purpose)
        .ok_or_else(|| wrong("`statusPurpose` must be revocation or suspension."))?;
    let update = Update {
        credential_id: request.credential_id,
        purpose,
        list: named.status_list_credential,
        index: named.status_list_index,
        set: request.status.unwrap_or(true),
    };
    let state = given::update(site.app(), &who, &update).await?;
    site.memory().forget();
    if let Err(cause) = list::publish_due(site.app()).await {
        // The worker tries again within a minute; the register knows already.
        tracing::warn!(%cause, "a status list could not be published yet");
    }
    Ok(Json(Answer {
        credential_id: update.credential_id,
        status_purpose: purpose.as_str(),
        status: match purpose {
            StatusPurpose::Revocation => state == StatusState::Revoked,
            StatusPurpose::Suspension => state != StatusState::Ok,
        },
    }))
}
