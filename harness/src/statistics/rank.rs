//! Whether two samples differ by more than chance: the test of Mann and Whitney, and the price of asking many times (Holm).
//!
//! The test looks at ranks alone, so it assumes no distribution, and latencies have none with a name. Absent: what is compared,
//! and at which level a difference counts as proven ([`crate::compare`]).

use serde::Serialize;

/// What the test says of two samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RankTest {
    /// How many pairs, one from each sample, have the greater value in the first; equal ones count half.
    pub u: f64,
    /// How often chance alone would pull them at least as far apart, from 0 to 1. Two-sided.
    pub p: f64,
    /// How `p` was found.
    pub method: Method,
}

/// How a probability was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// All ways to deal the values out to the two samples were counted, equal values included.
    Exact,
    /// By the normal distribution that they approach, corrected for equal values and for being whole numbers.
    Normal,
}

impl RankTest {
    /// Tests two samples against each other; none if one is empty.
    pub fn of(first: &[f64], second: &[f64]) -> Option<Self> {
        if first.is_empty() || second.is_empty() {
            return None;
        }
        let ranks = Ranks::of(first, second);
        // The smallest sum that ranks of so many values can have is that of the first ones.
        let least = first.len() * (first.len() + 1);
        let u = (ranks.first_doubled - least) as f64 / 2.0;
        let (method, p) = if ranks.doubled.len() <= EXACT_MAX {
            (Method::Exact, ranks.exact(first.len()))
        } else {
            (Method::Normal, ranks.normal(first.len()))
        };
        Some(Self { u, p: p.min(1.0), method })
    }
}

/// The smallest `p` that samples of these sizes can give: that of two samples of which one lies wholly above the other.
pub fn least_p(first: usize, second: usize) -> f64 {
    let deals = (1..=second).fold(1.0, |product, k| product * (first + k) as f64 / k as f64);
    (2.0 / deals).min(1.0)
}

/// The probabilities of several tests, each raised so that the chance of even one false alarm among all of them stays below
/// the level that they are held against (S. Holm, 1979). It holds however the tests hang together, as the quantiles of one
/// run do.
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    let mut raised = vec![1.0; probabilities.len()];
    let mut so_far: f64 = 0.0;
    for (place, &test) in order.iter().enumerate() {
        let still = (probabilities.len() - place) as f64;
        so_far = so_far.max(probabilities[test] * still).min(1.0);
        raised[test] = so_far;
    }
    raised
}

/// The ranks of two samples put together. Equal values share the mean of their ranks, which is a whole number when doubled.
struct Ranks {
    /// Of every value, doubled, in order.
    doubled: Vec<usize>,
    /// The sum over the first sample, doubled.
    first_doubled: usize,
    /// How many values are equal to each other, for every group of equal ones.
    ties: Vec<usize>,
}

impl Ranks {
    fn of(first: &[f64], second: &[f64]) -> Self {
        let of_first = first.iter().map(|value| (*value, true));
        let mut all: Vec<(f64, bool)> = of_first.chain(second.iter().map(|value| (*value, false))).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut doubled, mut first_doubled, mut ties) = (Vec::with_capacity(all.len()), 0, Vec::new());
        for group in all.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            // The ranks from `before + 1` to `before + n` have twice the mean `2 · before + n + 1`.
            let rank = 2 * doubled.len() + group.len() + 1;
            first_doubled += rank * group.iter().filter(|(_, is_first)| *is_first).count();
            doubled.extend(std::iter::repeat_n(rank, group.len()));
            ties.push(group.len());
        }
        Self { doubled, first_doubled, ties }
    }

    /// The share of all deals whose sum lies at least as far from the mean as this one's.
    fn exact(&self, first: usize) -> f64 {
        let total: usize = self.doubled.iter().sum();
        // ways[n][s]: how many ways there are to choose n of the values seen so far whose ranks add up to s.
        let mut ways = vec![vec![0.0_f64; total + 1]; first + 1];
        ways[0][0] = 1.0;
        for (seen, &rank) in self.doubled.iter().enumerate() {
            for chosen in (1..=first.min(seen + 1)).rev() {
                let (fewer, more) = ways.split_at_mut(chosen);
                let (fewer, more) = (&fewer[chosen - 1], &mut more[0]);
                for sum in rank..=total {
                    more[sum] += fewer[sum - rank];
                }
            }
        }
        // The mean of the doubled sum is a share of the total; everything times the number of values stays whole.
        let count = self.doubled.len();
        let off = |sum: usize| (sum * count).abs_diff(total * first);
        let this = off(self.first_doubled);
        let far: f64 = ways[first].iter().enumerate().filter(|(sum, _)| off(*sum) >= this).map(|(_, n)| n).sum();
        far / ways[first].iter().sum::<f64>()
    }

    /// The same by the normal distribution.
    fn normal(&self, first: usize) -> f64 {
        let count = self.doubled.len() as f64;
        let (n, m) = (first as f64, count - first as f64);
        let equal: f64 = self.ties.iter().map(|&tie| (tie as f64).powi(3) - tie as f64).sum();
        let variance = n * m / 12.0 * (count + 1.0 - equal / (count * (count - 1.0)));
        let off = (self.first_doubled as f64 / 2.0 - n * (count + 1.0) / 2.0).abs();
        if variance <= 0.0 {
            return 1.0;
        }
        2.0 * upper_tail(((off - 0.5) / variance.sqrt()).max(0.0))
    }
}

/// How much of the standard normal distribution lies above `z`, for `z` from 0: the continued fraction of Laplace far out,
/// the series around 0 near it. Right to ten digits.
fn upper_tail(z: f64) -> f64 {
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z > 3.0 {
        let fraction = (1..=FRACTION_TERMS).rev().fold(z, |below, k| z + f64::from(k) / below);
        return density / fraction;
    }
    let (mut term, mut sum) = (z, z);
    for k in 1..SERIES_TERMS {
        term *= z * z / f64::from(2 * k + 1);
        sum += term;
    }
    0.5 - density * sum
}

/// Up to so many values together all deals are counted, which takes some hundred thousand additions.
const EXACT_MAX: usize = 40;
const FRACTION_TERMS: u32 = 100;
const SERIES_TERMS: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-12
    }

    fn p(first: &[f64], second: &[f64]) -> f64 {
        RankTest::of(first, second).unwrap().p
    }

    /// A sample of `n` against one of `m` without equal values, such that U is `u`.
    fn with_u(n: usize, m: usize, u: usize) -> RankTest {
        // Start with the first sample wholly below, and push its values up one place after the other.
        let mut places: Vec<usize> = (0..n).collect();
        let mut left = u;
        for k in (0..n).rev() {
            let by = left.min(m);
            places[k] += by;
            left -= by;
        }
        assert_eq!(left, 0, "U is at most n · m");
        let first: Vec<f64> = places.iter().map(|place| *place as f64).collect();
        let second: Vec<f64> = (0..n + m).filter(|place| !places.contains(place)).map(|place| place as f64).collect();
        let test = RankTest::of(&first, &second).unwrap();
        assert_eq!((test.u, test.method), (u as f64, Method::Exact));
        test
    }

    /// The published table of critical values at 5 %, two-sided: the largest U that still counts, for n and m.
    #[test]
    fn critical_values_are_those_of_the_table() {
        for (n, m, critical) in [
            (4, 4, 0),
            (5, 5, 2),
            (5, 8, 6),
            (6, 6, 5),
            (7, 7, 8),
            (8, 8, 13),
            (7, 10, 14),
            (10, 10, 23),
            (12, 12, 37),
            (20, 20, 127),
        ] {
            assert!(with_u(n, m, critical).p <= 0.05, "{n}, {m}: U = {critical} counts");
            assert!(with_u(n, m, critical + 1).p > 0.05, "{n}, {m}: U = {} does not", critical + 1);
        }
    }

    /// Worked out by counting: of the 252 ways to deal ten values out to five and five, four have a U of at most 2.
    #[test]
    fn small_probabilities_as_on_paper() {
        assert!((with_u(5, 5, 0).p - 2.0 / 252.0).abs() < 1e-12);
        assert!((with_u(5, 5, 2).p - 8.0 / 252.0).abs() < 1e-12);
        assert!((with_u(3, 3, 0).p - 0.1).abs() < 1e-12);
        assert!(is_near(p(&[1.0], &[2.0]), 1.0));
    }

    /// The example of a widely used library's manual: U is 17, and p is 1/9 counted, 0.1113 by the normal distribution.
    #[test]
    fn a_known_example() {
        let (males, females) = ([19.0, 22.0, 16.0, 29.0, 24.0], [20.0, 11.0, 17.0, 12.0]);
        let test = RankTest::of(&males, &females).unwrap();
        assert!(is_near(test.u, 17.0));
        assert!((test.p - 1.0 / 9.0).abs() < 1e-12);
        let normal = Ranks::of(&males, &females).normal(males.len());
        assert!((normal - 0.111_346_886_5).abs() < 1e-9, "{normal}");
    }

    /// Equal values, against the definition: every deal of the values themselves.
    #[test]
    fn equal_values_are_counted_exactly() {
        for (first, second) in [
            (vec![1.0, 1.0, 2.0], vec![2.0, 3.0, 3.0, 3.0]),
            (vec![5.0, 5.0, 5.0, 6.0], vec![5.0, 6.0, 6.0]),
            (vec![1.0, 2.0, 3.0, 4.0], vec![2.0, 2.0, 2.0, 9.0]),
        ] {
            let all: Vec<f64> = first.iter().chain(&second).copied().collect();
            // A pair counts 1, ½ or 0.
            let pair = |a: f64, b: f64| f64::midpoint(1.0, f64::from(a.total_cmp(&b) as i8));
            let u = |is_first: &dyn Fn(usize) -> bool| -> f64 {
                let places = || 0..all.len();
                let of = |a: usize| places().filter(|b| !is_first(*b)).map(|b| pair(all[a], all[b])).sum::<f64>();
                places().filter(|a| is_first(*a)).map(of).sum()
            };
            let mean = (first.len() * second.len()) as f64 / 2.0;
            let this = (u(&|k| k < first.len()) - mean).abs();
            let deals: Vec<u32> =
                (0..1_u32 << all.len()).filter(|deal| deal.count_ones() as usize == first.len()).collect();
            let far = deals.iter().filter(|deal| (u(&|k| *deal >> k & 1 == 1) - mean).abs() >= this - 1e-9).count();
            assert!((p(&first, &second) - far as f64 / deals.len() as f64).abs() < 1e-12, "{first:?} {second:?}");
        }
    }

    #[test]
    fn what_is_all_the_same_does_not_differ() {
        assert!(is_near(p(&[3.0; 5], &[3.0; 5]), 1.0));
        assert!(is_near(p(&[3.0; 50], &[3.0; 50]), 1.0));
        assert_eq!(RankTest::of(&[], &[1.0]), None);
    }

    /// The two methods agree where they meet, and the samples' order does not matter.
    #[test]
    fn large_samples_go_over_into_the_normal_distribution() {
        let first: Vec<f64> = (0..20).map(|k| f64::from(k * 7 % 20)).collect();
        let second: Vec<f64> = (0..20).map(|k| f64::from(k * 3 % 20) + 4.5).collect();
        let (exact, normal) = (p(&first, &second), Ranks::of(&first, &second).normal(20));
        assert!((exact - normal).abs() < 0.002, "{exact} {normal}");
        assert!((exact - p(&second, &first)).abs() < 1e-12);
        let many: Vec<f64> = (0..40).map(f64::from).collect();
        let test = RankTest::of(&many, &many.iter().map(|value| value + 20.5).collect::<Vec<_>>()).unwrap();
        assert!(test.method == Method::Normal && test.p < 1e-6);
    }

    #[test]
    fn the_normal_distributions_tail_is_that_of_the_tables() {
        for (z, tail) in [
            (0.0, 0.5),
            (1.0, 0.158_655_253_9),
            (1.959_963_985, 0.025),
            (3.0, 1.349_898_032e-3),
            (5.0, 2.866_515_719e-7),
        ] {
            assert!((upper_tail(z) / tail - 1.0).abs() < 1e-8, "{z}: {}", upper_tail(z));
        }
    }

    #[test]
    fn few_values_cannot_prove_anything() {
        assert_eq!((least_p(1, 1), least_p(3, 3)), (1.0, 0.1));
        assert!((least_p(4, 4) - 2.0 / 70.0).abs() < 1e-12);
        assert!((least_p(5, 5) - with_u(5, 5, 0).p).abs() < 1e-12);
    }

    /// Holm's by hand: 0.01 · 4, 0.02 · 3, then 0.03 · 2 = 0.06, and 0.5.
    #[test]
    fn many_tests_have_their_price() {
        let raised = holm(&[0.02, 0.5, 0.01, 0.03]);
        for (found, expected) in raised.iter().zip([0.06, 0.5, 0.04, 0.06]) {
            assert!((found - expected).abs() < 1e-12, "{raised:?}");
        }
        assert_eq!(holm(&[]), [0.0; 0]);
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }
}
