//! What the store already holds of what is asked for.
//!
//! Every run has a file `keys`, a line for each result: its address, and where it lies in the run. Only the process that makes
//! the run writes to it, so processes that share a store have nothing to take turns at; whoever asks reads the files of all
//! runs. A line is written before its result gets its name, so a result that is whole is always known, and a line without
//! its result is passed over.
//!
//! A result may be used again if it says of itself that it is what is asked for, its run came to its end, and neither the
//! checkers nor its own lateness leave a doubt about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use super::key::Key;
use super::{Draft, RECORD, RECORDS, Store, StoreError, io_error, record};
use crate::outcome::{Record, Validity};

/// Results that need not be made again.
#[derive(Debug, Default)]
pub struct Known(BTreeMap<Key, Reusable>);

/// A result that can be used again.
#[derive(Clone, Debug, PartialEq)]
pub struct Reusable {
    /// It, as it was made.
    pub record: Record,
    /// The run it lies in, as `<experiment>/<time>`.
    pub run: String,
    /// The directory with its raw files, if it has them.
    files: Option<Utf8PathBuf>,
}

/// What a run must have left to be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Its figures.
    Figures,
    /// Its raw files too.
    Files,
}

/// Where a result lies.
#[derive(Clone, Debug)]
struct Place {
    run: Utf8PathBuf,
    /// In the run.
    directory: String,
    /// From 1, of a file with many; 0 for a directory of its own.
    line: usize,
}

/// The lines of files with many results, each file read once.
type Lines = BTreeMap<Utf8PathBuf, Vec<Vec<u8>>>;

impl Known {
    /// Looks for results with these addresses in all runs of a store, the newest first. What cannot be read is as good as not
    /// there.
    pub fn look(root: &Utf8Path, keys: &BTreeSet<Key>, wanted: Wanted) -> Self {
        let mut places: BTreeMap<Key, Vec<Place>> = BTreeMap::new();
        for run in runs(root) {
            let text = fs::read_to_string(run.join(KEYS)).unwrap_or_default();
            for line in text.lines() {
                let mut words = line.splitn(3, ' ');
                let key = words.next().and_then(Key::read).filter(|key| keys.contains(key));
                let number = words.next().and_then(|number| number.parse().ok());
                if let (Some(key), Some(line), Some(directory)) = (key, number, words.next()) {
                    let place = Place { run: run.clone(), directory: directory.to_owned(), line };
                    places.entry(key).or_default().push(place);
                }
            }
        }
        let mut lines = Lines::new();
        let mut found = BTreeMap::new();
        for (key, places) in places {
            // A batch has no files to give.
            let mut places = places.iter().filter(|place| wanted == Wanted::Figures || place.line == 0);
            if let Some(reusable) = places.find_map(|place| usable(&key, place, &mut lines)) {
                found.insert(key, reusable);
            }
        }
        Self(found)
    }

    /// The result with this address.
    pub fn get(&self, key: &Key) -> Option<&Reusable> {
        self.0.get(key)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether everything has to be made.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Store {
    /// Makes results known, each with its line in a file of many, or 0 for one with a directory of its own.
    pub(super) fn index<'a>(
        &self,
        place: &Utf8Path,
        records: impl Iterator<Item = (usize, &'a Record)>,
    ) -> Result<(), StoreError> {
        let place = place.strip_prefix(self.directory()).unwrap_or(place);
        let lines =
            records.filter_map(|(line, record)| Some(format!("{} {line} {place}\n", record.provenance.key.as_ref()?)));
        let text: String = lines.collect();
        if text.is_empty() {
            return Ok(());
        }
        let path = self.directory().join(KEYS);
        // In one piece: runs that end at the same time add to the same file.
        let file = OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(io_error("write", &path))
    }
}

impl Draft {
    /// Gives a run the raw files of a result that is used again. They are the same files under a second name where the disk
    /// can do that, so neither run's end is the other's.
    pub fn take_files(&self, from: &Reusable) -> io::Result<()> {
        match &from.files {
            Some(files) => self.share_files(files),
            None => Ok(()),
        }
    }

    /// Gives a run the raw files in this directory of a store, where no file ever changes.
    pub fn share_files(&self, from: &Utf8Path) -> io::Result<()> {
        share(from, self.directory())
    }

    /// Gives a run copies of the files in this directory, which anybody may change.
    pub fn copy_files(&self, from: &Utf8Path) -> io::Result<()> {
        copy(from, self.directory())
    }
}

/// Every file below a directory once more below another, links left aside.
fn copy(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    for entry in from.read_dir_utf8()? {
        let entry = entry?;
        let (kind, there) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            fs::create_dir_all(&there)?;
            copy(entry.path(), &there)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &there)?;
        }
    }
    Ok(())
}

/// Every file below a directory under the same name below another, the record left aside: the same files, where the disk can
/// give them a second name.
fn share(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    for entry in from.read_dir_utf8()? {
        let entry = entry?;
        let there = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&there)?;
            share(entry.path(), &there)?;
        } else if entry.file_name() != RECORD && fs::hard_link(entry.path(), &there).is_err() {
            fs::copy(entry.path(), &there)?;
        }
    }
    Ok(())
}

/// All runs of a store, the newest first whatever their experiments.
fn runs(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let experiments = Store::experiments(root).unwrap_or_default();
    let mut runs: Vec<Utf8PathBuf> =
        experiments.iter().flat_map(|experiment| Store::runs(root, experiment).unwrap_or_default()).collect();
    super::newest_first(&mut runs);
    runs
}

fn usable(key: &Key, place: &Place, lines: &mut Lines) -> Option<Reusable> {
    let directory = place.run.join(&place.directory);
    let record = if place.line == 0 {
        let file = directory.join(RECORD);
        record(&file, None, &fs::read(&file).ok()?).ok()?
    } else {
        let file = directory.join(RECORDS);
        let all = lines.entry(file.clone()).or_insert_with(|| {
            let text = fs::read(&file).unwrap_or_default();
            text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
        });
        record(&file, Some(place.line), all.get(place.line - 1)?).ok()?
    };
    let outcome = &record.outcome;
    let is_certain = outcome.crash.is_none() && outcome.validity != Validity::Unknown && !outcome.is_unreliable();
    let is_asked_for = record.provenance.key.as_deref() == Some(key.to_string().as_str());
    let run = super::title(&place.run);
    let files = (place.line == 0).then_some(directory);
    (is_certain && is_asked_for).then_some(Reusable { record, run, files })
}

pub(super) const KEYS: &str = "keys";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Finding, Outcome};
    use crate::sample;

    fn root() -> (tempfile::TempDir, Utf8PathBuf) {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        (guard, root)
    }

    /// A result that this letter addresses.
    fn result(letter: char, outcome: Outcome) -> Record {
        let mut record = sample::record(&sample::plan(1).cells[0], 0);
        record.provenance.key = Some(letter.to_string().repeat(64));
        Record { outcome, ..record }
    }

    fn keys(letters: &str) -> BTreeSet<Key> {
        letters.chars().map(|letter| Key::read(&letter.to_string().repeat(64)).unwrap()).collect()
    }

    fn good() -> Outcome {
        sample::outcome(25.0, 386.0, 512.0)
    }

    #[test]
    fn only_what_leaves_no_doubt_is_used_again() {
        let (_guard, root) = root();
        let store = Store::open(&root, "efficient", "20261122T191538Z", &"about").unwrap();
        let late = Finding::Late { p50_ms: 1.0, p99_ms: 11.0, max_ms: 12.0, bound_ms: 10.0 };
        for (letter, outcome) in [
            ('a', good()),
            ('b', Outcome { validity: Validity::Invalid, ..good() }),
            ('c', Outcome { crash: Some("node `n1` exited".into()), ..good() }),
            ('d', Outcome { validity: Validity::Invalid, crash: Some("boom".into()), ..good() }),
            ('e', Outcome { validity: Validity::Unknown, ..good() }),
            ('f', Outcome { findings: vec![late], ..good() }),
        ] {
            let draft = store.draft(&letter.to_string(), None).unwrap();
            draft.keep(&store, &result(letter, outcome)).unwrap();
        }
        let known = Known::look(&root, &keys("abcdef0"), Wanted::Files);
        assert_eq!(known.0.keys().cloned().collect::<BTreeSet<_>>(), keys("ab"));
        assert_eq!(known.get(keys("a").first().unwrap()).unwrap().run, "efficient/20261122T191538Z");
        // A line whose result is another's, gone, or cut off in the middle.
        fs::write(store.directory().join("a").join(RECORD), serde_json::to_vec(&result('0', good())).unwrap()).unwrap();
        fs::write(store.directory().join("b").join(RECORD), "{").unwrap();
        let mut file = OpenOptions::new().append(true).open(store.directory().join(KEYS)).unwrap();
        file.write_all(format!("{} 0", "0".repeat(64)).as_bytes()).unwrap();
        assert!(Known::look(&root, &keys("abcdef0"), Wanted::Files).is_empty());
    }

    #[test]
    fn a_batch_gives_its_figures_and_an_older_result_stands_in() {
        let (_guard, root) = root();
        let older = Store::open(&root, "a", "20261121T000000Z", &"about").unwrap();
        let draft = older.draft("cell", None).unwrap();
        fs::create_dir(draft.directory().join("node-logs")).unwrap();
        fs::write(draft.directory().join("node-logs/n0.log"), "it said").unwrap();
        draft.keep(&older, &result('a', good())).unwrap();
        let newer = Store::open(&root, "b", "20261122T000000Z", &"about").unwrap();
        newer.keep_all("cell", &[result('b', good()), result('a', sample::outcome(1.0, 2.0, 3.0))], 0).unwrap();

        let known = Known::look(&root, &keys("ab"), Wanted::Figures);
        assert_eq!(known.get(keys("a").first().unwrap()).unwrap().record.outcome, sample::outcome(1.0, 2.0, 3.0));
        let known = Known::look(&root, &keys("ab"), Wanted::Files);
        let reusable = known.get(keys("a").first().unwrap()).unwrap();
        assert_eq!((known.len(), &reusable.record.outcome), (1, &good()));
        // What is used again outlives what it was taken from.
        let draft = newer.draft("again", None).unwrap();
        draft.take_files(reusable).unwrap();
        let place = draft.keep(&newer, &reusable.record).unwrap();
        fs::remove_dir_all(older.directory()).unwrap();
        assert_eq!(fs::read_to_string(place.join("node-logs/n0.log")).unwrap(), "it said");
    }
}
