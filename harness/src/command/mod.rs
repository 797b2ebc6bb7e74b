//! The verbs. Each reads as its stages.

mod engines;
mod flags;
mod nodes;
mod request;
mod run;
mod schedule;
mod test;

use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use camino::Utf8Path;

use crate::cli::{Cli, Verb};
use crate::console::Console;
use crate::exit::{ExitStatus, MaelstromExit};
use crate::process;

/// Does what the command line says, and gives the code to end with.
pub fn run(cli: &Cli) -> ExitCode {
    let console = Console::new();
    let interrupted = match process::install_interrupt() {
        Ok(interrupted) => interrupted,
        Err(error) => {
            console.say(&format!("error: cannot listen for Ctrl-C: {error}"));
            return ExitStatus::Unknown.into();
        }
    };
    match &cli.verb {
        Verb::Test(args) => {
            let root = Utf8Path::new("store");
            let scene = test::Scene { backend: &*engines::embedded(), console: &console, interrupted, root };
            test::test(&args.arguments, &scene)
        }
        _ => ExitStatus::Unknown.into(),
    }
}
