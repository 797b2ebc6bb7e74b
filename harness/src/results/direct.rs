//! What results.edn and history.edn of a run would say, without writing and reading them: for runs by the thousand.
//!
//! Held against the files by a test of whoever writes them. Absent: judgement; the engine has judged.

use std::collections::{BTreeMap, BTreeSet};

use engine::Options;
use engine::checker::set_full::SetFull;
use engine::checker::stats::Tally;
use engine::checker::strict::Strict;
use engine::history::History;
use engine::results::{self, Results, WorkloadResults};

use super::{Reading, strict};
use crate::figure::{Figure, Figures};
use crate::outcome::{Finding, Validity};

/// What a run's files would say of these results. `report` is that of the run's history.
pub fn of(results: &Results, report: Strict, history: &History, options: &Options) -> Reading {
    let lost = match &results.workload {
        WorkloadResults::Broadcast(found) => found.lost.iter().copied().collect(),
        WorkloadResults::Echo(_) => BTreeSet::new(),
    };
    let mut reading = Reading {
        validity: validity(results.valid()),
        figures: figures(results),
        findings: Vec::new(),
        missing: BTreeMap::new(),
        error: results.error.clone(),
    };
    if results.workload.valid() == results::Validity::Unknown {
        let reason = "its checker could not tell".to_owned();
        reading.findings.push(Finding::NotJudged { part: "workload".to_owned(), reason });
    }
    strict::add(&mut reading, report, history, options, &lost);
    reading
}

const fn validity(validity: results::Validity) -> Validity {
    match validity {
        results::Validity::Valid => Validity::Valid,
        results::Validity::Unknown => Validity::Unknown,
        results::Validity::Invalid => Validity::Invalid,
    }
}

fn figures(results: &Results) -> Figures {
    let mut figures = Figures::default();
    let broadcasts = results.stats.by_f.get("broadcast").map_or(0, Tally::total);
    if let Some(net) = &results.net {
        let ratios = [(Figure::MsgsPerOp, net.msgs_per_op()), (Figure::ServerMsgsPerOp, net.server_msgs_per_op())];
        for (figure, ratio) in ratios {
            if let Some(ratio) = ratio {
                figures.set(figure, as_written(ratio));
            }
        }
        if broadcasts > 0 {
            figures.set(Figure::MsgsPerBroadcast, net.servers.sent as f64 / broadcasts as f64);
        }
    }
    figures.set(Figure::OkFraction, results.availability.fraction.map_or(1.0, as_written));
    if let WorkloadResults::Broadcast(found) = &results.workload {
        set_full(&mut figures, found);
    }
    figures
}

fn set_full(figures: &mut Figures, found: &SetFull) {
    figures.set(Figure::Lost, found.lost.len() as f64);
    figures.set(Figure::Stale, found.stale.len() as f64);
    figures.set(Figure::NeverRead, found.never_read.len() as f64);
    if let Some(latencies) = found.stable_latencies {
        figures.set(Figure::StableLatencyMin, latencies.min as f64);
        figures.set(Figure::StableLatencyMedian, latencies.median as f64);
        figures.set(Figure::StableLatencyP95, latencies.p95 as f64);
        figures.set(Figure::StableLatencyP99, latencies.p99 as f64);
        figures.set(Figure::StableLatencyMax, latencies.max as f64);
    }
}

/// The number that a reader finds in the file, where Maelstrom's 32-bit floats have their fewest digits: `25.32`, and not
/// the 25.319999694824219 next to it.
fn as_written(ratio: f32) -> f64 {
    ratio.to_string().parse().expect("a float is written as a number")
}
