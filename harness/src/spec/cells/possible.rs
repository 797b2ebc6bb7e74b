//! Whether a cell can be run: a node can be built for it, and an engine can make its test.
//!
//! Absent: cells as a whole ([`super`]).

use engine::{Distribution, Nemesis, Topology};

use super::Combination;
use crate::plan::NodeSource;
use crate::spec::axis::{AxisKind, Choice, OFFERED, Setting};
use crate::spec::diagnostic::{Code, Diagnostic, Problems, listed, shown};
use crate::spec::option::{self, TestOption};
use crate::spec::yaml::Span;
use crate::spec::{NodeSpec, Spec, topologies};

/// Reports what is wrong with a cell.
pub(super) fn check(spec: &Spec, cell: &Combination, problems: &mut Problems) {
    features_agree(spec, cell, problems);
    drawn_once(cell, problems);
    engine_can_run(spec, cell, problems);
}

/// A node has one topology, and one way to acknowledge; and not everything goes with everything.
fn features_agree(spec: &Spec, cell: &Combination, problems: &mut Problems) {
    let NodeSource::Crate { features, .. } = &cell.node else { return };
    let mut has_conflict = false;
    for (group, one) in EXCLUSIVE {
        let named = features.iter().map(String::as_str).filter(|feature| feature.starts_with(group));
        let named: Vec<&str> = named.collect();
        if named.len() > 1 {
            has_conflict = true;
            problems.push(more_than_one(spec, cell, (group, one), &named));
        }
    }
    let (error, is_heeded) = match cell.config().filter(|_| !has_conflict) {
        Some(Ok(config)) => (cell.unheeded(config), false),
        Some(Err(error)) => (Some(error), true),
        None => return,
    };
    let Some(error) = error else { return };
    if !is_heeded {
        let span = place(spec, cell, [TOPOLOGY, TOPOLOGY]);
        let problem = Diagnostic::new(Code::ConflictingFeatures, &span, error, "offered by the test");
        let help = "let an axis `topology` name it, which turns the node's feature `topology-offered` on, or turn that on under \
                    `features`";
        problems.push(problem.help(help.to_owned()));
        return;
    }
    let is_nodes = |choice: &&Choice| {
        matches!(choice.setting, Setting::Args(_) | Setting::Argument(..) | Setting::Feature(_, true))
    };
    let span = cell.choices.iter().rev().find(is_nodes).map_or(&spec.matrix, |choice| &choice.span);
    problems.push(Diagnostic::new(Code::ConflictingFeatures, span, error, "with this, a node cannot be started"));
}

fn more_than_one(spec: &Spec, cell: &Combination, (group, one): (&str, &str), features: &[&str]) -> Diagnostic {
    let sets_one = |choice: &&Choice| match &choice.setting {
        Setting::Feature(name, on) => *on && name.starts_with(group),
        Setting::Drawn(_) => OFFERED.starts_with(group),
        _ => false,
    };
    let always = match &spec.node {
        NodeSpec::Crate(named) => features.iter().rev().find_map(|name| named.get(*name)),
        NodeSpec::Bin(_) => None,
    };
    let chosen = cell.choices.iter().rev().find(sets_one).map(|choice| &choice.span);
    let span = chosen.or(always).unwrap_or(&spec.matrix);
    let title = format!("a node has {one}, not {}", listed(features.iter().copied()));
    let problem = Diagnostic::new(Code::ConflictingFeatures, span, title, "with this, a cell has more than one");
    match always.filter(|always| *always != span) {
        Some(always) => problem.also(always, "always on"),
        None => problem,
    }
}

/// An axis of drawings says what the test offers, and so does `test.topology`.
fn drawn_once(cell: &Combination, problems: &mut Problems) {
    let drawn = cell.choices.iter().find(|choice| matches!(choice.setting, Setting::Drawn(_)));
    let is_option = |choice: &&Choice| matches!(choice.setting, Setting::Option(TestOption::Topology(_)));
    if let (Some(drawn), Some(option)) = (drawn, cell.choices.iter().find(is_option)) {
        let title = format!("`{}` and `{}` both say what the test offers", drawn.axis, option.axis);
        let problem = Diagnostic::new(Code::ConflictingKeys, &drawn.span, title, "drawn for the test to offer");
        let help = "leave that axis out: the drawn ones are values of this one";
        problems.push(problem.also(&option.span, "the other").help(help.to_owned()));
    }
}

/// Where the file sets one of two options of a cell.
fn place(spec: &Spec, cell: &Combination, names: [&'static str; 2]) -> Span {
    let choices = || cell.choices.iter().chain(&spec.test);
    let sets = |choice: &&Choice, name| {
        choice.kind == AxisKind::Option(name) || name == TOPOLOGY && matches!(choice.setting, Setting::Drawn(_))
    };
    let found = names.into_iter().find_map(|name| choices().find(|choice| sets(choice, name)));
    found.map_or_else(|| spec.matrix.clone(), |choice| choice.span.clone())
}

fn engine_can_run(spec: &Spec, cell: &Combination, problems: &mut Problems) {
    let place = |names| place(spec, cell, names);
    let latency = cell.options.latency;
    if latency.mean_ms == 0 && latency.distribution != Distribution::Constant {
        let title = format!(
            "latencies of mean 0 cannot be spread: `latency-dist` is `{}`",
            option::written("latency-dist", &cell.options)
        );
        let span = place(["latency-dist", "latency"]);
        let problem = Diagnostic::new(Code::ImpossibleTest, &span, title, "Maelstrom's network fails on this");
        problems.push(problem.help("set a `latency` of 1ms or more, or leave `latency-dist` at `constant`".to_owned()));
    }
    let is_beyond = |nemesis: &Nemesis| nemesis.is_beyond(cell.options.node_count());
    if let Some(nemesis) = cell.options.nemesis.iter().find(is_beyond) {
        let title = match nemesis {
            Nemesis::Isolate(_) => format!("`{nemesis}` cuts off a node that is not there: places count from 0"),
            _ => format!("`{nemesis}` asks for more nodes than there are"),
        };
        let span = place(["nemesis", "node-count"]);
        let label = format!("the test has {} nodes", cell.options.node_count());
        problems.push(Diagnostic::new(Code::ImpossibleTest, &span, title, label));
    }
    if let Some(stranger) = cell.options.process_delay_of.keys().find(|&name| !cell.options.nodes.contains(name)) {
        let span = place(["process-delay-of", "nodes"]);
        let title = format!("`process-delay-of` names `{}`, and the test has no such node", shown(stranger));
        let (first, last) = (cell.options.nodes.first(), cell.options.nodes.last());
        let there = first.zip(last).map(|(first, last)| format!("there are `{first}` to `{last}`")).unwrap_or_default();
        problems.push(Diagnostic::new(Code::ImpossibleTest, &span, title, there));
    }
    if let Topology::Custom(custom) = &cell.options.topology
        && let Some(problem) = topologies::stranger(custom, &cell.options.nodes, &place([TOPOLOGY, "node-count"]))
    {
        problems.push(problem);
    }
    if cell.options.workers() > WORKERS_MAX {
        let title = format!("a test with {} clients", cell.options.workers());
        let span = place(["concurrency", "node-count"]);
        problems.push(Diagnostic::new(Code::ImpossibleTest, &span, title, format!("at most {WORKERS_MAX} clients")));
    }
}

/// The option that a drawing is a value of.
const TOPOLOGY: &str = "topology";

/// Features of which a node has at most one begin so.
const EXCLUSIVE: [(&str, &str); 2] = [("topology-", "one topology"), ("acks-", "one way to acknowledge")];

/// Clients of one test.
const WORKERS_MAX: u32 = 100_000;
