//! Proof in the type: what is `Verified` has been through the verifier.

use serde::Serialize;

/// A value that stands in a credential whose verdict is valid.
///
/// Only this room can make one, so that nothing unsigned is ever shown as verified.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// To be called once, where the verdict is made.
    pub(super) fn new(value: T) -> Verified<T> {
        Verified(value)
    }

    /// The value.
    pub fn get(&self) -> &T {
        &self.0
    }
}
