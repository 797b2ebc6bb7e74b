//! What is said of every run that comes from the store: what could not be read, and what has changed since.
//!
//! Absent: the runs' figures.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::assemble::{Files, Piece};
use super::reuse;
use crate::measured::{self, Measured};
use crate::outcome::Record;
use crate::store::Store;

/// In sentences without a full stop.
pub(super) fn remarks(measured: &Measured) -> Vec<String> {
    let mut remarks: Vec<String> = measured.skipped.iter().map(|one| format!("left out: {}", one.why)).collect();
    let here = std::env::current_dir().ok().and_then(|here| Utf8PathBuf::from_path_buf(here).ok());
    let workspace = here.as_deref().and_then(reuse::workspace);
    let made_of: BTreeSet<&str> =
        measured.records.iter().filter_map(|record| record.provenance.sources.as_deref()).collect();
    if made_of.len() > 1 {
        remarks.push("the results are of several states of the node's sources".to_owned());
    }
    if made_of.into_iter().any(|made_of| reuse::outdated(Some(made_of), workspace)) {
        remarks.push("the node's sources have changed since these results were measured".to_owned());
    }
    remarks
}

/// Every result of a run, cell by cell in the experiment's order, with its raw files. One that cannot be read is an error.
pub(super) fn pieces(run: &Utf8Path) -> anyhow::Result<Vec<Piece>> {
    let about = measured::about(run)?;
    let mut placed = Store::placed(run)?;
    let place = |record: &Record| about.cells.iter().position(|cell| cell.cell == record.cell);
    placed.sort_by_key(|(record, _)| (place(record), record.repetition));
    let piece = |(record, files): (Record, Option<Utf8PathBuf>)| Piece {
        record,
        files: files.map_or(Files::None, Files::Kept),
    };
    Ok(placed.into_iter().map(piece).collect())
}
