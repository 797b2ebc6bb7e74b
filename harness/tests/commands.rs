//! Nothing that is printed as a command is wrong: the examples of every verb's help, and the command lines of every page of
//! documentation, are read by the program's own parser. Links between pages lead somewhere, and the README leads to every page.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Command, CommandFactory as _, Parser as _};
use harness::cli::Cli;

/// The words of a shell's line, up to a comment, a pipe or a redirection. Quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut has_word) = (String::new(), None, false);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => (quote, has_word) = (Some(letter), true),
            (None, '#') if !has_word => break,
            (None, '|' | '>' | '<' | ')' | ';') => break,
            (None, ' ') => {
                if std::mem::take(&mut has_word) {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => {
                word.push(letter);
                has_word = true;
            }
        }
    }
    if has_word {
        words.push(word);
    }
    words
}

/// What this program is given by a command line, if that begins with it: under its name, or through cargo.
fn given(line: &str) -> Option<Vec<String>> {
    let line = line.trim_start().trim_start_matches("$ ").trim_start_matches("source <(").trim_start_matches("eval (");
    let words = words(line);
    let program = words.iter().position(|word| !word.contains('='))?;
    let rest = match words[program].rsplit('/').next()? {
        "harness" => &words[program + 1..],
        "cargo" if words.get(program + 1)? == "harness" => &words[program + 2..],
        "cargo" if words.get(program + 1)? == "run" => &words[words.iter().position(|word| word == "--")? + 1..],
        _ => return None,
    };
    Some(rest.to_vec())
}

/// What is wrong with a command line, if anything.
fn mistake(arguments: &[String]) -> Option<String> {
    let line = std::iter::once("harness").chain(arguments.iter().map(String::as_str));
    let error = Cli::try_parse_from(line).err()?;
    error.use_stderr().then(|| format!("harness {}\n{error}", arguments.join(" ")))
}

/// Every verb, and what it has below it, with its name as typed.
fn verbs(command: &Command, name: &str, found: &mut Vec<(String, Command)>) {
    found.push((name.to_owned(), command.clone()));
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        verbs(verb, &format!("{name} {}", verb.get_name()), found);
    }
}

#[test]
fn the_help_of_every_verb_has_examples_that_parse() {
    let mut all = Vec::new();
    verbs(&Cli::command(), "harness", &mut all);
    // Behind `harness test` everything is Maelstrom's, and so is its help, which a session looks at.
    all.retain(|(name, _)| name != "harness test");
    let mut wrong = Vec::new();
    for (name, command) in &all {
        let help = command.get_after_long_help().or(command.get_after_help());
        let help = format!("\n{}", help.map(ToString::to_string).unwrap_or_default());
        let examples = help.split_once("\nExamples").map_or("", |(_, examples)| examples);
        let examples = || examples.lines().filter(|line| line.starts_with("  "));
        if !examples().any(|line| given(line).is_some()) {
            wrong.push(format!("`{name} --help` shows no example"));
        }
        for line in examples() {
            if line.chars().count() > 100 {
                wrong.push(format!("`{name} --help` is wider than 100 columns: {line}"));
            }
            // Two blanks end an example: what follows says what it is for.
            let command = line.trim_start().split("  ").next().unwrap_or_default();
            let mistake = given(command).and_then(|arguments| mistake(&arguments));
            wrong.extend(mistake.map(|mistake| format!("`{name} --help` has a wrong example: {mistake}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn root() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}

/// Every page of documentation by its path from the root: the project's own, and those beside what they describe.
fn pages() -> Vec<(Utf8PathBuf, String)> {
    let directories = ["", "engine", "experiments", "harness", "harness/benches", "node", "protocol"];
    let entries = directories.iter().flat_map(|directory| root().join(directory).read_dir_utf8().expect("it is there"));
    let mut paths: Vec<Utf8PathBuf> = entries.map(|entry| entry.expect("readable").into_path()).collect();
    paths.retain(|path| path.extension() == Some("md"));
    paths.sort();
    let text = |path: &Utf8PathBuf| std::fs::read_to_string(path).expect("a page is text");
    let place = |path: &Utf8PathBuf| path.strip_prefix(root()).expect("it is below").to_owned();
    paths.iter().map(|path| (place(path), text(path))).collect()
}

#[test]
fn command_lines_of_every_page_parse() {
    let mut counts = Vec::new();
    for (path, page) in pages() {
        let mut count = 0;
        // Between fences every other part is a block; its first line names its language.
        let is_shell = |block: &&str| block.starts_with("sh") || block.starts_with("console");
        for block in page.split("```").skip(1).step_by(2).filter(is_shell) {
            let joined = block.replace("\\\n", " ");
            for arguments in joined.lines().filter_map(given) {
                count += 1;
                let mistake = mistake(&arguments);
                assert!(mistake.is_none(), "{path}: {}", mistake.unwrap_or_default());
            }
        }
        counts.push((path, count));
    }
    for page in ["README.md", "experiments/README.md", "harness/COMPARE.md", "harness/STORE.md"] {
        let count = counts.iter().find(|(path, _)| path == page).map_or(0, |(_, count)| *count);
        assert!(count >= 3, "{page} shows commands, and {count} were found");
    }
}

/// The targets of a page's links, quotations and code left aside.
fn links(page: &str) -> Vec<&str> {
    let prose = page.split("```").step_by(2);
    let targets = prose.flat_map(|text| text.split("](").skip(1)).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target).filter(|target| !target.contains("://")).collect()
}

/// What a heading is called in a link: lower case, hyphens for blanks, no other signs.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.split("```").step_by(2).flat_map(str::lines).filter(|line| line.starts_with('#'));
    let sign = |c: char| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || "-_".contains(c) => Some(c.to_ascii_lowercase()),
        _ => None,
    };
    headings.map(|line| line.trim_start_matches('#').trim().chars().filter_map(sign).collect()).collect()
}

/// A path without `..`.
fn plain(path: &Utf8Path) -> Utf8PathBuf {
    let mut plain = Utf8PathBuf::new();
    for part in path.components() {
        if part.as_str() == ".." {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}

#[test]
fn links_between_pages_lead_somewhere_and_the_readme_leads_to_every_page() {
    let pages = pages();
    let mut from_the_readme = BTreeSet::from([Utf8PathBuf::from("README.md")]);
    for (path, page) in &pages {
        for link in links(page) {
            let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            let target = match file {
                "" => path.clone(),
                file => plain(&path.parent().expect("a file is in a directory").join(file)),
            };
            assert!(root().join(&target).exists(), "{path} links to `{link}`, and there is no `{target}`");
            if let Some(anchor) = anchor {
                let (_, text) = pages.iter().find(|(page, _)| *page == target).expect("a link into a page");
                assert!(anchors(text).contains(anchor), "{path} links to `{link}`, and {target} has no such heading");
            }
            if path == "README.md" {
                from_the_readme.insert(target);
            }
        }
    }
    let missed: Vec<_> = pages.iter().map(|(path, _)| path).filter(|path| !from_the_readme.contains(*path)).collect();
    assert!(missed.is_empty(), "the README does not lead to {missed:?}");
}

/// Every text behind `run:` and `uses:` in a workflow, however deep.
fn steps<'a>(value: &'a serde_json::Value, key: &str, found: &mut Vec<&'a str>) {
    match value {
        serde_json::Value::Object(fields) => {
            found.extend(fields.get(key).and_then(serde_json::Value::as_str));
            for value in fields.values() {
                steps(value, key, found);
            }
        }
        serde_json::Value::Array(values) => {
            for value in values {
                steps(value, key, found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_workflow_is_one_and_its_command_lines_parse() {
    let text = include_str!("../../.github/workflows/gate.yml");
    let workflow: serde_json::Value = serde_saphyr::from_str(text).expect("it is YAML");
    for event in ["push", "pull_request", "schedule", "workflow_dispatch"] {
        assert!(workflow["on"].as_object().is_some_and(|events| events.contains_key(event)), "{event}");
    }
    assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read"}));
    for (name, job) in workflow["jobs"].as_object().expect("it has jobs") {
        assert!(job["timeout-minutes"].is_u64() && job["runs-on"].is_string(), "{name}");
    }
    let (mut commands, mut actions) = (Vec::new(), Vec::new());
    steps(&workflow, "run", &mut commands);
    steps(&workflow, "uses", &mut actions);
    let given: Vec<_> = commands.iter().flat_map(|run| run.split("&&")).filter_map(given).collect();
    for arguments in &given {
        let mistake = mistake(arguments);
        assert!(mistake.is_none(), "gate.yml: {}", mistake.unwrap_or_default());
        // What a step names must be there; a baseline is asked for only where it is.
        for file in arguments.iter().filter(|argument| argument.starts_with("experiments/")) {
            assert!(std::path::Path::new("..").join(file).is_file(), "gate.yml: no `{file}`");
        }
    }
    assert_eq!(given.len(), 5, "run, gate, setup, doctor, run: {given:?}");
    // A tag can be moved to other code, a commit cannot.
    let is_pinned = |action: &&str| {
        action
            .split_once('@')
            .is_some_and(|(_, commit)| commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()))
    };
    assert!(actions.len() >= 6 && actions.iter().all(is_pinned), "{actions:?}");
}

#[test]
fn the_ci_pages_command_lines_parse() {
    let page = include_str!("../CI.md");
    let blocks: Vec<&str> = page.split("```").skip(1).step_by(2).collect();
    let lines = blocks.iter().flat_map(|block| block.lines()).map(|line| line.trim_start().trim_start_matches("- "));
    let given: Vec<_> = lines.filter_map(given).collect();
    for arguments in &given {
        let mistake = mistake(arguments);
        assert!(mistake.is_none(), "CI.md: {}", mistake.unwrap_or_default());
    }
    assert_eq!(given.len(), 4, "{given:?}");
    let recipe = blocks.iter().find_map(|block| block.strip_prefix("yaml\n")).expect("GitLab's recipe");
    let recipe: serde_json::Value = serde_saphyr::from_str(recipe).expect("it is YAML");
    assert!(recipe["gate"]["script"].as_array().is_some_and(|script| script.len() == 3));
}

#[test]
fn lines_are_split_as_a_shell_does() {
    let words = |line| given(line).map(|words| words.join("|"));
    assert_eq!(
        words("cargo run --release -p harness -- run 'a b.yaml' --seeds 2 # twice"),
        Some("run|a b.yaml|--seeds|2".into())
    );
    assert_eq!(words("$ target/release/harness check x.yaml | head"), Some("check|x.yaml".into()));
    assert_eq!(words("source <(harness completions zsh)"), Some("completions|zsh".into()));
    assert_eq!(words("cargo test --workspace"), None);
    assert_eq!(words("MAELSTROM=~/m harness doctor"), Some("doctor".into()));
    assert!(mistake(&["rum".to_owned()]).is_some() && mistake(&["--help".to_owned()]).is_none());
}
