//! What must hold when the faults are over.

use std::{
    collections::HashSet,
    io::Write as _,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use skillmark::{
    app::App,
    clock::Stopwatch,
    db::{CredentialRow, CredentialState, StatusEntryRow, StatusState},
    did,
    ids::{CredentialId, hex},
    issue::{audit, list},
    keys::PublicKey,
};

use super::{
    either,
    load::{self, Intent},
    service::{Place, Service},
};

/// Asks again for what had no answer (INV-4), and then looks at everything.
pub(crate) async fn all(place: &Place, url: &str, intents: Vec<Intent>) {
    assert!(!intents.is_empty(), "there was no load");
    let _service = Service::start(place, url, 2).await;
    let acked: Vec<(String, Vec<u8>)> = intents.iter().filter_map(|one| one.ack.clone()).collect();
    converge(place, &intents).await;
    let app = place.app(url).await;
    let rows = rows(&app, place).await;
    for (id, sha256) in &acked {
        let row = rows
            .iter()
            .find(|row| row.promise.credential_id.as_str() == id);
        let row = row.unwrap_or_else(|| panic!("INV-1: {id} was acked and is not stored"));
        assert_eq!(
            row.document_sha256.as_ref(),
            Some(sha256),
            "INV-1: {id} has other bytes"
        );
    }
    // Every learner is asked for once, and found by a keyed hash.
    let mut wanted = HashSet::new();
    for intent in &intents {
        let hash = app
            .custody
            .lookup_hash(place.who.issuer(), &intent.key)
            .expect("hashed");
        wanted.insert(hash);
    }
    for row in &rows {
        let hash = row.promise.recipient_hash.as_ref().expect("a learner");
        assert!(
            wanted.contains(hash),
            "INV-2: {} was not asked for",
            row.promise.credential_id
        );
    }
    println!(
        "    INV-1: {} acks, INV-4: {} asked again",
        acked.len(),
        intents.len() - acked.len()
    );
    once(&rows, intents.len());
    good(&app, place, &rows).await;
}

/// What was begun was answered (X22): everything that is stored, somebody was told of. Whoever was
/// never read before the service ended left nothing.
pub(crate) async fn answered(place: &Place, url: &str, intents: &[Intent]) {
    let app = place.app(url).await;
    let acked: HashSet<&str> = intents
        .iter()
        .filter_map(|one| one.ack.as_ref().map(|(id, _)| id.as_str()))
        .collect();
    for row in rows(&app, place).await {
        let id = row.promise.credential_id.as_str();
        assert!(
            acked.contains(id),
            "{id} was begun, and nobody was answered"
        );
    }
}

/// Everything that is stored, after batches.
pub(crate) async fn stored(place: &Place, url: &str, count: usize) {
    let app = place.app(url).await;
    let rows = rows(&app, place).await;
    once(&rows, count);
    good(&app, place, &rows).await;
}

/// INV-4: whatever had no good answer gets one, and the same one again.
async fn converge(place: &Place, intents: &[Intent]) {
    let client = load::client();
    let unanswered = intents.iter().filter(|intent| intent.ack.is_none());
    for (nth, intent) in unanswered.enumerate() {
        let address = load::address(place, nth);
        let watch = Stopwatch::start();
        let first = loop {
            match load::ask(&client, &address, &intent.key).await {
                Ok(answer) => break answer,
                Err(status) => {
                    let patient = watch.elapsed() < Duration::from_secs(60);
                    assert!(patient, "INV-4: {} is answered {status}", intent.key);
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        };
        let again = load::ask(&client, &address, &intent.key).await;
        assert_eq!(
            again,
            Ok(first),
            "INV-4: {} is answered otherwise",
            intent.key
        );
    }
}

async fn rows(app: &App, place: &Place) -> Vec<CredentialRow> {
    let mut rows: Vec<CredentialRow> = Vec::new();
    loop {
        let last = rows.last().map(|row| row.promise.credential_id.clone());
        let mut of = app.db.of(place.who.issuer());
        let next = of.issued_after(last.as_ref(), 1_000).await.expect("read");
        if next.is_empty() {
            break;
        }
        rows.extend(next);
    }
    let counts = app
        .db
        .of(place.who.issuer())
        .counts()
        .await
        .expect("counted");
    assert_eq!(
        (counts.pending, counts.failed),
        (0, 0),
        "INV-7: something is in limbo"
    );
    rows
}

/// INV-3: as many credentials as were wanted, each once, each with a place of its own.
fn once(rows: &[CredentialRow], count: usize) {
    let differ = |what: &str, of: fn(&CredentialRow) -> String| {
        let all: HashSet<String> = rows.iter().map(of).collect();
        assert_eq!(all.len(), count, "INV-3: {what}");
    };
    assert_eq!(rows.len(), count, "INV-3: credentials");
    differ("ids", |row| row.promise.credential_id.to_string());
    differ("learners", |row| {
        hex(row.promise.recipient_hash.as_deref().unwrap_or_default())
    });
    differ("places", |row| {
        format!(
            "{} {}",
            row.promise.status_list_id, row.promise.status_index
        )
    });
    assert!(rows.iter().all(|row| row.state == CredentialState::Issued));
}

/// INV-5 and INV-6: every credential verifies, here and elsewhere, and every published bit is right.
async fn good(app: &App, place: &Place, rows: &[CredentialRow]) {
    list::publish_due(app).await.expect("published");
    let issuers = app.db.issuers().await.expect("read");
    let mut wrong = Vec::new();
    let mut told = |told: audit::Told| {
        if let audit::Told::Mismatch(mismatch) = told {
            wrong.push(mismatch);
        }
    };
    let summary = audit::run(app, &issuers, &mut told)
        .await
        .expect("looked at");
    assert!(wrong.is_empty(), "INV-5, INV-6: {wrong:?}");
    assert_eq!(summary.credentials, rows.len() as u64);
    let step = rows.len().div_ceil(either(40, 2_000)).max(1);
    let some: Vec<&CredentialRow> = rows.iter().step_by(step).collect();
    let revoked = revoked(app, place, rows).await;
    elsewhere(app, place, &some, &revoked).await;
    println!(
        "    INV-3, INV-5, INV-6: {} credentials, {} of them revoked, {} looked at elsewhere too",
        rows.len(),
        revoked.len(),
        some.len()
    );
}

/// Those that the database says are revoked.
async fn revoked(app: &App, place: &Place, rows: &[CredentialRow]) -> HashSet<CredentialId> {
    let all: Vec<CredentialId> = rows
        .iter()
        .map(|row| row.promise.credential_id.clone())
        .collect();
    let statuses = app.db.of(place.who.issuer()).statuses_of(&all).await;
    let statuses = statuses.expect("read");
    assert_eq!(statuses.len(), rows.len(), "INV-6: each has a place");
    let is = |status: &StatusEntryRow| status.state == StatusState::Revoked;
    statuses
        .into_iter()
        .filter(is)
        .map(|status| status.credential_id)
        .collect()
}

/// What another verifier says.
async fn elsewhere(
    app: &App,
    place: &Place,
    rows: &[&CredentialRow],
    revoked: &HashSet<CredentialId>,
) {
    let mut documents = serde_json::Map::new();
    for row in rows {
        let id = &row.promise.status_list_id;
        let url = list::url(&app.config.public_url, id);
        if !documents.contains_key(&url) {
            let list = list::current(app, id)
                .await
                .expect("read")
                .expect("published");
            documents.insert(url, serde_json::from_str(&list.document).expect("JSON"));
        }
    }
    let keys = app.db.of(place.who.issuer()).keys().await.expect("keys");
    let registered: Vec<String> = keys
        .iter()
        .map(|key| PublicKey::from_multikey(&key.key_id).expect("a key"))
        .map(|key| did::key::did(&key).to_string())
        .collect();
    let credentials: Vec<Value> = rows
        .iter()
        .map(|row| serde_json::from_str(row.document.as_deref().expect("signed")).expect("JSON"))
        .collect();
    let count = credentials.len();
    let question =
        json!({"credentials": credentials, "documents": documents, "registered": registered});
    let answers = tokio::task::spawn_blocking(move || node(&question.to_string()));
    let answers = answers.await.expect("asked");
    assert_eq!(answers.as_array().map(Vec::len), Some(count));
    for (answer, row) in answers.as_array().expect("a list").iter().zip(rows) {
        let bit = revoked.contains(&row.promise.credential_id);
        assert_eq!(
            *answer,
            json!({"verified": true, "bits": [bit]}),
            "INV-5, INV-6"
        );
    }
}

fn node(question: &str) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/verify.mjs");
    let mut child = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut input = child.stdin.take().expect("an input");
    input.write_all(question.as_bytes()).expect("asked");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    serde_json::from_slice(&output.stdout).expect("an answer in JSON")
}
