//! How client operations ended, counted by kind (semantics, section 8.1). A kind of operation that never succeeded makes
//! the run invalid.

use std::collections::BTreeMap;

use super::by_f::ByF;
use crate::history::{History, OpKind};
use crate::results::Validity;

/// What the counts say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// All operations together.
    pub all: Tally,
    /// Each kind that completed at least once, by its name.
    pub by_f: BTreeMap<&'static str, Tally>,
}

/// Completions by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// It happened.
    pub ok: u64,
    /// It certainly did not.
    pub fail: u64,
    /// Nobody knows.
    pub info: u64,
}

/// Counts a history's completions.
pub fn check(history: &History) -> Stats {
    let mut all = Tally::default();
    let mut by_f: ByF<Tally> = ByF::new();
    for (_, op) in history.client_ops().filter(|(_, op)| op.kind != OpKind::Invoke) {
        all.count(op.kind);
        by_f.of(&op.f).count(op.kind);
    }
    Stats { all, by_f: by_f.named().collect() }
}

impl Stats {
    /// The worst over the kinds; valid if there are none.
    pub fn valid(&self) -> Validity {
        self.by_f.values().map(Tally::valid).max().unwrap_or(Validity::Valid)
    }
}

impl Tally {
    /// Valid if anything succeeded.
    pub const fn valid(&self) -> Validity {
        if self.ok > 0 { Validity::Valid } else { Validity::Invalid }
    }

    /// All completions.
    pub const fn total(&self) -> u64 {
        self.ok + self.fail + self.info
    }

    fn count(&mut self, kind: OpKind) {
        match kind {
            OpKind::Fail => self.fail += 1,
            OpKind::Info => self.info += 1,
            OpKind::Invoke => {}
            OpKind::Ok => self.ok += 1,
        }
    }
}
