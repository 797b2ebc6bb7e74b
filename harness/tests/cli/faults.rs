//! Faults that Maelstrom does not have, through the real program: real processes stopped and killed, and the same words under
//! the virtual clock.

use crate::session::Session;

const EXPERIMENT: &str = "\
name: small
test: {workload: echo, node-count: 2, rate: 20, time-limit: 3s, nemesis-interval: 400ms, nemesis: [pause, crash]}
node: {bin: ./node}
";

#[test]
fn processes_are_stopped_and_killed_and_the_run_goes_on() {
    let session = Session::with_node().file("x.yaml", EXPERIMENT);
    let ended = session.run("run x.yaml --engine embedded");
    // What a dead node was asked is never answered, and an echo test calls that invalid. But no run ends early.
    ended.ends_with(1).prints("1 fails").prints("faults  pause=1+crash=1: Maelstrom's test has no such faults");
    let history = std::fs::read_to_string(session.path("store/small/latest/default/history.edn")).unwrap();
    for deed in [":f :start-pause, :value [\"n", ":f :stop-pause", ":f :start-crash, :value [\"n", ":f :stop-crash"] {
        assert!(history.contains(deed), "{deed} in {history}");
    }
}

#[test]
fn a_broken_network_is_named_in_the_table_and_the_same_for_a_seed() {
    let words = EXPERIMENT.replace("workload: echo, ", "").replace("bin: ./node", "crate: node");
    let words = words.replace("[pause, crash]", "partition+one-way+loss=20%+duplication+slow+pause");
    let session = Session::new().file("x.yaml", words);
    let digest = || {
        let ended = session.run("run x.yaml --engine simulated --format json");
        ended.ends_with(0);
        let answer: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        let run = &answer["cells"][0]["runs"][0];
        assert_eq!(run["options"]["nemesis"], "partition+one-way+loss=20%+duplication=5%+slow=5+pause=1");
        run["outcome"]["trace-digest"].to_string()
    };
    assert_eq!(digest(), digest());
}

#[test]
fn what_cannot_break_says_what_can() {
    for (written, told) in [
        ("[pause, meteor]", "`meteor` is no value of `nemesis`"),
        ("[pause, crahs]", "a value with a similar name exists: `crash`"),
        ("loss=5", "expected a share of messages from 0.1 % to 100 %, such as `loss=5%`"),
        ("[loss, loss=2%]", "one fault is asked for twice"),
    ] {
        let session = Session::with_node().file("x.yaml", EXPERIMENT.replace("[pause, crash]", written));
        session.run("run x.yaml").ends_with(2).says(told).says("x.yaml:2:");
    }
}
