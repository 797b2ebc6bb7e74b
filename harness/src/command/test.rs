//! `harness test`: one test with Maelstrom's flags, files, last lines and exit codes, under the embedded engine.
//!
//! What differs: problems go to stderr, the run's seed is told so that it can be repeated, and a crash names its cause
//! where Maelstrom shows a stack trace.

use std::ffi::OsString;
use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use engine::{Options, Workload};

use super::flags;
use super::request::{self, Asked, Request};
use crate::backend::{Backend, Order, Tested, Watch};
use crate::console::Console;
use crate::exit::{ExitStatus, MaelstromExit};
use crate::outcome::{Outcome, Validity};
use crate::render::finding;
use crate::{provenance, store};

/// Where a test runs: everything that is not on its command line.
pub(super) struct Scene<'a> {
    pub(super) backend: &'a dyn Backend,
    pub(super) console: &'a Console,
    pub(super) interrupted: &'a AtomicBool,
    /// The store's root; Maelstrom's is always `store` in the current directory.
    pub(super) root: &'a Utf8Path,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Interrupted,
    Maelstroms(MaelstromExit),
}

/// The whole verb: read the command line, run the test as often as it asks, end with Maelstrom's code.
pub(super) fn test(arguments: &[OsString], scene: &Scene<'_>) -> ExitCode {
    let arguments: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let end = match request::read(&arguments) {
        Err(problems) => {
            scene.console.say(&problems.join("\n"));
            End::Maelstroms(MaelstromExit::BadArguments)
        }
        Ok(Asked::Help) => match scene.console.answer(&flags::help()) {
            Ok(()) => End::Maelstroms(MaelstromExit::Valid),
            Err(_) => End::Maelstroms(MaelstromExit::Crashed),
        },
        Ok(Asked::Test(request)) => scene.repeat(&request),
    };
    match end {
        End::Interrupted => ExitStatus::Interrupted.into(),
        End::Maelstroms(exit) => exit.into(),
    }
}

impl Scene<'_> {
    /// Runs the test as often as asked, until one is not valid.
    fn repeat(&self, request: &Request) -> End {
        if !request.idle.is_empty() {
            self.console.say(&format!("without effect here: --{}", request.idle.join(", --")));
        }
        let seed = request.seed.unwrap_or_else(drawn_seed);
        let mut end = End::Maelstroms(MaelstromExit::Valid);
        for repetition in 0..request.test_count {
            let options = Options { seed: seed.wrapping_add(repetition.into()), ..request.options.clone() };
            end = self.once(request, &options).unwrap_or_else(|error| {
                self.console.say(&format!("the test could not be run: {error:#}"));
                End::Maelstroms(MaelstromExit::Crashed)
            });
            if end != End::Maelstroms(MaelstromExit::Valid) {
                break;
            }
        }
        end
    }

    fn once(&self, request: &Request, options: &Options) -> anyhow::Result<End> {
        let bin = request.bin.canonicalize_utf8().with_context(|| format!("no node binary at `{}`", request.bin))?;
        let place = Place::make(self.root, options.workload)?;
        self.console.say(&format!(
            "embedded engine {}, seed {}, in {}",
            self.backend.id().version,
            options.seed,
            place.path
        ));
        let node = Tested::Program { bin: &bin, args: &request.args, directory: place.path.clone() };
        let outcome = self.execute(&Order { options, node });
        // As Maelstrom does, `latest` moves to a run that crashed too.
        place.link_latest()?;
        let Some(outcome) = outcome? else { return Ok(End::Interrupted) };
        if request.log_stderr {
            self.show_logs(&place.path, &options.nodes);
        }
        self.tell(&place.path, &outcome)
    }

    /// The outcome, unless the user interrupted.
    fn execute(&self, order: &Order<'_>) -> anyhow::Result<Option<Outcome>> {
        let board = self.console.board(1, "runs");
        let line = board.line(0, &order.options.workload.to_string());
        let report = |phase: &str, share: f64| line.report(phase, share);
        let watch = Watch { progress: &report, interrupted: self.interrupted };
        let outcome = self.backend.execute(order, &watch)?;
        Ok((outcome.crash.is_none() || !watch.is_interrupted()).then_some(outcome))
    }

    /// Prints the results, what to know about them, and the last line.
    fn tell(&self, directory: &Utf8Path, outcome: &Outcome) -> anyhow::Result<End> {
        let results = directory.join("results.edn");
        if results.exists() {
            let text = fs::read_to_string(&results).with_context(|| format!("cannot read `{results}`"))?;
            self.console.answer(&format!("{}\n\n", text.trim_end())).context(NO_ANSWER)?;
        }
        for finding in &outcome.findings {
            let (words, hint) = finding::words(finding);
            let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
            self.console.say(&format!("{}{words}{hint}", if finding::is_warning(finding) { "warning: " } else { "" }));
        }
        if let Some(crash) = &outcome.crash {
            self.console.say(&format!("the test crashed: {}", crash.trim_end()));
            return Ok(End::Maelstroms(MaelstromExit::Crashed));
        }
        let (last_line, exit) = match outcome.validity {
            Validity::Valid => (ALL_WELL, MaelstromExit::Valid),
            Validity::Invalid => (INVALID, MaelstromExit::Invalid),
            Validity::Unknown => (UNKNOWN, MaelstromExit::Unknown),
        };
        self.console.answer(&format!("{last_line}\n")).context(NO_ANSWER)?;
        Ok(End::Maelstroms(exit))
    }

    fn show_logs(&self, directory: &Utf8Path, nodes: &[String]) {
        for node in nodes {
            let log = fs::read(directory.join("node-logs").join(format!("{node}.log"))).unwrap_or_default();
            for line in String::from_utf8_lossy(&log).lines() {
                self.console.say(&format!("{node}: {line}"));
            }
        }
    }
}

/// A test's directory, `<root>/<workload>/<time>`, and the links that Maelstrom keeps.
struct Place {
    path: Utf8PathBuf,
    root: Utf8PathBuf,
    workload: Workload,
}

impl Place {
    fn make(root: &Utf8Path, workload: Workload) -> anyhow::Result<Self> {
        let parent = root.join(workload.to_string());
        fs::create_dir_all(&parent).with_context(|| {
            format!("cannot create `{parent}`, where Maelstrom keeps results too; run it where you may write")
        })?;
        let path = store::unique_directory(&parent, &provenance::directory_time())?;
        let place = Self { path, root: root.to_owned(), workload };
        store::link(&root.join("current"), &place.below_root())?;
        Ok(place)
    }

    fn link_latest(&self) -> anyhow::Result<()> {
        store::link(&self.root.join("latest"), &self.below_root())?;
        store::link(&self.root.join(self.workload.to_string()).join("latest"), self.name())?;
        Ok(())
    }

    fn below_root(&self) -> Utf8PathBuf {
        Utf8PathBuf::from(self.workload.to_string()).join(self.name())
    }

    fn name(&self) -> &Utf8Path {
        Utf8Path::new(self.path.file_name().expect("the directory was made with a name"))
    }
}

/// A seed that no earlier run had, most likely.
fn drawn_seed() -> u64 {
    // Short enough to be typed again.
    u64::from(u32::try_from(RandomState::new().hash_one(std::process::id()) >> 32).expect("32 bits are left"))
}

const NO_ANSWER: &str = "cannot write the answer";
const ALL_WELL: &str = "All is well: nothing contradicts what the workload promises.";
const INVALID: &str = "Invalid: the results above name the promise that is broken.";
const UNKNOWN: &str = "Undecided: no promise is seen broken, but not everything could be judged.";

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::backend::fake::Fake;
    use crate::sample;

    /// A temporary directory with a node binary in it.
    struct Desk {
        root: Utf8PathBuf,
        _directory: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
            let bin = root.join("node");
            fs::write(&bin, "#!/bin/sh\n").unwrap();
            fs::set_permissions(&bin, fs::Permissions::from_mode(0o755)).unwrap();
            Self { root, _directory: directory }
        }

        fn test(&self, words: &str, backend: &Fake<'_>, interrupted: &AtomicBool) -> End {
            let words = words.replace("BIN", self.root.join("node").as_str());
            let arguments: Vec<String> = words.split(' ').map(str::to_owned).collect();
            let Ok(Asked::Test(request)) = request::read(&arguments) else { panic!("`{words}` asks for a test") };
            let root = self.root.join("store");
            Scene { backend, console: &Console::new(), interrupted, root: &root }.repeat(&request)
        }
    }

    fn validity(validity: Validity) -> Outcome {
        Outcome { validity, ..sample::outcome(25.0, 386.0, 512.0) }
    }

    #[test]
    fn verdicts_end_with_maelstroms_codes() {
        let calm = AtomicBool::new(false);
        for (said, exit) in [
            (Validity::Valid, MaelstromExit::Valid),
            (Validity::Invalid, MaelstromExit::Invalid),
            (Validity::Unknown, MaelstromExit::Unknown),
        ] {
            let backend = Fake::answering(move |_| Ok(validity(said)));
            assert_eq!(Desk::new().test("-w echo --bin BIN", &backend, &calm), End::Maelstroms(exit));
        }
    }

    #[test]
    fn the_store_is_laid_out_as_maelstroms() {
        let (desk, calm) = (Desk::new(), AtomicBool::new(false));
        desk.test("-w broadcast --bin BIN", &Fake::answering(|_| Ok(validity(Validity::Valid))), &calm);
        let store = desk.root.join("store");
        let results = |link: &str| fs::read_to_string(store.join(link).join("results.edn")).unwrap();
        for link in ["latest", "current", "broadcast/latest"] {
            assert_eq!(results(link), "{:valid? true}\n", "{link}");
        }
        let target = store.join("latest").read_link_utf8().unwrap();
        assert!(target.is_relative() && target.starts_with("broadcast"), "{target}");
    }

    #[test]
    fn a_crash_ends_with_255_and_moves_latest() {
        let (desk, calm) = (Desk::new(), AtomicBool::new(false));
        let crash = || Outcome { crash: Some("node `n1` exited".into()), ..validity(Validity::Unknown) };
        let end = desk.test("-w echo --bin BIN", &Fake::answering(|_| Ok(crash())), &calm);
        assert_eq!(end, End::Maelstroms(MaelstromExit::Crashed));
        assert!(desk.root.join("store/latest").exists());
        let end = desk.test("-w echo --bin BIN", &Fake::answering(|_| Err(anyhow::anyhow!("no pipes left"))), &calm);
        assert_eq!(end, End::Maelstroms(MaelstromExit::Crashed));
    }

    #[test]
    fn a_missing_binary_is_found_before_anything_is_made() {
        let (desk, calm) = (Desk::new(), AtomicBool::new(false));
        let backend = Fake::answering(|_| Ok(validity(Validity::Valid)));
        let end = desk.test("-w echo --bin no/such/node", &backend, &calm);
        assert_eq!((end, backend.runs()), (End::Maelstroms(MaelstromExit::Crashed), 0));
        assert!(!desk.root.join("store").exists());
    }

    #[test]
    fn an_interrupt_is_no_crash() {
        let (desk, interrupted) = (Desk::new(), AtomicBool::new(true));
        let crash = || Outcome { crash: Some("interrupted".into()), ..validity(Validity::Unknown) };
        let end = desk.test("-w echo --bin BIN", &Fake::answering(|_| Ok(crash())), &interrupted);
        assert_eq!(end, End::Interrupted);
    }

    #[test]
    fn repeats_stop_at_the_first_that_is_not_valid() {
        let (desk, calm) = (Desk::new(), AtomicBool::new(false));
        let backend = Fake::answering(|run| Ok(validity(if run == 1 { Validity::Invalid } else { Validity::Valid })));
        let end = desk.test("-w echo --bin BIN --test-count 5", &backend, &calm);
        assert_eq!((end, backend.runs()), (End::Maelstroms(MaelstromExit::Invalid), 2));
    }
}
