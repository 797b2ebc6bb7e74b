//! The engine, the generator, the checkers and our node together, held against what real Maelstrom measured
//! (`tests/results`). Under the virtual clock, so that the same seeds give the same figures on every machine; the embedded
//! backend drives the same engine under the wall clock.

use engine::checker::quantiles::Quantiles;
use engine::checker::strict;
use engine::history::{F, OpKind, Process};
use engine::results::{WorkloadResults, judge};
use engine::{Distribution, Latency, Options, ProcessDelay, Run, Topology, simulate};
use node::{Broadcaster, Config};
use protocol::Duration;
use serde_json::Value as Json;

/// The engine's tests have it too.
#[path = "../../engine/tests/whole/flood.rs"]
mod flood;

use flood::Flood;

/// The challenge's command: 25 nodes, 20 s, 100 operations a second, 100 ms.
fn challenge(seed: u64) -> Options {
    Options {
        nodes: Options::numbered_nodes(25),
        time_limit: Duration::from_secs(20),
        rate: 100.0,
        latency: Latency { mean_ms: 100, distribution: Distribution::Constant },
        process_delay: ProcessDelay::MAELSTROM,
        seed,
        ..Options::default()
    }
}

/// Figures of one run that the recordings have too.
struct Measured {
    msgs_per_broadcast: f64,
    stable: Quantiles<f64>,
    client: Quantiles<f64>,
}

fn measure(options: &Options, run: &Run) -> Measured {
    let results = judge(&run.history, &run.journal, options);
    let strict = strict::check(&run.history, Some(&run.journal), options, None);
    let WorkloadResults::Broadcast(set_full) = results.workload else { panic!("a broadcast test") };
    assert_eq!((set_full.lost.len(), strict.missing.len()), (0, 0));
    Measured {
        msgs_per_broadcast: strict.msgs_per_broadcast.unwrap(),
        stable: set_full.stable_latencies.unwrap().map(|millis| millis as f64),
        client: strict.client_latencies.all.unwrap(),
    }
}

fn mean(measured: &[Measured], figure: impl Fn(&Measured) -> f64) -> f64 {
    measured.iter().map(figure).sum::<f64>() / measured.len() as f64
}

fn tutorial(options: &Options) -> Run {
    let config = Config::named(&["topology-n12-tree", "relay-to-master"]).unwrap();
    simulate(options.clone(), |_| Broadcaster::new(config))
}

fn flooded(options: &Options) -> Run {
    simulate(options.clone(), |_| Flood::default())
}

fn recorded(file: &str) -> Json {
    let path = format!("{}/tests/results/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// 25 messages for a broadcast, 24 if it comes from a client of the master's own, each with its acknowledgement.
#[test]
fn the_tutorials_node_costs_what_its_closed_form_says() {
    for seed in 0..4 {
        let options = challenge(seed);
        let run = tutorial(&options);
        let (mut all, mut at_master) = (0, 0);
        for op in run.history.ops() {
            if let (OpKind::Invoke, F::Broadcast(_), Process::Client(process)) = (op.kind, &op.f, op.process) {
                all += 1;
                at_master += u64::from(process % 25 == 12);
            }
        }
        assert_eq!(run.journal.servers.sent, 2 * (25 * all - at_master));
    }
}

/// The challenge's bounds: 3 % of the recorded mean for the median and the 95th percentile, 5 ms for clients.
#[test]
fn the_tutorials_node_is_as_fast_as_under_the_real_program() {
    let real = &recorded("clean-means.json")["tutorial-3d"]["figures"];
    let real = |figure: &str| real[figure]["mean"].as_f64().unwrap();
    let ours: Vec<Measured> = (0..12).map(challenge).map(|options| measure(&options, &tutorial(&options))).collect();
    let within = |name: &str, ours: f64, bound: f64| {
        assert!((ours - real(name)).abs() <= bound, "{name}: ours {ours:.2}, real {:.2}, bound {bound:.2}", real(name));
    };
    let share = |name: &str, percent: f64| real(name) * percent / 100.0;
    within("msgs per broadcast", mean(&ours, |one| one.msgs_per_broadcast), share("msgs per broadcast", 0.5));
    within("stable-latency 0.5 (ms)", mean(&ours, |one| one.stable.median), share("stable-latency 0.5 (ms)", 3.0));
    within("stable-latency 0.95 (ms)", mean(&ours, |one| one.stable.p95), share("stable-latency 0.95 (ms)", 3.0));
    within("stable-latency 0.99 (ms)", mean(&ours, |one| one.stable.p99), share("stable-latency 0.99 (ms)", 3.0));
    within("client latency p50 (ms)", mean(&ours, |one| one.client.median), 2.0);
    within("client latency p95 (ms)", mean(&ours, |one| one.client.p95), 5.0);
    within("client latency p99 (ms)", mean(&ours, |one| one.client.p99), 5.0);
    for one in &ours {
        within("client latency p50 (ms)", one.client.median, 5.0);
        within("stable-latency 0.5 (ms)", one.stable.median, share("stable-latency 0.5 (ms)", 3.0));
        within("stable-latency 0.95 (ms)", one.stable.p95, share("stable-latency 0.95 (ms)", 3.0));
    }
}

/// Somebody else's protocol, so that nothing here is fitted to our own node: Maelstrom's example, a flood without
/// acknowledgements. One recording each, so the bounds are those of single runs.
#[test]
fn floods_are_as_fast_and_cost_as_much_as_under_the_real_program() {
    let table = recorded("table.json");
    for (name, topology) in [
        ("flood-grid25-lat100", Topology::Grid),
        ("flood-line25-lat100", Topology::Line),
        ("flood-tree2-25-lat100", Topology::Tree2),
        ("flood-tree4-25-lat100", Topology::Tree4),
    ] {
        let ours: Vec<Measured> = (0..4)
            .map(|seed| Options { topology: topology.clone(), ..challenge(seed) })
            .map(|options| measure(&options, &flooded(&options)))
            .collect();
        let real = &table[name];
        let number = |path: &str| real.pointer(path).and_then(Json::as_f64).unwrap();
        for one in &ours {
            assert!((one.msgs_per_broadcast - number("/msgs-per-broadcast")).abs() < 1e-9, "{name}");
        }
        for (what, ours, real, bound) in [
            ("median", mean(&ours, |one| one.stable.median), number("/stable-latencies/1"), 14.0),
            (
                "p95",
                mean(&ours, |one| one.stable.p95),
                number("/stable-latencies/2"),
                0.03 * number("/stable-latencies/2"),
            ),
            (
                "max",
                mean(&ours, |one| one.stable.max),
                number("/stable-latencies/4"),
                0.04 * number("/stable-latencies/4"),
            ),
            ("client median", mean(&ours, |one| one.client.median), number("/client-latencies/0"), 5.0),
        ] {
            assert!((ours - real).abs() <= bound, "{name} {what}: ours {ours:.1}, real {real:.1}, bound {bound:.1}");
        }
    }
}

/// At 10 ms over 24 hops a tenth of a hop is seen. A receiver that held a message for the whole latency, where Maelstrom's
/// rounds what is left of it down, would be 15 ms late at the median.
#[test]
fn a_short_latency_is_not_lengthened_hop_by_hop() {
    let table = recorded("table.json");
    let real = |place: &str| table.pointer(&format!("/g-doc-line25-lat10/{place}")).and_then(Json::as_f64).unwrap();
    let latency = Latency { mean_ms: 10, distribution: Distribution::Constant };
    let line = (0..4).map(|seed| Options { topology: Topology::Line, latency, ..challenge(seed) });
    let ours: Vec<Measured> = line.map(|options| measure(&options, &flooded(&options))).collect();
    for (what, ours, real, bound) in [
        ("median", mean(&ours, |one| one.stable.median), real("stable-latencies/1"), 10.0),
        ("p95", mean(&ours, |one| one.stable.p95), real("stable-latencies/2"), 10.0),
        ("client median", mean(&ours, |one| one.client.median), real("client-latencies/0"), 1.0),
    ] {
        assert!((ours - real).abs() <= bound, "{what}: ours {ours:.1}, real {real:.1}, bound {bound:.1}");
    }
}

/// What the engine must have for these tests to pass: without head-of-line blocking, or with free processing, they do not.
/// Free processing is tried here, the other among the controls of `harness fidelity`.
#[test]
fn without_process_delay_clients_fall_into_step_with_the_network() {
    let spread = |process_delay| {
        let medians = (0..12).map(|seed| {
            let options = Options { process_delay, ..challenge(seed) };
            measure(&options, &tutorial(&options)).client.median
        });
        let medians: Vec<f64> = medians.collect();
        medians.iter().copied().fold(f64::MIN, f64::max) - medians.iter().copied().fold(f64::MAX, f64::min)
    };
    let (free, real) = (spread(ProcessDelay::NONE), spread(ProcessDelay::MAELSTROM));
    assert!(
        free > 1.5 * real,
        "client medians spread over {free:.1} ms when processing is free, {real:.1} ms otherwise"
    );
}
