//! Why nothing came: one word for the world, the cause for our own log.

/// Nothing usable came from an address. What is said of it is always the same (threat D14); the
/// cause is for logs and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it could not be reached, or what it gave cannot be used")]
pub struct Unreachable {
    cause: Cause,
}

impl Unreachable {
    /// The public reason.
    pub const REASON: &'static str = "issuer_unreachable";

    /// Why: never to be shown to whoever chose the address.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }
}

impl From<Cause> for Unreachable {
    fn from(cause: Cause) -> Unreachable {
        Unreachable { cause }
    }
}

/// What went wrong with a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It is not a plain https address on port 443.
    Url,
    /// Its host is no name of a public host.
    Name,
    /// It is our own host or address.
    Own,
    /// The verification has made all its fetches, or used all its time.
    Budget,
    /// The host has been asked too often; asking later may help.
    Busy,
    /// The name leads nowhere.
    Dns,
    /// The name leads to an address that is not public.
    Address,
    /// Nobody listens there.
    Connect,
    /// The host could not prove its name.
    Tls,
    /// It took too long.
    Slow(Stage),
    /// It leads elsewhere once too often, in a circle, or in a way that is not followed.
    Redirect,
    /// It does not speak HTTP.
    Http,
    /// It answers with another status than 200.
    Status(u16),
    /// It sends another kind of content than was asked for.
    ContentType,
    /// The content is packed in a way that was not asked for, or damaged.
    Encoding,
    /// It is too large.
    TooLarge,
    /// The content is not of the form that was asked for.
    Shape,
}

/// Where the time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Looking the name up: 2 s.
    Dns,
    /// Reaching the address: 3 s.
    Connect,
    /// Agreeing on TLS: 3 s.
    Tls,
    /// The head of the answer: 5 s.
    Head,
    /// The fetch as a whole: 8 s.
    All,
}
