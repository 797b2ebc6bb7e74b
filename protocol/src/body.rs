//! What messages say: the requests and replies of Maelstrom's `echo` and `broadcast` workloads, and a place for what nodes
//! say to each other, which stays the node's own.
//!
//! Absent: JSON. How a body is written is [`crate::Codec`]'s business; two machines in one process exchange these values
//! as they are.

use std::sync::Arc;

use crate::{Carry, ErrorCode, Value, Values};

/// The number a requester gives its request, so that it knows the reply.
pub type MessageId = u64;

/// Each node's neighbours, by place in the cluster's list.
pub type Adjacency = Vec<Vec<u32>>;

/// A message without its envelope. `P` is what the nodes of one program say to each other.
#[derive(Clone, Debug, PartialEq)]
pub enum Body<P> {
    /// From node to node.
    Peer(P),
    /// The answer to the request of that number.
    Reply {
        /// The request's number (`in_reply_to`).
        to: MessageId,
        /// What is answered.
        reply: Reply,
    },
    /// From a client to a node.
    Request {
        /// The number that the reply has to name (`msg_id`).
        id: MessageId,
        /// What is asked.
        request: Request,
    },
}

impl<P: Carry> Body<P> {
    /// Whether it lies in one piece, so that whoever throws it away has nothing to give back.
    #[inline]
    pub fn is_flat(&self) -> bool {
        matches!(self, Self::Peer(peer) if peer.is_flat())
    }
}

impl<P: Default> Default for Body<P> {
    /// What is left where a body was taken.
    fn default() -> Self {
        Self::Peer(P::default())
    }
}

/// What a client asks of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Take in this value and bring it to every node.
    Broadcast {
        /// The value.
        message: Value,
    },
    /// Say it back.
    Echo {
        /// What to say.
        echo: Box<serde_json::Value>,
    },
    /// Learn who you are. The first request of a test.
    Init {
        /// The receiver's place in the cluster's list.
        node: u32,
        /// How many nodes the cluster has.
        nodes: u32,
    },
    /// List the values that you hold.
    Read,
    /// Learn the neighbours that the test suggests. A node may use others.
    Topology(Arc<Adjacency>),
}

/// What a node answers to a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The value is taken in.
    BroadcastOk,
    /// What was asked to be said.
    EchoOk {
        /// The same as in the request.
        echo: Box<serde_json::Value>,
    },
    /// The request was not served.
    Error {
        /// Why, as a number.
        code: ErrorCode,
        /// Why, in words.
        text: Option<Box<str>>,
    },
    /// Ready.
    InitOk,
    /// The values held.
    ReadOk {
        /// In no certain order.
        messages: Values,
    },
    /// Understood.
    TopologyOk,
}

impl Reply {
    /// An error with its explanation.
    pub fn error(code: ErrorCode, text: impl Into<Box<str>>) -> Self {
        Self::Error { code, text: Some(text.into()) }
    }
}
