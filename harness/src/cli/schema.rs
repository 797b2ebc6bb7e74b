//! `harness schema`: its flags, which are none.

use clap::Args;

/// `harness schema`
#[derive(Clone, Copy, Debug, Args)]
pub struct SchemaArgs {}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness schema > experiment.schema.json      then, in the first line of an experiment:
                                               # yaml-language-server: $schema=./experiment.schema.json";
