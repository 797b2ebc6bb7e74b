//! `harness doctor`: what this machine has of what each engine needs.
//!
//! [`examine`] asks the machine, [`render`] shows the answers; in between they are plain data. Absent: repair.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use camino::Utf8Path;

use crate::backend::maelstrom::{Maelstrom, Surroundings, java};
use crate::exit::ExitStatus;
use crate::process::{Invocation, run_captured};

/// One thing that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Who needs it.
    pub need: Need,
    /// What was found, such as a version; or what helps.
    pub finding: Result<String, String>,
}

/// Who needs a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The embedded engine.
    Embedded,
    /// Nobody: it only explains figures.
    Information,
    /// The official program.
    Official,
    /// The official program's pictures.
    Pictures,
}

/// Looks at the machine. `maelstrom` is the place the user names, if any.
pub fn examine(maelstrom: Option<&Utf8Path>) -> Vec<Check> {
    let surroundings = Surroundings::of_process();
    let found = Maelstrom::locate(maelstrom, &surroundings);
    let version = |program: &str, flag: &str| first_line(&surroundings, program, flag);
    vec![
        Check {
            name: "cargo",
            purpose: "builds this project's node; a binary of your own needs none",
            need: Need::Embedded,
            finding: version("cargo", "--version").ok_or_else(|| {
                "not found; install Rust from https://rustup.rs, or test a binary of your own with `bin:`".to_owned()
            }),
        },
        Check {
            name: "cores",
            purpose: "more cells run side by side on time",
            need: Need::Information,
            finding: std::thread::available_parallelism()
                .map(|cores| cores.to_string())
                .map_err(|error| format!("not known: {error}")),
        },
        Check {
            name: "memory",
            purpose: "real Maelstrom takes about 1 GB for 25 nodes, the embedded engine 40 MB",
            need: Need::Information,
            finding: memory()
                .map(|bytes| format!("{:.1} GB", bytes as f64 / 1e9))
                .ok_or_else(|| "not known".to_owned()),
        },
        Check {
            name: "java",
            purpose: "runs real Maelstrom",
            need: Need::Official,
            finding: java(&surroundings.search_path)
                .ok_or_else(|| "not found; install a JDK, version 11 or newer".to_owned()),
        },
        Check {
            name: "maelstrom",
            purpose: "the official judge",
            need: Need::Official,
            finding: match found {
                Ok(Some(maelstrom)) => Ok(format!("{}, version {}", maelstrom.program, maelstrom.version)),
                Ok(None) => Err("not found; run `harness setup maelstrom`".to_owned()),
                Err(error) => Err(error.to_string()),
            },
        },
        Check {
            name: "gnuplot",
            purpose: "draws latencies and rates; without it only the plots are missing",
            need: Need::Pictures,
            finding: version("gnuplot", "--version").ok_or_else(|| "not found".to_owned()),
        },
        Check {
            name: "dot",
            purpose: "draws cycles of transactions; broadcast needs none",
            need: Need::Pictures,
            finding: version("dot", "-V").ok_or_else(|| "not found (package graphviz)".to_owned()),
        },
    ]
}

/// 0 if the embedded engine has all it needs.
pub fn verdict(checks: &[Check]) -> ExitStatus {
    if missing(checks, Need::Embedded).is_empty() { ExitStatus::Yes } else { ExitStatus::Unknown }
}

/// The answers as text, a line for each thing and one for each engine.
pub fn render(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let (mark, finding) = match (&check.finding, check.need) {
            (Ok(finding), _) => ("ok", finding),
            (Err(finding), Need::Embedded | Need::Official) => ("missing", finding),
            (Err(finding), Need::Information | Need::Pictures) => ("-", finding),
        };
        let name = check.name;
        writeln!(text, "{mark:<8} {name:<10} {finding}").expect("a string takes everything");
        writeln!(text, "{:<8} {:<10} {}", "", "", check.purpose).expect("a string takes everything");
    }
    for (engine, need) in [("embedded engine", Need::Embedded), ("real Maelstrom", Need::Official)] {
        let missing = missing(checks, need);
        let answer = if missing.is_empty() { "ready".to_owned() } else { format!("lacks {}", missing.join(" and ")) };
        writeln!(text, "{engine}: {answer}").expect("a string takes everything");
    }
    text
}

fn missing(checks: &[Check], need: Need) -> Vec<&'static str> {
    checks.iter().filter(|check| check.need == need && check.finding.is_err()).map(|check| check.name).collect()
}

/// The first line that a program on PATH says of its version.
fn first_line(surroundings: &Surroundings, program: &str, flag: &str) -> Option<String> {
    let program = surroundings.on_path(program)?;
    let output = run_captured(&Invocation::new(program.as_str(), [flag]), Duration::from_mins(1)).ok()?;
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said).lines().find(|line| !line.trim().is_empty()).map(str::to_owned)
}

/// The machine's memory in bytes: from the kernel's own table on Linux, else from `sysctl`.
fn memory() -> Option<u64> {
    if let Ok(table) = fs::read_to_string("/proc/meminfo") {
        return kilobytes(&table).map(|kilobytes| kilobytes * 1024);
    }
    let output = run_captured(&Invocation::new("sysctl", ["-n", "hw.memsize"]), Duration::from_secs(10)).ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

fn kilobytes(table: &str) -> Option<u64> {
    let line = table.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(lacking: &[&str]) -> Vec<Check> {
        let all = [
            ("cargo", Need::Embedded),
            ("cores", Need::Information),
            ("java", Need::Official),
            ("maelstrom", Need::Official),
            ("gnuplot", Need::Pictures),
        ];
        let finding = |name| if lacking.contains(&name) { Err("not found".to_owned()) } else { Ok("1.0".to_owned()) };
        all.map(|(name, need)| Check { name, purpose: "for something", need, finding: finding(name) }).into()
    }

    #[test]
    fn only_what_the_embedded_engine_needs_decides() {
        assert_eq!(verdict(&checks(&["java", "maelstrom", "gnuplot"])), ExitStatus::Yes);
        assert_eq!(verdict(&checks(&["cargo"])), ExitStatus::Unknown);
    }

    #[test]
    fn what_is_missing_is_named_for_each_engine() {
        insta::assert_snapshot!(render(&checks(&["java", "maelstrom", "gnuplot"])), @"
        ok       cargo      1.0
                            for something
        ok       cores      1.0
                            for something
        missing  java       not found
                            for something
        missing  maelstrom  not found
                            for something
        -        gnuplot    not found
                            for something
        embedded engine: ready
        real Maelstrom: lacks java and maelstrom
        ");
    }

    #[test]
    fn this_machine_can_be_examined() {
        let checks = examine(Some(Utf8Path::new("/no/such/maelstrom")));
        let maelstrom = checks.iter().find(|check| check.name == "maelstrom").unwrap();
        assert!(maelstrom.finding.as_ref().is_err_and(|finding| finding.contains("there is no such file")));
        let cargo = checks.iter().find(|check| check.name == "cargo").unwrap();
        assert!(cargo.finding.as_ref().is_ok_and(|version| version.starts_with("cargo ")), "{cargo:?}");
    }

    #[test]
    fn memory_is_read_off_the_kernels_table() {
        assert_eq!(kilobytes("MemTotal:        8039476 kB\nMemFree: 1 kB\n"), Some(8_039_476));
        assert_eq!(kilobytes("MemFree: 1 kB\n"), None);
    }
}
