//! Embedded proofs: one that is good, bound to the issuer, and built on good ones is enough.

use jiff::{SignedDuration, Timestamp};

use crate::{
    config::limits,
    did::split_fragment,
    json::Value,
    proof::{Expected, MAX_PROOFS, ProofError, Secured, Suite},
    rdf,
};

use super::{
    binding::{self, Controller, NoKey},
    document, effort,
    judge::Ask,
    report::{Check, CheckId},
    technical::{KeyPath, SignedHashes, Technical},
};

/// What the proofs of a document come to.
pub(super) struct Signed {
    /// Checks for `proof` and `key-binding`, and one for `jsonld-safe` if the document has no
    /// canonical form.
    pub(super) checks: Vec<Check>,
    /// How the issuer's key was found.
    pub(super) method: Option<&'static str>,
    /// Which of the proofs of a document is the good one.
    pub(super) proof: Option<usize>,
    /// Whether whoever shows it may have left parts out.
    pub(super) is_selective: bool,
    /// What the check saw.
    pub(super) technical: Technical,
}

impl Signed {
    pub(super) fn not(proof: Check) -> Signed {
        let binding = Check::skipped(
            CheckId::KeyBinding,
            "There is no good signature whose key could be looked at.",
        );
        Signed {
            checks: vec![proof, binding],
            method: None,
            proof: None,
            is_selective: false,
            technical: Technical::default(),
        }
    }
}

/// A proof that is wrong or unknown.
struct Failed {
    why: Why,
    /// Whether the issuer's own key was meant, and so the issuer's own words may have been changed.
    bound: bool,
    technical: Technical,
}

enum Why {
    Proof(ProofError),
    Key(NoKey),
    Future,
    Expired,
    TooMuch,
}

impl Why {
    fn is_unknown(&self) -> bool {
        match self {
            Why::Proof(ProofError::Transformation(fault)) => {
                fault.kind == rdf::Kind::UnknownContext
            }
            Why::Proof(error) => error.is_unknown(),
            Why::Key(no_key) => no_key.is_unknown(),
            Why::TooMuch => true,
            Why::Future | Why::Expired => false,
        }
    }

    /// Whether all was done for it that one canonicalisation may do.
    fn is_entangled(&self) -> bool {
        matches!(self, Why::Proof(ProofError::Transformation(fault)) if fault.kind == rdf::Kind::Limit)
    }
}

/// Checks the proofs of a credential, which its issuer must have made to assert it.
pub(super) async fn check(ask: Ask<'_>, secured: &Secured<'_>) -> Signed {
    let issuer = binding::issuer_id(secured.document()).unwrap_or_default();
    check_by(ask, secured, issuer, &Expected::CREDENTIAL).await
}

/// Checks the proofs of a verification receipt, with the keys that its maker has for receipts.
pub(super) async fn check_receipt(ask: Ask<'_>, secured: &Secured<'_>) -> Signed {
    let maker = binding::issuer_id(secured.document()).unwrap_or_default();
    let keys = binding::maker(ask.sources, maker).await;
    check_with(ask, secured, maker, &Expected::CREDENTIAL, Some(keys)).await
}

/// Checks every proof of a document until one is good that `issuer` made as `expected`.
///
/// Each failing proof is passed over, so that somebody's broken proof beside the issuer's good one
/// does no harm; but a good proof of somebody else is none (threat A11).
pub(super) async fn check_by(
    ask: Ask<'_>,
    secured: &Secured<'_>,
    issuer: &str,
    expected: &Expected<'_>,
) -> Signed {
    check_with(ask, secured, issuer, expected, None).await
}

/// [`check_by`], where the keys may be known already.
async fn check_with(
    ask: Ask<'_>,
    secured: &Secured<'_>,
    issuer: &str,
    expected: &Expected<'_>,
    mut controller: Option<Result<Controller, NoKey>>,
) -> Signed {
    let mut failed: Vec<Failed> = Vec::new();
    let count = secured.raw_proofs().len();
    for index in 0..count {
        let meant = secured
            .proof(index)
            .is_ok_and(|proof| split_fragment(proof.verification_method).0 == issuer);
        if meant && controller.is_none() {
            controller = Some(binding::controller(ask.sources, issuer).await);
        }
        if !ask.effort.spend(1) {
            failed.push(Failed {
                why: Why::TooMuch,
                bound: meant,
                technical: Technical::default(),
            });
            break;
        }
        let mut technical = Technical::default();
        let proved = prove(
            secured,
            index,
            (issuer, expected),
            controller.as_ref(),
            ask.now,
            &mut technical,
        );
        match (proved, &controller) {
            (Ok(suite), Some(Ok(controller))) => {
                return good(controller, suite, index, count, technical);
            }
            (Ok(_), _) => {}
            (Err((why, bound)), _) => {
                if why.is_entangled() {
                    ask.effort.spend(effort::ENTANGLED);
                }
                failed.push(Failed {
                    why,
                    bound,
                    technical,
                });
            }
        }
    }
    bad(failed, controller.and_then(Result::ok))
}

fn prove(
    secured: &Secured<'_>,
    index: usize,
    (issuer, expected): (&str, &Expected<'_>),
    controller: Option<&Result<Controller, NoKey>>,
    now: Timestamp,
    technical: &mut Technical,
) -> Result<&'static dyn Suite, (Why, bool)> {
    let proof = (secured.proof(index)).map_err(|error| (Why::Proof(error), false))?;
    technical.suite = Some(proof.suite.name().to_owned());
    technical.verification_method = Some(proof.verification_method.to_owned());
    technical.created = Some(proof.created);
    if split_fragment(proof.verification_method).0 != issuer {
        return Err((Why::Key(NoKey::OtherController), false));
    }
    let not = |why| (why, true);
    let controller = match controller {
        Some(Ok(controller)) => controller,
        Some(Err(no_key)) => return Err(not(Why::Key(no_key.clone()))),
        None => return Err(not(Why::Key(NoKey::NotNamed))),
    };
    let skew = SignedDuration::try_from(limits::CLOCK_SKEW).unwrap_or(SignedDuration::ZERO);
    let latest = now.checked_add(skew).unwrap_or(Timestamp::MAX);
    // Every proof that this one builds on must hold too, with a key of the same issuer.
    let chain = secured.ancestors(index);
    let chain = chain.map_err(|error| not(Why::Proof(error)))?;
    for at in chain.into_iter().chain([index]) {
        let link = (secured.proof(at)).map_err(|error| not(Why::Proof(error)))?;
        if link.created > latest {
            return Err(not(Why::Future));
        }
        if link.expires.is_some_and(|expires| expires < now) {
            return Err(not(Why::Expired));
        }
        let (url, created) = (link.verification_method, Some(link.created));
        let key = controller.key(url, expected.purpose, created);
        let key = key.map_err(|no_key| not(Why::Key(no_key)))?;
        let mut hashed = None;
        let checked = secured.check_telling(at, key, expected, &mut hashed);
        if at == index || checked.is_err() {
            technical.key = Some(KeyPath::of(controller, url, key));
            technical.signed = hashed.as_ref().map(SignedHashes::of);
        }
        checked.map_err(|error| not(Why::Proof(error)))?;
    }
    Ok(proof.suite)
}

fn good(
    controller: &Controller,
    suite: &dyn Suite,
    index: usize,
    count: usize,
    technical: Technical,
) -> Signed {
    let shown = if suite.is_selective() {
        " Whoever shows it may have left parts out; what is missing says nothing."
    } else {
        ""
    };
    let others = match count {
        1 => String::new(),
        n => format!(" It has {n} proofs; one good proof of the issuer is enough."),
    };
    let proof = Check::pass(
        CheckId::Proof,
        format!(
            "The text is exactly what was signed ({}).{shown}{others}",
            suite.name()
        ),
    );
    Signed {
        checks: vec![proof, controller.check()],
        method: Some(controller.method),
        proof: Some(index),
        is_selective: suite.is_selective(),
        technical,
    }
}

/// The failure that says most: what is wrong before what could not be checked, the issuer's own
/// proofs before others'.
fn bad(failed: Vec<Failed>, controller: Option<Controller>) -> Signed {
    let any_unknown = failed.iter().any(|one| one.why.is_unknown());
    let worst = failed.into_iter().max_by_key(|Failed { why, bound, .. }| {
        let wrong = !why.is_unknown();
        // Somebody else's wrong proof must not outweigh one of the issuer that was not checked.
        (wrong && (*bound || !any_unknown), why.is_unknown(), *bound)
    });
    let Some(Failed { why, technical, .. }) = worst else {
        return Signed::not(no_proof());
    };
    let method = controller.as_ref().map(|controller| controller.method);
    let binding = match (&why, controller) {
        (Why::Key(no_key), _) => no_key.check(),
        (_, Some(controller)) => controller.check(),
        (_, None) => Check::skipped(
            CheckId::KeyBinding,
            "There is no good signature whose key could be looked at.",
        ),
    };
    let mut checks = Vec::new();
    match &why {
        Why::Proof(ProofError::Transformation(fault))
            if fault.kind != rdf::Kind::UnknownContext =>
        {
            checks.push(document::unsafe_meaning(fault));
            checks.push(Check::skipped(
                CheckId::Proof,
                "The signature cannot be computed, because part of the document has no meaning.",
            ));
        }
        why => checks.push(proof_check(why)),
    }
    checks.push(binding);
    Signed {
        checks,
        method,
        proof: None,
        is_selective: false,
        technical,
    }
}

fn proof_check(why: &Why) -> Check {
    const VERIFICATION: &str = "https://w3id.org/security#PROOF_VERIFICATION_ERROR";
    match why {
        Why::Proof(ProofError::Transformation(_)) => Check::unknown(
            CheckId::Proof,
            "unknown_context",
            "The signature could not be computed, because a vocabulary is not known here.",
        ),
        Why::Proof(error) if error.is_unknown() => Check::unknown(
            CheckId::Proof,
            "unsupported_proof",
            super::input::sentence(&error.to_string()),
        ),
        Why::Proof(error) => Check::fail(
            CheckId::Proof,
            reason(error),
            super::input::sentence(&error.to_string()),
        )
        .problem(error.problem()),
        Why::Key(_) => Check::skipped(
            CheckId::Proof,
            "Without the issuer's key the signature says nothing.",
        ),
        Why::TooMuch => too_much(CheckId::Proof),
        Why::Future => Check::fail(
            CheckId::Proof,
            "created_in_future",
            "The signature says that it was made in the future.",
        )
        .problem(VERIFICATION),
        Why::Expired => Check::fail(
            CheckId::Proof,
            "proof_expired",
            "The signature has expired.",
        )
        .problem(VERIFICATION),
    }
}

fn reason(error: &ProofError) -> &'static str {
    match error {
        ProofError::Signature => "signature_mismatch",
        ProofError::NoProof => "no_proof",
        ProofError::TooMany(_) => "too_many_proofs",
        ProofError::Purpose(_) => "wrong_purpose",
        ProofError::Domain => "wrong_domain",
        ProofError::Challenge => "wrong_challenge",
        _ => "malformed_proof",
    }
}

/// Nothing more is computed for this document.
pub(super) fn too_much(id: CheckId) -> Check {
    Check::unknown(
        id,
        "too_much_work",
        "This was not checked: what came before it made more work than one document may.",
    )
}

/// Nobody has signed it.
fn no_proof() -> Check {
    Check::fail(
        CheckId::Proof,
        "no_proof",
        "Nobody has signed this: it cannot be verified.",
    )
    .problem("https://w3id.org/security#PROOF_VERIFICATION_ERROR")
}

/// The answer for a document that has no proofs, or more than are read.
pub(super) fn unread(document: &Value) -> Option<Signed> {
    let error = match document.get("proof") {
        None | Some(Value::Null) => ProofError::NoProof,
        Some(proof) => match proof.one_or_many().len() {
            0 => ProofError::NoProof,
            1..=MAX_PROOFS => return None,
            more => ProofError::TooMany(more),
        },
    };
    Some(Signed::not(unread_check(&error)))
}

/// The check for proofs that cannot be read at all.
pub(super) fn unread_check(error: &ProofError) -> Check {
    match error {
        ProofError::NoProof => no_proof(),
        error => proof_check(&Why::Proof(error.clone())),
    }
}
