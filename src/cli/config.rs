//! `skillmark config`: the settings in force, and where each came from.

use clap::{ArgMatches, CommandFactory as _, parser::ValueSource};

use super::{Cli, Failure, Screen, Settings};

/// Show every setting in force, where it came from, and the variable that sets it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark config
  SKILLMARK_LISTEN=0.0.0.0:8080 skillmark config
  skillmark config > skillmark.env          a file to start from; passwords are shown as ***

Behind each setting stands where its value came from: (flag), (environment) or (default). A flag
wins over the environment.")]
pub(super) struct Config {
    /// Where the values came from; a setting that is not here is not set.
    #[arg(skip)]
    from: Vec<(String, ValueSource)>,
}

impl Config {
    /// Notes where every setting came from.
    pub(super) fn learn_from(&mut self, matches: &ArgMatches) {
        let sources = matches.ids().filter_map(|id| {
            let flag = id.as_str().replace('_', "-");
            Some((flag, matches.value_source(id.as_str())?))
        });
        self.from = sources.collect();
    }

    fn source(&self, flag: &str) -> &'static str {
        let found = self.from.iter().find(|(known, _)| known == flag);
        match found.map(|(_, source)| *source) {
            Some(ValueSource::CommandLine) => "flag",
            Some(ValueSource::EnvVariable) => "environment",
            _ => "default",
        }
    }

    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let definition = Cli::command();
        for setting in settings.settings() {
            let argument = definition
                .get_arguments()
                .find(|argument| argument.get_long() == Some(setting.flag));
            let source = self.source(setting.flag);
            if let Some(help) = argument.and_then(|argument| argument.get_help()) {
                screen.line(format_args!("# {help} ({source})"))?;
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
