//! Several machines make an experiment: `run --partition`, and `merge`.

use std::fs;

use serde_json::Value;

use crate::session::{Ended, Session};
use crate::{EXPERIMENT, all_at_once, simulated_within};

/// The small experiment with a third cell, and a limit on the mean.
fn experiment() -> String {
    let small = simulated_within("msgs-per-op: '< 6.2'").replace("[star", "[grid, star");
    format!("{small}judge: mean\n")
}

/// The table without what is of another time and place.
fn table(ended: &Ended) -> String {
    let is_told =
        |line: &&str| !["time ", "made ", "store ", "one run alone"].iter().any(|word| line.starts_with(word));
    ended.stdout.lines().filter(is_told).collect::<Vec<_>>().join("\n")
}

/// Every run's options, figures, findings and trace.
fn runs(session: &Session, words: &str) -> Vec<String> {
    let ended = session.run(words);
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"));
    let cells = answer["cells"].as_array().expect("there are cells").iter();
    let runs = cells.flat_map(|cell| cell["runs"].as_array().expect("there are runs"));
    let told = |run: &Value| {
        let outcome = &run["outcome"];
        let Value::String(trace) = &outcome["trace-digest"] else { panic!("{run}") };
        format!(
            "{} {} {} {} {} {trace}",
            run["cell"], run["repetition"], run["options"], outcome["figures"], outcome["findings"]
        )
    };
    runs.map(told).collect()
}

/// What several machines come to is what one comes to: with raw files, and in batches, which are told apart by number.
#[test]
fn merged_parts_are_the_same_as_one_machines_run() {
    for (flags, parts) in [("", 2), ("--seeds 5", 4), ("--seeds 40", 3)] {
        let session = Session::new().file("x.yaml", experiment()).variable("COLUMNS", "160");
        let numbers: Vec<usize> = (1..=parts).collect();
        all_at_once(&numbers, |number| {
            let ended = session.run(&format!("run x.yaml {flags} --partition {number}/{parts} --store part-{number}"));
            ended.ends_with(0).prints(&format!("part {number}/{parts} of the experiment: "));
            ended.prints("`harness merge` puts the parts together and judges them");
        });
        let stores: Vec<String> = numbers.iter().rev().map(|number| format!("part-{number}")).collect();
        let merged = session.run(&format!("merge {} --store merged", stores.join(" ")));
        let one = session.run(&format!("run x.yaml {flags} --store one"));
        one.ends_with(1);
        merged.ends_with(1);
        assert_eq!(table(&merged), table(&one), "{flags}");
        let shown = |store: &str| runs(&session, &format!("show small --format json --store {store}"));
        assert_eq!(shown("merged"), shown("one"), "{flags}");
        assert!(!shown("one").is_empty());
        let files = |store: &str| {
            let listed =
                session.shell(&format!("cd {store}/small/latest/ && find . -name '*.edn' -o -name '*.jsonl' | sort"));
            listed.stdout
        };
        assert_eq!(files("merged"), files("one"), "{flags}");
        session.run("show small --store merged").ends_with(0).prints(" run x.yaml");
        // The merged run's results are as good as any: nothing is measured again.
        let again = session.run(&format!("run x.yaml {flags} --store merged"));
        again.ends_with(1).prints(" s for 0 runs\n");
    }
}

#[test]
fn jobs_of_an_array_share_a_store() {
    let session = Session::new().file("x.yaml", experiment());
    for number in 0..3 {
        let job = format!("SLURM_ARRAY_TASK_ID={number} SLURM_ARRAY_TASK_COUNT=3 harness run x.yaml --partition auto");
        session.shell(&job).ends_with(0).prints(&format!("part {}/3: 1 run measured", number + 1));
    }
    session.run("list").ends_with(0).prints("part 3/3").prints("part 1/3");
    // One of them was started twice.
    session.run("run x.yaml --partition 2/3 --fresh").ends_with(0);
    session.run("merge store").ends_with(1).says("part 2/3 was made again later").prints("0 of 3 required cells pass");
    let kubernetes = session.shell("JOB_COMPLETION_INDEX=1 harness run x.yaml --partition auto/3");
    kubernetes.ends_with(0).prints("part 2/3: 1 run measured").says("reused: all 1 result");
    let forgotten = session.shell("CI_NODE_INDEX=1 CI_NODE_TOTAL=3 harness run x.yaml");
    forgotten.ends_with(1).says("one of several jobs of GitLab; `--partition auto` makes each run its share only");
    session.run("run x.yaml --partition auto").ends_with(2).says("found no job number in the environment");
    session.run("run x.yaml --partition 4/3").ends_with(2).says("there is no part 4 of 3");
}

#[test]
fn what_does_not_belong_together_or_is_missing_is_told() {
    let session =
        Session::new().file("x.yaml", experiment()).file("y.yaml", experiment().replace("rate: 20", "rate: 30"));
    for (file, number, of, store) in [("x", 1, 3, "a"), ("x", 3, 3, "b"), ("y", 2, 3, "c"), ("x", 2, 4, "d")] {
        session.run(&format!("run {file}.yaml --partition {number}/{of} --store {store}")).ends_with(0);
    }
    let refused = |words: &str, told: &str| {
        session.run(words).ends_with(2).says(told).prints_nothing();
        assert!(!session.has("store"), "{words}");
    };
    refused("merge a b", "1 of 3 parts is missing: `2/3`; `--partial` merges what there is");
    refused("merge a", "2 of 3 parts are missing: `2/3`, `3/3`");
    refused("merge a b c", "are no parts of one run: cell `topology=grid` has other options or another node");
    refused("merge a d", "are no parts of one run: parts in all `3`, parts in all `4`");
    refused("merge a nothing", "no run is called `nothing`");
    session.run("run x.yaml --store e").ends_with(1);
    refused("merge e", "the store `e` holds no parts; `harness run --partition` makes them");
    refused("merge a e/small/latest", "`e/small/latest` is a whole run and no part of one");
    let partial = session.run("merge a b --partial");
    partial.ends_with(1).says("1 of 3 parts is missing: `2/3`").prints("? topology=star: not run");

    // A part that was interrupted, and goes on.
    fs::remove_dir_all(session.path("a/small/latest/topology=grid")).expect("it is ours");
    let session = session.file("x.yaml", experiment());
    session.run("run x.yaml --partition 2/3 --store b").ends_with(0);
    let ended = session.run("merge a b --store whole");
    ended
        .ends_with(2)
        .says("part 1/3 lacks repetition 0 of cell `topology=grid`; run it again, which measures only what is missing");
    session.run("run x.yaml --partition 1/3 --store a").ends_with(0);
    session.run("merge a b --store whole").ends_with(1);
}

#[test]
fn parts_are_made_with_node_processes_too() {
    let two = format!("{EXPERIMENT}matrix:\n  args: [[a], [b]]\n");
    let session = Session::with_node().file("x.yaml", two);
    // More parts than runs: the third has nothing to do.
    for number in 1..=3 {
        session.run(&format!("run x.yaml --partition {number}/3")).ends_with(0);
    }
    session.run("merge store --export csv=answer.csv").ends_with(0).prints("2 of 2 required cells pass");
    assert!(session.has("store/small/latest/args=b/node-logs/n0.log") && session.has("answer.csv"));
}
