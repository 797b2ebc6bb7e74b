//! A digest of source files, the same on every machine: what the program and its node were made from.
//!
//! The build script uses this file too, so it says nothing about the rest of the crate. Absent: what follows from a digest.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest as _, Sha256};

/// What this project's node is made from.
pub(crate) const NODE: [&str; 4] = ["node/Cargo.toml", "node/src", "protocol/Cargo.toml", "protocol/src"];

/// The digest, in hexadecimal, of these files below `root`, and of every file in those of them that are directories.
pub(crate) fn digest(root: &Path, parts: &[&str]) -> io::Result<String> {
    let files = files(root, parts)?;
    let mut digest = Sha256::new();
    for path in &files {
        // A renamed file is a change, and the digest of each file has one length, so that no two trees read the same.
        let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        digest.update(Sha256::digest(name));
        digest.update(Sha256::digest(fs::read(path)?));
    }
    Ok(hexadecimal(&digest.finalize()))
}

/// These files below `root`, and every file in those of them that are directories.
pub(crate) fn files(root: &Path, parts: &[&str]) -> io::Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    for part in parts {
        collect(&root.join(part), &mut files)?;
    }
    Ok(files)
}

/// Bytes as a digest is written.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn collect(path: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.insert(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        // An editor's own files are no sources.
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with('.') && !name.ends_with('~') {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_seen_and_an_editors_files_are_not() {
        let guard = tempfile::tempdir().unwrap();
        let root = guard.path();
        fs::create_dir_all(root.join("node/src/role")).unwrap();
        let write = |path: &str, text: &str| fs::write(root.join(path), text).unwrap();
        write("node/src/lib.rs", "a");
        write("node/src/role/mod.rs", "b");
        let now = || digest(root, &["node/src"]).unwrap();
        let first = now();
        assert_eq!(first.len(), 64);
        write("node/src/.lib.rs.swp", "x");
        write("node/src/lib.rs~", "x");
        assert_eq!(now(), first);
        write("node/src/lib.rs", "c");
        let second = now();
        fs::rename(root.join("node/src/role/mod.rs"), root.join("node/src/role/new.rs")).unwrap();
        let third = now();
        assert!(first != second && second != third && first != third);
        assert!(digest(root, &["none"]).is_err());
    }

    #[test]
    fn this_program_was_made_from_the_sources_around_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(digest(root, &NODE).unwrap(), env!("HARNESS_NODE"));
    }
}
