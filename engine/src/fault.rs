//! What ends a run before its time. Maelstrom mutes a node after one bad line, and notices a dead node only at the end, when
//! it throws the results away; here the run ends at once, and says why.

use crate::json::{LineError, excerpt};

/// Why a run could not go on. The node is always named; the driver adds what the node said last on its standard error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A line on a node's standard output is no message, or goes to nobody.
    #[error("{node} printed a line that cannot be delivered: {error}\n  the line: {}", excerpt(line))]
    BadLine {
        /// The node.
        node: String,
        /// The line.
        line: String,
        /// What is wrong with it.
        error: LineError,
    },
    /// A node's process ended while the test ran.
    #[error(
        "{node} exited ({status}) while the test ran; a node must run until it is stopped, and may end at the end of its input"
    )]
    Exited {
        /// The node.
        node: String,
        /// Its exit status in words.
        status: String,
    },
    /// A node did not answer in the time that its setup has.
    #[error("{node} did not answer `{request}` within {seconds} s")]
    SetupTimeout {
        /// The node.
        node: String,
        /// `init` or `topology`.
        request: &'static str,
        /// How long it had.
        seconds: u64,
    },
    /// A node answered its setup with something else than it should.
    #[error("{node} answered `{request}` wrongly: {problem}")]
    SetupRefused {
        /// The node.
        node: String,
        /// `init` or `topology`.
        request: &'static str,
        /// What is wrong with the answer.
        problem: String,
    },
    /// A node sent to a client that never was.
    #[error("{node} sent a message to `{dest}`, and no node or client has that name")]
    Stranger {
        /// The node.
        node: String,
        /// The name.
        dest: String,
    },
}
