//! A whole service in memory, and people who visit it.
//!
//! ```ignore
//! let site = Site::new(engine).await;
//! site.get("/verify").await.is(200).shows("Is this credential real?");
//! ```

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, header},
};
use serde_json::{Value, json};
use skillmark::{
    app::App,
    clock::{FixedClock, SystemChance},
    config::Config,
    db::{DidMethod, MemberState, Stage},
    ids::PersonId,
    issue::{
        Achievement,
        issuer::{self, NewIssuer},
        publish,
    },
    portfolio, web,
    who::{self, Invite, Role, Scope, Who, session},
};
use tower::ServiceExt as _;

use super::{
    db::{Engine, Temp},
    openapi,
    peers::World,
    report,
};

/// The service, with everything it stands on.
pub(crate) struct Site {
    pub(crate) app: App,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) router: Router,
    _temp: Option<Temp>,
}

/// Somebody with a browser of their own, which keeps its cookies.
pub(crate) struct Visitor<'s> {
    pub(crate) site: &'s Site,
    /// Which member they are; empty for nobody.
    pub(crate) member: String,
    jar: Mutex<BTreeMap<String, String>>,
}

/// A request on its way.
pub(crate) struct Ask<'a> {
    site: &'a Site,
    from: IpAddr,
    request: Request<Body>,
}

/// What came back, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Site {
    /// A service on localhost, with a database that goes away with it.
    pub(crate) async fn new(engine: Engine) -> Site {
        Site::with(engine, |_| {}).await
    }

    /// A service with other settings.
    pub(crate) async fn with(engine: Engine, change: impl FnOnce(&mut Config)) -> Site {
        let temp = Temp::new(engine).await;
        let site = Site::over(&temp, change).await;
        Site {
            _temp: Some(temp),
            ..site
        }
    }

    /// A service that fetches from a made-up internet.
    pub(crate) async fn online(engine: Engine, world: &World) -> Site {
        Site::online_with(engine, world, |_| {}).await
    }

    /// As [`Site::online`], with other settings.
    pub(crate) async fn online_with(
        engine: Engine,
        world: &World,
        change: impl FnOnce(&mut Config),
    ) -> Site {
        let mut site = Site::with(engine, change).await;
        site.app.outbound = Some(world.fetcher());
        site.router = web::router(web::Site::new(site.app.clone()));
        site
    }

    /// A service on localhost over this database, at noon of 1 March 2026.
    pub(crate) async fn on(temp: &Temp) -> Site {
        Site::over(temp, |_| {}).await
    }

    /// As [`Site::on`], with other settings.
    pub(crate) async fn over(temp: &Temp, change: impl FnOnce(&mut Config)) -> Site {
        let mut config = temp.config();
        change(&mut config);
        let clock = Arc::new(FixedClock::at(
            "2026-03-01T12:00:00Z".parse().expect("a time"),
        ));
        let app = App::open_or_make(config, clock.clone(), Arc::new(SystemChance))
            .await
            .expect("the app opens");
        let router = web::router(web::Site::new(app.clone()));
        Site {
            app,
            clock,
            router,
            _temp: None,
        }
    }

    /// The service started anew after its key-encryption key was lost.
    pub(crate) async fn without_kek(&self) -> Site {
        std::fs::remove_file(self.app.config.kek_path()).expect("removed");
        let config = (*self.app.config).clone();
        let app = App::open_with(config, self.clock.clone(), Arc::new(SystemChance))
            .await
            .expect("the app opens");
        Site {
            router: web::router(web::Site::new(app.clone())),
            clock: self.clock.clone(),
            app,
            _temp: None,
        }
    }

    /// An organisation with a published achievement.
    pub(crate) async fn provider(&self, name: &str) -> Provider<'_> {
        self.provider_with(name, None).await
    }

    /// As [`Site::provider`], with a DID of this kind.
    pub(crate) async fn provider_known_by(&self, name: &str, method: DidMethod) -> Provider<'_> {
        self.provider_with(name, Some(method)).await
    }

    async fn provider_with(&self, name: &str, did_method: Option<DidMethod>) -> Provider<'_> {
        let mut provider = self.begun(name, did_method).await;
        provider.publish(&memo()).await;
        provider
    }

    /// An organisation that has nothing yet.
    pub(crate) async fn beginner(&self, name: &str) -> Provider<'_> {
        self.begun(name, None).await
    }

    async fn begun(&self, name: &str, did_method: Option<DidMethod>) -> Provider<'_> {
        let new = NewIssuer {
            name: name.to_owned(),
            did_method,
            web_address: "https://riverside.example/tutoring".to_owned(),
            contact: Some("badges@riverside.example".to_owned()),
            ..NewIssuer::default()
        };
        let made = issuer::init(&self.app, &new)
            .await
            .expect("an organisation");
        let who = Who::operator(made.issuer.issuer_id.clone());
        Provider {
            site: self,
            who,
            key: made.api_key.reveal().to_owned(),
            achievement: String::new(),
        }
    }

    /// Asks for a page as a browser does.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path)
            .header("accept", "text/html,*/*;q=0.8")
            .send()
            .await
    }

    /// Sends a form as a browser does.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", percent(value)))
            .collect();
        self.ask("POST", path)
            .body("application/x-www-form-urlencoded", fields.join("&"))
            .send()
            .await
    }

    /// Sends one file as a browser's form does.
    pub(crate) async fn upload(&self, path: &str, name: &str, file: &[u8]) -> Answer {
        let mut body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"a\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--x--\r\n");
        self.ask("POST", path)
            .body("multipart/form-data; boundary=x", body)
            .send()
            .await
    }

    /// Sends a form of parts, each with a name, the name of its file if it is one, and its bytes.
    pub(crate) async fn parts(&self, path: &str, parts: &[(&str, &str, &[u8])]) -> Answer {
        self.ask("POST", path)
            .body("multipart/form-data; boundary=x", written(parts))
            .send()
            .await
    }

    /// Any request, to be completed.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty());
        Ask {
            site: self,
            from: IpAddr::from([203, 0, 113, 9]),
            request: request.expect("a request"),
        }
    }
}

/// An organisation, and what its programs hold.
pub(crate) struct Provider<'s> {
    pub(crate) site: &'s Site,
    pub(crate) who: Who,
    pub(crate) key: String,
    pub(crate) achievement: String,
}

impl Provider<'_> {
    /// Publishes an achievement, and issues it from now on.
    pub(crate) async fn publish(&mut self, file: &Value) {
        let achievement = Achievement::parse(file.to_string().as_bytes()).expect("an achievement");
        publish::publish(&self.site.app, &self.who, &achievement)
            .await
            .expect("published");
        self.achievement = achievement.id().to_string();
    }

    /// An order for a learner, as the API takes it.
    pub(crate) fn order(&self, learner: &str) -> Value {
        json!({
            "achievement": self.achievement,
            "learner": {"reference": learner, "name": "Ana María Lee", "email": "ana.canary@school.example"},
            "date": "2026-03-01",
            "levels": {"Uses evidence": "Advanced", "Explains clearly": "Proficient"},
            "assessor": {"role": "Career skills reviewer", "qualification": "State teaching licence", "name": "Sam Secretname"},
            "evidence": [{"name": "One-page memo", "description": "Recommends one change.", "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]
        })
    }

    /// Issues through the API, and answers the credential's id.
    pub(crate) async fn issue(&self, learner: &str) -> String {
        let answer = self.send("/api/v1/credentials", &self.order(learner)).await;
        answer.is(201);
        answer
            .header("location")
            .rsplit('/')
            .next()
            .expect("an id")
            .to_owned()
    }

    /// Posts JSON with the organisation's key.
    pub(crate) async fn send(&self, path: &str, body: &Value) -> Answer {
        self.site
            .ask("POST", path)
            .key(&self.key)
            .json(body)
            .send()
            .await
    }

    /// Changes a credential's status through the API.
    pub(crate) async fn change(&self, id: &str, change: &str) -> Answer {
        self.send(
            &format!("/api/v1/credentials/{id}/status"),
            &json!({ "change": change }),
        )
        .await
    }

    /// A portfolio of these credentials: its path.
    pub(crate) async fn portfolio(&self, label: &str, ids: &[&str]) -> String {
        let ids: Vec<_> = ids.iter().map(|id| id.parse().expect("an id")).collect();
        let (_, token) = portfolio::create(&self.site.app, &self.who, label, &ids, None)
            .await
            .expect("a portfolio");
        format!("/p/{}", token.reveal())
    }
}

impl Provider<'_> {
    /// Somebody who works here in these roles, signed in.
    pub(crate) async fn member(&self, name: &str, roles: &[Role]) -> Visitor<'_> {
        let app = &self.site.app;
        let asked = Invite {
            address: format!("{}@staff.example", name.to_lowercase().replace(' ', ".")),
            name: name.to_owned(),
            roles: roles.to_vec(),
        };
        let issuer = self.who.issuer();
        let operator = Who::operator(issuer.clone());
        let (id, _) = who::invite(app, &operator, &asked).await.expect("invited");
        let mut of = app.db.of(issuer);
        of.set_member_state(&id, MemberState::Invited, MemberState::Active)
            .await
            .expect("joined");
        let row = of.member(&id).await.expect("read").expect("there");
        let visitor = Visitor {
            member: id.to_string(),
            ..self.site.visitor()
        };
        let account = row.account_id.expect("an account");
        let whose = session::Whose::Account(account, Some(issuer.clone()));
        visitor.begin(whose, "skillmark").await;
        visitor
    }

    /// An API key that may do this.
    pub(crate) async fn make_key(&self, scopes: &[Scope]) -> String {
        let operator = Who::operator(self.who.issuer().clone());
        let made = issuer::new_api_key(&self.site.app, &operator, "A program", scopes, None);
        made.await.expect("a key").1.reveal().to_owned()
    }

    /// A learner of this organisation, signed in.
    pub(crate) async fn learner(&self, person: &PersonId) -> Visitor<'_> {
        let visitor = self.site.visitor();
        let whose = session::Whose::Learner(self.who.issuer().clone(), person.clone());
        visitor.begin(whose, "skillmark-me").await;
        visitor
    }
}

impl Site {
    /// Somebody whose browser holds nothing yet.
    pub(crate) fn visitor(&self) -> Visitor<'_> {
        Visitor {
            site: self,
            member: String::new(),
            jar: Mutex::default(),
        }
    }
}

impl Visitor<'_> {
    async fn begin(&self, whose: session::Whose, cookie: &str) {
        let app = &self.site.app;
        let (row, token) = session::new(app, whose, Stage::In, "Test", app.now());
        let mut tx = app.db.begin().await.expect("begun");
        tx.add_session(&row).await.expect("added");
        tx.commit().await.expect("kept");
        let cookie = if app.config.public_url.is_https() {
            format!("__Host-{cookie}")
        } else {
            cookie.to_owned()
        };
        self.keep(&cookie, token.reveal());
    }

    /// Puts a cookie into the jar.
    pub(crate) fn keep(&self, name: &str, value: &str) {
        let mut jar = self.jar.lock().expect("a lock");
        jar.insert(name.to_owned(), value.to_owned());
    }

    /// A cookie in the jar, or nothing.
    pub(crate) fn cookie(&self, name: &str) -> String {
        let jar = self.jar.lock().expect("a lock");
        jar.get(name).cloned().unwrap_or_default()
    }

    /// Any request with the cookies, to be completed; what it sets is not kept.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let ask = self.site.ask(method, path);
        let jar = self.jar.lock().expect("a lock");
        let pairs: Vec<String> = jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if pairs.is_empty() {
            return ask;
        }
        ask.header("cookie", &pairs.join("; "))
    }

    /// Sends a request and keeps the cookies it sets.
    pub(crate) async fn send(&self, ask: Ask<'_>) -> Answer {
        let answer = ask.send().await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("a cookie");
            let (pair, rest) = line.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            if rest.contains("Max-Age=0") {
                self.jar.lock().expect("a lock").remove(name);
            } else {
                self.keep(name, value);
            }
        }
        answer
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let ask = self
            .ask("GET", path)
            .header("accept", "text/html,*/*;q=0.8");
        self.send(ask.header("sec-fetch-site", "same-origin")).await
    }

    /// Sends a form of a page of ours. A name may come several times.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", percent(name), percent(value)))
            .collect();
        let ask = self
            .ask("POST", path)
            .header("sec-fetch-site", "same-origin")
            .body("application/x-www-form-urlencoded", fields.join("&"));
        self.send(ask).await
    }

    /// As [`Site::parts`], of a page of ours.
    pub(crate) async fn parts(&self, path: &str, parts: &[(&str, &str, &[u8])]) -> Answer {
        let ask = self
            .ask("POST", path)
            .header("sec-fetch-site", "same-origin")
            .body("multipart/form-data; boundary=x", written(parts));
        self.send(ask).await
    }
}

/// An achievement with a rubric of two criteria.
pub(crate) fn memo() -> Value {
    let level = |name: &str, points: &str, text: &str| json!({"name": name, "points": points, "description": text});
    let criterion = |name: &str| {
        json!({"name": name, "requiredLevel": "Proficient", "rubricCriterionLevel": [
            level("Beginning", "1", "Names a number."), level("Developing", "2", "Uses a number that fits."),
            level("Proficient", "3", "Backs each claim."), level("Advanced", "4", "Weighs numbers against each other.")]})
    };
    json!({
        "kind": "performance",
        "meaning": "Can turn numbers into a clear recommendation.",
        "task": "Read a week of sales and defend one change.",
        "evidenceRequired": "A memo and a talk.",
        "name": "Explain a decision with data",
        "achievementType": "MicroCredential",
        "criteria": {"narrative": "Meets *Proficient* in every criterion."},
        "tag": ["Reading charts"],
        "alignment": [{"targetName": "Summarize data sets", "targetUrl": "https://standards.example/6.SP.B.5", "targetFramework": "Mathematics"}],
        "resultDescription": [criterion("Uses evidence"), criterion("Explains clearly")]
    })
}

impl Ask<'_> {
    /// With a header.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request
            .headers_mut()
            .append(name, value.parse().expect("a header"));
        self
    }

    /// From another address.
    pub(crate) fn from(mut self, address: [u8; 4]) -> Self {
        self.from = IpAddr::from(address);
        self
    }

    /// With an API key.
    pub(crate) fn key(self, secret: &str) -> Self {
        self.header("authorization", &format!("Bearer {secret}"))
    }

    /// With a body.
    pub(crate) fn body(mut self, kind: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let headers = self.request.headers_mut();
        headers.insert(header::CONTENT_TYPE, kind.parse().expect("a type"));
        headers.insert(header::CONTENT_LENGTH, body.len().into());
        *self.request.body_mut() = Body::from(body);
        self
    }

    /// With a JSON body.
    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sends it and reads the answer whole.
    pub(crate) async fn send(mut self) -> Answer {
        let path = self.request.uri().to_string();
        let method = self.request.method().to_string();
        self.request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::new(self.from, 40_000)));
        let response = self
            .site
            .router
            .clone()
            .oneshot(self.request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX)
            .await
            .expect("a body");
        let status = parts.status.as_u16();
        let described = openapi::document(&self.site.router).await;
        let untold = openapi::untold(described, &method, &path, status, &parts.headers);
        assert_eq!(untold, None, "OpenAPI, on the way to {path}");
        // Every report is as the document describes it.
        if status == 200 && path.starts_with("/api/v1/verify") {
            let mut answer: Value = serde_json::from_slice(&body).expect("JSON");
            answer.as_object_mut().expect("an object").remove("receipt");
            match answer.get("answers").and_then(Value::as_array) {
                Some(many) => many.iter().for_each(|one| report::held(&one["report"])),
                None => report::held(&answer),
            }
        }
        Answer {
            path,
            status,
            headers: parts.headers,
            body,
        }
    }
}

impl Answer {
    /// Holds the answer to this status.
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Answer {
        assert_eq!(self.status, status, "{}: {}", self.path, self.text());
        self
    }

    /// Holds the answer to leading here.
    #[track_caller]
    pub(crate) fn leads_to(&self, path: &str) -> &Answer {
        self.is(303);
        assert_eq!(self.header("location"), path, "{}", self.path);
        self
    }

    /// Holds the answer to containing this.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> &Answer {
        assert!(
            self.text().contains(text),
            "{} does not show {text:?}: {}",
            self.path,
            self.text()
        );
        self
    }

    /// Holds the answer to not containing this.
    #[track_caller]
    pub(crate) fn hides(&self, text: &str) -> &Answer {
        assert!(
            !self.text().contains(text),
            "{} shows {text:?}: {}",
            self.path,
            self.text()
        );
        self
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} is no JSON: {}", self.path, self.text()))
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// A form of parts as browsers write it.
fn written(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = match *file {
            "" => String::new(),
            file => format!("; filename=\"{file}\""),
        };
        let head = format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

/// A form value as browsers write it.
pub(crate) fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
