//! The forms of an answer, against each other: whatever one of them says, all say.

use camino::Utf8Path;

use super::super::*;
use crate::outcome::{Finding, Validity};
use crate::sample;

/// A plan with every kind of verdict, and names that other languages would take for their own.
fn odd() -> (About, Vec<Record>) {
    let (plan, mut about) = (sample::plan(1), sample::about(1));
    let mut records: Vec<Record> = plan.cells.iter().map(|cell| sample::record(cell, 0)).collect();
    for (place, odd) in ["=cmd|' /C'!A0", "a|b*_`<img>", "\u{1b}[2J::error::x"].into_iter().enumerate() {
        about.cells[place + 2].axes[0].1 = odd.to_owned();
        records[place + 2].axes[0].1 = odd.to_owned();
    }
    records[2].outcome = sample::outcome(40.0, 500.0, 700.0);
    records[3].outcome.crash =
        Some("node `n3` exited; its last words:\n\u{1b}]0;title\u{7}<out> & of ]]> cheese | 100%\n".into());
    records[4].outcome.validity = Validity::Invalid;
    records[5].outcome.findings = vec![Finding::Late { p50_ms: 1.0, p99_ms: 19.0, max_ms: 22.0, bound_ms: 10.0 }];
    (about, records)
}

const FILE: &str = "name: x\nlimits:\n  msgs-per-op: \"< 30\"\n  stable-latency.max: \"< 600ms\"\n";

/// Every form's text, by name.
fn forms(summary: &Summary<'_>) -> Vec<(&'static str, String)> {
    let source = annotation::Source { path: Utf8Path::new("experiments/x.yaml"), text: FILE };
    let annotations = annotation::of_summary(summary, Some(source));
    vec![
        ("table", table::table(summary, table::Look { width: 160, is_coloured: false })),
        ("json", json::json(summary)),
        ("junit", junit::junit(summary)),
        ("markdown", markdown::markdown(summary)),
        ("csv", csv::csv(summary)),
        ("annotations", annotations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    ]
}

#[test]
fn junit_markdown_and_annotations_say_the_same_as_the_table() {
    let (about, records) = odd();
    let summary = Summary::of(&about, &records, Utf8Path::new("store/x"), Some(31.0));
    let forms = forms(&summary);
    for row in &summary.rows {
        for reason in reasons(&summary, row) {
            let first = reason.lines().next().unwrap();
            let is_said = |name: &str, text: &str| match name {
                "markdown" => text.contains(&escape::markdown(first)),
                "junit" => text.contains(&first.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")),
                "annotations" => text.contains(&escape::annotation(first)),
                // The data have the numbers, not the words.
                "json" => true,
                "csv" => text.contains(&first.replace('"', "\"\"")),
                _ => text.contains(first),
            };
            for (name, text) in &forms {
                assert!(is_said(name, text), "{name} lacks `{first}`:\n{text}");
            }
        }
    }
    let of = |wanted: &str| forms.iter().find(|(name, _)| *name == wanted).unwrap().1.as_str();
    // Four cells are required: one exceeds, one crashed, one is invalid, one passes.
    assert!(of("junit").contains(r#"tests="6" skipped="2" failures="2" errors="1""#), "{}", of("junit"));
    assert!(of("markdown").contains(&escape::markdown(&summary.answer)));
    let errors = of("annotations").lines().filter(|line| line.starts_with("::error ")).count();
    assert_eq!(errors, 5, "three limits, a crash, an invalid run");
    insta::assert_snapshot!("junit", of("junit"));
    insta::assert_snapshot!("markdown", of("markdown"));
    insta::assert_snapshot!("annotations", of("annotations"));
}

#[test]
fn no_name_is_taken_for_a_command() {
    let (about, records) = odd();
    let summary = Summary::of(&about, &records, Utf8Path::new("store/x"), Some(31.0));
    for (name, text) in forms(&summary) {
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{name} passes a control character on:\n{text:?}");
        match name {
            "csv" => assert!(text.contains(",'=cmd|' /C'!A0,"), "{text}"),
            "markdown" => assert!(text.contains("a\\|b\\*\\_\\`&lt;img&gt;") && !text.contains("<out>"), "{text}"),
            "annotations" => assert!(text.lines().all(|line| line.starts_with("::")), "{text}"),
            "junit" => assert!(!text.contains("<out>") && !text.contains("]]>"), "{text}"),
            "json" => drop(serde_json::from_str::<serde_json::Value>(&text).unwrap()),
            _ => assert!(text.contains("\\u{1b}[2J"), "{text}"),
        }
    }
}

#[test]
fn an_annotation_points_to_its_limit() {
    let source = annotation::Source { path: Utf8Path::new("x.yaml"), text: FILE };
    let (about, records) = odd();
    let summary = Summary::of(&about, &records, Utf8Path::new("store/x"), None);
    let lines: Vec<String> = annotation::of_summary(&summary, Some(source)).iter().map(ToString::to_string).collect();
    assert!(lines[0].starts_with("::error file=x.yaml,line=3,title="), "{lines:?}");
    assert!(lines[0].contains("::msgs-per-op is 40.00"), "{lines:?}");
    assert!(lines[2].starts_with("::error file=x.yaml,line=4,"), "{lines:?}");
    assert!(lines[3].contains("100%25"), "{lines:?}");
    assert!(annotation::of_summary(&summary, None)[0].to_string().starts_with("::error title="));
}

#[test]
fn more_than_github_shows_are_counted() {
    let (mut about, mut records) = odd();
    let many = 30;
    let (cell, record) = (about.cells[2].clone(), records[2].clone());
    (about.cells, records) = (Vec::new(), Vec::new());
    for number in 0..many {
        let name = format!("cell-{number}");
        about.cells.push(AboutCell { cell: name.clone(), ..cell.clone() });
        records.push(Record { cell: name, ..record.clone() });
    }
    let summary = Summary::of(&about, &records, Utf8Path::new("store/x"), None);
    let lines: Vec<String> = annotation::of_summary(&summary, None).iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 10);
    assert_eq!(lines[9], "::error title=harness::81 more: the summary of the job has them all");
}

#[test]
fn a_flaky_cell_is_flaky_in_every_form() {
    let (about, mut records) = odd();
    let figures = records[5].outcome.figures.clone();
    records[5].outcome.findings = vec![Finding::Flaky { attempt: 1, p99_ms: 19.0, bound_ms: 10.0, figures }];
    let summary = Summary::of(&about, &records, Utf8Path::new("store/x"), None);
    assert!(summary.rows[5].judgement.flaky && !summary.rows[5].judgement.unreliable);
    for (name, text) in forms(&summary) {
        let told = match name {
            "annotations" => {
                "::warning file=experiments/x.yaml,line=1,title=topology=n12-tree%2Crelay-to-master=on::FLAKY"
            }
            "csv" => "\"topology=n12-tree,relay-to-master=on\",n12-tree,on,1,pass,0,1,1,",
            "json" => "\"flaky\": true",
            "junit" => "<flakyFailure message=\"FLAKY: attempt 1 was 19.0 ms late (p99)",
            "markdown" => "pass \\* FLAKY",
            _ => "pass * FLAKY",
        };
        assert!(text.contains(told), "{name} lacks `{told}`:\n{text}");
    }
}

/// Every key of a form that is not itself a name of something measured.
fn keys(value: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                found.insert(key.clone());
                let has_names_for_keys = ["axes", "figures", "missing", "options"].contains(&key.as_str());
                let below = if key == "spread" && value.get("count").is_none() {
                    value.as_object().and_then(|spread| spread.values().next())
                } else {
                    Some(value).filter(|value| !(has_names_for_keys && value.is_object()))
                };
                if let Some(value) = below {
                    keys(value, found);
                }
            }
        }
        serde_json::Value::Array(values) => {
            for value in values {
                keys(value, found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_page_on_exports_names_every_key() {
    let page = include_str!("../../../EXPORTS.md");
    let (about, records) = odd();
    let mut summary = Summary::of(&about, &records, Utf8Path::new("store/x"), Some(31.0));
    let regressed = Regressed {
        figure: Figure::MsgsPerOp,
        baseline: "main".into(),
        before: 1.0,
        after: 2.0,
        runs: 1,
        allowed: "+5%".into(),
        proof: None,
    };
    summary.fail(&about.cells[5].cell, regressed);
    let before = crate::compare::Side::of("a", "a", &records);
    let mut slower = records.clone();
    for record in &mut slower {
        record.outcome.figures.set(Figure::MsgsPerOp, 90.0);
    }
    let (after, alpha) = (crate::compare::Side::of("b", "b", &slower[..5]), crate::compare::Question::ALPHA);
    let question = crate::compare::Question { reference: 0, figures: vec![Figure::MsgsPerOp], alpha };
    let comparison = crate::compare::Comparison::of(&[before, after], &question).unwrap();
    let conditions = [crate::compare::Condition::parse("msgs-per-op > +5%").unwrap()];
    let page_of =
        comparison::Page::of(&comparison, comparison::Layout::PerFigure, comparison::Shown::Changes, &conditions);
    assert!(!page_of.held.is_empty());
    let mut found = std::collections::BTreeSet::new();
    for text in [json::json(&summary), comparison::json(&page_of)] {
        keys(&serde_json::from_str(&text).unwrap(), &mut found);
    }
    assert!(found.len() > 60, "{found:?}");
    let silent: Vec<&String> = found.iter().filter(|key| !page.contains(&format!("`{key}`"))).collect();
    assert!(silent.is_empty(), "EXPORTS.md does not name {silent:?}");
}
