//! Runs again that were so late that their figures say more about the machine than about the node.
//!
//! An earlier attempt is never hidden: its figures stay in the result as a finding, its raw files beside the later ones, and
//! every form of the answer calls the cell flaky. Only lateness is a reason: a run that crashed or lost values has given its
//! answer, however late it was. Absent: engines that do not tell how late they are, which are Maelstrom and the simulated one.

use std::fs;

use anyhow::Context as _;
use camino::Utf8Path;

use super::schedule::{Run, Stage};
use crate::outcome::{Finding, Outcome, Record, Validity};

impl Stage<'_> {
    /// Makes a run, and again while it was too late, as often as that is asked for. Nothing comes of a run that the user cuts
    /// off, but of one that had ended before.
    pub(super) fn measure_punctually(
        &self,
        run: &Run<'_>,
        directory: &Utf8Path,
        progress: &(dyn Fn(&str, f64) + Sync),
    ) -> anyhow::Result<Option<Record>> {
        let Some(mut record) = self.measure(run, Some(directory.to_owned()), progress)? else { return Ok(None) };
        let mut earlier = Vec::new();
        for attempt in 1..=self.retries {
            let Some(flaky) = too_late(&record.outcome, attempt) else { break };
            self.console
                .say(&format!("{}: too late to be judged, again ({attempt} of {})", run.cell.name, self.retries));
            set_aside(directory, attempt)
                .with_context(|| format!("the files of an attempt at `{}` could not be kept", run.cell.name))?;
            let Some(again) = self.measure(run, Some(directory.to_owned()), progress)? else {
                restore(directory, attempt)?;
                break;
            };
            earlier.push(flaky);
            record = again;
        }
        record.outcome.findings.extend(earlier);
        Ok(Some(record))
    }
}

/// What is remembered of an attempt, if it was too late.
fn too_late(outcome: &Outcome, attempt: u32) -> Option<Finding> {
    if outcome.crash.is_some() || outcome.validity == Validity::Invalid {
        return None;
    }
    outcome.findings.iter().find_map(|finding| match finding {
        Finding::Late { p99_ms, bound_ms, .. } if p99_ms > bound_ms => {
            Some(Finding::Flaky { attempt, p99_ms: *p99_ms, bound_ms: *bound_ms, figures: outcome.figures.clone() })
        }
        _ => None,
    })
}

/// Moves an attempt's files out of the way of the next one's.
fn set_aside(directory: &Utf8Path, attempt: u32) -> anyhow::Result<()> {
    let aside = directory.join(format!("{ASIDE}{attempt}"));
    let entries: Vec<_> = directory.read_dir_utf8()?.collect::<Result<_, _>>()?;
    fs::create_dir(&aside)?;
    for entry in entries.iter().filter(|entry| !entry.file_name().starts_with(ASIDE)) {
        fs::rename(entry.path(), aside.join(entry.file_name()))?;
    }
    Ok(())
}

/// Puts them back, where no other attempt came to an end.
fn restore(directory: &Utf8Path, attempt: u32) -> anyhow::Result<()> {
    for entry in directory.read_dir_utf8()? {
        let entry = entry?;
        if entry.file_name().starts_with(ASIDE) {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    let aside = directory.join(format!("{ASIDE}{attempt}"));
    for entry in aside.read_dir_utf8()? {
        let entry = entry?;
        fs::rename(entry.path(), directory.join(entry.file_name()))?;
    }
    fs::remove_dir(aside)?;
    Ok(())
}

const ASIDE: &str = "attempt-";

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;
    use crate::sample;

    fn late(p99_ms: f64) -> Outcome {
        let late = Finding::Late { p50_ms: 0.1, p99_ms, max_ms: 30.0, bound_ms: 10.0 };
        Outcome { findings: vec![late], ..sample::outcome(25.0, 386.0, 512.0) }
    }

    #[test]
    fn only_lateness_is_a_reason() {
        let Some(Finding::Flaky { attempt: 2, p99_ms, figures, .. }) = too_late(&late(12.0), 2) else {
            panic!("12 ms are above 10 ms")
        };
        assert!(p99_ms > 11.9 && figures == late(12.0).figures);
        assert_eq!(too_late(&late(9.0), 1), None);
        assert_eq!(too_late(&Outcome { validity: Validity::Invalid, ..late(12.0) }, 1), None);
        assert_eq!(too_late(&Outcome { crash: Some("boom".into()), ..late(12.0) }, 1), None);
    }

    #[test]
    fn files_of_an_attempt_are_kept_apart_and_come_back() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        let names = || {
            let mut names: Vec<String> =
                root.read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned()).collect();
            names.sort();
            names
        };
        fs::write(root.join("results.edn"), "first").unwrap();
        set_aside(&root, 1).unwrap();
        assert_eq!(names(), ["attempt-1"]);
        fs::write(root.join("results.edn"), "second").unwrap();
        set_aside(&root, 2).unwrap();
        fs::create_dir(root.join("node-logs")).unwrap();
        restore(&root, 2).unwrap();
        assert_eq!(names(), ["attempt-1", "results.edn"]);
        assert_eq!(fs::read_to_string(root.join("results.edn")).unwrap(), "second");
        assert_eq!(fs::read_to_string(root.join("attempt-1/results.edn")).unwrap(), "first");
    }
}
