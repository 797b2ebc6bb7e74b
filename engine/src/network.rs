//! The network between nodes: Maelstrom's rules, one by one (semantics, section 3; Maelstrom's `net` and `process`).
//!
//! 1. **Latency** ([`Network::draw_latency`], 3.3). A message that involves a client takes no time. Any other gets one draw,
//!    in whole milliseconds: constant, uniform or exponential. Nothing else delays a message on purpose.
//! 2. **One queue per receiver** ([`Inbox`]), ordered by deadline (3.4). Equal deadlines keep the order of sending; Maelstrom has no
//!    rule there.
//! 3. **Head-of-line blocking** ([`Network::take`], 3.4). A receiver takes the message with the smallest deadline *even
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
//! 7. **The way into a node takes time** ([`crate::ProcessDelay`]): the one thing here that is measured and not read in Maelstrom's
//!    source. Behind the hold, a message passes into the node for a drawn span; the receiver takes the next one meanwhile,
//!    and messages do not overtake each other.
//! 8. **Services** have queues like nodes, with latency both ways (3.6). They are never cut off.
//!
//! Rules 3 and 5 can be left out ([`Rules`]), so that somebody can show what they are good for.
//!
//! What Maelstrom does not have ([`crate::Nemesis`]), off unless a test asks for it, and between nodes only, as cuts are:
//!
//! 9. **Loss and duplication** are drawn when a message is sent, where Maelstrom has its parameter for loss. Both copies have
//!    the same number and a latency of their own; one was sent, two are received.
//! 10. **Slow links** ([`Disturbance`]): every ordered pair of nodes is a link, and a fifth of them are slow. Head-of-line
//!     blocking makes them slow for whoever else sends to the same receiver.
//! 11. **A stopped node** ([`Network::pause`]) goes on receiving into its pipe and reads nothing: all of it arrives when the
//!     node goes on.
//! 12. **A dead node** ([`Network::kill`]): what arrives meanwhile is lost. What is still under way when the node is started
//!     again arrives, as a network knows names and not processes.
//!
//! Absent: clocks; clients' queues, which hold nothing back ([`crate::client`]); the journal's counts, which the world
//! keeps.

use protocol::{Address, Duration, Time};

use self::cuts::Cuts;
use self::passage::Passage;
use crate::agenda::Agenda;
use crate::disturbance::Disturbance;
use crate::inbox::Inbox;
use crate::messages::{Chain, Letter, Messages, Place};
use crate::nemesis::Cut;
use crate::payload::Content;
use crate::random::Random;
use crate::witness::{Loss, Unwatched, Witness};
use crate::{Holding, Latency, Nemesis, Options, Rules, Taking};

mod ahead;
mod cuts;
mod passage;

/// Messages under way to nodes.
#[derive(Debug)]
pub(crate) struct Network<P, W = Unwatched> {
    /// Is told what becomes of each message.
    pub(crate) witness: W,
    latency: Latency,
    latencies: Random,
    /// What is under way. Everything else here names messages by their places in it.
    pub(crate) messages: Messages<P>,
    /// The nodes, then the services.
    receivers: Vec<Receiver>,
    /// When which receiver's message has come to the end of which stage: twice the receiver's number, plus the stage.
    ends: Agenda,
    /// What of that comes before all the others.
    at_once: Option<(Time, u32)>,
    /// Who takes a message with so much of its latency left, or less, holds it for no time.
    brief: Duration,
    cuts: Cuts,
    passage: Passage,
    pub(crate) disturbance: Disturbance,
    rules: Rules,
}

/// What is under way to one receiver. Nothing waits in the queue of one that holds nothing. On one line of the processor's
/// memory, for there may be many.
#[derive(Debug)]
#[repr(align(64))]
struct Receiver {
    inbox: Inbox,
    held: Option<Place>,
    /// Messages whose hold is over, on their way into the node.
    passing: Chain,
    /// When the last of them arrives.
    passed_at: Time,
}

/// Where a message is that has left the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Held = 0,
    Passing = 1,
}

/// A message that has come out of a queue.
#[derive(Debug)]
pub(crate) struct Released {
    /// Whose queue: a node's place, or that of a service behind all nodes.
    pub(crate) receiver: u32,
    /// When it arrived. A driver that comes later than that is late.
    pub(crate) due: Time,
    /// Where the message lies.
    pub(crate) message: Place,
}

impl<P: Content, W: Witness<P>> Network<P, W> {
    /// A quiet, whole network of a test's nodes and that many services.
    pub(crate) fn new(options: &Options, services: usize, witness: W) -> Self {
        let nodes = options.node_count();
        Self {
            witness,
            latency: options.latency,
            latencies: Random::stream(options.seed, "network"),
            messages: Messages::new(),
            receivers: (0..nodes as usize + services).map(|_| Receiver::new()).collect(),
            ends: Agenda::of_milliseconds(),
            at_once: None,
            brief: brief(options.rules),
            cuts: Cuts::new(nodes),
            passage: Passage::new(options),
            disturbance: Disturbance::new(options.seed),
            rules: options.rules,
        }
    }

    /// Puts a message into a queue. What it says is taken out of `body`.
    #[inline]
    pub(crate) fn send(
        &mut self,
        now: Time,
        id: u64,
        src: Address,
        receiver: u32,
        involves_client: bool,
        body: &mut P,
    ) {
        let latency = if involves_client { Duration::ZERO } else { self.draw_latency() };
        self.queue(now, id, src, receiver, latency, body);
    }

    /// The same between nodes while something disturbs the network: the message may be lost, doubled or slow.
    #[cold]
    pub(crate) fn send_disturbed(&mut self, now: Time, id: u64, src: Address, receiver: u32, body: &mut P) {
        let fortune = self.disturbance.meet(src, receiver);
        if fortune.is_lost {
            self.witness.lost(now, id, Loss::Chance);
            return;
        }
        if fortune.is_doubled {
            self.witness.doubled(id);
            let latency = self.draw_latency() * fortune.slowness;
            self.queue(now, id, src, receiver, latency, &mut body.clone());
        }
        let latency = self.draw_latency() * fortune.slowness;
        self.queue(now, id, src, receiver, latency, body);
    }

    #[inline]
    fn queue(&mut self, now: Time, id: u64, src: Address, receiver: u32, latency: Duration, body: &mut P) {
        let deadline = now + latency;
        let message = self.messages.put(body, src, id, deadline);
        let queue = &mut self.receivers[receiver as usize];
        if queue.held.is_some() {
            queue.inbox.push(message, id, deadline, &mut self.messages);
        } else {
            self.meet_idle(now, receiver, message);
        }
    }

    /// A message comes to a receiver that holds nothing, and so takes it.
    fn meet_idle(&mut self, now: Time, receiver: u32, message: Place) {
        if let Some((time, end)) = self.at_once.take() {
            self.ends.push(time, end);
        }
        let &Letter { deadline, id, src, .. } = self.messages.at(message);
        let queue = &mut self.receivers[receiver as usize];
        match self.rules.taking {
            Taking::HeadOfLine if self.cuts.is_between(receiver, src) => {
                return self.lose(now, message, Loss::Cut);
            }
            Taking::HeadOfLine => queue.held = Some(message),
            // Nobody ever holds anything.
            Taking::WhenDue => queue.inbox.push(message, id, deadline, &mut self.messages),
        }
        self.ends.push(now + hold(self.rules, now, deadline), end(receiver, Stage::Held));
    }

    /// When the next message comes to the end of a stage; [`Time::MAX`] if none is under way.
    #[inline]
    pub(crate) fn next_end(&mut self) -> Time {
        self.at_once.map_or_else(|| self.ends.next(), |(time, _)| time)
    }

    /// The next message that has arrived by `now`.
    #[inline]
    pub(crate) fn release(&mut self, now: Time) -> Option<Released> {
        loop {
            let (due, end) = match self.at_once.take() {
                Some(first) => first,
                None => self.ends.pop(now)?,
            };
            let receiver = end / 2;
            let message = if end % 2 == Stage::Held as u32 {
                self.let_pass(now, due, receiver)
            } else {
                self.let_arrive(now, receiver)
            };
            if let Some(message) = message {
                return Some(Released { receiver, due, message });
            }
        }
    }

    /// A hold is over: its receiver takes the next message at once. The one it held arrives now, or after its way into the
    /// node.
    #[inline]
    fn let_pass(&mut self, now: Time, due: Time, receiver: u32) -> Option<Place> {
        let Some(message) = self.receivers[receiver as usize].held.take() else {
            return self.let_pass_alone(now, due, receiver);
        };
        if let Some(deadline) = self.take(now, receiver) {
            // Where many messages come, every other hold is of no time. Its end is then the first of all, since the end of the
            // one before was; to have it looked for among the others takes longer than the rest of this.
            if due == now && deadline <= now + self.brief {
                self.at_once = Some((now, end(receiver, Stage::Held)));
            } else {
                self.ends.push(now + hold(self.rules, now, deadline), end(receiver, Stage::Held));
            }
        }
        if self.passage.is_free() { Some(message) } else { self.pass(now, due, receiver, message) }
    }

    /// A message is due, whatever else is under way. A cut is tested now, there being no earlier moment.
    #[cold]
    fn let_pass_alone(&mut self, now: Time, due: Time, receiver: u32) -> Option<Place> {
        let message = self.receivers[receiver as usize].inbox.pop(&self.messages).expect("who is due has a message");
        if self.cuts.is_between(receiver, self.messages.at(message).src) {
            self.lose(now, message, Loss::Cut);
            return None;
        }
        self.pass(now, due, receiver, message)
    }

    /// A message has come out of the queue: it arrives now, or after its way into the node.
    #[inline(never)]
    fn pass(&mut self, now: Time, due: Time, receiver: u32, message: Place) -> Option<Place> {
        let delay = self.passage.draw(receiver);
        let queue = &mut self.receivers[receiver as usize];
        if delay > Duration::ZERO || !queue.passing.is_empty() || self.passage.is_stopped(receiver) {
            queue.passed_at = queue.passed_at.max(due + delay);
            queue.passing.push(message, &mut self.messages);
            self.ends.push(queue.passed_at, end(receiver, Stage::Passing));
            return None;
        }
        self.arrive(now, receiver, message)
    }

    /// A message has come all the way to its node, which may be stopped.
    #[inline(never)]
    fn let_arrive(&mut self, now: Time, receiver: u32) -> Option<Place> {
        if self.passage.waits(receiver) {
            return None;
        }
        let message = self.receivers[receiver as usize].passing.pop(&self.messages)?;
        self.arrive(now, receiver, message)
    }

    /// The node takes the message, unless it is dead.
    fn arrive(&mut self, now: Time, receiver: u32, message: Place) -> Option<Place> {
        if self.passage.is_dead(receiver) {
            self.lose(now, message, Loss::Dead);
            return None;
        }
        Some(message)
    }

    /// Cuts the network, or heals it of what the same nemesis has cut.
    pub(crate) fn set_cut(&mut self, by: Nemesis, cut: Option<Cut>) {
        self.cuts.set(by, cut);
    }

    /// Stops a node, unless it is stopped or dead already: then false.
    pub(crate) fn pause(&mut self, node: u32) -> bool {
        self.passage.pause(node)
    }

    /// A stopped node goes on, and takes what has come meanwhile.
    pub(crate) fn resume(&mut self, now: Time, node: u32) {
        if let Some(waiting) = self.passage.resume(node) {
            let queue = &mut self.receivers[node as usize];
            queue.passed_at = queue.passed_at.max(now);
            (0..waiting).for_each(|_| self.ends.push(now, end(node, Stage::Passing)));
        }
    }

    /// A node dies, unless it is stopped or dead already: then false.
    pub(crate) fn kill(&mut self, node: u32) -> bool {
        self.passage.kill(node)
    }

    /// A dead node is there again.
    pub(crate) fn revive(&mut self, node: u32) {
        self.passage.revive(node);
    }

    /// Whether a node is dead.
    #[inline]
    pub(crate) fn is_dead(&self, node: u32) -> bool {
        self.passage.is_dead(node)
    }

    /// Takes the message with the smallest deadline, due or not, to hold it until it is; another if that one is lost. Its
    /// deadline, if there is one.
    #[inline]
    fn take(&mut self, now: Time, receiver: u32) -> Option<Time> {
        let queue = &mut self.receivers[receiver as usize];
        while let Some(message) = queue.inbox.pop(&self.messages) {
            let letter = self.messages.at(message);
            if self.cuts.is_between(receiver, letter.src) {
                self.witness.lost(now, letter.id, Loss::Cut);
                self.messages.vacate(message);
                continue;
            }
            queue.held = Some(message);
            return Some(letter.deadline);
        }
        None
    }

    #[inline(never)]
    fn lose(&mut self, now: Time, message: Place, why: Loss) {
        self.witness.lost(now, self.messages.at(message).id, why);
        self.messages.vacate(message);
    }

    /// One latency, in whole milliseconds.
    #[inline]
    fn draw_latency(&mut self) -> Duration {
        let Latency { mean_ms, distribution } = self.latency;
        Duration::from_millis(distribution.draw(mean_ms, &mut self.latencies))
    }
}

/// For how long a receiver holds a message that it takes now.
#[inline]
fn hold(rules: Rules, now: Time, deadline: Time) -> Duration {
    match rules.holding {
        Holding::Exact => deadline.since(now),
        Holding::WholeMilliseconds => deadline.since(now + LOOK).floor_to_millis(),
    }
}

/// With so much of its latency left or less, a message is held for no time.
fn brief(rules: Rules) -> Duration {
    match rules.holding {
        Holding::Exact => Duration::ZERO,
        // Less than a millisecond after the look.
        Holding::WholeMilliseconds => Duration::from_millis(1),
    }
}

/// An entry of the agenda.
const fn end(receiver: u32, stage: Stage) -> u32 {
    receiver * 2 + stage as u32
}

/// What passes between a sender's look at the clock and the receiver's: in Maelstrom some microseconds. All that matters is
/// that it is not nothing.
const LOOK: Duration = Duration::from_nanos(1);

impl Receiver {
    const fn new() -> Self {
        Self { inbox: Inbox::new(), held: None, passing: Chain::new(), passed_at: Time::ZERO }
    }
}

#[cfg(test)]
mod tests;
