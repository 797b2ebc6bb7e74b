//! What comes next on a command line, where only the disk knows: experiment files, and runs in the store.
//!
//! Absent: words that flags already name; clap knows those.

use std::ffi::OsStr;

use camino::{Utf8Path, Utf8PathBuf};
use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter as _};

/// Experiment files: those below what is typed, and at the beginning those of `experiments/` too.
pub(super) fn experiments(current: &OsStr) -> Vec<CompletionCandidate> {
    let is_yaml = |path: &std::path::Path| path.extension().is_some_and(|found| found == "yaml" || found == "yml");
    let mut found = PathCompleter::any().filter(move |path| path.is_dir() || is_yaml(path)).complete(current);
    found.retain(|candidate| candidate.get_value() != ".");
    let typed = current.to_string_lossy();
    if !typed.contains('/') {
        let shipped = names(Utf8Path::new("experiments")).into_iter().filter(|name| is_yaml(name.as_std_path()));
        let shipped = shipped.filter(|name| name.as_str().starts_with(&*typed));
        found.extend(shipped.map(|name| CompletionCandidate::new(format!("experiments/{name}"))));
    }
    found
}

/// The visible entries of a directory, in order; none if it cannot be read.
fn names(directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let entries = directory.read_dir_utf8().into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| Utf8PathBuf::from(entry.file_name())).collect();
    names.retain(|name| !name.as_str().starts_with('.'));
    names.sort();
    names
}
