//! `harness compare`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::export::ExportArgs;
use super::path;

/// `harness compare`
#[derive(Clone, Debug, Args)]
pub struct CompareArgs {
    /// What to compare: runs (NAME, NAME~1 for the run before, NAME/TIME, a directory, an experiment's file), baselines by
    /// their names, and files written by `--export json=…`. One name alone is held against the run before it
    #[arg(required = true, value_name = "RUN")]
    pub names: Vec<String>,

    /// Compare the values of an axis with each other, or the engines: of one run, or of all runs named. With `engine` and an
    /// experiment's name, its latest run under each engine
    #[arg(long, value_name = "AXIS")]
    pub by: Option<String>,

    /// Which side the others are held against, by its name or its place from 1 [default: the first]
    #[arg(long, value_name = "RUN")]
    pub reference: Option<String>,

    /// A row per cell with these figures side by side, such as msgs-per-op,p95 or all, in place of a row per cell and figure
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub figures: Vec<String>,

    /// Show the rows without a difference too
    #[arg(long)]
    pub all: bool,

    /// Compare only the cells with this value on this axis, or of this name; commas narrow further, repeating it adds cells
    #[arg(long, value_name = "AXIS=VALUE[,…]")]
    pub only: Vec<String>,

    /// How likely a false alarm may be in the whole table
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    pub alpha: f64,

    /// End with 1 if a figure differs by this much from the reference: 'p95 > +5%', 'msgs-per-op > +0.5', 'max > +20ms'.
    /// A difference that a test with enough repetitions does not prove fails nothing
    #[arg(long, value_name = "CONDITION")]
    pub fail_if: Vec<String>,

    /// How the answer is written to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: PageFormat,

    /// Files and annotations
    #[command(flatten)]
    pub exports: ExportArgs,

    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,

    /// Where baselines are kept
    #[arg(long, value_name = "DIR", default_value = "experiments/baselines", value_parser = path())]
    pub baselines: Utf8PathBuf,
}

/// `--format`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// A line per cell, figure and side, in full precision
    Csv,
    /// Data, in full precision
    Json,
    /// A table for a pull request
    Markdown,
    /// A table for people
    #[default]
    Table,
}

fn share(text: &str) -> Result<f64, String> {
    let share: Option<f64> = text.parse().ok().filter(|share| (1e-9..1.0).contains(share));
    share.ok_or_else(|| "expected a share between 0 and 1, such as 0.05".to_owned())
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness compare efficient                    the latest run against the one before
  harness compare efficient~3 efficient~1 efficient
  harness compare main efficient               a baseline against the latest run
  harness compare efficient --by topology --figures msgs-per-op,p95
  harness compare efficient --by engine        its latest run under each engine
  harness compare main efficient --fail-if 'msgs-per-broadcast > +0%' --fail-if 'p95 > +5%'";
