//! The answer about many: sent while they are checked, with how far it is, and then a table, each line
//! with its checks folded away, and one receipt over all of them. It needs no script.

use std::time::Duration;

use askama::Template;
use axum::{
    Extension, Router,
    extract::{
        DefaultBodyLimit, Multipart, State,
        multipart::{MultipartError, MultipartRejection},
    },
    response::Response,
    routing::{get, post},
};

use crate::{
    clock::Timestamp,
    verify::{Answered, Claim as Said, Claimed},
    web::{
        Site,
        answer::{self, NEVER},
        check,
        error::{Shown, WebError},
        frame::Frame,
        pages::issuer::IssuerView,
        places::{Place, Turn},
        question::{Question, unreadable},
        receipts::{self, Form},
        several::{self, BODY_BYTES, Several},
        site::{Asker, MANY_PATH},
        streamed::{self, Gone, Pieces},
        text::{self, Text},
        trusted::Trusted,
        verdict::{Check, Tone, Verdict},
    },
};

/// How long the page may take for all of them. A link that nobody answers takes seconds, and fifty of
/// them are checked beside one another; what is not done then is said to be "cannot tell".
const WITHIN: Duration = Duration::from_secs(60);

/// Where the page is cut into what is sent first, what comes while it is made, and the rest.
const CUT: &str = "<!--cut-->";

/// The form for many, and large ones.
#[derive(Debug, Template)]
#[template(path = "pages/many_form.html")]
struct ManyForm {
    frame: Frame,
    fault: String,
    /// What was typed: links, and issuers that are trusted.
    links: String,
    trust: String,
}

impl ManyForm {
    fn new(fault: &str, (links, trust): (String, String)) -> ManyForm {
        let frame = Frame::new(
            "Check many credentials",
            "Check up to 50 credentials at once, and take one signed receipt along.",
        );
        ManyForm {
            frame: frame.within("/verify"),
            fault: fault.to_owned(),
            links,
            trust,
        }
    }
}

/// The page around the answers.
#[derive(Debug, Template)]
#[template(path = "pages/many.html")]
struct Shell {
    frame: Frame,
    count: usize,
}

/// How far it is.
#[derive(Debug, Template)]
#[template(path = "parts/step.html")]
struct Step {
    done: usize,
    count: usize,
    name: Text,
    word: Text,
    tone: Tone,
}

/// The answers.
#[derive(Debug, Template)]
#[template(path = "parts/many.html")]
struct Answers {
    tone: Tone,
    good: usize,
    bad: usize,
    unsure: usize,
    receipts: usize,
    /// How many are good, but of an issuer on no list; nothing is said of it without a list.
    strangers: usize,
    /// Whether any list was used.
    lists: bool,
    when: String,
    rows: Vec<Row>,
    receipt: String,
}

/// One of them.
#[derive(Debug)]
struct Row {
    number: usize,
    verdict: Verdict,
    name: Text,
    label: Text,
    issuer: Text,
    digest: String,
    trusted: Trusted,
    stranger: bool,
    checks: Vec<Check>,
}

impl Shell {
    fn new(count: usize) -> Shell {
        let frame = Frame::new("Check many", "The answers to several checks.");
        Shell {
            frame: frame.within("/verify"),
            count,
        }
    }
}

impl Answers {
    fn new(rows: Vec<Row>, lists: bool, receipt: String, now: Timestamp) -> Answers {
        let count = |tone| rows.iter().filter(|row| row.verdict.tone == tone).count();
        let stranger = |row: &&Row| row.stranger && row.verdict.tone == Tone::Good;
        let (good, bad, unsure) = (count(Tone::Good), count(Tone::Bad), count(Tone::Unsure));
        Answers {
            tone: match (bad, unsure) {
                (0, 0) if good == rows.len() => Tone::Good,
                (0, 0) => Tone::Quiet,
                (0, _) => Tone::Unsure,
                _ => Tone::Bad,
            },
            good,
            bad,
            unsure,
            receipts: rows.len() - good - bad - unsure,
            strangers: rows.iter().filter(stranger).count(),
            lists,
            when: text::moment(now),
            rows,
            receipt,
        }
    }
}

impl Row {
    fn new(number: usize, answered: &Answered, ours: Option<&IssuerView>) -> Row {
        let report = &answered.report;
        let verdict = check::verdict(report, ours);
        let name = name(answered);
        let issuer = report.issuer.as_ref();
        let issuer = match (ours, issuer) {
            (Some(ours), _) => ours.named().to_string(),
            (None, Some(issuer)) => {
                let at = issuer.domain.as_deref().unwrap_or(&issuer.id);
                match &issuer.name {
                    Some(name) => format!("{name} ({at})"),
                    None => at.to_owned(),
                }
            }
            (None, None) => String::new(),
        };
        Row {
            number,
            label: match answered.name == name {
                true => "".into(),
                false => Text::new(&answered.name),
            },
            name: Text::new(&name),
            issuer: Text::new(&issuer),
            trusted: Trusted::among_many(report),
            stranger: Trusted::is_stranger(report),
            digest: answered.sha256.clone().unwrap_or_default(),
            checks: check::checks(report),
            verdict,
        }
    }
}

/// What one of them is called: the name it gives itself, or that of its file or link.
fn name(answered: &Answered) -> String {
    let said = match answered.report.claim.as_ref().map(Claimed::claim) {
        Some(Said::Achievement(said)) => said.name.as_str(),
        Some(Said::Endorsement(said)) => said.name.as_str(),
        Some(Said::Record(said)) => said.name.as_str(),
        Some(Said::Presentation(_)) => "A presentation",
        Some(Said::Receipt(_)) => "A verification receipt",
        None => "",
    };
    match (said, answered.name.as_str()) {
        ("", "") => "What was sent".to_owned(),
        ("", name) => name.to_owned(),
        (said, _) => said.to_owned(),
    }
}

/// Answers a question about many. `place`: the one among few, if it is large.
///
/// # Errors
/// If the page could not be begun.
pub(crate) fn answer(
    site: &Site,
    question: Question,
    place: Option<Place>,
) -> Result<Response, WebError> {
    let several = Several::start(site, question, WITHIN, place);
    let shell = Shell::new(several.count());
    let shell = shell.render().map_err(|cause| WebError::internal(&cause))?;
    let (response, pieces) = streamed::page();
    let site = site.clone();
    tokio::spawn(async move {
        // Whoever has gone needs no answer: dropping them stops the checks.
        let _ = tell(&site, several, &shell, &pieces).await;
    });
    Ok(response)
}

async fn tell(site: &Site, mut several: Several, shell: &str, pieces: &Pieces) -> Result<(), Gone> {
    let mut parts = shell.split(CUT).map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    pieces.send(part()).await?;
    let (mut done, count) = (0, several.count());
    while let Some(answered) = several.next().await {
        done += 1;
        let verdict = check::verdict(&answered.report, None);
        let step = Step {
            done,
            count,
            name: Text::new(&name(answered)),
            word: verdict.word,
            tone: verdict.tone,
        };
        pieces.send(step.render().unwrap_or_default()).await?;
    }
    pieces.send(part()).await?;
    let answers = several.answers();
    let signed = receipts::sign(site, &answers).await;
    let mut rows = Vec::with_capacity(answers.len());
    for (at, answered) in answers.iter().enumerate() {
        // Without our own register it is said as of anybody else's.
        let ours = check::issuer(site, &answered.report).await.unwrap_or(None);
        rows.push(Row::new(at + 1, answered, ours.as_ref()));
    }
    let lists = answers.iter().any(|one| !one.report.trust.lists.is_empty());
    let receipt = signed.map(|signed| signed.text()).unwrap_or_default();
    let answers = Answers::new(rows, lists, receipt, site.now());
    pieces.send(answers.render().unwrap_or_default()).await?;
    pieces.send(part()).await
}

/// The page's routes: its form, and the files that an answer leads to.
pub(crate) fn routes() -> Router<Site> {
    let many = get(form)
        .post(sent)
        .layer(DefaultBodyLimit::max(BODY_BYTES));
    Router::new()
        .route(MANY_PATH, many)
        .route("/verify/receipt", post(receipt))
}

async fn form() -> Result<Response, WebError> {
    answer::page(&ManyForm::new("", Default::default()), "no-cache")
}

async fn sent(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    Extension(turn): Extension<Turn>,
    sent: Result<Multipart, MultipartRejection>,
) -> Result<Response, WebError> {
    let mut typed = (String::new(), String::new());
    let read = async {
        let mut question = match sent {
            Ok(parts) => Question::read(&site, parts).await?,
            Err(_) => Question::default(),
        };
        typed = (question.pasted.clone(), question.typed.trust.clone());
        if let Some(fault) = question.fault.take() {
            return Err(fault);
        }
        let place = turn.place()?;
        question.given = several::unpack(&site, question.given).await?;
        match question.given.len() {
            0 => Err(WebError::unreadable("nothing", NOTHING)),
            count => several::pay(&site, asker, count).map(|()| (question, place)),
        }
    };
    match read.await {
        Ok((question, place)) => answer(&site, question, Some(place)),
        Err(error) if error.status().is_client_error() => {
            let mut response = answer::page(&ManyForm::new(error.detail(), typed), NEVER)?;
            *response.status_mut() = error.status();
            response.extensions_mut().insert(Shown);
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

const NOTHING: &str = "Nothing was sent. Choose files, or paste links, one on each line.";

/// The receipt that a page of ours carried, as a file: nothing of it was kept here, and it is known
/// again by its signature.
async fn receipt(
    State(site): State<Site>,
    sent: Result<Multipart, MultipartRejection>,
) -> Result<Response, WebError> {
    let nothing = |_| WebError::unreadable("nothing", "No receipt was sent.");
    let mut parts = sent.map_err(nothing)?;
    let (mut text, mut form) = (String::new(), Form::Json);
    let cut = |error: MultipartError| unreadable(&error);
    while let Some(part) = parts.next_field().await.map_err(cut)? {
        let name = part.name().unwrap_or_default().to_owned();
        let value = part.text().await.map_err(cut)?;
        match (name.as_str(), value.as_str()) {
            ("receipt", _) => text = value,
            ("as", "pdf") => form = Form::Pdf,
            ("as", "csv") => form = Form::Csv,
            _ => {}
        }
    }
    receipts::again(&site, &text, form).await
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    use crate::web::{trusted, verdict::samples as verdicts};
    let row = |number, verdict, name: &str, label: &str, issuer: &str| Row {
        number,
        verdict,
        name: name.into(),
        label: label.into(),
        issuer: issuer.into(),
        digest: "f4c4d7b599b94f45a03ea066e6282378123687fa5b51d09f1cf5dab1ac064c24".to_owned(),
        checks: verdicts::checks(),
        trusted: trusted::samples::listed(),
        stranger: false,
    };
    let rows = || {
        vec![
            row(
                1,
                verdicts::good(),
                "Workplace Email",
                "email.json",
                "Riverside Tutoring",
            ),
            row(
                2,
                verdicts::revoked(),
                "Paycheck to Budget",
                "budget.png",
                "Riverside Tutoring",
            ),
            row(
                3,
                verdicts::unsure(),
                "https://school.example/badges/7",
                "",
                "",
            ),
        ]
    };
    let step = |done, name: &str, verdict: Verdict| Step {
        done,
        count: 3,
        name: name.into(),
        word: verdict.word,
        tone: verdict.tone,
    };
    let page = |steps: String, answers: String| {
        let shell = Shell::new(3).render().expect("renders");
        let parts: Vec<&str> = shell.split(CUT).collect();
        assert_eq!(parts.len(), 3);
        format!("{}{steps}{}{answers}{}", parts[0], parts[1], parts[2])
    };
    let now = "2026-11-22T14:02:00Z".parse().expect("a time");
    let steps = step(1, "Workplace Email", verdicts::good())
        .render()
        .expect("renders")
        + &step(2, "Paycheck to Budget", verdicts::revoked())
            .render()
            .expect("renders");
    let receipt = "{\"type\":[\"VerificationReceipt\"]}".to_owned();
    let answers = |lists| {
        let answers = Answers::new(rows(), lists, receipt.clone(), now);
        answers.render().expect("renders")
    };
    vec![
        (
            "many-form",
            ManyForm::new("", Default::default())
                .render()
                .expect("renders"),
        ),
        ("many-working", page(steps.clone(), String::new())),
        ("many", page(steps.clone(), answers(false))),
        ("many-trusting", page(steps, answers(true))),
    ]
}
