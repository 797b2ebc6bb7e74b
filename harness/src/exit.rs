//! The program's answers, as exit codes.

use std::process::ExitCode;

/// How `harness` ends. `harness test` alone ends with Maelstrom's own codes instead, see [`MaelstromExit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0: the answer is yes. Every required cell was measured and keeps its limits.
    Yes,
    /// 1: the answer is no. A limit is exceeded, or values were lost.
    No,
    /// 2: nobody can tell. A bad experiment, a failed build, an engine or node that crashed.
    Unknown,
    /// 130: the user interrupted.
    Interrupted,
}

/// Maelstrom's exit codes (semantics, section 1.3), which `harness test` keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaelstromExit {
    /// 0: the result is valid.
    Valid,
    /// 1: the result is invalid.
    Invalid,
    /// 2: the checkers could not tell.
    Unknown,
    /// 254: a bad command line.
    BadArguments,
    /// 255: the test itself crashed: a node exited, did not answer `init`, or could not be started.
    Crashed,
}

impl ExitStatus {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::No => 1,
            Self::Unknown => 2,
            Self::Interrupted => 130,
        }
    }
}

impl MaelstromExit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Unknown => 2,
            Self::BadArguments => 254,
            Self::Crashed => 255,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

impl From<MaelstromExit> for ExitCode {
    fn from(status: MaelstromExit) -> Self {
        Self::from(status.code())
    }
}
