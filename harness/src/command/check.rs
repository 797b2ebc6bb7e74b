//! `harness check`: every mistake of every file, nothing built and nothing run.

use std::collections::BTreeMap;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::engines;
use crate::artifact::Toolchain;
use crate::cli::CheckArgs;
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::plan::Plan;
use crate::render::escape;
use crate::spec::Spec;
use crate::words::counted;

/// The whole verb.
pub(super) fn check(args: &CheckArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let (mut good, mut bad) = (0, 0);
    let mut names: BTreeMap<String, Utf8PathBuf> = BTreeMap::new();
    let mut features: BTreeMap<Utf8PathBuf, Vec<String>> = BTreeMap::new();
    for path in &args.paths {
        let files = experiments(path).unwrap_or_else(|error| {
            console.say(&format!("error: {error:#}"));
            bad += 1;
            Vec::new()
        });
        for file in files {
            // Cargo is asked once for all experiments of a directory.
            let toolchain = Toolchain::around(&file).context("cannot tell which directory this is")?;
            let known = features.entry(toolchain.directory.clone()).or_insert_with(|| toolchain.known_features());
            match plan(&file, known) {
                Ok(plan) => {
                    good += 1;
                    console
                        .answer(&format!("{}: {}\n", escape::terminal(file.as_str()), extent(&plan)))
                        .context("cannot write the answer")?;
                    if let Some(other) = names.insert(plan.name.clone(), file.clone()).filter(|other| *other != file) {
                        console.say(&format!(
                            "`{file}` and `{other}` are both called `{}`: their results would lie in one directory",
                            plan.name
                        ));
                    }
                }
                Err(error) => {
                    super::tell(&error, console);
                    bad += 1;
                }
            }
        }
    }
    if bad > 0 && good + bad > 1 {
        console.say(&format!("{good} of {} are experiments", good + bad));
    }
    Ok(if bad == 0 { ExitStatus::Yes } else { ExitStatus::Unknown })
}

/// The files that a path stands for: itself, or the YAML files of a directory by name.
fn experiments(path: &Utf8Path) -> anyhow::Result<Vec<Utf8PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = || format!("cannot read `{path}`");
    let entries = path.read_dir_utf8().with_context(unreadable)?;
    let mut files =
        entries.map(|entry| Ok(entry.with_context(unreadable)?.into_path())).collect::<anyhow::Result<Vec<_>>>()?;
    files.retain(|file| matches!(file.extension(), Some("yaml" | "yml")) && file.is_file());
    files.sort();
    anyhow::ensure!(!files.is_empty(), "no file of `{path}` ends in .yaml or .yml");
    Ok(files)
}

/// What the file comes to, if its engine can run it.
fn plan(file: &Utf8Path, features: &[String]) -> anyhow::Result<Plan> {
    let plan = Plan::of(&Spec::load(file, features)?);
    engines::can_run(&plan).with_context(|| format!("`{file}` asks for what its engine cannot do"))?;
    Ok(plan)
}

/// `6 cells, 10 runs each`.
fn extent(plan: &Plan) -> String {
    let cells = counted(plan.cells.len(), "cell");
    if plan.repeat == 1 { cells } else { format!("{cells}, {} runs each", plan.repeat) }
}
