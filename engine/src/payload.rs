//! What the engine needs to know of a message's body, whatever form it has: JSON from a process, or a value from a machine
//! in the same process. Everything else in this crate is written once, for both.

use protocol::{Directory, MessageId, Reply, Request, Value};

/// What can lie in a message. It is cloned only where the network doubles messages; its default is left where one was taken.
pub trait Content: Clone + Default {
    /// Whether it lies in one piece, so that whoever throws it away has nothing to give back. The default does.
    fn is_flat(&self) -> bool;
}

/// A message's body.
pub trait Payload: Content {
    /// A client's request.
    fn request(id: MessageId, request: Request, directory: &Directory) -> Self;

    /// The request that this answers, if it answers one.
    fn in_reply_to(&self) -> Option<MessageId>;

    /// Takes the answer out, if it is an error or what the request asked for; else what is wrong with it (semantics, sections 5.1
    /// and 5.4: replies are closed, one key too many makes them malformed).
    fn take_reply(&mut self, expected: ReplyKind) -> Result<Reply, String>;

    /// The body as JSON, if it may be a request to a service. Machines in the engine's own process use none.
    fn service_request(&self) -> Option<serde_json::Map<String, serde_json::Value>> {
        None
    }

    /// A service's answer; nothing where [`service_request`](Self::service_request) never asks.
    fn service_reply(_reply: &serde_json::Value) -> Option<Self> {
        None
    }

    /// Names each broadcast value that a node which receives this from another node then holds.
    fn carried_values(&self, each: impl FnMut(Value));
}

/// Which reply a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyKind {
    /// `broadcast_ok`
    Broadcast,
    /// `echo_ok`
    Echo,
    /// `init_ok`
    Init,
    /// `read_ok`
    Read,
    /// `topology_ok`
    Topology,
}

impl ReplyKind {
    /// The reply that a request asks for.
    pub const fn to(request: &Request) -> Self {
        match request {
            Request::Broadcast { .. } => Self::Broadcast,
            Request::Echo { .. } => Self::Echo,
            Request::Init { .. } => Self::Init,
            Request::Read => Self::Read,
            Request::Topology(_) => Self::Topology,
        }
    }

    /// The reply's `type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Broadcast => "broadcast_ok",
            Self::Echo => "echo_ok",
            Self::Init => "init_ok",
            Self::Read => "read_ok",
            Self::Topology => "topology_ok",
        }
    }
}

#[cfg(test)]
impl Content for &'static str {
    fn is_flat(&self) -> bool {
        true
    }
}
