//! What every handler is given, and who is let in.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    app::App,
    clock::random,
    config::{
        Config,
        limits::{CSV_BYTES, UPLOAD_BYTES},
    },
    files::FILE_BYTES,
    issue::{confirm::Tries, sources::Own},
    verify::TrustList,
    web::{
        elsewhere::leads_elsewhere,
        error::WebError,
        fields::is_text,
        limits::{Limits, asker},
        memory::Memory,
        places::Places,
        several::BODY_BYTES,
        workers::Workers,
    },
    who::Door,
};

/// The state of the running service, cheap to clone.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    app: App,
    limits: Limits,
    names: Tries,
    door: Door,
    workers: Workers,
    large: Places,
    trust: Vec<Arc<TrustList>>,
    memory: Memory,
}

impl Site {
    /// A site over `app`.
    #[must_use]
    pub fn new(app: App) -> Site {
        Site(Arc::new(Inner {
            limits: Limits::new(app.config.rate_burst, app.config.rate_per_second),
            names: Tries::default(),
            door: Door::default(),
            workers: Workers::new(),
            large: Places::new(),
            trust: Vec::new(),
            memory: Memory::new(),
            app,
        }))
    }

    /// The same site, whose operator trusts the issuers on these lists. To be called before it is
    /// shared.
    #[must_use]
    pub fn trusting(mut self, lists: Vec<Arc<TrustList>>) -> Site {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.trust = lists;
        }
        self
    }

    /// The lists of the issuers whom the operator trusts.
    pub(crate) fn trust(&self) -> &[Arc<TrustList>] {
        &self.0.trust
    }

    /// What the services are given.
    #[must_use]
    pub(crate) fn app(&self) -> &App {
        &self.0.app
    }

    /// The settings in force.
    #[must_use]
    pub(crate) fn config(&self) -> &Config {
        &self.0.app.config
    }

    /// A path of ours as people reach it, whatever the request's `Host` says.
    pub(crate) fn link(&self, path: &str) -> String {
        self.config().public_url.join(path)
    }

    /// The present second.
    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.0.app.now()
    }

    /// The buckets.
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Answers that hold still.
    pub(crate) fn memory(&self) -> &Memory {
        &self.0.memory
    }

    /// What stands on this service, for the verifier, this moment.
    pub(crate) fn own(&self) -> Own {
        let now = self.now();
        Own::new(self.app(), now).knowing(self.memory().ours(now))
    }

    /// Who tried which name when.
    pub(crate) fn names(&self) -> &Tries {
        &self.0.names
    }

    /// Where passwords are looked at, a few at a time.
    pub(crate) fn door(&self) -> &Door {
        &self.0.door
    }

    /// A number for one request.
    pub(crate) fn request_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(random::<9>(&*self.0.app.chance))
    }

    /// Runs heavy, pure work away from the threads that answer.
    ///
    /// # Errors
    /// 503 if too much waits; 500 if it panicked.
    pub(crate) async fn heavy<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WebError> {
        self.0.workers.run(work).await
    }

    /// As [`heavy`](Self::heavy), for work that also waits: for the database, or for another server.
    ///
    /// # Errors
    /// As [`heavy`](Self::heavy).
    pub(crate) async fn heavy_at_times<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, WebError> {
        self.0.workers.run_at_times(work).await
    }
}

/// Whose address a request counts against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker(pub(crate) IpAddr);

/// The page for many.
pub(crate) const MANY_PATH: &str = "/verify/many";
/// The paths that take more than [`UPLOAD_BYTES`].
const LARGE_PATHS: &[&str] = &[
    MANY_PATH,
    "/api/v1/verify/many",
    "/desk/awards/new",
    "/api/v1/batches",
];

/// The address of the camera's frames, which have a bucket of their own.
pub(crate) const FRAME_PATH: &str = "/verify/frame";

/// The most bytes that a path takes.
fn most(path: &str, is_large: bool) -> usize {
    let evidence = path.ends_with("/evidence")
        && ["/me/", "/desk/", "/api/v1/attempts/"]
            .iter()
            .any(|start| path.starts_with(start));
    let roster = (path.starts_with("/desk/programs/") || path.starts_with("/api/v1/programs/"))
        && path.contains("/roster");
    match () {
        () if is_large => BODY_BYTES,
        () if evidence && !path.starts_with("/api/") => EVIDENCE_READ,
        () if evidence => FILE_BYTES + FORM_BYTES,
        // A form writes a separator or a letter that is none of ASCII as three bytes.
        () if roster => CSV_BYTES * 3 + FORM_BYTES,
        () => UPLOAD_BYTES,
    }
}

/// What a page reads of a form with evidence: more than a file may have, so that what was typed
/// below one that is too large is not lost. What is too large is not kept meanwhile.
pub(crate) const EVIDENCE_READ: usize = 4 * FILE_BYTES;

/// What a form adds to a file.
pub(crate) const FORM_BYTES: usize = 64 * 1024;

/// Lets a request in: within its address's bucket, without a key or another site in its address,
/// not too large.
pub(crate) async fn admit(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
    let address = asker(peer, request.headers(), &site.config().trusted_proxies);
    let bucket = if request.uri().path() == FRAME_PATH {
        &site.limits().frames
    } else {
        &site.limits().addresses
    };
    if let Err(error) = bucket.take(address, site.now()) {
        return error.into_response();
    }
    if request
        .uri()
        .query()
        .is_some_and(|query| query.contains("skm_"))
    {
        return WebError::unreadable(
            "key_in_address",
            "Do not put an API key into an address: addresses are written to logs. Send it in the Authorization header, and replace this key.",
        ).into_response();
    }
    if !request.uri().query().is_none_or(is_text) {
        return WebError::unreadable("address", "This address holds bytes that are no text.")
            .into_response();
    }
    if leads_elsewhere(request.uri()) {
        return WebError::unreadable(
            "leads_elsewhere",
            "This address asks to be led to another site. Nothing here leads there.",
        )
        .into_response();
    }
    let is_large = LARGE_PATHS.contains(&request.uri().path());
    if is_large && request.method() == Method::POST {
        match site.0.large.enter(address) {
            Ok(turn) => drop(request.extensions_mut().insert(turn)),
            Err(error) => return error.into_response(),
        }
    }
    let most = most(request.uri().path(), is_large);
    let length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        let detail = format!("That is more than is read here: {} MB at most.", most >> 20);
        return WebError::too_many_at_once(detail).into_response();
    }
    request.extensions_mut().insert(Asker(address));
    next.run(request).await
}
