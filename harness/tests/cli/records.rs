//! The designs that the project is proud of keep what their files promise. The files ask for 100 seeds; here are the first of them.

use crate::Session;

#[test]
fn the_records_stand() {
    for record in ["records-3d", "records-3e", "records-unbatched", "records-safe"] {
        let session = Session::new();
        let file = format!("{}/../experiments/{record}.yaml", env!("CARGO_MANIFEST_DIR"));
        session.run_words(&["run", &file, "--seeds", "8"]).ends_with(0);
    }
}

/// The file asks for real processes; the same cells under the virtual clock.
#[test]
fn the_front_loses_nothing_under_partition() {
    let session = Session::new();
    let file = format!("{}/../experiments/front-partition.yaml", env!("CARGO_MANIFEST_DIR"));
    session.run_words(&["run", &file, "--engine", "simulated"]).ends_with(0).prints("23 of 23");
}

/// A limit that nothing can break holds nobody to anything.
#[test]
fn a_worse_design_is_no_record() {
    let session = Session::new();
    for (record, from, into) in [
        ("records-3d", "450ms", "350ms"),
        ("records-3d", "450ms", "500ms"),
        ("records-3e", "acks-piggyback", "acks-cumulative"),
        ("records-unbatched", "acks-piggyback", "acks-each"),
    ] {
        let file = format!("{}/../experiments/{record}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&file).expect("it is shipped");
        assert!(text.contains(from), "{record} has no {from}");
        std::fs::write(session.path("worse.yaml"), text.replace(from, into)).expect("the directory is ours");
        session.run("run worse.yaml --seeds 4").ends_with(1).prints("above its limit");
    }
}
