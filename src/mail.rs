//! Letters out: to a mail server, or into a folder where one can look at them.
//!
//! A letter has a Message-ID that its writer chose, so that the same letter sent twice is known
//! for the same. What goes wrong is told without the address and without the server's own words,
//! which may quote it.

use std::{io, path::PathBuf, time::Duration, time::SystemTime};

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp,
};

use crate::{clock::Timestamp, config::Config};

/// How long one conversation with a mail server may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where letters go.
pub enum Mail {
    /// Into a folder, a file for each: for development.
    Folder(PathBuf),
    /// To a mail server.
    Server(Box<AsyncSmtpTransport<Tokio1Executor>>),
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Mail::Folder(folder) => write!(f, "Mail({})", folder.display()),
            Mail::Server(_) => f.write_str("Mail(***)"),
        }
    }
}

/// Whom letters reach, as the service is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Whoever has a mailbox: a mail server takes them.
    Everybody,
    /// Whoever looks into the folder: the service is for this machine alone.
    Folder,
    /// Nobody: the service has a public address, and no mail server.
    Nobody,
}

impl Reach {
    /// What the settings come to.
    #[must_use]
    pub fn of(config: &Config) -> Reach {
        match (&config.mail, config.is_loopback()) {
            (Some(_), _) => Reach::Everybody,
            (None, true) => Reach::Folder,
            (None, false) => Reach::Nobody,
        }
    }
}

/// A letter as it goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What stands before the `@` of its Message-ID.
    pub id: String,
    /// Who writes: a name, with the address of the settings.
    pub from: String,
    /// To which address.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// The same, as HTML.
    pub html: String,
    /// Its date.
    pub at: Timestamp,
}

impl std::fmt::Debug for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sheet(***)")
    }
}

/// Why a letter was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It will never be: there is no such address, or it is none.
    #[error("{0}")]
    Never(String),
    /// Perhaps later.
    #[error("{0}")]
    Later(String),
}

impl Mail {
    /// Where the settings send letters.
    #[must_use]
    pub fn of(config: &Config) -> Mail {
        let server = config.mail.as_ref().and_then(|url| {
            let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose()).ok()?;
            Some(builder.timeout(Some(PATIENCE)).build())
        });
        match server {
            Some(server) => Mail::Server(Box::new(server)),
            None => Mail::Folder(config.data.join("mail")),
        }
    }

    /// Hands a letter on. Doing it again sends it again, with the same Message-ID.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn send(&self, config: &Config, sheet: &Sheet) -> Result<(), Refusal> {
        let message = message(config, sheet)?;
        match self {
            Mail::Folder(folder) => write(folder, &sheet.id, &message)
                .await
                .map_err(|error| Refusal::Later(format!("the folder: {}", error.kind()))),
            Mail::Server(server) => match server.send(message).await {
                Ok(_) => Ok(()),
                Err(error) => Err(refusal(&error)),
            },
        }
    }
}

fn message(config: &Config, sheet: &Sheet) -> Result<Message, Refusal> {
    let never = |what: &str| Refusal::Never(what.to_owned());
    let to: Mailbox = (sheet.to.parse()).map_err(|_| never("the address is none"))?;
    let from = config.mail_from();
    let address = (from.parse()).map_err(|_| never("the sender's address is none"))?;
    let from = Mailbox::new(Some(one_line(&sheet.from)), address);
    Message::builder()
        .message_id(Some(message_id(config, &sheet.id)))
        .date(SystemTime::from(sheet.at))
        .from(from)
        .to(to)
        .subject(one_line(&sheet.subject))
        .multipart(MultiPart::alternative_plain_html(
            sheet.text.clone(),
            sheet.html.clone(),
        ))
        .map_err(|_| never("the letter cannot be written"))
}

/// The Message-ID of a letter.
#[must_use]
pub fn message_id(config: &Config, id: &str) -> String {
    format!("<{id}@{}>", config.public_url.host())
}

/// Nothing in a header may begin another one.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).collect()
}

async fn write(folder: &std::path::Path, id: &str, message: &Message) -> io::Result<()> {
    let mut builder = tokio::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(folder).await?;
    // First beside it, so that whoever looks never sees half a letter.
    let (part, whole) = (
        folder.join(format!("{id}.part")),
        folder.join(format!("{id}.eml")),
    );
    tokio::fs::write(&part, message.formatted()).await?;
    tokio::fs::rename(&part, &whole).await
}

fn refusal(error: &smtp::Error) -> Refusal {
    match error.status() {
        Some(code) if error.is_permanent() => {
            Refusal::Never(format!("the mail server answered {code}"))
        }
        Some(code) => Refusal::Later(format!("the mail server answered {code}")),
        None if error.is_timeout() => Refusal::Later("the mail server took too long".to_owned()),
        None => Refusal::Later("the mail server cannot be reached".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(to: &str) -> Sheet {
        Sheet {
            id: "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
            from: "Riverside\r\nBcc: x@evil.test".to_owned(),
            to: to.to_owned(),
            subject: "You earned it\nBcc: y@evil.test".to_owned(),
            text: "Look: https://badges.example/c/x".to_owned(),
            html: "<p>Look</p>".to_owned(),
            at: "2026-03-01T12:00:00Z".parse().expect("a time"),
        }
    }

    #[tokio::test]
    async fn a_letter_in_the_folder_is_whole_and_the_same_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            data: folder.path().to_owned(),
            ..Config::default()
        };
        let mail = Mail::of(&config);
        for _ in 0..2 {
            mail.send(&config, &sheet("ana@school.example"))
                .await
                .expect("sent");
        }
        let file = folder.path().join("mail/AAAAAAAAAAAAAAAAAAAAAA.eml");
        let text = std::fs::read_to_string(file).expect("a letter");
        for line in [
            "Message-ID: <AAAAAAAAAAAAAAAAAAAAAA@localhost>\r\n",
            "Date: Sun, 01 Mar 2026 12:00:00 +0000\r\n",
            "To: ana@school.example\r\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert!(!text.contains("\r\nBcc:"), "{text}");
        let files = std::fs::read_dir(folder.path().join("mail")).expect("there");
        assert_eq!(files.count(), 1);
    }

    #[test]
    fn a_public_service_without_a_mail_server_reaches_nobody() {
        let mut config = Config::default();
        assert_eq!(Reach::of(&config), Reach::Folder);
        config.public_url = "https://badges.example".parse().expect("an origin");
        assert_eq!(Reach::of(&config), Reach::Nobody);
        config.mail = Some("smtps://mail.example".parse().expect("an address"));
        assert_eq!(Reach::of(&config), Reach::Everybody);
    }

    #[tokio::test]
    async fn what_is_no_address_is_never_sent_and_not_repeated() {
        let config = Config::default();
        let refused = Mail::of(&config).send(&config, &sheet("zyx canary")).await;
        assert_eq!(
            refused,
            Err(Refusal::Never("the address is none".to_owned()))
        );
        assert_eq!(format!("{:?}", sheet("zyx")), "Sheet(***)");
    }
}
