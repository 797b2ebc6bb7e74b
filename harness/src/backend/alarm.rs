//! Waiting to the microsecond. On Linux a poll's own timeout counts whole milliseconds, rounded up, which would make every
//! delivery late by half of one; a timer among the things waited for does not. Elsewhere the timeout itself is precise.

use std::io;
use std::time::Duration;

use mio::{Registry, Token};

/// Ends a poll in time.
pub(super) struct Alarm {
    #[cfg(target_os = "linux")]
    timer: nix::sys::timerfd::TimerFd,
}

impl Alarm {
    /// The token of the alarm's own events, which tell nothing but that it is time.
    pub(super) const TOKEN: Token = Token(usize::MAX - 1);
}

#[cfg(target_os = "linux")]
impl Alarm {
    /// An alarm that is not set.
    pub(super) fn new(registry: &Registry) -> io::Result<Self> {
        use std::os::fd::{AsFd as _, AsRawFd as _};

        use mio::Interest;
        use mio::unix::SourceFd;
        use nix::sys::timerfd::{ClockId, TimerFd, TimerFlags};

        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?;
        registry.register(&mut SourceFd(&timer.as_fd().as_raw_fd()), Self::TOKEN, Interest::READABLE)?;
        Ok(Self { timer })
    }

    /// Sets the alarm, and tells what to give the poll as its timeout.
    pub(super) fn set(&mut self, after: Duration) -> io::Result<Option<Duration>> {
        use nix::sys::time::TimeSpec;
        use nix::sys::timerfd::{Expiration, TimerSetTimeFlags};

        // Nothing at all would switch the timer off.
        let after = after.max(Duration::from_nanos(1));
        self.timer.set(Expiration::OneShot(TimeSpec::from_duration(after)), TimerSetTimeFlags::empty())?;
        Ok(None)
    }
}

#[cfg(not(target_os = "linux"))]
impl Alarm {
    /// An alarm that is not set.
    pub(super) fn new(_registry: &Registry) -> io::Result<Self> {
        Ok(Self {})
    }

    /// Sets the alarm, and tells what to give the poll as its timeout.
    pub(super) fn set(&mut self, after: Duration) -> io::Result<Option<Duration>> {
        Ok(Some(after))
    }
}
