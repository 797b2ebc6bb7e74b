//! `harness run`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use std::num::{NonZeroU64, NonZeroUsize};

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::export::ExportArgs;
use super::{Partition, at_least_one, path, seed};
use crate::limit::JudgedBy;
use crate::plan::EngineChoice;

/// `harness run`
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// The experiment file, such as experiments/efficient.yaml
    pub experiment: Utf8PathBuf,

    /// Which engine runs the tests; auto is Maelstrom if it is found, else embedded, never simulated [default: what the file
    /// says, else auto]
    #[arg(long, value_enum)]
    pub engine: Option<EngineArg>,

    /// How many tests run at the same time [default: as many as keep the embedded engine punctual;
    /// one a core if simulated; 1 with Maelstrom]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = at_least_one::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,

    /// Run only the cells with this value on this axis, or of this name; commas narrow further, repeating it adds cells
    #[arg(long, value_name = "AXIS=VALUE[,…]")]
    pub only: Vec<String>,

    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,

    /// How the answer is written to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// Make a run again, up to so many times, whose deliveries were so late that its figures are unreliable. It is told as
    /// FLAKY. Only the embedded engine tells how late it was
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=9))]
    pub retries: u32,

    /// Files and annotations
    #[command(flatten)]
    pub exports: ExportArgs,

    /// The seed of every cell's first run, in place of the file's; repetitions count up from it
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    pub seed: Option<u64>,

    /// How often each cell is run, each time with the next seed, in place of the file's `repeat`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(SEEDS_MAX)))]
    pub seeds: Option<u32>,

    /// Make only this share of the runs, for `harness merge` to put together: 1/4 to 4/4; `auto` takes the number from the job
    /// array of Slurm, GitLab and others, and `auto/4` of Kubernetes or GNU parallel too
    #[arg(long, value_name = "N/M|auto")]
    pub partition: Option<Partition>,

    /// Measure everything anew; without this, what the store already holds of exactly the same (options, seed, engine, node)
    /// is used again
    #[arg(long)]
    pub fresh: bool,

    /// Which value over the repetitions the limits are held against [default: what the file says, else worst]
    #[arg(long, value_enum)]
    pub judge: Option<JudgeArg>,

    /// Keep history.edn and results.edn of every run of the simulated engine too, however many there are; without this only
    /// of experiments with at most 20 runs. A run's seed brings them back
    #[arg(long)]
    pub keep_raw: bool,

    /// Maelstrom's launcher or its directory [default: $MAELSTROM, else PATH, else what `harness setup maelstrom` fetched]
    #[arg(long, value_name = "PATH", value_parser = path())]
    pub maelstrom: Option<Utf8PathBuf>,

    /// Stop a test under Maelstrom that runs longer than this [default: its time limit and some minutes]. The embedded
    /// engine needs none: each of its phases ends by itself
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = at_least_one::<NonZeroU64>)]
    pub deadline: Option<NonZeroU64>,
}

/// `--engine`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineArg {
    /// Maelstrom if it is found, else embedded
    Auto,
    /// The engine in this program: real node processes, no Java
    Embedded,
    /// The official program; needs Java
    Maelstrom,
    /// This project's node inside this program, under a clock that jumps: milliseconds a run, the same figures for a seed
    Simulated,
}

/// `--judge`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum JudgeArg {
    /// The arithmetic mean
    Mean,
    /// The middle value
    Median,
    /// The value farthest on the wrong side: every single run keeps the limits
    Worst,
}

/// `--format`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Data, with every record behind it
    Json,
    /// A table for people
    #[default]
    Table,
}

impl From<EngineArg> for EngineChoice {
    fn from(argument: EngineArg) -> Self {
        match argument {
            EngineArg::Auto => Self::Auto,
            EngineArg::Embedded => Self::Embedded,
            EngineArg::Maelstrom => Self::Maelstrom,
            EngineArg::Simulated => Self::Simulated,
        }
    }
}

impl From<JudgeArg> for JudgedBy {
    fn from(argument: JudgeArg) -> Self {
        match argument {
            JudgeArg::Mean => Self::Mean,
            JudgeArg::Median => Self::Median,
            JudgeArg::Worst => Self::Worst,
        }
    }
}

/// As often as a file may ask for.
const SEEDS_MAX: u32 = 10_000;

pub(super) const EXAMPLES: &str = "\
Examples:
  harness run experiments/efficient.yaml
  harness run experiments/efficient.yaml --only topology=star,relay-to-master=on
  harness run experiments/efficient.yaml --engine maelstrom --maelstrom ~/maelstrom
  harness run experiments/efficient.yaml --engine simulated --seeds 100 --judge median
  harness run experiments/efficient.yaml --partition 1/4 --store part-1
  harness run experiments/efficient.yaml --format json > answer.json";

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::Cli;

    #[test]
    fn zero_jobs_are_refused() {
        let jobs = |number| Cli::try_parse_from(["harness", "run", "x.yaml", "--jobs", number]);
        assert!(jobs("0").is_err());
        assert!(jobs("2").is_ok());
    }

    #[test]
    fn seeds_are_as_many_as_a_file_may_repeat() {
        let seeds = |number| Cli::try_parse_from(["harness", "run", "x.yaml", "--seeds", number]);
        assert!(seeds("0").is_err() && seeds("10001").is_err());
        assert!(seeds("10000").is_ok());
    }
}
