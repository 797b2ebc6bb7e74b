//! How one side's figure differs from the reference's, and whether that is more than chance.

use serde::Serialize;

use super::SideCell;
use crate::figure::Figure;
use crate::statistics::{Method, RankTest, Spread, least_p};

/// A difference from the reference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// This side's median less the reference's, in the figure's unit.
    pub absolute: f64,
    /// The same as a share of the reference's; absent where that is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// How it is known.
    pub proof: Proof,
    /// What may be said of it.
    pub standing: Standing,
}

/// How a difference, or that there is none, is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Proof {
    /// The same runs happened: their traces have the same digests.
    Identical,
    /// The figure did not vary, or does not vary by itself.
    Exact,
    /// The repetitions of both sides, tested.
    Tested {
        /// The test's probability.
        p: f64,
        /// The same, raised for the number of tests in the table.
        corrected: f64,
        /// How it was found.
        method: Method,
        /// Values on the reference and on this side.
        n: (usize, usize),
    },
    /// One side has a single value, which tells nothing about chance.
    Single,
}

/// What may be said of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// There is one.
    Differs,
    /// No difference is proven, though one of some size would have been.
    NotProven,
    /// There is none.
    Same,
    /// So few repetitions cannot prove anything in a table of this size.
    TooFew,
    /// Without repetitions, noise cannot be told from change.
    Untested,
}

impl Standing {
    /// As data says it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Differs => "differs",
            Self::NotProven => "not-proven",
            Self::Same => "same",
            Self::TooFew => "too-few",
            Self::Untested => "untested",
        }
    }
}

impl Change {
    /// The difference in one figure; none if a side has not measured it. What stands is final once
    /// [`Change::correct`] was called.
    pub(super) fn of(reference: &SideCell, other: &SideCell, figure: Figure) -> Option<Self> {
        let (before, after) = (reference.sample(figure), other.sample(figure));
        let (from, to) = (median(before)?, median(after)?);
        let absolute = to - from;
        let share = (from != 0.0).then(|| absolute / from);
        let (proof, standing) = Self::proof(reference, other, figure, share);
        Some(Self { absolute, share, proof, standing })
    }

    fn proof(reference: &SideCell, other: &SideCell, figure: Figure, share: Option<f64>) -> (Proof, Standing) {
        let (before, after) = (reference.sample(figure), other.sample(figure));
        if reference.digest.is_some() && reference.digest == other.digest {
            return (Proof::Identical, Standing::Same);
        }
        let single = before.len() < 2 || after.len() < 2;
        if !single && constant(before).is_some() && constant(before) == constant(after) {
            return (Proof::Exact, Standing::Same);
        }
        if let (true, Some(from), Some(to)) = (is_exact(figure), constant(before), constant(after)) {
            let is_same = from.total_cmp(&to).is_eq();
            let is_chance = single && share.is_some_and(|share| share.abs() < CLIENTS_CHOICE);
            return match (is_same, is_chance) {
                (true, _) => (Proof::Exact, Standing::Same),
                (false, true) => (Proof::Single, Standing::NotProven),
                (false, false) => (Proof::Exact, Standing::Differs),
            };
        }
        if single {
            let is_same = constant(before).is_some() && constant(before) == constant(after);
            return (Proof::Single, if is_same { Standing::Same } else { Standing::Untested });
        }
        let test = RankTest::of(before, after).expect("two values at least on either side");
        let RankTest { p, method, .. } = test;
        (Proof::Tested { p, corrected: p, method, n: (before.len(), after.len()) }, Standing::NotProven)
    }

    /// Takes the next of the raised probabilities, if this was tested, and says what stands.
    pub(super) fn correct(&mut self, raised: &mut impl Iterator<Item = f64>, tests: usize, alpha: f64) {
        let Proof::Tested { corrected, n, .. } = &mut self.proof else { return };
        *corrected = raised.next().unwrap_or(1.0);
        self.standing = if *corrected <= alpha {
            Standing::Differs
        } else if least_p(n.0, n.1) * tests as f64 > alpha {
            Standing::TooFew
        } else {
            Standing::NotProven
        };
    }
}

impl Proof {
    /// The probability of the test, if there was one.
    pub(super) const fn p(&self) -> Option<f64> {
        match self {
            Self::Tested { p, .. } => Some(*p),
            _ => None,
        }
    }
}

fn median(sample: &[f64]) -> Option<f64> {
    Spread::of(sample.iter().copied()).map(|spread| spread.median)
}

/// The value that all are, if they are all the same.
fn constant(sample: &[f64]) -> Option<f64> {
    let first = *sample.first()?;
    sample.iter().all(|value| value.total_cmp(&first).is_eq()).then_some(first)
}

/// Whether a figure follows from the design and not from time: chance has no part in it while it is the same in every
/// repetition.
const fn is_exact(figure: Figure) -> bool {
    matches!(figure, Figure::Lost | Figure::Missing | Figure::MsgsPerBroadcast)
}

/// In a design that treats nodes differently, messages per broadcast depend a little on which nodes the clients choose: by
/// 0.03 % between seeds for a relay to the master on 25 nodes. One message more or less per broadcast, the least that a
/// change of design makes, is 2 % there. So a single run's difference below this share says nothing.
const CLIENTS_CHOICE: f64 = 0.001;
