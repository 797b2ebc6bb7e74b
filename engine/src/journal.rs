//! Counts every send and every receipt (semantics, section 4; Maelstrom's `net.journal` and `net.checker`).
//!
//! A message that a partition drops was sent and never received. A line that fails validation is neither.

/// Messages counted by whether a client takes part in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// Messages to or from a client: `init`, `topology`, requests and replies.
    pub clients: Count,
    /// The rest: from node to node, or between a node and a service.
    pub servers: Count,
}

/// Events of one group of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Messages sent. Each has its own id, so this is Maelstrom's `:msg-count` too.
    pub sent: u64,
    /// Messages delivered.
    pub received: u64,
}

impl Journal {
    /// A message was accepted from its sender.
    pub fn sent(&mut self, involves_client: bool) {
        self.group(involves_client).sent += 1;
    }

    /// A message was handed to its receiver.
    pub fn received(&mut self, involves_client: bool) {
        self.group(involves_client).received += 1;
    }

    /// Both groups together.
    pub const fn all(&self) -> Count {
        Count { sent: self.clients.sent + self.servers.sent, received: self.clients.received + self.servers.received }
    }

    fn group(&mut self, involves_client: bool) -> &mut Count {
        if involves_client { &mut self.clients } else { &mut self.servers }
    }
}
