//! Where an answer goes beside standard output: files, and what CI shows. Tried before anything is run, written whole at the
//! end.
//!
//! Absent: what is written, which is `render`'s.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::NamedTempFile;

use crate::cli::{Export, ExportArgs, ExportFormat};
use crate::console::Console;
use crate::render::annotation::{self, Annotation, Source};
use crate::render::comparison::{self, Page};
use crate::render::{Summary, csv, json, junit, markdown};

/// Where an answer goes, as far as trying tells that it can.
#[derive(Debug, Default)]
pub(super) struct Exports {
    files: Vec<(ExportFormat, Utf8PathBuf, Target)>,
    github: Option<Github>,
}

/// A job of GitHub's workflows.
#[derive(Debug)]
struct Github {
    /// What is added to the job's page; absent elsewhere than in a job.
    summary: Option<(Utf8PathBuf, File)>,
}

/// How a file is written.
#[derive(Debug)]
enum Target {
    /// A device or a pipe, which takes what it is given.
    Direct(File),
    /// A file that appears whole, in one step.
    Whole(NamedTempFile),
}

impl Exports {
    /// Tries every path. What can be found wrong now is found now, and not after hours of measuring.
    pub(super) fn open(args: &ExportArgs) -> anyhow::Result<Self> {
        let mut exports = Self::default();
        for Export { format, path } in &args.export {
            if exports.files.iter().any(|(_, other, _)| other == path) {
                bail!("two exports go to `{path}`: give each a path of its own");
            }
            let target = Target::open(path).with_context(|| format!("cannot write the export `{path}`"))?;
            exports.files.push((*format, path.clone(), target));
        }
        if args.annotate.is_some() {
            let path = env::var(JOB_SUMMARY).ok().filter(|path| !path.is_empty()).map(Utf8PathBuf::from);
            exports.github = Some(Github::open(path)?);
        }
        Ok(exports)
    }

    /// Writes an experiment's answer. Annotations point into its file, if that can be read.
    pub(super) fn summary(
        self,
        summary: &Summary<'_>,
        experiment: Option<&Utf8Path>,
        console: &Console,
    ) -> anyhow::Result<()> {
        let text = |format| match format {
            ExportFormat::Csv => csv::csv(summary),
            ExportFormat::Json => json::json(summary),
            ExportFormat::Junit => junit::junit(summary),
            ExportFormat::Markdown => markdown::markdown(summary),
        };
        let file = experiment.and_then(|path| Some((path, fs::read_to_string(path).ok()?)));
        let source = file.as_ref().map(|(path, text)| Source { path, text });
        self.write(console, text, || annotation::of_summary(summary, source))
    }

    /// Writes a comparison.
    pub(super) fn comparison(self, page: &Page<'_>, console: &Console) -> anyhow::Result<()> {
        let text = |format| match format {
            ExportFormat::Csv => comparison::csv(page),
            ExportFormat::Json => comparison::json(page),
            ExportFormat::Junit => comparison::junit(page),
            ExportFormat::Markdown => page.markdown(),
        };
        self.write(console, text, || annotation::of_comparison(page))
    }

    fn write(
        self,
        console: &Console,
        text: impl Fn(ExportFormat) -> String,
        annotations: impl Fn() -> Vec<Annotation>,
    ) -> anyhow::Result<()> {
        for (format, path, target) in self.files {
            target.write(&path, &text(format)).with_context(|| format!("cannot write the export `{path}`"))?;
        }
        let Some(github) = self.github else { return Ok(()) };
        for annotation in annotations() {
            console.say(&annotation.to_string());
        }
        github.summarize(&text(ExportFormat::Markdown))
    }
}

impl Github {
    fn open(path: Option<Utf8PathBuf>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self { summary: None }) };
        let file = OpenOptions::new().append(true).create(true).open(&path);
        let file = file.with_context(|| format!("cannot write `{path}`, which `{JOB_SUMMARY}` names"))?;
        Ok(Self { summary: Some((path, file)) })
    }

    /// Adds to what other steps of the job have written.
    fn summarize(self, text: &str) -> anyhow::Result<()> {
        let Some((path, mut file)) = self.summary else { return Ok(()) };
        let text = if text.len() < SUMMARY_MAX { text } else { "The table is longer than a summary may be.\n" };
        file.write_all(text.as_bytes()).with_context(|| format!("cannot write `{path}`"))
    }
}

impl Target {
    fn open(path: &Utf8Path) -> anyhow::Result<Self> {
        if path.is_dir() {
            bail!("it is a directory");
        }
        // A link is written through, a device is not replaced.
        if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            return Ok(Self::Direct(OpenOptions::new().write(true).create(true).truncate(false).open(path)?));
        }
        if path.exists() {
            // Whoever took away the right to write it had a reason.
            drop(OpenOptions::new().write(true).truncate(false).open(path)?);
        }
        let parent = path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
        fs::create_dir_all(parent)?;
        Ok(Self::Whole(NamedTempFile::new_in(parent)?))
    }

    fn write(self, path: &Utf8Path, text: &str) -> anyhow::Result<()> {
        match self {
            Self::Direct(mut file) => {
                // What was there is not to stand behind what is written.
                let _ = file.set_len(0);
                match file.write_all(text.as_bytes()) {
                    Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
                    _ => Ok(()),
                }
            }
            Self::Whole(mut file) => {
                use std::os::unix::fs::PermissionsExt as _;

                file.write_all(text.as_bytes())?;
                // Temporary files are for their owner alone; an export is for whoever may read its directory.
                let mode = fs::metadata(path).map_or(0o644, |found| found.permissions().mode());
                fs::set_permissions(file.path(), fs::Permissions::from_mode(mode))?;
                file.persist(path)?;
                Ok(())
            }
        }
    }
}

/// Names the file to which a step of a job adds what its page is to show.
const JOB_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// GitHub drops a step's summary that is longer than a mebibyte.
const SUMMARY_MAX: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn open(paths: &[&Utf8Path]) -> anyhow::Result<Exports> {
        let export = |path: &&Utf8Path| Export { format: ExportFormat::Csv, path: (*path).to_owned() };
        Exports::open(&ExportArgs { export: paths.iter().map(export).collect(), annotate: None })
    }

    fn write(exports: Exports, text: &str) {
        exports.write(&Console::new(), |_| text.to_owned(), Vec::new).unwrap();
    }

    #[test]
    fn files_appear_whole_and_directories_are_made() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(guard.path()).unwrap();
        let path = root.join("a/b.csv");
        let exports = open(&[&path]).unwrap();
        assert!(!path.exists(), "nothing is there before the answer is");
        write(exports, "x,y\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "x,y\n");
        drop(open(&[&path]).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "x,y\n", "what is not written stays");
        assert_eq!(root.join("a").read_dir_utf8().unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_found_at_once() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(guard.path()).unwrap();
        let told = |path: &Utf8Path| format!("{:#}", open(&[path]).unwrap_err());
        assert!(told(root).ends_with("it is a directory"));
        fs::write(root.join("file"), "").unwrap();
        let below = root.join("file/x.csv");
        assert!(told(&below).starts_with(&format!("cannot write the export `{below}`: ")));
        let path = root.join("x.csv");
        let twice = open(&[&path, &path]).unwrap_err().to_string();
        assert!(twice.contains("two exports go to"), "{twice}");
        assert!(open(&[Utf8Path::new("/dev/null")]).is_ok(), "a device is a file too");
    }
    #[test]
    fn a_jobs_summary_is_added_to() {
        let guard = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(guard.path()).unwrap().join("summary.md");
        fs::write(&path, "before\n").unwrap();
        Github::open(Some(path.clone())).unwrap().summarize("after\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "before\nafter\n");
        Github::open(Some(path.clone())).unwrap().summarize(&"x".repeat(SUMMARY_MAX)).unwrap();
        assert!(fs::read_to_string(&path).unwrap().ends_with("longer than a summary may be.\n"));
        assert!(Github::open(Some(path.join("x"))).unwrap_err().to_string().contains("GITHUB_STEP_SUMMARY"));
        assert!(Github::open(None).unwrap().summarize("x").is_ok());
    }
}
