//! The method that finds which designs of a space no other beats, without measuring all of them as often as the best. Pure:
//! whoever calls it measures.
//!
//! A design is beaten on *objectives*: the cost, the latency it is set against, and every figure that a question limits, since
//! the answer to a question about median and maximum can be a design that a front of one of them leaves out.
//!
//! - **A small space** (as many runs as [`Method::GRID`] or fewer) is measured as a whole: every design with every seed.
//! - **A large one** in rounds, each with four times the seeds of the one before, the first with few. After a round a design
//!   is dropped if another one is better in some objective by more than [`TOLERANCE`] and worse in none by more than that, and
//!   noise does not explain it: seed is held against same seed, and the mean difference moved by [`ERRORS`] standard errors to
//!   the worse side. So whatever is lost has somebody who is at most one per cent worse than it, and better elsewhere.
//! - **Safety comes first.** Every design is also measured under a nemesis. One that loses values there can drop no design that
//!   does not; what it had dropped before it was found out comes back.
//! - **A budget**, if there is one, cuts a round to what it can pay for: the designs that the fewest others beat go on. How
//!   many were cut is told, since nothing is known of them but that.
//!
//! Every choice follows from the measurements alone, so the same seeds find the same front.
//!
//! Absent: figures, limits and engines.

mod rank;

/// Differences of less than this share of a value are none.
pub const TOLERANCE: f64 = 0.01;

/// How many standard errors count as noise. With four seeds, which is what a search begins with, chance goes beyond it once
/// in seventy; with sixteen, once in two thousand.
pub const ERRORS: f64 = 4.0;

use crate::statistics::Spread;

/// Measures designs with so many seeds each, and gives what all of those seeds came to, in the designs' order.
pub type Measure<'a, E> = dyn FnMut(&[usize], u32) -> Result<Vec<Measurement>, E> + 'a;

/// How a space is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// With how many seeds each design of the front is measured.
    pub seeds: u32,
    /// With how many each design of a large space is measured at first.
    pub first: u32,
    /// At most so many measurements of a design with a seed.
    pub budget: Option<u64>,
}

/// What one design gave, seed by seed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measurement {
    /// For each seed the objectives, the less the better.
    pub values: Vec<Vec<f64>>,
    /// What else is known of it.
    pub standing: Standing,
}

/// Whether a design is to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It loses nothing, not even when something breaks.
    #[default]
    Sound,
    /// It loses values when something breaks.
    Unsafe(String),
    /// It does not even work when nothing breaks.
    Failed(String),
}

/// A design after the search.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// What it gave with the seeds that it was measured with.
    pub measurement: Measurement,
    /// How far it came.
    pub fate: Fate,
}

/// How far a design came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// To the end: measured with every seed.
    Finalist,
    /// Another one beats it by more than noise.
    Dominated {
        /// Which.
        by: usize,
        /// After which round, counted from 1.
        round: usize,
    },
    /// The budget did not reach for it.
    Cut {
        /// In which round, counted from 1.
        round: usize,
    },
    /// It does not work.
    Failed,
}

/// One round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// How many seeds each design had by its end.
    pub seeds: u32,
    /// How many designs were measured.
    pub measured: usize,
    /// How many came back because what had beaten them is unsafe.
    pub restored: usize,
    /// How many were dropped after it.
    pub dominated: usize,
    /// How many the budget kept out of it.
    pub cut: usize,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Every design of the space, in its order.
    pub designs: Vec<Design>,
    /// What was done.
    pub rounds: Vec<Round>,
}

impl Method {
    /// Spaces of as many runs are measured as a whole.
    pub const GRID: u64 = 2_000;
    /// From one round to the next.
    pub const GROWTH: u32 = 4;

    /// The seeds of each round over so many designs.
    pub fn rounds(&self, designs: usize) -> Vec<u32> {
        if designs as u64 * u64::from(self.seeds) <= Self::GRID.min(self.budget.unwrap_or(u64::MAX)) {
            return vec![self.seeds];
        }
        let growing = std::iter::successors(Some(self.first), |seeds| seeds.checked_mul(Self::GROWTH));
        growing.take_while(|seeds| *seeds < self.seeds).chain([self.seeds]).collect()
    }

    /// Searches a space of so many designs. Trouble with a measurement ends it.
    pub fn search<E>(&self, designs: usize, measure: &mut Measure<'_, E>) -> Result<Found, E> {
        let design = || Design { measurement: Measurement::default(), fate: Fate::Finalist };
        let mut found = Found { designs: std::iter::repeat_with(design).take(designs).collect(), rounds: Vec::new() };
        let schedule = self.rounds(designs);
        let (mut spent, mut had) = (0, 0);
        for (round, &seeds) in (1..).zip(&schedule) {
            let affordable = self.budget.map_or(usize::MAX, |budget| {
                usize::try_from(budget.saturating_sub(spent) / u64::from(seeds - had)).unwrap_or(usize::MAX)
            });
            let cut = found.cut_to(affordable, round);
            let (measured, restored) = found.measure(seeds, measure)?;
            spent += measured as u64 * u64::from(seeds - had);
            // After the last round there is nothing to save by dropping.
            let dominated = if round < schedule.len() { found.drop_beaten(round) } else { 0 };
            found.rounds.push(Round { seeds, measured, restored, dominated, cut });
            had = seeds;
        }
        Ok(found)
    }
}

impl Found {
    /// The designs that came to the end and are sound, in the space's order.
    pub fn sound(&self) -> impl Iterator<Item = usize> {
        self.finalists().filter(|&place| self.designs[place].measurement.standing == Standing::Sound)
    }

    /// The designs that came to the end.
    pub fn finalists(&self) -> impl Iterator<Item = usize> {
        let is_there = |(place, design): (usize, &Design)| (design.fate == Fate::Finalist).then_some(place);
        self.designs.iter().enumerate().filter_map(is_there)
    }

    /// Keeps the designs that the fewest others beat. How many are cut.
    fn cut_to(&mut self, affordable: usize, round: usize) -> usize {
        let alive: Vec<usize> = self.finalists().collect();
        if alive.len() <= affordable {
            return 0;
        }
        let measurements: Vec<&Measurement> = alive.iter().map(|&place| &self.designs[place].measurement).collect();
        let order = rank::order(&measurements);
        for &last in &order[affordable..] {
            self.designs[alive[last]].fate = Fate::Cut { round };
        }
        alive.len() - affordable
    }

    /// Measures all that are left, and with them whatever comes back. How many those are, and how many came back.
    fn measure<E>(&mut self, seeds: u32, measure: &mut Measure<'_, E>) -> Result<(usize, usize), E> {
        let (mut measured, mut restored) = (0, 0);
        loop {
            let is_due = |place: &usize| self.designs[*place].measurement.values.len() < seeds as usize;
            let due: Vec<usize> = self.finalists().filter(is_due).collect();
            if due.is_empty() {
                return Ok((measured, restored));
            }
            for (&place, measurement) in due.iter().zip(measure(&due, seeds)?) {
                let design = &mut self.designs[place];
                if matches!(measurement.standing, Standing::Failed(_)) {
                    design.fate = Fate::Failed;
                }
                design.measurement = measurement;
            }
            measured += due.len();
            restored += self.restore();
        }
    }

    /// Takes back in what was dropped for a design that has turned out to be worth less than it seemed. How many.
    fn restore(&mut self) -> usize {
        let mut restored = 0;
        for place in 0..self.designs.len() {
            let Fate::Dominated { by, .. } = self.designs[place].fate else { continue };
            let [one, other] = [by, place].map(|place| &self.designs[place].measurement.standing);
            if !may_drop(one, other) {
                self.designs[place].fate = Fate::Finalist;
                restored += 1;
            }
        }
        restored
    }

    /// Drops whatever is beaten by more than noise, by one that is itself still there. How many.
    fn drop_beaten(&mut self, round: usize) -> usize {
        let mut dropped = 0;
        for place in 0..self.designs.len() {
            let is_there = |place: usize| self.designs[place].fate == Fate::Finalist;
            let beats = |other: &usize| {
                let [better, worse] = [*other, place].map(|place| &self.designs[place].measurement);
                *other != place
                    && is_there(*other)
                    && may_drop(&better.standing, &worse.standing)
                    && better.beats(worse)
            };
            if let Some(by) = (0..self.designs.len()).filter(|_| is_there(place)).find(beats) {
                self.designs[place].fate = Fate::Dominated { by, round };
                dropped += 1;
            }
        }
        dropped
    }
}

impl Measurement {
    /// The mean of each objective.
    pub fn means(&self) -> Vec<f64> {
        let objectives = self.values.first().map_or(0, Vec::len);
        (0..objectives).filter_map(|at| Some(Spread::of(self.values.iter().map(|one| one[at]))?.mean)).collect()
    }

    /// Whether it is better than the other in something, and worse in nothing, beyond tolerance and noise.
    fn beats(&self, other: &Self) -> bool {
        let objectives = self.values.first().map_or(0, Vec::len);
        let mut is_better = false;
        for at in 0..objectives {
            let pairs = self.values.iter().zip(&other.values);
            let Some(worse_by) = Spread::of(pairs.map(|(mine, theirs)| mine[at] - theirs[at])) else { return false };
            let allowed =
                TOLERANCE * Spread::of(other.values.iter().map(|one| one[at])).map_or(0.0, |all| all.mean.abs());
            if worse_by.mean > allowed {
                return false;
            }
            // A single seed shows no noise; nothing is dropped on its word.
            let Some(deviation) = worse_by.deviation else { return false };
            let at_worst = worse_by.mean + ERRORS * deviation / (worse_by.count as f64).sqrt();
            if at_worst > allowed {
                return false;
            }
            is_better |= at_worst < -allowed;
        }
        is_better
    }
}

/// Whether a design of one standing can make one of the other needless.
const fn may_drop(better: &Standing, worse: &Standing) -> bool {
    matches!((better, worse), (Standing::Sound, _) | (Standing::Unsafe(_), Standing::Unsafe(_) | Standing::Failed(_)))
}

#[cfg(test)]
mod tests;
