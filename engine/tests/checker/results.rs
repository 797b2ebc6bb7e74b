//! The whole results, as they are written.

use engine::edn;
use engine::results::{judge, rejudge};

use crate::text;

#[test]
fn results_have_maelstroms_shape() {
    text::check(include_str!("results.txt"), |case| {
        let results = judge(&case.history, &case.journal, &case.options);
        let results = if let Some(why) = &case.crashed { results.crashed(why) } else { results };
        edn::results(&results)
    });
}

#[test]
fn a_recorded_history_is_judged_without_message_counts() {
    text::check(include_str!("results.txt"), |case| {
        // All but the counts must be the same, so they are put back.
        let whole = judge(&case.history, &case.journal, &case.options);
        let again = rejudge(&case.history, &case.options);
        assert!(again.net.is_none());
        assert!(!edn::results(&again).contains(":net"));
        let error = case.crashed.clone();
        edn::results(&engine::results::Results { net: whole.net, error, ..again })
    });
}
