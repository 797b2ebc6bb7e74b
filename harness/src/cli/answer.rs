//! What every verb has that answers from the store: where that is, and where the answer goes.
//!
//! Absent: what is asked.

use camino::Utf8PathBuf;
use clap::Args;

use super::export::ExportArgs;
use super::{Format, path};

/// Where results come from, and the answer goes.
#[derive(Clone, Debug, Args)]
pub struct AnswerArgs {
    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,

    /// How the answer is written to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// Files and annotations
    #[command(flatten)]
    pub exports: ExportArgs,
}
