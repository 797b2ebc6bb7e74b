//! Quantiles by Maelstrom's rule: the value at q of n sorted ones is number `min(n - 1, floor(n q))`, counted from 0. So
//! the median of two values is the larger one.

use serde::{Deserialize, Serialize};

/// The five that Maelstrom reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Quantiles<T> {
    /// At 0.
    pub min: T,
    /// At 0.5.
    pub median: T,
    /// At 0.95.
    pub p95: T,
    /// At 0.99.
    pub p99: T,
    /// At 1.
    pub max: T,
}

impl<T: Copy> Quantiles<T> {
    /// The quantiles of values in ascending order; nothing if there are none.
    pub fn of_sorted(values: &[T]) -> Option<Self> {
        let at = |q| values.get(rank(values.len(), q)).copied();
        Some(Self { min: at(0.0)?, median: at(0.5)?, p95: at(0.95)?, p99: at(0.99)?, max: at(1.0)? })
    }

    /// The quantiles of values in any order; nothing if there are none.
    pub fn of(mut values: Vec<T>) -> Option<Self>
    where
        T: Ord,
    {
        // The quantiles alone come to where they would lie if all were in order.
        let mut from = 0;
        for place in [0.5, 0.95, 0.99, 1.0].map(|q| rank(values.len(), q)) {
            if (from..values.len()).contains(&place) {
                values[from..].select_nth_unstable(place - from);
                from = place + 1;
            }
        }
        let least = (0..values.len().min(rank(values.len(), 0.5) + 1)).min_by_key(|&place| values[place])?;
        values.swap(0, least);
        Self::of_sorted(&values)
    }

    /// The same quantiles in another unit. The function must keep the order.
    pub fn map<U>(self, unit: impl Fn(T) -> U) -> Quantiles<U> {
        Quantiles {
            min: unit(self.min),
            median: unit(self.median),
            p95: unit(self.p95),
            p99: unit(self.p99),
            max: unit(self.max),
        }
    }
}

impl Quantiles<f64> {
    /// The quantiles of floating-point values in any order; nothing if there are none.
    pub fn of_floats(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        Self::of_sorted(&values)
    }
}

/// The place of the value at `q` among `count` sorted ones. The product is taken in f64, as Maelstrom takes it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are below 2^52 and q lies in 0..=1, so the product is a small whole number that is not negative"
)]
fn rank(count: usize, q: f64) -> usize {
    ((count as f64 * q).floor() as usize).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[i32]) -> Option<[i32; 5]> {
        Quantiles::of(values.to_vec()).map(|q| [q.min, q.median, q.p95, q.p99, q.max])
    }

    #[test]
    fn the_rule_at_its_edges() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[7]), Some([7, 7, 7, 7, 7]));
        assert_eq!(of(&[2, 1]), Some([1, 2, 2, 2, 2]));
        assert_eq!(of(&[69, 79, 89, 99]), Some([69, 89, 99, 99, 99]));
        assert_eq!(of(&(0..100).rev().collect::<Vec<_>>()), Some([0, 50, 95, 99, 99]));
        assert_eq!(of(&(0..20).collect::<Vec<_>>()), Some([0, 10, 19, 19, 19]));
        assert_eq!(of(&(0..1000).collect::<Vec<_>>()), Some([0, 500, 950, 990, 999]));
    }

    proptest! {
        #[test]
        fn the_order_of_values_does_not_matter(values in prop::collection::vec(0_i32..50, 0..300)) {
            let mut sorted = values.clone();
            sorted.sort_unstable();
            prop_assert_eq!(Quantiles::of(values), Quantiles::of_sorted(&sorted));
        }
    }

    #[test]
    fn floats_follow_the_same_rule() {
        let quantiles = Quantiles::of_floats(vec![0.5, -1.0, 3.25]).expect("three values");
        assert_eq!(quantiles, Quantiles { min: -1.0, median: 0.5, p95: 3.25, p99: 3.25, max: 3.25 });
        assert_eq!(Quantiles::of_floats(Vec::new()), None);
        let doubled = Quantiles { min: -2.0, median: 1.0, p95: 6.5, p99: 6.5, max: 6.5 };
        assert_eq!(quantiles.map(|value| value * 2.0), doubled);
    }
}
