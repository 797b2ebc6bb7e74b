//! A node that is spoken to in lines of text: between the bytes of a driver and the machine.
//!
//! Absent: the streams themselves, and the clock.

use protocol::{Address, Codec, DecodeError, Machine, Message, Outbox, Time};

use crate::{Broadcaster, Config};

/// A [`Broadcaster`] with the names and the JSON around it. What it has to say is appended to a text, a line each.
#[derive(Debug)]
pub struct Wire {
    machine: Broadcaster,
    codec: Codec,
    out: Outbox<<Broadcaster as Machine>::Peer>,
}

impl Wire {
    /// A node that waits for its `init`.
    pub fn new(config: Config) -> Self {
        Self { machine: Broadcaster::new(config), codec: Codec::new(), out: Outbox::new() }
    }

    /// A line has arrived. One that cannot be understood is answered where it says whom to answer, and returned for the log.
    pub fn on_line(&mut self, now: Time, line: &[u8], text: &mut String) -> Result<(), DecodeError> {
        match self.codec.decode(&String::from_utf8_lossy(line)) {
            Ok(Message { src, dest, body }) => {
                self.machine.on_message(now, src, &body, &mut self.out);
                self.write(Some(dest), text);
                Ok(())
            }
            Err(error) => {
                if let Some(answer) = error.answer() {
                    self.write_line(&answer, text);
                }
                Err(error)
            }
        }
    }

    /// It is now, and perhaps something is due.
    pub fn on_wake(&mut self, now: Time, text: &mut String) {
        self.machine.on_wake(now, &mut self.out);
        self.write(None, text);
    }

    /// When something is due.
    pub fn next_wake(&self) -> Option<Time> {
        self.machine.next_wake()
    }

    /// Name and role for the log, once `init` has told them.
    pub fn introduction(&self) -> Option<String> {
        let name = self.codec.directory().name(Address::node(self.machine.number()?));
        Some(format!("{name} is a {}", self.machine))
    }

    /// Writes what the machine has to say, in this node's name: the one a message was addressed to, until `init` tells.
    fn write(&mut self, addressed: Option<Address>, text: &mut String) {
        let mut out = std::mem::take(&mut self.out);
        let me = self.machine.number().map(Address::node).or(addressed);
        for (dest, body) in out.drain() {
            let src = me.expect("a node that nobody has spoken to says nothing");
            self.write_line(&Message { src, dest, body }, text);
        }
        self.out = out;
    }

    fn write_line(&self, message: &Message<<Broadcaster as Machine>::Peer>, text: &mut String) {
        text.push_str(&self.codec.encode(message));
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(wire: &mut Wire, line: &[u8]) -> (bool, String) {
        let mut text = String::new();
        let understood = wire.on_line(Time::ZERO, line, &mut text).is_ok();
        (understood, text)
    }

    #[test]
    fn a_node_speaks_in_its_own_name_even_before_it_knows_it() {
        let mut wire = Wire::new(Config::named(&[]).unwrap());
        let (_, refused) = said(&mut wire, br#"{"src":"c1","dest":"n1","body":{"type":"read","msg_id":1}}"#);
        assert!(refused.ends_with("\"dest\":\"c1\",\"src\":\"n1\"}\n"), "{refused}");
        assert_eq!(wire.introduction(), None);
        let init =
            br#"{"src":"c1","dest":"n1","body":{"type":"init","node_id":"n1","node_ids":["n0","n1"],"msg_id":2}}"#;
        let (_, greeted) = said(&mut wire, init);
        assert_eq!(greeted, "{\"body\":{\"in_reply_to\":2,\"type\":\"init_ok\"},\"dest\":\"c1\",\"src\":\"n1\"}\n");
        assert_eq!(wire.introduction().as_deref(), Some("n1 is a follower (topology-n12-tree)"));
        let topology = br#"{"src":"c1","dest":"n1","body":{"type":"topology","topology":{},"msg_id":4}}"#;
        assert_eq!(said(&mut wire, topology).1.lines().count(), 1);
        let broadcast = br#"{"src":"c1","dest":"n1","body":{"type":"broadcast","message":7,"msg_id":3}}"#;
        assert_eq!(said(&mut wire, broadcast).1.lines().count(), 2);
        let mut repeated = String::new();
        wire.on_wake(wire.next_wake().unwrap() + protocol::Duration::from_secs(9), &mut repeated);
        assert_eq!(
            repeated,
            "{\"body\":{\"message\":7,\"msg_id\":0,\"type\":\"spread\"},\"dest\":\"n0\",\"src\":\"n1\"}\n"
        );
    }

    #[test]
    fn what_is_no_message_is_answered_only_where_it_says_whom() {
        let mut wire = Wire::new(Config::named(&[]).unwrap());
        for line in [&b""[..], b"garbage", b"\xff\xfe", b"{}", b"[1,2]"] {
            assert_eq!(said(&mut wire, line), (false, String::new()));
        }
        let (understood, text) = said(&mut wire, br#"{"src":"c1","dest":"n0","body":{"type":"cas","msg_id":8}}"#);
        assert!(!understood && text.contains("\"code\":10"), "{text}");
    }
}
