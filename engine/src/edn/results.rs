//! Results as EDN, in the shape of Maelstrom's results.edn (semantics, sections 7.1 to 7.3).
//!
//! Plots and the timeline are Maelstrom's alone: those entries only say that nothing went wrong with them, so that a reader
//! of Maelstrom's results finds every key in its place. A run that did not reach its end carries `:error` beside the rest.

use super::history::{quoted, quoted_as_add};
use super::layout::pretty;
use super::{Edn, record};
use crate::checker::echo::Echo;
use crate::checker::net::Net;
use crate::checker::quantiles::Quantiles;
use crate::checker::set_full::{SetFull, StaleElement};
use crate::checker::stats::{Stats, Tally};
use crate::journal::Count;
use crate::results::{Results, Validity, WorkloadResults};

/// Results as Maelstrom writes them, with a line end after the last line.
pub fn results(results: &Results) -> String {
    let graph = || Edn::Map(record([("valid?", true.into())]));
    let perf = record([("latency-graph", graph()), ("rate-graph", graph()), ("valid?", true.into())]);
    let mut entries = record([
        ("perf", Edn::Map(perf)),
        ("timeline", graph()),
        ("exceptions", exceptions(results)),
        ("stats", stats(&results.stats)),
        ("availability", availability(results)),
    ]);
    entries.extend(results.net.iter().flat_map(|figures| record([("net", net(figures))])));
    let workload = match &results.workload {
        WorkloadResults::Broadcast(found) => set_full(found),
        WorkloadResults::Echo(found) => echo(found),
    };
    entries.extend(record([("workload", workload), valid(results.valid())]));
    entries.extend(results.error.iter().flat_map(|error| record([("error", error.as_str().into())])));
    pretty(&Edn::Map(entries)) + "\n"
}

fn valid(validity: Validity) -> (&'static str, Edn) {
    let value = match validity {
        Validity::Valid => true.into(),
        Validity::Unknown => Edn::keyword("unknown"),
        Validity::Invalid => false.into(),
    };
    ("valid?", value)
}

fn exceptions(results: &Results) -> Edn {
    let mut entries = record([("valid?", true.into())]);
    let class = |found: &crate::checker::exceptions::Exceptions| {
        Edn::Map(record([
            ("count", found.count.into()),
            ("class", Edn::Symbol(found.class)),
            ("example", quoted(&found.example)),
        ]))
    };
    if !results.exceptions.is_empty() {
        let classes = Edn::List(results.exceptions.iter().map(class).collect());
        entries.extend(record([("exceptions", classes)]));
    }
    Edn::Map(entries)
}

fn stats(stats: &Stats) -> Edn {
    let by_f = stats.by_f.iter().map(|(name, counts)| (Edn::keyword(*name), Edn::Map(tally(*counts, counts.valid()))));
    let mut entries = tally(stats.all, stats.valid());
    entries.extend(record([("by-f", Edn::Map(by_f.collect()))]));
    Edn::Map(entries)
}

fn tally(counts: Tally, validity: Validity) -> Vec<(Edn, Edn)> {
    record([
        valid(validity),
        ("count", counts.total().into()),
        ("ok-count", counts.ok.into()),
        ("fail-count", counts.fail.into()),
        ("info-count", counts.info.into()),
    ])
}

fn availability(results: &Results) -> Edn {
    let fraction = results.availability.fraction.map_or(Edn::Int(1), Edn::Float);
    Edn::Map(record([valid(results.availability.valid), ("ok-fraction", fraction)]))
}

fn net(net: &Net) -> Edn {
    Edn::Map(record([
        ("all", group(net.all(), net.msgs_per_op())),
        ("clients", group(net.clients, None)),
        ("servers", group(net.servers, net.server_msgs_per_op())),
        ("valid?", true.into()),
    ]))
}

fn group(count: Count, msgs_per_op: Option<f32>) -> Edn {
    let mut entries = record([
        ("send-count", count.sent.into()),
        ("recv-count", count.received.into()),
        ("msg-count", count.sent.into()),
    ]);
    entries.extend(msgs_per_op.into_iter().flat_map(|ratio| record([("msgs-per-op", Edn::Float(ratio))])));
    Edn::Map(entries)
}

fn set_full(found: &SetFull) -> Edn {
    let integers = |values: &[i64]| Edn::list(values.iter().copied());
    let mut entries = record([
        ("worst-stale", Edn::List(found.worst_stale.iter().map(stale_element).collect())),
        ("duplicated-count", Edn::Int(0)),
        valid(found.valid),
        ("lost-count", found.lost.len().into()),
        ("lost", integers(&found.lost)),
        ("stable-count", found.stable_count.into()),
        ("stale-count", found.stale.len().into()),
        ("stale", integers(&found.stale)),
        ("never-read-count", found.never_read.len().into()),
    ]);
    let latencies = |key, quantiles: Option<Quantiles<u64>>| {
        quantiles.into_iter().flat_map(move |quantiles| record([(key, quantile_map(quantiles))]))
    };
    entries.extend(latencies("stable-latencies", found.stable_latencies));
    entries.extend(record([("attempt-count", found.attempt_count.into())]));
    entries.extend(latencies("lost-latencies", found.lost_latencies));
    entries.extend(record([("never-read", integers(&found.never_read)), ("duplicated", Edn::Map(Vec::new()))]));
    Edn::Map(entries)
}

fn stale_element(stale: &StaleElement) -> Edn {
    Edn::Map(record([
        ("element", stale.element.into()),
        ("outcome", Edn::keyword("stable")),
        ("stable-latency", stale.stable_latency.into()),
        ("lost-latency", Edn::Nil),
        ("known", quoted_as_add(&stale.known)),
        ("last-absent", quoted_as_add(&stale.last_absent)),
    ]))
}

fn quantile_map(quantiles: Quantiles<u64>) -> Edn {
    Edn::Map(vec![
        (Edn::Int(0), quantiles.min.into()),
        (Edn::Float64(0.5), quantiles.median.into()),
        (Edn::Float64(0.95), quantiles.p95.into()),
        (Edn::Float64(0.99), quantiles.p99.into()),
        (Edn::Int(1), quantiles.max.into()),
    ])
}

/// Each error is four things in a row, as Maelstrom has it: two of words, and what they announce.
fn echo(found: &Echo) -> Edn {
    let error = |error: &crate::checker::echo::EchoError| {
        Edn::Vector(vec!["sent".into(), (&error.sent).into(), "but received".into(), (&error.received).into()])
    };
    let errors = found.errors.iter().map(error).collect();
    Edn::Map(record([valid(found.valid()), ("errors", Edn::List(errors))]))
}
