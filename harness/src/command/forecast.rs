//! How long a plan will take, before any of it runs.
//!
//! Absent: building nodes, whose time depends on what cargo has built already.

use engine::{Options, Workload};

/// What one run takes, in seconds. Under the wall clock a test's phases say it: the load, ten seconds of quiet before the
/// final reads of a broadcast, and what starting and ending take. Under the virtual clock it is work.
///
/// Measured with challenge 3d, 25 nodes and a load of 20 s: 30.2 s embedded and 42 s under Maelstrom (README, "Engines"); and
/// simulated 60 ns a delivery, of which there are about as many for an operation as there are nodes, or several times as many
/// where the topology has cycles (`benches/RESULTS.md`).
pub(super) fn run_seconds(engine: &str, options: &Options) -> f64 {
    let quiet = if options.workload == Workload::Broadcast { 10.0 } else { 0.0 };
    let phases = options.time_limit.as_secs_f64() + quiet;
    match engine {
        "maelstrom" => phases + 12.0,
        "simulated" => {
            let operations = options.rate * options.time_limit.as_secs_f64() + f64::from(options.workers());
            operations * (f64::from(options.node_count()) + 2.0) * 100e-9
        }
        _ => phases + 0.2,
    }
}

/// What runs take together, in seconds, when each begins as soon as one of `jobs` places is free.
pub(super) fn wall_seconds(runs: impl Iterator<Item = f64>, jobs: usize) -> f64 {
    let mut busy_until = vec![0.0_f64; jobs.max(1)];
    for seconds in runs {
        let earliest = busy_until.iter_mut().min_by(|a, b| a.total_cmp(b)).expect("there is at least one");
        *earliest += seconds;
    }
    busy_until.into_iter().fold(0.0, f64::max)
}

/// A time in words: `about 30 s`, `about 12 min`, `about 3.5 h`.
pub(super) fn in_words(seconds: f64) -> String {
    match seconds {
        under if under < 1.0 => "less than a second".to_owned(),
        few if few < 9.5 => format!("about {few:.1} s"),
        some if some < 150.0 => format!("about {some:.0} s"),
        many if many < 5400.0 => format!("about {:.0} min", many / 60.0),
        more => format!("about {:.1} h", more / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use protocol::Duration;

    use super::*;

    fn challenge() -> Options {
        Options {
            nodes: Options::numbered_nodes(25),
            rate: 100.0,
            time_limit: Duration::from_secs(20),
            ..Options::default()
        }
    }

    #[test]
    fn phases_and_work_make_a_run() {
        let seconds = |engine| run_seconds(engine, &challenge());
        assert!((seconds("embedded") - 30.2).abs() < 0.1 && (seconds("maelstrom") - 42.0).abs() < 0.1);
        assert!((0.002..0.02).contains(&seconds("simulated")), "{}", seconds("simulated"));
        let echo = Options { workload: Workload::Echo, ..challenge() };
        assert!((run_seconds("embedded", &echo) - 20.2).abs() < 0.1);
    }

    #[test]
    fn places_are_filled_as_they_become_free() {
        let wall = |runs: &[f64], jobs| wall_seconds(runs.iter().copied(), jobs);
        assert!((wall(&[30.0; 6], 6) - 30.0).abs() < 1e-9);
        assert!((wall(&[30.0; 7], 6) - 60.0).abs() < 1e-9);
        assert!((wall(&[5.0, 1.0, 1.0, 1.0], 2) - 5.0).abs() < 1e-9);
        assert!(wall(&[], 2).abs() < 1e-9);
    }

    #[test]
    fn a_time_has_the_unit_that_people_use() {
        let words = [0.2, 3.04, 30.2, 149.0, 600.0, 9_000.0].map(in_words);
        let expected =
            ["less than a second", "about 3.0 s", "about 30 s", "about 149 s", "about 10 min", "about 2.5 h"];
        assert_eq!(words, expected);
    }
}
