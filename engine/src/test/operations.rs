//! Requests of clients: the setup's, and the workers' operations, from invocation to completion.

use protocol::{Duration, Reply, Request, Time};

use super::{INIT_PATIENCE, Owner, PATIENCE, Phase, Test};
use crate::client::Completion;
use crate::fault::FaultKind;
use crate::history::{F, Op, OpError, OpKind, Process};
use crate::payload::Payload;
use crate::witness::Witness;
use crate::workers::Held;
use crate::workload;

impl<P: Payload, W: Witness<P>> Test<P, W> {
    /// A setup client of its own asks a node.
    pub(super) fn ask_for_setup(&mut self, now: Time, owner: Owner, request: Request, patience: Duration) {
        let (Owner::Init(node) | Owner::Topology(node)) = owner else { unreachable!("workers do not set up") };
        let client = self.open_client(owner);
        let completion = self.world.ask(now, client, node, request, patience);
        debug_assert!(completion.is_none(), "a new client's queue is empty");
    }

    fn open_client(&mut self, owner: Owner) -> u32 {
        self.owners.push(owner);
        self.world.clients.open()
    }

    /// A worker begins an operation, with a client of its process.
    pub(super) fn dispatch(&mut self, now: Time, worker: usize, request: Request, is_final: bool) {
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
        let f = workload::invocation(&request);
        if workload::broadcast_value(&f).is_some() {
            self.spread.invoked(now);
        }
        let invocation = self.record(now, OpKind::Invoke, process, f, None, is_final);
        self.workers.begin(worker, invocation);
        let completion = self.world.ask(now, client, self.workers.node(worker), request, PATIENCE);
        if let Some(completion) = completion {
            self.complete(now, client, completion);
        }
    }

    /// A client's request has ended.
    pub(super) fn complete(&mut self, now: Time, client: u32, completion: Completion) {
        self.next_of_own = Self::UNKNOWN;
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
            Completion::Timeout if request == "init" && !matches!(self.phase, Phase::Setup { .. }) => {
                return self.ask_restarted_again(now, node);
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
        let node = self.workers.node(worker);
        let invocation = self.workers.invocation(worker);
        let invoked = &self.history.ops()[invocation];
        let is_final = invoked.is_final;
        let (kind, f, error) = workload::completion(&invoked.f, completion);
        if let (true, F::Read(Some(values))) = (is_final, &f) {
            self.spread.finally_read(node, &values.as_snapshot());
        }
        let index = self.record(now, kind, process, f, error, is_final);
        debug_assert!(index > invocation);
        self.workers.end(worker, kind == OpKind::Info);
    }

    pub(super) fn record(
        &mut self,
        now: Time,
        kind: OpKind,
        process: Process,
        f: F,
        error: Option<Box<OpError>>,
        is_final: bool,
    ) -> usize {
        let time = Time::from_nanos(now.since(self.origin).as_nanos());
        self.history.push(Op { time, kind, process, f, error, is_final })
    }
}
