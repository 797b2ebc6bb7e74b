//! `harness compare` and `harness baseline`: what changed between two runs, and what keeps the answer from being one.

use serde_json::Value;

use crate::SIMULATED;
use crate::session::{Ended, Session};

fn measured(experiment: &str) -> Session {
    let session = Session::new().file("x.yaml", experiment);
    session.run("run x.yaml --seeds 8").ends_with(0);
    session
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"))
}

#[test]
fn only_what_changed_is_named() {
    let session = measured(SIMULATED);
    session.run("baseline save main small").ends_with(0).prints("experiments/baselines/main.json: 2 cells of small/");
    // The same again: seeds make the same runs.
    session.run("run x.yaml --seeds 8 --fresh").ends_with(0);
    session.run("compare small").ends_with(0).prints("the runs are identical").says_only("");
    session.run("compare main small").ends_with(0).prints("the runs are identical");
    // The network becomes slower.
    let slower = SIMULATED.replace("latency: 10ms", "latency: 20ms");
    let session = session.file("x.yaml", slower);
    session.run("run x.yaml --seeds 8").ends_with(0);
    let ended = session.run("compare main small");
    ended.ends_with(0).prints("latency: 10 ms constant | 20 ms constant").prints("propagation.median");
    assert!(!ended.stdout.contains("msgs-per-broadcast"), "messages are the same: {ended}");
    ended.prints("differs: topology=star (");
    let text = json(&session.run("compare main small --format json --all"));
    let rows = text["comparison"]["cells"][0]["rows"].as_array().expect("there are rows");
    let standing = |figure: &str| {
        let row = rows.iter().find(|row| row["figure"] == figure).expect("it is compared");
        row["entries"][1]["change"]["standing"].as_str().expect("it stands somehow").to_owned()
    };
    assert_eq!((standing("msgs-per-broadcast").as_str(), standing("propagation.median").as_str()), ("same", "differs"));
    session.run("baseline list").ends_with(0).prints("main      small");
    session.run("baseline rm main").ends_with(0).prints("removed experiments/baselines/main.json");
    session.run("baseline rm main").ends_with(2).says("no baseline is called `main`; there is none yet");
}

#[test]
fn a_condition_fails_and_every_export_says_so() {
    let session = measured(SIMULATED);
    let session = session.file("x.yaml", SIMULATED.replace("latency: 10ms", "latency: 20ms"));
    session.run("run x.yaml --seeds 8").ends_with(0);
    let words =
        ["compare", "small~1", "small", "--fail-if", "propagation.median > +50%", "--fail-if", "msgs-per-op > +5%"];
    let exports = ["junit=out/x.xml", "markdown=out/x.md", "csv=out/x.csv", "json=out/x.json"];
    let exports = exports.iter().flat_map(|export| ["--export", *export]);
    let words: Vec<&str> = words.into_iter().chain(exports).chain(["--annotate", "github"]).collect();
    let ended = session.run_words(&words);
    ended
        .ends_with(1)
        .prints("2 differences beyond what is allowed")
        .says("::error title=topology=star::propagation.median");
    let read = |name: &str| std::fs::read_to_string(session.path(name)).expect("it was exported");
    assert!(read("out/x.xml").contains(r#"tests="2" skipped="0" failures="2""#));
    assert!(read("out/x.md").contains("2 differences beyond what is allowed"));
    assert!(read("out/x.csv").starts_with("cell,topology,figure,side,"));
    assert_eq!(serde_json::from_str::<Value>(&read("out/x.json")).expect("it is JSON")["exit-code"], 1);
    let kept = ["compare", "small~1", "small", "--fail-if", "msgs-per-broadcast > +0%"];
    session.run_words(&kept).ends_with(0).prints("1 condition kept");
}

#[test]
fn an_axis_and_the_engines_are_sides() {
    let session = measured(SIMULATED);
    let ended = session.run("compare small --by topology --figures msgs-per-op,p95 --reference n12-tree");
    ended.ends_with(0).prints("n12-tree  store/small/").prints("(reference)").prints("stable p95");
    session.run("compare small --by engine").ends_with(2).says("every result has `engine` at `simulated`");
    session
        .run("compare small --by rate")
        .ends_with(2)
        .says("no result has an axis `rate`; there is `topology`, `engine`");
    session.run("compare small --by topology --reference x").ends_with(2).says("no side is called `x`");
}

#[test]
fn an_answer_as_a_file_is_a_side() {
    let session = measured(SIMULATED);
    session.run("run x.yaml --seeds 8 --seed 100 --export json=other.json").ends_with(0);
    session.run("compare small~1 other.json").ends_with(0).prints("other.json").prints("seeds: 0 to 7 | 100 to 107");
    let session = session.file("x.json", "{\"cells\": 7}").file("y.json", "not");
    session
        .run("compare small x.json")
        .ends_with(2)
        .says("`x.json` is not what `harness run --export json=PATH` writes");
    session.run("compare small y.json").ends_with(2).says("`y.json` is no JSON");
}

#[test]
fn what_cannot_be_compared_is_told() {
    let session = measured(SIMULATED);
    session.run("compare small").ends_with(2).says("`small` alone cannot be compared").says("there is no run before");
    session
        .run("compare small nothing")
        .ends_with(2)
        .says("`nothing` is no run, no baseline (none is there) and no file");
    session.run("baseline save main small").ends_with(0);
    let other = SIMULATED.replace("name: small", "name: other").replace("[star, n12-tree]", "[grid]");
    let session = session.file("y.yaml", other);
    session.run("run y.yaml --seeds 2").ends_with(0);
    session
        .run("compare main other")
        .ends_with(2)
        .says("the baseline `main` is of the experiment `small`, and this is `other`");
    session.run("baseline save main other").ends_with(2).says("is of the experiment `small`, and this is `other`");
    session.run("compare small other").ends_with(2).says("nothing in common: no cell of `small` is on another side");
    session.run("compare small small --only topology=gird").ends_with(2).says("no cell is `topology=gird` on any side");
    session.run("compare small small --figures p96").ends_with(2).says("no figure is called `p96`");
    session.run("baseline save ../x small").ends_with(2).says("`../x` cannot name a baseline");
    for (condition, told) in
        [("p95 > +5", "the unit is missing"), ("p95", "expected a figure"), ("x > +1%", "no figure")]
    {
        session.run_words(&["compare", "small", "small", "--fail-if", condition]).ends_with(2).says(told);
    }
}

#[test]
fn a_path_that_cannot_be_written_is_found_before_the_first_run() {
    let session = Session::new().file("x.yaml", SIMULATED).file("taken", "");
    session.run("run x.yaml --export junit=taken/x.xml").ends_with(2).says("cannot write the export `taken/x.xml`");
    session.run("run x.yaml --export junit=.").ends_with(2).says("cannot write the export `.`: it is a directory");
    session.run("run x.yaml --export xml=x").ends_with(2).says("`xml` is no format");
    assert!(!session.has("store"), "nothing was run");
}

#[test]
fn a_runs_answer_is_exported_and_annotated() {
    let limited = format!("{SIMULATED}limits:\n  msgs-per-op: '< 1'\n");
    let session = Session::new().file("x.yaml", limited);
    let session = session.variable("GITHUB_STEP_SUMMARY", "summary.md");
    let ended = session.run("run x.yaml --annotate github --export junit=x.xml --export csv=x.csv --export md=x.md");
    ended.ends_with(1).says("::error file=x.yaml,line=8,title=topology=star::msgs-per-op is");
    let read = |name: &str| std::fs::read_to_string(session.path(name)).expect("it was written");
    assert_eq!(read("summary.md"), read("x.md"));
    assert!(read("x.xml").contains(r#"failures="2""#) && read("x.csv").lines().count() == 3);
    let session = session.variable("GITHUB_STEP_SUMMARY", "none/summary.md");
    session.run("run x.yaml --annotate github").ends_with(2).says("which `GITHUB_STEP_SUMMARY` names");
}
