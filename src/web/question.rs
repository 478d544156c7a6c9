//! What somebody asks of the verifier: a credential, and what they add to the question. The page's
//! form and the API's multipart body are read here, alike. None of it ever stands in an address.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{
        Multipart,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};

use crate::{
    verify::{Given, ListFault, MAX_LISTS, Options, Recipient, TrustList},
    web::{Site, error::WebError, text::clean},
};

/// Most bytes of a pasted text that are shown again.
const MAX_PASTED: usize = 20_000;
/// Most characters of a file's name that are shown again.
const MAX_NAME: usize = 200;

/// A question, read whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Question {
    /// The files, or else the text.
    pub(crate) given: Vec<Given>,
    /// What is asked beside whether it is real, and the lists of the operator and the visitor.
    pub(crate) options: Options,
    /// Whether no other server is to be asked.
    pub(crate) no_fetch: bool,
    /// Whether only the form is wanted again, with the same list.
    pub(crate) again: bool,
    /// What the form shows again.
    pub(crate) typed: Typed,
    /// The text that was pasted, for the form too; empty if there was none, or if it is long.
    pub(crate) pasted: String,
    /// Why it cannot be answered, though it was read: a list of trusted issuers with faults.
    pub(crate) fault: Option<WebError>,
}

/// What a visitor added to the question, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    /// The list of trusted issuers.
    pub(crate) trust: String,
    /// A name or an e-mail address.
    pub(crate) recipient: String,
    /// What a presentation must answer.
    pub(crate) challenge: String,
    /// For whom a presentation must have been made.
    pub(crate) domain: String,
    /// Whether a newer version is asked for.
    pub(crate) refresh: bool,
    /// Whether no other server is to be asked.
    pub(crate) no_fetch: bool,
}

impl Typed {
    /// Whether anything was added to the question.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Typed::default()
    }
}

impl Question {
    /// The plain question about these bytes, with the operator's lists.
    pub(crate) fn plain(site: &Site, bytes: &[u8]) -> Question {
        Question {
            given: vec![Given {
                name: String::new(),
                bytes: bytes.to_vec(),
            }],
            options: Options {
                trust: site.trust().to_vec(),
                ..Options::default()
            },
            ..Question::default()
        }
    }

    /// Reads a form. Parts that nobody knows are passed over.
    ///
    /// # Errors
    /// 400 for a form that did not arrive whole or a text that is not UTF-8; 413.
    pub(crate) async fn read(site: &Site, mut parts: Multipart) -> Result<Question, WebError> {
        let mut question = Question::plain(site, &[]);
        question.given.clear();
        let (mut pasted, mut domains) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(|e| unreadable(&e))? {
            let typed = &mut question.typed;
            match part.name().unwrap_or_default() {
                "credential" | "file" => {
                    // It is only shown again: without what turns it around (threat F15).
                    let name = clean(
                        &part.file_name().unwrap_or_default().replace('\n', " "),
                        MAX_NAME,
                    );
                    let bytes = bytes(part).await?.to_vec();
                    if !bytes.is_empty() {
                        question.given.push(Given { name, bytes });
                    }
                }
                // Browsers end lines with two characters, which nobody has typed.
                "text" => pasted = line_ends(&bytes(part).await?),
                "trust" => question.trust(part).await?,
                "recipient" => typed.recipient = text(part).await?,
                "challenge" => typed.challenge = text(part).await?,
                "domain" => domains.push(text(part).await?),
                "refresh" => typed.refresh = is_yes(&text(part).await?),
                "no_fetch" => typed.no_fetch = is_yes(&text(part).await?),
                "again" => question.again = true,
                _ => {}
            }
        }
        if pasted.len() <= MAX_PASTED {
            question.pasted = String::from_utf8(pasted.clone()).unwrap_or_default();
        }
        // Beside a file it is one more: nothing of what was sent is passed over.
        if !pasted.trim_ascii().is_empty() {
            let (name, bytes) = (String::new(), pasted);
            question.given.push(Given { name, bytes });
        }
        domains.retain(|name| !name.is_empty());
        question.typed.domain = domains.join(" ");
        question.ask();
        Ok(question)
    }

    /// The one thing that was given; empty if there was nothing.
    pub(crate) fn sent(&self) -> Bytes {
        let first = self.given.first();
        first.map_or_else(Bytes::new, |given| Bytes::from(given.bytes.clone()))
    }

    /// A list of the visitor's, typed or as a file.
    async fn trust(&mut self, part: Field<'_>) -> Result<(), WebError> {
        let file = part.file_name().unwrap_or_default().to_owned();
        // As it is written: faults name its lines and columns.
        let written = whole_text(part).await?;
        if written.trim().is_empty() {
            return Ok(());
        }
        if self.typed.trust.is_empty() {
            self.typed.trust.clone_from(&written);
        }
        let name: String = match file.as_str() {
            "" => "your list".to_owned(),
            file => file.chars().take(100).collect(),
        };
        let read = match TrustList::read(&name, &written) {
            _ if self.options.trust.len() >= MAX_LISTS => {
                let detail = format!("At most {MAX_LISTS} lists of issuers you trust are read.");
                Err(WebError::unreadable("trust_list", detail))
            }
            Ok(list) => Ok(list),
            Err(faults) => Err(unread(&faults)),
        };
        match read {
            Ok(list) => self.options.trust.push(Arc::new(list.brought())),
            Err(error) => self.fault = Some(error),
        }
        Ok(())
    }

    /// From what was typed to what is asked.
    fn ask(&mut self) {
        let typed = &self.typed;
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let domains: Vec<String> = typed.domain.split_whitespace().map(str::to_owned).collect();
        self.no_fetch = typed.no_fetch;
        self.options.recipient = given(&typed.recipient).map(|who| match who.contains('@') {
            true => Recipient::email(who),
            false => Recipient::name(who),
        });
        self.options.challenge = given(&typed.challenge);
        self.options.domain = (!domains.is_empty()).then_some(domains);
        self.options.refresh = typed.refresh;
    }
}

/// A list that is not used, with the places of its first faults.
fn unread(faults: &[ListFault]) -> WebError {
    let told: Vec<String> = faults.iter().take(3).map(ToString::to_string).collect();
    let more = match faults.len() {
        0..=3 => String::new(),
        more => format!(" There are {} more faults.", more - 3),
    };
    let told = told.join("; ");
    let detail = format!(
        "Your list of trusted issuers cannot be read, so nothing was checked: {}.{more}",
        told.trim_end_matches('.')
    );
    WebError::unreadable("trust_list", detail)
}

/// `text` with the line ends that files have, so that its digest is that of the file.
fn line_ends(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (at, byte) in text.iter().enumerate() {
        if *byte != b'\r' || text.get(at + 1) != Some(&b'\n') {
            out.push(*byte);
        }
    }
    out
}

async fn bytes(part: Field<'_>) -> Result<Bytes, WebError> {
    part.bytes().await.map_err(|error| unreadable(&error))
}

async fn text(part: Field<'_>) -> Result<String, WebError> {
    Ok(whole_text(part).await?.trim().to_owned())
}

async fn whole_text(part: Field<'_>) -> Result<String, WebError> {
    let bytes = bytes(part).await?.to_vec();
    String::from_utf8(bytes)
        .map_err(|_| WebError::unreadable("form", "A part of the form is not text (UTF-8)."))
}

fn is_yes(text: &str) -> bool {
    matches!(text, "1" | "true" | "on" | "yes")
}

/// A form that did not arrive whole.
pub(crate) fn unreadable(error: &MultipartError) -> WebError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => WebError::too_large(),
        _ => WebError::unreadable("form", "The form did not arrive whole. Please try again."),
    }
}
