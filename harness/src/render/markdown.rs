//! The table and what stands below it, as Markdown: for a pull request, or the summary of a CI job.
//!
//! Absent: the words, which are the table's.

use super::{Summary, escape, notes, table};

/// The whole answer.
pub(crate) fn markdown(summary: &Summary<'_>) -> String {
    let (name, answer) = (escape::markdown(&summary.about.experiment), escape::markdown(&summary.answer));
    let mut text = format!("### {name}\n\n**{answer}**\n\n{}\n", table::whole(summary).markdown());
    for line in notes::below(summary).lines().filter(|line| !line.trim().is_empty()) {
        // What is set in stands below what it belongs to.
        let indent = if line.starts_with("    ") && line.trim_start().len() < line.len() { "  " } else { "" };
        text += &[indent, "- ", &escape::markdown(line.trim()), "\n"].concat();
    }
    text
}
