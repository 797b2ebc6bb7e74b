//! The report in a real browser: headless Chromium opens pages of one cell and of a hundred, and a probe in a copy of each page
//! counts what is drawn against what was measured.
//!
//! Without a Chromium (`$CHROMIUM`, or on `PATH`; Debian's package is `chromium`) these tests say SKIPPED on stderr and
//! pass: there is nothing to ask.

#![cfg(unix)]

mod chromium;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use self::chromium::Chromium;

/// An experiment of this project's node on five nodes, and what it found.
struct Measured {
    directory: TempDir,
    /// `harness run --format json`
    answer: Value,
}

const ONE: &str = "\
name: one
engine: simulated
test: {node-count: 25, latency: 100ms, rate: 100, time-limit: 5s}
node: {crate: node, features: [topology-n12-tree, relay-to-master]}
limits:
  msgs-per-op: '< 40'
  stable-latency.median: '< 400ms'
  stable-latency.max: '< 600ms'
";

/// 3 × 2 × 17 cells, of which some fail.
const HUNDRED: &str = "\
name: hundred
description: A hundred & two <cells>
engine: simulated
test: {node-count: 5, latency: 10ms, rate: 40, time-limit: 3s}
node: {crate: node}
matrix:
  topology: [grid, star, n12-tree]
  relay-to-master: [on, off]
  node-count: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
limits:
  stable-latency.max: '< 25ms'
";

impl Measured {
    fn of(experiment: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::write(directory.path().join("x.yaml"), experiment).expect("it is ours");
        let text = harness(directory.path(), &["run", "x.yaml", "--format", "json"]);
        Self { directory, answer: serde_json::from_str(&text).expect("the answer is JSON") }
    }

    /// The page, as the program writes it.
    fn page(&self, name: &str) -> String {
        let path = self.directory.path().join("report.html");
        let _ = harness(self.directory.path(), &["report", name]);
        fs::read_to_string(path).expect("the page was written")
    }

    fn cells(&self) -> &[Value] {
        self.answer["cells"].as_array().expect("the answer has cells")
    }

    /// Every cell's value of a figure that has one, in the experiment's order.
    fn figures(&self, name: &str) -> Vec<f64> {
        self.cells().iter().filter_map(|cell| cell["figures"][name].as_f64()).collect()
    }
}

/// What the program says on standard output, whatever its verdict.
fn harness(directory: &Path, arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_harness")).args(arguments).current_dir(directory).output().expect("it runs");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the program writes text")
}

/// Opens everything that is folded, counts, measures, sorts the table by a click, and leaves what it found in the page.
const PROBE: &str = r#"<script>
{
  for (const one of document.querySelectorAll("details")) one.open = true;
  const all = (what) => [...document.querySelectorAll(what)];
  const within = (mark) => {
    const [inner, outer] = [mark.getBoundingClientRect(), mark.ownerSVGElement.getBoundingClientRect()];
    return inner.width + inner.height > 0 && inner.left >= outer.left - 1 && inner.right <= outer.right + 1
      && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  };
  const column = (heading) => {
    const place = all("table.sortable th").findIndex((one) => one.textContent.startsWith(heading));
    return all("table.sortable tbody tr").map((row) => Number(row.cells[place].dataset.value));
  };
  const marks = all("svg.plot path.cell, svg.plot path.curve, svg.plot path.run");
  const overlapping = all("svg.plot").map((plot) => {
    const boxes = [...plot.querySelectorAll("text.name, text.rank, text.tick")].map((one) => one.getBoundingClientRect());
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
    return boxes.filter((a, place) => boxes.slice(place + 1).some((b) => meet(a, b))).length;
  });
  const found = {
    title: document.title,
    verdict: document.querySelector(".verdict .word").textContent.trim(),
    answer: document.querySelector(".verdict .answer").textContent.trim(),
    rows: all("table.sortable tbody tr").length,
    msgs: column("msgs/op all"),
    median: column("stable p50"),
    failed: all("table.sortable td.number.fail").length,
    designs: all("svg.plot path.cell").length,
    published: all("svg.plot path.published").length,
    limits: all("svg.plot rect.limits").length,
    floors: all("svg.plot path.floor").length,
    curves: all("svg.plot path.curve").map((one) => Number(one.dataset.values)),
    posts: all("svg.plot path.post").length,
    nodes: all("svg.graph circle.node").length,
    edges: all("svg.graph path.edge").length,
    outside: marks.filter((mark) => !within(mark)).length,
    overlapping: overlapping.reduce((sum, some) => sum + some, 0),
    tooWide: document.documentElement.scrollWidth > document.documentElement.clientWidth + 1,
    scheme: getComputedStyle(document.body).backgroundColor,
  };
  const heading = all("table.sortable th").find((one) => one.textContent.startsWith("msgs/op all"));
  heading.click();
  found.rising = column("msgs/op all");
  heading.click();
  found.falling = column("msgs/op all");
  const pre = document.createElement("pre");
  pre.id = "probe";
  pre.textContent = JSON.stringify(found);
  document.body.append(pre);
}
</script></body>"#;

/// What the probe found in a page of this run.
fn probed(chromium: &Chromium, measured: &Measured, name: &str, flags: &[&str]) -> Value {
    let page = measured.page(name);
    assert_eq!(page.matches("</body>").count(), 1);
    let path = measured.directory.path().join("probed.html");
    fs::write(&path, page.replace("</body>", PROBE)).expect("it is ours");
    let dom = chromium.dom(&path, flags);
    let found = dom.split("<pre id=\"probe\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let found = found.unwrap_or_else(|| panic!("the probe came to its end: {}", &dom[..dom.len().min(2000)]));
    let found = found.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    serde_json::from_str(&found).expect("the probe writes JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

/// What holds for every page: it says what the data say, and everything is where it can be seen.
fn assert_page_says_what_was_measured(found: &Value, measured: &Measured) {
    let cells = measured.cells().len();
    let verdict = if measured.answer["exit-code"] == 0 { "✓ pass" } else { "✗ fail" };
    assert_eq!((&found["verdict"], &found["answer"]), (&verdict.into(), &measured.answer["answer"]));
    assert_eq!(found["rows"], cells);
    assert_eq!(numbers(&found["msgs"]), measured.figures("msgs-per-op"));
    assert_eq!(numbers(&found["median"]), measured.figures("stable-latency.median"));
    assert_eq!(numbers(&found["curves"]).len(), cells, "a curve for each cell");
    assert_eq!(found["designs"], 2 * cells, "a mark for each cell in each of two panels");
    for nothing in ["outside", "overlapping"] {
        assert_eq!(found[nothing], 0, "{nothing}: {found}");
    }
    assert_eq!(found["tooWide"], false, "a page scrolls down, not sideways");
    let mut sorted = measured.figures("msgs-per-op");
    sorted.sort_unstable_by(f64::total_cmp);
    assert_eq!(numbers(&found["rising"]), sorted);
    sorted.reverse();
    assert_eq!(numbers(&found["falling"]), sorted);
}

#[test]
fn a_page_of_one_cell() {
    let Some(chromium) = Chromium::found() else { return };
    let measured = Measured::of(ONE);
    let found = probed(&chromium, &measured, "one", &[]);
    assert_page_says_what_was_measured(&found, &measured);
    assert_eq!(found["title"], "one: pass");
    assert_eq!((&found["limits"], &found["floors"], &found["posts"]), (&2.into(), &1.into(), &2.into()));
    assert_eq!(found["published"], 2 * harness::frontier::PUBLISHED.len());
    assert_eq!((&found["nodes"], &found["edges"]), (&25.into(), &24.into()));
    // As many values as the engine's own results call stable.
    let results = measured.directory.path().join("store/one/latest/default/results.edn");
    let results = fs::read_to_string(results).expect("a single run leaves its files");
    let stable = results.split(":stable-count ").nth(1).and_then(|rest| rest.split([',', '\n', '}']).next());
    assert_eq!(
        numbers(&found["curves"]),
        [stable.and_then(|count| count.trim().parse::<f64>().ok()).expect("a count")]
    );
}

#[test]
fn a_page_of_a_hundred_cells() {
    let Some(chromium) = Chromium::found() else { return };
    let measured = Measured::of(HUNDRED);
    assert_eq!((measured.cells().len(), &measured.answer["exit-code"]), (102, &1.into()), "and some of them fail");
    let found = probed(&chromium, &measured, "hundred", &[]);
    assert_page_says_what_was_measured(&found, &measured);
    let breaches = measured.cells().iter().filter(|cell| cell["judgement"]["verdict"]["verdict"] == "fail").count();
    assert!(breaches > 0);
    assert_eq!(found["failed"], breaches, "one limit, so one figure in each cell that fails");
    // One size and one topology each, as many drawings as a page shows.
    assert!(found["nodes"].as_u64() >= Some(36), "{found}");
    assert_eq!(found["published"], 0, "nobody published anything for such networks");
}

#[test]
fn both_schemes_and_a_narrow_window() {
    let Some(chromium) = Chromium::found() else { return };
    let measured = Measured::of(ONE);
    let schemes = [("1", "light"), ("0", "dark")].map(|(number, name)| {
        let preferred = format!("--blink-settings=preferredColorScheme={number}");
        let found = probed(&chromium, &measured, "one", &[&preferred, "--window-size=420,800"]);
        assert_eq!((&found["tooWide"], &found["outside"]), (&false.into(), &0.into()), "{name}");
        (name, found["scheme"].as_str().expect("a colour").to_owned())
    });
    let schemes: BTreeMap<_, _> = schemes.into_iter().collect();
    assert_eq!(schemes["light"], "rgb(255, 255, 255)");
    assert_ne!(schemes["dark"], schemes["light"]);
}
