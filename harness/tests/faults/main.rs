//! Thousands of seeded runs on a network and nodes that break, under the virtual clock.
//!
//! What must hold is written down here a second time, apart from the checkers that make figures ([`invariant`]): when
//! everything has healed, every acknowledged value that some living node held at every moment is on every node. The node
//! keeps it under every fault and in every configuration; nodes with one planted mistake do not, and are caught within a
//! stated number of seeds.
//!
//! A run that breaks it is shrunk to the smallest that still does, and told with the command that replays it:
//! `FAULTS='…' cargo test -p harness --test faults -- replay --nocapture`.

mod invariant;
mod master;
mod mistakes;
mod scenario;
mod shrink;

use node::{Broadcaster, Config};

use crate::invariant::{Breach, run};
use crate::mistakes::Mistake;
use crate::scenario::Scenario;
use crate::shrink::shrunk;

/// Every fault alone and several together, each with so many seeds in each configuration.
const SWEEP: [(&str, u64); 10] = [
    ("partition", 60),
    ("one-way", 60),
    ("loss=20%", 60),
    ("duplication=30%", 30),
    ("slow=8", 30),
    ("pause=2", 60),
    // Where answers lie in a paused node's inbox until it goes on, and what is lost meanwhile has to be noticed in time.
    ("partition+pause=2", 60),
    ("crash=1", 100),
    ("partition+one-way+loss=10%+duplication=10%+slow=4+pause=1", 60),
    ("partition+loss=10%+duplication=10%+pause=1+crash=1", 100),
];

fn sound(config: Config) -> impl Fn(u32) -> Broadcaster {
    move |_| Broadcaster::new(config)
}

/// Tells a breach as a developer wants to see it: the smallest run that shows it, and how to see it again.
fn told(scenario: &Scenario, breach: &Breach) -> String {
    format!("{breach}\nreplay it: FAULTS='{scenario}' cargo test -p harness --test faults -- replay --nocapture")
}

/// Runs each configuration under every fault, with that share of the seeds; how many runs there were.
fn sweep(configurations: &[&str], share: u64) -> usize {
    let mut runs = 0;
    for features in configurations {
        for (faults, seeds) in SWEEP {
            for seed in 0..seeds / share {
                let scenario = Scenario::drawn(features, faults, seed);
                runs += 1;
                if run(&scenario, sound(scenario.config())).is_err() {
                    let (small, breach) = shrunk(&scenario, |small| run(small, sound(small.config())).err());
                    panic!("{}", told(&small, &breach));
                }
            }
        }
    }
    runs
}

#[test]
fn nothing_that_somebody_holds_is_lost_whatever_breaks() {
    assert_eq!(sweep(&scenario::SINGLE, 1), 4_340);
}

#[test]
fn nor_where_many_values_go_in_one_message() {
    assert_eq!(sweep(&scenario::BATCHED, 2), 4_960);
}

#[test]
fn nor_where_masters_change() {
    assert_eq!(sweep(&scenario::DYNAMIC, 2), 2_790);
}

/// Each mistake, what must break for it to show, and within how many seeds it must be caught.
const CAUGHT_WITHIN: [(Mistake, &str, &str, u64); 5] = [
    (Mistake::NeverRepeats, "topology-n12-tree relay-to-master", "loss=20%", 3),
    (Mistake::NeverRepeats, "topology-grid", "partition", 10),
    (Mistake::MasterKeepsToItself, "topology-star relay-to-master", "none", 1),
    (Mistake::TakesSentForAcknowledged, "topology-star", "partition", 5),
    (Mistake::NeverAsksAfterARestart, "topology-n12-tree", "crash=1", 3),
];

#[test]
fn a_node_with_a_mistake_is_caught_within_so_many_seeds() {
    for (mistake, features, faults, within) in CAUGHT_WITHIN {
        let breaks = |scenario: &Scenario| mistakes::run(mistake, scenario).err();
        let caught = (0..within).map(|seed| Scenario::drawn(features, faults, seed)).find(|one| breaks(one).is_some());
        let Some(scenario) = caught else { panic!("{mistake:?} under {faults} was not caught within {within} seeds") };
        // The same run of a sound node is a good one: it is the mistake that was caught.
        assert_eq!(run(&scenario, sound(scenario.config())), Ok(()), "{scenario}");
        let (small, breach) = shrunk(&scenario, breaks);
        assert!(small.size() <= scenario.size(), "{small} is no smaller than {scenario}");
        assert_eq!(breaks(&small), Some(breach), "what is told is what a replay shows");
    }
}

#[test]
fn a_run_is_shrunk_to_few_nodes_and_few_values() {
    let scenario = Scenario::drawn("topology-star relay-to-master", "loss=20%+duplication=10%+slow=3", 1);
    let breaks = |scenario: &Scenario| mistakes::run(Mistake::NeverRepeats, scenario).err();
    let (small, breach) = shrunk(&scenario, breaks);
    assert_eq!(small.faults.to_string(), "loss=20%", "the others are not needed");
    assert!(small.nodes <= 3 && breach.broadcasts <= 6, "{small}: {breach}");
    let command = told(&small, &breach);
    let written = command.split('\'').nth(1).expect("the scenario stands in quotes");
    assert_eq!(written.parse(), Ok(small), "a scenario reads back as itself");
}

#[test]
fn the_same_scenario_is_the_same_run() {
    let scenario = Scenario::drawn("topology-grid", "partition+crash=1", 5);
    let once = mistakes::run(Mistake::NeverAsksAfterARestart, &scenario);
    assert_eq!(once, mistakes::run(Mistake::NeverAsksAfterARestart, &scenario));
}

/// Runs what `FAULTS` says, and tells what became of every value. Without it there is nothing to replay.
#[test]
#[expect(clippy::print_stdout, reason = "what a replay is for")]
fn replay() {
    let Ok(words) = std::env::var("FAULTS") else { return };
    let scenario: Scenario = words.parse().unwrap_or_else(|error: String| panic!("FAULTS='{words}': {error}"));
    println!("{}", invariant::trace(&scenario, sound(scenario.config())));
    assert_eq!(run(&scenario, sound(scenario.config())), Ok(()));
}
