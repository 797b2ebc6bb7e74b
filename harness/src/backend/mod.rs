//! The engines: what makes an [`Outcome`] happen.

use std::sync::atomic::{AtomicBool, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use engine::Options;

use crate::outcome::{EngineId, Outcome};

mod alarm;
mod cluster;
pub(crate) mod embedded;
#[cfg(test)]
pub(crate) mod fake;
pub(crate) mod maelstrom;

/// An engine that can run one test at a time, or several from several threads.
pub(crate) trait Backend: Sync {
    /// Its name and version.
    fn id(&self) -> EngineId;

    /// Runs one test to its end and leaves its raw files in `order.directory`. A run that crashes is an outcome too, with
    /// [`Outcome::crash`] set; an error is for what concerns no single run, such as an engine that cannot be started.
    fn execute(&self, order: &Order<'_>, watch: &Watch<'_>) -> anyhow::Result<Outcome>;
}

/// One run to be made.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    /// What is run, its seed included.
    pub(crate) options: &'a Options,
    /// The node binary, absolute.
    pub(crate) bin: &'a Utf8Path,
    /// Its arguments.
    pub(crate) args: &'a [String],
    /// An existing, empty directory for the run's files: `results.edn`, `history.edn`, `node-logs/<node>.log`, …
    pub(crate) directory: Utf8PathBuf,
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
