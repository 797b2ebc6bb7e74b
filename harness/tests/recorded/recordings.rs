//! The recordings under `tests/results`, for every test that reads them.

use std::fs;
use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use engine::{Availability, Concurrency, Distribution, Latency, Nemesis, Options, Topology, Workload};
use flate2::read::GzDecoder;
use protocol::Duration;

/// One recorded run.
pub(crate) struct Recording {
    /// Its directory's name.
    pub(crate) name: String,
    directory: Utf8PathBuf,
}

impl Recording {
    /// All of them, by name.
    pub(crate) fn all() -> Vec<Self> {
        let entries = Self::home().read_dir_utf8().unwrap().map(Result::unwrap);
        let directories = entries.filter(|entry| entry.file_type().unwrap().is_dir());
        let mut all: Vec<Self> = directories
            .map(|entry| Self { name: entry.file_name().to_owned(), directory: entry.path().to_owned() })
            .collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        assert!(all.len() > 50, "the recordings are part of the sources");
        all
    }

    /// Where they are.
    pub(crate) fn home() -> Utf8PathBuf {
        Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/results")
    }

    /// What was measured of the run by other means.
    pub(crate) fn measured(&self) -> serde_json::Value {
        let table: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(Self::home().join("table.json")).unwrap()).unwrap();
        table[&self.name].clone()
    }

    /// Its results.edn; a run that crashed has none.
    pub(crate) fn results(&self) -> Option<String> {
        fs::read_to_string(self.directory.join("results.edn")).ok()
    }

    /// Its history.edn, if it is kept.
    pub(crate) fn history(&self) -> Option<String> {
        let file = fs::File::open(self.directory.join("history.edn.gz")).ok()?;
        let mut text = String::new();
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
        Some(text)
    }

    /// What was run; nothing if the engine does not know its workload.
    pub(crate) fn options(&self) -> Option<Options> {
        let command = fs::read_to_string(self.directory.join("cmd.txt")).unwrap();
        let mut words = command.split_whitespace().skip(2);
        let mut options = Options { nodes: (1..=5).map(|k| format!("n{k}")).collect(), ..Options::default() };
        while let (Some(flag), Some(value)) = (words.next(), words.next()) {
            let number = || value.parse().unwrap();
            match flag {
                "-w" => {
                    options.workload = match value {
                        "broadcast" => Workload::Broadcast,
                        "echo" => Workload::Echo,
                        _ => return None,
                    }
                }
                "--bin" => {}
                "--node-count" => options.nodes = Options::numbered_nodes(value.parse().unwrap()),
                "--time-limit" => options.time_limit = Duration::from_secs(number()),
                "--rate" => options.rate = value.parse().unwrap(),
                "--latency" => options.latency.mean_ms = number(),
                "--latency-dist" => {
                    assert_eq!(value, "exponential");
                    options.latency = Latency { distribution: Distribution::Exponential, ..options.latency };
                }
                "--concurrency" => {
                    let each = value.strip_suffix('n').unwrap();
                    options.concurrency = Concurrency::PerNode(each.parse().unwrap());
                }
                "--nemesis" => options.nemesis = Nemesis::Partition.into(),
                "--nemesis-interval" => options.nemesis_interval = Duration::from_secs(number()),
                "--topology" => {
                    options.topology = match value {
                        "line" => Topology::Line,
                        "total" => Topology::Total,
                        "tree2" => Topology::Tree2,
                        "tree4" => Topology::Tree4,
                        _ => Topology::Grid,
                    }
                }
                "--availability" => options.availability = Some(Availability::Total),
                unknown => panic!("the recordings have no flag {unknown}"),
            }
        }
        Some(options)
    }
}
