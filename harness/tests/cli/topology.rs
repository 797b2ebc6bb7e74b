//! `harness topology`: graphs in text, pictures and data.

use serde_json::Value;

use crate::Session;

#[test]
fn one_topology_is_drawn_measured_and_painted() {
    let session = Session::new();
    let ended = session.run("topology n12-tree --svg tree.svg");
    ended.ends_with(0).prints("  n10 ← n11 ← n12 → n13 → n14").prints("4¹ 3² 2² 1¹⁰ 0¹⁰, their squares sum to 52");
    ended.says_only("");
    let picture = std::fs::read_to_string(session.path("tree.svg")).expect("it was written");
    assert!(picture.starts_with("<svg xmlns=") && picture.ends_with("</svg>\n"), "{picture}");
    session.run("topology star --nodes 1000 --root 7").ends_with(0).prints("999¹ 0⁹⁹⁹");
}

#[test]
fn all_of_them_are_a_table_and_data() {
    let session = Session::new();
    session.run("topology").ends_with(0).prints("two-hubs").prints("tree4");
    let ended = session.run("topology tree4 --format json");
    let data: Value = serde_json::from_str(&ended.stdout).expect("it is JSON");
    assert_eq!((&data["known-to"], &data["relay-off"]["ms-until-all"]["most"]), (&"test".into(), &500.into()));
    assert_eq!(data["each-node"].as_array().map(Vec::len), Some(25));
}

#[test]
fn the_claim_is_searched_and_told() {
    let session = Session::new();
    session.run("topology --claim").ends_with(0).prints("969472 trees").prints("The claim does not hold: 42 < 52");
    let ended = session.run("topology --claim --format json");
    let data: Value = serde_json::from_str(&ended.stdout).expect("it is JSON");
    assert_eq!((&data["holds"], &data["searched"][0]["roots"][0]["least-sum-of-squares"]), (&false.into(), &42.into()));
}

#[test]
fn what_is_no_topology_ends_with_2_and_a_hint() {
    let session = Session::new();
    session.run("topology sta").ends_with(2).says("did you mean `star`?").prints_nothing();
    session.run("topology star --root 25").ends_with(2).says("the root is from n0 to n24").prints_nothing();
    session.run("topology star --svg no/such/place.svg").ends_with(2).says("cannot write the picture").prints_nothing();
    session.run("topology --svg x.svg").ends_with(2).says("<NAME>").prints_nothing();
}
