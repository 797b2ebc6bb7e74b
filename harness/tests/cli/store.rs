//! The store seen by its user: `list`, `show`, `rm`, `import`, and what is wrong with it.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use crate::session::{Ended, Session};
use crate::{good_then, simulated_within};

/// The small experiment with a name of two words, and a limit that it exceeds.
fn experiment() -> String {
    simulated_within("msgs-per-op: '< 5'").replace("name: small\n", "name: my small\ndescription: Two designs.\n")
}

fn data(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"))
}

/// A session with two runs: one of two results, one of sixty.
fn with_two_runs() -> Session {
    let session = Session::new().file("x.yaml", experiment()).variable("COLUMNS", "150");
    session.run("run x.yaml").ends_with(1);
    session.run("run x.yaml --seeds 30").ends_with(1);
    session
}

/// The time of the only experiment's newest run, or one before it.
fn time(session: &Session, back: usize) -> String {
    let runs = data(&session.run("list --format json"));
    let run = runs["runs"][back]["run"].as_str().expect("that run is there").to_owned();
    run.trim_start_matches("my small/").to_owned()
}

#[test]
fn runs_are_listed_and_shown_again() {
    let session = with_two_runs();
    let list = session.run("list");
    list.ends_with(0)
        .prints("run ")
        .prints("\nmy small/2")
        .prints("  60       ✗ 2 reused; 0 of 2 required cells pass, 2 fail\n");
    let runs = data(&session.run("list --format json"));
    assert_eq!((runs["runs"][0]["results"].as_u64(), runs["runs"][1]["results"].as_u64()), (Some(60), Some(2)));
    assert_eq!((&runs["runs"][0]["state"], &runs["runs"][0]["exit-code"]), (&"whole".into(), &1.into()));
    session.run("list -n 1").ends_with(0).says("1 older runs are not listed; `--all` lists them");
    session.run_words(&["list", "my smal"]).ends_with(2).says("did you mean `my small`?").prints_nothing();

    let shown = session.run_words(&["show", "my small"]);
    shown
        .ends_with(0)
        .prints("each figure is the worst of 30 repetitions")
        .prints("0 of 2 required cells pass, 2 fail\n");
    shown
        .prints("about   Two designs.\n")
        .prints("node    node [topology-n12-tree], SHA-256 ")
        .prints(" run x.yaml --seeds 30\n");
    let first = session.run_words(&["show", "my small~1", "--cell", "topology=star"]);
    first.ends_with(0).prints("topology=star\n  seed 0: valid, measured 2").prints(", trace ");
    assert!(!first.stdout.contains("n12-tree"), "{first}");
    let whole = data(&session.run_words(&["show", "x.yaml", "--format", "json"]));
    assert_eq!((&whole["exit-code"], whole["cells"][1]["runs"].as_array().map(Vec::len)), (&1.into(), Some(30)));
    session.run_words(&["show", "my small", "--cell", "topology=ring"]).ends_with(2).says("no cell is `topology=ring`");
}

/// Two designs can differ in nothing else.
#[test]
fn what_a_node_is_started_with_is_told() {
    let experiment = "name: x\nengine: simulated\ntest: {time-limit: 2s, rate: 10}\n\
                      node: {crate: node, features: [topology-star, acks-cumulative], args: [--batch-window, 50ms]}\n";
    let session = Session::new().file("x.yaml", experiment);
    session.run("run x.yaml").ends_with(0);
    session.run("show x").ends_with(0).prints("args    --batch-window 50ms\n");
    session.run("trace x.yaml").ends_with(0).prints("[acks-cumulative, topology-star] --batch-window 50ms\n");
}

#[test]
fn an_empty_store_says_how_to_fill_it() {
    let session = Session::new();
    session.run("list").ends_with(0).says("no runs are in `store`; `harness run FILE` makes one").prints_nothing();
    session.run("show x").ends_with(2).says("the store `store` holds no runs").prints_nothing();
    assert!(!session.has("store"));
}

#[test]
fn what_is_removed_is_a_run_and_nothing_else() {
    let session = with_two_runs().file("elsewhere/a/1/experiment.json", "{}");
    let older = format!("my small/{}", time(&session, 1));
    session.run_words(&["rm", &older]).ends_with(2).says("`--yes` removes my small/2").says("(2 results)");
    for (word, told) in [
        ("../elsewhere/a/1", "no run"),
        ("elsewhere/a/1", "`elsewhere/a/1` is not a run in the store `store`, and nothing else is removed"),
        ("store", "no run is called `store`"),
        (".", "no run is called `.`"),
        ("x.yaml/", "no run is called `x.yaml/`"),
        ("a\u{1b}[2Jb", "no run is called `a\\u{1b}[2Jb`"),
    ] {
        session.run_words(&["rm", "--yes", word]).ends_with(2).says(told).prints_nothing();
    }
    session.run_words(&["rm", "--yes", &older, "nothing"]).ends_with(2);
    assert!(session.has(&format!("store/{older}")), "all of it or nothing");
    session.run_words(&["rm", "--yes", &older]).ends_with(0).says(&format!("removed {older}"));
    assert!(!session.has(&format!("store/{older}")) && session.has("elsewhere/a/1"));
    session.run_words(&["show", "my small"]).ends_with(0).prints("60 runs");
    session.run_words(&["rm", "--all", "--yes", "my small"]).ends_with(0);
    assert!(!session.has("store/my small"));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_shown() {
    let session = with_two_runs();
    let run = format!("store/my small/{}", time(&session, 1));
    fs::write(session.path(&format!("{run}/topology=star/record.json")), "{\"format\": 1, \"exp").expect("it is ours");
    fs::write(session.path(&format!("{run}/topology=n12-tree/record.json")), "{\"format\": 9}").expect("it is ours");
    let shown = session.run_words(&["show", "my small~1"]);
    shown.ends_with(0).prints("! left out: `store/my small/2").prints("is not a result of this program: EOF");
    shown.prints("has format 9, but this program reads format 1; use the harness that wrote it");
    session.run("list").ends_with(0).prints("2 unreadable");
    // What cannot be read is measured again; the newer run's batch has it too, but no files.
    session.run("run x.yaml").ends_with(1).prints(" s for 2 runs\n");

    let newest = format!("store/my small/{}", time(&session, 0));
    fs::write(session.path(&format!("{newest}/experiment.json")), "{\"format\": 3}").expect("it is ours");
    session.run("list").ends_with(0).says("left out: `store/my small/2").says("has format 3").prints("  60 ");
    session.run_words(&["show", "my small"]).ends_with(2).says("has format 3, but this program reads format 1");
}

/// A recording of real Maelstrom, as it lay in its store.
fn recorded(session: Session, name: &str, place: &str) -> Session {
    let recording = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/results").join(name);
    let mut session = session;
    for file in ["cmd.txt", "results.edn"] {
        session = session.file(&format!("{place}/{file}"), fs::read(recording.join(file)).expect("it was recorded"));
    }
    let mut history = String::new();
    let file = fs::File::open(recording.join("history.edn.gz")).expect("its history was recorded");
    flate2::read::GzDecoder::new(file).read_to_string(&mut history).expect("it is text");
    session.file(&format!("{place}/history.edn"), history)
}

#[test]
fn what_maelstrom_wrote_becomes_a_run_like_any_other() {
    let session = recorded(Session::new(), "d-lossy", "theirs/broadcast/20261101T101112.345Z");
    let session = session.variable("COLUMNS", "150");
    let imported = session.run("import theirs --name official");
    imported
        .ends_with(0)
        .prints("20261101T101112.345Z  no ✗      3.78     1.68   3.41")
        .prints("engine  maelstrom unknown");
    let record = session.result("store/official/latest/test=20261101T101112.345Z");
    assert_eq!(record["provenance"]["started"], "2026-11-01T10:11:12Z");
    assert_eq!((&record["options"]["rate"], &record["outcome"]["figures"]["lost"]), (&10.0.into(), &15.0.into()));
    assert!(session.has("store/official/latest/test=20261101T101112.345Z/history.edn"));
    session.run("show official").ends_with(0).prints("node    bin/");
    session.run("import theirs/broadcast/20261101T101112.345Z").ends_with(0).prints("store/broadcast-imported/");
    // As Maelstrom itself leaves it, the log tells what was asked for.
    let place = "theirs/broadcast/20261101T101112.345Z";
    fs::remove_file(session.path(&format!("{place}/cmd.txt"))).expect("it is ours");
    let log = "2026-11-01 10:11:12,345{GMT}\tINFO\t[main] jepsen.core: Command line:\nlein run test -w broadcast --bin \
               bin/lossy --node-count 5 --rate 11\n2026-11-01 10:11:12,350{GMT}\tINFO\t[main] jepsen.core: Running test:\n";
    let session = session.file(&format!("{place}/jepsen.log"), log);
    session.run("import theirs --name logged").ends_with(0);
    let record = session.result("store/logged/latest/test=20261101T101112.345Z");
    assert_eq!((&record["options"]["rate"], &record["provenance"]["node"]), (&11.0.into(), &"bin/lossy".into()));
}

#[test]
fn a_history_alone_is_judged_again_without_what_it_lacks() {
    let session = recorded(Session::new(), "d-lossy", "theirs");
    fs::remove_file(session.path("theirs/results.edn")).expect("it is ours");
    let session = session.variable("COLUMNS", "150");
    let imported = session.run("import theirs --name alone");
    imported.ends_with(0).prints("`net` was not judged: there is only history.edn");
    let figures = |place: &str| {
        let record = fs::read(session.path(&format!("{place}/record.json"))).expect("it is there");
        serde_json::from_slice::<Value>(&record).expect("it is whole")["outcome"]["figures"].clone()
    };
    let alone = figures("store/alone/latest/test=theirs");
    let whole = recorded(Session::new(), "d-lossy", "theirs");
    whole.run("import theirs --name whole").ends_with(0);
    let mut expected = whole.result("store/whole/latest/test=theirs")["outcome"]["figures"].clone();
    let net = ["msgs-per-op", "server-msgs-per-op", "msgs-per-broadcast"];
    for absent in net {
        assert!(expected.as_object_mut().expect("figures").remove(absent).is_some() && alone[absent].is_null());
    }
    assert_eq!(alone, expected);

    fs::remove_file(session.path("theirs/cmd.txt")).expect("it is ours");
    let guessed = session.run("import theirs --name guessed");
    guessed.ends_with(0).prints("what was asked for is guessed from the history").prints("`-- -w broadcast");
    assert_eq!(figures("store/guessed/latest/test=theirs"), alone);
    let told = session.run("import theirs --name told -- -w broadcast --node-count 5 --rate 10");
    told.ends_with(0);
    assert!(!told.stdout.contains("guessed"), "{told}");
}

#[test]
fn our_own_test_and_a_run_of_another_store_are_imported_too() {
    let session = Session::with_node().file("x.yaml", good_then("exits-at-start")).variable("COLUMNS", "150");
    session.run("test -w echo --bin node --node-count 1 --time-limit 1 --rate 10").ends_with(0);
    session.run("import store/echo/latest --name own --store theirs").ends_with(0).prints("engine  embedded ");
    session.run("run x.yaml --store other").ends_with(2);
    session.run("import other/small/latest --store theirs").ends_with(0).prints("out of cheese");
    session.run("list --store theirs").ends_with(0).prints("small/2").prints("own/2");
    assert!(session.has("theirs/small/latest/args=nothing/history.edn"));
}

#[test]
fn what_is_no_result_is_not_imported() {
    let session = Session::new().file("empty/x", "").file("odd/results.edn", "{:valid? ").file("x.yaml", "");
    for (words, told) in [
        ("import empty", "`empty` has no results: no results.edn and no history.edn is in it or below"),
        ("import none", "cannot find `none`"),
        ("import x.yaml", "cannot look through `x.yaml`"),
        ("import odd", "what was asked for stands nowhere beside it"),
        ("import odd -- -w broadcast --node-count 3", "left out: `odd`"),
        ("import odd -- -w broadcast --node-cuont 3", "--node-cuont"),
        ("import empty --name ../x", "`../x` cannot be the name of an experiment"),
        ("import empty --name -x", "-x"),
    ] {
        session.run(words).ends_with(2).says(told).prints_nothing();
    }
    assert!(!session.has("store"));
}
