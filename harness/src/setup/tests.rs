//! A server on this machine stands in for the release's.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;

use bzip2::Compression;
use bzip2::write::BzEncoder;

use super::*;

/// An archive with these files.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(BzEncoder::new(Vec::new(), Compression::fast()));
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o755);
        // Past the builder's own checks, as somebody with bad intentions would.
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        tar.append(&header, content.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn release() -> Vec<u8> {
    archive(&[("maelstrom/maelstrom", "#!/bin/sh\n"), ("maelstrom/lib/maelstrom.jar", "jar")])
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(bytes)))
}

/// Serves one answer at the address it returns.
fn serve(status: &'static str, length: usize, body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = BufReader::new(stream.try_clone().unwrap()).lines();
        while request.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
    });
    format!("http://{address}/maelstrom.tar.bz2")
}

struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn destination(&self) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join("data").join(RELEASE)
    }

    fn install(&self, from: &str, digest: &str) -> Result<Setup, SetupError> {
        install(from, digest, &self.destination(), &mut |_, _| ())
    }

    /// What is beside the destination, the destination included.
    fn left(&self) -> Vec<String> {
        let entries = self.destination().parent().unwrap().read_dir_utf8();
        entries.map(|all| all.map(|entry| entry.unwrap().file_name().to_owned()).collect()).unwrap_or_default()
    }
}

#[test]
fn the_right_archive_is_unpacked_once() {
    let place = Place::new();
    let bytes = release();
    let mut told = Vec::new();
    let from = serve("200 OK", bytes.len(), bytes.clone());
    let done =
        install(&from, &digest(&bytes), &place.destination(), &mut |done, size| told.push((done, size))).unwrap();
    let program = place.destination().join("maelstrom");
    assert_eq!(done, Setup::Installed(program.clone()));
    assert_eq!(told.last(), Some(&(bytes.len() as u64, Some(bytes.len() as u64))));
    assert_eq!(fs::metadata(&program).unwrap().permissions().mode() & 0o111, 0o111);
    assert!(place.destination().join("lib/maelstrom.jar").is_file());
    assert_eq!(place.left(), [RELEASE]);
    let again = place.install("http://127.0.0.1:1/", "sha256-whatever").unwrap();
    assert_eq!(again, Setup::AlreadyThere(program));
    assert!(again.to_string().starts_with("Maelstrom is there already: /"));
}

#[test]
fn a_local_file_is_held_to_the_same_digest() {
    let place = Place::new();
    let bytes = release();
    let file = place.directory.path().join("file.tar.bz2");
    fs::write(&file, &bytes).unwrap();
    let file = file.to_str().unwrap();
    let refused = setup_maelstrom(&place.destination(), Some(file), &mut |_, _| ()).unwrap_err();
    let text = refused.to_string();
    assert!(text.contains(DIGEST) && text.contains(&digest(&bytes)) && text.contains("nothing was unpacked"), "{text}");
    assert!(place.left().is_empty());
    assert!(matches!(place.install(file, &digest(&bytes)), Ok(Setup::Installed(_))));
}

#[test]
fn other_bytes_are_refused_and_not_unpacked() {
    let place = Place::new();
    let other = archive(&[("maelstrom/maelstrom", "#!/bin/sh\necho evil\n")]);
    let expected = digest(&release());
    let refused = place.install(&serve("200 OK", other.len(), other.clone()), &expected).unwrap_err();
    assert!(matches!(&refused, SetupError::Digest { found, .. } if *found == digest(&other)), "{refused}");
    assert!(refused.to_string().contains(&expected));
    assert!(place.left().is_empty(), "{:?}", place.left());
}

#[test]
fn what_breaks_off_or_is_not_there_is_said() {
    let place = Place::new();
    let bytes = release();
    let half = bytes[..bytes.len() / 2].to_vec();
    let refused = place.install(&serve("200 OK", bytes.len(), half), &digest(&bytes)).unwrap_err();
    assert!(matches!(refused, SetupError::Download { .. }), "{refused}");
    let refused = place.install(&serve("404 Not Found", 0, Vec::new()), &digest(&bytes)).unwrap_err().to_string();
    assert!(refused.contains("404") && refused.contains("--from FILE"), "{refused}");
    let refused = place.install("/no/such/file", &digest(&bytes)).unwrap_err();
    assert!(matches!(refused, SetupError::Download { .. }), "{refused}");
    assert!(place.left().is_empty(), "{:?}", place.left());
}

#[test]
fn an_archive_cannot_reach_out_of_its_directory() {
    let place = Place::new();
    let sly = archive(&[("../evil", "x"), ("maelstrom/maelstrom", "#!/bin/sh\n")]);
    let file = place.directory.path().join("file.tar.bz2");
    fs::write(&file, &sly).unwrap();
    place.install(file.to_str().unwrap(), &digest(&sly)).unwrap();
    assert_eq!(place.left(), [RELEASE]);
    assert!(!place.directory.path().join("evil").exists());
}

#[test]
fn an_archive_without_maelstrom_or_no_archive_at_all_is_an_error() {
    let empty = archive(&[("readme", "x")]);
    for (bytes, expected) in
        [(empty, "there is no `maelstrom` in the archive"), (b"not bzip2".to_vec(), "cannot unpack")]
    {
        let place = Place::new();
        let file = place.directory.path().join("file.tar.bz2");
        fs::write(&file, &bytes).unwrap();
        let refused = place.install(file.to_str().unwrap(), &digest(&bytes)).unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
        assert!(place.left().is_empty(), "{:?}", place.left());
    }
}
