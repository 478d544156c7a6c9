//! G1, G7 and G8: every operation of the API and every page of the desk, asked by nobody, by another
//! organisation, and by somebody of the same one who may not. What is to be asked is read out of the
//! OpenAPI document and out of the routes in the source: one that is missing here fails.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;
use skillmark::{
    db::ProviderRow,
    who::{Role, Scope},
};

use crate::support::{
    db::{Engine, Temp, on_both},
    openapi,
    site::{Answer, Provider, Site, Visitor, percent},
};

/// What anybody may ask: it is public, and says so in the document by wanting no key.
const OPEN: &[&str] = &[
    "GET /c/{id}.{form}",
    "GET /health/live",
    "GET /health/ready",
    "GET /issuers/{id}/did.json",
    "GET /receipts/did.json",
    "GET /status/{list}",
    "POST /api/v1/receipts",
    "POST /api/v1/verify",
    "POST /api/v1/verify/many",
    "POST /verify/frame",
];

/// What is asked, the scope it needs, where an id of ours is found, and what is sent.
type Line = (&'static str, Scope, &'static str, &'static str);

const CREDENTIAL: &str = "select credential_id from credentials";
const EVIDENCE: &str = "select evidence_id from evidence";
const MEMBER: &str = "select member_id from members where name = 'Una Uninvolved'";
const KEY: &str = "select api_key_id from api_keys where name = 'first'";
const PROVIDER: &str = "select provider_id from sign_in_providers";
const BATCH: &str = "select job_id from jobs where kind = 'credentials.issue'";
const WEBHOOK: &str = "select webhook_id from webhooks";
const DELIVERY: &str = "select delivery_id from deliveries";
const PROGRAM: &str = "select program_id from programs";
const LAB: &str = "select lab_id from labs";
const LEARNER: &str = "select person_id from people";
const ATTEMPT: &str = "select attempt_id from attempts";
const HANDED_IN: &str = "select evidence_id from attempt_evidence";
const REVIEWER: &str = "select reviewer from qualifications";
const QUALIFICATION: &str = "select qualification_id from qualifications";
const BULK: &str = "select bulk_id from bulk_changes";
const DRAFT: &str = "select draft_id from achievement_drafts";
const MAP: &str = "select map_id from competency_maps";
const RUBRIC: &str = "select rubric_id from rubrics";
const PATHWAY: &str = "select pathway_id from pathways";
const ASKED: &str = "select endorsement_id from endorsements";
const EDITION: &str = "select achievement_id from endorsements";
/// It has no id in its address.
const NONE: &str = "";

/// Every operation of the API that wants a key.
const API: &[Line] = &[
    ("GET /api/v1/achievements", Scope::Read, NONE, ""),
    ("POST /api/v1/achievements", Scope::Publish, NONE, "{}"),
    ("POST /api/v1/credentials", Scope::Issue, NONE, "{}"),
    ("GET /api/v1/credentials/{id}", Scope::Read, CREDENTIAL, ""),
    (
        "POST /api/v1/credentials/{id}/status",
        Scope::Revoke,
        CREDENTIAL,
        r#"{"change":"revoke"}"#,
    ),
    (
        "GET /api/v1/credentials/{id}/correction",
        Scope::Revoke,
        CREDENTIAL,
        "",
    ),
    (
        "POST /api/v1/credentials/{id}/correction",
        Scope::Revoke,
        CREDENTIAL,
        r#"{"reason":""}"#,
    ),
    ("GET /api/v1/bulk-changes", Scope::Revoke, NONE, ""),
    ("POST /api/v1/bulk-changes", Scope::Revoke, NONE, "{}"),
    (
        "POST /api/v1/bulk-changes/{id}/decision",
        Scope::Revoke,
        BULK,
        r#"{"confirm":true}"#,
    ),
    ("GET /evidence/{id}", Scope::Read, EVIDENCE, ""),
    ("GET /api/v1/people", Scope::Read, NONE, ""),
    ("POST /api/v1/people", Scope::Manage, NONE, "{}"),
    (
        "PUT /api/v1/people/{id}",
        Scope::Manage,
        MEMBER,
        r#"{"name":"Eve","roles":["tutor"]}"#,
    ),
    (
        "POST /api/v1/people/{id}/state",
        Scope::Manage,
        MEMBER,
        r#"{"change":"remove"}"#,
    ),
    ("GET /api/v1/sign-in-providers", Scope::Manage, NONE, ""),
    ("POST /api/v1/sign-in-providers", Scope::Manage, NONE, "{}"),
    (
        "DELETE /api/v1/sign-in-providers/{id}",
        Scope::Manage,
        PROVIDER,
        "",
    ),
    ("GET /api/v1/letters", Scope::Manage, NONE, ""),
    ("GET /api/v1/letters/log", Scope::Manage, NONE, ""),
    ("PUT /api/v1/letters/{kind}", Scope::Manage, NONE, "{}"),
    ("DELETE /api/v1/letters/{kind}", Scope::Manage, NONE, ""),
    (
        "POST /api/v1/letters/{kind}/state",
        Scope::Manage,
        NONE,
        r#"{"sent":false}"#,
    ),
    (
        "POST /api/v1/letters/{kind}/preview",
        Scope::Manage,
        NONE,
        "{}",
    ),
    ("POST /api/v1/people/{id}/link", Scope::Manage, MEMBER, ""),
    ("GET /api/v1/api-keys", Scope::Manage, NONE, ""),
    ("POST /api/v1/api-keys", Scope::Manage, NONE, "{}"),
    ("DELETE /api/v1/api-keys/{id}", Scope::Manage, KEY, ""),
    ("GET /api/v1/log", Scope::Log, NONE, ""),
    ("GET /api/v1/batches", Scope::Read, NONE, ""),
    ("POST /api/v1/batches", Scope::Issue, NONE, "{}"),
    ("GET /api/v1/batches/{id}", Scope::Read, BATCH, ""),
    (
        "POST /api/v1/batches/{id}/state",
        Scope::Issue,
        BATCH,
        r#"{"change":"cancel"}"#,
    ),
    ("GET /api/v1/webhooks", Scope::Manage, NONE, ""),
    (
        "POST /api/v1/webhooks",
        Scope::Manage,
        NONE,
        r#"{"url":"https://x.example/","events":[]}"#,
    ),
    ("DELETE /api/v1/webhooks/{id}", Scope::Manage, WEBHOOK, ""),
    (
        "POST /api/v1/webhooks/{id}/state",
        Scope::Manage,
        WEBHOOK,
        r#"{"on":true}"#,
    ),
    (
        "GET /api/v1/webhooks/{id}/deliveries",
        Scope::Manage,
        WEBHOOK,
        "",
    ),
    (
        "POST /api/v1/deliveries/{id}/again",
        Scope::Manage,
        DELIVERY,
        "",
    ),
    ("GET /api/v1/programs", Scope::Read, NONE, ""),
    ("POST /api/v1/programs", Scope::Programs, NONE, "{}"),
    (
        "PUT /api/v1/programs/{id}",
        Scope::Programs,
        PROGRAM,
        r#"{"name":"x","term":"x","school":"x"}"#,
    ),
    (
        "GET /api/v1/programs/{id}/learners",
        Scope::Read,
        PROGRAM,
        "",
    ),
    (
        "POST /api/v1/programs/{id}/roster",
        Scope::Programs,
        PROGRAM,
        "learner\nu-1\n",
    ),
    (
        "POST /api/v1/programs/{id}/roster/plan",
        Scope::Programs,
        PROGRAM,
        "learner\nu-1\n",
    ),
    ("GET /api/v1/programs/{id}", Scope::Read, PROGRAM, ""),
    (
        "POST /api/v1/programs/{id}/state",
        Scope::Programs,
        PROGRAM,
        r#"{"ended":true}"#,
    ),
    (
        "PUT /api/v1/programs/{id}/learners/{learner}",
        Scope::Programs,
        PROGRAM,
        "",
    ),
    (
        "DELETE /api/v1/programs/{id}/learners/{learner}",
        Scope::Programs,
        PROGRAM,
        "",
    ),
    ("GET /api/v1/learners", Scope::Read, NONE, ""),
    ("POST /api/v1/learners", Scope::Programs, NONE, "{}"),
    ("GET /api/v1/learners/{id}", Scope::Read, LEARNER, ""),
    ("PUT /api/v1/learners/{id}", Scope::Programs, LEARNER, "{}"),
    (
        "POST /api/v1/learners/{id}/merge",
        Scope::Programs,
        LEARNER,
        r#"{"from":"AAAAAAAAAAAAAAAAAAAAAA"}"#,
    ),
    (
        "POST /api/v1/learners/{id}/link",
        Scope::Propose,
        LEARNER,
        "",
    ),
    (
        "GET /api/v1/learners/{id}/guardian-link",
        Scope::Programs,
        LEARNER,
        "",
    ),
    (
        "POST /api/v1/learners/{id}/guardian-link",
        Scope::Programs,
        LEARNER,
        "",
    ),
    (
        "DELETE /api/v1/learners/{id}/guardian-link",
        Scope::Programs,
        LEARNER,
        "",
    ),
    (
        "DELETE /api/v1/learners/{id}/links",
        Scope::Propose,
        LEARNER,
        "",
    ),
    ("GET /api/v1/labs", Scope::Read, NONE, ""),
    ("POST /api/v1/labs", Scope::Propose, NONE, "{}"),
    ("GET /api/v1/labs/{id}", Scope::Read, LAB, ""),
    (
        "POST /api/v1/labs/{id}/state",
        Scope::Propose,
        LAB,
        r#"{"closed":true}"#,
    ),
    (
        "PUT /api/v1/labs/{id}/learners/{learner}",
        Scope::Propose,
        LAB,
        "",
    ),
    (
        "DELETE /api/v1/labs/{id}/learners/{learner}",
        Scope::Propose,
        LAB,
        "",
    ),
    (
        "POST /api/v1/labs/{id}/scores",
        Scope::Propose,
        LAB,
        r#"{"learner":"AAAAAAAAAAAAAAAAAAAAAA","achievement":"AAAAAAAAAAAAAAAAAAAAAA","criterion":"x","level":"x"}"#,
    ),
    (
        "PUT /api/v1/labs/{id}/offers",
        Scope::Propose,
        LAB,
        r#"{"offers":[]}"#,
    ),
    ("POST /api/v1/labs/{id}/links", Scope::Propose, LAB, ""),
    (
        "POST /api/v1/labs/{id}/taking-part",
        Scope::Issue,
        LAB,
        r#"{"achievement":"AAAAAAAAAAAAAAAAAAAAAA","learners":[]}"#,
    ),
    ("POST /api/v1/attempts", Scope::Propose, NONE, "{}"),
    ("GET /api/v1/attempts/{id}", Scope::Read, ATTEMPT, ""),
    (
        "POST /api/v1/attempts/{id}/scores",
        Scope::Propose,
        ATTEMPT,
        r#"{"levels":{}}"#,
    ),
    (
        "POST /api/v1/attempts/{id}/notes",
        Scope::Propose,
        ATTEMPT,
        r#"{"note":"x"}"#,
    ),
    (
        "POST /api/v1/attempts/{id}/evidence",
        Scope::Propose,
        ATTEMPT,
        "x",
    ),
    (
        "POST /api/v1/attempts/{id}/submit",
        Scope::Propose,
        ATTEMPT,
        "",
    ),
    (
        "POST /api/v1/attempts/{id}/withdraw",
        Scope::Propose,
        ATTEMPT,
        "",
    ),
    (
        "POST /api/v1/attempts/{id}/decision",
        Scope::Review,
        ATTEMPT,
        r#"{"decision":"return","levels":{}}"#,
    ),
    (
        "POST /api/v1/attempts/{id}/second-reading",
        Scope::Review,
        ATTEMPT,
        r#"{"levels":{}}"#,
    ),
    (
        "GET /api/v1/attempts/{id}/evidence",
        Scope::Read,
        ATTEMPT,
        "",
    ),
    (
        "GET /api/v1/attempts/{id}/evidence/{piece}",
        Scope::Read,
        ATTEMPT,
        "",
    ),
    (
        "DELETE /api/v1/attempts/{id}/evidence/{piece}",
        Scope::Propose,
        ATTEMPT,
        "",
    ),
    ("GET /api/v1/reviews", Scope::Read, NONE, ""),
    ("GET /api/v1/second-readings", Scope::Review, NONE, ""),
    ("GET /api/v1/reviewers", Scope::Read, NONE, ""),
    (
        "GET /api/v1/reviewers/{id}/approved",
        Scope::Read,
        REVIEWER,
        "",
    ),
    (
        "POST /api/v1/reviewers/{id}/state",
        Scope::Manage,
        REVIEWER,
        r#"{"suspended":true}"#,
    ),
    (
        "POST /api/v1/reviewers/{id}/again",
        Scope::Manage,
        REVIEWER,
        "",
    ),
    (
        "DELETE /api/v1/qualifications/{id}",
        Scope::Manage,
        QUALIFICATION,
        "",
    ),
    ("POST /api/v1/qualifications", Scope::Manage, NONE, "{}"),
    ("GET /api/v1/drafts", Scope::Read, NONE, ""),
    ("POST /api/v1/drafts", Scope::Standards, NONE, "{}"),
    ("GET /api/v1/drafts/{id}", Scope::Read, DRAFT, ""),
    (
        "PUT /api/v1/drafts/{id}",
        Scope::Standards,
        DRAFT,
        r#"{"changes":1,"draft":{"name":"x"}}"#,
    ),
    ("DELETE /api/v1/drafts/{id}", Scope::Standards, DRAFT, ""),
    ("GET /api/v1/drafts/{id}/check", Scope::Read, DRAFT, ""),
    (
        "POST /api/v1/drafts/{id}/publish",
        Scope::Publish,
        DRAFT,
        "",
    ),
    ("POST /api/v1/pictures", Scope::Standards, NONE, ""),
    (
        "GET /api/v1/achievements/{id}/employers",
        Scope::Read,
        EDITION,
        "",
    ),
    (
        "POST /api/v1/achievements/{id}/employers",
        Scope::Standards,
        EDITION,
        r#"{"employer":{"organisation":"H","email":"a@h.example"}}"#,
    ),
    (
        "POST /api/v1/employers/{id}/withdraw",
        Scope::Standards,
        ASKED,
        "",
    ),
    ("GET /api/v1/maps", Scope::Read, NONE, ""),
    ("POST /api/v1/maps", Scope::Standards, NONE, "{}"),
    ("GET /api/v1/maps/{id}", Scope::Read, MAP, ""),
    (
        "PUT /api/v1/maps/{id}",
        Scope::Standards,
        MAP,
        r#"{"version":1,"changes":1,"document":{"name":"x"}}"#,
    ),
    ("GET /api/v1/rubrics", Scope::Read, NONE, ""),
    ("POST /api/v1/rubrics", Scope::Standards, NONE, "{}"),
    ("GET /api/v1/rubrics/{id}", Scope::Read, RUBRIC, ""),
    (
        "PUT /api/v1/rubrics/{id}",
        Scope::Standards,
        RUBRIC,
        r#"{"version":1,"changes":1,"document":{"name":"x"}}"#,
    ),
    ("GET /api/v1/pathways", Scope::Read, NONE, ""),
    ("POST /api/v1/pathways", Scope::Standards, NONE, "{}"),
    ("GET /api/v1/pathways/{id}", Scope::Read, PATHWAY, ""),
    (
        "PUT /api/v1/pathways/{id}",
        Scope::Standards,
        PATHWAY,
        r#"{"version":1,"changes":1,"document":{"name":"x"}}"#,
    ),
    ("GET /api/v1/maps/{id}/case", Scope::Read, MAP, ""),
    ("GET /api/v1/maps/{id}/csv", Scope::Read, MAP, ""),
    ("POST /api/v1/maps/from-case", Scope::Standards, NONE, "{}"),
    ("POST /api/v1/maps/from-csv", Scope::Standards, NONE, "{}"),
    ("GET /api/v1/rubrics/{id}/case", Scope::Read, RUBRIC, ""),
    (
        "GET /api/v1/rubrics/{id}/versions/{version}",
        Scope::Read,
        RUBRIC,
        "",
    ),
    (
        "GET /api/v1/maps/{id}/versions/{version}",
        Scope::Read,
        MAP,
        "",
    ),
    (
        "GET /api/v1/pathways/{id}/dry-run",
        Scope::Read,
        PATHWAY,
        "",
    ),
    (
        "POST /api/v1/pathways/{id}/activate",
        Scope::Publish,
        PATHWAY,
        r#"{"version":1}"#,
    ),
    (
        "POST /api/v1/pathways/{id}/end",
        Scope::Publish,
        PATHWAY,
        "",
    ),
    (
        "POST /api/v1/pathways/{id}/settle",
        Scope::Revoke,
        PATHWAY,
        r#"{"person":"AAAAAAAAAAAAAAAAAAAAAA","decision":"keep"}"#,
    ),
];

/// What is put in that nothing else made, as rows of the first organisation.
const ROWS: &[&str] = &[
    "insert into jobs (issuer_id, job_id, kind, about, details, actor, state, attempts, run_after, total, done, \
     failed, cancelled, repeated, created_at, finished_at) values ('{issuer}', 'YYYYfLk2Qp8sVb1NwYt6Ag', \
     'credentials.issue', 'x', '{}', 'cli', 'done', 0, '2026-03-01T12:00:00Z', 1, 1, 0, 0, 0, '2026-03-01T12:00:00Z', \
     '2026-03-01T12:00:00Z')",
    "insert into webhooks (issuer_id, webhook_id, url, events, secret_sealed, state, created_at) values \
     ('{issuer}', 'YYYYfLk2Qp8sVb1NwYt6Ag', 'https://x.example/', 'credential.issued', '', 'on', '2026-03-01T12:00:00Z')",
    "insert into deliveries (issuer_id, delivery_id, webhook_id, event, about, body, state, attempts, created_at) values \
     ('{issuer}', 'msg_YYYYfLk2Qp8sVb1NwYt6Ag', 'YYYYfLk2Qp8sVb1NwYt6Ag', 'credential.issued', 'x', '{}', 'failed', 1, '2026-03-01T12:00:00Z')",
    "insert into programs (issuer_id, program_id, name, term, school, grade_band, funding_stream, turnaround_days, \
     second_percent, created_at) values ('{issuer}', 'YYYYfLk2Qp8sVb1NwYt6Ag', 'x', 'x', 'x', '', '', 7, 10, '2026-03-01T12:00:00Z')",
    "insert into labs (issuer_id, lab_id, program_id, name, held_at, created_at) values ('{issuer}', \
     'YYYYfLk2Qp8sVb1NwYt6Ag', 'YYYYfLk2Qp8sVb1NwYt6Ag', 'x', '2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z')",
    "insert into attempts (issuer_id, attempt_id, person_id, sealed_for, achievement_id, kind, state, round, opened_at, \
     opened_by, edition) select issuer_id, 'YYYYfLk2Qp8sVb1NwYt6Ag', person_id, person_id, achievement_id, 'practice', 'open', 1, \
     '2026-03-01T12:00:00Z', 'x', 1 from credentials where issuer_id = '{issuer}'",
    "insert into attempt_evidence (issuer_id, evidence_id, attempt_id, round, kind, body_sealed, added_by, added_at) values \
     ('{issuer}', 'YYYYfLk2Qp8sVb1NwYt6Ag', 'YYYYfLk2Qp8sVb1NwYt6Ag', 1, 'note', '', 'x', '2026-03-01T12:00:00Z')",
    "insert into qualifications (issuer_id, qualification_id, reviewer, role, title, created_at) values ('{issuer}', \
     'YYYYfLk2Qp8sVb1NwYt6Ag', 'YYYYfLk2Qp8sVb1NwYt6Ag', 'x', 'x', '2026-03-01T12:00:00Z')",
    "insert into bulk_changes (issuer_id, bulk_id, change, state, asked_by, asked_at) values ('{issuer}', \
     'YYYYfLk2Qp8sVb1NwYt6Ag', 'revoke', 'waiting', 'x', '2026-03-01T12:00:00Z')",
    "insert into achievement_drafts (issuer_id, draft_id, name, document, changes, created_at, changed_at) \
     values ('{issuer}', 'YYYYfLk2Qp8sVb1NwYt6Ag', 'x', '{\"name\":\"x\"}', 1, '2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z')",
    "insert into competency_maps (issuer_id, map_id, version, name, document, changes, changed_at) \
     values ('{issuer}', 'YYYYfLk2Qp8sVb1NwYt6Ag', 1, 'x', '{\"name\":\"x\"}', 1, '2026-03-01T12:00:00Z')",
    "insert into rubrics (issuer_id, rubric_id, version, name, document, changes, changed_at) \
     values ('{issuer}', 'YYYYfLk2Qp8sVb1NwYt6Ag', 1, 'x', '{\"name\":\"x\"}', 1, '2026-03-01T12:00:00Z')",
    "insert into pathways (issuer_id, pathway_id, version, name, document, changes, changed_at) \
     values ('{issuer}', 'YYYYfLk2Qp8sVb1NwYt6Ag', 1, 'x', '{\"name\":\"x\"}', 1, '2026-03-01T12:00:00Z')",
    // One that the other organisation has not: what both publish alike has the same id in both.
    "insert into achievements (issuer_id, achievement_id, name, kind, version, document, created_at) \
     select issuer_id, 'YYYYfLk2Qp8sVb1NwYt6Ag', name, kind, version, document, created_at \
     from achievements where issuer_id = '{issuer}' limit 1",
    "insert into endorsements (issuer_id, endorsement_id, achievement_id, state, token_hash, by_letter, expires_at, \
     created_at, changed_at) select '{issuer}', 'YYYYfLk2Qp8sVb1NwYt6Ag', achievement_id, 'invited', x'00', false, \
     '2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z' from achievements where achievement_id = 'YYYYfLk2Qp8sVb1NwYt6Ag'",
];

/// Everything at the desk. What is one's own account's is there for everybody who is signed in.
const DESK: &[Line] = &[
    ("GET /desk", Scope::Read, NONE, ""),
    ("GET /desk/access", Scope::Read, NONE, ""),
    ("GET /desk/account", Scope::Read, NONE, ""),
    ("POST /desk/account/password", Scope::Read, NONE, ""),
    ("GET /desk/account/codes", Scope::Read, NONE, ""),
    ("POST /desk/account/codes", Scope::Read, NONE, ""),
    ("POST /desk/account/codes/stop", Scope::Read, NONE, ""),
    ("POST /desk/account/passkeys", Scope::Read, NONE, ""),
    (
        "POST /desk/account/passkeys/challenge",
        Scope::Read,
        NONE,
        "",
    ),
    ("POST /desk/account/passkeys/remove", Scope::Read, NONE, ""),
    ("POST /desk/account/sessions", Scope::Read, NONE, ""),
    (
        "POST /desk/account/sessions/{id}",
        Scope::Read,
        "select s.session_id from sessions s join members m on m.account_id = s.account_id \
         where m.name = 'Only tutor'",
        "",
    ),
    ("GET /desk/people", Scope::Read, NONE, ""),
    ("POST /desk/people", Scope::Manage, NONE, ""),
    ("GET /desk/people/{id}", Scope::Manage, MEMBER, ""),
    (
        "POST /desk/people/{id}",
        Scope::Manage,
        MEMBER,
        "name=Eve&role=tutor",
    ),
    ("POST /desk/people/{id}/{act}", Scope::Manage, MEMBER, ""),
    ("GET /desk/keys", Scope::Manage, NONE, ""),
    ("POST /desk/keys", Scope::Manage, NONE, "name=x&scope=read"),
    ("POST /desk/keys/{id}/revoke", Scope::Manage, KEY, ""),
    ("GET /desk/providers", Scope::Manage, NONE, ""),
    ("POST /desk/providers", Scope::Manage, NONE, ""),
    (
        "POST /desk/providers/{id}/remove",
        Scope::Manage,
        PROVIDER,
        "",
    ),
    ("GET /desk/awards", Scope::Read, NONE, ""),
    ("GET /desk/awards/new", Scope::Issue, NONE, ""),
    ("POST /desk/awards/new", Scope::Issue, NONE, "--x--\r\n"),
    ("GET /desk/awards/{id}", Scope::Read, BATCH, ""),
    (
        "POST /desk/awards/{id}",
        Scope::Issue,
        BATCH,
        "change=cancel",
    ),
    ("GET /desk/awards/{id}/events", Scope::Read, BATCH, ""),
    ("GET /desk/letters", Scope::Manage, NONE, ""),
    ("GET /desk/letters/{kind}", Scope::Manage, NONE, ""),
    (
        "POST /desk/letters/{kind}",
        Scope::Manage,
        NONE,
        "step=reset",
    ),
    ("GET /desk/webhooks", Scope::Manage, NONE, ""),
    ("POST /desk/webhooks", Scope::Manage, NONE, "url=x"),
    (
        "POST /desk/webhooks/{id}",
        Scope::Manage,
        WEBHOOK,
        "step=remove",
    ),
    ("GET /desk/log", Scope::Log, NONE, ""),
    ("GET /desk/learners", Scope::Read, NONE, ""),
    ("POST /desk/learners", Scope::Programs, NONE, ""),
    ("GET /desk/learners/{id}", Scope::Read, LEARNER, ""),
    (
        "POST /desk/learners/{id}",
        Scope::Programs,
        LEARNER,
        "name=x",
    ),
    (
        "POST /desk/learners/{id}/merge",
        Scope::Programs,
        LEARNER,
        "double=Zr4XfLk2Qp8sVb1NwYt6Ag",
    ),
    ("POST /desk/learners/{id}/link", Scope::Propose, LEARNER, ""),
    (
        "POST /desk/learners/{id}/guardian",
        Scope::Programs,
        LEARNER,
        "step=send",
    ),
    (
        "POST /desk/learners/{id}/links/end",
        Scope::Propose,
        LEARNER,
        "",
    ),
    (
        "POST /desk/learners/{id}/attempts",
        Scope::Propose,
        LEARNER,
        "achievement=Zr4XfLk2Qp8sVb1NwYt6Ag&kind=practice",
    ),
    ("GET /desk/programs", Scope::Read, NONE, ""),
    ("POST /desk/programs", Scope::Programs, NONE, ""),
    ("GET /desk/programs/{id}", Scope::Read, PROGRAM, ""),
    (
        "POST /desk/programs/{id}",
        Scope::Programs,
        PROGRAM,
        "name=x&term=x&school=x",
    ),
    (
        "POST /desk/programs/{id}/end",
        Scope::Programs,
        PROGRAM,
        "ended=yes",
    ),
    (
        "POST /desk/programs/{id}/join",
        Scope::Programs,
        PROGRAM,
        "learner=Zr4XfLk2Qp8sVb1NwYt6Ag",
    ),
    (
        "POST /desk/programs/{id}/leave",
        Scope::Programs,
        PROGRAM,
        "learner=Zr4XfLk2Qp8sVb1NwYt6Ag",
    ),
    (
        "POST /desk/programs/{id}/roster",
        Scope::Programs,
        PROGRAM,
        "--x--\r\n",
    ),
    (
        "POST /desk/programs/{id}/roster/apply",
        Scope::Programs,
        PROGRAM,
        "",
    ),
    ("GET /desk/labs", Scope::Read, NONE, ""),
    ("POST /desk/labs", Scope::Propose, NONE, ""),
    ("GET /desk/labs/{id}", Scope::Read, LAB, ""),
    ("GET /desk/labs/{id}/qr.svg", Scope::Read, LAB, ""),
    ("GET /desk/labs/{id}/station", Scope::Read, LAB, ""),
    (
        "POST /desk/labs/{id}/roster",
        Scope::Propose,
        LAB,
        "learner=Zr4XfLk2Qp8sVb1NwYt6Ag&on=yes",
    ),
    (
        "POST /desk/labs/{id}/close",
        Scope::Propose,
        LAB,
        "closed=yes",
    ),
    (
        "GET /desk/labs/{id}/grid/{achievement}",
        Scope::Read,
        LAB,
        "",
    ),
    (
        "POST /desk/labs/{id}/grid/{achievement}",
        Scope::Propose,
        LAB,
        "learner=Zr4XfLk2Qp8sVb1NwYt6Ag",
    ),
    ("POST /desk/labs/{id}/cards", Scope::Propose, LAB, ""),
    ("GET /desk/labs/{id}/offers", Scope::Propose, LAB, ""),
    ("POST /desk/labs/{id}/offers", Scope::Propose, LAB, ""),
    (
        "GET /desk/labs/{id}/taking-part/{achievement}",
        Scope::Issue,
        LAB,
        "",
    ),
    (
        "POST /desk/labs/{id}/taking-part/{achievement}",
        Scope::Issue,
        LAB,
        "step=award",
    ),
    ("GET /desk/review", Scope::Read, NONE, ""),
    ("GET /desk/attempts/{id}", Scope::Read, ATTEMPT, ""),
    (
        "POST /desk/attempts/{id}/scores",
        Scope::Propose,
        ATTEMPT,
        "",
    ),
    (
        "POST /desk/attempts/{id}/submit",
        Scope::Propose,
        ATTEMPT,
        "",
    ),
    (
        "POST /desk/attempts/{id}/withdraw",
        Scope::Propose,
        ATTEMPT,
        "",
    ),
    (
        "POST /desk/attempts/{id}/evidence",
        Scope::Propose,
        ATTEMPT,
        "--x--\r\n",
    ),
    (
        "POST /desk/attempts/{id}/decision",
        Scope::Review,
        ATTEMPT,
        "",
    ),
    ("POST /desk/attempts/{id}/again", Scope::Review, ATTEMPT, ""),
    ("GET /desk/files/{id}", Scope::Read, HANDED_IN, ""),
    ("GET /desk/reviewers", Scope::Read, NONE, ""),
    ("POST /desk/reviewers", Scope::Manage, NONE, ""),
    ("GET /desk/reviewers/{id}", Scope::Read, REVIEWER, ""),
    (
        "POST /desk/reviewers/{id}/suspend",
        Scope::Manage,
        REVIEWER,
        "suspended=yes",
    ),
    (
        "POST /desk/reviewers/{id}/again",
        Scope::Manage,
        REVIEWER,
        "",
    ),
    (
        "POST /desk/qualifications/{id}/end",
        Scope::Manage,
        QUALIFICATION,
        "",
    ),
    ("GET /desk/credentials/{id}", Scope::Revoke, CREDENTIAL, ""),
    (
        "POST /desk/credentials/{id}",
        Scope::Revoke,
        CREDENTIAL,
        "awarded=2026-03-01",
    ),
    (
        "POST /desk/credentials/{id}/status",
        Scope::Revoke,
        CREDENTIAL,
        "change=revoke",
    ),
    ("GET /desk/corrections", Scope::Revoke, NONE, ""),
    (
        "POST /desk/corrections",
        Scope::Revoke,
        NONE,
        "change=revoke",
    ),
    (
        "POST /desk/corrections/{id}",
        Scope::Revoke,
        BULK,
        "answer=yes",
    ),
    ("GET /desk/achievements", Scope::Read, NONE, ""),
    ("POST /desk/achievements", Scope::Standards, NONE, ""),
    ("GET /desk/achievements/new", Scope::Standards, NONE, ""),
    ("GET /desk/achievements/{id}", Scope::Read, DRAFT, ""),
    ("POST /desk/achievements/{id}", Scope::Standards, DRAFT, ""),
    (
        "GET /desk/achievements/{id}/picture.png",
        Scope::Read,
        DRAFT,
        "",
    ),
    (
        "POST /desk/achievements/{id}/picture",
        Scope::Standards,
        DRAFT,
        "--x--\r\n",
    ),
    (
        "POST /desk/achievements/{id}/discard",
        Scope::Standards,
        DRAFT,
        "",
    ),
    (
        "GET /desk/achievements/{id}/publish",
        Scope::Read,
        DRAFT,
        "",
    ),
    (
        "POST /desk/achievements/{id}/publish",
        Scope::Publish,
        DRAFT,
        "",
    ),
    ("GET /desk/editions/{id}", Scope::Read, EDITION, ""),
    (
        "POST /desk/editions/{id}",
        Scope::Standards,
        EDITION,
        "organisation=H&email=a%40h.example&days=7",
    ),
    (
        "POST /desk/editions/{id}/withdraw",
        Scope::Standards,
        EDITION,
        "employer=Zr4XfLk2Qp8sVb1NwYt6Ag",
    ),
    ("GET /desk/maps", Scope::Read, NONE, ""),
    ("POST /desk/maps", Scope::Standards, NONE, ""),
    ("GET /desk/maps/new", Scope::Standards, NONE, ""),
    ("GET /desk/maps/{id}", Scope::Read, MAP, ""),
    ("POST /desk/maps/{id}", Scope::Standards, MAP, ""),
    ("GET /desk/rubrics", Scope::Read, NONE, ""),
    ("POST /desk/rubrics", Scope::Standards, NONE, ""),
    ("GET /desk/rubrics/new", Scope::Standards, NONE, ""),
    ("GET /desk/rubrics/{id}", Scope::Read, RUBRIC, ""),
    ("POST /desk/rubrics/{id}", Scope::Standards, RUBRIC, ""),
    ("GET /desk/pathways", Scope::Read, NONE, ""),
    ("POST /desk/pathways", Scope::Standards, NONE, ""),
    ("GET /desk/pathways/new", Scope::Standards, NONE, ""),
    ("GET /desk/pathways/{id}", Scope::Read, PATHWAY, ""),
    ("POST /desk/pathways/{id}", Scope::Standards, PATHWAY, ""),
    ("GET /desk/maps/{id}/{n}", Scope::Read, MAP, ""),
    ("GET /desk/rubrics/{id}/{n}", Scope::Read, RUBRIC, ""),
    ("GET /desk/map-import", Scope::Standards, NONE, ""),
    ("POST /desk/map-import", Scope::Standards, NONE, "--x--\r\n"),
    ("POST /desk/map-import/keep", Scope::Standards, NONE, ""),
    ("GET /desk/pathways/{id}/run", Scope::Read, PATHWAY, ""),
    (
        "POST /desk/pathways/{id}/activate",
        Scope::Publish,
        PATHWAY,
        "version=1",
    ),
    ("POST /desk/pathways/{id}/end", Scope::Publish, PATHWAY, ""),
    (
        "POST /desk/pathways/{id}/settle",
        Scope::Revoke,
        PATHWAY,
        "person=AAAAAAAAAAAAAAAAAAAAAA&decision=keep",
    ),
];

/// An id that nobody has.
const NOBODY: &str = "Zr4XfLk2Qp8sVb1NwYt6Ag";

/// Fails when the lines and what there is are not the same.
#[track_caller]
fn complete(what: &str, lines: &[Line], there: &BTreeSet<String>) {
    let told: BTreeSet<String> = lines.iter().map(|line| line.0.to_owned()).collect();
    let missing: Vec<_> = there.difference(&told).collect();
    let gone: Vec<_> = told.difference(there).collect();
    assert!(
        missing.is_empty(),
        "{what}: not in the matrix, put them in: {missing:#?}"
    );
    assert!(
        gone.is_empty(),
        "{what}: in the matrix, and not there any more: {gone:#?}"
    );
}

/// The operations of the document: whether each wants a key.
async fn operations(site: &Site) -> BTreeMap<String, bool> {
    let document = openapi::document(&site.router).await;
    let mut all = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let keyed = operation["security"].is_array();
            all.insert(format!("{} {path}", method.to_uppercase()), keyed);
        }
    }
    all
}

/// The routes that the desk's own source names.
fn routes() -> BTreeSet<String> {
    routes_in("src/web/desk")
}

/// The routes that the source in a folder names: method and path.
pub(crate) fn routes_in(folder: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
        {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                all.extend(routes_of(&fs::read_to_string(&path).expect("source")));
            }
        }
    }
    all
}

/// The routes in a text such as `.route("/desk", get(shown).post(sent))`.
fn routes_of(source: &str) -> Vec<String> {
    let mut all = Vec::new();
    for rest in source.split(".route(").skip(1) {
        let mut depth = 1;
        let end = rest.find(|c: char| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let call: String = rest[..end.expect("a whole call")]
            .split_whitespace()
            .collect();
        // A path or a whole method may have a name of its own in the same file.
        let named = |start: &str| {
            let (_, rest) = source.split_once(start)?;
            let (value, _) = rest.split_once(';')?;
            Some(value.split_whitespace().collect::<String>())
        };
        let (first, second) = call.split_once(',').expect("a path and a method");
        let path = match first.split('"').nth(1) {
            Some(path) => path.to_owned(),
            None => {
                let name = first.rsplit("::").next().unwrap_or_default();
                let value = named(&format!("const {name}: &str ="));
                let value = value.unwrap_or_else(|| panic!("no {first} in this file"));
                value.trim_matches('"').to_owned()
            }
        };
        let second = second.trim_end_matches(',');
        let call = match second.chars().all(char::is_alphanumeric) {
            true => named(&format!("let {second} =")).map(|value| format!(",{value}")),
            false => None,
        }
        .unwrap_or(call);
        for method in ["get", "post", "put", "delete"] {
            let named = format!("{method}(");
            let after = |mark: &str| call.contains(&format!("{mark}{named}"));
            if after(",") || after(".") || after("::") {
                all.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    all
}

#[test]
fn routes_are_read_out_of_source() {
    let source = "Router::new()\n.route(\"/a\", get(b).post(c))\n.route(\n\"/d/{id}\",\npost(e)\n)";
    assert_eq!(routes_of(source), ["GET /a", "POST /a", "POST /d/{id}"]);
    assert!(routes().len() >= DESK.len());
}

/// Two organisations, the first with something of everything.
async fn filled<'s>(site: &'s Site, temp: &Temp) -> (Provider<'s>, Provider<'s>) {
    let ours = site.provider("Harbour Tutoring").await;
    let theirs = site.provider("Riverside Tutoring").await;
    ours.issue("S-1").await;
    ours.member("Una Uninvolved", &[Role::Tutor]).await;
    let sql = "update api_keys set name = 'first'";
    temp.sql(sql).await.expect("named");
    let provider = ProviderRow {
        issuer_id: ours.who.issuer().clone(),
        provider_id: NOBODY.replace('Z', "Y").parse().expect("an id"),
        name: "School account".to_owned(),
        address: "https://login.school.example".to_owned(),
        client_id: "skillmark".to_owned(),
        secret_sealed: None,
        kek_id: String::new(),
        created_at: site.app.now().into(),
    };
    for row in ROWS {
        let mut row = row.replace("{issuer}", ours.who.issuer().as_str());
        if temp.engine() == Engine::Postgres {
            row = row.replace(" x'", " '\\x");
        }
        temp.sql(&row).await.expect("put in");
    }
    let mut of = site.app.db.of(ours.who.issuer());
    of.add_provider(&provider).await.expect("added");
    (ours, theirs)
}

/// The path with this id in it; another parameter becomes a word that some page knows.
fn with(path: &str, id: &str) -> String {
    if path == "/api/v1/batches" {
        return format!("{path}?achievement={NOBODY}");
    }
    path.replacen("{id}", id, 1)
        .replace("{act}", "remove")
        .replace("{kind}", "earned")
        .replace("{learner}", NOBODY)
        .replace("{piece}", NOBODY)
        .replace("{n}", "1")
        .replace("{version}", "1")
        .replace("{achievement}", NOBODY)
}

/// The answer without what differs from request to request.
fn nameless(answer: &Answer) -> String {
    answer.text().replace(answer.header("x-request-id"), "")
}

async fn g1_every_operation_of_the_api(temp: &Temp) {
    let site = Site::over(temp, |config| config.rate_burst = 100_000).await;
    let all = operations(&site).await;
    let open: BTreeSet<&str> = all
        .iter()
        .filter(|(_, keyed)| !**keyed)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(open, OPEN.iter().copied().collect(), "what anybody may ask");
    let keyed = all
        .iter()
        .filter(|(_, keyed)| **keyed)
        .map(|(name, _)| name.clone());
    complete("the API", API, &keyed.collect());
    let (ours, theirs) = filled(&site, temp).await;
    let stranger = theirs.make_key(&Scope::ALL).await;
    let before = table(temp).await;
    for (line, scope, select, body) in API {
        let (method, template) = line.split_once(' ').expect("a method");
        let id = match *select {
            NONE => String::new(),
            select => temp
                .texts(&format!("{select} limit 1"))
                .await
                .pop()
                .unwrap_or_else(|| panic!("{line}: {select}")),
        };
        let ask = async |key: &str, id: &str| {
            let mut ask = site
                .ask(method, &with(template, id))
                .header("accept", "application/json");
            if !key.is_empty() {
                ask = ask.key(key);
            }
            if !body.is_empty() {
                ask = ask.body("application/json", *body);
            }
            ask.send().await
        };
        ask("", &id).await.is(401);
        ask("skm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &id)
            .await
            .is(401);
        let others: Vec<Scope> = Scope::ALL
            .into_iter()
            .filter(|other| other != scope)
            .collect();
        let low = ours.make_key(&others).await;
        let refused = ask(&low, &id).await;
        assert_eq!(
            refused.status,
            403,
            "{line} without {scope}: {}",
            refused.text()
        );
        if *select != NONE {
            let foreign = ask(&stranger, &id).await;
            assert_eq!(foreign.status, 404, "{line}: {}", foreign.text());
            let nobody = ask(&stranger, NOBODY).await;
            assert_eq!(nameless(&foreign), nameless(&nobody), "{line}");
        }
    }
    assert_eq!(table(temp).await, before, "something was changed");
}

async fn g1_g7_every_page_of_the_desk(temp: &Temp) {
    complete("the desk", DESK, &routes());
    let site = Site::over(temp, |config| config.rate_burst = 100_000).await;
    let (ours, theirs) = filled(&site, temp).await;
    let stranger = theirs.member("Sly Stranger", &Role::ALL).await;
    let mut low: BTreeMap<Role, Visitor<'_>> = BTreeMap::new();
    for role in Role::ALL {
        low.insert(role, ours.member(&format!("Only {role}"), &[role]).await);
    }
    let anonymous = site.visitor();
    let before = table(temp).await;
    for (line, scope, select, fields) in DESK {
        let (method, template) = line.split_once(' ').expect("a method");
        let id = match *select {
            NONE => String::new(),
            select => temp
                .texts(&format!("{select} limit 1"))
                .await
                .pop()
                .unwrap_or_else(|| panic!("{line}: {select}")),
        };
        let ask = async |visitor: &Visitor<'_>, id: &str| {
            let ask = visitor
                .ask(method, &with(template, id))
                .header("sec-fetch-site", "same-origin");
            let kind = if fields.starts_with("--x") {
                "multipart/form-data; boundary=x"
            } else {
                "application/x-www-form-urlencoded"
            };
            if method == "GET" {
                ask.send().await
            } else {
                ask.body(kind, *fields).send().await
            }
        };
        let nobody = ask(&anonymous, &id).await;
        if method == "GET" {
            let path = percent(&with(template, &id));
            assert_eq!(nobody.status, 303, "{line}");
            assert!(
                nobody.header("location").starts_with("/sign-in?next="),
                "{line}: {path}"
            );
        } else {
            assert_eq!(nobody.status, 403, "{line}: {}", nobody.text());
        }
        for (role, visitor) in low.iter().filter(|(role, _)| !role.may(*scope)) {
            let refused = ask(visitor, &id).await;
            assert_eq!(refused.status, 403, "{line} as {role}: {}", refused.text());
        }
        if *select != NONE {
            let foreign = ask(&stranger, &id).await;
            assert_eq!(foreign.status, 404, "{line}: {}", foreign.text());
            let nobody = ask(&stranger, NOBODY).await;
            assert_eq!(nameless(&foreign), nameless(&nobody), "{line}");
        }
    }
    assert_eq!(table(temp).await, before, "something was changed");
}

/// What would show that something was done to the first organisation: its log, without what the
/// test itself did there, and everybody's state.
async fn table(temp: &Temp) -> Value {
    let members = temp
        .texts("select name || state || roles from members order by name")
        .await;
    let credentials = temp
        .texts("select state from status_entries order by credential_id")
        .await;
    let keys = temp
        .texts("select api_key_id from api_keys where revoked_at is not null")
        .await;
    serde_json::json!([members, credentials, keys])
}

/// What shows learners: only for those who work with them (who propose, review or look after
/// programs), whatever else they may read.
const OF_LEARNERS: &[&str] = &[
    "GET /desk/learners",
    "GET /desk/learners/{id}",
    "GET /desk/labs/{id}",
    "GET /desk/labs/{id}/qr.svg",
    "GET /desk/labs/{id}/station",
    "GET /desk/labs/{id}/grid/{achievement}",
    "GET /desk/labs/{id}/taking-part/{achievement}",
    "GET /desk/reviewers/{id}",
    "GET /api/v1/reviewers/{id}/approved",
    "POST /api/v1/labs/{id}/taking-part",
    "GET /desk/review",
    "GET /desk/attempts/{id}",
    "GET /desk/files/{id}",
    "GET /api/v1/programs/{id}/learners",
    "GET /api/v1/learners",
    "GET /api/v1/learners/{id}",
    "GET /api/v1/labs/{id}",
    "GET /api/v1/attempts/{id}",
    "GET /api/v1/attempts/{id}/evidence",
    "GET /api/v1/attempts/{id}/evidence/{piece}",
    "GET /api/v1/reviews",
];

/// Pages of things that are not there in this test: whoever is let in is told so.
const NOT_THERE: &[&str] = &[
    "GET /desk/labs/{id}/grid/{achievement}",
    "GET /desk/labs/{id}/taking-part/{achievement}",
    "GET /desk/files/{id}",
    "GET /api/v1/attempts/{id}/evidence/{piece}",
];

fn works_with_learners(may: impl Fn(Scope) -> bool) -> bool {
    [Scope::Propose, Scope::Review, Scope::Programs]
        .into_iter()
        .any(may)
}

/// The lines with the ids that they are asked with, so that nothing that is done takes them away.
async fn with_ids(temp: &Temp, lines: &'static [Line]) -> Vec<(&'static Line, String)> {
    let mut all = Vec::new();
    for line in lines {
        let id = match line.2 {
            NONE => String::new(),
            select => temp
                .texts(&format!("{select} limit 1"))
                .await
                .pop()
                .unwrap_or_else(|| panic!("{}: {select}", line.0)),
        };
        all.push((line, id));
    }
    // What can be looked at first, what is deleted last, and who asks ends their own session then.
    all.sort_by_key(|(line, _)| {
        let ends = ["discard", "remove", "revoke", "{act}"];
        let last = line.0.starts_with("DELETE") || line.3 == "step=remove";
        let last = last || ends.iter().any(|end| line.0.ends_with(end));
        let own = line.0.ends_with("/account/sessions/{id}");
        (own, last, !line.0.starts_with("GET"))
    });
    // Nobody can open it.
    temp.sql("delete from attempt_evidence")
        .await
        .expect("gone");
    all
}

/// Whether an answer is one for somebody who is let in. Of what is done, any answer about the thing
/// itself is: the page or the fault.
fn is_let_in(line: &str, answer: &Answer) -> bool {
    match (line.starts_with("GET"), answer.status) {
        (true, 404) => NOT_THERE.contains(&line),
        (true, status) => status == 200,
        // A password or passkey of one's own that is not right.
        (false, 403) => line.contains("/account/") && answer.text().contains("is not right"),
        (false, status) => !matches!(status, 401 | 429 | 500..),
    }
}

async fn every_role_is_let_in_where_the_table_says_so(temp: &Temp) {
    let mut wrong = Vec::new();
    for role in Role::ALL {
        let temp = Temp::new(temp.engine()).await;
        let site = Site::over(&temp, |config| config.rate_burst = 100_000).await;
        let (ours, _theirs) = filled(&site, &temp).await;
        // The account's own lines are asked of whoever is called so.
        let visitor = ours.member("Only tutor", &[role]).await;
        let mut asked = 0;
        for ((line, scope, _, fields), id) in with_ids(&temp, DESK).await {
            if !role.may(*scope) {
                continue;
            }
            let (method, template) = line.split_once(' ').expect("a method");
            let ask = visitor
                .ask(method, &with(template, &id))
                .header("sec-fetch-site", "same-origin");
            let kind = if fields.starts_with("--x") {
                "multipart/form-data; boundary=x"
            } else {
                "application/x-www-form-urlencoded"
            };
            let answer = match method {
                "GET" => ask.send().await,
                _ => ask.body(kind, *fields).send().await,
            };
            let right = match OF_LEARNERS.contains(line) {
                true if !works_with_learners(|scope| role.may(scope)) => {
                    answer.status == 403 || (answer.status == 404 && NOT_THERE.contains(line))
                }
                _ => is_let_in(line, &answer),
            };
            if !right {
                wrong.push(format!("{role}: {line} {}", answer.status));
            }
            asked += 1;
        }
        assert!(asked > 20, "{role}: {asked}");
    }
    assert_eq!(wrong, [""; 0], "{wrong:#?}");
}

async fn every_key_is_let_in_where_its_scopes_say_so(temp: &Temp) {
    let site = Site::over(temp, |config| config.rate_burst = 100_000).await;
    let (ours, _theirs) = filled(&site, temp).await;
    let mut wrong = Vec::new();
    for ((line, scope, _, body), id) in with_ids(temp, API).await {
        let (method, template) = line.split_once(' ').expect("a method");
        // Some verbs answer with what may be read; a correction both issues and revokes.
        let mut scopes = vec![*scope, Scope::Read];
        if line.ends_with("/correction") {
            scopes.push(Scope::Issue);
        }
        if OF_LEARNERS.contains(line) {
            scopes.push(Scope::Review);
        }
        let key = ours.make_key(&scopes).await;
        let mut ask = site.ask(method, &with(template, &id)).key(&key);
        if !body.is_empty() {
            ask = ask.body("application/json", *body);
        }
        let answer = ask.send().await;
        if !is_let_in(line, &answer) {
            wrong.push(format!("{line} {}", answer.status));
        }
    }
    assert_eq!(wrong, [""; 0], "{wrong:#?}");
}

on_both!(
    g1_every_operation_of_the_api,
    g1_g7_every_page_of_the_desk,
    every_role_is_let_in_where_the_table_says_so,
    every_key_is_let_in_where_its_scopes_say_so,
);
