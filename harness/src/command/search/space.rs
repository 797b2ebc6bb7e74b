//! The space of designs: the cells of a plan that a node can be built for, each measured in calm and under what it must survive.
//!
//! Absent: running anything.

use std::collections::BTreeMap;

use anyhow::bail;
use engine::Nemeses;

use crate::figure::Figure;
use crate::limit::Comparison;
use crate::outcome::{Outcome, Validity};
use crate::plan::{Cell, NodeSource, Plan};
use crate::search::{Measurement, Standing};
use crate::spec::Search;

/// The designs, and what was left out of them.
pub(super) struct Space {
    /// Its cells are the designs.
    pub(super) plan: Plan,
    /// How many cells no node can be built for, by the reason.
    pub(super) skipped: BTreeMap<String, usize>,
    /// What a design must survive; may be nothing.
    pub(super) safe_under: Nemeses,
}

/// A figure that is to be small, or large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Objective {
    figure: Figure,
    better: Better,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Better {
    Larger,
    Smaller,
}

/// Everything measured of a design, seed by seed.
#[derive(Clone, Debug, Default)]
pub(super) struct Trial {
    pub(super) calm: Vec<Outcome>,
    /// Under what it must survive; empty if that is nothing.
    pub(super) broken: Vec<Outcome>,
}

/// Cost, latency, and whatever a question limits.
pub(super) fn objectives(wanted: &Search) -> Vec<Objective> {
    let smaller = |figure| Objective { figure, better: Better::Smaller };
    let mut objectives = vec![smaller(wanted.cost), smaller(wanted.against)];
    for limit in wanted.questions.iter().flat_map(|question| &question.limits) {
        let better = match limit.comparison {
            Comparison::Less | Comparison::LessOrEqual => Better::Smaller,
            Comparison::Greater | Comparison::GreaterOrEqual => Better::Larger,
            // Neither direction is better; what does not keep it is no answer.
            Comparison::Equal => continue,
        };
        let objective = Objective { figure: limit.figure, better };
        if !objectives.contains(&objective) {
            objectives.push(objective);
        }
    }
    objectives
}

impl Space {
    /// The cells of a plan; `skipped` are those of its matrix that no node can be built for.
    pub(super) fn of(plan: Plan, skipped: BTreeMap<String, usize>, wanted: &Search) -> anyhow::Result<Self> {
        for cell in &plan.cells {
            if let NodeSource::Bin { path, .. } = &cell.node {
                bail!(
                    "cell `{}` runs the program `{path}`, which has a clock of its own; a search runs thousands of tests, \
                     under a clock that jumps, and takes this project's node (`node: {{crate: node}}`)",
                    cell.name
                );
            }
        }
        Ok(Self { plan, skipped, safe_under: wanted.safe_under.clone() })
    }

    /// How many runs one seed of a design takes.
    pub(super) fn runs_per_seed(&self) -> u64 {
        1 + u64::from(!self.safe_under.is_empty())
    }

    /// What measures these designs with so many seeds: each in calm, and behind it under what it must survive.
    pub(super) fn round(&self, designs: &[usize], seeds: u32) -> Plan {
        let mut cells = Vec::new();
        for cell in designs.iter().map(|&design| &self.plan.cells[design]) {
            cells.push(Cell { required: false, ..cell.clone() });
            if !self.safe_under.is_empty() {
                cells.push(self.broken(cell));
            }
        }
        let mut axes = self.plan.axes.clone();
        if !self.safe_under.is_empty() {
            axes.push(SAFE_UNDER.to_owned());
            for cell in &mut cells {
                let under =
                    if cell.name.ends_with(&self.suffix()) { self.safe_under.to_string() } else { "-".to_owned() };
                cell.axes.push((SAFE_UNDER.to_owned(), under));
            }
        }
        Plan { axes, cells, repeat: seeds, ..self.plan.clone() }
    }

    fn broken(&self, cell: &Cell) -> Cell {
        let mut options = cell.options.clone();
        options.nemesis.clone_from(&self.safe_under);
        Cell { name: format!("{}{}", cell.name, self.suffix()), options, required: false, ..cell.clone() }
    }

    fn suffix(&self) -> String {
        format!(",{SAFE_UNDER}={}", self.safe_under)
    }
}

impl Trial {
    /// As the method takes it. `under` says what broke.
    pub(super) fn measurement(&self, objectives: &[Objective], under: &str) -> Measurement {
        let mut values = Vec::new();
        let mut standing = Standing::Sound;
        for outcome in &self.calm {
            if let Some(why) = trouble(outcome) {
                standing = Standing::Failed(why);
            }
            let row = objectives.iter().map(|objective| objective.of(outcome)).collect::<Option<Vec<f64>>>();
            let whole = row.unwrap_or_else(|| {
                let absent = objectives.iter().find(|objective| objective.of(outcome).is_none());
                let figure = absent.map_or("figure", |objective| objective.figure.name());
                standing = Standing::Failed(format!("a run gave no `{figure}`"));
                vec![f64::INFINITY; objectives.len()]
            });
            values.push(whole);
        }
        if standing == Standing::Sound {
            let first = (0..).zip(&self.broken).find_map(|(seed, outcome)| Some((seed, trouble(outcome)?)));
            if let Some((seed, why)) = first {
                let seed: usize = seed;
                standing = Standing::Unsafe(format!("{why} under {under}, with seed {seed}"));
            }
        }
        Measurement { values, standing }
    }
}

impl Objective {
    /// The less the better.
    fn of(self, outcome: &Outcome) -> Option<f64> {
        let value = outcome.figures.value(self.figure)?;
        Some(match self.better {
            Better::Larger => -value,
            Better::Smaller => value,
        })
    }
}

/// Why a run shows that a design does not keep its promise.
fn trouble(outcome: &Outcome) -> Option<String> {
    if let Some(crash) = &outcome.crash {
        return Some(format!("crashed ({})", crash.lines().next().unwrap_or_default()));
    }
    let count = |figure| outcome.figures.value(figure).filter(|count| *count > 0.0);
    match (count(Figure::Missing), count(Figure::Lost), outcome.validity) {
        (Some(values), ..) => Some(format!("{values} acknowledged values missing")),
        (None, Some(values), _) => Some(format!("{values} values lost")),
        (None, None, Validity::Invalid) => Some("not valid".to_owned()),
        _ => None,
    }
}

/// The axis that tells the runs under faults apart.
const SAFE_UNDER: &str = "safe-under";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn wanted() -> Search {
        Search::default()
    }

    #[test]
    fn a_round_has_each_design_in_calm_and_broken() {
        let space = Space::of(sample::plan(1), BTreeMap::new(), &wanted()).unwrap();
        let plan = space.round(&[3, 5], 16);
        let nemeses: Vec<String> = plan.cells.iter().map(|cell| cell.options.nemesis.to_string()).collect();
        assert_eq!(nemeses, ["none", "partition", "none", "partition"]);
        assert_eq!((plan.repeat, plan.axes.len(), plan.cells[1].axes.len()), (16, 3, 3));
        assert_ne!(plan.cells[0].name, plan.cells[1].name);
        let calm = Search { safe_under: Nemeses::default(), ..wanted() };
        assert_eq!(Space::of(sample::plan(1), BTreeMap::new(), &calm).unwrap().round(&[3], 2).cells.len(), 1);
    }

    #[test]
    fn a_trial_is_worth_what_its_worst_seed_shows() {
        let objectives = objectives(&wanted());
        let good = sample::outcome(25.0, 386.0, 512.0);
        let mut losing = good.clone();
        losing.figures.set(Figure::Missing, 3.0);
        let crashed = Outcome { crash: Some("boom\nloud".into()), ..good.clone() };
        let standing = |calm: &Outcome, broken: &Outcome| {
            let trial = Trial { calm: vec![good.clone(), calm.clone()], broken: vec![good.clone(), broken.clone()] };
            trial.measurement(&objectives, "partition")
        };
        assert_eq!(standing(&good, &good).standing, Standing::Sound);
        assert_eq!(standing(&good, &good).values, [[22.95, 512.0]; 2]);
        let why = "3 acknowledged values missing under partition, with seed 1";
        assert_eq!(standing(&good, &losing).standing, Standing::Unsafe(why.into()));
        assert_eq!(standing(&crashed, &losing).standing, Standing::Failed("crashed (boom)".into()));
    }

    #[test]
    fn every_limited_figure_is_an_objective_once() {
        use crate::limit::Limit;
        use crate::spec::Question;

        let limit = |figure, comparison| Limit { figure, comparison, bound: 1.0 };
        let question = |limits| Question { name: "q".into(), limits };
        let wanted = Search {
            questions: vec![
                question(vec![
                    limit(Figure::StableLatencyMax, Comparison::Less),
                    limit(Figure::StableLatencyMedian, Comparison::Less),
                ]),
                question(vec![
                    limit(Figure::OkFraction, Comparison::GreaterOrEqual),
                    limit(Figure::Lost, Comparison::Equal),
                ]),
            ],
            ..wanted()
        };
        let found: Vec<(Figure, Better)> = objectives(&wanted).iter().map(|one| (one.figure, one.better)).collect();
        assert_eq!(
            found,
            [
                (Figure::ServerMsgsPerOp, Better::Smaller),
                (Figure::StableLatencyMax, Better::Smaller),
                (Figure::StableLatencyMedian, Better::Smaller),
                (Figure::OkFraction, Better::Larger),
            ]
        );
    }
}
