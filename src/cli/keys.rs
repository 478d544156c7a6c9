//! `skillmark keys`: the signing keys of an organisation.

use super::{Failure, Screen, Settings, organisation::Organisation, with_app};
use crate::{
    app::App,
    db::{IssuerKeyRow, IssuerRow, KeyState},
    issue::{identity, keys},
    json,
    who::Who,
};

/// List, make, replace, take back and publish signing keys
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark keys list
  skillmark keys rotate                 the old private half is destroyed; what it signed stays good
  skillmark keys revoke z6MkhaXg…       nothing this key signed is to be believed any more
  skillmark keys public > did.json      the organisation's DID document, for keeping elsewhere")]
pub(super) struct Keys {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    organisation: Organisation,
}

const NEW_DID: &str = "\
Strangers see a new issuer; for older credentials they cannot tell the status elsewhere than here.
An organisation made with --did web has no such trouble.";
const AFTER_REVOKING: &str = "\
Next: skillmark keys new (if no key signs now), and issue again what should stand.";

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Show every organisation and its keys
    #[command(after_help = "Examples:\n  skillmark keys list")]
    List,
    /// Make a key that waits until `rotate` (or signs at once, if none does)
    #[command(after_help = "Examples:\n  skillmark keys new")]
    New,
    /// Let a new key sign from now on, and destroy the old one's private half
    #[command(after_help = "Examples:\n  skillmark keys rotate")]
    Rotate,
    /// Take a key back that others may know
    #[command(
        after_help = "Examples:\n  skillmark keys revoke z6MkhaXg…       the key as `keys list` shows it"
    )]
    Revoke {
        /// The key, as `list` shows it.
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Print the DID document: every public key, with those no longer in use
    #[command(after_help = "Examples:\n  skillmark keys public > did.json")]
    Public,
}

impl Keys {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        with_app(settings, async |app| self.act(app, screen).await).await?;
        Ok(0)
    }

    async fn act(&self, app: &App, screen: &Screen) -> Result<(), Failure> {
        if let What::List = self.what {
            return list(app, screen).await;
        }
        let issuer = self.organisation.find(app).await?;
        let who = Who::operator(issuer.issuer_id.clone());
        match &self.what {
            What::List => Ok(()),
            What::New => {
                let key = keys::new(app, &who).await?;
                screen.line(format_args!("Made the key {}.", key.key_id))?;
                screen.line(match key.state {
                    KeyState::Active => "It signs from now on.",
                    _ => "It is published and waits. Next: skillmark keys rotate",
                })
            }
            What::Rotate => {
                let key = keys::rotate(app, &who).await?;
                screen.line(format_args!("{} signs from now on.", key.key_id))?;
                screen
                    .line("The old key's private half is destroyed; what it signed stays good.")?;
                if keys::changes_did(&issuer) {
                    screen.line(format_args!("New credentials name the issuer {}.", key.did))?;
                    screen.line(NEW_DID)?;
                }
                Ok(())
            }
            What::Revoke { key } => {
                keys::revoke(app, &who, key).await?;
                screen.line(format_args!(
                    "{key} is taken back: nothing it signed is to be believed any more."
                ))?;
                screen.line(AFTER_REVOKING)
            }
            What::Public => public(app, &issuer, screen).await,
        }
    }
}

async fn list(app: &App, screen: &Screen) -> Result<(), Failure> {
    let issuers = app.db.issuers().await?;
    if issuers.is_empty() {
        screen.line("There is no organisation yet. Next: skillmark init --help")?;
    }
    for issuer in issuers {
        screen.title(format_args!("{}  {}", issuer.issuer_id, issuer.name))?;
        for key in keys::list(app, &issuer.issuer_id).await? {
            screen.line(format_args!("  {}  {}", key.key_id, state(&key)))?;
        }
    }
    Ok(())
}

fn state(key: &IssuerKeyRow) -> String {
    let (word, since) = match key.state {
        KeyState::Pending => ("waits", Some(key.created_at)),
        KeyState::Active => ("signs", key.activated_at),
        KeyState::Retired => ("retired", key.retired_at),
        KeyState::Revoked => ("REVOKED", key.revoked_at),
    };
    match since {
        Some(since) => format!("{word} since {}", *since),
        None => word.to_owned(),
    }
}

async fn public(app: &App, issuer: &IssuerRow, screen: &Screen) -> Result<(), Failure> {
    let keys = keys::list(app, &issuer.issuer_id).await?;
    let document = identity::did_document(&app.config.public_url, &issuer.issuer_id, &keys)
        .unwrap_or_else(|_| identity::document_of(&issuer.did, &keys))
        .to_json();
    let text = serde_json::to_string_pretty(&serde_json::Value::from(&document));
    screen.line(text.unwrap_or_else(|_| json::text(&document)))
}
