//! How far a run of Maelstrom is, by its phase and by how long each phase usually takes.

use std::time::{Duration, Instant};

use engine::Options;

/// What Maelstrom is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// The JVM starts and loads its classes.
    #[default]
    Start,
    /// Nodes start and answer `init`.
    Nodes,
    /// Clients ask.
    Load,
    /// Ten quiet seconds and the final reads.
    Recovery,
    /// Nodes are stopped, checkers judge, plots are drawn.
    Analysis,
}

/// Follows the phases.
#[derive(Debug)]
pub(super) struct Progress {
    load: Duration,
    phase: Phase,
    since: Instant,
}

impl Phase {
    const ALL: [Self; 5] = [Self::Start, Self::Nodes, Self::Load, Self::Recovery, Self::Analysis];

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Nodes => "nodes",
            Self::Load => "load",
            Self::Recovery => "recovery",
            Self::Analysis => "analysis",
        }
    }
}

impl Progress {
    /// At the start of a run.
    pub(super) fn of(options: &Options) -> Self {
        Self { load: options.time_limit.into(), phase: Phase::Start, since: Instant::now() }
    }

    /// The phase's name and the share done.
    pub(super) fn at(&mut self, phase: Phase, now: Instant) -> (&'static str, f64) {
        if phase != self.phase {
            self.phase = phase;
            self.since = now;
        }
        let whole: f64 = Phase::ALL.iter().map(|phase| self.usual(*phase)).sum();
        let before: f64 = Phase::ALL.iter().filter(|each| **each < phase).map(|phase| self.usual(*phase)).sum();
        let inside = now.saturating_duration_since(self.since).as_secs_f64().min(self.usual(phase));
        (phase.name(), (before + inside) / whole)
    }

    /// Seconds that a phase takes on a machine with two cores.
    fn usual(&self, phase: Phase) -> f64 {
        match phase {
            Phase::Start => 6.0,
            Phase::Nodes => 1.5,
            Phase::Load => self.load.as_secs_f64(),
            Phase::Recovery => 10.5,
            Phase::Analysis => 4.5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_grows_and_stays_below_one() {
        let options = Options { time_limit: protocol::Duration::from_secs(20), ..Options::default() };
        let mut progress = Progress::of(&options);
        let start = progress.since;
        let mut last = -1.0;
        for (seconds, phase) in (0..).zip(Phase::ALL) {
            for wait in [0, 1, 100] {
                let (name, share) = progress.at(phase, start + Duration::from_secs(seconds * 200 + wait));
                assert!(share >= last && share <= 1.0, "{share} after {last}");
                assert_eq!(name, phase.name());
                last = share;
            }
        }
        assert!((last - 1.0).abs() < 1e-9);
    }
}
