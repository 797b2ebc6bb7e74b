//! A space whose front is known, with noise on every measurement.

use std::collections::BTreeSet;
use std::convert::Infallible;

use super::*;

/// A number between -1 and 1 that depends on all three, as a seed's noise does.
fn noise(design: usize, objective: usize, seed: usize) -> f64 {
    let mut hash = (design as u64) << 40 ^ (objective as u64) << 20 ^ seed as u64;
    for multiplier in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(multiplier);
    }
    (hash >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// Designs of a grid: a window that trades cost against latency, and a waste that costs on both sides.
struct Space {
    windows: usize,
    wastes: usize,
    noise: f64,
    /// Designs that lose values, each from that seed on.
    losing: Vec<(usize, usize)>,
    /// How often a design was measured with a seed.
    runs: u64,
    asked: BTreeSet<(usize, usize)>,
}

impl Space {
    fn new(windows: usize, wastes: usize, noise: f64) -> Self {
        Self { windows, wastes, noise, losing: Vec::new(), runs: 0, asked: BTreeSet::new() }
    }

    fn designs(&self) -> usize {
        self.windows * self.wastes
    }

    /// Where a design truly lies.
    fn truth(&self, design: usize) -> [f64; 2] {
        let (window, waste) = ((design / self.wastes) as f64, (design % self.wastes) as f64);
        [100.0 / (window + 1.0) * (1.0 + waste), 10.0 * (window + 1.0) * (1.0 + waste)]
    }

    /// Those without waste.
    fn front(&self) -> Vec<usize> {
        (0..self.windows).map(|window| window * self.wastes).collect()
    }

    fn measure(&mut self, designs: &[usize], seeds: u32) -> Vec<Measurement> {
        let each = |&design: &usize| {
            let truth = self.truth(design);
            let values = (0..seeds as usize).map(|seed| {
                (0..2).map(|at| truth[at] * (1.0 + self.noise * noise(design, at, seed))).collect::<Vec<f64>>()
            });
            let loses = self.losing.iter().any(|&(one, from)| one == design && seeds as usize > from);
            let standing = if loses { Standing::Unsafe("loses a value".into()) } else { Standing::Sound };
            Measurement { values: values.collect(), standing }
        };
        let measured = designs.iter().map(each).collect();
        for &design in designs {
            self.runs += (0..seeds as usize).filter(|&seed| self.asked.insert((design, seed))).count() as u64;
        }
        measured
    }

    fn search(&mut self, method: Method) -> Found {
        let designs = self.designs();
        let mut measure = |designs: &[usize], seeds: u32| Ok::<_, Infallible>(self.measure(designs, seeds));
        method.search(designs, &mut measure).unwrap_or_else(|never| match never {})
    }
}

const METHOD: Method = Method { seeds: 64, first: 4, budget: None };

#[test]
fn a_small_space_is_measured_as_a_whole() {
    let mut space = Space::new(5, 3, 0.1);
    let found = space.search(METHOD);
    assert_eq!(found.rounds, [Round { seeds: 64, measured: 15, restored: 0, dominated: 0, cut: 0 }]);
    assert_eq!((found.finalists().count(), space.runs), (15, 15 * 64));
}

#[test]
fn a_large_space_keeps_its_front_for_a_small_part_of_the_runs() {
    let mut space = Space::new(30, 12, 0.2);
    let found = space.search(METHOD);
    let finalists: Vec<usize> = found.sound().collect();
    assert!(space.front().iter().all(|design| finalists.contains(design)), "{:?}", found.rounds);
    assert_eq!(found.rounds.iter().map(|round| round.seeds).collect::<Vec<_>>(), [4, 16, 64]);
    let all = space.designs() as u64 * 64;
    assert!(space.runs * 4 < all, "{} of {all} runs", space.runs);
    // Whatever was dropped is truly beaten by what dropped it.
    for (place, design) in found.designs.iter().enumerate() {
        if let Fate::Dominated { by, .. } = design.fate {
            let [better, worse] = [by, place].map(|design| space.truth(design));
            assert!(better[0] <= worse[0] * 1.01 && better[1] <= worse[1] * 1.01, "{by} does not beat {place}");
        }
    }
}

#[test]
fn the_same_measurements_find_the_same() {
    let found = || Space::new(30, 12, 0.3).search(METHOD);
    assert_eq!(found(), found());
}

#[test]
fn nothing_is_dropped_within_noise() {
    // Two designs that are the same but for noise.
    let mut space = Space::new(1, 1, 0.5);
    let mut measure = |designs: &[usize], seeds: u32| {
        let [one] = space.measure(&[0], seeds).try_into().expect("one design");
        let shifted = |by: f64| Measurement {
            values: one.values.iter().enumerate().map(|(seed, v)| vec![v[0] + by * noise(9, 0, seed), v[1]]).collect(),
            standing: Standing::Sound,
        };
        Ok::<_, Infallible>(designs.iter().map(|&design| shifted(design as f64 * 0.001)).collect::<Vec<_>>())
    };
    let found = Method { seeds: 4_000, first: 4, budget: None }.search(2, &mut measure).unwrap();
    assert_eq!(found.finalists().count(), 2);
}

/// The best design of all loses values, which only the last round shows. What it has beaten must not be missing then.
#[test]
fn what_an_unsafe_design_has_beaten_comes_back() {
    let mut space = Space::new(30, 12, 0.2);
    let front = space.front();
    space.losing = front[..10].iter().map(|&design| (design, 20)).collect();
    let found = space.search(METHOD);
    assert!(found.rounds[2].restored > 0, "{:?}", found.rounds);
    for &design in &front {
        let is_sound = found.designs[design].measurement.standing == Standing::Sound;
        assert_eq!(is_sound, !front[..10].contains(&design));
    }
    // The next best of the same windows: waste 1 instead of 0.
    let finalists: Vec<usize> = found.sound().collect();
    let beaten = |design: usize| {
        (0..space.designs())
            .any(|other| !front[..10].contains(&other) && rank::is_no_worse(&space.truth(other), &space.truth(design)))
    };
    let truly_best = (0..space.designs()).filter(|&design| !front[..10].contains(&design) && !beaten(design));
    for design in truly_best {
        assert!(finalists.contains(&design), "{design} is missing");
    }
}

#[test]
fn what_fails_is_told_and_drops_nothing() {
    let mut measure = |designs: &[usize], seeds: u32| {
        let one = |&design: &usize| Measurement {
            values: vec![vec![design as f64, design as f64]; seeds as usize],
            standing: if design == 0 { Standing::Failed("crashed".into()) } else { Standing::Sound },
        };
        Ok::<_, Infallible>(designs.iter().map(one).collect::<Vec<_>>())
    };
    let found = METHOD.search(100, &mut measure).unwrap();
    assert_eq!((found.designs[0].fate, found.designs[1].fate), (Fate::Failed, Fate::Finalist));
    assert_eq!(found.designs[2].fate, Fate::Dominated { by: 1, round: 1 });
}

#[test]
fn a_budget_cuts_and_says_so() {
    let mut space = Space::new(30, 12, 0.2);
    let found = space.search(Method { budget: Some(2_500), ..METHOD });
    assert!(space.runs <= 2_500, "{} runs", space.runs);
    let cut = found.designs.iter().filter(|design| matches!(design.fate, Fate::Cut { .. })).count();
    assert_eq!(found.rounds.iter().map(|round| round.cut).sum::<usize>(), cut);
    assert!(cut > 0);
    let finalists: Vec<usize> = found.finalists().collect();
    let good = finalists.iter().filter(|design| space.front().contains(design)).count();
    assert!(good * 3 >= finalists.len() * 2, "{good} of {}", finalists.len());
}

#[test]
fn trouble_ends_the_search() {
    let mut rounds = 0;
    let mut measure = |designs: &[usize], seeds: u32| {
        rounds += 1;
        if rounds == 2 { Err("interrupted") } else { Ok(Space::new(30, 12, 0.2).measure(designs, seeds)) }
    };
    assert_eq!(METHOD.search(360, &mut measure), Err("interrupted"));
}
