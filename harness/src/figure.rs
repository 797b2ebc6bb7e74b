//! The figures of a run: one closed list of names, which the table, limits, exports and comparisons all share.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Every figure of a run by its name. Every one can carry a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Messages per client operation, all messages: `:net :all :msgs-per-op`. The stricter reading of the challenge.
    MsgsPerOp,
    /// Messages between servers per client operation: `:net :servers :msgs-per-op`. The challenge's own reading.
    ServerMsgsPerOp,
    /// Messages between servers per broadcast invoked.
    MsgsPerBroadcast,
    /// Stable latency, smallest (`:stable-latencies` at 0).
    StableLatencyMin,
    /// Stable latency, median.
    StableLatencyMedian,
    /// Stable latency, 95th percentile.
    StableLatencyP95,
    /// Stable latency, 99th percentile.
    StableLatencyP99,
    /// Stable latency, largest.
    StableLatencyMax,
    /// From a client's invocation to its `ok`, median, over all operations.
    ClientLatencyMedian,
    /// The same, 95th percentile.
    ClientLatencyP95,
    /// The same, 99th percentile.
    ClientLatencyP99,
    /// The same, largest.
    ClientLatencyMax,
    /// From a broadcast's invocation until every node has the value, median.
    PropagationMedian,
    /// The same, 95th percentile.
    PropagationP95,
    /// The same, 99th percentile.
    PropagationP99,
    /// The same, largest.
    PropagationMax,
    /// Values that Maelstrom calls lost.
    Lost,
    /// Acknowledged values that at least one node's final read lacks. Maelstrom can call such a value stable.
    Missing,
    /// Values that a later read still lacked at first.
    Stale,
    /// Values that no read could have shown.
    NeverRead,
    /// Share of client operations that succeeded, from 0 to 1.
    OkFraction,
    /// Client operations invoked, final reads included.
    Operations,
    /// Broadcasts invoked.
    Broadcasts,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Whole things.
    Count,
    /// Milliseconds.
    Milliseconds,
    /// A plain number.
    Ratio,
}

impl Figure {
    /// All of them, in the order tables show them.
    pub const ALL: [Self; 23] = [
        Self::MsgsPerOp,
        Self::ServerMsgsPerOp,
        Self::MsgsPerBroadcast,
        Self::StableLatencyMin,
        Self::StableLatencyMedian,
        Self::StableLatencyP95,
        Self::StableLatencyP99,
        Self::StableLatencyMax,
        Self::ClientLatencyMedian,
        Self::ClientLatencyP95,
        Self::ClientLatencyP99,
        Self::ClientLatencyMax,
        Self::PropagationMedian,
        Self::PropagationP95,
        Self::PropagationP99,
        Self::PropagationMax,
        Self::Lost,
        Self::Missing,
        Self::Stale,
        Self::NeverRead,
        Self::OkFraction,
        Self::Operations,
        Self::Broadcasts,
    ];

    /// The name in experiment files, tables and exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MsgsPerOp => "msgs-per-op",
            Self::ServerMsgsPerOp => "server-msgs-per-op",
            Self::MsgsPerBroadcast => "msgs-per-broadcast",
            Self::StableLatencyMin => "stable-latency.min",
            Self::StableLatencyMedian => "stable-latency.median",
            Self::StableLatencyP95 => "stable-latency.p95",
            Self::StableLatencyP99 => "stable-latency.p99",
            Self::StableLatencyMax => "stable-latency.max",
            Self::ClientLatencyMedian => "client-latency.median",
            Self::ClientLatencyP95 => "client-latency.p95",
            Self::ClientLatencyP99 => "client-latency.p99",
            Self::ClientLatencyMax => "client-latency.max",
            Self::PropagationMedian => "propagation.median",
            Self::PropagationP95 => "propagation.p95",
            Self::PropagationP99 => "propagation.p99",
            Self::PropagationMax => "propagation.max",
            Self::Lost => "lost",
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::NeverRead => "never-read",
            Self::OkFraction => "ok-fraction",
            Self::Operations => "operations",
            Self::Broadcasts => "broadcasts",
        }
    }

    /// What it is, in a sentence for whoever writes or reads it.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::MsgsPerOp => {
                "All messages, clients' included, per client operation. The stricter reading of the challenge."
            }
            Self::ServerMsgsPerOp => "Messages between servers per client operation. The challenge's own reading.",
            Self::MsgsPerBroadcast => "Messages between servers per broadcast.",
            Self::StableLatencyMin => {
                "From a broadcast's acknowledgement to the last read that lacked the value: smallest."
            }
            Self::StableLatencyMedian => {
                "From a broadcast's acknowledgement to the last read that lacked the value: median."
            }
            Self::StableLatencyP95 => "Stable latency, 95th percentile.",
            Self::StableLatencyP99 => "Stable latency, 99th percentile.",
            Self::StableLatencyMax => "Stable latency, largest.",
            Self::ClientLatencyMedian => "From a client's request to its `ok`: median.",
            Self::ClientLatencyP95 => "Client latency, 95th percentile.",
            Self::ClientLatencyP99 => "Client latency, 99th percentile.",
            Self::ClientLatencyMax => "Client latency, largest.",
            Self::PropagationMedian => {
                "From a broadcast's invocation until every node has the value: median. Not under Maelstrom."
            }
            Self::PropagationP95 => "Propagation, 95th percentile. Not under Maelstrom.",
            Self::PropagationP99 => "Propagation, 99th percentile. Not under Maelstrom.",
            Self::PropagationMax => "Propagation, largest. Not under Maelstrom.",
            Self::Lost => "Acknowledged values that Maelstrom calls lost.",
            Self::Missing => {
                "Acknowledged values that any node's final read lacks. Maelstrom can call such a value stable."
            }
            Self::Stale => "Values that a later read still lacked at first.",
            Self::NeverRead => "Values that no read could have shown.",
            Self::OkFraction => "Share of client operations that succeeded, from 0 to 1.",
            Self::Operations => "Client operations invoked, final reads included.",
            Self::Broadcasts => "Broadcasts invoked.",
        }
    }

    /// The figure of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.name() == name)
    }

    /// What it counts.
    pub const fn unit(self) -> Unit {
        match self {
            Self::MsgsPerOp | Self::ServerMsgsPerOp | Self::MsgsPerBroadcast | Self::OkFraction => Unit::Ratio,
            Self::Lost | Self::Missing | Self::Stale | Self::NeverRead | Self::Operations | Self::Broadcasts => {
                Unit::Count
            }
            _ => Unit::Milliseconds,
        }
    }
}

/// Which way a figure gets better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Less is better.
    Less,
    /// More is better.
    More,
    /// It says how much was asked, not how well it was answered.
    Neither,
}

impl Figure {
    /// Which way it gets better.
    pub const fn better(self) -> Better {
        match self {
            Self::OkFraction => Better::More,
            Self::Operations | Self::Broadcasts => Better::Neither,
            _ => Better::Less,
        }
    }

    /// The value without the digits that no engine resolves: latencies to the microsecond, ratios to the millionth. Figures
    /// are compared and kept in baselines like this, so that one read back equals the one it was made of.
    pub fn rounded(self, value: f64) -> f64 {
        let scale = match self.unit() {
            Unit::Count => 1.0,
            Unit::Milliseconds => 1e3,
            Unit::Ratio => 1e6,
        };
        (value * scale).round() / scale
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| de::Error::custom(format!("no figure is called `{name}`")))
    }
}

/// What a run measured. A figure that the run could not give (no stable value, no client operation) is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Figures(pub BTreeMap<Figure, f64>);

impl Figures {
    /// The figure's value, if the run gave one.
    pub fn value(&self, figure: Figure) -> Option<f64> {
        self.0.get(&figure).copied()
    }

    /// Records a figure.
    pub fn set(&mut self, figure: Figure, value: f64) {
        self.0.insert(figure, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_own_name() {
        for figure in Figure::ALL {
            assert_eq!(Figure::named(figure.name()), Some(figure));
        }
        assert_eq!(Figure::named("msgs"), None);
    }
}
