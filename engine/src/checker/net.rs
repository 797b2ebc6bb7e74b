//! How many messages the run took (semantics, section 4). Always valid: it only counts.

use crate::journal::{Count, Journal};

/// The figures under `:net`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Net {
    /// Messages to or from clients.
    pub clients: Count,
    /// The rest.
    pub servers: Count,
    /// Client operations invoked: the divisor.
    pub operations: u64,
}

/// Reads the figures off a journal. `operations` is [`crate::history::History::client_invocations`].
pub const fn check(journal: &Journal, operations: u64) -> Net {
    Net { clients: journal.clients, servers: journal.servers, operations }
}

impl Net {
    /// Both groups together.
    pub const fn all(&self) -> Count {
        Journal { clients: self.clients, servers: self.servers }.all()
    }

    /// All messages per client operation: `:net :all :msgs-per-op`. Nothing if there was no operation.
    pub fn msgs_per_op(&self) -> Option<f32> {
        ratio(self.all().sent, self.operations)
    }

    /// Messages between servers per client operation: `:net :servers :msgs-per-op`.
    pub fn server_msgs_per_op(&self) -> Option<f32> {
        ratio(self.servers.sent, self.operations)
    }
}

/// A quotient as a 32-bit float, which is how Maelstrom states every one; nothing over zero.
#[expect(clippy::cast_possible_truncation, reason = "the loss of digits is what makes it Maelstrom's figure")]
pub(super) fn ratio(part: u64, whole: u64) -> Option<f32> {
    (whole > 0).then(|| (part as f64 / whole as f64) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_nodes_and_107_operations_as_recorded() {
        let journal =
            Journal { clients: Count { sent: 234, received: 234 }, servers: Count { sent: 306, received: 306 } };
        let net = check(&journal, 107);
        assert_eq!(net.msgs_per_op().map(|ratio| ratio.to_string()).as_deref(), Some("5.046729"));
        assert_eq!(net.server_msgs_per_op().map(|ratio| ratio.to_string()).as_deref(), Some("2.859813"));
        assert_eq!(check(&journal, 0).msgs_per_op(), None);
    }
}
