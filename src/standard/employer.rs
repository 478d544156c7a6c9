//! Employers: invited by a link to say what they think of an edition of an achievement, and to
//! endorse it.
//!
//! The link starts once: whoever follows it and presses the button gets a secret of their own, and
//! the link is used up. What they endorse becomes an EndorsementCredential (Open Badges 3.0 §B.3)
//! about that very edition. The employer has no key here, so the organisation signs, as a witness,
//! and the words that are signed say so, and how the employer was reached. Credentials that are
//! issued afterwards carry it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Texts, unfit};
use crate::app::App;
use crate::clock::Timestamp;
use crate::credential::dates;
use crate::custody::Purpose;
use crate::db::{self, EndorsementRow, EndorsementState, IssuerRow};
use crate::ids::{AchievementId, EndorsementId};
use crate::issue::{
    Achievement, Error, Fault,
    cell::{looks_like_email, normal_email},
    given::{self, StatusPurpose, Update, Wanted},
    identity, lint,
    order::CONTEXTS,
    publish,
};
use crate::json;
use crate::letters::{self, Letter};
use crate::who::{Scope, Token, Who};

/// The longest that a link works, in days.
pub const MAX_DAYS: u32 = 90;
/// How long a link works if nobody says otherwise, in days.
pub const DAYS: u32 = 21;
/// The longest comment, in characters.
pub const COMMENT_CHARS: usize = 1_000;

/// Whom to ask.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "Harbour Line Welding", "name": "Jo Doe", "email": "jo@harbourline.example", "days": 21}))]
pub struct Invitation {
    /// The employer's name.
    pub organisation: String,
    /// The name of whoever is written to; never published.
    #[serde(default)]
    pub name: String,
    /// Their address; of it only the part behind the @ is published.
    pub email: String,
    /// How many days the link works.
    #[serde(default = "days")]
    pub days: u32,
}

fn days() -> u32 {
    DAYS
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invitation(***)")
    }
}

/// Who an employer is and what they said, as it is sealed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The employer.
    pub organisation: String,
    /// Who was written to.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they do there, as they said.
    #[serde(default)]
    pub role: String,
    /// What they said.
    #[serde(default)]
    pub comment: String,
}

impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Details(***)")
    }
}

/// Somebody who was asked, for the organisation to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Which invitation.
    pub id: EndorsementId,
    /// About which edition.
    pub achievement: AchievementId,
    /// How far it has come; an invitation whose link ended stays `invited` or `started`.
    pub state: EndorsementState,
    /// Whether the link went out in a letter of ours.
    pub by_letter: bool,
    /// Until when link and visit work.
    pub expires_at: Timestamp,
    /// When anything last changed.
    pub changed_at: Timestamp,
    /// Who it is and what was said; `None` once forgotten.
    pub details: Option<Details>,
    /// The signed endorsement.
    pub document: Option<String>,
}

/// What an employer is shown.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Who asks.
    pub issuer: IssuerRow,
    /// About what.
    pub achievement: Achievement,
    /// How far it has come.
    pub state: EndorsementState,
    /// Whether the link went out in a letter.
    pub by_letter: bool,
    /// Until when an answer is taken.
    pub expires_at: Timestamp,
    /// Who they are, as the organisation wrote it, and what they said.
    pub details: Details,
}

/// What an employer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Endorses the edition.
    Endorse,
    /// Says something to the organisation, and endorses nothing.
    Comment,
    /// Would rather not.
    Decline,
}

/// An answer with its words.
#[derive(Clone, PartialEq, Eq)]
pub struct Words {
    /// What is answered.
    pub answer: Answer,
    /// The employer's name, as it is to be published.
    pub organisation: String,
    /// What whoever answers does there.
    pub role: String,
    /// What they say.
    pub comment: String,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words(***)")
    }
}

/// How a link gets to an employer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// In a letter of ours, which alone holds it: so an answer confirms the address.
    Letter,
    /// The organisation hands it over.
    Hand,
}

/// The path of a link's page.
#[must_use]
pub fn path(token: &Token) -> String {
    format!("/employer/{}", token.reveal())
}

/// Asks an employer about an edition. The answer holds the secret of the link, which nobody can see
/// again; of one that goes in a letter it is to be shown to nobody.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::Faults`]; [`Error::NotFound`] for an
/// achievement that is not this organisation's.
pub async fn invite(
    app: &App,
    who: &Who,
    achievement: &AchievementId,
    invitation: &Invitation,
    by: By,
) -> Result<(EndorsementId, Token), Error> {
    who.may(Scope::Standards)?;
    check_invitation(invitation)?;
    let now = app.now();
    let id = EndorsementId::random(app.chance.as_ref());
    let token = Token::random(app.chance.as_ref());
    let details = Details {
        organisation: invitation.organisation.trim().to_owned(),
        name: invitation.name.trim().to_owned(),
        email: normal_email(&invitation.email),
        ..Details::default()
    };
    let row = EndorsementRow {
        issuer_id: who.issuer().clone(),
        achievement_id: achievement.clone(),
        state: EndorsementState::Invited,
        token_hash: token.hash(),
        visit_hash: None,
        by_letter: by == By::Letter,
        expires_at: after_days(now, invitation.days).into(),
        details_sealed: Some(seal(app, who.issuer(), &id, &details)?),
        document: None,
        created_at: now.into(),
        changed_at: now.into(),
        endorsement_id: id.clone(),
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    let about = publish::load(&mut rows, achievement).await?;
    rows.add_endorsement(&row).await?;
    if by == By::Letter {
        let link = app.config.public_url.join(&path(&token));
        let letter = Letter {
            kind: letters::EMPLOYER,
            to: &details.email,
            person: None,
            values: &[("link", &link), ("achievement", about.name())],
            id: None,
        };
        letters::send(&mut rows, app, &letter)
            .await
            .map_err(of_letter)?;
    }
    rows.log(&[who.did(app, "employer.invite", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok((id, token))
}

fn of_letter(error: letters::Error) -> Error {
    match error {
        letters::Error::Refused(refusal) => Error::Refused(refusal),
        letters::Error::NotFound(what) => Error::NotFound(what),
        letters::Error::Custody(cause) => Error::Custody(cause),
        letters::Error::Db(cause) => Error::Db(cause),
        letters::Error::Faults(_) | letters::Error::Unreadable => {
            Error::Conflict("the letter to employers has faults: look at its text".to_owned())
        }
    }
}

fn check_invitation(invitation: &Invitation) -> Result<(), Error> {
    let mut texts = Texts(unfit(invitation));
    texts.name(
        "/organisation",
        &invitation.organisation,
        "the employer's name",
    );
    texts.line("/name", &invitation.name);
    texts.line("/email", &invitation.email);
    if !looks_like_email(&normal_email(&invitation.email)) {
        texts.fault("/email", "is no e-mail address");
    }
    if !(1..=MAX_DAYS).contains(&invitation.days) {
        texts.fault("/days", format!("is not from 1 to {MAX_DAYS}"));
    }
    texts.done()
}

fn after_days(from: Timestamp, days: u32) -> Timestamp {
    let seconds = from.as_second().saturating_add(i64::from(days) * 86_400);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

fn seal(
    app: &App,
    issuer: &crate::ids::IssuerId,
    id: &EndorsementId,
    details: &Details,
) -> Result<Vec<u8>, Error> {
    let text = serde_json::to_vec(details)
        .map_err(|_| Error::Internal("an answer cannot be written".to_owned()))?;
    let chance = app.chance.as_ref();
    Ok(app
        .custody
        .seal(issuer, id.as_str(), Purpose::Endorsement, &text, chance)?)
}

fn unseal(app: &App, row: &EndorsementRow) -> Result<Option<Details>, Error> {
    let Some(sealed) = &row.details_sealed else {
        return Ok(None);
    };
    let (issuer, id) = (&row.issuer_id, row.endorsement_id.as_str());
    let text = app
        .custody
        .unseal(issuer, id, Purpose::Endorsement, sealed)?;
    let details = serde_json::from_slice(&text)
        .map_err(|_| Error::Internal("an answer cannot be read".to_owned()))?;
    Ok(Some(details))
}

/// Everybody who was asked about an edition, newest first.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`; [`Error::NotFound`].
pub async fn asked(app: &App, who: &Who, achievement: &AchievementId) -> Result<Vec<Asked>, Error> {
    who.may(Scope::Read)?;
    let mut of = app.db.of(who.issuer());
    let about = of.achievement(achievement).await?;
    about.ok_or(Error::NotFound("achievement"))?;
    let rows = of.endorsements_of(achievement).await?;
    let one = |row: EndorsementRow| {
        Ok(Asked {
            details: unseal(app, &row)?,
            id: row.endorsement_id,
            achievement: row.achievement_id,
            state: row.state,
            by_letter: row.by_letter,
            expires_at: *row.expires_at,
            changed_at: *row.changed_at,
            document: row.document,
        })
    };
    rows.into_iter().map(one).collect()
}

// ── the employer's side ─────────────────────────────────────────────────────

/// What stands behind a link that was not used yet. Wrong, used, expired and taken back all look
/// the same: there is nothing.
///
/// # Errors
/// [`Error::Db`], [`Error::Custody`].
pub async fn behind(app: &App, token: &str) -> Result<Option<Visit>, Error> {
    let Some(token) = Token::read(token) else {
        return Ok(None);
    };
    let row = app.db.endorsement_by_token(&token.hash()).await?;
    let row = row.filter(|row| row.state == EndorsementState::Invited);
    shown(app, row).await
}

/// Starts with a link, which is used up by it: the secret that the visit goes on with.
///
/// # Errors
/// [`Error::Db`].
pub async fn start(app: &App, token: &str) -> Result<Option<Token>, Error> {
    let now = app.now();
    let Some(token) = Token::read(token) else {
        return Ok(None);
    };
    let row = app.db.endorsement_by_token(&token.hash()).await?;
    let open =
        |row: &EndorsementRow| row.state == EndorsementState::Invited && *row.expires_at > now;
    let Some(row) = row.filter(open) else {
        return Ok(None);
    };
    let visit = Token::random(app.chance.as_ref());
    let next = EndorsementRow {
        state: EndorsementState::Started,
        visit_hash: Some(visit.hash()),
        changed_at: now.into(),
        ..row.clone()
    };
    let started = put(app, EndorsementState::Invited, &next, "employer.start").await?;
    Ok(started.then_some(visit))
}

/// What whoever started with a link is shown; nothing once it has expired or was taken back.
///
/// # Errors
/// [`Error::Db`], [`Error::Custody`].
pub async fn visit(app: &App, secret: &str) -> Result<Option<Visit>, Error> {
    let Some(secret) = Token::read(secret) else {
        return Ok(None);
    };
    let row = app.db.endorsement_by_visit(&secret.hash()).await?;
    let row = row.filter(|row| row.state != EndorsementState::Withdrawn);
    shown(app, row).await
}

async fn shown(app: &App, row: Option<EndorsementRow>) -> Result<Option<Visit>, Error> {
    let now = app.now();
    let Some(row) = row.filter(|row| *row.expires_at > now) else {
        return Ok(None);
    };
    let mut rows = app.db.of(&row.issuer_id);
    let issuer = rows
        .issuer()
        .await?
        .ok_or(Error::NotFound("organisation"))?;
    let achievement = publish::load(&mut rows, &row.achievement_id).await?;
    Ok(Some(Visit {
        issuer,
        achievement,
        state: row.state,
        by_letter: row.by_letter,
        expires_at: *row.expires_at,
        details: unseal(app, &row)?.unwrap_or_default(),
    }))
}

/// Moves an invitation on; `false` if somebody else was first.
async fn put(
    app: &App,
    from: EndorsementState,
    row: &EndorsementRow,
    action: &str,
) -> Result<bool, Error> {
    let now = app.now();
    let id = row.endorsement_id.as_str();
    let who = Who::appointed(row.issuer_id.clone(), id, &[]);
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(&row.issuer_id);
    match rows.move_endorsement(from, row).await {
        Err(db::Error::NoRow) => return Ok(false),
        other => other?,
    }
    rows.log(&[who.did(app, action, id, now)]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes an employer's answer, once. An endorsement is signed here.
///
/// # Errors
/// [`Error::Faults`]; [`Error::NotFound`] if the visit has ended; [`Error::Conflict`] if there is an
/// answer already.
pub async fn answer(app: &App, secret: &str, words: &Words) -> Result<(), Error> {
    let now = app.now();
    let secret = Token::read(secret).ok_or(Error::NotFound("visit"))?;
    let row = app.db.endorsement_by_visit(&secret.hash()).await?;
    let row = row.filter(|row| *row.expires_at > now);
    let row = row.ok_or(Error::NotFound("visit"))?;
    if row.state != EndorsementState::Started {
        return Err(Error::Conflict("you have answered already".to_owned()));
    }
    check_words(words)?;
    let details = Details {
        organisation: words.organisation.trim().to_owned(),
        role: words.role.trim().to_owned(),
        comment: words.comment.trim().to_owned(),
        ..unseal(app, &row)?.unwrap_or_default()
    };
    let (state, action) = match words.answer {
        Answer::Endorse => (EndorsementState::Endorsed, "employer.endorse"),
        Answer::Comment => (EndorsementState::Commented, "employer.comment"),
        Answer::Decline => (EndorsementState::Declined, "employer.decline"),
    };
    let document = match words.answer {
        Answer::Endorse => Some(sign(app, &row, &details, now).await?),
        _ => None,
    };
    let next = EndorsementRow {
        state,
        details_sealed: Some(seal(app, &row.issuer_id, &row.endorsement_id, &details)?),
        document,
        changed_at: now.into(),
        ..row
    };
    if put(app, EndorsementState::Started, &next, action).await? {
        Ok(())
    } else {
        Err(Error::Conflict("you have answered already".to_owned()))
    }
}

fn check_words(words: &Words) -> Result<(), Error> {
    let mut texts = Texts::default();
    for (at, text) in [
        ("/organisation", &words.organisation),
        ("/role", &words.role),
        ("/comment", &words.comment),
    ] {
        if !unfit(text).is_empty() {
            texts.fault(at, "has a character that is not text");
        }
    }
    if words.comment.chars().count() > COMMENT_CHARS {
        texts.fault(
            "/comment",
            format!("is longer than {COMMENT_CHARS} characters"),
        );
    }
    if words.answer != Answer::Decline {
        texts.name("/organisation", &words.organisation, "the employer's name");
        texts.line("/role", &words.role);
    }
    if words.answer == Answer::Comment && words.comment.trim().is_empty() {
        texts.fault("/comment", "is missing: what you would like to say");
    }
    texts.done()
}

/// Signs the endorsement, as a witness, with a place in a status list, so that it can be taken back.
async fn sign(
    app: &App,
    row: &EndorsementRow,
    details: &Details,
    now: Timestamp,
) -> Result<String, Error> {
    let mut rows = app.db.of(&row.issuer_id);
    let issuer = rows
        .issuer()
        .await?
        .ok_or(Error::NotFound("organisation"))?;
    let achievement = publish::load(&mut rows, &row.achievement_id).await?;
    let document = json!({
        "@context": CONTEXTS,
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": format!("{} endorses “{}”", details.organisation, achievement.name()),
        "description": witness(&issuer.name, details, row.by_letter),
        "issuer": identity::profile(&issuer).document(),
        "validFrom": dates::text(now),
        "credentialSubject": {
            "id": achievement.uri(),
            "type": ["EndorsementSubject"],
            "endorsementComment": comment(&issuer.name, details, row.by_letter),
        },
    });
    let id = row.endorsement_id.as_str();
    let who = Who::appointed(row.issuer_id.clone(), id, &[Scope::Issue]);
    let wanted = Wanted {
        form: given::Form::Proof(lint::suite()),
        id: None,
        status: vec![StatusPurpose::Revocation],
    };
    let signed = given::issue(app, &who, document.into(), &wanted).await?;
    Ok(json::text(&signed))
}

/// What is signed: the employer's words, and who stands for their being the employer's.
fn comment(issuer: &str, details: &Details, by_letter: bool) -> String {
    let said = if details.comment.is_empty() {
        format!("{} endorses this achievement.", details.organisation)
    } else {
        format!("“{}”", details.comment)
    };
    let from = if details.role.is_empty() {
        details.organisation.clone()
    } else {
        format!("{}, {}", details.role, details.organisation)
    };
    format!("{said} — {from}. {}", witness(issuer, details, by_letter))
}

/// Who signs, and how it is known who the employer is: no more than that.
#[must_use]
pub fn witness(issuer: &str, details: &Details, by_letter: bool) -> String {
    let employer = &details.organisation;
    let domain = details.email.rsplit('@').next().unwrap_or_default();
    let reached = if by_letter {
        format!(
            "{issuer} sent a link to an address at {domain}, and whoever received it there answered"
        )
    } else {
        format!(
            "{issuer} handed over a link meant for an address at {domain}; that address was not confirmed by a letter"
        )
    };
    format!("Signed by {issuer} as a witness, not by {employer}: {reached}.")
}

/// Takes an invitation or an endorsement back. The signed endorsement is revoked, wherever it is
/// embedded; who was asked is forgotten.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::NotFound`]; [`Error::Conflict`] if it
/// was taken back before, or something was said meanwhile.
pub async fn withdraw(app: &App, who: &Who, id: &EndorsementId) -> Result<(), Error> {
    who.may(Scope::Standards)?;
    let now = app.now();
    let row = app.db.of(who.issuer()).endorsement(id).await?;
    let row = row.ok_or(Error::NotFound("invitation"))?;
    if row.state == EndorsementState::Withdrawn {
        return Err(Error::Conflict("it was taken back before".to_owned()));
    }
    if let Some(document) = &row.document {
        revoke(app, &row, document).await?;
    }
    let next = EndorsementRow {
        state: EndorsementState::Withdrawn,
        details_sealed: None,
        changed_at: now.into(),
        ..row.clone()
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    match rows.move_endorsement(row.state, &next).await {
        Err(db::Error::NoRow) => {
            return Err(Error::Conflict(
                "something was said meanwhile: look again".to_owned(),
            ));
        }
        other => other?,
    }
    rows.log(&[who.did(app, "employer.withdraw", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn revoke(app: &App, row: &EndorsementRow, document: &str) -> Result<(), Error> {
    let signed = json::parse(document)
        .map_err(|_| Error::Internal("a stored endorsement cannot be read".to_owned()))?;
    let id = signed
        .get("id")
        .and_then(json::Value::as_str)
        .unwrap_or_default();
    let update = Update {
        credential_id: id.to_owned(),
        purpose: StatusPurpose::Revocation,
        list: None,
        index: None,
        set: true,
    };
    let actor = row.endorsement_id.as_str();
    let rule = Who::appointed(row.issuer_id.clone(), actor, &[Scope::Revoke]);
    given::update(app, &rule, &update).await?;
    Ok(())
}

/// The faults of an answer, for a page that shows the form again.
#[must_use]
pub fn faults(error: &Error) -> &[Fault] {
    match error {
        Error::Faults(faults) => faults,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_says_who_signs_and_how_the_employer_was_reached() {
        let details = Details {
            organisation: "Harbour Line".to_owned(),
            name: "Jo Canary".to_owned(),
            email: "jo@harbourline.example".to_owned(),
            role: "Shop manager".to_owned(),
            comment: "We would hire for this.".to_owned(),
        };
        assert_eq!(
            comment("Riverside", &details, true),
            "“We would hire for this.” — Shop manager, Harbour Line. Signed by Riverside as a witness, \
             not by Harbour Line: Riverside sent a link to an address at harbourline.example, and \
             whoever received it there answered."
        );
        let by_hand = comment(
            "Riverside",
            &Details {
                role: String::new(),
                comment: String::new(),
                ..details.clone()
            },
            false,
        );
        assert_eq!(
            by_hand,
            "Harbour Line endorses this achievement. — Harbour Line. Signed by Riverside as a witness, \
             not by Harbour Line: Riverside handed over a link meant for an address at \
             harbourline.example; that address was not confirmed by a letter."
        );
        let shown = format!("{details:?} {by_hand}");
        assert!(
            !shown.contains("Canary") && !shown.contains("jo@"),
            "{shown}"
        );
    }
}
