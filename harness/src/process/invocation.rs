//! A program and its arguments, as one would type them.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Output;

use super::ProcessError;
use crate::shell;

/// A program to run. Shown as one would type it in a shell.
#[derive(Clone, Debug)]
pub struct Invocation {
    program: OsString,
    args: Vec<OsString>,
    directory: Option<PathBuf>,
    variables: Vec<(OsString, OsString)>,
}

impl Invocation {
    /// A program, by its path or its name on PATH, with arguments.
    pub fn new(program: impl Into<OsString>, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        let args = args.into_iter().map(Into::into).collect();
        Self { program: program.into(), args, directory: None, variables: Vec::new() }
    }

    /// The same, in another working directory.
    pub fn in_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// The same, with an environment variable.
    pub fn with_variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// What starts it, in its own group; a status other than 0 is not an error of duct's.
    pub(super) fn expression(&self) -> duct::Expression {
        let group = |command: &mut std::process::Command| {
            command.process_group(0);
            Ok(())
        };
        let mut expression = duct::cmd(&self.program, &self.args).unchecked().before_spawn(group);
        if let Some(directory) = &self.directory {
            expression = expression.dir(directory);
        }
        for (name, value) in &self.variables {
            expression = expression.env(name, value);
        }
        expression
    }

    /// The error of a program that did not start. The system says "not found" for a missing directory too.
    pub(super) fn not_started(&self, source: io::Error) -> ProcessError {
        let missing = self.directory.as_ref().filter(|directory| !directory.is_dir());
        ProcessError::NotStarted {
            command: self.to_string(),
            hint: missing.map_or(String::new(), |directory| format!(": no directory `{}`", directory.display())),
            source,
        }
    }

    /// The error of a program that ended badly.
    pub(super) fn failed(&self, output: Output) -> ProcessError {
        ProcessError::Failed { command: self.to_string(), output: Box::new(output) }
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = std::iter::once(&self.program).chain(&self.args);
        f.write_str(&shell::line(words.map(|word| word.to_string_lossy())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_typed() {
        let invocation = Invocation::new("/bin/maelstrom", ["test", "--bin", "my node", "it's", "", "$HOME"]);
        assert_eq!(invocation.to_string(), r"/bin/maelstrom test --bin 'my node' 'it'\''s' '' '$HOME'");
    }
}
