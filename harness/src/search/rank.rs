//! Which designs come first when not all can go on.
//!
//! Absent: noise. What is ranked is not dropped for being beaten, only for want of runs.

use super::{Measurement, Standing};

/// Whether one point is no worse than another in any objective, and not the same.
pub(super) fn is_no_worse(one: &[f64], other: &[f64]) -> bool {
    !one.is_empty() && one != other && one.iter().zip(other).all(|(mine, theirs)| mine <= theirs)
}

/// The places of these designs: sound ones before unsafe ones, then by how many of their kind beat them on average, then by
/// the first objective.
pub(super) fn order(designs: &[&Measurement]) -> Vec<usize> {
    let means: Vec<Vec<f64>> = designs.iter().map(|design| design.means()).collect();
    let is_sound = |place: usize| designs[place].standing == Standing::Sound;
    let beaten_by = |place: usize| {
        let beats = |&other: &usize| is_sound(other) == is_sound(place) && is_no_worse(&means[other], &means[place]);
        (0..designs.len()).filter(beats).count()
    };
    let beaten: Vec<usize> = (0..designs.len()).map(beaten_by).collect();
    let mut order: Vec<usize> = (0..designs.len()).collect();
    order.sort_by(|&one, &other| {
        let first = |place: usize| means[place].first().copied().unwrap_or(f64::INFINITY);
        (!is_sound(one), beaten[one])
            .cmp(&(!is_sound(other), beaten[other]))
            .then(first(one).total_cmp(&first(other)))
            .then(one.cmp(&other))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(values: [f64; 2]) -> Measurement {
        Measurement { values: vec![values.to_vec()], standing: Standing::Sound }
    }

    #[test]
    fn what_few_beat_comes_first_and_what_is_unsafe_last() {
        let unsafe_one = Measurement { standing: Standing::Unsafe("lost".into()), ..design([0.0, 0.0]) };
        let designs = [design([3.0, 3.0]), design([1.0, 2.0]), unsafe_one, design([2.0, 1.0]), design([2.5, 2.5])];
        assert_eq!(order(&designs.iter().collect::<Vec<_>>()), [1, 3, 4, 0, 2]);
    }

    #[test]
    fn equal_points_beat_each_other_in_nothing() {
        assert!(!is_no_worse(&[1.0, 2.0], &[1.0, 2.0]));
        assert!(is_no_worse(&[1.0, 2.0], &[1.0, 3.0]));
        assert!(!is_no_worse(&[1.0, 3.0], &[2.0, 2.0]));
        assert!(!is_no_worse(&[], &[]), "nothing was measured");
    }
}
