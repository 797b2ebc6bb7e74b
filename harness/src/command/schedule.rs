//! Runs side by side, each kept in the store the moment it ends.
//!
//! A run that crashes is a result, and the others go on. What ends them all is an interrupt, or trouble that concerns no
//! single run: an engine that cannot start, a store that takes nothing any more. Whatever was measured by then is handed
//! back with the reason.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::Context as _;
use camino::Utf8PathBuf;

use super::ready::Ready;
use super::reuse::{self, Addresses};
use crate::backend::{Backend, Order, Watch};
use crate::console::{Board, Console};
use crate::outcome::Record;
use crate::plan::{Cell, Plan};
use crate::provenance::Origin;
use crate::render::finding;
use crate::store::Store;
use crate::words::counted;

/// One repetition of one cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run<'a> {
    pub(crate) cell: &'a Cell,
    pub(crate) repetition: u32,
    pub(crate) node: &'a Ready,
}

/// What all runs of an experiment share.
pub(crate) struct Stage<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) backend: &'a dyn Backend,
    pub(crate) origin: &'a Origin,
    pub(crate) addresses: &'a Addresses,
    pub(crate) store: &'a Store,
    pub(crate) console: &'a Console,
    pub(crate) interrupted: &'a AtomicBool,
    /// How often a run that was too late is made again.
    pub(crate) retries: u32,
}

/// What came of the runs.
#[derive(Debug)]
pub(crate) struct Made {
    /// Every result there is, in the order of the runs.
    pub(crate) records: Vec<Record>,
    /// Why not all of them were made, unless the user interrupted.
    pub(crate) trouble: Option<anyhow::Error>,
    /// How long they took together.
    pub(crate) wall_seconds: f64,
}

impl Stage<'_> {
    /// Makes all runs, at most `jobs` at the same time.
    pub(crate) fn make(&self, runs: &[Run<'_>], jobs: NonZeroUsize) -> Made {
        let board = self.console.board(runs.len(), "runs");
        self.side_by_side(runs.len(), jobs, |place| self.make_one(&runs[place], place, &board))
    }

    /// Does what there is to do at every place below `count`, at most `jobs` at the same time, until the user interrupts or
    /// there is trouble. Something done can have given both a record and an error: measured, but not kept.
    pub(super) fn side_by_side(
        &self,
        count: usize,
        jobs: NonZeroUsize,
        one: impl Fn(usize) -> (Option<Record>, Option<anyhow::Error>) + Sync,
    ) -> Made {
        let begun = Instant::now();
        let next = AtomicUsize::new(0);
        let results: Mutex<Vec<(usize, Record)>> = Mutex::new(Vec::new());
        let trouble: Mutex<Option<anyhow::Error>> = Mutex::new(None);
        let stops = || self.interrupted.load(Ordering::Relaxed) || locked(&trouble).is_some();
        let work = || {
            while !stops() {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= count {
                    break;
                }
                let (record, error) = one(place);
                locked(&results).extend(record.map(|record| (place, record)));
                if let Some(error) = error {
                    // The first trouble is the cause; what follows is mostly its echo.
                    locked(&trouble).get_or_insert(error);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..jobs.get().min(count) {
                scope.spawn(work);
            }
            work();
        });
        let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        results.sort_by_key(|(place, _)| *place);
        let records = results.into_iter().map(|(_, record)| record).collect();
        let trouble = locked(&trouble).take();
        Made { records, trouble, wall_seconds: begun.elapsed().as_secs_f64() }
    }

    fn make_one(&self, run: &Run<'_>, place: usize, board: &Board<'_>) -> (Option<Record>, Option<anyhow::Error>) {
        let repetition = (self.plan.repeat > 1).then_some(run.repetition);
        let line = board.line(place, &label(run, repetition));
        let draft = match self.store.draft(&run.cell.name, repetition) {
            Ok(draft) => draft,
            Err(error) => return (None, Some(error.into())),
        };
        let report = |phase: &str, share: f64| line.report(phase, share);
        let adopted = self.addresses.reusable(run);
        let adopted = adopted.and_then(|from| reuse::adopted_whole(&self.plan.name, run, from, &draft));
        let record = match adopted {
            Some(record) => record,
            None => match self.measure_punctually(run, draft.directory(), &report) {
                Ok(Some(record)) => record,
                Ok(None) => return (None, None),
                Err(error) => return (None, Some(error)),
            },
        };
        line.end(&how_it_ended(&record));
        let kept = draft.keep(self.store, &record);
        let kept = kept.with_context(|| format!("the result of cell `{}` was measured but not kept", run.cell.name));
        (Some(record), kept.err())
    }

    /// Makes one run, with its files if there is a directory for them. Nothing comes of a run that the user cuts off.
    pub(super) fn measure(
        &self,
        run: &Run<'_>,
        directory: Option<Utf8PathBuf>,
        progress: &(dyn Fn(&str, f64) + Sync),
    ) -> anyhow::Result<Option<Record>> {
        let options = run.cell.options_of(run.repetition);
        let provenance = self.addresses.sign(run, self.origin.of_run(run.node.label(), run.node.sha256()));
        let watch = Watch { progress, interrupted: self.interrupted };
        let outcome = run.node.tested(&run.cell.node, directory).and_then(|node| {
            let order = Order { options: &options, node };
            self.backend.execute(&order, &watch)
        });
        let outcome = outcome.with_context(|| format!("cell `{}` could not be run", run.cell.name))?;
        if watch.is_interrupted() && outcome.crash.is_some() {
            // What the user cut off says nothing about the node.
            return Ok(None);
        }
        Ok(Some(Record {
            format: Record::FORMAT,
            experiment: self.plan.name.clone(),
            cell: run.cell.name.clone(),
            axes: run.cell.axes.clone(),
            repetition: run.repetition,
            options,
            provenance,
            outcome,
        }))
    }
}

fn label(run: &Run<'_>, repetition: Option<u32>) -> String {
    match repetition {
        Some(repetition) => format!("{}, repetition {repetition}", run.cell.name),
        None => run.cell.name.clone(),
    }
}

/// In a few words, for the progress.
fn how_it_ended(record: &Record) -> String {
    let outcome = &record.outcome;
    let how = outcome.ending();
    let late = match (outcome.is_unreliable(), outcome.is_flaky()) {
        (true, _) => ", late",
        (false, true) => ", FLAKY",
        (false, false) => "",
    };
    let warnings = outcome.findings.iter().filter(|one| finding::is_warning(one)).count();
    let warnings = if warnings == 0 { String::new() } else { format!(", {}", counted(warnings, "warning")) };
    match &record.provenance.reused {
        Some(run) => format!("{how}{late}{warnings}, reused from {run}"),
        None => format!("{how}{late}{warnings}, {:.1} s", outcome.wall_seconds),
    }
}

/// A lock whose holder cannot have left it half done: every holder moves one value in or out.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::artifact::Built;
    use crate::backend::fake::Fake;
    use crate::outcome::Finding;
    use crate::outcome::{EngineId, Outcome};
    use crate::sample;
    use crate::store::Wanted;

    /// A plan's runs under a fake engine in a temporary store.
    struct Scene {
        plan: Plan,
        node: Ready,
        origin: Origin,
        store: Store,
        console: Console,
        interrupted: AtomicBool,
        retries: u32,
        _directory: tempfile::TempDir,
    }

    impl Scene {
        fn new(repeat: u32) -> Self {
            let directory = tempfile::tempdir().unwrap();
            let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
            Self {
                plan: sample::plan(repeat),
                node: Ready::Program(Built { bin: "/bin/node".into(), sha256: "00ff".into(), label: "node".into() }),
                origin: Origin {
                    engine: EngineId { name: "fake".into(), version: "1".into() },
                    git: None,
                    host: "here".into(),
                    command: vec![],
                },
                store: Store::open(&root, "efficient", "now", &"about").unwrap(),
                console: Console::new(),
                interrupted: AtomicBool::new(false),
                retries: 0,
                _directory: directory,
            }
        }

        fn make(&self, backend: &Fake<'_>, jobs: usize) -> Made {
            let repetitions =
                |cell| (0..self.plan.repeat).map(move |repetition| Run { cell, repetition, node: &self.node });
            let runs: Vec<Run<'_>> = self.plan.cells.iter().flat_map(repetitions).collect();
            let Self { plan, origin, store, console, interrupted, .. } = self;
            let nodes = plan.cells.iter().map(|cell| (cell.node.clone(), self.node.clone())).collect();
            let mut addresses = Addresses::of(backend, &nodes, None, &[]);
            addresses.look(store.directory().parent().unwrap().parent().unwrap(), &runs, Wanted::Files, console);
            Stage { plan, backend, origin, addresses: &addresses, store, console, interrupted, retries: self.retries }
                .make(&runs, NonZeroUsize::new(jobs).unwrap())
        }

        fn kept(&self) -> Vec<Record> {
            Store::records(self.store.directory()).unwrap()
        }
    }

    fn names(records: &[Record]) -> Vec<&str> {
        records.iter().map(|record| record.cell.as_str()).collect()
    }

    #[test]
    fn every_run_is_made_and_kept_with_its_raw_files() {
        let scene = Scene::new(2);
        let made = scene.make(&Fake::answering(|_| Ok(sample::outcome(25.0, 386.0, 512.0))), 3);
        assert!(made.trouble.is_none());
        let expected: Vec<_> = scene.plan.cells.iter().flat_map(|cell| [cell.name.as_str(); 2]).collect();
        assert_eq!(names(&made.records), expected);
        assert_eq!(made.records.iter().map(|record| record.options.seed).collect::<Vec<_>>(), [0, 1].repeat(6));
        assert_eq!(scene.kept().len(), 12);
        let raw = scene.store.directory().join(&made.records[1].cell).join("1/results.edn");
        assert_eq!(fs::read_to_string(raw).unwrap(), "{:valid? true}\n");
    }

    #[test]
    fn a_crash_is_a_result_and_the_others_go_on() {
        let scene = Scene::new(1);
        let backend = Fake::answering(|run| {
            let crash = (run == 2).then(|| "node `n3` exited with status 1\nout of cheese".to_owned());
            Ok(Outcome { crash, ..sample::outcome(25.0, 386.0, 512.0) })
        });
        let made = scene.make(&backend, 1);
        assert_eq!((made.records.len(), scene.kept().len()), (6, 6));
        assert!(made.records[2].outcome.crash.is_some() && made.records[3].outcome.crash.is_none());
    }

    #[test]
    fn an_interrupt_keeps_what_there_is_and_starts_nothing_more() {
        let scene = Scene::new(1);
        let backend = Fake::answering(|run| {
            if run == 2 {
                scene.interrupted.store(true, Ordering::Relaxed);
            }
            let crash = (run == 2).then(|| "interrupted".to_owned());
            Ok(Outcome { crash, ..sample::outcome(25.0, 386.0, 512.0) })
        });
        let made = scene.make(&backend, 1);
        assert!(made.trouble.is_none());
        assert_eq!(names(&made.records), [scene.plan.cells[0].name.as_str(), &scene.plan.cells[1].name]);
        assert_eq!(scene.kept(), made.records);
        assert_eq!(backend.runs(), 3);
        let left = scene.store.directory().read_dir_utf8().unwrap().count();
        assert_eq!(left, 4, "two cells, experiment.json and keys: the run cut off leaves nothing");
    }

    #[test]
    fn a_run_that_ended_before_the_interrupt_counts() {
        let scene = Scene::new(1);
        let backend = Fake::answering(|_| {
            scene.interrupted.store(true, Ordering::Relaxed);
            Ok(sample::outcome(25.0, 386.0, 512.0))
        });
        assert_eq!(scene.make(&backend, 1).records.len(), 1);
        assert_eq!(scene.kept().len(), 1);
    }

    #[test]
    fn an_engine_that_cannot_start_ends_everything() {
        let scene = Scene::new(1);
        let backend = Fake::answering(|run| match run {
            0 => Ok(sample::outcome(25.0, 386.0, 512.0)),
            _ => Err(anyhow::anyhow!("java is not installed")),
        });
        let made = scene.make(&backend, 1);
        assert_eq!((made.records.len(), backend.runs()), (1, 2));
        let trouble = format!("{:#}", made.trouble.expect("the engine is missing"));
        assert!(trouble.contains(&scene.plan.cells[1].name) && trouble.ends_with("java is not installed"), "{trouble}");
    }

    #[test]
    fn a_result_that_cannot_be_kept_is_still_handed_back() {
        let scene = Scene::new(1);
        let directory = scene.store.directory().to_owned();
        let backend = Fake::answering(|run| {
            if run == 1 {
                // A full disk and a removed store meet the same code.
                fs::remove_dir_all(&directory).unwrap();
            }
            Ok(sample::outcome(25.0, 386.0, 512.0))
        });
        let made = scene.make(&backend, 1);
        assert_eq!((made.records.len(), backend.runs()), (2, 2));
        let trouble = format!("{:#}", made.trouble.expect("nothing can be kept"));
        assert!(trouble.contains("measured but not kept: cannot "), "{trouble}");
    }

    #[test]
    fn progress_says_how_a_run_ended() {
        let mut record = sample::record(&sample::plan(1).cells[2], 0);
        assert_eq!(how_it_ended(&record), "valid, 31.4 s");
        record.outcome.crash = Some("node `n3` exited\nlast words".into());
        assert_eq!(how_it_ended(&record), "crashed: node `n3` exited, 31.4 s");
        record.outcome.crash = None;
        record.provenance.reused = Some("efficient/20261122T191538Z".into());
        assert_eq!(how_it_ended(&record), "valid, reused from efficient/20261122T191538Z");
    }

    #[test]
    fn a_late_run_is_made_again_and_says_so() {
        let mut scene = Scene::new(1);
        scene.retries = 2;
        let late = |p99_ms| Finding::Late { p50_ms: 0.1, p99_ms, max_ms: 30.0, bound_ms: 10.0 };
        // The first cell is late once, the second always.
        let backend = Fake::answering(|run| {
            let p99_ms = if run == 0 || (2..5).contains(&run) { 12.0 } else { 1.0 };
            Ok(Outcome { findings: vec![late(p99_ms)], ..sample::outcome(25.0, 386.0, 512.0) })
        });
        let made = scene.make(&backend, 1);
        assert_eq!(backend.runs(), 6 + 1 + 2);
        let [first, second, third] = &made.records[..3] else { panic!("six cells") };
        assert!(first.outcome.is_flaky() && !first.outcome.is_unreliable());
        assert!(second.outcome.is_flaky() && second.outcome.is_unreliable(), "as often as asked for, and late still");
        assert!(!third.outcome.is_flaky());
        let kept = scene.kept();
        assert!(made.records.iter().all(|record| kept.contains(record)), "what is told is what is kept");
        let cell = scene.store.directory().join(&second.cell);
        for file in ["results.edn", "attempt-1/results.edn", "attempt-2/results.edn"] {
            assert!(cell.join(file).is_file(), "{file}");
        }
    }
}
