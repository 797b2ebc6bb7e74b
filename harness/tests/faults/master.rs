//! A master that is cut off for ten seconds in the middle of a test, on 25 nodes at 100 ms.
//!
//! Nothing may be lost, and between the other nodes values must go on: the time from a value's acknowledgement to the last read
//! that lacks it, both at nodes that are not cut off, is held to 2.5 s. With a fixed master it is as long as the cut.

use std::collections::BTreeMap;

use engine::history::{F, OpKind, Process};
use engine::{Nemesis, Options, Run, simulate};
use node::{Broadcaster, Config};
use protocol::{Duration, Time, Value};

const MASTER: u32 = 12;

fn run(words: &[&str], rate: f64, nemesis: Option<Nemesis>, seed: u64) -> Run {
    let (arguments, features): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with("--"));
    let config = Config::named(&features).unwrap().with_arguments(&arguments).unwrap();
    let options = Options {
        nodes: Options::numbered_nodes(25),
        time_limit: Duration::from_secs(20),
        rate,
        nemesis: nemesis.map(Into::into).unwrap_or_default(),
        nemesis_interval: Duration::from_secs(10),
        latency: engine::Latency { mean_ms: 100, distribution: engine::Distribution::Constant },
        seed,
        ..Options::default()
    };
    simulate(options, |_| Broadcaster::new(config))
}

/// A client's node.
fn at(process: Process) -> u32 {
    match process {
        Process::Client(number) => u32::try_from(number % 25).unwrap(),
        Process::Nemesis => u32::MAX,
    }
}

/// The largest latency between nodes that are not cut off, and how many acknowledged values some final read lacks.
fn judged(run: &Run) -> (Duration, usize) {
    assert_eq!(run.fault, None);
    let mut acknowledged: BTreeMap<Value, (Time, bool)> = BTreeMap::new();
    for op in run.history.ops().iter().filter(|op| op.kind == OpKind::Ok) {
        if let F::Broadcast(value) = op.f {
            acknowledged.insert(value, (op.time, at(op.process) != MASTER));
        }
    }
    let (mut worst, mut missing) = (Duration::ZERO, 0);
    let mut invoked: BTreeMap<Process, Time> = BTreeMap::new();
    for op in run.history.ops() {
        match (&op.f, op.kind) {
            (F::Read(_), OpKind::Invoke) => _ = invoked.insert(op.process, op.time),
            (F::Read(Some(values)), OpKind::Ok) => {
                let began = invoked[&op.process];
                let values = values.as_snapshot();
                for (&value, &(since, is_apart)) in &acknowledged {
                    let lacks = since < began && !values.contains(value);
                    missing += usize::from(op.is_final && lacks);
                    if lacks && is_apart && at(op.process) != MASTER {
                        worst = worst.max(began.since(since));
                    }
                }
            }
            _ => {}
        }
    }
    (worst, missing)
}

const DYNAMIC: [&[&str]; 6] = [
    &["topology-star", "master-dynamic"],
    &["topology-star", "master-dynamic", "relay-to-master", "acks-piggyback"],
    &["topology-star", "master-dynamic", "acks-piggyback", "--batch-window-down=400ms"],
    &["topology-n12-tree", "master-dynamic"],
    &["topology-n12-tree", "master-dynamic", "relay-to-master"],
    &["topology-n12-tree", "master-dynamic", "relay-to-master", "acks-cumulative"],
];

#[test]
fn while_a_master_is_cut_off_another_one_leads() {
    for words in DYNAMIC {
        for seed in 0..8 {
            let run = run(words, 100.0, Some(Nemesis::Isolate(12)), seed);
            let (worst, missing) = judged(&run);
            assert_eq!(missing, 0, "{words:?}, seed {seed}");
            assert!(worst < Duration::from_millis(2_500), "{words:?}, seed {seed}: {worst}");
        }
    }
}

/// Where hardly any values come, nobody notices by the way that the master is silent.
#[test]
fn and_in_a_quiet_cluster_too() {
    for words in DYNAMIC {
        for (rate, seed) in (0..40).flat_map(|seed| [(1.0, seed), (2.0, seed), (5.0, seed)]) {
            let (worst, missing) = judged(&run(words, rate, Some(Nemesis::Isolate(12)), seed));
            assert_eq!(missing, 0, "{words:?}, rate {rate}, seed {seed}");
            // The successor's window besides.
            let window = if words.contains(&"--batch-window-down=400ms") { 400 } else { 0 };
            assert!(worst < Duration::from_millis(2_500 + window), "{words:?}, rate {rate}, seed {seed}: {worst}");
        }
    }
}

#[test]
fn with_a_fixed_master_values_wait_for_it_and_none_is_lost() {
    let (worst, missing) = judged(&run(&["topology-star", "relay-to-master"], 100.0, Some(Nemesis::Isolate(12)), 0));
    assert!(missing == 0 && worst > Duration::from_secs(9), "{worst}");
}

#[test]
fn a_change_of_master_and_back_is_no_storm() {
    for words in [
        &["topology-star", "master-dynamic"][..],
        &["topology-n12-tree", "master-dynamic", "relay-to-master"],
        &["topology-star", "master-dynamic", "acks-piggyback", "--batch-window-down=400ms"],
    ] {
        let messages = |nemesis| run(words, 100.0, nemesis, 1).journal.servers.sent;
        let (healthy, cut) = (messages(None), messages(Some(Nemesis::Isolate(12))));
        // Two changes, of which each gives 24 nodes a link or two with an acknowledgement, and questions every two seconds.
        assert!(cut < healthy + healthy / 10 + 900, "{words:?}: {cut} messages instead of {healthy}");
    }
}
