//! Every setting: its type, default, unit, environment name.
//!
//! One struct is all of it: the flag, the variable `SKILLMARK_…`, the line of `--help` and the
//! default stand together. [`Config::settings`] shows what is in force, with secrets as `***`.

mod files;
pub mod limits;
mod mail;
mod origin;
mod secret;
mod vc_api;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

pub use files::{Bucket, FilesPlace};
pub use mail::MailUrl;
pub use origin::Origin;
pub use secret::DatabaseUrl;
pub use vc_api::VcApi;

use crate::ids::IssuerId;

/// The settings in force.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Config {
    /// Folder for everything this program keeps.
    #[arg(
        long,
        env = "SKILLMARK_DATA",
        value_name = "FOLDER",
        default_value = "./skillmark-data",
        global = true,
        hide_short_help = true
    )]
    pub data: PathBuf,

    /// PostgreSQL database; without it, the file skillmark.sqlite in the data folder.
    #[arg(
        long,
        env = "SKILLMARK_DATABASE_URL",
        value_name = "postgres://…",
        hide_env_values = true,
        global = true,
        hide_short_help = true
    )]
    pub database_url: Option<DatabaseUrl>,

    /// Where evidence and pictures are kept: a folder, or
    /// s3://key:secret@bucket/prefix?region=…&endpoint=…; without it, the folder files in the data folder.
    #[arg(
        long,
        env = "SKILLMARK_FILES",
        value_name = "FOLDER|s3://…",
        hide_env_values = true,
        global = true,
        hide_short_help = true
    )]
    pub files: Option<FilesPlace>,

    /// Address people reach this service at; links, DIDs and credential ids begin with it.
    #[arg(
        long,
        env = "SKILLMARK_PUBLIC_URL",
        value_name = "URL",
        default_value = "http://localhost:8080",
        global = true,
        hide_short_help = true
    )]
    pub public_url: Origin,

    /// Address and port to listen on.
    #[arg(
        long,
        env = "SKILLMARK_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080",
        global = true,
        hide_short_help = true
    )]
    pub listen: SocketAddr,

    /// File with the key that seals all other keys; without it, kek.key in the data folder.
    /// Keep a copy apart from the database's backups.
    #[arg(
        long,
        env = "SKILLMARK_KEK_FILE",
        value_name = "FILE",
        global = true,
        hide_short_help = true
    )]
    pub kek_file: Option<PathBuf>,

    /// Ask no other server for anything: what issuers elsewhere publish stays unchecked.
    #[arg(
        long,
        env = "SKILLMARK_NO_FETCH",
        value_parser = clap::builder::FalseyValueParser::new(),
        global = true,
        hide_short_help = true
    )]
    pub no_fetch: bool,

    /// Lists of the issuers you trust, comma-separated: text with a DID, an https address or a domain
    /// on each line, JSON, or a registry of the Digital Credentials Consortium.
    #[arg(
        long,
        env = "SKILLMARK_TRUST",
        value_name = "FILE",
        value_delimiter = ',',
        global = true,
        hide_short_help = true
    )]
    pub trust: Vec<PathBuf>,

    /// Addresses of reverse proxies whose X-Forwarded-For is believed, comma-separated.
    #[arg(
        long,
        env = "SKILLMARK_TRUSTED_PROXIES",
        value_name = "ADDRESS,…",
        value_delimiter = ',',
        global = true,
        hide_short_help = true
    )]
    pub trusted_proxies: Vec<IpAddr>,

    /// Requests one address may make at once; a class behind one school address counts as one.
    #[arg(
        long,
        env = "SKILLMARK_RATE_BURST",
        value_name = "REQUESTS",
        default_value = "300",
        value_parser = clap::value_parser!(u32).range(1..),
        global = true, hide_short_help = true
    )]
    pub rate_burst: u32,

    /// Requests per second one address wins back after a burst.
    #[arg(
        long,
        env = "SKILLMARK_RATE_PER_SECOND",
        value_name = "REQUESTS/S",
        default_value = "20",
        value_parser = clap::value_parser!(u32).range(1..),
        global = true, hide_short_help = true
    )]
    pub rate_per_second: u32,

    /// Serve the VC-API, a face for tests and integration: `open` to this machine alone, or with
    /// `keys` to whoever shows an API key.
    #[arg(
        long,
        env = "SKILLMARK_VC_API",
        value_name = "WHO",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "open",
        global = true,
        hide_short_help = true
    )]
    pub vc_api: Option<VcApi>,

    /// The organisation that the open VC-API signs as; not needed while there is only one.
    #[arg(
        long,
        env = "SKILLMARK_VC_API_ORGANISATION",
        value_name = "ID",
        allow_hyphen_values = true,
        global = true,
        hide_short_help = true
    )]
    pub vc_api_organisation: Option<IssuerId>,

    /// Credentials that one organisation may issue in a day (UTC) through pages and the API.
    #[arg(
        long,
        env = "SKILLMARK_ISSUE_QUOTA",
        value_name = "CREDENTIALS",
        default_value = "100000",
        global = true,
        hide_short_help = true
    )]
    pub issue_quota: u32,

    /// Workers that sign batches, send letters and so on beside answering; 0: none, for where
    /// `skillmark work` runs by itself.
    #[arg(
        long,
        env = "SKILLMARK_WORKERS",
        value_name = "NUMBER",
        default_value = "2",
        value_parser = clap::value_parser!(u16).range(..=64),
        global = true,
        hide_short_help = true
    )]
    pub workers: u16,

    /// Mail server for letters: smtps://user:password@host, or smtp://host?tls=required; without
    /// it, letters are written into the folder mail in the data folder.
    #[arg(
        long,
        env = "SKILLMARK_MAIL",
        value_name = "smtps://…",
        hide_env_values = true,
        global = true,
        hide_short_help = true
    )]
    pub mail: Option<MailUrl>,

    /// Address that letters come from; without it, no-reply at the public address's host.
    #[arg(
        long,
        env = "SKILLMARK_MAIL_FROM",
        value_name = "ADDRESS",
        global = true,
        hide_short_help = true
    )]
    pub mail_from: Option<String>,

    /// What is logged: error, warn, info, debug, trace, or a filter such as skillmark=debug.
    #[arg(
        long,
        env = "SKILLMARK_LOG",
        value_name = "FILTER",
        default_value = "info",
        global = true,
        hide_short_help = true
    )]
    pub log: String,

    /// How log lines look.
    #[arg(
        long,
        env = "SKILLMARK_LOG_FORMAT",
        value_name = "FORMAT",
        value_enum,
        default_value = "text",
        global = true,
        hide_short_help = true
    )]
    pub log_format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// One line of the `config` command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The flag without its dashes, such as `public-url`.
    pub flag: &'static str,
    /// The value in force, secrets as `***`; empty when it is not set.
    pub value: String,
}

impl Default for Config {
    /// The defaults of the flags, without reading the environment.
    fn default() -> Config {
        Config {
            data: PathBuf::from("./skillmark-data"),
            database_url: None,
            files: None,
            public_url: Origin::localhost(8080),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            kek_file: None,
            no_fetch: false,
            trust: Vec::new(),
            trusted_proxies: Vec::new(),
            rate_burst: 300,
            rate_per_second: 20,
            vc_api: None,
            vc_api_organisation: None,
            issue_quota: 100_000,
            workers: 2,
            mail: None,
            mail_from: None,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
        }
    }
}

impl Config {
    /// Whether only this machine can reach the service: what a demo may do and a service may not.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.public_url.is_loopback()
    }

    /// Whether the VC-API may be served as it is asked for: open only where nobody but this machine
    /// can reach it.
    ///
    /// # Errors
    /// Why not, in a sentence.
    pub fn check_vc_api(&self) -> Result<(), &'static str> {
        match self.vc_api {
            Some(VcApi::Open) if !self.is_loopback() => Err(
                "the VC-API signs whatever it is sent, and --public-url is not this machine: only API keys may guard it there",
            ),
            Some(VcApi::Open) if !self.listen.ip().is_loopback() => Err(
                "the VC-API signs whatever it is sent, and --listen lets other machines in: only API keys may guard it there",
            ),
            _ => Ok(()),
        }
    }

    /// The address that letters come from.
    #[must_use]
    pub fn mail_from(&self) -> String {
        let host = self.public_url.host();
        let own = || format!("no-reply@{host}");
        self.mail_from.clone().unwrap_or_else(own)
    }

    /// The embedded database's file, used when no `database_url` is set.
    #[must_use]
    pub fn sqlite_file(&self) -> PathBuf {
        self.data.join("skillmark.sqlite")
    }

    /// Where evidence and pictures are kept.
    #[must_use]
    pub fn files_place(&self) -> FilesPlace {
        let own = || FilesPlace::Folder(self.data.join("files"));
        self.files.clone().unwrap_or_else(own)
    }

    /// The file with the key-encryption key.
    #[must_use]
    pub fn kek_path(&self) -> PathBuf {
        self.kek_file
            .clone()
            .unwrap_or_else(|| self.data.join("kek.key"))
    }

    /// All settings in the order of the struct, as they may be shown.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        let proxies: Vec<String> = self.trusted_proxies.iter().map(IpAddr::to_string).collect();
        let lists: Vec<String> = (self.trust.iter())
            .map(|list| list.display().to_string())
            .collect();
        let database = match &self.database_url {
            Some(url) => url.to_string(),
            None => String::new(),
        };
        let organisation = match &self.vc_api_organisation {
            Some(id) => id.to_string(),
            None => String::new(),
        };
        let mail = match &self.mail {
            Some(url) => url.to_string(),
            None => String::new(),
        };
        let format = match self.log_format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        [
            ("data", self.data.display().to_string()),
            ("database-url", database),
            ("files", self.files_place().to_string()),
            ("public-url", self.public_url.to_string()),
            ("listen", self.listen.to_string()),
            ("kek-file", self.kek_path().display().to_string()),
            ("no-fetch", self.no_fetch.to_string()),
            ("trust", lists.join(",")),
            ("trusted-proxies", proxies.join(",")),
            ("rate-burst", self.rate_burst.to_string()),
            ("rate-per-second", self.rate_per_second.to_string()),
            ("vc-api", self.vc_api.map_or("", VcApi::as_str).to_owned()),
            ("vc-api-organisation", organisation),
            ("issue-quota", self.issue_quota.to_string()),
            ("workers", self.workers.to_string()),
            ("mail", mail),
            ("mail-from", self.mail_from()),
            ("log", self.log.clone()),
            ("log-format", format.to_owned()),
        ]
        .into_iter()
        .map(|(flag, value)| Setting { flag, value })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};

    use super::*;

    fn command() -> Command {
        Config::augment_args(Command::new("test"))
    }

    fn parse(arguments: &[&str]) -> Result<Config, clap::Error> {
        let bare = command().mut_args(|a| a.env(None::<&str>));
        let matches = bare.try_get_matches_from([&["test"], arguments].concat())?;
        Config::from_arg_matches(&matches)
    }

    #[test]
    fn the_defaults_are_those_of_the_flags() {
        assert_eq!(parse(&[]).expect("defaults"), Config::default());
    }

    #[test]
    fn every_setting_has_a_flag_a_variable_and_a_sentence() {
        let flags: Vec<String> = (command().get_arguments())
            .map(|argument| {
                let flag = argument.get_long().expect("a flag").to_owned();
                let variable = argument.get_env().expect("a variable").to_string_lossy();
                let expected = flag.replace('-', "_").to_uppercase();
                assert_eq!(variable, format!("SKILLMARK_{expected}"));
                assert!(argument.get_help().is_some(), "{flag} has no help");
                flag
            })
            .collect();
        let shown: Vec<&str> = (Config::default().settings().iter())
            .map(|setting| setting.flag)
            .collect();
        assert_eq!(flags, shown);
    }

    #[test]
    fn the_password_of_the_database_is_not_shown() {
        let config = parse(&["--database-url", "postgres://u:hunter2@db/x"]).expect("settings");
        let shown = format!("{config:?} {:?}", config.settings());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("postgres://u:***@db/x"), "{shown}");
    }

    #[test]
    fn the_open_vc_api_is_for_this_machine_alone() {
        let check = |arguments: &[&str]| {
            let config = parse(arguments).expect("settings");
            (config.vc_api, config.check_vc_api().is_ok())
        };
        let public = "--public-url=https://badges.example";
        let all = "--listen=0.0.0.0:8080";
        assert_eq!(check(&[public]), (None, true));
        assert_eq!(check(&["--vc-api"]), (Some(VcApi::Open), true));
        assert_eq!(check(&["--vc-api", public]), (Some(VcApi::Open), false));
        assert_eq!(check(&["--vc-api=open", all]), (Some(VcApi::Open), false));
        assert_eq!(
            check(&["--vc-api=keys", public, all]),
            (Some(VcApi::Keys), true)
        );
        assert!(parse(&["--vc-api=everybody"]).is_err());
    }

    #[test]
    fn a_public_address_must_be_https() {
        assert!(parse(&["--public-url", "http://badges.example"]).is_err());
        assert!(
            !parse(&["--public-url", "https://badges.example"])
                .expect("ok")
                .is_loopback()
        );
    }
}
