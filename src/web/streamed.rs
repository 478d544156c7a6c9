//! A page that is sent while it is made: what is there already is shown, and the rest follows.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header},
    response::{IntoResponse, Response},
};
use hyper::body::Frame;
use tokio::{sync::mpsc, time::timeout};

use super::answer::NEVER;

/// How long a reader may take for a piece. Past it nothing more is made for them.
const PATIENCE: Duration = Duration::from_secs(10);

/// Marks an answer that is sent in pieces: compressing would hold them back.
#[derive(Debug, Clone, Copy)]
struct InPieces;

/// Whether an answer may be compressed.
pub(crate) fn may_be_compressed(
    _: StatusCode,
    _: Version,
    _: &HeaderMap,
    extensions: &Extensions,
) -> bool {
    extensions.get::<InPieces>().is_none()
}

/// Where the pieces go.
#[derive(Debug)]
pub(crate) struct Pieces(mpsc::Sender<Bytes>);

/// Whoever asked has gone, or does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;

impl Pieces {
    /// Sends a piece.
    ///
    /// # Errors
    /// [`Gone`].
    pub(crate) async fn send(&self, piece: String) -> Result<(), Gone> {
        match timeout(PATIENCE, self.0.send(piece.into())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

/// A page, and where its pieces go. It ends when they are dropped.
pub(crate) fn page() -> (Response, Pieces) {
    let (send, receive) = mpsc::channel(4);
    let mut response = Body::new(Coming(receive)).into_response();
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
    response.extensions_mut().insert(InPieces);
    (response, Pieces(send))
}

struct Coming(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Coming {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
