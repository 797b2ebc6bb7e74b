//! Words as one would type them in a shell.
//!
//! Absent: running them ([`crate::process`]).

/// A word as a shell reads it back: quoted, unless it is plain.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A command line.
pub(crate) fn line(words: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    words.into_iter().map(|word| quoted(word.as_ref())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_again() {
        let words = ["harness", "run", "my file.yaml", "--only", "topology=star,relay=on", "it's", "", "$HOME"];
        assert_eq!(line(words), r"harness run 'my file.yaml' --only topology=star,relay=on 'it'\''s' '' '$HOME'");
    }
}
