//! Results that exist already, put together to a run of the store.
//!
//! Absent: where they come from.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use crate::about::About;
use crate::gate;
use crate::outcome::{Outcome, Record};
use crate::provenance;
use crate::store::Store;

/// A result, and where its raw files are.
pub(super) struct Piece {
    pub(super) record: Record,
    pub(super) files: Files,
}

/// Raw files of a result.
pub(super) enum Files {
    /// In a store, where they never change.
    Kept(Utf8PathBuf),
    /// Elsewhere.
    Foreign(Utf8PathBuf),
    /// There are none.
    None,
}

/// Keeps these results as one run, and tells where. They come cell by cell, repetition by repetition.
pub(super) fn keep(root: &Utf8Path, about: &About, pieces: &[Piece]) -> anyhow::Result<Utf8PathBuf> {
    let store = Store::open(root, &about.experiment, &provenance::compact_time(), about)
        .context("the store cannot be used (`--store DIR` names another)")?;
    for cell in pieces.chunk_by(|one, next| one.record.cell == next.record.cell) {
        if about.repeat > 1 && cell.iter().all(|piece| matches!(piece.files, Files::None)) {
            let records: Vec<Record> = cell.iter().map(|piece| piece.record.clone()).collect();
            let outcomes: Vec<&Outcome> = records.iter().map(|record| &record.outcome).collect();
            store.keep_all(&records[0].cell, &records, gate::worst_place(&about.limits, &outcomes))?;
            continue;
        }
        for Piece { record, files } in cell {
            let draft = store.draft(&record.cell, (about.repeat > 1).then_some(record.repetition))?;
            let taken = match files {
                Files::Kept(from) => draft.share_files(from),
                Files::Foreign(from) => draft.copy_files(from),
                Files::None => Ok(()),
            };
            taken.with_context(|| format!("cannot copy the files of cell `{}`", record.cell))?;
            draft.keep(&store, record)?;
        }
    }
    Ok(store.directory().to_owned())
}
