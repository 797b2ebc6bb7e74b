//! Many short runs, kept cell by cell: a file for all repetitions of a cell, and no raw files.
//!
//! Absent: engines that leave files, which every run of its own directory is made for ([`super::schedule`]).

use std::num::NonZeroUsize;
use std::sync::{Mutex, OnceLock};

use anyhow::Context as _;

use super::schedule::{Made, Run, Stage, locked};
use crate::console::{Board, Line};
use crate::gate;
use crate::outcome::{Outcome, Record, Validity};
use crate::render::finding::counted;

/// A cell's results so far.
struct Batch<'a> {
    line: OnceLock<Line<'a>>,
    records: Mutex<Vec<Record>>,
}

/// How often a cell says how far it is.
const REPORTS: usize = 10;

impl Stage<'_> {
    /// Makes all runs, which come cell by cell, at most `jobs` at the same time. A cell is kept when its last run has ended;
    /// of cells that were broken off, what there is.
    pub(crate) fn make_in_batches(&self, runs: &[Run<'_>], jobs: NonZeroUsize) -> Made {
        let repeat = self.plan.repeat as usize;
        let cells = runs.len().div_ceil(repeat);
        let board = self.console.board(cells, "cells");
        let batches: Vec<Batch<'_>> = (0..cells)
            .map(|_| Batch { line: OnceLock::new(), records: Mutex::new(Vec::with_capacity(repeat)) })
            .collect();
        let mut made = self.side_by_side(runs.len(), jobs, |place| {
            let cell = place / repeat;
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
        let record = match self.measure(run, None, &|_, _| ()) {
            Ok(Some(record)) => record,
            Ok(None) => return (None, None),
            Err(error) => return (None, Some(error)),
        };
        let repeat = self.plan.repeat as usize;
        let mut records = locked(&batch.records);
        records.push(record.clone());
        let made = records.len();
        if made < repeat {
            if made % repeat.div_ceil(REPORTS) == 0 {
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
    let seconds: f64 = records.iter().map(|record| record.outcome.wall_seconds).sum();
    format!("{}, {parts}, {seconds:.1} s", counted(records.len(), "run"))
}
