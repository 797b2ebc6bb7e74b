//! The official program, played by a stand-in: results that cannot be believed, tests that do not end, and what is missing
//! on the machine.

use std::path::Path;

use crate::session::Session;
use crate::{EXPERIMENT, all_at_once, assert_good_is_kept, good_then};

/// An experiment under the official program.
pub(crate) const RUN: &str = "run x.yaml --engine maelstrom --maelstrom maelstrom";

/// Results as the official program leaves them for a test of `echo`.
const GOOD: &str = include_str!("../results/e-echo/results.edn");

/// A session with a stand-in for the official program, whose results are good for a node without defect.
pub(crate) fn session() -> Session {
    let session = Session::with_node().file("x.yaml", EXPERIMENT).file("maelstrom/nothing/results.edn", GOOD);
    session.script("maelstrom/maelstrom", include_str!("../stand_in/maelstrom"))
}

/// What results.edn holds, how Maelstrom ends, what is told of it, and how the experiment ends.
fn results() -> Vec<(String, &'static str, &'static [&'static str], i32)> {
    let broadcast = include_str!("../results/a-3d-4/results.edn");
    let without = {
        let (before, rest) = broadcast.split_once(":stable-latencies {").expect("a run of broadcast has them");
        let (_, after) = rest.split_once('}').expect("a map ends");
        format!("{before}{after}")
    };
    vec![
        (String::new(), "0", &["`results.edn`, line 1", "there is nothing here"], 2),
        (GOOD[..200].to_owned(), "0", &["`results.edn`, line", "cut short"], 2),
        (GOOD[..GOOD.len() - 3].to_owned(), "0", &["`results.edn`, line", "cut short"], 2),
        (format!("{{:workload {}", "[".repeat(100_000)), "1", &["`results.edn`, line", "nest deeper than"], 2),
        (
            format!("{{:workload {}{}}}", "{:a ".repeat(100_000), "}".repeat(100_000)),
            "1",
            &["`results.edn`, line", "nest deeper than"],
            2,
        ),
        ("Everything looks good!".to_owned(), "0", &["`results.edn`, line 1", "expected a map"], 2),
        // Nothing was stable: without latencies no limit on them can be kept, and none is exceeded either.
        (without, "0", &["stable-latency.max"], 2),
        (GOOD.replace(" :valid? true}\n", " :valid? :unknown}\n"), "2", &["nothing"], 0),
        (
            GOOD.replace(
                ":workload {:valid? true",
                ":workload {:valid? :unknown, :error \"java.lang.Error: no\\n at x\"",
            ),
            "2",
            &["`workload` was not judged: java.lang.Error: no"],
            2,
        ),
        (GOOD.replace(":workload {:valid? true", ":workload {:valid? false"), "1", &["invalid"], 1),
    ]
}

#[test]
fn results_that_cannot_be_believed_are_no_answer() {
    all_at_once(&results(), |(content, code, told, status)| {
        let limits = if content.contains("lost-count") { "  stable-latency.max: '< 600ms'\n" } else { "" };
        let experiment = good_then("odd").replace("limits:\n  ok-fraction: '>= 1'\n", &format!("limits:\n{limits}"));
        let experiment = if limits.is_empty() { good_then("odd") } else { experiment };
        let session = session().file("x.yaml", experiment);
        let session = session.file("maelstrom/odd/results.edn", content).file("maelstrom/odd/rc", code);
        let ended = session.run(RUN);
        ended.ends_with(*status);
        for words in *told {
            ended.prints(words);
        }
        assert_good_is_kept(&session);
        assert!(session.has("store/small/latest/args=odd/results.edn"), "what was left is kept to be looked at");
    });
}

#[test]
fn a_test_without_results_is_told_with_its_last_words() {
    let session = session().file("x.yaml", good_then("odd"));
    let session = session.file("maelstrom/odd/rc", "255").file("maelstrom/odd/console", "out of cheese\n");
    session.run(RUN).ends_with(2).prints("Maelstrom crashed; its last lines:").prints("out of cheese");
    assert_good_is_kept(&session);
    let session = session.file("maelstrom/odd/rc", "0");
    session.run(RUN).ends_with(2).prints("cannot read `results.edn`: No such file");
}

#[test]
fn a_test_that_does_not_end_is_stopped_at_its_deadline() {
    all_at_once(&["hang", "stubborn"], |mode| {
        let session = session().file("x.yaml", good_then("odd")).file("maelstrom/odd/mode", mode);
        let ended = session.run(&format!("{RUN} --deadline 4"));
        ended.ends_with(2).prints("still running after 4 s, in the phase `load`; stopped. Its last lines:");
        assert_good_is_kept(&session);
    });
}

#[test]
fn without_maelstrom_it_says_how_to_get_one_or_goes_on_without() {
    let session = session().variable("PATH", "/usr/bin:/bin");
    let ended = session.run("run x.yaml --engine maelstrom");
    ended.ends_with(2).says("Maelstrom was not found").says("`harness setup maelstrom`").says("`--engine embedded`");
    ended.prints_nothing();
    let ended = session.run("run x.yaml --engine auto");
    ended.ends_with(0).says("engine: embedded, since Maelstrom was not found; `harness setup maelstrom` fetches it");
    let ended = session.run("run x.yaml --maelstrom maelstrom");
    ended.ends_with(0).says("`--maelstrom maelstrom` has no effect with the embedded engine");
}

/// What is named as Maelstrom, and what is told of it.
const NAMED: [(&str, &str); 5] = [
    ("none", "`none`, named by HOW, is not Maelstrom: there is no such file"),
    ("x.yaml", "`x.yaml`, named by HOW, is not Maelstrom: it cannot be executed"),
    ("empty", "`empty`, named by HOW, is not Maelstrom: there is no `maelstrom` in it"),
    ("/bin/ls", "and did nothing of what Maelstrom does; is it Maelstrom?"),
    ("/bin/true", "true` ended with exit status: 0 and did nothing of what Maelstrom does"),
];

#[test]
fn what_is_named_and_is_not_maelstrom_is_told() {
    for (path, told) in NAMED {
        let session = session().file("empty/other", "");
        let ended = session.run(&format!("run x.yaml --engine maelstrom --maelstrom {path}"));
        ended.ends_with(2).says(&told.replace("HOW", "`--maelstrom`"));
        let session = session.variable("MAELSTROM", path);
        session.run("run x.yaml --engine auto").ends_with(2).says(&told.replace("HOW", "`$MAELSTROM`"));
        if !path.starts_with('/') {
            let told = told.replace("HOW", "`$MAELSTROM`");
            session.run("doctor").ends_with(2).prints(&told).prints("real Maelstrom: lacks");
        }
        assert!(!session.has("store/small/latest"), "nothing was measured");
    }
}

#[test]
fn without_java_a_release_is_not_even_started() {
    // A `java` that only tells where to get one, as macOS has it; and none at all.
    for java in ["#!/bin/sh\necho 'get one at example.org' >&2\nexit 1\n", ""] {
        let session = session().file("maelstrom/lib/maelstrom.jar", "").script("bin/java", java);
        if java.is_empty() {
            std::fs::remove_file(session.path("bin/java")).expect("it was just made");
        }
        let path = session.path("bin").display().to_string();
        let session = session.variable("PATH", path);
        let ended = session.run(RUN);
        ended.ends_with(2).says("needs Java").says("`java` on PATH does not run").says("`--engine embedded`");
        assert!(!session.has("maelstrom/arguments"), "nothing was started");
        session.run("doctor --maelstrom maelstrom").prints("real Maelstrom: lacks java\n");
    }
}

#[test]
fn setup_takes_nothing_but_the_release() {
    let session = Session::new().file("other.tar.bz2", "not the release");
    let ended = session.run("setup maelstrom --from other.tar.bz2");
    ended.ends_with(2).says("is not Maelstrom's release").says("nothing was unpacked").prints_nothing();
    session.run("setup maelstrom --from none").ends_with(2).says("cannot get `none`").says("--from FILE");
    session.run("setup maelstrom --from .").ends_with(2).says("cannot get `.`: it is a directory");
    session.run("setup maelstrom --from http://127.0.0.1:1/x").ends_with(2).says("refused").says("--from FILE");
    assert!(!Path::new(&session.path(".local/share/maelstrom-harness/maelstrom-0.2.4")).exists());
    let session = session.variable("HOME", "");
    session.run("setup maelstrom").ends_with(2).says("neither $XDG_DATA_HOME nor $HOME is set").prints_nothing();
}
