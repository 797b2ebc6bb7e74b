//! What nemeses do to a test, and how the history tells it.
//!
//! At the end of the load all of them end what they began, whether they had begun anything or not, as Maelstrom heals its
//! network (semantics, section 5.6).

use protocol::{Request, Time};

use super::{Fate, Owner, PATIENCE, Struck, Test};
use crate::history::{F, Healed, OpKind, PartitionValue, Process, Words};
use crate::nemesis::{Cut, Deed, Schedule};
use crate::payload::Payload;
use crate::witness::Witness;
use crate::{Nemesis, Options};

impl<P: Payload, W: Witness<P>> Test<P, W> {
    pub(super) fn begin_nemeses(&mut self, now: Time) {
        let (interval, nodes, seed) = (self.options.nemesis_interval, self.options.node_count(), self.options.seed);
        let Options { cuts, nodes: names, .. } = &self.options;
        let schedule = |nemesis| match nemesis {
            Nemesis::Partition if !cuts.is_empty() => Schedule::planned(cuts, now, names),
            _ => Schedule::new(nemesis, now, interval, nodes, seed),
        };
        let struck = |nemesis| Struck { schedule: schedule(nemesis), victims: Vec::new() };
        self.schedules = self.options.nemesis.iter().map(struck).collect();
    }

    /// When the next deed is due; [`Time::MAX`] where nothing breaks.
    pub(super) fn next_deed(&self) -> Time {
        self.schedules.iter().map(|struck| struck.schedule.next_at()).min().unwrap_or(Time::MAX)
    }

    /// Does the deed that is due first; of several, that of the nemesis that is named first.
    pub(super) fn do_next_deed(&mut self, now: Time) {
        let first = (0..self.schedules.len()).min_by_key(|&place| self.schedules[place].schedule.next_at());
        let first = first.expect("a deed is due");
        let deed = self.schedules[first].schedule.deed(now);
        self.do_deed(now, first, deed);
    }

    pub(super) fn end_nemeses(&mut self, now: Time) {
        for place in 0..self.schedules.len() {
            self.do_deed(now, place, Deed::Stop);
        }
    }

    fn do_deed(&mut self, now: Time, place: usize, deed: Deed) {
        let nemesis = self.schedules[place].schedule.nemesis;
        let (asked, done) = match (nemesis, deed) {
            (Nemesis::Partition, Deed::Cut(kind, cut)) => {
                let isolated = cut.isolated(&self.options.nodes);
                self.world.network.set_cut(nemesis, Some(cut));
                let asked = F::StartPartition(PartitionValue::Kind(kind));
                (asked, F::StartPartition(PartitionValue::Isolated(Box::new(isolated))))
            }
            (Nemesis::Partition, _) => {
                self.world.network.set_cut(nemesis, None);
                (F::StopPartition(None), F::StopPartition(Some(Healed)))
            }
            (_, Deed::Stop) => {
                let words = self.stop(now, place, nemesis);
                (F::StopFault(nemesis, Words::default()), F::StopFault(nemesis, Box::new(words)))
            }
            (_, deed) => {
                let words = self.start(now, place, nemesis, deed);
                (F::StartFault(nemesis, Words::default()), F::StartFault(nemesis, Box::new(words)))
            }
        };
        self.record(now, OpKind::Info, Process::Nemesis, asked, None, false);
        self.record(now, OpKind::Info, Process::Nemesis, done, None, false);
    }

    /// Begins what Maelstrom does not have, and tells what it hit.
    fn start(&mut self, now: Time, place: usize, nemesis: Nemesis, deed: Deed) -> Vec<String> {
        match deed {
            Deed::Cut(kind, cut) => {
                let names = match &cut {
                    Cut::Deaf(apart) | Cut::Mute(apart) => self.names_of((0..).zip(apart).filter(|(_, is)| **is)),
                    Cut::Groups(groups) => self.names_of((0..).zip(groups).filter(|(_, group)| **group > 0)),
                    Cut::Hears(_) => Vec::new(),
                };
                self.world.network.set_cut(nemesis, Some(cut));
                [kind.to_owned()].into_iter().chain(names).collect()
            }
            Deed::Start { order, .. } if nemesis.victims() > 0 => {
                let mut victims = Vec::new();
                for node in order {
                    // One that is down already is no victim of this.
                    if victims.len() < usize::from(nemesis.victims()) && self.strike(now, nemesis, node) {
                        victims.push(node);
                    }
                }
                let names = self.names_of(victims.iter().map(|&node| (node, ())));
                self.schedules[place].victims = victims;
                names
            }
            Deed::Start { key, .. } => {
                self.world.network.disturbance.start(nemesis, key);
                vec![nemesis.to_string()]
            }
            Deed::Stop => unreachable!("an end is no beginning"),
        }
    }

    /// Stops or kills a node; false if it is down already.
    fn strike(&mut self, now: Time, nemesis: Nemesis, node: u32) -> bool {
        let (is_hit, fate) = match nemesis {
            Nemesis::Crash(_) => (self.world.network.kill(node), Fate::Crash),
            _ => (self.world.network.pause(node), Fate::Pause),
        };
        if is_hit {
            if fate == Fate::Crash {
                self.spread.forgot(node);
            }
            self.let_befall(now, node, fate);
        }
        is_hit
    }

    /// Ends what Maelstrom does not have, and tells what comes back.
    fn stop(&mut self, now: Time, place: usize, nemesis: Nemesis) -> Vec<String> {
        if let Nemesis::Isolate(_) | Nemesis::OneWay = nemesis {
            self.world.network.set_cut(nemesis, None);
        }
        self.world.network.disturbance.stop(nemesis);
        let victims = std::mem::take(&mut self.schedules[place].victims);
        for &node in &victims {
            if let Nemesis::Crash(_) = nemesis {
                self.world.network.revive(node);
                self.let_befall(now, node, Fate::Restart);
                self.ask_restarted(now, node);
            } else {
                self.world.network.resume(now, node);
                self.let_befall(now, node, Fate::Resume);
            }
        }
        let names = self.names_of(victims.iter().map(|&node| (node, ())));
        if names.is_empty() { vec![nemesis.name().to_owned()] } else { names }
    }

    /// Something happens to a node: the driver is to make it so.
    fn let_befall(&mut self, now: Time, node: u32, fate: Fate) {
        self.world.network.witness.befell(now, node, fate);
        self.fates.push_back((node, fate));
    }

    /// Tells a node that was started again who it is. It has been told everything else that the setup tells only once.
    fn ask_restarted(&mut self, now: Time, node: u32) {
        let nodes = self.options.node_count();
        // As long as everything else that is asked from now on, so that deadlines keep their order.
        self.ask_for_setup(now, Owner::Init(node), Request::Init { node, nodes }, PATIENCE);
    }

    /// A node that was started again has not answered in time. If it has died or was stopped meanwhile, that is no wonder.
    pub(super) fn ask_restarted_again(&mut self, now: Time, node: u32) {
        if !self.world.network.is_dead(node) {
            self.ask_restarted(now, node);
        }
    }

    fn names_of<T>(&self, nodes: impl Iterator<Item = (u32, T)>) -> Vec<String> {
        nodes.map(|(node, _)| self.options.nodes[node as usize].clone()).collect()
    }
}
