//! `harness man`: manual pages, made from the same words as the help.

use std::fs;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::cli::{Cli, ManArgs};
use crate::console::Console;
use crate::exit::ExitStatus;

/// The whole verb.
pub(super) fn man(args: &ManArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let Some(directory) = &args.directory else {
        let mut page = Vec::new();
        Man::new(Cli::command()).render(&mut page).context("cannot make the page")?;
        console.answer(&String::from_utf8(page).context("the page is not text")?).context("cannot write the page")?;
        return Ok(ExitStatus::Yes);
    };
    fs::create_dir_all(directory).with_context(|| format!("cannot create `{directory}`"))?;
    clap_mangen::generate_to(Cli::command(), directory)
        .with_context(|| format!("cannot write pages into `{directory}`"))?;
    console.say(&format!("`{directory}` has the pages; `man harness` finds them if it is on the search path"));
    Ok(ExitStatus::Yes)
}
