//! What is measured is measured once: the same experiment again, an interrupted one, a changed node, several at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use camino::Utf8PathBuf;
use harness::store::Store;
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::session::{Ended, NODE, Session};
use crate::{EXPERIMENT, SIMULATED, all_at_once};

/// Six cells of a second each.
fn six() -> String {
    format!("{EXPERIMENT}matrix:\n  args: [[a], [b], [c], [d], [e], [f]]\n")
}

/// Where the runs of the only experiment lie, oldest first.
fn runs(session: &Session) -> Vec<PathBuf> {
    let entries = fs::read_dir(session.path("store/small")).expect("there are runs");
    let paths = entries.map(|entry| entry.expect("readable").path());
    let mut runs: Vec<_> = paths.filter(|path| path.is_dir() && !path.is_symlink()).collect();
    runs.sort();
    runs
}

/// What each run of an answer came to.
fn outcomes(ended: &Ended) -> Vec<String> {
    let answer: Value = serde_json::from_str(&ended.stdout).expect("it is JSON");
    let cells = answer["cells"].as_array().expect("there are cells");
    let runs = cells.iter().flat_map(|cell| cell["runs"].as_array().expect("there are runs"));
    runs.map(|run| format!("{} {}", run["outcome"]["trace-digest"], run["outcome"]["figures"])).collect()
}

#[test]
fn the_same_again_is_not_run_again() {
    let session = Session::with_node().file("x.yaml", six());
    run_punctually(&session, "run x.yaml --fresh --only args=a");
    let ended = session.run("run x.yaml --jobs 6");
    ended.ends_with(0).says("reused: 1 of 6 results from `store`, measured before (`--fresh` measures anew)");
    ended.says("args=a: valid, reused from small/2").says("args=f: valid").prints(" s for 5 runs\n");
    ended.prints("reused  1 result, measured 20").prints("6 of 6 required cells pass");
    // Its files are there, and stay there when the run it was taken from goes.
    for run in runs(&session).iter().rev().skip(1) {
        fs::remove_dir_all(run).expect("it is ours");
    }
    assert!(session.has("store/small/latest/args=a/history.edn"));
    assert!(fs::read_to_string(session.path("store/small/latest/args=a/results.edn")).is_ok());
    let record = session.result("store/small/latest/args=a");
    assert!(record["provenance"]["reused"].as_str().is_some_and(|run| run.starts_with("small/2")), "{record}");

    let ended = session.run("run x.yaml --only args=a --fresh");
    ended.ends_with(0).prints(" s for 1 run\n");
    assert!(!ended.stderr.contains("reused"), "{ended}");
}

#[test]
fn an_interrupted_experiment_goes_on_where_it_stopped() {
    let session = Session::with_node().file("x.yaml", six());
    let child = session.start("run x.yaml --jobs 1");
    while runs_kept(&session) < 2 {
        thread::sleep(Duration::from_millis(20));
    }
    child.signal(Signal::SIGINT);
    child.end().ends_with(130).prints("interrupted after ");
    let kept = runs_kept(&session);
    assert!((2..6).contains(&kept), "{kept} of 6");
    let punctual = punctual(&runs(&session)[0]);
    let ended = session.run("run x.yaml --jobs 6");
    ended.ends_with(0).prints(&format!(" s for {} run", 6 - punctual));
    if punctual > 0 {
        ended.says(&format!("reused: {punctual} of 6 results"));
    }
}

/// How many results of a run can be used again. On a busy machine some are too late to be trusted.
fn punctual(run: &Path) -> usize {
    let run = Utf8PathBuf::from_path_buf(run.to_owned()).expect("the path is text");
    let records = Store::records(&run).expect("every file is whole");
    records.iter().filter(|record| !record.outcome.is_unreliable()).count()
}

/// Runs until a result is punctual.
fn run_punctually(session: &Session, words: &str) {
    for _ in 0..10 {
        session.run(words).ends_with(0);
        if runs(session).last().is_some_and(|run| punctual(run) > 0) {
            return;
        }
    }
    panic!("this machine is too busy for anything to be punctual");
}

/// How many cells the first run has kept.
fn runs_kept(session: &Session) -> usize {
    let Some(run) = session.has("store/small").then(|| runs(session).into_iter().next()).flatten() else { return 0 };
    let names = fs::read_dir(run).expect("readable").map(|entry| entry.expect("readable").file_name());
    names.filter(|name| name.to_string_lossy().starts_with("args=")).count()
}

#[test]
fn another_node_seed_or_option_is_another_result() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT);
    run_punctually(&session, "run x.yaml --fresh");
    let is_reused = |session: &Session, words: &str| {
        let ended = session.run(words);
        ended.ends_with(0);
        ended.stderr.contains("reused")
    };
    assert!(is_reused(&session, "run x.yaml"));
    assert!(!is_reused(&session, "run x.yaml --seed 7"));
    let session = session.file("y.yaml", EXPERIMENT.replace("rate: 10", "rate: 11"));
    assert!(!is_reused(&session, "run y.yaml"));
    // A script is what lies around it too, but not the experiment, whose limits may be another's.
    let session = session.file("x.yaml", EXPERIMENT.replace(">= 1", ">= 0.5")).file("y.yaml", "");
    assert!(!is_reused(&session, "run x.yaml"), "another file beside the node has changed");
    run_punctually(&session, "run x.yaml --fresh");
    let session = session.file("x.yaml", EXPERIMENT);
    assert!(is_reused(&session, "run x.yaml"));
    let session = session.script("node", &format!("{NODE}\n# changed\n"));
    assert!(!is_reused(&session, "run x.yaml"));
}

#[test]
fn what_crashed_is_tried_again() {
    let session = Session::new().file("x.yaml", crate::good_then("exits-at-start")).script("node", NODE);
    session.run("run x.yaml").ends_with(2);
    let ended = session.run("run x.yaml");
    ended.ends_with(2).prints("out of cheese").says("args=exits-at-start: crashed: ");
    assert!(!ended.stdout.contains(" s for 0 runs"), "{ended}");
}

#[test]
fn hundreds_of_runs_are_used_again_without_a_file_each() {
    let session = Session::new().file("x.yaml", SIMULATED);
    let first = session.run("run x.yaml --seeds 20 --format json");
    first.ends_with(0);
    let more = session.run("run x.yaml --seeds 30 --format json");
    more.ends_with(0).says("reused: 40 of 60 results").says("topology=star: 30 runs, valid, 20 reused, ");
    let fresh = session.run("run x.yaml --seeds 30 --format json --fresh");
    fresh.ends_with(0);
    assert_eq!(outcomes(&more), outcomes(&fresh));
    let star = fs::read_dir(session.path("store/small/latest/topology=star")).expect("readable").count();
    assert_eq!(star, 2, "a file with all of them, and one to be looked at");
    // Raw files are what the user asks for here, and a batch has none.
    let ended = session.run("run x.yaml --seeds 1 --seed 3");
    ended.ends_with(0);
    assert!(!ended.stderr.contains("reused") && session.has("store/small/latest/topology=star/history.edn"));
    session.run("run x.yaml --seeds 1 --seed 3").ends_with(0).says("reused: all 2 results");
}

#[test]
fn a_node_that_has_changed_since_is_pointed_out() {
    let session = Session::new().file("x.yaml", SIMULATED);
    let ended = session.run("run x.yaml");
    ended.ends_with(0);
    assert!(!ended.stdout.contains("sources"), "there are none around: {ended}");
    // Sources around the experiment that are not those of the program at hand.
    let session = ["node/Cargo.toml", "node/src/lib.rs", "protocol/Cargo.toml", "protocol/src/lib.rs"]
        .into_iter()
        .fold(session, |session, file| session.file(file, "# changed\n"));
    let old = "! the sources of the node have changed since this program was built, and the node inside it is the old one; \
               `cargo build --release -p harness` brings it up to date\n";
    session.run("run x.yaml").ends_with(0).prints(old).prints("reused  2 results");
    session
        .run("show small")
        .ends_with(0)
        .prints("! the node's sources have changed since these results were measured\n");
}

#[test]
fn several_at_a_time_share_a_store() {
    let session = Session::new().file("x.yaml", SIMULATED);
    let words = ["--seeds 40", "--seeds 40 --seed 20", "--seeds 40 --seed 20", "--seeds 3", "--seeds 60", "--seeds 3"];
    all_at_once(&words, |words| {
        // One that comes late may have a single run left to measure.
        session.run(&format!("run x.yaml {words}")).ends_with(0).prints(" s for ");
    });
    let runs = runs(&session);
    assert_eq!(runs.len(), words.len());
    for run in &runs {
        let keys = fs::read_to_string(run.join("keys")).expect("every run has its keys");
        let whole = |line: &&str| line.len() > 64 && line.split(' ').count() == 3;
        assert!(keys.ends_with('\n') && keys.lines().all(|line| whole(&line)), "{}", run.display());
        let path = Utf8PathBuf::from_path_buf(run.clone()).expect("the path is text");
        assert_eq!(Store::records(&path).expect("every file is whole").len(), keys.lines().count());
    }
    assert!(
        fs::read_link(session.path("store/small/latest")).is_ok_and(|run| runs.iter().any(|one| one.ends_with(&run)))
    );
    // Nothing that any of them has measured is lost.
    session.run("run x.yaml --seeds 60").ends_with(0).says("reused: all 120 results").prints(" s for 0 runs\n");
}
