//! What a result was measured with, as words that can be compared and shown: the options of the test, the engine, the node.
//!
//! Absent: figures, and what was typed to get them.

use std::collections::BTreeMap;

use engine::{Distribution, Options, Topology};
use sha2::{Digest as _, Sha256};

use crate::outcome::Record;
use crate::sources::hexadecimal;

/// Facts by name, such as `rate: 100`.
pub type Facts = BTreeMap<String, String>;

/// What one run was measured with, its seed left aside.
pub fn of(record: &Record) -> Facts {
    let mut facts = of_options(&record.options);
    let provenance = &record.provenance;
    let engine = &provenance.engine;
    let mut add = |name: &str, value: String| drop(facts.insert(name.to_owned(), value));
    add("engine", format!("{} {}", engine.name, engine.version));
    add("experiment", record.experiment.clone());
    add("harness", provenance.harness.clone());
    add("node", provenance.node.clone());
    if let Some(git) = &provenance.git {
        add("commit", short(git));
    }
    // Nothing that is measured in virtual time depends on the machine.
    if engine.name != "simulated" {
        add("host", provenance.host.clone());
    }
    facts
}

/// What the test's options say.
pub fn of_options(options: &Options) -> Facts {
    let pairs = [
        ("availability", options.availability.map_or_else(|| "not asked for".to_owned(), |share| share.to_string())),
        ("concurrency", options.concurrency.to_string()),
        ("latency", spread(&format!("{} ms", options.latency.mean_ms), options.latency.distribution)),
        ("nemesis", options.nemesis.to_string()),
        ("nemesis-interval", seconds(options.nemesis_interval)),
        ("nodes", nodes(options)),
        ("process-delay", spread(&milliseconds(options.process_delay.mean_us), options.process_delay.distribution)),
        ("rate", options.rate.to_string()),
        ("time-limit", seconds(options.time_limit)),
        ("topology offered", topology(&options.topology)),
        ("workload", options.workload.to_string()),
    ];
    let own = options.process_delay_of.iter();
    let own = own.map(|(node, mean_us)| (format!("process-delay of {node}"), milliseconds(*mean_us)));
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(own).collect()
}

/// Names of facts that say what was tested rather than how: two designs differ in these, and two tests in the others.
pub fn is_of_the_test(name: &str) -> bool {
    !matches!(name, "commit" | "engine" | "experiment" | "harness" | "host" | "node" | "node binary" | "seeds")
}

/// A commit as people write it, with what stands behind it.
fn short(commit: &str) -> String {
    let (hash, rest) = commit.split_once('-').map_or((commit, ""), |(hash, _)| (hash, &commit[hash.len()..]));
    format!("{}{rest}", hash.get(..12).unwrap_or(hash))
}

fn spread(mean: &str, distribution: Distribution) -> String {
    if mean == "0 ms" { mean.to_owned() } else { format!("{mean} {distribution}") }
}

fn milliseconds(microseconds: u64) -> String {
    format!("{} ms", microseconds as f64 / 1e3)
}

fn seconds(duration: protocol::Duration) -> String {
    format!("{} s", duration.as_nanos() as f64 / 1e9)
}

fn nodes(options: &Options) -> String {
    let count = options.node_count();
    if options.nodes == Options::numbered_nodes(count) { count.to_string() } else { options.nodes.join(" ") }
}

/// Two drawings of the same name may be different ones.
fn topology(topology: &Topology) -> String {
    let Topology::Custom(custom) = topology else { return topology.to_string() };
    let drawing = serde_json::to_vec(&custom.neighbours).expect("names and lists of names");
    let digest = hexadecimal(&Sha256::digest(drawing));
    format!("{} ({} edges, {})", custom.name, custom.edges(), &digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn options_read_as_one_would_write_them() {
        let facts = of_options(&sample::plan(1).cells[0].options);
        for (name, value) in [
            ("concurrency", "1n"),
            ("latency", "0 ms"),
            ("nemesis", "none"),
            ("nodes", "25"),
            ("process-delay", "1 ms exponential"),
            ("rate", "100"),
            ("time-limit", "60 s"),
            ("topology offered", "grid"),
        ] {
            assert_eq!(facts.get(name).map(String::as_str), Some(value), "{name}");
        }
        let named = Options { nodes: vec!["a".into(), "b".into()], ..Options::default() };
        assert_eq!(of_options(&named)["nodes"], "a b");
    }

    #[test]
    fn commits_are_cut_and_keep_their_mark() {
        assert_eq!(short("0123456789abcdef0123-dirty"), "0123456789ab-dirty");
        assert_eq!(short("0123456789abcdef0123"), "0123456789ab");
        assert_eq!(short("abc"), "abc");
    }

    #[test]
    fn the_machine_matters_where_there_is_a_clock() {
        let mut record = sample::record(&sample::plan(1).cells[0], 0);
        assert_eq!(of(&record)["host"], "here, linux x86_64, 2 cores");
        record.provenance.engine.name = "simulated".into();
        assert_eq!(of(&record).get("host"), None);
    }
}
