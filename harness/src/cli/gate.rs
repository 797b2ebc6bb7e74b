//! `harness gate`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use camino::Utf8PathBuf;
use clap::Args;

use super::answer::AnswerArgs;
use super::{JudgeArg, path};

/// `harness gate`
#[derive(Clone, Debug, Args)]
pub struct GateArgs {
    /// The run to judge: NAME for an experiment's latest, NAME~1 for the one before, NAME/TIME, a directory, or an experiment's
    /// file for its latest run
    pub run: String,

    /// The experiment's file, whose limits count today [default: RUN if it is one, else the one that the run was made with, else
    /// experiments/NAME.yaml]
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub experiment: Option<Utf8PathBuf>,

    /// Hold the run against this baseline too
    #[arg(long, value_name = "NAME")]
    pub baseline: Option<String>,

    /// How much a figure may change from the baseline, such as 'msgs-per-broadcast +0%', 'p95 +5%', 'max +20ms',
    /// 'ok-fraction -0.01' [default: msgs-per-broadcast +0%, and +5% for every latency that carries a limit]
    #[arg(long, value_name = "ALLOWANCE", requires = "baseline")]
    pub allow: Vec<String>,

    /// Judge only the cells with this value on this axis, or of this name; commas narrow further, repeating it adds cells
    #[arg(long, value_name = "AXIS=VALUE[,…]")]
    pub only: Vec<String>,

    /// Which value over the repetitions the limits are held against [default: what the file says, else worst]
    #[arg(long, value_enum)]
    pub judge: Option<JudgeArg>,

    /// Where results come from, and the answer goes
    #[command(flatten)]
    pub answer: AnswerArgs,

    /// Where baselines are kept [default: `baselines` beside the experiment's file]
    #[arg(long, value_name = "DIR", value_parser = path())]
    pub baselines: Option<Utf8PathBuf>,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness gate efficient                       the latest run, by today's limits
  harness gate experiments/efficient.yaml --only topology=star
  harness gate efficient --baseline main       and no worse than the baseline
  harness gate efficient --baseline main --allow 'msgs-per-broadcast +0%' --allow 'p95 +5%'
  harness gate efficient --export junit=gate.xml --annotate github";
