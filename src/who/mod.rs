//! Who is asking, and what they may do.
//!
//! A program shows an API key, `skm_` and 256 random bits. Only its SHA-256 is stored; it speaks
//! for one organisation, may do what its scopes say, and stops when it expires or is taken back.
//!
//! A person signs in (`account`, `sign_in`), and their browser holds a session (`session`); they may
//! do in an organisation what their roles there say ([`TABLE`]). `member` is who belongs to it,
//! `invitation` how somebody comes to.

mod account;
mod api_key;
mod error;
pub mod guess;
mod invitation;
pub mod log;
mod member;
pub mod passkey;
mod password;
pub mod provider;
mod role;
pub mod session;
mod sign_in;
pub mod support;
mod token;
mod totp;
mod two_step;
mod way_in;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, AuditRow, Db, MemberState};
use crate::ids::{AuditId, IssuerId, MemberId};

pub use account::address_of;
pub use api_key::{PREFIX, Secret, new_api_key};
pub use error::{Error, Fault};
pub use invitation::{
    Accepted, Answer, Asks, Link, LinkKind, accept, look_at, reset_link, shown_by,
};
pub use member::{
    Invite, Person, change, invite, people, person, remove, suspend, to_invite, unsuspend,
};
pub use password::Door;
pub use role::{Role, Scope, TABLE, roles_of, scopes_of, words_of};
pub use sign_in::{SignedIn, change_password, give_code, sign_in};
pub use token::Token;
use token::hash;
pub use two_step::{Offer, Own, begin_two_steps, end_two_steps, offer, offer_again, own};
pub use way_in::{Letting, contact, ending, forgotten, to_let_in};

/// Why somebody may not do what they ask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such key, or not any more: strangers are not told which.
    #[error("the API key is unknown, expired or revoked")]
    Unknown,
    /// The key is good, but not for this.
    #[error("the API key does not have the scope \"{0}\"")]
    Scope(Scope),
    /// The person is known, and has no role for this.
    #[error("this is for {}: {}", whose(*.0), .0.sentence().to_lowercase())]
    Role(Scope),
    /// It could not be looked up.
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// Somebody who asks on behalf of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    issuer: IssuerId,
    actor: String,
    scopes: Vec<Scope>,
    /// Of a person; a program has none.
    roles: Vec<Role>,
    on_behalf: Option<String>,
    reason: Option<String>,
    /// Whether it is known which person it is.
    person: bool,
    /// Whether it is a program with an API key.
    key: bool,
}

impl Who {
    /// The operator at the machine itself, who may do everything.
    #[must_use]
    pub fn operator(issuer: IssuerId) -> Who {
        Who {
            person: true,
            ..Who::plain(issuer, "cli", Scope::ALL.to_vec())
        }
    }

    /// Whether this is the operator at the machine.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.actor == "cli"
    }

    /// Somebody who works for the organisation: they may do what their roles say.
    #[must_use]
    pub fn member(issuer: &IssuerId, member: &MemberId, roles: &[Role]) -> Who {
        Who {
            roles: roles.to_vec(),
            person: true,
            ..Who::plain(issuer.clone(), member.as_str(), scopes_of(roles))
        }
    }

    /// The operator, who looks in to help and says why: they may read, and every tenant sees it in
    /// its log.
    #[must_use]
    pub fn helper(issuer: IssuerId, reason: &str) -> Who {
        Who {
            roles: vec![Role::Auditor],
            reason: Some(reason.to_owned()),
            person: true,
            ..Who::plain(issuer, "support", scopes_of(&[Role::Auditor]))
        }
    }

    fn plain(issuer: IssuerId, actor: &str, scopes: Vec<Scope>) -> Who {
        Who {
            issuer,
            actor: actor.to_owned(),
            scopes,
            roles: Vec::new(),
            on_behalf: None,
            reason: None,
            person: false,
            key: false,
        }
    }

    /// Whoever reaches a VC-API that asks for no key: it may sign, take back and look up.
    #[must_use]
    pub fn vc_api(issuer: IssuerId) -> Who {
        let scopes = vec![Scope::Issue, Scope::Revoke, Scope::Read];
        Who::plain(issuer, "vc-api", scopes)
    }

    /// Somebody who came by a link that was made for them, or a rule that an organisation put in
    /// force: whoever calls this has checked that they may do this much. `actor` is the id of the
    /// link or rule.
    pub(crate) fn appointed(issuer: IssuerId, actor: &str, scopes: &[Scope]) -> Who {
        Who::plain(issuer, actor, scopes.to_vec())
    }

    /// The service itself, in its rounds: it looks after things, and may ask for nothing.
    #[must_use]
    pub fn service(issuer: IssuerId) -> Who {
        Who::plain(issuer, "service", Vec::new())
    }

    /// Looks up who shows this API key at `now`. A key that a member made may do what they may do
    /// themselves at this moment, and no more (threat G11).
    ///
    /// # Errors
    /// [`Refusal::Unknown`] for what is no API key, unknown, expired or revoked.
    pub async fn by_api_key(db: &Db, shown: &str, now: Timestamp) -> Result<Who, Refusal> {
        if !shown.starts_with(PREFIX) {
            return Err(Refusal::Unknown);
        }
        let row = db
            .api_key_by_hash(&hash(shown))
            .await?
            .ok_or(Refusal::Unknown)?;
        let expired = row.expires_at.is_some_and(|at| *at <= now);
        if expired || row.revoked_at.is_some() {
            return Err(Refusal::Unknown);
        }
        let maker = match row.made_by.as_deref().map(str::parse) {
            Some(Ok(member)) => db.of(&row.issuer_id).member(&member).await?,
            _ => None,
        };
        let scopes = row.scopes.split(' ').filter_map(|word| word.parse().ok());
        let mut scopes: Vec<Scope> = scopes.collect();
        if let Some(maker) = &maker {
            // A key does not outlive the place of whoever made it, nor what they are.
            if maker.state != MemberState::Active {
                return Err(Refusal::Unknown);
            }
            let may = scopes_of(&roles_of(&maker.roles));
            scopes.retain(|scope| may.contains(scope));
        }
        Ok(Who {
            on_behalf: row.made_by,
            person: maker.is_some(),
            key: true,
            ..Who::plain(row.issuer_id, row.api_key_id.as_str(), scopes)
        })
    }

    /// The organisation they speak for.
    #[must_use]
    pub fn issuer(&self) -> &IssuerId {
        &self.issuer
    }

    /// Who it counts as: of an API key the member who made it, or the key of nobody through which it
    /// was made. Where two people are asked for, these are compared, so that nobody is two people.
    #[must_use]
    pub fn principal(&self) -> &str {
        self.on_behalf.as_deref().unwrap_or(&self.actor)
    }

    /// Whether it is known which person it is: a member, the member who made the API key, or the
    /// operator. A key that no member made is nobody's: whoever holds it may be a member as well, so
    /// it is neither the first nor the second person (threat G17).
    #[must_use]
    pub fn is_person(&self) -> bool {
        self.person
    }

    /// Whether it is a program that shows an API key.
    #[must_use]
    pub fn is_key(&self) -> bool {
        self.key
    }

    /// Who they are in the audit log: a member's id, an API key's id, `cli`, `support`, `vc-api` or
    /// `service`.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// The line of the audit log that tells of what they did, such as `key.rotate`, to what: an id,
    /// never anything of a learner.
    #[must_use]
    pub fn did(&self, app: &App, action: &str, subject: &str, now: Timestamp) -> AuditRow {
        AuditRow {
            audit_id: AuditId::random(app.chance.as_ref()),
            at: now.into(),
            actor: self.actor.clone(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            on_behalf: self.on_behalf.clone(),
            reason: self.reason.clone(),
        }
    }

    /// Whether they have this role here. A program has none.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Their roles here, none for a program.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// What they may do.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// Whether they may do this.
    ///
    /// # Errors
    /// [`Refusal::Scope`] for a program, [`Refusal::Role`] for a person, if not.
    pub fn may(&self, scope: Scope) -> Result<(), Refusal> {
        if self.scopes.contains(&scope) {
            Ok(())
        } else if self.roles.is_empty() {
            Err(Refusal::Scope(scope))
        } else {
            Err(Refusal::Role(scope))
        }
    }
}

/// What whoever works with learners may do: one of these.
pub const WITH_LEARNERS: &[Scope] = &[Scope::Propose, Scope::Review, Scope::Programs];

impl Who {
    /// Whether they may look at learners and what they do: whoever works with them.
    ///
    /// # Errors
    /// As [`Who::may`], without any of the scopes `programs`, `propose` and `review`.
    pub fn may_look_at_learners(&self) -> Result<(), Refusal> {
        if WITH_LEARNERS.iter().any(|scope| self.may(*scope).is_ok()) {
            return Ok(());
        }
        self.may(Scope::Programs)
    }
}

/// Who may do this, for the sentence that somebody else is told.
fn whose(scope: Scope) -> String {
    let roles = TABLE.iter().find(|(there, _)| *there == scope);
    let roles = roles.map_or(&[] as &[Role], |(_, roles)| *roles);
    let words: Vec<String> = roles.iter().map(|role| format!("{role}s")).collect();
    words.join(" and ")
}
