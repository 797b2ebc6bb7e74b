//! A plan and its results, for tests of what shows and keeps them. Figures are those of a real run of the tutorial's
//! programs, rounded.

use std::collections::{BTreeMap, BTreeSet};

use engine::Options;

use crate::about::About;
use crate::figure::{Figure, Figures};
use crate::limit::{Comparison, JudgedBy, Limit};
use crate::outcome::{EngineId, Outcome, Provenance, Record, Validity};
use crate::plan::{Cell, EngineChoice, NodeSource, Plan};
use crate::provenance::Origin;

/// Six cells: three topologies, relay on and off. Grid is for information.
pub(crate) fn plan(repeat: u32) -> Plan {
    let axes = ["topology", "relay-to-master"];
    let cells = ["grid", "star", "n12-tree"].into_iter().flat_map(|topology| {
        ["off", "on"].map(|relay| Cell {
            name: format!("topology={topology},relay-to-master={relay}"),
            axes: vec![(axes[0].into(), topology.into()), (axes[1].into(), relay.into())],
            options: Options { nodes: Options::numbered_nodes(25), rate: 100.0, ..Options::default() },
            node: NodeSource::Crate { features: BTreeSet::from([format!("topology-{topology}")]), args: Vec::new() },
            required: topology != "grid",
        })
    });
    let limit = |figure, bound| Limit { figure, comparison: Comparison::Less, bound };
    Plan {
        name: "efficient".into(),
        description: "Challenge 3d.".into(),
        engine: EngineChoice::Embedded,
        axes: axes.map(str::to_owned).to_vec(),
        cells: cells.collect(),
        limits: vec![
            limit(Figure::MsgsPerOp, 30.0),
            limit(Figure::StableLatencyMedian, 400.0),
            limit(Figure::StableLatencyMax, 600.0),
        ],
        repeat,
        judged_by: JudgedBy::Worst,
    }
}

/// What is kept of the plan.
pub(crate) fn about(repeat: u32) -> About {
    about_of(&plan(repeat))
}

/// What is kept of a plan.
pub(crate) fn about_of(plan: &Plan) -> About {
    let engine = EngineId { name: "embedded".into(), version: "0.1.0".into() };
    let origin = Origin { engine, git: None, host: "here".into(), command: vec!["harness".into(), "run".into()] };
    About { started: "2026-11-22T19:15:38Z".into(), ..origin.about(plan) }
}

/// A valid result: grid exceeds the limits, the others keep them.
pub(crate) fn record(cell: &Cell, repetition: u32) -> Record {
    let is_grid = cell.name.contains("grid");
    Record {
        format: Record::FORMAT,
        experiment: "efficient".into(),
        cell: cell.name.clone(),
        axes: cell.axes.clone(),
        repetition,
        options: cell.options.clone(),
        provenance: Provenance {
            engine: EngineId { name: "embedded".into(), version: "0.1.0".into() },
            node: "features topology-star".into(),
            node_digest: "00ff".into(),
            harness: "0.1.0".into(),
            git: None,
            host: "here, linux x86_64, 2 cores".into(),
            command: vec!["harness".into(), "run".into()],
            started: "2026-11-22T19:15:38Z".into(),
            key: None,
            sources: None,
            reused: None,
        },
        outcome: if is_grid { outcome(30.56, 457.0, 780.0) } else { outcome(25.32, 386.0, 512.0) },
    }
}

/// A valid outcome with these messages per operation, median and maximum.
pub(crate) fn outcome(msgs_per_op: f64, median: f64, max: f64) -> Outcome {
    let figures = [
        (Figure::MsgsPerOp, msgs_per_op),
        (Figure::ServerMsgsPerOp, msgs_per_op - 2.05),
        (Figure::MsgsPerBroadcast, msgs_per_op * 1.97),
        (Figure::StableLatencyMin, 0.0),
        (Figure::StableLatencyMedian, median),
        (Figure::StableLatencyP95, max * 0.94),
        (Figure::StableLatencyP99, max * 0.97),
        (Figure::StableLatencyMax, max),
        (Figure::ClientLatencyMedian, 15.1),
        (Figure::PropagationMedian, median + 17.0),
        (Figure::Lost, 0.0),
        (Figure::Missing, 0.0),
    ];
    Outcome {
        validity: Validity::Valid,
        crash: None,
        figures: Figures(figures.into_iter().collect()),
        findings: Vec::new(),
        wall_seconds: 31.4,
        missing: BTreeMap::new(),
        trace_digest: None,
    }
}
