//! The rules that can be left out, and the two ways a test is driven: with lines, as a driver with processes does, and with
//! machines under the virtual clock. Each rule is one piece of code, so leaving it out changes both, and in the same way.

use std::collections::BTreeSet;

use engine::checker::strict;
use engine::{Distribution, Holding, Latency, Nemesis, Options, ProcessDelay, Rules, Run, Taking, edn, simulate};
use protocol::Duration;

use crate::flood::Flood;
use crate::lines::{floods, run};

fn options(rules: Rules) -> Options {
    Options {
        nodes: Options::numbered_nodes(9),
        time_limit: Duration::from_secs(5),
        rate: 100.0,
        latency: Latency { mean_ms: 100, distribution: Distribution::Constant },
        process_delay: ProcessDelay::MAELSTROM,
        rules,
        ..Options::default()
    }
}

const EVERY_RULE: Rules = Rules { taking: Taking::HeadOfLine, holding: Holding::WholeMilliseconds };
const WITHOUT_BLOCKING: Rules = Rules { taking: Taking::WhenDue, ..EVERY_RULE };
const WITH_EXACT_HOLDS: Rules = Rules { holding: Holding::Exact, ..EVERY_RULE };

/// The history and the counts of a run.
fn told(run: &Run) -> String {
    assert_eq!(run.fault, None);
    let counts = (run.journal.servers.sent, run.journal.servers.received, run.journal.clients.received);
    format!("{}{counts:?}", edn::history(&run.history))
}

#[test]
fn leaving_a_rule_out_changes_both_drivers_alike() {
    let mut seen = BTreeSet::new();
    for rules in [EVERY_RULE, WITHOUT_BLOCKING, WITH_EXACT_HOLDS] {
        let lines = told(&run(&options(rules), floods(9)).0);
        let machines = told(&simulate(options(rules), |_| Flood::default()));
        assert!(lines == machines, "{rules:?}: the drivers differ");
        assert!(seen.insert(lines), "{rules:?} changes nothing");
    }
}

#[test]
fn clients_wait_because_of_blocking_alone() {
    let client = |rules| {
        let options = options(rules);
        let run = simulate(options.clone(), |_| Flood::default());
        let strict = strict::check(&run.history, Some(&run.journal), &options, None);
        strict.client_latencies.all.expect("there are operations").median
    };
    assert!(client(EVERY_RULE) > 10.0);
    assert!(client(WITHOUT_BLOCKING) < 5.0);
}

#[test]
fn without_blocking_cuts_still_cut() {
    let cut = Options { nemesis: Nemesis::Partition.into(), ..options(WITHOUT_BLOCKING) };
    let run = simulate(cut, |_| Flood::default());
    assert!(run.journal.servers.received < run.journal.servers.sent);
}

/// Whoever reads a stored result sees what it was measured without.
#[test]
fn only_a_control_is_recorded_as_one() {
    let json = serde_json::to_value(options(EVERY_RULE)).unwrap();
    assert_eq!(json.get("rules"), None);
    assert_eq!(serde_json::from_value::<Options>(json).unwrap(), options(EVERY_RULE));
    let json = serde_json::to_value(options(WITHOUT_BLOCKING)).unwrap();
    assert_eq!(json["rules"]["taking"], "when-due");
    assert_eq!(serde_json::from_value::<Options>(json).unwrap(), options(WITHOUT_BLOCKING));
}
