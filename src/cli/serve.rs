//! `skillmark serve`: the pages and the API.

use std::{io::IsTerminal as _, sync::Arc};

use super::{Failure, Screen, Settings, trusted};
use crate::{
    app::{App, StartError},
    clock::{SystemChance, SystemClock},
    config::LogFormat,
    issue::rounds,
    jobs,
    verify::TrustList,
    web::{self, Server, Site},
};

/// Serve the pages and the API until told to stop (ctrl-c)
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark serve                                      on this machine alone
  skillmark serve --public-url https://badges.example --listen 0.0.0.0:8080
                                                       behind a proxy that speaks https")]
pub(super) struct Serve {}

impl Serve {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        log(&settings);
        let trust = trusted::lists(&settings)?;
        let server = bind(&settings)?;
        let app = open(settings).await?;
        screen.line(format_args!(
            "Serving {} on {}. Stop with ctrl-c.",
            app.config.public_url,
            server.address()?
        ))?;
        if app.db.issuers().await?.is_empty() {
            screen.line("There is no organisation yet.")?;
            screen.line("Next, in another terminal: skillmark init --help")?;
        }
        answer(app, server, trust).await?;
        Ok(0)
    }
}

/// Opens the program, and makes what is not there yet. Without the key-encryption key of a
/// database that has organisations it still checks and shows, and refuses to sign (threat I3).
async fn open(settings: Settings) -> Result<App, StartError> {
    let (clock, chance) = (Arc::new(SystemClock), Arc::new(SystemChance));
    match App::open_or_make(settings.clone(), clock.clone(), chance.clone()).await {
        Err(lost @ StartError::KekLost(_)) => {
            tracing::error!("{lost}; until then nothing can be signed");
            App::open_with(settings, clock, chance).await
        }
        answer => answer,
    }
}

/// Takes the address to listen on.
pub(super) fn bind(settings: &Settings) -> Result<Server, Failure> {
    let listen = settings.listen;
    settings.check_vc_api().map_err(|why| {
        Failure::refused(why).hint("Serve it to those with an API key: --vc-api=keys")
    })?;
    Server::bind(listen).map_err(|error| {
        let other = listen.port().wrapping_add(1);
        Failure {
            code: super::failure::IO,
            ..Failure::refused(format!("{listen} cannot be listened on: {error}"))
        }
        .hint(format!(
            "Perhaps it is in use. Another one: \
             --listen 127.0.0.1:{other} --public-url http://localhost:{other}"
        ))
    })
}

/// Answers until told to stop.
pub(super) async fn answer(
    app: App,
    server: Server,
    trust: Vec<Arc<TrustList>>,
) -> Result<(), Failure> {
    let mut rounds = rounds::start(&app, rounds::EVERY);
    let site = Site::new(app.clone()).trusting(trust);
    rounds.spawn(web::watch(site.clone()));
    let workers = jobs::start(&app, app.config.workers.into());
    let mut serving = Box::pin(server.run(web::router(site)));
    let outcome = tokio::select! {
        outcome = &mut serving => {
            workers.stop().await;
            outcome
        }
        () = web::stop_signal() => tokio::join!(serving, workers.stop()).0,
    };
    drop(rounds);
    app.db.close().await;
    Ok(outcome?)
}

/// Those who look up and fetch for us: only their warnings are logged, whatever the filter says.
const QUIET: &[&str] = &[
    "hickory_net=warn",
    "hickory_proto=warn",
    "hickory_resolver=warn",
    "hyper=warn",
    "hyper_util=warn",
    "rustls=warn",
    "tower_http=warn",
];

/// Begins to log, on the standard error.
pub(super) fn log(settings: &Settings) {
    // What a visitor brings may name a host, and these would write it down (threat J12).
    let quiet = QUIET.iter().filter_map(|one| one.parse().ok());
    let filter = tracing_subscriber::EnvFilter::new(&settings.log);
    let filter = quiet.fold(filter, tracing_subscriber::EnvFilter::add_directive);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second call (the demo, then serving) finds the first one's in place.
    let _ = match settings.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
}
