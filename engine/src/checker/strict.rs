//! What Maelstrom's results leave out, and a user should know: values that single nodes lack at the end, what clients
//! waited, how long values travelled, what a broadcast cost.
//!
//! Maelstrom judges by the final read that was invoked last; here every node's final read counts.

use std::collections::BTreeMap;

use protocol::{Duration, Value, ValueSet, Values};
use serde::{Deserialize, Serialize};

use super::by_f::ByF;
use super::propagation::{Propagation, Source, upper_bound};
use super::quantiles::Quantiles;
use crate::history::{F, History, OpKind};
use crate::journal::Journal;
use crate::options::{Options, Workload};

/// The stricter report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Strict {
    /// Acknowledged values that a node's last final read lacks, by node; nodes that lack none are left out.
    pub missing: BTreeMap<String, Vec<Value>>,
    /// Nodes of which no final read succeeded, so that nobody knows what they hold. In the cluster's order.
    pub unread: Vec<String>,
    /// What clients waited for an `ok`, in milliseconds.
    pub client_latencies: ClientLatencies,
    /// Invocation to everywhere; nothing if no value is known to have reached every node.
    pub propagation: Option<Propagation>,
    /// Messages between servers per broadcast invoked; nothing without a journal or without a broadcast.
    pub msgs_per_broadcast: Option<f64>,
}

/// From `:invoke` to `:ok`, in milliseconds. An operation that did not succeed has no latency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClientLatencies {
    /// Over all operations; nothing if none succeeded.
    pub all: Option<Quantiles<f64>>,
    /// Over those of one kind, by its name.
    pub by_f: BTreeMap<String, Quantiles<f64>>,
}

/// Reports on a history. `propagation` are the times that values took from invocation to everywhere, if whoever ran the
/// nodes measured them; without them the reads give an upper bound.
pub fn check(
    history: &History,
    journal: Option<&Journal>,
    options: &Options,
    propagation: Option<&[Duration]>,
) -> Strict {
    let (missing, unread) = match options.workload {
        Workload::Broadcast => missing(history, options),
        Workload::Echo => Default::default(),
    };
    let broadcasts = history.broadcast_invocations();
    Strict {
        missing,
        unread,
        client_latencies: client_latencies(history),
        propagation: match propagation {
            None => Propagation::of(Source::UpperBound, &upper_bound(history, options)),
            Some(spans) => Propagation::of(Source::Measured, spans),
        },
        msgs_per_broadcast: journal
            .filter(|_| broadcasts > 0)
            .map(|journal| journal.servers.sent as f64 / broadcasts as f64),
    }
}

/// What each node's final read lacks, and the nodes that have none. Of several final reads the one invoked last counts: what
/// an earlier one lacked may have been on its way.
fn missing(history: &History, options: &Options) -> (BTreeMap<String, Vec<Value>>, Vec<String>) {
    let acknowledged: ValueSet = history
        .client_ops()
        .filter(|(_, op)| op.kind == OpKind::Ok)
        .filter_map(|(_, op)| if let F::Broadcast(value) = op.f { Some(value) } else { None })
        .collect();
    let finals = final_reads(history, options);
    let mut missing = BTreeMap::new();
    let mut unread = Vec::new();
    for (node, name) in options.nodes.iter().enumerate() {
        let Some(&(_, values)) = finals.get(&node) else {
            unread.push(name.clone());
            continue;
        };
        let shown = values.map(Values::as_snapshot).unwrap_or_default();
        let lacking: Vec<Value> = shown.lacking(&acknowledged).collect();
        if !lacking.is_empty() {
            missing.insert(name.clone(), lacking);
        }
    }
    (missing, unread)
}

/// For each node the invocation and the values of the last final read that succeeded.
fn final_reads<'a>(history: &'a History, options: &Options) -> BTreeMap<usize, (usize, Option<&'a Values>)> {
    let ops = history.ops();
    let mut finals = BTreeMap::new();
    let mut pairs: Vec<_> = history.pairs().into_iter().filter(|&(invocation, _)| ops[invocation].is_final).collect();
    pairs.sort_unstable();
    for (invocation, completion) in pairs {
        if let (OpKind::Ok, F::Read(values)) = (ops[completion].kind, &ops[completion].f)
            && let Some(node) = ops[invocation].process.node(options)
        {
            finals.insert(node, (invocation, values.as_ref()));
        }
    }
    finals
}

fn client_latencies(history: &History) -> ClientLatencies {
    let ops = history.ops();
    let mut all = Vec::new();
    let mut by_f: ByF<Vec<Duration>> = ByF::new();
    for (invocation, completion) in history.pairs() {
        if ops[completion].kind == OpKind::Ok {
            let latency = ops[completion].time.since(ops[invocation].time);
            all.push(latency);
            by_f.of(&ops[invocation].f).push(latency);
        }
    }
    let quantiles = |latencies: Vec<Duration>| Some(Quantiles::of(latencies)?.map(Duration::as_millis_f64));
    ClientLatencies {
        all: quantiles(all),
        by_f: by_f.named().filter_map(|(f, latencies)| Some((f.to_owned(), quantiles(latencies)?))).collect(),
    }
}
