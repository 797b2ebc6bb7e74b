//! The engine against a stand-in for Maelstrom, which replays what the real one left (`tests/stand_in`).

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::thread;

use super::*;
use crate::figure::Figure;

/// A stand-in, and a directory for a run.
struct Stage {
    home: tempfile::TempDir,
    run: tempfile::TempDir,
}

impl Stage {
    /// A stand-in that ends with this code and does nothing else.
    fn new(rc: u8) -> Self {
        let stage = Self { home: tempfile::tempdir().unwrap(), run: tempfile::tempdir().unwrap() };
        fs::copy(tests("stand_in/maelstrom"), stage.home.path().join("maelstrom")).unwrap();
        fs::set_permissions(stage.home.path().join("maelstrom"), fs::Permissions::from_mode(0o755)).unwrap();
        stage.put("rc", &rc.to_string())
    }

    /// A stand-in that replays a recording.
    fn replaying(recording: &str) -> Self {
        let directory = tests("results").join(recording);
        let rc = fs::read_to_string(directory.join("rc.txt")).unwrap();
        let mut stage = Self::new(rc.trim().parse().unwrap());
        if let Ok(results) = fs::read_to_string(directory.join("results.edn")) {
            stage = stage.put("results.edn", &results);
        }
        if let Ok(history) = fs::File::open(directory.join("history.edn.gz")) {
            let mut text = String::new();
            flate2::read::GzDecoder::new(history).read_to_string(&mut text).unwrap();
            stage = stage.put("history.edn", &text);
        }
        if let Ok(tail) = fs::read_to_string(directory.join("tail.log")) {
            let console: Vec<&str> = tail.lines().filter(|line| !line.starts_with("---")).collect();
            stage = stage.put("console", &(console.join("\n") + "\n"));
        }
        stage
    }

    fn put(self, file: &str, content: &str) -> Self {
        let path = self.home.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn maelstrom(&self) -> Maelstrom {
        let home = Utf8Path::from_path(self.home.path()).unwrap();
        let surroundings = Surroundings::of_process();
        Maelstrom::locate(Some(home), &surroundings).unwrap().unwrap()
    }

    fn directory(&self) -> &Utf8Path {
        Utf8Path::from_path(self.run.path()).unwrap()
    }

    fn execute(&self, options: &Options) -> anyhow::Result<Outcome> {
        self.execute_as(&self.maelstrom(), options, &AtomicBool::new(false))
    }

    fn execute_as(
        &self,
        maelstrom: &Maelstrom,
        options: &Options,
        interrupted: &AtomicBool,
    ) -> anyhow::Result<Outcome> {
        let directory = self.directory().to_owned();
        let order = Order { options, bin: Utf8Path::new("/bin/node"), args: &[], directory };
        maelstrom.execute(&order, &Watch { progress: &|_, _| (), interrupted })
    }

    /// The background children that the stand-in left.
    fn children(&self) -> Vec<String> {
        let children = fs::read_to_string(self.home.path().join("children")).unwrap_or_default();
        children.lines().map(str::to_owned).collect()
    }
}

fn tests(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// The challenge's options, as they were recorded.
fn challenge() -> Options {
    Options {
        nodes: Options::numbered_nodes(25),
        time_limit: protocol::Duration::from_secs(20),
        rate: 100.0,
        latency: engine::Latency { mean_ms: 100, ..Options::default().latency },
        ..Options::default()
    }
}

/// Whether a process is there and not merely waiting to be waited for.
fn runs(pid: &str) -> bool {
    let stat = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap().stdout;
    let stat = String::from_utf8(stat).unwrap();
    !stat.trim().is_empty() && !stat.trim().starts_with('Z')
}

fn gone_soon(pid: &str) -> bool {
    (0..6000).any(|_| {
        thread::sleep(Duration::from_millis(10));
        !runs(pid)
    })
}

#[test]
fn a_good_run_is_judged_and_its_files_are_in_place() {
    let stage = Stage::replaying("a-3d-4").put("node-logs/n0.log", "hello\n");
    let outcome = stage.execute(&challenge()).unwrap();
    assert_eq!((outcome.validity, outcome.crash.as_deref()), (Validity::Valid, None));
    assert_eq!(outcome.findings, []);
    assert_eq!(outcome.figures.value(Figure::StableLatencyMedian), Some(385.0));
    assert_eq!(outcome.figures.value(Figure::Missing), Some(0.0));
    assert!(outcome.wall_seconds > 0.0);
    for file in ["results.edn", "history.edn", "jepsen.log", "node-logs/n0.log", "maelstrom.log"] {
        assert!(stage.directory().join(file).is_file(), "{file}");
    }
    assert!(!stage.directory().join("store").exists());
    let arguments = fs::read_to_string(stage.home.path().join("arguments")).unwrap();
    assert!(arguments.starts_with("test\n-w\nbroadcast\n--bin\n/bin/node\n--node-count\n25\n"), "{arguments}");
}

#[test]
fn an_invalid_run_is_an_answer_and_no_crash() {
    let stage = Stage::replaying("d-3b-partition");
    let outcome = stage.execute(&Options::default()).unwrap();
    assert_eq!((outcome.validity, outcome.crash), (Validity::Invalid, None));
    assert!(outcome.figures.value(Figure::Lost) > Some(0.0));
}

#[test]
fn without_gnuplot_the_verdict_stands_and_the_plots_are_named() {
    let good = fs::read_to_string(tests("results/e-echo/results.edn")).unwrap();
    let graph = r#"{:valid? :unknown, :error {:cause "Cannot run program \"gnuplot\": error=2"}}"#;
    let plots = "{:latency-graph {:valid? true},\n        :rate-graph {:valid? true},\n        :valid? true}";
    let missing = format!("{{:latency-graph {graph}, :rate-graph {graph}, :valid? :unknown}}");
    assert!(good.contains(plots) && good.ends_with(" :valid? true}\n"));
    let unknown = good.replace(plots, &missing).replace(" :valid? true}\n", " :valid? :unknown}\n");
    let stage = Stage::replaying("e-echo").put("results.edn", &unknown).put("rc", "2");
    let options = Options { workload: engine::Workload::Echo, nodes: Options::numbered_nodes(1), ..Options::default() };
    let outcome = stage.execute(&options).unwrap();
    assert_eq!((outcome.validity, outcome.crash), (Validity::Valid, None));
    let [Finding::NotJudged { part, reason }] = outcome.findings.as_slice() else { panic!("{:?}", outcome.findings) };
    assert!(part == "perf" && reason.contains("gnuplot"), "{reason}");
}

#[test]
fn nodes_that_are_not_heard_any_more_are_named() {
    let outcome = Stage::replaying("d-garbage-mid").execute(&Options::default()).unwrap();
    assert_eq!(outcome.validity, Validity::Valid);
    let notes: Vec<&str> = outcome
        .findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::Note { text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert!(notes.iter().any(|note| note.starts_with("Maelstrom stopped listening to n0, n1")), "{notes:?}");
}

#[test]
fn a_crash_shows_its_reason_and_what_was_measured_before() {
    let outcome = Stage::replaying("d-midcrash").execute(&Options::default()).unwrap();
    let crash = outcome.crash.unwrap();
    assert!(crash.starts_with("Node n1 crashed with exit status 3. Its standard error ends:"), "{crash}");
    assert!(crash.ends_with("giving up now"), "{crash}");
    assert_eq!(outcome.validity, Validity::Unknown);
    assert!(outcome.figures.value(Figure::ClientLatencyMedian).is_some());
    assert_eq!(outcome.figures.value(Figure::MsgsPerOp), None);
}

#[test]
fn a_silent_node_is_quoted_from_the_log_that_maelstrom_kept() {
    let stage = Stage::replaying("d-silent").put("node-logs/n1.log", "cannot read config\n");
    let crash = stage.execute(&Options::default()).unwrap().crash.unwrap();
    assert!(
        crash.starts_with("Expected node n1 to respond to an init message") && crash.ends_with("cannot read config"),
        "{crash}"
    );
}

#[test]
fn a_refused_command_line_is_shown() {
    let complaint = fs::read_to_string(tests("results/cli-unknown-option/tail.log")).unwrap();
    let stage = Stage::new(254).put("mode", "early").put("console", complaint.lines().last().unwrap());
    let crash = stage.execute(&Options::default()).unwrap().crash.unwrap();
    assert_eq!(crash, "Maelstrom unknown refuses its command line: Unknown option: \"--frobnicate\"");
}

#[test]
fn results_that_are_missing_or_broken_are_a_crash_with_a_reason() {
    let crash = Stage::new(0).execute(&Options::default()).unwrap().crash.unwrap();
    assert!(crash.contains("results.edn`: No such file"), "{crash}");
    let crash = Stage::new(1).put("results.edn", "{:workload {").execute(&Options::default()).unwrap().crash.unwrap();
    assert!(crash.contains("results.edn`, line 1, column 13") && crash.contains("cut short"), "{crash}");
    let crash = Stage::new(77).put("console", "who knows\n").execute(&Options::default()).unwrap().crash.unwrap();
    assert!(crash.starts_with("Maelstrom ended with exit status: 77; its last lines:") && crash.ends_with("who knows"));
    let crash =
        Stage::new(255).put("mode", "early").put("console", "odd\n").execute(&Options::default()).unwrap().crash;
    assert_eq!(crash.unwrap(), "Maelstrom crashed; its last lines:\n    odd");
}

/// The deadline is long enough for a busy machine to start a shell script.
fn hang(mode: &str) {
    let stage = Stage::new(0).put("mode", mode);
    let maelstrom = Maelstrom { deadline: Some(Duration::from_secs(4)), ..stage.maelstrom() };
    let outcome = stage.execute_as(&maelstrom, &Options::default(), &AtomicBool::new(false)).unwrap();
    let crash = outcome.crash.unwrap();
    assert!(
        crash.starts_with("still running after 4 s, in the phase `load`; stopped. Its last lines:\n    "),
        "{crash}"
    );
    let children = stage.children();
    assert_eq!(children.len(), 2);
    assert!(children.iter().all(|pid| gone_soon(pid)), "{children:?}");
}

#[test]
fn a_run_that_hangs_is_stopped_with_everything_it_started() {
    hang("hang");
}

#[test]
fn a_run_that_does_not_want_to_end_is_killed_with_everything_it_started() {
    hang("stubborn");
}

#[test]
fn a_run_that_does_not_even_begin_is_told_by_its_phase() {
    let stage = Stage::new(0).put("mode", "slow");
    let maelstrom = Maelstrom { deadline: Some(Duration::from_secs(1)), ..stage.maelstrom() };
    let outcome = stage.execute_as(&maelstrom, &Options::default(), &AtomicBool::new(false)).unwrap();
    let crash = "still running after 1 s, in the phase `start`; stopped. It said nothing";
    assert_eq!(outcome.crash.as_deref(), Some(crash));
}

#[test]
fn an_interrupt_stops_a_run() {
    let stage = Stage::new(0).put("mode", "stubborn");
    let interrupted = AtomicBool::new(false);
    let outcome = thread::scope(|scope| {
        let run = scope.spawn(|| stage.execute_as(&stage.maelstrom(), &Options::default(), &interrupted));
        while stage.children().len() < 2 && !run.is_finished() {
            thread::sleep(Duration::from_millis(5));
        }
        interrupted.store(true, std::sync::atomic::Ordering::Relaxed);
        run.join().unwrap().unwrap()
    });
    assert_eq!(outcome.crash.as_deref(), Some("interrupted"));
    assert!(stage.children().iter().all(|pid| gone_soon(pid)));
}

#[test]
fn without_java_a_release_is_not_even_started() {
    let stage = Stage::new(0).put("lib/maelstrom.jar", "");
    let empty = tempfile::tempdir().unwrap();
    let maelstrom = Maelstrom { search_path: empty.path().into(), ..stage.maelstrom() };
    let error = stage.execute_as(&maelstrom, &Options::default(), &AtomicBool::new(false)).unwrap_err().to_string();
    assert!(error.contains("needs Java") && error.contains("--engine embedded"), "{error}");
    // A `java` that only tells where to get one, as macOS has it.
    fs::write(empty.path().join("java"), "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(empty.path().join("java"), fs::Permissions::from_mode(0o755)).unwrap();
    let error = stage.execute_as(&maelstrom, &Options::default(), &AtomicBool::new(false)).unwrap_err().to_string();
    assert!(error.contains("needs Java"), "{error}");
    assert!(!stage.home.path().join("arguments").exists());
}

#[test]
fn an_option_that_maelstrom_lacks_is_named_before_anything_starts() {
    let stage = Stage::new(0);
    let options = Options { time_limit: protocol::Duration::from_millis(500), ..Options::default() };
    assert!(stage.execute(&options).unwrap_err().to_string().contains("`time-limit: 500ms`"));
    assert!(check(&options).is_err() && check(&Options::default()).is_ok());
    assert!(!stage.home.path().join("arguments").exists());
}

#[test]
fn progress_is_told_by_phase() {
    let stage = Stage::replaying("e-echo");
    let told = Mutex::new(Vec::new());
    let options = Options { workload: engine::Workload::Echo, nodes: Options::numbered_nodes(1), ..Options::default() };
    let order = Order {
        options: &options,
        bin: Utf8Path::new("/bin/node"),
        args: &[],
        directory: stage.directory().to_owned(),
    };
    let progress = |phase: &str, share: f64| told.lock().unwrap().push((phase.to_owned(), share));
    let watch = Watch { progress: &progress, interrupted: &AtomicBool::new(false) };
    stage.maelstrom().execute(&order, &watch).unwrap();
    let told = told.into_inner().unwrap();
    let mut phases: Vec<&str> = told.iter().map(|(phase, _)| phase.as_str()).collect();
    phases.dedup();
    assert_eq!(phases, ["start", "nodes", "load", "recovery", "analysis"]);
    assert!(told.is_sorted_by(|one, next| one.1 <= next.1));
}
