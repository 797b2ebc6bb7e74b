//! Recorded runs under partitions, played again: the same nodes cut off from the same others at the same times.
//!
//! Which values were under way when the network was cut is chance in the real program and in ours, and it moves the figures by more than any
//! bound on them could allow. The yardstick is therefore how far ours spread from seed to seed under the very same cuts: a recorded run
//! is one more draw, or it is not.
//!
//! What repeats messages decides what a partition costs, and this project's node repeats fewer than the recorded program. So the recorded
//! runs are held against that program's own protocol ([`super::tutorial`]), and this project's node is shown beside it.
//!
//! Absent: recordings of other programs under partitions.

use std::collections::BTreeMap;

use engine::{Nemesis, Options, PlannedCut};
use serde::Serialize;

use super::FIGURES;
use super::embedded::Run;
use super::judge::bound;
use super::recorded::{Recording, Value};
use super::report::Side;
use super::scenario::Scenario;
use super::tutorial::Tutorial;
use crate::exit::ExitStatus;
use crate::figure::Figure;
use crate::statistics::Spread;

/// What is played again: the tutorial's program, of which two runs under `--nemesis partition` are recorded cut by cut, and its batches.
pub const ALL: [Scenario; 3] = [
    Scenario::tutorial("one-cut-off", |options| {
        options.nemesis = Nemesis::Partition.into();
        options.cuts = cuts("b-3d-partition");
    })
    .held_against("b-3d-partition"),
    Scenario::tutorial("one-then-halves", |options| {
        options.nemesis = Nemesis::Partition.into();
        options.cuts = cuts("b-3d-partition-2");
    })
    .held_against("b-3d-partition-2"),
    Scenario::tutorial(BATCHES, |_| ()).with(&["--batch-window", "200ms"]).held_against("tutorial-3e"),
];

/// The one without cuts, in batches.
const BATCHES: &str = "batches";

/// What is run in place of this project's node.
pub fn machine(replay: &str, node: u32, options: &Options) -> Tutorial {
    if replay == BATCHES { Tutorial::batched(node, options.seed) } else { Tutorial::new(node, options.seed) }
}

/// One of them under our engines.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Replayed {
    /// Its name.
    pub replay: &'static str,
    /// What the real program measured.
    pub real: Recording,
    /// The recorded program's protocol under the simulated engine.
    pub protocol: Side,
    /// This project's node under the simulated engine.
    pub simulated: Side,
    /// This project's node under the embedded engine, if it was run.
    pub embedded: Option<Side>,
    /// Where the recorded figures lie among those of the protocol.
    pub places: BTreeMap<Figure, Place>,
}

/// Where a recorded figure lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// How many standard deviations of a run from the simulated mean.
    pub deviations: f64,
    /// Whether that is more than [`FAR`], and the distance more than a recorded run without partitions is allowed.
    pub is_far: bool,
}

/// One of seven figures is beyond two deviations by chance in a third of all rows, and beyond three in a fiftieth.
pub const FAR: f64 = 3.0;

impl Replayed {
    /// What its runs come to; nothing if there were none. `protocol` are those of [`machine`].
    pub(super) fn of(
        replay: &Scenario,
        protocol: &[Run],
        simulated: &[Run],
        embedded: &[Run],
        recordings: &[Recording],
    ) -> Option<Self> {
        let real = recordings.iter().find(|one| Some(one.name.as_str()) == replay.recording)?.clone();
        let side = |runs| Side::of(replay.name, runs, None, |_| None);
        let (protocol, simulated) = (side(protocol)?, side(simulated)?);
        let place = |figure: Figure| {
            let (spread, recorded) = (protocol.figures.get(&figure)?, real.figures.get(&figure)?);
            let deviations = deviations(spread, recorded, real.runs)?;
            let value = recorded.mean;
            // The bounds of the other rows; where they have none, 3 %.
            let bound = bound(figure, value).unwrap_or(0.03 * value);
            let is_far = deviations.abs() > FAR && (value - spread.mean).abs() > bound;
            Some((figure, Place { deviations, is_far }))
        };
        let places = FIGURES.into_iter().filter_map(place).collect();
        Some(Self { replay: replay.name, real, protocol, simulated, embedded: side(embedded), places })
    }

    /// Whether the recorded run is one that ours might have been.
    pub fn standing(&self) -> ExitStatus {
        let is_far = self.places.values().any(|place| place.is_far);
        match is_far {
            _ if self.protocol.trouble.is_some() => ExitStatus::Unknown,
            true => ExitStatus::No,
            false => ExitStatus::Yes,
        }
    }
}

/// How far the mean of so many recorded runs is from that of these, in standard deviations of such a distance. Where the recorded
/// runs spread more than ours, theirs counts.
fn deviations(spread: &Spread, real: &Value, runs: u32) -> Option<f64> {
    let deviation = spread.deviation?.max(real.deviation.unwrap_or(0.0));
    let chance = deviation * (1.0 / f64::from(runs) + 1.0 / spread.count as f64).sqrt();
    (chance > 0.0).then(|| (real.mean - spread.mean) / chance)
}

/// The cuts of a recorded run.
fn cuts(recording: &str) -> Vec<PlannedCut> {
    all_cuts().remove(recording).expect("a test has looked for it")
}

/// Those of every run that is played again.
fn all_cuts() -> BTreeMap<String, Vec<PlannedCut>> {
    serde_json::from_str(include_str!("cuts.json")).expect("a test has read this file")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Read as _;

    use engine::history::{F, PartitionValue};

    use super::*;
    use crate::results::history;

    /// The cuts as the committed history tells of them.
    #[test]
    fn cuts_are_those_of_the_history() {
        let path = format!("{}/tests/results/b-3d-partition-2/history.edn.gz", env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        let (mut found, mut open) = (Vec::new(), None);
        for op in history::read(&text).unwrap().ops() {
            match &op.f {
                F::StartPartition(PartitionValue::Isolated(isolated)) => {
                    let named = |senders: &engine::history::Senders| -> BTreeSet<String> {
                        senders.iter().map(ToString::to_string).collect()
                    };
                    let isolated = isolated.iter().map(|(node, senders)| (node.clone(), named(senders))).collect();
                    open = Some((op.time, isolated));
                }
                F::StopPartition(Some(_)) => {
                    let cut = open.take().map(|(from, isolated)| PlannedCut {
                        from: from.since(protocol::Time::ZERO),
                        until: op.time.since(protocol::Time::ZERO),
                        isolated,
                    });
                    found.extend(cut);
                }
                _ => {}
            }
        }
        assert_eq!(cuts("b-3d-partition-2"), found);
    }

    #[test]
    fn a_recorded_run_is_one_draw_among_ours_or_it_is_not() {
        let spread = Spread::of([9.0, 10.0, 11.0]).unwrap();
        let real = |mean, deviation| Value { mean, deviation };
        assert!((deviations(&spread, &real(10.0, None), 1).unwrap()).abs() < 1e-9);
        assert!((deviations(&spread, &real(12.0, None), 1).unwrap() - 3.0_f64.sqrt()).abs() < 1e-9);
        assert!((deviations(&spread, &real(12.0, Some(2.0)), 3).unwrap() - 1.5_f64.sqrt()).abs() < 1e-9);
        let constant = Spread::of([9.0; 3]).unwrap();
        assert_eq!(deviations(&constant, &real(12.0, None), 1), None, "nothing to measure by");
        for replay in ALL.iter().filter(|replay| replay.name != BATCHES) {
            let options = replay.options(None);
            assert!(!options.cuts.is_empty() && !options.nemesis.is_empty(), "{}", replay.name);
        }
    }
}
