//! One question, one answer: HTTP/1.1 over a connection of its own.

use std::{future::poll_fn, io::Read as _, pin::pin};

use flate2::bufread::GzDecoder;
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{self, HeaderMap, HeaderName},
};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use super::{Cause, Stage, Stream, Want, limits, place::Place};

/// Who asks. It is the same for everybody, and says nothing of who runs it.
pub(super) const USER_AGENT: &str = concat!("skillmark/", env!("CARGO_PKG_VERSION"));

/// What a host answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// What was asked for.
    Content { content_type: String, body: Vec<u8> },
    /// It stands elsewhere.
    Moved { location: String },
}

/// Asks the host at the other end of `stream` for `place`. The connection lives no longer than
/// this call.
pub(super) async fn ask(stream: impl Stream, place: &Place, want: &Want) -> Result<Answer, Cause> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(limits::HEAD_BYTES)
        .max_headers(limits::HEAD_FIELDS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Cause::Http)?;
    let asking = async {
        let request = question(place, want)?;
        let head = timeout(limits::HEAD, sender.send_request(request)).await;
        let response = head
            .map_err(|_| Cause::Slow(Stage::Head))?
            .map_err(|_| Cause::Http)?;
        read(response, want).await
    };
    // The connection moves only while somebody looks: no task of its own, nothing left behind.
    let (mut asking, mut connection) = (pin!(asking), pin!(connection));
    let mut open = true;
    poll_fn(|context| {
        open = open && connection.as_mut().poll(context).is_pending();
        asking.as_mut().poll(context)
    })
    .await
}

fn question(place: &Place, want: &Want) -> Result<Request<Empty<Bytes>>, Cause> {
    Request::get(place.target())
        .header(header::HOST, place.host())
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, want.accepts())
        .header(header::ACCEPT_ENCODING, "gzip")
        .header(header::CONNECTION, "close")
        .body(Empty::new())
        .map_err(|_| Cause::Url)
}

async fn read(response: Response<Incoming>, want: &Want) -> Result<Answer, Cause> {
    let (head, body) = response.into_parts();
    match head.status {
        StatusCode::OK => {}
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => {
            let location = field(&head.headers, header::LOCATION)?.ok_or(Cause::Redirect)?;
            let location = location.to_owned();
            return Ok(Answer::Moved { location });
        }
        other if other.is_redirection() => return Err(Cause::Redirect),
        other => return Err(Cause::Status(other.as_u16())),
    }
    let content_type = media_type(&head.headers)?;
    if !want.accept.contains(&content_type.as_str()) {
        return Err(Cause::ContentType);
    }
    let packing = field(&head.headers, header::CONTENT_ENCODING)?.map(str::to_ascii_lowercase);
    let is_packed = match packing.as_deref() {
        None | Some("identity") => false,
        Some("gzip" | "x-gzip") => true,
        Some(_) => return Err(Cause::Encoding),
    };
    let mut bytes = collect(body, want.max_bytes).await?;
    if is_packed {
        bytes = unpack(&bytes, want.max_bytes)?;
    }
    want.check(&bytes)?;
    Ok(Answer::Content {
        content_type,
        body: bytes,
    })
}

/// The one value of a field; said twice, nobody knows which is meant.
fn field(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, Cause> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    match (first, values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Cause::Http),
        (Some(_), Some(_)) => Err(Cause::Http),
    }
}

fn media_type(headers: &HeaderMap) -> Result<String, Cause> {
    let value = field(headers, header::CONTENT_TYPE)?.ok_or(Cause::ContentType)?;
    let essence = value.split(';').next().unwrap_or_default();
    Ok(essence.trim().to_ascii_lowercase())
}

/// The body as it was sent, if it has no more than `max` bytes.
async fn collect(mut body: Incoming, max: usize) -> Result<Vec<u8>, Cause> {
    let announced = hyper::body::Body::size_hint(&body).lower();
    if announced > max as u64 {
        return Err(Cause::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Cause::Http)?;
        let data = frame.into_data().unwrap_or_default();
        if bytes.len() + data.len() > max {
            return Err(Cause::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// One gzip member, and nothing after it, of at most `max` bytes unpacked.
fn unpack(packed: &[u8], max: usize) -> Result<Vec<u8>, Cause> {
    let mut bytes = Vec::new();
    let mut unpacking = GzDecoder::new(packed).take(max as u64 + 1);
    unpacking
        .read_to_end(&mut bytes)
        .map_err(|_| Cause::Encoding)?;
    if bytes.len() > max {
        return Err(Cause::TooLarge);
    }
    if unpacking.into_inner().into_inner().is_empty() {
        Ok(bytes)
    } else {
        Err(Cause::Encoding)
    }
}
