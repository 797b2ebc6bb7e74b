//! How fast a simulated test is: `cargo bench -p harness --bench simulation`. Its output is kept in `benches/RESULTS.md`.
//!
//! Each row is the fastest of several runs, since on a shared machine noise only ever adds. Not a test: nothing fails here
//! because a machine is slow.

#![expect(clippy::print_stdout, reason = "what a benchmark measured is what it prints")]

mod scenario;

use std::hint::black_box;
use std::time::{Duration, Instant};

use engine::checker::strict;
use engine::results::judge;
use engine::{Options, Run};

/// How long to repeat each row, and how often at least.
const PATIENCE: Duration = Duration::from_secs(2);
const RUNS_MIN: u32 = 3;

fn main() {
    println!("| what | run | with checks | deliveries | of them between nodes | M deliveries/s |");
    println!("| --- | --- | --- | --- | --- | --- |");
    row("challenge 3d, n12-tree with relay", &scenario::challenge(), &["topology-n12-tree", "relay-to-master"]);
    row("ten times the load, n12-tree", &scenario::dense(), &["topology-n12-tree"]);
    for nodes in [25, 100, 1_000, 10_000, 100_000] {
        row(
            &format!("{nodes} nodes, n12-tree with relay"),
            &scenario::growth(nodes),
            &["topology-n12-tree", "relay-to-master"],
        );
    }
}

/// Measures one scenario: the run alone, and with both checkers.
fn row(name: &str, options: &Options, features: &[&str]) {
    let (mut run_alone, mut with_checks) = (Duration::MAX, Duration::MAX);
    let begun = Instant::now();
    let mut runs = 0;
    let mut run = scenario::run(options, features);
    while runs < RUNS_MIN || begun.elapsed() < PATIENCE {
        let started = Instant::now();
        run = scenario::run(options, features);
        run_alone = run_alone.min(started.elapsed());
        check(&run, options);
        with_checks = with_checks.min(started.elapsed());
        runs += 1;
    }
    let all = run.journal.all().received;
    println!(
        "| {name} | {:.2} ms | {:.2} ms | {all} | {} | {:.1} |",
        millis(run_alone),
        millis(with_checks),
        run.journal.servers.received,
        all as f64 / run_alone.as_secs_f64() / 1e6
    );
}

fn check(run: &Run, options: &Options) {
    let spans: Vec<_> = run.spans.iter().flatten().copied().collect();
    black_box(judge(&run.history, &run.journal, options));
    black_box(strict::check(&run.history, Some(&run.journal), options, Some(&spans)));
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
