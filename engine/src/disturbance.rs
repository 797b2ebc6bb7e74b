//! What happens to single messages between nodes while a nemesis has the network lose, double or slow them.
//!
//! Which links are slow is decided by a number drawn with each start, so that nothing need be kept for each link.
//!
//! Absent: when this begins and ends ([`crate::nemesis`]); queues ([`crate::network`]).

use protocol::Address;

use crate::Nemesis;
use crate::random::Random;

/// How messages between nodes fare.
#[derive(Debug)]
pub(crate) struct Disturbance {
    random: Random,
    /// Of a thousand messages.
    loss: u16,
    /// Of a thousand messages.
    duplication: u16,
    slow: Option<Slow>,
    /// Whether any of them is set.
    is_any: bool,
}

#[derive(Clone, Copy, Debug)]
struct Slow {
    times: u16,
    key: u64,
}

/// What one message meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fortune {
    pub(crate) is_lost: bool,
    pub(crate) is_doubled: bool,
    /// How many times the latency it takes.
    pub(crate) slowness: u64,
}

impl Disturbance {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::stream(seed, "disturbance"), loss: 0, duplication: 0, slow: None, is_any: false }
    }

    /// Whether messages fare any other way than ever.
    #[inline]
    pub(crate) const fn is_any(&self) -> bool {
        self.is_any
    }

    /// Begins. `key` decides which links are slow.
    pub(crate) const fn start(&mut self, nemesis: Nemesis, key: u64) {
        match nemesis {
            Nemesis::Loss(parts) => self.loss = parts,
            Nemesis::Duplication(parts) => self.duplication = parts,
            Nemesis::Slow(times) => self.slow = Some(Slow { times, key }),
            Nemesis::Crash(_) | Nemesis::Isolate(_) | Nemesis::OneWay | Nemesis::Partition | Nemesis::Pause(_) => {}
        }
        self.note();
    }

    /// Ends.
    pub(crate) const fn stop(&mut self, nemesis: Nemesis) {
        match nemesis {
            Nemesis::Loss(_) => self.loss = 0,
            Nemesis::Duplication(_) => self.duplication = 0,
            Nemesis::Slow(_) => self.slow = None,
            Nemesis::Crash(_) | Nemesis::Isolate(_) | Nemesis::OneWay | Nemesis::Partition | Nemesis::Pause(_) => {}
        }
        self.note();
    }

    const fn note(&mut self) {
        self.is_any = self.loss > 0 || self.duplication > 0 || self.slow.is_some();
    }

    /// What a message on that link meets.
    pub(crate) fn meet(&mut self, src: Address, receiver: u32) -> Fortune {
        let is_lost = self.loss > 0 && self.random.below(1000) < u64::from(self.loss);
        let is_doubled = self.duplication > 0 && self.random.below(1000) < u64::from(self.duplication);
        let sender = src.as_node().unwrap_or(u32::MAX);
        let slowness = match self.slow {
            Some(Slow { times, key }) if is_slow(key, sender, receiver) => u64::from(times),
            _ => 1,
        };
        Fortune { is_lost, is_doubled, slowness }
    }
}

/// Whether the link from one node to another is among the fifth that is slow (`SplitMix64`'s finaliser over key and link).
fn is_slow(key: u64, sender: u32, receiver: u32) -> bool {
    let mut mixed = key ^ (u64::from(sender) << 32 | u64::from(receiver));
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31).is_multiple_of(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(nemesis: Nemesis) -> Vec<Fortune> {
        let mut disturbance = Disturbance::new(1);
        assert!(!disturbance.is_any());
        disturbance.start(nemesis, 77);
        assert!(disturbance.is_any());
        let met = (0..10_000).map(|k| disturbance.meet(Address::node(k % 100), k / 100)).collect();
        disturbance.stop(nemesis);
        assert!(!disturbance.is_any());
        met
    }

    #[test]
    fn each_hits_its_share_and_nothing_else() {
        let count = |nemesis, hit: fn(&Fortune) -> bool| met(nemesis).iter().filter(|fortune| hit(fortune)).count();
        for (nemesis, least, most) in
            [(Nemesis::Loss(50), 440, 560), (Nemesis::Duplication(200), 1_880, 2_120), (Nemesis::Slow(7), 1_880, 2_120)]
        {
            let hits = [
                count(nemesis, |fortune| fortune.is_lost),
                count(nemesis, |fortune| fortune.is_doubled),
                count(nemesis, |fortune| fortune.slowness == 7),
            ];
            let hit: Vec<usize> = hits.into_iter().filter(|hits| *hits > 0).collect();
            assert!(matches!(hit[..], [one] if (least..=most).contains(&one)), "{nemesis}: {hits:?}");
        }
    }

    #[test]
    fn another_start_slows_other_links_and_both_directions_are_two_links() {
        let slow = |key| (0..20).filter(|&receiver| is_slow(key, 3, receiver)).collect::<Vec<u32>>();
        assert_ne!(slow(1), slow(2));
        assert!((0..20).any(|node| is_slow(1, 3, node) != is_slow(1, node, 3)));
    }
}
