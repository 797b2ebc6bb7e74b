//! What happens in a test when: setup, operations, faults of nodes, healing, final reads.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use engine::history::{F, OpError, OpKind, Process};
use engine::{
    Concurrency, Custom, Distribution, FaultKind, Latency, Nemesis, Options, ProcessDelay, Topology, Workload,
};
use protocol::{Duration, Time};
use serde_json::{Value as Json, json};

use crate::lines::{Node, flood, floods, run};

fn challenge(topology: Topology) -> Options {
    Options {
        nodes: Options::numbered_nodes(25),
        time_limit: Duration::from_secs(20),
        rate: 100.0,
        latency: Latency { mean_ms: 100, distribution: Distribution::Constant },
        topology,
        process_delay: ProcessDelay::NONE,
        seed: 1,
        ..Options::default()
    }
}

/// The real program's figures for the same node: `msgs/broadcast` is exact, 56 for the grid and 24 for every tree.
#[test]
fn a_flood_costs_what_it_costs_under_the_real_program() {
    for (topology, per_broadcast) in
        [(Topology::Grid, 56), (Topology::Tree4, 24), (Topology::Line, 24), (Topology::Total, 576)]
    {
        let (run, end) = run(&challenge(topology.clone()), floods(25));
        assert_eq!(run.fault, None);
        let broadcasts = run.history.broadcast_invocations();
        assert_eq!(run.journal.servers.sent, per_broadcast * broadcasts, "{topology:?}");
        assert_eq!(run.journal.all().received, run.journal.all().sent, "nothing is lost on a healthy network");
        let ops = run.history.client_invocations();
        assert!((1_800..2_100).contains(&ops), "{ops} operations");
        assert!((0.45..0.55).contains(&(broadcasts as f64 / ops as f64)), "{broadcasts} broadcasts of {ops}");
        assert_eq!(run.journal.clients.sent, 2 * ops + 2 * 25 + 2 * 25, "requests and replies, init, topology");
        assert!(
            end >= Time::ZERO + Duration::from_millis(29_900) && end < Time::ZERO + Duration::from_secs(31),
            "{end}"
        );
    }
}

/// Round and round: every node tells the next, and the last one the first, which has it already.
#[test]
fn a_drawn_topology_is_offered_by_the_nodes_names() {
    let nodes = ["a", "n12", "x-1"].map(str::to_owned);
    let neighbours = (0..3).map(|place| (nodes[place].clone(), vec![nodes[(place + 1) % 3].clone()])).collect();
    let ring = Topology::Custom(Custom { name: "ring".into(), neighbours });
    let options = Options { nodes: nodes.to_vec(), ..challenge(ring) };
    let (run, _) = run(&options, floods(3));
    assert_eq!(run.fault, None);
    assert_eq!(run.journal.servers.sent, 3 * run.history.broadcast_invocations());
    let longest = run.spans.iter().map(|span| span.expect("every value arrives everywhere")).max();
    assert!(longest.is_some_and(|span| (192..=300).contains(&span.as_millis())), "two hops: {longest:?}");
}

/// Hops times 100 ms, less what head-of-line holds round off: the grid's corners are 8 hops apart.
#[test]
fn spans_end_when_the_last_node_has_the_value() {
    for (topology, hops) in [(Topology::Grid, 8), (Topology::Tree4, 5), (Topology::Total, 1)] {
        let options = Options { time_limit: Duration::from_secs(2), ..challenge(topology.clone()) };
        let (run, _) = run(&options, floods(25));
        let spans: Vec<Duration> = run.spans.iter().map(|span| span.expect("every value arrives everywhere")).collect();
        let longest = spans.iter().max().unwrap().as_millis();
        assert!((hops * 100 - 8..=hops * 100 + 100).contains(&longest), "{topology:?}: {longest} ms");
    }
}

#[test]
fn clients_wait_behind_server_messages() {
    let client_latencies = |latency| {
        let options = Options {
            latency: Latency { mean_ms: latency, distribution: Distribution::Constant },
            ..challenge(Topology::Tree4)
        };
        let (run, _) = run(&options, floods(25));
        let ops = run.history.ops();
        let mut latencies: Vec<u64> =
            run.history.pairs().iter().map(|&(i, o)| ops[o].time.since(ops[i].time).as_millis()).collect();
        latencies.sort_unstable();
        (latencies[latencies.len() / 2], *latencies.last().unwrap())
    };
    assert_eq!(client_latencies(0), (0, 0));
    let (median, max) = client_latencies(100);
    assert!((18..34).contains(&median), "the real program had 27 ms, ours {median}");
    assert!((90..=100).contains(&max), "{max}");
}

#[test]
fn the_same_seed_is_the_same_history() {
    let of_seed = |seed| run(&Options { seed, ..challenge(Topology::Grid) }, floods(25)).0.history;
    assert_eq!(of_seed(7), of_seed(7));
    assert_ne!(of_seed(7), of_seed(8));
}

#[test]
fn the_final_phase_heals_waits_and_reads_from_everybody() {
    let options = Options { nemesis: Nemesis::Partition.into(), ..challenge(Topology::Tree4) };
    let (run, _) = run(&options, floods(25));
    let ops = run.history.ops();
    let first_deed = ops.iter().position(|op| op.process == Process::Nemesis).unwrap();
    assert!(first_deed <= 1, "the first cut comes at once");
    let last_deed = ops.iter().rposition(|op| op.process == Process::Nemesis).unwrap();
    assert!(matches!(ops[last_deed].f, F::StopPartition(Some(_))));
    let finals: Vec<_> = ops.iter().filter(|op| op.is_final && op.kind == OpKind::Invoke).collect();
    let readers: BTreeSet<Process> = finals.iter().map(|op| op.process).collect();
    assert_eq!((finals.len(), readers.len()), (25, 25));
    assert!(finals.iter().all(|op| op.time.since(ops[last_deed].time) == Duration::from_secs(10)));
    assert!(run.journal.servers.received < run.journal.servers.sent, "a partition loses messages");
    assert!(run.spans.iter().any(Option::is_none), "a flood without repeats loses values in a partition");
}

/// What is said to a request, with nothing read.
fn answer(body: &Json) -> Json {
    let kind = body["type"].as_str().unwrap();
    let mut reply = json!({ "type": format!("{kind}_ok"), "in_reply_to": body["msg_id"] });
    if kind == "read" {
        reply["messages"] = json!([]);
    }
    reply
}

/// Answers the setup, and nothing after it.
fn silent() -> Node {
    Box::new(|src, body| match body["type"].as_str().unwrap() {
        "init" | "topology" => vec![(src.to_owned(), answer(body))],
        _ => Vec::new(),
    })
}

#[test]
fn a_silent_node_is_asked_for_five_seconds_and_its_worker_goes_on_as_another_process() {
    let options = Options {
        nodes: Options::numbered_nodes(1),
        rate: 1.0,
        time_limit: Duration::from_secs(30),
        ..Options::default()
    };
    let (run, _) = run(&options, vec![silent()]);
    let ops = run.history.ops();
    let mut unknown = 0;
    for (invoked, completed) in run.history.pairs() {
        assert_eq!(ops[completed].time.since(ops[invoked].time), Duration::from_secs(5));
        assert_eq!(ops[completed].error.as_deref(), Some(&OpError::NetTimeout));
        let is_read = matches!(ops[invoked].f, F::Read(_));
        assert_eq!(ops[completed].kind, if is_read { OpKind::Fail } else { OpKind::Info });
        assert_eq!(
            ops[invoked].process,
            Process::Client(unknown),
            "one worker: the process counts its unknown outcomes"
        );
        unknown += u64::from(!is_read);
    }
    assert!(run.history.pairs().len() > 4);
}

/// The answered `init` requests, with their ten seconds, hide nobody's five, though there is always something else under way.
#[test]
fn a_silent_node_beside_a_busy_one_is_asked_for_five_seconds_from_the_start() {
    let busy: Node = Box::new(move |src, body| {
        vec![(src.to_owned(), answer(body)), ("n0".to_owned(), json!({ "type": "gossip", "message": 7 }))]
    });
    let options = Options {
        nodes: Options::numbered_nodes(2),
        concurrency: Concurrency::Total(2),
        latency: Latency { mean_ms: 500, distribution: Distribution::Constant },
        rate: 20.0,
        time_limit: Duration::from_secs(9),
        ..Options::default()
    };
    let (run, _) = run(&options, vec![silent(), busy]);
    let ops = run.history.ops();
    let waits: Vec<Duration> =
        run.history.pairs().iter().map(|&(invoked, completed)| ops[completed].time.since(ops[invoked].time)).collect();
    let (silent, busy): (Vec<Duration>, Vec<Duration>) = waits.iter().partition(|wait| **wait > Duration::from_secs(1));
    assert!(busy.len() > 50, "{}", busy.len());
    assert_eq!(silent, [Duration::from_secs(5); 3], "one at a time, and the final read");
}

#[test]
fn an_echo_test_has_neither_topology_nor_final_reads() {
    let echo: Node = Box::new(|src, body| {
        let kind = body["type"].as_str().unwrap();
        assert!(matches!(kind, "init" | "echo"), "a `{kind}`");
        let mut reply = json!({ "type": format!("{kind}_ok"), "in_reply_to": body["msg_id"] });
        if kind == "echo" {
            reply["echo"] = body["echo"].clone();
        }
        vec![(src.to_owned(), reply)]
    });
    let options = Options {
        workload: Workload::Echo,
        nodes: Options::numbered_nodes(1),
        rate: 10.0,
        time_limit: Duration::from_secs(5),
        ..Options::default()
    };
    let (run, end) = run(&options, vec![echo]);
    assert_eq!(run.fault, None);
    assert!(end <= Time::ZERO + Duration::from_secs(5));
    assert!(run.history.ops().iter().all(|op| matches!(op.f, F::Echo(_)) && !op.is_final));
    assert_eq!(run.journal.clients.sent, 2 + 2 * run.history.client_invocations());
}

#[test]
fn no_rate_is_a_sleep_and_final_reads() {
    let options = Options {
        rate: 0.0,
        time_limit: Duration::from_secs(3),
        process_delay: ProcessDelay::NONE,
        ..Options::default()
    };
    let (run, end) = run(&options, floods(5));
    assert_eq!(run.history.client_invocations(), 5);
    assert_eq!(end, Time::ZERO + Duration::from_secs(13));
}

/// What Maelstrom would answer with a muted node, or with a crash and no results.
#[test]
fn faults_end_the_run_at_once_and_name_the_node() {
    let breaking = |on: &'static str, dest: &'static str, body: Json| -> Node {
        let mut flood = flood();
        Box::new(move |src, message| {
            if message["type"] == on { vec![(dest.replace("SRC", src), body.clone())] } else { flood(src, message) }
        })
    };
    let fault_of = |node: Node| {
        let options = Options { nodes: Options::numbered_nodes(3), ..challenge(Topology::Grid) };
        let (run, end) = run(&options, vec![flood(), node, flood()]);
        let fault = run.fault.expect("a fault");
        assert_eq!((fault.node, fault.name.as_str()), (1, "n1"));
        (fault.kind, end)
    };
    let silent: Node = Box::new(|_, _| Vec::new());
    let (kind, end) = fault_of(silent);
    assert_eq!(
        (kind, end),
        (FaultKind::SetupTimeout { request: "init", seconds: 10 }, Time::ZERO + Duration::from_secs(10))
    );
    let wrong = breaking("init", "SRC", json!({ "type": "hello", "in_reply_to": 1 }));
    assert!(matches!(fault_of(wrong).0, FaultKind::SetupRefused { request: "init", .. }));
    let refused =
        breaking("topology", "SRC", json!({ "type": "error", "code": 10, "text": "what?", "in_reply_to": 1 }));
    assert!(
        matches!(fault_of(refused).0, FaultKind::SetupRefused { request: "topology", problem } if problem.contains("what?"))
    );
    let stranger = breaking("read", "n99", json!({ "type": "x" }));
    assert!(matches!(fault_of(stranger).0, FaultKind::BadLine { .. }));
    let nobody = breaking("read", "c9999", json!({ "type": "x" }));
    assert_eq!(fault_of(nobody).0, FaultKind::Stranger("c9999".into()));
}

#[test]
fn services_have_latency_both_ways_and_count_as_servers() {
    let mut flood = flood();
    let written: Rc<RefCell<Vec<Json>>> = Rc::default();
    let answers = Rc::clone(&written);
    let node: Node = Box::new(move |src, body| {
        if src == "lin-kv" {
            answers.borrow_mut().push(body.clone());
            return Vec::new();
        }
        let mut out = flood(src, body);
        if body["type"] == "broadcast" {
            let write = json!({ "type": "write", "key": body["message"], "value": 1, "msg_id": body["message"] });
            out.push(("lin-kv".to_owned(), write));
        }
        out
    });
    let options =
        Options { nodes: Options::numbered_nodes(1), time_limit: Duration::from_secs(2), ..challenge(Topology::Grid) };
    let (run, _) = run(&options, vec![node]);
    let broadcasts = run.history.broadcast_invocations();
    assert_eq!(run.fault, None);
    assert_eq!(run.journal.servers.sent, 2 * broadcasts);
    assert_eq!(written.borrow().len() as u64, broadcasts);
    assert_eq!(written.borrow()[0], json!({ "type": "write_ok", "in_reply_to": 0 }));
}

#[test]
fn second_answers_are_counted_and_harmless() {
    let mut once = flood();
    let twice: Node = Box::new(move |src, body| {
        let replies = once(src, body);
        replies.iter().chain(&replies).cloned().collect()
    });
    let options = Options {
        nodes: Options::numbered_nodes(1),
        rate: 10.0,
        time_limit: Duration::from_secs(2),
        ..Options::default()
    };
    let (run, _) = run(&options, vec![twice]);
    assert_eq!(run.fault, None);
    assert!(run.unclaimed_replies > 10);
    assert!(run.history.pairs().iter().all(|&(_, completion)| run.history.ops()[completion].kind == OpKind::Ok));
}
