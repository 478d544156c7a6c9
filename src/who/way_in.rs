//! Making links that let somebody in once: to join, or to choose another password.
//!
//! A link is worked out first ([`Letting`]) and written down in the caller's transaction, so that
//! the letter that carries it can be written in the same one. How it goes out decides what it is
//! good for: see [`super::invitation`].

use super::session::later;
use super::{Error, Scope, Token, Who, account, invitation::Link, member};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{
    self, AccountRow, AuditRow, InvitationKind, InvitationRow, LinkWay, MemberRow, MemberState, Tx,
};
use crate::ids::{InvitationId, IssuerId, MemberId};

/// How long an invitation is good for.
const JOIN_SECONDS: i64 = 7 * 24 * 3_600;
/// How long a link to choose another password is good for.
const RESET_SECONDS: i64 = 2 * 3_600;

/// How somebody's place comes to be.
#[derive(Clone)]
pub(super) enum Place {
    /// It is there.
    There,
    /// It is new; with it an account, if the address has none.
    New(Option<Box<AccountRow>>),
    /// It was theirs before they were removed.
    Again(Option<Box<AccountRow>>),
}

/// A link that is worked out, and not written down yet.
pub struct Letting {
    /// What it is for.
    pub kind: InvitationKind,
    /// For whom.
    pub member: MemberId,
    /// The link.
    pub link: Link,
    /// The address of the account that it lets into.
    pub address: String,
    row: InvitationRow,
    place: Place,
    /// The link that this one stands beside; `None`: it takes the place of all before.
    beside: Option<InvitationId>,
    member_row: MemberRow,
    line: AuditRow,
}

impl std::fmt::Debug for Letting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letting({})", self.member)
    }
}

impl Letting {
    /// For whom it is, what for, and the link itself.
    pub(super) fn new(
        app: &App,
        member_row: MemberRow,
        place: Place,
        address: String,
        (kind, way): (InvitationKind, LinkWay),
        line: AuditRow,
    ) -> Letting {
        let token = Token::random(app.chance.as_ref());
        let now = app.now();
        let seconds = match kind {
            InvitationKind::Join => JOIN_SECONDS,
            InvitationKind::Reset => RESET_SECONDS,
        };
        let expires: Timestamp = later(now, seconds);
        let row = InvitationRow {
            issuer_id: member_row.issuer_id.clone(),
            invitation_id: InvitationId::random(app.chance.as_ref()),
            member_id: member_row.member_id.clone(),
            kind,
            way,
            token_hash: token.hash(),
            created_at: now.into(),
            expires_at: expires.into(),
            used_at: None,
        };
        Letting {
            kind,
            member: member_row.member_id.clone(),
            link: Link { token, expires },
            address,
            row,
            place,
            beside: None,
            member_row,
            line,
        }
    }

    /// The organisation it is a link of.
    #[must_use]
    pub fn issuer(&self) -> &IssuerId {
        &self.row.issuer_id
    }

    /// Writes the link down, with the place and the account it is for where they are new, and its
    /// line in the log. The links before stop working, unless it stands beside one ([`ending`]).
    ///
    /// # Errors
    /// [`Error::Conflict`] if somebody with this address was invited meanwhile; [`Error::Gone`] if
    /// the one it stands beside was used or ended.
    pub async fn write(&self, tx: &mut Tx) -> Result<(), Error> {
        if let Place::New(Some(account)) | Place::Again(Some(account)) = &self.place {
            tx.add_account(account).await.map_err(member::taken)?;
        }
        let mut rows = tx.of(self.issuer());
        match self.place {
            Place::There => {}
            Place::New(_) => rows
                .add_member(&self.member_row)
                .await
                .map_err(member::taken)?,
            Place::Again(_) => rows
                .take_member_back(&self.member_row)
                .await
                .map_err(member::taken)?,
        }
        match &self.beside {
            None => rows.add_invitation(&self.row).await?,
            Some(first) => rows
                .add_invitation_beside(first, &self.row)
                .await
                .map_err(gone)?,
        }
        rows.log(std::slice::from_ref(&self.line)).await?;
        Ok(())
    }
}

/// A new link for somebody: to join, if they have not yet, or to choose another password.
///
/// # Errors
/// [`Error::Conflict`] if the link would be shown and another organisation has let them in, whose
/// business their password is too; [`Error::NotFound`]; [`Error::Refused`] without the scope
/// `manage`.
pub async fn to_let_in(
    app: &App,
    who: &Who,
    id: &MemberId,
    way: LinkWay,
) -> Result<Letting, Error> {
    who.may(Scope::Manage)?;
    let member = app.db.of(who.issuer()).member(id).await?;
    let member = member.ok_or(Error::NotFound("person"))?;
    let account = member.account_id.clone().ok_or(Error::NotFound("person"))?;
    let kind = match member.state {
        MemberState::Invited => InvitationKind::Join,
        _ => InvitationKind::Reset,
    };
    if kind == InvitationKind::Reset && way == LinkWay::Shown {
        nowhere_else(app, who, id).await?;
    }
    let action = match kind {
        InvitationKind::Join => "member.invite",
        InvitationKind::Reset => "member.reset",
    };
    let address = account::address_of(app, &account::get(app, &account).await?)?;
    let line = who.did(app, action, id.as_str(), app.now());
    let what = (kind, way);
    Ok(Letting::new(app, member, Place::There, address, what, line))
}

fn gone(error: db::Error) -> Error {
    match error {
        db::Error::NoRow => Error::Gone,
        other => other.into(),
    }
}

/// For everybody who was invited here, has not joined, and whose link ends within so many seconds:
/// another link, which does the same and ends with it. The first goes on working, so that neither
/// letter leads nowhere. `way` is how the new one goes out; `None`: as the first did.
///
/// # Errors
/// [`Error::Custody`], [`Error::Db`].
pub async fn ending(
    app: &App,
    issuer: &IssuerId,
    within: i64,
    way: Option<LinkWay>,
) -> Result<Vec<Letting>, Error> {
    let now = app.now();
    let until: Timestamp = later(now, within);
    let mut rows = app.db.of(issuer);
    let mut all = Vec::new();
    for first in rows.invitations_ending(now.into(), until.into()).await? {
        let Some(member) = rows.member(&first.member_id).await? else {
            continue;
        };
        let Some(account) = &member.account_id else {
            continue;
        };
        let address = account::address_of(app, &account::get(app, account).await?)?;
        let line =
            Who::service(issuer.clone()).did(app, "member.remind", first.member_id.as_str(), now);
        let what = (first.kind, way.unwrap_or(first.way));
        let mut letting = Letting::new(app, member, Place::There, address, what, line);
        letting.row.expires_at = first.expires_at;
        letting.link.expires = first.expires_at.into();
        letting.beside = Some(first.invitation_id);
        all.push(letting);
    }
    Ok(all)
}

/// The address of somebody who works for the organisation now, to write to them; `None` for whoever
/// does not.
///
/// # Errors
/// [`Error::Custody`], [`Error::Db`].
pub async fn contact(app: &App, member: &MemberRow) -> Result<Option<String>, Error> {
    let at_work = member.state == MemberState::Active;
    match member.account_id.as_ref().filter(|_| at_work) {
        Some(id) => Ok(Some(account::address_of(
            app,
            &account::get(app, id).await?,
        )?)),
        None => Ok(None),
    }
}

/// Holds to it that no other organisation has let an account in: then a link to another password may
/// be shown to a colleague. One that only invites it counts for nothing: anybody could, to be in the
/// way. The refusal says nothing of others.
async fn nowhere_else(app: &App, who: &Who, id: &MemberId) -> Result<(), Error> {
    if !app.db.of(who.issuer()).works_elsewhere(id).await? {
        return Ok(());
    }
    Err(Error::Conflict(
        "a link that lets this person in can be shown to nobody here: ask whoever runs the service for one"
            .to_owned(),
    ))
}

/// A link to another password for whoever says that they forgot theirs, to be sent to this address
/// and shown to nobody. `None` if nobody works here with this address: whoever asks is not told.
///
/// # Errors
/// [`Error::Custody`], [`Error::Db`].
pub async fn forgotten(app: &App, address: &str) -> Result<Option<Letting>, Error> {
    let Some(account) = account::find(app, address).await? else {
        return Ok(None);
    };
    let places = app.db.memberships(&account.account_id).await?;
    let place = places.iter().find(|one| one.state == MemberState::Active);
    let Some(place) = place else {
        return Ok(None);
    };
    let member = app.db.of(&place.issuer_id).member(&place.member_id).await?;
    let member = member.ok_or(Error::NotFound("person"))?;
    let who = Who::member(&place.issuer_id, &place.member_id, &[]);
    let line = who.did(app, "account.forgot", place.member_id.as_str(), app.now());
    let address = account::address_of(app, &account)?;
    let what = (InvitationKind::Reset, LinkWay::Letter);
    let letting = Letting::new(app, member, Place::There, address, what, line);
    Ok(Some(letting))
}
