//! `skillmark doctor`: is everything in place to issue and to serve?
//!
//! Each check is one line that begins with `ok`, `warn` or `FAIL`; below a `warn` or `FAIL` stands
//! what to do. It looks and changes nothing, but for bringing the tables up to date, as every
//! command does.

use std::{
    fmt::Display,
    io::{ErrorKind, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use super::{Failure, Screen, Settings, failure::REFUSED, screen::plain, trusted};
use crate::{
    app::{App, StartError},
    config::limits::PUBLISH_WITHIN,
    custody,
    db::{IssuerKeyRow, IssuerRow, KeyState, Unfinished},
    files,
    issue::{
        checkup::{self, ListIs},
        keys::KeyFault,
    },
    rdf,
};

/// Check that everything is in place: database, files, keys, status lists, promises, address
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark doctor                           exit code 0, or 1 if a line says FAIL
  skillmark doctor --public-url https://badges.example")]
pub(super) struct Doctor {}

impl Doctor {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let mut sheet = Sheet::new(screen);
        contexts(&mut sheet)?;
        trust(&settings, &mut sheet)?;
        public_address(&settings, &mut sheet)?;
        let serves = address(settings.listen, &mut sheet)?;
        if settings.database_url.is_none() && !settings.sqlite_file().exists() {
            let place = settings.sqlite_file();
            sheet.warn(
                "database",
                format_args!("none yet at {}", place.display()),
                "skillmark init (or skillmark demo, to look around first)",
            )?;
        } else {
            store(settings, serves, &mut sheet).await?;
        }
        sheet.sum_up(serves)
    }
}

fn contexts(sheet: &mut Sheet<'_>) -> Result<(), Failure> {
    match rdf::contexts::self_check() {
        Ok(()) => sheet.ok("contexts", "unchanged since they were built in"),
        Err(bad) => sheet.fail("contexts", bad, "install the program again"),
    }
}

/// Whether every list of trusted issuers can be read: otherwise nothing is served or verified.
fn trust(settings: &Settings, sheet: &mut Sheet<'_>) -> Result<(), Failure> {
    for path in &settings.trust {
        match trusted::list(path) {
            Ok(list) => {
                let told = format!("“{}” names {}", plain(list.name()), list.len());
                sheet.ok("trusted issuers", told)?;
            }
            Err(failure) => {
                let next = "correct the list, or take it out of --trust (SKILLMARK_TRUST)";
                sheet.fail("trusted issuers", failure.sentence, next)?;
            }
        }
    }
    Ok(())
}

fn public_address(settings: &Settings, sheet: &mut Sheet<'_>) -> Result<(), Failure> {
    let url = &settings.public_url;
    if settings.is_loopback() {
        let told = format!("{url} is this machine only, and credentials name it for ever");
        let next = "set --public-url (SKILLMARK_PUBLIC_URL) before real credentials are issued";
        sheet.warn("public address", told, next)
    } else {
        sheet.ok("public address", url)
    }
}

/// Whether the address to listen on is free, or our own server has it; whether it serves.
fn address(listen: SocketAddr, sheet: &mut Sheet<'_>) -> Result<bool, Failure> {
    let Err(error) = TcpListener::bind(listen) else {
        sheet.ok("address", format_args!("{listen} is free"))?;
        return Ok(false);
    };
    if error.kind() == ErrorKind::AddrInUse && is_ours(listen) {
        sheet.ok(
            "address",
            format_args!("a Skillmark server answers at {listen}"),
        )?;
        return Ok(true);
    }
    let other = listen.port().wrapping_add(1);
    sheet.fail(
        "address",
        format_args!(
            "{listen} cannot be listened on, and no Skillmark server answers there: {error}"
        ),
        format_args!(
            "stop what has it, or --listen 127.0.0.1:{other} --public-url http://localhost:{other}"
        ),
    )?;
    Ok(false)
}

/// How long a server may take to say that it lives.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether what listens at `listen` says that it is this program.
fn is_ours(listen: SocketAddr) -> bool {
    ask(listen).is_ok_and(|answer| {
        answer.starts_with("HTTP/1.1 200") && answer.contains(r#""program":"skillmark""#)
    })
}

fn ask(listen: SocketAddr) -> std::io::Result<String> {
    let host = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    let place = SocketAddr::new(host, listen.port());
    let mut stream = TcpStream::connect_timeout(&place, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /health/live HTTP/1.1\r\nhost: {place}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.take(4_096).read_to_string(&mut answer)?;
    Ok(answer)
}

async fn store(settings: Settings, serves: bool, sheet: &mut Sheet<'_>) -> Result<(), Failure> {
    let place = match &settings.database_url {
        Some(url) => url.to_string(),
        None => settings.sqlite_file().display().to_string(),
    };
    let app = match App::open(settings).await {
        Ok(app) => app,
        Err(error) => return sheet.fail("database", &error, next_to_start(&error)),
    };
    let looked = look_inside(&app, &place, serves, sheet).await;
    app.db.close().await;
    looked
}

fn next_to_start(error: &StartError) -> &'static str {
    match error {
        StartError::Folder { .. } => "name a folder this program may write: --data",
        StartError::Files(_) => "name a folder this program may write, or a bucket: --files",
        StartError::Contexts(_) | StartError::Tls(_) => "install the program again",
        StartError::Database(_) => {
            "see that the server runs and SKILLMARK_DATABASE_URL is right; without one, that \
             the file is a database of this program and may be written"
        }
        StartError::Custody(_) | StartError::KekLost(_) => "put the key file back from its copy",
        StartError::ExampleKey { .. } => {
            "skillmark keys rotate, while --public-url is this machine"
        }
    }
}

async fn look_inside(
    app: &App,
    place: &str,
    serves: bool,
    sheet: &mut Sheet<'_>,
) -> Result<(), Failure> {
    let damage = app.db.damage().await?;
    if damage.is_empty() {
        let engine = app.db.engine();
        sheet.ok("database", format_args!("{engine}, {place}, up to date"))?;
    } else {
        let told = format!("{place} is damaged: {}", damage.join("; "));
        sheet.fail("database", told, "put the last good copy in its place")?;
    }
    for setting in app.db.talkative().await? {
        sheet.warn(
            "the database's own log",
            setting,
            "change it on the database server, so that nothing of a learner is written there",
        )?;
    }
    files(app, sheet).await?;
    let issuers = app.db.issuers().await?;
    if issuers.is_empty() {
        return sheet.warn(
            "organisations",
            "none yet",
            "skillmark init --name 'Our school' --web https://school.example",
        );
    }
    let kek = app.config.kek_path();
    let can_sign = app.custody.ready();
    match &can_sign {
        Ok(()) => sheet.ok("key file", format_args!("{} is read", kek.display()))?,
        Err(bad) => sheet.fail("key file", bad, next_for_kek(bad))?,
    }
    for issuer in issuers {
        sheet.ok("organisation", describe(&issuer))?;
        let rows = app.db.of(&issuer.issuer_id).keys().await?;
        // Without the key file no key opens: that was said once.
        if can_sign.is_ok() {
            keys(app, &rows, sheet)?;
        }
        lists(app, &issuer, &rows, serves, sheet).await?;
        let unfinished = app.db.of(&issuer.issuer_id).unfinished().await?;
        promises(app, &unfinished, serves, sheet)?;
    }
    Ok(())
}

/// Whether evidence can be kept: a word is put there, read and deleted again.
async fn files(app: &App, sheet: &mut Sheet<'_>) -> Result<(), Failure> {
    let Err(bad) = app.files.check().await else {
        let place = app.config.files_place();
        return sheet.ok("files", format_args!("{place} takes, gives and deletes"));
    };
    let next = match bad {
        files::Error::Denied => {
            "correct the key and its secret in --files (SKILLMARK_FILES), and see that the key may \
             read, write and delete there"
        }
        files::Error::NoBucket => "make the bucket, or name another: --files (SKILLMARK_FILES)",
        files::Error::Missing | files::Error::Unavailable(_) => {
            "see that the folder may be written, or that the address of the bucket is right and \
             answers: --files (SKILLMARK_FILES)"
        }
    };
    sheet.fail("files", bad, next)
}

fn describe(issuer: &IssuerRow) -> String {
    let proven = match issuer.domain_proven_at {
        Some(_) => "web address proven",
        None => "web address not proven (skillmark organisation verify-domain)",
    };
    let name = plain(&issuer.name);
    format!("{name}, {}, {proven}", issuer.did)
}

fn next_for_kek(bad: &custody::Fault) -> &'static str {
    match bad {
        custody::Fault::NoKek(_) => {
            "put the file back from its copy; a new one opens nothing that is there"
        }
        _ => "mend the file, or put its copy there (for its owner alone: chmod 600)",
    }
}

fn keys(app: &App, rows: &[IssuerKeyRow], sheet: &mut Sheet<'_>) -> Result<(), Failure> {
    let shut = checkup::shut_keys(app, rows);
    for (key, why) in &shut {
        let next = match why {
            KeyFault::Custody(custody::Fault::OtherKek(_)) => {
                "put the key file it was sealed under back (--kek-file); if that is lost, \
                 skillmark keys rotate"
            }
            _ => "skillmark keys rotate: a new key signs, and what this one signed stays good",
        };
        sheet.fail("signing key", format_args!("{key}: {why}"), next)?;
    }
    let signs = rows.iter().find(|row| row.state == KeyState::Active);
    match signs {
        None => sheet.fail("signing key", "none signs", "skillmark keys new"),
        Some(key) if shut.iter().all(|(id, _)| *id != key.key_id) => {
            sheet.ok("signing key", format_args!("{} opens", key.key_id))
        }
        Some(_) => Ok(()),
    }
}

async fn lists(
    app: &App,
    issuer: &IssuerRow,
    keys: &[IssuerKeyRow],
    serves: bool,
    sheet: &mut Sheet<'_>,
) -> Result<(), Failure> {
    let publish = if serves {
        "look into the log of the server that runs: it publishes every few seconds"
    } else {
        "skillmark serve: it publishes while it runs"
    };
    for state in checkup::lists(app, &issuer.issuer_id, keys).await? {
        let list = state.list;
        match state.is {
            ListIs::Good(until) => {
                sheet.ok("status list", format_args!("{list} holds until {until}"))
            }
            ListIs::Late(until) => sheet.warn(
                "status list",
                format_args!("{list} was not renewed for two days; it holds until {until}"),
                publish,
            ),
            ListIs::Unpublished => {
                let told = format!("{list} was never published: nobody can see who was revoked");
                sheet.fail("status list", told, publish)
            }
            ListIs::Wrong(why) => {
                let told = format!("{list} cannot be relied on: {why}");
                sheet.fail("status list", told, publish)
            }
            ListIs::Behind { changes, since } => {
                let late = since.is_some_and(|at| app.now().duration_since(at) > promised());
                let since = since.map_or_else(String::new, |at| format!(", since {at}"));
                let told = format!("{list} lacks {}{since}", count(changes, "change"));
                if late || !serves {
                    sheet.fail("status list", told, publish)
                } else {
                    sheet.warn("status list", told, "wait a minute and look again")
                }
            }
        }?;
    }
    Ok(())
}

/// Within which time a change must be public, and a promise kept.
fn promised() -> jiff::SignedDuration {
    jiff::SignedDuration::try_from(PUBLISH_WITHIN).unwrap_or(jiff::SignedDuration::MAX)
}

fn promises(
    app: &App,
    unfinished: &Unfinished,
    serves: bool,
    sheet: &mut Sheet<'_>,
) -> Result<(), Failure> {
    if unfinished.failed > 0 {
        let why = unfinished.problem.as_deref().unwrap_or("nobody wrote why");
        let told = format!("{} could not be signed: {why}", what(unfinished.failed));
        sheet.warn(
            "promises",
            told,
            "mend the achievement, and issue them again",
        )?;
    }
    let Some(oldest) = unfinished.oldest else {
        return match unfinished.failed {
            0 => sheet.ok("promises", "every credential is signed"),
            _ => Ok(()),
        };
    };
    let pending = what(unfinished.pending);
    let told = format!("{pending} promised and not signed, since {}", *oldest);
    if serves && app.now().duration_since(*oldest) <= promised() {
        return sheet.warn("promises", told, "wait a minute and look again");
    }
    let next = if serves {
        "look into the log of the server that runs: it says why it cannot sign them"
    } else {
        "skillmark serve: it signs them when it starts"
    };
    sheet.fail("promises", told, next)
}

fn what(number: i64) -> String {
    count(number, "credential")
}

fn count(number: i64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// What was found, line by line.
struct Sheet<'a> {
    screen: &'a Screen,
    warnings: usize,
    failures: usize,
}

impl<'a> Sheet<'a> {
    fn new(screen: &'a Screen) -> Sheet<'a> {
        Sheet {
            screen,
            warnings: 0,
            failures: 0,
        }
    }

    fn ok(&self, what: &str, found: impl Display) -> Result<(), Failure> {
        self.screen.line(format_args!("  ok    {what}: {found}"))
    }

    fn warn(&mut self, what: &str, found: impl Display, next: impl Display) -> Result<(), Failure> {
        self.warnings += 1;
        self.screen.line(format_args!("  warn  {what}: {found}"))?;
        self.screen.line(format_args!("        Next: {next}"))
    }

    fn fail(&mut self, what: &str, found: impl Display, next: impl Display) -> Result<(), Failure> {
        self.failures += 1;
        self.screen.line(format_args!("  FAIL  {what}: {found}"))?;
        self.screen.line(format_args!("        Next: {next}"))
    }

    /// The last line, and the exit code.
    fn sum_up(&self, serves: bool) -> Result<u8, Failure> {
        if self.failures > 0 {
            let failures = count(i64::try_from(self.failures).unwrap_or(i64::MAX), "failure");
            self.screen.line(format_args!("\n{failures}."))?;
            return Ok(REFUSED);
        }
        self.screen.line(match (self.warnings, serves) {
            (0, false) => "\nAll is well. Next: skillmark serve",
            (0, true) => "\nAll is well.",
            _ => "\nNothing fails.",
        })?;
        Ok(0)
    }
}
