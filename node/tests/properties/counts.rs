//! How many messages a broadcast costs on a network that loses nothing: the table in the crate's documentation.

use node::topology::Topology;
use node::{Config, Sender};
use protocol::{Duration, Time, Value};

use crate::network::{Fate, Network, Rule, Tally};
use crate::{BATCHED, SINGLE, at, config};

/// One broadcast into a quiet cluster of 25, with hops that take so long: the messages that carry the value.
fn cost(features: &[&str], node: u32, hop: Duration) -> usize {
    cost_of(Config::named(features).unwrap(), node, hop)
}

fn cost_of(config: Config, node: u32, hop: Duration) -> usize {
    let mut network = Network::new(config, 25, Box::new(move |_, _, _| Fate::Once(hop)));
    network.broadcast(Time::ZERO, node, 7);
    assert!(network.run_until(at(60_000)));
    assert!((0..25).all(|node| network.read(node) == [7]), "{config}");
    let Tally { values, acknowledgements, .. } = network.tally();
    assert_eq!(acknowledgements, values, "{config}: each with its acknowledgement");
    values
}

/// The cost of a broadcast at each node.
fn costs(features: &[&str]) -> Vec<usize> {
    (0..25).map(|node| cost(features, node, Duration::from_millis(100))).collect()
}

/// `most` everywhere but at these nodes, where it is `least`.
fn all_but(most: usize, least: usize, nodes: &[usize]) -> Vec<usize> {
    (0..25).map(|node| if nodes.contains(&node) { least } else { most }).collect()
}

#[test]
fn trees() {
    for topology in Topology::ALL.into_iter().filter(|topology| ![Topology::Direct, Topology::Grid].contains(topology))
    {
        assert_eq!(costs(&[topology.feature(), "relay-to-master"]), all_but(25, 24, &[12]), "{topology}");
        assert_eq!(costs(&[topology.feature()]), [24; 25], "{topology}");
    }
}

#[test]
fn direct() {
    assert_eq!(costs(&["topology-direct"]), [24; 25]);
}

#[test]
fn grid() {
    assert_eq!(costs(&["topology-grid", "relay-to-master"]), all_but(81, 80, &[7, 11, 12, 13, 17]));
    assert_eq!(costs(&["topology-grid"]), [56; 25]);
}

/// Sparing whom a value came from saves one message at every node but the first: a grid of 40 edges carries it both ways.
#[test]
fn what_sparing_the_sender_saves() {
    let told = Config { sender: Sender::Told, ..Config::named(&["topology-grid"]).unwrap() };
    assert!((0..25).all(|node| cost_of(told, node, Duration::from_millis(100)) == 56 + 24));
}

/// Broadcasts over 20 s, then rest. How many messages carried a value, and how many would have without repeats.
fn load(features: &[&str], mut delay: impl FnMut() -> Duration, values: Value) -> (usize, usize) {
    let config = Config::named(features).unwrap();
    let once: usize = (0..25).map(|node| cost(features, node, Duration::from_millis(100))).sum();
    let mut network = Network::new(config, 25, Box::new(move |_, _, _| Fate::Once(delay())));
    for value in 0..values * 25 {
        let start = 20_000 * value.unsigned_abs() / (values * 25).unsigned_abs();
        network.broadcast(at(start), u32::try_from(value * 7 % 25).unwrap(), value);
    }
    assert!(network.run_until(at(200_000)));
    assert!((0..25).all(|node| network.read(node).len() == usize::try_from(values * 25).unwrap()));
    (network.tally().values, once * usize::try_from(values).unwrap())
}

#[test]
fn a_healthy_network_sees_no_repeats() {
    for features in SINGLE {
        for millis in [0, 1, 10, 100, 500, 1_000, 1_250, 1_490] {
            let (sent, needed) = load(features, || Duration::from_millis(millis), 2);
            assert_eq!(sent, needed, "{features:?} with hops of {millis} ms");
        }
    }
}

#[test]
fn a_hop_of_two_seconds_is_learnt_from_the_first_messages_of_a_link() {
    for features in SINGLE {
        let (few, needed) = load(features, || Duration::from_secs(2), 2);
        let (many, needed_for_many) = load(features, || Duration::from_secs(2), 20);
        assert_ne!(few, needed, "the start at 1 s cannot know: some are repeated, and others go together");
        // Whatever is repeated is repeated before a link has measured once: in the first few seconds of the twenty.
        let learning = needed_for_many / 4;
        assert!(many.saturating_sub(needed_for_many) <= learning, "{features:?}: {many} instead of {needed_for_many}");
    }
}

/// Numbers between 0 and 1 without end, the same in every run.
fn uniform() -> impl FnMut() -> f64 {
    let mut state: u64 = 7;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    }
}

fn seconds(seconds: f64) -> Duration {
    std::time::Duration::from_secs_f64(seconds).into()
}

#[test]
fn uniform_hops_around_100_ms_see_no_repeats() {
    let mut random = uniform();
    let delay = || seconds(random() * 0.2);
    let (sent, needed) = load(SINGLE[5], delay, 40);
    assert_eq!(sent, needed);
}

#[test]
fn exponential_hops_around_100_ms_see_hardly_any() {
    let mut random = uniform();
    let delay = || seconds(-(1.0 - random()).ln() * 0.1);
    let (sent, needed) = load(SINGLE[5], delay, 40);
    // One round trip in 2 000 takes more than a second.
    assert!(sent - needed <= needed / 500, "{sent} instead of {needed}");
}

/// A hundred broadcasts in ten seconds at all nodes, then rest.
fn healthy(mut network: Network<'_>) -> Network<'_> {
    for value in 0..100 {
        network.broadcast(at(100 * value), u32::try_from(value * 7 % 25).unwrap(), value.try_into().unwrap());
    }
    assert!(network.run_until(at(60_000)));
    assert!((0..25).all(|node| network.read(node).len() == 100));
    network
}

/// Hops of 100 ms.
fn steady<'a>() -> Rule<'a> {
    Box::new(|_, _, _| Fate::Once(Duration::from_millis(100)))
}

/// Every message of a run in which nothing fails, at its time and to the last number in it, is sent as well by nodes that never
/// ask what they have lost. A dynamic master is watched by asking it, which nodes made without `init` do not.
#[test]
fn on_a_healthy_run_recovery_costs_nothing() {
    let fixed = |features: &&&[&str]| !features.contains(&"master-dynamic");
    for features in SINGLE.iter().chain(&BATCHED).filter(fixed) {
        let config = config(features);
        let with = healthy(Network::new(config, 25, steady()).recorded());
        let without = healthy(Network::without_recovery(config, 25, steady()).recorded());
        assert_eq!(with.tally().memories, 0, "{config}");
        assert!(!with.sent().is_empty() && with.sent() == without.sent(), "{config}");
    }
}

/// A node that is started again when all is quiet asks whoever may hold what it held, once, and is told; nothing else is sent, and all is
/// there again. That is two messages for each neighbour and for the master; whom everybody hands values to asks everybody.
#[test]
fn a_restarted_node_costs_two_messages_for_each_node_that_it_asks() {
    for (features, node, messages) in [
        (&["topology-star"][..], 3, 2),
        (&["topology-star"], 12, 2 * 24),
        (&["topology-n12-tree", "relay-to-master"], 20, 2 * 2),
        (&["topology-n12-tree", "relay-to-master"], 12, 2 * 24),
        (&["topology-grid"], 6, 2 * 4),
        (&["topology-grid", "relay-to-master"], 6, 2 * 5),
        (&["topology-direct", "acks-piggyback"], 6, 2 * 24),
        (&["topology-star", "aligned", "acks-piggyback", "--batch-window-down=500ms"], 3, 2),
    ] {
        let config = config(features);
        let mut network = healthy(Network::new(config, 25, steady()));
        let before = network.tally();
        network.restart(at(61_000), node);
        assert!(network.run_until(at(120_000)), "{config}");
        assert_eq!(network.read(node).len(), 100, "{config}: all is there again");
        assert_eq!(network.tally(), Tally { memories: messages, ..before }, "{config}, n{node}");
    }
}
