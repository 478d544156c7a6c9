//! `skillmark portfolio`: links to credentials shown together.

use jiff::SignedDuration;

use super::{Failure, Screen, Settings, credentials, organisation::Organisation, with_app};
use crate::{app::App, bake::qr::Qr, ids::PortfolioId, portfolio};

/// Make, list and take back links to credentials shown together
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark portfolio new 'Spring term' J8bqZpW3kXoN1dT4vA9sYg 5mQkT0bXcV7wR2nZs4LhJw
  skillmark portfolio new 'For the clinic' --days 14 https://badges.example/c/J8bqZpW3kXoN1dT4vA9sYg
  skillmark portfolio list
  skillmark portfolio revoke Qw3rT5yU7iO9pA1sD3fG5h")]
pub(super) struct Portfolio {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    organisation: Organisation,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Make a link; it is shown this once
    #[command(
        after_help = "Examples:\n  skillmark portfolio new 'Spring term' J8bqZpW3kXoN1dT4vA9sYg --days 14"
    )]
    New {
        /// What its page is headed. Do not put a name here.
        #[arg(value_name = "LABEL")]
        label: String,
        /// Links or ids of credentials, in the order to show them.
        #[arg(required = true, value_name = "CREDENTIAL")]
        credentials: Vec<String>,
        /// How many days the link works; at most 180 unless the learner is of age.
        #[arg(long, default_value_t = portfolio::DEFAULT_DAYS, value_name = "DAYS",
              value_parser = clap::value_parser!(i64).range(1..=portfolio::MAX_DAYS))]
        days: i64,
    },
    /// Show every portfolio; links are not kept and cannot be shown again
    #[command(after_help = "Examples:\n  skillmark portfolio list")]
    List,
    /// Take a link back: it stops working at once
    #[command(after_help = "Examples:\n  skillmark portfolio revoke Qw3rT5yU7iO9pA1sD3fG5h")]
    Revoke {
        /// The portfolio's id, as `list` shows it.
        #[arg(value_name = "ID", allow_hyphen_values = true)]
        id: PortfolioId,
    },
}

impl Portfolio {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        with_app(settings, async |app| self.act(app, screen).await).await?;
        Ok(0)
    }

    async fn act(&self, app: &App, screen: &Screen) -> Result<(), Failure> {
        let who = self.organisation.operator(app).await?;
        match &self.what {
            What::New {
                label,
                credentials,
                days,
            } => {
                let origin = &app.config.public_url;
                let chosen = credentials.iter().map(|name| credentials::id(name, origin));
                let chosen = chosen.collect::<Result<Vec<_>, _>>()?;
                let expires = app
                    .now()
                    .checked_add(SignedDuration::from_hours(24 * days))
                    .map_err(Failure::usage)?;
                let (id, token) =
                    portfolio::create(app, &who, label, &chosen, Some(expires)).await?;
                let link = app
                    .config
                    .public_url
                    .join(&format!("/p/{}", token.reveal()));
                screen.line(format_args!(
                    "Made the portfolio {id}; its link works until"
                ))?;
                screen.line(format_args!("{expires}:"))?;
                screen.line(format_args!("\n  {link}\n"))?;
                if let Ok(code) = Qr::of(&link) {
                    screen.line(code.terminal(screen.colour))?;
                }
                screen.line("The link is shown this once. To take it back:")?;
                screen.line(format_args!("  skillmark portfolio revoke {id}"))
            }
            What::List => {
                let rows = app.db.of(who.issuer()).portfolios().await?;
                if rows.is_empty() {
                    screen
                        .line("There is no portfolio yet. Next: skillmark portfolio new --help")?;
                }
                for row in rows {
                    let state = match (row.revoked_at, row.expires_at) {
                        (Some(at), _) => format!("taken back {}", *at),
                        (None, Some(at)) if *at <= app.now() => format!("ended {}", *at),
                        (None, Some(at)) => format!("until {}", *at),
                        (None, None) => "for ever".to_owned(),
                    };
                    let title = super::screen::plain(&row.title);
                    screen.line(format_args!("{}  {title}  {state}", row.portfolio_id))?;
                }
                Ok(())
            }
            What::Revoke { id } => {
                portfolio::revoke(app, &who, id).await?;
                screen.line(format_args!("The link of {id} is taken back."))
            }
        }
    }
}
