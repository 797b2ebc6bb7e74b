//! Cuts after which every node hears a majority, and no two the same one (semantics, section 9).
//!
//! The number of pairs that still hear each other grows with the square of the nodes, whoever writes them down: that is what
//! the cut is. Here a pair takes a bit, and drawing the next one looks at a bit for each node, 64 at a time.

use crate::random::Random;

/// Who hears whom: a row of bits for each node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hears {
    /// How many words a row takes.
    words: usize,
    bits: Vec<u64>,
}

impl Hears {
    fn nobody(nodes: usize) -> Self {
        let words = nodes.div_ceil(64);
        Self { words, bits: vec![0; nodes * words] }
    }

    /// Whatever this says.
    pub(super) fn of(nodes: usize, hears: impl Fn(usize, usize) -> bool) -> Self {
        let mut all = Self::nobody(nodes);
        let pairs = (0..nodes).flat_map(|receiver| (0..nodes).map(move |sender| (receiver, sender)));
        pairs
            .filter(|&(receiver, sender)| hears(receiver, sender))
            .for_each(|(receiver, sender)| all.set(receiver, sender));
        all
    }

    /// Whether `receiver` hears `sender`.
    pub(crate) fn has(&self, receiver: usize, sender: usize) -> bool {
        self.bits[receiver * self.words + sender / 64] >> (sender % 64) & 1 == 1
    }

    fn set(&mut self, receiver: usize, sender: usize) {
        self.bits[receiver * self.words + sender / 64] |= 1 << (sender % 64);
    }

    fn row(&self, receiver: usize) -> &[u64] {
        &self.bits[receiver * self.words..][..self.words]
    }
}

/// Up to five nodes: the windows of a majority in a shuffled ring; the node in the middle of each hears its window only.
pub(super) fn small(count: usize, random: &mut Random) -> Hears {
    let majority = count / 2 + 1;
    let mut ring: Vec<usize> = (0..count).collect();
    random.shuffle(&mut ring);
    let mut hears = Hears::nobody(count);
    for start in 0..count {
        let middle = ring[(start + majority / 2) % count];
        for place in start..start + majority {
            hears.set(middle, ring[place % count]);
        }
    }
    hears
}

/// More than five: the two least connected nodes that are not connected yet are connected, until every node has a majority,
/// itself included.
pub(super) fn large(count: usize, random: &mut Random) -> Hears {
    let majority = count / 2 + 1;
    let mut hears = Hears::nobody(count);
    (0..count).for_each(|node| hears.set(node, node));
    let mut levels = Levels::of(count);
    while levels.lowest < majority {
        let one = levels.least_connected(None, random);
        let other = levels.least_connected(Some(hears.row(one)), random);
        hears.set(one, other);
        hears.set(other, one);
        levels.raise(one);
        levels.raise(other);
    }
    hears
}

/// Nodes by how many they are connected to.
struct Levels {
    /// The smallest degree of any node.
    lowest: usize,
    degrees: Vec<usize>,
    /// For each degree, a bit for each node that has it.
    nodes: Vec<Vec<u64>>,
}

impl Levels {
    /// Each connected to itself alone.
    fn of(count: usize) -> Self {
        let words = count.div_ceil(64);
        let mut all = vec![0; words];
        (0..count).for_each(|node| all[node / 64] |= 1 << (node % 64));
        Self { lowest: 1, degrees: vec![1; count], nodes: vec![Vec::new(), all] }
    }

    /// The node has one more.
    fn raise(&mut self, node: usize) {
        let degree = self.degrees[node];
        self.degrees[node] += 1;
        if self.nodes.len() == degree + 1 {
            self.nodes.push(vec![0; self.nodes[degree].len()]);
        }
        self.nodes[degree][node / 64] &= !(1 << (node % 64));
        self.nodes[degree + 1][node / 64] |= 1 << (node % 64);
        if degree == self.lowest && self.nodes[degree].iter().all(|word| *word == 0) {
            // Nobody comes back to it.
            self.nodes[degree] = Vec::new();
            self.lowest += 1;
        }
    }

    /// A random one of the nodes with the smallest degree, among those that are not in the row.
    fn least_connected(&self, row: Option<&[u64]>, random: &mut Random) -> usize {
        let left = |level: &[u64], word: usize| level[word] & !row.map_or(0, |row| row[word]);
        let count = |level: &[u64]| (0..level.len()).map(|word| left(level, word).count_ones() as usize).sum::<usize>();
        let ties = self.nodes[self.lowest..].iter().map(|level| (level, count(level))).find(|(_, ties)| *ties > 0);
        let (level, ties) = ties.expect("a node below a majority has somebody to connect to");
        let mut skipped = random.index(ties);
        for word in 0..level.len() {
            let mut bits = left(level, word);
            if skipped >= bits.count_ones() as usize {
                skipped -= bits.count_ones() as usize;
                continue;
            }
            (0..skipped).for_each(|_| bits &= bits - 1);
            return word * 64 + bits.trailing_zeros() as usize;
        }
        unreachable!("fewer are skipped than there are")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same word for word as the semantics say it.
    fn slow(count: usize, random: &mut Random) -> Vec<Vec<bool>> {
        let least = |degrees: &[usize], eligible: &dyn Fn(usize) -> bool, random: &mut Random| {
            let nodes = || (0..degrees.len()).filter(|&node| eligible(node));
            let smallest = nodes().map(|node| degrees[node]).min().unwrap();
            let ties: Vec<usize> = nodes().filter(|&node| degrees[node] == smallest).collect();
            ties[random.index(ties.len())]
        };
        let mut hears: Vec<Vec<bool>> =
            (0..count).map(|node| (0..count).map(|other| other == node).collect()).collect();
        let mut degrees = vec![1; count];
        while degrees.iter().any(|&degree| degree < count / 2 + 1) {
            let one = least(&degrees, &|_| true, random);
            let other = least(&degrees, &|node| !hears[one][node], random);
            (hears[one][other], hears[other][one]) = (true, true);
            degrees[one] += 1;
            degrees[other] += 1;
        }
        hears
    }

    #[test]
    fn a_ring_is_the_one_that_the_semantics_draw() {
        for count in (6..40).chain([63, 64, 65, 130]) {
            for seed in 0..3 {
                let random = || Random::stream(seed, "nemesis");
                let (fast, slow) = (large(count, &mut random()), slow(count, &mut random()));
                for (receiver, row) in slow.iter().enumerate() {
                    let heard = |sender: usize| fast.has(receiver, sender);
                    assert!(row.iter().enumerate().all(|(sender, hears)| heard(sender) == *hears), "{count}, {seed}");
                }
            }
        }
    }

    #[test]
    fn thousands_of_nodes_take_no_time_to_speak_of() {
        let hears = large(2_000, &mut Random::stream(1, "nemesis"));
        assert!((0..2_000).all(|node| hears.row(node).iter().map(|word| word.count_ones()).sum::<u32>() >= 1_001));
    }
}
