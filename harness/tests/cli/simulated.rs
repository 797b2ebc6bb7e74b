//! `harness run --engine simulated`: whole experiments in an instant, the same ones every time.

use std::fs;
use std::thread;
use std::time::Duration;

use camino::Utf8PathBuf;
use harness::outcome::Record;
use harness::store::Store;
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::session::{NODE, Session};
use crate::simulated_within;

/// The small experiment, which loses nothing.
fn experiment() -> String {
    simulated_within("lost: '= 0'")
}

fn answer(session: &Session, words: &str) -> Value {
    let ended = session.run(words);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"))
}

fn records(session: &Session) -> Vec<Record> {
    let latest = Utf8PathBuf::from_path_buf(session.path("store/small/latest")).expect("the path is text");
    Store::records(&latest).expect("the store is whole")
}

#[test]
fn nothing_is_built_and_every_file_is_there() {
    let session = Session::new().file("x.yaml", experiment()).variable("CARGO", "no-such-cargo");
    let ended = session.run("run x.yaml --jobs 1");
    ended.ends_with(0).prints("2 of 2 required cells pass").prints("engine  simulated ");
    ended.prints(", virtual time\n        processing is free\n");
    ended.says_only_lines(&["[1/2] topology=star: valid, ", "[2/2] topology=n12-tree: valid, "]);
    for file in ["record.json", "results.edn", "history.edn", "strict.json"] {
        assert!(session.has(&format!("store/small/latest/topology=star/{file}")), "{file}");
    }
    let [star, _] = records(&session).try_into().expect("two cells, a run each");
    assert_eq!((star.provenance.engine.name.as_str(), star.provenance.node_digest.len()), ("simulated", 64));
    assert_eq!(star.outcome.trace_digest.map(|digest| digest.len()), Some(64));
}

#[test]
fn the_same_seeds_give_the_same_answer_to_the_last_byte() {
    let session = Session::new().file("x.yaml", experiment());
    let text = || {
        let ended = session.run("run x.yaml --seeds 15 --seed 40 --fresh --format json");
        ended.ends_with(0);
        ended.stdout.lines().map(timeless).collect::<String>()
    };
    let once = text();
    assert_eq!(once, text());
    let answer: Value = serde_json::from_str(&once).expect("it is still JSON");
    let runs = answer["cells"][1]["runs"].as_array().expect("every run is told");
    assert_eq!((runs.len(), &runs[14]["options"]["seed"]), (15, &54.into()));
    let mut digests: Vec<&str> = runs.iter().filter_map(|run| run["outcome"]["trace-digest"].as_str()).collect();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), 15, "each seed is a run of its own");
    let spread = &answer["cells"][1]["spread"]["stable-latency.max"];
    assert!(spread["deviation"].as_f64() > Some(0.0) && spread["confidence"]["low"].as_f64() < spread["mean"].as_f64());
}

/// A line of an answer without what no seed determines: when, how long, and where to.
fn timeless(line: &str) -> String {
    let key = line.split(':').next().unwrap_or(line);
    let comma = if line.ends_with(',') { "," } else { "" };
    match key.trim() {
        "\"wall-seconds\"" | "\"started\"" | "\"store\"" => format!("{key}: null{comma}\n"),
        _ => format!("{line}\n"),
    }
}

#[test]
fn hundreds_of_runs_are_kept_without_their_raw_files() {
    let session = Session::new().file("x.yaml", experiment());
    let ended = session.run("run x.yaml --seeds 30");
    ended.ends_with(0).prints("each figure is the worst of 30 repetitions (seeds 0 to 29), ± its");
    ended.prints(" for 60 runs\n").says("topology=star: 30 runs, valid, ");
    assert_eq!(records(&session).len(), 60);
    let star = "store/small/latest/topology=star";
    let has = |file: &str| session.has(&format!("{star}/{file}"));
    assert!(has("records.jsonl") && has("record.json") && !has("results.edn"));

    session.run("run x.yaml --seeds 30 --keep-raw --only topology=star").ends_with(0);
    assert_eq!(records(&session).len(), 30);
    assert!(has("29/results.edn") && has("29/record.json") && !has("records.jsonl"));
}

#[test]
fn with_and_without_files_the_figures_are_the_same() {
    let session = Session::new()
        .file("x.yaml", experiment().replace("rate: 20", "rate: 20, nemesis: partition, nemesis-interval: 1s"));
    let figures = |words: &str| -> Vec<_> {
        session.run(words).ends_with(0);
        let mut records = records(&session);
        records.sort_by_key(|record| (record.cell.clone(), record.repetition));
        records
            .into_iter()
            .map(|Record { outcome, .. }| (outcome.figures, outcome.findings, outcome.trace_digest))
            .collect()
    };
    assert_eq!(figures("run x.yaml --seeds 12"), figures("run x.yaml --seeds 12 --keep-raw"));
}

#[test]
fn a_program_with_a_clock_of_its_own_is_refused() {
    let experiment = "name: small\ntest: {workload: echo}\nnode: {bin: ./node}\n";
    let session = Session::new().file("x.yaml", experiment).script("node", NODE);
    let ended = session.run("run x.yaml --engine simulated");
    ended.ends_with(2).says("`node`").says("clock of its own").says("--engine embedded").prints_nothing();
    assert!(!session.has("store"), "nothing was run");
}

#[test]
fn processing_takes_the_time_that_the_file_says() {
    let slow = experiment().replace("rate: 20", "rate: 20, process-delay: 2ms");
    let session = Session::new().file("x.yaml", experiment()).file("slow.yaml", &slow);
    let ended = session.run("run slow.yaml");
    ended.ends_with(0).prints("        process delay 2 ms exponential\n");
    let median = |words| answer(&session, words)["cells"][0]["figures"]["client-latency.median"].as_f64();
    assert!(median("run slow.yaml --format json") > median("run x.yaml --format json"));
}

/// The limit lies between the mean and the worst of what the same seeds have given.
#[test]
fn the_statistic_decides_and_a_close_call_is_told() {
    let session = Session::new().file("x.yaml", experiment());
    let spread = |value: Value| value["cells"][0]["spread"]["msgs-per-op"].clone();
    let spread = spread(answer(&session, "run x.yaml --seeds 25 --only topology=star --format json"));
    let bound = f64::midpoint(spread["mean"].as_f64().unwrap(), spread["greatest"].as_f64().unwrap());
    let limited = experiment().replace("lost: '= 0'", &format!("msgs-per-op: '< {bound}'"));
    let session = session.file("x.yaml", &limited).file("mean.yaml", format!("{limited}judge: mean\n"));
    let ended = session.run("run x.yaml --seeds 25 --only topology=star");
    ended.ends_with(1).prints(" of 25 runs, farthest with seed ").prints(" at worst, ");
    let ended = session.run("run mean.yaml --seeds 25 --only topology=star");
    ended.ends_with(0).prints("each figure is the mean of 25 repetitions");
    ended.prints("! topology=star: msgs-per-op is ").prints("less than two standard deviations (2 × ");
    session.run("run mean.yaml --seeds 25 --only topology=star --judge worst").ends_with(1);
}

#[test]
fn an_interrupt_between_runs_keeps_what_there_is() {
    let session = Session::new().file("x.yaml", experiment());
    let child = session.start("run x.yaml --seeds 10000");
    while !session.has("store/small") {
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(200));
    child.signal(Signal::SIGINT);
    child.end().ends_with(130).prints("interrupted after ");
    for place in fs::read_dir(session.path("store/small")).expect("it is there").map(|entry| entry.expect("readable")) {
        let names = fs::read_dir(place.path()).expect("a directory").map(|entry| entry.expect("readable").file_name());
        let hidden: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with('.')).collect();
        assert!(hidden.is_empty(), "{hidden:?}");
    }
}
