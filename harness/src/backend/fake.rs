//! An engine that runs nothing and answers what a test tells it to.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Backend, Order, Tested, Watch};
use crate::outcome::{EngineId, Outcome};

/// Answers each run, by its number from 0, with what the closure says, and leaves a `results.edn` as a real engine does.
pub(crate) struct Fake<'a> {
    answer: Box<dyn Fn(usize) -> anyhow::Result<Outcome> + Sync + 'a>,
    runs: AtomicUsize,
}

impl<'a> Fake<'a> {
    pub(crate) fn answering(answer: impl Fn(usize) -> anyhow::Result<Outcome> + Sync + 'a) -> Self {
        Self { answer: Box::new(answer), runs: AtomicUsize::new(0) }
    }

    /// How many runs were asked for.
    pub(crate) fn runs(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }
}

impl Backend for Fake<'_> {
    fn id(&self) -> EngineId {
        EngineId { name: "fake".into(), version: "1".into() }
    }

    fn rules(&self) -> &'static str {
        "made up"
    }

    fn execute(&self, order: &Order<'_>, watch: &Watch<'_>) -> anyhow::Result<Outcome> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        (watch.progress)("load", 0.5);
        let outcome = (self.answer)(run)?;
        let directory = match &order.node {
            Tested::Machine { directory, .. } => directory.as_ref(),
            Tested::Program { directory, .. } => Some(directory),
        };
        if let Some(directory) = directory.filter(|directory| outcome.crash.is_none() && directory.exists()) {
            fs::write(directory.join("results.edn"), "{:valid? true}\n")?;
        }
        Ok(outcome)
    }
}
