//! `harness fidelity`: the committed table is what the command prints, every scenario keeps its bounds, and every control is found
//! out.

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

/// With `UPDATE=1` in the environment the table is written.
#[test]
fn the_committed_table_is_current_and_everything_keeps_its_bounds() {
    let output = fidelity("--format markdown");
    let found = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{found}{}", text(&output.stderr));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/FIDELITY-TABLE.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, found).expect("it can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let differing = committed.lines().zip(found.lines()).find(|(committed, found)| committed != found);
    assert!(committed == found, "the table is not current (UPDATE=1 writes it): {differing:#?}");
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
