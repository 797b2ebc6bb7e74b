//! What nodes of this crate say to each other.
//!
//! Absent: when they say it. [`crate::link`] repeats, [`crate::node`] decides who hears.

use protocol::{Carry, MessageId, Value, ValueSet};
use serde::{Deserialize, Serialize};

/// A message from node to node. Small, so that it is copied about for nothing; only the answer to a node that has lost
/// everything has a heap of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Peer {
    /// The message of that number has arrived; repeat it no more.
    Ack {
        /// The number of the message that arrived.
        in_reply_to: MessageId,
    },
    /// This is all I hold.
    Holds {
        /// The number of the [`Recover`](Self::Recover) that this answers.
        in_reply_to: MessageId,
        /// The values.
        messages: Box<ValueSet>,
    },
    /// I was started again and hold nothing; what do you hold?
    Recover {
        /// The number to answer.
        msg_id: MessageId,
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
            Self::Ack { .. } | Self::Recover { .. } => {}
            Self::Holds { messages, .. } => messages.iter().for_each(each),
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
            (
                Peer::Holds { in_reply_to: 2, messages: Box::new(ValueSet::from_iter([9, 7])) },
                r#"{"in_reply_to":2,"messages":[7,9],"type":"holds"}"#,
            ),
            (Peer::Recover { msg_id: 2 }, r#"{"msg_id":2,"type":"recover"}"#),
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
