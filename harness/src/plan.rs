//! What an experiment comes to: an ordered list of cells and their runs. Pure: no disk, no clock.

use std::collections::BTreeSet;
use std::fmt;

use camino::Utf8PathBuf;
use engine::{Options, ProcessDelay};
use node::Config;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limit::{JudgedBy, Limit};
use crate::spec::nearest::nearest;
use crate::spec::{Require, Spec};
use crate::words::listed;

/// An experiment, expanded.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The experiment's name.
    pub name: String,
    /// What it is about, in the user's words; may be empty.
    pub description: String,
    /// The engine that is to run it.
    pub engine: EngineChoice,
    /// The names of the matrix's axes, in the file's order: the table's first columns.
    pub axes: Vec<String>,
    /// Every cell, in the file's order.
    pub cells: Vec<Cell>,
    /// What each required cell must keep.
    pub limits: Vec<Limit>,
    /// How often each cell is run, at least once, each time with the next seed.
    pub repeat: u32,
    /// Which value over the repetitions the limits are held against.
    pub judged_by: JudgedBy,
}

/// One combination of the matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Unique in the plan and usable as a directory name: `topology=star,relay-to-master=on`; `default` without axes.
    pub name: String,
    /// Each axis's value as the file writes it, in the order of [`Plan::axes`].
    pub axes: Vec<(String, String)>,
    /// What is run. The seed is that of the first repetition.
    pub options: Options,
    /// What is tested.
    pub node: NodeSource,
    /// Whether the gate requires this cell to keep the limits; the others are for information.
    pub required: bool,
}

/// Where a cell's node binary comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeSource {
    /// A binary in any language.
    Bin {
        /// Its path.
        path: Utf8PathBuf,
        /// Its arguments.
        args: Vec<String>,
    },
    /// This project's node with these cargo features, `shell` left out.
    Crate {
        /// The features.
        features: BTreeSet<String>,
        /// Arguments of the binary.
        args: Vec<String>,
    },
}

/// Which engine runs an experiment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineChoice {
    /// Maelstrom if it is found, else the embedded engine.
    #[default]
    Auto,
    /// This project's engine, real processes, wall clock.
    Embedded,
    /// The official program.
    Maelstrom,
    /// This project's engine, this project's node in the same process, a clock that jumps.
    Simulated,
}

/// Why a selection of cells selects none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SelectError {
    /// It is not written as axes and values.
    #[error("`{0}` selects no cells: expected `AXIS=VALUE`, several with commas between them")]
    Malformed(String),
    /// The plan has no such axis.
    #[error("no axis is called `{axis}`; {}", hint(.axes, .near.as_deref()))]
    UnknownAxis {
        /// As it was written.
        axis: String,
        /// Those that there are.
        axes: Vec<String>,
        /// The one that was probably meant.
        near: Option<String>,
    },
    /// Every axis exists, and no cell has these values.
    #[error("no cell is `{selector}`; the cells are {}", listed(.cells))]
    NoCell {
        /// As it was written.
        selector: String,
        /// The names of the cells that there are.
        cells: Vec<String>,
    },
}

impl EngineChoice {
    /// As files and flags name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Embedded => "embedded",
            Self::Maelstrom => "maelstrom",
            Self::Simulated => "simulated",
        }
    }
}

impl Plan {
    /// The cells that an experiment comes to under the engine that it asks for.
    pub fn of(spec: &Spec) -> Self {
        Self::under(spec, spec.engine)
    }

    /// The cells that an experiment comes to under an engine: in virtual time handing over a message takes no time, unless
    /// the experiment says how long.
    pub fn under(spec: &Spec, engine: EngineChoice) -> Self {
        let columns = spec.columns();
        let mut taken = BTreeSet::new();
        let cell = |mut combination: crate::spec::Combination| {
            if engine == EngineChoice::Simulated && !spec.sets_process_delay(&combination) {
                // Nodes that have a delay of their own keep how it spreads.
                let spread = combination.options.process_delay;
                let is_free = combination.options.process_delay_of.is_empty();
                combination.options.process_delay =
                    if is_free { ProcessDelay::NONE } else { ProcessDelay { mean_us: 0, ..spread } };
            }
            let axes: Vec<_> =
                columns.iter().map(|(name, kind)| ((*name).to_owned(), combination.text(kind))).collect();
            let required = match &spec.require {
                Require::All => true,
                Require::None => false,
                Require::Some(groups) => groups.iter().any(|group| group.covers(&combination)),
            };
            let name = cell_name(&combination.named(), &mut taken);
            Cell { name, axes, required, options: combination.options, node: combination.node }
        };
        Self {
            name: spec.name.clone(),
            description: spec.description.clone(),
            engine,
            axes: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
            cells: spec.combinations().into_iter().map(cell).collect(),
            limits: spec.limits.clone(),
            repeat: spec.repeat,
            judged_by: spec.judged_by,
        }
    }

    /// Keeps the cells that at least one selector names: `topology=star`, or `topology=star,relay-to-master=on` for both
    /// at once, or a cell's whole name. Without selectors all are kept; a selector that names no cell is an error.
    pub fn only<S: AsRef<str>>(&mut self, selectors: &[S]) -> Result<(), SelectError> {
        if selectors.is_empty() {
            return Ok(());
        }
        let mut kept = BTreeSet::new();
        for selector in selectors.iter().map(AsRef::as_ref) {
            let named = self.cells.iter().position(|cell| cell.name == selector);
            let selected = named.map_or_else(|| self.select(selector), |index| Ok(vec![index]))?;
            if selected.is_empty() {
                let cells = self.cells.iter().map(|cell| cell.name.clone()).collect();
                return Err(SelectError::NoCell { selector: selector.to_owned(), cells });
            }
            kept.extend(selected);
        }
        let mut index = 0..;
        self.cells.retain(|_| index.next().is_some_and(|index| kept.contains(&index)));
        Ok(())
    }

    fn select(&self, selector: &str) -> Result<Vec<usize>, SelectError> {
        let mut wanted = Vec::new();
        for pair in selector.split(',') {
            let (axis, value) = pair.split_once('=').ok_or_else(|| SelectError::Malformed(selector.to_owned()))?;
            let axis = axis.trim();
            if !self.axes.iter().any(|known| known == axis) {
                let near = nearest(axis, self.axes.iter().map(String::as_str)).map(str::to_owned);
                return Err(SelectError::UnknownAxis { axis: axis.to_owned(), axes: self.axes.clone(), near });
            }
            wanted.push((axis, value.trim()));
        }
        let has = |cell: &Cell, axis: &str, value: &str| {
            let spelt = match value {
                "true" | "yes" => "on",
                "false" | "no" => "off",
                other => other,
            };
            cell.axes.iter().any(|(name, text)| name == axis && (text == value || text == spelt))
        };
        let matches = |cell: &Cell| wanted.iter().all(|(axis, value)| has(cell, axis, value));
        Ok(self.cells.iter().enumerate().filter(|(_, cell)| matches(cell)).map(|(index, _)| index).collect())
    }
}

impl NodeSource {
    /// What it is started with.
    pub fn args(&self) -> &[String] {
        let (Self::Bin { args, .. } | Self::Crate { args, .. }) = self;
        args
    }

    /// What this project's node does that is built with these features and started with these arguments, or why there is none;
    /// nothing for a program, of which nobody knows.
    pub fn config(&self) -> Option<Result<Config, String>> {
        let Self::Crate { features, args } = self else { return None };
        let features: Vec<&str> = features.iter().map(String::as_str).collect();
        let config = Config::named(&features).map_err(|error| error.to_string());
        Some(config.and_then(|config| config.with_arguments(args).map_err(|error| error.to_string())))
    }
}

impl fmt::Display for NodeSource {
    /// As the file names it, before it is found or built.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bin { path, .. } => f.write_str(path.as_str()),
            Self::Crate { features, .. } => {
                write!(f, "node [{}]", features.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

impl Cell {
    /// What a repetition runs, counted from 0: the same with the next seed.
    pub fn options_of(&self, repetition: u32) -> Options {
        Options { seed: self.options.seed.wrapping_add(u64::from(repetition)), ..self.options.clone() }
    }
}

/// A name for a directory: every value of a cell, whatever characters are in it, told apart from those in `taken`.
fn cell_name(choices: &[(&str, &str)], taken: &mut BTreeSet<String>) -> String {
    let plain = |text: &str| -> String {
        let text = text.trim_start_matches("./").chars();
        text.map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect()
    };
    let pairs: Vec<_> = choices.iter().map(|(axis, value)| format!("{}={}", plain(axis), plain(value))).collect();
    let mut name = if pairs.is_empty() { "default".to_owned() } else { pairs.join(",") };
    name.truncate(CELL_NAME_MAX);
    let free = |name: &String| !taken.contains(name);
    let numbered = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}+{number}")));
    let name = numbered.into_iter().find(free).expect("there are more numbers than cells");
    taken.insert(name.clone());
    name
}

fn hint(axes: &[String], near: Option<&str>) -> String {
    match near {
        Some(near) => format!("an axis with a similar name exists: `{near}`"),
        None if axes.is_empty() => "this experiment has none".to_owned(),
        None => format!("the axes are {}", listed(axes)),
    }
}

/// Names of files end at 255 bytes on common systems; a number and a suffix must fit behind.
const CELL_NAME_MAX: usize = 160;
