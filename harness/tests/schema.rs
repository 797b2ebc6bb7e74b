//! The schema of experiment files: the committed one is what the program prints, takes every experiment of the project, and
//! refuses the mistakes that it can see.
//!
//! `UPDATE=1 cargo test -p harness --test schema` writes `experiments/experiment.schema.json` anew.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use harness::artifact::Toolchain;
use harness::spec::schema;
use jsonschema::Validator;
use serde_json::Value;

const COMMITTED: &str = "experiments/experiment.schema.json";

fn root() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}

/// The schema as `harness schema` prints it here.
fn printed() -> Value {
    schema(&Toolchain::around(root()).expect("a directory").known_features())
}

fn validator() -> Validator {
    jsonschema::draft7::options().build(&printed()).unwrap_or_else(|error| panic!("no schema: {error}"))
}

/// A file as an editor's YAML reader gives it to its validator.
fn document(source: &str) -> Option<Value> {
    // YAML 1.2: `on` and `yes` are words.
    serde_saphyr::from_str_with_options(source, serde_saphyr::options! { strict_booleans: true }).ok()
}

fn complaints(validator: &Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn yaml_files(directory: &str) -> Vec<Utf8PathBuf> {
    let entries = root().join(directory).read_dir_utf8().expect("the directory exists");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("readable").into_path()).collect();
    files.retain(|path| path.extension() == Some("yaml"));
    files.sort();
    assert!(!files.is_empty(), "{directory} has files");
    files
}

#[test]
fn the_committed_schema_is_the_programs() {
    let printed = serde_json::to_string_pretty(&printed()).expect("a value is JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(root().join(COMMITTED), &printed).expect("writable");
    }
    let committed = fs::read_to_string(root().join(COMMITTED)).unwrap_or_default();
    assert!(
        committed == printed,
        "`{COMMITTED}` is old; `UPDATE=1 cargo test -p harness --test schema` writes it anew"
    );
}

#[test]
fn every_experiment_of_the_project_follows_it() {
    let validator = validator();
    let shipped = yaml_files("experiments");
    for file in shipped.iter().chain(&yaml_files("harness/tests/data")) {
        let source = fs::read_to_string(file).expect("readable");
        let document = document(&source).unwrap_or_else(|| panic!("{file} is YAML"));
        assert_eq!(complaints(&validator, &document), [""; 0], "{file}");
    }
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```yaml\n").expect("the README shows an experiment");
    let (example, _) = rest.split_once("```").expect("and its end");
    assert_eq!(complaints(&validator, &document(example).expect("YAML")), [""; 0]);
}

#[test]
fn shipped_experiments_name_it_in_their_first_line() {
    for file in yaml_files("experiments") {
        let source = fs::read_to_string(&file).expect("readable");
        assert_eq!(source.lines().next(), Some("# yaml-language-server: $schema=./experiment.schema.json"), "{file}");
    }
}

/// Every spelling that the reader takes is taken here too.
#[test]
fn what_the_reader_takes_is_not_refused() {
    let validator = validator();
    for source in [
        "name: 2024\nnode: {crate: node}\nrequire: none\n",
        "name: x\nnode: {}\nmatrix: {bin: [./a, /opt/b], args: [[--fast, -v], [], -q], nodes: [[a, b], [1, 2]]}\n",
        "name: x\nmatrix: {bin: ./a, topology: [line, tree]}\ntest:\nlimits:\nexclude:\n",
        "name: x\nnode: {crate: node}\nmatrix: {relay-to-master: [on, OFF]}\n",
        "name: x\nnode: {crate: node}\nmatrix: {relay-to-master: [true, no]}\nrequire: [{relay-to-master: Yes}]\n",
        "name: x\nnode: {crate: node}\nmatrix: {topology: [star], test.topology: [line, total], rate: 7}\n",
        "name: x\nnode: {bin: ./a, args: -v}\ntest: {availability: 0.9, concurrency: 2n, process-delay: 750us}\n",
        "name: x\nnode: {crate: node}\ntest: {latency: .5s, time-limit: 2 m, nemesis: [partition, loss=2.5%], concurrency: 4}\n",
        "name: x\nnode: {crate: node}\nmatrix: {nemesis: [none, loss, partition+pause=2, [slow=5x, crash]]}\n",
        "name: x\nnode: {bin: ./a}\ntest: {topology: {a: [b], b: a}, nodes: [a, b]}\n",
        "name: x\nnode: {bin: ./a}\ntopologies: {mine: {n0: [n1], n1: n0}}\ntest: {node-count: 2}\nmatrix: {topology: [mine, line]}\n",
        "name: x\nnode: {crate: node}\ntopologies: {mine: {n0: [n1], n1: n0}}\ntest: {node-count: 2}\nmatrix: {topology: [star, mine]}\n\
         exclude: [{topology: star}]\n",
        "name: x\nnode: {crate: node, features: [topology-offered]}\ntopologies: {one: {n0: }}\ntest: {node-count: 1, topology: one}\n",
        "name: x\nnode: {crate: node}\nlimits: {lost: '= 0', msgs-per-op: ['> 1', '<=30'], ok-fraction: '>= 1', stable-latency.max: '<0.6 s'}\n",
    ] {
        let document = document(source).unwrap_or_else(|| panic!("{source} is YAML"));
        assert_eq!(complaints(&validator, &document), [""; 0], "{source}");
        let features = Toolchain::around(root()).expect("a directory").known_features();
        let read = harness::spec::Spec::parse(Utf8Path::new("x.yaml"), source, &features);
        assert!(read.is_ok(), "{source}\n{}", read.expect_err("it is none"));
    }
}

/// Of the files with mistakes in `tests/spec`, those that an editor cannot know to be wrong are named here, and no others.
#[test]
fn mistakes_are_seen_in_the_editor() {
    let validator = validator();
    let mut unseen = Vec::new();
    for file in yaml_files("harness/tests/spec") {
        let source = fs::read_to_string(&file).expect("readable");
        // What is not YAML at all is seen by the editor's reader.
        if document(&source).is_some_and(|document| validator.is_valid(&document)) {
            unseen.push(file.file_stem().expect("a file has a name").to_owned());
        }
    }
    assert_eq!(unseen, SEEN_BY_THE_READER_ONLY);
}

/// What takes the whole file, or arithmetic.
const SEEN_BY_THE_READER_ONLY: [&str; 25] = [
    "arguments-of-the-node",
    "axis-always-on",
    "batch-window-of-a-binary",
    "drawn-nodes",
    "drawn-unheeded",
    "drawn-unknown-2",
    "drawn-unknown",
    "drawn-unreachable",
    "exclude-everything",
    "exclude-no-such-combination",
    "exclude-without-matrix",
    "faults-without-nodes",
    "include-duplicate",
    "include-incomplete",
    "include-twice-the-same",
    "latency-dist-in-one-cell",
    "latency-dist-without-latency",
    "matrix-explosion",
    "matrix-of-many-nodes",
    "same-axis-twice",
    "search-mistakes-2",
    "tag",
    "too-many-clients",
    "two-topologies-in-a-cell",
    "two-topologies",
];
