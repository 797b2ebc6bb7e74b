//! What is reported beside Maelstrom's results.

use std::fmt::Write;

use engine::checker::propagation::{Propagation, Source};
use engine::checker::quantiles::Quantiles;
use engine::checker::strict::{Strict, check};
use protocol::Duration;

use crate::text;

#[test]
fn what_maelstrom_leaves_out_is_reported() {
    text::check(include_str!("strict.txt"), |case| {
        let strict = check(&case.history, Some(&case.journal), &case.options, None);
        let stored = serde_json::to_string(&strict).expect("plain data");
        assert_eq!(serde_json::from_str::<Strict>(&stored).expect("what was written"), strict);
        summary(&strict)
    });
}

#[test]
fn measured_spans_are_taken_as_they_are() {
    let spans = [Duration::from_micros(1_500), Duration::from_millis(1), Duration::from_millis(20)];
    let history = engine::history::History::new();
    let strict = check(&history, None, &engine::Options::default(), Some(&spans));
    let latency = Quantiles { min: 1.0, median: 1.5, p95: 20.0, p99: 20.0, max: 20.0 };
    assert_eq!(strict.propagation, Some(Propagation { source: Source::Measured, values: 3, latency }));
    assert_eq!(strict.msgs_per_broadcast, None);
    assert_eq!(check(&history, None, &engine::Options::default(), Some(&[])).propagation, None);
}

fn summary(strict: &Strict) -> String {
    let mut out = String::new();
    let line =
        |name: &str, q: &Quantiles<f64>| format!("\n{name}: {} {} {} {} {}", q.min, q.median, q.p95, q.p99, q.max);
    write!(out, "missing {:?}, unread {:?}", strict.missing, strict.unread).expect("a string");
    out.extend(strict.client_latencies.all.iter().map(|latency| line("all", latency)));
    out.extend(strict.client_latencies.by_f.iter().map(|(f, latency)| line(f, latency)));
    if let Some(propagation) = &strict.propagation {
        out += &line(&format!("{:?} of {}", propagation.source, propagation.values), &propagation.latency);
    }
    write!(out, "\nmessages per broadcast {:?}", strict.msgs_per_broadcast).expect("a string");
    out
}
