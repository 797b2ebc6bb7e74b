//! Everything that Maelstrom's results say of a run, put together (semantics, sections 7.1 and 7.5).
//!
//! A run is judged with its journal ([`judge`]). A history that was only recorded has none: [`rejudge`] gives everything
//! but the message counts. Absent: what Maelstrom does not report ([`crate::checker::strict`]) and the plots, which only
//! Maelstrom draws.

use crate::checker::{availability, echo, exceptions, net, set_full, stats};
use crate::history::History;
use crate::journal::Journal;
use crate::options::{Options, Workload};

/// What the checkers say. Ordered from best to worst: a whole is as valid as the worst of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Validity {
    /// Nothing contradicts what was promised: `true`.
    Valid,
    /// There was not enough to judge by: `:unknown`.
    Unknown,
    /// A promise is broken: `false`.
    Invalid,
}

/// What every checker found.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// Replies that no client understood.
    pub exceptions: Vec<exceptions::Exceptions>,
    /// How operations ended.
    pub stats: stats::Stats,
    /// The share that succeeded.
    pub availability: availability::OkFraction,
    /// Message counts; nothing where only the history is known.
    pub net: Option<net::Net>,
    /// The workload's own judgement.
    pub workload: WorkloadResults,
    /// Why the run did not reach its end, if it did not. Then nothing is certain, and the whole is unknown.
    pub error: Option<String>,
}

/// What the workload's own checker found.
#[derive(Clone, Debug, PartialEq)]
pub enum WorkloadResults {
    /// Of broadcast.
    Broadcast(set_full::SetFull),
    /// Of echo.
    Echo(echo::Echo),
}

/// Judges a run.
pub fn judge(history: &History, journal: &Journal, options: &Options) -> Results {
    Results { net: Some(net::check(journal, history.client_invocations())), ..rejudge(history, options) }
}

/// Judges a history of which no journal is left.
pub fn rejudge(history: &History, options: &Options) -> Results {
    Results {
        exceptions: exceptions::check(history),
        stats: stats::check(history),
        availability: availability::check(history, options.availability),
        net: None,
        workload: match options.workload {
            Workload::Broadcast => WorkloadResults::Broadcast(set_full::check(history)),
            Workload::Echo => WorkloadResults::Echo(echo::check(history)),
        },
        error: None,
    }
}

impl Results {
    /// The same of a run that did not reach its end, and why.
    pub fn crashed(self, error: impl Into<String>) -> Self {
        Self { error: Some(error.into()), ..self }
    }

    /// `:valid?` of the whole: the worst of the parts, or unknown if the run did not reach its end.
    pub fn valid(&self) -> Validity {
        if self.error.is_some() {
            return Validity::Unknown;
        }
        self.stats.valid().max(self.availability.valid).max(self.workload.valid())
    }
}

impl WorkloadResults {
    /// `:valid?` of the workload.
    pub fn valid(&self) -> Validity {
        match self {
            Self::Broadcast(set_full) => set_full.valid,
            Self::Echo(echo) => echo.valid(),
        }
    }
}
