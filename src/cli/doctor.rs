//! `skillmark doctor`: is everything in place to issue and to serve?

use std::net::TcpListener;

use super::{Failure, Screen, Settings, failure::REFUSED};
use crate::{app::App, rdf};

/// Check that everything is in place: folder, database, keys, contexts, address
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark doctor                           exit code 0 if all is well, 1 if something needs care
  skillmark doctor --public-url https://badges.example")]
pub(super) struct Doctor {}

impl Doctor {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let mut sheet = Sheet { screen, ill: 0 };
        let contexts = rdf::contexts::self_check();
        sheet.add(
            "contexts",
            contexts.map(|()| "unchanged since they were built in".to_owned()),
        )?;
        let listen = settings.listen;
        let free = TcpListener::bind(listen);
        sheet.add(
            "address",
            free.map(|_| format!("{listen} is free"))
                .map_err(|error| format!("{listen} cannot be listened on: {error}")),
        )?;
        if settings.is_loopback() {
            sheet.remark(
                "public address",
                format_args!(
                    "{} is this machine only; set --public-url before real credentials are issued",
                    settings.public_url
                ),
            )?;
        } else {
            sheet.add::<&str>("public address", Ok(settings.public_url.to_string()))?;
        }
        match App::open(settings).await {
            Ok(app) => {
                look_inside(&app, &mut sheet).await?;
                app.db.close().await;
            }
            Err(error) => sheet.add("database", Err(error))?,
        }
        match sheet.ill {
            0 => {
                screen.line("\nAll is well. Next: skillmark serve")?;
                Ok(0)
            }
            n => {
                screen.line(format_args!("\n{n} to look at."))?;
                Ok(REFUSED)
            }
        }
    }
}

async fn look_inside(app: &App, sheet: &mut Sheet<'_>) -> Result<(), Failure> {
    let place = match &app.config.database_url {
        Some(url) => url.to_string(),
        None => app.config.sqlite_file().display().to_string(),
    };
    sheet.add::<&str>(
        "database",
        Ok(format!("{}, {place}, up to date", app.db.engine())),
    )?;
    for setting in app.db.talkative().await? {
        sheet.remark("the database's own log", setting)?;
    }
    let issuers = app.db.issuers().await?;
    let kek = app.custody.ready();
    if kek.is_err() && issuers.is_empty() {
        sheet.remark("keys", "none yet; `skillmark init` makes them")?;
    } else {
        sheet.add(
            "keys",
            kek.map(|()| format!("can be opened with {}", app.config.kek_path().display())),
        )?;
    }
    for issuer in issuers {
        let key = app.db.of(&issuer.issuer_id).active_key().await?;
        let state = match (key, issuer.domain_proven_at) {
            (None, _) => Err("has no key that signs: skillmark keys new".to_owned()),
            (Some(_), None) => Ok(format!(
                "{}, web address not proven (skillmark organisation verify-domain)",
                issuer.did
            )),
            (Some(_), Some(_)) => Ok(issuer.did),
        };
        sheet.add(&issuer.name, state)?;
    }
    Ok(())
}

/// What was found, line by line.
struct Sheet<'a> {
    screen: &'a Screen,
    ill: usize,
}

impl Sheet<'_> {
    fn add<E: std::fmt::Display>(
        &mut self,
        what: &str,
        found: Result<String, E>,
    ) -> Result<(), Failure> {
        match found {
            Ok(good) => self.screen.line(format_args!("  ok    {what}: {good}")),
            Err(bad) => {
                self.ill += 1;
                self.screen.line(format_args!("  CARE  {what}: {bad}"))
            }
        }
    }

    fn remark(&self, what: &str, text: impl std::fmt::Display) -> Result<(), Failure> {
        self.screen.line(format_args!("  note  {what}: {text}"))
    }
}
