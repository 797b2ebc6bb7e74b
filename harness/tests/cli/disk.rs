//! Stores that take nothing, or nothing more: found before anything runs where that is possible, and never at the cost of
//! what is kept already.

use std::io::Write as _;

use crate::session::{Ended, Session};
use crate::{EXPERIMENT, assert_good_is_kept, good_then};

#[test]
fn a_store_that_takes_nothing_is_found_before_anything_runs() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT).file("taken", "");
    session.run("run x.yaml --store taken").ends_with(2).says("`taken/small`").says("--store DIR").prints_nothing();

    let session = session.file("locked/file", "");
    session.allow("locked", 0o555);
    // Whoever may write everywhere has no such store.
    if std::fs::write(session.path("locked/probe"), "").is_err() {
        let ended = session.run("run x.yaml --store locked");
        ended.ends_with(2).says("`locked/small`").says("Permission denied").says("--store DIR").prints_nothing();
    }
    session.allow("locked", 0o755);
    session.run_words(&["run", "x.yaml", "--store", ""]).ends_with(2).says("--store").prints_nothing();
}

#[test]
fn a_test_has_its_store_in_the_current_directory_or_says_so() {
    let session = Session::with_node().file("store", "");
    let ended = session.run("test -w echo --bin node --node-count 1 --time-limit 1");
    ended.ends_with(255).says("cannot create `store/echo`").says("run it where you may write").prints_nothing();
}

/// Files may not grow beyond this many blocks of 512 bytes; what would is told so rather than killed.
fn with_file_limit(session: &Session, blocks: u32, words: &str) -> Ended {
    session.shell(&format!("trap '' XFSZ; ulimit -f {blocks}; harness {words}"))
}

#[test]
fn a_disk_that_is_as_good_as_full_is_found_before_anything_runs() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT);
    let ended = with_file_limit(&session, 100, "run x.yaml");
    ended.ends_with(2).says("cannot write `store/small/").says("--store DIR").prints_nothing();
    assert_eq!(left_in(&session, "store/small"), [""; 0]);
}

#[test]
fn a_file_that_may_not_grow_ends_everything_and_costs_nothing_that_is_kept() {
    let session = Session::with_node().file("x.yaml", good_then("writes-a-long-log"));
    let ended = with_file_limit(&session, 3000, "run x.yaml --jobs 1");
    ended.ends_with(2).says("cell `args=writes-a-long-log` could not be run").says("cannot write the log of n0");
    ended.prints("stopped after 1 of 2 cells");
    assert_good_is_kept(&session);
    assert_eq!(left_in(&session, "store/small/latest/"), ["args=nothing", "experiment.json", "keys"]);

    let ended =
        with_file_limit(&session, 3000, "test -w echo --bin node --node-count 1 --time-limit 1 writes-a-long-log");
    ended.ends_with(255).says("cannot write the log of n0").says("File too large");
}

/// Runs words with a file system of that size at `small`, whose content is copied to `after` at the end. Nothing where
/// nobody may mount one, which is said.
fn with_small_disk(session: &Session, kilobytes: u32, words: &str) -> Option<Ended> {
    if !cfg!(target_os = "linux") || !session.shell("unshare -Urm mount -t tmpfs none small").succeeded() {
        writeln!(std::io::stderr(), "skipped: this system lets nobody mount a small file system").expect("stderr");
        return None;
    }
    let line = format!(
        "unshare -Urm sh -c 'mount -t tmpfs -o size={kilobytes}k none small && \"$0\" {words}; code=$?; \
         cp -r small/. after; exit $code' harness "
    );
    Some(session.shell(&line))
}

#[test]
fn a_full_disk_is_found_before_anything_runs() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT).file("small/.keep", "").file("after/.keep", "");
    let Some(ended) = with_small_disk(&session, 600, "run x.yaml --store small") else { return };
    ended.ends_with(2).says("cannot write `small/small/").says("No space left").says("--store DIR").prints_nothing();
    assert_eq!(left_in(&session, "after/small"), [""; 0]);
}

#[test]
fn a_disk_that_fills_up_ends_everything_and_costs_nothing_that_is_kept() {
    let session = Session::with_node().file("x.yaml", good_then("writes-a-long-log"));
    let session = session.file("small/.keep", "").file("after/.keep", "");
    let Some(ended) = with_small_disk(&session, 1400, "run x.yaml --jobs 1 --store small") else { return };
    ended.ends_with(2).says("cell `args=writes-a-long-log` could not be run").says("No space left");
    ended.prints("stopped after 1 of 2 cells");
    let record = session.result("after/small/latest/args=nothing");
    assert_eq!(record["outcome"]["validity"], "valid");
    assert_eq!(left_in(&session, "after/small/latest/"), ["args=nothing", "experiment.json", "keys"]);
}

#[test]
fn an_answer_that_cannot_be_written_is_told() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT);
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    session.shell("harness run x.yaml > /dev/full").ends_with(2).says("cannot write the answer: No space left");
    assert_eq!(session.result("store/small/latest/default")["outcome"]["validity"], "valid");
    let test = "harness test -w echo --bin node --node-count 1 --time-limit 1 > /dev/full";
    session.shell(test).ends_with(255).says("cannot write the answer: No space left");
    session.shell("harness doctor > /dev/full").ends_with(2).says("cannot write the answer: No space left");
}

fn left_in(session: &Session, place: &str) -> Vec<String> {
    let entries = std::fs::read_dir(session.path(place)).expect("it is there").map(|entry| entry.expect("it is there"));
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
