//! Another harness that works for this one and shares its streams. It is asked to end as a user would ask it, since only it
//! knows what it has started.
//!
//! Absent: programs whose output is read, or that know nothing of signals ([`super::Running`]).

use std::io;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::{Invocation, ProcessError, group, leader, retry_while_busy};

/// A harness that runs. Ended when dropped.
pub struct Attached {
    handle: duct::Handle,
    leader: u32,
}

impl Attached {
    /// Starts it, in a group of its own: the terminal's Ctrl-C is for this process alone.
    pub fn start(invocation: &Invocation) -> Result<Self, ProcessError> {
        let expression = invocation.expression().stdin_null();
        let handle = retry_while_busy(|| expression.start()).map_err(|source| invocation.not_started(source))?;
        let leader = leader(&handle);
        group::register_harness(leader);
        Ok(Self { handle, leader })
    }

    /// How it ended, if it does within that time.
    pub fn wait(&self, patience: Duration) -> io::Result<Option<ExitStatus>> {
        Ok(self.handle.wait_timeout(patience)?.map(|output| output.status))
    }

    /// Asks it to end, and not so kindly after a while. It has kept what it measured, and stopped what it started.
    fn end(&self) {
        for (ask, patience) in [(group::ask_harness as fn(u32), PATIENCE), (group::order_harness, PATIENCE)] {
            ask(self.leader);
            let until = Instant::now() + patience;
            while Instant::now() < until {
                if !matches!(self.wait(TICK), Ok(None)) {
                    return;
                }
            }
        }
        let _ = self.handle.kill();
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if matches!(self.handle.try_wait(), Ok(None)) {
            self.end();
        }
        group::forget_harness(self.leader);
    }
}

/// How long it may take to stop its nodes, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);
const TICK: Duration = Duration::from_millis(20);
