//! `skillmark config`: the settings in force.

use clap::CommandFactory as _;

use super::{Cli, Failure, Screen, Settings};

/// Show every setting in force, and the variable that sets it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark config
  SKILLMARK_LISTEN=0.0.0.0:8080 skillmark config
  skillmark config > skillmark.env          a file to start from; passwords are shown as ***")]
pub(super) struct Config {}

impl Config {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let definition = Cli::command();
        for setting in settings.settings() {
            let argument = definition
                .get_arguments()
                .find(|argument| argument.get_long() == Some(setting.flag));
            if let Some(help) = argument.and_then(|argument| argument.get_help()) {
                screen.line(format_args!("# {help}"))?;
            }
            let variable = setting.flag.replace('-', "_").to_uppercase();
            // An empty variable is not the same as none, so the line of an unset one is a comment.
            let unset = if setting.value.is_empty() { "# " } else { "" };
            screen.line(format_args!(
                "{unset}SKILLMARK_{variable}={}",
                setting.value
            ))?;
        }
        Ok(0)
    }
}
