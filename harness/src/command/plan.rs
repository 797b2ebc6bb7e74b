//! `harness plan`: what `harness run` would do with the same words. Nothing is built or run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::num::NonZeroUsize;

use anyhow::Context as _;
use camino::Utf8Path;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use super::ready::{self, Nodes};
use super::reuse::Addresses;
use super::schedule::Run;
use super::{engines, forecast, run};
use crate::about::Part;
use crate::artifact::Toolchain;
use crate::cli::{Format, PlanArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::limit::Limit;
use crate::outcome::EngineId;
use crate::plan::{Cell, NodeSource, Plan};
use crate::render::escape;
use crate::words::counted;

/// The whole verb.
pub(super) fn plan(args: &PlanArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let args = &args.run;
    let toolchain = Toolchain::around(&args.experiment).context("cannot tell which directory this is")?;
    let plan = run::planned(args, &toolchain)?;
    let backend = engines::open(args, &plan, console)?;
    let engine = backend.id();
    let jobs = args.jobs.unwrap_or_else(|| engines::default_jobs(&engine, &plan));
    let nodes = ready::kept(&plan, &toolchain, console)?;
    let part = run::share(args, console)?;
    let runs: Vec<Run<'_>> = runs(&plan, &nodes, part).collect();
    let apart = [args.experiment.clone(), args.store.clone()];
    let mut addresses = Addresses::of(&*backend, &nodes, None, &apart);
    if !args.fresh {
        addresses.look_silently(&args.store, &runs, run::wanted(&plan, args));
    }
    let mut reused: BTreeMap<&str, u32> = BTreeMap::new();
    for run in runs.iter().filter(|run| addresses.reusable(run).is_some()) {
        *reused.entry(&run.cell.name).or_default() += 1;
    }
    let foreseen = Foreseen::of(&plan, &engine, jobs, part, &nodes, &reused);
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&foreseen).context("a plan is JSON")? + "\n",
        Format::Table => escape::terminal_lines(&foreseen.table(&args.store).context("a string takes everything")?),
    };
    console.answer(&text).context("cannot write the answer")?;
    Ok(ExitStatus::Yes)
}

/// The repetitions of the cell at that place of the plan, in a share those that belong to it.
fn repetitions(plan: &Plan, part: Option<Part>, place: usize) -> impl Iterator<Item = u32> {
    let first = place * plan.repeat as usize;
    (0..plan.repeat).filter(move |repetition| part.is_none_or(|part| part.has(first + *repetition as usize)))
}

/// Every run whose node is there, so that the store can be asked for its result.
fn runs<'a>(plan: &'a Plan, nodes: &'a Nodes, part: Option<Part>) -> impl Iterator<Item = Run<'a>> {
    let cells = plan.cells.iter().enumerate().filter_map(|(place, cell)| Some((place, cell, nodes.get(&cell.node)?)));
    cells.flat_map(move |(place, cell, node)| {
        repetitions(plan, part, place).map(move |repetition| Run { cell, repetition, node })
    })
}

/// What would be done. Its serialized form is `--format json`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Foreseen<'a> {
    /// The version of this form.
    format: u32,
    experiment: &'a str,
    engine: &'a EngineId,
    axes: &'a [String],
    limits: &'a [Limit],
    cells: Vec<ForeseenCell<'a>>,
    runs: usize,
    /// How many of them the store has already.
    reused: usize,
    jobs: usize,
    /// Nodes that have to be built first.
    builds: usize,
    /// How long all of it takes, builds left aside.
    seconds: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ForeseenCell<'a> {
    cell: &'a str,
    axes: &'a [(String, String)],
    required: bool,
    node: String,
    args: &'a [String],
    /// The seed of each run counts up from that of the options.
    runs: u32,
    /// Whose results the store has already. Nobody knows before the node is there.
    reused: Option<u32>,
    seconds_each: f64,
    options: &'a engine::Options,
}

impl<'a> Foreseen<'a> {
    fn of(
        plan: &'a Plan,
        engine: &'a EngineId,
        jobs: NonZeroUsize,
        part: Option<Part>,
        nodes: &Nodes,
        reused: &BTreeMap<&str, u32>,
    ) -> Self {
        let each = |(place, cell): (usize, &'a Cell)| {
            let is_there = nodes.contains_key(&cell.node);
            ForeseenCell {
                cell: &cell.name,
                axes: &cell.axes,
                required: cell.required,
                node: cell.node.to_string(),
                args: cell.node.args(),
                runs: u32::try_from(repetitions(plan, part, place).count()).unwrap_or(u32::MAX),
                reused: is_there.then(|| reused.get(cell.name.as_str()).copied().unwrap_or(0)),
                seconds_each: forecast::run_seconds(&engine.name, &cell.options),
                options: &cell.options,
            }
        };
        let cells: Vec<_> = plan.cells.iter().enumerate().map(each).collect();
        let left = |cell: &ForeseenCell<'_>| (cell.runs - cell.reused.unwrap_or(0)) as usize;
        let runs = || cells.iter().flat_map(|cell| std::iter::repeat_n(cell.seconds_each, left(cell)));
        let seconds = forecast::wall_seconds(runs(), jobs.get());
        let count = cells.iter().map(|cell| cell.runs as usize).sum::<usize>();
        let missing = |cell: &&Cell| !nodes.contains_key(&cell.node);
        let features = |cell: &'a Cell| match &cell.node {
            NodeSource::Crate { features, .. } => Some(features),
            NodeSource::Bin { .. } => None,
        };
        Self {
            format: FORMAT,
            experiment: &plan.name,
            engine,
            axes: &plan.axes,
            limits: &plan.limits,
            runs: count,
            reused: count - runs().count(),
            jobs: jobs.get().min(runs().count().max(1)),
            builds: plan.cells.iter().filter(missing).filter_map(features).collect::<BTreeSet<_>>().len(),
            seconds,
            cells,
        }
    }

    fn table(&self, store: &Utf8Path) -> Result<String, fmt::Error> {
        let mut text = self.cells().lines().map(|line| line.trim_end().to_owned() + "\n").collect::<String>();
        writeln!(text)?;
        if !self.limits.is_empty() {
            let limits: Vec<_> = self.limits.iter().map(ToString::to_string).collect();
            writeln!(text, "limits  {}", limits.join(", "))?;
        }
        writeln!(text, "engine  {} {}", self.engine.name, self.engine.version)?;
        if self.builds > 0 {
            writeln!(text, "builds  {}, before the first run", counted(self.builds, "node"))?;
        }
        let left = self.runs - self.reused;
        if self.reused > 0 {
            let all = counted(self.runs, "result");
            writeln!(text, "reused  {} of {all} from `{store}` (`--fresh` measures anew)", self.reused)?;
        }
        let time = if left == 0 { "nothing is left to run".to_owned() } else { forecast::in_words(self.seconds) };
        match left {
            0 => writeln!(text, "time    {time}"),
            _ => writeln!(text, "time    {time} for {}, {} at a time", counted(left, "run"), self.jobs),
        }?;
        Ok(text)
    }

    /// A row per cell.
    fn cells(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).force_no_tty();
        let axes = if self.axes.is_empty() { &["cell".to_owned()][..] } else { self.axes };
        table.set_header(axes.iter().map(String::as_str).chain(["runs", "reused", "each", "", "node"]));
        for cell in &self.cells {
            let values: Vec<&str> = match cell.axes {
                [] => vec![cell.cell],
                axes => axes.iter().map(|(_, value)| value.as_str()).collect(),
            };
            let node = std::iter::once(cell.node.as_str()).chain(cell.args.iter().map(String::as_str));
            let rest = [
                cell.runs.to_string(),
                cell.reused.map_or("–".to_owned(), |reused| reused.to_string()),
                one_run(cell.seconds_each),
                if cell.required { "required" } else { "for information" }.to_owned(),
                node.collect::<Vec<_>>().join(" "),
            ];
            table.add_row(values.into_iter().map(str::to_owned).chain(rest));
        }
        let numbers = axes.len()..axes.len() + 3;
        for (place, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if numbers.contains(&place) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }
}

fn one_run(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1e3) } else { format!("{seconds:.0} s") }
}

const FORMAT: u32 = 1;
