//! Whole pages: what they say of runs that are not as they should be.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::*;
use crate::figure::Figure;
use crate::latencies::Source;
use crate::render::table::Look;
use crate::sample;

fn measured(repeat: u32) -> Measured {
    let (plan, about) = (sample::plan(repeat), sample::about(repeat));
    let of_cell = |cell| (0..repeat).map(move |repetition| sample::record(cell, repetition));
    let records = plan.cells.iter().flat_map(of_cell).collect();
    let directory = Utf8PathBuf::from("store/efficient/20261122T191538Z");
    Measured { label: "efficient".into(), directory, about, records, skipped: Vec::new() }
}

fn shown(measured: &Measured) -> Shown<'_> {
    let summary = Summary::of(&measured.about, &measured.records, &measured.directory, None);
    Shown { measured, summary, latencies: BTreeMap::new() }
}

fn page_of(measured: &Measured) -> String {
    page(&[shown(measured)], "made")
}

/// Broadcasts wait that much longer than reads.
fn waited(later: f64) -> Latencies {
    let reads: Vec<f64> = (0..400).map(|k| f64::from(k) / 4.0).collect();
    let broadcasts = reads.iter().map(|wait| wait + later).collect();
    Latencies { repetition: 0, seed: 0, source: Source::Recorded, stable: vec![1.0, 2.0], broadcasts, reads }
}

#[test]
fn an_acknowledgement_that_is_held_back_is_told_on_the_page_and_in_the_terminal() {
    let mut measured = measured(1);
    measured.about.cells.iter_mut().for_each(|cell| cell.options.latency.mean_ms = 100);
    let mut run = shown(&measured);
    run.latencies = measured.about.cells.iter().map(|cell| (cell.cell.as_str(), waited(0.0))).collect();
    let text = |run: &Shown<'_>| plain::text(run, Look { width: 100, is_coloured: false });
    assert!(page(std::slice::from_ref(&run), "made").contains("no acknowledgement is held back"));
    assert!(!text(&run).contains("acknowledged"));
    run.latencies.insert(&measured.about.cells[3].cell, waited(70.0));
    let found = page(std::slice::from_ref(&run), "made");
    assert_eq!(found.matches("class=\"flag\"").count(), 1);
    assert!(found.contains("<b>! topology=star,relay-to-master=on</b>: broadcasts are acknowledged 70 ms later"));
    assert!(text(&run).contains("\n! topology=star,relay-to-master=on: broadcasts are acknowledged 70 ms later"));
}

#[test]
fn names_and_last_words_are_text() {
    let mut measured = measured(1);
    let nasty = "\"><script>x</script>";
    measured.label = nasty.into();
    measured.about.experiment = nasty.into();
    measured.about.description = nasty.into();
    measured.about.command = vec![nasty.into()];
    measured.about.axes[0] = nasty.into();
    measured.about.cells[1].axes[0].1 = nasty.into();
    measured.records[2].outcome.crash = Some(nasty.into());
    let twice = [shown(&measured), shown(&measured)];
    for found in [page(&twice[..1], nasty), page(&twice, nasty)] {
        assert_eq!(found.matches("<script").count(), 1, "the page's own");
        assert!(found.contains("&lt;script&gt;x&lt;/script&gt;"));
    }
}

#[test]
fn a_run_that_measured_nothing_is_a_page_too() {
    let mut measured = measured(3);
    measured.records.clear();
    let found = page_of(&measured);
    assert!(found.contains("? not known") && found.contains("not run"), "{found}");
    assert!(found.contains("No run of this experiment has a stable latency"));
    measured.about.cells.clear();
    assert!(page_of(&measured).contains("0 of 0 were measured"));
}

#[test]
fn where_nothing_was_asked_nothing_passes() {
    let mut measured = measured(1);
    measured.about.cells.iter_mut().for_each(|cell| cell.required = false);
    let found = page_of(&measured);
    assert!(found.contains("<title>efficient: measured</title>") && found.contains("class=\"verdict plain\""));
}

#[test]
fn a_few_repetitions_have_a_mark_each_and_many_a_range() {
    let spread = |measured: &Measured| {
        let found = page_of(measured);
        let section = found.split("Spread over").nth(1).and_then(|rest| rest.split("</section>").next());
        section.expect("repetitions spread").to_owned()
    };
    let mut few = measured(5);
    few.records[7].outcome.figures.set(Figure::StableLatencyMax, 530.0);
    let found = spread(&few);
    assert_eq!(found.matches("class=\"run s").count(), 3 * 6 * 5, "three figures, six cells, five runs");
    let found = spread(&measured(60));
    assert_eq!((found.matches("class=\"run s").count(), found.matches("class=\"most s").count()), (18, 18));
}

#[test]
fn quantiles_are_marked_where_values_are_not_known() {
    let found = page_of(&measured(1));
    assert_eq!((found.matches("class=\"quantile s").count(), found.matches("class=\"guess s").count()), (30, 6));
    assert!(found.contains("nothing is known between them"));
}
