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

use std::sync::Arc;

use protocol::{Address, Directory, Duration, Party, Reply, Request, Time};

use crate::client::Completion;
use crate::fault::{Fault, FaultKind};
use crate::generator::Generator;
use crate::history::{F, Healed, History, Op, OpError, OpKind, PartitionValue, Process};
use crate::journal::Journal;
use crate::json::LineError;
use crate::nemesis::{Deed, Schedule};
use crate::payload::Payload;
use crate::random::Random;
use crate::spread::Spread;
use crate::workers::{Held, Workers};
use crate::workload::{self, topology};
use crate::world::{Delivery, Event, World};
use crate::{Nemesis, Options, Workload};

/// One test of one cluster.
#[derive(Debug)]
pub struct Test<P> {
    options: Options,
    world: World<P>,
    phase: Phase,
    /// When the history's time began: all nodes are initialised.
    origin: Time,
    /// When the main phase ends.
    cutoff: Time,
    /// Whose request a client carries, by the client's number.
    owners: Vec<Owner>,
    workers: Workers,
    generator: Option<Generator>,
    nemesis: Option<Schedule>,
    history: History,
    spread: Spread,
    fault: Option<Fault>,
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
        Self {
            world: World::new(&options),
            phase: Phase::Setup { pending: options.node_count() },
            origin: Time::ZERO,
            cutoff: Time::MAX,
            owners: Vec::new(),
            workers: Workers::new(options.workers(), Random::stream(options.seed, "workers")),
            generator: None,
            nemesis: None,
            history: History::new(),
            spread: Spread::new(options.node_count()),
            fault: None,
            options,
        }
    }

    /// All nodes have been started: asks each for its `init_ok`.
    pub fn begin(&mut self, now: Time) {
        let nodes = self.options.node_count();
        for node in 0..nodes {
            self.ask_for_setup(now, Owner::Init(node), &Request::Init { node, nodes }, INIT_PATIENCE);
        }
    }

    /// `node` has said something. To be followed by [`on_wake`](Self::on_wake), with this `now` or a later one.
    pub fn on_message(&mut self, now: Time, node: u32, src: Address, dest: Address, body: P) {
        match dest.party() {
            Party::Node(receiver) if receiver < self.options.node_count() => {
                self.world.send_to_node(now, src, receiver, body);
            }
            Party::Client(client) if self.world.clients.exists(client) => {
                if let Some(completion) = self.world.send_to_client(client, body) {
                    self.complete(now, client, completion);
                }
            }
            // The directory names no others than the services.
            Party::Other(service) => self.world.send_to_service(now, src, service, body),
            Party::Client(_) | Party::Node(_) => {
                let dest = self.world.directory.name(dest).into_owned();
                self.fail(node, FaultKind::Stranger(dest));
            }
        }
    }

    /// `node` has printed a line that is no message. Ends the run.
    pub fn on_bad_line(&mut self, node: u32, line: &str, error: LineError) {
        self.fail(node, FaultKind::BadLine { line: line.to_owned(), error });
    }

    /// `node`'s process has ended; `status` is its exit status in words. Ends the run.
    pub fn on_exit(&mut self, node: u32, status: String) {
        self.fail(node, FaultKind::Exited(status));
    }

    /// Does everything that is due by `now`, and hands out what nodes are to receive, in order.
    pub fn on_wake(&mut self, now: Time, deliveries: &mut Vec<Delivery<P>>) {
        loop {
            while let Some(event) = self.world.happen(now) {
                match event {
                    Event::Completed(client, completion) => self.complete(now, client, completion),
                    Event::Delivered(delivery) => {
                        let spread = &mut self.spread;
                        delivery.body.carried_values(&mut |value| spread.arrived(now, delivery.node, value));
                        deliveries.push(delivery);
                    }
                }
            }
            if self.is_over() || !self.advance(now) {
                return;
            }
        }
    }

    /// When something is due next.
    pub fn next_wake(&mut self) -> Option<Time> {
        if self.is_over() {
            return None;
        }
        let phase = match self.phase {
            Phase::Main => self.next_in_main(),
            Phase::Recovery { until } => Some(until),
            _ => None,
        };
        [phase, self.world.next_event()].into_iter().flatten().min()
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
        Run {
            spans: self.spread.spans(),
            unclaimed_replies: self.world.clients.unclaimed(),
            history: self.history,
            journal: self.world.journal,
            fault: self.fault,
        }
    }

    /// Takes one step of the phase; false if there is nothing to do at `now`.
    fn advance(&mut self, now: Time) -> bool {
        match self.phase {
            Phase::Main => self.advance_main(now),
            Phase::Drain if self.workers.are_idle() => {
                self.end_load(now);
                true
            }
            Phase::Recovery { until } if until <= now => {
                self.phase = Phase::FinalReads;
                for worker in self.workers.shuffled() {
                    self.dispatch(now, worker, &Request::Read, true);
                }
                true
            }
            Phase::FinalReads if self.workers.are_idle() => {
                self.phase = Phase::Done;
                true
            }
            _ => false,
        }
    }

    /// The main phase: the operation or the nemesis's deed that is due, or the end. An operation whose time is at or past
    /// the cutoff is not emitted and ends the phase (5.3).
    fn advance_main(&mut self, now: Time) -> bool {
        let operation = self.generator.as_ref().map_or(self.cutoff.max(now), Generator::next_at);
        let deed = self.nemesis.as_ref().map_or(Time::MAX, Schedule::next_at);
        let is_asleep = self.generator.is_none() && now < self.cutoff;
        if operation.min(deed) >= self.cutoff && !is_asleep {
            self.phase = Phase::Drain;
            return true;
        }
        if operation <= now
            && operation < self.cutoff
            && let Some(worker) = self.workers.choose(self.options.workload)
        {
            self.workers.advance_cursor();
            let generator = self.generator.as_mut().expect("the operation came from it");
            let request = generator.emit(now);
            self.dispatch(now, worker, &request, false);
            return true;
        }
        if deed <= now && deed < self.cutoff {
            self.workers.advance_cursor();
            let deed = self.nemesis.as_mut().expect("the deed came from it").deed(now);
            self.do_deed(now, deed);
            return true;
        }
        false
    }

    fn next_in_main(&self) -> Option<Time> {
        let operation = match &self.generator {
            Some(generator) => Some(generator.next_at()).filter(|_| self.workers.is_any_free()),
            None => Some(self.cutoff),
        };
        [operation, self.nemesis.as_ref().map(Schedule::next_at)].into_iter().flatten().min()
    }

    fn begin_topology(&mut self, now: Time) {
        self.origin = now;
        if self.options.workload == Workload::Echo {
            self.begin_main(now);
            return;
        }
        let nodes = self.options.node_count();
        self.phase = Phase::Setup { pending: nodes };
        let request = Request::Topology(Arc::new(topology::neighbours(self.options.topology, nodes)));
        for node in 0..nodes {
            self.ask_for_setup(now, Owner::Topology(node), &request, PATIENCE);
        }
    }

    fn begin_main(&mut self, now: Time) {
        let Options { workload, rate, seed, nemesis_interval, .. } = self.options;
        self.phase = Phase::Main;
        self.cutoff = now + self.options.time_limit;
        self.generator = Generator::new(workload, rate, now, Random::stream(seed, "generator"));
        self.nemesis = self.options.nemesis.map(|Nemesis::Partition| {
            Schedule::new(now, nemesis_interval, self.options.node_count(), Random::stream(seed, "nemesis"))
        });
    }

    fn end_load(&mut self, now: Time) {
        if !self.has_final_reads() {
            self.phase = Phase::Done;
            return;
        }
        if self.nemesis.is_some() {
            self.do_deed(now, Deed::Stop);
        }
        self.phase = Phase::Recovery { until: now + RECOVERY };
    }

    /// A setup client of its own asks a node.
    fn ask_for_setup(&mut self, now: Time, owner: Owner, request: &Request, patience: Duration) {
        let (Owner::Init(node) | Owner::Topology(node)) = owner else { unreachable!("workers do not set up") };
        let client = self.open_client(owner);
        let (_, completion) = self.world.ask(now, client, node, request, patience);
        debug_assert!(completion.is_none(), "a new client's queue is empty");
    }

    fn open_client(&mut self, owner: Owner) -> u32 {
        self.owners.push(owner);
        self.world.clients.open()
    }

    /// A worker begins an operation, with a client of its process.
    fn dispatch(&mut self, now: Time, worker: usize, request: &Request, is_final: bool) {
        let client = match self.workers.held_client(worker) {
            Held::Current(client) => client,
            held => {
                if let Held::Outdated(client) = held {
                    self.world.clients.close(client);
                }
                let client = self.open_client(Owner::Worker(worker));
                self.workers.give_client(worker, client);
                client
            }
        };
        let process = Process::Client(self.workers.process(worker));
        let f = workload::invocation(request);
        if workload::broadcast_value(&f).is_some() {
            self.spread.invoked(now);
        }
        let invocation = self.record(now, OpKind::Invoke, process, f, None, is_final);
        self.workers.begin(worker, invocation);
        let (_, completion) = self.world.ask(now, client, self.node_of(worker), request, PATIENCE);
        if let Some(completion) = completion {
            self.complete(now, client, completion);
        }
    }

    /// A client's request has ended.
    fn complete(&mut self, now: Time, client: u32, completion: Completion) {
        match self.owners[client as usize] {
            Owner::Init(node) => {
                self.world.clients.close(client);
                self.complete_setup(now, node, "init", INIT_PATIENCE, completion);
            }
            Owner::Topology(node) => self.complete_setup(now, node, "topology", PATIENCE, completion),
            Owner::Worker(worker) => self.complete_operation(now, worker, completion),
        }
    }

    fn complete_setup(
        &mut self,
        now: Time,
        node: u32,
        request: &'static str,
        patience: Duration,
        completion: Completion,
    ) {
        let problem = match completion {
            Completion::Reply(Reply::InitOk | Reply::TopologyOk) => {
                let Phase::Setup { pending } = &mut self.phase else { return };
                *pending -= 1;
                match (*pending, request) {
                    (0, "init") => self.begin_topology(now),
                    (0, _) => self.begin_main(now),
                    _ => {}
                }
                return;
            }
            Completion::Timeout => {
                let seconds = patience.as_millis() / 1_000;
                return self.fail(node, FaultKind::SetupTimeout { request, seconds });
            }
            Completion::Reply(Reply::Error { code, text }) => {
                format!("error {} ({}) {}", code.0, code.name(), text.unwrap_or_default())
            }
            Completion::Reply(other) => format!("{other:?}"),
            Completion::Malformed(problem) => problem,
        };
        self.fail(node, FaultKind::SetupRefused { request, problem });
    }

    fn complete_operation(&mut self, now: Time, worker: usize, completion: Completion) {
        let process = Process::Client(self.workers.process(worker));
        let node = self.node_of(worker);
        let invocation = self.workers.invocation(worker);
        let invoked = &self.history.ops()[invocation];
        let is_final = invoked.is_final;
        let (kind, f, error) = workload::completion(&invoked.f, completion);
        if let (true, F::Read(Some(values))) = (is_final, &f) {
            self.spread.finally_read(node, values.integers());
        }
        let index = self.record(now, kind, process, f, error, is_final);
        debug_assert!(index > invocation);
        self.workers.end(worker, kind == OpKind::Info);
    }

    fn do_deed(&mut self, now: Time, deed: Deed) {
        let (asked, done) = match deed {
            Deed::Start(kind, cut) => {
                let isolated = cut.isolated(&self.options.nodes);
                self.world.network.set_cut(Some(cut));
                let asked = F::StartPartition(PartitionValue::Kind(kind));
                (asked, F::StartPartition(PartitionValue::Isolated(isolated)))
            }
            Deed::Stop => {
                self.world.network.set_cut(None);
                (F::StopPartition(None), F::StopPartition(Some(Healed)))
            }
        };
        self.record(now, OpKind::Info, Process::Nemesis, asked, None, false);
        self.record(now, OpKind::Info, Process::Nemesis, done, None, false);
    }

    fn record(
        &mut self,
        now: Time,
        kind: OpKind,
        process: Process,
        f: F,
        error: Option<OpError>,
        is_final: bool,
    ) -> usize {
        let time = Time::from_nanos(now.since(self.origin).as_nanos());
        self.history.push(Op { time, kind, process, f, error, is_final })
    }

    /// The first fault ends the run; what follows from it is not told.
    fn fail(&mut self, node: u32, kind: FaultKind) {
        let name = self.options.nodes[node as usize].clone();
        self.fault.get_or_insert(Fault { node, name, kind });
    }

    fn has_final_reads(&self) -> bool {
        self.options.workload == Workload::Broadcast
    }

    /// Worker i always talks to node i modulo the nodes (5.3).
    fn node_of(&self, worker: usize) -> u32 {
        u32::try_from(worker % self.options.nodes.len()).expect("fewer than 2^32 nodes")
    }
}
