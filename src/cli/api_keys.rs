//! `skillmark api-keys`: what programs show to speak for an organisation.

use jiff::Timestamp;

use super::{
    Failure, Screen, Settings, issue::date, organisation::Organisation, screen::plain, with_app,
};
use crate::{
    app::App,
    db::ApiKeyRow,
    ids::ApiKeyId,
    issue::{Error, issuer},
    who::Scope,
};

/// List, make and take back API keys
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark api-keys new 'School system' --scopes issue,read
  skillmark api-keys new 'Until summer' --scopes read --expires 2030-06-30
  skillmark api-keys list
  skillmark api-keys revoke Qw3rT5yU7iO9pA1sD3fG5h

A program shows its key in a header: Authorization: Bearer skm_…
What a key may do: issue, revoke (and suspend), read, publish (achievements), manage (keys, people,
portfolios). Give each program a key of its own, with no more than it needs. Where a second person says
yes (batches of more than 1,000, changes of more than 100), the program needs a key that somebody made
for it at the desk.")]
pub(super) struct ApiKeys {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    organisation: Organisation,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Make a key; it is shown this once
    #[command(
        after_help = "Examples:\n  skillmark api-keys new 'School system' --scopes issue,read --expires 2030-06-30"
    )]
    New {
        /// What you call it: the program it is for.
        #[arg(value_name = "NAME")]
        name: String,
        /// What it may do: issue, revoke, read, publish, manage, propose, review, standards,
        /// programs, log.
        #[arg(
            long,
            required = true,
            value_delimiter = ',',
            value_name = "SCOPE,SCOPE"
        )]
        scopes: Vec<Scope>,
        /// When it stops working: the beginning of this day (UTC). Without it, when it is revoked.
        #[arg(long, value_name = "DATE", value_parser = date)]
        expires: Option<Timestamp>,
    },
    /// Show every key: its id, its name, what it may do
    #[command(after_help = "Examples:\n  skillmark api-keys list")]
    List,
    /// Take a key back: it stops working at once, with those made through it
    #[command(after_help = "Examples:\n  skillmark api-keys revoke Qw3rT5yU7iO9pA1sD3fG5h")]
    Revoke {
        /// The key's id, as `list` shows it.
        #[arg(value_name = "ID", allow_hyphen_values = true)]
        id: ApiKeyId,
    },
}

impl ApiKeys {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        with_app(settings, async |app| self.act(app, screen).await).await?;
        Ok(0)
    }

    async fn act(&self, app: &App, screen: &Screen) -> Result<(), Failure> {
        let who = self.organisation.operator(app).await?;
        match &self.what {
            What::New {
                name,
                scopes,
                expires,
            } => {
                let made = issuer::new_api_key(app, &who, name, scopes, *expires).await;
                let (row, secret) = made.map_err(in_words)?;
                screen.title(format_args!("Made the API key \"{}\".", row.name))?;
                screen.pair("API key", secret.reveal())?;
                screen.pair("id", &row.api_key_id)?;
                screen.pair("may", &row.scopes)?;
                screen.pair("works", state(&row, app.now()))?;
                screen.line("\nThe key is shown this once. To take it back:")?;
                screen.line(format_args!(
                    "  skillmark api-keys revoke {}",
                    row.api_key_id
                ))
            }
            What::List => {
                for row in issuer::api_keys(app, &who).await? {
                    let (name, state) = (plain(&row.name), state(&row, app.now()));
                    let (id, scopes) = (&row.api_key_id, &row.scopes);
                    screen.line(format_args!("{id}  {name}  ({scopes})  {state}"))?;
                }
                Ok(())
            }
            What::Revoke { id } => {
                issuer::revoke_api_key(app, &who, id).await?;
                screen.line(format_args!(
                    "The API key {id} is taken back: it works no more."
                ))
            }
        }
    }
}

/// Faults of the description, in the words of the arguments.
fn in_words(error: Error) -> Failure {
    let Error::Faults(faults) = error else {
        return Failure::from(error);
    };
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| {
            let what = fault.pointer.trim_start_matches('/');
            format!("{what} {}", fault.sentence)
        })
        .collect();
    Failure::usage(lines.join("\n"))
}

fn state(row: &ApiKeyRow, now: Timestamp) -> String {
    match (row.revoked_at, row.expires_at) {
        (Some(at), _) => format!("taken back {}", *at),
        (None, Some(at)) if *at <= now => format!("ended {}", *at),
        (None, Some(at)) => format!("until {}", *at),
        (None, None) => "until it is taken back".to_owned(),
    }
}
