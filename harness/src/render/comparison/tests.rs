//! What a comparison looks like, in every form.

use super::*;
use crate::compare::{Question, Side};
use crate::figure::Figure;
use crate::outcome::Record;
use crate::sample;

/// The sample plan's cells, `repeat` runs each; star without relay is changed by this.
fn side(label: &str, repeat: u32, change: impl Fn(&mut Record)) -> Side {
    let plan = sample::plan(repeat);
    let mut records = Vec::new();
    for cell in &plan.cells {
        for repetition in 0..repeat {
            let mut record = sample::record(cell, repetition);
            record.options.seed = repetition.into();
            let median = 386.0 + f64::from(repetition % 5);
            record.outcome.figures.set(Figure::StableLatencyMedian, median);
            if cell.name == "topology=star,relay-to-master=off" {
                change(&mut record);
            }
            records.push(record);
        }
    }
    Side::of(label, &format!("store/{label}"), &records)
}

fn slower(record: &mut Record) {
    record.options.rate = 50.0;
    let median = record.outcome.figures.value(Figure::StableLatencyMedian).unwrap();
    record.outcome.figures.set(Figure::StableLatencyMedian, median + 40.0);
    record.outcome.figures.set(Figure::MsgsPerBroadcast, 51.88);
}

fn compared(sides: &[Side]) -> Comparison {
    let question = Question { reference: 0, figures: Question::FIGURES.to_vec(), alpha: Question::ALPHA };
    Comparison::of(sides, &question).unwrap()
}

const PLAIN: Look = Look { width: 120, is_coloured: false };

#[test]
fn the_table_names_what_changed_and_nothing_else() {
    let comparison = compared(&[side("before", 8, |_| ()), side("after", 8, slower)]);
    let conditions = ["median > +5%", "max > +5%"].map(|text| Condition::parse(text).unwrap());
    let page = Page::of(&comparison, Layout::PerFigure, Shown::Changes, &conditions);
    assert_eq!(page.status, ExitStatus::No);
    insta::assert_snapshot!(page.table(PLAIN));
    insta::assert_snapshot!("markdown", page.markdown());
    insta::assert_snapshot!("junit", junit(&page));
}

#[test]
fn every_form_says_the_same() {
    let comparison = compared(&[side("a|b", 8, |_| ()), side("=c\u{1b}[2J", 8, slower)]);
    let conditions = [Condition::parse("median > +5%").unwrap()];
    let page = Page::of(&comparison, Layout::PerFigure, Shown::Changes, &conditions);
    let why = "stable-latency.median is 428 ms on";
    let json: serde_json::Value = serde_json::from_str(&json(&page)).unwrap();
    assert_eq!(json["held"][0]["cell"], "topology=star,relay-to-master=off");
    assert_eq!((&json["exit-code"], &json["comparison"]["sides"][1]["label"]), (&1.into(), &"=c\u{1b}[2J".into()));
    assert!(page.table(PLAIN).contains(why) && junit(&page).contains(why) && page.markdown().contains(why));
    for text in [page.table(PLAIN), page.markdown(), junit(&page)] {
        assert!(!text.contains('\u{1b}') && text.contains("u{1b}"), "{text}");
    }
    let csv = csv(&page);
    assert!(csv.contains(",'=c\\u{1b}[2J,"), "{csv}");
    let line = csv.lines().find(|line| line.contains("star,off,stable-latency.median,'=c")).unwrap();
    assert!(line.contains(",8,428,") && line.contains(",differs,"), "{line}");
}

#[test]
fn without_repetitions_the_reader_is_told() {
    let comparison = compared(&[side("before", 1, |_| ()), side("after", 1, slower)]);
    let page = Page::of(&comparison, Layout::PerFigure, Shown::Changes, &[]);
    insta::assert_snapshot!(page.table(PLAIN));
}

#[test]
fn three_sides_with_a_cell_a_row() {
    let mut short = side("short", 3, slower);
    short.cells.truncate(3);
    let question =
        Question { reference: 1, figures: vec![Figure::MsgsPerOp, Figure::StableLatencyMedian], alpha: 0.05 };
    let comparison = Comparison::of(&[short, side("before", 3, |_| ()), side("after", 3, slower)], &question).unwrap();
    let page = Page::of(&comparison, Layout::PerCell, Shown::Changes, &[]);
    insta::assert_snapshot!(page.table(PLAIN));
    let narrow = page.table(Look { width: 72, ..PLAIN });
    assert!(narrow.contains("left out for want of width: p"), "{narrow}");
}
