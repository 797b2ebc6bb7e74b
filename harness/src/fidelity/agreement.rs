//! Experiments under both of this project's engines: does virtual time say of a design what real processes do?
//!
//! The simulated engine takes no time for processing unless an experiment says so, and the embedded one delays every message on its
//! way into a node as the real program does. So each cell is simulated twice, the second time with that delay. What only the
//! second meets is explained by that cost; what neither meets is a cost that the model lacks.
//!
//! Both engines run the same seeds, so the same operations and faults: what differs is compared run by run.
//!
//! Absent: recordings of the real program ([`super::report`]), and how runs are made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::embedded;
use crate::exit::ExitStatus;
use crate::figure::{Figure, Figures, Unit};
use crate::outcome::{Finding, Record};
use crate::statistics::{Spread, student_t_of};

/// What is compared, in the table's order.
pub const FIGURES: [Figure; 8] = [
    Figure::ServerMsgsPerOp,
    Figure::MsgsPerBroadcast,
    Figure::StableLatencyMedian,
    Figure::StableLatencyMax,
    Figure::PropagationMedian,
    Figure::PropagationMax,
    Figure::ClientLatencyMedian,
    Figure::Missing,
];

/// How often each cell is run under each engine if the user does not say.
pub const SEEDS: u32 = 3;

/// What the embedded engine measured, as it is kept beside the experiments. The stored form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Kept {
    /// When the first run began, RFC 3339.
    pub started: String,
    /// System and cores.
    pub machine: String,
    /// All of them.
    pub runs: Vec<Run>,
}

/// One run of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Run {
    /// The experiment's name.
    pub experiment: String,
    /// The cell's.
    pub cell: String,
    /// What decides its operations and faults.
    pub seed: u64,
    /// The 99th percentile of how late messages were delivered, in milliseconds; nothing in virtual time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_ms: Option<f64>,
    /// Whether that is so much that the latencies cannot be trusted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_late: bool,
    /// Why it is no result, if it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// What it measured.
    pub figures: Figures,
}

/// Every cell under both engines. The shown form.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Agreement {
    /// In the experiments' order.
    pub rows: Vec<Row>,
    /// When the embedded engine measured, RFC 3339.
    pub started: String,
    /// Where: system and cores.
    pub machine: String,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Its experiment's name.
    pub experiment: String,
    /// Its own.
    pub cell: String,
    /// The seeds that every engine has run.
    pub seeds: Vec<u64>,
    /// As `harness run --engine simulated` measures it.
    pub simulated: BTreeMap<Figure, Spread>,
    /// The same with the embedded engine's process delay; nothing where the experiment itself sets one.
    pub delayed: Option<BTreeMap<Figure, Spread>>,
    /// With real processes.
    pub embedded: BTreeMap<Figure, Spread>,
    /// The 99th percentile of the latest run's lateness, in milliseconds.
    pub late_ms: Option<f64>,
    /// Whether a run was so late that its latencies cannot be trusted.
    pub is_late: bool,
    /// Why some run is no result, if one is none.
    pub trouble: Option<String>,
    /// Each figure, held against the simulated one.
    pub held: BTreeMap<Figure, Held>,
}

/// How far apart the engines are in one figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Held {
    /// The embedded mean less the simulated one.
    pub distance: f64,
    /// How large it may be.
    pub bound: f64,
    /// How far from nothing chance alone takes it, as the seeds' own distances tell; nothing of one seed. In 95 of 100 rows it takes no
    /// figure farther: Student's t, since seeds are few, and a part of the five for each of a row's figures, since they are many.
    pub noise: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

/// What can be said of a distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It keeps its bound.
    Within,
    /// It keeps its bound from what is simulated with the embedded engine's process delay.
    Explained,
    /// It does not, by less than its noise: more seeds would tell.
    Undecided,
    /// It does not, and chance is no excuse.
    Outside,
}

/// How far apart the engines may be: 5 % of the simulated figure. Of latencies at least 1 ms, the finest that they are written in,
/// and of what clients wait 5 ms, which the recordings are granted too. Values that are missing are counted and not estimated.
pub fn bound(figure: Figure, simulated: f64) -> f64 {
    let share = 0.05 * simulated;
    match figure.unit() {
        Unit::Count => 0.0,
        Unit::Ratio => share,
        Unit::Milliseconds if figure == Figure::ClientLatencyMedian => share.max(5.0),
        Unit::Milliseconds => share.max(1.0),
    }
}

impl Kept {
    /// What was measured just now.
    pub fn of(records: &[Record]) -> Self {
        let (started, machine) = embedded::origin(records);
        Self { started, machine, runs: records.iter().map(Run::of).collect() }
    }
}

impl Run {
    /// A stored result, cut to what is compared.
    pub fn of(record: &Record) -> Self {
        let outcome = &record.outcome;
        let compared = FIGURES.into_iter().filter_map(|figure| Some((figure, outcome.figures.value(figure)?)));
        let late = outcome.findings.iter().find_map(|finding| match finding {
            Finding::Late { p99_ms, .. } => Some((p99_ms * 10.0).round() / 10.0),
            _ => None,
        });
        Self {
            experiment: record.experiment.clone(),
            cell: record.cell.clone(),
            seed: record.options.seed,
            late_ms: late,
            is_late: outcome.is_unreliable(),
            trouble: embedded::trouble(outcome),
            figures: Figures(compared.map(|(figure, value)| (figure, figure.rounded(value))).collect()),
        }
    }

    fn is_of(&self, other: &Self) -> bool {
        (&self.experiment, &self.cell) == (&other.experiment, &other.cell)
    }
}

impl Agreement {
    /// Holds what the embedded engine measured against what the simulated one did, without and with its process delay. Cells
    /// and seeds that one of them lacks are left out.
    pub fn of(simulated: &[Run], delayed: &[Run], embedded: &Kept) -> Self {
        let of_cells = simulated.chunk_by(Run::is_of);
        let rows = of_cells.filter_map(|cell| Row::of(cell, delayed, &embedded.runs)).collect();
        Self { rows, started: embedded.started.clone(), machine: embedded.machine.clone() }
    }

    /// Whether the engines agree: no if some figure is outside, unknown if some run is late or no result, or chance may be to blame,
    /// or there is nothing to compare.
    pub fn status(&self) -> ExitStatus {
        let of = |wanted: ExitStatus| self.rows.iter().any(|row| row.standing() == wanted);
        match (self.rows.is_empty(), of(ExitStatus::No), of(ExitStatus::Unknown)) {
            (false, true, _) => ExitStatus::No,
            (false, false, false) => ExitStatus::Yes,
            _ => ExitStatus::Unknown,
        }
    }

    /// How many figures stand so.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().flat_map(|row| row.held.values()).filter(|held| held.verdict == verdict).count()
    }
}

impl Row {
    fn of(simulated: &[Run], delayed: &[Run], embedded: &[Run]) -> Option<Self> {
        let first = simulated.first()?;
        let find = |runs: &'_ [Run], seed| runs.iter().find(|run| run.is_of(first) && run.seed == seed).cloned();
        let met = simulated.iter().filter_map(|run| Some((run.clone(), find(embedded, run.seed)?)));
        let (simulated, embedded): (Vec<Run>, Vec<Run>) = met.unzip();
        let delayed: Vec<Run> = simulated.iter().filter_map(|run| find(delayed, run.seed)).collect();
        let mut held = BTreeMap::new();
        for figure in FIGURES {
            let Some(plain) = Held::of(figure, &simulated, &embedded) else { continue };
            let explained = Held::of(figure, &delayed, &embedded).is_some_and(|held| held.verdict == Verdict::Within);
            let verdict = if explained { plain.verdict.min(Verdict::Explained) } else { plain.verdict };
            held.insert(figure, Held { verdict, ..plain });
        }
        (!simulated.is_empty()).then(|| Self {
            experiment: first.experiment.clone(),
            cell: first.cell.clone(),
            seeds: simulated.iter().map(|run| run.seed).collect(),
            delayed: (!delayed.is_empty()).then(|| spreads(&delayed)),
            late_ms: embedded.iter().filter_map(|run| run.late_ms).max_by(f64::total_cmp),
            is_late: embedded.iter().any(|run| run.is_late),
            trouble: simulated.iter().chain(&embedded).find_map(|run| run.trouble.clone()),
            simulated: spreads(&simulated),
            embedded: spreads(&embedded),
            held,
        })
    }

    /// The worst of its figures.
    pub fn verdict(&self) -> Verdict {
        self.held.values().map(|held| held.verdict).max().unwrap_or(Verdict::Undecided)
    }

    /// Whether the engines agree in this cell.
    pub fn standing(&self) -> ExitStatus {
        match self.verdict() {
            _ if self.is_late || self.trouble.is_some() => ExitStatus::Unknown,
            Verdict::Within | Verdict::Explained => ExitStatus::Yes,
            Verdict::Undecided => ExitStatus::Unknown,
            Verdict::Outside => ExitStatus::No,
        }
    }
}

impl Held {
    /// Runs of the same seeds in the same order, held against each other; nothing where one of them lacks the figure.
    fn of(figure: Figure, simulated: &[Run], embedded: &[Run]) -> Option<Self> {
        let values = |runs: &[Run]| runs.iter().map(|run| run.figures.value(figure)).collect::<Option<Vec<f64>>>();
        let (simulated, embedded) = (values(simulated)?, values(embedded)?);
        let distances = simulated.iter().zip(&embedded).map(|(simulated, embedded)| embedded - simulated);
        let spread = Spread::of(distances)?;
        let (distance, bound) = (spread.mean, bound(figure, Spread::of(simulated)?.mean));
        let each = 0.05 / FIGURES.len() as f64;
        let reach = |deviation| student_t_of(spread.count - 1, each) * deviation / (spread.count as f64).sqrt();
        let noise = spread.deviation.map(reach);
        let verdict = match distance.abs() - bound {
            beyond if beyond <= 0.0 => Verdict::Within,
            beyond if beyond > noise.unwrap_or(0.0) => Verdict::Outside,
            _ => Verdict::Undecided,
        };
        Some(Self { distance, bound, noise, verdict })
    }
}

fn spreads(runs: &[Run]) -> BTreeMap<Figure, Spread> {
    let spread = |figure| Some((figure, Spread::of(runs.iter().filter_map(|run| run.figures.value(figure)))?));
    FIGURES.into_iter().filter_map(spread).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs of one cell, seed by seed, that measured this of one figure.
    fn runs(figure: Figure, values: &[f64]) -> Vec<Run> {
        let run = |(seed, value): (u64, &f64)| Run {
            experiment: "mine".into(),
            cell: "default".into(),
            seed,
            late_ms: None,
            is_late: false,
            trouble: None,
            figures: Figures([(figure, *value)].into()),
        };
        (0..).zip(values).map(run).collect()
    }

    fn row(figure: Figure, simulated: &[f64], delayed: &[f64], embedded: &[f64]) -> Row {
        let kept = Kept { runs: runs(figure, embedded), ..Kept::default() };
        Agreement::of(&runs(figure, simulated), &runs(figure, delayed), &kept).rows.remove(0)
    }

    #[test]
    fn five_percent_of_the_simulated_figure() {
        assert!((bound(Figure::StableLatencyMax, 600.0) - 30.0).abs() < 1e-9);
        assert!((bound(Figure::StableLatencyMedian, 0.0) - 1.0).abs() < 1e-9);
        assert!((bound(Figure::ClientLatencyMedian, 16.0) - 5.0).abs() < 1e-9);
        assert!((bound(Figure::ServerMsgsPerOp, 1.0) - 0.05).abs() < 1e-9);
        assert!(bound(Figure::Missing, 100.0).abs() < 1e-9);
    }

    #[test]
    fn what_neither_simulation_meets_is_outside() {
        let max = Figure::StableLatencyMax;
        assert_eq!(row(max, &[570.0; 3], &[575.0; 3], &[590.0; 3]).verdict(), Verdict::Within);
        assert_eq!(row(max, &[570.0; 3], &[610.0; 3], &[620.0; 3]).verdict(), Verdict::Explained);
        assert_eq!(row(max, &[570.0; 3], &[575.0; 3], &[981.0; 3]).verdict(), Verdict::Outside);
        assert_eq!(row(max, &[570.0; 3], &[575.0; 3], &[981.0; 3]).standing(), ExitStatus::No);
        // Two seeds agree and one is far off: 137 ms on average, and three seeds could be that far off by chance.
        let one_off = row(max, &[570.0; 3], &[575.0; 3], &[570.0, 570.0, 981.0]);
        assert_eq!((one_off.verdict(), one_off.standing()), (Verdict::Undecided, ExitStatus::Unknown));
        assert_eq!(row(Figure::Missing, &[0.0], &[], &[1.0]).standing(), ExitStatus::No);
    }

    #[test]
    fn seeds_are_compared_pair_by_pair() {
        // Seeds that differ by far, and engines that do not.
        let row = row(Figure::StableLatencyMax, &[500.0, 900.0], &[], &[510.0, 910.0, 2_000.0]);
        let held = row.held[&Figure::StableLatencyMax];
        assert_eq!((row.seeds, row.delayed), (vec![0, 1], None));
        assert!((held.distance - 10.0).abs() < 1e-9 && held.noise.unwrap() < 1e-9);
    }

    #[test]
    fn what_is_late_or_not_there_is_not_judged() {
        let mut kept = Kept { runs: runs(Figure::Missing, &[0.0]), ..Kept::default() };
        let simulated = runs(Figure::Missing, &[0.0]);
        assert_eq!(Agreement::of(&simulated, &[], &kept).status(), ExitStatus::Yes);
        kept.runs[0].is_late = true;
        assert_eq!(Agreement::of(&simulated, &[], &kept).status(), ExitStatus::Unknown);
        kept.runs[0].cell = "another".into();
        let agreement = Agreement::of(&simulated, &[], &kept);
        assert_eq!((agreement.rows.len(), agreement.status()), (0, ExitStatus::Unknown));
    }
}
