//! Each of the network's rules, on messages that are words.

use super::*;
use crate::{Distribution, ProcessDelay};

const CLIENT: Address = Address::client(9);

fn three_nodes(mean_ms: u64, distribution: Distribution) -> Options {
    Options {
        nodes: Options::numbered_nodes(3),
        latency: Latency { mean_ms, distribution },
        process_delay: ProcessDelay::NONE,
        ..Options::default()
    }
}

fn network(mean_ms: u64, distribution: Distribution) -> Network<&'static str> {
    Network::new(&three_nodes(mean_ms, distribution), 0, Unwatched)
}

fn constant() -> Network<&'static str> {
    network(100, Distribution::Constant)
}

fn at(micros: u64) -> Time {
    Time::ZERO + Duration::from_micros(micros)
}

fn send(network: &mut Network<&'static str>, now: Time, id: u64, src: Address, receiver: u32, mut body: &'static str) {
    network.send(now, id, src, receiver, src.is_client(), &mut body);
}

/// Runs the network dry and tells when what arrived, in microseconds.
fn arrivals(network: &mut Network<&'static str>) -> Vec<(u64, &'static str)> {
    let mut arrivals = Vec::new();
    while network.next_end() != Time::MAX {
        let now = network.next_end();
        while let Some(released) = network.release(now) {
            arrivals.push((now.as_nanos() / 1_000, network.messages.at(released.message).body));
        }
    }
    arrivals
}

#[test]
fn a_client_waits_behind_a_held_message() {
    let mut network = constant();
    send(&mut network, at(0), 0, Address::node(1), 0, "gossip");
    send(&mut network, at(5_000), 1, CLIENT, 0, "request");
    assert_eq!(arrivals(&mut network), [(99_000, "gossip"), (99_000, "request")]);
}

#[test]
fn a_client_does_not_wait_at_an_idle_node_nor_behind_what_is_only_queued() {
    let mut network = constant();
    send(&mut network, at(0), 0, CLIENT, 0, "idle");
    assert_eq!(arrivals(&mut network), [(0, "idle")]);
    send(&mut network, at(0), 1, Address::node(1), 0, "held");
    send(&mut network, at(90_000), 2, Address::node(1), 0, "queued");
    send(&mut network, at(95_000), 3, CLIENT, 0, "request");
    assert_eq!(arrivals(&mut network), [(99_000, "held"), (99_000, "request"), (189_000, "queued")]);
}

#[test]
fn holds_are_whole_milliseconds_and_never_the_whole_latency() {
    let mut network = constant();
    send(&mut network, at(0), 0, Address::node(1), 0, "first");
    send(&mut network, at(40_300), 1, Address::node(2), 0, "second");
    // Taken at 99.0 ms with 41.3 ms to go: held for 41.
    assert_eq!(arrivals(&mut network), [(99_000, "first"), (140_000, "second")]);
    // Less than a millisecond to go is nothing at all.
    send(&mut network, at(200_000), 2, Address::node(1), 0, "third");
    send(&mut network, at(200_000), 3, Address::node(2), 0, "beside it");
    send(&mut network, at(200_900), 4, Address::node(2), 0, "behind it");
    assert_eq!(arrivals(&mut network), [(299_000, "third"), (299_000, "beside it"), (300_000, "behind it")]);
}

/// What rules 3 and 5 do, seen by leaving them out.
#[test]
fn without_a_rule_nobody_blocks_and_a_hold_is_the_whole_latency() {
    let sent = |rules| {
        let mut network = Network::new(&Options { rules, ..three_nodes(100, Distribution::Constant) }, 0, Unwatched);
        send(&mut network, at(0), 0, Address::node(1), 0, "gossip");
        send(&mut network, at(5_300), 1, CLIENT, 0, "request");
        send(&mut network, at(40_300), 2, Address::node(2), 0, "gossip too");
        arrivals(&mut network)
    };
    let alone = Rules { taking: Taking::WhenDue, ..Rules::default() };
    assert_eq!(sent(alone), [(5_300, "request"), (99_000, "gossip"), (139_300, "gossip too")]);
    let exact = Rules { holding: Holding::Exact, ..Rules::default() };
    assert_eq!(sent(exact), [(100_000, "gossip"), (100_000, "request"), (140_300, "gossip too")]);
}

#[test]
fn a_partition_is_tested_when_a_message_is_taken() {
    let mut network = constant();
    let cut = || Some(Cut::groups(vec![0, 1, 1]));
    send(&mut network, at(0), 0, Address::node(1), 0, "held before the cut");
    send(&mut network, at(1_000), 1, Address::node(1), 0, "taken during the cut");
    send(&mut network, at(2_000), 2, Address::node(2), 1, "same side");
    network.set_cut(Nemesis::Partition, cut());
    send(&mut network, at(3_000), 3, CLIENT, 2, "clients are never cut off");
    let mut release = || {
        let message = network.release(at(100_000)).expect("a message").message;
        network.messages.at(message).body
    };
    assert_eq!((release(), release()), ("clients are never cut off", "held before the cut"));
    network.set_cut(Nemesis::Partition, None);
    assert_eq!(arrivals(&mut network), [(101_000, "same side")]);

    network.set_cut(Nemesis::Partition, cut());
    send(&mut network, at(200_000), 4, Address::node(1), 0, "taken at once, during the cut");
    network.set_cut(Nemesis::Partition, None);
    assert_eq!(arrivals(&mut network), [], "healing before the deadline does not bring it back");
}

#[test]
fn late_drivers_are_told_when_a_message_was_due() {
    let mut network = constant();
    send(&mut network, at(0), 0, Address::node(1), 0, "gossip");
    assert!(network.release(at(98_999)).is_none());
    assert_eq!(network.release(at(103_000)).expect("due").due, at(99_000));
}

#[test]
fn draws_are_whole_milliseconds_of_the_right_mean() {
    for (distribution, low, high) in [
        (Distribution::Constant, 100.0, 100.0),
        (Distribution::Uniform, 98.0, 101.0),
        (Distribution::Exponential, 96.0, 102.0),
    ] {
        let mut network = network(100, distribution);
        let draws: Vec<Duration> = (0..20_000).map(|_| network.draw_latency()).collect();
        assert!(draws.iter().all(|draw| draw.as_nanos() % 1_000_000 == 0));
        let mean = draws.iter().map(|draw| draw.as_millis_f64()).sum::<f64>() / draws.len() as f64;
        assert!((low..=high).contains(&mean), "{distribution:?}: {mean}");
        assert!(distribution != Distribution::Uniform || draws.iter().all(|draw| draw.as_millis() < 200));
    }
}

#[test]
fn the_way_into_a_node_delays_without_blocking_and_without_overtaking() {
    let mut network = constant();
    let delay = |mean_us| ProcessDelay { mean_us, distribution: Distribution::Constant };
    network.passage.set_delay(delay(500));
    send(&mut network, at(0), 0, CLIENT, 0, "first");
    assert!(network.release(at(0)).is_none(), "it is on its way");
    network.passage.set_delay(delay(100));
    send(&mut network, at(100), 1, CLIENT, 0, "second");
    assert_eq!(arrivals(&mut network), [(500, "first"), (500, "second")]);
    send(&mut network, at(600), 2, CLIENT, 0, "third");
    assert_eq!(arrivals(&mut network), [(700, "third")]);
}

#[test]
fn a_node_can_have_a_delay_of_its_own() {
    let own = [("n1".to_owned(), 700), ("stranger".to_owned(), 9)].into();
    let options = Options {
        process_delay: ProcessDelay { mean_us: 100, distribution: Distribution::Constant },
        process_delay_of: own,
        ..three_nodes(100, Distribution::Constant)
    };
    let mut network = Network::new(&options, 0, Unwatched);
    send(&mut network, at(0), 0, CLIENT, 0, "quick");
    send(&mut network, at(0), 1, CLIENT, 1, "slow");
    assert_eq!(arrivals(&mut network), [(100, "quick"), (700, "slow")]);
}

#[test]
fn a_long_latency_blocks_short_ones_behind_it() {
    let mut network = network(0, Distribution::Constant);
    network.latency = Latency { mean_ms: 300, distribution: Distribution::Constant };
    send(&mut network, at(0), 0, Address::node(1), 0, "long");
    network.latency.mean_ms = 10;
    send(&mut network, at(0), 1, Address::node(1), 0, "short");
    assert_eq!(arrivals(&mut network), [(299_000, "long"), (299_000, "short")]);
}

#[test]
fn one_way_cuts_drop_in_one_direction_beside_a_partition() {
    let mut network = constant();
    network.set_cut(Nemesis::OneWay, Some(Cut::Deaf(vec![true, false, false])));
    network.set_cut(Nemesis::Partition, Some(Cut::groups(vec![0, 0, 1])));
    send(&mut network, at(0), 0, Address::node(1), 0, "to the deaf one");
    send(&mut network, at(0), 1, Address::node(0), 1, "from the deaf one");
    send(&mut network, at(0), 2, Address::node(0), 2, "across the partition");
    send(&mut network, at(0), 3, CLIENT, 0, "a client's");
    assert_eq!(arrivals(&mut network), [(0, "a client's"), (99_000, "from the deaf one")]);
    network.set_cut(Nemesis::Partition, None);
    send(&mut network, at(100_000), 4, Address::node(0), 2, "healed");
    send(&mut network, at(100_000), 5, Address::node(1), 0, "still deaf");
    assert_eq!(arrivals(&mut network), [(199_000, "healed")]);
}

#[test]
fn a_message_is_lost_or_doubled_or_slow_when_it_is_sent() {
    let sent = |nemesis: Nemesis| {
        let mut network = constant();
        network.disturbance.start(nemesis, 0);
        network.send_disturbed(at(0), 7, Address::node(1), 0, &mut "gossip");
        network.disturbance.stop(nemesis);
        arrivals(&mut network)
    };
    assert_eq!(sent(Nemesis::Loss(1000)), []);
    assert_eq!(sent(Nemesis::Duplication(1000)), [(99_000, "gossip"), (99_000, "gossip")]);
    let slow = (0..20).map(|key| {
        let mut network = constant();
        network.disturbance.start(Nemesis::Slow(3), key);
        network.send_disturbed(at(0), 7, Address::node(1), 0, &mut "gossip");
        arrivals(&mut network)[0].0
    });
    assert_eq!(slow.collect::<std::collections::BTreeSet<u64>>(), [99_000, 299_000].into());
}

#[test]
fn a_stopped_node_takes_everything_when_it_goes_on() {
    let mut network = constant();
    send(&mut network, at(0), 0, Address::node(1), 0, "held");
    assert!(network.pause(0) && !network.pause(0) && !network.kill(0));
    send(&mut network, at(1_000), 1, CLIENT, 0, "request");
    send(&mut network, at(2_000), 2, Address::node(1), 0, "queued");
    send(&mut network, at(2_000), 3, Address::node(1), 2, "to another");
    assert_eq!(arrivals(&mut network), [(101_000, "to another")]);
    network.resume(at(500_000), 0);
    assert_eq!(arrivals(&mut network), [(500_000, "held"), (500_000, "request"), (500_000, "queued")]);
    send(&mut network, at(600_000), 4, CLIENT, 0, "later");
    assert_eq!(arrivals(&mut network), [(600_000, "later")]);
}

#[test]
fn what_reaches_a_dead_node_is_lost_and_what_is_under_way_is_not() {
    let mut network = constant();
    send(&mut network, at(0), 0, Address::node(1), 0, "arrives too early");
    send(&mut network, at(60_000), 1, Address::node(1), 0, "arrives in time");
    assert!(network.kill(0) && network.is_dead(0) && !network.pause(0));
    assert!(network.release(at(100_000)).is_none());
    network.revive(0);
    assert_eq!(arrivals(&mut network), [(159_000, "arrives in time")]);
}
