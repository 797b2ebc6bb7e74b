//! How fast a simulated test is: `cargo bench -p harness --bench simulation`. Its output is kept in `benches/RESULTS.md`.
//!
//! Each figure is the least of several runs, in time on the processor. Not a test: nothing fails here because a machine is
//! slow.

#![expect(clippy::print_stdout, reason = "what a benchmark measured is what it prints")]

mod bare;
mod growth;
mod meter;
mod plain;
mod scenario;

use std::hint::black_box;
use std::time::Duration;

use engine::checker::strict;
use engine::history::F;
use engine::journal::Journal;
use engine::results::judge;
use engine::{Holding, Options, ProcessDelay, Rules, Run, Taking};

use crate::meter::{least, millis, peak_kilobytes, processor_time, shown, used_since};

const TREE: &[&str] = &["topology-n12-tree", "relay-to-master"];

fn main() {
    if growth::is_apart() {
        return;
    }
    println!("| what | run | with checks | deliveries | of them between nodes | M deliveries/s |");
    println!("| --- | --- | --- | --- | --- | --- |");
    row("challenge 3d, n12-tree with relay", &scenario::challenge(), TREE);
    row("ten times the load, n12-tree", &scenario::dense(), &["topology-n12-tree"]);
    growth::table();

    println!("\n| the rules, at ten times the load | time | deliveries | ns a delivery |");
    println!("| --- | --- | --- | --- |");
    let dense = scenario::dense();
    let alone = Options { rules: Rules { taking: Taking::WhenDue, ..Rules::default() }, ..dense.clone() };
    let exact = Options { rules: Rules { holding: Holding::Exact, ..Rules::default() }, ..dense.clone() };
    let slow = Options { process_delay: ProcessDelay::MAELSTROM, ..dense.clone() };
    let single = Options { nodes: Options::numbered_nodes(1), ..dense.clone() };
    let simulated = |options: &Options| scenario::run(options, &["topology-n12-tree"]).journal.all().received;
    let all = simulated(&dense);
    variant("all of Maelstrom's", || simulated(&dense));
    variant("no head-of-line queue", || simulated(&alone));
    variant("holds not cut to milliseconds", || simulated(&exact));
    variant("1 ms on average on the way into a node", || simulated(&slow));
    variant("clients alone: the same operations on one node", || simulated(&single));
    variant("the journal alone: as many messages counted", || counted(all));
    variant("no rule at all: the same nodes on one queue", || bare::run(&dense, &["topology-n12-tree"]));
    variant("a plain loop: one heap, sets and maps", || plain::run(&dense, &["topology-n12-tree"]));

    println!("\n| history of 25 nodes | values that reads return | both checkers | peak MB so far |");
    println!("| --- | --- | --- | --- |");
    for seconds in [15, 150] {
        checked(&scenario::history(seconds));
    }
}

/// What was measured of one scenario.
struct Measured {
    run_alone: Duration,
    /// The run and both checkers.
    with_checks: Duration,
    journal: Journal,
}

fn measured(options: &Options, features: &[&str]) -> Measured {
    let mut run = None;
    let [run_alone, with_checks] = least(|| {
        let begun = processor_time();
        let made = scenario::run(options, features);
        let run_alone = used_since(begun);
        check(&made, options);
        let with_checks = used_since(begun);
        run = Some(made);
        [run_alone, with_checks]
    });
    Measured { run_alone, with_checks, journal: run.expect("it ran").journal }
}

/// Measures one scenario: the run alone, and with both checkers.
fn row(name: &str, options: &Options, features: &[&str]) {
    let Measured { run_alone, with_checks, journal } = measured(options, features);
    let all = journal.all().received;
    println!(
        "| {name} | {:.2} ms | {:.2} ms | {all} | {} | {:.1} |",
        millis(run_alone),
        millis(with_checks),
        journal.servers.received,
        all as f64 / run_alone.as_secs_f64() / 1e6,
    );
}

/// Measures what delivers so many messages.
fn variant(name: &str, once: impl Fn() -> u64) {
    let mut delivered = 0;
    let [time] = least(|| {
        let begun = processor_time();
        delivered = once();
        [used_since(begun)]
    });
    println!("| {name} | {:.2} ms | {delivered} | {:.1} |", millis(time), time.as_secs_f64() * 1e9 / delivered as f64);
}

/// Counts so many messages sent and received.
fn counted(messages: u64) -> u64 {
    let mut journal = Journal::default();
    for message in 0..messages {
        let involves_client = black_box(message % 16 == 0);
        journal.sent(involves_client);
        journal.received(involves_client);
    }
    black_box(&journal).all().received
}

/// Measures the checkers alone.
fn checked(options: &Options) {
    let run = scenario::run(options, &["topology-star"]);
    let [time]: [Duration; 1] = least(|| {
        let begun = processor_time();
        check(&run, options);
        [used_since(begun)]
    });
    let read = |f: &F| if let F::Read(Some(values)) = f { values.as_snapshot().len() } else { 0 };
    let values: usize = run.history.ops().iter().map(|op| read(&op.f)).sum();
    let operations = run.history.client_invocations();
    println!(
        "| {operations} operations | {values} | {:.1} ms | {} |",
        millis(time),
        shown(peak_kilobytes().map(|kilobytes| kilobytes.div_ceil(1024)))
    );
}

fn check(run: &Run, options: &Options) {
    let spans: Vec<_> = run.spans.iter().flatten().copied().collect();
    black_box(judge(&run.history, &run.journal, options));
    black_box(strict::check(&run.history, Some(&run.journal), options, Some(&spans)));
}
