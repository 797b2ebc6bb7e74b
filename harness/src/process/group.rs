//! Process groups: the unit in which everything that was started is stopped.

use std::collections::BTreeSet;
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

/// A group of processes that a program of ours leads. Killed when dropped.
#[derive(Debug)]
pub struct Group {
    id: Pid,
}

/// Kills a node's whole group, at once. Harmless if it is gone. To be called before, or right after, the child is waited
/// for: once it is, the system may give its number away.
pub fn kill_group(child: &Child) {
    drop(Group::of(child));
}

/// Stops a node's whole group where it is, as a pause of the machine would.
pub fn stop_group(child: &Child) {
    Group::signal(pid(child.id()), Signal::SIGSTOP);
}

/// Lets a stopped group go on.
pub fn continue_group(child: &Child) {
    Group::signal(pid(child.id()), Signal::SIGCONT);
}

/// Remembers a group that a child leads, so that [`kill_all`] knows it.
pub(super) fn register(leader: u32) {
    live().insert(leader);
}

/// Remembers a harness that works for this one, so that [`kill_all`] knows it.
pub(super) fn register_harness(leader: u32) {
    harnesses().insert(leader);
}

/// It has ended.
pub(super) fn forget_harness(leader: u32) {
    harnesses().remove(&leader);
}

/// The first interrupt: a wish.
pub(super) fn ask_harness(leader: u32) {
    // The only error is that it is gone.
    let _ = kill(pid(leader), Signal::SIGINT);
}

/// The second: whatever it has started is killed by it.
pub(super) fn order_harness(leader: u32) {
    let _ = kill(pid(leader), Signal::SIGTERM);
}

/// Kills every group that is registered: the second interrupt. A harness is told to do the same: it leads groups that are
/// not known here. Two different signals, since of one kind a second that comes at once is none.
pub(super) fn kill_all() {
    for &leader in &*harnesses() {
        ask_harness(leader);
        order_harness(leader);
    }
    for &leader in &*live() {
        Group::signal(pid(leader), Signal::SIGKILL);
    }
}

impl Group {
    /// How long a group that was asked to end may take before it is killed. With a tick to notice, an interrupt has
    /// stopped everything within a second.
    pub const GRACE: Duration = Duration::from_millis(700);

    /// The group of a node from [`super::spawn_node`], which is killed when this is dropped.
    pub fn of(child: &Child) -> Self {
        Self::of_leader(child.id())
    }

    /// The group of a process that leads one.
    pub(super) fn of_leader(leader: u32) -> Self {
        register(leader);
        Self { id: pid(leader) }
    }

    /// Kills the group at once. Harmless if it is gone.
    pub fn kill(&self) {
        Self::signal(self.id, Signal::SIGKILL);
    }

    /// Asks the group to end, and kills what is left of it when [`Self::GRACE`] is over.
    pub(super) fn end(&self, leader: &duct::Handle) {
        Self::signal(self.id, Signal::SIGTERM);
        let until = Instant::now() + Self::GRACE;
        while Instant::now() < until {
            // The leader must be waited for: until then it counts as a member of its group.
            let ended = matches!(leader.try_wait(), Ok(Some(_)));
            if ended && !self.is_alive() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.kill();
        // What is killed ends, unless the system itself is stuck; then nobody is helped by waiting longer.
        let _ = leader.wait_timeout(Duration::from_secs(5));
    }

    /// Whether any process of the group is left.
    pub fn is_alive(&self) -> bool {
        killpg(self.id, None) != Err(Errno::ESRCH)
    }

    /// The only errors are that the group is gone, or that it is not ours, which it is.
    fn signal(group: Pid, signal: Signal) {
        let _ = killpg(group, signal);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        live().remove(&self.id.as_raw().unsigned_abs());
    }
}

fn pid(leader: u32) -> Pid {
    Pid::from_raw(i32::try_from(leader).expect("a process id is a positive pid_t"))
}

/// The leaders of the groups that are running. A panic elsewhere does not make the set wrong.
fn live() -> MutexGuard<'static, BTreeSet<u32>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same of harnesses.
fn harnesses() -> MutexGuard<'static, BTreeSet<u32>> {
    HARNESSES.lock().unwrap_or_else(PoisonError::into_inner)
}

static HARNESSES: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
static LIVE: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
