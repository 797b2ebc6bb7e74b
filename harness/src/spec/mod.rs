//! An experiment as its YAML file says it, read and checked as a whole.
//!
//! Reading passes three rooms, and each reports every mistake it finds: `yaml` makes a tree of places, `check` gives its
//! words a meaning, `cells` looks at the matrix they come to. Only a file without any mistake becomes a [`Spec`].
//!
//! Absent: cells in their final form ([`crate::plan`]), and anything about node binaries but their names
//! ([`crate::artifact`]).

mod axis;
mod cells;
mod check;
mod diagnostic;
mod limit;
mod matrix;
pub(crate) mod nearest;
mod option;
mod own_delay;
mod schema;
mod search;
mod topologies;
mod units;
mod value;
mod yaml;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};

use annotate_snippets::Renderer;
use camino::{Utf8Path, Utf8PathBuf};
use engine::{Custom, Options, Topology};
use thiserror::Error;

use self::axis::{AxisKind, Choice};
pub(crate) use self::cells::Combination;
pub(crate) use self::check::is_barred;
pub use self::diagnostic::Code;
use self::diagnostic::Problems;
pub use self::schema::schema;
pub(crate) use self::search::{Question, Search};
use self::topologies::Topologies;
use self::yaml::Span;
use crate::limit::{JudgedBy, Limit};
use crate::plan::EngineChoice;

/// An experiment without mistakes.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) engine: EngineChoice,
    pub(crate) limits: Vec<Limit>,
    pub(crate) repeat: u32,
    pub(crate) judged_by: JudgedBy,
    pub(crate) require: Require,
    /// What `harness search` looks for. With it the matrix is a space of designs, of which not all can be built.
    pub(crate) search: Option<Search>,
    /// What `test` sets.
    test: Vec<Choice>,
    /// What a cell runs that sets nothing itself: Maelstrom's defaults, then `test`, then `seed`.
    options: Options,
    /// What the file draws for the test to offer.
    topologies: Topologies,
    node: NodeSpec,
    args: Vec<String>,
    axes: Vec<Axis>,
    exclude: Vec<Assignment>,
    include: Vec<Assignment>,
    /// The place of the matrix, or of the file's beginning without one.
    matrix: Span,
}

/// One line of the matrix.
#[derive(Clone, Debug, PartialEq)]
struct Axis {
    name: String,
    kind: AxisKind,
    choices: Vec<Choice>,
}

/// Values of some axes: a group of cells.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assignment {
    choices: Vec<Choice>,
    span: Span,
}

/// What is tested, before an axis has its say.
#[derive(Clone, Debug, PartialEq)]
enum NodeSpec {
    /// A binary in any language. Without a path, an axis names it.
    Bin(Option<Utf8PathBuf>),
    /// This workspace's node. Its features that are always on, each with its place.
    Crate(BTreeMap<String, Span>),
}

/// Which cells the gate requires to keep the limits.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Require {
    /// Every one. The default.
    All,
    /// The experiment is for information.
    None,
    /// Those that one of these covers.
    Some(Vec<Assignment>),
}

/// Why a file is no experiment.
#[derive(Debug, Error)]
pub enum SpecError {
    /// Its words make no experiment.
    #[error("{0}")]
    Invalid(Mistakes),
    /// Its bytes are no text.
    #[error("`{path}` is not text: the byte {byte:#04x} in line {line} is not UTF-8")]
    NotText {
        /// The file.
        path: Utf8PathBuf,
        /// From 1.
        line: usize,
        /// The first that is wrong.
        byte: u8,
    },
    /// It is longer than any experiment.
    #[error("`{path}` is not an experiment: it is larger than {} KiB", BYTES_MAX / 1024)]
    TooLong {
        /// The file.
        path: Utf8PathBuf,
    },
    /// It cannot be read.
    #[error("cannot read the experiment `{path}`")]
    Unreadable {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// All mistakes of one file. Displays as snippets and a closing line.
#[derive(Debug)]
pub struct Mistakes {
    path: Utf8PathBuf,
    source: String,
    problems: Problems,
}

impl Spec {
    /// Reads a file. `features` are the node's, [`crate::artifact::Toolchain::known_features`].
    pub fn load(path: &Utf8Path, features: &[String]) -> Result<Self, SpecError> {
        Self::parse(path, &text(path)?, features)
    }

    /// The name that an experiment's file gives it, whatever else is wrong with the file; nothing if it gives none.
    pub fn name_in(path: &Utf8Path) -> Result<Option<String>, SpecError> {
        let mut problems = Problems::default();
        Ok(yaml::tree(&text(path)?, &mut problems).and_then(|root| check::name_of(&root)))
    }

    /// Reads a text as if it stood in the file `path`: relative paths in it begin there.
    pub fn parse(path: &Utf8Path, source: &str, features: &[String]) -> Result<Self, SpecError> {
        let mut problems = Problems::default();
        let directory = path.parent().unwrap_or(Utf8Path::new(""));
        let spec = yaml::tree(source, &mut problems)
            .and_then(|root| check::experiment(&root, directory, features, &mut problems));
        match spec {
            Some(spec) if problems.is_empty() => Ok(spec),
            _ => Err(SpecError::Invalid(Mistakes { path: path.to_owned(), source: source.to_owned(), problems })),
        }
    }
}

impl Spec {
    /// The topologies that the file draws, in its order, the one in the test itself last.
    pub fn drawn(&self) -> impl Iterator<Item = &Custom> {
        let in_the_test = match &self.options.topology {
            Topology::Custom(custom) if self.topologies.named(&custom.name).is_none() => Some(custom),
            _ => None,
        };
        self.topologies.all().iter().chain(in_the_test)
    }

    /// The nodes that a cell has which does not set them itself, by name and in the cluster's order.
    pub fn nodes(&self) -> &[String] {
        &self.options.nodes
    }
}

/// A file's text, if it is as short as an experiment.
fn text(path: &Utf8Path) -> Result<String, SpecError> {
    let unreadable = |source| SpecError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(SpecError::TooLong { path: path.to_owned() });
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].split(|byte| *byte == b'\n').count();
        SpecError::NotText { path: path.to_owned(), line, byte: error.as_bytes()[valid] }
    })
}

impl SpecError {
    /// The whole message, its cause included and snippets in colour: for a terminal.
    pub fn in_colour(&self) -> String {
        match self {
            Self::Invalid(mistakes) => mistakes.draw(&Renderer::styled()),
            Self::Unreadable { source, .. } => format!("{self}: {source}"),
            Self::NotText { .. } | Self::TooLong { .. } => self.to_string(),
        }
    }
}

impl Mistakes {
    /// The code of each, in the file's order.
    pub fn codes(&self) -> Vec<Code> {
        self.problems.codes()
    }

    fn draw(&self, renderer: &Renderer) -> String {
        self.problems.draw(&self.path, &self.source, renderer)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.draw(&Renderer::plain()))
    }
}

/// An experiment is a page; whatever is longer was not meant to be one.
const BYTES_MAX: u64 = 1 << 20;
