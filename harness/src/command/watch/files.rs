//! What an experiment is made of on disk, and whether it is still what it was.
//!
//! Files are told apart by time, size and number, not by what is in them: looking is cheap enough to be done all the time.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt as _;

use camino::{Utf8Path, Utf8PathBuf};

use crate::artifact::companions;
use crate::plan::{EngineChoice, NodeSource, Plan};
use crate::sources;

/// What files were at one moment; nothing where there was none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamps {
    /// Those that only a person or a compiler writes.
    inputs: BTreeMap<Utf8PathBuf, Option<Stamp>>,
    /// Those around a script, which may write there itself.
    around: BTreeMap<Utf8PathBuf, Option<Stamp>>,
}

/// Whatever changes when a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: (i64, i64),
    length: u64,
    number: u64,
}

/// Files to watch.
#[derive(Debug)]
pub(super) struct Files {
    experiment: Utf8PathBuf,
    /// The workspace whose parts are sources.
    workspace: Option<(Utf8PathBuf, Vec<&'static str>)>,
    /// Programs with their arguments.
    programs: BTreeSet<(Utf8PathBuf, Vec<String>)>,
}

impl Files {
    /// The experiment alone.
    pub(super) fn of_experiment(experiment: &Utf8Path) -> Self {
        Self { experiment: experiment.to_owned(), workspace: None, programs: BTreeSet::new() }
    }

    /// All that decides what a plan's runs are.
    pub(super) fn of(experiment: &Utf8Path, plan: &Plan, engine: EngineChoice, workspace: Option<&Utf8Path>) -> Self {
        let nodes = || plan.cells.iter().map(|cell| &cell.node);
        let is_built = nodes().any(|node| matches!(node, NodeSource::Crate { .. }));
        let mut parts = [&sources::NODE[..], &BUILD].concat();
        if engine == EngineChoice::Simulated {
            parts.extend(HARNESS);
        }
        let programs = nodes().filter_map(|node| match node {
            NodeSource::Bin { path, args } => Some((path.clone(), args.clone())),
            NodeSource::Crate { .. } => None,
        });
        Self {
            experiment: experiment.to_owned(),
            workspace: workspace.filter(|_| is_built).map(|root| (root.to_owned(), parts)),
            programs: programs.collect(),
        }
    }

    /// Every file as it is now.
    pub(super) fn stamps(&self) -> Stamps {
        let named = self.programs.iter().flat_map(|(bin, args)| {
            let files = args.iter().map(Utf8Path::new).filter(|path| path.is_file());
            std::iter::once(bin.as_path()).chain(files).map(Utf8Path::to_owned)
        });
        let sources = self.workspace.iter().flat_map(|(root, parts)| {
            let files = sources::files(root.as_std_path(), parts).unwrap_or_default();
            files.into_iter().filter_map(|path| Utf8PathBuf::from_path_buf(path).ok())
        });
        let inputs = std::iter::once(self.experiment.clone()).chain(named).chain(sources);
        let apart: Vec<_> = self.experiment.canonicalize_utf8().into_iter().collect();
        let around = self.programs.iter().filter_map(|(bin, args)| companions(bin, args, &apart)).flatten();
        let stamped = |path: Utf8PathBuf| (stamp(&path), path);
        let swapped = |(stamp, path)| (path, stamp);
        let inputs: BTreeMap<_, _> = inputs.map(stamped).map(swapped).collect();
        let named: BTreeSet<_> = inputs.keys().filter_map(|path| path.canonicalize_utf8().ok()).collect();
        let around = around.filter(|path| !named.contains(path)).map(stamped).map(swapped).collect();
        Stamps { inputs, around }
    }
}

impl Stamps {
    /// The same, but what was seen before as it was seen then.
    pub(super) fn but_as_in(mut self, before: &Self) -> Self {
        for (path, stamp) in &mut self.inputs {
            *stamp = before.inputs.get(path).copied().unwrap_or(*stamp);
        }
        self
    }

    /// Inputs that are no longer what they were before, are gone or are new.
    pub(super) fn changed_inputs(&self, before: &Self) -> Vec<Utf8PathBuf> {
        differences(&before.inputs, &self.inputs)
    }

    /// The same of what lies around scripts.
    pub(super) fn changed_around(&self, before: &Self) -> Vec<Utf8PathBuf> {
        differences(&before.around, &self.around)
    }

    /// How many files these are.
    pub(super) fn len(&self) -> usize {
        self.inputs.len() + self.around.len()
    }
}

fn differences<T: PartialEq>(before: &BTreeMap<Utf8PathBuf, T>, now: &BTreeMap<Utf8PathBuf, T>) -> Vec<Utf8PathBuf> {
    let paths: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    paths.into_iter().filter(|path| before.get(*path) != now.get(*path)).cloned().collect()
}

fn stamp(path: &Utf8Path) -> Option<Stamp> {
    let found = path.metadata().ok()?;
    Some(Stamp { modified: (found.mtime(), found.mtime_nsec()), length: found.len(), number: found.ino() })
}

/// What decides a build besides sources.
const BUILD: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

/// What else decides what the harness does.
const HARNESS: [&str; 5] = ["engine/Cargo.toml", "engine/src", "harness/Cargo.toml", "harness/build.rs", "harness/src"];
