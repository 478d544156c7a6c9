//! A rich credential that the pages' samples share.

use serde_json::{Value, json};

use super::Claim;
use crate::verify;

fn criterion(n: usize, name: &str, levels: [&str; 4]) -> Value {
    let names = ["Beginning", "Developing", "Proficient", "Advanced"];
    let level = |i: usize| {
        json!({"id": format!("urn:uuid:c{n}l{i}"), "type": ["RubricCriterionLevel"], "name": names[i],
                   "description": levels[i], "points": (i + 1).to_string()})
    };
    json!({"id": format!("urn:uuid:c{n}"), "type": ["ResultDescription"], "name": name, "resultType": "RubricCriterionLevel",
               "requiredLevel": format!("urn:uuid:c{n}l2"), "rubricCriterionLevel": [level(0), level(1), level(2), level(3)]})
}

/// The document behind [`rich`].
pub(crate) fn document() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "https://badges.example/c/Zr4XfLk2Qp8sVb1NwYt6Ag",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:web:badges.example:issuers:r1", "type": ["Profile"], "name": "Riverside Tutoring"},
        "validFrom": "2026-11-09T10:00:00Z",
        "awardedDate": "2026-10-30T00:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:6d1b7a52-8c1e-4d7a-9b5c-1f2a3b4c5d6e",
            "source": {"id": "urn:uuid:5", "type": ["Profile"],
                "description": "Role: Career skills reviewer. Qualification: State teaching licence, 8 years in workforce training"},
            "achievement": {
                "id": "urn:uuid:a1", "type": ["Achievement"],
                "name": "Explain a decision with data",
                "description": "Can turn a small table of numbers into a clear recommendation that a busy manager can act on.",
                "achievementType": "MicroCredential",
                "tag": ["performance", "Reading charts", "Written argument", "Speaking to a group"],
                "criteria": {"narrative": "**The task.** Read a week of sales figures for a school store, choose one change, and defend it.\n\n* Write a one-page memo with a chart.\n* Present it in three minutes.\n* Answer two questions you have not seen before."},
                "resultDescription": [
                    criterion(1, "Uses evidence", ["Names a number without saying what it means.", "Uses one number that fits the point.", "Backs each claim with a fitting number.", "Weighs numbers against each other and says what they cannot show."]),
                    criterion(2, "Explains clearly", ["The reader has to guess the recommendation.", "The recommendation is there, the reasons are hard to follow.", "Recommendation first, reasons in order.", "A stranger could act on it without asking."]),
                    criterion(3, "Answers questions", ["Repeats the memo.", "Answers one of two questions.", "Answers both from the data.", "Answers both and says what else to find out."])
                ],
                "alignment": [
                    {"targetName": "Summarize numerical data sets", "targetFramework": "Grade 6 mathematics standards", "targetCode": "6.SP.B.5", "targetUrl": "https://standards.example/6.SP.B.5"},
                    {"targetName": "Prepare reports for managers", "targetFramework": "Job tasks: retail supervisor", "targetUrl": "https://tasks.example/retail/12"}
                ]
            },
            "result": [
                {"resultDescription": "urn:uuid:c1", "achievedLevel": "urn:uuid:c1l3"},
                {"resultDescription": "urn:uuid:c2", "achievedLevel": "urn:uuid:c2l2"},
                {"resultDescription": "urn:uuid:c3", "achievedLevel": "urn:uuid:c3l2"}
            ]
        },
        "evidence": [
            {"id": "https://badges.example/evidence/Qw3rT5yU7iO9pA1sD3fG5g", "type": ["Evidence"], "name": "One-page memo with chart", "description": "Recommends opening the store before first period.", "digestMultibase": "zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e"},
            {"id": "https://badges.example/evidence/Mw3rT5yU7iO9pA1sD3fG5g", "type": ["Evidence"], "name": "Three-minute talk", "description": "Video, with both questions and answers.", "digestMultibase": "zQmYAh3QxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWk1aa"}
        ]
    })
}

/// A rubric badge with everything in it.
pub(crate) fn rich() -> Claim {
    claim(&document())
}

/// A badge for taking part, with nothing but a name.
pub(crate) fn plain() -> Claim {
    claim(&json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "https://badges.example/c/Zr4XfLk2Qp8sVb1NwYt6Ag",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": "did:web:badges.example:issuers:r1",
        "validFrom": "2026-05-04T10:00:00Z",
        "credentialSubject": {"achievement": {"id": "urn:uuid:a2", "type": ["Achievement"], "name": "Career fair",
            "tag": ["participation"], "description": "Took part in the spring career fair.", "criteria": {}}}
    }))
}

/// A document as the verifier reads it, taken for true.
pub(crate) fn claim(document: &Value) -> Claim {
    let (claim, issuer) = verify::says(&document.to_string()).expect("a credential");
    let achieved = claim.achieved().expect("an achievement");
    Claim::laid_out(achieved, issuer.as_ref(), true)
}
