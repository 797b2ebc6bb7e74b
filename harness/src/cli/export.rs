//! `--export FORMAT=PATH`, the same for every verb that has an answer to export.
//!
//! Absent: what is written ([`crate::command`]).

use std::str::FromStr;

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

/// Where an answer goes beside standard output.
#[derive(Clone, Debug, Default, Args)]
pub struct ExportArgs {
    /// Write the answer to a file as well, which is tried before anything is run: csv, json, junit or markdown. Can be repeated
    #[arg(long, value_name = "FORMAT=PATH")]
    pub export: Vec<Export>,

    /// Remark on the code where CI shows it, and add the table to the job's summary
    #[arg(long, value_enum, value_name = "CI")]
    pub annotate: Option<AnnotateArg>,
}

/// `--annotate`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AnnotateArg {
    /// GitHub Actions: `::error file=…` on standard error
    Github,
}

/// A file that the answer goes to as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// In which form.
    pub format: ExportFormat,
    /// Where.
    pub path: Utf8PathBuf,
}

/// A form in which an answer can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A line per cell, every figure in full precision.
    Csv,
    /// Everything, in full precision.
    Json,
    /// `JUnit`'s XML, a test case per cell.
    Junit,
    /// The table, for a pull request.
    Markdown,
}

impl FromStr for Export {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("expected FORMAT=PATH with one of {}, such as junit=results.xml", ExportFormat::NAMES);
        let (format, path) = text.split_once('=').ok_or_else(expected)?;
        let format = match format {
            "csv" => ExportFormat::Csv,
            "json" => ExportFormat::Json,
            "junit" => ExportFormat::Junit,
            "markdown" | "md" => ExportFormat::Markdown,
            _ => return Err(format!("`{}` is no format; {}", format.escape_debug(), expected())),
        };
        if path.is_empty() {
            return Err(format!("the path is missing; {}", expected()));
        }
        Ok(Self { format, path: path.into() })
    }
}

impl ExportFormat {
    const NAMES: &str = "csv, json, junit, markdown";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_and_a_path_are_asked_for() {
        let export = |text: &str| text.parse::<Export>();
        assert_eq!(export("junit=a=b.xml"), Ok(Export { format: ExportFormat::Junit, path: "a=b.xml".into() }));
        assert_eq!(export("md=x.md").map(|export| export.format), Ok(ExportFormat::Markdown));
        assert!(export("x.xml").unwrap_err().contains("such as junit=results.xml"));
        assert!(export("xml=x").unwrap_err().contains("`xml` is no format"));
        assert!(export("csv=").unwrap_err().contains("the path is missing"));
    }
}
