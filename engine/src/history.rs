//! What clients and the nemesis did, in order: the history that checkers judge (semantics, section 7.6).
//!
//! Absent: judgement, and how a history is written down ([`crate::edn`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::{ErrorCode, Time, Value, Values};

use crate::Nemesis;
use crate::options::Options;

/// A test's operations by index. Indices are dense from 0; every invocation of a client has exactly one completion.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    ops: Vec<Op>,
}

/// One entry: an invocation or a completion. A history has many, and those who judge it look at each several times: what
/// hardly any has is boxed, so that an op is one line of the processor's memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// When, since the test's relative time began.
    pub time: Time,
    /// Invocation, or how it ended.
    pub kind: OpKind,
    /// Who.
    pub process: Process,
    /// What, and with which value.
    pub f: F,
    /// Why it did not end `Ok`.
    pub error: Option<Box<OpError>>,
    /// Whether it belongs to the final reads.
    pub is_final: bool,
}

const _: () = assert!(size_of::<Op>() <= 64);

/// An op with its index, as results quote it.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexedOp {
    /// Its place in the history.
    pub index: usize,
    /// The op.
    pub op: Op,
}

/// `:type` of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpKind {
    /// It certainly did not happen.
    Fail,
    /// Whether it happened is not known.
    Info,
    /// It begins.
    Invoke,
    /// It happened.
    Ok,
}

/// Who did an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Process {
    /// A logical client process: a worker's number plus a multiple of the concurrency.
    Client(u64),
    /// The one that breaks things.
    Nemesis,
}

/// `:f` and `:value` of an op.
#[derive(Clone, Debug, PartialEq)]
pub enum F {
    /// A value is broadcast; or, in a completion, was.
    Broadcast(Value),
    /// Something is echoed. The completion's value is the whole reply body.
    Echo(Box<serde_json::Value>),
    /// The values are read; `None` unless the op is `Ok`.
    Read(Option<Values>),
    /// Something that Maelstrom's nemesis cannot break begins; on completion with what it hit, in words.
    StartFault(Nemesis, Words),
    /// The nemesis cuts the network.
    StartPartition(PartitionValue),
    /// What began with [`StartFault`](Self::StartFault) ends; on completion with what comes back, in words.
    StopFault(Nemesis, Words),
    /// The nemesis heals it: `None` on invocation, `Some` on completion (`:network-healed`).
    StopPartition(Option<Healed>),
}

/// What something hit, in words; none on invocation.
pub type Words = Box<Vec<String>>;

/// Written `:network-healed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Healed;

/// What a `:start-partition` op carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartitionValue {
    /// On completion: each receiver, by name, and the senders it no longer hears.
    Isolated(Box<BTreeMap<String, Senders>>),
    /// On invocation: the kind of cut, such as `majority`, without its colon.
    Kind(&'static str),
}

/// Nodes that somebody no longer hears, by name. Shared, because a cut has few sides and may have many nodes.
pub type Senders = Arc<[Arc<str>]>;

/// `:error` of an op.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpError {
    /// The node answered something that no client understands; what was wrong with it.
    Malformed(String),
    /// No answer within the client's timeout (`:net-timeout`).
    NetTimeout,
    /// The node answered with an error.
    Rpc(ErrorCode, Option<String>),
}

impl History {
    /// A history of nothing.
    pub const fn new() -> Self {
        Self { ops: Vec::new() }
    }

    /// Appends an op and returns its index.
    #[inline]
    pub fn push(&mut self, op: Op) -> usize {
        self.ops.push(op);
        self.ops.len() - 1
    }

    /// The ops in index order.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// The ops that clients did, with their indices.
    pub fn client_ops(&self) -> impl Iterator<Item = (usize, &Op)> {
        self.ops.iter().enumerate().filter(|(_, op)| op.process != Process::Nemesis)
    }

    /// A copy of one op with its index. The index must be one of this history.
    pub fn quote(&self, index: usize) -> IndexedOp {
        IndexedOp { index, op: self.ops[index].clone() }
    }

    /// How many client operations were invoked, final reads included: the divisor of `msgs-per-op`.
    pub fn client_invocations(&self) -> u64 {
        self.client_ops().filter(|(_, op)| op.kind == OpKind::Invoke).count() as u64
    }

    /// How many broadcasts were invoked.
    pub fn broadcast_invocations(&self) -> u64 {
        let broadcast = |op: &&Op| op.kind == OpKind::Invoke && matches!(op.f, F::Broadcast(_));
        self.ops.iter().filter(broadcast).count() as u64
    }

    /// Each client completion with the place of its invocation: `(invocation, completion)`, in order of completion.
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        let mut open = Open { bound: self.ops.len(), ..Open::default() };
        let mut pairs = Vec::with_capacity(self.ops.len() / 2);
        for (index, op) in self.ops.iter().enumerate() {
            let Process::Client(process) = op.process else { continue };
            let invocation = open.of(process);
            if op.kind == OpKind::Invoke {
                *invocation = Some(index);
            } else if let Some(invocation) = invocation.take() {
                pairs.push((invocation, index));
            }
        }
        pairs
    }
}

/// The invocation that each client process is at.
#[derive(Default)]
struct Open {
    /// By the process's number, where that is below the bound: as in every test that this program ran, where they count up.
    low: Vec<Option<usize>>,
    bound: usize,
    high: BTreeMap<u64, Option<usize>>,
}

impl Open {
    #[inline]
    fn of(&mut self, process: u64) -> &mut Option<usize> {
        match usize::try_from(process) {
            Ok(place) if place < self.bound => {
                if self.low.len() <= place {
                    self.low.resize(place + 1, None);
                }
                &mut self.low[place]
            }
            _ => self.high.entry(process).or_default(),
        }
    }
}

impl FromIterator<Op> for History {
    fn from_iter<I: IntoIterator<Item = Op>>(ops: I) -> Self {
        Self { ops: ops.into_iter().collect() }
    }
}

impl Process {
    /// The node that a client process talks to, by its place in the list: its worker's number modulo the nodes (semantics,
    /// section 5.3). Nothing for the nemesis.
    pub fn node(self, options: &Options) -> Option<usize> {
        let Self::Client(process) = self else {
            return None;
        };
        let worker = process.checked_rem(u64::from(options.workers()))?;
        let node = worker.checked_rem(u64::from(options.node_count()))?;
        usize::try_from(node).ok()
    }
}

impl OpKind {
    /// The keyword that Maelstrom writes, without the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Info => "info",
            Self::Invoke => "invoke",
            Self::Ok => "ok",
        }
    }
}

impl F {
    /// The operation's name as Maelstrom writes it, without the colon.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StartFault(nemesis, _) => nemesis.deeds().0,
            Self::StopFault(nemesis, _) => nemesis.deeds().1,
            Self::Broadcast(_) => "broadcast",
            Self::Echo(_) => "echo",
            Self::Read(_) => "read",
            Self::StartPartition(_) => "start-partition",
            Self::StopPartition(_) => "stop-partition",
        }
    }
}
