//! A whole service in memory, and people who visit it.
//!
//! ```ignore
//! let site = Site::new(engine).await;
//! site.get("/verify").await.is(200).shows("Is this credential real?");
//! ```

use std::net::{IpAddr, SocketAddr};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, header},
};
use skillmark::{app::App, config::Config, web};
use tower::ServiceExt as _;

use super::db::{Engine, Temp};

/// The service, with its own database that goes away with it.
pub(crate) struct Site {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) temp: Temp,
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
    /// A service on localhost.
    pub(crate) async fn new(engine: Engine) -> Site {
        Site::with(engine, |_| {}).await
    }

    /// A service with other settings.
    pub(crate) async fn with(engine: Engine, change: impl FnOnce(&mut Config)) -> Site {
        let temp = Temp::new(engine).await;
        let mut config = temp.config();
        change(&mut config);
        let app = temp.app_with(config).await;
        let router = web::router(web::Site::new(app.clone()));
        Site { app, router, temp }
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
    pub(crate) fn json(self, body: &serde_json::Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sends it and reads the answer whole.
    pub(crate) async fn send(mut self) -> Answer {
        let path = self.request.uri().to_string();
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
        Answer {
            path,
            status: parts.status.as_u16(),
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
    pub(crate) fn json(&self) -> serde_json::Value {
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
