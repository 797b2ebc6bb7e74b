//! `harness setup maelstrom`: the official release, downloaded, checked before anything in it is touched, unpacked.
//!
//! Nothing but that one archive is ever unpacked. It is unpacked beside its destination and then renamed, so there is a
//! whole one or none. Absent: where Maelstrom is looked for later (`backend`).

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek as _};
use std::sync::atomic::{AtomicBool, Ordering};

use bzip2::read::BzDecoder;
use camino::{Utf8Path, Utf8PathBuf};

use self::fetch::fetch;

mod fetch;

/// The release that is known here, as its directory is called.
pub const RELEASE: &str = "maelstrom-0.2.4";

/// Where it comes from.
pub const URL: &str = "https://github.com/jepsen-io/maelstrom/releases/download/v0.2.4/maelstrom.tar.bz2";

/// What it must be: a Subresource Integrity digest.
pub const DIGEST: &str = "sha256-MB7HHWsSrw12XttBP1z1qhBGtWCb1OMTdqC1SVSOV5k=";

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setup {
    /// It was there.
    AlreadyThere(Utf8PathBuf),
    /// It is there now.
    Installed(Utf8PathBuf),
}

/// Why there is no Maelstrom now.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// It is not the archive it should be. Nothing of it was unpacked.
    #[error(
        "`{source_name}` is not Maelstrom's release 0.2.4, nothing was unpacked: its digest is `{found}`, expected `{expected}`"
    )]
    Digest {
        /// Address or file.
        source_name: String,
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// It cannot be had.
    #[error(
        "cannot get `{source_name}`: {reason}; on a machine without network, download {URL} elsewhere and name the file with `--from FILE`"
    )]
    Download {
        /// Address or file.
        source_name: String,
        /// Why not.
        reason: String,
    },
    /// The user wanted everything to end.
    #[error("interrupted; nothing is left of what was fetched")]
    Interrupted,
    /// The archive is right and does not hold what a release holds, or the disk does not take it.
    #[error("cannot unpack Maelstrom into `{destination}`: {reason}")]
    Unpack {
        /// Where to.
        destination: Utf8PathBuf,
        /// Why not.
        reason: String,
    },
}

/// Gets release 0.2.4, from its address or from a file or another address that holds the same bytes, and puts it into
/// `destination`, usually the user's data directory with [`RELEASE`] below it. `progress` is told of bytes read and, if
/// known, of how many there are.
pub fn setup_maelstrom(
    destination: &Utf8Path,
    from: Option<&str>,
    interrupted: &AtomicBool,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Setup, SetupError> {
    install(from.unwrap_or(URL), DIGEST, destination, interrupted, progress)
}

fn install(
    from: &str,
    digest: &str,
    destination: &Utf8Path,
    interrupted: &AtomicBool,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Setup, SetupError> {
    let program = destination.join("maelstrom");
    if program.is_file() {
        return Ok(Setup::AlreadyThere(program));
    }
    let unpack_error = |reason: String| SetupError::Unpack { destination: destination.to_owned(), reason };
    let beside = destination.parent().unwrap_or(Utf8Path::new("."));
    fs::create_dir_all(beside).map_err(|error| unpack_error(error.to_string()))?;
    let mut archive = tempfile::tempfile_in(beside).map_err(|error| unpack_error(error.to_string()))?;
    let found = fetch(from, &mut archive, interrupted, progress)?;
    if found != digest {
        return Err(SetupError::Digest { source_name: from.to_owned(), found, expected: digest.to_owned() });
    }
    unpack(archive, destination, beside, interrupted).map_err(|error| {
        if interrupted.load(Ordering::Relaxed) { SetupError::Interrupted } else { unpack_error(error.to_string()) }
    })?;
    Ok(Setup::Installed(program))
}

/// Unpacks beside the destination and moves the release's one directory there. The archive's own paths cannot lead out of
/// the directory: the tar crate skips those that would.
fn unpack(mut archive: File, destination: &Utf8Path, beside: &Utf8Path, interrupted: &AtomicBool) -> io::Result<()> {
    archive.rewind()?;
    let temporary = tempfile::Builder::new().prefix(".unpacking-").tempdir_in(beside)?;
    let mut tar = tar::Archive::new(BzDecoder::new(Interruptible { archive, interrupted }));
    tar.set_overwrite(false);
    tar.unpack(temporary.path())?;
    let root = Utf8Path::from_path(temporary.path()).ok_or_else(|| io::Error::other("its path is not Unicode"))?;
    let mut release = root.to_owned();
    if !release.join("maelstrom").is_file() {
        release = root.join("maelstrom");
    }
    if !release.join("maelstrom").is_file() {
        return Err(io::Error::other("there is no `maelstrom` in the archive"));
    }
    fs::rename(&release, destination)
}

/// An archive that breaks off when the user wants everything to end.
struct Interruptible<'a> {
    archive: File,
    interrupted: &'a AtomicBool,
}

impl Read for Interruptible<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.interrupted.load(Ordering::Relaxed) {
            // The system's own kind for this asks to be tried again.
            return Err(io::Error::other("interrupted"));
        }
        self.archive.read(buffer)
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyThere(program) => write!(f, "Maelstrom is there already: {program}"),
            Self::Installed(program) => write!(f, "Maelstrom is installed: {program}"),
        }
    }
}

#[cfg(test)]
mod tests;
