//! Which experiments and runs a store holds.
//!
//! Absent: what is in them.

use camino::{Utf8Path, Utf8PathBuf};

use super::read::below;
use super::{ABOUT, Store, StoreError};

impl Store {
    /// The experiments that a store has runs of, in order of their names. A store that is not there has none.
    pub fn experiments(root: &Utf8Path) -> Result<Vec<String>, StoreError> {
        if !root.exists() {
            return Ok(Vec::new());
        }
        let directories = below(root)?.into_iter();
        let with_runs = directories.filter(|directory| runs_in(directory).is_ok_and(|runs| !runs.is_empty()));
        Ok(with_runs.filter_map(|directory| directory.file_name().map(str::to_owned)).collect())
    }

    /// The runs of an experiment, newest first. An experiment that is not there has none; a name that is no name of a
    /// directory in the store is no experiment's.
    pub fn runs(root: &Utf8Path, experiment: &str) -> Result<Vec<Utf8PathBuf>, StoreError> {
        let directory = root.join(experiment);
        if !is_name(experiment) || !directory.is_dir() {
            return Ok(Vec::new());
        }
        runs_in(&directory)
    }

    /// Whether a directory is a run's.
    pub fn is_run(directory: &Utf8Path) -> bool {
        directory.join(ABOUT).is_file()
    }
}

/// Whether a word can be the name of something in the store and not lead out of it.
pub fn is_name(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('.') && !word.contains(|c: char| c == '/' || c.is_control())
}

/// A run as `<experiment>/<time>`, by its directory.
pub fn title(run: &Utf8Path) -> String {
    let experiment = run.parent().and_then(Utf8Path::file_name).unwrap_or_default();
    format!("{experiment}/{}", run.file_name().unwrap_or_default())
}

fn runs_in(directory: &Utf8Path) -> Result<Vec<Utf8PathBuf>, StoreError> {
    let mut runs: Vec<Utf8PathBuf> = below(directory)?.into_iter().filter(|run| Store::is_run(run)).collect();
    newest_first(&mut runs);
    Ok(runs)
}

/// Sorts runs, of one experiment or of several, by their times.
pub fn newest_first(runs: &mut [Utf8PathBuf]) {
    runs.sort_by(|a, b| age(b).cmp(&age(a)));
}

/// What runs are sorted by, oldest first: the time in the name, and the number of those within the same second.
fn age(run: &Utf8Path) -> (&str, u64) {
    let name = run.file_name().unwrap_or_default();
    name.rsplit_once('-').and_then(|(time, number)| Some((time, number.parse().ok()?))).unwrap_or((name, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_listed_newest_first() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        assert!(Store::experiments(&root.join("none")).unwrap().is_empty());
        let times = ["20261122T191538Z", "20261122T191538Z-2", "20261122T191538Z-10", "20261121T000000Z"];
        for time in times {
            std::fs::create_dir_all(root.join("my test").join(time)).unwrap();
            std::fs::write(root.join("my test").join(time).join(ABOUT), "{}").unwrap();
        }
        // What `harness test` leaves is no run of an experiment.
        std::fs::create_dir_all(root.join("broadcast/20261122T191538.214Z/node-logs")).unwrap();
        assert_eq!(Store::experiments(&root).unwrap(), ["my test"]);
        let runs = Store::runs(&root, "my test").unwrap();
        let names: Vec<_> = runs.iter().filter_map(|run| run.file_name()).collect();
        assert_eq!(names, ["20261122T191538Z-10", "20261122T191538Z-2", "20261122T191538Z", "20261121T000000Z"]);
        for outside in ["..", ".", "", "a/b", "my test/..", "x\ny", "/"] {
            assert!(Store::runs(&root.join("my test"), outside).unwrap().is_empty(), "{outside:?}");
        }
    }
}
