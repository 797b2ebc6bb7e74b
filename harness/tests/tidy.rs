//! The house rules that a machine can check: which crate and which room may use which, how large a file or function may
//! grow, and that nothing in the repository names the machine it was written on.
//!
//! A new edge or a larger file is a decision: it is made by editing one of the lists below, with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which of our crates each crate may depend on.
const CRATES: [(&str, &[&str]); 4] = [
    ("protocol", &[]),
    ("node", &["protocol"]),
    ("engine", &["protocol"]),
    ("harness", &["engine", "node", "protocol"]),
];

/// Which rooms each room of `harness` may use. Words know no stage, stages no face, faces no verb.
const ROOMS: &[(&str, &[&str])] = &[
    // Words.
    ("about", &["limit", "outcome", "plan", "shell"]),
    ("exit", &[]),
    ("figure", &[]),
    ("frontier", &[]),
    ("limit", &["figure"]),
    ("outcome", &["figure"]),
    ("plan", &["limit", "spec", "words"]),
    ("shell", &[]),
    ("sources", &[]),
    ("words", &[]),
    // Stages.
    ("artifact", &["plan", "process", "sources", "words"]),
    ("backend", &["exit", "figure", "outcome", "process", "results", "setup"]),
    ("baseline", &["compare", "figure"]),
    ("compare", &["figure", "outcome", "sources", "spec", "statistics", "words"]),
    ("doctor", &["backend", "exit", "process"]),
    ("fidelity", &["exit", "figure", "limit", "outcome", "plan", "statistics"]),
    ("gate", &["exit", "figure", "limit", "outcome", "statistics"]),
    ("latencies", &["about", "backend", "figure", "measured", "outcome", "plan", "results"]),
    ("measured", &["about", "outcome", "spec", "store", "words"]),
    ("process", &["exit", "shell"]),
    ("provenance", &["about", "outcome", "plan", "process", "words"]),
    ("results", &["figure", "outcome", "words"]),
    ("search", &["statistics"]),
    ("setup", &[]),
    ("spec", &["figure", "limit", "plan"]),
    ("statistics", &[]),
    ("store", &["outcome", "sources"]),
    ("topology", &["spec"]),
    // Faces.
    ("console", &["render"]),
    (
        "render",
        &[
            "about",
            "compare",
            "exit",
            "fidelity",
            "figure",
            "frontier",
            "gate",
            "limit",
            "outcome",
            "search",
            "statistics",
            "topology",
            "words",
        ],
    ),
    ("trace", &["render", "words"]),
    (
        "report",
        &[
            "about",
            "exit",
            "figure",
            "frontier",
            "gate",
            "latencies",
            "limit",
            "measured",
            "outcome",
            "render",
            "shell",
            "words",
        ],
    ),
    // Order: a verb may use every room.
    ("cli", &["about", "limit", "plan"]),
    ("command", &[]),
    ("main", &[]),
    // Tests only.
    ("sample", &["about", "figure", "limit", "outcome", "plan", "provenance"]),
];

/// Files that may be longer than [`FILE_MAX`], each with its reason.
const LONG_FILES: [(&str, &str); 0] = [];

/// Functions that may be longer than [`FUNCTION_MAX`], each as `file::function` with its reason.
const LONG_FUNCTIONS: [(&str, &str); 0] = [];

const FILE_MAX: usize = 400;
const FUNCTION_MAX: usize = 70;

/// Words that only one room may say: where, what, and why.
const OWNED_WORDS: [(&[&str], &[&str], &str); 4] = [
    (&["harness/src/process"], &["Command::new", "duct::"], "one room starts processes, so that none is left behind"),
    (&["harness/src/results/edn"], &["clojure_reader"], "one room knows the EDN crate"),
    (&["harness/src/spec/yaml"], &["serde_saphyr"], "one room knows the YAML crate"),
    (&["node/src/config"], &["cfg!(feature", "cfg(feature"], "features only name a configuration"),
];

#[test]
fn crates_depend_on_each_other_as_drawn() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("a workspace has packages");
    let ours: BTreeSet<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut edges = BTreeMap::new();
    for package in packages {
        let dependencies = package["dependencies"].as_array().expect("a package lists its dependencies");
        // A package may test itself; everything else counts, what tests use included.
        let names = dependencies.iter().filter_map(|dependency| dependency["name"].as_str());
        let names: BTreeSet<&str> = names.filter(|name| ours.contains(name)).collect();
        edges.insert(package["name"].as_str().expect("a package has a name"), names);
    }
    let drawn = CRATES.iter().map(|(name, uses)| (*name, uses.iter().copied().collect())).collect();
    assert_eq!(edges, drawn);
}

#[test]
fn rooms_use_each_other_as_drawn() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut unused: BTreeSet<(&str, &str)> =
        ROOMS.iter().flat_map(|(room, uses)| uses.iter().map(|used| (*room, *used))).collect();
    for (path, text) in sources("harness/src") {
        // A room's tests in a file of their own may use what they like, as those at a file's bottom.
        if path.ends_with("/tests.rs") {
            continue;
        }
        let room = path.trim_start_matches("harness/src/").split(['/', '.']).next().expect("a path has parts");
        if matches!(room, "lib" | "main" | "command") {
            continue;
        }
        let Some(uses) = allowed.get(room) else {
            wrong.push(format!("{path}: room `{room}` is not drawn"));
            continue;
        };
        for used in used_rooms(without_tests(&text)) {
            unused.retain(|edge| *edge != (room, used.as_str()));
            if used != room && !uses.contains(&used.as_str()) {
                wrong.push(format!("{path}: `{room}` may not use `{used}`"));
            }
        }
    }
    wrong.extend(unused.into_iter().map(|(room, used)| format!("`{room}` is drawn as using `{used}`, and does not")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_and_functions_stay_small() {
    let mut wrong = Vec::new();
    for (path, text) in sources(".") {
        let lines = text.lines().count();
        if lines > FILE_MAX && !LONG_FILES.iter().any(|(file, _)| *file == path) {
            wrong.push(format!("{path}: {lines} lines, at most {FILE_MAX}"));
        }
        for (name, lines) in functions(&text) {
            let is_listed = LONG_FUNCTIONS.iter().any(|(function, _)| *function == format!("{path}::{name}"));
            if lines > FUNCTION_MAX && !is_listed {
                wrong.push(format!("{path}: `{name}` has {lines} lines, at most {FUNCTION_MAX}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_says_what_it_is_for() {
    let silent = sources(".").into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path);
    assert_eq!(silent.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn words_with_an_owner_are_said_nowhere_else() {
    let mut wrong = Vec::new();
    for (path, text) in sources(".").into_iter().filter(|(path, _)| path.contains("/src/")) {
        for (owners, words, reason) in OWNED_WORDS {
            let is_owner = path.ends_with("/tests.rs")
                || owners.iter().any(|owner| path.strip_prefix(owner).is_some_and(|rest| rest.starts_with(['.', '/'])));
            let code = without_tests(&text).lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code.filter(|_| !is_owner) {
                if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                    wrong.push(format!("{path}: `{word}` belongs to {}: {reason}", owners[0]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_is_clean_and_names_no_machine() {
    // Put together here, so that this file does not contain what it looks for.
    let places: Vec<String> = ["work", "root", "home", "Users"].iter().map(|name| format!("/{name}/")).collect();
    let mut wrong = Vec::new();
    for (path, text) in texts() {
        for (number, line) in (1..).zip(text.lines()) {
            // What a program said is kept as it was said.
            let is_recorded = is_kind(&path, "snap") || (is_kind(&path, "txt") && path.contains("/tests/"));
            if line.ends_with([' ', '\t']) && !is_recorded {
                wrong.push(format!("{path}:{number}: blanks at the end"));
            }
            if let Some(place) = places.iter().find(|place| names_place(line, place)) {
                wrong.push(format!("{path}:{number}: names a machine's `{place}`"));
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            wrong.push(format!("{path}: no newline at the end"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_changelog_has_the_current_version() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("there is a changelog");
    let heading = format!("## {}", env!("CARGO_PKG_VERSION"));
    assert!(changelog.lines().any(|line| line.starts_with(&heading)), "CHANGELOG.md lacks `{heading}`");
}

/// Whether a line holds the path, at its beginning: `/x/` but not `a/x/`, `.x/` or `https://host/x/`.
fn names_place(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        // `me` is nobody.
        let is_made_up = line[at + place.len()..].starts_with("me/");
        !is_made_up && before.is_none_or(|c| !(c.is_alphanumeric() || "._-$~}*)>".contains(c)))
    })
}

/// The rooms that a file names in `use crate::…` or `crate::…`.
fn used_rooms(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    for (at, prefix) in code.match_indices("crate::") {
        // `$crate::` and another crate's path that ends so are not ours.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        };
        for name in names {
            let word: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if word.starts_with(|c: char| c.is_lowercase()) {
                rooms.insert(word);
            }
        }
    }
    rooms
}

/// A file without its tests, which stand at its bottom and may use what they like.
fn without_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

/// Every function with a body, and its length from signature to closing brace. rustfmt puts both on the same column.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(place) = words.iter().position(|word| *word == "fn") else { continue };
        let is_signature =
            words[..place].iter().all(|word| matches!(*word, "pub" | "const" | "async") || word.starts_with("pub("));
        let Some(name) = words.get(place + 1).filter(|_| is_signature) else { continue };
        let close = format!("{}}}", " ".repeat(indent));
        let is_one_line = line.ends_with('}') || line.ends_with(';');
        if let Some(length) = lines[start..].iter().position(|line| *line == close).filter(|_| !is_one_line) {
            let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.push((name, length + 1));
        }
    }
    found
}

/// Every `.rs` file below a directory of the repository, with its path from the root.
fn sources(below: &str) -> Vec<(String, String)> {
    let prefix = if below == "." { String::new() } else { format!("{below}/") };
    texts().into_iter().filter(|(path, _)| is_kind(path, "rs") && path.starts_with(&prefix)).collect()
}

fn is_kind(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Every text file of the repository, build output, results and recordings left aside.
fn texts() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).expect("the repository can be read") {
            let path = entry.expect("the repository can be read").path();
            let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
            let is_results = name == "store" && !path.ends_with("src/store");
            let is_ours =
                !is_results && !matches!(name.as_str(), ".git" | "target" | "recordings" | "proptest-regressions");
            if path.is_symlink() || !is_ours {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let short = path.strip_prefix(root()).expect("it is below the root");
                found.push((short.to_string_lossy().into_owned(), text));
            }
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").to_owned()
}

mod proofs {
    //! The rules' own tools, held against what they must find.

    use super::*;

    #[test]
    fn used_rooms_are_found_in_every_form() {
        let text = "use crate::{store, outcome::Record};\nuse crate::plan::Plan;\n// crate::comment\nfn f() { crate::gate::x() }\nuse crate::Type;";
        assert_eq!(used_rooms(text).into_iter().collect::<Vec<_>>(), ["gate", "outcome", "plan", "store"]);
    }

    #[test]
    fn a_long_function_is_measured() {
        let body = "    x();\n".repeat(80);
        let text = format!("pub(crate) fn long() {{\n{body}}}\n\nconst fn short() -> u8 {{ 1 }}\n");
        assert_eq!(functions(&text), [("long".to_owned(), 82)]);
    }

    #[test]
    fn a_machines_path_is_found_where_it_begins() {
        let place = format!("/{}/", "work");
        assert!(names_place(&format!("see {place}main"), &place));
        assert!(names_place(&format!("\"{place}x\""), &place));
        assert!(!names_place(&format!("net{place}load"), &place));
    }
}
