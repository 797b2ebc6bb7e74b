//! What nodes of this crate say to each other.
//!
//! Absent: when they say it. [`crate::link`] repeats, [`crate::node`] decides who hears.

use protocol::{Carry, MessageId, Value};
use serde::{Deserialize, Serialize};

/// A message from node to node. Small and without a heap of its own, so that it is copied, never allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Peer {
    /// The message of that number has arrived; repeat it no more.
    Ack {
        /// The number of the message that arrived.
        in_reply_to: MessageId,
    },
    /// A client gave me this value; spread it from the root.
    Relay {
        /// The value.
        message: Value,
        /// The number to acknowledge.
        msg_id: MessageId,
    },
    /// Here is a value; pass it on.
    Spread {
        /// The value.
        message: Value,
        /// The number to acknowledge.
        msg_id: MessageId,
    },
}

impl Carry for Peer {
    #[inline]
    fn carried_values(&self, each: &mut dyn FnMut(Value)) {
        match self {
            Self::Ack { .. } => {}
            Self::Relay { message, .. } | Self::Spread { message, .. } => each(*message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Address, Body, Codec, Directory, Message};

    #[test]
    fn as_it_is_on_the_wire() {
        let mut codec = Codec::with_directory(Directory::of_nodes(["n0".to_owned(), "n1".to_owned()]));
        for (peer, body) in [
            (Peer::Ack { in_reply_to: 3 }, r#"{"in_reply_to":3,"type":"ack"}"#),
            (Peer::Relay { message: -7, msg_id: 0 }, r#"{"message":-7,"msg_id":0,"type":"relay"}"#),
            (Peer::Spread { message: 7, msg_id: 4 }, r#"{"message":7,"msg_id":4,"type":"spread"}"#),
        ] {
            let message = Message { src: Address::node(0), dest: Address::node(1), body: Body::Peer(peer) };
            let line = codec.encode(&message);
            assert_eq!(line, format!(r#"{{"body":{body},"dest":"n1","src":"n0"}}"#));
            assert_eq!(codec.decode::<Peer>(&line).unwrap(), message);
        }
    }
}
