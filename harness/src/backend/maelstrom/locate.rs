//! Where Maelstrom is, and which one it is.
//!
//! Found, in this order, by what the user names, by `$MAELSTROM`, on PATH, or where `harness setup maelstrom` puts it. The
//! version is read off directory and file names, since asking Maelstrom takes a JVM ten seconds and it does not tell.

use std::env;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use nix::unistd::{AccessFlags, access};

use crate::process::{Invocation, run_captured};

/// The official program, found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Maelstrom {
    /// Its wrapper script, absolute.
    pub(crate) program: Utf8PathBuf,
    /// `0.2.4`, or `unknown`.
    pub(crate) version: String,
    /// PATH for Maelstrom and its nodes: where `java`, `gnuplot` and `dot` are found.
    pub(super) search_path: OsString,
    /// A deadline in place of the one that follows from the options.
    pub(super) deadline: Option<Duration>,
}

/// Somebody named a Maelstrom that is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`, named by {by}, is not Maelstrom: {problem}; name its `maelstrom` script or the directory with it")]
pub(crate) struct LocateError {
    path: Utf8PathBuf,
    by: &'static str,
    problem: &'static str,
}

/// What of the environment has a say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// `$MAELSTROM`.
    pub(crate) named: Option<Utf8PathBuf>,
    /// `$PATH`.
    pub(crate) search_path: OsString,
    /// Where a user's programs keep their data.
    pub(crate) data: Option<Utf8PathBuf>,
}

impl Surroundings {
    /// The ones that are.
    pub(crate) fn of_process() -> Self {
        let path = |name: &str| {
            let value = env::var_os(name).filter(|value| !value.is_empty())?;
            Utf8PathBuf::from_os_string(value).ok()
        };
        let home = path("HOME");
        let usual = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
        Self {
            named: path("MAELSTROM"),
            search_path: env::var_os("PATH").unwrap_or_default(),
            data: path("XDG_DATA_HOME").filter(|data| data.is_absolute()).or_else(|| Some(home?.join(usual))),
        }
    }

    /// Where `harness setup maelstrom` puts the release that it knows.
    pub(crate) fn installed(&self) -> Option<Utf8PathBuf> {
        self.data.as_ref().map(|data| data.join("maelstrom-harness").join(crate::setup::RELEASE))
    }

    /// The first program of that name on PATH.
    pub(crate) fn on_path(&self, name: &str) -> Option<Utf8PathBuf> {
        let directories = env::split_paths(&self.search_path).filter_map(|path| Utf8PathBuf::from_path_buf(path).ok());
        directories.map(|directory| directory.join(name)).find(|program| is_program(program))
    }
}

impl Maelstrom {
    /// Looks for Maelstrom. Nothing if there is none; an error if a place is named and there is none there.
    pub(crate) fn locate(
        explicit: Option<&Utf8Path>,
        surroundings: &Surroundings,
    ) -> Result<Option<Self>, LocateError> {
        let found = |program: Utf8PathBuf| {
            // The name on PATH may be a link into the directory that tells the version.
            let program = program.canonicalize_utf8().unwrap_or(program);
            let version = version(&program);
            Self { program, version, search_path: surroundings.search_path.clone(), deadline: None }
        };
        for (path, by) in [(explicit, "`--maelstrom`"), (surroundings.named.as_deref(), "`$MAELSTROM`")] {
            if let Some(path) = path {
                return match script(path) {
                    Ok(program) => Ok(Some(found(program))),
                    Err(problem) => Err(LocateError { path: path.to_owned(), by, problem }),
                };
            }
        }
        let installed = || script(&surroundings.installed()?).ok();
        Ok(surroundings.on_path("maelstrom").or_else(installed).map(found))
    }

    /// Whether this is laid out as a release: the wrapper beside `lib/maelstrom.jar`, which runs the `java` on PATH.
    pub(super) fn is_release(&self) -> bool {
        self.program.parent().is_some_and(|directory| directory.join("lib/maelstrom.jar").exists())
    }
}

/// The first line that `java -version` prints; nothing if no Java runs. On macOS a `java` that only asks for one is always
/// there, so it must be tried.
pub(crate) fn java(search_path: &OsStr) -> Option<String> {
    let surroundings = Surroundings { search_path: search_path.to_owned(), ..Surroundings::default() };
    let program = surroundings.on_path("java")?;
    let invocation = Invocation::new(program.as_str(), ["-version"]).with_variable("PATH", search_path);
    let output = run_captured(&invocation, Duration::from_mins(1)).ok()?;
    let said = [output.stderr, output.stdout].concat();
    Some(String::from_utf8_lossy(&said).lines().find(|line| line.contains("version")).unwrap_or("unknown").to_owned())
}

/// The script that a path names, itself or the directory it is in.
fn script(path: &Utf8Path) -> Result<Utf8PathBuf, &'static str> {
    let script = if path.is_dir() { path.join("maelstrom") } else { path.to_owned() };
    if !script.exists() {
        Err(if path.is_dir() { "there is no `maelstrom` in it" } else { "there is no such file" })
    } else if is_program(&script) {
        std::path::absolute(&script)
            .ok()
            .and_then(|path| Utf8PathBuf::from_path_buf(path).ok())
            .ok_or("its path is not Unicode")
    } else {
        Err("it cannot be executed")
    }
}

fn is_program(path: &Utf8Path) -> bool {
    path.is_file() && access(path.as_std_path(), AccessFlags::X_OK).is_ok()
}

/// The version in a name on the way to the program or in its jar's: `maelstrom-0.2.4/maelstrom`, `Cellar/maelstrom/0.2.4/`.
fn version(program: &Utf8Path) -> String {
    let jars = program.parent().and_then(|directory| directory.join("lib").read_dir_utf8().ok());
    let jars = jars.into_iter().flatten().filter_map(|jar| Some(jar.ok()?.file_name().to_owned()));
    let names: Vec<&str> = program.components().map(|component| component.as_str()).collect();
    let after_name = |name: &str| {
        let at = name.find("maelstrom-")? + "maelstrom-".len();
        number(&name[at..])
    };
    let below_name = || names.windows(2).find_map(|pair| if pair[0] == "maelstrom" { number(pair[1]) } else { None });
    let inside = names.iter().rev().find_map(|name| after_name(name)).or_else(below_name);
    inside.or_else(|| jars.into_iter().find_map(|jar| after_name(&jar))).unwrap_or_else(|| "unknown".to_owned())
}

/// The version that a text begins with: `0.2.5-SNAPSHOT` of `0.2.5-SNAPSHOT-standalone.jar`.
fn number(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number = text[..end].trim_end_matches('.');
    if !number.starts_with(|c: char| c.is_ascii_digit()) || !number.contains('.') {
        return None;
    }
    let snapshot = if text[end..].starts_with("-SNAPSHOT") { "-SNAPSHOT" } else { "" };
    Some(format!("{number}{snapshot}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    fn program(path: &Utf8Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn the_user_goes_before_the_environment_before_path_before_setup() {
        let home = tempfile::tempdir().unwrap();
        let home = Utf8Path::from_path(home.path()).unwrap().canonicalize_utf8().unwrap();
        let mut surroundings = Surroundings { data: Some(home.join("data")), ..Surroundings::default() };
        let located = |explicit: Option<&Utf8Path>, surroundings: &Surroundings| {
            Maelstrom::locate(explicit, surroundings).unwrap().map(|maelstrom| maelstrom.program)
        };
        assert_eq!(located(None, &surroundings), None);
        let installed = surroundings.installed().unwrap().join("maelstrom");
        program(&installed);
        assert_eq!(located(None, &surroundings), Some(installed));
        for place in ["bin", "named", "explicit"] {
            program(&home.join(place).join("maelstrom"));
        }
        surroundings.search_path = home.join("bin").into();
        assert_eq!(located(None, &surroundings), Some(home.join("bin/maelstrom")));
        surroundings.named = Some(home.join("named"));
        assert_eq!(located(None, &surroundings), Some(home.join("named/maelstrom")));
        let explicit = home.join("explicit/maelstrom");
        assert_eq!(located(Some(&explicit), &surroundings), Some(explicit));
    }

    #[test]
    fn a_named_place_without_maelstrom_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        let home = Utf8Path::from_path(home.path()).unwrap();
        fs::write(home.join("plain"), "").unwrap();
        let refused =
            |path: &Utf8Path| Maelstrom::locate(Some(path), &Surroundings::default()).unwrap_err().to_string();
        assert!(refused(&home.join("none")).contains("there is no such file"));
        assert!(refused(home).contains("named by `--maelstrom`, is not Maelstrom: there is no `maelstrom` in it"));
        assert!(refused(&home.join("plain")).contains("it cannot be executed"));
        let named = Surroundings { named: Some(home.join("none")), ..Surroundings::default() };
        assert!(Maelstrom::locate(None, &named).unwrap_err().to_string().contains("named by `$MAELSTROM`"));
    }

    #[test]
    fn versions_are_read_off_names() {
        for (path, expected) in [
            ("/data/maelstrom-0.2.4/maelstrom", "0.2.4"),
            ("/opt/homebrew/Cellar/maelstrom/0.2.3/bin/maelstrom", "0.2.3"),
            ("/nix/store/abc-maelstrom-0.2.5-SNAPSHOT/bin/maelstrom", "0.2.5-SNAPSHOT"),
            ("/home/me/maelstrom/maelstrom", "unknown"),
            ("/home/me/maelstrom-harness/maelstrom", "unknown"),
        ] {
            assert_eq!(version(Utf8Path::new(path)), expected, "{path}");
        }
        let home = tempfile::tempdir().unwrap();
        let home = Utf8Path::from_path(home.path()).unwrap();
        program(&home.join("lib/maelstrom-0.2.5-SNAPSHOT-standalone.jar"));
        assert_eq!(version(&home.join("maelstrom")), "0.2.5-SNAPSHOT");
    }
}
