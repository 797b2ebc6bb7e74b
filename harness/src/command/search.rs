//! `harness search`: the designs of a matrix that no other beats, found by the method of [`crate::search`].
//!
//! Every run is kept in the store the moment its design's round ends, and is never made again: a search that was interrupted
//! goes on where it stopped.

mod space;

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context as _, bail};

use self::space::{Objective, Space, Trial};
use super::engines;
use super::ready::{self, Nodes};
use super::reuse::{self, Addresses};
use super::schedule::{Run, Stage};
use crate::artifact::Toolchain;
use crate::backend::Backend;
use crate::backend::simulated::Simulated;
use crate::cli::{Format, SearchArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::figure::Figure;
use crate::frontier::Setting;
use crate::outcome::Outcome;
use crate::plan::{Cell, EngineChoice, Plan};
use crate::provenance::{self, Origin};
use crate::render::search::{self as render, Asked, Done, Row, Tried};
use crate::report::picture::{self, Point};
use crate::search::{Measurement, Method};
use crate::spec::{Question, Search, Spec};
use crate::store::{Store, Wanted};
use crate::words::counted;

/// The whole verb.
pub(super) fn search(args: &SearchArgs, console: &Console, interrupted: &AtomicBool) -> anyhow::Result<ExitStatus> {
    let toolchain = Toolchain::around(&args.experiment).context("cannot tell which directory this is")?;
    let spec = Spec::load(&args.experiment, &toolchain.known_features())?;
    let wanted = wanted(&spec, args);
    let mut plan = Plan::under(&spec, EngineChoice::Simulated);
    plan.only(&args.only)?;
    // Of cells that were not asked for nothing needs to be said.
    let skipped = if args.only.is_empty() { spec.contradictions() } else { BTreeMap::new() };
    let space = Space::of(plan, skipped, &wanted)?;
    let nodes = ready::nodes(&space.plan, &toolchain, console)?;
    let method = Method {
        seeds: wanted.seeds,
        first: wanted.first_seeds,
        budget: wanted.budget.map(|runs| runs / space.runs_per_seed()),
    };
    let begun = Instant::now();
    let mut laboratory = Laboratory {
        origin: Origin::here(Simulated.id()),
        jobs: args.jobs,
        trials: vec![Trial::default(); space.plan.cells.len()],
        objectives: space::objectives(&wanted),
        args,
        toolchain: &toolchain,
        space: &space,
        nodes: &nodes,
        console,
        interrupted,
    };
    let designs = space.plan.cells.len();
    let found = method.search(designs, &mut |designs, seeds| laboratory.measure(designs, seeds))?;
    let tried = tried(&space, &laboratory.trials);
    let done = Done::of(asked(&space, wanted), &found, &tried, begun.elapsed().as_secs_f64());
    if let Some(file) = &args.svg {
        let picture = picture::picture(&points(&done), setting(&space), bounds(&done));
        fs::write(file, picture).with_context(|| format!("cannot write the picture `{file}`"))?;
    }
    let text = match args.format {
        Format::Json => format!("{:#}\n", render::json(&done)),
        Format::Table => render::table(&done),
    };
    console.answer(&text).context("cannot write the answer")?;
    Ok(done.status())
}

/// What the file asks for, and what the command line says.
fn wanted(spec: &Spec, args: &SearchArgs) -> Search {
    let mut wanted = spec.search.clone().unwrap_or_default();
    wanted.seeds = args.seeds.unwrap_or(wanted.seeds);
    wanted.first_seeds = wanted.first_seeds.min(wanted.seeds);
    wanted.budget = args.budget.or(wanted.budget);
    if !spec.limits.is_empty() {
        wanted.questions.insert(0, Question { name: "limits".to_owned(), limits: spec.limits.clone() });
    }
    wanted
}

/// The same in the words of the answer.
fn asked(space: &Space, wanted: Search) -> Asked {
    Asked {
        experiment: space.plan.name.clone(),
        axes: space.plan.axes.clone(),
        cost: wanted.cost,
        against: wanted.against,
        seeds: wanted.seeds,
        safe_under: if space.safe_under.is_empty() { String::new() } else { space.safe_under.to_string() },
        questions: wanted.questions.into_iter().map(|question| (question.name, question.limits)).collect(),
        judged_by: space.plan.judged_by,
        skipped: space.skipped.clone(),
    }
}

fn tried<'a>(space: &'a Space, trials: &'a [Trial]) -> Vec<Tried<'a>> {
    let each = |(cell, trial): (&'a Cell, &'a Trial)| Tried {
        cell: &cell.name,
        axes: &cell.axes,
        calm: &trial.calm,
        broken: &trial.broken,
    };
    space.plan.cells.iter().zip(trials).map(each).collect()
}

/// The front as the picture takes it: what is unsafe is drawn, and is no part of the line.
fn points(done: &Done) -> Vec<Point> {
    let point = |row: &Row| {
        let mean = |figure| row.calm.get(&figure).map(|spread| spread.mean);
        let values: Vec<&str> = row.axes.iter().map(|(_, value)| value.as_str()).collect();
        Some(Point {
            msgs: mean(Figure::ServerMsgsPerOp).filter(|msgs| *msgs > 0.0)?,
            median: mean(Figure::StableLatencyMedian).filter(|median| *median > 0.0),
            max: mean(Figure::StableLatencyMax).filter(|max| *max > 0.0),
            look: 0,
            label: values.join(" "),
            is_valid: row.is_unsafe.is_none(),
        })
    };
    done.front.iter().filter_map(point).collect()
}

/// What decides how far down a design can go: that of the first, since a space varies designs and not the test.
fn setting(space: &Space) -> Setting {
    let options = &space.plan.cells[0].options;
    Setting { nodes: options.node_count(), hop_ms: options.latency.mean_ms as f64, rate: options.rate }
}

/// The first question's limits, which the picture draws as a box.
fn bounds(done: &Done) -> [Option<f64>; 3] {
    let limits = done.answers.first().map_or(&[][..], |answer| &answer.limits);
    let bound = |figure| limits.iter().find(|limit| limit.figure == figure).map(|limit| limit.bound);
    [Figure::ServerMsgsPerOp, Figure::StableLatencyMedian, Figure::StableLatencyMax].map(bound)
}

/// Where designs are measured.
struct Laboratory<'a> {
    args: &'a SearchArgs,
    toolchain: &'a Toolchain,
    space: &'a Space,
    nodes: &'a Nodes,
    objectives: Vec<Objective>,
    origin: Origin,
    jobs: Option<NonZeroUsize>,
    console: &'a Console,
    interrupted: &'a AtomicBool,
    /// By design: all that was measured.
    trials: Vec<Trial>,
}

impl Laboratory<'_> {
    /// Measures these designs with so many seeds, in a run of its own in the store.
    fn measure(&mut self, designs: &[usize], seeds: u32) -> anyhow::Result<Vec<Measurement>> {
        let plan = self.space.round(designs, seeds);
        let said = format!("{} with {}", counted(designs.len(), "design"), counted(seeds as usize, "seed"));
        self.console.say(&format!("search: {said}, {} in all", counted(plan.cells.len() * seeds as usize, "run")));
        let outcomes = self.run(&plan)?;
        let per_design = outcomes.len() / designs.len();
        for (&design, outcomes) in designs.iter().zip(outcomes.chunks(per_design)) {
            let (calm, broken) = outcomes.split_at(seeds as usize);
            self.trials[design] = Trial { calm: calm.to_vec(), broken: broken.to_vec() };
        }
        let under = self.space.safe_under.to_string();
        Ok(designs.iter().map(|&design| self.trials[design].measurement(&self.objectives, &under)).collect())
    }

    /// Every repetition of every cell of a plan, cell by cell.
    fn run(&self, plan: &Plan) -> anyhow::Result<Vec<Outcome>> {
        let about = self.origin.about(plan);
        let store = Store::open(&self.args.store, &plan.name, &provenance::compact_time(), &about)
            .context("the store cannot be used (`--store DIR` names another)")?;
        let made_of = reuse::made_of(plan, reuse::workspace(&self.toolchain.directory));
        let mut addresses = Addresses::of(&Simulated, self.nodes, made_of, &[]);
        let all = plan.cells.iter().map(|cell| (cell, &self.nodes[&cell.node]));
        let runs: Vec<Run<'_>> = all
            .flat_map(|(cell, node)| (0..plan.repeat).map(move |repetition| Run { cell, repetition, node }))
            .collect();
        if !self.args.fresh {
            addresses.look(&self.args.store, &runs, Wanted::Figures, self.console);
        }
        let jobs = self.jobs.unwrap_or_else(|| engines::default_jobs(&self.origin.engine, plan));
        let stage = Stage {
            plan,
            backend: &Simulated,
            origin: &self.origin,
            addresses: &addresses,
            store: &store,
            console: self.console,
            interrupted: self.interrupted,
            retries: 0,
        };
        let made = stage.make_in_batches(&runs, jobs);
        if let Some(trouble) = made.trouble {
            return Err(trouble);
        }
        if made.records.len() < runs.len() {
            if self.interrupted.load(Ordering::Relaxed) {
                self.console.say("what was measured is kept; the same command goes on from there");
            }
            bail!("only {} of {} runs were made", made.records.len(), runs.len());
        }
        Ok(made.records.into_iter().map(|record| record.outcome).collect())
    }
}
