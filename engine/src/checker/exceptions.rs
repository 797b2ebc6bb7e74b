//! Operations that ended in a client's exception (semantics, section 8.3). Always valid: it only tells.
//!
//! A Maelstrom client throws when a node's reply does not have the form it should. Ours does not throw; the reply is
//! recorded as malformed, and that is the only class there is.

use crate::history::{History, IndexedOp, OpError};

/// The class of a malformed reply, where Maelstrom names a Java class.
pub const MALFORMED_REPLY: &str = "malformed-reply";

/// The exceptions of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct Exceptions {
    /// How many operations ended so.
    pub count: u64,
    /// Their class.
    pub class: &'static str,
    /// The first of them.
    pub example: IndexedOp,
}

/// The classes of exceptions in a history, most frequent first.
pub fn check(history: &History) -> Vec<Exceptions> {
    let mut malformed =
        history.client_ops().filter(|(_, op)| matches!(op.error.as_deref(), Some(OpError::Malformed(_))));
    let Some((first, _)) = malformed.next() else {
        return Vec::new();
    };
    let count = 1 + malformed.count() as u64;
    vec![Exceptions { count, class: MALFORMED_REPLY, example: history.quote(first) }]
}
