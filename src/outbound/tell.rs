//! Telling others something: one POST, by the rules of every fetch, and nothing of the answer but
//! its status.

use std::{future::poll_fn, net::SocketAddr, pin::pin};

use http_body_util::Full;
use hyper::{Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    time::{timeout, timeout_at},
};
use url::{Host, Url};

use super::{Cause, Fetcher, Stage, Stream, Unreachable, fetcher::For, limits, place::Place, tls};

/// What is told, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The address: https, or (with `here`) http on this machine.
    pub url: String,
    /// The media type of the body.
    pub content_type: &'static str,
    /// Headers of its own.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Fetcher {
    /// Tells it: the status of the answer, whatever it is. No redirect is followed.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub async fn tell(&self, post: &Post) -> Result<u16, Unreachable> {
        let place = Place::read(&post.url)?;
        self.refuse_own(&place)?;
        let until = tokio::time::Instant::now() + limits::ALL;
        let told = async {
            let (_under, stream) = self.stream(&place).await?;
            say(stream, place.host(), place.target(), post).await
        };
        match timeout_at(until, told).await {
            Ok(status) => Ok(status?),
            Err(_) => Err(Cause::Slow(Stage::All).into()),
        }
    }
}

/// Whether an address may be told: by its text alone. `here`: also one of this machine.
#[must_use]
pub fn may_be_told(url: &str, here: bool) -> bool {
    Place::read(url).is_ok() || (here && local(url).is_some())
}

/// Tells something to an address of this machine: for development.
///
/// # Errors
/// [`Unreachable`], also for any other address.
pub async fn tell_here(post: &Post) -> Result<u16, Unreachable> {
    let (address, host, target) = local(&post.url).ok_or(Cause::Name)?;
    let told = async {
        let stream = TcpStream::connect(address).await;
        let stream = stream.map_err(|_| Cause::Connect)?;
        say(stream, &host, &target, post).await
    };
    match timeout(limits::ALL, told).await {
        Ok(status) => Ok(status?),
        Err(_) => Err(Cause::Slow(Stage::All).into()),
    }
}

/// Whether it is an address of this machine, as [`tell_here`] takes it.
#[must_use]
pub fn is_here(url: &str) -> bool {
    local(url).is_some()
}

fn local(text: &str) -> Option<(SocketAddr, String, String)> {
    let url = Url::parse(text).ok()?;
    let plain = url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
    let ip = match url.host()? {
        Host::Domain("localhost") => std::net::Ipv4Addr::LOCALHOST.into(),
        Host::Ipv4(ip) if ip.is_loopback() => ip.into(),
        Host::Ipv6(ip) if ip.is_loopback() => ip.into(),
        _ => return None,
    };
    let port = url.port_or_known_default()?;
    let host = format!("{}:{port}", url.host_str()?);
    let target = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
    plain.then_some((SocketAddr::new(ip, port), host, target))
}

/// Says it over a connection that lives no longer than this call.
async fn say(stream: impl Stream, host: &str, target: &str, post: &Post) -> Result<u16, Cause> {
    let mut request = Request::post(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, super::exchange::USER_AGENT)
        .header(header::CONTENT_TYPE, post.content_type)
        .header(header::CONNECTION, "close");
    for (name, value) in &post.headers {
        request = request.header(*name, value);
    }
    let body = Full::new(Bytes::from(post.body.clone()));
    let request = request.body(body).map_err(|_| Cause::Url)?;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(limits::HEAD_BYTES)
        .max_headers(limits::HEAD_FIELDS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Cause::Http)?;
    let asking = async {
        let head = timeout(limits::HEAD, sender.send_request(request)).await;
        let response = head
            .map_err(|_| Cause::Slow(Stage::Head))?
            .map_err(|_| Cause::Http)?;
        Ok(response.status().as_u16())
    };
    let (mut asking, mut connection) = (pin!(asking), pin!(connection));
    let mut open = true;
    poll_fn(|context| {
        open = open && connection.as_mut().poll(context).is_pending();
        asking.as_mut().poll(context)
    })
    .await
}

impl Fetcher {
    /// A connection to the host of `place`, as every fetch makes it.
    async fn stream(&self, place: &Place) -> Result<(super::gate::Under, impl Stream), Cause> {
        let (under, stream) = self.open(place, For::Messages).await?;
        let stream = tls::agree(self.tls(), place.host(), stream).await?;
        Ok((under, stream))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_names_are_told_and_this_machine_where_it_is_developed() {
        for (url, anywhere, at_home) in [
            ("https://hooks.example.com/a?b=c", true, true),
            ("http://hooks.example.com/", false, false),
            ("https://10.0.0.1/", false, false),
            ("https://hooks.example.com:8443/", false, false),
            ("https://user@hooks.example.com/", false, false),
            ("http://localhost:9000/x", false, true),
            ("http://127.0.0.1:9000/x", false, true),
            ("http://[::1]:9000/x", false, true),
            ("http://169.254.169.254/", false, false),
            ("https://localhost/", false, false),
        ] {
            assert_eq!(may_be_told(url, false), anywhere, "{url}");
            assert_eq!(may_be_told(url, true), at_home, "{url}");
        }
        let (address, host, target) = local("http://localhost:9000/x?y#z").expect("here");
        assert_eq!(address.to_string(), "127.0.0.1:9000");
        assert_eq!((host.as_str(), target.as_str()), ("localhost:9000", "/x?y"));
    }
}
