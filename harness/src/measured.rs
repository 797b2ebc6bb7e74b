//! One run of an experiment as it lies in the store, read back whole: what `compare`, `gate`, `report` and exports begin with.
//!
//! Absent: how results are written ([`crate::store`]), and what anybody thinks of them ([`crate::gate`]).

use std::fs;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use crate::about::About;
use crate::outcome::Record;
use crate::store::Store;

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
}

impl Measured {
    /// The run that a word names: a directory, `<experiment>/<time>` in the store, or an experiment's name for its latest run.
    pub fn open(store: &Utf8Path, name: &str) -> anyhow::Result<Self> {
        let candidates = [Utf8PathBuf::from(name), store.join(name), store.join(name).join("latest")];
        let found = candidates.into_iter().find(|directory| directory.join(ABOUT).is_file());
        let directory = found
            .with_context(|| format!("no run is called `{name}`: expected a run's directory, or one of `{store}`"))?;
        let text = fs::read(directory.join(ABOUT)).with_context(|| format!("cannot read `{directory}/{ABOUT}`"))?;
        let about: About =
            serde_json::from_slice(&text).with_context(|| format!("`{directory}/{ABOUT}` is not of this program"))?;
        let mut records = Store::records(&directory)?;
        let place = |record: &Record| about.cells.iter().position(|cell| cell.cell == record.cell);
        records.sort_by_key(|record| (place(record), record.repetition));
        Ok(Self { label: name.to_owned(), directory, about, records })
    }

    /// The results of one cell, repetition by repetition.
    pub fn of_cell(&self, cell: &str) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(move |record| record.cell == cell)
    }
}

const ABOUT: &str = "experiment.json";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_run_is_found_by_its_experiment_its_time_and_its_directory() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        let (plan, about) = (sample::plan(1), sample::about(1));
        let store = Store::open(&root, &plan.name, "20261122T191538Z", &about).unwrap();
        // Written in another order than the experiment's.
        for cell in plan.cells.iter().rev() {
            let record = sample::record(cell, 0);
            store.draft(&record.cell, None).unwrap().keep(&store, &record).unwrap();
        }
        let time = format!("{}/20261122T191538Z", plan.name);
        for name in [plan.name.as_str(), &time, root.join(&time).as_str()] {
            let measured = Measured::open(&root, name).unwrap();
            assert_eq!((measured.label.as_str(), &measured.about), (name, &about));
            let cells: Vec<&str> = measured.records.iter().map(|record| record.cell.as_str()).collect();
            assert_eq!(cells, plan.cells.iter().map(|cell| cell.name.as_str()).collect::<Vec<_>>());
            assert_eq!(measured.of_cell(&plan.cells[1].name).count(), 1);
        }
        let error = Measured::open(&root, "nothing").unwrap_err().to_string();
        assert!(error.contains("no run is called `nothing`"), "{error}");
    }
}
