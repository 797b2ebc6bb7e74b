//! From one phase to the next, and what happens within the main one.

use std::sync::Arc;

use protocol::{Request, Time};

use super::{Owner, PATIENCE, Phase, RECOVERY, Test};
use crate::generator::Generator;
use crate::payload::Payload;
use crate::random::Random;
use crate::witness::Witness;
use crate::workload::topology;
use crate::{Options, Workload};

impl<P: Payload, W: Witness<P>> Test<P, W> {
    /// Takes one step of the phase; false if there is nothing to do at `now`.
    pub(super) fn advance(&mut self, now: Time) -> bool {
        match self.phase {
            Phase::Main => self.advance_main(now),
            Phase::Drain if self.workers.are_idle() => {
                self.end_load(now);
                true
            }
            Phase::Recovery { until } if until <= now => {
                self.phase = Phase::FinalReads;
                for worker in self.workers.shuffled() {
                    self.dispatch(now, worker, Request::Read, true);
                }
                true
            }
            Phase::FinalReads if self.workers.are_idle() => {
                self.phase = Phase::Done;
                true
            }
            _ => false,
        }
    }

    /// The main phase: the operation or the nemesis's deed that is due, or the end. An operation whose time is at or past
    /// the cutoff is not emitted and ends the phase (5.3).
    fn advance_main(&mut self, now: Time) -> bool {
        let operation = self.generator.as_ref().map_or(self.cutoff.max(now), Generator::next_at);
        let deed = self.next_deed();
        let is_asleep = self.generator.is_none() && now < self.cutoff;
        if operation.min(deed) >= self.cutoff && !is_asleep {
            self.phase = Phase::Drain;
            return true;
        }
        if operation <= now
            && operation < self.cutoff
            && let Some(worker) = self.workers.choose(self.options.workload)
        {
            self.workers.advance_cursor();
            let generator = self.generator.as_mut().expect("the operation came from it");
            let request = generator.emit(now);
            self.dispatch(now, worker, request, false);
            return true;
        }
        if deed <= now && deed < self.cutoff {
            self.workers.advance_cursor();
            self.do_next_deed(now);
            return true;
        }
        false
    }

    /// When the main phase next has something to do; [`Time::MAX`] while it waits for a free worker.
    pub(super) fn next_in_main(&self) -> Time {
        let operation = match &self.generator {
            Some(generator) if self.workers.is_any_free() => generator.next_at(),
            Some(_) => Time::MAX,
            None => self.cutoff,
        };
        // A deed that is due after the end is never done, and nothing to wake up for while all workers wait.
        operation.min(
            Some(self.next_deed()).filter(|&deed| deed < self.cutoff || operation < Time::MAX).unwrap_or(Time::MAX),
        )
    }

    pub(super) fn begin_topology(&mut self, now: Time) {
        self.origin = now;
        self.world.network.witness.began(now);
        if self.options.workload == Workload::Echo {
            self.begin_main(now);
            return;
        }
        let nodes = self.options.node_count();
        self.phase = Phase::Setup { pending: nodes };
        let request = Request::Topology(Arc::new(topology::neighbours(&self.options.topology, &self.options.nodes)));
        for node in 0..nodes {
            self.ask_for_setup(now, Owner::Topology(node), request.clone(), PATIENCE);
        }
    }

    pub(super) fn begin_main(&mut self, now: Time) {
        let Options { workload, rate, seed, .. } = self.options;
        self.phase = Phase::Main;
        self.cutoff = now + self.options.time_limit;
        self.generator = Generator::new(workload, rate, now, Random::stream(seed, "generator"));
        self.begin_nemeses(now);
    }

    pub(super) fn end_load(&mut self, now: Time) {
        if !self.has_final_reads() {
            self.phase = Phase::Done;
            return;
        }
        self.end_nemeses(now);
        self.phase = Phase::Recovery { until: now + RECOVERY };
    }
}
