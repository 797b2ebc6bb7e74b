//! What a test is to do: the options of `maelstrom test` (semantics, section 1.2), typed.

use std::collections::BTreeMap;
use std::fmt;

use protocol::Duration;
use serde::{Deserialize, Serialize};

use crate::{Custom, Nemeses, PlannedCut, Rules};

/// A test's options. Field for field what Maelstrom's command line takes, and the seed it lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Options {
    /// What clients ask.
    pub workload: Workload,
    /// The nodes' names in the cluster's order; `n0`, `n1`, … with `--node-count`.
    pub nodes: Vec<String>,
    /// Length of the main phase.
    pub time_limit: Duration,
    /// Client operations per second over the whole cluster; 0 sends none in the main phase.
    pub rate: f64,
    /// How many clients ask at the same time.
    pub concurrency: Concurrency,
    /// One-way latency of messages that do not involve a client.
    pub latency: Latency,
    /// What each message's way into a node takes beyond the latency.
    pub process_delay: ProcessDelay,
    /// Nodes for which its mean is another, in microseconds, by name. Others have no say here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub process_delay_of: BTreeMap<String, u64>,
    /// The neighbours that a broadcast test suggests to its nodes.
    pub topology: Topology,
    /// What breaks during the main phase, if anything.
    pub nemesis: Nemeses,
    /// Mean time between the operations of each nemesis.
    pub nemesis_interval: Duration,
    /// Partitions at stated times, in place of those that [`crate::Nemesis::Partition`] draws: a recorded run's, played again.
    /// No experiment file and no flag of a test names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<PlannedCut>,
    /// The share of operations that must succeed, if any is asked for.
    pub availability: Option<Availability>,
    /// Everything random comes from this number.
    pub seed: u64,
    /// Which of Maelstrom's rules hold: all of them, in every test that measures a node.
    #[serde(default, skip_serializing_if = "Rules::are_maelstroms")]
    pub rules: Rules,
}

/// What clients ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Workload {
    /// Broadcast integers, read them back.
    Broadcast,
    /// Have something said back.
    Echo,
}

impl Workload {
    /// By name, in the order in which Maelstrom lists them.
    pub const NAMED: [(&str, Self); 2] = [("broadcast", Self::Broadcast), ("echo", Self::Echo)];
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name(&Self::NAMED, self))
    }
}

/// How many client workers there are: `4`, or `4n` for four per node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concurrency {
    /// That many for each node. Maelstrom's default is 1.
    PerNode(u32),
    /// That many in all.
    Total(u32),
}

impl fmt::Display for Concurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerNode(each) => write!(f, "{each}n"),
            Self::Total(all) => all.fmt(f),
        }
    }
}

/// The latency of one message between servers, drawn anew for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Latency {
    /// Mean, in whole milliseconds.
    pub mean_ms: u64,
    /// How draws spread around the mean.
    pub distribution: Distribution,
}

/// What each message's way into a node takes beyond the network's latency, drawn anew for each: encoding, pipes, scheduling.
/// Maelstrom has no such option; it is what a JVM takes. Without it the clients of an otherwise exact network fall into step
/// with its constant latency, which the official program's never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProcessDelay {
    /// Mean, in microseconds.
    pub mean_us: u64,
    /// How draws spread around the mean.
    pub distribution: Distribution,
}

impl ProcessDelay {
    /// The official program's: with it, the median client latency of the tutorial's node is the recorded one, and its
    /// stable latencies stay so (`harness/tests/parity.rs`).
    pub const MAELSTROM: Self = Self { mean_us: 1_000, distribution: Distribution::Exponential };
    /// Processing is free.
    pub const NONE: Self = Self { mean_us: 0, distribution: Distribution::Constant };
}

/// How latencies spread (semantics, section 3.3). Draws are whole milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// Always the mean.
    Constant,
    /// Exponential with that mean, cut to whole milliseconds.
    Exponential,
    /// From 0 to twice the mean, the upper end excluded.
    Uniform,
}

impl Distribution {
    /// By name, in the order in which Maelstrom lists them.
    pub const NAMED: [(&str, Self); 3] =
        [("constant", Self::Constant), ("uniform", Self::Uniform), ("exponential", Self::Exponential)];
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name(&Self::NAMED, self))
    }
}

/// The topology that the test offers (semantics, section 5.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topology {
    /// Rows of ceil(√n) nodes, each linked to its four neighbours.
    Grid,
    /// Each to the next.
    Line,
    /// Each to every other.
    Total,
    /// A heap with 2 children each; `tree` is the same.
    Tree2,
    /// A heap with 3 children each.
    Tree3,
    /// A heap with 4 children each.
    Tree4,
    /// One that the user has drawn; Maelstrom's test has none.
    Custom(Custom),
}

impl Topology {
    /// Maelstrom's by name, in the order in which it lists them.
    pub const NAMED: [(&str, Self); 7] = [
        ("grid", Self::Grid),
        ("line", Self::Line),
        ("total", Self::Total),
        ("tree", Self::Tree2),
        ("tree2", Self::Tree2),
        ("tree3", Self::Tree3),
        ("tree4", Self::Tree4),
    ];
}

impl fmt::Display for Topology {
    /// As Maelstrom's command line names it; one that is drawn, as the user does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Custom(custom) => &custom.name,
            offered => name(&Self::NAMED, offered),
        })
    }
}

/// What a value is called; of two names the later, which says more.
fn name<T: PartialEq>(named: &[(&'static str, T)], value: &T) -> &'static str {
    named.iter().rfind(|(_, each)| each == value).expect("every value has a name").0
}

/// What share of operations must succeed (semantics, section 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    /// At least this share, from 0 to 1.
    AtLeast(f64),
    /// All of them.
    Total,
}

impl fmt::Display for Availability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(share) => share.fmt(f),
            Self::Total => f.write_str("total"),
        }
    }
}

impl Options {
    /// The names that `--node-count n` gives.
    pub fn numbered_nodes(count: u32) -> Vec<String> {
        (0..count).map(|k| format!("n{k}")).collect()
    }

    /// How many client workers there are.
    pub fn workers(&self) -> u32 {
        match self.concurrency {
            Concurrency::PerNode(each) => each.saturating_mul(self.node_count()),
            Concurrency::Total(all) => all,
        }
    }

    /// The means of nodes that have one of their own, in microseconds, by place.
    pub(crate) fn own_process_delays(&self) -> BTreeMap<u32, u64> {
        let own = |name| self.process_delay_of.get(name).copied();
        (0..).zip(&self.nodes).filter_map(|(place, name)| Some((place, own(name)?))).collect()
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> u32 {
        u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes")
    }
}

impl Default for Options {
    /// Maelstrom's defaults, but for the workload: `broadcast` on five nodes `n0` to `n4`, 60 s, 5 operations a second.
    fn default() -> Self {
        Self {
            workload: Workload::Broadcast,
            nodes: Self::numbered_nodes(5),
            time_limit: Duration::from_secs(60),
            rate: 5.0,
            concurrency: Concurrency::PerNode(1),
            latency: Latency { mean_ms: 0, distribution: Distribution::Constant },
            process_delay: ProcessDelay::MAELSTROM,
            process_delay_of: BTreeMap::new(),
            topology: Topology::Grid,
            nemesis: Nemeses::NONE,
            nemesis_interval: Duration::from_secs(10),
            cuts: Vec::new(),
            availability: None,
            seed: 0,
            rules: Rules::default(),
        }
    }
}
