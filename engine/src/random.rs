//! One seed, forked into named streams. A seed in an experiment file has to mean the same run in five years and on every
//! machine: the generator is `ChaCha8` (specified, portable), the samplers are our own, and the one logarithm is `libm`'s.

use protocol::Duration;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use crate::Distribution;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// The stream of that name. Streams of one seed do not depend on each other: drawing more latencies does not change
    /// which operations the generator picks.
    ///
    /// # Panics
    /// If the name is longer than 24 bytes.
    pub(crate) fn stream(seed: u64, name: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..8 + name.len()].copy_from_slice(name.as_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A whole number from 0 to `bound`, the bound excluded; 0 if the bound is 0.
    ///
    /// By multiplication (Lemire, "Fast random integer generation in an interval"), without the rejection step: the bias is
    /// below `bound` / 2^64.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).expect("the upper half of 128 bits")
    }

    /// A place in a list of that length.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("below a usize")
    }

    /// One of two, each half of the time.
    pub(crate) fn coin(&mut self) -> bool {
        self.0.next_u64() >> 63 == 1
    }

    /// A span from 0 to `bound`, the bound excluded.
    pub(crate) fn span(&mut self, bound: Duration) -> Duration {
        Duration::from_nanos(self.below(bound.as_nanos()))
    }

    /// An exponential draw with that mean.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        // In (0, 1]: 53 random bits, plus one so that the logarithm is finite.
        let unit = ((self.0.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        -mean * libm::log(unit)
    }

    /// Brings a list into a uniformly random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.index(last + 1));
        }
    }
}

impl Distribution {
    /// One draw, cut to a whole number.
    #[inline]
    pub(crate) fn draw(self, mean: u64, random: &mut Random) -> u64 {
        match self {
            Self::Constant => mean,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to whole, never negative")]
            Self::Exponential => random.exponential(mean as f64) as u64,
            Self::Uniform => random.below(2 * mean),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_for_ever() {
        let mut network = Random::stream(42, "network");
        let drawn = [network.below(1_000_000), network.below(1_000_000), network.below(1_000_000)];
        assert_eq!(
            drawn,
            [3_403, 93_064, 688_527],
            "the generator or a sampler changed: every stored seed changes with it"
        );
        assert_eq!(network.exponential(100.0).to_bits(), 4_636_799_206_010_156_341);
    }

    #[test]
    fn streams_differ_by_seed_and_name() {
        let first = |seed, name| Random::stream(seed, name).below(u64::MAX);
        assert_ne!(first(1, "network"), first(2, "network"));
        assert_ne!(first(1, "network"), first(1, "nemesis"));
        assert_eq!(first(1, "network"), first(1, "network"));
    }

    #[test]
    fn draws_keep_to_their_range_and_mean() {
        let mut random = Random::stream(7, "test");
        let draws: Vec<u64> = (0..20_000).map(|_| random.below(200)).collect();
        assert!(draws.iter().all(|&draw| draw < 200));
        assert!((draws.iter().sum::<u64>() as f64 / 20_000.0 - 99.5).abs() < 2.0);
        let exponential = (0..20_000).map(|_| random.exponential(100.0)).sum::<f64>() / 20_000.0;
        assert!((exponential - 100.0).abs() < 4.0, "mean {exponential}");
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn a_shuffle_keeps_every_element() {
        let mut list: Vec<u32> = (0..25).collect();
        Random::stream(3, "test").shuffle(&mut list);
        assert_ne!(list, (0..25).collect::<Vec<_>>());
        list.sort_unstable();
        assert_eq!(list, (0..25).collect::<Vec<_>>());
    }
}
