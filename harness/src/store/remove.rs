//! Taking a run out of the store.
//!
//! Absent: asking whether that is meant.

use std::fs::{self, File, TryLockError};
use std::io;

use camino::Utf8Path;

use super::{ABOUT, Store, StoreError, io_error, is_name, link};

impl Store {
    /// Whether some process is making this run just now.
    pub fn is_under_way(run: &Utf8Path) -> bool {
        File::open(run.join(ABOUT)).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Whether a directory is a run's, in its place in this store and nowhere else, whatever links and dots are in its name.
    pub fn holds(root: &Utf8Path, run: &Utf8Path) -> bool {
        let real = |path: &Utf8Path| path.canonicalize_utf8().ok();
        let (Some(root), Some(run)) = (real(root), real(run)) else { return false };
        let inside = run.strip_prefix(&root).is_ok_and(|inside| inside.components().count() == 2);
        inside && run.file_name().is_some_and(is_name) && Self::is_run(&run)
    }

    /// Removes a run that the store holds. `latest` points to the newest that is left; an experiment without runs goes too.
    pub fn remove(root: &Utf8Path, run: &Utf8Path) -> Result<(), StoreError> {
        if !Self::holds(root, run) {
            let source = io::Error::new(io::ErrorKind::InvalidInput, "it is no run in the store");
            return Err(io_error("remove", run)(source));
        }
        let run = run.canonicalize_utf8().map_err(io_error("find", run))?;
        let (Some(parent), Some(name)) = (run.parent(), run.file_name()) else { return Ok(()) };
        // Out of sight in one step: nobody finds half a run.
        let hidden = parent.join(format!(".{name}.removed"));
        let _ = fs::remove_dir_all(&hidden);
        fs::rename(&run, &hidden).map_err(io_error("remove", &run))?;
        fs::remove_dir_all(&hidden).map_err(io_error("remove", &hidden))?;
        let experiment = parent.file_name().unwrap_or_default();
        let latest = parent.join("latest");
        match Self::runs(root, experiment)?.first().and_then(|run| run.file_name()) {
            Some(newest) if !Self::is_run(&latest) => link(&latest, Utf8Path::new(newest)),
            Some(_) => Ok(()),
            None => {
                let _ = fs::remove_file(&latest);
                let _ = fs::remove_dir(parent);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;

    #[test]
    fn only_a_run_in_its_place_is_removed() {
        let guard = tempfile::tempdir().unwrap();
        let top = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        let root = top.join("store");
        let run = |path: &str| {
            fs::create_dir_all(top.join(path)).unwrap();
            fs::write(top.join(path).join(ABOUT), "{}").unwrap();
        };
        for path in ["store/a/1", "store/a/2", "store/deep/er/1", "elsewhere/a/1"] {
            run(path);
        }
        fs::create_dir_all(root.join("a/no-run")).unwrap();
        std::os::unix::fs::symlink(top.join("elsewhere/a/1"), root.join("a/3")).unwrap();
        link(&root.join("a/latest"), Utf8Path::new("2")).unwrap();
        for outside in ["", "a", "a/no-run", "deep/er/1", "../elsewhere/a/1", "a/3", "..", "none/1"] {
            assert!(!Store::holds(&root, &root.join(outside)), "{outside}");
            assert!(Store::remove(&root, &root.join(outside)).is_err(), "{outside}");
        }
        Store::remove(&root, &root.join("a/latest")).unwrap();
        assert_eq!(root.join("a/latest").read_link_utf8().unwrap(), "1");
        assert!(!root.join("a/2").exists() && top.join("elsewhere/a/1").join(ABOUT).exists());
        fs::remove_dir(root.join("a/no-run")).unwrap();
        fs::remove_file(root.join("a/3")).unwrap();
        Store::remove(&root, &root.join("a/1")).unwrap();
        assert!(!root.join("a").exists());
    }

    #[test]
    fn a_run_under_way_is_told_apart() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        let store = Store::open(&root, "a", "1", &"about").unwrap();
        let run = store.directory().to_owned();
        assert!(Store::is_under_way(&run));
        fs::write(root.join("kept"), "").unwrap();
        drop(store);
        assert!(!Store::is_under_way(&run));
    }
}
