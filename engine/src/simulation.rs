//! A test under a virtual clock: machines in this process, and a `now` that jumps to the next thing that happens.
//!
//! Processing is free: whatever a machine does, it does at the instant of the message or wake that made it. The rules are
//! those of [`Test`], which does not know that this clock is not a real one.
//!
//! What machines say at one instant is sent when all of them have spoken. None of them could tell, and the processor can.

use std::collections::BTreeSet;

use protocol::{Address, Body, Machine, Outbox, Time};

use crate::agenda::Agenda;
use crate::test::{Event, Fate, Run, Test};
use crate::witness::{Unwatched, Witness};
use crate::{Delivery, Options};

/// Runs a test to its end with one machine per node: `make` makes that of each, by its place in [`Options::nodes`], and
/// makes it again when a nemesis has killed it.
pub fn simulate<M: Machine>(options: Options, make: impl FnMut(u32) -> M) -> Run {
    simulate_watched(options, make, Unwatched).0
}

/// The same while somebody watches the messages. It is the same run.
pub fn simulate_watched<M: Machine, W: Witness<Body<M::Peer>>>(
    options: Options,
    mut make: impl FnMut(u32) -> M,
    witness: W,
) -> (Run, W) {
    let nodes = options.node_count();
    let mut simulation = Simulation {
        alarms: vec![Time::MAX; nodes as usize],
        machines: (0..nodes).map(&mut make).collect(),
        make,
        stopped: BTreeSet::new(),
        test: Test::watched(options, witness),
        wakes: Agenda::of_seconds(),
        outbox: Outbox::new(),
        now: Time::ZERO,
    };
    simulation.run();
    simulation.test.finish_watched()
}

struct Simulation<M: Machine, N, W> {
    make: N,
    /// Nodes that do nothing at present.
    stopped: BTreeSet<u32>,
    test: Test<Body<M::Peer>, W>,
    machines: Vec<M>,
    /// What machines have said at this instant, one after the other.
    outbox: Outbox<M::Peer>,
    /// When machines asked to be woken. An entry that no longer equals its machine's alarm is void.
    wakes: Agenda,
    /// The earliest wake that is scheduled for each machine.
    alarms: Vec<Time>,
    now: Time,
}

impl<M: Machine, N: FnMut(u32) -> M, W: Witness<Body<M::Peer>>> Simulation<M, N, W> {
    fn run(&mut self) {
        self.test.begin(self.now);
        loop {
            let is_any = self.deliver() || self.wake_machines();
            self.send();
            if is_any && self.test.is_over() {
                // What is due at the last instant is delivered all the same.
                continue;
            }
            match self.next() {
                Some(next) => self.now = self.now.max(next),
                None => return,
            }
        }
    }

    /// Hands machines what has reached them; false if there was nothing.
    fn deliver(&mut self) -> bool {
        let Self { test, machines, outbox, wakes, alarms, now, make, stopped } = self;
        if machines.len() >= MANY {
            test.look_ahead(*now, |node| {
                if let Some(machine) = machines.get(node as usize) {
                    machine.look_ahead();
                    std::hint::black_box(alarms[node as usize]);
                }
            });
        }
        let mut any = false;
        test.on_wake(*now, |event| {
            any = true;
            match event {
                Event::Delivery(Delivery { node, src, body, .. }) => {
                    outbox.speaks(Address::node(node));
                    let machine = &mut machines[node as usize];
                    machine.on_message(*now, src, body, outbox);
                    set_alarm(wakes, &mut alarms[node as usize], node, machine.next_wake());
                }
                Event::Fate(node, fate) => {
                    let alarm = &mut alarms[node as usize];
                    match fate {
                        Fate::Crash => {
                            machines[node as usize] = make(node);
                            *alarm = Time::MAX;
                        }
                        Fate::Pause => drop(stopped.insert(node)),
                        Fate::Restart => {}
                        Fate::Resume => {
                            stopped.remove(&node);
                            *alarm = Time::MAX;
                            let wake = machines[node as usize].next_wake().map(|wake| wake.max(*now));
                            set_alarm(wakes, alarm, node, wake);
                        }
                    }
                }
            }
        });
        any
    }

    /// Wakes every machine whose time has come; false if there was none.
    fn wake_machines(&mut self) -> bool {
        let mut any = false;
        while let Some((time, node)) = self.wakes.pop(self.now) {
            let alarm = &mut self.alarms[node as usize];
            if *alarm == time && (self.stopped.is_empty() || !self.stopped.contains(&node)) {
                any = true;
                *alarm = Time::MAX;
                self.outbox.speaks(Address::node(node));
                let machine = &mut self.machines[node as usize];
                machine.on_wake(self.now, &mut self.outbox);
                set_alarm(&mut self.wakes, alarm, node, machine.next_wake());
            }
        }
        any
    }

    /// Sends what machines have said, in the order in which they said it.
    fn send(&mut self) {
        let Self { outbox, test, now, .. } = self;
        if self.machines.len() >= MANY {
            outbox.messages().iter().for_each(|message| test.look_at(message.dest));
        }
        outbox.drain_in_place(|src, dest, body| {
            let node = src.as_node().expect("machines are nodes");
            test.accept(*now, node, src, dest, body);
        });
    }

    fn next(&mut self) -> Option<Time> {
        if self.test.is_over() {
            return None;
        }
        let next = self.test.next_wake().unwrap_or(Time::MAX).min(self.wakes.next());
        (next < Time::MAX).then_some(next)
    }
}

/// With so many machines, what one of them needs is never at hand: what an instant will need is looked at before.
const MANY: usize = 1 << 15;

/// Notes when a machine wants to be woken, if that is before its alarm.
#[inline]
fn set_alarm(wakes: &mut Agenda, alarm: &mut Time, node: u32, wake: Option<Time>) {
    if let Some(wake) = wake.filter(|wake| wake < alarm) {
        *alarm = wake;
        wakes.push(wake, node);
    }
}
