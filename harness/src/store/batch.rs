//! All repetitions of a cell in one file, a record a line: for engines that make hundreds of runs a second, each of which
//! a seed brings back.
//!
//! The file appears whole, in one step, as a single result does. Absent: raw files, and waiting for the disk, which would
//! take longer than to run the cell again.

use std::fs;
use std::io::{self, BufWriter, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use super::read::Each;
use super::{Draft, RECORD, RECORDS, Store, StoreError, io_error, record};
use crate::outcome::Record;

impl Store {
    /// Keeps a cell's results, of which there is at least one, and the one at `shown` once more as a result of its own, to be
    /// looked at.
    pub fn keep_all(&self, cell: &str, records: &[Record], shown: usize) -> Result<Utf8PathBuf, StoreError> {
        let mut draft = self.draft(cell, None)?;
        let path = draft.directory().join(RECORDS);
        write(&path, records).map_err(io_error("write", &path))?;
        let path = draft.directory().join(RECORD);
        fs::write(&path, pretty(&records[shown])).map_err(io_error("write", &path))?;
        let Draft { hidden, place, .. } = &draft;
        self.index(place, (1..).zip(records))?;
        fs::rename(hidden, place).map_err(io_error("create", place))?;
        draft.kept = true;
        self.mark_latest()?;
        Ok(draft.place.clone())
    }
}

/// Hands over every record of such a file.
pub(super) fn read(path: &Utf8Path, each: &mut Each<'_>) -> Result<(), StoreError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) => return each(path, Err(io_error("read", path)(error))),
    };
    let lines = (1..).zip(text.split(|byte| *byte == b'\n')).filter(|(_, line)| !line.is_empty());
    for (number, line) in lines {
        each(path, record(path, Some(number), line))?;
    }
    Ok(())
}

fn write(path: &Utf8Path, records: &[Record]) -> io::Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    for record in records {
        serde_json::to_writer(&mut file, record)?;
        file.write_all(b"\n")?;
    }
    file.flush()
}

fn pretty(record: &Record) -> String {
    serde_json::to_string_pretty(record).expect("a record is made of strings, numbers and maps with names for keys")
        + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn scratch() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
        let store = Store::open(&root, "efficient", "now", &"about").unwrap();
        (directory, store)
    }

    #[test]
    fn a_cells_results_read_back_and_one_is_shown() {
        let (_guard, store) = scratch();
        let plan = sample::plan(12);
        let cell = &plan.cells[0];
        let records: Vec<Record> = (0..12).map(|repetition| sample::record(cell, repetition)).collect();
        let place = store.keep_all(&cell.name, &records, 7).unwrap();
        assert_eq!(Store::records(store.directory()).unwrap(), records);
        let shown = fs::read(place.join(RECORD)).unwrap();
        assert_eq!(record(&place, None, &shown).unwrap().repetition, 7);
        let mut left: Vec<_> = place.read_dir_utf8().unwrap().map(|one| one.unwrap().file_name().to_owned()).collect();
        left.sort();
        assert_eq!(left, [RECORD, RECORDS]);
        assert!(store.directory().parent().unwrap().join("latest").exists());
    }

    #[test]
    fn a_file_that_was_cut_is_named() {
        let (_guard, store) = scratch();
        let plan = sample::plan(2);
        let records = [sample::record(&plan.cells[0], 0), sample::record(&plan.cells[0], 1)];
        let file = store.keep_all("cell", &records, 0).unwrap().join(RECORDS);
        let text = fs::read(&file).unwrap();
        fs::write(&file, &text[..text.len() - 9]).unwrap();
        assert!(matches!(Store::records(store.directory()), Err(StoreError::Garbled { path, .. }) if path == file));
    }

    #[test]
    fn what_cannot_be_kept_leaves_nothing() {
        let (_guard, store) = scratch();
        let plan = sample::plan(1);
        let records = [sample::record(&plan.cells[0], 0)];
        // The place is taken by something that a directory cannot replace.
        fs::write(store.directory().join("cell"), "").unwrap();
        assert!(matches!(store.keep_all("cell", &records, 0), Err(StoreError::Io { action: "create", .. })));
        assert!(!store.directory().join(".cell.partial").exists());
    }
}
