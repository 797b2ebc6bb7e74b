//! What breaks, and when (semantics, section 9; Maelstrom's `nemesis`, Jepsen's `nemesis.combined`).
//!
//! Starts and stops alternate, beginning with a start at once; the gap from one to the next is uniform from nothing to twice
//! the interval. Each start of a partition draws one of four kinds of cut.
//!
//! What Maelstrom does not have follows the same rhythm (but for [`Nemesis::Isolate`], which goes by the clock), each [`Nemesis`] with a schedule and random numbers of its own, so
//! that one more of them leaves the others' deeds where they were.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use protocol::{Duration, Time};

use self::ring::Hears;
use crate::Nemesis;
use crate::history::Senders;
use crate::random::Random;

mod planned;
mod ring;

pub use self::planned::PlannedCut;

/// Which messages between nodes are dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Nodes hear those of their own group only.
    Groups(Vec<u8>),
    /// Each node hears exactly the nodes marked in its row.
    Hears(Hears),
    /// The marked nodes no longer hear the others; the others hear them.
    Deaf(Vec<bool>),
    /// The marked nodes are no longer heard by the others; they hear them.
    Mute(Vec<bool>),
}

/// The four kinds of cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Every node hears a majority, and no two the same one.
    MajoritiesRing,
    /// Half against half.
    Majority,
    /// Less than a third against the rest.
    MinorityThird,
    /// One node against all others.
    One,
}

/// What the nemesis does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Cuts the network; the kind's name is for the history.
    Cut(&'static str, Cut),
    /// Begins something else, with these nodes first among its victims and this number to draw links by.
    Start {
        /// All nodes, in the order in which they are to be hit.
        order: Vec<u32>,
        /// Decides which links are slow.
        key: u64,
    },
    /// Ends what was begun.
    Stop,
}

/// The schedule of one nemesis: its starts and stops.
#[derive(Debug)]
pub(crate) struct Schedule {
    pub(crate) nemesis: Nemesis,
    random: Random,
    interval: Duration,
    nodes: u32,
    next_at: Time,
    next_is_start: bool,
    /// What is left of a recorded schedule; nothing where deeds are drawn.
    planned: Option<VecDeque<(Time, Deed)>>,
}

impl Schedule {
    /// A schedule whose first start is due at `begin`.
    pub(crate) fn new(nemesis: Nemesis, begin: Time, interval: Duration, nodes: u32, seed: u64) -> Self {
        // A partition's numbers are those of before there was anything else.
        let stream = if nemesis == Nemesis::Partition { "nemesis" } else { nemesis.name() };
        let next_at = if let Nemesis::Isolate(_) = nemesis { begin + interval / 2 } else { begin };
        Self {
            nemesis,
            random: Random::stream(seed, stream),
            interval,
            nodes,
            next_at,
            next_is_start: true,
            planned: None,
        }
    }

    /// These partitions and no others, of nodes with these names.
    pub(crate) fn planned(cuts: &[PlannedCut], begin: Time, names: &[String]) -> Self {
        let deeds = |cut: &PlannedCut| {
            [(begin + cut.from, Deed::Cut("replayed", cut.cut(names))), (begin + cut.until, Deed::Stop)]
        };
        let planned: VecDeque<(Time, Deed)> = cuts.iter().flat_map(deeds).collect();
        let next_at = planned.front().map_or(Time::MAX, |(due, _)| *due);
        Self { next_at, planned: Some(planned), ..Self::new(Nemesis::Partition, begin, Duration::ZERO, 0, 0) }
    }

    /// When the next start or stop is due.
    pub(crate) const fn next_at(&self) -> Time {
        self.next_at
    }

    /// The deed that is due; the next one's time is drawn from `now` on.
    pub(crate) fn deed(&mut self, now: Time) -> Deed {
        if let Some(planned) = &mut self.planned {
            let due = planned.pop_front();
            self.next_at = planned.front().map_or(Time::MAX, |(due, _)| *due);
            return due.map_or(Deed::Stop, |(_, deed)| deed);
        }
        self.next_at = match self.nemesis {
            Nemesis::Isolate(_) => now + self.interval,
            _ => now + self.random.span(self.interval * 2),
        };
        let start = self.next_is_start;
        self.next_is_start = !start;
        if !start {
            return Deed::Stop;
        }
        match self.nemesis {
            Nemesis::Partition => {
                let kind = [Kind::One, Kind::Majority, Kind::MinorityThird, Kind::MajoritiesRing][self.random.index(4)];
                Deed::Cut(kind.name(), kind.cut(self.nodes, &mut self.random))
            }
            Nemesis::Isolate(node) => Deed::Cut(
                "isolate",
                Cut::Groups((0..self.nodes).map(|other| u8::from(other == u32::from(node))).collect()),
            ),
            Nemesis::OneWay => {
                let kind = [Kind::One, Kind::Majority, Kind::MinorityThird][self.random.index(3)];
                let apart = apart(kind.apart(self.nodes as usize), self.nodes as usize, &mut self.random);
                let is_deaf = self.random.coin();
                if is_deaf { Deed::Cut("deaf", Cut::Deaf(apart)) } else { Deed::Cut("mute", Cut::Mute(apart)) }
            }
            _ => {
                let mut order: Vec<u32> = (0..self.nodes).collect();
                self.random.shuffle(&mut order);
                Deed::Start { order, key: self.random.below(u64::MAX) }
            }
        }
    }
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::MajoritiesRing => "majorities-ring",
            Self::Majority => "majority",
            Self::MinorityThird => "minority-third",
            Self::One => "one",
        }
    }

    fn cut(self, nodes: u32, random: &mut Random) -> Cut {
        let count = nodes as usize;
        match self {
            Self::MajoritiesRing if count <= 5 => Cut::Hears(ring::small(count, random)),
            Self::MajoritiesRing => Cut::Hears(ring::large(count, random)),
            Self::Majority | Self::MinorityThird | Self::One => {
                Cut::Groups(apart(self.apart(count), count, random).into_iter().map(u8::from).collect())
            }
        }
    }

    /// How many of so many nodes it sets apart.
    const fn apart(self, count: usize) -> usize {
        match self {
            Self::MajoritiesRing => 0,
            Self::Majority => count / 2,
            Self::MinorityThird => count.saturating_sub(1) / 3,
            Self::One => 1,
        }
    }
}

/// Marks so many of the nodes, drawn at random.
fn apart(marked: usize, count: usize, random: &mut Random) -> Vec<bool> {
    let mut order: Vec<usize> = (0..count).collect();
    random.shuffle(&mut order);
    let mut apart = vec![false; count];
    for &node in &order[..marked.min(count)] {
        apart[node] = true;
    }
    apart
}

impl Cut {
    /// A complete cut between groups of nodes.
    #[cfg(test)]
    pub(crate) const fn groups(groups: Vec<u8>) -> Self {
        Self::Groups(groups)
    }

    /// Whether `receiver` no longer hears `sender`.
    pub(crate) fn drops(&self, receiver: u32, sender: u32) -> bool {
        let (receiver, sender) = (receiver as usize, sender as usize);
        match self {
            Self::Groups(groups) => groups[receiver] != groups[sender],
            Self::Hears(hears) => !hears.has(receiver, sender),
            Self::Deaf(apart) => apart[receiver] && !apart[sender],
            Self::Mute(apart) => apart[sender] && !apart[receiver],
        }
    }

    /// Each receiver that no longer hears somebody, by name, with those it does not hear. Receivers on one side of a cut share
    /// one list.
    pub(crate) fn isolated(&self, names: &[String]) -> BTreeMap<String, Senders> {
        let names: Vec<Arc<str>> = names.iter().map(|name| name.as_str().into()).collect();
        let those = |is: &dyn Fn(u32) -> bool| -> Senders {
            (0..).zip(&names).filter(|(sender, _)| is(*sender)).map(|(_, name)| Arc::clone(name)).collect()
        };
        let mut sides: BTreeMap<u8, Senders> = BTreeMap::new();
        let unheard = |receiver: u32| match self {
            Self::Groups(groups) => {
                let own = groups[receiver as usize];
                Arc::clone(sides.entry(own).or_insert_with(|| those(&|sender| groups[sender as usize] != own)))
            }
            _ => those(&|sender| self.drops(receiver, sender)),
        };
        let rows = (0..).zip(&names).map(|(_, name)| name.to_string()).zip((0..).map(unheard));
        rows.filter(|(_, senders)| !senders.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(seed: u64) -> Random {
        Random::stream(seed, "nemesis")
    }

    /// How many others each node still hears.
    fn heard(cut: &Cut, nodes: u32) -> Vec<usize> {
        (0..nodes).map(|node| (0..nodes).filter(|&other| other != node && !cut.drops(node, other)).count()).collect()
    }

    #[test]
    fn complete_cuts_have_the_sizes_of_the_semantics() {
        for (kind, nodes, apart) in [
            (Kind::One, 25, 1),
            (Kind::Majority, 25, 12),
            (Kind::Majority, 5, 2),
            (Kind::MinorityThird, 25, 8),
            (Kind::MinorityThird, 5, 1),
            (Kind::MinorityThird, 3, 0),
            (Kind::One, 1, 1),
        ] {
            let cut = kind.cut(nodes, &mut random(5));
            let Cut::Groups(groups) = &cut else { panic!("not a complete cut") };
            assert_eq!(groups.iter().map(|&group| usize::from(group)).sum::<usize>(), apart, "{kind:?} of {nodes}");
        }
    }

    #[test]
    fn in_a_ring_everybody_hears_a_majority() {
        for seed in 0..50 {
            let five = Kind::MajoritiesRing.cut(5, &mut random(seed));
            assert_eq!(heard(&five, 5), [2; 5], "each sees its two ring neighbours");
            let three = Kind::MajoritiesRing.cut(3, &mut random(seed));
            assert_eq!(heard(&three, 3), [1; 3], "each drops one other");
            assert_eq!(heard(&Kind::MajoritiesRing.cut(2, &mut random(seed)), 2), [1; 2], "nothing");
            let many = Kind::MajoritiesRing.cut(25, &mut random(seed));
            assert!(heard(&many, 25).iter().all(|&others| others >= 12));
            assert!((0..25).all(|a| (0..25).all(|b| many.drops(a, b) == many.drops(b, a))));
        }
    }

    #[test]
    fn starts_and_stops_alternate_with_the_interval_as_mean() {
        let mut schedule = Schedule::new(Nemesis::Partition, Time::ZERO, Duration::from_secs(10), 5, 1);
        let mut kinds = Vec::new();
        for round in 0..4_000 {
            let now = schedule.next_at();
            match schedule.deed(now) {
                Deed::Cut(kind, _) if round % 2 == 0 => kinds.push(kind),
                Deed::Stop if round % 2 == 1 => {}
                deed => panic!("{deed:?} in round {round}"),
            }
        }
        let mean = schedule.next_at().as_nanos() as f64 / 4_000.0 / 1e9;
        assert!((9.7..10.3).contains(&mean), "mean gap {mean} s");
        for kind in ["one", "majority", "minority-third", "majorities-ring"] {
            let share = kinds.iter().filter(|&&other| other == kind).count();
            assert!((430..570).contains(&share), "{kind}: {share} of 2000");
        }
    }

    #[test]
    fn one_node_is_cut_off_by_the_clock() {
        let second = Duration::from_secs(1);
        let mut schedule = Schedule::new(Nemesis::Isolate(3), Time::ZERO, second * 10, 5, 9);
        for start in [5, 25, 45] {
            assert_eq!(schedule.next_at(), Time::ZERO + second * start);
            let Deed::Cut("isolate", cut) = schedule.deed(schedule.next_at()) else { panic!("no cut") };
            assert_eq!(heard(&cut, 5), [3, 3, 3, 0, 3]);
            assert_eq!(schedule.next_at(), Time::ZERO + second * (start + 10));
            assert_eq!(schedule.deed(schedule.next_at()), Deed::Stop);
        }
    }

    #[test]
    fn a_recorded_schedule_is_played_again_to_the_nanosecond() {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        let cut = |from, until, receiver: &str, sender: &str| PlannedCut {
            from: Duration::from_millis(from),
            until: Duration::from_millis(until),
            isolated: [(receiver.to_owned(), [sender.to_owned(), "stranger".to_owned()].into())].into(),
        };
        let begin = Time::ZERO + Duration::from_secs(1);
        let mut schedule = Schedule::planned(&[cut(60, 5_000, "a", "c"), cut(7_000, 8_000, "b", "a")], begin, &names);
        for (at, lost) in [(60, Some((0, 2))), (5_000, None), (7_000, Some((1, 0))), (8_000, None)] {
            assert_eq!(schedule.next_at(), begin + Duration::from_millis(at));
            let lost_by = |cut: &Cut| -> Vec<(u32, u32)> {
                let pairs = (0..3).flat_map(|receiver| (0..3).map(move |sender| (receiver, sender)));
                pairs.filter(|&(receiver, sender)| cut.drops(receiver, sender)).collect()
            };
            match (schedule.deed(schedule.next_at()), lost) {
                (Deed::Cut("replayed", cut), Some(pair)) => assert_eq!(lost_by(&cut), [pair]),
                (Deed::Stop, None) => {}
                (deed, _) => panic!("{deed:?} at {at} ms"),
            }
        }
        assert_eq!(schedule.next_at(), Time::MAX);
    }

    #[test]
    fn a_one_way_cut_drops_in_one_direction() {
        let mut schedule = Schedule::new(Nemesis::OneWay, Time::ZERO, Duration::from_secs(1), 5, 3);
        let mut kinds = std::collections::BTreeSet::new();
        for _ in 0..40 {
            if let Deed::Cut(kind, cut) = schedule.deed(schedule.next_at()) {
                kinds.insert(kind);
                assert!((0..5).all(|a| (0..5).all(|b| !cut.drops(a, b) || !cut.drops(b, a))));
                assert!((0..5).any(|a| (0..5).any(|b| cut.drops(a, b))));
            }
        }
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["deaf", "mute"]);
    }

    #[test]
    fn a_cut_is_told_by_names() {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        let isolated = Cut::groups(vec![1, 0, 0]).isolated(&names);
        let of = |name: &str| isolated[name].iter().map(|sender| &**sender).collect::<Vec<_>>();
        assert_eq!((of("a"), of("b"), of("c")), (vec!["b", "c"], vec!["a"], vec!["a"]));
        assert_eq!(Cut::groups(vec![0, 0, 0]).isolated(&names).len(), 0);
    }

    #[test]
    fn a_cut_of_many_nodes_is_told_in_two_lists() {
        let names: Vec<String> = (0..20_000).map(|node| format!("n{node}")).collect();
        let isolated = Kind::Majority.cut(20_000, &mut random(1)).isolated(&names);
        let lists: std::collections::BTreeSet<*const Arc<str>> = isolated.values().map(|list| list.as_ptr()).collect();
        assert_eq!((isolated.len(), lists.len()), (20_000, 2));
    }
}
