//! The service that is measured: a database that goes away, a credential of its own, one of another
//! issuer, and the same layers over answers from memory.

use std::{hint::black_box, net::SocketAddr};

use axum::{
    Router,
    body::Bytes,
    http::header,
    response::IntoResponse as _,
    routing::{get, post},
};
use skillmark::{
    app::App,
    clock::{Clock as _, Stopwatch, SystemChance, SystemClock},
    config::Config,
    did, issue, json,
    keys::SigningKey,
    proof::{self, ProofOptions, SUITES},
    verify::{self, Known, Options, Verdict},
    web,
    who::Who,
};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::client::{self, Client};

/// Another issuer's credential, before it is signed.
const RICH: &str = include_str!("../documents/rich.json");
/// What our own organisation issues, and to whom.
const ACHIEVEMENT: &str = include_str!("../documents/achievement.json");
const LEARNERS: &str = include_str!("../documents/learners.csv");

/// A service that runs.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    /// The id of a credential of ours, and the credential.
    pub(crate) id: String,
    pub(crate) document: String,
    /// A credential that needs nothing but itself to be checked.
    pub(crate) foreign: String,
    tasks: [JoinHandle<()>; 2],
    app: App,
    _folder: TempDir,
}

impl Service {
    pub(crate) async fn start() -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            data: folder.path().to_owned(),
            no_fetch: true,
            rate_burst: u32::MAX,
            rate_per_second: u32::MAX,
            ..Config::default()
        };
        let app = App::open_or_make(config, Arc::new(SystemClock), Arc::new(SystemChance));
        let app = app.await.expect("the app opens");
        let (id, document) = issue(&app).await;
        let foreign = foreign();
        let site = web::Site::new(app.clone());
        let server = web::Server::bind(([127, 0, 0, 1], 0).into()).expect("an address");
        let address = server.address().expect("an address");
        web::look(&site).await;
        let shown = from_memory(&site, &id, &document).await;
        let router = web::router(site.clone()).merge(shown);
        let serving = tokio::spawn(async move { server.run(router).await.expect("served") });
        let watching = tokio::spawn(web::watch(site));
        Service {
            address,
            id,
            document,
            foreign,
            tasks: [serving, watching],
            app,
            _folder: folder,
        }
    }

    /// How long the other issuer's credential takes by itself: seconds, on one core.
    pub(crate) fn kernel_seconds(&self) -> f64 {
        const TIMES: u32 = 200;
        let (known, options) = (Known::nothing(), Options::default());
        let now = SystemClock.now();
        let mut blocks: Vec<f64> = (0..20)
            .map(|_| {
                let watch = Stopwatch::start();
                for _ in 0..TIMES {
                    let text = black_box(self.foreign.as_bytes());
                    let report = verify::verify_known(&known, text, &options, now);
                    assert_eq!(report.verdict, Verdict::Valid, "{}", report.sentence);
                }
                watch.elapsed().as_secs_f64() / f64::from(TIMES)
            })
            .collect();
        blocks.sort_by(f64::total_cmp);
        blocks[blocks.len() / 2]
    }

    pub(crate) async fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        self.app.db.close().await;
    }
}

/// An organisation, an achievement, and one credential of it.
async fn issue(app: &App) -> (String, String) {
    let new = issue::issuer::NewIssuer {
        name: "Harbour Lab".to_owned(),
        web_address: "https://harbour.example".to_owned(),
        ..Default::default()
    };
    let made = issue::issuer::init(app, &new).await.expect("an issuer");
    let who = Who::operator(made.issuer.issuer_id.clone());
    let achievement = issue::Achievement::parse(ACHIEVEMENT.as_bytes()).expect("an achievement");
    let published = issue::publish::publish(app, &who, &achievement).await;
    published.expect("published");
    let limits = issue::plan::Limits::NONE;
    let rows = issue::plan::read(LEARNERS.as_bytes(), &achievement, limits, app.now());
    let rows = rows.expect("rows");
    let started = issue::batch::start(app, &who, achievement.id(), &rows, None).await;
    let started = started.expect("promised");
    let done = issue::batch::work(app, who.issuer(), &started.batch, &mut |_| {}).await;
    done.expect("signed");
    let (_, answer) = started.rows.first().expect("a row");
    let id = answer.id().clone();
    let row = app.db.of(who.issuer()).credential(&id).await;
    let row = row.expect("an answer").expect("a credential");
    (id.to_string(), row.document.expect("a document"))
}

/// A rich credential of a did:key that nothing else is needed for.
fn foreign() -> String {
    let key = SigningKey::from_seed(&[7; 32]);
    let method = did::key::method_url(&key.public());
    let mut document = json::parse(RICH).expect("JSON");
    document.remove("credentialStatus");
    document.remove("validUntil");
    let created = "2026-05-01T00:00:00Z".parse().expect("a date");
    let options = ProofOptions::new(method, created);
    let signed = proof::secure(document, SUITES[0], &options, &key);
    json::text(&signed.expect("a document that can be signed"))
}

/// The answers that the service gives, each given again from memory inside the same layers.
async fn from_memory(site: &web::Site, id: &str, document: &str) -> Router {
    let server = web::Server::bind(([127, 0, 0, 1], 0).into()).expect("an address");
    let address = server.address().expect("an address");
    let router = web::router(site.clone());
    let serving = tokio::spawn(async move { server.run(router).await.expect("served") });
    let mut client = Client::connect(address).await;
    let mut read = async |request: Vec<u8>| Bytes::copy_from_slice(client.ask(&request).await);
    let page = read(client::get(&format!("/c/{id}"))).await;
    let file = read(client::get(&format!("/c/{id}.json"))).await;
    let report = read(client::post("/api/v1/verify", document.as_bytes())).await;
    serving.abort();
    let answer = |kind: &'static str, body: Bytes| {
        move || async move { ([(header::CONTENT_TYPE, kind)], body.clone()).into_response() }
    };
    let routes = Router::new()
        .route(
            "/memory/document",
            get(answer("application/vc+ld+json", file)),
        )
        .route(
            "/memory/page",
            get(answer("text/html; charset=utf-8", page)),
        )
        .route(
            "/memory/report",
            post(move |_: Bytes| answer("application/json", report)()),
        );
    web::around(site.clone(), routes)
}
