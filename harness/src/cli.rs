//! Every verb, and in a file each its flags and their help. Nothing is decided here.
//!
//! Absent: the flags of `harness test`, which are Maelstrom's and follow its rules ([`crate::command`]).

mod answer;
mod baseline;
mod check;
mod compare;
mod completions;
mod doctor;
mod export;
mod fidelity;
mod gate;
mod import;
mod init;
mod list;
mod man;
mod merge;
mod partition;
mod plan;
mod report;
mod rm;
mod run;
mod schema;
mod search;
mod setup;
mod show;
mod test;
mod topology;
mod trace;
mod watch;

use std::str::FromStr;

use camino::Utf8PathBuf;
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};
use clap::{Parser, Subcommand};

pub use self::answer::AnswerArgs;
pub use self::baseline::{BaselineArgs, BaselineVerb, SaveArgs};
pub use self::check::CheckArgs;
pub use self::compare::{CompareArgs, PageFormat};
pub use self::completions::{CompletionsArgs, Shell};
pub use self::doctor::DoctorArgs;
pub use self::export::{AnnotateArg, Export, ExportArgs, ExportFormat};
pub use self::fidelity::{Engines, FidelityArgs, FidelityFormat};
pub use self::gate::GateArgs;
pub use self::import::ImportArgs;
pub use self::init::InitArgs;
pub use self::list::ListArgs;
pub use self::man::ManArgs;
pub use self::merge::MergeArgs;
pub use self::partition::Partition;
pub use self::plan::PlanArgs;
pub use self::report::ReportArgs;
pub use self::rm::RmArgs;
pub use self::run::{EngineArg, Format, JudgeArg, RunArgs};
pub use self::schema::SchemaArgs;
pub use self::search::SearchArgs;
pub use self::setup::{Setup, SetupArgs};
pub use self::show::ShowArgs;
pub use self::test::TestArgs;
pub use self::topology::TopologyArgs;
pub use self::trace::TraceArgs;
pub use self::watch::WatchArgs;

/// Runs experiments on broadcast nodes, under Maelstrom or an engine that behaves like it, and judges the results.
#[derive(Debug, Parser)]
#[command(name = "harness", version, max_term_width = 100, after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run an experiment: every cell of its matrix, a table, and a yes or no
    #[command(after_help = run::EXAMPLES)]
    Run(RunArgs),
    /// Show what runs of an experiment measured: one page for the browser, or a plot in the terminal
    #[command(after_help = report::EXAMPLES)]
    Report(ReportArgs),
    /// List the runs in the store, newest first
    #[command(after_help = list::EXAMPLES)]
    List(ListArgs),
    /// Show a run again from the store: its table, where it comes from, and how to repeat it
    #[command(after_help = show::EXAMPLES)]
    Show(ShowArgs),
    /// Remove runs from the store
    #[command(after_help = rm::EXAMPLES)]
    Rm(RmArgs),
    /// Make results that Maelstrom or `harness test` wrote elsewhere a run in the store, like any other
    #[command(after_help = import::EXAMPLES)]
    Import(ImportArgs),
    /// Put the parts of an experiment together that several machines made, and judge them as one run
    #[command(after_help = merge::EXAMPLES)]
    Merge(MergeArgs),
    /// Run one test with Maelstrom's own flags and exit codes, under the embedded engine
    #[command(disable_help_flag = true)]
    Test(TestArgs),
    /// Find every mistake of experiment files; nothing is built or run
    #[command(after_help = check::EXAMPLES)]
    Check(CheckArgs),
    /// Show what `run` would do with the same flags, and how long it would take
    #[command(after_help = plan::EXAMPLES)]
    Plan(PlanArgs),
    /// Write a first experiment, with every key explained
    #[command(after_help = init::EXAMPLES)]
    Init(InitArgs),
    /// Run an experiment again whenever a source of it is saved
    #[command(after_help = watch::EXAMPLES)]
    Watch(WatchArgs),
    /// Print the JSON Schema of experiment files, with which editors complete and check them
    #[command(after_help = schema::EXAMPLES)]
    Schema(SchemaArgs),
    /// Print a script that completes this program's words in a shell
    #[command(after_help = completions::EXAMPLES)]
    Completions(CompletionsArgs),
    /// Write manual pages
    #[command(after_help = man::EXAMPLES)]
    Man(ManArgs),
    /// Find the designs of a matrix that no other beats, under the virtual clock
    #[command(after_help = search::EXAMPLES)]
    Search(SearchArgs),
    /// Draw and measure a topology, or compare them all
    #[command(after_help = topology::EXAMPLES)]
    Topology(TopologyArgs),
    /// Follow one broadcast through a simulated run: who sent it to whom when, as a table and a drawing
    #[command(after_help = trace::EXAMPLES)]
    Trace(TraceArgs),
    /// Put results side by side: which figures differ, by how much, and whether that is more than chance
    #[command(after_help = compare::EXAMPLES)]
    Compare(CompareArgs),
    /// Judge a run by the limits of today's file, and against a baseline, without running anything
    #[command(after_help = gate::EXAMPLES)]
    Gate(GateArgs),
    /// Keep what a run measured as a small file to commit, and to compare with later
    #[command(after_help = baseline::EXAMPLES)]
    Baseline(BaselineArgs),
    /// Hold the engines against recordings of the real program, figure by figure, and prove that it would show
    #[command(after_help = fidelity::EXAMPLES)]
    Fidelity(FidelityArgs),
    /// Fetch what the harness can use but does not bring
    #[command(after_help = setup::EXAMPLES)]
    Setup(SetupArgs),
    /// Look for everything that the harness can use, and say what each is for
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(DoctorArgs),
}

/// A path that an empty variable in a script did not leave empty.
fn path() -> impl TypedValueParser<Value = Utf8PathBuf> {
    NonEmptyStringValueParser::new().map(Utf8PathBuf::from)
}

/// A number of things of which there is at least one.
fn at_least_one<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| "expected a whole number, at least 1".to_owned())
}

/// Where everything random comes from.
fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected a whole number from 0 to 2^64 - 1".to_owned())
}

const EXAMPLES: &str = "\
Examples:
  harness run experiments/quick.yaml           a first look, half a minute
  harness run experiments/efficient.yaml       six variants of the challenge, judged
  harness run experiments/efficient.yaml --engine simulated --seeds 100
                                               the same a hundred times each, in seconds
  harness trace experiments/quick.yaml --cell topology=star --svg life.svg
                                               how one value spread, message by message
  harness test -w broadcast --bin ./my-node --node-count 5 --time-limit 20 --rate 10
                                               one test of your own binary, Maelstrom's way
  harness init mine.yaml --bin ./my-node       an experiment of your own to begin with
  harness check experiments                    every mistake of every file, nothing is run
  harness doctor                               what is installed, and what it is for";

const EXIT_CODES: &str = "\
Exit codes:
  0    the answer is yes: every required cell was measured and keeps its limits
  1    the answer is no: a limit is exceeded, or values were lost
  2    nobody can tell: a bad experiment or flag, a failed build, an engine or node that crashed
  130  interrupted
`harness test` ends with Maelstrom's own: 0 valid, 1 invalid, 2 unknown, 254 bad flags, 255 crashed.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_flags_agree_with_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn numbers_say_what_they_may_be() {
        let error = |flag: &str, text: &str| {
            Cli::try_parse_from(["harness", "run", "x.yaml", flag, text]).unwrap_err().to_string()
        };
        for (flag, text, expected) in [
            ("--seed", "-1", "from 0 to 2^64 - 1"),
            ("--seed", "1.5", "from 0 to 2^64 - 1"),
            ("--jobs", "0", "at least 1"),
            ("--deadline", "-3", "at least 1"),
        ] {
            assert!(error(flag, text).contains(expected), "{flag} {text}: {}", error(flag, text));
        }
    }

    #[test]
    fn maelstroms_flags_pass_through_untouched() {
        let cli = Cli::try_parse_from(["harness", "test", "-w", "echo", "--help", "--", "--jobs=x"]).unwrap();
        let Verb::Test(test) = cli.verb else { panic!("that was a test") };
        assert_eq!(test.arguments, ["-w", "echo", "--help", "--", "--jobs=x"]);
    }
}
