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
use super::recorded::Recording;
use super::report::Side;
use super::scenario::Scenario;
use super::tutorial::Tutorial;
use crate::exit::ExitStatus;
use crate::figure::Figure;
use crate::statistics::Spread;

/// What is played again: the tutorial's program, of which two runs under `--nemesis partition` are recorded cut by cut.
pub const ALL: [Scenario; 2] = [
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
];

/// What is run in place of this project's node.
pub fn machine(node: u32, options: &Options) -> Tutorial {
    Tutorial::new(node, options.seed)
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
            let (spread, value) = (protocol.figures.get(&figure)?, real.figures.get(&figure)?.mean);
            let deviations = deviations(spread, value)?;
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

/// How far one run is from the mean of these, in standard deviations of such a distance.
fn deviations(spread: &Spread, value: f64) -> Option<f64> {
    let deviation = spread.deviation.filter(|deviation| *deviation > 0.0)?;
    Some((value - spread.mean) / (deviation * (1.0 + 1.0 / spread.count as f64).sqrt()))
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
        assert!((deviations(&spread, 10.0).unwrap()).abs() < 1e-9);
        assert!((deviations(&spread, 12.0).unwrap() - 3.0_f64.sqrt()).abs() < 1e-9);
        assert_eq!(deviations(&Spread::of([9.0; 3]).unwrap(), 12.0), None, "nothing to measure by");
        for replay in ALL {
            let options = replay.options(None);
            assert!(!options.cuts.is_empty() && !options.nemesis.is_empty(), "{}", replay.name);
        }
    }
}
