//! Starting a node: three pipes, its own group, a shell for a script that names none; and if it does not start, what helps.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use camino::Utf8Path;
use nix::errno::Errno;

use super::{Invocation, ProcessError, group, retry_while_busy};

/// Starts a node in a directory. Its group is known to the second interrupt, which kills it, until
/// [`super::kill_group`] or a [`super::Group`] takes care of it.
pub fn spawn_node(bin: &Utf8Path, args: &[String], directory: &Path) -> Result<Child, ProcessError> {
    let start = |command: &mut Command| {
        command.current_dir(directory).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        retry_while_busy(|| command.spawn())
    };
    let started = match start(Command::new(bin).args(args)) {
        // As a shell would, and as Java does for Maelstrom.
        Err(error) if error.raw_os_error() == Some(Errno::ENOEXEC as i32) && is_text(bin) => {
            start(Command::new("/bin/sh").arg(bin).args(args))
        }
        other => other,
    };
    let child = started.map_err(|source| ProcessError::NotStarted {
        command: Invocation::new(bin.as_str(), args).to_string(),
        hint: hint(bin, directory, &source),
        source,
    })?;
    group::register(child.id());
    Ok(child)
}

/// What the system's own words leave out, ready to be appended.
fn hint(bin: &Utf8Path, directory: &Path, error: &io::Error) -> String {
    if !directory.is_dir() {
        return format!(": no directory `{}`, where nodes are started ($TMPDIR)", directory.display());
    }
    let is_foreign = error.raw_os_error() == Some(Errno::ENOEXEC as i32);
    let problem = match (fs::metadata(bin), error.kind()) {
        (Err(_), _) => "there is no such file".to_owned(),
        (Ok(file), _) if file.is_dir() => "it is a directory".to_owned(),
        (Ok(file), _) if file.permissions().mode() & 0o111 == 0 => {
            "it is not executable (`chmod +x` makes it so)".to_owned()
        }
        (Ok(_), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => match interpreter(bin) {
            Some(interpreter) if interpreter.ends_with('\r') => {
                "its lines end as on Windows; save it with Unix line ends".to_owned()
            }
            Some(interpreter) => format!("its first line names the interpreter `{interpreter}`, which does not run"),
            None => "the loader that it was built for does not run; build it for this system".to_owned(),
        },
        (Ok(_), _) if is_foreign => "it is no program for this system; build it here".to_owned(),
        // The machine is at its end, not the program; `ulimit -n` and `ulimit -u` are what is usually met.
        (Ok(_), _) => {
            "the system refuses (`ulimit -a` shows its limits, fewer nodes or `--jobs 1` need less)".to_owned()
        }
    };
    format!(": {problem}")
}

/// The interpreter that a script's first line names, with what a careless editor left behind it.
fn interpreter(bin: &Utf8Path) -> Option<String> {
    let beginning = String::from_utf8_lossy(&beginning(bin)?).into_owned();
    let line = beginning.strip_prefix("#!")?.split('\n').next()?;
    line.trim_matches([' ', '\t']).split([' ', '\t']).next().map(str::to_owned)
}

/// Whether a file may be a shell's script: no program of any system is without a zero byte at its beginning.
fn is_text(bin: &Utf8Path) -> bool {
    beginning(bin).is_some_and(|bytes| !bytes.contains(&0))
}

fn beginning(bin: &Utf8Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(bin).ok()?.take(256).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Why a file of this content does not start.
    fn refusal(content: &[u8]) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("node");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let error = spawn_node(Utf8Path::from_path(&path).unwrap(), &[], directory.path()).unwrap_err().to_string();
        error.split_once("`: ").expect("a hint follows the command").1.to_owned()
    }

    #[test]
    fn a_file_that_does_not_start_says_what_helps() {
        let cases: [(&[u8], &str); 4] = [
            (b"\x7fELF\x02\x01\x01\0\0\0", "it is no program for this system; build it here"),
            (b"#!/no/such/python -u\n", "its first line names the interpreter `/no/such/python`, which does not run"),
            (b"#!/bin/sh\r\nexit 0\r\n", "its lines end as on Windows; save it with Unix line ends"),
            (b"\0", "it is no program for this system; build it here"),
        ];
        for (content, expected) in cases {
            assert_eq!(refusal(content), expected);
        }
    }

    #[test]
    fn a_place_without_program_says_so() {
        let nowhere = Path::new("/no/such/place");
        let refusal = |bin: &str, directory| spawn_node(bin.into(), &[], directory).unwrap_err().to_string();
        assert_eq!(refusal("/no/such/node", Path::new("/")), "cannot run `/no/such/node`: there is no such file");
        assert_eq!(refusal("/dev", Path::new("/")), "cannot run `/dev`: it is a directory");
        assert!(refusal("/bin/sh", nowhere).contains("no directory `/no/such/place`"));
        assert!(refusal("/dev/null", Path::new("/")).contains("chmod +x"));
    }

    #[test]
    fn a_script_without_interpreter_is_a_shells() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("node");
        fs::write(&path, "echo \"$1\"\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let args = ["hello".to_owned()];
        let mut child = spawn_node(Utf8Path::from_path(&path).unwrap(), &args, directory.path()).unwrap();
        let mut said = String::new();
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "hello\n");
        super::super::kill_group(&child);
        child.wait().unwrap();
    }
}
