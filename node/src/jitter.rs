//! A little more patience, different on every link: what keeps links that were cut at once from being tried at once.
//!
//! Absent: randomness. It is a hash of who waits for whom and which attempt it is, so there is no state to keep, and a run
//! can be repeated to the nanosecond.

use protocol::{Address, Duration};

use crate::link::Ends;

/// The most there is of it.
pub(crate) fn most(wait: Duration) -> Duration {
    wait / 8
}

/// Between nothing and an eighth of the wait.
pub(crate) fn of(wait: Duration, ends: Ends, attempt: u8) -> Duration {
    let node = |address: Address| u64::from(address.as_node().unwrap_or(u32::MAX));
    // The finalizer of MurmurHash3: every bit of the result depends on every bit of the three.
    let mut hash = (u64::from(attempt) << 60) ^ (node(ends.source) << 30) ^ node(ends.target);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^= hash >> 33;
    wait / 8 / 256 * (hash % 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_attempts_differ_and_stay_within_an_eighth() {
        let wait = Duration::from_secs(8);
        let pairs = (0..10).flat_map(|source| (0..10).map(move |target| (source, target)));
        let mut seen: Vec<Duration> = pairs
            .flat_map(|(source, target)| (0..4).map(move |attempt| (source, target, attempt)))
            .map(|(source, target, attempt)| {
                of(wait, Ends { source: Address::node(source), target: Address::node(target) }, attempt)
            })
            .collect();
        assert!(seen.iter().all(|&more| more < Duration::from_secs(1)));
        seen.sort_unstable();
        seen.dedup();
        // 400 draws from 256 shares leave about 54 of them out.
        assert!(seen.len() > 180, "only {} different waits", seen.len());
    }
}
