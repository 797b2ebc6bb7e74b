//! `process-delay-of`: nodes that take longer for a message than the others, or less: `n12=20ms`, several joined by `+` or as a
//! list.
//!
//! Absent: whether there are such nodes ([`super::cells`]).

use std::collections::BTreeMap;

use super::diagnostic::{Code, Diagnostic, Problems, shown};
use super::option::process_delay;
use super::value::{one_or_more, word};
use super::yaml::{Kind, Node};

/// Means in microseconds, by node.
pub(super) fn read(node: &Node, problems: &mut Problems) -> Option<BTreeMap<String, u64>> {
    let mut own = BTreeMap::new();
    for item in one_or_more(node) {
        let text = word(item, "`process-delay-of`", problems)?;
        for part in text.split('+').map(str::trim).filter(|part| !matches!(*part, "" | "none")) {
            let Some((name, span)) = part.split_once('=') else {
                let title = format!("`{}` is no value of `process-delay-of`", shown(part));
                let label = "expected a node and what a message to it takes, such as `n12=20ms`";
                problems.push(Diagnostic::new(Code::BadDuration, &item.span, title, label));
                return None;
            };
            let name = name.trim();
            let span = Node { span: item.span.clone(), kind: Kind::Scalar(span.trim().to_owned()) };
            let mean_us = process_delay(&span, &format!("`process-delay-of` for `{}`", shown(name)), problems)?;
            if own.insert(name.to_owned(), mean_us).is_some() {
                let title = format!("`process-delay-of` names `{}` twice", shown(name));
                problems.push(Diagnostic::new(Code::DuplicateValue, &item.span, title, "leave one of them out"));
                return None;
            }
        }
    }
    Some(own)
}

/// As a file would write it.
pub(super) fn written(own: &BTreeMap<String, u64>) -> String {
    let each: Vec<String> = own.iter().map(|(name, mean_us)| format!("{name}={mean_us}us")).collect();
    if each.is_empty() { "none".to_owned() } else { each.join("+") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Option<BTreeMap<String, u64>>, usize) {
        let mut problems = Problems::default();
        let node = Node { span: 0..0, kind: Kind::Scalar(text.to_owned()) };
        let own = read(&node, &mut problems);
        (own, problems.codes().len())
    }

    #[test]
    fn nodes_and_their_delays() {
        let own = |pairs: &[(&str, u64)]| Some(pairs.iter().map(|&(name, us)| (name.to_owned(), us)).collect());
        assert_eq!(read_text("none"), (own(&[]), 0));
        assert_eq!(read_text("n12=20ms + n0=750us"), (own(&[("n0", 750), ("n12", 20_000)]), 0));
        for wrong in ["n12", "n12=20", "n12=2s", "n1=1ms+n1=2ms"] {
            assert_eq!(read_text(wrong), (None, 1), "{wrong}");
        }
    }
}
