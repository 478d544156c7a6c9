//! `/desk/log`: who did what, when, on behalf of whom.

use askama::Template;
use axum::{
    Router,
    extract::{RawQuery, State},
    response::Response,
    routing::get,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    db::{AuditFilter, AuditRow},
    ids::IssuerId,
    web::{
        Site,
        answer::{self, NEVER},
        cursor,
        desk::{Desk, Nav, log_words},
        error::WebError,
        fields::Fields,
        frame::Frame,
        signed::Signed,
        text::{self, Text},
    },
    who::{
        Scope,
        log::{self, Names},
    },
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk/log",
    label: "Log",
    any: &[Scope::Log],
});

/// The name of the list, for its cursors.
const LIST: &str = "audit";

/// What is looked for, as it was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) person: String,
    pub(crate) action: String,
    pub(crate) from: String,
    pub(crate) until: String,
    cursor: String,
}

impl Asked {
    /// Reads a query.
    ///
    /// # Errors
    /// 400 for what is no text.
    pub(crate) fn read(query: &str) -> Result<Asked, WebError> {
        let fields = Fields::read(query.as_bytes()).ok_or_else(|| {
            WebError::unreadable(
                "unreadable",
                "A part of the address is no text that we read.",
            )
        })?;
        Ok(Asked {
            person: fields.get("person").to_owned(),
            action: fields.get("action").to_owned(),
            from: fields.get("from").to_owned(),
            until: fields.get("until").to_owned(),
            cursor: fields.get("cursor").to_owned(),
        })
    }

    /// What the log is asked.
    ///
    /// # Errors
    /// 400 for a day that is none, or a cursor that is not ours.
    pub(crate) fn filter(&self, site: &Site, issuer: &IssuerId) -> Result<AuditFilter, WebError> {
        let word = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(AuditFilter {
            actor: word(&self.person),
            action: word(&self.action),
            from: day(&self.from, 0)?.map(Into::into),
            until: day(&self.until, 1)?.map(Into::into),
            before: match self.cursor.as_str() {
                "" => None,
                given => Some(place(&cursor::read(site, LIST, issuer, given)?)?),
            },
        })
    }

    /// The same question for what is older than `last`.
    fn older(&self, site: &Site, issuer: &IssuerId, last: &AuditRow) -> Result<String, WebError> {
        let cursor = older(site, issuer, last)?;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("person", &self.person),
            ("action", &self.action),
            ("from", &self.from),
            ("until", &self.until),
            ("cursor", &cursor),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        Ok(format!("/desk/log?{}", query.finish()))
    }
}

/// The cursor of what is older than this line.
///
/// # Errors
/// 503 without the key-encryption key.
pub(crate) fn older(site: &Site, issuer: &IssuerId, last: &AuditRow) -> Result<String, WebError> {
    let place = format!("{} {}", last.at.as_second(), last.audit_id);
    cursor::write(site, LIST, issuer, &place)
}

fn place(text: &str) -> Result<(crate::db::Ts, crate::ids::AuditId), WebError> {
    let read = || {
        let (at, id) = text.split_once(' ')?;
        let at = Timestamp::from_second(at.parse().ok()?).ok()?;
        Some((at.into(), id.parse().ok()?))
    };
    read().ok_or_else(|| WebError::internal(&"a cursor of ours cannot be read"))
}

/// The beginning of a day, UTC, or of one so many days later.
fn day(text: &str, later: i64) -> Result<Option<Timestamp>, WebError> {
    if text.is_empty() {
        return Ok(None);
    }
    let fault = || WebError::unreadable("unreadable", "A day looks like 2026-11-22.");
    let date: Date = text.parse().map_err(|_| fault())?;
    let date = date.checked_add(jiff::Span::new().days(later));
    let zoned = date.and_then(|date| date.to_zoned(TimeZone::UTC));
    Ok(Some(zoned.map_err(|_| fault())?.timestamp()))
}

/// A line, for people.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    at: String,
    who: Text,
    on_behalf: Text,
    what: String,
    subject: Text,
    /// The page of what it is about; empty if there is none for whoever reads.
    page: String,
    reason: Text,
}

impl Line {
    fn of(row: &AuditRow, names: &Names, desk: &Desk) -> Line {
        let room = log_words::room(&row.action);
        let open = room.filter(|(_, any)| any.iter().any(|scope| desk.may(*scope)));
        let name = |id: &str| Text::new(names.get(id).map_or(id, String::as_str));
        Line {
            at: text::moment(*row.at),
            who: name(&row.actor),
            on_behalf: row.on_behalf.as_deref().map(name).unwrap_or_default(),
            what: log_words::words(&row.action).to_owned(),
            subject: name(&row.subject),
            page: open.map_or_else(String::new, |(room, _)| format!("{room}{}", row.subject)),
            reason: Text::new(row.reason.as_deref().unwrap_or_default()),
        }
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/log.html")]
pub(crate) struct LogPage {
    frame: Frame,
    desk: Desk,
    asked: Asked,
    people: Vec<(String, Text)>,
    actions: Vec<String>,
    lines: Vec<Line>,
    older: String,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/desk/log", get(shown))
}

async fn shown(
    State(site): State<Site>,
    signed: Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Log)?;
    let (app, who) = (site.app(), &signed.who);
    let asked = Asked::read(query.as_deref().unwrap_or_default())?;
    let filter = asked.filter(&site, who.issuer())?;
    let found = log::log(app, who, &filter).await?;
    let names = log::names(app, who).await?;
    let older = match found.lines.last().filter(|_| found.more) {
        Some(last) => asked.older(&site, who.issuer(), last)?,
        None => String::new(),
    };
    let mut people: Vec<(String, String)> = names.clone().into_iter().collect();
    people.sort_by_key(|(_, name)| name.to_lowercase());
    let people = people
        .into_iter()
        .map(|(id, name)| (id, Text::new(&name)))
        .collect();
    let desk = Desk::new(&signed, "/desk/log");
    let page = LogPage {
        frame: Desk::frame("Log"),
        asked,
        people,
        actions: log::actions(app, who).await?,
        lines: found
            .lines
            .iter()
            .map(|row| Line::of(row, &names, &desk))
            .collect(),
        desk,
        older,
    };
    answer::page(&page, NEVER)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let line = Line {
        at: "22 November 2026, 14:02 UTC".to_owned(),
        who: "API key “School system”".into(),
        on_behalf: "Ana María Lee".into(),
        what: "Issued a credential".to_owned(),
        subject: "Zr4XfLk2Qp8sVb1NwYt6Ag".into(),
        page: "/c/Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        reason: "Ticket 12".into(),
    };
    let page = |lines, older: &str| LogPage {
        frame: Desk::frame("Log"),
        desk: Desk::sample("/desk/log"),
        asked: Asked::default(),
        people: vec![("cli".to_owned(), "The operator".into())],
        actions: vec!["credential.issue".to_owned()],
        lines,
        older: older.to_owned(),
    };
    let html = |page: LogPage| page.render().expect("renders");
    vec![
        (
            "desk-log",
            html(page(vec![line.clone(), line], "/desk/log?cursor=x")),
        ),
        ("desk-log-empty", html(page(Vec::new(), ""))),
    ]
}
