//! Partitions at stated times, in place of drawn ones: those of a recorded run, so that it can be played again.
//!
//! Absent: where they are read from.

use std::collections::{BTreeMap, BTreeSet};

use protocol::Duration;
use serde::{Deserialize, Serialize};

use super::Cut;
use super::ring::Hears;

/// One partition, as a history tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PlannedCut {
    /// When it begins, counted from the beginning of the main phase.
    pub from: Duration,
    /// When the network is healed of it.
    pub until: Duration,
    /// Whom each node no longer hears, by name. Names that no node has mean nobody.
    pub isolated: BTreeMap<String, BTreeSet<String>>,
}

impl PlannedCut {
    /// The same between the nodes of these names.
    pub(super) fn cut(&self, names: &[String]) -> Cut {
        let hears = |receiver: usize, sender: usize| {
            let unheard = self.isolated.get(&names[receiver]);
            !unheard.is_some_and(|unheard| unheard.contains(&names[sender]))
        };
        Cut::Hears(Hears::of(names.len(), hears))
    }
}
