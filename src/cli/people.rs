//! `skillmark people`: who works for an organisation, and what is kept about learners.

use super::{Failure, Screen, Settings, organisation::Organisation, screen::plain, with_app};
use crate::{
    app::App,
    ids::MemberId,
    issue::people,
    letters::{self, WayIn},
    mail::Reach,
    who::{self, Invite, Role},
};

/// Invite colleagues, let them in again, and erase what is kept about a learner
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark people invite ana@harbour.example --roles administrator
  skillmark people invite sam@harbour.example --name 'Sam Lee' --roles tutor,reviewer
  skillmark people list
  skillmark people reset Qw3rT5yU7iO9pA1sD3fG5h
  skillmark people support --reason 'Ticket 12'
  skillmark people erase S-1042         a learner, by the organisation's own reference

The first administrator is invited here; they invite everybody else in the browser.")]
pub(super) struct People {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    organisation: Organisation,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Write to somebody with a link to join the organisation; without --mail, show the link
    #[command(
        after_help = "Examples:\n  skillmark people invite ana@harbour.example --roles administrator"
    )]
    Invite {
        /// Their e-mail address, with which they will sign in.
        #[arg(value_name = "ADDRESS")]
        address: String,
        /// What they are to be: tutor, reviewer, teacher, coordinator, administrator, auditor.
        #[arg(long, required = true, value_delimiter = ',', value_name = "ROLE,ROLE")]
        roles: Vec<Role>,
        /// Their name; they may write it otherwise when they join.
        #[arg(long, value_name = "NAME", default_value = "")]
        name: String,
    },
    /// Show everybody: their id, name, roles, and how they stand
    #[command(after_help = "Examples:\n  skillmark people list")]
    List,
    /// Write to somebody with a link to choose another password; without --mail, show the link
    #[command(after_help = "Examples:\n  skillmark people reset Qw3rT5yU7iO9pA1sD3fG5h")]
    Reset {
        /// Their id, as `list` shows it.
        #[arg(value_name = "ID", allow_hyphen_values = true)]
        id: MemberId,
    },
    /// Look into an organisation to help: for an hour, reading only; it sees in its log what you open
    #[command(after_help = "Examples:\n  skillmark people support --reason 'Ticket 12'")]
    Support {
        /// Why; it stands in the organisation's log.
        #[arg(long, value_name = "WORDS")]
        reason: String,
    },
    /// Destroy a learner's key, name, address, evidence records and portfolios, for good
    #[command(after_help = "Examples:\n  skillmark people erase S-1042")]
    Erase {
        /// The organisation's own reference for the learner.
        #[arg(value_name = "LEARNER")]
        learner: String,
    },
}

const ERASED: &str = "\
Erased: the name, the address, the key that opened them, the records of evidence and the
portfolios. What was promised and not signed yet is given up. Signed credentials stay, for they
never held the person; to take one back: skillmark revoke.
Backups made before today can still be read with the key file until they are deleted.";

impl People {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        with_app(settings, async |app| self.act(app, screen).await).await?;
        Ok(0)
    }

    async fn act(&self, app: &App, screen: &Screen) -> Result<(), Failure> {
        let who = self.organisation.operator(app).await?;
        match &self.what {
            What::Invite {
                address,
                roles,
                name,
            } => {
                let asked = Invite {
                    address: address.clone(),
                    name: name.clone(),
                    roles: roles.clone(),
                };
                let way = letters::invite(app, &who, &asked).await.map_err(in_words)?;
                show(app, screen, "Invited. They join with this link:", &way)
            }
            What::List => {
                let all = who::people(app, &who).await?;
                if all.is_empty() {
                    return screen.line(NOBODY);
                }
                for person in all {
                    let (id, name) = (&person.row.member_id, plain(&person.row.name));
                    let (roles, state) = (&person.row.roles, person.row.state);
                    let address = plain(&person.address.unwrap_or_default());
                    screen.line(format_args!("{id}  {name}  {address}  ({roles})  {state}"))?;
                }
                Ok(())
            }
            What::Reset { id } => {
                let way = letters::let_in(app, &who, id).await?;
                show(app, screen, "They get in with this link:", &way)
            }
            What::Support { reason } => {
                let path = who::support::open(app, &who, reason)
                    .await
                    .map_err(in_words)?;
                screen.title("You look in with this link:")?;
                screen.line(format_args!("\n  {}\n", app.config.public_url.join(&path)))?;
                screen.line("It works once, within ten minutes, and lets you read for an hour.")
            }
            What::Erase { learner } => {
                people::erase(app, &who, learner).await?;
                screen.line(ERASED)
            }
        }
    }
}

const NOBODY: &str = "\
Nobody works here yet. To let the first administrator in:
  skillmark people invite ana@harbour.example --roles administrator";

/// Shows a link that works once, or says that it is in a letter.
fn show(app: &App, screen: &Screen, title: &str, way: &WayIn) -> Result<(), Failure> {
    let Some(link) = &way.link else {
        screen.title("A letter with a link is on its way: a running service sends it.")?;
        return screen.line(format_args!("The link works once, until {}.", way.expires));
    };
    screen.title(title)?;
    let address = app.config.public_url.join(&link.path());
    screen.line(format_args!("\n  {address}\n"))?;
    screen.line(format_args!(
        "It works once, until {}. Give it to nobody else.",
        link.expires
    ))?;
    screen.line(match way.reach {
        Reach::Folder => {
            "No mail server is set (--mail): the letter lies in the folder mail beside the data."
        }
        _ => "No mail server is set (--mail), so no letter was written.",
    })
}

/// Faults of what was given, in the words of the arguments.
fn in_words(error: who::Error) -> Failure {
    let who::Error::Faults(faults) = error else {
        return Failure::from(error);
    };
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| match fault.field {
            "address" => format!("ADDRESS {}", fault.sentence),
            field => format!("--{field} {}", fault.sentence),
        })
        .collect();
    Failure::usage(lines.join("\n"))
}
