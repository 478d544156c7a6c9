//! `POST /api/v1/credentials`: issue one.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use crate::{
    config::limits::DOCUMENT_BYTES,
    ids::AchievementId,
    issue::{achievement::Achievement, one, plan, publish},
    json,
    web::{
        Site,
        answer::NEVER,
        error::{FaultLine, Problem, WebError},
        key::Keyed,
    },
    who::Scope,
};

/// One award.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "achievement": "Zr4XfLk2Qp8sVb1NwYt6Ag",
    "learner": {"reference": "S-1042", "name": "Ana Lee"},
    "date": "2026-03-01",
    "levels": {"Uses evidence": "Advanced", "Explains clearly": "Proficient"},
    "assessor": {"role": "Career skills reviewer", "qualification": "State teaching licence"},
    "evidence": [{"name": "One-page memo", "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]
}))]
pub struct Order {
    /// The id of a published achievement: 22 characters.
    achievement: String,
    /// Who earned it. Kept sealed, never signed.
    learner: Learner,
    /// The day of the award, or a time with its offset.
    date: String,
    /// When the credential ends; it does not, if left out.
    #[serde(default)]
    valid_until: Option<String>,
    /// The level reached, for each criterion of the rubric.
    #[serde(default)]
    levels: BTreeMap<String, String>,
    /// The value, for each result that is not a rubric level.
    #[serde(default)]
    values: BTreeMap<String, String>,
    /// Who assessed.
    #[serde(default)]
    assessor: Option<Assessor>,
    /// What was handed in, at most 8.
    #[serde(default)]
    evidence: Vec<Evidence>,
    /// What is said about this award; signed.
    #[serde(default)]
    narrative: Option<String>,
}

/// Who earned it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Learner {
    /// Your own reference: a student number, or any word.
    reference: String,
    /// The name, for "confirm the name you were given".
    #[serde(default)]
    name: Option<String>,
    /// The e-mail address.
    #[serde(default)]
    email: Option<String>,
    /// Whether you say that the learner is of age.
    #[serde(default)]
    adult: bool,
    /// For adults who ask for it: `email` (a salted hash is signed), or a DID.
    #[serde(default)]
    recipient: Option<String>,
}

/// Who assessed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assessor {
    /// In which role.
    role: String,
    /// With which qualification.
    #[serde(default)]
    qualification: Option<String>,
    /// The name; signed only if your organisation says so.
    #[serde(default)]
    name: Option<String>,
}

/// What was handed in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// What it is.
    name: String,
    /// More about it.
    #[serde(default)]
    description: Option<String>,
    /// Its SHA-256: 64 hexadecimal digits, or a multibase multihash.
    #[serde(default)]
    digest: Option<String>,
}

/// Issue a credential.
///
/// The answer is the signed credential. Send an `Idempotency-Key`: the same request with the same
/// key gives the same bytes, however often it is sent. Without one, the same learner, achievement
/// and date give the same credential.
#[utoipa::path(post, path = "/api/v1/credentials", operation_id = "issue", tag = "Credentials",
    params(("Idempotency-Key" = Option<String>, Header, description = "A word of your own for this request, up to 200 characters.")),
    request_body = Order,
    security(("api_key" = [])),
    responses(
        (status = 201, description = "Issued: the signed credential, byte for byte. `Location` is its page.", body = Object, content_type = "application/vc+ld+json"),
        (status = 200, description = "It was issued before; these are the same bytes.", body = Object, content_type = "application/vc+ld+json"),
        (status = 400, description = "Not JSON, or not of this shape.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No API key, or not a good one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not issue.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such achievement.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The key, or the award, was used for something else before.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than is read.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The order has faults: `faults` lists all of them.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests with this key.", body = Problem, content_type = "application/problem+json")
    ))]
pub(crate) async fn issue(
    State(site): State<Site>,
    Keyed(who): Keyed,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, WebError> {
    who.may(Scope::Issue)?;
    let key = idempotency_key(&headers)?.map(|key| one::Key::new(key, &body));
    let order = read(&body)?;
    let id: AchievementId = order
        .achievement
        .parse()
        .map_err(|_| WebError::no_such("achievement"))?;
    let achievement = publish::achievement(site.app(), &who, &id).await?;
    let row = row(&order, &achievement, &site)?;
    let valid_until = order.valid_until.as_deref().map(until).transpose()?;
    let request = one::Request {
        achievement: id,
        row,
        valid_until,
        key,
    };
    let issued = one::issue(site.app(), &who, &request).await?;
    let status = if issued.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let mut response = (status, issued.document).into_response();
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/vc+ld+json"),
    );
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
    if let Ok(page) = HeaderValue::from_str(&site.link(&format!("/c/{}", issued.id))) {
        out.insert(header::LOCATION, page);
    }
    Ok(response)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, WebError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= 200 => Ok(Some(key)),
        _ => Err(WebError::unreadable(
            "idempotency_key",
            "The Idempotency-Key has 1 to 200 plain characters.",
        )),
    }
}

/// Reads the body strictly: a name twice in one object is refused before serde sees it.
fn read(body: &[u8]) -> Result<Order, WebError> {
    if body.len() > DOCUMENT_BYTES {
        return Err(WebError::too_large());
    }
    let value = json::parse_bytes(body).map_err(|error| {
        WebError::unreadable(
            "not_json",
            format!("The body is not JSON that we read: {error}."),
        )
    })?;
    serde_json::from_value(serde_json::Value::from(&value)).map_err(|error| {
        WebError::unreadable(
            "wrong_shape",
            format!("The body has not the right shape: {}.", shape(&error)),
        )
    })
}

/// Serde's words quote what was sent; only those about names of members are passed on.
fn shape(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let safe = text.starts_with("missing field") || text.starts_with("duplicate field");
    if safe {
        text
    } else if text.starts_with("unknown field") {
        "it has a member that is not known".to_owned()
    } else {
        "a member is of the wrong type".to_owned()
    }
}

fn until(text: &str) -> Result<jiff::Timestamp, WebError> {
    plan::parse_date(text).ok_or_else(|| {
        let fault = FaultLine {
            pointer: "/validUntil".to_owned(),
            detail: "is no date".to_owned(),
        };
        WebError::faulty(vec![fault])
    })
}

/// The award as a row, read by the same rules as a CSV's: the columns' names are the members'.
fn row(order: &Order, achievement: &Achievement, site: &Site) -> Result<plan::Row, WebError> {
    let cells = cells(order, achievement);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let wrong = |cause: &dyn std::fmt::Display| WebError::internal(cause);
    writer
        .write_record(cells.iter().map(|cell| cell.column.as_str()))
        .map_err(|cause| wrong(&cause))?;
    writer
        .write_record(cells.iter().map(|cell| cell.text.as_str()))
        .map_err(|cause| wrong(&cause))?;
    let text = writer.into_inner().map_err(|cause| wrong(&cause))?;
    let rows =
        plan::read(&text, achievement, plan::Limits::PAGE, site.now()).map_err(|faults| {
            let line = |fault: plan::Fault| FaultLine {
                pointer: pointer(&cells, fault.name.as_deref()),
                detail: fault.sentence,
            };
            WebError::faulty(faults.into_iter().map(line).collect())
        })?;
    rows.into_iter()
        .next()
        .ok_or_else(|| WebError::internal(&"an order became no row"))
}

/// One member of an order: the column it is in a CSV, and where it stands in the body.
struct Cell {
    column: String,
    pointer: String,
    text: String,
}

fn cells(order: &Order, achievement: &Achievement) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut add = |column: &str, pointer: &str, text: &str| {
        cells.push(Cell {
            column: column.to_owned(),
            pointer: pointer.to_owned(),
            text: text.to_owned(),
        });
    };
    let given = |text: &Option<String>| text.clone().unwrap_or_default();
    add("learner", "/learner/reference", &order.learner.reference);
    add("name", "/learner/name", &given(&order.learner.name));
    add("email", "/learner/email", &given(&order.learner.email));
    add(
        "adult",
        "/learner/adult",
        if order.learner.adult { "yes" } else { "no" },
    );
    add(
        "recipient",
        "/learner/recipient",
        &given(&order.learner.recipient),
    );
    add("date", "/date", &order.date);
    for criterion in achievement.criteria() {
        let given = if criterion.is_rubric() {
            &order.levels
        } else {
            &order.values
        };
        if !given.contains_key(&criterion.name) {
            let (column, pointer) = result(criterion.is_rubric(), &criterion.name);
            add(&column, &pointer, "");
        }
    }
    for (given, is_level) in [(&order.levels, true), (&order.values, false)] {
        for (name, text) in given {
            let (column, pointer) = result(is_level, name);
            add(&column, &pointer, text);
        }
    }
    let assessor = order.assessor.as_ref();
    add(
        "assessor_role",
        "/assessor/role",
        assessor.map_or("", |assessor| &assessor.role),
    );
    add(
        "assessor_qualification",
        "/assessor/qualification",
        &assessor
            .map(|a| given(&a.qualification))
            .unwrap_or_default(),
    );
    add(
        "assessor",
        "/assessor/name",
        &assessor.map(|a| given(&a.name)).unwrap_or_default(),
    );
    if order.evidence.is_empty() {
        add("evidence", "/evidence", "");
    }
    for (n, evidence) in order.evidence.iter().enumerate() {
        let column = if n == 0 {
            "evidence".to_owned()
        } else {
            format!("evidence_{}", n + 1)
        };
        add(&column, &format!("/evidence/{n}/name"), &evidence.name);
        add(
            &format!("{column}_description"),
            &format!("/evidence/{n}/description"),
            &given(&evidence.description),
        );
        add(
            &format!("{column}_digest"),
            &format!("/evidence/{n}/digest"),
            &given(&evidence.digest),
        );
    }
    add("narrative", "/narrative", &given(&order.narrative));
    cells
}

/// The column of a result, and where it stands in the body.
fn result(is_level: bool, name: &str) -> (String, String) {
    if is_level {
        (format!("level: {name}"), format!("/levels/{}", step(name)))
    } else {
        (format!("value: {name}"), format!("/values/{}", step(name)))
    }
}

/// One step of a JSON pointer.
fn step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Where the member of a column stands; the whole body when no column is meant.
fn pointer(cells: &[Cell], column: Option<&str>) -> String {
    let found = cells
        .iter()
        .find(|cell| Some(cell.column.as_str()) == column);
    found.map_or_else(String::new, |cell| cell.pointer.clone())
}
