//! The engines: what makes an [`Outcome`] happen.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;
use camino::{Utf8Path, Utf8PathBuf};
use engine::Options;
use node::Config;

use crate::outcome::{EngineId, Outcome};

mod alarm;
mod cluster;
pub(crate) mod digest;
pub(crate) mod embedded;
#[cfg(test)]
pub(crate) mod fake;
mod judged;
pub(crate) mod maelstrom;
pub(crate) mod simulated;

/// An engine that can run one test at a time, or several from several threads.
pub(crate) trait Backend: Sync {
    /// Its name and version.
    fn id(&self) -> EngineId;

    /// A digest of the sources that decide what a run of it comes to: with the same rules the same run has the same result,
    /// but for what chance and the machine do. Those of the node are among them where it runs inside this program.
    fn rules(&self) -> &'static str;

    /// Runs one test to its end and leaves its raw files in the order's directory. A run that crashes is an outcome too, with
    /// [`Outcome::crash`] set; an error is for what concerns no single run, such as an engine that cannot be started.
    fn execute(&self, order: &Order<'_>, watch: &Watch<'_>) -> anyhow::Result<Outcome>;
}

/// One run to be made.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    /// What is run, its seed included.
    pub(crate) options: &'a Options,
    /// What is tested.
    pub(crate) node: Tested<'a>,
}

/// What is tested, and where the run's files go: `results.edn`, `history.edn`, `node-logs/<node>.log`, …
#[derive(Debug)]
pub(crate) enum Tested<'a> {
    /// This project's node, in this process.
    Machine {
        /// What it does.
        config: Config,
        /// An existing, empty directory; without one there are only figures.
        directory: Option<Utf8PathBuf>,
    },
    /// A program.
    Program {
        /// Absolute.
        bin: &'a Utf8Path,
        /// Its arguments.
        args: &'a [String],
        /// An existing, empty directory.
        directory: Utf8PathBuf,
    },
}

impl Order<'_> {
    /// The program, its arguments and the directory, for an engine that starts processes.
    pub(crate) fn program(&self) -> anyhow::Result<(&Utf8Path, &[String], &Utf8Path)> {
        match &self.node {
            Tested::Program { bin, args, directory } => Ok((bin, args, directory)),
            Tested::Machine { .. } => bail!("this engine starts programs, and this node was not built as one"),
        }
    }

    /// The node's configuration and the directory, for an engine that runs nodes in this process.
    pub(crate) fn machine(&self) -> anyhow::Result<(Config, Option<&Utf8Path>)> {
        match &self.node {
            Tested::Machine { config, directory } => Ok((*config, directory.as_deref())),
            Tested::Program { bin, .. } => bail!(
                "`{bin}` is a program with a clock of its own, which cannot be moved to virtual time; use \
                 `--engine embedded`"
            ),
        }
    }
}

/// How a run is watched and stopped.
pub(crate) struct Watch<'a> {
    /// Told how far the run is: a phase's name, and the share done from 0 to 1.
    pub(crate) progress: &'a (dyn Fn(&str, f64) + Sync),
    /// Set when the user wants everything to end.
    pub(crate) interrupted: &'a AtomicBool,
}

impl Watch<'_> {
    /// Whether the user wants everything to end.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}
