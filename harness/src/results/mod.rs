//! A run's raw files → what they say, the same for every engine that writes them.
//!
//! [`read`] takes a run's directory. results.edn gives the verdict and the message counts ([`maelstrom`]), history.edn what
//! results.edn leaves out (`strict`). [`of`] says the same of results that were not written down. Absent: running anything, and judgement by limits.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use engine::Options;
use engine::checker::strict::check;

use self::edn::EdnError;
use crate::figure::Figures;
use crate::outcome::{Finding, Validity};

mod direct;
pub mod edn;
pub mod history;
pub mod maelstrom;
mod strict;

pub(crate) use self::strict::add_propagation;

pub use self::direct::of;

/// What a run's files say: an [`crate::outcome::Outcome`] but for what its engine alone knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What the checkers say, plots left aside.
    pub validity: Validity,
    /// All figures that the files give.
    pub figures: Figures,
    /// What a reader should know.
    pub findings: Vec<Finding>,
    /// Acknowledged values that a node's final read lacks, by node.
    pub missing: BTreeMap<String, Vec<i64>>,
    /// Why the run or its analysis did not reach its end, if results.edn says so.
    pub error: Option<String>,
}

/// Why a run's files cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// It is not the EDN that it should be.
    #[error("`{path}`, {source}")]
    Edn {
        /// The file.
        path: Utf8PathBuf,
        /// Where, and what is wrong.
        source: EdnError,
    },
    /// It cannot be opened.
    #[error("cannot read `{path}`")]
    Io {
        /// The file.
        path: Utf8PathBuf,
        /// The system's own words.
        source: io::Error,
    },
}

/// Reads results.edn and history.edn of a run. Without a usable history the figures that come from it are absent, and a
/// finding says why; without a usable results.edn there is no verdict, which is an error.
pub fn read(directory: &Utf8Path, options: &Options) -> Result<Reading, ResultsError> {
    let path = directory.join("results.edn");
    let results = maelstrom::read(&text(&path)?).map_err(|source| ResultsError::Edn { path, source })?;
    let maelstrom::ResultsEdn { validity, figures, findings, lost, error } = results;
    let mut reading = Reading { validity, figures, findings, missing: BTreeMap::new(), error };
    match read_history(directory) {
        Ok(history) => strict::add(&mut reading, check(&history, None, options, None), &history, options, &lost),
        Err(error) => {
            let cause =
                if let ResultsError::Io { source, .. } = &error { format!(": {source}") } else { String::new() };
            let reason = format!("{error}{cause}; client latencies and final reads are not known");
            reading.findings.push(Finding::NotJudged { part: "history".to_owned(), reason });
        }
    }
    Ok(reading)
}

/// What history.edn alone tells of a run that did not come to a judgement: figures of the part that ran.
pub fn read_unjudged(directory: &Utf8Path, options: &Options) -> Option<Reading> {
    let history = read_history(directory).ok()?;
    let mut reading = Reading {
        validity: Validity::Unknown,
        figures: Figures::default(),
        findings: Vec::new(),
        missing: BTreeMap::new(),
        error: None,
    };
    strict::add(&mut reading, check(&history, None, options, None), &history, options, &BTreeSet::new());
    // Nobody judged, so nobody called anything stable.
    reading.findings.clear();
    Some(reading)
}

/// What history.edn alone tells of a run that came to its end: judged again, without the figures that are counted in the
/// network's journal.
pub fn rebuild(directory: &Utf8Path, options: &Options) -> Result<Reading, ResultsError> {
    let history = read_history(directory)?;
    let results = engine::results::rejudge(&history, options);
    let mut reading = of(&results, check(&history, None, options, None), &history, options);
    let reason = "there is only history.edn, and messages are counted in the network's journal".to_owned();
    reading.findings.push(Finding::NotJudged { part: "net".to_owned(), reason });
    Ok(reading)
}

/// The history that a run left in its directory.
pub fn read_history(directory: &Utf8Path) -> Result<engine::history::History, ResultsError> {
    let path = directory.join("history.edn");
    history::read(&text(&path)?).map_err(|source| ResultsError::Edn { path, source })
}

/// A file's text. Bytes that are no text are an error with a place, as any other.
fn text(path: &Utf8Path) -> Result<String, ResultsError> {
    let bytes = fs::read(path).map_err(|source| ResultsError::Io { path: path.to_owned(), source })?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..good]);
        let problem = format!("byte {:#04x} is not text", error.as_bytes()[good]);
        let source = EdnError { line: 1, column: 1, problem }.after(&before);
        ResultsError::Edn { path: path.to_owned(), source }
    })
}
