//! What is compared: the challenge's command, what a scenario changes of it, and the node that follows the recorded protocol.

use std::collections::BTreeSet;

use engine::{Concurrency, Distribution, Latency, Options, ProcessDelay, Topology};
use protocol::Duration;

use super::recorded::Recording;
use crate::limit::JudgedBy;
use crate::plan::{Cell, EngineChoice, NodeSource, Plan};

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// The cell's name.
    pub name: &'static str,
    /// The node's features.
    pub features: &'static [&'static str],
    /// The node's arguments.
    pub arguments: &'static [&'static str],
    /// The recording that it is held against, if there is one.
    pub recording: Option<&'static str>,
    /// Why its distances are shown and not judged, if they are not.
    pub shown_only: Option<&'static str>,
    /// What it changes of the challenge's command.
    changes: fn(&mut Options),
}

impl Scenario {
    const fn new(name: &'static str, features: &'static [&'static str], changes: fn(&mut Options)) -> Self {
        Self { name, features, arguments: &[], recording: None, shown_only: None, changes }
    }

    /// The tutorial's node.
    pub(super) const fn tutorial(name: &'static str, changes: fn(&mut Options)) -> Self {
        Self::new(name, TUTORIAL, changes)
    }

    pub(super) const fn held_against(self, recording: &'static str) -> Self {
        Self { recording: Some(recording), ..self }
    }

    pub(super) const fn with(self, arguments: &'static [&'static str]) -> Self {
        Self { arguments, ..self }
    }

    const fn only_shown(self, why: &'static str) -> Self {
        Self { shown_only: Some(why), ..self }
    }

    /// What is run. Where the real run's broadcasts can be counted, they come at its pace: it is they that load the network, how
    /// many of the operations they are is chance, and how late the real program's scheduler is for each depends on how busy
    /// its JVM is.
    pub fn options(&self, recording: Option<&Recording>) -> Options {
        let mut options = challenge();
        (self.changes)(&mut options);
        if let Some(broadcasts) = recording.and_then(Recording::broadcasts) {
            // Every second operation is one, on average.
            options.rate = Options::rate_of_pace(2.0 * broadcasts / options.time_limit.as_secs_f64());
        }
        options
    }

    /// The node in cargo's words.
    pub fn node(&self) -> NodeSource {
        let features: BTreeSet<String> = self.features.iter().map(|&feature| feature.to_owned()).collect();
        let args = self.arguments.iter().map(|&argument| argument.to_owned()).collect();
        NodeSource::Crate { features, args }
    }

    /// The scenario as a cell of a plan.
    pub fn cell(&self, recordings: &[Recording]) -> Cell {
        let recording = recordings.iter().find(|one| Some(one.name.as_str()) == self.recording);
        Cell {
            name: self.name.to_owned(),
            axes: vec![(AXIS.to_owned(), self.name.to_owned())],
            options: self.options(recording),
            node: self.node(),
            required: false,
        }
    }
}

/// These cells as a plan of that many runs each.
pub fn plan(name: &str, engine: EngineChoice, cells: Vec<Cell>, repeat: u32) -> Plan {
    Plan {
        name: name.to_owned(),
        description: "The engines held against recordings of the real program.".to_owned(),
        engine,
        axes: vec![AXIS.to_owned()],
        cells,
        limits: Vec::new(),
        repeat,
        judged_by: JudgedBy::Mean,
    }
}

/// The challenge's command: 25 nodes, 20 s, 100 operations a second, 100 ms.
fn challenge() -> Options {
    Options {
        nodes: Options::numbered_nodes(25),
        time_limit: Duration::from_secs(20),
        rate: 100.0,
        latency: Latency { mean_ms: 100, distribution: Distribution::Constant },
        process_delay: ProcessDelay::MAELSTROM,
        ..Options::default()
    }
}

/// A flood over the offered topology: to all neighbours but the one it came from, and nobody acknowledges.
const FLOOD: &[&str] = &["topology-offered", "acks-none"];
/// The tutorial's: down a tree from its middle, and every client's value to the middle at once.
const TUTORIAL: &[&str] = &["topology-n12-tree", "relay-to-master"];

/// Every row, in the table's order: the project's six designs, what is recorded of the tutorial's program beyond them, and the
/// programs of others.
pub const ALL: [Scenario; 19] = [
    Scenario::new("grid", &["topology-grid"], |_| ()),
    Scenario::new("grid-relay", &["topology-grid", "relay-to-master"], |_| ()),
    Scenario::new("star", &["topology-star"], |_| ()).held_against("teivah-3d"),
    Scenario::new("star-relay", &["topology-star", "relay-to-master"], |_| ()),
    Scenario::new("n12-tree", &["topology-n12-tree"], |_| ()),
    Scenario::new("n12-tree-relay", TUTORIAL, |_| ()).held_against("tutorial-3d"),
    Scenario::new("exponential", TUTORIAL, |options| options.latency.distribution = Distribution::Exponential)
        .held_against("tutorial-3d-exponential"),
    Scenario::new("concurrency-2n", TUTORIAL, |options| options.concurrency = Concurrency::PerNode(2))
        .held_against("tutorial-3d-concurrency2n"),
    Scenario::new("rate-20", TUTORIAL, |options| options.rate = 20.0).held_against("tutorial-3d-rate20"),
    Scenario::new("no-latency", TUTORIAL, |options| options.latency.mean_ms = 0).held_against("tutorial-3d-lat0"),
    Scenario::new("flood-grid", FLOOD, |_| ()).held_against("flood-grid25-lat100"),
    Scenario::new("flood-line", FLOOD, |options| options.topology = Topology::Line).held_against("flood-line25-lat100"),
    Scenario::new("flood-tree2", FLOOD, |options| options.topology = Topology::Tree2)
        .held_against("flood-tree2-25-lat100"),
    Scenario::new("flood-tree4", FLOOD, |options| options.topology = Topology::Tree4)
        .held_against("flood-tree4-25-lat100"),
    Scenario::new("flood-total", FLOOD, |options| options.topology = Topology::Total)
        .held_against("flood-total25-lat100")
        .only_shown("the real program was overloaded: 576 messages a broadcast, and half of the operations asked for"),
    Scenario::new("flood-line-10ms", FLOOD, |options| {
        options.topology = Topology::Line;
        options.latency.mean_ms = 10;
    })
    .held_against("g-doc-line25-lat10"),
    Scenario::new("flood-no-latency", FLOOD, |options| options.latency.mean_ms = 0).held_against("g-doc-grid25"),
    Scenario::new("flood-5-nodes", FLOOD, |options| {
        options.nodes = Options::numbered_nodes(5);
        options.latency.mean_ms = 0;
    })
    .held_against("g-doc-grid5"),
    Scenario::new("direct", &["topology-direct", "acks-none"], |_| ())
        .held_against("fersilva16-3d")
        .only_shown("every message of the recorded program carries all values so far, which this node's do not"),
];

const AXIS: &str = "scenario";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fidelity::{recorded, replay};

    #[test]
    fn every_scenario_can_be_run_and_every_recording_is_used() {
        let recordings = recorded::all();
        let mut names = BTreeSet::new();
        let mut used = BTreeSet::new();
        for scenario in ALL.into_iter().chain(replay::ALL) {
            assert!(names.insert(scenario.name), "{} stands there twice", scenario.name);
            node::Config::named(scenario.features).unwrap();
            used.extend(scenario.recording);
        }
        assert_eq!(used, recordings.iter().map(|recording| recording.name.as_str()).collect());
    }

    #[test]
    fn broadcasts_come_at_the_recorded_pace() {
        let recordings = recorded::all();
        let rate = |name| {
            let scenario = ALL.iter().find(|scenario| scenario.name == name).unwrap();
            scenario.cell(&recordings).options.rate
        };
        assert_eq!(rate("n12-tree").to_bits(), 100.0_f64.to_bits(), "nothing is recorded");
        // 938 broadcasts in 20 s: an operation in 10.66 ms, half a millisecond of it lateness.
        assert!((rate("n12-tree-relay") - 98.44).abs() < 0.02, "{}", rate("n12-tree-relay"));
    }
}
