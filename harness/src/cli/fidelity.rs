//! `harness fidelity`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use std::num::NonZeroUsize;

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::{at_least_one, path};

/// `harness fidelity`
#[derive(Clone, Debug, Args)]
pub struct FidelityArgs {
    /// Experiments of your own: each cell is run under the simulated and the embedded engine with the same seeds, and the figures are
    /// held against each other. Without any, scenarios are held against recordings of the real program
    #[arg(value_name = "EXPERIMENT", conflicts_with_all = ["engine", "runs"])]
    pub experiments: Vec<Utf8PathBuf>,

    /// Which engines are run now. The simulated one takes seconds; the embedded one takes half a minute for each scenario, some
    /// at a time, and needs this project's sources to build its nodes
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engines,

    /// How many seeds the simulated engine runs of each scenario and control, and both engines of each cell of an experiment
    /// [default: 20, and 3 of an experiment]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub seeds: Option<u32>,

    /// How often the embedded engine runs each scenario
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub runs: u32,

    /// Run only this scenario or control, or of experiments the cells with AXIS=VALUE; repeating it adds others
    #[arg(long, value_name = "NAME|AXIS=VALUE")]
    pub only: Vec<String>,

    /// How many runs are made at the same time [default: one a core simulated; as many as keep the embedded engine punctual]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = at_least_one::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,

    /// How the answer is written to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: FidelityFormat,

    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,

    /// Write what the embedded engine measured to this file as well: harness/src/fidelity/embedded.json is what every table
    /// shows that does not measure it
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub save_embedded: Option<Utf8PathBuf>,

    /// Of experiments, take what the embedded engine measured from this file, as `--save-embedded` wrote it, and run the simulated
    /// one alone
    #[arg(long, value_name = "FILE", value_parser = path(), requires = "experiments", conflicts_with = "save_embedded")]
    pub embedded_from: Option<Utf8PathBuf>,

    /// Of experiments, measure everything anew under the embedded engine; without this, what the store already holds is used again
    #[arg(long, requires = "experiments")]
    pub fresh: bool,
}

/// `--engine` of `harness fidelity`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Engines {
    /// Both engines
    Both,
    /// The simulated engine; what the embedded one measured is shown as it was measured last
    #[default]
    Simulated,
}

/// `--format` of `harness fidelity`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FidelityFormat {
    /// Data, with every distance and bound
    Json,
    /// The document beside the engine, engine/FIDELITY-TABLE.md
    Markdown,
    /// A table for people
    #[default]
    Table,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness fidelity                             seconds: every scenario, 20 seeds, and the controls
  harness fidelity --seeds 200 --only n12-tree-relay --only without-acks
  harness fidelity --engine both --runs 3      minutes: the embedded engine too, three runs each
  harness fidelity --format markdown > engine/FIDELITY-TABLE.md
  harness fidelity experiments/records-3d.yaml your experiment, simulated and with real processes
  harness fidelity experiments/efficient.yaml --only topology=star --seeds 5

Exit codes: 0 every recorded scenario keeps its bounds and every control fails, or the engines agree on every cell; 1 a scenario is
outside, a control is not found out, or the engines differ by more than 5 % somewhere; 2 the recordings or so few seeds cannot tell, or
a run came to nothing; 130 interrupted.";
