//! Sessions with the program: what is typed, what comes out, how it ends.
//!
//! A test reads as a session:
//!
//! ```text
//! Session::new().file("x.yaml", "…").run("run x.yaml").ends_with(2).says("x.yaml:1:1").prints_nothing();
//! ```
//!
//! Every session that ends is also held to have left no process behind and shown no panic. Bad input, kind by kind:
//! experiments and command lines in `run`, `test`, `editor` and `verbs`, nodes in `defects`, results and the official program in
//! `official`, comparisons, baselines and exports in `compare` and `gate`, stores and disks in `disk`, what is not run twice in
//! `reuse`, drawn topologies in `custom`, runs in the store in `store`, several machines in `parts`, signals in
//! `signals`, odd directories and environments in `places`.

#![cfg(unix)]

mod compare;
mod custom;
mod defects;
mod disk;
mod editor;
mod faults;
mod gate;
mod official;
mod parts;
mod places;
mod records;
mod report;
mod reuse;
mod run;
mod search;
mod session;
mod signals;
mod simulated;
mod store;
mod test;
mod topology;
mod trace;
mod verbs;
mod watch;

use self::session::Session;

/// One second of one node that echoes.
const EXPERIMENT: &str = "\
name: small
engine: embedded
test: {workload: echo, node-count: 1, rate: 10, time-limit: 1s}
node: {bin: ./node}
limits:
  ok-fraction: '>= 1'
";

/// Five nodes of this project's, five seconds of virtual time, two cells.
const SIMULATED: &str = "\
name: small
engine: simulated
test: {node-count: 5, latency: 10ms, rate: 20, time-limit: 5s}
node: {crate: node}
matrix:
  topology: [star, n12-tree]
";

/// The same with a limit.
fn simulated_within(limit: &str) -> String {
    format!("{SIMULATED}limits:\n  {limit}\n")
}

/// [`EXPERIMENT`] with one cell for a good node, and one for a node with this defect.
fn good_then(defect: &str) -> String {
    format!("{EXPERIMENT}matrix:\n  args: [[nothing], [{defect}]]\n")
}

/// Whether the good cell's result is kept, whole and readable.
fn assert_good_is_kept(session: &Session) {
    let record = session.result("store/small/latest/args=nothing");
    assert_eq!(record["outcome"]["validity"], "valid", "{record}");
    assert!(record["outcome"]["crash"].is_null(), "{record}");
}

/// Does something with each item at the same time, since most of it is waiting.
fn all_at_once<T: Sync>(items: &[T], check: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        for item in items {
            scope.spawn(|| check(item));
        }
    });
}
