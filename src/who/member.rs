//! Who belongs to an organisation, and as what.

use super::invitation::{Link, shown_by};
use super::way_in::{Letting, Place};
use super::{Error, Fault, Role, Scope, Who, account, roles_of, words_of};
use crate::app::App;
use crate::db::{self, AccountRow, InvitationKind, LinkWay, MemberRow, MemberState, Tenant};
use crate::ids::{IssuerId, MemberId};

/// Most characters of a name.
const NAME: usize = 120;

/// Somebody to be invited.
#[derive(Debug, Clone, Default)]
pub struct Invite {
    /// Their e-mail address.
    pub address: String,
    /// Their name, as far as it is known; they may write it otherwise when they join.
    pub name: String,
    /// What they are to be.
    pub roles: Vec<Role>,
}

/// Somebody who belongs to an organisation.
#[derive(Clone)]
pub struct Person {
    /// Their place.
    pub row: MemberRow,
    /// What they are.
    pub roles: Vec<Role>,
    /// Their address, for those who manage people; `None` for everybody else, and once removed.
    pub address: Option<String>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({})", self.row.member_id)
    }
}

/// Everybody who belongs to the organisation, by name, and those who are gone. Addresses are for
/// those who manage people.
///
/// # Errors
/// [`Error::Refused`] without the scope `read`.
pub async fn people(app: &App, who: &Who) -> Result<Vec<Person>, Error> {
    who.may(Scope::Read)?;
    let rows = app.db.of(who.issuer()).members().await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(known(app, who, row).await?);
    }
    Ok(all)
}

/// One who belongs to the organisation.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Refused`] without the scope `read`.
pub async fn person(app: &App, who: &Who, id: &MemberId) -> Result<Person, Error> {
    who.may(Scope::Read)?;
    let row = app.db.of(who.issuer()).member(id).await?;
    known(app, who, row.ok_or(Error::NotFound("person"))?).await
}

async fn known(app: &App, who: &Who, row: MemberRow) -> Result<Person, Error> {
    let account = match &row.account_id {
        Some(id) if who.may(Scope::Manage).is_ok() => app.db.account(id).await?,
        _ => None,
    };
    let address = account.map(|row| account::address_of(app, &row));
    Ok(Person {
        roles: roles_of(&row.roles),
        address: address.transpose()?,
        row,
    })
}

/// Invites somebody: a link that lets them in once, to be handed to them and to nobody else.
///
/// # Errors
/// As [`to_invite`].
pub async fn invite(app: &App, who: &Who, asked: &Invite) -> Result<(MemberId, Link), Error> {
    let letting = to_invite(app, who, asked, shown_by(who)).await?;
    let mut tx = app.db.begin().await?;
    letting.write(&mut tx).await?;
    tx.commit().await?;
    Ok((letting.member, letting.link))
}

/// Works out an invitation, to be written down by the caller. Whoever was removed here and is
/// invited again by the same address is the same member as before: what they had a hand in stays
/// theirs.
///
/// # Errors
/// [`Error::Faults`]; [`Error::Conflict`] if they belong to the organisation already;
/// [`Error::Refused`] without the scope `manage`.
pub async fn to_invite(
    app: &App,
    who: &Who,
    asked: &Invite,
    way: LinkWay,
) -> Result<Letting, Error> {
    who.may(Scope::Manage)?;
    Error::unless(faults(asked))?;
    let now = app.now();
    let address = asked.address.trim().to_owned();
    let (account, new) = match account::find(app, &address).await? {
        Some(row) => (row, None),
        None => {
            let row = account::new(app, &address, now)?;
            (row.clone(), Some(Box::new(row)))
        }
    };
    let hash = former_hash(app, who.issuer(), &address)?;
    let former = app.db.of(who.issuer()).former_member(&hash).await?;
    let (id, place) = match former {
        Some(former) => (former.member_id, Place::Again(new)),
        None => (MemberId::random(app.chance.as_ref()), Place::New(new)),
    };
    let line = who.did(app, "member.invite", id.as_str(), now);
    let member = member_row(app, who, &account, (id, asked));
    let what = (InvitationKind::Join, way);
    Ok(Letting::new(app, member, place, address, what, line))
}

/// What somebody who was removed is known by if they are invited again: a keyed hash of this
/// organisation's own, which says nothing to another.
fn former_hash(app: &App, issuer: &IssuerId, address: &str) -> Result<Vec<u8>, Error> {
    let text = format!("member|{}", address.trim());
    Ok(app.custody.lookup_hash(issuer, &text)?)
}

fn member_row(
    app: &App,
    who: &Who,
    account: &AccountRow,
    (member_id, asked): (MemberId, &Invite),
) -> MemberRow {
    let name = asked.name.trim();
    let before_at = asked.address.trim().split('@').next().unwrap_or_default();
    MemberRow {
        issuer_id: who.issuer().clone(),
        member_id,
        account_id: Some(account.account_id.clone()),
        name: if name.is_empty() { before_at } else { name }.to_owned(),
        roles: words_of(&asked.roles),
        state: MemberState::Invited,
        created_at: app.now().into(),
    }
}

/// Somebody else was faster.
pub(super) fn taken(error: db::Error) -> Error {
    match error {
        db::Error::Duplicate(_) | db::Error::NoRow => {
            Error::Conflict("somebody with this address is invited here already".to_owned())
        }
        other => other.into(),
    }
}

fn faults(asked: &Invite) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some(sentence) = account::address_fault(&asked.address) {
        faults.push(Fault::new("address", sentence));
    }
    if !asked.name.trim().is_empty() {
        faults.extend(name_fault(&asked.name));
    }
    faults.extend(roles_fault(&asked.roles));
    faults
}

/// What is wrong with a name.
pub(super) fn name_fault(name: &str) -> Option<Fault> {
    let name = name.trim();
    if name.is_empty() {
        Some(Fault::new("name", "is missing"))
    } else if name.chars().count() > NAME {
        Some(Fault::new(
            "name",
            format!("is too long: {NAME} characters at most"),
        ))
    } else if name.chars().any(char::is_control) {
        Some(Fault::new("name", "has characters that cannot be shown"))
    } else {
        None
    }
}

fn roles_fault(roles: &[Role]) -> Option<Fault> {
    let empty = roles.is_empty();
    empty.then(|| Fault::new("roles", "are missing: choose at least one"))
}

/// Writes what somebody is called and what they are.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Faults`]; [`Error::Conflict`] if nobody would be left to look after
/// the organisation; [`Error::Refused`] without the scope `manage`.
pub async fn change(
    app: &App,
    who: &Who,
    id: &MemberId,
    name: &str,
    roles: &[Role],
) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    let faults = [name_fault(name), roles_fault(roles)];
    Error::unless(faults.into_iter().flatten().collect())?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.hold_members().await?;
    let before = find(&mut rows, id).await?;
    rows.set_member(id, name.trim(), &words_of(roles)).await?;
    somebody_is_left(&mut rows).await?;
    let mut lines = Vec::new();
    if before.roles != words_of(roles) {
        lines.push(who.did(app, "member.roles", id.as_str(), now));
    }
    if before.name != name.trim() {
        lines.push(who.did(app, "member.name", id.as_str(), now));
    }
    rows.log(&lines).await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps somebody out for now: their sessions here stop at once.
///
/// # Errors
/// As [`change`]; [`Error::Conflict`] also for oneself, or for whoever is not at work.
pub async fn suspend(app: &App, who: &Who, id: &MemberId) -> Result<(), Error> {
    let states = (MemberState::Active, MemberState::Suspended);
    move_to(app, who, id, states, ("member.suspend", None)).await
}

/// Lets somebody in again.
///
/// # Errors
/// As [`suspend`].
pub async fn unsuspend(app: &App, who: &Who, id: &MemberId) -> Result<(), Error> {
    let states = (MemberState::Suspended, MemberState::Active);
    move_to(app, who, id, states, ("member.unsuspend", None)).await
}

/// Removes somebody from the organisation for good, with the API keys that they made. What they did
/// stays in the log under their name; an account that works for nobody any more is deleted. A keyed
/// hash of the address stays, by which they are known if they are invited again.
///
/// # Errors
/// As [`suspend`].
pub async fn remove(app: &App, who: &Who, id: &MemberId) -> Result<(), Error> {
    let before = app.db.of(who.issuer()).member(id).await?;
    let before = before.ok_or(Error::NotFound("person"))?;
    let account = before.account_id.as_ref();
    let account = account::get(app, account.ok_or(Error::NotFound("person"))?).await?;
    let address = account::address_of(app, &account)?;
    let hash = former_hash(app, who.issuer(), &address)?;
    let states = (before.state, MemberState::Removed);
    move_to(app, who, id, states, ("member.remove", Some(hash))).await
}

async fn move_to(
    app: &App,
    who: &Who,
    id: &MemberId,
    (before, after): (MemberState, MemberState),
    (action, former): (&str, Option<Vec<u8>>),
) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    if who.actor() == id.as_str() {
        return Err(Error::Conflict(
            "nobody can suspend or remove themselves: ask another administrator".to_owned(),
        ));
    }
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.hold_members().await?;
    let row = find(&mut rows, id).await?;
    if row.state != before {
        let state = row.state;
        return Err(Error::Conflict(format!("this person is {state}")));
    }
    rows.set_member_state(id, before, after).await?;
    somebody_is_left(&mut rows).await?;
    if after != MemberState::Active {
        rows.void_invitations(id, now.into()).await?;
    }
    let mut lines = vec![who.did(app, action, id.as_str(), now)];
    if let Some(hash) = &former {
        rows.note_former_member(id, hash).await?;
        // Otherwise they would come back with their maker.
        for key in rows.revoke_keys_of(id.as_str(), now.into()).await? {
            lines.push(who.did(app, "api-key.revoke", key.as_str(), now));
        }
    }
    rows.log(&lines).await?;
    if let (MemberState::Removed, Some(account)) = (after, &row.account_id) {
        tx.delete_lone_account(account).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn find(rows: &mut Tenant<'_>, id: &MemberId) -> Result<MemberRow, Error> {
    let found = rows.member(id).await?;
    let there = found.filter(|row| row.state != MemberState::Removed);
    there.ok_or(Error::NotFound("person"))
}

/// An organisation with people has somebody who can let others in; one that has nobody yet is the
/// operator's.
async fn somebody_is_left(rows: &mut Tenant<'_>) -> Result<(), Error> {
    let all = rows.members().await?;
    let left = all.iter().any(|row| {
        let here = matches!(row.state, MemberState::Active | MemberState::Invited);
        here && roles_of(&row.roles).contains(&Role::Administrator)
    });
    let anybody = all.iter().any(|row| row.state == MemberState::Active);
    if left || !anybody {
        Ok(())
    } else {
        Err(Error::Conflict(
            "nobody would be left to look after the organisation: make somebody else an administrator first"
                .to_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_are_told_at_once() {
        let asked = Invite {
            address: "ana".to_owned(),
            name: "x".repeat(200),
            roles: Vec::new(),
        };
        let fields: Vec<&str> = faults(&asked).iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["address", "name", "roles"]);
    }
}
