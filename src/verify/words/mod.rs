//! What every reason means for a person, and what to do next; and the problem type that the
//! standards have for it. One table each: to add a reason, add it here.

use std::{collections::HashMap, sync::LazyLock};

/// A reason in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// What it means, in a sentence or two.
    pub means: &'static str,
    /// What to do now.
    pub next: &'static str,
}

/// The English words. Another language is another file of the same form.
const ENGLISH: &str = include_str!("en.txt");

static TABLE: LazyLock<HashMap<&'static str, Explanation>> = LazyLock::new(|| read(ENGLISH));

/// What a [`Check::reason`](super::Check::reason) means, and what to do next. Every reason that
/// this room gives has words.
#[must_use]
pub fn explain(reason: &str) -> Option<Explanation> {
    TABLE.get(reason).copied()
}

/// Every reason that has words, in no order.
pub fn explained() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied()
}

/// Blocks of three lines: reasons, what they mean, what to do.
fn read(text: &'static str) -> HashMap<&'static str, Explanation> {
    let mut lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut table = HashMap::new();
    while let (Some(reasons), Some(means), Some(next)) = (lines.next(), lines.next(), lines.next())
    {
        for reason in reasons.split(' ') {
            table.insert(reason, Explanation { means, next });
        }
    }
    table
}

const PARSING: &str = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR";
const SECURITY: &str = "https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR";
const MALFORMED: &str = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR";
const RANGE: &str = "https://www.w3.org/TR/vc-data-model#RANGE_ERROR";
const VERIFICATION: &str = "https://w3id.org/security#PROOF_VERIFICATION_ERROR";
const TRANSFORMATION: &str = "https://w3id.org/security#PROOF_TRANSFORMATION_ERROR";
const DATA_LOSS: &str = "https://w3id.org/security#DATA_LOSS_DETECTION_ERROR";
const METHOD: &str = "https://w3id.org/security#INVALID_VERIFICATION_METHOD";
const KEY_DOCUMENT: &str = "https://w3id.org/security#INVALID_CONTROLLED_IDENTIFIER_DOCUMENT";
const KEY_DOCUMENT_ID: &str = "https://w3id.org/security#INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID";
const METHOD_URL: &str = "https://w3id.org/security#INVALID_VERIFICATION_METHOD_URL";
const CHALLENGE: &str = "https://w3id.org/security#INVALID_CHALLENGE_ERROR";
const DOMAIN: &str = "https://w3id.org/security#INVALID_DOMAIN_ERROR";
const STATUS: &str = "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR";
const RETRIEVAL: &str = "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR";

/// The problem type (RFC 9457) that the standards have for a reason, as a whole address: VCDM 2.0
/// §7.2, Data Integrity 1.0 §4.8, Controlled Identifiers 1.0 §3.5, Bitstring Status List 1.0 §3.5.
/// A check may know a more exact one. `None` where they have none: that something was taken back,
/// belongs to somebody else, or was not asked for is no fault of a document.
#[must_use]
pub(super) fn problem(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "unreadable" | "duplicate_key" | "too_large" | "nothing_found" | "not_read_yet"
        | "open_badges_1" | "not_a_badge" | "hosted_unreadable" => PARSING,
        "claim_mismatch"
        | "malformed"
        | "malformed_date"
        | "malformed_envelope"
        | "malformed_status"
        | "no_subject"
        | "schema_mismatch"
        | "second_meaning"
        | "wrong_context"
        | "refused_context"
        | "REFUSED_CONTEXT_ERROR"
        | "wrong_type"
        | "nested_presentation"
        | "nested_record"
        | "misplaced_endorsement" => MALFORMED,
        "expired"
        | "not_yet_valid"
        | "too_many_credentials"
        | "too_many_endorsements"
        | "too_many_statuses" => RANGE,
        "malformed_token"
        | "token_header"
        | "copy_differs"
        | "hosted_id_mismatch"
        | "outside_issuer_scope"
        | "not_hosted" => SECURITY,
        "signature_mismatch" | "no_proof" | "not_signed" | "malformed_proof" | "wrong_purpose"
        | "too_many_proofs" | "unsupported_proof" | "may_be_withheld" | "created_in_future"
        | "proof_expired" => VERIFICATION,
        "unknown_context" | "UNKNOWN_CONTEXT_ERROR" | "LIMIT_ERROR" | "too_much_work" => {
            TRANSFORMATION
        }
        "DATA_LOSS_DETECTION_ERROR" => DATA_LOSS,
        "wrong_challenge" => CHALLENGE,
        "wrong_domain" => DOMAIN,
        "issuer_key_mismatch"
        | "no_key_named"
        | "issuer_identifier"
        | "key_expired"
        | "key_revoked"
        | "weak_or_malformed_key"
        | "INVALID_VERIFICATION_METHOD" => METHOD,
        "INVALID_VERIFICATION_METHOD_URL" => METHOD_URL,
        "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT"
        | "issuer_unreachable"
        | "issuer_not_fetched"
        | "part_not_fetched" => KEY_DOCUMENT,
        "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID" => KEY_DOCUMENT_ID,
        "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD" => {
            "https://w3id.org/security#INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"
        }
        "status_unavailable" => RETRIEVAL,
        "status_stale"
        | "status_list"
        | "status_list_not_verified"
        | "revocation_list"
        | "unsupported_status" => STATUS,
        "receipt_key" | "no_receipt_key" => METHOD,
        "misplaced_receipt" => MALFORMED,
        _ => return None,
    })
}

/// The reasons for which the standards have no problem type.
#[cfg(test)]
const WITHOUT_PROBLEM: &[&str] = &[
    "revoked",
    "suspended",
    "gone",
    "other_credential",
    "other_recipient",
    "recipient_not_said",
    "no_recipient",
    "other_holder",
    "holder_not_said",
    "credential_inside_not_valid",
    "credential_inside_not_checked",
    "endorsement_not_valid",
    "endorsement_not_checked",
    "refresh_unavailable",
    "not_a_newer_version",
    "hosted_not_fetched",
    "hosted_unavailable",
    "not_found",
    "link_not_fetched",
    "link_unreachable",
    "link_unavailable",
    "out_of_time",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_a_reason_and_two_lines() {
        let blocks: Vec<Vec<&str>> = ENGLISH
            .split("\n\n")
            .map(|block| {
                block
                    .lines()
                    .filter(|line| !line.starts_with('#'))
                    .collect()
            })
            .filter(|lines: &Vec<&str>| !lines.is_empty())
            .collect();
        let mut reasons = 0;
        for block in &blocks {
            assert_eq!(block.len(), 3, "{block:?}");
            reasons += block[0].split(' ').count();
            for line in &block[1..] {
                assert!(line.ends_with('.') && line.len() < 200, "{line}");
                assert!(line.starts_with(char::is_uppercase), "{line}");
            }
        }
        assert_eq!(reasons, TABLE.len(), "a reason stands twice");
    }

    #[test]
    fn every_reason_has_its_problem_type_or_none() {
        for reason in explained() {
            let without = WITHOUT_PROBLEM.contains(&reason);
            assert_ne!(problem(reason).is_some(), without, "{reason}");
        }
        for reason in WITHOUT_PROBLEM {
            assert!(explain(reason).is_some(), "{reason}");
        }
    }
}
