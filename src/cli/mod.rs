//! The command line.
//!
//! A command is one file with a `clap::Args` struct and its `run`, and one line in the list at
//! the end of this file; `--help` follows by itself. A command asks a service and shows the
//! answer: it holds no SQL and signs nothing. Each says what it did and what to do next.
//!
//! Exit codes: 0 done; 1 not done, or `verify`: not valid; 2 `verify`: cannot tell; 64 the
//! command was not understood (`EX_USAGE`); 74 a file or the terminal failed (`EX_IOERR`).

mod credentials;
mod deliver;
mod failure;
mod organisation;
mod panics;
mod screen;
mod spoken;
mod trusted;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use self::{failure::Failure, screen::Screen};
use crate::{app::App, config::Config as Settings};

/// Exit code: `verify` could not tell.
const CANNOT_TELL: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  skillmark demo                                  a whole example, on this machine alone
  skillmark init --name 'Harbour Tutoring' --web https://harbour.example
  skillmark issue welding.json learners.csv --out badges/
  skillmark verify badges/1.json
  skillmark serve --public-url https://badges.harbour.example

Every setting can also be given as an environment variable; `skillmark config` shows all of them.";

/// Issue, verify and show signed microcredentials: Open Badges 3.0 with rubric results.
#[derive(Debug, Parser)]
#[command(name = "skillmark", version, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten, next_help_heading = "Settings")]
    settings: Settings,
}

/// Understands `arguments` (the program's own name first), does it, and says how it went.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let screen = Screen::new();
    panics::say_only_where(screen);
    match understand(arguments) {
        Ok(cli) => ExitCode::from(start(cli, &screen)),
        Err(error) => {
            // `--help` and `--version` are errors to clap, and go to the standard output.
            let asked = !error.use_stderr();
            let shown = error.print();
            let code = match (asked, shown) {
                (true, Ok(())) => 0,
                (true, Err(_)) => failure::IO,
                (false, _) => failure::USAGE,
            };
            ExitCode::from(code)
        }
    }
}

/// Reads the arguments and the environment.
fn understand(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let matches = Cli::command().try_get_matches_from(arguments)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    if let Command::Config(config) = &mut cli.command {
        config.learn_from(&matches);
    }
    Ok(cli)
}

fn start(cli: Cli, screen: &Screen) -> u8 {
    // One provider of TLS for everything; a second call finds it there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return screen.failed(&Failure::from(error)),
    };
    match runtime.block_on(cli.command.run(cli.settings, screen)) {
        Ok(code) => code,
        Err(failure) => screen.failed(&failure),
    }
}

/// Opens the data, does something with it, and closes it whatever came of that.
async fn with_app<T>(
    settings: Settings,
    act: impl AsyncFnOnce(&App) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let app = App::open(settings).await?;
    let done = act(&app).await;
    app.db.close().await;
    done
}

/// Every command, as `clap` sees it; for tests that walk through all of them.
#[must_use]
pub fn definition() -> clap::Command {
    Cli::command()
}

/// Declares the modules, the enum clap reads, and who runs what.
macro_rules! commands {
    ($($(#[$meta:meta])* $file:ident::$Name:ident,)*) => {
        $(mod $file;)*

        #[derive(Debug, clap::Subcommand)]
        enum Command {
            $($(#[$meta])* $Name($file::$Name),)*
        }

        impl Command {
            async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
                match self {
                    $(Command::$Name(command) => Box::pin(command.run(settings, screen)).await,)*
                }
            }
        }
    };
}

// The order is the order in `--help`.
commands! {
    demo::Demo,
    serve::Serve,
    work::Work,
    init::Init,
    #[command(name = "organisation")]
    organisations::Organisations,
    achievements::Achievements,
    issue::Issue,
    verify::Verify,
    jose::Jose,
    revoke::Revoke,
    suspend::Suspend,
    reinstate::Reinstate,
    status::Status,
    portfolio::Portfolio,
    people::People,
    forget::Forget,
    keys::Keys,
    receipts::Receipts,
    api_keys::ApiKeys,
    migrate::Migrate,
    doctor::Doctor,
    audit::Audit,
    config::Config,
}
