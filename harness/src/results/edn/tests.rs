//! What Jepsen writes is read whole; what is broken is named with its place.

use super::*;

fn number(text: &str) -> Option<f64> {
    read(text).unwrap().value().number()
}

fn problem(text: &str) -> String {
    parts(text).unwrap_err().to_string()
}

#[test]
fn the_key_after_a_tagged_literal_is_not_lost() {
    let form = read("{:known #jepsen.history.Op{:index 1, :time 2}, :after 3}").unwrap();
    assert_eq!(form.value().entry("after").and_then(Value::integer), Some(3));
    assert_eq!(form.value().entry("known").unwrap().entry("time").and_then(Value::integer), Some(2));
}

#[test]
fn quantiles_have_numbers_for_keys() {
    let form = read("{0 0, 0.5 379, 1 450}").unwrap();
    let at = |q| form.value().at_number(q).and_then(Value::integer);
    assert_eq!([at(0.0), at(0.5), at(1.0), at(0.95)], [Some(0), Some(379), Some(450), None]);
}

#[test]
fn numbers_as_java_prints_them() {
    for (text, value) in [
        ("5.046729", 5.046_729),
        ("8.100446E-5", 8.100_446e-5),
        ("1.2345678E7", 12_345_678.0),
        ("12N", 12.0),
        ("-3", -3.0),
        ("1.5M", 1.5),
        ("1/2", 0.5),
        ("123456789012345678901N", 123_456_789_012_345_680_000.0),
    ] {
        assert_eq!(number(text).map(f64::to_bits), Some(f64::to_bits(value)), "{text}");
    }
    assert_eq!(number("##NaN"), None);
    assert_eq!(read("[##Inf 1N]").unwrap().value().items().unwrap()[1].integer(), Some(1));
}

#[test]
fn strings_as_clojure_prints_them() {
    let text = r#""a\f\b\u00e9\u0022\n\\u0041\"π""#;
    assert_eq!(read(text).unwrap().value().string(), Some("a\u{c}\u{8}é\"\n\\u0041\"π"));
}

#[test]
fn java_words_and_objects_are_forms() {
    let text = r#"{:via [{:type clojure.lang.ExceptionInfo, :at [maelstrom.client$check_body invokeStatic "client.clj" 98]}],
        :object #object[java.lang.Object "0x1a" "java.lang.Object@1a"], :f jepsen$spawn_worker$fn__1$fn__2,
        :b broadcast_BANG_, :i <init>, {:k :msg_id} missing, "s" \c, [1 2] #{"n1" "n4"}, :p \(}"#;
    let parts = parts(text).unwrap();
    assert_eq!(parts.len(), 9);
    assert!(parts.iter().all(|part| part.form.is_ok()), "{parts:?}");
    assert_eq!(parts[5].key, "{:k :msg_id}");
}

#[test]
fn an_entry_that_is_not_edn_costs_only_itself() {
    let text = "{:exceptions {:data {:a b 1}},\n :net 3,\n :twice {:a 1, :a 2}, :valid? true}";
    let parts = parts(text).unwrap();
    let ok: Vec<&str> = parts.iter().filter(|part| part.form.is_ok()).map(|part| part.key).collect();
    assert_eq!(ok, ["net", "valid?"]);
    let twice = parts[2].form.as_ref().unwrap_err();
    assert_eq!((twice.line, twice.problem.contains("Duplicate")), (3, true), "{twice}");
}

#[test]
fn broken_texts_are_named_with_their_place() {
    for (text, expected) in [
        ("", "line 1, column 1: there is nothing here; expected a map `{…}`"),
        (" \n ", "line 2, column 2: there is nothing here; expected a map `{…}`"),
        ("[1]", "line 1, column 1: found `[`; expected a map `{…}`"),
        ("\u{0}ELF", "line 1, column 1: found `\\0`; expected a map `{…}`"),
        ("{:a 1\n :b [1 2", "line 2, column 9: the text ends while a form is open; the file was cut short"),
        ("{:a 1\n :b", "line 2, column 4: the text ends in the middle of a map; the file was cut short"),
        ("{:a \"x", "line 1, column 5: this string has no end; the file was cut short"),
        ("{:a (1 2]}", "line 1, column 9: found `]`; expected `)`"),
    ] {
        assert_eq!(problem(text), expected, "{text:?}");
    }
}

#[test]
fn a_hundred_thousand_levels_are_an_error_and_no_crash() {
    for (open, close) in [("[", "]"), ("{:a ", "}"), ("#{", "}"), ("(", ")")] {
        let error = problem(&format!("{{:a {}1{}}}", open.repeat(100_000), close.repeat(100_000)));
        assert!(error.contains("nest deeper than 500 levels"), "{error}");
    }
    // Tags do not nest: they stand one behind the other.
    let tagged = format!("{{:a {}1}}", "#t ".repeat(100_000));
    let tagged = parts(&tagged).unwrap();
    assert_eq!(tagged[0].form.as_ref().unwrap().value().integer(), Some(1));
    assert!(problem(&format!("{{:a {}", "#t ".repeat(100_000))).contains("cut short"));
}
