//! `skillmark organisation`: what an organisation shows of itself.

use super::{Failure, Screen, Settings, failure::REFUSED, organisation::Organisation, with_app};
use crate::{
    app::App,
    db::DomainWay,
    issue::domain::{self, Look},
};

/// Prove that an organisation's web address is its own
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  skillmark organisation verify-domain

`skillmark init` has named a DNS record and a file; one of them is enough. Pages then say
\"Domain proven\". A running service looks again every day, and says \"unverified\" after three days
without it.")]
pub(super) struct Organisations {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    organisation: Organisation,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Look for the DNS record or the file (exit code 0 found, 1 not found)
    #[command(
        name = "verify-domain",
        after_help = "Examples:\n  skillmark organisation verify-domain"
    )]
    VerifyDomain,
}

impl Organisations {
    pub(super) async fn run(self, settings: Settings, screen: &Screen) -> Result<u8, Failure> {
        with_app(settings, async |app| self.act(app, screen).await).await
    }

    async fn act(&self, app: &App, screen: &Screen) -> Result<u8, Failure> {
        let What::VerifyDomain = self.what;
        let who = self.organisation.operator(app).await?;
        let look = domain::verify(app, &who).await?;
        tell(&look, screen)?;
        Ok(if look.way.is_some() { 0 } else { REFUSED })
    }
}

fn tell(look: &Look, screen: &Screen) -> Result<(), Failure> {
    let Look { proof, way, .. } = look;
    match way {
        Some(DomainWay::Dns) => screen.line(format_args!(
            "{} is proven: the DNS record was found.",
            proof.host
        ))?,
        Some(DomainWay::File) => screen.line(format_args!(
            "{} is proven: the file was found.",
            proof.host
        ))?,
        None => {
            screen.line(format_args!("Nothing was found for {}.", proof.host))?;
            if let Some(at) = look.proven_at {
                screen.line(format_args!(
                    "It counts as proven since {at}, until the daily look misses it three times."
                ))?;
            }
            screen.line(
                "Do one of these, and ask again; a DNS record may take an hour to be seen:",
            )?;
            show(proof, screen)?;
        }
    }
    if way.is_some() {
        screen
            .line("Pages say so from now on. Leave it where it is: it is looked at every day.")?;
    }
    Ok(())
}

/// The two ways to prove a web address.
pub(super) fn show(
    proof: &crate::issue::identity::DomainProof,
    screen: &Screen,
) -> Result<(), Failure> {
    screen.pair(
        "DNS TXT",
        format_args!("{} = {}", proof.record_name, proof.record_value),
    )?;
    let content = proof.file_content.trim();
    screen.pair(
        "or a file",
        format_args!("{} with the line {content}", proof.file_url),
    )
}
