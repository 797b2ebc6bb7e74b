//! Parse, run, exit. What happens in between is [`harness::command`]'s.

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    use clap::Parser as _;

    harness::command::answer_completions();
    harness::command::run(&harness::cli::Cli::parse())
}

#[cfg(not(unix))]
#[expect(clippy::print_stderr, reason = "there is nothing else here that could say it")]
fn main() -> ExitCode {
    eprintln!("harness runs on Linux and macOS; on Windows run it inside WSL (`wsl --install`)");
    ExitCode::from(2)
}
