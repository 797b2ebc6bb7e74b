//! Nothing that is printed as a command is wrong: the examples of every verb's help, and the README's command lines, are
//! read by the program's own parser.

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

#[test]
fn the_readmes_command_lines_parse() {
    let readme = include_str!("../../README.md");
    let mut count = 0;
    // Between fences every other part is a block; its first line names its language.
    for block in
        readme.split("```").skip(1).step_by(2).filter(|block| block.starts_with("sh") || block.starts_with("console"))
    {
        let joined = block.replace("\\\n", " ");
        for arguments in joined.lines().filter_map(given) {
            count += 1;
            let mistake = mistake(&arguments);
            assert!(mistake.is_none(), "README.md: {}", mistake.unwrap_or_default());
        }
    }
    assert!(count >= 3, "the README shows how to run experiments, and {count} commands were found");
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
