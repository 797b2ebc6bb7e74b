//! Jepsen's set-full checker as Maelstrom's broadcast workload runs it (semantics, section 6): for each value, from when
//! on it was known, and whether later reads kept showing it.
//!
//! It judges by the read that was *invoked* last, whichever node that was. A value that other nodes lack for good can thus
//! be called stable; [`super::strict`] tells of such values. Duplicates in a read and values from nowhere do not count.

use std::cmp::Reverse;

use protocol::{Time, Value};

use super::quantiles::Quantiles;
use super::sightings::{Elements, Sought, reads};
use crate::history::{F, History, IndexedOp, OpKind};
use crate::results::Validity;

/// What became of the values. `:duplicated` is not here: the checker never finds any.
#[derive(Clone, Debug, PartialEq)]
pub struct SetFull {
    /// Invalid if a value is lost; unknown if none is stable.
    pub valid: Validity,
    /// How many values were tried, whatever came of the attempt.
    pub attempt_count: usize,
    /// How many are shown by every read invoked from some time on.
    pub stable_count: usize,
    /// Known values that the last reads lack, in ascending order.
    pub lost: Vec<Value>,
    /// Values that no read could tell of, in ascending order.
    pub never_read: Vec<Value>,
    /// Stable values that a read still lacked a millisecond or more after they were known, in ascending order.
    pub stale: Vec<Value>,
    /// The stale ones that took longest, at most [`WORST`] of them.
    pub worst_stale: Vec<StaleElement>,
    /// Milliseconds from known to stable; nothing if no value is stable.
    pub stable_latencies: Option<Quantiles<u64>>,
    /// Milliseconds from known to lost; nothing if no value is lost.
    pub lost_latencies: Option<Quantiles<u64>>,
}

/// A value that was missed for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct StaleElement {
    /// The value.
    pub element: Value,
    /// Milliseconds from known to stable.
    pub stable_latency: u64,
    /// The completion, of its broadcast or of a read, that made it known.
    pub known: IndexedOp,
    /// The last invocation of a read that lacked it.
    pub last_absent: IndexedOp,
}

/// How many stale elements are described one by one.
pub const WORST: usize = 8;

/// Judges a history.
pub fn check(history: &History) -> SetFull {
    let mut elements = timelines(history);
    elements.sort_unstable_by_key(|element| element.value);
    let outcomes: Vec<(Timeline, Outcome)> =
        elements.into_iter().map(|element| (element, element.outcome(history))).collect();
    let values = |wanted: fn(&Outcome) -> bool| {
        outcomes.iter().filter(|(_, outcome)| wanted(outcome)).map(|(element, _)| element.value).collect::<Vec<_>>()
    };
    let latencies = |latency: fn(&Outcome) -> Option<u64>| {
        Quantiles::of(outcomes.iter().filter_map(|(_, outcome)| latency(outcome)).collect())
    };
    let stable_count = outcomes.iter().filter(|(_, outcome)| outcome.stable_latency().is_some()).count();
    let lost = values(|outcome| outcome.lost_latency().is_some());
    SetFull {
        valid: match (lost.is_empty(), stable_count) {
            (false, _) => Validity::Invalid,
            (true, 0) => Validity::Unknown,
            (true, _) => Validity::Valid,
        },
        attempt_count: outcomes.len(),
        stable_count,
        lost,
        never_read: values(|outcome| matches!(outcome, Outcome::NeverRead)),
        stale: values(Outcome::is_stale),
        worst_stale: worst_stale(history, &outcomes),
        stable_latencies: latencies(Outcome::stable_latency),
        lost_latencies: latencies(Outcome::lost_latency),
    }
}

/// Milliseconds from known to stable, of every value that is stable, in ascending order: what the quantiles are of.
pub fn stable_latencies(history: &History) -> Vec<u64> {
    let elements = timelines(history);
    let mut latencies: Vec<u64> =
        elements.iter().filter_map(|element| element.outcome(history).stable_latency()).collect();
    latencies.sort_unstable();
    latencies
}

/// The history of one value, as indices of ops.
#[derive(Clone, Copy)]
struct Timeline {
    value: Value,
    /// The completion that made it known.
    known: Option<usize>,
    /// The last invocation of a read that showed it.
    last_present: Option<usize>,
    /// The last invocation of a read that lacked it.
    last_absent: Option<usize>,
}

enum Outcome {
    Lost { latency: u64 },
    NeverRead,
    Stable { latency: u64 },
}

fn timelines(history: &History) -> Vec<Timeline> {
    let elements = Elements::of(history);
    let acknowledged = acknowledged(history, &elements);
    let reads = reads(history);
    let mut invoked = vec![None; history.ops().len()];
    for read in &reads {
        invoked[read.invocation] = Some(read);
    }
    let latest_first = || invoked.iter().rev().flatten().map(|&read| *read);
    let shown = elements.first(reads.iter().copied(), Sought::Present);
    let present = elements.first(latest_first(), Sought::Present);
    let absent = elements.first(latest_first(), Sought::Absent);
    let timeline = |(place, &(_, value)): (usize, &(usize, Value))| Timeline {
        value,
        known: [acknowledged[place], shown[place].map(|read| read.completion)].into_iter().flatten().min(),
        last_present: present[place].map(|read| read.invocation),
        last_absent: absent[place].map(|read| read.invocation),
    };
    elements.created().iter().enumerate().map(timeline).collect()
}

/// For each element the index of the first completion that acknowledges it.
fn acknowledged(history: &History, elements: &Elements) -> Vec<Option<usize>> {
    let mut acknowledged = vec![None; elements.len()];
    for (index, op) in history.client_ops().filter(|(_, op)| op.kind == OpKind::Ok) {
        if let F::Broadcast(value) = op.f
            && let Some(place) = elements.place(value)
            && elements.created()[place].0 < index
        {
            acknowledged[place].get_or_insert(index);
        }
    }
    acknowledged
}

fn worst_stale(history: &History, outcomes: &[(Timeline, Outcome)]) -> Vec<StaleElement> {
    let mut stale: Vec<(u64, Timeline)> = outcomes
        .iter()
        .filter(|(_, outcome)| outcome.is_stale())
        .filter_map(|(element, outcome)| Some((outcome.stable_latency()?, *element)))
        .collect();
    let worst_first = |&(latency, element): &(u64, Timeline)| Reverse((latency, element.value));
    if stale.len() > WORST {
        // There may be many, and only these are put in order.
        stale.select_nth_unstable_by_key(WORST, worst_first);
        stale.truncate(WORST);
    }
    stale.sort_unstable_by_key(worst_first);
    let described = stale.into_iter().filter_map(|(stable_latency, element)| {
        let (known, last_absent) = (history.quote(element.known?), history.quote(element.last_absent?));
        Some(StaleElement { element: element.value, stable_latency, known, last_absent })
    });
    described.collect()
}

impl Timeline {
    /// An index that is not there counts as lower than every other: so `None` compares in Rust too.
    fn outcome(&self, history: &History) -> Outcome {
        let Some(known) = self.known else {
            return Outcome::NeverRead;
        };
        let time = |index: usize| history.ops()[index].time;
        // Right after the last read that said otherwise; that one nanosecond is Jepsen's.
        let latency = |until: Option<usize>| {
            let end = until.map_or(Time::ZERO, |index| Time::from_nanos(time(index).as_nanos().saturating_add(1)));
            end.since(time(known)).as_millis()
        };
        if self.last_present > self.last_absent {
            Outcome::Stable { latency: latency(self.last_absent) }
        } else if self.last_present < self.last_absent && Some(known) < self.last_absent {
            Outcome::Lost { latency: latency(self.last_present) }
        } else {
            Outcome::NeverRead
        }
    }
}

impl Outcome {
    fn stable_latency(&self) -> Option<u64> {
        if let Self::Stable { latency } = self { Some(*latency) } else { None }
    }

    fn lost_latency(&self) -> Option<u64> {
        if let Self::Lost { latency } = self { Some(*latency) } else { None }
    }

    fn is_stale(&self) -> bool {
        matches!(self, Self::Stable { latency: 1.. })
    }
}
