//! `harness rm`: runs leave the store, after a question.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail, ensure};
use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::RmArgs;
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::measured::find;
use crate::store::{Store, title};

/// The whole verb. Nothing is removed unless all of it may be.
pub(super) fn rm(args: &RmArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let runs = named(args)?;
    for run in &runs {
        ensure!(
            Store::holds(&args.store, run),
            "`{run}` is not a run in the store `{}`, and nothing else is removed (`--store DIR` names another store)",
            args.store
        );
        ensure!(!Store::is_under_way(run), "`{}` is under way: stop it first", title(run));
    }
    if !args.yes && !is_meant(&runs, console)? {
        console.say("nothing is removed");
        return Ok(ExitStatus::No);
    }
    for run in &runs {
        Store::remove(&args.store, run)?;
        console.say(&format!("removed {}", title(run)));
    }
    Ok(ExitStatus::Yes)
}

/// The runs that the words name, each once.
fn named(args: &RmArgs) -> anyhow::Result<BTreeSet<Utf8PathBuf>> {
    let mut runs = BTreeSet::new();
    for word in &args.run {
        if args.all {
            let all = Store::runs(&args.store, word)?;
            ensure!(!all.is_empty(), "`{}` has no runs in `{}`", word.escape_debug(), args.store);
            runs.extend(all);
        } else {
            runs.insert(find(&args.store, word)?);
        }
    }
    Ok(runs)
}

fn is_meant(runs: &BTreeSet<Utf8PathBuf>, console: &Console) -> anyhow::Result<bool> {
    let names: Vec<String> = runs.iter().map(Utf8PathBuf::as_path).map(description).collect();
    if !io::stdin().is_terminal() {
        bail!("nobody is there to be asked; `--yes` removes {} without", names.join(", "));
    }
    console.say(&format!("remove {}? [y/N]", names.join(", ")));
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).context("cannot read the answer")?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn description(run: &Utf8Path) -> String {
    let results = Store::readable(run).map_or(0, |(records, _)| records.len());
    format!("{} ({results} results)", title(run))
}
