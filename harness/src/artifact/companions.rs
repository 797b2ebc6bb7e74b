//! What a program consists of beside its own file, as far as that can be seen: a script calls others that lie around it.
//!
//! Absent: what a script finds elsewhere, such as its interpreter's packages.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest as _, Sha256};

use super::{file_digest, hexadecimal};

/// What identifies a program with its arguments: the digest of its file; for a script, and for an argument that is one, of
/// every file in its directory and below. Nothing where that is more than a node's sources are likely to be. `apart` names
/// what is no part of any program: the experiment, the store.
pub(crate) fn identity(bin: &Utf8Path, args: &[String], apart: &[Utf8PathBuf]) -> Option<String> {
    let mut digest = Sha256::new();
    for path in companions(bin, args, apart)? {
        digest.update(format!("{path}\n{}\n", file_digest(&path).ok()?));
    }
    Some(hexadecimal(&digest.finalize()))
}

/// The files that [`identity`] looks at.
pub(crate) fn companions(bin: &Utf8Path, args: &[String], apart: &[Utf8PathBuf]) -> Option<BTreeSet<Utf8PathBuf>> {
    let named = args.iter().map(Utf8Path::new).filter(|path| path.is_file());
    let mut files = BTreeSet::new();
    let mut bytes = 0;
    for path in std::iter::once(bin).chain(named) {
        let path = path.canonicalize_utf8().ok()?;
        if !is_native(&path).ok()? {
            collect(path.parent()?, apart, &mut files, &mut bytes)?;
        }
        files.insert(path);
    }
    Some(files)
}

/// Whether a file is machine code: ELF or Mach-O.
fn is_native(path: &Utf8Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(matches!(start.as_slice(), b"\x7fELF" | b"\xcf\xfa\xed\xfe" | b"\xca\xfe\xba\xbe"))
}

fn collect(
    directory: &Utf8Path,
    apart: &[Utf8PathBuf],
    files: &mut BTreeSet<Utf8PathBuf>,
    bytes: &mut u64,
) -> Option<()> {
    for entry in directory.read_dir_utf8().ok()? {
        let entry = entry.ok()?;
        let name = entry.file_name();
        let path = entry.path();
        if name.starts_with('.') || NOT_SOURCES.contains(&name) || apart.iter().any(|one| one == path) {
            continue;
        }
        let kind = entry.file_type().ok()?;
        if kind.is_dir() {
            collect(path, apart, files, bytes)?;
        } else if kind.is_file() {
            *bytes += entry.metadata().ok()?.len();
            files.insert(path.to_owned());
        }
        if files.len() > FILES_MAX || *bytes > BYTES_MAX {
            return None;
        }
    }
    Some(())
}

/// Directories that tools fill, and where results lie.
const NOT_SOURCES: [&str; 5] = ["__pycache__", "node_modules", "store", "target", "venv"];

/// Far more than a node has, and read in a moment.
const FILES_MAX: usize = 1000;
const BYTES_MAX: u64 = 32 << 20;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_script_is_known_with_what_lies_around_it() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap().canonicalize_utf8().unwrap();
        let write = |name: &str, text: &str| {
            fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            fs::write(root.join(name), text).unwrap();
        };
        write("node", "#!/bin/sh\nexec python3 lib/main.py\n");
        write("lib/main.py", "print(1)");
        write("x.yaml", "name: x");
        let bin = root.join("node");
        let now = |args: &[String]| identity(&bin, args, &[root.join("x.yaml")]);
        let first = now(&[]).unwrap();
        for (name, text) in
            [("x.yaml", "name: y"), ("store/x/keys", "k"), ("lib/__pycache__/main.pyc", "p"), (".git/x", "")]
        {
            write(name, text);
            assert_eq!(now(&[]).as_ref(), Some(&first), "{name}");
        }
        write("lib/main.py", "print(2)");
        assert_ne!(now(&[]).unwrap(), first);
        write("huge", &"x".repeat((32 << 20) + 1));
        assert_eq!(now(&[]), None);
    }

    #[test]
    fn a_program_is_known_by_its_file_and_the_files_it_is_given() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        fs::write(root.join("node"), b"\x7fELF and so on").unwrap();
        let now = |args: &[String]| identity(&root.join("node"), args, &[]).unwrap();
        let first = now(&[]);
        fs::write(root.join("beside"), "x").unwrap();
        assert_eq!(now(&["--fast".into()]), first, "the key has the arguments themselves");
        fs::create_dir(root.join("scripts")).unwrap();
        let script = root.join("scripts/main.py");
        fs::write(&script, "print(1)").unwrap();
        let given = now(&[script.to_string()]);
        fs::write(&script, "print(2)").unwrap();
        assert!(given != first && given != now(&[script.to_string()]));
    }
}
