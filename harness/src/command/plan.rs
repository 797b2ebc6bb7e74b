//! `harness plan`: what `harness run` would do with the same words. Nothing is built or run.

use std::fmt::{self, Write as _};
use std::num::NonZeroUsize;

use anyhow::Context as _;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use super::{engines, forecast, run};
use crate::artifact::Toolchain;
use crate::cli::{Format, PlanArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::limit::Limit;
use crate::outcome::EngineId;
use crate::plan::{Cell, NodeSource, Plan};

/// The whole verb.
pub(super) fn plan(args: &PlanArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let args = &args.run;
    let toolchain = Toolchain::around(&args.experiment).context("cannot tell which directory this is")?;
    let plan = run::planned(args, &toolchain)?;
    let engine = engines::open(args, &plan, console)?.id();
    let jobs = args.jobs.unwrap_or_else(|| engines::default_jobs(&engine, &plan));
    let foreseen = Foreseen::of(&plan, &engine, jobs);
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&foreseen).context("a plan is JSON")? + "\n",
        Format::Table => foreseen.table().context("a string takes everything")?,
    };
    console.answer(&text).context("cannot write the answer")?;
    Ok(ExitStatus::Yes)
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
    jobs: usize,
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
    seconds_each: f64,
    options: &'a engine::Options,
}

impl<'a> Foreseen<'a> {
    fn of(plan: &'a Plan, engine: &'a EngineId, jobs: NonZeroUsize) -> Self {
        let each = |cell: &'a Cell| {
            let (NodeSource::Bin { args, .. } | NodeSource::Crate { args, .. }) = &cell.node;
            ForeseenCell {
                cell: &cell.name,
                axes: &cell.axes,
                required: cell.required,
                node: cell.node.to_string(),
                args,
                runs: plan.repeat,
                seconds_each: forecast::run_seconds(&engine.name, &cell.options),
                options: &cell.options,
            }
        };
        let cells: Vec<_> = plan.cells.iter().map(each).collect();
        let runs = || cells.iter().flat_map(|cell| std::iter::repeat_n(cell.seconds_each, cell.runs as usize));
        let (count, seconds) = (runs().count(), forecast::wall_seconds(runs(), jobs.get()));
        Self {
            format: FORMAT,
            experiment: &plan.name,
            engine,
            axes: &plan.axes,
            limits: &plan.limits,
            runs: count,
            jobs: jobs.get().min(count.max(1)),
            seconds,
            cells,
        }
    }

    fn table(&self) -> Result<String, fmt::Error> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).force_no_tty();
        let axes = if self.axes.is_empty() { &["cell".to_owned()][..] } else { self.axes };
        let headings = axes.iter().map(String::as_str).chain(["runs", "each", "", "node"]);
        table.set_header(headings);
        for cell in &self.cells {
            let values: Vec<&str> = match cell.axes {
                [] => vec![cell.cell],
                axes => axes.iter().map(|(_, value)| value.as_str()).collect(),
            };
            let node = std::iter::once(cell.node.as_str()).chain(cell.args.iter().map(String::as_str));
            let rest = [
                cell.runs.to_string(),
                one_run(cell.seconds_each),
                if cell.required { "required" } else { "for information" }.to_owned(),
                node.collect::<Vec<_>>().join(" "),
            ];
            table.add_row(values.into_iter().map(str::to_owned).chain(rest));
        }
        for (place, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if place == axes.len() || place == axes.len() + 1 {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut text = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect::<String>();
        writeln!(text)?;
        if !self.limits.is_empty() {
            let limits: Vec<_> = self.limits.iter().map(ToString::to_string).collect();
            writeln!(text, "limits  {}", limits.join(", "))?;
        }
        writeln!(text, "engine  {} {}", self.engine.name, self.engine.version)?;
        let runs = if self.runs == 1 { "1 run".to_owned() } else { format!("{} runs", self.runs) };
        writeln!(text, "time    {} for {runs}, {} at a time", forecast::in_words(self.seconds), self.jobs)?;
        Ok(text)
    }
}

fn one_run(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1e3) } else { format!("{seconds:.0} s") }
}

const FORMAT: u32 = 1;
