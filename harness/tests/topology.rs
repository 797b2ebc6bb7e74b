//! What `harness topology` predicts is what the node does: messages and times of every topology, held against runs under the
//! virtual clock, broadcast by broadcast.

use engine::history::{F, OpKind};
use engine::{Distribution, Holding, Latency, Options, ProcessDelay, Rules, Run, Taking, simulate};
use harness::topology::Graph;
use harness::topology::spread::{Relay, Spread};
use node::topology::Topology;
use node::{Broadcaster, Config};
use protocol::Duration;

/// The challenge, shortened, on a network in which a hop takes its latency and nothing else.
fn options(nodes: u32) -> Options {
    Options {
        nodes: Options::numbered_nodes(nodes),
        rate: 20.0,
        time_limit: Duration::from_secs(10),
        latency: Latency { mean_ms: 100, distribution: Distribution::Constant },
        process_delay: ProcessDelay::NONE,
        rules: Rules { taking: Taking::WhenDue, holding: Holding::Exact },
        ..Options::default()
    }
}

/// The nodes at which values began, in the values' order.
fn origins(run: &Run, options: &Options) -> Vec<u32> {
    let node = |process: engine::history::Process| process.node(options).and_then(|node| u32::try_from(node).ok());
    let broadcasts = run.history.ops().iter().filter(|op| op.kind == OpKind::Invoke);
    broadcasts.filter(|op| matches!(op.f, F::Broadcast(_))).filter_map(|op| node(op.process)).collect()
}

/// Fans of five, round and round, and one edge back: whatever is drawn and can be reached from everywhere.
#[test]
fn what_is_drawn_costs_and_takes_what_is_predicted() {
    let fans = (0..25).map(|node: u32| match (node / 5 * 5 + 2, node) {
        (_, 12) => vec![2, 7, 10, 11, 13, 14, 17, 22],
        (middle, node) if node == middle => {
            (middle - 2..middle + 3).filter(|&other| other != middle).chain([12]).collect()
        }
        (middle, _) => vec![middle],
    });
    let round = |back: u32| {
        move |node: u32| {
            let next = (node + 1) % 25;
            if node == back { vec![next, (node + 20) % 25] } else { vec![next] }
        }
    };
    for lists in [fans.collect::<Vec<_>>(), (0..25).map(round(99)).collect(), (0..25).map(round(7)).collect()] {
        let name = |node: &u32| format!("n{node}");
        let neighbours =
            (0..).zip(&lists).map(|(node, around)| (name(&node), around.iter().map(name).collect())).collect();
        let custom = engine::Custom { name: "mine".into(), neighbours };
        let options = Options { topology: engine::Topology::Custom(custom.clone()), ..options(25) };
        let graph = Graph::drawn(&custom, &options.nodes, None).unwrap();
        let config = Config::named(&["topology-offered"]).unwrap();
        holds(&options, config, &graph, Relay::Off);
    }
}

#[test]
fn every_topology_costs_and_takes_what_is_predicted() {
    for nodes in [25, 11] {
        let options = options(nodes);
        for topology in Topology::ALL {
            for relay in [Relay::Off, Relay::On] {
                let features: &[&str] = match relay {
                    Relay::Off => &[topology.feature()],
                    Relay::On => &[topology.feature(), "relay-to-master"],
                };
                // Some features contradict each other.
                let Ok(config) = Config::named(features) else { continue };
                let graph = Graph::named(topology.feature(), nodes, None).unwrap();
                holds(&options, config, &graph, relay);
            }
        }
    }
}

/// Whether a simulated run is, value by value, what is predicted for the graph.
fn holds(options: &Options, config: Config, graph: &Graph, relay: Relay) {
    let run = simulate(options.clone(), |_| Broadcaster::new(config));
    let spreads: Vec<Spread> =
        origins(&run, options).into_iter().map(|origin| Spread::of(graph, origin, relay)).collect();
    assert!(spreads.len() > 50, "{} broadcasts", spreads.len());
    let predicted: u64 = spreads.iter().map(|spread| spread.messages).sum();
    assert_eq!(run.journal.servers.sent, 2 * predicted, "{config}: each with its acknowledgement");
    let time = |spread: &Spread| Some(Duration::from_millis(u64::from(spread.until_all()?) * 100));
    assert_eq!(run.spans, spreads.iter().map(time).collect::<Vec<_>>(), "{config}");
}
