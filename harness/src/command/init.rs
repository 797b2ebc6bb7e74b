//! `harness init`: a first experiment, every key explained, ready to run.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

use crate::artifact::Toolchain;
use crate::cli::InitArgs;
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::spec::{Spec, is_barred};

/// The whole verb.
pub(super) fn init(args: &InitArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let file = &args.file;
    let toolchain = Toolchain::around(file).context("cannot tell which directory this is")?;
    let node = match &args.bin {
        Some(bin) => Node::Bin(beside(bin, file)?),
        None if args.own || toolchain.has_node() => Node::Crate,
        None => Node::Bin("./my-node".into()),
    };
    let text = starter(file, &node);
    // What is written must be an experiment, whatever the file and the program are called.
    if let Err(mistakes) = Spec::parse(file, &text, &toolchain.known_features()) {
        bail!("no experiment can be made of these names:\n{mistakes}");
    }
    write_new(file, &text)?;
    console.answer(&format!("{file}\n")).context("cannot write the answer")?;
    let directory = file.parent().unwrap_or(Utf8Path::new(""));
    if let Node::Bin(bin) = &node
        && !directory.join(bin).is_file()
    {
        let shown = args.bin.as_deref().unwrap_or(bin);
        console.say(&format!("`{shown}` is not there yet: build it, or name another under `node:`"));
    }
    console.say(&format!("`harness check {file}` finds mistakes, `harness run {file}` runs it"));
    Ok(ExitStatus::Yes)
}

/// What is to be tested.
enum Node {
    /// A program, its path seen from the experiment.
    Bin(Utf8PathBuf),
    Crate,
}

/// The path of a program that is given from the current directory, as an experiment in `file` names it.
fn beside(bin: &Utf8Path, file: &Utf8Path) -> anyhow::Result<Utf8PathBuf> {
    let absolute = |path: &Utf8Path| camino::absolute_utf8(path).with_context(|| format!("`{path}` is no path"));
    let (bin, directory) = (absolute(bin)?, absolute(file)?);
    let directory = directory.parent().context("an experiment lies in a directory")?;
    Ok(match bin.strip_prefix(directory) {
        Ok(below) => Utf8Path::new(".").join(below),
        Err(_) => match directory.parent().and_then(|parent| bin.strip_prefix(parent).ok()) {
            Some(near) => Utf8Path::new("..").join(near),
            None => bin,
        },
    })
}

/// The text of a first experiment in that file.
fn starter(file: &Utf8Path, node: &Node) -> String {
    let (section, matrix) = match node {
        Node::Bin(bin) => (BIN.replace("BIN", &quoted(bin.as_str())), BIN_MATRIX),
        Node::Crate => (CRATE.to_owned(), CRATE_MATRIX),
    };
    let schema = file.parent().unwrap_or(Utf8Path::new("")).join("experiment.schema.json");
    let first = if schema.is_file() { SCHEMA_IS_THERE } else { SCHEMA_IS_MISSING };
    let name = quoted(&name(file.file_stem().unwrap_or_default()));
    let text = STARTER.replace("{name}", &name).replace("{matrix}\n", matrix).replace("{node}\n", &section);
    format!("{first}{text}")
}

/// A file's name as that of a directory of results, on every system.
fn name(stem: &str) -> String {
    let name: String = stem.chars().map(|c| if is_barred(c) { '-' } else { c }).collect();
    let name = name.trim_start_matches(['.', '-']).trim_end_matches('.');
    if name.is_empty() { "mine".to_owned() } else { name.to_owned() }
}

/// A word as YAML takes it for text.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let is_plain = word.chars().all(plain) && word.contains(|c: char| c.is_ascii_alphabetic());
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "''")) }
}

/// Writes a file that must not exist.
fn write_new(file: &Utf8Path, text: &str) -> anyhow::Result<()> {
    if let Some(parent) = file.parent().filter(|parent| !parent.as_str().is_empty()) {
        fs::create_dir_all(parent).with_context(|| format!("cannot create `{parent}`"))?;
    }
    let mut created =
        OpenOptions::new().write(true).create_new(true).open(file).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => anyhow::anyhow!("`{file}` exists, and is left as it is; name another file"),
            _ => anyhow::Error::new(error).context(format!("cannot write `{file}`")),
        })?;
    created.write_all(text.as_bytes()).with_context(|| format!("cannot write `{file}`"))
}

const STARTER: &str = include_str!("init/starter.yaml");

const SCHEMA_IS_THERE: &str = "# yaml-language-server: $schema=./experiment.schema.json\n";

const SCHEMA_IS_MISSING: &str = "\
# For completion and help in an editor: `harness schema > experiment.schema.json`, and this as the first line:
#   yaml-language-server: $schema=./experiment.schema.json
";

const BIN: &str = "\
node:
  # A program in any language that reads and writes Maelstrom's messages. The path begins at this file.
  bin: BIN
  # args: [--batch, 50ms]
";

const CRATE: &str = "\
node:
  # This project's node, built once for each set of features.
  crate: node
  # features: [relay-to-master]
";

const BIN_MATRIX: &str = "\
# One cell for every combination of values. An axis is an option of `test`, the program's `args`, or the program, `bin`.
matrix:
  rate: [10, 100]
  # args: [[--batch, 50ms], [--batch, 200ms]]
";

const CRATE_MATRIX: &str = "\
# One cell for every combination of values. An axis is a feature of the node, a group of features (`topology`), or an option
# of `test`.
matrix:
  topology: [star, n12-tree]
  relay-to-master: [on, off]
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;

    fn plan(file: &str, node: &Node) -> Plan {
        let features = ["relay-to-master", "topology-n12-tree", "topology-star"].map(str::to_owned);
        let text = starter(file.into(), node);
        Plan::of(&Spec::parse(file.into(), &text, &features).unwrap_or_else(|error| panic!("{error}\n{text}")))
    }

    #[test]
    fn a_first_experiment_is_one() {
        assert_eq!(plan("mine.yaml", &Node::Crate).cells.len(), 4);
        assert_eq!(plan("mine.yaml", &Node::Bin("./my-node".into())).cells.len(), 2);
        for (file, bin, name) in [
            ("it's odd: #1.yaml", "./a b/it's", "it's odd- #1"),
            ("2024.yaml", "7", "2024"),
            ("true.yaml", "./ü", "true"),
            ("-.yaml", "./x", "mine"),
        ] {
            assert_eq!(plan(file, &Node::Bin(bin.into())).name, name);
        }
    }

    #[test]
    fn what_is_commented_out_works_too() {
        for node in [Node::Crate, Node::Bin("./my-node".into())] {
            let text = starter("mine.yaml".into(), &node);
            // A comment that is a key, such as `  # args: [...]` or `# repeat: 3`, comes into effect.
            let key = |line: &str| {
                let (indent, rest) = line.split_once("# ")?;
                let name = rest.split_once(':')?.0;
                let is_key = indent.trim().is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
                (is_key && !name.is_empty()).then(|| format!("{indent}{rest}"))
            };
            let whole: Vec<String> = text.lines().map(|line| key(line).unwrap_or_else(|| line.to_owned())).collect();
            let features = ["relay-to-master", "topology-n12-tree", "topology-star"].map(str::to_owned);
            let source = whole.join("\n").replace("  features: [relay-to-master]", "");
            let spec = Spec::parse("mine.yaml".into(), &source, &features);
            let plan = Plan::of(&spec.unwrap_or_else(|error| panic!("{error}")));
            assert_eq!(plan.repeat, 3, "{source}");
        }
    }

    #[test]
    fn a_program_is_named_from_where_the_experiment_lies() {
        let seen = |bin: &str, file: &str| beside(bin.into(), file.into()).unwrap();
        assert_eq!(seen("my-node", "mine.yaml"), "./my-node");
        assert_eq!(seen("./target/node", "x.yaml"), "./target/node");
        assert_eq!(seen("my-node", "experiments/mine.yaml"), "../my-node");
        assert_eq!(seen("/opt/node", "mine.yaml"), "/opt/node");
    }
}
