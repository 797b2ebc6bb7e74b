//! `harness setup`: its flags.

use clap::{Args, Subcommand};

/// `harness setup`
#[derive(Clone, Debug, Args)]
pub struct SetupArgs {
    /// What to fetch
    #[command(subcommand)]
    pub what: Setup,
}

/// What `harness setup` can fetch.
#[derive(Clone, Debug, Subcommand)]
pub enum Setup {
    /// Download Maelstrom's release, check its digest and unpack it
    #[command(after_help = EXAMPLES)]
    Maelstrom {
        /// Take the release archive from here instead: a file, or a mirror's URL. The digest is checked all the same
        #[arg(long, value_name = "FILE|URL")]
        from: Option<String>,
    },
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness setup maelstrom
  harness setup maelstrom --from ~/Downloads/maelstrom.tar.bz2";
