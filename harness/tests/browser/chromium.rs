//! Headless Chromium: where it is, and how a page is opened in it so that nothing but the page matters.

use std::env;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The browser.
pub(crate) struct Chromium {
    program: PathBuf,
}

/// No network, nothing that comes up at a first start, no sandbox (which root has none of), no graphics card.
const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--v=0",
];

impl Chromium {
    /// The browser, if there is one; if not, that is said where nobody can miss it.
    pub(crate) fn found() -> Option<Self> {
        let chosen = env::var_os("CHROMIUM").map(PathBuf::from);
        let places: Vec<PathBuf> =
            env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let known = || {
            places.iter().flat_map(|place| names.iter().map(move |name| place.join(name))).find(|path| path.is_file())
        };
        let program = chosen.or_else(known);
        if program.is_none() {
            // Past the test runner, which keeps to itself what passing tests print.
            let _ = writeln!(
                io::stderr(),
                "SKIPPED: there is no Chromium (apt-get install chromium) to open the report in"
            );
        }
        Some(Self { program: program? })
    }

    /// The page's elements after its scripts have run. Whatever the page says on the console fails the test.
    pub(crate) fn dom(&self, page: &Path, flags: &[&str]) -> String {
        let profile = tempfile::tempdir().expect("a temporary directory");
        let mut command = Command::new(&self.program);
        command.args(FLAGS).args(flags).arg(format!("--user-data-dir={}", profile.path().display()));
        command.arg("--dump-dom").arg(format!("file://{}", page.display()));
        let output = command.stdin(Stdio::null()).output().expect("Chromium runs");
        let said = String::from_utf8_lossy(&output.stderr);
        let console: Vec<&str> = said.lines().filter(|line| line.contains("CONSOLE")).collect();
        assert!(console.is_empty(), "the page complains: {console:#?}");
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).expect("Chromium writes text")
    }
}

/// What a page says on the console is seen; otherwise the tests above could not fail by it.
#[test]
#[should_panic(expected = "the page complains")]
fn a_page_that_complains_is_found() {
    let chromium = Chromium::found().unwrap_or_else(|| panic!("the page complains of nothing: there is no browser"));
    let directory = tempfile::tempdir().expect("a temporary directory");
    let page = directory.path().join("page.html");
    std::fs::write(&page, "<!DOCTYPE html><script>undefinedFunction()</script>").expect("it is ours");
    let _ = chromium.dom(&page, &[]);
}
