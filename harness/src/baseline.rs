//! What an experiment once measured, as one small file beside its experiment, to be committed: `experiments/baselines/NAME.json`.
//!
//! It holds figures and what they were measured with, and no runs: enough to compare and to gate. Its text is made to be read
//! and to change little: keys in order, a figure a line, digits that no engine resolves left out.
//!
//! Absent: comparisons ([`crate::compare`]).

mod layout;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::compare::facts::Facts;
use crate::compare::{Runs, Side, SideCell};
use crate::figure::Figure;

/// A baseline. The stored form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Baseline {
    /// Tells it from other files: [`Baseline::KIND`].
    pub kind: String,
    /// The version of this form: [`Baseline::FORMAT`].
    pub format: u32,
    /// The experiment's name.
    pub experiment: String,
    /// The run that it was made of, `NAME/TIME`.
    pub from: String,
    /// What all cells were measured with.
    pub facts: Facts,
    /// In the experiment's order.
    pub cells: Vec<BaselineCell>,
}

/// One cell of a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct BaselineCell {
    /// Its name.
    pub cell: String,
    /// Its axes and their values.
    pub axes: Vec<(String, String)>,
    /// What it was measured with, where cells differ.
    pub facts: Facts,
    /// How many runs were made.
    pub runs: usize,
    /// A digest of their traces, where a seed determines them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Every figure over the repetitions in their order, the first [`Baseline::VALUES`] of them. One value where all are the
    /// same.
    pub figures: BTreeMap<Figure, Vec<f64>>,
}

/// Why a baseline cannot be used.
#[derive(Debug, Error)]
pub enum BaselineError {
    /// The file is not what this program writes.
    #[error("`{path}` is not a baseline of this program")]
    Garbled {
        /// Which file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It has a version that this program does not read.
    #[error(
        "`{path}` has format {format}, but this program reads format {}; use the harness that wrote it",
        Baseline::FORMAT
    )]
    Format {
        /// Which file.
        path: Utf8PathBuf,
        /// Its version.
        format: u64,
    },
    /// The disk refuses.
    #[error("cannot {action} the baseline `{path}`")]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: Utf8PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is none of that name.
    #[error("no baseline is called `{}`; {}", .name.escape_debug(), known(.there))]
    Missing {
        /// The name.
        name: String,
        /// The baselines that there are.
        there: Vec<String>,
    },
    /// A name that could be anything else in a file system.
    #[error("`{}` cannot name a baseline: use letters, digits, `.`, `_` and `-`, a letter or digit first", .0.escape_debug())]
    Name(String),
    /// It is of something else.
    #[error(
        "the baseline `{name}` is of the experiment `{of}`, and this is `{wanted}`: their figures say nothing about each other"
    )]
    Other {
        /// The baseline's name.
        name: String,
        /// Its experiment.
        of: String,
        /// The experiment that it was to be used for.
        wanted: String,
    },
}

impl Baseline {
    /// The version of the stored form that this program writes.
    pub const FORMAT: u32 = 1;
    /// What every baseline says of itself.
    pub const KIND: &'static str = "harness-baseline";
    /// As many repetitions are kept: enough for a test, few enough for a line.
    pub const VALUES: usize = 20;

    /// What a side measured.
    pub fn of(side: &Side, experiment: &str, from: &str) -> Self {
        let shared = shared_facts(&side.cells);
        let cell = |cell: &SideCell| BaselineCell {
            cell: cell.name.clone(),
            axes: cell.axes.clone(),
            facts: cell.facts.iter().filter(|(name, _)| !shared.contains_key(*name)).map(owned).collect(),
            runs: cell.runs.made - cell.runs.crashed,
            digest: cell.digest.clone(),
            figures: cell.samples.iter().map(|(figure, values)| (*figure, kept(values))).collect(),
        };
        Self {
            kind: Self::KIND.to_owned(),
            format: Self::FORMAT,
            experiment: experiment.to_owned(),
            from: from.to_owned(),
            cells: side.cells.iter().map(cell).collect(),
            facts: shared,
        }
    }

    /// The baseline as a side of a comparison.
    pub fn side(&self, label: &str, path: &Utf8Path) -> Side {
        let cell = |cell: &BaselineCell| SideCell {
            name: cell.cell.clone(),
            axes: cell.axes.clone(),
            facts: self.facts.iter().chain(&cell.facts).map(owned).collect(),
            samples: cell.figures.iter().map(|(figure, values)| (*figure, cell.repeated(values))).collect(),
            digest: cell.digest.clone(),
            runs: Runs { made: cell.runs, ..Runs::default() },
        };
        Side { label: label.to_owned(), origin: path.to_string(), cells: self.cells.iter().map(cell).collect() }
    }

    /// Refuses to be used for another experiment.
    pub fn is_for(&self, name: &str, experiment: &str) -> Result<(), BaselineError> {
        if self.experiment == experiment {
            return Ok(());
        }
        let (of, wanted) = (self.experiment.clone(), experiment.to_owned());
        Err(BaselineError::Other { name: name.to_owned(), of, wanted })
    }

    /// Reads the baseline of that name.
    pub fn open(directory: &Utf8Path, name: &str) -> Result<Self, BaselineError> {
        let path = Self::path(directory, name)?;
        if !path.is_file() {
            return Err(BaselineError::Missing { name: name.to_owned(), there: Self::names(directory)? });
        }
        Self::read(&path)
    }

    /// Reads a file.
    pub fn read(path: &Utf8Path) -> Result<Self, BaselineError> {
        let text = fs::read(path).map_err(io_error("read", path))?;
        let garbled = |source| BaselineError::Garbled { path: path.to_owned(), source };
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(garbled)?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if value["kind"] == Self::KIND && format != u64::from(Self::FORMAT) => {
                Err(BaselineError::Format { path: path.to_owned(), format })
            }
            _ => serde_json::from_value(value).map_err(garbled),
        }
    }

    /// Writes it in one step, over what had its name, unless that is of another experiment. Gives its path.
    pub fn save(&self, directory: &Utf8Path, name: &str) -> Result<Utf8PathBuf, BaselineError> {
        let path = Self::path(directory, name)?;
        if path.exists() {
            Self::read(&path)?.is_for(name, &self.experiment)?;
        }
        let written = || {
            use std::os::unix::fs::PermissionsExt as _;

            fs::create_dir_all(directory)?;
            let mut file = tempfile::NamedTempFile::new_in(directory)?;
            file.write_all(layout::text(self).as_bytes())?;
            // It is committed, and read by others.
            fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644))?;
            file.persist(&path).map_err(|error| error.error)
        };
        written().map_err(io_error("write", &path))?;
        Ok(path)
    }

    /// Removes the baseline of that name. Gives its path.
    pub fn remove(directory: &Utf8Path, name: &str) -> Result<Utf8PathBuf, BaselineError> {
        let path = Self::path(directory, name)?;
        if !path.is_file() {
            return Err(BaselineError::Missing { name: name.to_owned(), there: Self::names(directory)? });
        }
        fs::remove_file(&path).map_err(io_error("remove", &path))?;
        Ok(path)
    }

    /// The baselines in a directory, in order of their names. A directory that is not there has none.
    pub fn names(directory: &Utf8Path) -> Result<Vec<String>, BaselineError> {
        if !directory.exists() {
            return Ok(Vec::new());
        }
        let mut names = BTreeSet::new();
        for entry in directory.read_dir_utf8().map_err(io_error("read", directory))? {
            let entry = entry.map_err(io_error("read", directory))?;
            let name = entry.file_name().strip_suffix(SUFFIX).filter(|name| is_name(name));
            names.extend(name.map(str::to_owned));
        }
        Ok(names.into_iter().collect())
    }

    fn path(directory: &Utf8Path, name: &str) -> Result<Utf8PathBuf, BaselineError> {
        if is_name(name) {
            Ok(directory.join(format!("{name}{SUFFIX}")))
        } else {
            Err(BaselineError::Name(name.to_owned()))
        }
    }
}

impl BaselineCell {
    /// As many values as there were runs, where one stands for all.
    fn repeated(&self, values: &[f64]) -> Vec<f64> {
        match values {
            [one] => vec![*one; self.runs.clamp(1, Baseline::VALUES)],
            several => several.to_vec(),
        }
    }
}

/// What every cell was measured with.
fn shared_facts(cells: &[SideCell]) -> Facts {
    let Some((first, others)) = cells.split_first() else { return Facts::new() };
    let is_shared =
        |(name, value): &(&String, &String)| others.iter().all(|cell| cell.facts.get(*name) == Some(*value));
    first.facts.iter().filter(is_shared).map(owned).collect()
}

fn kept(values: &[f64]) -> Vec<f64> {
    match values {
        [first, others @ ..] if others.iter().all(|other| other.total_cmp(first).is_eq()) => vec![*first],
        values => values.iter().take(Baseline::VALUES).copied().collect(),
    }
}

fn owned((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), value.clone())
}

fn is_name(name: &str) -> bool {
    let is_known = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_known) && name.len() <= NAME_MAX
}

fn known(names: &[String]) -> String {
    if names.is_empty() {
        return "there is none yet: `harness baseline save NAME` makes one of a run".to_owned();
    }
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("there is {}", names.join(", "))
}

fn io_error(action: &'static str, path: &Utf8Path) -> impl FnOnce(io::Error) -> BaselineError {
    let path = path.to_owned();
    move |source| BaselineError::Io { action, path, source }
}

const SUFFIX: &str = ".json";
const NAME_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn baseline() -> Baseline {
        let plan = sample::plan(3);
        let mut records = Vec::new();
        for cell in &plan.cells[..2] {
            records.extend((0..3).map(|repetition| sample::record(cell, repetition)));
        }
        records[1].outcome.figures.set(Figure::MsgsPerOp, 30.123_456_789);
        records[4].options.rate = 50.0;
        Baseline::of(&Side::of("x", "x", &records), "efficient", "efficient/20261122T191538Z")
    }

    fn scratch() -> (tempfile::TempDir, Utf8PathBuf) {
        let guard = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(guard.path().join("baselines")).unwrap();
        (guard, path)
    }

    #[test]
    fn a_baseline_reads_back_as_the_side_it_was_made_of() {
        let (_guard, directory) = scratch();
        let path = baseline().save(&directory, "main").unwrap();
        assert_eq!(path, directory.join("main.json"));
        let read = Baseline::open(&directory, "main").unwrap();
        assert_eq!(read, baseline());
        let side = read.side("main", &path);
        assert_eq!(side.cells[0].sample(Figure::MsgsPerOp), [30.56, 30.123_457, 30.56]);
        assert_eq!(side.cells[1].sample(Figure::StableLatencyMedian), [457.0; 3]);
        assert_eq!((side.cells[1].facts["rate"].as_str(), side.cells[0].facts["rate"].as_str()), ("100 or 50", "100"));
        assert_eq!(Baseline::names(&directory).unwrap(), ["main"]);
        Baseline::remove(&directory, "main").unwrap();
        assert!(Baseline::names(&directory).unwrap().is_empty());
    }

    #[test]
    fn its_text_is_small_and_in_order() {
        insta::assert_snapshot!(layout::text(&baseline()));
    }

    #[test]
    fn another_experiments_baseline_is_refused_and_not_overwritten() {
        let (_guard, directory) = scratch();
        baseline().save(&directory, "main").unwrap();
        let other = Baseline { experiment: "quick".into(), ..baseline() };
        let told = "the baseline `main` is of the experiment `efficient`, and this is `quick`";
        assert!(other.save(&directory, "main").unwrap_err().to_string().starts_with(told));
        assert!(baseline().is_for("main", "quick").unwrap_err().to_string().starts_with(told));
        assert!(baseline().is_for("main", "efficient").is_ok());
    }

    #[test]
    fn no_name_leads_out_of_the_directory() {
        let (_guard, directory) = scratch();
        for name in ["../x", "", ".", "..", ".x", "a/b", "a\u{1b}[2J", "-x", "a b"] {
            assert!(matches!(baseline().save(&directory, name), Err(BaselineError::Name(_))), "{name:?}");
            assert!(matches!(Baseline::open(&directory, name), Err(BaselineError::Name(_))), "{name:?}");
        }
        assert!(!directory.exists());
    }

    #[test]
    fn what_is_missing_or_garbled_is_told() {
        let (_guard, directory) = scratch();
        let told = |name: &str| Baseline::open(&directory, name).unwrap_err().to_string();
        assert!(told("main").contains("there is none yet"));
        baseline().save(&directory, "main").unwrap();
        assert_eq!(told("mian"), "no baseline is called `mian`; there is `main`");
        fs::write(directory.join("main.json"), "{").unwrap();
        assert!(told("main").ends_with("is not a baseline of this program"));
        fs::write(directory.join("main.json"), r#"{"kind": "harness-baseline", "format": 9}"#).unwrap();
        assert!(told("main").contains("has format 9"));
    }
}
