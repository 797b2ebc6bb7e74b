//! `harness report`: stored runs as a page, or in the terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::NamedTempFile;

use super::stored;
use crate::cli::ReportArgs;
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::gate;
use crate::latencies::Latencies;
use crate::measured::Measured;
use crate::outcome::Outcome;
use crate::provenance;
use crate::render::Summary;
use crate::report::{self, Shown, plain};

/// The whole verb.
pub(super) fn report(args: &ReportArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    // A page that cannot be written is found before anything is read.
    let page = if args.plain { None } else { Some(Page::open(&args.output)?) };
    let open = |name: &String| Measured::open(&args.store, name);
    let runs: Vec<Measured> = args.runs.iter().map(open).collect::<anyhow::Result<_>>()?;
    let shown: Vec<Shown<'_>> = runs.iter().map(shown).collect();
    match page {
        None => {
            let look = console.look();
            let texts: Vec<String> = shown.iter().map(|run| plain::text(run, look)).collect();
            console.answer(&texts.join("\n")).context("cannot write the answer")?;
        }
        Some(page) => page.write(&report::page(&shown, &made()), &shown, console)?,
    }
    Ok(ExitStatus::Yes)
}

/// A run, judged, with every latency of those runs that a page draws.
fn shown(measured: &Measured) -> Shown<'_> {
    let mut summary = Summary::of(&measured.about, &measured.records, &measured.directory, None);
    summary.remarks = stored::remarks(measured);
    let latencies = summary.rows.iter().filter_map(|row| {
        let outcomes: Vec<&Outcome> = row.records.iter().map(|record| &record.outcome).collect();
        let farthest = row.records.get(gate::worst_place(&measured.about.limits, &outcomes))?;
        Some((row.cell.cell.as_str(), Latencies::of(measured, farthest)?))
    });
    let latencies: BTreeMap<&str, Latencies> = latencies.collect();
    Shown { measured, summary, latencies }
}

/// When the page was made, and by which program.
fn made() -> String {
    format!("Written by harness {}, {}.", env!("CARGO_PKG_VERSION"), provenance::now())
}

/// Where the page goes.
enum Page {
    /// To standard output.
    Stdout,
    /// To this file, in whose directory a hidden one holds its place.
    File { path: Utf8PathBuf, fresh: NamedTempFile },
}

impl Page {
    /// Makes sure that the page can be written.
    fn open(path: &Utf8Path) -> anyhow::Result<Self> {
        if path == "-" {
            return Ok(Self::Stdout);
        }
        if path.is_dir() {
            bail!(
                "cannot write `{path}`: it is a directory; name a file in it, such as `-o {}`",
                path.join("report.html")
            );
        }
        let parent = path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
        // A page is for others, too, as far as the user's mask allows.
        let permissions = Permissions::from_mode(0o666);
        let fresh = tempfile::Builder::new()
            .prefix(".report")
            .permissions(permissions)
            .tempfile_in(parent)
            .with_context(|| format!("cannot write `{path}` (`-o FILE` names another place)"))?;
        Ok(Self::File { path: path.to_owned(), fresh })
    }

    /// Writes the page, whole or not at all, and says where it is.
    fn write(self, text: &str, shown: &[Shown<'_>], console: &Console) -> anyhow::Result<()> {
        let Self::File { path, mut fresh } = self else {
            return console.answer(text).context("cannot write the page");
        };
        let written = fresh.write_all(text.as_bytes()).and_then(|()| fresh.flush());
        written.with_context(|| format!("cannot write `{path}`"))?;
        fresh.persist(&path).map_err(|error| error.error).with_context(|| format!("cannot write `{path}`"))?;
        let mut answer = String::new();
        for run in shown {
            let _ = writeln!(answer, "{}: {}", run.measured.label, run.summary.answer);
        }
        let _ = writeln!(answer, "{path}");
        console.answer(&answer).context("cannot write the answer")
    }
}
