//! What nodes of this crate say to each other.
//!
//! Absent: when they say it. [`crate::link`] repeats, [`crate::node`] decides who hears.

use protocol::{Carry, MessageId, Value, ValueSet};
use serde::{Deserialize, Serialize};

use crate::receipts::Receipt;

/// A message from node to node. Small, so that it is copied about for nothing; what is larger has a heap of its own, and
/// comes last, so that one comparison tells whether there is anything to give back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Peer {
    /// The message of that number has arrived; repeat it no more.
    Ack {
        /// The number of the message that arrived.
        in_reply_to: MessageId,
    },
    /// Are you there?
    Ping {
        /// The number to answer.
        msg_id: MessageId,
    },
    /// I am.
    Pong {
        /// The number of the [`Ping`](Self::Ping) that this answers.
        in_reply_to: MessageId,
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
    /// Here are values; pass them on.
    Batch(Box<Batch>),
    /// This is all I hold.
    Holds {
        /// The number of the [`Recover`](Self::Recover) that this answers.
        in_reply_to: MessageId,
        /// The values.
        messages: Box<ValueSet>,
    },
    /// All that has arrived from you.
    Received(Box<Receipt>),
}

/// Many values in one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The values.
    pub messages: Vec<Value>,
    /// The number to acknowledge.
    pub msg_id: MessageId,
    /// The smallest number whose acknowledgement the sender still waits for.
    pub oldest: MessageId,
    /// Clients gave me these; spread them from the root.
    #[serde(rename = "relay", default, skip_serializing_if = "is_not")]
    pub is_relay: bool,
    /// I have waited for too long; answer at once.
    #[serde(rename = "probe", default, skip_serializing_if = "is_not")]
    pub is_probe: bool,
    /// All that has arrived from you.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Receipt>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde lends what it asks about")]
const fn is_not(flag: &bool) -> bool {
    !*flag
}

impl Default for Peer {
    /// What is left where a message was taken.
    fn default() -> Self {
        Self::Ack { in_reply_to: 0 }
    }
}

impl Carry for Peer {
    #[inline]
    fn carried_values(&self, mut each: impl FnMut(Value)) {
        // Nearly all are of one of these two kinds or carry nothing.
        if let Self::Relay { message, .. } | Self::Spread { message, .. } = self {
            each(*message);
        } else if !self.is_flat() {
            self.many_carried_values(each);
        }
    }

    #[inline]
    fn is_flat(&self) -> bool {
        !matches!(self, Self::Batch(_) | Self::Holds { .. } | Self::Received(_))
    }
}

impl Peer {
    #[cold]
    fn many_carried_values(&self, each: impl FnMut(Value)) {
        match self {
            Self::Batch(batch) => batch.messages.iter().copied().for_each(each),
            Self::Holds { messages, .. } => messages.iter().for_each(each),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipts::{Forwarded, Latest};
    use protocol::{Address, Body, Codec, Directory, Message};

    #[test]
    fn a_message_between_nodes_is_three_words() {
        assert_eq!(size_of::<Peer>(), 24);
    }

    #[test]
    fn as_it_is_on_the_wire() {
        let mut codec = Codec::with_directory(Directory::of_nodes(["n0".to_owned(), "n1".to_owned()]));
        for (peer, body) in [
            (Peer::Ack { in_reply_to: 3 }, r#"{"in_reply_to":3,"type":"ack"}"#),
            (
                Peer::Holds { in_reply_to: 2, messages: Box::new(ValueSet::from_iter([9, 7])) },
                r#"{"in_reply_to":2,"messages":[7,9],"type":"holds"}"#,
            ),
            (
                Peer::Batch(Box::new(Batch {
                    messages: vec![9, 7],
                    msg_id: 4,
                    oldest: 3,
                    is_relay: false,
                    is_probe: false,
                    received: None,
                })),
                r#"{"messages":[9,7],"msg_id":4,"oldest":3,"type":"batch"}"#,
            ),
            (
                Peer::Batch(Box::new(Batch {
                    messages: vec![9],
                    msg_id: 4,
                    oldest: 4,
                    is_relay: true,
                    is_probe: true,
                    received: Some(Receipt { below: 5, beyond: vec![7, 8], ..Receipt::default() }),
                })),
                r#"{"messages":[9],"msg_id":4,"oldest":4,"probe":true,"received":{"below":5,"beyond":"7 8"},"relay":true,"type":"batch"}"#,
            ),
            (
                Peer::Received(Box::new(Receipt {
                    below: 5,
                    latest: Some(Latest { msg_id: 4, held_us: 17 }),
                    ..Receipt::default()
                })),
                r#"{"below":5,"latest":{"held_us":17,"msg_id":4},"type":"received"}"#,
            ),
            (
                Peer::Received(Box::new(Receipt {
                    below: 5,
                    forward: vec![Forwarded { node: 2, below: 7, beyond: vec![9] }],
                    forwarded: vec![Forwarded { node: 3, below: 8, beyond: Vec::new() }],
                    ..Receipt::default()
                })),
                r#"{"below":5,"forward":[{"below":7,"beyond":"9","node":2}],"forwarded":[{"below":8,"node":3}],"type":"received"}"#,
            ),
            (Peer::Ping { msg_id: 2 }, r#"{"msg_id":2,"type":"ping"}"#),
            (Peer::Pong { in_reply_to: 2 }, r#"{"in_reply_to":2,"type":"pong"}"#),
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
