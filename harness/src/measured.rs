//! One run of an experiment as it lies in the store, read back: what `compare`, `gate`, `report` and exports begin with.
//!
//! Absent: how results are written ([`crate::store`]), and what anybody thinks of them ([`crate::gate`]).

mod find;

use std::fs;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

pub use self::find::find;
use crate::about::About;
use crate::outcome::Record;
use crate::store::{ABOUT, Skipped, Store};

/// What one run of an experiment measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// How the user called it; what tables and columns say.
    pub label: String,
    /// Where it lies.
    pub directory: Utf8PathBuf,
    /// What it was meant to be.
    pub about: About,
    /// Every whole result: cell by cell in the experiment's order, repetition by repetition.
    pub records: Vec<Record>,
    /// Files that should hold results and do not, or hold what only a newer program reads. Whoever shows the results shows
    /// [`Skipped::why`] too.
    pub skipped: Vec<Skipped>,
}

impl Measured {
    /// The run that a word names; [`find()`] says how.
    pub fn open(store: &Utf8Path, name: &str) -> anyhow::Result<Self> {
        Self::read(&find(store, name)?, name)
    }

    /// The run in this directory.
    pub fn read(directory: &Utf8Path, label: &str) -> anyhow::Result<Self> {
        let about = about(directory)?;
        let (mut records, skipped) = Store::readable(directory)?;
        let place = |record: &Record| about.cells.iter().position(|cell| cell.cell == record.cell);
        records.sort_by_key(|record| (place(record), record.repetition));
        Ok(Self { label: label.to_owned(), directory: directory.to_owned(), about, records, skipped })
    }

    /// The results of one cell, repetition by repetition.
    pub fn of_cell(&self, cell: &str) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(move |record| record.cell == cell)
    }
}

/// What the run in this directory was meant to be.
pub fn about(directory: &Utf8Path) -> anyhow::Result<About> {
    let path = directory.join(ABOUT);
    let text = fs::read(&path).with_context(|| format!("cannot read `{path}`"))?;
    let garbled = || format!("`{path}` is not of this program; its results may be whole, but not what they are of");
    let value: serde_json::Value = serde_json::from_slice(&text).with_context(garbled)?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format != u64::from(About::FORMAT) => bail!(
            "`{path}` has format {format}, but this program reads format {}; use the harness that wrote it",
            About::FORMAT
        ),
        _ => serde_json::from_value(value).with_context(garbled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// A store with one whole run of the sample plan.
    pub(super) fn store() -> (tempfile::TempDir, Utf8PathBuf) {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().join("store")).unwrap();
        let (plan, about) = (sample::plan(1), sample::about(1));
        let store = Store::open(&root, &plan.name, "20261122T191538Z", &about).unwrap();
        // Written in another order than the experiment's.
        for cell in plan.cells.iter().rev() {
            let record = sample::record(cell, 0);
            store.draft(&record.cell, None).unwrap().keep(&store, &record).unwrap();
        }
        (guard, root)
    }

    #[test]
    fn a_run_reads_back_in_the_experiments_order() {
        let (_guard, root) = store();
        let (plan, about) = (sample::plan(1), sample::about(1));
        let measured = Measured::open(&root, "efficient").unwrap();
        assert_eq!((measured.label.as_str(), &measured.about), ("efficient", &about));
        let cells: Vec<&str> = measured.records.iter().map(|record| record.cell.as_str()).collect();
        assert_eq!(cells, plan.cells.iter().map(|cell| cell.name.as_str()).collect::<Vec<_>>());
        assert_eq!((measured.of_cell(&plan.cells[1].name).count(), measured.skipped.len()), (1, 0));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_is_there() {
        let (_guard, root) = store();
        let directory = find(&root, "efficient").unwrap();
        let record = directory.join("topology=star,relay-to-master=on/record.json");
        fs::write(&record, "{").unwrap();
        let measured = Measured::open(&root, "efficient").unwrap();
        assert_eq!((measured.records.len(), measured.skipped.len()), (5, 1));
        assert_eq!(measured.skipped[0].path, record);
        let about = directory.join(ABOUT);
        fs::write(&about, "{\"format\": 7}").unwrap();
        let error = Measured::open(&root, "efficient").unwrap_err().to_string();
        assert!(error.contains("has format 7, but this program reads format 1"), "{error}");
        fs::write(&about, "{").unwrap();
        assert!(format!("{:#}", Measured::open(&root, "efficient").unwrap_err()).contains("experiment.json"));
    }
}
