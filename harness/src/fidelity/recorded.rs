//! What the real program measured, as part of this program.
//!
//! The numbers are those of `harness/tests/results`, whose README says how they were recorded, and of the rows of
//! `engine/FIDELITY.md` whose runs are not kept there; a test holds them against both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::figure::Figure;

/// What some runs of one command under the real program came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recording {
    /// The run's name, or that of the command if it was run several times.
    pub name: String,
    /// Which program it was.
    pub program: String,
    /// The file that the figures are from.
    pub source: String,
    /// How many runs there were. A figure is their mean.
    pub runs: u32,
    /// Client operations in a run, final reads included; unknown of runs that are not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operations: Option<f64>,
    /// What was measured.
    pub figures: BTreeMap<Figure, Value>,
}

/// One figure over all runs of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Value {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation over the runs; nothing of a single run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
}

impl Recording {
    /// How many of a run's operations were broadcasts, as the ratios tell.
    pub fn broadcasts(&self) -> Option<f64> {
        let mean = |figure| self.figures.get(&figure).map(|value| value.mean);
        let messages = self.operations? * mean(Figure::ServerMsgsPerOp)?;
        Some(messages / mean(Figure::MsgsPerBroadcast)?)
    }
}

/// Every recording that something is compared with.
pub fn all() -> Vec<Recording> {
    serde_json::from_str(include_str!("recorded.json")).expect("a test has read this file")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value as Json;

    use super::*;

    fn results(file: &str) -> Json {
        let path = format!("{}/tests/results/{file}", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    }

    /// Where a figure stands in a row of `table.json`, and what `clean-means.json` calls it.
    const PLACES: [(Figure, &str, &str); 7] = [
        (Figure::MsgsPerBroadcast, "/msgs-per-broadcast", "msgs per broadcast"),
        (Figure::ServerMsgsPerOp, "/server-msgs-per-op", "msgs/op servers"),
        (Figure::StableLatencyMedian, "/stable-latencies/1", "stable-latency 0.5 (ms)"),
        (Figure::StableLatencyP95, "/stable-latencies/2", "stable-latency 0.95 (ms)"),
        (Figure::StableLatencyMax, "/stable-latencies/4", "stable-latency 1 (ms)"),
        (Figure::ClientLatencyMedian, "/client-latencies/0", "client latency p50 (ms)"),
        (Figure::ClientLatencyP95, "/client-latencies/1", "client latency p95 (ms)"),
    ];

    #[test]
    fn single_runs_are_those_of_the_recordings() {
        let table = results("table.json");
        for recording in all().iter().filter(|one| one.source == "table.json") {
            let row = &table[&recording.name];
            for (figure, place, _) in PLACES {
                let value = row.pointer(place).and_then(Json::as_f64).unwrap();
                assert_eq!(recording.figures[&figure], Value { mean: value, deviation: None }, "{}", recording.name);
            }
            let operations = row["ops"].as_array().unwrap().iter().filter_map(Json::as_f64).sum();
            assert_eq!((recording.runs, recording.operations), (1, Some(operations)));
        }
    }

    #[test]
    fn repeated_runs_are_those_of_the_recordings() {
        let means = results("clean-means.json");
        for recording in all().iter().filter(|one| one.source == "clean-means.json") {
            let row = &means[&recording.name];
            assert_eq!(row["repeats"], recording.runs);
            for (figure, _, name) in PLACES {
                let number = |which: &str| row["figures"][name][which].as_f64();
                let value = Value { mean: number("mean").unwrap(), deviation: number("deviation") };
                assert_eq!(recording.figures[&figure], value, "{}: {figure}", recording.name);
            }
            assert_eq!(recording.operations, row["figures"]["client operations"]["mean"].as_f64());
            let broadcasts = row["figures"]["broadcast invocations"]["mean"].as_f64().unwrap();
            assert!((recording.broadcasts().unwrap() - broadcasts).abs() < 1.0, "{:?}", recording.broadcasts());
        }
    }

    #[test]
    fn runs_that_are_not_kept_are_those_of_the_document() {
        let document = format!("{}/../engine/FIDELITY.md", env!("CARGO_MANIFEST_DIR"));
        let document = fs::read_to_string(document).unwrap();
        let mut count = 0;
        for recording in all().iter().filter(|one| one.source == "engine/FIDELITY.md") {
            let begin = format!("| {} |", recording.program);
            let row = document.lines().find(|line| line.starts_with(&begin)).expect("the document has the program");
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let value = |figure| recording.figures[&figure].mean;
            assert_eq!(cells[2], format!("{:.2} per operation", value(Figure::ServerMsgsPerOp)));
            let stable = (value(Figure::StableLatencyMedian), value(Figure::StableLatencyMax));
            assert_eq!(cells[4], format!("{} / – / – / {}", stable.0, stable.1));
            count += 1;
        }
        assert_eq!(count, 2);
    }
}
