//! `harness report`: its flags.

use camino::Utf8PathBuf;
use clap::Args;

use super::path;

/// `harness report`
#[derive(Clone, Debug, Args)]
pub struct ReportArgs {
    /// A run: an experiment's name or file for its latest run, NAME~1 for the one before, NAME/TIME, or a directory; several are
    /// set side by side
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<String>,

    /// The page to write; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "report.html", value_parser = path())]
    pub output: Utf8PathBuf,

    /// Write no page: show the table and a small plot in the terminal
    #[arg(long, conflicts_with = "output")]
    pub plain: bool,

    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness report efficient                       the latest run of the experiment, as report.html
  harness report efficient -o today.html
  harness report efficient~1 efficient           the latest run beside the one before
  harness report efficient --plain               in the terminal

The page is one file that needs no network and no script; it opens from disk, and prints.
The exit code is 0 if it was written, whatever the verdict.";
