//! `harness report`: what is written, and what stands in its way. What a browser makes of the page is in `browser`.

use crate::session::{NODE, Session};
use crate::simulated_within;

/// The small experiment with a limit that it keeps.
fn experiment() -> String {
    simulated_within("stable-latency.max: '< 1s'")
}

fn measured() -> Session {
    let session = Session::new().file("x.yaml", experiment());
    session.run("run x.yaml").ends_with(0);
    session
}

fn page(session: &Session, name: &str) -> String {
    std::fs::read_to_string(session.path(name)).expect("the page was written")
}

#[test]
fn a_run_becomes_one_page_that_needs_nothing_else() {
    let session = measured();
    let ended = session.run("report small");
    ended.ends_with(0).says_only("").prints("small: 2 of 2 required cells pass").prints("report.html\n");
    let page = page(&session, "report.html");
    for part in
        ["<!DOCTYPE html>", "✓ pass", "topology-star, 5 nodes", "harness run x.yaml", "stable-latency.max &lt; 1000ms"]
    {
        assert!(page.contains(part), "{part}");
    }
    // Nothing is fetched from anywhere.
    for way in ["src=", "url(", "@import", "http:", "https:", "<link", "fetch("] {
        assert!(!page.contains(way), "{way}");
    }
    assert!(page.len() < 200_000, "{}", page.len());
    let drawn = page.split("<script").next().expect("a page has a beginning");
    assert!(!drawn.contains("NaN") && !drawn.contains("inf "), "every number is one");
}

#[test]
fn the_page_goes_where_it_is_told_to() {
    let session = measured().file("old.html", "an old page");
    session.run("report small -o old.html").ends_with(0).prints("old.html\n");
    assert!(page(&session, "old.html").starts_with("<!DOCTYPE html>"));
    let ended = session.run("report small -o -");
    ended.ends_with(0).prints("<!DOCTYPE html>").says_only("");
    assert!(!session.has("report.html") && !session.has("-"));
}

#[test]
fn a_page_that_cannot_be_written_is_found_first() {
    // Nothing is called `small` here: that would be the next complaint.
    let session = Session::new().file("taken", "a file");
    session.run("report small -o missing/page.html").ends_with(2).says("`missing/page.html`").says("-o FILE");
    session.run("report small -o taken/page.html").ends_with(2).says("`taken/page.html`");
    session.run("report small -o .").ends_with(2).says("it is a directory").says("report.html");
    session.run("report small").ends_with(2).says("small").prints_nothing();
    assert!(!session.has("report.html") && !session.has(".report"));
}

#[test]
fn runs_side_by_side_have_their_cells_in_one_table() {
    let session = measured();
    session.run("run x.yaml --seed 7 --only topology=star").ends_with(0);
    let first = std::fs::read_dir(session.path("store/small")).expect("a store").filter_map(Result::ok);
    let mut times: Vec<String> = first.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    times.retain(|name| name.starts_with("20"));
    times.sort();
    session.run(&format!("report small/{} small", times[0])).ends_with(0);
    let page = page(&session, "report.html");
    assert!(page.contains("<h1>2 runs</h1>") && page.contains("id=\"run-2\""));
    let common =
        page.split("Cells in common").nth(1).and_then(|rest| rest.split("</section>").next()).expect("a table");
    assert!(common.contains("<td>topology=star</td>") && !common.contains("<td>topology=n12-tree</td>"), "{common}");
}

#[test]
fn in_the_terminal_there_are_the_table_and_a_plot() {
    let session = measured();
    let ended = session.run("report small --plain");
    ended.ends_with(0).says_only("").prints("2 of 2 required cells pass").prints("stable latency: ").prints("● median");
    assert!(!session.has("report.html"));
    let plain = session.variable("LC_ALL", "C").variable("COLUMNS", "80");
    plain.run("report small --plain").ends_with(0).prints("o median");
    plain.run("report small --plain -o x.html").ends_with(2).says("--output");
}

#[test]
fn a_run_without_latencies_and_with_crashes_is_told() {
    let experiment = "\
name: sad
engine: embedded
test: {workload: echo, node-count: 1, rate: 10, time-limit: 1s}
node: {bin: ./node}
matrix:
  args: [[nothing], [exits-in-the-middle]]
";
    let session = Session::new().file("x.yaml", experiment).script("node", NODE);
    session.run("run x.yaml").ends_with(2);
    session.run("report sad").ends_with(0).prints("could not be judged");
    let page = page(&session, "report.html");
    assert!(page.contains("? not known") && page.contains("crash"), "{page}");
    assert!(page.contains("No run of this experiment has a stable latency"));
    session.run("report sad --plain").ends_with(0).prints("crash");
}

#[test]
fn names_are_text_and_nothing_else() {
    let experiment = experiment()
        .replace("name: small", "name: small\ndescription: '<script>alert(1)</script> & \"more\"'")
        .replace(
            "  topology: [star, n12-tree]\n",
            "  topology: [star]\n  args: [['<b>x</b>'], ['\"><img src=x onerror=alert(1)>']]\n",
        )
        .replace("engine: simulated", "engine: embedded")
        .replace("node: {crate: node}", "node: {bin: ./node}")
        .replace("  topology: [star]\n", "")
        .replace("time-limit: 5s", "workload: echo, time-limit: 1s")
        .replace("node-count: 5", "node-count: 1")
        .replace("  stable-latency.max: '< 1s'", "  ok-fraction: '>= 0'");
    let session = Session::new().file("x.yaml", experiment).script("node", NODE);
    drop(session.run("run x.yaml"));
    session.run("report small").ends_with(0);
    let page = page(&session, "report.html");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; "));
    assert!(!page.contains("<script>alert") && !page.contains("<b>x") && !page.contains("<img"));
    assert_eq!(page.matches("<script").count(), 1, "the page's own");
}
