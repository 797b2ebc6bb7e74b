//! What must hold, by its own code: watched on the machines themselves, not read off the checkers' figures.
//!
//! A value that was acknowledged, and that at every moment since at least one living node held, must be in every node's
//! final read. (Where nobody dies that is every acknowledged value.) Nobody could keep more: a value whose last holder dies
//! is gone.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fmt::Write as _;

use engine::history::{F, OpKind};
use engine::{Run, simulate};
use protocol::{Address, Body, Carry as _, Machine, Outbox, Reply, Request, Time, Value};

use crate::scenario::Scenario;

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    pub(crate) value: Value,
    /// The nodes whose final read lacks it.
    pub(crate) lacking: BTreeSet<usize>,
    /// How many values were broadcast in all.
    pub(crate) broadcasts: usize,
    /// A run that did not come to its end broke more than one promise.
    pub(crate) fault: Option<String>,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Some(fault) => write!(f, "the run ended early: {fault}"),
            None => write!(
                f,
                "value {} of {} was acknowledged and always held by somebody, and nodes {:?} lack it in the end",
                self.value, self.broadcasts, self.lacking
            ),
        }
    }
}

/// Who holds what, as the machines heard it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    holders: BTreeMap<Value, BTreeSet<u32>>,
    /// Values whose last holder died.
    extinct: BTreeSet<Value>,
    lines: Vec<String>,
}

impl Ledger {
    fn holds(&mut self, now: Time, node: u32, value: Value) {
        if self.holders.entry(value).or_default().insert(node) {
            self.lines.push(format!("{:>9.1} ms  n{node} holds {value}", now.since(Time::ZERO).as_millis_f64()));
        }
    }

    /// The node begins a life with nothing. At the first there is nothing to lose.
    fn born(&mut self, node: u32) {
        for (value, holders) in &mut self.holders {
            if holders.remove(&node) && holders.is_empty() {
                self.extinct.insert(*value);
                self.lines.push(format!("              n{node} died with the last copy of {value}"));
            }
        }
    }
}

/// A machine that is watched.
pub(crate) struct Watched<'a, M> {
    machine: M,
    node: u32,
    /// Before its `init` a node hears nobody.
    is_initialised: bool,
    ledger: &'a RefCell<Ledger>,
}

impl<M: Machine> Machine for Watched<'_, M> {
    type Peer = M::Peer;

    fn on_message(&mut self, now: Time, source: Address, body: &Body<M::Peer>, out: &mut Outbox<M::Peer>) {
        let already = out.messages().len();
        self.machine.on_message(now, source, body, out);
        let mut ledger = self.ledger.borrow_mut();
        let replied = |id, reply: &Reply| {
            let said = &out.messages()[already..];
            said.iter().any(|one| matches!(&one.body, Body::Reply { to, reply: said } if *to == id && said == reply))
        };
        match body {
            &Body::Request { id, request: Request::Init { .. } } => self.is_initialised |= replied(id, &Reply::InitOk),
            Body::Peer(peer) if self.is_initialised => {
                peer.carried_values(|value| ledger.holds(now, self.node, value));
            }
            &Body::Request { id, request: Request::Broadcast { message } } if replied(id, &Reply::BroadcastOk) => {
                ledger.holds(now, self.node, message);
            }
            _ => {}
        }
    }

    fn on_wake(&mut self, now: Time, out: &mut Outbox<M::Peer>) {
        self.machine.on_wake(now, out);
    }

    fn next_wake(&self) -> Option<Time> {
        self.machine.next_wake()
    }
}

fn watched<M: Machine>(scenario: &Scenario, make: impl Fn(u32) -> M) -> (Run, Ledger) {
    let ledger = RefCell::new(Ledger::default());
    let run = simulate(scenario.options(), |node| {
        ledger.borrow_mut().born(node);
        Watched { machine: make(node), node, is_initialised: false, ledger: &ledger }
    });
    (run, ledger.into_inner())
}

/// Runs a scenario, and says which promise is broken, if one is: that of the smallest value.
pub(crate) fn run<M: Machine>(scenario: &Scenario, make: impl Fn(u32) -> M) -> Result<(), Breach> {
    let (run, ledger) = watched(scenario, make);
    judge(&run, &ledger.extinct)
}

fn judge(run: &Run, extinct: &BTreeSet<Value>) -> Result<(), Breach> {
    let ops = run.history.ops();
    let broadcasts = ops.iter().filter(|op| op.kind == OpKind::Invoke && matches!(op.f, F::Broadcast(_))).count();
    let breach = |value, lacking, fault| Err(Breach { value, lacking, broadcasts, fault });
    if let Some(fault) = &run.fault {
        return breach(0, BTreeSet::new(), Some(fault.to_string()));
    }
    let acknowledged = ops.iter().filter(|op| op.kind == OpKind::Ok).filter_map(|op| match op.f {
        F::Broadcast(value) => Some(value),
        _ => None,
    });
    // Final reads come one from each worker, and there is one worker for each node.
    let finals: Vec<BTreeSet<Value>> = ops
        .iter()
        .filter(|op| op.is_final && op.kind != OpKind::Invoke)
        .map(|op| match &op.f {
            F::Read(Some(values)) if op.kind == OpKind::Ok => values.integers().collect(),
            _ => BTreeSet::new(),
        })
        .collect();
    let promised: BTreeSet<Value> = acknowledged.filter(|value| !extinct.contains(value)).collect();
    for value in promised {
        let lacking: BTreeSet<usize> = (0..finals.len()).filter(|&read| !finals[read].contains(&value)).collect();
        if !lacking.is_empty() {
            return breach(value, lacking, None);
        }
    }
    Ok(())
}

/// The life of a run in lines: who came to hold what when, what died out, and what the nemesis did.
pub(crate) fn trace<M: Machine>(scenario: &Scenario, make: impl Fn(u32) -> M) -> String {
    let (run, ledger) = watched(scenario, make);
    let mut text = ledger.lines.join("\n");
    for op in run.history.ops().iter().filter(|op| op.kind == OpKind::Info || op.is_final) {
        let time = op.time.since(Time::ZERO).as_millis_f64();
        write!(text, "\n{time:>9.1} ms  {:?} {} {:?}", op.process, op.f.name(), op.kind).expect("a string grows");
    }
    text
}
