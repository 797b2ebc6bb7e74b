//! `harness man`: manual pages, made from the same words as the help.

use std::fs;
use std::io;

use anyhow::Context as _;
use camino::Utf8Path;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::flags;
use crate::cli::{Cli, ManArgs};
use crate::console::Console;
use crate::exit::ExitStatus;

/// The whole verb.
pub(super) fn man(args: &ManArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    match &args.directory {
        None => {
            let page = page(&command).context("cannot make the page")?;
            let page = String::from_utf8(page).context("the page is not text")?;
            console.answer(&page).context("cannot write the page")?;
        }
        Some(directory) => {
            fs::create_dir_all(directory).with_context(|| format!("cannot create `{directory}`"))?;
            write(&command, directory).with_context(|| format!("cannot write pages into `{directory}`"))?;
            console.say(&format!("`{directory}` has the pages; `man harness` finds them if it is on the search path"));
        }
    }
    Ok(ExitStatus::Yes)
}

/// Writes the page of a verb and of everything below it.
fn write(command: &Command, directory: &Utf8Path) -> io::Result<()> {
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        write(verb, directory)?;
    }
    fs::write(directory.join(Man::new(command.clone()).get_filename()), page(command)?)
}

/// A verb's page. What stands in columns stays so.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    let man = Man::new(command.clone()).manual("harness");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    if command.get_name() == "test" {
        // Its flags are Maelstrom's, and so is its help.
        section("DESCRIPTION", &flags::help()).to_writer(&mut page)?;
        return Ok(page);
    }
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(rest) = command.get_after_long_help().or(command.get_after_help()) {
        let rest = rest.to_string();
        section("EXAMPLES", rest.strip_prefix("Examples:\n").unwrap_or(&rest)).to_writer(&mut page)?;
    }
    Ok(page)
}

/// A section whose lines are as they are.
fn section(heading: &str, text: &str) -> Roff {
    let mut section = Roff::new();
    section.control("SH", [heading]).control("nf", []);
    for line in text.lines() {
        // An empty line of its own would be taken for a paragraph's end.
        section.text([roman(if line.is_empty() { " " } else { line })]);
    }
    section.control("fi", []);
    section
}
