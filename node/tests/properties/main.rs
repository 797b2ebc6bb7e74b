//! What holds whatever the network does: every value reaches every node, and then there is silence.

use node::Config;
use proptest::collection::vec;
use proptest::prelude::*;
use protocol::{Duration, Time, Value};

use network::{Fate, Network};

mod counts;
mod network;

/// The sets of features whose links carry a message for each value.
const SINGLE: [&[&str]; 11] = [
    &["topology-grid"],
    &["topology-grid", "relay-to-master"],
    &["topology-star"],
    &["topology-star", "relay-to-master"],
    &["topology-n12-tree"],
    &["topology-n12-tree", "relay-to-master"],
    &["topology-direct"],
    &["topology-rows", "relay-to-master"],
    &["topology-tree-2"],
    &["topology-tree-4", "relay-to-master"],
    &["topology-two-hubs"],
];

/// The sets of features and arguments whose links carry many values in a message.
const BATCHED: [&[&str]; 15] = [
    &["topology-star", "--batch-window=200ms"],
    &["topology-star", "relay-to-master", "acks-piggyback", "--batch-window-down=400ms"],
    &["topology-star", "acks-piggyback", "--batch-window-up=100ms", "--batch-window-down=900ms"],
    &["topology-star", "acks-cumulative"],
    &["topology-star", "aligned", "acks-piggyback", "--batch-window-down=500ms"],
    &["topology-direct", "acks-piggyback"],
    &["topology-direct", "acks-cumulative", "--batch-window=1500ms"],
    &["topology-grid", "acks-cumulative", "--batch-window=20ms"],
    &["topology-grid", "relay-to-master", "acks-piggyback"],
    &["topology-n12-tree", "acks-piggyback", "--batch-window=50ms"],
    &["topology-n12-tree", "relay-to-master", "acks-piggyback"],
    &["topology-two-hubs", "relay-to-master", "acks-cumulative", "--batch-window-up=300ms"],
    &["topology-star", "master-dynamic"],
    &["topology-star", "master-dynamic", "relay-to-master", "acks-piggyback", "--batch-window=100ms"],
    &["topology-n12-tree", "master-dynamic", "relay-to-master", "acks-cumulative"],
];

fn config(words: &[&str]) -> Config {
    let (arguments, features): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with("--"));
    Config::named(&features).unwrap().with_arguments(&arguments).unwrap()
}

fn at(millis: u64) -> Time {
    Time::ZERO + Duration::from_millis(millis)
}

/// What happens to a cluster until its network is healed.
#[derive(Clone, Debug)]
struct Schedule {
    features: &'static [&'static str],
    nodes: u32,
    /// When, at which node.
    broadcasts: Vec<(u64, u32)>,
    /// The fates of messages, in turn.
    fates: Vec<Fate>,
    /// From when, to when, which nodes (as bits) cannot reach the rest.
    partitions: Vec<(u64, u64, u16)>,
    /// When, and who is master from then on. Each node hears of it later than the one before.
    masters: Vec<(u64, u32)>,
    /// From when on messages arrive after so long.
    healed: u64,
    hop: u64,
    lag: u64,
}

impl Schedule {
    fn fate(&self, sent: u64, now: Time, source: u32, dest: u32) -> Fate {
        if now >= at(self.healed) {
            return Fate::Once(Duration::from_millis(self.hop));
        }
        let side = |node: u32, nodes: u16| nodes >> (node % 16) & 1;
        let cut = self
            .partitions
            .iter()
            .any(|&(start, end, nodes)| at(start) <= now && now < at(end) && side(source, nodes) != side(dest, nodes));
        if cut { Fate::Lost } else { self.fates[usize::try_from(sent).unwrap() % self.fates.len()] }
    }

    fn network(&self) -> Network<'_> {
        let mut sent = 0;
        let rule = move |now, source, dest| {
            sent += 1;
            self.fate(sent, now, source, dest)
        };
        let config = config(self.features);
        let mut network = Network::new(config, self.nodes, Box::new(rule)).with_lag(Duration::from_millis(self.lag));
        for (value, &(start, node)) in (0..).zip(&self.broadcasts) {
            network.broadcast(at(start), node % self.nodes, value);
        }
        for &(start, master) in &self.masters {
            for node in 0..self.nodes {
                network.follow(at(start + 150 * u64::from(node)), node, master % self.nodes);
            }
        }
        network
    }
}

fn fate() -> impl Strategy<Value = Fate> {
    let delay = || (0_u64..3_000).prop_map(Duration::from_millis);
    prop_oneof![
        4 => delay().prop_map(Fate::Once),
        2 => Just(Fate::Lost),
        1 => (delay(), delay()).prop_map(|(first, second)| Fate::Twice(first, second)),
    ]
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let cluster = (prop::sample::select([&SINGLE[..], &BATCHED[..]].concat()), 1_u32..=12, 0_u64..1_500, 0_u64..200);
    let load = (vec((0_u64..20_000, any::<u32>()), 1..40), vec(fate(), 1..60));
    let partitions = vec((0_u64..20_000, 0_u64..40_000, any::<u16>()), 0..4);
    let masters = vec(any::<u32>(), 0..3);
    (cluster, load, partitions, masters, 0_u64..60_000).prop_map(
        |((features, nodes, hop, lag), (broadcasts, fates), partitions, masters, healed)| {
            // One change of master is over before the next begins: who is told last of two must agree.
            let masters = (1..).map(|k| k * 4_000).zip(masters).collect();
            Schedule { features, nodes, broadcasts, fates, partitions, masters, healed, hop, lag }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_reaches_every_node_and_then_there_is_silence(schedule in schedule()) {
        let mut network = schedule.network();
        prop_assert!(network.run_until(at(schedule.healed + 600_000)), "never comes to rest");
        let all: Vec<Value> = (0..).take(schedule.broadcasts.len()).collect();
        for node in 0..schedule.nodes {
            prop_assert_eq!(&network.read(node), &all, "at n{}", node);
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cut_costs_a_probe_now_and_then_however_much_is_due(
        features in prop::sample::select(&SINGLE[..]),
        values in 1_u64..400,
        cut in 5_000_u64..120_000,
    ) {
        // The upper half of a cluster of 25 is cut off from before the first value on.
        let rule = move |now, source: u32, dest: u32| {
            if now < at(cut) && (source < 12) != (dest < 12) { Fate::Lost } else { Fate::Once(Duration::from_millis(100)) }
        };
        let mut network = Network::new(config(features), 25, Box::new(rule));
        for value in 0..values {
            network.broadcast(at(value * 5), 12, Value::try_from(value).unwrap());
        }
        network.run_until(at(4_000));
        let before = network.tally().values;
        network.run_until(at(cut));
        // At most 12 links lead across, from this side.
        let probes = (network.tally().values - before) as u64;
        prop_assert!(probes <= 12 * (cut / 2_000 + 1), "{probes} messages in {cut} ms");
        network.run_until(at(cut + 4_000));
        for node in 0..25 {
            prop_assert_eq!(network.read(node).len() as u64, values, "at n{} 4 s after", node);
        }
    }
}

/// The upper half of a cluster of 25 is cut off for 20 s, in which 400 values come in on both sides; how many messages then
/// bring them over, and how long it takes until everybody has all.
fn healed(words: &[&str]) -> (usize, u64) {
    let rule = |now, source: u32, dest: u32| {
        if (at(1_000)..at(21_000)).contains(&now) && (source < 12) != (dest < 12) {
            Fate::Lost
        } else {
            Fate::Once(Duration::from_millis(100))
        }
    };
    let mut network = Network::new(config(words), 25, Box::new(rule));
    for value in 0..400 {
        network.broadcast(
            at(1_000 + value * 45),
            u32::try_from(value * 7 % 25).unwrap(),
            Value::try_from(value).unwrap(),
        );
    }
    network.run_until(at(21_000));
    let before = network.tally().values;
    let mut millis = 0;
    while !(0..25).all(|node| network.read(node).len() == 400) {
        millis += 100;
        assert!(millis < 10_000, "{words:?}: not within 10 s");
        network.run_until(at(21_000 + millis));
    }
    (network.tally().values - before, millis)
}

/// `cargo test -p node --test properties backlog -- --nocapture` prints the figures.
#[test]
#[expect(clippy::print_stdout, reason = "figures to be quoted")]
fn a_backlog_goes_out_in_few_messages_when_a_network_is_healed() {
    for words in SINGLE.into_iter().chain(BATCHED) {
        let (messages, millis) = healed(words);
        println!("{messages:>5} messages, {millis:>5} ms  {}", words.join(" "));
        assert!(messages < 700, "{words:?}: {messages} messages");
    }
}
