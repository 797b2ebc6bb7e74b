//! What is simulated: options of tests, and the nodes they run on.

use engine::{Concurrency, Distribution, Latency, Options, ProcessDelay, Run, simulate};
use node::{Broadcaster, Config};
use protocol::Duration;

/// The challenge's cell: 25 nodes, 100 ms, 20 s of 100 operations a second.
pub(crate) fn challenge() -> Options {
    Options {
        nodes: Options::numbered_nodes(25),
        time_limit: Duration::from_secs(20),
        rate: 100.0,
        latency: Latency { mean_ms: 100, distribution: Distribution::Constant },
        process_delay: ProcessDelay::NONE,
        seed: 1,
        ..Options::default()
    }
}

/// The same cluster under so many operations that nearly everything it does is messages between nodes.
pub(crate) fn dense() -> Options {
    Options { rate: 1_000.0, concurrency: Concurrency::Total(500), ..challenge() }
}

/// A cluster of that many nodes and a hundred operations, about half of them broadcasts. One client for each of at most 25
/// nodes, so that the final reads do not outweigh everything else.
pub(crate) fn growth(nodes: u32) -> Options {
    Options {
        nodes: Options::numbered_nodes(nodes),
        concurrency: Concurrency::Total(25),
        time_limit: Duration::from_secs(10),
        rate: 10.0,
        latency: Latency { mean_ms: 10, distribution: Distribution::Constant },
        ..challenge()
    }
}

/// So many seconds of a thousand operations each, on 25 nodes: a history to be judged.
pub(crate) fn history(seconds: u64) -> Options {
    Options { time_limit: Duration::from_secs(seconds), ..dense() }
}

/// Runs a test on nodes of these features.
pub(crate) fn run(options: &Options, features: &[&str]) -> Run {
    let config = Config::named(features).expect("features of the node");
    let run = simulate(options.clone(), |_| Broadcaster::new(config));
    assert_eq!(run.fault, None);
    run
}
