//! Our checkers against Jepsen's: every recorded history of a workload that the engine knows is judged again, and must come
//! to what the recorded results.edn says, key for key.

use crate::recordings::Recording;
use engine::results::rejudge;
use harness::results::{edn, history};

/// What the checkers alone decide. Message counts need the journal, which is not recorded.
const JUDGED: [&str; 3] = ["workload", "stats", "availability"];

#[test]
fn recorded_histories_are_judged_as_jepsen_judged_them() {
    let mut judged = 0;
    for recording in Recording::all() {
        let (Some(results), Some(text)) = (recording.results(), recording.history()) else { continue };
        let Some(options) = recording.options() else { continue };
        let name = &recording.name;
        let history = history::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let ours = engine::edn::results(&rejudge(&history, &options));
        let (ours, theirs) = (edn::parts(&ours).unwrap(), edn::parts(&results).unwrap());
        for key in JUDGED {
            let entry = |parts: &[edn::Part<'_>]| {
                let part = parts.iter().find(|part| part.key == key).expect(key);
                part.form.clone().unwrap().value().to_string()
            };
            assert_eq!(entry(&ours), entry(&theirs), "{name} :{key}");
        }
        judged += 1;
    }
    assert!(judged >= 23, "only {judged} histories were judged");
}

#[test]
fn a_recorded_history_is_written_back_byte_for_byte() {
    let mut differing = Vec::new();
    for recording in Recording::all() {
        let Some(text) = recording.history() else { continue };
        if recording.options().is_none() {
            continue;
        }
        let history = history::read(&text).unwrap();
        let ours = engine::edn::history(&history);
        assert!(history::read(&ours).unwrap() == history, "{}", recording.name);
        if ours != text {
            differing.push(recording.name);
        }
    }
    // Only the order of a map's keys, which is Clojure's hash order: the nemesis's cuts, and one reply with other keys.
    let partitions =
        ["b-3d-partition-2", "d-3b-partition", "tutorial-3c-n5-partition-1", "tutorial-3c-n5-partition-interval3"];
    differing.retain(|name| !partitions.contains(&name.as_str()));
    assert_eq!(differing, ["demo-cpp-echo"]);
}
