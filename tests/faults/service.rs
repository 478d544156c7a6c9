//! The service as a process of its own, over an organisation that is made beforehand.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use skillmark::{
    app::App,
    clock::{Stopwatch, SystemChance, SystemClock},
    config::Config,
    db::MemberState,
    issue::{Achievement, issuer, publish},
    who::{self, Invite, Role, Scope, Who},
};

use super::{load, postgres::free_port};

const ACHIEVEMENT: &str = include_str!("../../benches/documents/achievement.json");

/// How many API keys it has.
const KEYS: usize = 16;

/// An organisation, and where its service stands.
pub(crate) struct Place {
    pub(crate) who: Who,
    /// API keys, one for each who asks: a key has a rate of its own.
    pub(crate) keys: Vec<String>,
    pub(crate) achievement: String,
    pub(crate) port: u16,
    folder: tempfile::TempDir,
}

impl Place {
    /// Makes the organisation in the database at `url`.
    pub(crate) async fn make(url: &str) -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let config = config(folder.path().to_owned(), url, port);
        let app = App::open_or_make(config, Arc::new(SystemClock), Arc::new(SystemChance));
        let app = app.await.expect("the program opens");
        let new = issuer::NewIssuer {
            name: "Harbour Lab".to_owned(),
            web_address: "https://harbour.example".to_owned(),
            ..Default::default()
        };
        let made = issuer::init(&app, &new).await.expect("an organisation");
        let who = Who::operator(made.issuer.issuer_id);
        let achievement = Achievement::parse(ACHIEVEMENT.as_bytes()).expect("an achievement");
        publish::publish(&app, &who, &achievement)
            .await
            .expect("published");
        let scopes = [Scope::Issue, Scope::Read, Scope::Revoke];
        let mut keys = Vec::new();
        for n in 0..KEYS {
            let member = member(&app, &who, n).await;
            let made = issuer::new_api_key(&app, &member, "load", &scopes, None).await;
            keys.push(made.expect("a key").1.reveal().to_owned());
        }
        app.db.close().await;
        Place {
            who,
            keys,
            achievement: achievement.id().to_string(),
            port,
            folder,
        }
    }

    /// The program over the same data, in this process.
    pub(crate) async fn app(&self, url: &str) -> App {
        let config = config(self.folder.path().to_owned(), url, self.port);
        App::open(config).await.expect("the program opens")
    }

    /// An address of the service.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// A command of the program over the same data.
    pub(crate) fn command(&self, url: &str, workers: u16) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skillmark"));
        command
            .args(["--data", &self.folder.path().display().to_string()])
            .args(["--database-url", url, "--public-url", &self.link("")])
            .args([
                "--listen",
                &format!("127.0.0.1:{}", self.port),
                "--no-fetch",
            ])
            .args(["--rate-burst", "1000000", "--rate-per-second", "100000"])
            .args(["--workers", &workers.to_string(), "--log", "error"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// A folder for the logs of the load.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

/// Somebody who makes a key: what a key of nobody starts does not wait for a second person, it is
/// refused.
async fn member(app: &App, who: &Who, n: usize) -> Who {
    let asked = Invite {
        address: format!("load-{n}@harbour.example"),
        roles: vec![Role::Administrator],
        ..Invite::default()
    };
    let (member, _) = who::invite(app, who, &asked).await.expect("invited");
    let mut rows = app.db.of(who.issuer());
    rows.set_member_state(&member, MemberState::Invited, MemberState::Active)
        .await
        .expect("joined");
    Who::member(who.issuer(), &member, &asked.roles)
}

fn config(data: PathBuf, url: &str, port: u16) -> Config {
    Config {
        data,
        database_url: Some(url.parse().expect("an address")),
        public_url: format!("http://localhost:{port}")
            .parse()
            .expect("an address"),
        no_fetch: true,
        ..Config::default()
    }
}

/// The service, running.
pub(crate) struct Service {
    child: Child,
    /// How long it took until it answered.
    pub(crate) ready: Duration,
}

impl Service {
    /// Starts it, and waits until it answers.
    pub(crate) async fn start(place: &Place, url: &str, workers: u16) -> Service {
        let watch = Stopwatch::start();
        let child = place.command(url, workers).arg("serve").spawn();
        let child = child.expect("the program starts");
        let client = load::client();
        loop {
            let answer = client.get(place.link("/health/live")).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            assert!(
                watch.elapsed() < Duration::from_secs(60),
                "it does not start"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Service {
            child,
            ready: watch.elapsed(),
        }
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Tells it to stop: how long it took to end.
    pub(crate) fn terminate(&mut self) -> Duration {
        let watch = Stopwatch::start();
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(told.expect("kill runs").success());
        self.child.wait().expect("gone");
        watch.elapsed()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
