//! Links that let somebody in once: to join, or to choose another password.

use super::member::name_fault;
use super::password::{self, Door};
use super::session::later;
use super::sign_in::{self, SignedIn, note};
use super::{Error, Scope, Token, Who, account};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, AccountRow, InvitationKind, InvitationRow, MemberRow, MemberState, Stage};
use crate::ids::{AccountId, InvitationId, MemberId};

/// How long an invitation is good for.
const JOIN_SECONDS: i64 = 7 * 24 * 3_600;
/// How long a link to choose another password is good for.
const RESET_SECONDS: i64 = 2 * 3_600;

/// What a link is for.
pub type LinkKind = InvitationKind;

/// A link that lets somebody in once, shown when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The secret in it.
    pub token: Token,
    /// Until when it is good.
    pub expires: Timestamp,
}

impl Link {
    /// The path of the page that it leads to.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/invitation/{}", self.token.reveal())
    }
}

/// The row of a new link for a member, and the link.
pub(super) fn new(
    app: &App,
    member: &MemberRow,
    kind: InvitationKind,
    now: Timestamp,
) -> (InvitationRow, Link) {
    let token = Token::random(app.chance.as_ref());
    let seconds = match kind {
        InvitationKind::Join => JOIN_SECONDS,
        InvitationKind::Reset => RESET_SECONDS,
    };
    let expires = later(now, seconds);
    let row = InvitationRow {
        issuer_id: member.issuer_id.clone(),
        invitation_id: InvitationId::random(app.chance.as_ref()),
        member_id: member.member_id.clone(),
        kind,
        token_hash: token.hash(),
        created_at: now.into(),
        expires_at: expires.into(),
        used_at: None,
    };
    (row, Link { token, expires })
}

/// A new link for somebody: to join, if they have not yet, or to choose another password. The old
/// ones stop working.
///
/// # Errors
/// [`Error::Conflict`] if they work for another organisation as well, whose business their password
/// is too; [`Error::NotFound`]; [`Error::Refused`] without the scope `manage`.
pub async fn reset_link(
    app: &App,
    who: &Who,
    id: &MemberId,
) -> Result<(InvitationKind, Link), Error> {
    who.may(Scope::Manage)?;
    let member = app.db.of(who.issuer()).member(id).await?;
    let member = member.ok_or(Error::NotFound("person"))?;
    let account = member.account_id.clone().ok_or(Error::NotFound("person"))?;
    let kind = match member.state {
        MemberState::Invited => InvitationKind::Join,
        _ => InvitationKind::Reset,
    };
    let elsewhere = app.db.memberships(&account).await?.len() > 1;
    if kind == InvitationKind::Reset && elsewhere && who.actor() != "cli" {
        return Err(Error::Conflict(
            "this person works for another organisation too: only whoever runs the service can let them choose another password"
                .to_owned(),
        ));
    }
    let now = app.now();
    let (row, link) = new(app, &member, kind, now);
    let action = match kind {
        InvitationKind::Join => "member.invite",
        InvitationKind::Reset => "member.reset",
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.add_invitation(&row).await?;
    rows.log(&[who.did(app, action, id.as_str(), now)]).await?;
    tx.commit().await?;
    Ok((kind, link))
}

/// What somebody who opens a link is told.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// What it is for.
    pub kind: InvitationKind,
    /// The organisation's name.
    pub organisation: String,
    /// The name they were invited by.
    pub name: String,
    /// The account it is for.
    pub account: AccountId,
    /// Whether the account has a way in already: then that has to be shown, not a new password.
    pub has_way_in: bool,
}

struct Open {
    row: InvitationRow,
    member: MemberRow,
    account: AccountRow,
    has_way_in: bool,
}

/// What a link is for, without using it up.
///
/// # Errors
/// [`Error::NotFound`] for what never was a link; [`Error::Gone`] for what is none any more.
pub async fn look_at(app: &App, shown: &str) -> Result<Accepted, Error> {
    let open = open(app, shown).await?;
    let issuer = app.db.of(&open.row.issuer_id).issuer().await?;
    Ok(Accepted {
        kind: open.row.kind,
        organisation: issuer.ok_or(Error::NotFound("organisation"))?.name,
        name: open.member.name,
        account: open.account.account_id,
        has_way_in: open.has_way_in,
    })
}

async fn open(app: &App, shown: &str) -> Result<Open, Error> {
    let token = Token::read(shown).ok_or(Error::NotFound("invitation"))?;
    let found = app.db.invitation_by_hash(&token.hash()).await?;
    let row = found.ok_or(Error::NotFound("invitation"))?;
    if row.used_at.is_some() || *row.expires_at <= app.now() {
        return Err(Error::Gone);
    }
    let member = app.db.of(&row.issuer_id).member(&row.member_id).await?;
    let member = member.ok_or(Error::Gone)?;
    let fits = match row.kind {
        InvitationKind::Join => member.state == MemberState::Invited,
        InvitationKind::Reset => member.state == MemberState::Active,
    };
    let account_id = member.account_id.as_ref().filter(|_| fits);
    let account = account::get(app, account_id.ok_or(Error::Gone)?).await?;
    let passkeys = app.db.passkeys(&account.account_id).await?;
    Ok(Open {
        has_way_in: account.password.is_some() || !passkeys.is_empty(),
        row,
        member,
        account,
    })
}

/// What somebody fills in who accepts.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Their name.
    pub name: String,
    /// The password: a new one, or that of the account they have already.
    pub password: String,
    /// The account they are signed in with, if any.
    pub signed_in: Option<AccountId>,
}

/// Joins, or chooses another password, and signs in. It works once.
///
/// # Errors
/// As [`look_at`]; [`Error::Faults`]; [`Error::Wrong`] if the account has a password already and
/// this is another.
pub async fn accept(
    app: &App,
    door: &Door,
    shown: &str,
    answer: &Answer,
    client: &str,
) -> Result<SignedIn, Error> {
    let open = open(app, shown).await?;
    match open.row.kind {
        InvitationKind::Join => join(app, door, &open, answer, client).await,
        InvitationKind::Reset => reset(app, door, &open, &answer.password, client).await,
    }
}

async fn join(
    app: &App,
    door: &Door,
    open: &Open,
    answer: &Answer,
    client: &str,
) -> Result<SignedIn, Error> {
    let id = &open.account.account_id;
    let address = account::address_of(app, &open.account)?;
    let mut faults: Vec<_> = name_fault(&answer.name).into_iter().collect();
    if !open.has_way_in {
        faults.extend(password::fault(&answer.password, &[&address, &answer.name]));
    }
    Error::unless(faults)?;
    let known = answer.signed_in.as_ref() == Some(id);
    let mut phc = None;
    if !open.has_way_in {
        phc = Some(door.keep(&answer.password, app.chance.as_ref()).await?);
    } else if !known {
        let kept = open.account.password.as_deref();
        if !door.fits(&answer.password, kept).await? {
            return Err(Error::Wrong);
        }
    }
    let now = app.now();
    // A password alone is half of what an account with one-time codes asks for.
    let stage = match open.account.totp_sealed {
        Some(_) if !known => Stage::Code,
        _ => Stage::In,
    };
    let mut tx = app.db.begin().await?;
    if let Some(phc) = &phc {
        tx.set_password(id, phc).await?;
    }
    let mut rows = tx.of(&open.row.issuer_id);
    rows.use_invitation(&open.row.invitation_id, now.into())
        .await
        .map_err(gone)?;
    let member = &open.member;
    rows.set_member(&member.member_id, answer.name.trim(), &member.roles)
        .await?;
    let states = (MemberState::Invited, MemberState::Active);
    rows.set_member_state(&member.member_id, states.0, states.1)
        .await
        .map_err(gone)?;
    let who = Who::member(&member.issuer_id, &member.member_id, &[]);
    let line = who.did(app, "member.join", member.member_id.as_str(), now);
    rows.log(&[line]).await?;
    let token = sign_in::begin(app, &mut tx, id, stage, client).await?;
    tx.commit().await?;
    Ok(SignedIn { token, stage })
}

async fn reset(
    app: &App,
    door: &Door,
    open: &Open,
    password: &str,
    client: &str,
) -> Result<SignedIn, Error> {
    let id = &open.account.account_id;
    let address = account::address_of(app, &open.account)?;
    let fault = password::fault(password, &[&address, &open.member.name]);
    Error::unless(fault.into_iter().collect())?;
    let phc = door.keep(password, app.chance.as_ref()).await?;
    // Whoever has the link has not the second factor with it.
    let stage = match open.account.totp_sealed {
        Some(_) => Stage::Code,
        None => Stage::In,
    };
    let mut tx = app.db.begin().await?;
    tx.of(&open.row.issuer_id)
        .use_invitation(&open.row.invitation_id, app.now().into())
        .await
        .map_err(gone)?;
    tx.set_password(id, &phc).await?;
    tx.end_sessions(id, None).await?;
    note(app, &mut tx, id, "account.password").await?;
    let token = sign_in::begin(app, &mut tx, id, stage, client).await?;
    tx.commit().await?;
    Ok(SignedIn { token, stage })
}

fn gone(error: db::Error) -> Error {
    match error {
        db::Error::NoRow => Error::Gone,
        other => other.into(),
    }
}
