//! `skillmark init`: make an organisation.

use std::sync::Arc;

use super::{Failure, Screen, Settings};
use crate::{
    app::App,
    clock::{SystemChance, SystemClock},
    db::DidMethod,
    issue::{
        Error, Fault,
        issuer::{self, Made, NewIssuer},
    },
};

/// Make an organisation: its DID, its signing key and its first API key
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark init --name 'Harbour Tutoring' --web https://harbour.example
  skillmark init --name 'Harbour Tutoring' --web https://harbour.example \\
      --contact badges@harbour.example --logo https://harbour.example/logo.png \\
      --public-url https://badges.harbour.example")]
pub(super) struct Init {
    /// The organisation's name, as pages and credentials show it.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Its web address; until it is proven, pages say "unverified organisation".
    #[arg(long, value_name = "URL")]
    web: String,
    /// How to reach it: an e-mail address or a page.
    #[arg(long, value_name = "ADDRESS")]
    contact: Option<String>,
    /// The address of its logo.
    #[arg(long, value_name = "URL")]
    logo: Option<String>,
    /// Sign the names of assessors too, not only their role and qualification.
    #[arg(long)]
    name_assessors: bool,
    /// The kind of its identifier; without it, `key` on this machine alone and `web` elsewhere.
    #[arg(long, value_name = "KIND", value_parser = ["key", "web"])]
    did: Option<String>,
}

impl Init {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let app =
            App::open_or_make(settings, Arc::new(SystemClock), Arc::new(SystemChance)).await?;
        let did_method = self.did.as_deref().map(|kind| match kind {
            "web" => DidMethod::Web,
            _ => DidMethod::Key,
        });
        let made = issuer::init(
            &app,
            &NewIssuer {
                name: self.name,
                web_address: self.web,
                contact: self.contact,
                logo: self.logo,
                name_assessors: self.name_assessors,
                did_method,
                key: None,
            },
        )
        .await
        .map_err(|error| match error {
            Error::Faults(faults) => Failure::usage(in_flags(&faults)),
            other => Failure::from(other),
        })?;
        let kek = app.config.kek_path();
        show(&made, screen)?;
        screen.line(format_args!(
            "\nKeep a copy of {}, apart from the database: without it nothing more can be signed.",
            kek.display()
        ))?;
        screen
            .line("\nTo work in the browser (skillmark serve), let the first administrator in:")?;
        screen.line("  skillmark people invite you@your-school.example --roles administrator")?;
        screen.line("Next: skillmark issue achievement.json learners.csv --out badges/")?;
        app.db.close().await;
        Ok(0)
    }
}

fn show(made: &Made, screen: &Screen) -> Result<(), Failure> {
    let issuer = &made.issuer;
    screen.title(format_args!("Made the organisation {}.", issuer.name))?;
    screen.pair("id", &issuer.issuer_id)?;
    screen.pair("DID", &issuer.did)?;
    screen.pair("API key", made.api_key.reveal())?;
    screen.line("\nThe API key is shown this once. Programs send it in a header:")?;
    screen.line("  Authorization: Bearer skm_…")?;
    if let Some(proof) = &made.domain_proof {
        screen.line("\nTo prove the web address, do one of these:")?;
        super::organisations::show(proof, screen)?;
        screen.line("and then: skillmark organisation verify-domain")?;
    }
    Ok(())
}

/// The faults of the description, in the words of the flags.
fn in_flags(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| {
            let flag = match fault.pointer.as_str() {
                "/webAddress" => "web",
                other => other.trim_start_matches('/'),
            };
            format!("--{flag} {}", fault.sentence)
        })
        .collect();
    lines.join("\n")
}
