//! How long, how much, how often. Part of what the service promises, not settings.

use std::time::Duration;

/// Looking a name up.
pub(super) const DNS: Duration = Duration::from_secs(2);
/// Reaching the address.
pub(super) const CONNECT: Duration = Duration::from_secs(3);
/// Agreeing on TLS.
pub(super) const TLS: Duration = Duration::from_secs(3);
/// From the request to the whole head of the answer.
pub(super) const HEAD: Duration = Duration::from_secs(5);
/// One fetch, with its redirects.
pub(super) const ALL: Duration = Duration::from_secs(8);
/// A failure is told no sooner than this after the fetch began: later than a name that is looked
/// up at once and an address that never answers.
pub(super) const FLOOR: Duration = Duration::from_secs(4);
/// And later by chance, up to this.
pub(super) const JITTER: Duration = Duration::from_millis(250);
/// How long a failure is remembered.
pub(super) const KEEP_FAILURE: Duration = Duration::from_secs(60);

/// The head of an answer: bytes, also of the buffer that reads the body.
pub(super) const HEAD_BYTES: usize = 64 * 1024;
/// Fields in the head of an answer.
pub(super) const HEAD_FIELDS: usize = 64;
/// An address: bytes.
pub(super) const URL_BYTES: usize = 2048;

/// Fetches from one host at once.
pub(super) const HOST_AT_ONCE: usize = 4;
/// Fetches from one host within [`HOST_WINDOW`] on behalf of whoever checks a credential.
pub(super) const HOST_STARTS: usize = 60;
/// Calls of one host within [`HOST_WINDOW`] that an administrator named: a school signs in at nine.
pub(super) const NAMED_STARTS: usize = 600;
/// As many times as one host is one address asked within [`HOST_WINDOW`], under whatever names:
/// more, because many hosts may share a machine.
pub(super) const ADDRESS_SHARE: usize = 4;
/// How long a fetch waits for others to end.
pub(super) const WAIT: Duration = Duration::from_secs(2);
/// See [`HOST_STARTS`].
pub(super) const HOST_WINDOW: Duration = Duration::from_secs(60);
/// Hosts, and addresses, that are counted at once.
pub(super) const HOSTS: usize = 4096;
/// Fetches at once, from all hosts.
pub(super) const AT_ONCE: usize = 64;

/// Answers kept, good and bad.
pub(super) const KEPT: usize = 1024;
/// Bytes of answers kept.
pub(super) const KEPT_BYTES: usize = 32 * 1024 * 1024;
