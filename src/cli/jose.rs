//! `skillmark jose`: VC-JOSE-COSE with keys from files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{CANNOT_TELL, Failure, Screen, Settings, failure::REFUSED, spoken};
use crate::{
    bake,
    clock::{Clock as _, SystemClock},
    custody::JwkFile,
    issue::jose::{self, Held},
    json,
    verify::Verdict,
};

/// Sign and check VC-JOSE-COSE tokens with a key from a file, with no database and no network
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark jose issue credential unsigned.json --key key.json > credential.jwt
  skillmark jose issue presentation shown.json --key key.json
  skillmark jose verify credential credential.jwt --key key.json

A key file is a JWK (Ed25519, P-256, P-384, P-521; to check also RSA), or a verification method with
publicKeyJwk and, to sign, secretKeyJwk.")]
pub(super) struct Jose {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print a credential or presentation as a signed token
    #[command(
        after_help = "Examples:\n  skillmark jose issue credential unsigned.json --key key.json"
    )]
    Issue(Given),
    /// Check a token (exit code 0 valid, 1 not valid, 2 cannot tell)
    #[command(
        after_help = "Examples:\n  skillmark jose verify presentation shown.jwt --key key.json --json"
    )]
    Verify {
        #[command(flatten)]
        given: Given,
        /// Print the whole report as JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Given {
    /// What it is.
    #[arg(value_enum, value_name = "KIND")]
    kind: Kind,
    /// The file: JSON to sign, a token to check.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key file.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// `vc+jwt`
    Credential,
    /// `vp+jwt`
    Presentation,
}

impl Given {
    fn held(&self) -> Held {
        match self.kind {
            Kind::Credential => Held::Credential,
            Kind::Presentation => Held::Presentation,
        }
    }

    fn key(&self) -> Result<JwkFile, Failure> {
        let text = read(&self.key)?;
        JwkFile::read(&text)
            .map_err(|fault| Failure::refused(format!("{}: {fault}", self.key.display())))
    }
}

impl Jose {
    #[expect(clippy::unused_async, reason = "every command is run in the same way")]
    pub(super) async fn run(self, _: Settings, screen: &Screen) -> Result<u8, Failure> {
        match &self.what {
            What::Issue(given) => issue(given, screen),
            What::Verify { given, json } => verify(given, *json, screen),
        }
    }
}

fn issue(given: &Given, screen: &Screen) -> Result<u8, Failure> {
    let (text, key) = (read(&given.file)?, given.key()?);
    let document = json::parse_bytes(&text)
        .map_err(|error| Failure::refused(format!("{}: {error}", given.file.display())))?;
    let token = jose::issue(&document, given.held(), &key, SystemClock.now());
    let token = token.map_err(|error| match error {
        crate::issue::Error::Faults(faults) => Failure::faults(&given.file, &faults),
        other => other.into(),
    })?;
    screen.line(token)?;
    Ok(0)
}

fn verify(given: &Given, json: bool, screen: &Screen) -> Result<u8, Failure> {
    let (text, key) = (read(&given.file)?, given.key()?);
    let text = String::from_utf8_lossy(&text);
    let report = jose::verify(&text, given.held(), &key, SystemClock.now())
        .map_err(|refused| Failure::refused(format!("{}: {refused}", given.file.display())))?;
    if json {
        screen.line(serde_json::to_string_pretty(&report).map_err(Failure::refused)?)?;
    } else {
        spoken::tell(&report, screen)?;
    }
    Ok(match report.verdict {
        Verdict::Valid => 0,
        Verdict::Invalid => REFUSED,
        Verdict::CannotTell => CANNOT_TELL,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = || {
        let size = fs::metadata(path)?.len();
        if size > bake::MAX_FILE_BYTES as u64 {
            return Err(std::io::Error::other("is larger than any that is read"));
        }
        fs::read(path)
    };
    read().map_err(|error| Failure::file(path, &error))
}
