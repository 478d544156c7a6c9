//! Who is asking, and what they may do.
//!
//! A program shows an API key, `skm_` and 256 random bits. Only its SHA-256 is stored; it speaks
//! for one organisation, may do what its scopes say, and stops when it expires or is taken back.

use std::fmt;
use std::str::FromStr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::clock::{Chance, Timestamp, random};
use crate::db::{self, ApiKeyRow, AuditRow, Db};
use crate::ids::{ApiKeyId, AuditId, IssuerId};

/// What every API key begins with, so that a leaked one can be searched for.
pub const PREFIX: &str = "skm_";

/// One thing that somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Issue credentials.
    Issue,
    /// Suspend, reinstate and revoke credentials.
    Revoke,
    /// Read what the organisation issued, with what strangers are not shown.
    Read,
    /// Publish achievements.
    Publish,
    /// Change the organisation: its description, signing keys, API keys.
    Manage,
    /// Hold labs, open attempts, and propose scores.
    Propose,
    /// Decide on attempts.
    Review,
    /// Write competency maps, rubrics, achievements and pathways.
    Standards,
    /// Look after programs, rosters and labs.
    Programs,
    /// Read the audit log.
    Log,
}

/// What somebody is to an organisation; one person may be several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Works with learners, and proposes.
    Tutor,
    /// Decides.
    Reviewer,
    /// Owns the standards.
    Teacher,
    /// Owns the programs.
    Coordinator,
    /// Looks after the organisation.
    Administrator,
    /// Reads.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 6] = [
        Role::Tutor,
        Role::Reviewer,
        Role::Teacher,
        Role::Coordinator,
        Role::Administrator,
        Role::Auditor,
    ];

    /// The word in tables and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Tutor => "tutor",
            Role::Reviewer => "reviewer",
            Role::Teacher => "teacher",
            Role::Coordinator => "coordinator",
            Role::Administrator => "administrator",
            Role::Auditor => "auditor",
        }
    }
}

/// Who may do what: for each scope, the roles that have it. Nobody approves what they proposed
/// themselves, whatever their roles.
pub const TABLE: &[(Scope, &[Role])] = &[
    (Scope::Read, &Role::ALL),
    (Scope::Propose, &[Role::Tutor, Role::Coordinator]),
    (Scope::Review, &[Role::Reviewer]),
    (Scope::Standards, &[Role::Teacher, Role::Administrator]),
    (Scope::Publish, &[Role::Teacher, Role::Administrator]),
    (Scope::Programs, &[Role::Coordinator, Role::Administrator]),
    (Scope::Issue, &[Role::Coordinator, Role::Administrator]),
    (Scope::Revoke, &[Role::Coordinator, Role::Administrator]),
    (Scope::Manage, &[Role::Administrator]),
    (Scope::Log, &[Role::Administrator, Role::Auditor]),
];

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 10] = [
        Scope::Issue,
        Scope::Revoke,
        Scope::Read,
        Scope::Publish,
        Scope::Manage,
        Scope::Propose,
        Scope::Review,
        Scope::Standards,
        Scope::Programs,
        Scope::Log,
    ];

    /// The word in tables and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Issue => "issue",
            Scope::Revoke => "revoke",
            Scope::Read => "read",
            Scope::Publish => "publish",
            Scope::Manage => "manage",
            Scope::Propose => "propose",
            Scope::Review => "review",
            Scope::Standards => "standards",
            Scope::Programs => "programs",
            Scope::Log => "log",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;
    fn from_str(word: &str) -> Result<Scope, String> {
        let found = Scope::ALL.into_iter().find(|scope| scope.as_str() == word);
        found.ok_or_else(|| {
            let words = Scope::ALL.map(Scope::as_str).join(", ");
            format!("no such scope: expected one of {words}")
        })
    }
}

/// Why somebody may not do what they ask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such key, or not any more: strangers are not told which.
    #[error("the API key is unknown, expired or revoked")]
    Unknown,
    /// The key is good, but not for this.
    #[error("the API key does not have the scope \"{0}\"")]
    Scope(Scope),
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
}

impl Who {
    /// The operator at the machine itself, who may do everything.
    #[must_use]
    pub fn operator(issuer: IssuerId) -> Who {
        Who {
            issuer,
            actor: "cli".to_owned(),
            scopes: Scope::ALL.to_vec(),
        }
    }

    /// Whoever reaches a VC-API that asks for no key: it may sign, take back and look up.
    #[must_use]
    pub fn vc_api(issuer: IssuerId) -> Who {
        Who {
            issuer,
            actor: "vc-api".to_owned(),
            scopes: vec![Scope::Issue, Scope::Revoke, Scope::Read],
        }
    }

    /// The service itself, in its rounds: it looks after things, and may ask for nothing.
    #[must_use]
    pub fn service(issuer: IssuerId) -> Who {
        Who {
            issuer,
            actor: "service".to_owned(),
            scopes: Vec::new(),
        }
    }

    /// Looks up who shows this API key at `now`.
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
        Ok(Who {
            issuer: row.issuer_id,
            actor: row.api_key_id.to_string(),
            scopes: row
                .scopes
                .split(' ')
                .filter_map(|word| word.parse().ok())
                .collect(),
        })
    }

    /// The organisation they speak for.
    #[must_use]
    pub fn issuer(&self) -> &IssuerId {
        &self.issuer
    }

    /// Who they are in the audit log: an API key's id, `cli`, `vc-api` or `service`.
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
        }
    }

    /// Whether they may do this.
    ///
    /// # Errors
    /// [`Refusal::Scope`] if not.
    pub fn may(&self, scope: Scope) -> Result<(), Refusal> {
        if self.scopes.contains(&scope) {
            Ok(())
        } else {
            Err(Refusal::Scope(scope))
        }
    }
}

/// An API key, shown once when it is made.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new random one.
    #[must_use]
    pub fn random(chance: &dyn Chance) -> Secret {
        Secret(format!(
            "{PREFIX}{}",
            URL_SAFE_NO_PAD.encode(random::<32>(chance))
        ))
    }

    /// The text to hand over: the only way to see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// The row of a new API key, and its secret.
#[must_use]
pub fn new_api_key(
    issuer: &IssuerId,
    name: &str,
    scopes: &[Scope],
    expires: Option<Timestamp>,
    now: Timestamp,
    chance: &dyn Chance,
) -> (ApiKeyRow, Secret) {
    let secret = Secret::random(chance);
    let row = ApiKeyRow {
        issuer_id: issuer.clone(),
        api_key_id: ApiKeyId::random(chance),
        name: name.to_owned(),
        secret_hash: hash(secret.reveal()),
        scopes: scopes
            .iter()
            .map(|scope| scope.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        created_at: now.into(),
        expires_at: expires.map(Into::into),
        revoked_at: None,
    };
    (row, secret)
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    #[test]
    fn g11_a_key_has_256_bits_and_is_stored_as_a_hash() {
        let issuer = IssuerId::random(&SystemChance);
        let now = Timestamp::UNIX_EPOCH;
        let (row, secret) = new_api_key(
            &issuer,
            "lms",
            &[Scope::Issue, Scope::Read],
            None,
            now,
            &SystemChance,
        );
        assert_eq!(secret.reveal().len(), PREFIX.len() + 43);
        assert_eq!(row.secret_hash.len(), 32);
        assert_eq!(row.scopes, "issue read");
        let shown = format!("{row:?} {secret:?}");
        assert!(!shown.contains(secret.reveal()), "{shown}");
    }

    #[test]
    fn a_scope_is_read_back() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert_eq!(
            "root".parse::<Scope>(),
            Err("no such scope: expected one of issue, revoke, read, publish, manage, propose, review, \
                 standards, programs, log".to_owned())
        );
    }
}
