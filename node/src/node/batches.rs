//! A node's messages of many values, and acknowledgements of many messages.
//!
//! Absent: when they are sent ([`crate::link::Batched`]).

use protocol::{Address, Outbox, Time};

use crate::peer::Batch;
use crate::receipts::Receipt;
use crate::role::Role;
use crate::{Link, Node, Peer};

impl<R: Role> Node<R> {
    /// Many values at once.
    #[inline(never)]
    pub(super) fn unpack(&mut self, now: Time, source: Address, batch: &Batch, out: &mut Outbox<Peer>) {
        self.acknowledge(source, batch.msg_id, out);
        if let Some(receipts) = self.concerns.receipts() {
            receipts.arrived(now, source, batch.msg_id, batch.oldest, batch.is_probe);
        }
        if let Some(watch) = self.concerns.watch() {
            watch.stir(now);
        }
        self.links.iter_mut().chain(self.role.uplink()).for_each(Link::gather);
        for &message in &batch.messages {
            if batch.is_relay {
                R::relayed(self, now, source, message, out);
            } else {
                self.pass_on(now, source, message, out);
            }
        }
        self.links.iter_mut().chain(self.role.uplink()).for_each(|link| link.part(now, out));
        if let Some(receipt) = &batch.received {
            self.received(now, source, receipt);
        }
        if self.config.aligned
            && !batch.is_probe
            && let Some(link) = self.link_to(source)
        {
            link.hear(now);
        }
    }

    /// Another node has told all that has arrived there.
    #[inline(never)]
    pub(super) fn received(&mut self, now: Time, source: Address, receipt: &Receipt) {
        if let Some(link) = self.link_to(source) {
            link.received(now, receipt);
        }
        for one in &receipt.forwarded {
            if one.node < self.nodes
                && let Some(link) = self.link_to(Address::node(one.node))
            {
                link.received(now, &one.receipt());
            }
        }
        if let Some(receipts) = self.concerns.receipts() {
            let known = receipt.forward.iter().filter(|one| one.node < self.nodes);
            receipts.collect(now, source, known);
        }
    }
}
