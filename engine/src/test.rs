//! A test from its first `init` to its last read: one state machine, stepped with `now` (semantics, sections 2.1, 5.2 to
//! 5.6; Maelstrom's `core` and `db`).
//!
//! ```text
//! init (10 s each) → topology (5 s) → main: operations, partitions → drain → heal → recovery: 10 s → final reads → done
//!                    └──────────── broadcast only ────────────┘             └──────── broadcast only ────────┘
//! ```
//!
//! Each phase begins when everything of the one before has ended. The driver owns the clock and the nodes: it calls
//! [`Test::on_message`] for what nodes say and [`Test::on_wake`] when [`Test::next_wake`] has come, and hands the deliveries
//! to the nodes. Nothing here knows whether the clock is a real one.

use std::collections::VecDeque;

use protocol::{Address, Directory, Duration, Party, Request, Time};

use crate::client::Completion;
use crate::fault::{Fault, FaultKind};
use crate::generator::Generator;
use crate::history::History;
use crate::journal::Journal;
use crate::json::LineError;
use crate::messages::Letter;
use crate::nemesis::Schedule;
use crate::network::Released;
use crate::payload::Payload;
use crate::random::Random;
use crate::spread::Spread;
use crate::witness::{Unwatched, Witness};
use crate::workers::Workers;
use crate::world::{Delivery, World};
use crate::{Options, Workload};

mod deeds;
mod operations;
mod phases;

/// One test of one cluster.
#[derive(Debug)]
pub struct Test<P, W = Unwatched> {
    options: Options,
    world: World<P, W>,
    phase: Phase,
    /// When the history's time began: all nodes are initialised.
    origin: Time,
    /// When the main phase ends.
    cutoff: Time,
    /// Whose request a client carries, by the client's number.
    owners: Vec<Owner>,
    workers: Workers,
    generator: Option<Generator>,
    /// One for each nemesis.
    schedules: Vec<Struck>,
    /// What is to happen to nodes, for the driver.
    fates: VecDeque<(u32, Fate)>,
    history: History,
    spread: Spread,
    fault: Option<Fault>,
    /// When something is due next that is no message, or [`Self::UNKNOWN`].
    next_of_own: Time,
}

/// What came out of a test.
#[derive(Debug)]
pub struct Run {
    /// What clients and the nemesis did. A run that was ended by a fault leaves its last invocations without completion.
    pub history: History,
    /// Messages sent and received.
    pub journal: Journal,
    /// For each broadcast value from 0 on: from its invocation until the last node received it; nothing where that was not
    /// seen.
    pub spans: Vec<Option<Duration>>,
    /// Replies that nobody waited for: second answers, and answers that came after the client had given up.
    pub unclaimed_replies: u64,
    /// Why the run ended early, if it did.
    pub fault: Option<Fault>,
}

/// What a driver is to do, in this order.
#[derive(Debug)]
pub enum Event<'a, P> {
    /// Hand a node a message.
    Delivery(Delivery<'a, P>),
    /// Let this happen to a node.
    Fate(u32, Fate),
}

/// What happens to a node beyond messages. Only where the test's options ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It dies, with all it knows, and does nothing until it is restarted.
    Crash,
    /// It stops: it does nothing, not even what is due by its clock, until it is resumed.
    Pause,
    /// A fresh one takes the place of the dead one. Its `init` follows.
    Restart,
    /// It goes on.
    Resume,
}

/// A nemesis's schedule, and the nodes that it has stopped or killed.
#[derive(Debug)]
struct Struck {
    schedule: Schedule,
    victims: Vec<u32>,
}

/// How far a test is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The phase's name.
    pub phase: &'static str,
    /// The share of the whole test that is done, from 0 to 1, by its expected length.
    pub share: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Drain,
    Done,
    FinalReads,
    Main,
    Recovery { until: Time },
    Setup { pending: u32 },
}

#[derive(Clone, Copy, Debug)]
enum Owner {
    Init(u32),
    Topology(u32),
    Worker(usize),
}

/// How long a node has to answer `init` (semantics, section 2.1).
const INIT_PATIENCE: Duration = Duration::from_secs(10);
/// How long clients wait, and the `topology` request with them (5.2, 5.4).
const PATIENCE: Duration = Duration::from_secs(5);
/// The quiet time before the final reads (5.6).
const RECOVERY: Duration = Duration::from_secs(10);

impl<P: Payload> Test<P> {
    /// A test that has not begun.
    pub fn new(options: Options) -> Self {
        Self::watched(options, Unwatched)
    }
}

impl<P: Payload, W: Witness<P>> Test<P, W> {
    /// Something has ended since it was last found out what is due: look.
    const UNKNOWN: Time = Time::ZERO;

    /// The same with somebody who watches the messages.
    pub fn watched(options: Options, witness: W) -> Self {
        Self {
            world: World::new(&options, witness),
            phase: Phase::Setup { pending: options.node_count() },
            origin: Time::ZERO,
            cutoff: Time::MAX,
            owners: Vec::new(),
            workers: Workers::new(options.workers(), options.node_count(), Random::stream(options.seed, "workers")),
            generator: None,
            schedules: Vec::new(),
            fates: VecDeque::new(),
            history: History::new(),
            spread: Spread::new(options.node_count()),
            fault: None,
            next_of_own: Self::UNKNOWN,
            options,
        }
    }

    /// All nodes have been started: asks each for its `init_ok`.
    pub fn begin(&mut self, now: Time) {
        let nodes = self.options.node_count();
        for node in 0..nodes {
            self.ask_for_setup(now, Owner::Init(node), Request::Init { node, nodes }, INIT_PATIENCE);
        }
    }

    /// `node` has said something. To be followed by [`on_wake`](Self::on_wake), with this `now` or a later one.
    pub fn on_message(&mut self, now: Time, node: u32, src: Address, dest: Address, mut body: P) {
        self.accept(now, node, src, dest, &mut body);
    }

    /// The same where what it said is lent: it is taken out of `body`, and what is left there lies in one piece.
    #[inline]
    pub(crate) fn accept(&mut self, now: Time, node: u32, src: Address, dest: Address, body: &mut P) {
        if self.world.network.is_dead(node) {
            // What it said with its last breath was read too late.
            return;
        }
        match dest.as_node() {
            Some(receiver) if self.world.is_node(receiver) => self.world.send_to_node(now, src, receiver, body),
            _ => self.accept_for_others(now, node, src, dest, body),
        }
    }

    fn accept_for_others(&mut self, now: Time, node: u32, src: Address, dest: Address, body: &mut P) {
        match dest.party() {
            Party::Client(client) if self.world.clients.exists(client) => {
                if let Some(completion) = self.world.send_to_client(now, src, client, body) {
                    self.complete(now, client, completion);
                }
            }
            // The directory names no others than the services.
            Party::Other(service) => self.world.send_to_service(now, src, service, body),
            Party::Client(_) | Party::Node(_) => self.fail_at_stranger(node, dest),
        }
    }

    #[cold]
    fn fail_at_stranger(&mut self, node: u32, dest: Address) {
        let dest = self.world.directory.name(dest).into_owned();
        self.fail(node, FaultKind::Stranger(dest));
    }

    /// `node` has printed a line that is no message. Ends the run.
    pub fn on_bad_line(&mut self, node: u32, line: &str, error: LineError) {
        self.fail(node, FaultKind::BadLine { line: line.to_owned(), error });
    }

    /// `node`'s process has ended; `status` is its exit status in words. Ends the run.
    pub fn on_exit(&mut self, node: u32, status: String) {
        self.fail(node, FaultKind::Exited(status));
    }

    /// Does everything that is due by `now`, and hands out what nodes are to receive and what is to happen to them, in
    /// order. What they say to it comes back by [`on_message`](Self::on_message) afterwards.
    pub fn on_wake(&mut self, now: Time, mut event: impl FnMut(Event<'_, P>)) {
        loop {
            let (next, message) = if let Some((node, fate)) = self.fates.pop_front() {
                (Event::Fate(node, fate), None)
            } else if let Some(Released { receiver: node, due, message }) = self.world.deliver(now) {
                let &Letter { ref body, id, src, .. } = self.world.network.messages.at(message);
                let spread = &mut self.spread;
                body.carried_values(|value| spread.arrived(now, node, value));
                (Event::Delivery(Delivery { node, id, src, body, due }), Some(message))
            } else if self.next_of_own <= now && self.proceed(now) {
                continue;
            } else {
                return;
            };
            // The one place where it is called, so that the driver's part can be compiled into this loop.
            event(next);
            if let Some(message) = message {
                self.world.network.messages.vacate(message);
            }
        }
    }

    /// Looks at what [`on_wake`](Self::on_wake) will need, and tells who will get messages.
    pub(crate) fn look_ahead(&self, now: Time, each: impl FnMut(u32)) {
        self.world.network.look_ahead(now, each);
    }

    /// Looks at what [`accept`](Self::accept) will need.
    #[inline]
    pub(crate) fn look_at(&self, dest: Address) {
        if let Some(receiver) = dest.as_node().filter(|&receiver| self.world.is_node(receiver)) {
            self.world.network.look_at(receiver);
        }
    }

    /// Does something of its own that is due by `now`; false if there is nothing.
    #[inline(never)]
    fn proceed(&mut self, now: Time) -> bool {
        if let Some(client) = self.world.clients.time_out(now) {
            self.complete(now, client, Completion::Timeout);
            return true;
        }
        let has_advanced = !self.is_over() && self.advance(now);
        self.next_of_own = Self::UNKNOWN;
        has_advanced
    }

    /// When something is due next; a time that has passed means at once.
    pub fn next_wake(&mut self) -> Option<Time> {
        if self.is_over() {
            return None;
        }
        if self.next_of_own == Self::UNKNOWN {
            self.next_of_own = self.find_next_of_own();
        }
        Some(self.next_of_own.min(self.world.network.next_end())).filter(|&time| time < Time::MAX)
    }

    fn find_next_of_own(&mut self) -> Time {
        let phase = match self.phase {
            Phase::Main => self.next_in_main(),
            Phase::Recovery { until } => until,
            Phase::Drain | Phase::FinalReads if self.workers.are_idle() => Time::ZERO,
            _ => Time::MAX,
        };
        self.world.clients.next_timeout(phase)
    }

    /// Whether the test has come to its end, or a fault has ended it.
    pub const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Done) || self.fault.is_some()
    }

    /// What has ended the run early, if anything has.
    pub const fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// The names of nodes, for reading and writing lines.
    pub const fn directory(&self) -> &Directory {
        &self.world.directory
    }

    /// How far the test is.
    pub fn progress(&self, now: Time) -> Progress {
        let recovery = if self.has_final_reads() { RECOVERY } else { Duration::ZERO };
        let expected = self.options.time_limit + recovery;
        let (phase, done) = match self.phase {
            Phase::Setup { .. } => ("setup", Duration::ZERO),
            Phase::Main => ("load", now.since(self.origin)),
            Phase::Drain => ("drain", self.options.time_limit),
            Phase::Recovery { until } => ("recovery", expected.saturating_sub(until.since(now))),
            Phase::FinalReads => ("final reads", expected),
            Phase::Done => ("done", expected),
        };
        Progress { phase, share: (done.as_secs_f64() / expected.as_secs_f64().max(1e-9)).min(1.0) }
    }

    /// What came out.
    pub fn finish(self) -> Run {
        self.finish_watched().0
    }

    /// The same with whoever watched.
    pub fn finish_watched(self) -> (Run, W) {
        let run = Run {
            spans: self.spread.spans(),
            unclaimed_replies: self.world.clients.unclaimed(),
            history: self.history,
            journal: self.world.journal,
            fault: self.fault,
        };
        (run, self.world.network.witness)
    }

    /// The first fault ends the run; what follows from it is not told.
    fn fail(&mut self, node: u32, kind: FaultKind) {
        let name = self.options.nodes[node as usize].clone();
        self.fault.get_or_insert(Fault { node, name, kind });
    }

    fn has_final_reads(&self) -> bool {
        self.options.workload == Workload::Broadcast
    }
}
