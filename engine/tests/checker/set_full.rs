//! The vectors of semantics 6.6 and 6.7, and a few more.

use engine::checker::quantiles::Quantiles;
use engine::checker::set_full::{SetFull, check};

use crate::text;

#[test]
fn every_vector_is_judged_as_jepsen_judges_it() {
    text::check(include_str!("set_full.txt"), |case| summary(&check(&case.history)));
}

fn summary(found: &SetFull) -> String {
    let list = |values: &[i64]| format!("({})", values.iter().map(i64::to_string).collect::<Vec<_>>().join(" "));
    let quantiles = |quantiles: Option<Quantiles<u64>>| {
        quantiles.map_or("none".to_owned(), |q| format!("{} {} {} {} {}", q.min, q.median, q.p95, q.p99, q.max))
    };
    let stale = |stale: &engine::checker::set_full::StaleElement| {
        let (known, absent) = (stale.known.index, stale.last_absent.index);
        format!("\nstale {} for {} ms: known {known}, last absent {absent}", stale.element, stale.stable_latency)
    };
    format!(
        "{:?}: {} attempted, {} stable, lost {}, never read {}, stale {}\nstable {}, lost {}{}",
        found.valid,
        found.attempt_count,
        found.stable_count,
        list(&found.lost),
        list(&found.never_read),
        list(&found.stale),
        quantiles(found.stable_latencies),
        quantiles(found.lost_latencies),
        found.worst_stale.iter().map(stale).collect::<String>(),
    )
}
