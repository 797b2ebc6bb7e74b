//! Features are names of configurations: the binary of each feature set is the configuration of that name, and one file
//! alone knows about features.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "builds the binary and reads the sources")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use node::Config;

/// Builds the binary with these features and runs it without input; what it says it is built with, or its whole log where
/// it refuses to start.
fn built_with(features: &[&str]) -> String {
    // A target of its own: the tests of the shell run the workspace's binary at the same time.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("features");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline", "--package", "node", "--bin", "node", "--no-default-features"]);
    cargo.args(["--features", &format!("shell,{}", features.join(","))]);
    let built = cargo.arg("--target-dir").arg(&target).current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
    assert!(built.success(), "{features:?} does not build");
    let ran = Command::new(target.join("debug/node")).stdin(Stdio::null()).output().unwrap();
    let log = String::from_utf8(ran.stderr).unwrap();
    if let Some(config) = log.trim_end().strip_prefix("node: built with ") {
        assert!(ran.status.success(), "{log}");
        return config.to_owned();
    }
    assert_eq!(ran.status.code(), Some(2), "{log}");
    log
}

#[test]
fn each_feature_set_builds_what_it_names() {
    for topology in ["topology-grid", "topology-star", "topology-n12-tree"] {
        for features in [&[topology][..], &[topology, "relay-to-master"]] {
            assert_eq!(built_with(features), Config::named(features).unwrap().to_string());
        }
    }
    let refused = built_with(&["topology-grid", "topology-star"]);
    let error = Config::named(&["topology-grid", "topology-star"]).unwrap_err().to_string();
    assert!(refused.contains(&error), "{refused}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

#[test]
fn one_file_alone_knows_about_features() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let asks = |text: &str| ["cfg!", "cfg", "cfg_attr"].iter().any(|word| text.contains(&format!("{word}(feature")));
    let files = sources(&root.join("src")).into_iter().chain(sources(&root.join("tests")));
    let knowing: Vec<PathBuf> = files.filter(|path| asks(&std::fs::read_to_string(path).unwrap())).collect();
    assert_eq!(knowing, [root.join("src/config.rs")]);
}

#[test]
fn the_manifest_and_the_table_name_the_same_features() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let (_, features) = manifest.split_once("[features]\n").unwrap();
    let (features, _) = features.split_once("\n[").unwrap();
    let named = features.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "));
    let mut named: BTreeSet<&str> = named.map(|(name, _)| name).collect();
    // Neither chooses what the node does.
    assert!(named.remove("default") && named.remove("shell"));
    assert_eq!(named, Config::feature_names().collect());
}
