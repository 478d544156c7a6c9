//! Credentials named on the command line, and changes of their status.

use super::{Failure, Screen, Settings};
use crate::{
    app::App,
    config::Origin,
    db::StatusState,
    ids::CredentialId,
    issue::{
        list,
        revoke::{self, Change},
    },
    who::Who,
};

/// The id in a link under `origin` (`…/c/{id}`, perhaps with an ending), or the id itself.
///
/// A link under another address is refused: what is published would not be what it names.
pub(super) fn id(text: &str, origin: &Origin) -> Result<CredentialId, Failure> {
    if text.contains("://") && !text.starts_with(&origin.join("/c/")) {
        return Err(
            Failure::usage(format!("`{text}` is not a link under {origin}"))
                .hint("Say which address this service has: --public-url"),
        );
    }
    let last = text.rsplit('/').next().unwrap_or_default();
    let end = last.find(['.', '?', '#']).unwrap_or(last.len());
    last[..end].parse().map_err(|_| {
        Failure::usage(format!(
            "`{text}` is neither the link nor the id of a credential"
        ))
    })
}

/// Finds the organisation that issued `id`, and speaks for it.
async fn operator(app: &App, id: &CredentialId) -> Result<Who, Failure> {
    let row = app.db.credential_anywhere(id).await?;
    match row {
        Some(row) => Ok(Who::operator(row.issuer_id)),
        None => Err(Failure::refused(format!(
            "there is no credential {id} here"
        ))),
    }
}

/// Changes the status of every credential named, and publishes the lists that say so.
pub(super) async fn change(
    settings: Settings,
    names: &[String],
    change: Change,
    screen: &Screen,
) -> Result<u8, Failure> {
    let ids = names
        .iter()
        .map(|name| id(name, &settings.public_url))
        .collect::<Result<Vec<_>, _>>()?;
    let app = App::open(settings).await?;
    for id in &ids {
        let who = operator(&app, id).await?;
        let state = revoke::change(&app, &who, id, change).await?;
        let now = match state {
            StatusState::Ok => "stands",
            StatusState::Suspended => "is suspended",
            StatusState::Revoked => "is revoked for good",
        };
        screen.line(format_args!("{id} {now}."))?;
    }
    list::publish_due(&app).await?;
    screen.line(
        "The status lists are published. Pages tell it at once; copies of a list elsewhere",
    )?;
    screen.line("may be five minutes old.")?;
    app.db.close().await;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_ids_name_credentials() {
        let origin: Origin = "https://badges.example".parse().expect("an origin");
        let plain = "J8bqZpW3kXoN1dT4vA9sYg";
        for text in [
            plain.to_owned(),
            format!("https://badges.example/c/{plain}"),
            format!("https://badges.example/c/{plain}.json"),
            format!("https://badges.example/c/{plain}?x=1#a"),
        ] {
            assert_eq!(id(&text, &origin).expect("an id").as_str(), plain, "{text}");
        }
        for text in [
            "",
            "x",
            "https://badges.example/c/",
            "../../etc/passwd",
            "http://localhost:8080/c/J8bqZpW3kXoN1dT4vA9sYg",
        ] {
            assert_eq!(id(text, &origin).expect_err("no id").code, 64, "{text}");
        }
    }
}
