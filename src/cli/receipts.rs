//! `skillmark receipts`: the service's own keys, with which it signs verification receipts.

use super::{Failure, Screen, Settings, with_app};
use crate::{
    app::App,
    db::{ReceiptKeyRow, ReceiptKeyState},
    receipt,
};

/// List, replace, take back and publish the keys that sign verification receipts
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark receipts list
  skillmark receipts rotate              earlier receipts stay good
  skillmark receipts revoke z6MkhaXg…    no receipt of this key is to be believed any more
  skillmark receipts public > did.json   for checking receipts where nobody is asked: verify --issuer")]
pub(super) struct Receipts {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Show every key that signed receipts; the first is made with the first receipt
    #[command(after_help = "Examples:\n  skillmark receipts list")]
    List,
    /// Let a new key sign receipts from now on, and destroy the old one's private half
    #[command(after_help = "Examples:\n  skillmark receipts rotate")]
    Rotate,
    /// Take a key back that others may know
    #[command(
        after_help = "Examples:\n  skillmark receipts revoke z6MkhaXg…       the key as `receipts list` shows it"
    )]
    Revoke {
        /// The key, as `list` shows it.
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Print the DID document under which receipts are signed, as /receipts/did.json has it
    #[command(after_help = "Examples:\n  skillmark receipts public > did.json")]
    Public,
}

impl Receipts {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        with_app(settings, async |app| self.act(app, screen).await).await?;
        Ok(0)
    }

    async fn act(&self, app: &App, screen: &Screen) -> Result<(), Failure> {
        match &self.what {
            What::List => {
                let keys = receipt::list(app).await.map_err(Failure::refused)?;
                if keys.is_empty() {
                    screen.line("No receipt was signed yet: the first one makes the key.")?;
                }
                for key in keys {
                    screen.line(format_args!("{}  {}", key.key_id, state(&key)))?;
                }
                Ok(())
            }
            What::Rotate => {
                let key = receipt::rotate(app).await.map_err(Failure::refused)?;
                screen.line(format_args!("{} signs receipts from now on.", key.key_id))?;
                screen.line("Earlier receipts stay good.")
            }
            What::Revoke { key } => {
                let revoked = receipt::revoke(app, key).await;
                revoked.map_err(Failure::refused)?;
                screen.line(format_args!(
                    "{key} is taken back: no receipt that it signed is to be believed any more."
                ))
            }
            What::Public => {
                let origin = &app.config.public_url;
                let did = receipt::did(origin).map_err(Failure::refused)?;
                let keys = receipt::list(app).await.map_err(Failure::refused)?;
                let document = receipt::document(origin, did.as_str(), &keys);
                let text = serde_json::to_string_pretty(&serde_json::Value::from(&document));
                screen.line(text.map_err(Failure::refused)?)
            }
        }
    }
}

fn state(key: &ReceiptKeyRow) -> String {
    let (word, since) = match key.state {
        ReceiptKeyState::Active => ("signs", Some(key.created_at)),
        ReceiptKeyState::Retired => ("retired", key.retired_at),
        ReceiptKeyState::Revoked => ("REVOKED", key.revoked_at),
    };
    since.map_or_else(
        || word.to_owned(),
        |since| format!("{word} since {}", *since),
    )
}
