//! Where a result comes from: the machine, the sources and the binary, asked once per experiment.
//!
//! Absent: the node's name and digest, which come with each run.

use std::time::Duration;

use jiff::{Timestamp, Unit, Zoned};

use crate::about::{About, AboutCell};
use crate::outcome::{EngineId, Provenance};
use crate::plan::Plan;
use crate::process::{Invocation, run_captured};
use crate::words::counted;

/// What all runs of one command share.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Origin {
    /// The engine that judges.
    pub(crate) engine: EngineId,
    /// The commit checked out, with `-dirty` if files were changed.
    pub(crate) git: Option<String>,
    /// The machine.
    pub(crate) host: String,
    /// The command as the user typed it.
    pub(crate) command: Vec<String>,
}

impl Origin {
    /// What can be known here and now.
    pub(crate) fn here(engine: EngineId) -> Self {
        Self { engine, git: git_state(git), host: host(), command: command() }
    }

    /// The origin of one run that starts now.
    pub(crate) fn of_run(&self, node: &str, node_digest: &str) -> Provenance {
        Provenance {
            engine: self.engine.clone(),
            node: node.to_owned(),
            node_digest: node_digest.to_owned(),
            harness: env!("CARGO_PKG_VERSION").to_owned(),
            git: self.git.clone(),
            host: self.host.clone(),
            command: self.command.clone(),
            started: now(),
            key: None,
            sources: None,
            reused: None,
        }
    }

    /// What is kept of a plan whose runs begin now.
    pub(crate) fn about(&self, plan: &Plan) -> About {
        About {
            format: About::FORMAT,
            experiment: plan.name.clone(),
            description: plan.description.clone(),
            engine: self.engine.clone(),
            command: self.command.clone(),
            git: self.git.clone(),
            host: self.host.clone(),
            started: now(),
            axes: plan.axes.clone(),
            limits: plan.limits.clone(),
            repeat: plan.repeat,
            judged_by: plan.judged_by,
            cells: plan.cells.iter().map(AboutCell::from).collect(),
            part: None,
        }
    }
}

/// Now, in RFC 3339 and UTC, to the second.
pub(crate) fn now() -> String {
    Timestamp::now().round(Unit::Second).unwrap_or_else(|_| Timestamp::now()).to_string()
}

/// Now as an experiment's directory is named: `20261122T191538Z`.
pub(crate) fn compact_time() -> String {
    Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Now as Jepsen names a run's directory: `20261122T191538.214Z`, or with the zone's offset in place of `Z`.
pub(crate) fn directory_time() -> String {
    let now = Zoned::now();
    let zone = if now.offset().is_zero() { "Z".to_owned() } else { now.strftime("%z").to_string() };
    format!("{}{zone}", now.strftime("%Y%m%dT%H%M%S%.3f"))
}

/// The machine: its name, system and cores.
fn host() -> String {
    let name = nix::unistd::gethostname().map_or_else(|_| "unknown".into(), |name| name.to_string_lossy().into_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{name}, {} {}, {}", std::env::consts::OS, std::env::consts::ARCH, counted(cores, "core"))
}

/// The command as the user typed it. Arguments that are not Unicode are shown as well as they can be.
fn command() -> Vec<String> {
    std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect()
}

/// Runs git, if there is one.
fn git(arguments: &[&str]) -> Option<String> {
    let output = run_captured(&Invocation::new("git", arguments), GIT_PATIENCE).ok()?;
    String::from_utf8(output.stdout).ok()
}

/// The commit checked out in the current directory, with `-dirty` if tracked files differ from it. `git` runs git with
/// these arguments and gives its output, or nothing if git is missing or fails, as outside a repository.
fn git_state(git: impl Fn(&[&str]) -> Option<String>) -> Option<String> {
    let commit = git(&["rev-parse", "HEAD"])?.trim().to_owned();
    let changes = git(&["status", "--porcelain", "--untracked-files=no"])?;
    let commit = (!commit.is_empty()).then_some(commit)?;
    Some(if changes.trim().is_empty() { commit } else { format!("{commit}-dirty") })
}

/// A repository on a slow disk may take a while to look through; a result without its commit is better than none.
const GIT_PATIENCE: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;

    /// A git that answers `rev-parse` and `status` with these.
    fn git(commit: Option<&str>, changes: Option<&str>) -> impl Fn(&[&str]) -> Option<String> {
        move |arguments| match arguments.first() {
            Some(&"rev-parse") => commit.map(str::to_owned),
            Some(&"status") => changes.map(str::to_owned),
            other => panic!("git is not asked for {other:?}"),
        }
    }

    #[test]
    fn changed_files_make_a_commit_dirty() {
        assert_eq!(git_state(git(Some("abc123\n"), Some(""))), Some("abc123".into()));
        assert_eq!(git_state(git(Some("abc123\n"), Some(" M node/src/lib.rs\n"))), Some("abc123-dirty".into()));
    }

    #[test]
    fn without_git_or_a_commit_there_is_no_state() {
        assert_eq!(git_state(git(None, None)), None);
        assert_eq!(git_state(git(Some(""), Some(""))), None);
    }

    #[test]
    fn times_have_the_shape_that_readers_expect() {
        assert!(now().parse::<Timestamp>().is_ok());
        let name = directory_time();
        assert_eq!((&name[8..9], &name[15..16]), ("T", "."), "{name}");
    }
}
