//! SIGINT and SIGTERM at every time: everything ends, what is kept stays, and a second one does not wait for anything.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::session::{Ended, NODE, Session};
use crate::{EXPERIMENT, assert_good_is_kept, good_then, official};

/// Starts words, waits for a file to appear, sends the signals.
fn signalled(session: &Session, words: &str, sign: &str, signals: &[Signal]) -> Ended {
    let running = session.start(words);
    session.wait_for(sign);
    let began = Instant::now();
    for signal in signals {
        running.signal(*signal);
    }
    let ended = running.end();
    // It is less than a second on a machine that has nothing else to do.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?} {ended}", began.elapsed());
    ended
}

const EITHER: [Signal; 2] = [Signal::SIGINT, Signal::SIGTERM];

#[test]
fn an_experiment_ends_at_once_and_keeps_what_it_has() {
    for signal in EITHER {
        let session = Session::with_node().file("x.yaml", good_then("clings-to-life"));
        let ended = signalled(&session, "run x.yaml --jobs 1", "node.pid", &[signal]);
        ended.ends_with(130).prints("interrupted after 1 of 2 cells");
        assert_good_is_kept(&session);
        assert!(!session.has("store/small/latest/args=clings-to-life"), "a run that was cut off is no result");
    }
}

#[test]
fn cells_side_by_side_all_end() {
    let many = format!("{EXPERIMENT}repeat: 4\n").replace("time-limit: 1s", "time-limit: 300s");
    let session =
        Session::with_node().file("x.yaml", many.replace("bin: ./node", "bin: ./node, args: [clings-to-life]"));
    let ended = signalled(&session, "run x.yaml --jobs 4", "node.pid", &[Signal::SIGTERM]);
    ended.ends_with(130).prints("interrupted after 0 of 1 cells");
    assert!(!session.has("store/small/latest"), "nothing was measured");
}

#[test]
fn a_test_ends_at_once() {
    for signals in [&[Signal::SIGINT][..], &[Signal::SIGTERM], &[Signal::SIGINT, Signal::SIGTERM]] {
        let session = Session::with_node();
        let words = "test -w echo --bin node --node-count 2 --time-limit 300 clings-to-life";
        signalled(&session, words, "node.pid", signals).ends_with(130);
    }
}

#[test]
fn maelstrom_ends_with_everything_it_started_even_against_its_will() {
    for (mode, signals) in [
        ("hang", &[Signal::SIGINT][..]),
        ("stubborn", &[Signal::SIGTERM]),
        ("stubborn", &[Signal::SIGINT, Signal::SIGINT]),
    ] {
        let session = official::session().file("maelstrom/mode", mode);
        let ended = signalled(&session, official::RUN, "maelstrom/children", signals);
        ended.ends_with(130);
        assert!(!session.has("store/small/latest"), "a run that was cut off is no result");
    }
}

/// Stands in for cargo: its build says that it has begun, and never ends.
const CARGO: &str = r#"#!/bin/sh
case $1 in
  -vV) echo 'rustc 1.0.0' ;;
  metadata)
    node='{"name":"node","manifest_path":"ROOT/node/Cargo.toml","features":{},"dependencies":[]}'
    echo "{\"packages\":[$node],\"workspace_root\":\"ROOT\",\"target_directory\":\"ROOT/target\"}" ;;
  build)
    "$0" rustc & echo "$$" > ROOT/begun
    wait ;;
  rustc) trap '' TERM INT; while :; do sleep 1; done ;;
esac
"#;

/// A workspace whose node takes for ever to build.
fn workspace() -> Session {
    let session = Session::new().file("Cargo.toml", "").file("node/Cargo.toml", "");
    let session = session.file("x.yaml", "name: x\nengine: embedded\nnode: {crate: node}\n");
    let cargo = CARGO.replace("ROOT", &session.path("").display().to_string());
    let session = session.script("cargo", &cargo);
    let cargo = session.path("cargo").display().to_string();
    session.variable("CARGO", &cargo).variable("RUSTC", &cargo)
}

#[test]
fn a_build_ends_with_every_compiler_it_started() {
    for signals in [&[Signal::SIGINT][..], &[Signal::SIGTERM], &[Signal::SIGTERM, Signal::SIGTERM]] {
        let session = workspace();
        let ended = signalled(&session, "run x.yaml", "begun", signals);
        ended.ends_with(130).says("building node").prints_nothing();
        assert!(!session.has("store/x/latest"), "nothing was measured");
    }
}

#[test]
fn a_harness_that_waits_for_another_to_build_ends_too() {
    let session = workspace();
    let other = session.start("run x.yaml");
    session.wait_for("begun");
    let mut waiting = session.start("run x.yaml --store elsewhere");
    waiting.wait_to_say("waiting for another harness");
    waiting.signal(Signal::SIGINT);
    assert_eq!(waiting.code(), Some(130));
    other.signal(Signal::SIGINT);
    other.end().ends_with(130).prints_nothing();
}

#[test]
fn a_terminal_that_goes_away_takes_nodes_with_it() {
    // A node whose input ends does so too, whatever became of the harness.
    let session = Session::new().script("node", &NODE.replace("trap '' INT TERM HUP; \"$0\" idles & ", ""));
    let words = "test -w echo --bin node --node-count 2 --time-limit 300 clings-to-life";
    let running = session.start(words);
    session.wait_for("node.pid");
    running.signal(Signal::SIGKILL);
    drop(running.end());
}
