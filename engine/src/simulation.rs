//! A test under a virtual clock: machines in this process, and a `now` that jumps to the next thing that happens.
//!
//! Processing is free: whatever a machine does, it does at the instant of the message or wake that made it. The rules are
//! those of [`Test`], which does not know that this clock is not a real one.

use protocol::{Address, Body, Machine, Message, Outbox, Time};

use crate::Options;
use crate::agenda::Agenda;
use crate::test::{Run, Test};

/// Runs a test to its end with one machine per node, in the order of [`Options::nodes`].
pub fn simulate<M: Machine>(options: Options, machines: Vec<M>) -> Run {
    let mut simulation = Simulation {
        alarms: vec![Time::MAX; machines.len()],
        machines,
        test: Test::new(options),
        wakes: Agenda::new(),
        outbox: Outbox::new(),
        now: Time::ZERO,
    };
    simulation.run();
    simulation.test.finish()
}

struct Simulation<M: Machine> {
    test: Test<Body<M::Peer>>,
    machines: Vec<M>,
    /// What machines have said at this instant, one after the other.
    outbox: Outbox<M::Peer>,
    /// When machines asked to be woken. An entry that no longer equals its machine's alarm is void.
    wakes: Agenda,
    /// The earliest wake that is scheduled for each machine.
    alarms: Vec<Time>,
    now: Time,
}

impl<M: Machine> Simulation<M> {
    fn run(&mut self) {
        let mut deliveries = Vec::new();
        self.test.begin(self.now);
        loop {
            self.test.on_wake(self.now, &mut deliveries);
            if deliveries.is_empty() && !self.wake_machines() {
                match self.next() {
                    Some(next) => self.now = next,
                    None => return,
                }
            }
            for delivery in deliveries.drain(..) {
                let body = self.test.message(&delivery);
                self.outbox.speaks(Address::node(delivery.node));
                let machine = &mut self.machines[delivery.node as usize];
                machine.on_message(self.now, delivery.src, body, &mut self.outbox);
                self.set_alarm(delivery.node);
            }
            self.send();
        }
    }

    /// Wakes every machine whose time has come; false if there was none.
    fn wake_machines(&mut self) -> bool {
        let mut any = false;
        while let Some((time, node)) = self.wakes.pop(self.now) {
            if self.alarms[node as usize] == time {
                self.alarms[node as usize] = Time::MAX;
                self.outbox.speaks(Address::node(node));
                self.machines[node as usize].on_wake(self.now, &mut self.outbox);
                self.set_alarm(node);
                any = true;
            }
        }
        any
    }

    /// Notes when a machine wants to be woken.
    fn set_alarm(&mut self, node: u32) {
        let alarm = &mut self.alarms[node as usize];
        if let Some(wake) = self.machines[node as usize].next_wake().filter(|wake| wake < alarm) {
            *alarm = wake;
            self.wakes.push(wake, node);
        }
    }

    /// Sends what machines have said, in the order in which they said it.
    fn send(&mut self) {
        for Message { src, dest, body } in self.outbox.drain_messages() {
            let node = src.as_node().expect("machines are nodes");
            self.test.on_message(self.now, node, src, dest, body);
        }
    }

    fn next(&mut self) -> Option<Time> {
        if self.test.is_over() {
            return None;
        }
        let next = self.test.next_wake().unwrap_or(Time::MAX).min(self.wakes.next());
        (next < Time::MAX).then_some(next)
    }
}
