//! Many short runs, kept cell by cell: a file for all repetitions of a cell, and no raw files.
//!
//! Absent: engines that leave files, which every run of its own directory is made for ([`super::schedule`]).

use std::num::NonZeroUsize;
use std::sync::{Mutex, OnceLock};

use anyhow::Context as _;

use super::reuse;
use super::schedule::{Made, Run, Stage, locked};
use crate::console::{Board, Line};
use crate::gate;
use crate::outcome::{Outcome, Record, Validity};
use crate::words::counted;

/// A cell's results so far.
struct Batch<'a> {
    line: OnceLock<Line<'a>>,
    records: Mutex<Vec<Record>>,
    /// How many there will be.
    expected: usize,
}

impl Batch<'_> {
    fn of(expected: usize) -> Self {
        Self { line: OnceLock::new(), records: Mutex::new(Vec::with_capacity(expected)), expected }
    }
}

/// How often a cell says how far it is.
const REPORTS: usize = 10;

impl Stage<'_> {
    /// Makes all runs, which come cell by cell, at most `jobs` at the same time. A cell is kept when its last run has ended;
    /// of cells that were broken off, what there is.
    pub(crate) fn make_in_batches(&self, runs: &[Run<'_>], jobs: NonZeroUsize) -> Made {
        let of_cells: Vec<&[Run<'_>]> = runs.chunk_by(|one, next| one.cell.name == next.cell.name).collect();
        let cells = (0..).zip(&of_cells).flat_map(|(cell, runs)| runs.iter().map(move |_| cell));
        let cells: Vec<usize> = cells.collect();
        let board = self.console.board(of_cells.len(), "cells");
        let batches: Vec<Batch<'_>> = of_cells.iter().map(|runs| Batch::of(runs.len())).collect();
        let mut made = self.side_by_side(runs.len(), jobs, |place| {
            let cell = cells[place];
            self.add_to_batch(&runs[place], cell, &batches[cell], &board)
        });
        let unfinished = batches.into_iter().map(|batch| {
            let mut records = locked(&batch.records);
            (!records.is_empty()).then(|| self.keep_batch(&mut records)).transpose().err()
        });
        // Every cell is tried, whatever became of the others.
        let unfinished: Vec<anyhow::Error> = unfinished.flatten().collect();
        made.trouble = made.trouble.or_else(|| unfinished.into_iter().next());
        made
    }

    fn add_to_batch<'b>(
        &self,
        run: &Run<'_>,
        cell: usize,
        batch: &Batch<'b>,
        board: &'b Board<'b>,
    ) -> (Option<Record>, Option<anyhow::Error>) {
        let line = batch.line.get_or_init(|| board.line(cell, &run.cell.name));
        let record = match self.addresses.reusable(run) {
            Some(from) => reuse::adopted(&self.plan.name, run, from),
            None => match self.measure(run, None, &|_, _| ()) {
                Ok(Some(record)) => record,
                Ok(None) => return (None, None),
                Err(error) => return (None, Some(error)),
            },
        };
        let repeat = batch.expected;
        let mut records = locked(&batch.records);
        records.push(record.clone());
        let made = records.len();
        if made < repeat {
            if made.is_multiple_of(repeat.div_ceil(REPORTS)) {
                line.report(&format!("{made} of {repeat} runs"), made as f64 / repeat as f64);
            }
            return (Some(record), None);
        }
        line.end(&how_they_ended(&records));
        let kept = self.keep_batch(&mut records);
        (Some(record), kept.err())
    }

    /// Keeps what is there and forgets it.
    fn keep_batch(&self, records: &mut Vec<Record>) -> anyhow::Result<()> {
        let mut records = std::mem::take(records);
        records.sort_by_key(|record| record.repetition);
        let outcomes: Vec<&Outcome> = records.iter().map(|record| &record.outcome).collect();
        let shown = gate::worst_place(&self.plan.limits, &outcomes);
        let cell = &records[0].cell;
        let kept = self.store.keep_all(cell, &records, shown);
        kept.with_context(|| format!("the results of cell `{cell}` were measured but not kept"))?;
        Ok(())
    }
}

/// In a few words, for the progress.
fn how_they_ended(records: &[Record]) -> String {
    let number = |is: fn(&Outcome) -> bool| records.iter().filter(|record| is(&record.outcome)).count();
    let crashed = number(|outcome| outcome.crash.is_some());
    let invalid = number(|outcome| outcome.crash.is_none() && outcome.validity == Validity::Invalid);
    let open = number(|outcome| outcome.crash.is_none() && outcome.validity == Validity::Unknown);
    let valid = records.len() - crashed - invalid - open;
    let parts = [(valid, "valid"), (invalid, "invalid"), (open, "could not be judged"), (crashed, "crashed")];
    let parts: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, how)| format!("{number} {how}")).collect();
    let parts = if valid == records.len() { "valid".to_owned() } else { parts.join(", ") };
    let fresh = records.iter().filter(|record| record.provenance.reused.is_none());
    // The sum of nothing is -0.0.
    let seconds = fresh.clone().fold(0.0, |sum, record| sum + record.outcome.wall_seconds);
    let reused = records.len() - fresh.count();
    let reused = if reused > 0 { format!(", {reused} reused") } else { String::new() };
    format!("{}, {parts}{reused}, {seconds:.1} s", counted(records.len(), "run"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::{AtomicBool, Ordering};

    use camino::Utf8PathBuf;
    use node::Config;

    use super::*;
    use crate::backend::fake::Fake;
    use crate::command::ready::Ready;
    use crate::console::Console;
    use crate::outcome::EngineId;
    use crate::provenance::Origin;
    use crate::sample;
    use crate::store::Store;

    /// What a plan of six cells with four seeds each comes to under a fake engine, and what its store holds then.
    fn made(backend: &Fake<'_>, interrupted: &AtomicBool, jobs: usize) -> (Made, Vec<Record>, Vec<String>) {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
        let plan = sample::plan(4);
        let config = Config::named(&[]).unwrap();
        let node = Ready::Machine { config, label: "node".into(), sha256: "00ff".into() };
        let engine = EngineId { name: "fake".into(), version: "1".into() };
        let origin = Origin { engine, git: None, host: "here".into(), command: vec![] };
        let store = Store::open(&root, "efficient", "now", &"about").unwrap();
        let console = Console::new();
        let repetitions = |cell| (0..4).map(move |repetition| (cell, repetition));
        let runs = plan.cells.iter().flat_map(repetitions);
        let runs: Vec<Run<'_>> = runs.map(|(cell, repetition)| Run { cell, repetition, node: &node }).collect();
        let nodes = plan.cells.iter().map(|cell| (cell.node.clone(), node.clone())).collect();
        let addresses = &reuse::Addresses::of(backend, &nodes, None, &[]);
        let (plan, origin, store, console) = (&plan, &origin, &store, &console);
        let stage = Stage { plan, backend, origin, addresses, store, console, interrupted, retries: 0 };
        let made = stage.make_in_batches(&runs, NonZeroUsize::new(jobs).unwrap());
        let mut names: Vec<String> = fs::read_dir(store.directory())
            .unwrap()
            .map(|one| one.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let mut kept = Store::records(store.directory()).unwrap();
        let place = |record: &Record| plan.cells.iter().position(|cell| cell.name == record.cell);
        kept.sort_by_key(|record| (place(record), record.repetition));
        (made, kept, names)
    }

    fn good() -> Outcome {
        sample::outcome(25.0, 386.0, 512.0)
    }

    #[test]
    fn every_run_is_kept_in_its_cells_file() {
        let calm = AtomicBool::new(false);
        let (made, kept, names) = made(&Fake::answering(|_| Ok(good())), &calm, 3);
        assert!(made.trouble.is_none());
        assert_eq!(made.records.iter().map(|record| record.options.seed).collect::<Vec<_>>(), [0, 1, 2, 3].repeat(6));
        assert_eq!(kept, made.records);
        assert_eq!(names.len(), 8, "six cells, experiment.json and keys: {names:?}");
    }

    #[test]
    fn an_interrupt_keeps_what_was_measured() {
        let interrupted = AtomicBool::new(false);
        let backend = Fake::answering(|run| {
            interrupted.store(run == 5, Ordering::Relaxed);
            Ok(good())
        });
        let (made, kept, names) = made(&backend, &interrupted, 1);
        assert!(made.trouble.is_none());
        assert_eq!((made.records.len(), backend.runs()), (6, 6));
        assert_eq!(kept, made.records, "the second cell has two of its four");
        assert_eq!(names.len(), 4, "{names:?}");
    }

    #[test]
    fn trouble_ends_everything_and_keeps_what_was_measured() {
        let calm = AtomicBool::new(false);
        let backend = Fake::answering(|run| if run == 6 { Err(anyhow::anyhow!("no memory")) } else { Ok(good()) });
        let (made, kept, _) = made(&backend, &calm, 1);
        assert!(format!("{:#}", made.trouble.unwrap()).ends_with("no memory"));
        assert_eq!((kept.len(), made.records.len(), backend.runs()), (6, 6, 7));
    }

    #[test]
    fn progress_counts_how_runs_ended() {
        let record = |outcome| Record { outcome, ..sample::record(&sample::plan(1).cells[0], 0) };
        assert_eq!(how_they_ended(&[record(good()), record(good())]), "2 runs, valid, 62.8 s");
        let mut reused = record(good());
        reused.provenance.reused = Some("efficient/20261122T191538Z".into());
        assert_eq!(how_they_ended(&[record(good()), reused]), "2 runs, valid, 1 reused, 31.4 s");
        let mixed = [
            record(good()),
            record(Outcome { validity: Validity::Invalid, ..good() }),
            record(Outcome { validity: Validity::Unknown, ..good() }),
            record(Outcome { validity: Validity::Unknown, crash: Some("boom".into()), ..good() }),
        ];
        let expected = "4 runs, 1 valid, 1 invalid, 1 could not be judged, 1 crashed, 125.6 s";
        assert_eq!(how_they_ended(&mixed), expected);
    }
}
