//! Faults and warnings as a compiler prints them: the line they are on, and a caret below.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use socketio_cors_core::policy::Diagnostic;

use super::printable::{printable, printable_lines};
use crate::document::Document;

/// The longest line that is given to the renderer whole, in bytes. The renderer cuts what it prints
/// to the width of a terminal, but it reads all of the line.
const MAX_LINE: usize = 4096;
/// The most bytes that are shown of a long line before and after the fault.
const MAX_BEFORE: usize = 40;
const MAX_AFTER: usize = 80;

/// The severity.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Severity {
    /// The Worker refuses the document.
    Error,
    /// The Worker takes it.
    Warning,
}

/// Faults or warnings of `document`, in colour, with an empty line after each.
pub(crate) fn snippets(
    document: &Document,
    diagnostics: &[Diagnostic],
    severity: Severity,
) -> String {
    let source = (document.name.as_str(), document.policy.text());
    let snippet = |diagnostic: &Diagnostic| {
        let pointer = &diagnostic.pointer;
        let place = if pointer.is_empty() { "the top".into() } else { printable(pointer) };
        snippet(source, diagnostic, Some(&format!("at {place}")), severity) + "\n\n"
    };
    diagnostics.iter().map(snippet).collect()
}

/// Faults or warnings of the file `name`, which is no policy document and has `text`; in colour, with an
/// empty line after each.
pub(crate) fn source_snippets(
    name: &str,
    text: &str,
    diagnostics: &[Diagnostic],
    severity: Severity,
) -> String {
    let snippet = |diagnostic| snippet((name, text), diagnostic, None, severity) + "\n\n";
    diagnostics.iter().map(snippet).collect()
}

/// A fault or a warning of the file of that name and text, in colour; with `place`, which says where it
/// is besides.
fn snippet(
    (name, text): (&str, &str),
    diagnostic: &Diagnostic,
    place: Option<&str>,
    severity: Severity,
) -> String {
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let Diagnostic { line, column, message, help, span, .. } = diagnostic;
    let title = printable(message);
    let help = help.as_deref().map(printable_lines);
    let excerpt = Excerpt::of(text, span);
    let snippet = Snippet::source(excerpt.text.as_str())
        .line_start(*line)
        .annotation(AnnotationKind::Primary.span(excerpt.span));
    let group = level.primary_title(&*title);
    let group = if excerpt.is_cut {
        // Its columns are not those of the line.
        group.element(Origin::path(name).line(*line).char_column(*column)).element(snippet)
    } else {
        group.element(snippet.path(name))
    };
    let help = help.as_deref().map(|help| Level::HELP.message(help));
    let place = place.map(|place| Level::NOTE.message(place));
    let group = group.elements(place).elements(help);
    Renderer::styled().render(&[group])
}

/// An error that is about no document, in colour.
pub(crate) fn error(message: &str) -> String {
    Renderer::styled()
        .render(&[annotate_snippets::Group::with_title(Level::ERROR.primary_title(message))])
}

/// The part of a line that is shown.
#[derive(Debug, PartialEq, Eq)]
struct Excerpt {
    text: String,
    /// The part that is wrong, in bytes.
    span: Range<usize>,
    is_cut: bool,
}

impl Excerpt {
    /// The line of `text` on which `span` begins, cut where it is long.
    fn of(text: &str, span: &Range<usize>) -> Self {
        let (before, rest) = text.split_at_checked(span.start).unwrap_or((text, ""));
        let mut before = before.rsplit('\n').next().unwrap_or_default();
        let mut after = rest.lines().next().unwrap_or_default();
        let is_cut = before.len().saturating_add(after.len()) > MAX_LINE;
        if is_cut {
            let start = before.ceil_char_boundary(before.len().saturating_sub(MAX_BEFORE));
            before = before.get(start..).unwrap_or_default();
            after = after.get(..after.floor_char_boundary(MAX_AFTER)).unwrap_or_default();
        }
        let ellipsis = if is_cut { "…" } else { "" };
        let (wrong, after) = after.split_at_checked(span.len()).unwrap_or((after, ""));
        // A tabulator is one of the characters that the renderer itself knows to show.
        let shown = |part: &str| part.split('\t').map(printable).collect::<Vec<_>>().join("\t");
        let (before, wrong, after) = (shown(before), shown(wrong), shown(after));
        let start = ellipsis.len().saturating_add(before.len());
        let end = start.saturating_add(wrong.len());
        let shown = format!("{ellipsis}{before}{wrong}{after}{ellipsis}");
        Self { text: shown, span: start..end, is_cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_around_the_fault() {
        let text = format!("{{\n{}XY{}\n}}", "ü".repeat(5000), "ß".repeat(5000));
        let at = text.find("XY").unwrap();
        let excerpt = Excerpt::of(&text, &(at..at + 2));
        assert_eq!(excerpt.text, format!("…{}XY{}…", "ü".repeat(20), "ß".repeat(39)));
        assert_eq!(excerpt.text.get(excerpt.span), Some("XY"));
        assert!(excerpt.is_cut);
    }

    #[test]
    fn a_span_over_several_lines_is_marked_to_the_end_of_its_first_line() {
        let text = "{\"a\": [\n1,\n2]}";
        let excerpt = Excerpt::of(text, &(6..13));
        assert_eq!(excerpt, Excerpt { text: "{\"a\": [".into(), span: 6..7, is_cut: false });
        let end = Excerpt::of("{", &(1..1));
        assert_eq!(end, Excerpt { text: "{".into(), span: 1..1, is_cut: false });
    }
}
