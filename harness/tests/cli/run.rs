//! `harness run`: experiments that cannot begin, and small ones that do.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{ECHO_NODE, Session};

/// One second of one node that echoes.
const EXPERIMENT: &str = "\
name: small
engine: embedded
test: {workload: echo, node-count: 1, rate: 10, time-limit: 1s}
node: {bin: ./node}
limits:
  ok-fraction: '>= 1'
";

/// The same as two cells, of which one has a node that ends at once.
const TWO_NODES: &str = "\
name: two
engine: embedded
test: {workload: echo, node-count: 1, rate: 10, time-limit: 1s}
node: {args: []}
matrix:
  bin: [./node, ./broken]
require:
  - {bin: ./node}
";

#[test]
fn a_missing_experiment_is_named() {
    let session = Session::new();
    let ended = session.run("run experiments/none.yaml");
    ended.ends_with(2).says("experiments/none.yaml").says("No such file").prints_nothing().is_calm();
    assert!(!session.has("store"), "nothing was run");
}

#[test]
fn a_mistake_is_a_snippet() {
    let session = Session::new().file("x.yaml", &EXPERIMENT.replace("rate:", "raet:"));
    let ended = session.run("run x.yaml");
    ended.ends_with(2).says("x.yaml:3:").says("`rate`").prints_nothing().is_calm();
    assert!(!session.has("store"), "nothing was run");
}

#[test]
fn a_selection_of_nothing_is_told() {
    let session = Session::new().file("x.yaml", TWO_NODES);
    session.run("run x.yaml --only bni=./node").ends_with(2).says("`bin`").prints_nothing().is_calm();
}

#[test]
fn a_node_that_cannot_run_is_found_before_anything_runs() {
    let session = Session::new().file("x.yaml", EXPERIMENT);
    session.run("run x.yaml").ends_with(2).says("node` does not exist").prints_nothing().is_calm();
    let session = session.file("node", "no program");
    session.run("run x.yaml").ends_with(2).says("chmod +x").prints_nothing().is_calm();
    assert!(!session.has("store/small/latest"), "nothing was run");
}

#[test]
fn a_store_that_takes_nothing_is_found_before_anything_runs() {
    let session = Session::new().file("x.yaml", EXPERIMENT).script("node", ECHO_NODE).file("taken", "");
    let ended = session.run("run x.yaml --store taken");
    ended.ends_with(2).says("`taken/small`").says("--store DIR").prints_nothing().is_calm();

    let session = session.file("locked/file", "");
    let locked = session.path("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).expect("the directory is ours");
    // Whoever may write everywhere has no such store.
    if fs::write(locked.join("probe"), "").is_err() {
        let ended = session.run("run x.yaml --store locked");
        ended.ends_with(2).says("`locked/small`").says("Permission denied").prints_nothing().is_calm();
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).expect("the directory is ours");
}

#[test]
fn a_small_experiment_is_run_kept_and_judged() {
    let session = Session::new().file("x.yaml", EXPERIMENT).script("node", ECHO_NODE);
    let ended = session.run("run x.yaml");
    ended
        .ends_with(0)
        .prints("default  yes")
        .prints("limits  ok-fraction >= 1\n")
        .prints("engine  embedded ")
        .is_calm();
    ended.prints("\nthe required cell passes\n").says_only_lines(&["[1/1] default: valid, "]);
    for file in ["experiment.json", "default/record.json", "default/results.edn", "default/history.edn"] {
        assert!(session.has(&format!("store/small/latest/{file}")), "{file}");
    }
}

#[test]
fn the_answer_as_data_says_the_same() {
    let session = Session::new().file("x.yaml", EXPERIMENT).script("node", ECHO_NODE);
    let session = session.variable("COLUMNS", "80");
    let ended = session.run("run x.yaml --format json --seed 7");
    ended.ends_with(0).is_calm();
    let answer: serde_json::Value = serde_json::from_str(&ended.stdout).expect("stdout is one JSON document");
    assert_eq!(answer["exit-code"], 0);
    assert_eq!(answer["cells"][0]["judgement"]["verdict"]["verdict"], "pass");
    assert_eq!(answer["cells"][0]["runs"][0]["options"]["seed"], 7);
}

#[test]
fn a_node_that_ends_costs_its_cell_and_no_other() {
    let session = Session::new().file("x.yaml", TWO_NODES).script("node", ECHO_NODE);
    let session = session.script("broken", "echo out of cheese >&2; exit 3");
    let ended = session.run("run x.yaml");
    ended.ends_with(0).prints("the required cell passes").prints("crash").prints("out of cheese").is_calm();
    let ended = session.run("run x.yaml --only bin=./broken");
    ended.ends_with(0).prints("no cell is required; 0 of 1 were measured").is_calm();
    let required = TWO_NODES.replace("require:\n  - {bin: ./node}\n", "");
    let ended = session.file("x.yaml", &required).run("run x.yaml");
    ended.ends_with(2).prints("1 of 2 required cells pass, 1 could not be judged").is_calm();
}

#[test]
fn a_limit_that_is_not_kept_is_an_answer() {
    let many = EXPERIMENT.replace("ok-fraction: '>= 1'", "operations: '> 1000'");
    let session = Session::new().file("x.yaml", &many).script("node", ECHO_NODE);
    let ended = session.run("run x.yaml");
    ended.ends_with(1).prints("✗ default: operations is ").prints(" below its limit > 1000\n").is_calm();
    ended.prints("0 of 1 required cells pass, 1 fails\n");
}

#[test]
fn an_interrupt_ends_it_at_once_and_leaves_no_process() {
    let slow = EXPERIMENT.replace("time-limit: 1s", "time-limit: 300s");
    let session = Session::new().file("x.yaml", &slow).script("node", &format!("echo $$ > \"$0.pid\"\n{ECHO_NODE}"));
    let mut child = session.start("run x.yaml");
    let pid = session.wait_for("node.pid");
    let began = Instant::now();
    kill(Pid::from_raw(child.id().try_into().expect("a process id")), Signal::SIGINT).expect("it runs");
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    assert!(began.elapsed() < Duration::from_mins(1), "the test is not run to its end");
    let mut stdout = String::new();
    child.stdout.take().expect("it is a pipe").read_to_string(&mut stdout).expect("it is text");
    assert!(stdout.contains("interrupted after 0 of 1 cells"), "{stdout}");
    let node = Pid::from_raw(pid.trim().parse().expect("the script writes its process id"));
    assert!(kill(node, None).is_err(), "the node still runs");
    assert!(!session.has("store/small/latest"), "a run that was cut off is no result");
}
