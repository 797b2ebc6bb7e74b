//! What comes next on a command line where only the disk knows: experiment files, runs in the store, baselines. What a flag
//! or an argument calls its value says which.
//!
//! Absent: words that the command line names itself; clap knows those.

use std::ffi::OsStr;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _};

use super::flags::FLAGS;
use crate::baseline::Baseline;
use crate::store::Store;

/// The command with what the disk knows added to it and to everything below it.
pub(super) fn with_completers(command: Command) -> Command {
    command.mut_args(with_completer).mut_subcommands(with_completers)
}

fn with_completer(argument: Arg) -> Arg {
    let value = match argument.get_id().as_str() {
        "experiment" => Some("EXPERIMENT"),
        "baseline" => Some("BASELINE"),
        _ => argument.get_value_names().and_then(<[_]>::first).map(clap::builder::Str::as_str),
    };
    let completer = match value {
        Some("EXPERIMENT" | "FILE|DIR") => ArgValueCompleter::new(experiments),
        Some("RUN") => ArgValueCompleter::new(runs),
        Some("BASELINE") => ArgValueCompleter::new(baselines),
        Some("DIR") => ArgValueCompleter::new(PathCompleter::dir()),
        Some("FILE" | "PATH") => ArgValueCompleter::new(PathCompleter::any()),
        Some("MAELSTROM'S FLAGS") => ArgValueCompleter::new(maelstroms),
        _ => return argument,
    };
    argument.add(completer)
}

/// Experiment files: those below what is typed, and at the beginning those of `experiments/` too.
fn experiments(current: &OsStr) -> Vec<CompletionCandidate> {
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

/// Runs by name in the store of the current directory: `efficient` for its latest, `efficient/20261122T233837Z` for any; and
/// baselines, which stand for one.
fn runs(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = current.to_string_lossy();
    let store = Utf8Path::new("store");
    let mut found = Vec::new();
    for experiment in names(store) {
        let directory = store.join(&experiment);
        let mut runs = names(&directory);
        runs.retain(|run| run != "latest" && Store::is_run(&directory.join(run)));
        if !runs.is_empty() {
            found.push(experiment.to_string());
        }
        found.extend(runs.iter().rev().map(|run| format!("{experiment}/{run}")));
    }
    found.retain(|name| name.starts_with(&*typed));
    found.into_iter().map(CompletionCandidate::new).chain(baselines(current)).collect()
}

/// Baselines by name.
fn baselines(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = current.to_string_lossy();
    let mut names = Baseline::names(Utf8Path::new("experiments/baselines")).unwrap_or_default();
    names.retain(|name| name.starts_with(&*typed));
    names.into_iter().map(|name| CompletionCandidate::new(name).help(Some("a baseline".into()))).collect()
}

/// Maelstrom's flags, which the command line does not know.
fn maelstroms(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = current.to_string_lossy();
    let flags = FLAGS.iter().map(|flag| (format!("--{}", flag.long), flag.about));
    let flags = flags.filter(|(name, _)| typed.starts_with('-') && name.starts_with(&*typed));
    flags.map(|(name, about)| CompletionCandidate::new(name).help(Some(about.into()))).collect()
}

/// The visible entries of a directory, in order; none if it cannot be read.
fn names(directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let entries = directory.read_dir_utf8().into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| Utf8PathBuf::from(entry.file_name())).collect();
    names.retain(|name| !name.as_str().starts_with('.'));
    names.sort();
    names
}
