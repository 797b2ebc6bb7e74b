//! `harness setup`: fetches what the harness can use but does not bring.

use anyhow::Context as _;

use crate::backend::maelstrom::Surroundings;
use crate::cli::{Setup, SetupArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::setup::{self, setup_maelstrom};

/// The whole verb.
pub(super) fn setup(args: &SetupArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let Setup::Maelstrom { from } = &args.what;
    let destination = Surroundings::of_process()
        .installed()
        .context("there is no place to put Maelstrom: neither $XDG_DATA_HOME nor $HOME is set")?;
    let wait = console.wait_for(&format!("fetching Maelstrom from {}", from.as_deref().unwrap_or(setup::URL)));
    let done = setup_maelstrom(&destination, from.as_deref(), &mut |read, size| {
        wait.set_message(format!("fetching Maelstrom: {}", amount(read, size)));
    })?;
    drop(wait);
    console.answer(&match done {
        setup::Setup::AlreadyThere(program) => format!("Maelstrom is there already: {program}\n"),
        setup::Setup::Installed(program) => format!("Maelstrom is ready: {program}\n"),
    })?;
    Ok(ExitStatus::Yes)
}

fn amount(read: u64, size: Option<u64>) -> String {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    match size {
        Some(size) => format!("{:.0} of {:.0} MB", megabytes(read), megabytes(size)),
        None => format!("{:.0} MB", megabytes(read)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_counts_megabytes() {
        assert_eq!(amount(1_500_000, Some(62_000_000)), "2 of 62 MB");
        assert_eq!(amount(700_000, None), "1 MB");
    }
}
