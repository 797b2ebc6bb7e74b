//! `harness test` with command lines that the real Maelstrom refuses, and what it makes of them.

use crate::{ECHO_NODE, Session};

/// Each of these was given to the real Maelstrom, which ended with 254 too.
#[test]
fn what_maelstrom_refuses_is_refused_with_its_code() {
    let cases = [
        ("-w broadcast --node-count 5", "`--bin FILE` is missing: the program that every node runs\n"),
        ("-w nope --bin bin/echo", "bad value `nope` for `--workload`: expected one of broadcast, echo\n"),
        (
            "-w broadcast --bin bin/flood --topology ring",
            "bad value `ring` for `--topology`: expected one of grid, line, total, tree, tree2, tree3, tree4\n",
        ),
        (
            "-w broadcast --bin bin/flood --latency-dist normal",
            "bad value `normal` for `--latency-dist`: expected one of constant, uniform, exponential\n",
        ),
        ("-w broadcast --bin bin/flood --nemesis meteor", "bad value `meteor` for `--nemesis`: expected partition\n"),
        (
            "-w broadcast --bin bin/flood --frobnicate 3",
            "unknown option `--frobnicate`; `harness test --help` lists them all\n",
        ),
    ];
    for (words, message) in cases {
        let session = Session::new();
        let ended = session.run(&format!("test {words}"));
        ended.ends_with(254).says_only(message).prints_nothing().is_calm();
        assert!(!session.has("store"), "nothing was run");
    }
}

#[test]
fn the_default_workload_has_to_be_replaced() {
    let ended = Session::new().run("test --bin bin/echo");
    ended.ends_with(254).says("-w broadcast").says("lin-kv").prints_nothing().is_calm();
}

#[test]
fn all_problems_come_at_once() {
    let ended = Session::new().run("test --rate fast --node-count 0 --frobnicate");
    ended.ends_with(254).says("--rate").says("--node-count").says("--frobnicate").says("--bin").says("-w broadcast");
}

#[test]
fn help_is_an_answer() {
    let session = Session::new();
    for words in ["test --help", "test -h", "test -w nope --help"] {
        session.run(words).ends_with(0).prints("--nemesis-interval SECONDS").says_only("").is_calm();
    }
}

#[test]
fn a_missing_binary_is_a_crash() {
    let session = Session::new();
    let ended = session.run("test -w broadcast --bin bin/does-not-exist --node-count 5");
    ended.ends_with(255).says("bin/does-not-exist").prints_nothing().is_calm();
}

#[test]
fn a_test_ends_as_maelstrom_would_end_it() {
    let session = Session::new().script("node", ECHO_NODE);
    let ended = session.run("test -w echo --bin node --node-count 1 --time-limit 1 --rate 10 --seed 7");
    ended.ends_with(0).prints(":valid? true}\n\nAll is well").says("seed 7").is_calm();
    for file in ["latest/results.edn", "current/history.edn", "echo/latest/node-logs/n0.log"] {
        assert!(session.has(&format!("store/{file}")), "{file}");
    }
}

#[test]
fn a_node_that_ends_is_a_crash_with_its_last_words() {
    let session = Session::new().script("node", "echo out of cheese >&2; exit 3");
    let ended = session.run("test -w echo --bin node --node-count 1 --time-limit 1");
    ended.ends_with(255).says("the test crashed: ").says("n0").says("out of cheese").is_calm();
    assert!(session.has("store/latest"), "as Maelstrom does, `latest` moves to a run that crashed");
}

#[test]
fn what_nodes_say_can_be_seen() {
    let session = Session::new().script("node", &format!("echo good morning >&2\n{ECHO_NODE}"));
    let ended = session.run("test -w echo --bin node --node-count 1 --time-limit 1 --rate 10 --log-stderr");
    ended.ends_with(0).says("n0: good morning\n").is_calm();
}
