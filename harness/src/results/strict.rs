//! What results.edn leaves out, from the history: client latencies, propagation, and values that single nodes lack.

use std::collections::{BTreeMap, BTreeSet};

use engine::checker::propagation::Source;
use engine::checker::quantiles::Quantiles;
use engine::checker::strict::Strict;
use engine::history::History;
use engine::{Options, Workload};

use super::Reading;
use crate::figure::{Figure, Figures};
use crate::outcome::Finding;
use crate::words::few;

/// Adds what a history tells to what results.edn told. `strict` is the history's report, and `lost` are the values that
/// results.edn calls lost.
pub(super) fn add(reading: &mut Reading, strict: Strict, history: &History, options: &Options, lost: &BTreeSet<i64>) {
    reading.figures.set(Figure::Operations, history.client_invocations() as f64);
    if let Some(latencies) = strict.client_latencies.all {
        let [_, median, p95, p99, max] = in_order(latencies);
        reading.figures.set(Figure::ClientLatencyMedian, median);
        reading.figures.set(Figure::ClientLatencyP95, p95);
        reading.figures.set(Figure::ClientLatencyP99, p99);
        reading.figures.set(Figure::ClientLatencyMax, max);
    }
    if options.workload == Workload::Broadcast {
        broadcast(reading, strict, history, lost);
    }
}

fn broadcast(reading: &mut Reading, strict: Strict, history: &History, lost: &BTreeSet<i64>) {
    reading.figures.set(Figure::Broadcasts, history.broadcast_invocations() as f64);
    // The bound that reads give is too loose to stand in one column with what was measured.
    if let Some(propagation) = strict.propagation.as_ref().filter(|propagation| propagation.source == Source::Measured)
    {
        add_propagation(&mut reading.figures, propagation.latency);
    }
    let missing: BTreeSet<i64> = strict.missing.values().flatten().copied().collect();
    reading.figures.set(Figure::Missing, missing.len() as f64);
    let unseen = missing.difference(lost).count();
    if unseen > 0 {
        let lacks = |values: &&Vec<i64>| values.iter().any(|value| !lost.contains(value));
        let nodes = strict.missing.values().filter(lacks).count();
        reading.findings.push(Finding::MissingButStable { values: unseen, nodes });
    }
    if !strict.unread.is_empty() {
        let text = format!("no final read succeeded on {}: what is there nobody knows", few(&strict.unread, NAMED_MAX));
        reading.findings.push(Finding::Note { text });
    }
    reading.missing = strict.missing.into_iter().collect::<BTreeMap<_, _>>();
}

/// Sets the figures of a measured propagation.
pub(crate) fn add_propagation(figures: &mut Figures, latency: Quantiles<f64>) {
    let [_, median, p95, p99, max] = in_order(latency);
    figures.set(Figure::PropagationMedian, median);
    figures.set(Figure::PropagationP95, p95);
    figures.set(Figure::PropagationP99, p99);
    figures.set(Figure::PropagationMax, max);
}

fn in_order<T>(quantiles: Quantiles<T>) -> [T; 5] {
    [quantiles.min, quantiles.median, quantiles.p95, quantiles.p99, quantiles.max]
}

/// So many nodes are told one by one.
const NAMED_MAX: usize = 8;
