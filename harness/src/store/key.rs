//! What a result is addressed by: everything that made it. Whoever asks for the same gets the same, and need not run it again.
//!
//! Absent: whether a result may be used again ([`super::known`]).

use std::fmt;

use engine::Options;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::outcome::EngineId;
use crate::sources::hexadecimal;

/// A result's address: a SHA-256 in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

/// What makes a result.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Recipe<'a> {
    /// What is run. The seed tells the repetitions of a cell apart, so their numbers are not part of it: the fourth
    /// repetition from seed 0 and the first from seed 3 are one and the same.
    pub options: &'a Options,
    /// The engine.
    pub engine: &'a EngineId,
    /// A digest of the sources that decide what the engine makes of a run. Its version alone would not do: it stays while the
    /// engine is worked on.
    pub rules: &'a str,
    /// What identifies the node.
    pub node: &'a str,
    /// The node's arguments.
    pub args: &'a [String],
}

impl Recipe<'_> {
    /// The address of what it makes.
    pub fn key(&self) -> Key {
        let text = serde_json::to_vec(self).expect("strings, numbers and maps with names for keys");
        Key(hexadecimal(&Sha256::digest(text)))
    }
}

impl Key {
    /// The key that stands in a file.
    pub(super) fn read(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use engine::{Availability, Latency, Nemesis};
    use protocol::Duration;

    use super::*;

    #[test]
    fn whatever_makes_a_result_changes_its_address() {
        let drawn = |neighbour: &str| {
            let neighbours = [("n0".to_owned(), vec![neighbour.to_owned()])].into();
            engine::Topology::Custom(engine::Custom { name: "mine".into(), neighbours })
        };
        let options = Options::default();
        let others = [
            Options { workload: engine::Workload::Echo, ..options.clone() },
            Options { nodes: Options::numbered_nodes(7), ..options.clone() },
            Options { time_limit: Duration::from_secs(3), ..options.clone() },
            Options { rate: 7.5, ..options.clone() },
            Options { concurrency: engine::Concurrency::Total(3), ..options.clone() },
            Options { latency: Latency { mean_ms: 7, ..options.latency }, ..options.clone() },
            Options { process_delay: engine::ProcessDelay::NONE, ..options.clone() },
            Options { topology: engine::Topology::Line, ..options.clone() },
            Options { topology: drawn("n1"), ..options.clone() },
            Options { topology: drawn("n2"), ..options.clone() },
            Options { nemesis: Nemesis::Partition.into(), ..options.clone() },
            Options { nemesis_interval: Duration::from_secs(3), ..options.clone() },
            Options { availability: Some(Availability::Total), ..options.clone() },
            Options { seed: 7, ..options.clone() },
        ];
        let engine = EngineId { name: "embedded".into(), version: "1".into() };
        let later = EngineId { version: "2".into(), ..engine.clone() };
        let args = ["-v".to_owned()];
        let usual = Recipe { options: &options, engine: &engine, rules: "a", node: "b", args: &[] };
        let mut keys = vec![
            usual.key(),
            Recipe { engine: &later, ..usual }.key(),
            Recipe { rules: "b", ..usual }.key(),
            Recipe { node: "c", ..usual }.key(),
            Recipe { args: &args, ..usual }.key(),
        ];
        keys.extend(others.iter().map(|options| Recipe { options, ..usual }.key()));
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
        assert_eq!(usual.key(), Recipe { options: &options.clone(), ..usual }.key());
        assert_eq!(Key::read(&usual.key().to_string()), Some(usual.key()));
        assert_eq!((Key::read("abc"), Key::read(&"x".repeat(64))), (None, None));
    }
}
