//! Bodies that never become text: what machines in the engine's own process exchange.

use protocol::{Body, Carry, Directory, MessageId, Reply, Request, Value};
use serde_json::json;

use crate::payload::{Content, Payload, ReplyKind};

impl<P: Carry> Content for Body<P> {
    #[inline]
    fn is_flat(&self) -> bool {
        Self::is_flat(self)
    }
}

impl<P: Carry> Payload for Body<P> {
    fn request(id: MessageId, request: Request, _directory: &Directory) -> Self {
        Self::Request { id, request }
    }

    fn in_reply_to(&self) -> Option<MessageId> {
        match self {
            Self::Reply { to, .. } => Some(*to),
            Self::Peer(_) | Self::Request { .. } => None,
        }
    }

    fn take_reply(&mut self, expected: ReplyKind) -> Result<Reply, String> {
        let Self::Reply { to, reply } = self else { return Err("not a reply".to_owned()) };
        match (std::mem::replace(reply, Reply::InitOk), expected) {
            // A history keeps the whole body of an echo.
            (Reply::EchoOk { echo }, ReplyKind::Echo) => {
                Ok(Reply::EchoOk { echo: Box::new(json!({ "type": "echo_ok", "echo": echo, "in_reply_to": to })) })
            }
            (reply @ Reply::BroadcastOk, ReplyKind::Broadcast)
            | (reply @ Reply::InitOk, ReplyKind::Init)
            | (reply @ Reply::ReadOk { .. }, ReplyKind::Read)
            | (reply @ Reply::TopologyOk, ReplyKind::Topology)
            | (reply @ Reply::Error { .. }, _) => Ok(reply),
            (other, expected) => Err(format!("a `{}` was expected, and it is {other:?}", expected.name())),
        }
    }

    #[inline]
    fn carried_values(&self, mut each: impl FnMut(Value)) {
        match self {
            Self::Peer(peer) => peer.carried_values(each),
            Self::Request { request: Request::Broadcast { message }, .. } => each(*message),
            Self::Reply { .. } | Self::Request { .. } => {}
        }
    }
}
