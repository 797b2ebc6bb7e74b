//! A run by a few numbers: drawn from a seed, written as one line, made smaller one number at a time.

use std::fmt;
use std::str::FromStr;

use engine::{Distribution, Latency, Nemeses, Options, ProcessDelay};
use node::Config;
use protocol::Duration;

/// The configurations whose links carry a message for each value.
pub(crate) const SINGLE: [&str; 7] = [
    "topology-direct",
    "topology-grid",
    "topology-grid relay-to-master",
    "topology-star",
    "topology-star relay-to-master",
    "topology-n12-tree",
    "topology-n12-tree relay-to-master",
];

/// Those whose links carry many values in a message: every way to acknowledge that is safe, with and without windows.
pub(crate) const BATCHED: [&str; 16] = [
    "topology-star --batch-window=200ms",
    "topology-star acks-cumulative",
    "topology-star acks-piggyback --batch-window-down=400ms",
    "topology-star acks-piggyback --batch-window-up=600ms --batch-window-down=1000ms",
    "topology-star relay-to-master acks-piggyback --batch-window-down=100ms",
    "topology-star aligned acks-piggyback --batch-window-down=400ms",
    "topology-star aligned relay-to-master --batch-window=900ms",
    "topology-direct acks-cumulative",
    "topology-direct acks-piggyback",
    "topology-direct acks-piggyback --batch-window=700ms",
    "topology-grid acks-piggyback",
    "topology-grid relay-to-master acks-cumulative --batch-window=50ms",
    "topology-n12-tree acks-piggyback --batch-window=50ms",
    "topology-n12-tree relay-to-master acks-cumulative",
    "topology-n12-tree relay-to-master acks-piggyback",
    "topology-two-hubs relay-to-master --batch-window-down=300ms",
];

/// Those whose master can fail.
pub(crate) const DYNAMIC: [&str; 9] = [
    "topology-star master-dynamic",
    "topology-star master-dynamic relay-to-master",
    "topology-star master-dynamic acks-piggyback --batch-window-down=400ms",
    "topology-star master-dynamic acks-piggyback aligned --batch-window-down=900ms",
    "topology-n12-tree master-dynamic",
    "topology-n12-tree master-dynamic relay-to-master",
    "topology-n12-tree master-dynamic relay-to-master acks-cumulative --batch-window=50ms",
    "topology-two-hubs master-dynamic acks-piggyback",
    "topology-grid master-dynamic relay-to-master",
];

/// Everything that makes a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) features: String,
    pub(crate) faults: Nemeses,
    pub(crate) nodes: u32,
    /// Operations a second.
    pub(crate) rate: u32,
    pub(crate) seconds: u64,
    pub(crate) latency_ms: u64,
    /// Mean time between a fault's start and its stop.
    pub(crate) interval_ms: u64,
    pub(crate) seed: u64,
}

impl Scenario {
    /// The run of that seed. Sizes are drawn from it too: mostly few nodes, now and then the challenge's 25.
    pub(crate) fn drawn(features: &str, faults: &str, seed: u64) -> Self {
        Self {
            features: features.to_owned(),
            faults: faults.parse().expect("faults of the engine"),
            nodes: [3, 5, 4, 9, 7, 2, 6, 25, 8, 5][index(seed, 10)],
            rate: [10, 40, 20][index(seed / 10, 3)],
            seconds: [6, 9][index(seed / 2, 2)],
            latency_ms: [10, 100, 0, 40][index(seed / 3, 4)],
            interval_ms: [700, 2_000, 300][index(seed / 5, 3)],
            seed,
        }
    }

    pub(crate) fn config(&self) -> Config {
        let words = self.features.split(' ');
        let (arguments, features): (Vec<&str>, Vec<&str>) = words.partition(|word| word.starts_with("--"));
        let config = Config::named(&features).expect("features of the node");
        config.with_arguments(&arguments).expect("arguments of the node")
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            nodes: Options::numbered_nodes(self.nodes),
            rate: f64::from(self.rate),
            time_limit: Duration::from_secs(self.seconds),
            latency: Latency { mean_ms: self.latency_ms, distribution: Distribution::Exponential },
            process_delay: ProcessDelay::NONE,
            nemesis: self.faults.clone(),
            nemesis_interval: Duration::from_millis(self.interval_ms),
            seed: self.seed,
            ..Options::default()
        }
    }

    /// How much there is to look through.
    pub(crate) fn size(&self) -> u64 {
        let faults = self.faults.iter().count() as u64;
        u64::from(self.nodes) * 1_000 + u64::from(self.rate) * self.seconds * 10 + faults * 100 + self.latency_ms
    }
}

fn index(number: u64, len: u64) -> usize {
    usize::try_from(number % len).expect("below a small length")
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { features, faults, nodes, rate, seconds, latency_ms, interval_ms, seed } = self;
        write!(f, "{features}; {faults}; {nodes} {rate} {seconds} {latency_ms} {interval_ms} {seed}")
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(words: &str) -> Result<Self, String> {
        let parts: Vec<&str> = words.split(';').map(str::trim).collect();
        let [features, faults, numbers] = parts[..] else {
            return Err("expected features; faults; six numbers".to_owned());
        };
        let numbers: Result<Vec<u64>, _> = numbers.split_whitespace().map(str::parse).collect();
        let numbers = numbers.map_err(|error| error.to_string())?;
        let [nodes, rate, seconds, latency_ms, interval_ms, seed] = numbers[..] else {
            return Err("expected six numbers: nodes, rate, seconds, latency, interval and seed".to_owned());
        };
        let small = |number: u64| u32::try_from(number).map_err(|error| error.to_string());
        Ok(Self {
            features: features.to_owned(),
            faults: faults.parse().map_err(|error: engine::NemesisError| error.to_string())?,
            nodes: small(nodes)?,
            rate: small(rate)?,
            seconds,
            latency_ms,
            interval_ms,
            seed,
        })
    }
}
