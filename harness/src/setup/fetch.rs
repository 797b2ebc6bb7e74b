//! The bytes of an archive, from a file or an address, until they end or the user wants everything to end.
//!
//! A thread reads and this one waits, since a connection that stalls would not let go of whoever reads from it. Absent:
//! what the bytes are.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::SetupError;

/// What the thread that reads has to tell. Its end is the end of the bytes.
enum Piece {
    Broken(String),
    Bytes(Vec<u8>),
    Size(Option<u64>),
}

/// Copies a file or what is behind an address, and gives its digest.
pub(super) fn fetch(
    from: &str,
    to: &mut File,
    interrupted: &AtomicBool,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<String, SetupError> {
    let failed = |reason: String| SetupError::Download { source_name: from.to_owned(), reason };
    let (sender, pieces) = sync_channel(4);
    let source = from.to_owned();
    thread::spawn(move || read(&source, &sender));
    let mut hasher = Sha256::new();
    let (mut size, mut done) = (None, 0);
    loop {
        if interrupted.load(Ordering::Relaxed) {
            return Err(SetupError::Interrupted);
        }
        match pieces.recv_timeout(TICK) {
            Ok(Piece::Broken(reason)) => return Err(failed(reason)),
            Ok(Piece::Bytes(bytes)) => {
                done += bytes.len() as u64;
                if done > SIZE_MAX {
                    return Err(failed(format!("it is larger than {SIZE_MAX} bytes, which no release is")));
                }
                hasher.update(&bytes);
                to.write_all(&bytes).map_err(|error| failed(format!("it cannot be written down: {error}")))?;
                progress(done, size);
            }
            Ok(Piece::Size(told)) => size = told,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    match size {
        Some(size) if size != done => Err(failed(format!("it broke off after {done} of {size} bytes"))),
        _ => Ok(format!("sha256-{}", STANDARD.encode(hasher.finalize()))),
    }
}

/// The thread's part. It ends when nobody listens any more, if it is not stuck in a connection; then with the process.
fn read(from: &str, pieces: &SyncSender<Piece>) {
    let (mut body, size) = match open(from) {
        Ok(opened) => opened,
        Err(reason) => return drop(pieces.send(Piece::Broken(reason))),
    };
    let mut is_heard = pieces.send(Piece::Size(size)).is_ok();
    let (mut buffer, mut done) = (vec![0; 1 << 16], 0);
    while is_heard {
        let piece = match body.read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => Piece::Bytes(buffer[..read].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return drop(pieces.send(Piece::Broken(format!("it broke off after {done} bytes: {error}")))),
        };
        if let Piece::Bytes(bytes) = &piece {
            done += bytes.len();
        }
        is_heard = pieces.send(piece).is_ok();
    }
}

fn open(from: &str) -> Result<(Box<dyn Read>, Option<u64>), String> {
    if from.starts_with("http://") || from.starts_with("https://") {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_connect(Some(Duration::from_secs(30)))
            .timeout_recv_response(Some(Duration::from_mins(1)))
            .timeout_recv_body(Some(Duration::from_mins(30)))
            .build()
            .into();
        let response = agent.get(from).call().map_err(|error| error.to_string())?;
        let size = response.body().content_length();
        return Ok((Box::new(response.into_body().into_reader()), size));
    }
    let file = File::open(from).map_err(|error| error.to_string())?;
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    if metadata.is_dir() {
        return Err("it is a directory; the archive itself is wanted".to_owned());
    }
    // A pipe has no size.
    let size = metadata.is_file().then_some(metadata.len());
    Ok((Box::new(file), size))
}

/// How often whoever waits looks up.
const TICK: Duration = Duration::from_millis(50);

/// The release has some 60 megabytes.
const SIZE_MAX: u64 = 500_000_000;
