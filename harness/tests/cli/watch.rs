//! Watching: what is saved is run, mistakes are told and waited out, and the end leaves nothing behind.

use std::fs;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::EXPERIMENT;
use crate::session::{Running, Session};

/// Saves a file as an editor does: the whole of it at once.
fn save(session: &Session, name: &str, content: &str) {
    let draft = session.path(&format!("{name}.draft"));
    fs::write(&draft, content).expect("the directory is ours");
    fs::rename(draft, session.path(name)).expect("the directory is ours");
}

fn end(running: Running<'_>, signals: &[Signal]) -> String {
    let began = Instant::now();
    for signal in signals {
        running.signal(*signal);
    }
    let ended = running.end();
    assert!(began.elapsed() < Duration::from_secs(30), "{:?} {ended}", began.elapsed());
    ended.ends_with(130);
    ended.stdout
}

#[test]
fn every_save_is_a_run_and_a_mistake_is_waited_out() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT);
    let mut running = session.start("watch x.yaml");
    running.wait_to_say("watching");
    save(&session, "x.yaml", &EXPERIMENT.replace("rate: 10", "rate: 20"));
    running.wait_to_say("[1/1] default: valid");
    running.wait_to_say("watching");
    save(&session, "x.yaml", &EXPERIMENT.replace("rate: 10", "rate: x"));
    running.wait_to_say("error[bad-number]: `rate` `x` is no number");
    running.wait_to_say("watching");
    fs::remove_file(session.path("x.yaml")).expect("the directory is ours");
    running.wait_to_say("error: cannot read the experiment `x.yaml`");
    running.wait_to_say("watching");
    save(&session, "x.yaml", &EXPERIMENT.replace("rate: 10", "rate: 30"));
    running.wait_to_say("[1/1] default: valid");
    running.wait_to_say("watching");
    let answers = end(running, &[Signal::SIGINT]);
    assert_eq!(answers.matches("the required cell passes").count(), 3, "{answers}");
    // Under the table of each but the first: how it differs from the run before.
    assert!(answers.contains("rate") && answers.contains("small/"), "{answers}");
}

#[test]
fn a_run_of_what_is_old_is_dropped() {
    let stuck = EXPERIMENT.replace("./node", "./node, args: [clings-to-life]");
    let session = Session::with_node().file("x.yaml", stuck);
    let mut running = session.start("watch x.yaml --engine embedded");
    session.wait_for("node.pid");
    let node = fs::read_to_string(session.path("node")).expect("it was written");
    save(&session, "node", &format!("{node}\n# another\n"));
    session.allow("node", 0o755);
    running.wait_to_say("── ");
    save(&session, "x.yaml", EXPERIMENT);
    running.wait_to_say("[1/1] default: valid");
    end(running, &[Signal::SIGTERM]);
}

#[test]
fn nothing_is_left_of_a_run_that_clings_to_life() {
    let long = EXPERIMENT.replace("time-limit: 1s", "time-limit: 300s");
    for signals in [&[Signal::SIGINT][..], &[Signal::SIGINT, Signal::SIGTERM]] {
        let session = Session::with_node().file("x.yaml", long.replace("./node", "./node, args: [clings-to-life]"));
        let running = session.start("watch x.yaml");
        session.wait_for("node.pid");
        end(running, signals);
    }
}

#[test]
fn there_must_be_something_to_watch() {
    let session = Session::new();
    session.run("watch x.yaml").ends_with(2).says("cannot watch `x.yaml`: there is no such file").prints_nothing();
}

/// Stands in for cargo: a build fails as long as the node's source says so, and makes the program that is tested.
const CARGO: &str = r#"#!/bin/sh
case $1 in
  -vV) echo 'rustc 1.0.0' ;;
  metadata)
    node='{"name":"node","manifest_path":"ROOT/node/Cargo.toml","features":{"topology-star":[]},"dependencies":[]}'
    echo "{\"packages\":[$node],\"workspace_root\":\"ROOT\",\"target_directory\":\"ROOT/target\"}" ;;
  build)
    if grep -q wrong ROOT/node/src/lib.rs; then
      echo 'error[E0425]: cannot find value `wrong` in this scope' >&2
      exit 101
    fi
    echo '{"reason":"compiler-artifact","target":{"name":"harness"},"executable":"PROGRAM"}' ;;
esac
"#;

#[test]
fn the_simulated_engine_runs_the_node_as_it_was_saved() {
    let simulated =
        "name: x\ntest: {node-count: 3, rate: 5, time-limit: 1s}\nnode: {crate: node, features: [topology-star]}\n";
    let mut session = Session::new().file("x.yaml", simulated);
    for file in
        ["Cargo.toml", "Cargo.lock", "node/Cargo.toml", "node/src/lib.rs", "protocol/Cargo.toml", "protocol/src/lib.rs"]
    {
        session = session.file(file, "");
    }
    let cargo = CARGO.replace("ROOT", &session.path("").display().to_string());
    let session = session.script("cargo", &cargo.replace("PROGRAM", env!("CARGO_BIN_EXE_harness")));
    let cargo = session.path("cargo").display().to_string();
    let session = session.variable("CARGO", &cargo).variable("RUSTC", &cargo);
    let mut running = session.start("watch x.yaml");
    running.wait_to_say("building the harness with its node");
    running.wait_to_say("[1/1] default: valid");
    running.wait_to_say("watching");
    save(&session, "node/src/lib.rs", "wrong");
    running.wait_to_say("── ");
    running.wait_to_say("error[E0425]: cannot find value `wrong` in this scope");
    running.wait_to_say("watching");
    save(&session, "node/src/lib.rs", "right");
    running.wait_to_say("building the harness with its node");
    running.wait_to_say("[1/1] default: valid");
    running.wait_to_say("watching");
    let answers = end(running, &[Signal::SIGINT]);
    assert_eq!(answers.matches("engine  simulated").count(), 2, "{answers}");
}
