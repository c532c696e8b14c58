//! Diagnostics: faults and warnings, each with its place in the document.

use std::{fmt, ops::Range};

use super::{
    DomainRules,
    excerpt::excerpt,
    json::Json,
    lines::Lines,
    place::{Node, Place},
};

/// The longest part of an offending value that a diagnostic repeats, in bytes.
const MAX_VALUE_LEN: usize = 80;
/// The same for its pointer.
const MAX_POINTER_LEN: usize = 256;
/// The same for what to write instead.
const MAX_HELP_LEN: usize = 512;
/// The most diagnostics that are kept. No more are looked for in long lists.
pub const MAX_DIAGNOSTICS: usize = 1000;

/// One thing that is wrong with a document, or worth a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its place, as a JSON pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The character of that line at which it begins, from 1.
    pub column: usize,
    /// The part of the document's text that is wrong, in bytes; empty where something is missing.
    pub span: Range<usize>,
    /// The offending value or name as JSON, shortened; empty where there is none.
    pub value: String,
    /// A sentence that names the fault, with the value if there is one.
    pub message: String,
    /// A way to fix it; `None` if the message says all.
    pub help: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the document" } else { &self.pointer };
        write!(f, "{place}: {}", self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

/// Stands for a value that could not be read: its fault has been added to the [`Diagnostics`].
#[derive(Debug)]
pub(super) struct Reported;

/// The diagnostics of a document as they are found, and what is needed to find them.
#[derive(Debug)]
pub(super) struct Diagnostics<'d> {
    document: &'d str,
    pub(super) domain_rules: &'d DomainRules,
    /// The number of origins so far.
    pub(super) origins: usize,
    /// In the document's order.
    found: Vec<Diagnostic>,
}

impl<'d> Diagnostics<'d> {
    /// None yet, of the text `document`.
    pub(super) fn of(document: &'d str, domain_rules: &'d DomainRules) -> Self {
        Self { document, domain_rules, origins: 0, found: Vec::new() }
    }

    /// Returns true if there are so many that no more are kept.
    pub(super) fn are_full(&self) -> bool {
        self.found.len() >= MAX_DIAGNOSTICS
    }

    /// Adds that `node` is wrong. `clause` goes on from the value: `has upper-case letters`.
    pub(super) fn add(
        &mut self,
        node: &Node<'_>,
        clause: impl fmt::Display,
        help: impl Into<String>,
    ) -> Reported {
        let value = excerpt(&node.json, MAX_VALUE_LEN);
        let message = format!("{value} {clause}");
        self.push(&node.place, self.span(node), value, message, Some(help.into()))
    }

    /// Adds that `text`, a part of the string `node`, is wrong. `clause` goes on from the text.
    pub(super) fn add_part(
        &mut self,
        node: &Node<'_>,
        text: &str,
        clause: impl fmt::Display,
        help: impl Into<String>,
    ) -> Reported {
        let value = quoted(text);
        let message = format!("{value} {clause}");
        self.push(&node.place, self.span(node), value, message, Some(help.into()))
    }

    /// Adds that `node` is not what was `expected`: `true or false`. `help` may say more.
    pub(super) fn add_invalid(
        &mut self,
        node: &Node<'_>,
        expected: impl fmt::Display,
        help: Option<String>,
    ) -> Reported {
        let value = excerpt(&node.json, MAX_VALUE_LEN);
        let message = format!("invalid value {value}: expected {expected}");
        self.push(&node.place, self.span(node), value, message, help)
    }

    /// Adds that the member `node`, whose name is written `key`, should not be there. The name
    /// follows the `adjective`: `unknown`.
    pub(super) fn add_field(
        &mut self,
        node: &Node<'_>,
        key: Json<'_>,
        adjective: &str,
        help: impl Into<String>,
    ) -> Reported {
        let value = quoted(&key.text().unwrap_or_default());
        let message = format!("{adjective} field {value}");
        self.push(&node.place, key.span(self.document), value, message, Some(help.into()))
    }

    /// Adds that the object `node` has no `field`.
    pub(super) fn add_missing(
        &mut self,
        node: &Node<'_>,
        field: &str,
        help: impl Into<String>,
    ) -> Reported {
        let start = self.span(node).start;
        let message = format!("missing field \"{field}\"");
        self.push(&node.place, start..start, String::new(), message, Some(help.into()))
    }

    /// Adds that the text itself is wrong, at `span`.
    pub(super) fn add_text(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Reported {
        self.push(&Place::Root, span, String::new(), message.into(), Some(help.into()))
    }

    fn span(&self, node: &Node<'_>) -> Range<usize> {
        node.json.span(self.document)
    }

    fn push(
        &mut self,
        place: &Place<'_>,
        span: Range<usize>,
        value: String,
        message: String,
        help: Option<String>,
    ) -> Reported {
        if !self.are_full() {
            let help = help.map(|help| excerpt(&help, MAX_HELP_LEN));
            let pointer = excerpt(place, MAX_POINTER_LEN);
            let diagnostic = Diagnostic { pointer, line: 0, column: 0, span, value, message, help };
            let after = |other: &Diagnostic| other.span.start <= diagnostic.span.start;
            self.found.insert(self.found.partition_point(after), diagnostic);
        }
        Reported
    }

    /// `value` if there are no diagnostics; otherwise the diagnostics, in the document's order.
    pub(super) fn into_result<T>(
        mut self,
        value: Result<T, Reported>,
    ) -> Result<T, Vec<Diagnostic>> {
        match value {
            Ok(value) if self.found.is_empty() => Ok(value),
            _ => {
                let mut lines = Lines::of(self.document);
                for diagnostic in &mut self.found {
                    (diagnostic.line, diagnostic.column) = lines.position(diagnostic.span.start);
                }
                Err(self.found)
            }
        }
    }
}

/// `text` as JSON, shortened.
fn quoted(text: &str) -> String {
    excerpt(&serde_json::to_string(text).unwrap_or_default(), MAX_VALUE_LEN)
}
