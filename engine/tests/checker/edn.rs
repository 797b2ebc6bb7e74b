//! How histories are written.

use engine::edn;

use crate::text;

#[test]
fn every_op_is_written_as_maelstrom_writes_it() {
    text::check(include_str!("edn.txt"), |case| edn::history(&case.history));
}
