//! Which run a word means.
//!
//! Absent: what is in it.

use anyhow::bail;
use camino::{Utf8Path, Utf8PathBuf};

use crate::spec::Spec;
use crate::spec::nearest::nearest;
use crate::store::{Store, is_name};
use crate::words::counted;

/// The directory of the run that a word names. It may be
///
/// - a run's directory, or an experiment's in a store for its latest run;
/// - an experiment's file, for the latest run of the experiment that it names;
/// - an experiment's name, for its latest run; `NAME~1` is the run before that, `NAME~2` the one before;
/// - `NAME/TIME` for one run, or `TIME` alone where only one run in the store has it.
///
/// What is no path is looked for inside the store and nowhere else.
pub fn find(store: &Utf8Path, word: &str) -> anyhow::Result<Utf8PathBuf> {
    let path = Utf8Path::new(word);
    if Store::is_run(path) {
        return Ok(unlinked(path));
    }
    if path.is_file() && matches!(path.extension(), Some("yaml" | "yml")) {
        return match Spec::name_in(path)? {
            Some(name) => latest(store, &name, 0)?.ok_or_else(|| {
                anyhow::anyhow!("`{path}` is the experiment `{name}`, and no run of it is in `{store}`")
            }),
            None => bail!("`{path}` names no experiment"),
        };
    }
    if let Some(run) = in_store(store, word)? {
        return Ok(run);
    }
    // An experiment's directory, as a shell completes it.
    if let (Some(root), Some(name)) = (path.parent(), path.file_name())
        && let Some(run) = latest(root, name, 0)?
    {
        return Ok(run);
    }
    bail!("no run is called `{}`; {}", word.escape_debug(), hint(store, word)?)
}

/// A run in the store, by the words that are no paths.
fn in_store(store: &Utf8Path, word: &str) -> anyhow::Result<Option<Utf8PathBuf>> {
    if let Some(run) = latest(store, word, 0)? {
        return Ok(Some(run));
    }
    if let Some((name, back)) = word.rsplit_once('~')
        && let Ok(back) = back.parse()
        && let Some(run) = latest(store, name.strip_suffix("/latest").unwrap_or(name), back)?
    {
        return Ok(Some(run));
    }
    if let Some((name, time)) = word.trim_end_matches('/').split_once('/') {
        if time == "latest" {
            return latest(store, name, 0);
        }
        let run = store.join(name).join(time);
        return Ok((is_name(name) && is_name(time) && Store::is_run(&run)).then_some(run));
    }
    let mut of_that_time = Vec::new();
    for name in Store::experiments(store)? {
        let run = store.join(name).join(word);
        of_that_time.extend((is_name(word) && Store::is_run(&run)).then_some(run));
    }
    Ok(if of_that_time.len() == 1 { of_that_time.pop() } else { None })
}

/// An experiment's latest run, or the one so many before it.
fn latest(store: &Utf8Path, name: &str, back: usize) -> anyhow::Result<Option<Utf8PathBuf>> {
    Ok(Store::runs(store, name)?.into_iter().nth(back))
}

/// The run itself where `latest` points to it.
fn unlinked(path: &Utf8Path) -> Utf8PathBuf {
    let target = path.read_link_utf8().ok().filter(|target| target.components().count() == 1);
    target.map_or_else(|| path.to_owned(), |target| path.with_file_name(target.as_str()))
}

/// What there is instead.
fn hint(store: &Utf8Path, word: &str) -> anyhow::Result<String> {
    let experiments = Store::experiments(store)?;
    let name = word.split(['/', '~']).next().unwrap_or(word);
    let runs = Store::runs(store, name)?;
    if !runs.is_empty() {
        let times = runs.iter().filter_map(|run| run.file_name()).take(SHOWN);
        let times: Vec<String> = times.map(|time| format!("`{name}/{time}`")).collect();
        let count = counted(runs.len(), "run");
        return Ok(format!("`{name}` has {count}, the newest {}", times.join(", ")));
    }
    if experiments.is_empty() {
        return Ok(format!(
            "the store `{store}` holds no runs: `harness run FILE` makes one, `--store DIR` names another store"
        ));
    }
    if let Some(near) = nearest(name, experiments.iter().map(String::as_str)) {
        return Ok(format!("did you mean `{near}`?"));
    }
    let more = experiments.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more (`harness list`)") };
    let names: Vec<String> = experiments.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    Ok(format!("the store `{store}` has runs of {}{more}", names.join(", ")))
}

/// Names in a message.
const SHOWN: usize = 6;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::tests::store;
    use super::*;
    use crate::sample;

    const TIME: &str = "20261122T191538Z";

    #[test]
    fn a_run_is_found_by_every_name_it_has() {
        let (guard, root) = store();
        let later = Store::open(&root, "efficient", "20261123T000000Z", &sample::about(1)).unwrap();
        let record = sample::record(&sample::plan(1).cells[0], 0);
        later.draft("cell", None).unwrap().keep(&later, &record).unwrap();
        let file = Utf8PathBuf::from_path_buf(guard.path().join("mine.yaml")).unwrap();
        fs::write(&file, "name: efficient\nnode: {bin: 7").unwrap();
        assert!(find(&root, file.as_str()).is_err(), "it is no YAML");
        fs::write(&file, "name: efficient\nnode: 7\nlimtis: {}\n").unwrap();
        let (first, second) = (root.join("efficient").join(TIME), later.directory().to_owned());
        let path = |below: &str| root.join(below).into_string();
        for (word, expected) in [
            ("efficient".to_owned(), &second),
            (file.to_string(), &second),
            ("efficient/latest".into(), &second),
            ("efficient~0".into(), &second),
            ("efficient~1".into(), &first),
            ("efficient/latest~1".into(), &first),
            (format!("efficient/{TIME}"), &first),
            (TIME.into(), &first),
            (path("efficient"), &second),
            (path("efficient/latest"), &second),
            (path(&format!("efficient/{TIME}")), &first),
        ] {
            assert_eq!(&find(&root, &word).unwrap_or_else(|error| panic!("{word}: {error:#}")), expected, "{word}");
        }
    }

    #[test]
    fn a_link_that_leads_nowhere_does_not_hide_a_run() {
        let (_guard, root) = store();
        let latest = root.join("efficient/latest");
        fs::remove_file(&latest).unwrap();
        std::os::unix::fs::symlink("20200101T000000Z", &latest).unwrap();
        assert_eq!(find(&root, "efficient").unwrap(), root.join("efficient").join(TIME));
    }

    #[test]
    fn what_is_missing_is_told_with_what_there_is() {
        let (guard, root) = store();
        let error = |root: &Utf8Path, word: &str| find(root, word).unwrap_err().to_string();
        assert_eq!(error(&root, "efficeint"), "no run is called `efficeint`; did you mean `efficient`?");
        assert!(error(&root, "zebra").ends_with(" has runs of `efficient`"), "{}", error(&root, "zebra"));
        let newest = format!("`efficient` has 1 run, the newest `efficient/{TIME}`");
        assert!(error(&root, "efficient/2027").ends_with(&newest));
        assert!(error(&root, "efficient~7").ends_with(&newest));
        let none = Utf8PathBuf::from_path_buf(guard.path().join("none")).unwrap();
        assert!(error(&none, "x").contains("holds no runs: `harness run FILE` makes one"));
        assert!(error(&root, "a\u{1b}[2Jb").starts_with("no run is called `a\\u{1b}[2Jb`"));
    }

    #[test]
    fn no_name_leads_out_of_the_store() {
        let (_guard, root) = store();
        let inner = root.join("efficient");
        // Seen from an inner store, all of these are runs elsewhere.
        for word in ["../efficient", "..", &format!("../efficient/{TIME}"), "x/../../efficient", "./.", ".~0", "..~0"] {
            assert!(in_store(&inner, word).unwrap().is_none(), "{word}");
        }
    }
}
