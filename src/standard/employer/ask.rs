//! The organisation's side: an employer is asked, what was said is looked at, and taken back.

use serde::{Deserialize, Serialize};

use super::{Details, path, seal, unseal};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, EndorsementRow, EndorsementState};
use crate::ids::{AchievementId, EndorsementId};
use crate::issue::{
    Error,
    cell::{looks_like_email, normal_email},
    given::{self, StatusPurpose, Update},
    publish,
};
use crate::json;
use crate::letters::{self, Letter};
use crate::mail::Reach;
use crate::standard::{Texts, unfit};
use crate::who::{Scope, Token, Who};

/// The longest that a link works, in days.
pub const MAX_DAYS: u32 = 90;
/// How long a link works if nobody says otherwise, in days.
pub const DAYS: u32 = 21;

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

/// How a link gets to an employer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// In a letter of ours, which alone holds it: so an answer confirms the address.
    Letter,
    /// The organisation hands it over.
    Hand,
}

/// An employer who was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Which invitation.
    pub id: EndorsementId,
    /// The secret of the link, which nobody can see again. Of one that went in a letter it is to be
    /// shown to nobody.
    pub token: Token,
    /// How it gets to them: by hand also where letters reach nobody ([`Reach`]). Then the link is
    /// written into no letter, and no endorsement says that one was sent.
    pub by: By,
}

/// Asks an employer about an edition.
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
) -> Result<Sent, Error> {
    who.may(Scope::Standards)?;
    check_invitation(invitation)?;
    let by = match Reach::of(&app.config) {
        Reach::Everybody => by,
        Reach::Folder | Reach::Nobody => By::Hand,
    };
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
    Ok(Sent { id, token, by })
}

fn of_letter(error: letters::Error) -> Error {
    match error {
        letters::Error::Refused(refusal) => Error::Refused(refusal),
        letters::Error::NotFound(what) => Error::NotFound(what),
        letters::Error::Custody(cause) => Error::Custody(cause),
        letters::Error::Db(cause) => Error::Db(cause),
        letters::Error::Faults(_) | letters::Error::Needed(_) | letters::Error::Unreadable => {
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
