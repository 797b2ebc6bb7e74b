//! `harness test` with command lines that the real Maelstrom refuses, and what it makes of them.

use crate::session::{NODE, Session};

/// Each of these was given to the real Maelstrom, which ended with 254 too.
#[test]
fn what_maelstrom_refuses_is_refused_with_its_code() {
    let cases = [
        ("-w broadcast --node-count 5", "`--bin FILE` is missing: the program that every node runs\n"),
        ("-w nope --bin bin/echo", "bad value `nope` for `--workload`: expected one of broadcast, echo\n"),
        (
            "-w broadcast --bin bin/flood --topology ring",
            "bad value `ring` for `--topology`: expected one of grid, line, total, tree, tree2, tree3, tree4; \
             or EXPERIMENT:NAME for one that an experiment draws\n",
        ),
        (
            "-w broadcast --bin bin/flood --latency-dist normal",
            "bad value `normal` for `--latency-dist`: expected one of constant, uniform, exponential\n",
        ),
        (
            "-w broadcast --bin bin/flood --nemesis meteor",
            "bad value `meteor` for `--nemesis`: nothing breaks by the name `meteor`: expected `none`, or some of `partition`, \
             `one-way`, `isolate`, `loss`, `duplication`, `slow`, `pause`, `crash` joined by `+`\n",
        ),
        (
            "-w broadcast --bin bin/flood --frobnicate 3",
            "unknown option `--frobnicate`; `harness test --help` lists them all\n",
        ),
    ];
    for (words, message) in cases {
        let session = Session::new();
        let ended = session.run(&format!("test {words}"));
        ended.ends_with(254).says_only(message).prints_nothing();
        assert!(!session.has("store"), "nothing was run");
    }
}

#[test]
fn the_default_workload_has_to_be_replaced() {
    let ended = Session::new().run("test --bin bin/echo");
    ended.ends_with(254).says("-w broadcast").says("lin-kv").prints_nothing();
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
        session.run(words).ends_with(0).prints("--nemesis-interval SECONDS").says_only("");
    }
}

#[test]
fn a_test_ends_as_maelstrom_would_end_it() {
    let session = Session::with_node();
    let ended = session.run("test -w echo --bin node --node-count 1 --time-limit 1 --rate 10 --seed 7");
    ended.ends_with(0).prints(":valid? true}\n\nAll is well").says("seed 7");
    for file in ["latest/results.edn", "current/history.edn", "echo/latest/node-logs/n0.log"] {
        assert!(session.has(&format!("store/{file}")), "{file}");
    }
}

#[test]
fn what_nodes_say_can_be_seen() {
    let session = Session::new().script("node", &format!("#!/bin/sh\necho good morning >&2\n{NODE}"));
    let ended = session.run("test -w echo --bin node --node-count 1 --time-limit 1 --rate 10 --log-stderr");
    ended.ends_with(0).says("n0: good morning\n");
}
