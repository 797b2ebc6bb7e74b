//! How long a value takes from its invocation until every node has it.
//!
//! Whoever runs the nodes inside its own process can measure that and hand the spans in. A history alone gives an upper
//! bound ([`upper_bound`]): a node has a value at the latest when a read shows it.

use protocol::{Duration, Time};
use serde::{Deserialize, Serialize};

use super::quantiles::Quantiles;
use super::sightings::{Elements, Read, Sought, reads};
use crate::history::History;
use crate::options::Options;

/// Propagation times over a run's values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Propagation {
    /// Where the spans come from.
    pub source: Source,
    /// How many values reached every node; the others have no span.
    pub values: usize,
    /// In milliseconds.
    pub latency: Quantiles<f64>,
}

/// Where propagation times come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Each node was watched.
    Measured,
    /// From reads: the true times are no longer, and mostly shorter.
    UpperBound,
}

impl Propagation {
    /// The quantiles of spans; nothing if there are none.
    pub fn of(source: Source, spans: &[Duration]) -> Option<Self> {
        let latency = Quantiles::of(spans.to_vec())?.map(Duration::as_millis_f64);
        Some(Self { source, values: spans.len(), latency })
    }
}

/// For each value that reads showed on every node, from its invocation until the last node's first such read completed.
/// In order of invocation. A node that no client reads has shown nothing.
pub fn upper_bound(history: &History, options: &Options) -> Vec<Duration> {
    let elements = Elements::of(history);
    let mut by_node: Vec<Vec<Read<'_>>> = vec![Vec::new(); options.nodes.len()];
    for read in reads(history) {
        if let Some(node) = read.process.node(options) {
            by_node[node].push(read);
        }
    }
    let time = |index: usize| history.ops()[index].time;
    let mut everywhere = vec![(!by_node.is_empty()).then_some(Time::ZERO); elements.len()];
    for reads in by_node {
        let shown = elements.first(reads, Sought::Present);
        for (latest, read) in everywhere.iter_mut().zip(shown) {
            *latest = latest.zip(read).map(|(latest, read)| latest.max(time(read.completion)));
        }
    }
    let span = |(latest, &(invocation, _)): (Option<Time>, &(usize, _))| Some(latest?.since(time(invocation)));
    everywhere.into_iter().zip(elements.created()).filter_map(span).collect()
}
