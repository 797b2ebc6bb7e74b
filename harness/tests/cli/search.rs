//! `harness search`: the front of a matrix, its answers, and what happens when it is interrupted.

use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::Session;

/// Twelve cells, two of which contradict themselves; half of the others lose values when the network breaks.
const SPACE: &str = "\
name: small
test: {node-count: 5, latency: 50ms, rate: 20, time-limit: 8s, nemesis-interval: 2s}
node: {crate: node}
matrix:
  topology: [star, direct, tree-2]
  relay-to-master: [on, off]
  acks: [each, none]
limits:
  propagation.max: '< 1s'
search:
  against: propagation.max
  seeds: 6
  questions:
    in no time: {propagation.max: '< 20ms'}
";

fn answer(session: &Session, words: &str) -> Value {
    let ended = session.run(words);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"))
}

#[test]
fn the_front_is_found_and_the_questions_are_answered() {
    let session = Session::new().file("x.yaml", SPACE);
    let ended = session.run("search x.yaml --svg front.svg");
    ended
        .ends_with(1)
        .prints("space    12 cells, 10 designs")
        .prints("2 cells skipped: features `topology-direct` and");
    ended.prints("limits: fewest server-msgs-per-op with propagation.max < 1000ms, safe under partition?\n  topology=");
    ended.prints("acks=each").prints("cheaper but unsafe").prints("in no time: ").prints("none of the 10 designs does");
    let picture = std::fs::read_to_string(session.path("front.svg")).expect("it was written");
    assert!(picture.starts_with("<svg xmlns=") && picture.contains("direct off each"), "{picture}");

    let data = answer(&session, "search x.yaml --format json");
    let front: Vec<&Value> = data["front"].as_array().expect("a list").iter().collect();
    assert!(front.iter().any(|row| row["safe"] == true) && front.iter().any(|row| row["safe"] == false), "{data}");
    for row in front {
        assert_eq!(row["safe"], row["cell"].as_str().expect("a name").contains("acks=each"));
        assert_eq!(row["figures"]["propagation.max"]["count"], 6);
    }
}

#[test]
fn a_second_start_measures_only_what_is_missing() {
    let session = Session::new().file("x.yaml", SPACE);
    session.run("search x.yaml --seeds 4").ends_with(1).says("acks=none: 4 runs");
    let again = session.run("search x.yaml --seeds 4");
    again.ends_with(1).says("reused: all 80 results").says("4 runs, valid, 4 reused, 0.0 s");
    let more = session.run("search x.yaml");
    more.says("reused: 80 of 120 results");
    // Whatever was there before, the answer is the same.
    let other = Session::new().file("x.yaml", SPACE);
    let data = |session: &Session| answer(session, "search x.yaml --format json");
    assert_eq!(data(&session), data(&other));
}

#[test]
fn an_interrupted_search_goes_on_where_it_stopped() {
    let session = Session::new().file("x.yaml", SPACE);
    let mut running = session.start("search x.yaml --seeds 3000 --jobs 1");
    running.wait_to_say("[1/");
    thread::sleep(Duration::from_millis(100));
    running.signal(Signal::SIGINT);
    let ended = running.end();
    ended.ends_with(130).says("the same command goes on from there").prints_nothing();
    session.run("search x.yaml --seeds 5").ends_with(1).says("reused: ");
}

#[test]
fn what_cannot_be_searched_is_told() {
    let with = |from: &str, into: &str| Session::with_node().file("x.yaml", SPACE.replace(from, into));
    let program = "name: x\nnode: {bin: ./node}\n";
    let session = Session::with_node().file("x.yaml", program);
    session.run("search x.yaml").ends_with(2).says("`node`, which has a clock of its own").prints_nothing();
    let session = with("[on, off]", "[on]")
        .file("y.yaml", SPACE.replace("[star, direct, tree-2]", "[direct]").replace("[on, off]", "[on]"));
    session.run("search y.yaml").ends_with(2).says("error[empty-matrix]").prints_nothing();
    // Whoever runs a space as an experiment gets the cells that there are.
    session.run("plan x.yaml --engine simulated").ends_with(0).prints("tree-2");
    let session = with("seeds: 6", "seeds: 0");
    session.run("search x.yaml").ends_with(2).says("x.yaml:12:10").prints_nothing();
    let session = with("node-count: 5", "node-count: 3");
    session.run("search x.yaml --seeds 2 --svg no/such/place.svg").ends_with(2).says("cannot write the picture");
}

#[test]
fn a_budget_is_kept_and_told() {
    let session = Session::new().file("x.yaml", SPACE.replace("seeds: 6", "seeds: 64"));
    let data = answer(&session, "search x.yaml --budget 200 --format json");
    let rounds = data["rounds"].as_array().expect("a list");
    let cut: u64 = rounds.iter().filter_map(|round| round["cut-by-the-budget"].as_u64()).sum();
    assert!(rounds.len() == 3 && cut > 0, "{data}");
}
