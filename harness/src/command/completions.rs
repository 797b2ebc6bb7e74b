//! `harness completions`: the script with which a shell asks this program what comes next.
//!
//! Absent: the answers themselves; they are given before the command line is read ([`answer`], [`super::complete`]).

use anyhow::Context as _;
use camino::absolute_utf8;
use clap::CommandFactory as _;
use clap_complete::CompleteEnv;
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Zsh};

use super::complete::with_completers;
use crate::cli::{Cli, CompletionsArgs, Shell};
use crate::console::Console;
use crate::exit::ExitStatus;

/// The whole verb.
pub(super) fn completions(args: CompletionsArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let shell: &dyn EnvCompleter = match args.shell {
        Shell::Bash => &Bash,
        Shell::Elvish => &Elvish,
        Shell::Fish => &Fish,
        Shell::Powershell => &Powershell,
        Shell::Zsh => &Zsh,
    };
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    let program = absolute_utf8(program).context("this program's own path is not text")?;
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, NAME, NAME, program.as_str(), &mut script).context("cannot make the script")?;
    console.answer(&String::from_utf8(script).context("the script is not text")?).context("cannot write the script")?;
    Ok(ExitStatus::Yes)
}

/// If a shell asks what comes next, answers and ends the program.
pub fn answer() {
    CompleteEnv::with_factory(|| with_completers(Cli::command())).var(VARIABLE).complete();
}

/// Set by the script when it asks; a name that nothing else uses.
const VARIABLE: &str = "HARNESS_COMPLETE";

const NAME: &str = "harness";
