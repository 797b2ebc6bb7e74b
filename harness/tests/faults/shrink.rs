//! The smallest run that still breaks: one number is made smaller at a time, as long as the run stays broken.
//!
//! Greedy and deterministic. Another seed may break a smaller run where this one does not, so some are tried.

use engine::Nemeses;

use crate::invariant::Breach;
use crate::scenario::Scenario;

/// How many other seeds a smaller run is tried with.
const SEEDS: u64 = 12;

/// The smallest scenario that was found to break, and what it breaks. The first must break.
pub(crate) fn shrunk(scenario: &Scenario, breaks: impl Fn(&Scenario) -> Option<Breach>) -> (Scenario, Breach) {
    let mut smallest = scenario.clone();
    let mut breach = breaks(scenario).expect("what is shrunk breaks");
    while let Some((smaller, broken)) = smaller(&smallest).into_iter().find_map(|candidate| {
        let seeds = std::iter::once(candidate.seed).chain(0..SEEDS);
        let mut tries = seeds.map(|seed| Scenario { seed, ..candidate.clone() });
        tries.find_map(|one| breaks(&one).map(|broken| (one, broken)))
    }) {
        (smallest, breach) = (smaller, broken);
    }
    (smallest, breach)
}

/// Each way to make a scenario smaller, what helps a reader most first.
fn smaller(scenario: &Scenario) -> Vec<Scenario> {
    let one = |change: &dyn Fn(&mut Scenario)| {
        let mut other = scenario.clone();
        change(&mut other);
        other
    };
    let mut all = Vec::new();
    for left_out in scenario.faults.iter() {
        let rest = scenario.faults.iter().filter(|&fault| fault != left_out);
        let faults = Nemeses::of(rest).expect("each fault once");
        all.push(one(&|other| other.faults = faults.clone()));
    }
    for nodes in [2, scenario.nodes / 2, scenario.nodes - 1] {
        all.push(one(&|other| other.nodes = nodes.max(1)));
    }
    for seconds in [1, scenario.seconds / 2, scenario.seconds - 1] {
        all.push(one(&|other| other.seconds = seconds.max(1)));
    }
    all.push(one(&|other| other.rate = (scenario.rate / 2).max(1)));
    all.push(one(&|other| other.latency_ms = scenario.latency_ms / 2));
    all.retain(|other| other.size() < scenario.size());
    all
}
