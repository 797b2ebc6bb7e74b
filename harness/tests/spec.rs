//! Experiment files: what each mistake is told, and what the shipped files come to.
//!
//! Expectations are files: `tests/spec/NAME.txt` for the mistakes of `tests/spec/NAME.yaml`, `tests/spec/plans/NAME.txt`
//! for the plan of a shipped experiment. `UPDATE=1 cargo test -p harness --test spec` writes them anew; read the
//! difference before you commit it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use engine::ProcessDelay;
use harness::limit::JudgedBy;
use harness::plan::{EngineChoice, NodeSource, Plan, SelectError};
use harness::spec::{Code, Spec, SpecError};

/// The features that these tests' node has, so that they stand whatever the node learns.
fn features() -> Vec<String> {
    ["relay-to-master", "topology-grid", "topology-n12-tree", "topology-star"].map(str::to_owned).to_vec()
}

/// Those that it really has: shipped experiments use all of them.
fn the_nodes_features() -> Vec<String> {
    node::Config::feature_names().map(str::to_owned).collect()
}

fn parse(source: &str) -> Result<Spec, SpecError> {
    Spec::parse(Utf8Path::new("experiments/x.yaml"), source, &features())
}

fn plan(source: &str) -> Plan {
    Plan::of(&parse(source).unwrap_or_else(|error| panic!("{error}")))
}

/// The files of that ending in a directory of the crate, by name.
fn files(directory: &str, ending: &str) -> Vec<Utf8PathBuf> {
    let directory = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let entries = directory.read_dir_utf8().expect("the directory exists").map(|entry| entry.expect("readable"));
    let mut files: Vec<_> = entries.map(|entry| entry.path().to_owned()).collect();
    files.retain(|path| path.extension() == Some(ending));
    files.sort();
    assert!(!files.is_empty(), "{directory} has files");
    files
}

/// Compares with a file, or writes it under `UPDATE=1`. Gives back what differs.
fn compare(path: &Path, found: &str) -> Option<String> {
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("writable");
        fs::write(path, found).expect("writable");
        return None;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    (expected != found).then(|| format!("--- {}\n{expected}\n+++ found\n{found}\n", path.display()))
}

#[test]
fn every_mistake_is_told_with_its_place_and_the_way_out() {
    let mut differences = String::new();
    let mut seen = BTreeSet::new();
    for file in files("tests/spec", "yaml") {
        let source = fs::read_to_string(&file).expect("readable");
        let name = Utf8Path::new(file.file_name().expect("a file has a name"));
        let error = Spec::parse(name, &source, &features()).expect_err(name.as_str());
        let SpecError::Invalid(mistakes) = &error else { panic!("{name} is text") };
        seen.extend(mistakes.codes());
        let expectation = PathBuf::from(file.with_extension("txt"));
        differences.extend(compare(&expectation, &format!("{error}\n")));
    }
    assert!(differences.is_empty(), "{differences}");
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !seen.contains(code)).map(|code| code.name()).collect();
    assert!(missing.is_empty(), "no file of tests/spec shows {missing:?}");
}

#[test]
fn every_expectation_has_its_file() {
    for expectation in files("tests/spec", "txt") {
        assert!(expectation.with_extension("yaml").exists(), "{expectation} expects nothing");
    }
}

#[test]
fn shipped_experiments_come_to_these_plans() {
    let mut differences = String::new();
    for file in [files("../experiments", "yaml"), files("tests/data", "yaml")].concat() {
        let spec = Spec::load(&file, &the_nodes_features()).unwrap_or_else(|error| panic!("{error}"));
        let name = file.file_stem().expect("a file has a name");
        let expectation = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/spec/plans/{name}.txt"));
        differences.extend(compare(&expectation, &outline(&Plan::of(&spec))));
    }
    assert!(differences.is_empty(), "{differences}");
}

/// A plan, a cell a paragraph, without what lies outside the project. Of many cells the first and the last stand for all,
/// and so do a cluster's first and last node.
fn outline(plan: &Plan) -> String {
    let mut text = format!("{}: {}\nengine {:?}, repeat {}\n", plan.name, plan.description, plan.engine, plan.repeat);
    for limit in &plan.limits {
        writeln!(text, "limit {limit}").expect("memory is writable");
    }
    let (first, last) = (&plan.cells[..plan.cells.len().min(10)], plan.cells.last().filter(|_| plan.cells.len() > 10));
    writeln!(text, "{} cells", plan.cells.len()).expect("memory is writable");
    for cell in first.iter().chain(last) {
        let required = if cell.required { "required" } else { "for information" };
        writeln!(text, "\n{} ({required})\n  axes {:?}", cell.name, cell.axes).expect("memory is writable");
        match &cell.node {
            NodeSource::Bin { path, args } => writeln!(text, "  bin {} {args:?}", path.file_name().unwrap_or_default()),
            NodeSource::Crate { features, args } => writeln!(text, "  crate {features:?} {args:?}"),
        }
        .expect("memory is writable");
        let mut shown = cell.options.clone();
        shown.nodes = match cell.options.nodes.as_slice() {
            [first, .., last] => vec![format!("{first} to {last}")],
            few => few.to_vec(),
        };
        let options = format!("{shown:?}");
        writeln!(text, "  {options}").expect("memory is writable");
    }
    text
}

#[test]
fn on_off_true_and_false_are_switches() {
    let spelt =
        |values: &str| plan(&format!("name: x\nnode: {{crate: node}}\nmatrix: {{relay-to-master: {values}}}\n"));
    let expected = spelt("[on, off]");
    assert_eq!(expected.cells[0].name, "relay-to-master=on");
    for values in ["[true, false]", "[yes, no]", "[On, OFF]", "[\"on\", 'off']"] {
        assert_eq!(spelt(values), expected, "{values}");
    }
    assert_eq!(spelt("on").cells, expected.cells[..1]);
}

#[test]
fn in_virtual_time_processing_is_free_unless_the_file_says_otherwise() {
    let delays = |test: &str, engine| {
        let source = format!("name: x\nnode: {{crate: node}}\ntest: {{{test}}}\nmatrix: {{rate: [1, 2]}}\n");
        let plan = Plan::under(&parse(&source).unwrap_or_else(|error| panic!("{error}")), engine);
        assert_eq!(plan.engine, engine);
        plan.cells[1].options.process_delay
    };
    let exponential = |mean_us| ProcessDelay { mean_us, distribution: engine::Distribution::Exponential };
    for engine in [EngineChoice::Auto, EngineChoice::Embedded] {
        assert_eq!(delays("", engine), ProcessDelay::MAELSTROM);
        assert_eq!(delays("process-delay: 3ms", engine), exponential(3_000));
    }
    assert_eq!(delays("", EngineChoice::Simulated), ProcessDelay::NONE);
    assert_eq!(delays("process-delay: 3ms", EngineChoice::Simulated), exponential(3_000));
    let constant = ProcessDelay { mean_us: 500, distribution: engine::Distribution::Constant };
    let test = "process-delay: 500us, process-delay-dist: constant";
    assert_eq!(delays(test, EngineChoice::Simulated), constant);
    let axis = plan("name: x\nengine: simulated\nnode: {crate: node}\nmatrix: {process-delay: [1ms, 0ms]}\n");
    assert_eq!(axis.cells[0].options.process_delay, exponential(1_000));
}

#[test]
fn limits_are_held_against_the_worst_unless_the_file_says_otherwise() {
    let judged_by = |line: &str| plan(&format!("name: x\nnode: {{crate: node}}\n{line}\n")).judged_by;
    assert_eq!(judged_by(""), JudgedBy::Worst);
    assert_eq!(judged_by("judge: worst"), JudgedBy::Worst);
    assert_eq!(judged_by("judge: median"), JudgedBy::Median);
    assert_eq!(judged_by("judge: mean"), JudgedBy::Mean);
}

#[test]
fn an_axis_is_a_feature_before_it_is_an_option() {
    let plan =
        plan("name: x\nnode: {crate: node}\nmatrix: {topology: [star], test.topology: [line, total], rate: 7}\n");
    assert_eq!(plan.axes, ["topology", "test.topology", "rate"]);
    assert_eq!(plan.cells.len(), 2);
    let cell = &plan.cells[1];
    assert_eq!(cell.name, "topology=star,test.topology=total,rate=7");
    assert_eq!(cell.options.topology, engine::Topology::Total);
    assert!((cell.options.rate - 7.0).abs() < 1e-9);
    let NodeSource::Crate { features, .. } = &cell.node else { panic!("a crate was asked for") };
    assert_eq!(features.iter().collect::<Vec<_>>(), ["topology-star"]);
}

#[test]
fn a_binary_has_axes_too_and_lies_beside_the_experiment() {
    let plan = plan(
        "name: x\nnode: {}\nmatrix:\n  bin: [./a, /opt/b]\n  args: [[--fast, -v], []]\n  topology: [line]\n  nodes: [[a, b]]\n",
    );
    let names: Vec<_> = plan.cells.iter().map(|cell| cell.name.as_str()).collect();
    assert_eq!(names[0], "bin=a,args=--fast_-v,topology=line,nodes=a_b");
    assert_eq!(names[3], "bin=_opt_b,args=-,topology=line,nodes=a_b");
    let bin = |path: &str, args: &[&str]| NodeSource::Bin {
        path: path.into(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
    };
    assert_eq!(plan.cells[0].node, bin("experiments/a", &["--fast", "-v"]));
    assert_eq!(plan.cells[3].node, bin("/opt/b", &[]));
    assert_eq!(plan.cells[0].options.nodes, ["a", "b"]);
}

#[test]
fn several_faults_are_one_value_of_an_axis() {
    let plan = plan("name: x\nnode: {crate: node}\nmatrix: {nemesis: [none, [partition, loss], loss+slow]}\n");
    let values: Vec<_> = plan.cells.iter().map(|cell| cell.axes[0].1.as_str()).collect();
    assert_eq!(values, ["none", "partition+loss=5%", "loss+slow"]);
}

#[test]
fn included_cells_may_set_what_no_axis_does() {
    let source = "name: x\nnode: {crate: node}\ntest: {latency: 100ms}\nmatrix: {topology: [grid, star]}\n\
                  exclude: [{topology: grid}]\ninclude: [{topology: n12-tree, relay-to-master: on, latency: 10ms}]\n\
                  require: [{relay-to-master: on}]\n";
    let plan = plan(source);
    assert_eq!(plan.axes, ["topology", "relay-to-master", "latency"]);
    let rows: Vec<Vec<_>> =
        plan.cells.iter().map(|cell| cell.axes.iter().map(|(_, value)| value.as_str()).collect()).collect();
    assert_eq!(rows, [["star", "off", "100ms"], ["n12-tree", "on", "10ms"]]);
    assert_eq!(plan.cells[1].name, "topology=n12-tree,relay-to-master=on,latency=10ms");
    assert_eq!(plan.cells.iter().map(|cell| cell.required).collect::<Vec<_>>(), [false, true]);
}

/// On an axis of this project's node a drawn topology is one of its values; for a program it is what the test offers.
#[test]
fn drawn_topologies_are_values_by_their_names() {
    let drawn = "name: x\ntopologies: {mine: {n0: [n1], n1: [n0]}, back: {n1: n0, n0: n1}}\ntest: {node-count: 2}\n";
    let matrix = "matrix: {topology: [star, mine, back]}\nexclude: [{topology: back}]\nrequire: [{topology: mine}]\n";
    let source = format!("{drawn}node: {{crate: node}}\n{matrix}");
    let spec = Spec::parse(Utf8Path::new("x.yaml"), &source, &the_nodes_features());
    let plan = Plan::of(&spec.unwrap_or_else(|error| panic!("{error}")));
    let [star, mine] = plan.cells.as_slice() else { panic!("one of three is excluded: {plan:?}") };
    assert_eq!((mine.name.as_str(), mine.required, star.required), ("topology=mine", true, false));
    let features = |features: &[&str]| NodeSource::Crate {
        features: features.iter().map(|name| (*name).to_owned()).collect(),
        args: Vec::new(),
    };
    assert_eq!(mine.node, features(&["topology-offered"]));
    assert_eq!((&star.node, &star.options.topology), (&features(&["topology-star"]), &engine::Topology::Grid));
    let engine::Topology::Custom(custom) = &mine.options.topology else { panic!("{:?}", mine.options) };
    assert_eq!((custom.name.as_str(), custom.among(&mine.options.nodes)), ("mine", vec![vec![1], vec![0]]));

    let of_a_program = self::plan(&format!("{drawn}node: {{bin: ./a}}\nmatrix: {{topology: [grid, mine]}}\n"));
    assert_eq!(of_a_program.cells[1].options.topology, mine.options.topology);
    assert_eq!(of_a_program.cells[1].name, "topology=mine");
}

#[test]
fn anchors_aliases_and_merges_work() {
    let source =
        "name: x\nnode: {crate: node}\ntest: &base {latency: &l 20ms, rate: 3}\nmatrix:\n  latency: [*l, 30ms]\n";
    assert_eq!(plan(source).cells[0].options.latency.mean_ms, 20);
    let merged = "name: x\nnode: {crate: node}\nmatrix: {topology: [grid, star], rate: [1, 2]}\n\
                  exclude:\n  - &grid {topology: grid, rate: 1}\n  - {<<: *grid, rate: 2}\n";
    assert_eq!(plan(merged).cells.len(), 2);
}

#[test]
fn a_repetition_has_the_next_seed() {
    let plan = plan("name: x\nnode: {crate: node}\nseed: 18446744073709551615\nrepeat: 3\n");
    let seeds: Vec<_> = (0..3).map(|repetition| plan.cells[0].options_of(repetition).seed).collect();
    assert_eq!((plan.repeat, seeds), (3, vec![u64::MAX, 0, 1]));
    assert_eq!(plan.cells[0].name, "default");
}

#[test]
fn names_of_cells_are_names_of_directories() {
    let long = "y".repeat(300);
    let source = format!(
        "name: x\nnode: {{}}\nmatrix:\n  bin: [../a b, ../a_b, \"..\", /, {long}1, {long}2]\n  args: ['../../etc/passwd']\n"
    );
    let plan = plan(&source);
    let names: BTreeSet<_> = plan.cells.iter().map(|cell| cell.name.as_str()).collect();
    assert_eq!(names.len(), 6);
    for name in names {
        assert!(name.len() < 200 && !name.contains(['/', ' ']) && !name.starts_with('.'), "{name}");
    }
}

#[test]
fn only_keeps_the_cells_that_were_asked_for() {
    let matrix = "name: x\nnode: {crate: node}\nmatrix: {topology: [grid, star], relay-to-master: [on, off]}\n";
    let kept = |selectors: &[&str]| {
        let mut plan = plan(matrix);
        plan.only(selectors).map(|()| plan.cells.into_iter().map(|cell| cell.name).collect::<Vec<_>>())
    };
    assert_eq!(kept(&[]).map(|cells| cells.len()), Ok(4));
    let star = ["topology=star,relay-to-master=on", "topology=star,relay-to-master=off"].map(str::to_owned);
    assert_eq!(kept(&["topology=star"]), Ok(star.to_vec()));
    assert_eq!(kept(&["topology=star, relay-to-master=true"]), Ok(star[..1].to_vec()));
    assert_eq!(kept(&["topology=star", "relay-to-master=on"]).map(|cells| cells.len()), Ok(3));
    assert_eq!(kept(&["star"]), Err(SelectError::Malformed("star".to_owned())));
    let message = |selector| kept(&[selector]).expect_err("nothing is kept").to_string();
    assert_eq!(
        message("topologi=star"),
        "no axis is called `topologi`; an axis with a similar name exists: `topology`"
    );
    assert!(message("topology=ring").starts_with("no cell is `topology=ring`; the cells are `topology=grid,relay"));
}

/// What a reader copies from the README has to work.
#[test]
fn the_readmes_experiment_is_one() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```yaml\n").expect("the README shows an experiment");
    let (example, _) = rest.split_once("```").expect("and its end");
    let plan = plan(example);
    assert_eq!((plan.cells.len(), plan.repeat, plan.limits.len()), (3, 3, 3));
}

#[test]
fn the_topologies_that_the_documentation_draws_are_sound() {
    let page = include_str!("../../experiments/README.md");
    let (_, rest) = page.split_once("```yaml\n").expect("it draws some");
    let (example, _) = rest.split_once("```").expect("and their end");
    let source = format!("name: x\nnode: {{crate: node}}\ntest: {{node-count: 3}}\n{example}");
    let spec = Spec::parse(Utf8Path::new("x.yaml"), &source, &the_nodes_features());
    assert_eq!(Plan::of(&spec.unwrap_or_else(|error| panic!("{error}"))).cells.len(), 3);
}

#[test]
fn deep_nesting_and_alias_bombs_end_quickly_with_a_place() {
    let deep = 100_000;
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..40 {
        let before = format!("*a{}", level - 1);
        writeln!(bomb, "a{level}: &a{level} [{}]", [before.as_str(); 9].join(",")).expect("memory is writable");
    }
    let blocks = (0..900).fold(String::new(), |text, level| text + &" ".repeat(level) + "a:\n");
    for source in
        ["[".repeat(deep), "{a: ".repeat(deep), "- ".repeat(deep), "? ".repeat(deep), blocks, bomb, "&a ".repeat(deep)]
    {
        let error = parse(&source).expect_err("no experiment");
        let SpecError::Invalid(mistakes) = &error else { panic!("{error}") };
        assert_eq!(mistakes.codes(), [Code::Syntax]);
        assert!(error.to_string().contains("--> experiments/x.yaml:"), "{error}");
    }
}

#[test]
fn a_figure_may_have_several_limits() {
    let plan = plan("name: x\nnode: {crate: node}\nlimits: {lost: \"= 0\", msgs-per-op: [\"> 1\", \"<= 30\"]}\n");
    let limits: Vec<_> = plan.limits.iter().map(ToString::to_string).collect();
    assert_eq!(limits, ["lost = 0", "msgs-per-op > 1", "msgs-per-op <= 30"]);
}

#[test]
fn no_text_brings_the_reader_down() {
    let whole = fs::read_to_string(Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/smoke.yaml"));
    let whole = whole.expect("readable");
    let mut mistaken = 0;
    for (at, letter) in whole.char_indices() {
        let rest = &whole[at + letter.len_utf8()..];
        let mut texts = vec![whole[..at].to_owned()];
        texts.extend(["", "[", ": ", "&a *a ", "ß", "\n", "\0"].map(|other| format!("{}{other}{rest}", &whole[..at])));
        for text in texts {
            // Drawing a mistake must not fail either.
            mistaken += parse(&text).err().map_or(0, |error| error.to_string().lines().count().min(1));
        }
    }
    assert!(mistaken > whole.len(), "most of these texts are mistaken, and {mistaken} were told so");
}

#[test]
fn files_that_cannot_be_read_say_so() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = Utf8Path::from_path(directory.path()).expect("UTF-8");
    let load = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        if !bytes.is_empty() {
            fs::write(&path, bytes).expect("writable");
        }
        let error = Spec::load(&path, &features()).expect_err("no experiment");
        error.to_string().replace(directory.as_str(), "D")
    };
    assert_eq!(load("none.yaml", b""), "cannot read the experiment `D/none.yaml`");
    assert_eq!(load("", b""), "cannot read the experiment `D/`");
    let latin = load("latin.yaml", b"name: x\nnode: \xe9\n");
    assert_eq!(latin, "`D/latin.yaml` is not text: the byte 0xe9 in line 2 is not UTF-8");
    let large = load("large.yaml", &vec![b'#'; (1 << 20) + 1]);
    assert_eq!(large, "`D/large.yaml` is not an experiment: it is larger than 1024 KiB");
}

#[test]
fn colours_are_for_terminals() {
    let error = parse("nam: x\n").expect_err("no experiment");
    assert!(!error.to_string().contains('\u{1b}'));
    assert!(error.in_colour().contains('\u{1b}'));
}
