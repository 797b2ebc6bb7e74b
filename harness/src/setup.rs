//! `harness setup maelstrom`: the official release, downloaded, checked before anything in it is touched, unpacked.
//!
//! Nothing but that one archive is ever unpacked. It is unpacked beside its destination and then renamed, so there is a
//! whole one or none. Absent: where Maelstrom is looked for later (`backend`).

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek as _, Write as _};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bzip2::read::BzDecoder;
use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest as _, Sha256};

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
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Setup, SetupError> {
    install(from.unwrap_or(URL), DIGEST, destination, progress)
}

fn install(
    from: &str,
    digest: &str,
    destination: &Utf8Path,
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
    let found = fetch(from, &mut archive, progress)
        .map_err(|reason| SetupError::Download { source_name: from.to_owned(), reason })?;
    if found != digest {
        return Err(SetupError::Digest { source_name: from.to_owned(), found, expected: digest.to_owned() });
    }
    unpack(archive, destination, beside).map_err(|error| unpack_error(error.to_string()))?;
    Ok(Setup::Installed(program))
}

/// Copies a file or what is behind an address, and gives its digest.
fn fetch(from: &str, to: &mut File, progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<String, String> {
    let (mut body, size): (Box<dyn Read>, Option<u64>) = if from.starts_with("http://") || from.starts_with("https://")
    {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_connect(Some(Duration::from_secs(30)))
            .timeout_recv_response(Some(Duration::from_mins(1)))
            .timeout_recv_body(Some(Duration::from_mins(30)))
            .build()
            .into();
        let response = agent.get(from).call().map_err(|error| error.to_string())?;
        let size = response.body().content_length();
        (Box::new(response.into_body().into_reader()), size)
    } else {
        let file = File::open(from).map_err(|error| error.to_string())?;
        let size = file.metadata().ok().map(|metadata| metadata.len());
        (Box::new(file), size)
    };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut done = 0;
    loop {
        let read = body.read(&mut buffer).map_err(|error| format!("it broke off after {done} bytes: {error}"))?;
        if read == 0 {
            break;
        }
        done += read as u64;
        if done > SIZE_MAX {
            return Err(format!("it is larger than {SIZE_MAX} bytes, which no release is"));
        }
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read]).map_err(|error| error.to_string())?;
        progress(done, size);
    }
    if size.is_some_and(|size| size != done) {
        return Err(format!("it broke off after {done} of {} bytes", size.unwrap_or_default()));
    }
    Ok(format!("sha256-{}", STANDARD.encode(hasher.finalize())))
}

/// Unpacks beside the destination and moves the release's one directory there. The archive's own paths cannot lead out of
/// the directory: the tar crate skips those that would.
fn unpack(mut archive: File, destination: &Utf8Path, beside: &Utf8Path) -> io::Result<()> {
    archive.rewind()?;
    let temporary = tempfile::Builder::new().prefix(".unpacking-").tempdir_in(beside)?;
    let mut tar = tar::Archive::new(BzDecoder::new(archive));
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

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyThere(program) => write!(f, "Maelstrom is there already: {program}"),
            Self::Installed(program) => write!(f, "Maelstrom is installed: {program}"),
        }
    }
}

/// The release has some 40 megabytes.
const SIZE_MAX: u64 = 500_000_000;

#[cfg(test)]
mod tests;
