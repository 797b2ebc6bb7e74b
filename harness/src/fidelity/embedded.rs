//! What the embedded engine measured, run by run. It takes real time, so the table shows what was measured last and is kept
//! with the sources, unless the user has it measured again.

use serde::{Deserialize, Serialize};

use super::FIGURES;
use crate::figure::Figures;
use crate::outcome::{Outcome, Record, Validity};

/// Runs of the embedded engine, and where they were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Embedded {
    /// When the first of them began, RFC 3339.
    pub started: String,
    /// The machine: system and cores. Its name is nobody's business.
    pub machine: String,
    /// All of them.
    pub runs: Vec<Run>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Run {
    /// What was run.
    pub scenario: String,
    /// Whether deliveries came so late that the latencies cannot be trusted.
    pub is_late: bool,
    /// Why it is no result, if it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// What it measured.
    pub figures: Figures,
}

impl Embedded {
    /// What was measured last and kept.
    pub fn known() -> Self {
        serde_json::from_str(include_str!("embedded.json")).expect("a test has read this file")
    }

    /// What was measured just now.
    pub fn of(records: &[Record]) -> Self {
        let (started, machine) = origin(records);
        Self { started, machine, runs: records.iter().map(Run::of).collect() }
    }
}

/// When the first of these runs began, RFC 3339, and on which machine: system and cores. Its name is nobody's business.
pub(super) fn origin(records: &[Record]) -> (String, String) {
    let first = records.first().map(|record| &record.provenance);
    let machine = first.and_then(|first| first.host.split_once(", ")).map_or("unknown", |(_, machine)| machine);
    (first.map(|first| first.started.clone()).unwrap_or_default(), machine.to_owned())
}

/// Why a run is no result, if it is none.
pub(super) fn trouble(outcome: &Outcome) -> Option<String> {
    let crash = outcome.crash.as_ref().map(|crash| crash.lines().next().unwrap_or_default().to_owned());
    crash.or_else(|| (outcome.validity != Validity::Valid).then(|| "it is not valid".to_owned()))
}

impl Run {
    /// A stored result, cut to what is compared.
    pub fn of(record: &Record) -> Self {
        Self::named(&record.cell, &record.outcome)
    }

    /// The same of a result that is not stored.
    pub fn named(scenario: &str, outcome: &Outcome) -> Self {
        let compared = FIGURES.into_iter().filter_map(|figure| Some((figure, outcome.figures.value(figure)?)));
        Self {
            scenario: scenario.to_owned(),
            is_late: outcome.is_unreliable(),
            trouble: trouble(outcome),
            figures: Figures(compared.collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fidelity::{replay, scenario};
    use crate::sample;

    #[test]
    fn what_is_kept_is_of_scenarios_that_there_are() {
        let known = Embedded::known();
        for run in &known.runs {
            let mut scenarios = scenario::ALL.iter().chain(&replay::ALL);
            assert!(scenarios.any(|scenario| scenario.name == run.scenario), "{}", run.scenario);
            assert_eq!((run.is_late, &run.trouble), (false, &None), "{}", run.scenario);
        }
        for scenario in scenario::ALL {
            assert!(known.runs.iter().any(|run| run.scenario == scenario.name), "{} was not measured", scenario.name);
        }
    }

    #[test]
    fn a_run_is_kept_without_the_machines_name() {
        let plan = sample::plan(1);
        let mut records = vec![sample::record(&plan.cells[2], 0)];
        let kept = Embedded::of(&records);
        assert_eq!((kept.machine.as_str(), kept.runs[0].trouble.as_ref()), ("linux x86_64, 2 cores", None));
        records[0].outcome = Outcome { validity: Validity::Invalid, ..records[0].outcome.clone() };
        assert_eq!(Run::of(&records[0]).trouble.as_deref(), Some("it is not valid"));
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Embedded>(&text).unwrap(), kept);
    }
}
