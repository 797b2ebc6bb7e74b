//! The whole table: every scenario under every engine, every control, and what all of it amounts to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::FIGURES;
use super::control::{self, Control};
use super::embedded::{Embedded, Run};
use super::judge::{Distance, Verdict, distance};
use super::recorded::Recording;
use super::replay::{self, Replayed};
use super::scenario::{self, Scenario};
use crate::exit::ExitStatus;
use crate::figure::Figure;
use crate::outcome::Record;
use crate::statistics::Spread;

/// Everything that was measured, held against everything that was recorded.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// One for each scenario that was run.
    pub rows: Vec<Row>,
    /// One for each recorded run under partitions that was played again.
    pub replayed: Vec<Replayed>,
    /// One for each control that was run.
    pub controls: Vec<Controlled>,
    /// When and where the embedded engine was measured.
    pub embedded: Measurement,
    /// What it amounts to.
    pub tally: Tally,
}

/// When and where the embedded engine was measured.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Measurement {
    /// RFC 3339.
    pub started: String,
    /// System and cores.
    pub machine: String,
    /// Whether it was now, so that its verdicts count.
    pub is_fresh: bool,
}

/// One scenario.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Its name.
    pub scenario: &'static str,
    /// The node's features.
    pub features: &'static [&'static str],
    /// Why its distances do not count, if they do not.
    pub shown_only: Option<&'static str>,
    /// What the real program measured.
    pub real: Option<Recording>,
    /// What the embedded engine measured, if it was run.
    pub embedded: Option<Side>,
    /// What the simulated engine measured.
    pub simulated: Side,
}

/// One control.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Controlled {
    /// Its name.
    pub control: &'static str,
    /// What is left out.
    pub without: &'static str,
    /// The scenario that it is left out of.
    pub scenario: &'static str,
    /// What the simulated engine measured then.
    pub simulated: Side,
}

/// One engine's side of a row.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Side {
    /// How many runs there were.
    pub runs: usize,
    /// Whether deliveries of one of them came too late to trust its latencies.
    pub is_late: bool,
    /// Why one of them is no result, if one is none.
    pub trouble: Option<String>,
    /// Each figure over the runs.
    pub figures: BTreeMap<Figure, Spread>,
    /// Each figure that has a bound and was recorded, held against the real one.
    pub distances: BTreeMap<Figure, Distance>,
}

/// How many rows and controls came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tally {
    /// Scenarios whose distances count, in each engine that was run now.
    pub judged: usize,
    /// Those with everything within its bound, or too noisy to tell.
    pub within: usize,
    /// Those with something outside.
    pub outside: usize,
    /// Those that nobody can tell: undecided, late, or a run that is no result.
    pub unknown: usize,
    /// Recorded runs that were played again.
    pub replayed: usize,
    /// Those that are one more draw among ours.
    pub alike: usize,
    /// Controls that were run.
    pub controls: usize,
    /// Those that were found outside, as they have to be.
    pub failing: usize,
}

impl Report {
    /// Holds what was measured against what was recorded. `is_fresh` says whether the embedded engine's runs are of now.
    /// `protocol` are the runs of the recorded program's protocol under its cuts.
    pub fn of(
        simulated: &[Record],
        protocol: &[Run],
        embedded: &Embedded,
        is_fresh: bool,
        recordings: &[Recording],
    ) -> Self {
        let simulated: Vec<Run> = simulated.iter().map(Run::of).collect();
        let rows = scenario::ALL.iter().filter_map(|one| row(one, &simulated, embedded, recordings)).collect();
        let replays = replay::ALL.iter();
        let of_replay = |one| Replayed::of(one, protocol, &simulated, &embedded.runs, recordings);
        let replayed = replays.filter_map(of_replay).collect();
        let controls = control::ALL.iter().filter_map(|one| controlled(one, &simulated, recordings)).collect();
        let embedded = Measurement { started: embedded.started.clone(), machine: embedded.machine.clone(), is_fresh };
        let mut report = Self { rows, replayed, controls, embedded, tally: Tally::default() };
        report.tally = report.count();
        report
    }

    /// What it amounts to. A control that is not found outside is as bad as a row that is.
    pub const fn status(&self) -> ExitStatus {
        let Tally { outside, unknown, replayed, alike, controls, failing, .. } = self.tally;
        match (outside + (replayed - alike) + (controls - failing), unknown) {
            (0, 0) => ExitStatus::Yes,
            (0, _) => ExitStatus::Unknown,
            _ => ExitStatus::No,
        }
    }

    fn count(&self) -> Tally {
        let mut tally = Tally { controls: self.controls.len(), replayed: self.replayed.len(), ..Tally::default() };
        tally.alike = self.replayed.iter().filter(|one| one.standing() == ExitStatus::Yes).count();
        for row in self.rows.iter().filter(|row| row.real.is_some() && row.shown_only.is_none()) {
            let embedded = row.embedded.as_ref().filter(|_| self.embedded.is_fresh);
            for side in std::iter::once(&row.simulated).chain(embedded) {
                tally.judged += 1;
                match side.standing() {
                    ExitStatus::Yes => tally.within += 1,
                    ExitStatus::No => tally.outside += 1,
                    _ => tally.unknown += 1,
                }
            }
        }
        tally.failing = self.controls.iter().filter(|one| one.simulated.standing() == ExitStatus::No).count();
        tally
    }
}

impl Side {
    /// Every run of a scenario or control; nothing if there was none. `deviation` tells how far single runs spread, where these
    /// are too few to tell.
    pub(super) fn of(
        name: &str,
        runs: &[Run],
        held: Option<&Recording>,
        deviation: impl Fn(Figure) -> Option<f64>,
    ) -> Option<Self> {
        let runs: Vec<&Run> = runs.iter().filter(|run| run.scenario == name).collect();
        let mut side = Self {
            runs: runs.len(),
            is_late: runs.iter().any(|run| run.is_late),
            trouble: runs.iter().find_map(|run| run.trouble.clone()),
            figures: BTreeMap::new(),
            distances: BTreeMap::new(),
        };
        for figure in FIGURES {
            let values = runs.iter().filter_map(|run| run.figures.value(figure));
            let Some(spread) = Spread::of(values) else { continue };
            side.figures.insert(figure, spread);
            let real = held.and_then(|held| Some((held.figures.get(&figure)?, held.runs)));
            let spreads = deviation(figure).or(spread.deviation).unwrap_or(0.0);
            let distance = real.and_then(|(real, count)| distance(figure, &spread, real, count, spreads));
            side.distances.extend(distance.map(|distance| (figure, distance)));
        }
        (!runs.is_empty()).then_some(side)
    }

    /// Whether it keeps its bounds. Too noisy to tell counts for it: nothing is held against it.
    pub fn standing(&self) -> ExitStatus {
        let worst = self.distances.values().map(|distance| distance.verdict).max();
        match worst {
            _ if self.trouble.is_some() || self.is_late => ExitStatus::Unknown,
            Some(Verdict::Outside) => ExitStatus::No,
            Some(Verdict::Undecided) => ExitStatus::Unknown,
            _ => ExitStatus::Yes,
        }
    }
}

fn row(scenario: &Scenario, simulated: &[Run], embedded: &Embedded, recordings: &[Recording]) -> Option<Row> {
    let real = find(scenario, recordings);
    let simulated = Side::of(scenario.name, simulated, real, |_| None)?;
    let spreads = |figure| simulated.figures.get(&figure).and_then(|spread: &Spread| spread.deviation);
    let embedded = Side::of(scenario.name, &embedded.runs, real, spreads);
    let Scenario { name, features, shown_only, .. } = *scenario;
    Some(Row { scenario: name, features, shown_only, real: real.cloned(), embedded, simulated })
}

fn controlled(control: &Control, simulated: &[Run], recordings: &[Recording]) -> Option<Controlled> {
    let real = find(control.scenario(), recordings);
    let simulated = Side::of(control.name, simulated, real, |_| None)?;
    let Control { name, without, scenario, .. } = *control;
    Some(Controlled { control: name, without, scenario, simulated })
}

fn find<'r>(scenario: &Scenario, recordings: &'r [Recording]) -> Option<&'r Recording> {
    recordings.iter().find(|recording| Some(recording.name.as_str()) == scenario.recording)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fidelity::recorded;
    use crate::figure::Figures;

    /// So many runs of a scenario that measure what the real program did, but for one figure.
    fn runs(name: &str, recording: &str, off: (Figure, f64), count: usize) -> Vec<Run> {
        let recordings = recorded::all();
        let real = recordings.iter().find(|one| one.name == recording).unwrap();
        let figures: BTreeMap<Figure, f64> = real
            .figures
            .iter()
            .map(|(&figure, value)| (figure, value.mean + if figure == off.0 { off.1 } else { 0.0 }))
            .collect();
        let run = Run { scenario: name.into(), is_late: false, trouble: None, figures: Figures(figures) };
        vec![run; count]
    }

    fn side(off: (Figure, f64)) -> Side {
        let recordings = recorded::all();
        let real = recordings.iter().find(|one| one.name == "tutorial-3d");
        Side::of("n12-tree-relay", &runs("n12-tree-relay", "tutorial-3d", off, 20), real, |_| None).unwrap()
    }

    #[test]
    fn a_side_is_as_good_as_its_worst_figure() {
        assert_eq!(side((Figure::StableLatencyMax, 80.0)).standing(), ExitStatus::Yes, "no bound on it");
        assert_eq!(side((Figure::StableLatencyMedian, 11.0)).standing(), ExitStatus::Yes);
        assert_eq!(side((Figure::StableLatencyMedian, -12.5)).standing(), ExitStatus::Unknown);
        assert_eq!(side((Figure::StableLatencyMedian, -30.0)).standing(), ExitStatus::No);
        assert_eq!(side((Figure::MsgsPerBroadcast, 0.3)).standing(), ExitStatus::No);
        assert_eq!(side((Figure::ClientLatencyMedian, -12.0)).standing(), ExitStatus::No);
        let late = Side { is_late: true, ..side((Figure::StableLatencyMedian, -30.0)) };
        assert_eq!(late.standing(), ExitStatus::Unknown);
    }

    #[test]
    fn a_figure_that_is_not_recorded_has_no_distance() {
        let side = side((Figure::StableLatencyMax, 0.0));
        let figures: Vec<Figure> = side.distances.keys().copied().collect();
        assert_eq!(
            figures,
            [
                Figure::MsgsPerBroadcast,
                Figure::StableLatencyMedian,
                Figure::StableLatencyP95,
                Figure::ClientLatencyMedian
            ]
        );
    }

    #[test]
    fn controls_have_to_fail_and_rows_must_not() {
        let status = |outside, unknown, failing| {
            let tally = Tally { outside, unknown, controls: 5, failing, ..Tally::default() };
            let embedded = Measurement { started: String::new(), machine: String::new(), is_fresh: false };
            Report { rows: Vec::new(), replayed: Vec::new(), controls: Vec::new(), embedded, tally }.status()
        };
        assert_eq!(status(0, 0, 5), ExitStatus::Yes);
        assert_eq!(status(0, 1, 5), ExitStatus::Unknown);
        assert_eq!(status(1, 1, 5), ExitStatus::No);
        assert_eq!(status(0, 0, 4), ExitStatus::No);
    }
}
