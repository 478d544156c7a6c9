//! `skillmark verify`: is this credential real?

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    CANNOT_TELL, Failure, Screen, Settings, failure::REFUSED, screen::plain, spoken, trusted,
};
use crate::{
    app::{self, App},
    bake,
    clock::{Chance, Clock, SystemChance, SystemClock, Timestamp},
    ids::CredentialId,
    issue::sources::Own,
    json::{self, Value},
    outbound::Fetcher,
    paper,
    proof::jwt,
    receipt,
    verify::{
        self, Answered, First, Given, Known, Options, Recipient, Sources, Verdict, remote::Remote,
    },
};

/// Check whether a credential is real (exit code 0 valid, 1 not valid, 2 cannot tell)
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark verify badge.json
  skillmark verify badge.png                       a picture with the credential in it, or of a QR code
  curl -s https://badges.example/c/J8bq….json | skillmark verify - --status list.json
  skillmark verify badge.jwt --issuer did.json --offline --json
  skillmark verify badges.zip --receipt found.pdf  what was found, signed by the service whose data is here
  skillmark verify badge.json --trust registry.json --trust ours.txt
  skillmark verify badge.json --details            what was signed, and with which key, for engineers

--trust names a list of issuers you trust: a text with a DID, an https address or a domain on each
line, JSON, or a registry of the Digital Credentials Consortium. A list never changes the verdict.

Keys and status lists that are neither in the credential (did:key, did:jwk) nor our own are taken from
--issuer and --status, or else read where they stand, by https. With --offline nobody is asked, and
what is not given is \"cannot tell\". `skillmark status` prints a list of ours for that, and
`skillmark keys public` an issuer. A receipt that somebody else made is checked like a credential: 0 says
that it is genuine, not that what it tells of is still true.")]
pub(super) struct Verify {
    /// A file (JSON, JWT, PNG, SVG, JPEG), a link, or - for the standard input.
    /// Several, a ZIP archive, or a file with a link on each line are answered one by one.
    #[arg(value_name = "FILE|LINK|-", required = true)]
    inputs: Vec<String>,
    /// A status list credential, as it was fetched.
    #[arg(long, value_name = "FILE")]
    status: Vec<PathBuf>,
    /// An issuer's DID document or key document, as it was fetched.
    #[arg(long, value_name = "FILE")]
    issuer: Vec<PathBuf>,
    /// Ask no other server: use what is given here, and our own store.
    #[arg(long)]
    offline: bool,
    /// The e-mail address of the person it should belong to.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The challenge that a presentation must answer.
    #[arg(long, value_name = "TEXT")]
    challenge: Option<String>,
    /// The domain that a presentation must have been made for.
    #[arg(long, value_name = "NAME")]
    domain: Option<String>,
    /// Ask for a newer version, once, where the credential says.
    #[arg(long)]
    refresh: bool,
    /// Print also what was signed, with which key, and where that key was found.
    #[arg(long)]
    details: bool,
    /// Print the whole report as JSON.
    #[arg(long)]
    json: bool,
    /// Write a receipt of what was found, signed by the service whose data is here: JSON, or by the end
    /// of its name PDF or CSV. What it says must be what the service itself found, so that no --issuer
    /// or --status goes with it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["issuer", "status"])]
    receipt: Option<PathBuf>,
}

impl Verify {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        let mut given = Vec::new();
        for input in &self.inputs {
            let bytes = read_input(input)?;
            let name = input.clone();
            let unpacked = verify::unpack(Given { name, bytes });
            given.extend(unpacked.map_err(|refused| Failure::usage(refused.sentence))?);
        }
        let trust = trusted::lists(&settings)?;
        let known = self.known()?;
        let fetcher = self.fetcher(&settings)?;
        let app = open_ours(settings, screen).await;
        if self.receipt.is_some() && app.is_none() {
            return Err(Failure::usage(NO_SERVICE));
        }
        let sources = || -> Box<dyn Sources> {
            let mut sources = First::new().then(known.clone());
            if let Some(app) = &app {
                sources = sources.then(Own::new(app, SystemClock.now()));
            }
            if let Some(fetcher) = &fetcher {
                sources = sources.then(Remote::new(fetcher));
            }
            Box::new(sources)
        };
        let options = Options {
            recipient: self.email.as_ref().map(Recipient::email),
            trust: trust.clone(),
            challenge: self.challenge.clone(),
            domain: self.domain.as_ref().map(|name| vec![name.clone()]),
            refresh: self.refresh,
            any_credential: false,
        };
        let answers = verify::many(&sources, &given, &options, SystemClock.now())
            .await
            .map_err(|refused| Failure::usage(refused.sentence))?;
        self.tell(&answers, screen)?;
        if let (Some(path), Some(app)) = (&self.receipt, &app) {
            keep(app, &answers, path).await?;
            screen.note(format_args!("Wrote the receipt to {}.", path.display()));
        }
        if let Some(app) = app {
            app.db.close().await;
        }
        let worst = |verdict| answers.iter().any(|one| one.report.verdict == verdict);
        Ok(if worst(Verdict::Invalid) {
            REFUSED
        } else if worst(Verdict::CannotTell) {
            CANNOT_TELL
        } else {
            0
        })
    }

    /// One report as it is; several each under its name.
    fn tell(&self, answers: &[Answered], screen: &Screen) -> Result<(), Failure> {
        if self.json {
            let text = match answers {
                [one] => serde_json::to_string_pretty(&one.report),
                several => serde_json::to_string_pretty(several),
            };
            return screen.line(text.map_err(Failure::refused)?);
        }
        for one in answers {
            if answers.len() > 1 {
                screen.title(format_args!("\n{}", plain(&one.name)))?;
            }
            spoken::tell_with(&one.report, self.details, screen)?;
        }
        Ok(())
    }

    /// What reads what others keep, unless nobody is to be asked.
    fn fetcher(&self, settings: &Settings) -> Result<Option<Fetcher>, Failure> {
        if self.offline {
            return Ok(None);
        }
        let (clock, chance): (Arc<dyn Clock>, Arc<dyn Chance>) =
            (Arc::new(SystemClock), Arc::new(SystemChance));
        app::fetcher(settings, &clock, &chance).map_err(Failure::refused)
    }

    /// What was given with `--issuer` and `--status`.
    fn known(&self) -> Result<Known, Failure> {
        let mut known = Known::nothing();
        for path in &self.issuer {
            let (id, text, as_of) = document(path)?;
            known = known.with_issuer(&id, text, as_of);
        }
        for path in &self.status {
            let (id, text, as_of) = document(path)?;
            known = known.with_status_list(&id, text, as_of);
        }
        Ok(known)
    }
}

const NO_SERVICE: &str = "\
A receipt is signed with the key of a service, and there is no service's data here.
Name its data folder with --data (or its database with --database-url), or check on the service's page.";

/// Signs a receipt over the answers, and writes it in the form that the file's name asks for.
async fn keep(app: &App, answers: &[Answered], path: &Path) -> Result<(), Failure> {
    let answers: Vec<Answered> = answers.iter().map(without_folder).collect();
    let signed = receipt::sign(app, &answers, SystemClock.now()).await;
    let signed = signed.map_err(Failure::refused)?;
    let end = path.extension().and_then(|end| end.to_str());
    let bytes = match end.map(str::to_ascii_lowercase).as_deref() {
        Some("pdf") => {
            let verify_at = app.config.public_url.join("/verify");
            paper::receipt(&signed.receipt, &signed.text(), &verify_at).map_err(Failure::refused)?
        }
        Some("csv") => receipt::csv(&signed.receipt),
        _ => signed.text().into_bytes(),
    };
    fs::write(path, bytes).map_err(|error| Failure::file(path, &error))
}

/// A file goes by its name alone: where it lies on this machine is nobody's business.
fn without_folder(answered: &Answered) -> Answered {
    let is_link = answered.sha256.is_none();
    let name = match Path::new(&answered.name).file_name() {
        Some(name) if !is_link => name.to_string_lossy().into_owned(),
        _ => answered.name.clone(),
    };
    Answered {
        name,
        ..answered.clone()
    }
}

/// Our own store, if there is one: verifying makes none.
async fn open_ours(settings: Settings, screen: &Screen) -> Option<App> {
    if settings.database_url.is_none() && !settings.sqlite_file().exists() {
        return None;
    }
    match App::open(settings).await {
        Ok(app) => Some(app),
        Err(error) => {
            screen.note(format_args!("Going on without our own store: {error}"));
            None
        }
    }
}

/// The bytes of a file or of the standard input, or the link itself.
fn read_input(input: &str) -> Result<Vec<u8>, Failure> {
    let is_link = ["https://", "http://", "urn:uuid:"]
        .iter()
        .any(|start| input.starts_with(start));
    // A file of that name is meant before a bare id of ours.
    let is_id = input.parse::<CredentialId>().is_ok() && !Path::new(input).exists();
    if is_link || is_id {
        return Ok(input.as_bytes().to_vec());
    }
    if input == "-" {
        return read_all(io::stdin().lock()).map_err(Failure::from);
    }
    read_file(Path::new(input))
}

/// Reads a file that is not larger than any that is verified.
fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::File::open(path)
        .and_then(read_all)
        .map_err(|error| Failure::file(path, &error))
}

/// Reads at most one byte more than the largest input that is verified: that is enough to refuse.
fn read_all(input: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input
        .take(bake::MAX_FILE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A document that was fetched before: its id, its text, and how old the file is.
fn document(path: &Path) -> Result<(String, String, Timestamp), Failure> {
    let unfit = |what: &str| Failure::usage(format!("{}: {what}", path.display()));
    let text = String::from_utf8(read_file(path)?).map_err(|_| unfit("is not UTF-8"))?;
    let id = id_of(text.trim()).ok_or_else(|| unfit("is neither JSON nor a JWT with an id"))?;
    let written = fs::metadata(path).and_then(|data| data.modified()).ok();
    let as_of = written
        .and_then(|at| Timestamp::try_from(at).ok())
        .map_or_else(|| SystemClock.now(), crate::clock::whole_seconds);
    Ok((id, text, as_of))
}

fn id_of(text: &str) -> Option<String> {
    let id = |value: &Value<'_>| value.get("id")?.as_str().map(str::to_owned);
    if text.starts_with('{') {
        id(&json::parse(text).ok()?)
    } else {
        id(&jwt::read(text).ok()?.claims().ok()?.credential)
    }
}
