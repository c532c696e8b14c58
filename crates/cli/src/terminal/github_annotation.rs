//! Annotations of a pull request, by lines that GitHub Actions reads from a step's output.
//!
//! Source: GitHub, "Workflow commands for GitHub Actions": `::error file={},line={},col={}::{message}`;
//! its toolkit's `command.ts` for what is escaped.

use super::{printable::printable, snippet::Severity};

/// The place in a file that an annotation is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FilePlace<'f> {
    pub(crate) file: &'f str,
    /// From 1.
    pub(crate) line: usize,
    /// From 1.
    pub(crate) column: usize,
}

/// The line that annotates `place` with `message`.
pub(crate) fn annotation(severity: Severity, place: FilePlace<'_>, message: &str) -> String {
    let command = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let FilePlace { file, line, column } = place;
    let (file, message) = (escape_property(file), escape(message));
    printable(&format!("::{command} file={file},line={line},col={column}::{message}")).into_owned()
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_annotation_is_one_line_whatever_is_in_it() {
        let place = FilePlace { file: "a,b:c%.json", line: 2, column: 14 };
        assert_eq!(
            annotation(Severity::Error, place, "50% of\r\n::error::it\u{1b}[2J"),
            "::error file=a%2Cb%3Ac%25.json,line=2,col=14::50%25 of%0D%0A::error::it\\u{1b}[2J"
        );
        assert!(annotation(Severity::Warning, place, "").starts_with("::warning file="));
    }
}
