//! The program as a whole: help, versions, words it does not know.

use crate::Session;

#[test]
fn help_teaches_with_examples() {
    let session = Session::new();
    let help = session.run("--help");
    help.ends_with(0).prints("Exit codes:").prints("harness run experiments/efficient.yaml").is_calm();
    session.run("run --help").ends_with(0).prints("--only <AXIS=VALUE[,…]>").prints("Examples:").is_calm();
    session.run("setup maelstrom --help").ends_with(0).prints("--from <FILE|URL>").prints("Examples:").is_calm();
    session.run("doctor --help").ends_with(0).is_calm();
}

#[test]
fn the_version_is_the_packages() {
    Session::new().run("--version").ends_with(0).prints(env!("CARGO_PKG_VERSION")).is_calm();
}

#[test]
fn words_it_does_not_know_end_with_2_and_a_hint() {
    let session = Session::new();
    session.run("").ends_with(2).says("Usage:").prints_nothing().is_calm();
    session.run("rum x.yaml").ends_with(2).says("run").prints_nothing().is_calm();
    session.run("run").ends_with(2).says("<EXPERIMENT>").prints_nothing().is_calm();
    session.run("run x.yaml --jobs 0").ends_with(2).says("--jobs").prints_nothing().is_calm();
    session.run("run x.yaml --engine jepsen").ends_with(2).says("embedded").prints_nothing().is_calm();
}
