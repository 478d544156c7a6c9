//! What a verification says: a verdict in three values, and each check behind it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{credential::Fault, json::Value};

use super::{claim::Claim, technical::Technical, trust::Trust, verified::Verified, words};

/// The answer: only [`Verdict::Valid`] is green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = report::Verdict)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything that decides was checked, and is good.
    Valid,
    /// Something was checked, and is wrong.
    Invalid,
    /// Nothing is known to be wrong, but something that decides could not be checked.
    CannotTell,
}

/// How one check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = report::Outcome)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Checked and good.
    Pass,
    /// Checked and wrong.
    Fail,
    /// Could not be checked.
    Unknown,
    /// There was nothing to check, or no reason to go on.
    Skipped,
}

/// What is checked, in the order in which it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[schema(as = report::CheckId)]
#[serde(rename_all = "kebab-case")]
pub enum CheckId {
    /// The bytes can be read, in one way only.
    Parse,
    /// It is a kind of credential that is read here.
    Format,
    /// Its vocabularies are known ones, in their places.
    Context,
    /// Every part of it has one known meaning.
    JsonldSafe,
    /// It says that it is a badge or an endorsement.
    Type,
    /// It has the members that the standard asks for, and they agree with one another.
    Schema,
    /// It says whose it is.
    Subject,
    /// The signature fits the text.
    Proof,
    /// The key is the issuer's.
    KeyBinding,
    /// A newer one can be asked for.
    Refresh,
    /// It was not taken back.
    Status,
    /// It holds already.
    ValidFrom,
    /// It still holds.
    ValidUntil,
    /// It was made out to the person named.
    Recipient,
    /// Who presents it is whom its credentials are about.
    HolderBinding,
    /// Every credential inside is good.
    Credentials,
    /// Others stand behind it.
    Endorsements,
}

impl CheckId {
    /// The name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            CheckId::Parse => "Reading",
            CheckId::Format => "Kind of document",
            CheckId::Context => "Vocabulary",
            CheckId::JsonldSafe => "Meaning",
            CheckId::Type => "Type",
            CheckId::Schema => "Form",
            CheckId::Subject => "Holder",
            CheckId::Proof => "Signature",
            CheckId::KeyBinding => "Issuer's key",
            CheckId::Refresh => "Newer version",
            CheckId::Status => "Status",
            CheckId::ValidFrom => "Start date",
            CheckId::ValidUntil => "End date",
            CheckId::Recipient => "Recipient",
            CheckId::HolderBinding => "Presenter",
            CheckId::Credentials => "Inside",
            CheckId::Endorsements => "Endorsements",
        }
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Check)]
pub struct Check {
    /// What was checked.
    pub id: CheckId,
    /// How it came out.
    pub outcome: Outcome,
    /// For programs: why, where there is a name for it (`revoked`, `issuer_key_mismatch`, or the
    /// name of a W3C error).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// What came of it, in one plain sentence.
    pub sentence: String,
    /// The problem type of RFC 9457, where the standards name one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
    /// The age of what was read to check it, where that was not in the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
    /// Whether the verdict depends on it.
    pub decides: bool,
}

impl Check {
    pub(super) fn new(id: CheckId, outcome: Outcome, sentence: impl Into<String>) -> Check {
        Check {
            id,
            outcome,
            reason: None,
            sentence: sentence.into(),
            problem: None,
            as_of: None,
            decides: !matches!(
                id,
                CheckId::Refresh | CheckId::HolderBinding | CheckId::Endorsements
            ),
        }
    }

    pub(super) fn pass(id: CheckId, sentence: impl Into<String>) -> Check {
        Check::new(id, Outcome::Pass, sentence)
    }

    pub(super) fn fail(id: CheckId, reason: &'static str, sentence: impl Into<String>) -> Check {
        Check::new(id, Outcome::Fail, sentence).because(reason)
    }

    pub(super) fn unknown(id: CheckId, reason: &'static str, sentence: impl Into<String>) -> Check {
        Check::new(id, Outcome::Unknown, sentence).because(reason)
    }

    pub(super) fn skipped(id: CheckId, sentence: impl Into<String>) -> Check {
        Check::new(id, Outcome::Skipped, sentence)
    }

    pub(super) fn because(mut self, reason: &'static str) -> Check {
        debug_assert!(words::explain(reason).is_some(), "{reason} has no words");
        self.reason = Some(reason);
        self.problem = words::problem(reason);
        self
    }

    pub(super) fn problem(mut self, problem: &'static str) -> Check {
        self.problem = Some(problem);
        self
    }

    pub(super) fn of_age(mut self, as_of: Option<Timestamp>) -> Check {
        self.as_of = as_of;
        self
    }
}

/// How the document is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[schema(as = report::Form)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// JSON with a proof inside.
    EmbeddedProof,
    /// A compact JWT as Open Badges 3.0 has it.
    OpenBadgesJwt,
    /// A compact JWT as VC-JOSE-COSE has it.
    JoseCose,
    /// A compact JWT as VCDM 1.1 had it.
    Vcdm11Jwt,
    /// Open Badges 2.0: what stands at the badge's own address.
    HostedBadge,
    /// Open Badges 2.0: a signed token.
    SignedBadge,
}

impl Form {
    /// It in a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Form::EmbeddedProof => "JSON with a proof inside",
            Form::OpenBadgesJwt => "JWT as Open Badges 3.0 has it",
            Form::JoseCose => "JWT as VC-JOSE-COSE has it",
            Form::Vcdm11Jwt => "JWT as VCDM 1.1 had it",
            Form::HostedBadge => "Open Badges 2.0, hosted",
            Form::SignedBadge => "Open Badges 2.0, signed",
        }
    }

    /// Whether it is a token, whose own text is what was signed.
    #[must_use]
    pub fn is_token(self) -> bool {
        !matches!(self, Form::EmbeddedProof | Form::HostedBadge)
    }
}

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Issuer)]
pub struct Issuer {
    /// The identifier that the key was checked against.
    pub id: String,
    /// The name, as the document says it; nobody has confirmed it.
    pub name: Option<String>,
    /// The host that the identifier belongs to, if it has one.
    pub domain: Option<String>,
    /// How the key was found: `did:key`, `did:jwk`, `did:web`, `https`; absent if it was not.
    pub key_binding: Option<&'static str>,
}

/// What a document says, and whether that was verified.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Claimed {
    /// The verdict is [`Verdict::Valid`].
    Verified(Verified<Claim>),
    /// It is not: show it only with the verdict.
    Unverified(Claim),
}

impl Claimed {
    /// What the document says, true or not.
    #[must_use]
    pub fn claim(&self) -> &Claim {
        match self {
            Claimed::Verified(claim) => claim.get(),
            Claimed::Unverified(claim) => claim,
        }
    }

    /// What the document says, if it was verified.
    #[must_use]
    pub fn verified(&self) -> Option<&Verified<Claim>> {
        match self {
            Claimed::Verified(claim) => Some(claim),
            Claimed::Unverified(_) => None,
        }
    }
}

/// An endorsement that the document carries, verified on its own.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Endorsement)]
pub struct Endorsement {
    /// Where it stands in the document: an RFC 6901 pointer.
    pub pointer: String,
    /// Its own report. It never changes the verdict about the document around it.
    #[schema(value_type = Report, no_recursion)]
    pub report: Box<Report>,
}

/// A credential inside a presentation or a learner record, verified on its own.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Child)]
pub struct Child {
    /// Where it stands in the document: an RFC 6901 pointer.
    pub pointer: String,
    /// Its own report. What surrounds it is valid only if this is.
    #[schema(value_type = Report, no_recursion)]
    pub report: Box<Report>,
}

/// Something that is not as the standard has it, harmless, and so read nevertheless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Warning)]
pub struct Warning {
    /// For programs: what it is (`numeric_status_index`, `old_context`, …).
    pub code: &'static str,
    /// It, in one plain sentence.
    pub sentence: String,
}

impl Warning {
    pub(super) fn new(code: &'static str, sentence: impl Into<String>) -> Warning {
        Warning {
            code,
            sentence: sentence.into(),
        }
    }
}

/// Why bytes were not read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[schema(as = report::Unreadable)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// Over a limit (HTTP 413).
    TooLarge,
    /// Not JSON, not UTF-8, not a picture or token that can be taken apart (HTTP 400).
    Malformed,
    /// One object names a member twice (HTTP 400).
    DuplicateKey,
    /// A picture or text without a credential (HTTP 400).
    NothingFound,
}

/// How a fault is written: the kernel's own type knows nothing of OpenAPI.
#[derive(utoipa::ToSchema)]
#[schema(as = report::Fault)]
#[expect(dead_code, reason = "it only describes `credential::Fault`")]
struct FaultShape {
    /// Where: an RFC 6901 pointer to the value, or to where a missing one should be.
    pointer: String,
    /// What is wrong, in one plain sentence.
    sentence: String,
    /// `missing`, `shape`, `date`, `address`, `range`, `rule` or `structure`.
    kind: String,
    /// `wrong`: it is no right credential; `unwise`: it can be read, but should not be issued so.
    weight: String,
}

/// What a verification says.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = report::Report)]
pub struct Report {
    /// The answer.
    pub verdict: Verdict,
    /// The [`Check::reason`] of the check that decided against it.
    pub reason: Option<&'static str>,
    /// The answer in one plain sentence.
    pub sentence: String,
    /// Every check, in the order of [`CheckId`].
    pub checks: Vec<Check>,
    /// Every fault of the document, not only the first.
    #[schema(value_type = Vec<FaultShape>)]
    pub faults: Vec<Fault>,
    /// How it is secured; `None` if that is not known.
    pub form: Option<Form>,
    /// Who says so.
    pub issuer: Option<Issuer>,
    /// Whether the reader trusts them.
    pub trust: Trust,
    /// What it says. Only with the verdict `valid` is it verified.
    #[schema(value_type = Option<Claim>)]
    pub claim: Option<Claimed>,
    /// The endorsements that it carries.
    pub endorsements: Vec<Endorsement>,
    /// The credentials inside, in the order of the document.
    pub children: Vec<Child>,
    /// What was read although it is not quite as the standard has it.
    pub warnings: Vec<Warning>,
    /// For engineers: what was signed, and whose key that was.
    pub technical: Technical,
    /// When this was checked.
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: Timestamp,
    /// Set if the input could not be read at all.
    pub unreadable: Option<Unreadable>,
    /// The document as it was read, for checks across documents. What is shown of it is
    /// [`Report::claim`] and nothing else.
    #[serde(skip)]
    pub(super) document: Option<Value<'static>>,
}

impl Report {
    /// The check `id`; every report has each check at most once.
    #[must_use]
    pub fn check(&self, id: CheckId) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// Whether the verdict is [`Verdict::Valid`].
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.verdict == Verdict::Valid
    }
}
