//! What may be done, and by whom: the table.

use std::fmt;
use std::str::FromStr;

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

    /// What somebody with this role does, in one sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Role::Tutor => "Works with learners, opens attempts and proposes scores.",
            Role::Reviewer => "Decides on attempts, and never on their own.",
            Role::Teacher => "Owns the standards: maps, rubrics, achievements, pathways.",
            Role::Coordinator => "Owns the programs: rosters, labs, awards.",
            Role::Administrator => "Looks after the organisation: people, keys, settings.",
            Role::Auditor => {
                "Reads the log, the standards, what was issued and how it went; no learner's name or work. Changes nothing."
            }
        }
    }

    /// Whether somebody with this role may do this: what [`TABLE`] says.
    #[must_use]
    pub fn may(self, scope: Scope) -> bool {
        TABLE
            .iter()
            .any(|(there, roles)| *there == scope && roles.contains(&self))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(word: &str) -> Result<Role, String> {
        let found = Role::ALL.into_iter().find(|role| role.as_str() == word);
        found.ok_or_else(|| {
            let words = Role::ALL.map(Role::as_str).join(", ");
            format!("no such role: expected one of {words}")
        })
    }
}

/// Roles as a column holds them: their words with a space between, each once, in a fixed order.
#[must_use]
pub fn words_of(roles: &[Role]) -> String {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    let words: Vec<&str> = roles.into_iter().map(Role::as_str).collect();
    words.join(" ")
}

/// The roles that a column holds.
#[must_use]
pub fn roles_of(words: &str) -> Vec<Role> {
    words
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// What somebody with these roles may do.
#[must_use]
pub fn scopes_of(roles: &[Role]) -> Vec<Scope> {
    TABLE
        .iter()
        .filter(|(_, allowed)| allowed.iter().any(|role| roles.contains(role)))
        .map(|(scope, _)| *scope)
        .collect()
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

    /// What it allows, in a few words for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Scope::Issue => "Issue credentials",
            Scope::Revoke => "Suspend, reinstate and revoke credentials",
            Scope::Read => "Read what the organisation has",
            Scope::Publish => "Publish achievements",
            Scope::Manage => "Manage people, keys and the organisation",
            Scope::Propose => "Hold labs, open attempts, propose scores",
            Scope::Review => "Decide on attempts of others",
            Scope::Standards => "Write maps, rubrics, achievements and pathways",
            Scope::Programs => "Look after programs, rosters and labs",
            Scope::Log => "Read the audit log",
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

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn roles_are_read_back() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("root".parse::<Role>().is_err());
        let both = words_of(&[Role::Reviewer, Role::Tutor, Role::Tutor]);
        assert_eq!(both, "tutor reviewer");
        assert_eq!(roles_of(&both), [Role::Tutor, Role::Reviewer]);
        assert_eq!(roles_of("tutor emperor"), [Role::Tutor]);
    }

    #[test]
    fn every_scope_stands_in_the_table_once() {
        for scope in Scope::ALL {
            let lines = TABLE.iter().filter(|(there, _)| *there == scope).count();
            assert_eq!(lines, 1, "{scope}");
        }
        assert_eq!(TABLE.len(), Scope::ALL.len());
    }

    #[test]
    fn a_tutor_proposes_and_does_not_decide() {
        let scopes = scopes_of(&[Role::Tutor]);
        assert_eq!(scopes, [Scope::Read, Scope::Propose]);
        assert!(!Role::Administrator.may(Scope::Review));
    }
}
