//! Fetching from strangers, within limits: the one place from which this program asks others.
//!
//! Whoever writes a credential writes addresses into it, so every address here is taken for an
//! attempt to use us (threats D1 to D21):
//!
//! - An address is refused by its text alone if it is not https on port 443, holds a user, or
//!   names anything but a public host by a name with a dot. Our own host is never asked.
//! - A name is looked up once. Every answer must be a public address and not our own, and the
//!   connection goes to that answer and no other. Redirects are followed by hand, each checked
//!   like the first.
//! - There is no proxy, no cookie, no referrer, no switch that turns a check off; TLS is checked
//!   against the public roots.
//! - Everything has a deadline and a size, for one fetch, for one verification ([`Budget`]), and for
//!   one host, whoever asks. What was read is kept for a while, and failures too.
//! - A failure has one public reason ([`Unreachable`]) and comes no sooner than after a while, so
//!   that nobody can learn from us which address answers.
//!
//! No connection is kept and no task is left behind: a fetch that is dropped is over.

mod address;
mod budget;
mod cache;
mod call;
mod cause;
mod connect;
mod exchange;
mod fetcher;
mod gate;
mod limits;
mod place;
mod resolve;
mod tell;
mod tls;
mod want;

use std::{future::Future, pin::Pin};

pub use address::is_public;
pub use budget::Budget;
pub use call::{Answered, Call, call_here};
pub use cause::{Cause, Stage, Unreachable};
pub use connect::{Connector, Stream, Tcp};
pub use fetcher::{Fetcher, Parts};
pub use resolve::{Dns, Resolver};
pub use tell::{Post, is_here, may_be_told, tell_here};
pub use tls::public_roots;
pub use want::{Fetched, Shape, Want};

/// An answer that comes later.
pub type Soon<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
