//! Letters that let somebody in: the link and the letter are written down together, or neither is.
//!
//! Where a mail server is set up, a link is in the letter and nowhere else: whoever opens it reads
//! that mailbox (see `who::invitation`). Where none is, whoever asked for the link is shown it, to be
//! handed over; on a machine of one's own the letter lies in the folder as well.

use super::{Error, INVITATION, INVITATION_REMINDER, Kind, Letter, RESET, goes_out, send, send_as};
use crate::{
    app::App,
    clock::Timestamp,
    db::{LinkWay, Tx},
    ids::{IssuerId, LetterId, MemberId},
    mail::Reach,
    who::{self, Invite, Letting, Link, LinkKind, Who},
};

/// A link that was made, and how it gets to whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayIn {
    /// For whom.
    pub member: MemberId,
    /// What it is for.
    pub kind: LinkKind,
    /// Until when it is good.
    pub expires: Timestamp,
    /// The link, to be handed over; `None` if it is in a letter alone.
    pub link: Option<Link>,
    /// Whom letters reach: why the link is to be handed over.
    pub reach: Reach,
}

/// Invites somebody, and writes to them.
///
/// # Errors
/// As [`who::to_invite`].
pub async fn invite(app: &App, who: &Who, asked: &Invite) -> Result<WayIn, who::Error> {
    let letting = who::to_invite(app, who, asked, way(app, who)).await?;
    let mut tx = app.db.begin().await?;
    letting.write(&mut tx).await?;
    made(app, tx, letting).await
}

/// Makes a new link for somebody, and writes to them: to join, if they have not yet, or to choose
/// another password.
///
/// # Errors
/// As [`who::to_let_in`].
pub async fn let_in(app: &App, who: &Who, id: &MemberId) -> Result<WayIn, who::Error> {
    let letting = who::to_let_in(app, who, id, way(app, who)).await?;
    let mut tx = app.db.begin().await?;
    letting.write(&mut tx).await?;
    made(app, tx, letting).await
}

/// Writes to somebody who says that they forgot their password, if they work here and letters reach
/// anybody. Whoever asks is not told whether they were written to.
///
/// # Errors
/// As [`who::forgotten`].
pub async fn forgotten(app: &App, address: &str) -> Result<(), who::Error> {
    if Reach::of(&app.config) == Reach::Nobody {
        return Ok(());
    }
    let Some(letting) = who::forgotten(app, address).await? else {
        return Ok(());
    };
    let mut tx = app.db.begin().await?;
    letting.write(&mut tx).await?;
    made(app, tx, letting).await?;
    Ok(())
}

/// How soon an invitation ends when its member is reminded: seconds.
const ENDS_SOON: i64 = 2 * 24 * 3_600;

/// Writes once to everybody who was invited to work with the organisation and has not joined, when
/// the invitation is about to end: how many were written to. The letter's id is made of the member
/// and the end of the invitation, so that looking twice, or two who look at once, write one letter.
///
/// # Errors
/// As [`who::ending`].
pub async fn remind_invited(app: &App, issuer: &IssuerId) -> Result<usize, who::Error> {
    let mut rows = app.db.of(issuer);
    let goes_out = goes_out(&mut rows, app, INVITATION_REMINDER).await;
    if !goes_out.map_err(of_letter)? {
        return Ok(0);
    }
    // In a folder anybody may look who runs the service: such a link is worth what the first was.
    let by_letter = Reach::of(&app.config) == Reach::Everybody;
    let way = by_letter.then_some(LinkWay::Letter);
    let mut count = 0;
    for letting in who::ending(app, issuer, ENDS_SOON, way).await? {
        count += usize::from(remind(app, &letting).await?);
    }
    Ok(count)
}

async fn remind(app: &App, letting: &Letting) -> Result<bool, who::Error> {
    let mut tx = app.db.begin().await?;
    match letting.write(&mut tx).await {
        // They joined meanwhile.
        Err(who::Error::Gone) => return Ok(false),
        written => written?,
    }
    let link = app.config.public_url.join(&letting.link.path());
    let letter = Letter {
        kind: INVITATION_REMINDER,
        to: &letting.address,
        person: None,
        values: &[("link", &link)],
        id: None,
    };
    let (member, expires) = (&letting.member, letting.link.expires);
    let id = LetterId::derived(&format!("invitation|{member}|{expires}"));
    let mut rows = tx.of(letting.issuer());
    let new = send_as(&mut rows, app, &letter, &id).await;
    if !new.map_err(of_letter)? {
        // Written before: then that letter's link is the one.
        tx.rollback().await?;
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// How a link goes out that somebody asks for.
fn way(app: &App, who: &Who) -> LinkWay {
    match Reach::of(&app.config) {
        Reach::Everybody => LinkWay::Letter,
        Reach::Folder | Reach::Nobody => who::shown_by(who),
    }
}

async fn made(app: &App, mut tx: Tx, letting: Letting) -> Result<WayIn, who::Error> {
    let reach = Reach::of(&app.config);
    if reach != Reach::Nobody {
        let link = app.config.public_url.join(&letting.link.path());
        let letter = Letter {
            kind: kind_of(letting.kind),
            to: &letting.address,
            person: None,
            values: &[("link", &link)],
            id: None,
        };
        send(&mut tx.of(letting.issuer()), app, &letter)
            .await
            .map_err(of_letter)?;
    }
    tx.commit().await?;
    Ok(WayIn {
        member: letting.member,
        kind: letting.kind,
        expires: letting.link.expires,
        link: (reach != Reach::Everybody).then_some(letting.link),
        reach,
    })
}

fn kind_of(kind: LinkKind) -> &'static Kind {
    match kind {
        LinkKind::Join => INVITATION,
        LinkKind::Reset => RESET,
    }
}

fn of_letter(error: Error) -> who::Error {
    match error {
        Error::Refused(refusal) => who::Error::Refused(refusal),
        Error::NotFound(what) => who::Error::NotFound(what),
        Error::Custody(cause) => who::Error::Custody(cause),
        Error::Db(cause) => who::Error::Db(cause),
        Error::Faults(_) | Error::Needed(_) | Error::Unreadable => {
            who::Error::Internal(error.to_string())
        }
    }
}
