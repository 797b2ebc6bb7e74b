//! `harness gate`: stored results under today's limits and against a baseline. Nothing is run.

use crate::session::Session;
use crate::simulated_within;

/// The small experiment with a limit that it keeps.
fn experiment() -> String {
    simulated_within("msgs-per-op: '< 15'")
}

fn measured() -> Session {
    let session = Session::new().file("experiments/small.yaml", experiment());
    session.run("run experiments/small.yaml --seeds 8").ends_with(0);
    session
}

fn rewritten(session: Session, good: &str, other: &str) -> Session {
    assert!(experiment().contains(good), "{good}");
    session.file("experiments/small.yaml", experiment().replace(good, other))
}

#[test]
fn todays_limits_judge_what_was_measured_before() {
    let session = measured();
    let runs = || std::fs::read_dir(session.path("store/small")).expect("it is there").count();
    let before = runs();
    session.run("gate small").ends_with(0).prints("2 of 2 required cells pass").prints("seeds 0 to 7").says_only("");
    let session = rewritten(session, "'< 15'", "'< 1'");
    session.run("gate small").ends_with(1).prints("above its limit < 1;").prints("0 of 2 required cells pass, 2 fail");
    session.run("gate experiments/small.yaml --only topology=star").ends_with(1).prints("0 of 1");
    let session = rewritten(session, "limits:", "require: [{topology: star}]\nlimits:");
    session.run("gate small --judge median --export junit=x.xml").ends_with(0).prints("the required cell passes");
    let xml = std::fs::read_to_string(session.path("x.xml")).expect("it was exported");
    assert!(xml.contains(r#"failures="0""#), "{xml}");
    assert_eq!(std::fs::read_dir(session.path("store/small")).expect("it is there").count(), before, "nothing was run");
}

#[test]
fn what_was_measured_otherwise_cannot_be_judged() {
    let session = rewritten(measured(), "rate: 20", "rate: 40");
    session.run("gate small").ends_with(2).prints("measured with rate 20, and the file says 40 today: run it again");
    let session = rewritten(session, "[star, n12-tree]", "[star, grid]");
    session
        .run("gate small")
        .ends_with(2)
        .prints("? topology=grid: not run")
        .prints("no longer in the file: topology=n12-tree");
    let session = rewritten(session, "{crate: node}", "{crate: node, features: [relay-to-master]}");
    session.run("gate small").ends_with(2).prints("measured with the node `node [topology-star]`");
    let session = rewritten(session, "name: small", "name: other");
    session.run("gate small").ends_with(2).says("where the file of the experiment `small` is, nobody says");
    session.run("gate small --experiment experiments/small.yaml").ends_with(2).says("the file is of `other`");
}

#[test]
fn a_baseline_is_held_against_the_run() {
    let session = measured();
    session.run("baseline save main small").ends_with(0);
    session.run("gate small --baseline main").ends_with(0).prints("allows msgs-per-broadcast +0%");
    // The node that relays sends more.
    let more = "node: {crate: node, features: [relay-to-master]}";
    let session = rewritten(session, "node: {crate: node}", more);
    session.run("run experiments/small.yaml --seeds 8").ends_with(0);
    let ended = session.run("gate small --baseline main --annotate github --export md=x.md --export junit=x.xml");
    let why = "the baseline `main`, where +0%";
    ended.ends_with(1).prints(why).prints("in the median of 8 runs").says("::error file=experiments/small.yaml");
    let read = |name: &str| std::fs::read_to_string(session.path(name)).expect("it was exported");
    assert!(ended.stderr.contains("where +0%25 is allowed") && read("x.xml").contains(why), "{}", read("x.xml"));
    assert!(read("x.md").contains("where +0% is allowed"), "{}", read("x.md"));
    let lenient = ["gate", "small", "--baseline", "main", "--allow", "msgs-per-broadcast +100%"];
    session.run_words(&lenient).ends_with(0);
    let session = rewritten(session, "rate: 20", "rate: 40");
    session.run("run experiments/small.yaml --seeds 8").ends_with(0);
    session.run("gate small --baseline main").ends_with(2).prints("the baseline `main` was measured with rate 20");
}

#[test]
fn a_baseline_that_says_nothing_is_refused() {
    let session = measured();
    session
        .run("gate small --baseline main")
        .ends_with(2)
        .says("no baseline is called `main`")
        .says("experiments/baselines");
    session.run("baseline save main small").ends_with(0);
    let other = experiment().replace("name: small", "name: other");
    let session = session.file("experiments/other.yaml", other);
    session.run("run experiments/other.yaml").ends_with(0);
    session.run("gate other --baseline main").ends_with(2).says("is of the experiment `small`, and this is `other`");
    session
        .run_words(&["gate", "small", "--baseline", "main", "--allow", "p95 5%"])
        .ends_with(2)
        .says("`5%` has no sign");
    session.run_words(&["gate", "small", "--allow", "p95 +5%"]).ends_with(2).says("--baseline");
    session.run("gate nothing").ends_with(2).says("no run is called `nothing`");
    let session = session.file("experiments/baselines/main.json", "{");
    session.run("gate small --baseline main").ends_with(2).says("main.json` is not a baseline of this program");
}
