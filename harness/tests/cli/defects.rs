//! Nodes that do not do what a node does: each costs its own cell and nothing else, and is told so that its author knows
//! what to mend.

use crate::session::{NODE, Session};
use crate::{EXPERIMENT, all_at_once, assert_good_is_kept, good_then};

/// What is wrong with a node (`node.sh`), what of it is told, and how an experiment and a test end that it takes part in.
struct Defect {
    name: &'static str,
    told: &'static [&'static str],
    run: i32,
    test: i32,
}

const fn fatal(name: &'static str, told: &'static [&'static str]) -> Defect {
    Defect { name, told, run: 2, test: 255 }
}

const DEFECTS: [Defect; 20] = [
    fatal("exits-at-start", &["n0 ended while the test ran (exit status: 3)", "out of cheese"]),
    fatal("exits-in-the-middle", &["n0 ended while the test ran (exit status: 4)", "giving up now"]),
    fatal("is-killed-in-the-middle", &["n0 ended while the test ran (signal: 9", "it wrote nothing"]),
    fatal("closes-its-output", &["n0 ended while the test ran (it closed its standard output)"]),
    fatal("leaves-a-child", &["n0 ended while the test ran (exit status: 4)"]),
    fatal("prints-garbage", &["n0 printed a line", "the line: Starting server v1.0", "nothing but messages"]),
    fatal("prints-garbage-in-the-middle", &["n0 printed a line", "the line: debug: this is not JSON"]),
    fatal("prints-half-a-message", &["n0 printed a line", r#"the line: {"src":"n0","dest":"#]),
    fatal("prints-no-text", &["n0 printed a line", "the line: \u{fffd}\u{fffd}"]),
    fatal("prints-without-end", &["n0 printed a line", "the line: 00000"]),
    fatal("never-answers", &["n0 did not answer `init` within 10 s", "still thinking"]),
    fatal("answers-another-request", &["n0 did not answer `init` within 10 s", "1 reply came that nobody waited for"]),
    fatal("answers-with-the-wrong-type", &["n0 answered `init` wrongly: expected the type `init_ok`", "hello_ok"]),
    fatal("refuses-init", &["n0 answered `init` wrongly: error 13", "not today"]),
    fatal("sends-to-a-stranger", &["n0 printed a line", "`n99`, and no node or client has that name"]),
    fatal("sends-as-another", &["n0 printed a line", "its `src` is `n7`"]),
    // Maelstrom goes on with these, and so do we.
    Defect { name: "replies-twice", told: &["replies came that nobody waited for"], run: 0, test: 0 },
    Defect {
        name: "answers-operations-with-the-wrong-type",
        told: &["operations ended with `malformed-reply`", "expected the type `echo_ok`"],
        run: 1,
        test: 1,
    },
    Defect { name: "stops-answering", told: &[], run: 1, test: 1 },
    Defect { name: "writes-a-long-log", told: &[], run: 0, test: 0 },
];

#[test]
fn a_defect_costs_its_cell_and_no_other() {
    all_at_once(&DEFECTS, |defect| {
        let session = Session::with_node().file("x.yaml", good_then(defect.name));
        let ended = session.run("run x.yaml --jobs 1");
        ended.ends_with(defect.run).prints(defect.name);
        for words in defect.told {
            ended.prints(words);
        }
        assert_good_is_kept(&session);
        let record = session.result(&format!("store/small/latest/args={}", defect.name));
        assert_eq!(record["outcome"]["crash"].is_string(), defect.run == 2, "{record}");
    });
}

#[test]
fn a_test_tells_a_defect_and_ends_as_maelstrom_would() {
    all_at_once(&DEFECTS, |defect| {
        let session = Session::with_node();
        let words = format!("test -w echo --bin node --node-count 1 --rate 10 --time-limit 1 {}", defect.name);
        let ended = session.run(&words);
        ended.ends_with(defect.test);
        for words in defect.told {
            ended.tells(words);
        }
        assert_eq!(ended.stderr.contains("the test crashed"), defect.test == 255, "{ended}");
        assert!(session.has("store/latest"), "as Maelstrom does, `latest` moves to a run that crashed too");
    });
}

#[test]
fn one_node_of_several_is_named() {
    let session = Session::with_node();
    let ended = session.run("test -w echo --bin node --node-count 3 --rate 50 --time-limit 5 n1-exits-in-the-middle");
    ended.ends_with(255).says("n1 ended while the test ran").says("giving up now");
}

/// Files in a node's place, and what is told of each before anything runs, or at once.
const FILES: [(&str, u32, &str); 6] = [
    ("no program", 0o644, "chmod +x"),
    ("#!/no/such/python -u\n", 0o755, "`/no/such/python`, which does not run"),
    ("#!/bin/sh\r\nexit 0\r\n", 0o755, "save it with Unix line ends"),
    ("\x7fELF\x02\x01\x01\0\0\0", 0o755, "no program for this system"),
    ("echo made by hand >&2", 0o755, "made by hand"),
    ("", 0o755, "n0 ended while the test ran (exit status: 0)"),
];

#[test]
fn a_node_that_cannot_be_started_says_what_helps() {
    for (content, mode, told) in FILES {
        let session = Session::new().file("node", content).file("x.yaml", EXPERIMENT);
        session.allow("node", mode);
        session.run("run x.yaml").ends_with(2).tells(told).tells("node");
        session.run("test -w echo --bin node --node-count 1 --time-limit 1").ends_with(255).says(told).says("node");
    }
}

#[test]
fn a_node_that_is_not_there_is_found_before_anything_runs() {
    let session = Session::new().file("x.yaml", EXPERIMENT);
    session.run("run x.yaml").ends_with(2).says("node` does not exist").says("experiment's file").prints_nothing();
    let session = session.file("node/inside", "");
    session.run("run x.yaml").ends_with(2).says("is not a file").prints_nothing();
    assert!(!session.has("store/small/latest"), "nothing was run");
    session.run("test -w echo --bin node").ends_with(255).says("it is a directory");
    session.run("test -w echo --bin none").ends_with(255).says("no node binary at `none`").prints_nothing();
}

#[test]
fn a_broadcast_node_that_never_answers_its_topology_is_told() {
    let script = NODE.replace("reply '\"type\":\"topology_ok\"'", "echo 'what is a topology?' >&2");
    let session = Session::new().script("node", &script);
    let ended = session.run("test -w broadcast --bin node --node-count 1 --time-limit 1");
    ended.ends_with(255).says("n0 did not answer `topology` within ").says("what is a topology?");
}
