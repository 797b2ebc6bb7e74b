//! The protocol as scripts: each `*.txt` here holds commands, and below each the trace of what it made the cluster do.
//!
//! ```text
//! # Whatever this shows.
//! broadcast n3 7
//! ----
//! n3->c0 broadcast_ok
//! n3->n1 relay 7 (0)
//! ```
//!
//! A test fails where a trace differs; `UPDATE=1 cargo test -p node --test interaction` writes what happened instead, and the
//! diff is for a human to judge. The commands are in `stage.rs`.
#![expect(clippy::disallowed_methods, reason = "scripts are files, and UPDATE is how they are renewed")]

use std::fmt::Write;
use std::path::Path;

use stage::Stage;

mod stage;

/// The script with the traces that a run of it gives.
fn played(script: &str) -> String {
    let mut stage = Stage::default();
    let mut played = String::new();
    for block in script.trim_end().split("\n\n") {
        let (comments, rest): (Vec<&str>, Vec<&str>) =
            block.lines().filter(|line| !line.is_empty()).partition(|line| line.starts_with('#'));
        for comment in comments {
            writeln!(played, "{comment}").expect("text can be written to a String");
        }
        let commands: Vec<&str> = rest.iter().copied().take_while(|&line| line != "----").collect();
        if !commands.is_empty() {
            let trace: String = commands.iter().map(|command| stage.play(command)).collect();
            let trace = if trace.is_empty() { "nothing\n" } else { &trace };
            write!(played, "{}\n----\n{trace}", commands.join("\n")).expect("text can be written to a String");
        }
        played.push('\n');
    }
    played.truncate(played.trim_end().len());
    played + "\n"
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interaction").join(name);
    let script = std::fs::read_to_string(&path).unwrap();
    let played = played(&script);
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(&path, played).unwrap();
        return;
    }
    for (number, (want, have)) in (1..).zip(script.lines().zip(played.lines())) {
        assert_eq!(have, want, "{name}, line {number} (UPDATE=1 writes what happened)");
    }
    assert_eq!(played, script, "{name} has another length");
}

macro_rules! scripts {
    ($($name:ident)*) => {
        $(#[test] fn $name() { check(concat!(stringify!($name), ".txt")); })*

        #[test]
        fn every_script_is_played() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interaction");
            let mut found: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| name.ends_with(".txt"))
                .collect();
            found.sort_unstable();
            assert_eq!(found, [$(concat!(stringify!($name), ".txt")),*]);
        }
    };
}

scripts! {
    acknowledge
    backlog
    before_init
    collector
    failing_master
    grid
    master
    n12_tree
    piggyback
    recovery
    slow
    star
    suspicion
}
