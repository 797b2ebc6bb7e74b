//! Reading results back: every one that is whole, and by name whatever is not.
//!
//! Absent: which directory a user means ([`crate::measured`]).

use std::error::Error;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::{RECORD, RECORDS, Store, StoreError, batch, io_error, record};
use crate::outcome::Record;

/// A file in the store that no result could be read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Which file.
    pub path: Utf8PathBuf,
    /// What is wrong with it, in a sentence that names it.
    pub why: String,
}

impl Skipped {
    /// What stands in the way of one result.
    fn because(path: &Utf8Path, error: &StoreError) -> Self {
        let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        Self { path: path.to_owned(), why: format!("{error}{cause}") }
    }
}

impl Store {
    /// Every whole result below a directory: an experiment's, a cell's, or a run's own. In order of their paths. The first
    /// that cannot be read is an error.
    pub fn records(directory: &Utf8Path) -> Result<Vec<Record>, StoreError> {
        let mut found = Vec::new();
        visit(directory, &mut |_, one| one.map(|record| found.push(record)))?;
        Ok(found)
    }

    /// The same, each with the directory of its raw files, if it has one of its own.
    pub fn placed(directory: &Utf8Path) -> Result<Vec<(Record, Option<Utf8PathBuf>)>, StoreError> {
        let mut found = Vec::new();
        visit(directory, &mut |path, one| {
            let own = path.parent().filter(|_| path.file_name() == Some(RECORD)).map(Utf8Path::to_owned);
            one.map(|record| found.push((record, own)))
        })?;
        Ok(found)
    }

    /// The same, with what cannot be read named and left out. Only a directory that cannot be listed is an error.
    pub fn readable(directory: &Utf8Path) -> Result<(Vec<Record>, Vec<Skipped>), StoreError> {
        let (mut found, mut skipped) = (Vec::new(), Vec::new());
        visit(directory, &mut |path, one| {
            match one {
                Ok(record) => found.push(record),
                Err(error) => skipped.push(Skipped::because(path, &error)),
            }
            Ok(())
        })?;
        Ok((found, skipped))
    }
}

/// Takes what one file, or one line of it, holds, and says whether to go on.
pub(super) type Each<'a> = dyn FnMut(&Utf8Path, Result<Record, StoreError>) -> Result<(), StoreError> + 'a;

/// Hands over what each result's file holds, with the file.
fn visit(directory: &Utf8Path, each: &mut Each<'_>) -> Result<(), StoreError> {
    let lines = directory.join(RECORDS);
    if lines.is_file() {
        return batch::read(&lines, each);
    }
    let file = directory.join(RECORD);
    if file.is_file() {
        return each(&file, read(&file));
    }
    for directory in below(directory)? {
        visit(&directory, each)?;
    }
    Ok(())
}

/// The directories in a directory, in order of their names. Links repeat what is elsewhere, and what is hidden is not whole.
pub(super) fn below(directory: &Utf8Path) -> Result<Vec<Utf8PathBuf>, StoreError> {
    let mut below = Vec::new();
    for entry in directory.read_dir_utf8().map_err(io_error("read", directory))? {
        // A name that is not text is none of ours.
        let Ok(entry) = entry else { continue };
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_directory && !entry.file_name().starts_with('.') {
            below.push(entry.into_path());
        }
    }
    below.sort();
    Ok(below)
}

fn read(path: &Utf8Path) -> Result<Record, StoreError> {
    record(path, None, &fs::read(path).map_err(io_error("read", path))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_is_garbled_or_newer_is_named_and_the_rest_is_read() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        let store = Store::open(&root, "efficient", "now", &"about").unwrap();
        let plan = sample::plan(1);
        for cell in &plan.cells[..3] {
            store.draft(&cell.name, None).unwrap().keep(&store, &sample::record(cell, 0)).unwrap();
        }
        let file = |place: usize| store.directory().join(&plan.cells[place].name).join(RECORD);
        fs::write(file(0), "{\"format\": 1, \"exper").unwrap();
        fs::write(file(1), "{\"format\": 99}").unwrap();
        let batch: Vec<Record> = (0..3).map(|repetition| sample::record(&plan.cells[3], repetition)).collect();
        let lines = store.keep_all(&plan.cells[3].name, &batch, 0).unwrap().join(RECORDS);
        let text = fs::read_to_string(&lines).unwrap().replacen("\"repetition\":1", "\"repetition\":one", 1);
        fs::write(&lines, text).unwrap();

        let (found, skipped) = Store::readable(store.directory()).unwrap();
        assert_eq!(found.len(), 3, "one alone, two of a batch");
        let whys: Vec<&str> = skipped.iter().map(|one| one.why.as_str()).collect();
        assert_eq!(skipped.len(), 3, "{whys:?}");
        assert!(whys.iter().any(|why| why.contains("has format 99, but this program reads format 1")), "{whys:?}");
        assert!(whys.iter().any(|why| why.contains("line 2 of `") && why.contains("records.jsonl")), "{whys:?}");
        assert!(whys.iter().any(|why| why.contains("is not a result of this program: EOF")), "{whys:?}");
    }
}
