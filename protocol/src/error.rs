//! Maelstrom's error codes, and whether each says for certain that nothing happened.

use serde::{Deserialize, Serialize};

/// Why a request was not served. The numbers are Maelstrom's (`resources/errors.edn`); 1000 and above are the node's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(pub u64);

impl ErrorCode {
    /// The operation could not be completed in time.
    pub const TIMEOUT: Self = Self(0);
    /// A message went to a node that does not exist.
    pub const NODE_NOT_FOUND: Self = Self(1);
    /// The node does not know this request.
    pub const NOT_SUPPORTED: Self = Self(10);
    /// The node cannot serve the request now.
    pub const TEMPORARILY_UNAVAILABLE: Self = Self(11);
    /// The request does not have the form it should.
    pub const MALFORMED_REQUEST: Self = Self(12);
    /// The node failed in a way it cannot explain.
    pub const CRASH: Self = Self(13);
    /// The request was refused on purpose.
    pub const ABORT: Self = Self(14);
    /// No such key.
    pub const KEY_DOES_NOT_EXIST: Self = Self(20);
    /// The key is taken.
    pub const KEY_ALREADY_EXISTS: Self = Self(21);
    /// A condition of the request does not hold.
    pub const PRECONDITION_FAILED: Self = Self(22);
    /// A transaction met another.
    pub const TXN_CONFLICT: Self = Self(30);

    /// Whether the code says that the operation certainly did not happen. Codes nobody defined are not definite.
    pub const fn is_definite(self) -> bool {
        matches!(self.0, 1 | 10 | 11 | 12 | 14 | 20 | 21 | 22 | 30)
    }

    /// The code's name as Maelstrom writes it in a history, without the colon.
    pub const fn name(self) -> &'static str {
        match self.0 {
            0 => "timeout",
            1 => "node-not-found",
            10 => "not-supported",
            11 => "temporarily-unavailable",
            12 => "malformed-request",
            13 => "crash",
            14 => "abort",
            20 => "key-does-not-exist",
            21 => "key-already-exists",
            22 => "precondition-failed",
            30 => "txn-conflict",
            _ => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_crashes_and_private_codes_are_not_definite() {
        let indefinite: Vec<u64> =
            (0..2000).filter(|&code| !ErrorCode(code).is_definite() && ErrorCode(code).name() != "unknown").collect();
        assert_eq!(indefinite, [0, 13]);
        assert!(!ErrorCode(1000).is_definite());
        assert_eq!(ErrorCode(1000).name(), "unknown");
    }
}
