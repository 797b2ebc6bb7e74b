//! What became of one value: its messages, the nodes it reached, and what broke meanwhile.

use engine::history::{F, History, OpKind};
use engine::{Loss, Run};
use protocol::{Address, Duration, Party, Time, Value};

use super::Recorder;
use super::fault::{self, Fault};

/// A message that carried the value, or answered one that did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// The network's number of it. Copies of one message share it.
    pub(crate) id: u64,
    pub(crate) sent: Time,
    pub(crate) src: Address,
    pub(crate) dest: Address,
    /// Its `type` on the wire.
    pub(crate) kind: String,
    pub(crate) role: Role,
    pub(crate) end: End,
}

/// What a message is to the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It answers a message that carried the value.
    Answer,
    /// It carries the value, perhaps among others.
    Carrier {
        /// How many messages between nodes the value has come by, this one included; unknown where its sender held the
        /// value and nobody saw how it came by it.
        hop: Option<u32>,
    },
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Its receiver has it.
    Arrived { at: Time, sight: Sight },
    /// It never arrives.
    Lost { at: Time, why: Loss },
    /// The test was over before it arrived.
    UnderWay,
}

/// What a message is to its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// It has the value already.
    Again,
    /// An answer.
    Answer,
    /// It sees the value for the first time.
    First,
    /// It held the value once, died, and has it again.
    Regained,
}

/// One value from the client's request on.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) value: Value,
    /// The nodes' names, by number.
    pub(crate) names: Vec<String>,
    /// When the history's time began, on the clock of all other times here.
    pub(crate) origin: Time,
    /// When the client asked.
    pub(crate) invoked: Time,
    /// When the client had its answer.
    pub(crate) acknowledged: Option<Time>,
    /// In the order of sending.
    pub(crate) messages: Vec<Message>,
    /// How each node came by the value, by number.
    pub(crate) reached: Vec<Option<Reached>>,
    /// What was broken while the value spread.
    pub(crate) faults: Vec<Fault>,
}

/// How a node came by the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    /// When it first saw it.
    pub(crate) at: Time,
    /// From whom: a client, or another node.
    pub(crate) parent: Address,
    /// How many messages between nodes it took.
    pub(crate) hops: Option<u32>,
}

/// A life with its run: what every way of showing it begins with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Story<'a> {
    pub(crate) experiment: &'a str,
    pub(crate) cell: &'a str,
    /// The node as the experiment names it.
    pub(crate) node: &'a str,
    pub(crate) seed: u64,
    /// The digest of the run's trace.
    pub(crate) digest: &'a str,
    pub(crate) life: &'a Life,
}

impl Life {
    /// What a recorder saw of a run; nothing if nobody broadcast its value.
    pub(crate) fn of(value: Value, recorder: Recorder, run: &Run, names: Vec<String>) -> Option<Self> {
        let Recorder { origin, messages, .. } = recorder;
        let op = |kind| {
            let mut ops = run.history.ops().iter();
            ops.find(|op| op.kind == kind && op.f == F::Broadcast(value)).map(|op| since(origin, op.time))
        };
        let invoked = op(OpKind::Invoke)?;
        let mut reached = vec![None; names.len()];
        let mut arrivals: Vec<&Message> = messages.iter().filter(|message| message.is_first()).collect();
        arrivals.sort_by_key(|message| message.over());
        for message in arrivals {
            let Role::Carrier { hop: hops } = message.role else { continue };
            if let (Some(node), Some(at)) = (message.dest.as_node(), message.over()) {
                reached[node as usize].get_or_insert(Reached { at, parent: message.src, hops });
            }
        }
        let mut life =
            Self { value, origin, invoked, acknowledged: op(OpKind::Ok), messages, reached, faults: Vec::new(), names };
        life.faults = fault::during(&life, &run.history);
        Some(life)
    }

    /// How long after the client asked that is, in milliseconds.
    pub(crate) fn millis(&self, time: Time) -> f64 {
        time.since(self.invoked).as_millis_f64()
    }

    /// When the last thing happened to the value.
    pub(crate) fn end(&self) -> Time {
        let messages = self.messages.iter().map(|message| message.over().unwrap_or(message.sent));
        messages.chain(self.acknowledged).fold(self.invoked, Time::max)
    }

    /// The node that was reached last, and how.
    pub(crate) fn last(&self) -> Option<(u32, Reached)> {
        (0..)
            .zip(&self.reached)
            .filter_map(|(node, how)| Some((node, (*how)?)))
            .max_by_key(|(node, how)| (how.at, *node))
    }

    /// The way to a node, from the one that the client asked.
    pub(crate) fn way_to(&self, node: u32) -> Vec<u32> {
        let parent = |&node: &u32| self.reached[node as usize].and_then(|how| how.parent.as_node());
        // A node is reached after its parent, so no way is longer than there are nodes.
        let mut way: Vec<u32> = std::iter::successors(Some(node), parent).take(self.names.len()).collect();
        way.reverse();
        way
    }

    /// How many messages are so.
    pub(crate) fn count(&self, is: impl Fn(&Message) -> bool) -> usize {
        self.messages.iter().filter(|message| is(message)).count()
    }

    /// What somebody is called.
    pub(crate) fn name(&self, address: Address) -> String {
        match address.party() {
            Party::Node(node) => self.names.get(node as usize).cloned().unwrap_or_else(|| "?".to_owned()),
            Party::Client(client) => format!("c{client}"),
            Party::Other(_) => "a service".to_owned(),
        }
    }
}

impl Message {
    /// Whether it is between two nodes.
    pub(crate) const fn is_between_nodes(&self) -> bool {
        self.src.as_node().is_some() && self.dest.as_node().is_some()
    }

    /// When it arrived or was lost.
    pub(crate) const fn over(&self) -> Option<Time> {
        match self.end {
            End::Arrived { at, .. } | End::Lost { at, .. } => Some(at),
            End::UnderWay => None,
        }
    }

    /// What it is to its receiver, if it arrived.
    pub(crate) const fn sight(&self) -> Option<Sight> {
        if let End::Arrived { sight, .. } = self.end { Some(sight) } else { None }
    }

    /// Whether its receiver first saw the value in it, in this life or an earlier one.
    pub(crate) const fn is_first(&self) -> bool {
        matches!(self.sight(), Some(Sight::First | Sight::Regained))
    }

    /// Whether it carries the value.
    pub(crate) const fn is_carrier(&self) -> bool {
        matches!(self.role, Role::Carrier { .. })
    }

    /// What became of it, in words.
    pub(crate) const fn fate(&self) -> &'static str {
        match self.end {
            End::Arrived { sight: Sight::First, .. } => "first sight",
            End::Arrived { sight: Sight::Regained, .. } => "regained after a crash",
            End::Arrived { sight: Sight::Again, .. } => "duplicate",
            End::Arrived { sight: Sight::Answer, .. } => "answer",
            End::Lost { why: Loss::Chance, .. } => "lost",
            End::Lost { why: Loss::Cut, .. } => "lost: cut",
            End::Lost { why: Loss::Dead, .. } => "lost: receiver dead",
            End::UnderWay => "under way at the end",
        }
    }
}

/// A history's time on the clock of the messages.
pub(super) fn since(origin: Time, time: Time) -> Time {
    origin + time.since(Time::ZERO)
}

/// The values that clients broadcast, in order.
pub(crate) fn broadcast_values(history: &History) -> Vec<Value> {
    let invoked = history.client_ops().filter(|(_, op)| op.kind == OpKind::Invoke);
    let value = |f: &F| if let F::Broadcast(value) = f { Some(*value) } else { None };
    invoked.filter_map(|(_, op)| value(&op.f)).collect()
}

/// A span of the diagram's time axis beyond the last event, so that nothing touches the edge.
pub(super) const fn margin(span: Duration) -> Duration {
    Duration::from_nanos(span.as_nanos() / 25 + 1_000_000)
}
