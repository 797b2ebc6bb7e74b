//! `harness completions`: its flags.

use clap::{Args, ValueEnum};

/// `harness completions`
#[derive(Clone, Copy, Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Shells that can ask the program what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// Bash 4 or later
    Bash,
    /// Elvish
    Elvish,
    /// Fish
    Fish,
    /// PowerShell
    Powershell,
    /// Zsh
    Zsh,
}

pub(super) const EXAMPLES: &str = "\
Examples, each to stand in the shell's start file:
  source <(harness completions bash)           ~/.bashrc
  source <(harness completions zsh)            ~/.zshrc, behind `compinit`
  harness completions fish | source            ~/.config/fish/config.fish
  eval (harness completions elvish | slurp)    ~/.config/elvish/rc.elv
  harness completions powershell | Out-String | Invoke-Expression     $PROFILE

The script asks the program at every press of the key, so experiments and runs are completed by name.";
