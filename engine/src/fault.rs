//! What ends a run before its time. Maelstrom mutes a node after one bad line, and notices a dead node only at the end, when
//! it throws the results away; here the run ends at once, and says why.

use crate::json::{LineError, excerpt};

/// Why a run could not go on, and because of which node. A driver adds what the node said last on its standard error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} {kind}")]
pub struct Fault {
    /// The node's place in the cluster's list.
    pub node: u32,
    /// The node's name.
    pub name: String,
    /// What it did.
    pub kind: FaultKind,
}

/// What a node did that a run cannot survive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// A line on its standard output is no message, or comes from or goes to nobody.
    #[error("printed a line that cannot be delivered: {error}\n  the line: {}", excerpt(line))]
    BadLine {
        /// The line.
        line: String,
        /// What is wrong with it.
        error: LineError,
    },
    /// Its process ended while the test ran; its exit status in words.
    #[error("ended while the test ran ({0}); a node runs until it is stopped, or until its input ends")]
    Exited(String),
    /// It answered its setup with something else than it should.
    #[error("answered `{request}` wrongly: {problem}")]
    SetupRefused {
        /// `init` or `topology`.
        request: &'static str,
        /// What is wrong with the answer.
        problem: String,
    },
    /// It did not answer in the time that its setup has.
    #[error("did not answer `{request}` within {seconds} s")]
    SetupTimeout {
        /// `init` or `topology`.
        request: &'static str,
        /// How long it had.
        seconds: u64,
    },
    /// It sent to a name that was never in the network.
    #[error("sent a message to `{0}`, and no node or client has that name")]
    Stranger(String),
}
