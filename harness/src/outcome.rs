//! What a run found: the words that every later stage shares, and the form in which results are stored.
//!
//! Absent: judgement against limits ([`crate::gate`]) and how anything is shown (`render`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::figure::Figures;

/// One measured run of one cell, with everything that is needed to trust or repeat it. The stored form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Record {
    /// The version of this form: [`Record::FORMAT`].
    pub format: u32,
    /// The experiment's name.
    pub experiment: String,
    /// The cell's name, unique in the experiment.
    pub cell: String,
    /// The cell's axes and their values, in the experiment's order.
    pub axes: Vec<(String, String)>,
    /// Which repetition of the cell this is, from 0.
    pub repetition: u32,
    /// What was run.
    pub options: engine::Options,
    /// Where the figures come from.
    pub provenance: Provenance,
    /// What came out.
    pub outcome: Outcome,
}

impl Record {
    /// The version of the stored form that this program writes.
    pub const FORMAT: u32 = 1;
}

/// Where a result comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Provenance {
    /// The engine that judged.
    pub engine: EngineId,
    /// The node binary as the user knows it: its path, or the cargo features it was built with.
    pub node: String,
    /// SHA-256 of the node binary, in hexadecimal; where the node ran inside the harness, of the harness.
    pub node_digest: String,
    /// The harness's version.
    pub harness: String,
    /// The commit checked out where the harness ran, with `-dirty` if files were changed; absent outside git.
    pub git: Option<String>,
    /// The machine: name, system and cores.
    pub host: String,
    /// The command as the user typed it.
    pub command: Vec<String>,
    /// When the run began, RFC 3339.
    pub started: String,
    /// What the result is addressed by; absent where something that decides it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A digest of the sources of this project's node, when it was built; absent for any other node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<String>,
    /// The run that this result was measured in, as `<experiment>/<time>`, where a later one used it again. All of the above
    /// is still of the run that measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reused: Option<String>,
}

/// An engine and its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct EngineId {
    /// `maelstrom`, `embedded` or `simulated`.
    pub name: String,
    /// Its version; `unknown` where it does not tell.
    pub version: String,
}

/// What came out of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outcome {
    /// What the workload's checkers say.
    pub validity: Validity,
    /// Set if the run did not reach its end: why, in words a user can act on. Figures are then those of the part that ran.
    pub crash: Option<String>,
    /// What was measured.
    pub figures: Figures,
    /// What a reader should know before trusting the figures.
    pub findings: Vec<Finding>,
    /// From start to the last process's end, in seconds.
    pub wall_seconds: f64,
    /// Acknowledged values that a node's final read lacks, by node.
    pub missing: BTreeMap<String, Vec<i64>>,
    /// SHA-256 of everything that happened, where a seed determines it: under the simulated engine. It covers every
    /// operation with its time, process, value and error, the messages sent and received, when each value had reached
    /// every node, and how the run ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_digest: Option<String>,
}

/// What the checkers say of a run, plots left aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// Nothing contradicts the workload's promise.
    Valid,
    /// The promise is broken, such as a lost value.
    Invalid,
    /// There was not enough to judge by.
    Unknown,
}

/// Something that a reader should know before trusting a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Finding {
    /// An earlier attempt at this run was so late that it was made again.
    Flaky {
        /// Which attempt that was, from 1.
        attempt: u32,
        /// The 99th percentile of its lateness, in milliseconds.
        p99_ms: f64,
        /// The 99th percentile above which a run is unreliable.
        bound_ms: f64,
        /// What it measured.
        figures: Figures,
    },
    /// Deliveries came later than they were due; the figures may be too high.
    Late {
        /// Median lateness of a delivery, in milliseconds.
        p50_ms: f64,
        /// 99th percentile.
        p99_ms: f64,
        /// Largest.
        max_ms: f64,
        /// The 99th percentile above which a run is unreliable.
        bound_ms: f64,
    },
    /// A part of the results that does not bear on the workload could not be judged, such as plots without gnuplot.
    NotJudged {
        /// Which part, as results.edn names it.
        part: String,
        /// Why, and what helps.
        reason: String,
    },
    /// Values that Maelstrom calls stable are missing from a node's final read.
    MissingButStable {
        /// How many.
        values: usize,
        /// From how many nodes.
        nodes: usize,
    },
    /// Replies came that nobody waited for: second answers to one request, answers to none, and answers after the client had
    /// given up.
    Unclaimed {
        /// How many.
        replies: u64,
    },
    /// Anything else worth saying.
    Note {
        /// What.
        text: String,
    },
}

impl Outcome {
    /// How the run ended, in a few words.
    pub fn ending(&self) -> String {
        match (&self.crash, self.validity) {
            (Some(crash), _) => format!("crashed: {}", crash.lines().next().unwrap_or_default()),
            (None, Validity::Invalid) => "invalid".to_owned(),
            (None, Validity::Unknown) => "could not be judged".to_owned(),
            (None, Validity::Valid) => "valid".to_owned(),
        }
    }

    /// Whether it took more than one attempt.
    pub fn is_flaky(&self) -> bool {
        self.findings.iter().any(|finding| matches!(finding, Finding::Flaky { .. }))
    }

    /// Whether the run's own lateness makes its latencies unreliable.
    pub fn is_unreliable(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| matches!(finding, Finding::Late { p99_ms, bound_ms, .. } if p99_ms > bound_ms))
    }
}
