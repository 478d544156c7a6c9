//! One call to a server that an administrator named: a sign-in provider. It is held to the same
//! rules as every fetch: public https hosts alone, looked up once, within deadlines and sizes.
//! Nothing of it is kept.

use std::{future::poll_fn, pin::pin};

use http_body_util::{BodyExt as _, Full};
use hyper::{Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};
use url::Url;

use super::{Cause, Stage, Stream, Unreachable, limits};

/// Most bytes of an answer.
const MAX_BYTES: usize = 256 * 1024;

/// What is sent.
#[derive(Clone)]
pub struct Call {
    /// Where to.
    pub url: String,
    /// Further fields of the head.
    pub headers: Vec<(String, String)>,
    /// What is sent with POST; `None`: it is asked with GET.
    pub body: Option<Vec<u8>>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call(***)")
    }
}

/// What came back.
#[derive(Clone)]
pub struct Answered {
    /// The status, whatever it is.
    pub status: u16,
    /// What it is said to be, or nothing.
    pub content_type: String,
    /// The content.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answered({})", self.status)
    }
}

/// Calls a server of this machine, without TLS: only where we ourselves are reached at this machine
/// alone, in development and in tests.
///
/// # Errors
/// [`Unreachable`], also for an address of any other machine.
pub async fn call_here(call: &Call) -> Result<Answered, Unreachable> {
    let url = Url::parse(&call.url).map_err(|_| Cause::Url)?;
    let host = url.host_str().unwrap_or_default();
    if url.scheme() != "http" || !matches!(host, "127.0.0.1" | "localhost" | "[::1]") {
        return Err(Cause::Url.into());
    }
    let port = url.port_or_known_default().unwrap_or(80);
    let asked = async {
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await;
        send(stream.map_err(|_| Cause::Connect)?, &url, call).await
    };
    let answer = timeout(limits::ALL, asked).await;
    Ok(answer.map_err(|_| Cause::Slow(Stage::All))??)
}

/// Sends it over a connection that lives no longer than this.
pub(super) async fn send(stream: impl Stream, url: &Url, call: &Call) -> Result<Answered, Cause> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(limits::HEAD_BYTES)
        .max_headers(limits::HEAD_FIELDS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Cause::Http)?;
    let asking = async {
        let head = timeout(limits::HEAD, sender.send_request(request(url, call)?)).await;
        let response = head
            .map_err(|_| Cause::Slow(Stage::Head))?
            .map_err(|_| Cause::Http)?;
        read(response).await
    };
    let (mut asking, mut connection) = (pin!(asking), pin!(connection));
    let mut open = true;
    poll_fn(|context| {
        open = open && connection.as_mut().poll(context).is_pending();
        asking.as_mut().poll(context)
    })
    .await
}

fn request(url: &Url, call: &Call) -> Result<Request<Full<Bytes>>, Cause> {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let method = if call.body.is_some() { "POST" } else { "GET" };
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .header(header::HOST, host)
        .header(header::CONNECTION, "close");
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    let body = call.body.clone().unwrap_or_default();
    request.body(Full::from(body)).map_err(|_| Cause::Url)
}

async fn read(response: hyper::Response<hyper::body::Incoming>) -> Result<Answered, Cause> {
    let (head, mut body) = response.into_parts();
    let content_type = head.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let data = frame.map_err(|_| Cause::Http)?.into_data();
        let data = data.unwrap_or_default();
        if bytes.len() + data.len() > MAX_BYTES {
            return Err(Cause::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Answered {
        status: head.status.as_u16(),
        content_type,
        body: bytes,
    })
}
