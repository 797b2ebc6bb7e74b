//! How fast a simulated test is.

#![expect(clippy::print_stdout, reason = "what a benchmark measured is what it prints")]

mod scenario;

use std::time::Instant;

fn main() {
    let t = |name: &str, options: engine::Options, features: &[&str]| {
        let mut best = f64::MAX;
        let mut all = f64::MAX;
        let mut run = scenario::run(&options, features);
        for _ in 0..std::env::var("N").map_or(20, |n| n.parse().unwrap()) {
            let begin = Instant::now();
            run = scenario::run(&options, features);
            best = best.min(begin.elapsed().as_secs_f64());
            let results = engine::results::judge(&run.history, &run.journal, &options);
            let spans: Vec<_> = run.spans.iter().flatten().copied().collect();
            let strict = engine::checker::strict::check(&run.history, Some(&run.journal), &options, Some(&spans));
            std::hint::black_box((results, strict));
            all = all.min(begin.elapsed().as_secs_f64());
        }
        let n = run.journal.servers.received;
        println!(
            "{name}: {:.3} ms run, {:.3} ms with checks; {n} server deliveries, {} client; {:.1} M/s servers",
            best * 1e3,
            all * 1e3,
            run.journal.clients.received,
            n as f64 / best / 1e6
        );
    };
    let which = std::env::var("W").unwrap_or_default();
    if which.is_empty() || which == "3d" {
        t("3d", scenario::challenge(), &["topology-n12-tree", "relay-to-master"]);
    }
    if which.is_empty() || which == "dense" {
        t("dense", scenario::dense(), &["topology-n12-tree"]);
    }
}
