//! Real processes, short ones: that they are followed, stopped and never left behind.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Child;
use std::sync::atomic::AtomicBool;

use camino::Utf8PathBuf;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::*;

/// Longer than anything here takes on a busy machine.
const LONG: Duration = Duration::from_mins(1);

fn shell(script: &str) -> Invocation {
    Invocation::new("/bin/sh", ["-c", script])
}

fn follow(script: &str, deadline: Duration, interrupted: &AtomicBool) -> (Ended, Vec<String>) {
    let mut lines = Vec::new();
    let running = Running::start(&shell(script), None).unwrap();
    let ended = running.wait(deadline, interrupted, &mut |line| lines.extend(line.map(str::to_owned))).unwrap();
    (ended, lines)
}

/// Whether a process is there and not merely waiting to be waited for.
fn runs(pid: &str) -> bool {
    let stat = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap().stdout;
    let stat = String::from_utf8(stat).unwrap();
    !stat.trim().is_empty() && !stat.trim().starts_with('Z')
}

fn soon(what: impl Fn() -> bool) -> bool {
    let until = Instant::now() + LONG;
    while Instant::now() < until {
        if what() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

#[test]
fn lines_of_both_streams_and_the_status_arrive() {
    let (ended, lines) = follow("echo one; echo two >&2; printf three; exit 7", LONG, &AtomicBool::new(false));
    assert_eq!(lines, ["one", "two", "three"]);
    assert_eq!(ended.tail.lines().collect::<Vec<_>>(), ["one", "two", "three"]);
    assert!(matches!(ended.cause, Cause::Exited(status) if status.code() == Some(7)));
}

#[test]
fn at_its_deadline_a_group_is_killed_even_if_it_does_not_want_to_end() {
    let script = "trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000";
    let (ended, lines) = follow(script, Duration::from_secs(3), &AtomicBool::new(false));
    assert_eq!(ended.cause, Cause::Deadline);
    assert!(soon(|| !runs(&lines[0])), "the background child {} still runs", lines[0]);
}

#[test]
fn an_interrupt_ends_a_group() {
    let (ended, lines) = follow("sleep 1000 & echo $!; wait", LONG, &AtomicBool::new(true));
    assert_eq!(ended.cause, Cause::Interrupted);
    assert!(lines.first().is_none_or(|pid| soon(|| !runs(pid))));
}

#[test]
fn what_a_program_leaves_behind_goes_with_it() {
    let (ended, lines) = follow("sleep 1000 & echo $!", LONG, &AtomicBool::new(false));
    assert!(matches!(ended.cause, Cause::Exited(status) if status.success()));
    assert!(soon(|| !runs(&lines[0])));
}

#[test]
fn a_program_that_closes_its_output_is_waited_for() {
    let (ended, _) = follow("exec >&- 2>&-; sleep 0.2; exit 3", LONG, &AtomicBool::new(false));
    assert!(matches!(ended.cause, Cause::Exited(status) if status.code() == Some(3)));
}

#[test]
fn a_panic_leaves_no_process_behind() {
    let (sender, receiver) = sync_channel(1);
    let panicked = thread::spawn(move || {
        let running = Running::start(&shell("echo $$; sleep 1000"), None).unwrap();
        running.wait(LONG, &AtomicBool::new(false), &mut |line| {
            if let Some(pid) = line {
                sender.send(pid.to_owned()).unwrap();
                panic!("as part of the test");
            }
        })
    });
    assert!(panicked.join().is_err());
    let pid = receiver.recv().unwrap();
    assert!(soon(|| !runs(&pid)));
}

#[test]
fn the_log_has_every_byte() {
    let directory = tempfile::tempdir().unwrap();
    let log = Utf8PathBuf::from_path_buf(directory.path().join("log")).unwrap();
    let running = Running::start(&shell("printf 'a\\377b\\n'; seq 1 50"), Some(&log)).unwrap();
    let ended = running.wait(LONG, &AtomicBool::new(false), &mut |_| ()).unwrap();
    assert_eq!(ended.tail.lines().next(), Some("31"));
    assert!(std::fs::read(&log).unwrap().starts_with(b"a\xffb\n1\n2\n"));
}

#[test]
fn a_node_has_three_pipes_and_its_group_can_be_killed() {
    let args = ["-c".to_owned(), "read line; echo got $line $$; sleep 1000 & echo $!; echo oops >&2; wait".to_owned()];
    let mut child: Child = spawn_node(Utf8Path::new("/bin/sh"), &args, std::path::Path::new("/")).unwrap();
    child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap()).lines().take(2).map(Result::unwrap).collect();
    assert_eq!(lines[0], format!("got hello {}", child.id()));
    assert_eq!(BufReader::new(child.stderr.take().unwrap()).lines().next().unwrap().unwrap(), "oops");
    kill_group(&child);
    assert!(!child.wait().unwrap().success());
    assert!(soon(|| !runs(&lines[1])));
}

#[test]
fn a_helper_gives_its_output_or_says_what_went_wrong() {
    assert_eq!(run_captured(&shell("echo yes"), LONG).unwrap().stdout, b"yes\n");
    let failed = run_captured(&shell("seq 1 30 >&2; exit 4"), LONG).unwrap_err().to_string();
    assert!(failed.starts_with("`/bin/sh -c 'seq 1 30 >&2; exit 4'` failed with exit status: 4; its last lines:\n"));
    assert!(failed.ends_with("\n    29\n    30") && !failed.contains("    10\n"), "{failed}");
    let late = run_captured(&shell("sleep 1000"), Duration::ZERO).unwrap_err();
    assert!(matches!(late, ProcessError::Deadline { .. }), "{late}");
    let missing = run_captured(&Invocation::new("/no/such/program", ["x"]), LONG).unwrap_err();
    assert!(matches!(&missing, ProcessError::NotStarted { hint, .. } if hint.is_empty()), "{missing}");
    let nowhere = run_captured(&shell("true").in_directory("/no/such/place"), LONG).unwrap_err();
    assert!(nowhere.to_string().contains("no directory `/no/such/place`"), "{nowhere}");
}

/// The body of the next test's child: this same test binary, started again with a variable that says so.
#[test]
fn interrupted_twice_in_a_process_of_its_own() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let flag = install_interrupt().unwrap();
    let args = ["-c".to_owned(), "sleep 1000 & echo $!; wait".to_owned()];
    let mut node = spawn_node(Utf8Path::new("/bin/sh"), &args, std::path::Path::new("/")).unwrap();
    let grandchild = BufReader::new(node.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    say(&format!("started {} {grandchild}", node.id()));
    while !flag.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(5));
    }
    say("told");
    thread::sleep(LONG);
    // Not reached: the second signal ends this process first.
    node.wait().unwrap();
}

/// Past the test harness, which captures what tests print.
fn say(line: &str) {
    writeln!(io::stderr(), "{line}").unwrap();
}

#[test]
fn the_first_interrupt_tells_and_the_second_kills() {
    let name = "process::tests::interrupted_twice_in_a_process_of_its_own";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(ROLE, "child")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = Pid::from_raw(child.id().try_into().unwrap());
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let started = lines.by_ref().find(|line| line.starts_with("started ")).expect("the child starts a node");
    kill(pid, Signal::SIGTERM).unwrap();
    assert!(lines.by_ref().any(|line| line == "told"), "the first signal sets the flag");
    kill(pid, Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    for pid in started.split(' ').skip(1) {
        assert!(soon(|| !runs(pid)), "process {pid} still runs");
    }
}

const ROLE: &str = "HARNESS_TEST_INTERRUPTED";
