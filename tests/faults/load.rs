//! Clients that ask for credentials, and write down what they want before and what they got after.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;

use super::service::Place;

/// How many ask at once.
const CLIENTS: usize = 16;
/// Each client revokes one of so many of those that it has.
const TAKEN_BACK: usize = 25;
/// "Status" of a request for which nobody was there to take it.
pub(crate) const NOBODY_THERE: u16 = 0;
/// "Status" of a request that was taken and not answered.
pub(crate) const NO_ANSWER: u16 = 1;

/// What somebody wanted, and what they were told.
#[derive(Debug, Clone)]
pub(crate) struct Intent {
    /// The `Idempotency-Key`, and the learner's reference.
    pub(crate) key: String,
    /// The credential's id and the SHA-256 of the answer, if there was a good one.
    pub(crate) ack: Option<(String, Vec<u8>)>,
}

/// The clients.
pub(crate) struct Load {
    clients: JoinSet<Vec<Intent>>,
    shared: Arc<Shared>,
}

struct Shared {
    stop: AtomicBool,
    next: AtomicUsize,
    errors: Mutex<BTreeMap<u16, usize>>,
}

/// Whoever can ask: a new connection each time, so that none is used that is being closed.
pub(crate) fn client() -> reqwest::Client {
    // A second call finds the first one's in place.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(30))
        .build()
        .expect("a client")
}

/// The order for one learner.
fn order(achievement: &str, learner: &str) -> Value {
    json!({
        "achievement": achievement,
        "learner": {"reference": learner},
        "date": "2026-03-01",
        "levels": {"Uses evidence": "Advanced", "Explains clearly": "Proficient"},
        "assessor": {"role": "Reviewer"},
        "evidence": [{"name": "Memo", "description": "One page."}],
    })
}

/// Asks once: the credential's id and the SHA-256 of the body, or the status.
pub(crate) async fn ask(
    client: &reqwest::Client,
    place: &(String, String, String),
    key: &str,
) -> Result<(String, Vec<u8>), u16> {
    let (link, api_key, achievement) = place;
    let sent = client
        .post(link)
        .bearer_auth(api_key)
        .header("idempotency-key", key)
        .json(&order(achievement, key))
        .send();
    let answer = sent.await.map_err(|error| {
        if error.is_connect() {
            NOBODY_THERE
        } else {
            NO_ANSWER
        }
    })?;
    let status = answer.status().as_u16();
    let location = answer.headers().get("location");
    let location = location.and_then(|value| value.to_str().ok().map(str::to_owned));
    let body = answer.bytes().await.map_err(|_| NO_ANSWER)?;
    if !(200..300).contains(&status) {
        return Err(status);
    }
    let id = location.as_deref().and_then(|link| link.rsplit('/').next());
    let id = id.expect("a good answer has a location").to_owned();
    Ok((id, Sha256::digest(&body).to_vec()))
}

/// Where to ask, as whom (the `nth` of those who may), for what.
pub(crate) fn address(place: &Place, nth: usize) -> (String, String, String) {
    let link = place.link("/api/v1/credentials");
    let key = &place.keys[nth % place.keys.len()];
    (link, key.clone(), place.achievement.clone())
}

impl Load {
    /// Asks so many times a second, until told to stop.
    pub(crate) fn start(place: &Place, a_second: u32) -> Load {
        let shared = Arc::new(Shared {
            stop: AtomicBool::new(false),
            next: AtomicUsize::new(0),
            errors: Mutex::default(),
        });
        let each = Duration::from_secs(CLIENTS as u64) / a_second;
        let mut clients = JoinSet::new();
        for n in 0..CLIENTS {
            let log = File::create(place.folder().join(format!("client-{n}.log")));
            let log = log.expect("a log");
            clients.spawn(one(address(place, n), Arc::clone(&shared), log, each));
        }
        Load { clients, shared }
    }

    /// How often each status was answered that is no good one.
    pub(crate) fn errors(&self) -> BTreeMap<u16, usize> {
        self.shared.errors.lock().expect("unharmed").clone()
    }

    /// How many had no answer, or one that leaves open what was done.
    pub(crate) fn unanswered(&self) -> usize {
        self.errors().values().sum()
    }

    /// Stops asking: everything that was wanted.
    pub(crate) async fn stop(mut self) -> Vec<Intent> {
        self.shared.stop.store(true, Ordering::SeqCst);
        let mut all = Vec::new();
        while let Some(intents) = self.clients.join_next().await {
            all.extend(intents.expect("a client ends"));
        }
        all
    }
}

async fn one(
    place: (String, String, String),
    shared: Arc<Shared>,
    mut log: File,
    each: Duration,
) -> Vec<Intent> {
    let (client, mut intents) = (client(), Vec::new());
    let mut turns = tokio::time::interval(each);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !shared.stop.load(Ordering::SeqCst) {
        turns.tick().await;
        let key = format!("L-{}", shared.next.fetch_add(1, Ordering::SeqCst));
        write(&mut log, &format!("intent {key}"));
        let answer = ask(&client, &place, &key).await;
        let ack = match answer {
            Ok((id, sha256)) => {
                write(&mut log, &format!("ack {key} {id}"));
                if intents.len() % TAKEN_BACK == 0 {
                    take_back(&client, &place, &id).await;
                }
                Some((id, sha256))
            }
            Err(status) => {
                *shared
                    .errors
                    .lock()
                    .expect("unharmed")
                    .entry(status)
                    .or_default() += 1;
                None
            }
        };
        intents.push(Intent { key, ack });
    }
    intents
}

/// Revokes a credential, as a client who does not care how that went: what the published lists must
/// say is what the database does (INV-6).
async fn take_back(client: &reqwest::Client, place: &(String, String, String), id: &str) {
    let (link, api_key, _) = place;
    let sent = client
        .post(format!("{link}/{id}/status"))
        .bearer_auth(api_key)
        .json(&json!({"change": "revoke"}));
    let _ = sent.send().await;
}

/// Writes a line that is on the disk before anything else is done.
fn write(log: &mut File, line: &str) {
    writeln!(log, "{line}").expect("written");
    log.sync_data().expect("on the disk");
}
