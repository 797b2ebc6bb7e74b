//! How time for a delivery and memory for a node grow with the number of nodes. Each size has a process of its own, since the
//! most memory that a process has had never falls.
//!
//! Absent: what a run does ([`crate::scenario`]).

use std::env;
use std::process::Command;

use crate::meter::{peak_kilobytes, shown};
use crate::{Measured, TREE, measured, scenario};

/// The argument that makes a process one of these.
const WORD: &str = "growth";

/// What one size's process tells.
struct Size {
    run_ns: f64,
    checks_ns: f64,
    deliveries: u64,
    kilobytes: Option<u64>,
}

/// Prints the table: a row for each size.
pub(crate) fn table() {
    println!(
        "\n| nodes, n12-tree with relay | run | with checks | deliveries | ns a delivery | times the first | memory | a node |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut first = None;
    for nodes in [25, 100, 1_000, 10_000, 100_000] {
        let Size { run_ns, checks_ns, deliveries, kilobytes, .. } = apart(nodes);
        let each = run_ns / deliveries as f64;
        let times = each / *first.get_or_insert(each);
        let memory = shown(kilobytes.map(|kilobytes| format!("{:.1} MB", kilobytes as f64 / 1024.0)));
        let a_node = shown(kilobytes.map(|kilobytes| format!("{:.1} kB", kilobytes as f64 / f64::from(nodes))));
        println!(
            "| {nodes} | {:.2} ms | {:.2} ms | {deliveries} | {each:.1} | {times:.2} | {memory} | {a_node} |",
            run_ns / 1e6,
            checks_ns / 1e6,
        );
    }
}

/// Measures one size in another process.
fn apart(nodes: u32) -> Size {
    let program = env::current_exe().expect("this program has a path");
    let output = Command::new(program).args([WORD, &nodes.to_string()]).output().expect("this program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).expect("numbers are text");
    let mut words = told.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse().ok());
    let mut must = || number().expect("a number for each thing measured");
    let (run_ns, checks_ns, deliveries) = (must(), must(), must());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "they were whole and not negative")]
    let whole = |number: f64| number as u64;
    Size { run_ns, checks_ns, deliveries: whole(deliveries), kilobytes: number().map(whole) }
}

/// Is that other process, if this one was started as one.
pub(crate) fn is_apart() -> bool {
    let mut words = env::args().skip(1);
    let Some(nodes) = words.next().filter(|word| word == WORD).and_then(|_| words.next()) else { return false };
    let options = scenario::growth(nodes.parse().expect("a number of nodes"));
    let before = peak_kilobytes();
    // One run is enough to see what memory it takes; more would only add what the allocator has not given back.
    scenario::run(&options, TREE);
    let memory = peak_kilobytes().zip(before).map(|(after, before)| after.saturating_sub(before));
    let Measured { run_alone, with_checks, journal } = measured(&options, TREE);
    println!(
        "{} {} {} {}",
        run_alone.as_nanos(),
        with_checks.as_nanos(),
        journal.all().received,
        memory.map_or_else(String::new, |kilobytes| kilobytes.to_string()),
    );
    true
}
