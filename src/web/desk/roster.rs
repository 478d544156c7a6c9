//! `/desk/programs/…/roster`: a list of learners, and what it would change.

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};

use crate::{
    config::limits::CSV_BYTES,
    program::{
        roster::{self, Change, Plan},
        run,
    },
    web::{
        Site,
        answer::{self, NEVER},
        desk::{
            Desk, Nav,
            learners::Named,
            programs::{self, Listed, PLACE},
        },
        error::WebError,
        fields::Fields,
        frame::Frame,
        said::{self, Sent},
        signed::Signed,
        site::FORM_BYTES,
        text::Text,
    },
    who::Scope,
};

/// Not in the navigation: a program leads here.
pub(crate) const NAV: Option<Nav> = None;

/// A line of the diff.
#[derive(Debug, Clone)]
struct DiffLine {
    line: u64,
    name: Text,
    reference: Text,
    what: String,
    class: &'static str,
}

/// What a roster would change.
#[derive(Debug, Template)]
#[template(path = "desk/roster.html")]
pub(crate) struct RosterPage {
    frame: Frame,
    desk: Desk,
    one: Listed,
    lines: Vec<DiffLine>,
    same: usize,
    missing: Vec<Named>,
    ignored: Vec<Text>,
    others: usize,
    csv: String,
}

/// The pages' routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk/programs/{id}/roster", post(preview))
        .route("/desk/programs/{id}/roster/apply", post(apply))
        .layer(DefaultBodyLimit::max(CSV_BYTES * 3 + FORM_BYTES))
}

async fn preview(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    parts: Multipart,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let program = said::id(&id)?;
    let sent = Sent::read(parts, (CSV_BYTES, CSV_BYTES + FORM_BYTES)).await?;
    if sent.too_large {
        let most = CSV_BYTES / (1024 * 1024);
        let one = said::of_file(&format!(
            "the file is larger than {most} MB: send it in parts"
        ));
        return programs::refused(
            &site,
            &signed,
            &program,
            vec![one],
            sent.get("csv").to_owned(),
        )
        .await;
    }
    let csv = if sent.file.is_empty() {
        sent.get("csv").as_bytes().to_vec()
    } else {
        sent.file
    };
    run::one(site.app(), &signed.who, &program).await?;
    match roster::plan(site.app(), &signed.who, &program, &csv).await {
        Ok(plan) => {
            let row = run::one(site.app(), &signed.who, &program).await?;
            let text = String::from_utf8_lossy(&csv).into_owned();
            let desk = Desk::new(&signed, PLACE);
            answer::page(&RosterPage::new(desk, Listed::of(&row), &plan, text), NEVER)
        }
        Err(error) => {
            let told = said::told(error, &[])?;
            let csv = String::from_utf8_lossy(&csv).into_owned();
            programs::refused(&site, &signed, &program, told, csv).await
        }
    }
}

impl RosterPage {
    fn new(desk: Desk, one: Listed, plan: &Plan, csv: String) -> RosterPage {
        let lines = plan.rows.iter().filter_map(|(row, change)| {
            let (what, class) = match change {
                Change::New => ("new".to_owned(), "good"),
                Change::Joins(fields) if fields.is_empty() => ("joins".to_owned(), "good"),
                Change::Joins(fields) => (format!("joins; changes: {}", fields.join(", ")), "good"),
                Change::Changes(fields) => (format!("changes: {}", fields.join(", ")), "accent"),
                Change::Leaves => ("leaves".to_owned(), "unsure"),
                Change::Same => return None,
            };
            Some(DiffLine {
                line: row.line,
                name: Text::new(row.details.name.as_deref().unwrap_or_default()),
                reference: Text::new(&row.details.reference),
                what,
                class,
            })
        });
        let lines: Vec<DiffLine> = lines.collect();
        RosterPage {
            frame: Desk::frame("A roster"),
            desk,
            one,
            same: plan.rows.len() - lines.len(),
            lines,
            missing: plan.missing.iter().map(Named::of).collect(),
            ignored: plan.ignored.iter().map(|name| Text::new(name)).collect(),
            others: plan.others,
            csv,
        }
    }
}

async fn apply(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Programs)?;
    let program = said::id(&id)?;
    run::one(site.app(), &signed.who, &program).await?;
    let csv = fields.whole("csv").as_bytes();
    let leave = fields.has("leave");
    match roster::apply(site.app(), &signed.who, &program, csv, leave).await {
        Ok(_) => Ok(Redirect::to(&format!("{PLACE}/{id}")).into_response()),
        Err(error) => {
            let told = said::told(error, &[])?;
            let csv = fields.whole("csv").to_owned();
            programs::refused(&site, &signed, &program, told, csv).await
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let bo = Named {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Bo Ek".into(),
        reference: "u-17".into(),
    };
    let page = RosterPage {
        frame: Desk::frame("A roster"),
        desk: Desk::sample(PLACE),
        one: Listed::sample(),
        lines: vec![DiffLine {
            line: 2,
            name: "Bo Ek".into(),
            reference: "u-17".into(),
            what: "new".to_owned(),
            class: "good",
        }],
        same: 3,
        missing: vec![bo],
        ignored: vec!["orgSourcedIds".into()],
        others: 1,
        csv: "learner\nu-17\n".to_owned(),
    };
    vec![("desk-roster", page.render().expect("renders"))]
}
