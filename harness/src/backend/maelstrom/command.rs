//! Options as Maelstrom's command line, and how long such a test may take (semantics, sections 1.2 and 11).

use std::time::Duration;

use camino::Utf8Path;
use engine::{Distribution, Latency, Nemesis, Options, Topology};

/// An option that Maelstrom's command line cannot say.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("Maelstrom cannot run `{option}: {value}`: {expected}; change it, or use `--engine embedded`")]
pub(crate) struct Inexpressible {
    /// Its name in an experiment.
    option: &'static str,
    value: String,
    /// What would be possible.
    expected: &'static str,
}

/// The arguments of `maelstrom`.
pub(super) fn arguments(options: &Options, bin: &Utf8Path, args: &[String]) -> Result<Vec<String>, Inexpressible> {
    let mut line: Vec<String> = vec!["test".to_owned()];
    let mut flag = |name: &str, value: String| line.extend([name.to_owned(), value]);
    flag("-w", options.workload.to_string());
    flag("--bin", bin.to_string());
    if options.nodes == Options::numbered_nodes(options.node_count()) {
        flag("--node-count", options.nodes.len().to_string());
    } else {
        flag("--nodes", options.nodes.join(","));
    }
    flag("--time-limit", time_limit(options)?);
    flag("--rate", options.rate.to_string());
    flag("--concurrency", options.concurrency.to_string());
    flag("--latency", options.latency.mean_ms.to_string());
    flag("--latency-dist", distribution(options)?);
    flag("--topology", topology(&options.topology)?);
    if options.nemesis.iter().any(|nemesis| !nemesis.is_maelstroms()) {
        let expected = "it has `partition` alone; engines embedded and simulated have the others";
        return Err(Inexpressible { option: "nemesis", value: options.nemesis.to_string(), expected });
    }
    if !options.process_delay_of.is_empty() {
        let names: Vec<&str> = options.process_delay_of.keys().map(String::as_str).collect();
        let expected = "its JVM takes what it takes; engines embedded and simulated can slow a node down";
        return Err(Inexpressible { option: "process-delay-of", value: names.join(", "), expected });
    }
    if options.nemesis == Nemesis::Partition.into() {
        let interval = options.nemesis_interval;
        if interval.as_nanos() == 0 {
            let expected = "it must be longer than nothing";
            return Err(Inexpressible { option: "nemesis-interval", value: interval.to_string(), expected });
        }
        flag("--nemesis", "partition".to_owned());
        flag("--nemesis-interval", interval.as_secs_f64().to_string());
    }
    if let Some(availability) = options.availability {
        flag("--availability", availability.to_string());
    }
    if !args.is_empty() {
        line.push("--".to_owned());
        line.extend_from_slice(args);
    }
    Ok(line)
}

/// Far longer than any run takes on a slow, busy machine, so that only one that hangs meets it: the bounds of all phases
/// but the main one three times over, the main phase, and for the analysis a tenth of a second for each operation.
pub(super) fn deadline(options: &Options) -> Duration {
    let main = Duration::from(options.time_limit);
    let operations = options.rate * main.as_secs_f64();
    main + BOUNDED * 3 + Duration::from_secs_f64((operations / 10.0).clamp(10.0, 3600.0))
}

fn time_limit(options: &Options) -> Result<String, Inexpressible> {
    let nanos = options.time_limit.as_nanos();
    if nanos > 0 && nanos.is_multiple_of(1_000_000_000) {
        return Ok((nanos / 1_000_000_000).to_string());
    }
    let expected = "it takes whole seconds, at least one";
    Err(Inexpressible { option: "time-limit", value: options.time_limit.to_string(), expected })
}

fn distribution(options: &Options) -> Result<String, Inexpressible> {
    let Latency { mean_ms, distribution } = options.latency;
    if mean_ms == 0 && distribution != Distribution::Constant {
        let expected = "a latency of 0 can only be `constant`";
        return Err(Inexpressible { option: "latency-dist", value: distribution.to_string(), expected });
    }
    Ok(distribution.to_string())
}

fn topology(topology: &Topology) -> Result<String, Inexpressible> {
    let value = topology.to_string();
    let expected =
        "it offers grid, line, total and trees alone; engines embedded and simulated can offer what you draw";
    match topology {
        Topology::Custom(_) => Err(Inexpressible { option: "topology", value, expected }),
        _ => Ok(value),
    }
}

/// JVM 10 s, init 10 s, topology 5 s, drain 5 s, quiet 10 s, final reads 5 s, teardown 7 s.
const BOUNDED: Duration = Duration::from_secs(52);

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{Availability, Concurrency, Workload};

    fn line(options: &Options, args: &[&str]) -> String {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        arguments(options, Utf8Path::new("/bin/node"), &args).unwrap().join(" ")
    }

    #[test]
    fn every_option_has_its_flag() {
        assert_eq!(
            line(&Options::default(), &[]),
            "test -w broadcast --bin /bin/node --node-count 5 --time-limit 60 --rate 5 --concurrency 1n --latency 0 \
             --latency-dist constant --topology grid"
        );
        let options = Options {
            workload: Workload::Echo,
            nodes: vec!["a".into(), "b".into()],
            time_limit: protocol::Duration::from_secs(20),
            rate: 0.5,
            concurrency: Concurrency::Total(4),
            latency: Latency { mean_ms: 100, distribution: Distribution::Exponential },
            process_delay: engine::ProcessDelay::NONE,
            process_delay_of: std::collections::BTreeMap::new(),
            topology: Topology::Tree4,
            nemesis: Nemesis::Partition.into(),
            nemesis_interval: protocol::Duration::from_millis(2500),
            cuts: Vec::new(),
            availability: Some(Availability::AtLeast(0.9)),
            seed: 7,
            rules: engine::Rules::default(),
        };
        assert_eq!(
            line(&options, &["--fast", "x y"]),
            "test -w echo --bin /bin/node --nodes a,b --time-limit 20 --rate 0.5 --concurrency 4 --latency 100 \
             --latency-dist exponential --topology tree4 --nemesis partition --nemesis-interval 2.5 --availability 0.9 \
             -- --fast x y"
        );
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        let refused = |options: &Options| arguments(options, Utf8Path::new("/x"), &[]).unwrap_err().to_string();
        let half = Options { time_limit: protocol::Duration::from_millis(1500), ..Options::default() };
        assert!(refused(&half).starts_with("Maelstrom cannot run `time-limit: 1500ms`: it takes whole seconds"));
        let nothing = Latency { mean_ms: 0, distribution: Distribution::Uniform };
        assert!(refused(&Options { latency: nothing, ..Options::default() }).contains("`latency-dist: uniform`"));
        let restless = Options {
            nemesis: Nemesis::Partition.into(),
            nemesis_interval: protocol::Duration::ZERO,
            ..Options::default()
        };
        assert!(refused(&restless).contains("`nemesis-interval: 0ms`"));
        let drawn = engine::Custom { name: "mine".into(), neighbours: std::collections::BTreeMap::new() };
        let mine = Options { topology: Topology::Custom(drawn), ..Options::default() };
        assert!(refused(&mine).starts_with("Maelstrom cannot run `topology: mine`: it offers grid, line"));
    }

    #[test]
    fn the_deadline_leaves_room() {
        let challenge = Options { time_limit: protocol::Duration::from_secs(20), rate: 100.0, ..Options::default() };
        assert_eq!(deadline(&challenge).as_secs(), 20 + 156 + 200);
        assert!(deadline(&Options { rate: f64::MAX, ..challenge }).as_secs() < 4000);
    }
}
