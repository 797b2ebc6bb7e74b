//! `harness run` before anything runs: files that are not there, stores that take nothing.

use crate::Session;

#[test]
fn a_missing_experiment_is_named() {
    let session = Session::new();
    let ended = session.run("run experiments/none.yaml");
    ended.ends_with(2).says("experiments/none.yaml").prints_nothing().is_calm();
    assert!(!session.has("store"), "nothing was run");
}
