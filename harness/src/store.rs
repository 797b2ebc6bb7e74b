//! Results on disk: `<store>/<experiment>/<time>/<cell>/[<repetition>/]` with `record.json` beside the engine's raw files;
//! or, for runs by the hundred, `<cell>/records.jsonl` with all repetitions of a cell (`batch`).
//!
//! A run happens in a hidden directory beside its place and moves there in one step, with its record written, the moment
//! it ends. So whatever has its name is whole, and an experiment that is interrupted keeps what it has.
//!
//! Absent: judgement, and what the raw files hold.

mod batch;
mod key;
mod known;
mod read;
mod remove;
mod runs;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use thiserror::Error;

pub use self::key::{Key, Recipe};
pub use self::known::{Known, Reusable, Wanted};
pub use self::read::Skipped;
pub use self::runs::{is_name, newest_first, title};
use crate::outcome::Record;

/// One experiment's place in the store.
#[derive(Debug)]
pub struct Store {
    directory: Utf8PathBuf,
    /// Whether `latest` points here already.
    is_latest: AtomicBool,
    /// Held while the run is under way, where the disk knows locks.
    lock: Option<File>,
}

/// A run under way: a hidden, empty directory that becomes a result or disappears.
#[derive(Debug)]
pub struct Draft {
    hidden: Utf8PathBuf,
    place: Utf8PathBuf,
    kept: bool,
}

/// Why the store cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A result on disk is not what this program writes.
    #[error("{}`{path}` is not a result of this program", line.map(|line| format!("line {line} of ")).unwrap_or_default())]
    Garbled {
        /// Which file.
        path: Utf8PathBuf,
        /// Which of its lines, from 1, where each is a result.
        line: Option<usize>,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The disk refuses.
    #[error("cannot {action} `{path}`")]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: Utf8PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A result has a version that this program does not read.
    #[error(
        "`{path}` has format {format}, but this program reads format {}; use the harness that wrote it",
        Record::FORMAT
    )]
    Format {
        /// Which file.
        path: Utf8PathBuf,
        /// Its version.
        format: u32,
    },
}

/// What a fresh store is tried with: enough that a disk which is as good as full is found before the first run.
const PROBE_BYTES: usize = 1 << 20;

const RECORD: &str = "record.json";
const RECORDS: &str = "records.jsonl";
pub(crate) const ABOUT: &str = "experiment.json";

impl Store {
    /// Makes the place for one experiment's results and proves that it can be written, before anything is run. `about`
    /// is kept as `experiment.json`.
    pub fn open(root: &Utf8Path, experiment: &str, time: &str, about: &impl Serialize) -> Result<Self, StoreError> {
        let parent = root.join(experiment);
        fs::create_dir_all(&parent).map_err(io_error("create", &parent))?;
        let directory = unique_directory(&parent, time)?;
        let mut store = Self { directory, is_latest: AtomicBool::new(false), lock: None };
        store.probe()?;
        let path = store.directory.join(ABOUT);
        write_json(&path, about)?;
        store.lock = File::open(&path).ok().filter(|file| file.try_lock().is_ok());
        Ok(store)
    }

    /// Where the results are.
    pub fn directory(&self) -> &Utf8Path {
        &self.directory
    }

    /// A directory for a run about to start. `repetition` is given where a cell is run more than once.
    pub fn draft(&self, cell: &str, repetition: Option<u32>) -> Result<Draft, StoreError> {
        let place = match repetition {
            Some(repetition) => self.directory.join(cell).join(repetition.to_string()),
            None => self.directory.join(cell),
        };
        let suffix = repetition.map(|repetition| format!(".{repetition}")).unwrap_or_default();
        let hidden = self.directory.join(format!(".{cell}{suffix}.partial"));
        fs::create_dir_all(&hidden).map_err(io_error("create", &hidden))?;
        Ok(Draft { hidden, place, kept: false })
    }

    /// Writes something of a result's size, to the disk itself, and takes it away again.
    fn probe(&self) -> Result<(), StoreError> {
        let path = self.directory.join(".probe");
        let written = write_through(&path, &vec![0; PROBE_BYTES]);
        let removed = fs::remove_file(&path);
        written.and(removed).map_err(|source| {
            // Nothing of ours may stay behind where nothing can be kept.
            let _ = fs::remove_dir(&self.directory);
            StoreError::Io { action: "write", path, source }
        })
    }

    /// Points `<store>/<experiment>/latest` here, once there is something to see.
    fn mark_latest(&self) -> Result<(), StoreError> {
        if self.is_latest.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let (Some(parent), Some(name)) = (self.directory.parent(), self.directory.file_name()) else { return Ok(()) };
        link(&parent.join("latest"), Utf8Path::new(name))
    }
}

impl Draft {
    /// Where the run's raw files go.
    pub fn directory(&self) -> &Utf8Path {
        &self.hidden
    }

    /// Writes the record and moves the run to its place, in one step.
    pub fn keep(mut self, store: &Store, record: &Record) -> Result<Utf8PathBuf, StoreError> {
        write_json(&self.hidden.join(RECORD), record)?;
        store.index(&self.place, std::iter::once((0, record)))?;
        if let Some(parent) = self.place.parent() {
            fs::create_dir_all(parent).map_err(io_error("create", parent))?;
        }
        fs::rename(&self.hidden, &self.place).map_err(io_error("create", &self.place))?;
        self.kept = true;
        // The move itself must outlive a power cut. Some file systems cannot promise it, which is no reason to fail.
        let _ = self.place.parent().map(File::open).map(|parent| parent.and_then(|parent| parent.sync_all()));
        store.mark_latest()?;
        Ok(self.place.clone())
    }
}

impl Drop for Store {
    /// An experiment that came to nothing, because its build failed or it was interrupted at once, leaves nothing.
    fn drop(&mut self) {
        if !*self.is_latest.get_mut() {
            let _ = fs::remove_file(self.directory.join(ABOUT));
            let _ = fs::remove_file(self.directory.join(known::KEYS));
            let _ = fs::remove_dir(&self.directory);
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.hidden);
        }
    }
}

/// Makes `<parent>/<name>`, or `<name>-2`, `-3`, … where another process was as quick.
pub(crate) fn unique_directory(parent: &Utf8Path, name: &str) -> Result<Utf8PathBuf, StoreError> {
    let mut path = parent.join(name);
    let mut attempt = 1;
    loop {
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                attempt += 1;
                path = parent.join(format!("{name}-{attempt}"));
            }
            Err(source) => return Err(StoreError::Io { action: "create", path, source }),
        }
    }
}

/// Makes `link` a symbolic link to `target`, in one step, whatever link was there.
pub(crate) fn link(link: &Utf8Path, target: &Utf8Path) -> Result<(), StoreError> {
    let name = link.file_name().unwrap_or("link");
    let fresh = link.with_file_name(format!(".{name}.{}", std::process::id()));
    let _ = fs::remove_file(&fresh);
    std::os::unix::fs::symlink(target, &fresh)
        .and_then(|()| fs::rename(&fresh, link))
        .inspect_err(|_| drop(fs::remove_file(&fresh)))
        .map_err(io_error("link", link))
}

/// The record that stands in these bytes of a file, or of one of its lines.
fn record(path: &Utf8Path, line: Option<usize>, bytes: &[u8]) -> Result<Record, StoreError> {
    let garbled = |source| StoreError::Garbled { path: path.to_owned(), line, source };
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(garbled)?;
    // The version first: a later form may lack what this program's record has.
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format != u64::from(Record::FORMAT) => {
            Err(StoreError::Format { path: path.to_owned(), format: u32::try_from(format).unwrap_or(u32::MAX) })
        }
        _ => serde_json::from_value(value).map_err(garbled),
    }
}

fn write_json(path: &Utf8Path, value: &impl Serialize) -> Result<(), StoreError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(io::Error::from).map_err(io_error("write", path))?;
    text.push(b'\n');
    write_through(path, &text).map_err(io_error("write", path))
}

fn write_through(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn io_error(action: &'static str, path: &Utf8Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// A store in a fresh temporary directory.
    fn scratch() -> (tempfile::TempDir, Utf8PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
        (directory, path)
    }

    fn names(directory: &Utf8Path) -> Vec<String> {
        let mut names: Vec<String> =
            directory.read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_kept_reads_back() {
        let (_guard, root) = scratch();
        let store = Store::open(&root, "efficient", "20261122T191538Z", &"about").unwrap();
        let plan = sample::plan(2);
        let records: Vec<Record> = (0..2).map(|repetition| sample::record(&plan.cells[0], repetition)).collect();
        for record in &records {
            let draft = store.draft(&record.cell, Some(record.repetition)).unwrap();
            fs::write(draft.directory().join("results.edn"), "{:valid? true}").unwrap();
            let place = draft.keep(&store, record).unwrap();
            assert_eq!(names(&place), ["record.json", "results.edn"]);
        }
        assert_eq!(Store::records(&root.join("efficient").join("latest")).unwrap(), records);
        assert_eq!(names(store.directory()), ["experiment.json", records[0].cell.as_str()]);
    }

    #[test]
    fn a_run_that_is_not_kept_leaves_nothing() {
        let (_guard, root) = scratch();
        let store = Store::open(&root, "quick", "now", &"about").unwrap();
        let draft = store.draft("default", None).unwrap();
        fs::write(draft.directory().join("history.edn"), "half of it").unwrap();
        drop(draft);
        assert_eq!(names(store.directory()), ["experiment.json"]);
        assert!(!root.join("quick/latest").exists());
    }

    #[test]
    fn an_experiment_that_came_to_nothing_leaves_nothing() {
        let (_guard, root) = scratch();
        drop(Store::open(&root, "quick", "now", &"about").unwrap());
        assert_eq!(names(&root.join("quick")), [""; 0]);
    }

    #[test]
    fn a_run_under_way_is_not_a_result() {
        let (_guard, root) = scratch();
        let store = Store::open(&root, "quick", "now", &"about").unwrap();
        let draft = store.draft("default", None).unwrap();
        fs::write(draft.directory().join(RECORD), "{").unwrap();
        assert_eq!(Store::records(store.directory()).unwrap(), []);
    }

    #[test]
    fn two_stores_of_the_same_second_are_two() {
        let (_guard, root) = scratch();
        let open = || Store::open(&root, "quick", "20261122T191538Z", &"about").unwrap();
        let stores = [open(), open(), open()];
        assert_eq!(
            stores.each_ref().map(|store| store.directory().file_name().unwrap()),
            ["20261122T191538Z", "20261122T191538Z-2", "20261122T191538Z-3"]
        );
    }

    #[test]
    fn a_store_that_cannot_be_made_is_named_with_its_cause() {
        let (_guard, root) = scratch();
        let file = root.join("taken");
        fs::write(&file, "").unwrap();
        let error = Store::open(&file, "quick", "now", &"about").unwrap_err();
        assert!(
            matches!(&error, StoreError::Io { action: "create", path, .. } if path.ends_with("taken/quick")),
            "{error}"
        );
    }

    #[test]
    fn a_full_disk_is_found_before_the_first_run() {
        // A device that is always full stands for the file; the probe's writing is what meets it.
        let full = Utf8Path::new("/dev/full");
        if full.exists() {
            let error = write_through(full, &vec![0; PROBE_BYTES]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        }
    }

    #[test]
    fn results_that_cannot_be_read_are_named() {
        let (_guard, root) = scratch();
        let file = root.join(RECORD);
        fs::write(&file, "{\"format\": 1").unwrap();
        assert!(matches!(Store::records(&root), Err(StoreError::Garbled { path, .. }) if path == file));
        fs::write(&file, "{\"format\": 2}").unwrap();
        assert!(matches!(Store::records(&root), Err(StoreError::Format { format: 2, .. })));
    }

    #[test]
    fn a_link_moves_in_one_step() {
        let (_guard, root) = scratch();
        let latest = root.join("latest");
        link(&latest, Utf8Path::new("a")).unwrap();
        link(&latest, Utf8Path::new("b")).unwrap();
        assert_eq!(latest.read_link_utf8().unwrap(), "b");
        assert_eq!(names(&root), ["latest"]);
    }
}
