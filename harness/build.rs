//! Puts into the program what its results are known by: digests of the sources that decide them, engine by engine, and of
//! the node that is linked. A change elsewhere in the harness leaves what was measured usable.

#[path = "src/sources.rs"]
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

use sha2::{Digest as _, Sha256};

/// What decides a run of the engine crate, whatever node it runs.
const EMBEDDED: [&str; 8] = [
    "engine/Cargo.toml",
    "engine/src",
    "harness/src/backend",
    "harness/src/figure.rs",
    "harness/src/outcome.rs",
    "harness/src/results",
    "protocol/Cargo.toml",
    "protocol/src",
];

/// What decides the figures of a run of the official program: it runs by its own rules, and its files are read by ours.
const MAELSTROM: [&str; 7] = [
    "engine/src/checker",
    "engine/src/history.rs",
    "harness/src/backend/maelstrom",
    "harness/src/backend/maelstrom.rs",
    "harness/src/figure.rs",
    "harness/src/outcome.rs",
    "harness/src/results",
];

fn main() -> io::Result<()> {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = harness.parent().expect("the crate lies in the workspace");
    let lock = fs::read_to_string(root.join("Cargo.lock"))?;
    let simulated = [&EMBEDDED[..], &sources::NODE].concat();
    println!("cargo::rustc-env=HARNESS_NODE={}", sources::digest(root, &sources::NODE)?);
    for (engine, parts, packages) in [
        ("EMBEDDED", &EMBEDDED[..], &["clojure-reader", "engine"][..]),
        ("MAELSTROM", &MAELSTROM, &["clojure-reader"]),
        ("SIMULATED", &simulated, &["clojure-reader", "engine", "node"]),
    ] {
        let rules = Sha256::digest(format!("{}\n{}", sources::digest(root, parts)?, versions(&lock, packages)));
        println!("cargo::rustc-env=HARNESS_RULES_{engine}={}", sources::hexadecimal(&rules));
    }
    for part in simulated.iter().chain(&["Cargo.lock", "harness/build.rs", "harness/src/sources.rs"]) {
        println!("cargo::rerun-if-changed={}", root.join(part).display());
    }
    Ok(())
}

/// The versions of these packages and of everything they are built with, by what `Cargo.lock` says.
fn versions(lock: &str, packages: &[&str]) -> String {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.trim().strip_prefix('=').map(str::to_owned));
        line.map(|value| value.trim().trim_matches('"').to_owned())
    };
    // A name can stand for several versions: all of them count.
    let mut known: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for block in lock.split("[[package]]").skip(1) {
        known.entry(value(block, "name").unwrap_or_default()).or_default().push(block);
    }
    let mut open: Vec<&str> = packages.to_vec();
    let mut reached = BTreeMap::new();
    while let Some(name) = open.pop() {
        let blocks = known.get(name).map(Vec::as_slice).unwrap_or_default();
        if reached.contains_key(name) {
            continue;
        }
        reached.insert(name, blocks.iter().filter_map(|block| value(block, "version")).collect::<BTreeSet<_>>());
        let needs = blocks.iter().flat_map(|block| block.lines());
        open.extend(needs.filter_map(|line| line.trim().strip_prefix('"')?.split(['"', ' ']).next()));
    }
    format!("{reached:?}")
}
