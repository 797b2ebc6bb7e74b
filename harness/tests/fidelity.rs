//! `harness fidelity`: the committed table is what the command prints, every scenario keeps its bounds, and every control is found
//! out; of experiments, the engines agree.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

/// Runs the command in an empty directory.
fn fidelity(words: &str) -> Output {
    let directory = tempfile::tempdir().expect("a temporary directory");
    Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("fidelity")
        .args(words.split_whitespace())
        .current_dir(directory.path())
        .output()
        .expect("the program is there")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("it writes text")
}

/// Holds a committed document to what the command prints. With `UPDATE=1` in the environment it is written.
fn is_current(document: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(document);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, found).expect("it can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let differing = committed.lines().zip(found.lines()).find(|(committed, found)| committed != found);
    assert!(committed == found, "{document} is not current (UPDATE=1 writes it): {differing:#?}");
}

#[test]
fn the_committed_table_is_current_and_everything_keeps_its_bounds() {
    let output = fidelity("--format markdown");
    let found = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{found}{}", text(&output.stderr));
    is_current("engine/FIDELITY-TABLE.md", found);
}

/// The document's head names the command that makes it; this is that command.
#[test]
fn the_records_are_what_real_processes_measured() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let document = fs::read_to_string(root.join("harness/src/render/agreement/head.md")).expect("the head is there");
    let (_, command) = document.split_once("harness -- ").expect("it names its command");
    let (command, _) = command.split_once(" > ").expect("and where that writes");
    let store = tempfile::tempdir().expect("a temporary directory");
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(command.split_whitespace().filter(|word| *word != "\\"))
        .arg("--store")
        .arg(store.path())
        .current_dir(root)
        .output()
        .expect("the program is there");
    let found = text(&output.stdout);
    // Cells whose seeds vary by more than the bound cannot be told by so few of them; that is 2, and no cell may differ.
    assert!(matches!(output.status.code(), Some(0 | 2)), "{found}{}", text(&output.stderr));
    is_current("engine/FIDELITY-RECORDS.md", found);
}

/// An experiment that is simulated, and what the embedded engine is said to have measured of it.
fn agreement(embedded_max: f64, words: &str) -> Output {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let experiment =
        "name: mine\ntest: {node-count: 3, rate: 10, time-limit: 2s, latency: 10ms}\nnode: {crate: node}\n";
    fs::write(directory.path().join("mine.yaml"), experiment).expect("it can be written");
    let run = serde_json::json!({"experiment": "mine", "cell": "default", "seed": 0, "late-ms": 2.5,
        "figures": {"stable-latency.max": embedded_max, "missing": 0}});
    let kept = serde_json::json!({"started": "2026-11-24T10:00:00Z", "machine": "here", "runs": [run]});
    fs::write(directory.path().join("kept.json"), kept.to_string()).expect("it can be written");
    Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["fidelity", "mine.yaml", "--seeds", "1"])
        .args(words.split_whitespace())
        .current_dir(directory.path())
        .output()
        .expect("the program is there")
}

#[test]
fn an_experiments_engines_agree_or_the_answer_is_no() {
    let output = agreement(500.0, "--embedded-from kept.json");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}{}", text(&output.stderr));
    assert!(said.contains("DIFFER") && said.contains("the engines agree on 0 of 1 cell, 1 differ"), "{said}");
    let simulated = agreement(500.0, "--embedded-from kept.json --format json");
    let simulated: Json = serde_json::from_slice(&simulated.stdout).expect("JSON");
    let max = simulated["rows"][0]["simulated"]["stable-latency.max"]["mean"].as_f64().expect("it was measured");
    let output = agreement(max, "--embedded-from kept.json");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", text(&output.stderr));
    assert!(said.contains("with process delay") && said.contains("the engines agree on 1 of 1 cell"), "{said}");
}

#[test]
fn what_cannot_be_held_against_itself_says_why() {
    for (words, expected) in [
        ("--embedded-from nowhere.json", "cannot read `nowhere.json`"),
        ("--embedded-from mine.yaml", "`mine.yaml` is not what `--save-embedded` writes"),
        ("--embedded-from kept.json --only topology=star", "no axis is called `topology`"),
        ("--engine both", "cannot be used with"),
    ] {
        let output = agreement(10.0, words);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{words}");
        assert!(said.contains(expected), "{words}: {said}");
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let experiment = "name: mine\ntest: {node-count: 3}\nnode: {bin: /bin/cat}\n";
    fs::write(directory.path().join("mine.yaml"), experiment).expect("it can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["fidelity", "mine.yaml"])
        .current_dir(directory.path())
        .output()
        .expect("the program is there");
    let said = text(&output.stderr);
    assert!(said.contains("cannot be simulated") && said.contains("a clock of its own"), "{said}");
}

#[test]
fn a_control_fails_on_the_figure_that_its_rule_is_about() {
    let output = fidelity("--seeds 5 --format json --only without-head-of-line-blocking --only without-acks");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    let verdict = |place: usize, figure: &str| {
        report["controls"][place]["simulated"]["distances"][figure]["verdict"].as_str().map(str::to_owned)
    };
    assert_eq!(verdict(0, "client-latency.median").as_deref(), Some("outside"));
    assert_eq!(verdict(0, "msgs-per-broadcast").as_deref(), Some("within"));
    assert_eq!(verdict(1, "msgs-per-broadcast").as_deref(), Some("outside"));
    assert_eq!(report["tally"]["failing"], 2);
}

#[test]
fn an_unknown_name_says_what_there_is() {
    let output = fidelity("--only n12-tree-relays");
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert!(said.contains("`n12-tree-relays`; did you mean `n12-tree-relay`?"), "{said}");
}

#[test]
fn on_a_terminal_every_engine_has_its_line() {
    let output = fidelity("--seeds 3 --only n12-tree-relay --only flood-total --only star-relay");
    let said = text(&output.stdout);
    let starts = |word: &str| said.lines().filter(|line| line.trim_start().starts_with(word)).count();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!((starts("embedded"), starts("simulated ×3")), (3 + 1, 3), "{said}");
    for expected in
        ["no recording", "real ×8", " within\n", " not judged\n", "tutorial 3d\n", "1 of 1 rows keep every bound\n"]
    {
        assert!(said.contains(expected), "`{expected}` is missing:\n{said}");
    }
}

/// Whatever was measured is kept, and says what it was measured without.
#[test]
fn results_are_kept_and_a_control_is_recorded_as_one() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let words = "fidelity --seeds 1 --only without-head-of-line-blocking --only without-skip-sender --store kept";
    let status = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(words.split_whitespace())
        .current_dir(directory.path())
        .output()
        .expect("the program is there")
        .status;
    assert_eq!(status.code(), Some(0));
    let record = |cell: &str| -> Json {
        let path = directory.path().join("kept/fidelity/latest").join(cell).join("record.json");
        serde_json::from_slice(&fs::read(path).expect("it is kept")).expect("JSON")
    };
    let blocking = record("without-head-of-line-blocking");
    assert_eq!(blocking["options"]["rules"]["taking"], "when-due");
    let told = record("without-skip-sender");
    assert_eq!(told["options"]["rules"], Json::Null);
    assert_eq!(told["provenance"]["node"], "node [acks-none, topology-offered], without-skip-sender");
}
