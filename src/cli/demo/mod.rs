//! `skillmark demo`: a whole example on this machine, without any network.
//!
//! A six-week "Career Readiness Lab" with four achievements, thirty learners (all invented) and
//! two reviewers goes through the same doors as everything real: the organisation is made, the
//! achievements are published, the CSVs are read, promised, signed, verified and stored; `desk` adds
//! what its people work on. Nothing here can do anything that another command or page cannot.

mod desk;

use std::sync::Arc;

use super::{
    Failure, Screen, Settings,
    issue::issue_csv,
    serve::{self, answer, bind},
    spoken, trusted,
};
use crate::{
    app::App,
    bake::qr::Qr,
    clock::{SystemChance, SystemClock},
    config::Origin,
    ids::CredentialId,
    issue::{
        Achievement,
        issuer::{self, NewIssuer},
        publish,
        sources::Own,
    },
    portfolio,
    verify::{self, Options},
    who::Who,
};

/// Show everything with a made-up class: issue, verify, and serve it on this machine
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark demo
  skillmark demo --listen 127.0.0.1:9000      on another port
  skillmark demo --no-serve                   issue and verify, then stop

What it makes lies in the folder demo inside the data folder (demo-9000 for another port). Running it
again is safe: nothing is issued twice. To begin anew, delete that folder.")]
pub(super) struct Demo {
    /// Stop when everything is issued and verified.
    #[arg(long)]
    no_serve: bool,
}

/// The organisation of the demo.
const LAB: &str = "Career Readiness Lab";
/// The heading of the demo's portfolio.
const PORTFOLIO: &str = "Six weeks in the Career Readiness Lab";

/// An achievement, and the CSV of those who earned it; the learner of its first row earned all.
struct Part {
    achievement: &'static str,
    csv: &'static str,
}

macro_rules! part {
    ($name:literal) => {
        Part {
            achievement: include_str!(concat!($name, ".json")),
            csv: include_str!(concat!($name, ".csv")),
        }
    };
}

/// The four parts of the lab, in the order in which they were taught.
static PARTS: [Part; 4] = [
    part!("professional-email"),
    part!("interview-conversation"),
    part!("paycheck-to-budget"),
    part!("event-team-project"),
];

impl Demo {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        if !settings.is_loopback() {
            return Err(Failure::usage(
                "the demo's people are invented; it runs only while --public-url is this machine",
            ));
        }
        let server = if self.no_serve {
            None
        } else {
            Some(bind(&settings)?)
        };
        let port = match &server {
            Some(server) => server.address()?.port(),
            None => settings.listen.port(),
        };
        let app = open(settings, port).await?;
        serve::log(&app.config);
        let shown = prepare(&app, screen).await?;
        show(&app, &shown, screen).await?;
        let Some(server) = server else {
            app.db.close().await;
            screen.line(format_args!(
                "\nNext: {} demo, to see it in a browser.",
                program()
            ))?;
            return Ok(0);
        };
        let origin = &app.config.public_url;
        screen.title(format_args!(
            "\nOpen {origin} in a browser. Stop with ctrl-c."
        ))?;
        let trust = trusted::lists(&app.config)?;
        answer(app, server, trust).await?;
        Ok(0)
    }
}

/// Opens the demo's own folder, under the address where it will be served.
async fn open(mut settings: Settings, port: u16) -> Result<App, Failure> {
    let usual = Settings::default();
    if settings.public_url == usual.public_url {
        settings.public_url = Origin::localhost(port);
    }
    // Credentials name the address they were issued under; under another one they are others.
    let folder = if settings.public_url == usual.public_url {
        "demo".to_owned()
    } else {
        format!("demo-{port}")
    };
    settings.data = settings.data.join(folder);
    settings.kek_file = None;
    Ok(App::open_or_make(settings, Arc::new(SystemClock), Arc::new(SystemChance)).await?)
}

/// What is shown of all that was made.
struct Shown {
    who: Who,
    /// The credential whose page is opened first.
    credential: CredentialId,
    /// The name its learner was given it under.
    learner: String,
    /// All credentials of the same learner.
    all: Vec<CredentialId>,
}

/// Makes the organisation, publishes the achievements and issues to everybody; what is there
/// already stays.
async fn prepare(app: &App, screen: &Screen) -> Result<Shown, Failure> {
    let who = organisation(app, screen).await?;
    screen.title("\nIssuing to the class")?;
    let mut all = Vec::new();
    for part in &PARTS {
        let achievement =
            Achievement::parse(part.achievement.as_bytes()).map_err(crate::issue::Error::Faults)?;
        publish::publish(app, &who, &achievement).await?;
        let issued = issue_csv(app, &who, &achievement, part.csv.as_bytes(), None).await?;
        screen.line(format_args!("  {:<26}{issued}", achievement.name()))?;
        all.extend(issued.rows.first().map(|(_, id)| id.clone()));
    }
    let credential = all.get(1).or(all.first()).cloned();
    Ok(Shown {
        who,
        credential: credential.ok_or_else(|| Failure::refused("the demo has no credential"))?,
        learner: first_learner(PARTS[1].csv),
        all,
    })
}

async fn organisation(app: &App, screen: &Screen) -> Result<Who, Failure> {
    screen.title(LAB)?;
    let there = app.db.issuers().await?;
    if let Some(row) = there.into_iter().find(|row| row.name == LAB) {
        screen.pair("DID", &row.did)?;
        screen.pair("folder", app.config.data.display())?;
        return Ok(Who::operator(row.issuer_id));
    }
    let made = issuer::init(
        app,
        &NewIssuer {
            name: LAB.to_owned(),
            web_address: "https://career-lab.example".to_owned(),
            contact: Some("hello@career-lab.example".to_owned()),
            ..NewIssuer::default()
        },
    )
    .await?;
    screen.pair("DID", &made.issuer.did)?;
    screen.pair("folder", app.config.data.display())?;
    screen.pair("API key", made.api_key.reveal())?;
    screen.line("  The API key is shown this once: POST /api/v1/credentials takes it.")?;
    Ok(Who::operator(made.issuer.issuer_id))
}

/// The name in the first row of a CSV of ours: its second column.
fn first_learner(csv: &str) -> String {
    let row = csv.lines().nth(1).unwrap_or_default();
    row.split(',').nth(1).unwrap_or_default().to_owned()
}

/// Verifies one credential aloud, and shows the links to it.
async fn show(app: &App, shown: &Shown, screen: &Screen) -> Result<(), Failure> {
    let id = &shown.credential;
    let link = app.config.public_url.join(&format!("/c/{id}"));
    let own = Own::new(app, app.now());
    screen.title("\nVerifying one of them, as a stranger would")?;
    let report = verify::verify(&own, link.as_bytes(), &Options::default(), app.now()).await;
    spoken::tell(&report, screen)?;

    screen.title("\nIts link, which is also in its QR code")?;
    screen.line(format_args!("\n  {link}\n"))?;
    if let Ok(code) = Qr::of(&link) {
        screen.line(code.terminal(screen.colour))?;
    }
    screen.line("The page says what was shown, never whose. Whoever was given a name can")?;
    screen.line(format_args!("confirm it there; try: {}", shown.learner))?;
    desk(app, &shown.who, screen).await?;
    let link = portfolio_link(app, shown).await?;
    screen.line("\nA portfolio of the same learner, good for 30 days:")?;
    screen.line(format_args!("\n  {link}"))?;
    let mut place = format!("--data {}", app.config.data.display());
    if app.config.public_url != Settings::default().public_url {
        place += &format!(" --public-url {}", app.config.public_url);
    }
    screen.line("\nTo take the credential back, in another terminal:")?;
    screen.line(format_args!("\n  {} revoke {id} {place}", program()))
}

/// The desk with something to do on it, and who can sign in.
async fn desk(app: &App, operator: &Who, screen: &Screen) -> Result<(), Failure> {
    let staff = desk::let_in(app, operator).await?;
    desk::fill(app, &staff).await?;
    screen.title("\nThe desk, where its people work")?;
    screen.line(
        "  A map, a rubric, a pathway, a program with a lab, and attempts that wait for review.",
    )?;
    screen.pair("sign in", app.config.public_url.join("/sign-in"))?;
    for (what, address) in desk::addresses() {
        screen.pair(what, address)?;
    }
    screen.pair("password", &staff.password)?;
    if let Some((name, token)) = desk::a_learner(app, &staff).await? {
        let link = app
            .config
            .public_url
            .join(&format!("/me/in/{}", token.reveal()));
        screen.pair("a learner", format_args!("{link} ({name})"))?;
    }
    screen.line("  The password and the learner's link are others each time the demo begins.")
}

/// How this program was called, so that what is shown can be copied: `cargo run` puts nothing on
/// the path.
fn program() -> String {
    let called = std::env::args_os().next().unwrap_or_default();
    let called = called.to_string_lossy();
    if called.contains(std::path::MAIN_SEPARATOR) {
        super::screen::plain(&called)
    } else {
        "skillmark".to_owned()
    }
}

/// A new link to the demo's portfolio; those of earlier runs stop working.
async fn portfolio_link(app: &App, shown: &Shown) -> Result<String, Failure> {
    for row in app.db.of(shown.who.issuer()).portfolios().await? {
        if row.title == PORTFOLIO && row.revoked_at.is_none() {
            portfolio::revoke(app, &shown.who, &row.portfolio_id).await?;
        }
    }
    let (_, token) = portfolio::create(app, &shown.who, PORTFOLIO, &shown.all, None).await?;
    Ok(app
        .config
        .public_url
        .join(&format!("/p/{}", token.reveal())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::{Kind, plan};

    #[test]
    fn every_part_can_be_issued() {
        let now = "2026-03-01T00:00:00Z".parse().expect("a time");
        let mut learners = std::collections::BTreeSet::new();
        for part in &PARTS {
            let achievement = Achievement::parse(part.achievement.as_bytes()).expect("no faults");
            assert_eq!(achievement.kind(), Kind::Performance);
            assert!(achievement.criteria().len() >= 3);
            for criterion in achievement.criteria() {
                assert_eq!(criterion.levels.len(), 4, "{}", criterion.name);
            }
            let rows = plan::read(part.csv.as_bytes(), &achievement, plan::Limits::PAGE, now)
                .expect("no faults");
            assert_eq!(rows[0].learner.reference, "CRL-01");
            learners.extend(rows.into_iter().map(|row| row.learner.reference));
        }
        assert_eq!(learners.len(), 30);
        assert_eq!(first_learner(PARTS[0].csv), first_learner(PARTS[1].csv));
    }
}
