//! What helps before anything runs: `check`, `plan`, `init`, `schema`, `completions`, `man`.

use std::fs;

use crate::session::Session;
use crate::{EXPERIMENT, all_at_once};

const WRONG: &str = "name: a/b\nnode: {bin: ./node}\ntest: {latency: 100}\n";

#[test]
fn check_tells_every_mistake_of_every_file_and_runs_nothing() {
    let session = Session::new()
        .file("here/good.yaml", EXPERIMENT)
        .file("here/wrong.yml", WRONG)
        .file("here/notes.txt", "name: [")
        .file("simulated.yaml", "name: y\nengine: simulated\nnode: {bin: ./node}\n");
    session.run("check here/good.yaml").ends_with(0).prints("here/good.yaml: 1 cell\n").says_only("");
    let ended = session.run("check here simulated.yaml nowhere.yaml");
    ended.ends_with(2).prints("here/good.yaml: 1 cell\n");
    ended.says("here/wrong.yml:1:7").says("here/wrong.yml:3:17").says("2 errors");
    ended.says("`simulated.yaml` asks for what its engine cannot do").says("cannot read the experiment `nowhere.yaml`");
    ended.says("1 of 4 are experiments");
    assert!(!session.has("store"), "nothing runs");
}

#[test]
fn check_needs_something_to_check() {
    let session = Session::new().file("empty/readme", "");
    session.run("check").ends_with(2).says("<FILE|DIR>");
    session.run("check empty").ends_with(2).says("no file of `empty` ends in .yaml or .yml");
}

#[test]
fn two_experiments_of_one_name_are_pointed_out() {
    let session = Session::new().file("a.yaml", EXPERIMENT).file("b.yaml", EXPERIMENT);
    session.run("check a.yaml b.yaml").ends_with(0).says("`b.yaml` and `a.yaml` are both called `small`");
    session.run("check a.yaml a.yaml").ends_with(0).says_only("");
}

#[test]
fn a_plan_is_what_run_would_do() {
    let session = Session::new().file("x.yaml", format!("{EXPERIMENT}matrix: {{rate: [10, 20]}}\nrepeat: 3\n"));
    let ended = session.run("plan x.yaml --jobs 2");
    ended.ends_with(0).prints("required").prints("ok-fraction >= 1").prints("engine  embedded").says_only("");
    ended.prints("time    about 3.6 s for 6 runs, 2 at a time");
    assert!(!session.has("store"), "nothing runs, and the node need not be there");
    let json = session.run("plan x.yaml --format json --only rate=20 --seeds 5");
    let plan: serde_json::Value = serde_json::from_str(&json.stdout).expect("a plan is JSON");
    assert_eq!((&plan["runs"], &plan["cells"][0]["cell"]), (&5.into(), &"rate=20".into()), "{plan}");
    session.run("plan x.yaml --jobs 1 --partition 1/4").ends_with(0).prints("for 2 runs, 1 at a time");
    session.run("plan x.yaml --engine simulated").ends_with(2).says("cannot be simulated").prints_nothing();
    session.run("plan x.yaml --only rate=30").ends_with(2).says("no cell is `rate=30`").prints_nothing();
}

#[test]
fn a_plan_knows_what_is_measured_already() {
    // Simulated, since a result that came late on a busy machine is not used again.
    let simulated =
        "name: x\nengine: simulated\ntest: {time-limit: 1s}\nnode: {crate: node}\nmatrix: {rate: [10, 20]}\n";
    let session = Session::new().file("x.yaml", simulated);
    session.run("run x.yaml --only rate=10").ends_with(0);
    let ended = session.run("plan x.yaml --jobs 1");
    ended.ends_with(0).prints("reused  1 of 2 results from `store`").prints("for 1 run, 1 at a time");
    session.run("plan x.yaml --only rate=10").prints("time    nothing is left to run");
    session.run("plan x.yaml --fresh --jobs 1").prints("for 2 runs, 1 at a time");
    session.run("plan x.yaml --seed 7 --jobs 1").prints("for 2 runs, 1 at a time");
}

#[test]
fn a_first_experiment_runs_on_a_program_of_ones_own() {
    let session = Session::with_node();
    session
        .run("init sub/mine.yaml --bin node")
        .ends_with(0)
        .prints("sub/mine.yaml\n")
        .says("harness run sub/mine.yaml");
    session.run("check sub").ends_with(0).prints("sub/mine.yaml: 2 cells\n");
    // The same in less time.
    let text = fs::read_to_string(session.path("sub/mine.yaml")).expect("it was written");
    let short = text.replace("workload: broadcast", "workload: echo").replace("time-limit: 5s", "time-limit: 1s");
    let session = session.file("sub/short.yaml", short.replace("name: mine", "name: short"));
    session.run("run sub/short.yaml --only rate=10 --engine embedded").says("[1/1] rate=10: valid");
    assert!(session.has("store/short/latest/rate=10/record.json"));
    let ended = session.run("init sub/mine.yaml");
    ended.ends_with(2).says("`sub/mine.yaml` exists, and is left as it is").prints_nothing();
    session.run("init").ends_with(0).prints("experiment.yaml\n").says("`./my-node` is not there yet");
    session.run("init own.yaml --crate").ends_with(0);
    session.run("check own.yaml").ends_with(0).prints("own.yaml: 4 cells\n");
    session.run("init x.yaml --crate --bin node").ends_with(2).says("cannot be used with");
    // A file may be called what no directory of results can be.
    session.run("init a:b.yaml --crate").ends_with(0);
    session.run("check a:b.yaml").ends_with(0);
}

#[test]
fn shells_are_told_what_comes_next() {
    let session = Session::new().file("experiments/quick.yaml", "").file("experiments/notes.txt", "");
    let session = session.file("other.yml", "").file("store/quick/20261122T233837Z/experiment.json", "{}");
    let session = session
        .file("experiments/baselines/main.json", "{}")
        .variable("_CLAP_IFS", "\n")
        .variable("HARNESS_COMPLETE", "bash");
    let next = |words: &[&str]| {
        let index = (words.len() - 1).to_string();
        let line = format!("_CLAP_COMPLETE_INDEX={index} harness -- {}", words.join(" "));
        session.shell(&line).ends_with(0).stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(next(&["harness", "comple"]), ["completions"]);
    assert_eq!(next(&["harness", "run", "qu"]), ["experiments/quick.yaml"]);
    assert_eq!(next(&["harness", "check", "o"]), ["other.yml"]);
    assert_eq!(next(&["harness", "plan", "x.yaml", "--engine", "s"]), ["simulated"]);
    assert_eq!(next(&["harness", "compare", "q"]), ["quick", "quick/20261122T233837Z"]);
    assert_eq!(next(&["harness", "compare", "quick", "m"]), ["main"]);
    assert_eq!(next(&["harness", "test", "--node-c"]), ["--node-count"]);
}

#[test]
fn every_shell_has_its_script() {
    let session = Session::new();
    all_at_once(&["bash", "elvish", "fish", "powershell", "zsh"], |shell| {
        let ended = session.run(&format!("completions {shell}"));
        ended.ends_with(0).prints("HARNESS_COMPLETE").says_only("");
    });
    session.run("completions tcsh").ends_with(2).says("bash, elvish, fish, powershell, zsh");
}

#[test]
fn the_manual_has_a_page_for_every_verb() {
    let session = Session::new();
    session.run("man").ends_with(0).prints(".TH harness 1").prints("harness\\-run(1)").says_only("");
    session.run("man pages").ends_with(0).prints_nothing();
    for page in ["harness.1", "harness-run.1", "harness-check.1", "harness-setup-maelstrom.1"] {
        assert!(session.has(&format!("pages/{page}")), "{page}");
    }
    let test = fs::read_to_string(session.path("pages/harness-test.1")).expect("it is text");
    assert!(test.contains("\\-\\-node\\-count") && test.contains("\n.nf\n"), "{test}");
    session.file("taken", "").run("man taken").ends_with(2).says("cannot create `taken`");
}

#[test]
fn the_schema_is_json() {
    let ended = Session::new().run("schema");
    let schema: serde_json::Value = serde_json::from_str(&ended.ends_with(0).stdout).expect("JSON");
    assert!(schema["properties"]["limits"]["properties"]["msgs-per-op"].is_object());
}
