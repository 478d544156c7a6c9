//! The API for programs: one file per endpoint, and the OpenAPI document they make together.
//!
//! To add an endpoint: write `<name>.rs` with a handler under `#[utoipa::path]`, and add its line
//! to [`ENDPOINTS`].

mod achievements;
mod attempts;
mod batches;
pub(crate) mod body;
mod bulk;
mod corrections;
mod credential;
mod everywhere;
mod evidence;
mod frame;
mod guardians;
mod health;
mod issue;
mod keys;
mod labs;
mod learners;
mod letters;
mod log;
mod many;
mod order;
mod people;
mod pieces;
mod programs;
mod providers;
mod publish;
mod receipts;
mod refused;
mod reviewers;
mod reviews;
mod standards;
mod verify;
mod webhooks;

use std::sync::LazyLock;

use axum::{Router, extract::DefaultBodyLimit, http::HeaderMap, response::Response, routing::get};
use serde_json::Value;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::config::limits::CSV_BYTES;
use crate::files::FILE_BYTES;
use crate::web::{
    Site,
    answer::{Document, SHORT},
    documents,
    pages::issuer,
    problem::{FaultLine, Problem},
    receipts as web_receipts,
    several::BODY_BYTES,
};

/// Every endpoint.
const ENDPOINTS: &[fn() -> OpenApiRouter<Site>] = &[
    || OpenApiRouter::new().routes(routes!(achievements::list)),
    || OpenApiRouter::new().routes(routes!(publish::publish)),
    || OpenApiRouter::new().routes(routes!(standards::drafts::list, standards::drafts::create)),
    || {
        OpenApiRouter::new().routes(routes!(
            standards::drafts::read,
            standards::drafts::save,
            standards::drafts::discard
        ))
    },
    || OpenApiRouter::new().routes(routes!(standards::drafts::check)),
    || OpenApiRouter::new().routes(routes!(standards::drafts::publish)),
    || OpenApiRouter::new().routes(routes!(standards::drafts::upload)),
    || {
        OpenApiRouter::new().routes(routes!(
            standards::employers::list,
            standards::employers::invite
        ))
    },
    || OpenApiRouter::new().routes(routes!(standards::employers::withdraw)),
    || OpenApiRouter::new().routes(routes!(standards::maps::list, standards::maps::create)),
    || OpenApiRouter::new().routes(routes!(standards::maps::from_case)),
    || OpenApiRouter::new().routes(routes!(standards::maps::from_csv)),
    || OpenApiRouter::new().routes(routes!(standards::maps::read, standards::maps::save)),
    || OpenApiRouter::new().routes(routes!(standards::maps::read_version)),
    || OpenApiRouter::new().routes(routes!(standards::maps::as_case)),
    || OpenApiRouter::new().routes(routes!(standards::maps::as_csv)),
    || {
        OpenApiRouter::new().routes(routes!(
            standards::rubrics::list,
            standards::rubrics::create
        ))
    },
    || OpenApiRouter::new().routes(routes!(standards::rubrics::read, standards::rubrics::save)),
    || OpenApiRouter::new().routes(routes!(standards::rubrics::read_version)),
    || OpenApiRouter::new().routes(routes!(standards::rubrics::as_case)),
    || {
        OpenApiRouter::new().routes(routes!(
            standards::pathways::list,
            standards::pathways::create
        ))
    },
    || {
        OpenApiRouter::new().routes(routes!(
            standards::pathways::read,
            standards::pathways::save
        ))
    },
    || OpenApiRouter::new().routes(routes!(standards::pathways::dry_run)),
    || OpenApiRouter::new().routes(routes!(standards::pathways::activate)),
    || OpenApiRouter::new().routes(routes!(standards::pathways::end)),
    || OpenApiRouter::new().routes(routes!(standards::pathways::settle)),
    || OpenApiRouter::new().routes(routes!(issue::issue)),
    || OpenApiRouter::new().routes(routes!(credential::read)),
    || OpenApiRouter::new().routes(routes!(credential::change_status)),
    || OpenApiRouter::new().routes(routes!(corrections::read, corrections::correct)),
    || OpenApiRouter::new().routes(routes!(bulk::list, bulk::ask)),
    || OpenApiRouter::new().routes(routes!(bulk::decide)),
    || {
        let start = OpenApiRouter::new().routes(routes!(batches::list, batches::start));
        start.layer(DefaultBodyLimit::max(CSV_BYTES))
    },
    || OpenApiRouter::new().routes(routes!(batches::read)),
    || OpenApiRouter::new().routes(routes!(batches::change)),
    || OpenApiRouter::new().routes(routes!(webhooks::list, webhooks::add)),
    || OpenApiRouter::new().routes(routes!(webhooks::remove)),
    || OpenApiRouter::new().routes(routes!(webhooks::turn)),
    || OpenApiRouter::new().routes(routes!(webhooks::deliveries)),
    || OpenApiRouter::new().routes(routes!(webhooks::again)),
    || OpenApiRouter::new().routes(routes!(people::list)),
    || OpenApiRouter::new().routes(routes!(people::invite)),
    || OpenApiRouter::new().routes(routes!(people::change)),
    || OpenApiRouter::new().routes(routes!(people::let_in)),
    || OpenApiRouter::new().routes(routes!(people::change_state)),
    || OpenApiRouter::new().routes(routes!(providers::list, providers::add)),
    || OpenApiRouter::new().routes(routes!(providers::remove)),
    || OpenApiRouter::new().routes(routes!(letters::list)),
    || OpenApiRouter::new().routes(routes!(letters::log)),
    || OpenApiRouter::new().routes(routes!(letters::set, letters::reset)),
    || OpenApiRouter::new().routes(routes!(letters::preview)),
    || OpenApiRouter::new().routes(routes!(letters::switch)),
    || OpenApiRouter::new().routes(routes!(keys::list)),
    || OpenApiRouter::new().routes(routes!(keys::make)),
    || OpenApiRouter::new().routes(routes!(keys::revoke)),
    || OpenApiRouter::new().routes(routes!(log::read)),
    || OpenApiRouter::new().routes(routes!(programs::list, programs::make)),
    || OpenApiRouter::new().routes(routes!(programs::learners)),
    || {
        let roster = OpenApiRouter::new().routes(routes!(programs::apply_roster));
        let roster = roster.routes(routes!(programs::plan_roster));
        roster.layer(DefaultBodyLimit::max(CSV_BYTES))
    },
    || OpenApiRouter::new().routes(routes!(programs::read, programs::describe)),
    || OpenApiRouter::new().routes(routes!(programs::end)),
    || OpenApiRouter::new().routes(routes!(programs::join, programs::leave)),
    || OpenApiRouter::new().routes(routes!(learners::list, learners::add)),
    || OpenApiRouter::new().routes(routes!(learners::read, learners::describe)),
    || OpenApiRouter::new().routes(routes!(learners::merge)),
    || OpenApiRouter::new().routes(routes!(learners::make_link)),
    || {
        let link = OpenApiRouter::new();
        link.routes(routes!(guardians::read, guardians::send, guardians::end))
    },
    || OpenApiRouter::new().routes(routes!(learners::end_links)),
    || OpenApiRouter::new().routes(routes!(labs::list, labs::make)),
    || OpenApiRouter::new().routes(routes!(labs::read)),
    || OpenApiRouter::new().routes(routes!(labs::close)),
    || OpenApiRouter::new().routes(routes!(labs::expect, labs::excuse)),
    || OpenApiRouter::new().routes(routes!(labs::offer)),
    || OpenApiRouter::new().routes(routes!(labs::links)),
    || OpenApiRouter::new().routes(routes!(labs::taking_part)),
    || OpenApiRouter::new().routes(routes!(labs::enter)),
    || OpenApiRouter::new().routes(routes!(attempts::open)),
    || OpenApiRouter::new().routes(routes!(attempts::read)),
    || OpenApiRouter::new().routes(routes!(attempts::scores)),
    || OpenApiRouter::new().routes(routes!(attempts::add_evidence)),
    || {
        let file = OpenApiRouter::new().routes(routes!(attempts::add_file));
        file.layer(DefaultBodyLimit::max(FILE_BYTES))
    },
    || OpenApiRouter::new().routes(routes!(pieces::list)),
    || OpenApiRouter::new().routes(routes!(pieces::save, pieces::remove)),
    || OpenApiRouter::new().routes(routes!(attempts::submit)),
    || OpenApiRouter::new().routes(routes!(attempts::withdraw)),
    || OpenApiRouter::new().routes(routes!(reviews::queue)),
    || OpenApiRouter::new().routes(routes!(reviews::decide)),
    || OpenApiRouter::new().routes(routes!(reviews::read_again)),
    || OpenApiRouter::new().routes(routes!(reviews::second_readings)),
    || OpenApiRouter::new().routes(routes!(reviews::add_qualification)),
    || OpenApiRouter::new().routes(routes!(reviewers::list)),
    || OpenApiRouter::new().routes(routes!(reviewers::suspend)),
    || OpenApiRouter::new().routes(routes!(reviewers::read_again)),
    || OpenApiRouter::new().routes(routes!(reviewers::approved)),
    || OpenApiRouter::new().routes(routes!(reviewers::end)),
    || OpenApiRouter::new().routes(routes!(verify::verify)),
    || {
        let many = OpenApiRouter::new().routes(routes!(many::verify));
        many.layer(DefaultBodyLimit::max(BODY_BYTES))
    },
    || OpenApiRouter::new().routes(routes!(receipts::file)),
    || OpenApiRouter::new().routes(routes!(evidence::read)),
    || OpenApiRouter::new().routes(routes!(frame::read)),
    || OpenApiRouter::new().routes(routes!(documents::status_list)),
    || OpenApiRouter::new().routes(routes!(issuer::did_document)),
    || OpenApiRouter::new().routes(routes!(web_receipts::keys)),
    || OpenApiRouter::new().routes(routes!(health::live)),
    || OpenApiRouter::new().routes(routes!(health::ready)),
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Skillmark",
        description = "Issue, check, take back and read signed microcredentials (Open Badges 3.0)."
    ),
    paths(documents::described),
    components(schemas(Problem, FaultLine)),
    modifiers(&ApiKey)
)]
struct About;

struct ApiKey;

impl Modify for ApiKey {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API key of an organisation, skm_…, made by `skillmark api-keys new`.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("api_key", SecurityScheme::Http(scheme));
    }
}

fn all() -> OpenApiRouter<Site> {
    let start = OpenApiRouter::with_openapi(About::openapi());
    ENDPOINTS
        .iter()
        .fold(start, |router, endpoint| router.merge(endpoint()))
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::to_value(all().into_openapi()).unwrap_or_default();
    everywhere::add(&mut document);
    document
});

/// The OpenAPI 3.1 document.
pub(crate) fn document() -> &'static Value {
    &DOCUMENT
}

/// The endpoints' routes, and the document itself.
pub(crate) fn routes() -> Router<Site> {
    let (router, _) = all().split_for_parts();
    router.route("/api/openapi.json", get(openapi))
}

async fn openapi(headers: HeaderMap) -> Response {
    Document::new("application/json", document().to_string())
        .cached(SHORT)
        .open()
        .answer(&headers)
}
