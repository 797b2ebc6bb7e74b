//! Topologies of one's own, from the file to the table: offered by the test, kept apart by what they are, refused where nobody can
//! offer them.

use serde_json::Value;

use crate::session::Session;

/// Two drawings and a topology of the node's own. Round the ring a value takes five messages, one of them back to where it began.
const EXPERIMENT: &str = "\
name: drawn
engine: simulated
topologies:
  ring: {n0: [n1], n1: [n2], n2: [n3], n3: [n4], n4: [n0]}
  fork: {n0: [n1, n2], n1: [n0, n3, n4], n2: [n0], n3: [n1], n4: [n1]}
test: {node-count: 5, latency: 10ms, rate: 20, time-limit: 5s}
node: {crate: node}
matrix: {topology: [star, ring, fork]}
limits: {lost: '= 0'}
";

/// The same ring for a program, which is offered it under the wall clock.
const FLOOD: &str = "\
name: flood
engine: embedded
test:
  node-count: 3
  latency: 10ms
  rate: 20
  time-limit: 2s
  topology: {n0: [n1], n1: [n2], n2: [n0]}
node: {bin: ./flood}
limits: {msgs-per-broadcast: '= 3', missing: '= 0'}
";

fn answer(session: &Session, words: &str) -> Value {
    let ended = session.run(words);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"))
}

#[test]
fn drawn_topologies_are_compared_with_the_nodes_own() {
    let session = Session::new().file("x.yaml", EXPERIMENT);
    session.run("check x.yaml").ends_with(0);
    session.run("plan x.yaml").ends_with(0).prints("ring").prints("fork");
    let ended = session.run("run x.yaml");
    ended.ends_with(0).prints("3 of 3 required cells pass").says("topology=ring: valid").prints("drawn   ring, fork: ");
    let answer = answer(&session, "show drawn --format json");
    // Each message has its acknowledgement.
    for (cell, messages) in [(0, 8.0), (1, 10.0), (2, 8.0)] {
        let cell = &answer["cells"][cell];
        assert_eq!(cell["figures"]["msgs-per-broadcast"], messages, "{}", cell["cell"]);
    }
    let offered = &answer["cells"][1]["runs"][0]["options"]["topology"]["custom"];
    assert_eq!((&offered["name"], &offered["neighbours"]["n4"]), (&"ring".into(), &serde_json::json!(["n0"])));
    session.run("list").ends_with(0).prints("drawn");
    session.run("compare drawn --by topology").ends_with(0).prints("ring").prints("fork");
    session.run("report drawn -o r.html").ends_with(0);
    let page = std::fs::read_to_string(session.path("r.html")).expect("it was written");
    assert!(page.contains("offered by the test: ring, 5 nodes"));
    session.run("trace x.yaml --cell topology=ring").ends_with(0).prints("reached   5 of 5 nodes");
    session.run("run x.yaml --only topology=rnig").ends_with(2).says("`topology=ring`");
}

#[test]
fn another_drawing_of_the_same_name_is_another_test() {
    let session = Session::new().file("x.yaml", EXPERIMENT);
    session.run("run x.yaml").ends_with(0);
    session.run("run x.yaml").ends_with(0).says("reused: all 3 results");
    let other = EXPERIMENT.replace("n0: [n1], n1: [n2]", "n0: [n1], n1: [n2, n0]");
    let session = session.file("x.yaml", other);
    session.run("gate drawn").ends_with(2).prints("? topology=ring: measured with topology offered ring (");
    session.run("run x.yaml").ends_with(0).says("reused: 2 of 3 results");
}

#[test]
fn a_program_is_offered_the_drawing() {
    let session = Session::new().file("x.yaml", FLOOD).script("flood", include_str!("flood.sh"));
    session.run("run x.yaml").ends_with(0).prints("the required cell passes");
    let record = session.result("store/flood/latest/default");
    assert_eq!(record["options"]["topology"]["custom"]["name"], "custom");
}

#[test]
fn a_single_test_takes_it_from_the_experiment() {
    let session = Session::new().file("x.yaml", FLOOD).script("flood", include_str!("flood.sh"));
    // Chance must not leave out all reads.
    let test = "test -w broadcast --bin flood --time-limit 1 --rate 20 --seed 1";
    session.run(&format!("{test} --node-count 3 --topology x.yaml:custom")).ends_with(0);
    session.run(&format!("{test} --topology x.yaml:custom")).ends_with(254).says("lacks `n3`").says("`--node-count 3`");
    session.run(&format!("{test} --topology x.yaml:mine")).ends_with(254).says("`x.yaml` draws no topology `mine`");
    session.run(&format!("{test} --topology y.yaml:mine")).ends_with(254).says("cannot read the experiment `y.yaml`");
}

#[test]
fn maelstrom_cannot_offer_it() {
    let session = Session::new().file("x.yaml", FLOOD).script("flood", include_str!("flood.sh"));
    let ended = session.run("run x.yaml --engine maelstrom");
    ended.ends_with(2).says("Maelstrom cannot run `topology: custom`: it offers grid, line").prints_nothing();
}

#[test]
fn a_drawing_is_drawn_from_its_experiment() {
    let session = Session::new().file("x.yaml", EXPERIMENT);
    let all = session.run("topology --of x.yaml");
    all.ends_with(0).prints("2 topologies of a cluster of 5 nodes").prints("fork");
    // The node refuses to relay over edges that a test offers.
    assert!(!all.stdout.contains("relay"), "{all}");
    let ended = session.run("topology --of x.yaml ring --svg ring.svg");
    ended
        .ends_with(0)
        .prints("  n4 → n0\n")
        .prints("edges        5, 5 of them one way only")
        .prints("off    each            10")
        .prints("relaying: edges that a test offers lead to no master, so the node refuses it");
    assert!(session.has("ring.svg"));
    session.run("topology --of x.yaml star").ends_with(2).says("draws no topology `star`; it has `ring`, `fork`");
    let named = "name: x\nnode: {bin: ./a}\ntest: {topology: {b: [a], a: [b]}, nodes: [b, a]}\n";
    let session = session.file("named.yaml", named).file("none.yaml", "name: x\nnode: {bin: ./a}\n");
    session.run("topology --of named.yaml custom").ends_with(0).prints("n0 is `b`, n1 is `a`");
    session.run("topology --of none.yaml").ends_with(2).says("draws no topology; one is drawn so");
    session.run("topology --of x.yaml ring --nodes 9").ends_with(2).says("--nodes");
}
