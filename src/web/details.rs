//! What engineers unfold below an answer: what was signed, with which key, found where.

use crate::{
    verify::{self, Report},
    web::text::Text,
};

/// The details of one credential.
#[derive(Debug, Clone)]
pub(crate) struct Details {
    /// Which credential inside; empty for the document itself.
    pub(crate) name: Text,
    /// What it is, and it.
    pub(crate) lines: Vec<(&'static str, Text)>,
}

/// The details of a report, and of each inside it.
#[must_use]
pub(crate) fn of(report: &Report) -> Vec<Details> {
    let inside = report.children.iter().map(|child| Details {
        name: Text::new(&format!("Inside, at {}", child.pointer)),
        lines: lines(&child.report),
    });
    let own = Details {
        name: Text::default(),
        lines: lines(report),
    };
    std::iter::once(own).chain(inside).collect()
}

fn lines(report: &Report) -> Vec<(&'static str, Text)> {
    let details = verify::details(report);
    let line = |one: &verify::Detail| (one.label, Text::new(&one.value));
    details.iter().map(line).collect()
}

/// Samples that the pages' samples share.
#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    pub(crate) fn two() -> Vec<Details> {
        let lines: Vec<(&'static str, Text)> = vec![
            ("Form", "JSON with a proof inside".into()),
            ("Suite", "eddsa-rdfc-2022".into()),
            ("Signed on", "2026-11-22T14:00:00Z".into()),
            (
                "Canonical document",
                "sha-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
            ),
            (
                "Proof options",
                "sha-256 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752".into(),
            ),
            (
                "Key document",
                "did:web:riverside.example (did:web, as of 2026-11-22T14:02:00Z)".into(),
            ),
            (
                "Finding",
                "Status: The status list could not be read just now. (status_unavailable, https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR)".into(),
            ),
        ];
        vec![
            Details {
                name: Text::default(),
                lines: lines.clone(),
            },
            Details {
                name: "Inside, at /verifiableCredential/0".into(),
                lines,
            },
        ]
    }
}
