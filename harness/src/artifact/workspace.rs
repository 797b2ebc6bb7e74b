//! The workspace around the current directory: its node, the node's features, and a digest of everything that decides
//! what a build makes.
//!
//! Absent: building.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{BuildError, SHELL, Toolchain, file_digest, file_error, hexadecimal, is_in_workspace, run};

/// What cargo knows of the workspace.
pub(super) struct Workspace {
    pub(super) root: Utf8PathBuf,
    pub(super) target: Utf8PathBuf,
    packages: Vec<Package>,
    node: Package,
    /// The digest of everything that decides what a build makes, features left out.
    pub(super) sources: String,
}

/// The part of `cargo metadata` that is read here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: Utf8PathBuf,
    target_directory: Utf8PathBuf,
}

#[derive(Clone, Deserialize)]
struct Package {
    name: String,
    manifest_path: Utf8PathBuf,
    features: BTreeMap<String, Vec<String>>,
    dependencies: Vec<Dependency>,
}

#[derive(Clone, Deserialize)]
struct Dependency {
    name: String,
    /// Set for a package of the workspace.
    path: Option<Utf8PathBuf>,
}

impl Workspace {
    /// The sources of the node and of every package of the workspace that it needs, what the workspace says of versions
    /// and profiles, and the compiler.
    pub(super) fn with_digest(mut self, toolchain: &Toolchain) -> Result<Self, BuildError> {
        let mut files = BTreeSet::new();
        for name in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"] {
            files.insert(self.root.join(name));
        }
        let mut packages = vec![&self.node];
        let mut seen = BTreeSet::new();
        while let Some(package) = packages.pop() {
            if !seen.insert(&package.name) {
                continue;
            }
            let directory = package.manifest_path.parent().unwrap_or(&self.root);
            collect(directory, &self.target, &mut files).map_err(|source| file_error("read", directory, source))?;
            let needed = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
            packages
                .extend(needed.filter_map(|dependency| self.packages.iter().find(|each| each.name == dependency.name)));
        }
        let version = run(&toolchain.rustc, &["-vV"], &self.root)?;
        let mut digest = Sha256::new();
        digest.update(&version);
        digest.update(std::env::var("RUSTFLAGS").unwrap_or_default());
        for path in files.iter().filter(|path| path.is_file()) {
            // The path tells where one file ends and the next begins, and a renamed file is a change.
            let relative = path.strip_prefix(&self.root).unwrap_or(path);
            digest.update(format!("\n{relative} {}\n", file_digest(path)?));
        }
        self.sources = hexadecimal(&digest.finalize());
        Ok(self)
    }
}

impl Toolchain {
    /// The features that an experiment may name: those of the workspace's node, or outside a workspace those of the node
    /// that this program was made with.
    pub fn known_features(&self) -> Vec<String> {
        let declared = self.workspace(&[]).map(|workspace| workspace.node.features.into_keys().collect());
        let features: Vec<String> = declared.unwrap_or_else(|_| features_of(LINKED_MANIFEST));
        // `shell` is always on, or there would be no binary; `default` is a name for others.
        let named = |feature: &String| feature != SHELL && feature != "default";
        features.into_iter().filter(named).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether there is a node of this project to build.
    pub fn has_node(&self) -> bool {
        self.workspace(&[]).is_ok()
    }

    pub(super) fn workspace(&self, cells: &[String]) -> Result<Workspace, BuildError> {
        let missing = || BuildError::NoWorkspace { directory: self.directory.clone() };
        if !is_in_workspace(&self.directory) {
            return Err(missing());
        }
        let stdout = self.cargo(&self.directory, &["metadata", "--no-deps", "--format-version", "1"], cells)?;
        let metadata: Metadata = serde_json::from_slice(&stdout).map_err(|_| missing())?;
        let node = metadata.packages.iter().find(|package| package.name == "node").cloned().ok_or_else(missing)?;
        Ok(Workspace {
            root: metadata.workspace_root,
            target: metadata.target_directory,
            packages: metadata.packages,
            node,
            sources: String::new(),
        })
    }
}

/// Every file below a directory that may be part of a build.
fn collect(directory: &Utf8Path, target: &Utf8Path, files: &mut BTreeSet<Utf8PathBuf>) -> io::Result<()> {
    for entry in directory.read_dir_utf8()? {
        let entry = entry?;
        let hidden = entry.file_name().starts_with('.');
        if entry.file_type()?.is_dir() {
            if !hidden && !NOT_BUILT.contains(&entry.file_name()) && entry.path() != target {
                collect(entry.path(), target, files)?;
            }
        } else if !hidden {
            files.insert(entry.into_path());
        }
    }
    Ok(())
}

/// The names in a manifest's section `[features]`.
fn features_of(manifest: &str) -> Vec<String> {
    let section = manifest.lines().skip_while(|line| line.trim() != "[features]").skip(1);
    let entries = section.take_while(|line| !line.starts_with('['));
    let name = |line: &str| line.split_once('=').map(|(name, _)| name.trim().to_owned());
    entries.filter(|line| !line.trim_start().starts_with('#')).filter_map(name).collect()
}

/// The manifest of the node that this program is linked with.
const LINKED_MANIFEST: &str = include_str!("../../../node/Cargo.toml");

/// Directories of a package that no build of its binary reads.
const NOT_BUILT: [&str; 4] = ["benches", "examples", "target", "tests"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linked_manifest_names_the_features() {
        let features = features_of(LINKED_MANIFEST);
        for feature in [SHELL, "default", "relay-to-master", "topology-grid", "topology-n12-tree", "topology-star"] {
            assert!(features.iter().any(|each| each == feature), "{feature} in {features:?}");
        }
    }

    #[test]
    fn only_the_section_of_features_is_read() {
        let manifest =
            "[package]\nname = \"x\"\n[features]\n# a = []\nb = []\n  c-d = [\"b\"]\n\n[dependencies]\ne = \"1\"\n";
        assert_eq!(features_of(manifest), ["b", "c-d"]);
        assert!(features_of("[package]\n").is_empty());
    }
}
