//! `harness run`: experiments that cannot begin, and small ones that do.

use crate::session::Session;
use crate::{EXPERIMENT, good_then};

/// What is wrong with an experiment: what is replaced in a good one, by what, and what is told. Every mistake's whole text
/// is held in `tests/spec`.
const MISTAKES: [(&str, &str, &[&str]); 10] = [
    ("name: small", "name: small: er", &["x.yaml:1:"]),
    ("node-count: 1,", "node-count: 1", &["x.yaml:3:"]),
    ("rate:", "raet:", &["x.yaml:3:", "`rate`"]),
    ("rate: 10", "topology: ring", &["x.yaml:3:", "`ring`", "grid"]),
    ("{bin: ./node}", "{crate: node, features: [topology-sta]}", &["x.yaml:4:", "`topology-sta`", "`topology-star`"]),
    ("ok-fraction: '>= 1'", "stable-latency.max: '< 600 parsecs'", &["x.yaml:6:", "parsecs", "ms"]),
    ("ok-fraction: '>= 1'", "ok-fractoin: '>= 1'", &["x.yaml:6:", "`ok-fraction`"]),
    ("node-count: 1", "node-count: 0", &["x.yaml:3:", "0"]),
    ("time-limit: 1s", "time-limit: 1 fortnight", &["x.yaml:3:", "fortnight"]),
    ("name: small", "name: small\nname: other", &["x.yaml:2:", "`name`"]),
];

#[test]
fn a_mistake_is_a_snippet() {
    for (good, bad, told) in MISTAKES {
        assert!(EXPERIMENT.contains(good), "{good}");
        let session = Session::with_node().file("x.yaml", EXPERIMENT.replace(good, bad));
        let ended = session.run("run x.yaml");
        ended.ends_with(2).says("error").prints_nothing();
        for words in told {
            ended.says(words);
        }
        assert!(!session.has("store"), "nothing was run");
    }
}

#[test]
fn what_is_no_experiment_is_named() {
    let session = Session::new().file("empty.yaml", "").file("binary.yaml", b"\x7fELF\x02\xff\xfe").file("a/b", "");
    for (path, told) in [
        ("experiments/none.yaml", "cannot read the experiment `experiments/none.yaml`: No such file"),
        ("a", "cannot read the experiment `a`: Is a directory"),
        ("a/b/c.yaml", "cannot read the experiment `a/b/c.yaml`: Not a directory"),
        ("empty.yaml", "`empty.yaml` is not an experiment: 2 errors"),
        ("binary.yaml", "binary.yaml"),
        ("/dev/null", "`/dev/null` is not an experiment: 2 errors"),
    ] {
        session.run(&format!("run {path}")).ends_with(2).says(told).prints_nothing();
        assert!(!session.has("store"), "nothing was run");
    }
}

#[test]
fn an_axis_of_binaries_needs_no_other_node() {
    let two = EXPERIMENT.replace("node: {bin: ./node}", "matrix: {bin: [./node, ./other]}");
    let session = Session::with_node().file("x.yaml", two).script("other", crate::session::NODE);
    session.run("run x.yaml").ends_with(0).prints("2 of 2 required cells pass");
}

#[test]
fn a_selection_of_nothing_is_told() {
    let session = Session::new().file("x.yaml", good_then("exits-at-start"));
    session.run("run x.yaml --only agrs=nothing").ends_with(2).says("`args`").prints_nothing();
}

#[test]
fn a_small_experiment_is_run_kept_and_judged() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT);
    let ended = session.run("run x.yaml");
    ended.ends_with(0).prints("default  yes").prints("limits  ok-fraction >= 1\n").prints("engine  embedded ");
    ended.prints("\nthe required cell passes\n").says_only_lines(&["[1/1] default: valid, "]);
    for file in ["experiment.json", "default/record.json", "default/results.edn", "default/history.edn"] {
        assert!(session.has(&format!("store/small/latest/{file}")), "{file}");
    }
}

#[test]
fn the_answer_as_data_says_the_same() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT);
    let session = session.variable("COLUMNS", "80");
    let ended = session.run("run x.yaml --format json --seed 7");
    ended.ends_with(0);
    let answer: serde_json::Value = serde_json::from_str(&ended.stdout).expect("stdout is one JSON document");
    assert_eq!(answer["exit-code"], 0);
    assert_eq!(answer["cells"][0]["judgement"]["verdict"]["verdict"], "pass");
    assert_eq!(answer["cells"][0]["runs"][0]["options"]["seed"], 7);
}

#[test]
fn cells_that_are_not_required_do_not_decide() {
    let optional = format!("{}require:\n  - {{args: [nothing]}}\n", good_then("exits-at-start"));
    let session = Session::with_node().file("x.yaml", optional);
    session.run("run x.yaml").ends_with(0).prints("the required cell passes").prints("crash").prints("out of cheese");
    let ended = session.run("run x.yaml --only args=exits-at-start");
    ended.ends_with(0).prints("no cell is required; 0 of 1 were measured");
    let ended = session.file("x.yaml", good_then("exits-at-start")).run("run x.yaml");
    ended.ends_with(2).prints("1 of 2 required cells pass, 1 could not be judged");
}

#[test]
fn a_limit_that_is_not_kept_is_an_answer() {
    let many = EXPERIMENT.replace("ok-fraction: '>= 1'", "operations: '> 1000'");
    let session = Session::with_node().file("x.yaml", many);
    let ended = session.run("run x.yaml");
    ended.ends_with(1).prints("✗ default: operations is ").prints(" below its limit > 1000\n");
    ended.prints("0 of 1 required cells pass, 1 fails\n");
}
