//! The network between nodes: Maelstrom's rules, one by one (semantics, section 3; Maelstrom's `net` and `process`).
//!
//! 1. **Latency** ([`Network::draw_latency`], 3.3). A message that involves a client takes no time. Any other gets one draw,
//!    in whole milliseconds: constant, uniform or exponential. Nothing else delays a message on purpose.
//! 2. **One queue per receiver**, ordered by deadline (3.4). Equal deadlines keep the order of sending; Maelstrom has no
//!    rule there.
//! 3. **Head-of-line blocking** ([`Network::take_next`], 3.4). A receiver takes the message with the smallest deadline *even
//!    if it is not due*, and holds it until it is. Whatever arrives meanwhile waits, a client's request too, although that
//!    takes no time itself. This is why clients of a busy cluster at 100 ms wait for tens of milliseconds.
//! 4. **Partitions are tested when a message is taken** (3.4, 3.5): not when it is sent, and not when it is due. A message
//!    already held when the network is cut still arrives; one taken during the cut is lost, though the network may be
//!    healed before its deadline. Only nodes are ever cut off, and only from nodes.
//! 5. **A hold is whole milliseconds, rounded down** (3.4): a message may arrive up to one millisecond before its deadline.
//!    The receiver looks at its clock after the deadline was set, so what is left of the latency is never all of it: an
//!    idle receiver holds a message of 100 ms for 99.
//! 6. **Loss**: none. Maelstrom has the parameter and nothing that sets it (3.2).
//!
//! 7. **The way into a node takes time** ([`ProcessDelay`]): the one thing here that is measured and not read in Maelstrom's
//!    source. Behind the hold, a message passes into the node for a drawn span; the receiver takes the next one meanwhile,
//!    and messages do not overtake each other.
//! 8. **Services** have queues like nodes, with latency both ways (3.6). They are never cut off.
//!
//! Absent: clocks; clients' queues, which hold nothing back ([`crate::client`]); the journal's counts, which the world
//! keeps.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

use protocol::{Address, Duration, Time};

use crate::nemesis::Cut;
use crate::random::Random;
use crate::{Distribution, Latency, Options, ProcessDelay};

/// Messages under way to nodes.
#[derive(Debug)]
pub(crate) struct Network<P> {
    latency: Latency,
    latencies: Random,
    process_delay: ProcessDelay,
    process_delays: Random,
    nodes: usize,
    /// The nodes' queues, then the services'.
    inboxes: Vec<Inbox<P>>,
    /// When which queue's message has come to the end of which stage.
    ends: BinaryHeap<Reverse<(Time, usize, Stage)>>,
    cut: Option<Cut>,
}

/// What is under way to one receiver.
#[derive(Debug)]
struct Inbox<P> {
    queue: BinaryHeap<Reverse<Queued<P>>>,
    held: Option<Queued<P>>,
    /// Messages whose hold is over, on their way into the node.
    passing: VecDeque<Queued<P>>,
    /// When the last of them arrives.
    passed_at: Time,
}

/// Where a message is that has left the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Held,
    Passing,
}

/// One message in a queue.
#[derive(Debug)]
pub(crate) struct Queued<P> {
    deadline: Time,
    /// The network's number of the message.
    pub(crate) id: u64,
    /// Who sent it.
    pub(crate) src: Address,
    /// What it says.
    pub(crate) body: P,
}

/// A message that has come out of a queue.
#[derive(Debug)]
pub(crate) struct Released<P> {
    /// Whose queue: a node's place, or that of a service behind all nodes.
    pub(crate) queue: usize,
    /// When it arrived. A driver that comes later than that is late.
    pub(crate) due: Time,
    /// The message.
    pub(crate) message: Queued<P>,
}

impl<P> Network<P> {
    /// A quiet, whole network of a test's nodes and that many services.
    pub(crate) fn new(options: &Options, services: usize) -> Self {
        let nodes = options.nodes.len();
        let inboxes = (0..nodes + services).map(|_| Inbox::new()).collect();
        Self {
            latency: options.latency,
            latencies: Random::stream(options.seed, "network"),
            process_delay: options.process_delay,
            process_delays: Random::stream(options.seed, "process delay"),
            nodes,
            inboxes,
            ends: BinaryHeap::new(),
            cut: None,
        }
    }

    /// Puts a message into a queue.
    pub(crate) fn send(&mut self, now: Time, id: u64, src: Address, queue: usize, involves_client: bool, body: P) {
        let latency = if involves_client { Duration::ZERO } else { self.draw_latency() };
        self.inboxes[queue].queue.push(Reverse(Queued { deadline: now + latency, id, src, body }));
        if self.inboxes[queue].held.is_none() {
            self.take_next(now, queue);
        }
    }

    /// When the next message comes to the end of a stage.
    pub(crate) fn next_end(&self) -> Option<Time> {
        self.ends.peek().map(|Reverse((end, _, _))| *end)
    }

    /// The next message that has arrived by `now`.
    pub(crate) fn release(&mut self, now: Time) -> Option<Released<P>> {
        while let Some(&Reverse((due, queue, stage))) = self.ends.peek()
            && due <= now
        {
            self.ends.pop();
            let message = match stage {
                Stage::Held => self.let_pass(now, due, queue),
                Stage::Passing => self.inboxes[queue].passing.pop_front(),
            };
            if let Some(message) = message {
                return Some(Released { queue, due, message });
            }
        }
        None
    }

    /// A hold is over: its receiver takes the next message at once. The one it held arrives now, or after its way into the
    /// node.
    fn let_pass(&mut self, now: Time, due: Time, queue: usize) -> Option<Queued<P>> {
        let message = self.inboxes[queue].held.take().expect("a hold has a message");
        self.take_next(now, queue);
        let delay = self.draw_process_delay();
        let inbox = &mut self.inboxes[queue];
        if delay == Duration::ZERO && inbox.passing.is_empty() {
            return Some(message);
        }
        inbox.passed_at = inbox.passed_at.max(due + delay);
        inbox.passing.push_back(message);
        self.ends.push(Reverse((inbox.passed_at, queue, Stage::Passing)));
        None
    }

    /// Cuts the network, or heals it.
    pub(crate) fn set_cut(&mut self, cut: Option<Cut>) {
        self.cut = cut;
    }

    /// Takes the message with the smallest deadline, due or not, and holds it until it is due.
    fn take_next(&mut self, now: Time, queue: usize) {
        let receiver = u32::try_from(queue).ok().filter(|_| queue < self.nodes);
        while let Some(Reverse(message)) = self.inboxes[queue].queue.pop() {
            let is_dropped = match (&self.cut, receiver, message.src.as_node()) {
                (Some(cut), Some(receiver), Some(sender)) => cut.drops(receiver, sender),
                _ => false,
            };
            if !is_dropped {
                let hold = message.deadline.since(now + LOOK).floor_to_millis();
                self.ends.push(Reverse((now + hold, queue, Stage::Held)));
                self.inboxes[queue].held = Some(message);
                return;
            }
        }
    }

    /// One latency, in whole milliseconds.
    fn draw_latency(&mut self) -> Duration {
        let Latency { mean_ms, distribution } = self.latency;
        Duration::from_millis(distribution.draw(mean_ms, &mut self.latencies))
    }

    /// What a message's way into its node takes.
    fn draw_process_delay(&mut self) -> Duration {
        let ProcessDelay { mean_us, distribution } = self.process_delay;
        Duration::from_micros(distribution.draw(mean_us, &mut self.process_delays))
    }
}

/// What passes between a sender's look at the clock and the receiver's: in Maelstrom some microseconds. All that matters is
/// that it is not nothing.
const LOOK: Duration = Duration::from_nanos(1);

impl<P> Inbox<P> {
    const fn new() -> Self {
        Self { queue: BinaryHeap::new(), held: None, passing: VecDeque::new(), passed_at: Time::ZERO }
    }
}

impl Distribution {
    /// One draw, cut to a whole number.
    fn draw(self, mean: u64, random: &mut Random) -> u64 {
        match self {
            Self::Constant => mean,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to whole, never negative")]
            Self::Exponential => random.exponential(mean as f64) as u64,
            Self::Uniform => random.below(2 * mean),
        }
    }
}

impl<P> Queued<P> {
    const fn order(&self) -> (Time, u64) {
        (self.deadline, self.id)
    }
}

impl<P> PartialEq for Queued<P> {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl<P> Eq for Queued<P> {}

impl<P> PartialOrd for Queued<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> Ord for Queued<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Address = Address::client(9);

    fn network(mean_ms: u64, distribution: Distribution) -> Network<&'static str> {
        Network::new(
            &Options {
                nodes: Options::numbered_nodes(3),
                latency: Latency { mean_ms, distribution },
                process_delay: ProcessDelay::NONE,
                ..Options::default()
            },
            0,
        )
    }

    fn constant() -> Network<&'static str> {
        network(100, Distribution::Constant)
    }

    fn at(micros: u64) -> Time {
        Time::ZERO + Duration::from_micros(micros)
    }

    /// Runs the network dry and tells when what arrived, in microseconds.
    fn arrivals(network: &mut Network<&'static str>) -> Vec<(u64, &'static str)> {
        let mut arrivals = Vec::new();
        while let Some(now) = network.next_end() {
            while let Some(released) = network.release(now) {
                arrivals.push((now.as_nanos() / 1_000, released.message.body));
            }
        }
        arrivals
    }

    #[test]
    fn a_client_waits_behind_a_held_message() {
        let mut network = constant();
        network.send(at(0), 0, Address::node(1), 0, false, "gossip");
        network.send(at(5_000), 1, CLIENT, 0, true, "request");
        assert_eq!(arrivals(&mut network), [(99_000, "gossip"), (99_000, "request")]);
    }

    #[test]
    fn a_client_does_not_wait_at_an_idle_node_nor_behind_what_is_only_queued() {
        let mut network = constant();
        network.send(at(0), 0, CLIENT, 0, true, "idle");
        assert_eq!(arrivals(&mut network), [(0, "idle")]);
        network.send(at(0), 1, Address::node(1), 0, false, "held");
        network.send(at(90_000), 2, Address::node(1), 0, false, "queued");
        network.send(at(95_000), 3, CLIENT, 0, true, "request");
        assert_eq!(arrivals(&mut network), [(99_000, "held"), (99_000, "request"), (189_000, "queued")]);
    }

    #[test]
    fn holds_are_whole_milliseconds_and_never_the_whole_latency() {
        let mut network = constant();
        network.send(at(0), 0, Address::node(1), 0, false, "first");
        network.send(at(40_300), 1, Address::node(2), 0, false, "second");
        // Taken at 99.0 ms with 41.3 ms to go: held for 41.
        assert_eq!(arrivals(&mut network), [(99_000, "first"), (140_000, "second")]);
        // Less than a millisecond to go is nothing at all.
        network.send(at(200_000), 2, Address::node(1), 0, false, "third");
        network.send(at(200_000), 3, Address::node(2), 0, false, "beside it");
        network.send(at(200_900), 4, Address::node(2), 0, false, "behind it");
        assert_eq!(arrivals(&mut network), [(299_000, "third"), (299_000, "beside it"), (300_000, "behind it")]);
    }

    #[test]
    fn a_partition_is_tested_when_a_message_is_taken() {
        let mut network = constant();
        let cut = || Some(Cut::groups(vec![0, 1, 1]));
        network.send(at(0), 0, Address::node(1), 0, false, "held before the cut");
        network.send(at(1_000), 1, Address::node(1), 0, false, "taken during the cut");
        network.send(at(2_000), 2, Address::node(2), 1, false, "same side");
        network.set_cut(cut());
        network.send(at(3_000), 3, CLIENT, 2, true, "clients are never cut off");
        let mut release = || network.release(at(100_000)).expect("a message").message.body;
        assert_eq!((release(), release()), ("clients are never cut off", "held before the cut"));
        network.set_cut(None);
        assert_eq!(arrivals(&mut network), [(101_000, "same side")]);

        network.set_cut(cut());
        network.send(at(200_000), 4, Address::node(1), 0, false, "taken at once, during the cut");
        network.set_cut(None);
        assert_eq!(arrivals(&mut network), [], "healing before the deadline does not bring it back");
    }

    #[test]
    fn late_drivers_are_told_when_a_message_was_due() {
        let mut network = constant();
        network.send(at(0), 0, Address::node(1), 0, false, "gossip");
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
        network.process_delay = ProcessDelay { mean_us: 500, distribution: Distribution::Constant };
        network.send(at(0), 0, CLIENT, 0, true, "first");
        assert!(network.release(at(0)).is_none(), "it is on its way");
        network.process_delay.mean_us = 100;
        network.send(at(100), 1, CLIENT, 0, true, "second");
        assert_eq!(arrivals(&mut network), [(500, "first"), (500, "second")]);
        network.send(at(600), 2, CLIENT, 0, true, "third");
        assert_eq!(arrivals(&mut network), [(700, "third")]);
    }

    #[test]
    fn a_long_latency_blocks_short_ones_behind_it() {
        let mut network = network(0, Distribution::Constant);
        network.latency = Latency { mean_ms: 300, distribution: Distribution::Constant };
        network.send(at(0), 0, Address::node(1), 0, false, "long");
        network.latency.mean_ms = 10;
        network.send(at(0), 1, Address::node(1), 0, false, "short");
        assert_eq!(arrivals(&mut network), [(299_000, "long"), (299_000, "short")]);
    }
}
