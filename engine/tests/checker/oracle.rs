//! Set-full and the bound on propagation, word for word as they are defined: every read against every value. Slow, and so
//! simple that the fast versions are held against them on random histories.

use std::collections::{BTreeMap, BTreeSet};

use engine::Options;
use engine::checker::propagation::upper_bound;
use engine::checker::quantiles::Quantiles;
use engine::checker::set_full::{SetFull, StaleElement, check};
use engine::history::{F, History, Op, OpKind, Process};
use engine::results::Validity;
use proptest::prelude::*;
use protocol::{Duration, Time, Value, ValueSet, Values};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn the_fast_checkers_are_the_slow_ones(steps in steps(), numbered in any::<bool>()) {
        let history = history(&steps, numbered);
        prop_assert_eq!(check(&history), set_full(&history));
        for nodes in 1..4 {
            let options = Options { nodes: Options::numbered_nodes(nodes), ..Options::default() };
            prop_assert_eq!(upper_bound(&history, &options), propagation(&history, &options));
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Element {
    known: Option<usize>,
    present: Option<usize>,
    absent: Option<usize>,
}

/// Semantics, section 6.2.
fn elements(history: &History) -> BTreeMap<Value, Element> {
    let mut elements: BTreeMap<Value, Element> = BTreeMap::new();
    let mut open = BTreeMap::new();
    for (index, op) in history.client_ops() {
        match (&op.f, op.kind) {
            (F::Broadcast(value), OpKind::Invoke) => drop(elements.insert(*value, Element::default())),
            (F::Broadcast(value), OpKind::Ok) => {
                let element = elements.get_mut(value).expect("invoked before it completes");
                element.known = element.known.or(Some(index));
            }
            (F::Read(_), OpKind::Invoke) => drop(open.insert(op.process, index)),
            (F::Read(values), OpKind::Ok) => {
                let invocation = open.get(&op.process).copied();
                let shown: BTreeSet<Value> = values.iter().flat_map(Values::integers).collect();
                for (value, element) in &mut elements {
                    if shown.contains(value) {
                        element.known = element.known.or(Some(index));
                        element.present = element.present.max(invocation);
                    } else {
                        element.absent = element.absent.max(invocation);
                    }
                }
            }
            _ => {}
        }
    }
    elements
}

/// Semantics, sections 6.3 and 6.4.
fn set_full(history: &History) -> SetFull {
    let ops = history.ops();
    let elements = elements(history);
    let mut found = SetFull {
        valid: Validity::Unknown,
        attempt_count: elements.len(),
        stable_count: 0,
        lost: Vec::new(),
        never_read: Vec::new(),
        stale: Vec::new(),
        worst_stale: Vec::new(),
        stable_latencies: None,
        lost_latencies: None,
    };
    let (mut stable, mut lost) = (Vec::new(), Vec::new());
    for (value, element) in elements {
        let nanos = |index: usize| i128::from(ops[index].time.as_nanos());
        let latency = |until: Option<usize>| {
            let end = until.map_or(0, |index| nanos(index) + 1);
            let known = nanos(element.known.expect("an outcome needs it"));
            u64::try_from((end - known).max(0) / 1_000_000).expect("not negative")
        };
        let at = |index: Option<usize>| index.map_or(-1, |index| i64::try_from(index).expect("a short history"));
        if element.present.is_some() && at(element.absent) < at(element.present) {
            let stable_latency = latency(element.absent);
            stable.push(stable_latency);
            if stable_latency > 0 {
                found.stale.push(value);
                found.worst_stale.push(StaleElement {
                    element: value,
                    stable_latency,
                    known: history.quote(element.known.expect("stable")),
                    last_absent: history.quote(element.absent.expect("stale")),
                });
            }
        } else if element.known.is_some()
            && element.absent.is_some()
            && at(element.present) < at(element.absent)
            && at(element.known) < at(element.absent)
        {
            lost.push(latency(element.present));
            found.lost.push(value);
        } else {
            found.never_read.push(value);
        }
    }
    found.worst_stale.sort_by_key(|stale| stale.stable_latency);
    found.worst_stale.reverse();
    found.worst_stale.truncate(8);
    found.stable_count = stable.len();
    if !lost.is_empty() {
        found.valid = Validity::Invalid;
    } else if !stable.is_empty() {
        found.valid = Validity::Valid;
    }
    (found.stable_latencies, found.lost_latencies) = (quantiles(stable), quantiles(lost));
    found
}

fn quantiles(mut values: Vec<u64>) -> Option<Quantiles<u64>> {
    values.sort_unstable();
    // The same in whole numbers: floor(n q) with q in hundredths.
    let at = |hundredths: usize| values.get((values.len() * hundredths / 100).min(values.len() - 1)).copied();
    if values.is_empty() {
        return None;
    }
    Some(Quantiles { min: at(0)?, median: at(50)?, p95: at(95)?, p99: at(99)?, max: at(100)? })
}

fn propagation(history: &History, options: &Options) -> Vec<Duration> {
    let ops = history.ops();
    let mut created: BTreeMap<Value, usize> = BTreeMap::new();
    for (index, op) in history.client_ops().filter(|(_, op)| op.kind == OpKind::Invoke) {
        if let F::Broadcast(value) = op.f {
            created.insert(value, index);
        }
    }
    let mut created: Vec<(usize, Value)> = created.into_iter().map(|(value, index)| (index, value)).collect();
    created.sort_unstable();
    let shows = |index: usize, op: &Op, node: usize, value: Value, since: usize| match &op.f {
        F::Read(Some(values)) if op.kind == OpKind::Ok && index > since => {
            op.process.node(options) == Some(node) && values.integers().any(|shown| shown == value)
        }
        _ => false,
    };
    let everywhere = |&(since, value): &(usize, Value)| {
        let first = |node| history.client_ops().find(|&(index, op)| shows(index, op, node, value, since));
        let latest = (0..options.nodes.len()).map(|node| Some(first(node)?.1.time)).collect::<Option<Vec<Time>>>()?;
        Some(latest.into_iter().max()?.since(ops[since].time))
    };
    created.iter().filter_map(everywhere).collect()
}

/// What a worker does next: invoke something if it is idle, complete what it began if not.
#[derive(Clone, Debug)]
struct Step {
    worker: usize,
    later: u64,
    broadcast: bool,
    value: Value,
    end: OpKind,
    /// Of 256 values about so many are shown.
    shown: u64,
    which: u64,
    as_set: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = prop_oneof![8 => Just(OpKind::Ok), 1 => Just(OpKind::Fail), 1 => Just(OpKind::Info)];
    let later = prop_oneof![Just(0), Just(1), Just(999_999), Just(1_000_000), 0..30_000_000_u64];
    let value = prop_oneof![8 => 0..12_i64, 2 => 60..70_i64, 1 => -2..0_i64, 1 => 1_i64 << 24..(1 << 24) + 2];
    let shown = prop_oneof![Just(0), Just(128), Just(240), Just(256)];
    let step = (0..WORKERS, later, any::<bool>(), value, end, shown, any::<u64>(), any::<bool>());
    let step = step.prop_map(|(worker, later, broadcast, value, end, shown, which, as_set)| Step {
        worker,
        later,
        broadcast,
        value,
        end,
        shown,
        which,
        as_set,
    });
    prop::collection::vec(step, 0..300)
}

const WORKERS: usize = 5;

/// A history of these steps. `numbered` values are 0, 1, 2, … as a test's are; others are drawn, with repetitions.
fn history(steps: &[Step], numbered: bool) -> History {
    let mut history = History::new();
    let mut busy: [Option<F>; WORKERS] = Default::default();
    let mut process: [u64; WORKERS] = std::array::from_fn(|worker| worker as u64);
    let mut now = Time::ZERO;
    let mut next = 0;
    for step in steps {
        now += Duration::from_nanos(step.later);
        let (kind, f) = match busy[step.worker].take() {
            None if step.broadcast => {
                next += 1;
                (OpKind::Invoke, F::Broadcast(if numbered { next - 1 } else { step.value }))
            }
            None => (OpKind::Invoke, F::Read(None)),
            Some(F::Read(_)) if step.end == OpKind::Ok => (OpKind::Ok, F::Read(shown(step, next))),
            Some(f) => (step.end, f),
        };
        let client = Process::Client(process[step.worker]);
        if kind == OpKind::Invoke {
            busy[step.worker] = Some(f.clone());
        } else if kind == OpKind::Info {
            process[step.worker] += WORKERS as u64;
        }
        history.push(Op { time: now, kind, process: client, f, error: None, is_final: false });
    }
    history
}

/// Values of the past, of the future and of nobody, now and then twice.
fn shown(step: &Step, next: Value) -> Option<Values> {
    let candidates = (-2..next + 2).chain(0..12).chain(60..70).chain(1 << 24..(1 << 24) + 2);
    let mut state = step.which;
    let drawn = candidates.filter(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 56 < step.shown
    });
    match (step.as_set, step.which % 16) {
        (true, 0) => None,
        (true, 1..9) => Some(Values::from(&drawn.filter(|value| (0..1000).contains(value)).collect::<ValueSet>())),
        (true, _) => Some(Values::from(&drawn.collect::<ValueSet>())),
        (false, _) => Some(Values::List(drawn.map(Into::into).collect())),
    }
}
