//! Links that let somebody in once: to join, or to choose another password.
//!
//! # What a link is good for
//!
//! An account belongs to nobody but the person whose address it has; organisations only give it
//! places. Anybody who runs an organisation here can invite any address, and sees the link unless it
//! goes by letter. So a link that was *shown* says nothing about who opens it, and must never decide
//! what another organisation relies on. What does is whether the account is **proven**: somebody
//! opened a link that was only ever in a letter to its address, and everything that lets into it was
//! chosen by them since (`accounts.proven_at`).
//!
//! 1. A password is only ever set by whoever reads the mailbox (a letter), by whoever is in already,
//!    or, through a shown link, for an account that no other organisation has let in.
//! 2. Whoever has the letter of an account that is not proven starts anew: a new password; passkeys
//!    and sessions from before are ended, whoever made them. From then on the account is proven.
//!    One-time codes stay asked for: a mailbox alone is never both halves. (If somebody else had set
//!    them up, the account is removed from its places, and its address invited anew.)
//! 3. A link to join adds a place to an account that has a way in only when that way is shown: its
//!    password, or a session that it began. A session that an organisation's own sign-in provider
//!    began is none: that provider says whatever it likes.
//! 4. If such an account is not proven, what lets into it was perhaps chosen by a colleague in the
//!    organisation that it came from. So joining another one by a shown link also takes a new
//!    password, and ends passkeys and sessions: the first organisation knows no way in any more.
//! 5. A shown link to another password is refused as soon as the account works for anybody else,
//!    when it is made and when it is opened; and it makes the account unproven.
//! 6. A provider lets somebody in for the first time by itself only if the account has no way in of
//!    its own, or is proven ([`super::provider`]).
//!
//! A link is good once and not for long; guesses are counted (threat G12). What it asks for is decided
//! when it is opened, and once more, with everything held that it rests on, when it is used: working
//! on a password takes long enough for an account to become somebody else's business.

use super::member::name_fault;
use super::password::{self, Door};
use super::sign_in::{self, SignedIn, note};
use super::way_in::to_let_in;
use super::{Error, Token, Who, account};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{
    self, AccountRow, InvitationKind, InvitationRow, LinkWay, MemberRow, MemberState, Stage,
    Tenant, Tx,
};
use crate::ids::{AccountId, MemberId};

/// What a link is for.
pub type LinkKind = InvitationKind;

/// A link that lets somebody in once.
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

/// A new link for somebody, to be handed to them: to join, if they have not yet, or to choose another
/// password. The old ones stop working.
///
/// # Errors
/// As [`to_let_in`].
pub async fn reset_link(
    app: &App,
    who: &Who,
    id: &MemberId,
) -> Result<(InvitationKind, Link), Error> {
    let letting = to_let_in(app, who, id, shown_by(who)).await?;
    let mut tx = app.db.begin().await?;
    letting.write(&mut tx).await?;
    tx.commit().await?;
    Ok((letting.kind, letting.link))
}

/// How a link goes out that is shown to whoever asks for it.
#[must_use]
pub fn shown_by(who: &Who) -> LinkWay {
    if who.is_operator() {
        LinkWay::Operator
    } else {
        LinkWay::Shown
    }
}

/// What whoever opens a link is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// To choose a password.
    New,
    /// To show the way in that they have.
    Own,
    /// Both.
    Both,
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
    /// What guesses at its password are counted by, wherever they are made.
    pub about: Vec<u8>,
    /// What they are asked for.
    pub asks: Asks,
}

struct Open {
    row: InvitationRow,
    member: MemberRow,
    account: AccountRow,
    asks: Asks,
}

/// What a link is for, without using it up.
///
/// # Errors
/// [`Error::NotFound`] for what never was a link; [`Error::Gone`] for what is none any more;
/// [`Error::Conflict`] if this link may not let into this account.
pub async fn look_at(app: &App, shown: &str) -> Result<Accepted, Error> {
    let open = open(app, shown).await?;
    let issuer = app.db.of(&open.row.issuer_id).issuer().await?;
    Ok(Accepted {
        kind: open.row.kind,
        organisation: issuer.ok_or(Error::NotFound("organisation"))?.name,
        name: open.member.name,
        about: open.account.lookup_hash,
        account: open.account.account_id,
        asks: open.asks,
    })
}

async fn open(app: &App, shown: &str) -> Result<Open, Error> {
    let token = Token::read(shown).ok_or(Error::NotFound("invitation"))?;
    let found = app.db.invitation_by_hash(&token.hash()).await?;
    let row = found.ok_or(Error::NotFound("invitation"))?;
    if row.used_at.is_some() || *row.expires_at <= app.now() {
        return Err(Error::Gone);
    }
    let mut rows = app.db.of(&row.issuer_id);
    stands(&mut rows, &row).await
}

/// How everything stands that a link rests on.
async fn stands(rows: &mut Tenant<'_>, row: &InvitationRow) -> Result<Open, Error> {
    let member = rows.member(&row.member_id).await?;
    let member = member.ok_or(Error::Gone)?;
    let fits = match row.kind {
        InvitationKind::Join => member.state == MemberState::Invited,
        InvitationKind::Reset => member.state == MemberState::Active,
    };
    let account = rows.account_of_member(&row.member_id).await?;
    let account = account.filter(|_| fits).ok_or(Error::Gone)?;
    let passkeys = rows.passkeys_of_member(&row.member_id).await?;
    let stands = Stands {
        proven: account.proven_at.is_some(),
        has_way_in: account.password.is_some() || passkeys > 0,
        elsewhere: rows.works_elsewhere(&row.member_id).await?,
    };
    Ok(Open {
        asks: asks(row.kind, row.way, stands)?,
        row: row.clone(),
        member,
        account,
    })
}

/// What was opened, as it stands now: held until the transaction ends, and still what was decided on.
async fn hold(tx: &mut Tx, before: &Open) -> Result<Open, Error> {
    tx.of(&before.row.issuer_id).hold_members().await?;
    tx.hold_account(&before.account.account_id).await?;
    let now = stands(&mut tx.of(&before.row.issuer_id), &before.row).await?;
    let (new, old) = (&now.account, &before.account);
    let same = now.asks == before.asks
        && new.account_id == old.account_id
        && new.password == old.password
        && new.totp_sealed == old.totp_sealed;
    if same {
        return Ok(now);
    }
    Err(Error::Conflict(
        "something about this account changed a moment ago: open the link again".to_owned(),
    ))
}

/// How an account stands when a link for it is opened.
#[derive(Debug, Clone, Copy)]
struct Stands {
    proven: bool,
    has_way_in: bool,
    elsewhere: bool,
}

/// What a link asks for: the rules above, and nothing else.
fn asks(kind: InvitationKind, way: LinkWay, stands: Stands) -> Result<Asks, Error> {
    match (kind, way) {
        (InvitationKind::Reset, LinkWay::Letter | LinkWay::Operator) => Ok(Asks::New),
        (InvitationKind::Reset, LinkWay::Shown) if stands.elsewhere => Err(elsewhere()),
        (InvitationKind::Reset, LinkWay::Shown) => Ok(Asks::New),
        (InvitationKind::Join, LinkWay::Letter) if !stands.proven => Ok(Asks::New),
        (InvitationKind::Join, _) if stands.has_way_in && stands.proven => Ok(Asks::Own),
        (InvitationKind::Join, _) if stands.has_way_in => Ok(Asks::Both),
        (InvitationKind::Join, LinkWay::Shown | LinkWay::Operator) if stands.elsewhere => {
            Err(elsewhere())
        }
        (InvitationKind::Join, _) => Ok(Asks::New),
    }
}

fn elsewhere() -> Error {
    Error::Conflict(
        "this link does not let into the account of this address: choose a password of your own first (\"Forgot your password?\" on the page to sign in), or ask whoever runs the service"
            .to_owned(),
    )
}

/// What somebody fills in who accepts.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Their name.
    pub name: String,
    /// The password of the account that they have already.
    pub own: String,
    /// The password that they choose.
    pub new: String,
    /// The account they are signed in with, if any; not by an organisation's provider.
    pub signed_in: Option<AccountId>,
}

/// Joins, or chooses another password, and signs in. It works once.
///
/// # Errors
/// As [`look_at`]; [`Error::Faults`]; [`Error::Wrong`] if the way in that the account has is to be
/// shown, and was not; [`Error::Conflict`] also if what the link rests on changed meanwhile.
pub async fn accept(
    app: &App,
    door: &Door,
    shown: &str,
    answer: &Answer,
    client: &str,
) -> Result<SignedIn, Error> {
    let open = open(app, shown).await?;
    let id = open.account.account_id.clone();
    let address = account::address_of(app, &open.account)?;
    let joins = open.row.kind == InvitationKind::Join;
    let name = if joins {
        answer.name.clone()
    } else {
        open.member.name.clone()
    };
    let mut faults: Vec<_> = name_fault(&name).into_iter().collect();
    if open.asks != Asks::Own {
        faults.extend(password::fault(&answer.new, &[&address, &name]));
    }
    Error::unless(faults)?;
    let known = answer.signed_in.as_ref() == Some(&id);
    if open.asks != Asks::New && !known {
        let kept = open.account.password.as_deref();
        if !door.fits(&answer.own, kept).await? {
            return Err(Error::Wrong);
        }
    }
    let phc = match open.asks {
        Asks::Own => None,
        Asks::New | Asks::Both => Some(door.keep(&answer.new, app.chance.as_ref()).await?),
    };
    // A password alone is half of what an account with one-time codes asks for, and so is a link.
    let stage = match open.account.totp_sealed {
        Some(_) if open.asks == Asks::New || !known => Stage::Code,
        _ => Stage::In,
    };
    let mut tx = app.db.begin().await?;
    let open = hold(&mut tx, &open).await?;
    tx.of(&open.row.issuer_id)
        .use_invitation(&open.row.invitation_id, app.now().into())
        .await
        .map_err(gone)?;
    if let Some(phc) = &phc {
        choose(app, &mut tx, &open, phc).await?;
    }
    if joins {
        join(app, &mut tx, &open.member, name.trim()).await?;
    }
    let token = sign_in::begin(app, &mut tx, &id, stage, client).await?;
    tx.commit().await?;
    Ok(SignedIn { token, stage })
}

/// Sets the new password, and ends what let in before as far as the rules say.
async fn choose(app: &App, tx: &mut Tx, open: &Open, phc: &str) -> Result<(), Error> {
    let id = &open.account.account_id;
    let was_proven = open.account.proven_at.is_some();
    tx.set_password(id, phc).await?;
    tx.end_sessions(id, None).await?;
    let by_a_colleague = open.row.way == LinkWay::Shown;
    if !was_proven && (open.asks == Asks::Both || !by_a_colleague) {
        tx.remove_passkeys(id).await?;
    }
    if !was_proven && open.row.way == LinkWay::Letter {
        tx.set_proven(id, Some(app.now().into())).await?;
    }
    if was_proven && by_a_colleague {
        tx.set_proven(id, None).await?;
    }
    note(app, tx, id, "account.password").await
}

async fn join(app: &App, tx: &mut Tx, member: &MemberRow, name: &str) -> Result<(), Error> {
    let id = &member.member_id;
    let mut rows = tx.of(&member.issuer_id);
    rows.set_member(id, name, &member.roles).await?;
    rows.set_member_state(id, MemberState::Invited, MemberState::Active)
        .await
        .map_err(gone)?;
    let who = Who::member(&member.issuer_id, id, &[]);
    let line = who.did(app, "member.join", id.as_str(), app.now());
    rows.log(&[line]).await?;
    Ok(())
}

fn gone(error: db::Error) -> Error {
    match error {
        db::Error::NoRow => Error::Gone,
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every case of the rules: what each link asks for, as the account stands.
    #[test]
    fn a_link_asks_for_what_the_rules_say() {
        use InvitationKind::{Join, Reset};
        use LinkWay::{Letter, Operator, Shown};
        let said = |kind, way, (proven, has_way_in, elsewhere)| {
            let stands = Stands {
                proven,
                has_way_in,
                elsewhere,
            };
            match asks(kind, way, stands) {
                Ok(Asks::New) => "new",
                Ok(Asks::Own) => "own",
                Ok(Asks::Both) => "both",
                Err(_) => "refused",
            }
        };
        // proven, has a way in, works elsewhere
        let cases = [
            (false, false, false),
            (false, true, false),
            (false, false, true),
            (false, true, true),
            (true, true, false),
            (true, true, true),
        ];
        let row = |kind, way| cases.map(|stands| said(kind, way, stands));
        let open = ["new", "both", "refused", "both", "own", "own"];
        assert_eq!(row(Join, Shown), open);
        assert_eq!(row(Join, Operator), open);
        assert_eq!(
            row(Join, Letter),
            ["new", "new", "new", "new", "own", "own"]
        );
        assert_eq!(row(Reset, Letter), ["new"; 6]);
        assert_eq!(row(Reset, Operator), ["new"; 6]);
        let resets = ["new", "new", "refused", "refused", "new", "refused"];
        assert_eq!(row(Reset, Shown), resets);
    }
}
