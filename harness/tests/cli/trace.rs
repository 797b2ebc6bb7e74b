//! The life of one broadcast: what is shown, drawn and refused, and that it is the life of the very run that was kept.

use std::fs;

use serde_json::Value;

use crate::Session;

const EXPERIMENT: &str = "name: small
engine: simulated
test: {workload: broadcast, node-count: 9, latency: 10ms, rate: 20, time-limit: 3s, nemesis-interval: 1s}
node: {crate: node, features: [topology-n12-tree]}
matrix:
  nemesis: [none, partition+loss=20%+duplication=20%+crash=1]
require: none
seed: 4
";

const CALM: &str = "trace x.yaml --cell nemesis=none";

#[test]
fn the_life_of_a_value_is_told() {
    let session = Session::new().file("x.yaml", EXPERIMENT);
    let ended = session.run(CALM);
    ended.ends_with(0).prints("value 0 of small, cell nemesis=none, seed 4\n");
    ended.prints("first sight\n").prints("  broadcast_ok  answer\n").prints("reached   9 of 9 nodes, the last after ");
    // A tree of nine nodes: eight edges, and as many acknowledgements.
    ended.prints("messages  16 between nodes: 8 first sights, 0 duplicates, 8 answers\n");
    session
        .run(&format!("{CALM} --value 7 --seed 5"))
        .ends_with(0)
        .prints("value 7 of small, cell nemesis=none, seed 5\n");
}

#[test]
fn as_data_it_has_every_node_and_every_message() {
    let session = Session::new().file("x.yaml", EXPERIMENT);
    let life: Value = serde_json::from_str(&session.run(&format!("{CALM} --format json")).stdout).expect("JSON");
    let all = |key: &str| life[key].as_array().expect("a list").clone();
    assert_eq!((all("nodes").len(), all("messages").len(), all("faults").len()), (9, 18, 0));
    let hops = |node: &Value| node["hops"].as_u64();
    assert_eq!(
        all("nodes").iter().filter_map(hops).filter(|&hops| hops == 0).count(),
        1,
        "one was asked by the client"
    );
    // Everybody has it from somebody who had it earlier.
    for node in all("nodes") {
        let parent = all("nodes").into_iter().find(|other| other["node"] == node["from"]);
        let earlier = |parent: Value| parent["reached-ms"].as_f64() < node["reached-ms"].as_f64();
        assert!(parent.is_none_or(earlier), "{node}");
    }
}

#[test]
fn it_is_drawn_with_all_that_was_broken() {
    let session = Session::new().file("x.yaml", EXPERIMENT);
    for value in 0..6 {
        let words = format!(
            "trace x.yaml --cell nemesis=partition+loss=20%+duplication=20%+crash=1 --value {value} --svg life.svg"
        );
        session.run(&words).ends_with(0).says("drawn in life.svg");
        let drawing = fs::read_to_string(session.path("life.svg")).expect("it was drawn");
        assert!(drawing.starts_with("<?xml") && drawing.trim_end().ends_with("</svg>"));
        assert!(drawing.contains(">n8<") && drawing.contains("The tree it took") && drawing.contains(">loss=20%"));
        assert!(!drawing.contains("NaN") && !drawing.contains("inf"));
    }
}

#[test]
fn what_is_not_there_is_refused_with_what_is() {
    let session = Session::new().file("x.yaml", EXPERIMENT);
    session
        .run("trace x.yaml")
        .ends_with(2)
        .says("this experiment has 2 cells")
        .says("`nemesis=none`")
        .prints_nothing();
    session.run("trace x.yaml --cell nemesis=meteor").ends_with(2).says("the cells are `nemesis=none`");
    session.run("trace x.yaml --cell topology=grid").ends_with(2).says("no axis is called `topology`");
    session.run(&format!("{CALM} --value 9999")).ends_with(2).says("expected one from 0 to ").prints_nothing();
    session.run(&format!("{CALM} --svg no/such/place.svg")).ends_with(2).says("cannot write `no/such/place.svg`");
    session.run("trace y.yaml").ends_with(2).says("`y.yaml`");
    let program = "name: small\ntest: {workload: broadcast}\nnode: {bin: ./node}\n";
    session.file("z.yaml", program).run("trace z.yaml").ends_with(2).says("clock of its own");
}

#[test]
fn it_is_the_life_of_the_run_that_was_kept() {
    let session = Session::new().file("x.yaml", EXPERIMENT);
    session.run("run x.yaml --seeds 2").ends_with(0);
    for cell in ["none", "partition+loss=20%+duplication=20%+crash=1"] {
        let words = format!("trace x.yaml --cell nemesis={cell} --seed 5 --against small");
        session.run(&words).ends_with(0).says("the same run as in store/small/");
    }
    session.run(&format!("{CALM} --against small --seed 6")).ends_with(2).says("holds no run").says("with seed 6");
    session.run(&format!("{CALM} --against nothing")).ends_with(2).says("no run is called `nothing`");
    let session = session.file("x.yaml", EXPERIMENT.replace("rate: 20", "rate: 21"));
    session.run(&format!("{CALM} --against small")).ends_with(1).says("the experiment asks for something else");
}
