//! Whether enough operations succeeded (semantics, section 8.2).
//!
//! Kept from Maelstrom, trap and all: the share is a 32-bit float and the bound a 64-bit one, so that exactly 90 % does not
//! meet a bound of 0.9.

use super::net::ratio;
use crate::history::{History, OpKind};
use crate::options::Availability;
use crate::results::Validity;

/// The share of operations that succeeded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OkFraction {
    /// Whether it is enough.
    pub valid: Validity,
    /// The share; nothing if no operation was invoked, which counts, and is written, as the integer 1.
    pub fraction: Option<f32>,
}

/// Judges a history by the share that was asked for.
pub fn check(history: &History, wanted: Option<Availability>) -> OkFraction {
    let ok = history.client_ops().filter(|(_, op)| op.kind == OpKind::Ok).count() as u64;
    let fraction = ratio(ok, history.client_invocations());
    let share = f64::from(fraction.unwrap_or(1.0));
    let enough = match wanted {
        None => true,
        Some(Availability::AtLeast(bound)) => bound <= share,
        Some(Availability::Total) => share >= 1.0,
    };
    OkFraction { valid: if enough { Validity::Valid } else { Validity::Invalid }, fraction }
}

#[cfg(test)]
mod tests {
    use protocol::Time;

    use super::*;
    use crate::history::{F, Op, Process};

    fn judge(ok: u64, fail: u64, wanted: Option<Availability>) -> Validity {
        let op = |kind| Op {
            time: Time::ZERO,
            kind,
            process: Process::Client(0),
            f: F::Read(None),
            error: None,
            is_final: false,
        };
        let completions = (0..ok).map(|_| OpKind::Ok).chain((0..fail).map(|_| OpKind::Fail));
        let history = completions.flat_map(|kind| [op(OpKind::Invoke), op(kind)]).collect();
        check(&history, wanted).valid
    }

    #[test]
    fn an_exact_hit_can_fail_as_it_does_in_maelstrom() {
        let at_least = |bound| Some(Availability::AtLeast(bound));
        let cases = [
            (9, 1, at_least(0.9), Validity::Invalid),
            (99, 1, at_least(0.99), Validity::Valid),
            (19, 1, at_least(0.95), Validity::Invalid),
            (91, 9, at_least(0.9), Validity::Valid),
            (1, 1, at_least(0.5), Validity::Valid),
            (4, 0, at_least(1.0), Validity::Valid),
            (4, 0, Some(Availability::Total), Validity::Valid),
            (3, 1, Some(Availability::Total), Validity::Invalid),
            (0, 0, Some(Availability::Total), Validity::Valid),
            (0, 3, at_least(0.0), Validity::Valid),
            (0, 3, None, Validity::Valid),
        ];
        for (ok, fail, wanted, expected) in cases {
            assert_eq!(judge(ok, fail, wanted), expected, "{ok} ok, {fail} failed, {wanted:?}");
        }
    }
}
