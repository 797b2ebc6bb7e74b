//! Node binaries: cargo builds this workspace's node once per set of features, and the binary is copied out at once,
//! since the next build overwrites it. A copy is used again while nothing has changed that could change it.
//!
//! Absent: running nodes, which features make sense together ([`crate::spec`]), and what a workspace is made of
//! (`workspace`).

mod anew;
mod companions;
mod kept;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use nix::unistd::{AccessFlags, access};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub(crate) use self::companions::{companions, identity};
use self::workspace::Workspace;
use crate::plan::{NodeSource, Plan};
use crate::process::{Invocation, ProcessError, interrupted, run_captured};
use crate::sources::hexadecimal;
use crate::words::listed;

/// A node binary that is ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Its absolute path.
    pub bin: Utf8PathBuf,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// As the user knows it: its path as given, or the features it was built with.
    pub label: String,
}

/// Where cargo is, and where it is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// The program.
    pub cargo: String,
    /// The compiler, asked for its version only.
    pub rustc: String,
    /// The workspace is looked for from here upwards.
    pub directory: Utf8PathBuf,
}

/// Why there is no binary to run.
#[derive(Debug, Error)]
pub enum BuildError {
    /// A path that names no program.
    #[error("the node `{path}` {problem}, wanted by {}", listed(.cells))]
    Binary {
        /// As the plan has it.
        path: Utf8PathBuf,
        /// What is wrong with it, and what helps.
        problem: String,
        /// The cells that would run it.
        cells: Vec<String>,
    },
    /// Cargo was run and failed.
    #[error("`{command}` failed with {status}, wanted by {}\n{output}", listed(.cells))]
    Cargo {
        /// The command as one would type it.
        command: String,
        /// Its exit status.
        status: String,
        /// The cells that need what it would have made.
        cells: Vec<String>,
        /// What it said.
        output: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} `{path}`")]
    File {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: Utf8PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A program could not be started.
    #[error(
        "cannot run `{program}`, which builds the node; install Rust from https://rustup.rs, or use `node: {{bin: PATH}}`"
    )]
    NoCargo {
        /// The program.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// A tool was stopped before it ended, or a tool that only answers did not.
    #[error("the node was not built: {0}")]
    Stopped(ProcessError),
    /// There is nothing to build here.
    #[error(
        "`node: {{crate: node}}` needs this project's sources, and there is no Cargo workspace with a package `node` in \
         `{directory}` or above; run harness inside a clone of the project, or use `node: {{bin: PATH}}` for a program \
         of your own"
    )]
    NoWorkspace {
        /// Where it was looked for.
        directory: Utf8PathBuf,
    },
}

impl Toolchain {
    /// The cargo that runs this program, or else the one on the path; the workspace around the current directory, or else
    /// the one around the experiment.
    pub fn around(experiment: &Utf8Path) -> io::Result<Self> {
        let named = |variable: &str, usual: &str| std::env::var(variable).unwrap_or_else(|_| usual.to_owned());
        let here = Utf8PathBuf::try_from(std::env::current_dir()?).map_err(camino::FromPathBufError::into_io_error)?;
        let beside = experiment.canonicalize_utf8().ok().and_then(|path| path.parent().map(Utf8Path::to_owned));
        let directory = match beside {
            Some(beside) if !is_in_workspace(&here) && is_in_workspace(&beside) => beside,
            _ => here,
        };
        Ok(Self { cargo: named("CARGO", "cargo"), rustc: named("RUSTC", "rustc"), directory })
    }

    /// A binary for each node that the plan's cells name. `say` is told what takes time.
    pub fn build(&self, plan: &Plan, say: &mut dyn FnMut(&str)) -> Result<BTreeMap<NodeSource, Built>, BuildError> {
        let mut wanted: BTreeMap<&NodeSource, Vec<String>> = BTreeMap::new();
        for cell in &plan.cells {
            wanted.entry(&cell.node).or_default().push(cell.name.clone());
        }
        let mut built: BTreeMap<NodeSource, Built> = BTreeMap::new();
        // The arguments make another node to run, but not another binary.
        let mut variants: BTreeMap<&BTreeSet<String>, Built> = BTreeMap::new();
        let mut workspace = None;
        for (source, cells) in wanted {
            let ready = match source {
                NodeSource::Bin { path, .. } => existing(path, &cells)?,
                NodeSource::Crate { features, .. } => {
                    if workspace.is_none() {
                        workspace = Some(self.workspace(&cells)?.with_digest(self)?);
                    }
                    let workspace = workspace.as_ref().expect("it was just found");
                    if !variants.contains_key(features) {
                        variants.insert(features, self.variant(workspace, features, &cells, say)?);
                    }
                    variants[features].clone()
                }
            };
            built.insert(source.clone(), ready);
        }
        Ok(built)
    }

    /// The binary with these features: the copy kept of it, or else a new one.
    fn variant(
        &self,
        workspace: &Workspace,
        features: &BTreeSet<String>,
        cells: &[String],
        say: &mut dyn FnMut(&str),
    ) -> Result<Built, BuildError> {
        let Copy { names, directory, bin, label } = Copy::of(workspace, features);
        if !bin.is_file() {
            fs::create_dir_all(&directory).map_err(|source| file_error("create", &directory, source))?;
            // Another harness that builds would overwrite cargo's output before it is copied here.
            let _lock = lock(&workspace.target.join("harness/.lock"), say)?;
            say(&format!("building {label}"));
            let features = names.join(",");
            let command = [
                &["build", "--quiet", "--release", "--package", "node", "--bin", "node", "--no-default-features"][..],
                &["--features", &features, "--message-format=json-render-diagnostics"],
            ]
            .concat();
            let stdout = self.cargo(&workspace.root, &command, cells)?;
            let made = executable(&stdout, "node").ok_or_else(|| BuildError::Cargo {
                command: Invocation::new(&self.cargo, command).to_string(),
                status: "no executable".to_owned(),
                cells: cells.to_vec(),
                output: "it ended well, but named no binary `node`".to_owned(),
            })?;
            // Whoever sees the final name sees the whole file.
            let draft = directory.join(format!("node.{}", std::process::id()));
            fs::copy(&made, &draft).map_err(|source| file_error("copy", &made, source))?;
            fs::rename(&draft, &bin).map_err(|source| file_error("write", &bin, source))?;
        }
        Ok(Built { sha256: file_digest(&bin)?, bin, label })
    }

    /// Runs cargo to its end and gives its output.
    fn cargo(&self, directory: &Utf8Path, arguments: &[&str], cells: &[String]) -> Result<Vec<u8>, BuildError> {
        run(&self.cargo, arguments, directory).map_err(|error| match error {
            BuildError::Stopped(ProcessError::Failed { command, output }) => BuildError::Cargo {
                command,
                status: output.status.to_string(),
                cells: cells.to_vec(),
                output: String::from_utf8_lossy(&output.stderr).trim_end().to_owned(),
            },
            other => other,
        })
    }
}

/// A binary with certain features, where it is kept once it is built.
struct Copy<'a> {
    /// The features, and the one without which there is no binary.
    names: Vec<&'a str>,
    directory: Utf8PathBuf,
    bin: Utf8PathBuf,
    label: String,
}

impl<'a> Copy<'a> {
    fn of(workspace: &Workspace, features: &'a BTreeSet<String>) -> Self {
        let names: Vec<&str> = std::iter::once(SHELL).chain(features.iter().map(String::as_str)).collect();
        let digest = Sha256::digest(format!("{}\n{}", workspace.sources, names.join("\n")));
        let directory = workspace.target.join("harness").join(&hexadecimal(&digest)[..DIGEST_SHOWN]);
        let bin = directory.join("node");
        let label = if features.is_empty() { "node".to_owned() } else { format!("node [{}]", names[1..].join(", ")) };
        Self { names, directory, bin, label }
    }
}

/// Whether a directory is in a workspace, or at least in a package, of whatever project.
fn is_in_workspace(directory: &Utf8Path) -> bool {
    directory.ancestors().any(|directory| directory.join("Cargo.toml").is_file())
}

/// A binary that the user names, as it is.
fn existing(path: &Utf8Path, cells: &[String]) -> Result<Built, BuildError> {
    let wrong = |problem: String| BuildError::Binary { path: path.to_owned(), problem, cells: cells.to_vec() };
    let bin = path.canonicalize_utf8().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => wrong("does not exist; a relative path begins at the experiment's file".to_owned()),
        _ => wrong(format!("cannot be used: {error}")),
    })?;
    if !bin.is_file() {
        return Err(wrong("is not a file; name the program itself".to_owned()));
    }
    if access(bin.as_std_path(), AccessFlags::X_OK).is_err() {
        return Err(wrong(format!("is not executable; `chmod +x {path}` makes it so")));
    }
    Ok(Built { sha256: file_digest(&bin)?, bin, label: path.to_string() })
}

/// Waits until no other harness holds the lock, or until the user interrupts. It ends with the file.
fn lock(path: &Utf8Path, say: &mut dyn FnMut(&str)) -> Result<File, BuildError> {
    let file = File::create(path).map_err(|source| file_error("create", path, source))?;
    let mut is_said = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(source)) => return Err(file_error("lock", path, source)),
            Err(TryLockError::WouldBlock) if interrupted().load(Ordering::Relaxed) => {
                return Err(file_error("lock", path, io::ErrorKind::Interrupted.into()));
            }
            Err(TryLockError::WouldBlock) => {
                if !std::mem::replace(&mut is_said, true) {
                    say("waiting for another harness that builds a node");
                }
                thread::sleep(LOCK_TICK);
            }
        }
    }
}

/// The path of a binary in cargo's messages, one JSON object a line.
fn executable(stdout: &[u8], name: &str) -> Option<Utf8PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        reason: String,
        target: Option<Target>,
        executable: Option<Utf8PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    let messages = stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Message>(line).ok());
    messages
        .filter(|message| message.reason == "compiler-artifact")
        .filter(|message| message.target.as_ref().is_some_and(|target| target.name == name))
        .find_map(|message| message.executable)
}

/// Runs a tool of Rust's to its end and gives what it printed.
fn run(program: &str, arguments: &[&str], directory: &Utf8Path) -> Result<Vec<u8>, BuildError> {
    let invocation = Invocation::new(program, arguments).in_directory(directory);
    let output = run_captured(&invocation, BUILD_DEADLINE).map_err(|error| match error {
        ProcessError::NotStarted { source, .. } => BuildError::NoCargo { program: program.to_owned(), source },
        other => BuildError::Stopped(other),
    })?;
    Ok(output.stdout)
}

/// A file's SHA-256 in hexadecimal.
pub(crate) fn file_digest(path: &Utf8Path) -> Result<String, BuildError> {
    let read = || -> io::Result<String> {
        let mut file = File::open(path)?;
        let mut digest = Sha256::new();
        let mut part = vec![0; 1 << 16];
        loop {
            match file.read(&mut part)? {
                0 => return Ok(hexadecimal(&digest.finalize())),
                length => digest.update(&part[..length]),
            }
        }
    };
    read().map_err(|source| file_error("read", path, source))
}

fn file_error(action: &'static str, path: &Utf8Path, source: io::Error) -> BuildError {
    BuildError::File { action, path: path.to_owned(), source }
}

/// The feature without which the node has no binary.
const SHELL: &str = "shell";

/// How often a waiting harness looks whether the lock is free.
const LOCK_TICK: Duration = Duration::from_millis(50);

/// Far beyond what a build takes on a slow machine: a build that hangs must not hang for ever.
const BUILD_DEADLINE: Duration = Duration::from_hours(1);

/// Digits of a digest that name a directory.
const DIGEST_SHOWN: usize = 16;
