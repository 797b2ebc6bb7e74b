//! Every results.edn that real Maelstrom wrote, good and failing, and what is read from it.

use std::collections::BTreeSet;
use std::fs;

use crate::recordings::Recording;
use camino::Utf8Path;
use harness::figure::Figure;
use harness::outcome::{Finding, Validity};
use harness::results::{self, maelstrom};

#[test]
fn every_recorded_results_edn_says_what_was_measured() {
    let mut read = 0;
    for recording in Recording::all() {
        let name = &recording.name;
        let measured = recording.measured();
        let Some(text) = recording.results() else {
            assert!([255, 254, 0].contains(&measured["exit"].as_i64().unwrap()), "{name}");
            continue;
        };
        let results = maelstrom::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let valid = if measured["valid"].as_bool().unwrap() { Validity::Valid } else { Validity::Invalid };
        assert_eq!(results.validity, valid, "{name}");
        assert_eq!(results.findings, [], "{name}");
        let figure = |figure| results.figures.value(figure);
        for figure_name in [Figure::MsgsPerOp, Figure::ServerMsgsPerOp, Figure::MsgsPerBroadcast] {
            let expected = measured[figure_name.name()].as_f64();
            let found = figure(figure_name).filter(|_| expected.is_some() || figure_name != Figure::MsgsPerBroadcast);
            assert_eq!(found.is_some(), expected.is_some(), "{name} {figure_name}");
            assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() <= 0.005_001, "{name} {figure_name}");
        }
        let latencies = [
            Figure::StableLatencyMin,
            Figure::StableLatencyMedian,
            Figure::StableLatencyP95,
            Figure::StableLatencyP99,
            Figure::StableLatencyMax,
        ];
        for (at, latency) in latencies.into_iter().enumerate() {
            assert_eq!(figure(latency), measured["stable-latencies"][at].as_f64(), "{name} {latency}");
        }
        let ended: Vec<f64> = measured["ops"].as_array().unwrap().iter().map(|ops| ops.as_f64().unwrap()).collect();
        assert_eq!(figure(Figure::Operations), Some(ended.iter().sum()), "{name}");
        let fraction = ended[0] / ended.iter().sum::<f64>();
        assert!((figure(Figure::OkFraction).unwrap() - fraction).abs() < 1e-6, "{name}");
        read += 1;
    }
    assert_eq!(read, 42);
}

/// A directory as an engine leaves it.
fn directory(recording: &Recording) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("results.edn"), recording.results().unwrap()).unwrap();
    if let Some(history) = recording.history() {
        fs::write(directory.path().join("history.edn"), history).unwrap();
    }
    directory
}

fn path(directory: &tempfile::TempDir) -> &Utf8Path {
    Utf8Path::from_path(directory.path()).unwrap()
}

fn recording(name: &str) -> Recording {
    Recording::all().into_iter().find(|recording| recording.name == name).unwrap()
}

#[test]
fn histories_give_the_client_latencies_that_were_measured() {
    let mut read = 0;
    for recording in Recording::all() {
        if recording.results().is_none() || recording.history().is_none() {
            continue;
        }
        let Some(options) = recording.options() else { continue };
        let name = &recording.name;
        let directory = directory(&recording);
        let reading = results::read(path(&directory), &options).unwrap_or_else(|error| panic!("{name}: {error}"));
        let measured = recording.measured();
        let latencies = [Figure::ClientLatencyMedian, Figure::ClientLatencyP95, Figure::ClientLatencyP99];
        for (at, latency) in latencies.into_iter().enumerate() {
            let (found, expected) = (reading.figures.value(latency), measured["client-latencies"][at].as_f64());
            assert!((found.unwrap() - expected.unwrap()).abs() <= 0.06, "{name} {latency}: {found:?} {expected:?}");
        }
        // What the history counts is what results.edn counts.
        let ops: f64 = measured["ops"].as_array().unwrap().iter().map(|ops| ops.as_f64().unwrap()).sum();
        assert_eq!(reading.figures.value(Figure::Operations), Some(ops), "{name}");
        read += 1;
    }
    assert!(read >= 20, "{read}");
}

#[test]
fn a_good_run_lacks_nothing_but_what_only_messages_tell() {
    let recording = recording("a-3d-4");
    let directory = directory(&recording);
    let reading = results::read(path(&directory), &recording.options().unwrap()).unwrap();
    assert_eq!((reading.validity, reading.findings.as_slice()), (Validity::Valid, [].as_slice()));
    assert!(reading.missing.is_empty());
    assert_eq!(reading.figures.value(Figure::Missing), Some(0.0));
    let absent: BTreeSet<&str> =
        Figure::ALL.into_iter().filter(|figure| reading.figures.value(*figure).is_none()).map(Figure::name).collect();
    let of_messages = ["propagation.max", "propagation.median", "propagation.p95", "propagation.p99"];
    assert_eq!(absent, BTreeSet::from(of_messages));
}

#[test]
fn values_that_single_nodes_lack_are_found() {
    let recording = recording("d-dropper");
    let directory = directory(&recording);
    let reading = results::read(path(&directory), &recording.options().unwrap()).unwrap();
    assert_eq!(reading.validity, Validity::Invalid);
    assert!(reading.findings.iter().any(|finding| matches!(finding, Finding::MissingButStable { values: 1.., .. })));
    assert!(reading.figures.value(Figure::Missing) > reading.figures.value(Figure::Lost));
    assert_eq!(reading.missing.len(), 5, "{:?}", reading.missing);
}

#[test]
fn a_node_without_a_final_read_is_named() {
    let recording = recording("d-garbage-mid");
    let directory = directory(&recording);
    let reading = results::read(path(&directory), &recording.options().unwrap()).unwrap();
    assert_eq!(reading.validity, Validity::Valid);
    let note = reading.findings.iter().find_map(|finding| match finding {
        Finding::Note { text } => Some(text.as_str()),
        _ => None,
    });
    assert!(note.is_some_and(|note| note.starts_with("no final read succeeded on n")), "{:?}", reading.findings);
}

#[test]
fn without_a_history_the_results_are_read_all_the_same() {
    let recording = recording("a-3d-6");
    assert!(recording.history().is_none());
    let directory = directory(&recording);
    let reading = results::read(path(&directory), &recording.options().unwrap()).unwrap();
    assert_eq!(reading.validity, Validity::Valid);
    assert!(matches!(&reading.findings[..], [Finding::NotJudged { part, .. }] if part == "history"));
    assert_eq!(reading.figures.value(Figure::ClientLatencyMedian), None);
    assert!(reading.figures.value(Figure::MsgsPerOp).is_some());
}

#[test]
fn files_that_are_broken_are_named_with_the_place() {
    let good = recording("e-echo").results().unwrap();
    let options = recording("e-echo").options().unwrap();
    let deep = format!("{{:workload {}", "[".repeat(100_000));
    let cases: [(&[u8], &str); 6] = [
        (&good.as_bytes()[..200], "cut short"),
        (b"", "there is nothing here"),
        (b"\x7fELF\x02\x01", "expected a map"),
        (b"{:workload \"\xff\"}", "line 1, column 13: byte 0xff is not text"),
        (deep.as_bytes(), "nest deeper than"),
        (b"Everything looks good!", "expected a map"),
    ];
    for (content, expected) in cases {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("results.edn"), content).unwrap();
        let error = results::read(path(&directory), &options).unwrap_err().to_string();
        assert!(error.contains("results.edn`, line ") && error.contains(expected), "{error}");
    }
    let nothing = tempfile::tempdir().unwrap();
    let error = results::read(path(&nothing), &options).unwrap_err().to_string();
    assert!(error.starts_with("cannot read `") && error.ends_with("results.edn`"), "{error}");
}

#[test]
fn a_history_of_another_workload_says_so() {
    let error = results::history::read(&recording("demo-ruby-g-set").history().unwrap()).unwrap_err();
    assert!(error.to_string().contains("`:add` belongs to a workload that is not known here"), "{error}");
}
