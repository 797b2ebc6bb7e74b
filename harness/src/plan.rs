//! What an experiment comes to: an ordered list of cells and their runs. Pure: no disk, no clock.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use engine::Options;

use crate::limit::Limit;

/// An experiment, expanded.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The experiment's name.
    pub name: String,
    /// What it is about, in the user's words; may be empty.
    pub description: String,
    /// The engine that the experiment asks for.
    pub engine: EngineChoice,
    /// The names of the matrix's axes, in the file's order: the table's first columns.
    pub axes: Vec<String>,
    /// Every cell, in the file's order.
    pub cells: Vec<Cell>,
    /// What each required cell must keep.
    pub limits: Vec<Limit>,
    /// How often each cell is run, at least once.
    pub repeat: u32,
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
}
