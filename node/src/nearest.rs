//! How near a misspelt feature is to one that there is.
//!
//! Absent: which features there are ([`crate::Config`]).

/// How many letters one has to insert, remove or replace to make one name of the other. A part of the known name is as
/// near as can be, and `topology-` in front of it costs nothing, so `relay` and `gird` find what they mean.
pub(crate) fn distance(name: &str, known: &str) -> usize {
    if known.contains(name) {
        return 0;
    }
    let suffix = known.strip_prefix("topology-").unwrap_or(known);
    edits(name, known).min(edits(name, suffix))
}

fn edits(from: &str, into: &str) -> usize {
    let mut row: Vec<usize> = (0..=into.len()).collect();
    for (i, have) in (1..).zip(from.bytes()) {
        let mut diagonal = std::mem::replace(&mut row[0], i);
        for (j, want) in (1..).zip(into.bytes()) {
            let replaced = diagonal + usize::from(have != want);
            diagonal = row[j];
            row[j] = replaced.min(row[j] + 1).min(row[j - 1] + 1);
        }
    }
    row[into.len()]
}
