//! What a node has in mind besides values: that it may have lost some, what it owes acknowledgements for, whether its master answers.
//! Most nodes have nothing of it, and ask one question to know that.
//!
//! Absent: what becomes of each. [`super::memory`] recovers, [`super::batches`] hears of many messages at once, and
//! [`crate::Broadcaster`] changes masters.

use protocol::{Address, Time};

use crate::receipts::{Collector, Receipts};
use crate::recovery::Recovery;
use crate::topology::Cluster;
use crate::watch::Watch;
use crate::{Config, Master};

/// A node's concerns. Boxed, because most nodes have none.
#[derive(Clone, Debug)]
pub(super) struct Concerns(Option<Box<Kinds>>);

#[derive(Clone, Debug)]
struct Kinds {
    recovery: Option<Recovery>,
    receipts: Option<Box<Receipts>>,
    watch: Option<Box<Watch>>,
    is_batched: bool,
}

impl Kinds {
    const NONE: Self = Self { recovery: None, receipts: None, watch: None, is_batched: false };
}

impl Concerns {
    /// Those that a configuration brings with it.
    pub(super) fn of(config: Config, nodes: u32) -> Self {
        let collector = config.has_collector().then(|| Collector(Address::node(Cluster::new(nodes).root())));
        let receipts = || Box::new(Receipts::new(config.acks.delay(config.windows), collector));
        let receipts = config.acks.are_cumulative().then(receipts);
        Self(config.is_batched().then(|| Box::new(Kinds { receipts, is_batched: true, ..Kinds::NONE })))
    }

    /// Whether there is anything but values.
    #[inline]
    pub(super) const fn are_any(&self) -> bool {
        self.0.is_some()
    }

    /// Whether what one event has brought goes out together, and what waited with it.
    pub(super) fn are_batched(&self) -> bool {
        self.0.as_ref().is_some_and(|kinds| kinds.is_batched)
    }

    /// What the node has lost, as far as it knows.
    pub(super) fn recovery(&mut self) -> Option<&mut Recovery> {
        self.0.as_mut()?.recovery.as_mut()
    }

    /// From now on it has lost this, or nothing.
    pub(super) fn set_recovery(&mut self, recovery: Option<Recovery>) {
        match &mut self.0 {
            Some(kinds) if kinds.is_batched => kinds.recovery = recovery,
            _ => self.0 = recovery.map(|recovery| Box::new(Kinds { recovery: Some(recovery), ..Kinds::NONE })),
        }
    }

    /// What has arrived from others, where one acknowledgement stands for many messages.
    pub(super) fn receipts(&mut self) -> Option<&mut Receipts> {
        self.0.as_mut()?.receipts.as_deref_mut()
    }

    /// Whether the master still answers, where another one could take its place.
    pub(super) fn watch(&mut self) -> Option<&mut Watch> {
        self.0.as_mut()?.watch.as_deref_mut()
    }

    /// From now on the node watches its master, if its configuration has it do so.
    pub(super) fn begin_watch(&mut self, config: Config, nodes: u32, number: u32, now: Time) {
        if let (Some(kinds), Master::Dynamic) = (&mut self.0, config.master) {
            kinds.watch = Some(Box::new(Watch::new(config, nodes, number, now)));
        }
    }

    /// The master, as far as a watch knows.
    #[inline]
    pub(super) fn watched_master(&self) -> Option<u32> {
        self.0.as_ref()?.watch.as_ref().map(|watch| watch.master())
    }

    /// When any of them wants to be woken.
    pub(super) fn due(&self) -> Time {
        let Some(kinds) = &self.0 else { return Time::MAX };
        let recovery = kinds.recovery.as_ref().map_or(Time::MAX, Recovery::due);
        let receipts = kinds.receipts.as_ref().map_or(Time::MAX, |receipts| receipts.due());
        let watch = kinds.watch.as_ref().map_or(Time::MAX, |watch| watch.due());
        recovery.min(receipts).min(watch)
    }
}
