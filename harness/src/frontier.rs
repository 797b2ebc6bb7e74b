//! What is possible in efficient broadcast, and what others have reached: the published results of challenges 3d and 3e, the
//! floor under every design, and which of several designs no other beats. Pure.
//!
//! Absent: how any of it is drawn (`report`), and looking for better designs.

/// The share of operations that are broadcasts, in the long run.
const BROADCASTS: f64 = 0.5;

/// What decides how far down a design can go.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Setting {
    /// How many nodes there are.
    pub nodes: u32,
    /// One way between two nodes, in milliseconds.
    pub hop_ms: f64,
    /// Client operations a second, over all nodes.
    pub rate: f64,
}

/// A result that somebody else reached in the challenges' [`Setting`], with real Maelstrom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// Messages between servers per client operation.
    pub msgs_per_op: f64,
    /// Median and largest stable latency in milliseconds.
    pub latency_ms: (f64, f64),
    /// How it works.
    pub method: &'static str,
    /// Who says so.
    pub source: &'static str,
    /// Whose figures these are.
    pub figures: FiguresOf,
}

/// Where the figures of a published design come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FiguresOf {
    /// Its author's own.
    Author,
    /// Measured by this project: the author's program under Maelstrom, means of several runs.
    Measured,
}

impl Setting {
    /// Of challenges 3d and 3e.
    pub const CHALLENGE: Self = Self { nodes: 25, hop_ms: 100.0, rate: 100.0 };

    /// Messages per operation that no design can go below if every value is everywhere within `latency_ms` (L), whatever it
    /// batches. Nothing where one hop (d) takes longer than that.
    ///
    /// Derived, not quoted. A message that brings a node the value of a moment was sent within L − d of it, and so brings
    /// nothing that came later than that. The next value after this window needs a message of its own, and comes after
    /// 1 / b on average, if b values a second come from other nodes. So each of the n nodes gets at least
    /// 1 / (L − d + 1 / b) messages a second: n / (L − d) where there are many values, and n − 1 for each value where
    /// L = d. Half of the operations are broadcasts. The best scheme known, gather and scatter over a hub, is within 2.3
    /// times of it.
    pub fn floor(self, latency_ms: f64) -> Option<f64> {
        let nodes = f64::from(self.nodes);
        let window = (latency_ms - self.hop_ms) / 1000.0;
        let from_others = BROADCASTS * self.rate * (nodes - 1.0) / nodes;
        (window >= 0.0 && from_others > 0.0).then(|| nodes / (window + 1.0 / from_others) / self.rate)
    }

    /// Messages per broadcast that no design without batches can go below: every other node is told once. Whoever sends to
    /// all directly needs no more, and one hop.
    pub const fn unbatched(self) -> u32 {
        self.nodes.saturating_sub(1)
    }
}

/// The points that no other point beats: none has less of one coordinate and no more of the other. In order of the first
/// coordinate; of equal points, the first.
pub fn pareto(points: &[(f64, f64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[a].0.total_cmp(&points[b].0).then(points[a].1.total_cmp(&points[b].1)));
    let mut lowest = f64::INFINITY;
    order.retain(|&place| {
        let is_better = points[place].1 < lowest;
        lowest = lowest.min(points[place].1);
        is_better
    });
    order
}

const fn author(msgs_per_op: f64, median: f64, max: f64, method: &'static str, source: &'static str) -> Published {
    Published { msgs_per_op, latency_ms: (median, max), method, source, figures: FiguresOf::Author }
}

const fn measured(msgs_per_op: f64, median: f64, max: f64, method: &'static str, source: &'static str) -> Published {
    Published { msgs_per_op, latency_ms: (median, max), method, source, figures: FiguresOf::Measured }
}

/// Results for 25 nodes, 100 ms and 100 operations a second, from many messages to few: those of which both latencies are
/// told. As their authors tell them; whether the messages of clients were counted in is not always clear, and differs by two
/// messages an operation at most.
pub const PUBLISHED: [Published; 29] = [
    author(290.6, 77.0, 97.0, "flood over all pairs", "Maelstrom's guide, chapter 3"),
    author(29.1, 395.0, 475.0, "ring with strides of three, 155 ms tick", "aalekhpatel07/maelstrom-fly-io"),
    author(27.8, 452.0, 791.0, "flood over the grid, not back to the sender", "Maelstrom's guide, chapter 3"),
    author(
        25.22,
        379.0,
        498.0,
        "n12 tree, relay to its root, acknowledgements",
        "DeamonDev/gossip-glomers-tutorial, 3d",
    ),
    measured(
        24.63,
        386.0,
        518.0,
        "n12 tree, relay to its root, acknowledgements",
        "DeamonDev/gossip-glomers-tutorial, 3d",
    ),
    author(24.03, 177.0, 204.0, "star", "an unnamed repository"),
    author(23.38, 181.0, 207.0, "star, acknowledgements", "teivah/gossip-glomers, 3d"),
    author(23.3, 80.0, 396.0, "each to all directly, acknowledgements, retries", "an unnamed repository"),
    author(23.2, 192.0, 316.0, "two hubs", "an unnamed repository"),
    measured(23.17, 174.0, 215.0, "star, acknowledgements", "teivah/gossip-glomers, 3d"),
    author(21.5, 350.0, 560.0, "all to all every 500 ms", "elh/gossip-glomers"),
    author(14.7, 195.0, 281.0, "star, 50 ms gossip", "Charles Roth (Swift)"),
    author(13.0, 564.0, 1077.0, "gossip every second", "madhavshekhar.com, 3e"),
    author(11.99, 386.0, 505.0, "tree of four children, no acknowledgements", "Maelstrom's guide, chapter 3"),
    author(11.79, 84.0, 105.0, "each to all directly, no acknowledgements", "fersilva16/gossip-glomers, 3d"),
    author(11.7, 751.0, 1208.0, "periodic gossip", "elh/gossip-glomers"),
    measured(11.55, 72.0, 174.0, "each to all directly, no acknowledgements", "fersilva16/gossip-glomers, 3d"),
    author(10.7, 560.0, 1000.0, "periodic gossip", "elh/gossip-glomers"),
    author(8.6, 890.0, 1503.0, "periodic gossip", "elh/gossip-glomers"),
    author(8.5, 250.0, 390.0, "star, a buffer at each node", "an unnamed repository"),
    author(5.6, 678.0, 899.0, "star, batches", "an unnamed repository"),
    author(4.73, 791.0, 1584.0, "all to all every 1.5 s", "fersilva16/gossip-glomers, 3e"),
    author(4.59, 442.0, 988.0, "two hubs, batches", "an unnamed repository"),
    author(3.39, 738.0, 993.0, "n12 tree, a batch for each neighbour", "DeamonDev/gossip-glomers-tutorial, 3e"),
    measured(3.40, 799.0, 1134.0, "n12 tree, a batch for each neighbour", "DeamonDev/gossip-glomers-tutorial, 3e"),
    author(2.99, 895.0, 1129.0, "reshaped network, periodic gossip", "Woosang Kang"),
    author(1.99, 339.0, 678.0, "all to one broadcaster, heartbeats of 100 and 500 ms", "an unnamed repository (Rust)"),
    measured(1.73, 766.0, 1114.0, "star, batches", "teivah/gossip-glomers, 3e"),
    author(1.6, 1979.0, 2533.0, "tree of four children, 500 ms gossip", "Charles Roth (Swift)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 25 / (0.5 + 25 / 1200) / 100, and so on.
    #[test]
    fn the_floor_of_the_challenges() {
        let floor = |latency| Setting::CHALLENGE.floor(latency).map(|floor| (floor * 1000.0).round() / 1000.0);
        assert_eq!((floor(600.0), floor(2000.0)), (Some(0.48), Some(0.13)));
        assert_eq!(floor(100.0), Some(12.0), "half of 24: no window, no batch");
        assert_eq!(floor(99.0), None);
        assert_eq!(Setting { rate: 0.0, ..Setting::CHALLENGE }.floor(600.0), None);
        assert_eq!(Setting { nodes: 1, ..Setting::CHALLENGE }.floor(600.0), None);
        assert_eq!(Setting::CHALLENGE.unbatched(), 24);
    }

    #[test]
    fn nobody_is_below_the_floor() {
        for Published { msgs_per_op, latency_ms: (median, max), source, .. } in PUBLISHED {
            assert!(median < max, "{source}");
            assert!(Setting::CHALLENGE.floor(max).is_none_or(|floor| msgs_per_op > floor), "{source}");
        }
    }

    #[test]
    fn the_published_front() {
        let points = PUBLISHED.map(|one| (one.msgs_per_op, one.latency_ms.1));
        let front: Vec<(f64, f64)> = pareto(&points).into_iter().map(|place| points[place]).collect();
        assert_eq!(
            front,
            [(1.6, 2533.0), (1.73, 1114.0), (1.99, 678.0), (8.5, 390.0), (11.55, 174.0), (11.79, 105.0), (290.6, 97.0)]
        );
    }

    #[test]
    fn equal_points_are_one_of_the_front_and_nothing_has_none() {
        assert_eq!(pareto(&[]), [0_usize; 0]);
        assert_eq!(pareto(&[(1.0, 2.0), (1.0, 2.0), (2.0, 2.0), (0.5, 3.0), (1.0, 1.0)]), [3, 4]);
    }
}
