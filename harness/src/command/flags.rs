//! The command line of `maelstrom test`, split by Maelstrom's rules (semantics, section 1.1): which flags there are, which
//! take a value, and what is left for the nodes. One table gives parser and help.
//!
//! Absent: what the values mean ([`super::request`]).

use std::fmt::Write as _;

use crate::spec::nearest::nearest;

/// One flag of Maelstrom's.
#[derive(Clone, Copy)]
pub(crate) struct Flag {
    pub(crate) short: Option<char>,
    pub(crate) long: &'static str,
    /// What its value is called; none for a switch.
    pub(crate) value: Option<&'static str>,
    /// What holds without it, in words for the help; may be empty.
    pub(crate) default: &'static str,
    pub(crate) about: &'static str,
    /// Whether it is accepted for Maelstrom's sake and changes nothing here.
    pub(crate) is_idle: bool,
}

/// A command line, split.
#[derive(Default)]
pub(crate) struct Line {
    /// The flags with their values, in order; a switch's value is empty.
    pub(crate) flags: Vec<(&'static Flag, String)>,
    /// The rest, for the nodes.
    pub(crate) args: Vec<String>,
    /// What cannot be split.
    pub(crate) problems: Vec<String>,
}

/// Splits a command line: `--flag value`, `--flag=value`, `-f value`, `-fvalue`; everything after `--`, and whatever
/// begins with no dash, is for the nodes.
pub(crate) fn split(arguments: &[String]) -> Line {
    let mut line = Line::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            line.args.extend(rest.by_ref().cloned());
        } else if let Some(long) = argument.strip_prefix("--") {
            let (name, attached) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            let flag = FLAGS.iter().find(|flag| flag.long == name);
            line.take(argument, flag, attached, &mut rest);
        } else if let Some(short) = argument.strip_prefix('-').filter(|short| !short.is_empty()) {
            let name = short.chars().next();
            let attached = name.map(|name| &short[name.len_utf8()..]).filter(|value| !value.is_empty());
            let flag = FLAGS.iter().find(|flag| flag.short == name);
            line.take(argument, flag, attached, &mut rest);
        } else {
            line.args.push(argument.clone());
        }
    }
    line
}

impl Line {
    /// Takes one flag and, if it wants one, its value: the one attached to it or the next argument.
    fn take<'a>(
        &mut self,
        argument: &str,
        flag: Option<&'static Flag>,
        attached: Option<&str>,
        rest: &mut impl Iterator<Item = &'a String>,
    ) {
        let Some(flag) = flag else {
            let name = argument.split('=').next().unwrap_or(argument);
            self.problems.push(unknown(name));
            return;
        };
        match (flag.value, attached) {
            (None, None) => self.flags.push((flag, String::new())),
            (None, Some(_)) => {
                self.problems.push(format!("`--{}` takes no value, but was given `{argument}`", flag.long));
            }
            (Some(_), Some(value)) => self.flags.push((flag, value.to_owned())),
            // As in Maelstrom the next argument is the value, whatever it looks like.
            (Some(value), None) => match rest.next() {
                Some(next) => self.flags.push((flag, next.clone())),
                None => self.problems.push(format!("`{argument}` needs a value: `--{} {value}`", flag.long)),
            },
        }
    }
}

fn unknown(name: &str) -> String {
    match nearest(name.trim_start_matches('-'), FLAGS.iter().map(|flag| flag.long)) {
        Some(near) => format!("unknown option `{name}`; did you mean `--{near}`?"),
        None => format!("unknown option `{name}`; `harness test --help` lists them all"),
    }
}

/// What `harness test --help` prints.
pub(crate) fn help() -> String {
    let mut text = HEAD.to_owned();
    for is_idle in [false, true] {
        if is_idle {
            text += "\nAccepted, so that a command line written for Maelstrom goes through; without effect here:\n";
        }
        for flag in FLAGS.iter().filter(|flag| flag.is_idle == is_idle) {
            let short = flag.short.map_or("    ".to_owned(), |short| format!("-{short}, "));
            let value = flag.value.map(|value| format!(" {value}")).unwrap_or_default();
            let name = format!("{short}--{}{value}", flag.long);
            let default = if flag.default.is_empty() { String::new() } else { format!(" [{}]", flag.default) };
            writeln!(text, "  {name:<33} {}{default}", flag.about).expect("a string takes everything");
        }
    }
    text + TAIL
}

const HEAD: &str = "\
Run one test with Maelstrom's own flags under the embedded engine: real node processes, no Java.

Usage: harness test -w WORKLOAD --bin FILE [OPTIONS] [--] [NODE ARGUMENTS]

Options [default]:
";

const TAIL: &str = "
Results go to store/<workload>/<time>/; store/latest points to the last run.

Exit codes, as Maelstrom's: 0 valid, 1 invalid, 2 unknown, 254 bad flags, 255 the test crashed; 130 interrupted.

Examples:
  harness test -w echo --bin ./echo --node-count 1 --time-limit 10
  harness test -w broadcast --bin ./broadcast --node-count 25 --time-limit 20 --rate 100 --latency 100
  harness test -w broadcast --bin ./broadcast --node-count 5 --time-limit 20 --rate 10 --nemesis partition -- -v
";

const fn flag(long: &'static str, value: &'static str, default: &'static str, about: &'static str) -> Flag {
    Flag { short: None, long, value: Some(value), default, about, is_idle: false }
}

const fn switch(long: &'static str, about: &'static str) -> Flag {
    Flag { short: None, long, value: None, default: "", about, is_idle: false }
}

const fn short(short: char, flag: Flag) -> Flag {
    Flag { short: Some(short), ..flag }
}

const fn idle(flag: Flag) -> Flag {
    Flag { is_idle: true, ..flag }
}

pub(crate) const FLAGS: [Flag; 32] = [
    short('w', flag("workload", "NAME", "", "What clients ask: broadcast or echo")),
    flag("bin", "FILE", "", "The program that every node runs"),
    flag("node-count", "N", "", "That many nodes, called n0, n1, …; overrides --nodes"),
    flag("nodes", "A,B,…", "", "The nodes' names"),
    short('n', flag("node", "NAME", "n1 n2 n3 n4 n5", "One node's name; may be given again")),
    flag("nodes-file", "FILE", "", "A file with a node's name on each line"),
    flag("time-limit", "SECONDS", "60", "How long clients ask, setup and recovery left aside"),
    flag("rate", "R", "5", "Requests per second over all clients"),
    flag("concurrency", "C", "1n", "How many clients: 4, or 4n for four per node"),
    flag("latency", "MS", "0", "Mean latency of messages between nodes"),
    flag("latency-dist", "KIND", "constant", "How latencies spread: constant, uniform or exponential"),
    flag("topology", "T", "grid", "Offered to nodes: grid, line, total, tree, tree2 to tree4, or EXPERIMENT:NAME"),
    flag("nemesis", "FAULTS", "", "What breaks: partition, and seven that Maelstrom lacks (experiments/README.md)"),
    flag("nemesis-interval", "SECONDS", "10", "Mean time between faults"),
    flag("availability", "SHARE", "", "What share of requests must succeed: 0 to 1, or total"),
    flag("test-count", "N", "1", "How often to run the test; stops at the first that is not valid"),
    flag("seed", "N", "drawn", "Where everything random comes from; Maelstrom has no such flag"),
    switch("log-stderr", "Show what nodes said on stderr, after the run"),
    short('h', switch("help", "This text")),
    idle(flag("consistency-models", "LIST", "", "For transactions")),
    idle(flag("key-count", "N", "", "For transactions and kafka")),
    idle(flag("max-txn-length", "N", "", "For transactions")),
    idle(flag("max-writes-per-key", "N", "", "For transactions and kafka")),
    idle(switch("log-net-send", "For Maelstrom's log")),
    idle(switch("log-net-recv", "For Maelstrom's log")),
    idle(switch("logging-json", "For Maelstrom's log")),
    idle(switch("leave-db-running", "For databases on other machines")),
    idle(flag("username", "USER", "", "For databases on other machines")),
    idle(flag("password", "PASSWORD", "", "For databases on other machines")),
    idle(switch("no-ssh", "For databases on other machines")),
    idle(switch("strict-host-key-checking", "For databases on other machines")),
    idle(flag("ssh-private-key", "FILE", "", "For databases on other machines")),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn split_words(words: &str) -> (Vec<(&'static str, String)>, String, Vec<String>) {
        let arguments: Vec<String> = words.split(' ').map(str::to_owned).collect();
        let line = split(&arguments);
        let flags = line.flags.into_iter().map(|(flag, value)| (flag.long, value)).collect();
        (flags, line.args.join(" "), line.problems)
    }

    #[test]
    fn a_value_is_attached_or_comes_next() {
        for words in ["-w echo", "-wecho", "--workload echo", "--workload=echo"] {
            assert_eq!(split_words(words).0, [("workload", "echo".to_owned())], "{words}");
        }
        assert_eq!(split_words("--rate -5").0, [("rate", "-5".to_owned())]);
        assert_eq!(split_words("--bin=a=b").0, [("bin", "a=b".to_owned())]);
    }

    #[test]
    fn what_is_no_flag_is_for_the_nodes() {
        let (flags, args, problems) = split_words("serve --rate 1 fast - -- --rate 2");
        assert_eq!((flags, args.as_str()), (vec![("rate", "1".to_owned())], "serve fast - --rate 2"));
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn what_cannot_be_split_is_all_told() {
        let problems = split_words("--frobnicate 3 --node-cuont=5 -x --no-ssh=yes --rate").2;
        assert_eq!(
            problems,
            [
                "unknown option `--frobnicate`; `harness test --help` lists them all",
                "unknown option `--node-cuont`; did you mean `--node-count`?",
                "unknown option `-x`; `harness test --help` lists them all",
                "`--no-ssh` takes no value, but was given `--no-ssh=yes`",
                "`--rate` needs a value: `--rate R`",
            ]
        );
    }

    /// Names and arities as the real program's help lists them.
    #[test]
    fn every_flag_of_maelstroms_is_known() {
        let valued = "latency nemesis test-count availability nodes-file workload max-writes-per-key time-limit username \
                      bin concurrency latency-dist node topology password consistency-models node-count \
                      ssh-private-key nodes max-txn-length rate nemesis-interval key-count";
        let switches = "help no-ssh log-stderr logging-json log-net-send leave-db-running log-net-recv \
                        strict-host-key-checking";
        for (names, has_value) in [(valued, true), (switches, false)] {
            for name in names.split_whitespace() {
                let flag = FLAGS.iter().find(|flag| flag.long == name);
                assert_eq!(flag.map(|flag| flag.value.is_some()), Some(has_value), "{name}");
            }
        }
    }

    #[test]
    fn the_help_names_every_flag_once() {
        let help = help();
        for flag in &FLAGS {
            let line = format!("--{} ", flag.long);
            let listed = help.lines().filter(|text| text.starts_with("  ") && text.contains(&line));
            assert!(listed.count() >= 1, "{}", flag.long);
        }
        assert!(help.lines().all(|line| line.chars().count() <= 120));
    }
}
