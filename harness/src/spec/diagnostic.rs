//! What is wrong with an experiment file, and how it is shown: a snippet with a stable code, a place, what was expected
//! and the way out.
//!
//! Absent: what is right or wrong; that is [`super::check`]'s knowledge.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use camino::Utf8Path;

use super::yaml::Span;

/// A kind of mistake. The names are stable: documentation and searches may rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// A span of time without a unit, with an unknown one, or that is no span at all.
    BadDuration,
    /// A limit that is no comparison with a bound in the figure's unit.
    BadLimit,
    /// A name that cannot be a name of files, or that a node may not have.
    BadName,
    /// A number was expected.
    BadNumber,
    /// A drawn topology that no cluster can have.
    BadTopology,
    /// Features that exclude each other are on in one cell.
    ConflictingFeatures,
    /// Two keys say the same thing.
    ConflictingKeys,
    /// An included cell is there already.
    DuplicateCell,
    /// A key stands twice in one mapping.
    DuplicateKey,
    /// A value stands twice in one list.
    DuplicateValue,
    /// An axis without values.
    EmptyAxis,
    /// Everything is excluded.
    EmptyMatrix,
    /// A combination of options that no engine can run.
    ImpossibleTest,
    /// Something that must be there is not.
    MissingKey,
    /// `exclude` or `require` speaks of a cell that the matrix does not have.
    NoSuchCell,
    /// A value too small or too large.
    OutOfRange,
    /// The text is not YAML, or is more than an experiment may be.
    Syntax,
    /// The matrix explodes.
    TooManyCells,
    /// No axis has that name.
    UnknownAxis,
    /// Not one of a closed list of words.
    UnknownChoice,
    /// The node has no such feature.
    UnknownFeature,
    /// No figure has that name.
    UnknownFigure,
    /// No key has that name.
    UnknownKey,
    /// A drawn topology in which a value does not come from every node to every other.
    Unreachable,
    /// A list where a word belongs, and the like.
    WrongType,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::BadDuration,
        Self::BadLimit,
        Self::BadName,
        Self::BadNumber,
        Self::BadTopology,
        Self::ConflictingFeatures,
        Self::ConflictingKeys,
        Self::DuplicateCell,
        Self::DuplicateKey,
        Self::DuplicateValue,
        Self::EmptyAxis,
        Self::EmptyMatrix,
        Self::ImpossibleTest,
        Self::MissingKey,
        Self::NoSuchCell,
        Self::OutOfRange,
        Self::Syntax,
        Self::TooManyCells,
        Self::UnknownAxis,
        Self::UnknownChoice,
        Self::UnknownFeature,
        Self::UnknownFigure,
        Self::UnknownKey,
        Self::Unreachable,
        Self::WrongType,
    ];

    /// As it is printed: `error[unknown-feature]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadDuration => "bad-duration",
            Self::BadLimit => "bad-limit",
            Self::BadName => "bad-name",
            Self::BadNumber => "bad-number",
            Self::BadTopology => "bad-topology",
            Self::ConflictingFeatures => "conflicting-features",
            Self::ConflictingKeys => "conflicting-keys",
            Self::DuplicateCell => "duplicate-cell",
            Self::DuplicateKey => "duplicate-key",
            Self::DuplicateValue => "duplicate-value",
            Self::EmptyAxis => "empty-axis",
            Self::EmptyMatrix => "empty-matrix",
            Self::ImpossibleTest => "impossible-test",
            Self::MissingKey => "missing-key",
            Self::NoSuchCell => "no-such-cell",
            Self::OutOfRange => "out-of-range",
            Self::Syntax => "syntax",
            Self::TooManyCells => "too-many-cells",
            Self::UnknownAxis => "unknown-axis",
            Self::UnknownChoice => "unknown-choice",
            Self::UnknownFeature => "unknown-feature",
            Self::UnknownFigure => "unknown-figure",
            Self::UnknownKey => "unknown-key",
            Self::Unreachable => "unreachable",
            Self::WrongType => "wrong-type",
        }
    }
}

/// One mistake at one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Diagnostic {
    code: Code,
    span: Span,
    title: String,
    label: String,
    also: Option<(Span, String)>,
    help: Option<String>,
}

impl Diagnostic {
    /// A mistake, the place, and what would have been right there.
    pub(super) fn new(code: Code, span: &Span, title: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code, span: span.clone(), title: title.into(), label: label.into(), also: None, help: None }
    }

    /// Another place that has to do with it.
    pub(super) fn also(self, span: &Span, label: impl Into<String>) -> Self {
        Self { also: Some((span.clone(), label.into())), ..self }
    }

    /// The way out, if there is one to name.
    pub(super) fn help(self, help: impl Into<Option<String>>) -> Self {
        Self { help: help.into(), ..self }
    }

    /// This way out, where none is named yet.
    pub(super) fn or_help(self, help: &str) -> Self {
        Self { help: self.help.or_else(|| Some(help.to_owned())), ..self }
    }

    fn draw(&self, path: &Utf8Path, source: &str, renderer: &Renderer) -> String {
        let inside = |span: &Span| span.start.min(source.len())..span.end.min(source.len());
        let mut snippet = Snippet::source(source)
            .path(path.as_str())
            .annotation(AnnotationKind::Primary.span(inside(&self.span)).label(self.label.as_str()));
        if let Some((span, label)) = &self.also {
            snippet = snippet.annotation(AnnotationKind::Context.span(inside(span)).label(label.as_str()));
        }
        let title = Level::ERROR.primary_title(self.title.as_str()).id(self.code.name());
        let mut groups = vec![title.element(snippet)];
        if let Some(help) = &self.help {
            groups.push(Group::with_title(Level::HELP.secondary_title(help.as_str())));
        }
        renderer.render(&groups)
    }
}

/// The mistakes of one file, as they are found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Problems(Vec<Diagnostic>);

impl Problems {
    /// Adds one, unless the same mistake is known of the same place: cells of a matrix share what is wrong with them.
    pub(super) fn push(&mut self, problem: Diagnostic) {
        let known = |other: &Diagnostic| other.span == problem.span && other.title == problem.title;
        if !self.0.iter().any(known) {
            self.0.push(problem);
        }
    }

    /// Adds all of those.
    pub(super) fn append(&mut self, others: Self) {
        others.0.into_iter().for_each(|problem| self.push(problem));
    }

    /// Whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the cells that the file means are known in spite of the mistakes, so that more can be said of them.
    pub(super) fn leave_cells_known(&self) -> bool {
        let besides = [Code::BadLimit, Code::BadName, Code::DuplicateKey, Code::UnknownFigure];
        self.0.iter().all(|problem| besides.contains(&problem.code))
    }

    /// The code of each mistake, in the file's order.
    pub(super) fn codes(&self) -> Vec<Code> {
        self.sorted().iter().map(|problem| problem.code).collect()
    }

    /// Every mistake as a snippet, in the file's order, and a closing line.
    pub(super) fn draw(&self, path: &Utf8Path, source: &str, renderer: &Renderer) -> String {
        let mut text = String::new();
        for problem in self.sorted().into_iter().take(SHOWN_MAX) {
            text.push_str(&problem.draw(path, source, renderer));
            text.push_str("\n\n");
        }
        let hidden = self.0.len().saturating_sub(SHOWN_MAX);
        if hidden > 0 {
            text.extend(["… and ", &hidden.to_string(), " more\n\n"]);
        }
        let errors = if self.0.len() == 1 { "error" } else { "errors" };
        text + &format!("`{path}` is not an experiment: {} {errors}", self.0.len())
    }

    fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by_key(|problem| problem.span.start);
        sorted
    }
}

/// A piece of the user's text inside a message: control characters escaped, long ones cut.
pub(super) fn shown(text: &str) -> String {
    let mut short = escaped(&text.chars().take(QUOTED_MAX).collect::<String>());
    if text.chars().count() > QUOTED_MAX {
        short.push('…');
    }
    short
}

/// A text without control characters.
pub(super) fn escaped(text: &str) -> String {
    let escape = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

/// Words as a list: "`a`, `b`, `c`".
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// More snippets than this help nobody; each costs a pass over the source.
const SHOWN_MAX: usize = 50;

/// Characters of the user's text that a message repeats; the snippet shows the rest.
const QUOTED_MAX: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_cannot_disturb_a_terminal() {
        assert_eq!(shown("a\u{1b}[31mb\n"), "a\\u{1b}[31mb\\n");
        assert_eq!(shown("it's \"so\""), "it's \"so\"");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), QUOTED_MAX + 1);
    }

    #[test]
    fn many_problems_are_counted_and_some_are_shown() {
        let mut problems = Problems::default();
        let source = "x\n".repeat(60);
        for line in 0..60 {
            problems.push(Diagnostic::new(Code::UnknownKey, &(line * 2..line * 2 + 1), "no", "here"));
            problems.push(Diagnostic::new(Code::UnknownKey, &(line * 2..line * 2 + 1), "no", "again"));
        }
        let text = problems.draw("x.yaml".into(), &source, &Renderer::plain());
        assert_eq!(text.matches("error[unknown-key]").count(), SHOWN_MAX);
        assert!(text.ends_with("… and 10 more\n\n`x.yaml` is not an experiment: 60 errors"), "{text}");
    }
}
