//! Negative controls: a scenario with one rule left out. Each has to be found outside the bounds that the scenario keeps.

use engine::{Holding, Options, ProcessDelay, Rules, Taking};
use node::Config;

use super::recorded::Recording;
use super::scenario::{self, Scenario};
use crate::plan::Cell;

/// A scenario without a rule.
#[derive(Clone, Copy, Debug)]
pub struct Control {
    /// The cell's name.
    pub name: &'static str,
    /// What is left out, in words.
    pub without: &'static str,
    /// The scenario that it is left out of.
    pub scenario: &'static str,
    /// What that does to the engine.
    engine: fn(&mut Options),
    /// What that does to the node.
    node: fn(&mut Config),
}

impl Control {
    /// The scenario that the rule is left out of.
    pub fn scenario(&self) -> &'static Scenario {
        let found = scenario::ALL.iter().find(|scenario| scenario.name == self.scenario);
        found.expect("a test has looked for it")
    }

    /// The control as a cell of a plan.
    pub fn cell(&self, recordings: &[Recording]) -> Cell {
        let mut cell = self.scenario().cell(recordings);
        self.name.clone_into(&mut cell.name);
        self.name.clone_into(&mut cell.axes[0].1);
        (self.engine)(&mut cell.options);
        cell
    }

    /// The node that the control runs. Not every one can be named by features, and none is an experiment's to ask for.
    pub fn config(&self) -> Config {
        let mut config = Config::named(self.scenario().features).expect("a test has named it");
        (self.node)(&mut config);
        config
    }
}

/// Every control.
pub const ALL: [Control; 5] = [
    Control {
        name: "without-head-of-line-blocking",
        without: "head-of-line blocking: a receiver takes every message when it is due, past what it holds",
        scenario: "n12-tree-relay",
        engine: |options| options.rules = Rules { taking: Taking::WhenDue, ..Rules::default() },
        node: |_| (),
    },
    Control {
        name: "without-whole-holds",
        without: "holds of whole milliseconds: a receiver holds a message for all of its latency",
        scenario: "flood-line-10ms",
        engine: |options| options.rules = Rules { holding: Holding::Exact, ..Rules::default() },
        node: |_| (),
    },
    Control {
        name: "without-process-delay",
        without: "the process delay: a message's way into a node is free",
        scenario: "flood-line-10ms",
        engine: |options| options.process_delay = ProcessDelay::NONE,
        node: |_| (),
    },
    Control {
        name: "without-acks",
        without: "acknowledgements",
        scenario: "n12-tree-relay",
        engine: |_| (),
        node: |config| config.acks = node::Acks::None,
    },
    Control {
        name: "without-skip-sender",
        without: "the skip-sender rule: a value goes back to whom it came from, too",
        scenario: "flood-grid",
        engine: |_| (),
        node: |config| config.sender = node::Sender::Told,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fidelity::recorded;

    #[test]
    fn a_control_is_its_scenario_but_for_one_rule() {
        let recordings = recorded::all();
        for control in ALL {
            let (with, without) = (control.scenario().cell(&recordings), control.cell(&recordings));
            assert!(control.scenario().recording.is_some() && control.scenario().shown_only.is_none());
            let is_same_node = Config::named(control.scenario().features) == Ok(control.config());
            assert_eq!(with.options == without.options, !is_same_node, "{}: one thing changes", control.name);
        }
    }
}
