//! Odd directories and environments: what works anywhere works there, and the rest says why not.

use std::fs;

use crate::EXPERIMENT;
use crate::session::{NODE, Session};

#[test]
fn names_with_blanks_and_letters_of_any_script_are_names() {
    let session = Session::new().script("mein Knöten/ノード", NODE);
    let session = session.file("mein Knöten/ex periment.yaml", EXPERIMENT.replace("./node", "./ノード"));
    let session = session.inside("da neben");
    session.run_words(&["run", "../mein Knöten/ex periment.yaml"]).ends_with(0);
    assert!(session.has("da neben/store/small/latest/default/record.json"));
    let words = ["test", "-w", "echo", "--bin", "../mein Knöten/ノード", "--node-count", "1", "--time-limit", "1"];
    session.run_words(&words).ends_with(0).prints("All is well");
}

#[test]
fn a_poor_environment_is_enough() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT);
    session.shell("env -i harness run x.yaml").ends_with(0).prints("the required cell passes");
    session.shell("TERM=dumb harness run x.yaml <&-").ends_with(0).prints("the required cell passes");
    session.shell("harness run x.yaml 2>&-").ends_with(0).prints("the required cell passes");
    session.shell("env -i harness doctor").ends_with(2).prints("embedded engine: runs binaries of your own");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT);
    // The code of the program, not of what reads it.
    let piped = |words: &str| session.shell(&format!("{{ harness {words}; echo $? > code; }} | true; cat code"));
    piped("run x.yaml").ends_with(0).prints("0\n");
    piped("test -w echo --bin node --node-count 1 --time-limit 1").ends_with(0).prints("0\n");
    piped("--help").ends_with(0).prints("0\n");
    piped("run --help").ends_with(0).prints("0\n");
}

#[test]
fn a_directory_that_is_gone_is_told() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT).inside("gone");
    let ended = session.shell("rmdir ../gone; harness run ../x.yaml");
    ended.ends_with(2).says("cannot tell which directory this is").prints_nothing();
}

#[test]
fn a_directory_for_temporary_files_that_is_missing_is_told() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT).variable("TMPDIR", "/no/such/place");
    session.run("run x.yaml").ends_with(2).prints("no directory `/no/such/place`, where nodes are started ($TMPDIR)");
}

#[test]
fn a_machine_at_its_limits_is_told() {
    let session = Session::with_node();
    let ended = session.shell("ulimit -n 40; harness test -w echo --bin node --node-count 40 --time-limit 1");
    ended.ends_with(255).says(" did not start: ").says("`ulimit -a` shows its limits").says("Too many open files");
}

#[test]
fn outside_a_workspace_a_build_says_what_is_missing() {
    let session = Session::new().file("x.yaml", "name: x\nengine: embedded\nnode: {crate: node}\n");
    let ended = session.run("run x.yaml");
    ended.ends_with(2).says("needs this project's sources").says("`node: {bin: PATH}`").prints_nothing();
    let session = session.file("Cargo.toml", "").variable("CARGO", "/no/such/cargo");
    let ended = session.run("run x.yaml");
    ended.ends_with(2).says("cannot run `/no/such/cargo`").says("https://rustup.rs").prints_nothing();
}

/// A cargo that builds the node by copying the shell's.
const CARGO: &str = r#"#!/bin/sh
case $1 in
  -vV) echo 'rustc 1.0.0' ;;
  metadata)
    [ -f Cargo.toml ] || [ -f ../Cargo.toml ] || exit 101
    node='{"name":"node","manifest_path":"ROOT/node/Cargo.toml","features":{},"dependencies":[]}'
    echo "{\"packages\":[$node],\"workspace_root\":\"ROOT\",\"target_directory\":\"ROOT/target\"}" ;;
  build)
    [ -e ROOT/broken ] && { echo 'error[E0308]: mismatched types' >&2; exit 101; }
    echo '{"reason":"compiler-artifact","target":{"name":"node"},"executable":"ROOT/echo"}' ;;
esac
"#;

/// A workspace at `clone`, with an experiment in it whose node is built.
fn workspace() -> Session {
    let session = Session::new().file("clone/Cargo.toml", "").file("clone/node/Cargo.toml", "");
    let session = session.script("clone/echo", NODE);
    let session = session.file("clone/experiments/x.yaml", EXPERIMENT.replace("{bin: ./node}", "{crate: node}"));
    let root = fs::canonicalize(session.path("clone")).expect("it was just made").display().to_string();
    let session = session.script("cargo", &CARGO.replace("ROOT", &root));
    let cargo = session.path("cargo").display().to_string();
    session.variable("CARGO", &cargo).variable("RUSTC", &cargo)
}

#[test]
fn the_workspace_is_found_from_inside_and_from_its_experiment() {
    let session = workspace().inside("clone/experiments");
    session.run("run x.yaml").ends_with(0).says("building node");
    assert!(session.has("clone/experiments/store/small/latest/default/record.json"));
    let session = session.inside("elsewhere");
    session.run("run ../clone/experiments/x.yaml").ends_with(0);
    assert!(session.has("elsewhere/store/small/latest/default/record.json"));
}

#[test]
fn a_build_that_fails_shows_what_cargo_says_and_who_wanted_it() {
    let session = workspace().inside("clone").file("clone/broken", "");
    let ended = session.run("run experiments/x.yaml");
    ended.ends_with(2).says("failed with exit status: 101, wanted by `default`").says("error[E0308]: mismatched types");
    ended.prints_nothing();
    assert_eq!(fs::read_dir(session.path("clone/store/small")).expect("it is there").count(), 0, "nothing is left");
}
